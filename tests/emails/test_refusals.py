"""What servers say when they refuse, and what it means for the address."""

import time

import pytest

from emails.refusals import Reason, classify

ANSWERS = [
    # nobody there
    ("550 5.1.1 The email account that you tried to reach does not exist.", Reason.NO_SUCH_MAILBOX),
    ("550 5.5.0 Requested action not taken: mailbox unavailable", Reason.NO_SUCH_MAILBOX),
    ("550 5.4.1 Recipient address rejected: Access denied.", Reason.NO_SUCH_MAILBOX),
    (
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        Reason.NO_SUCH_MAILBOX,
    ),
    ("550 sorry, no mailbox here by that name. (#5.7.17)", Reason.NO_SUCH_MAILBOX),
    ("550 Invalid recipient: <ann@example.org>", Reason.NO_SUCH_MAILBOX),
    ("553 5.3.0 <ann@example.org>... User unknown", Reason.NO_SUCH_MAILBOX),
    ("550 #5.1.0 Address rejected.", Reason.NO_SUCH_MAILBOX),
    (
        "550 5.1.1 <ann@example.org>: Recipient address rejected: undeliverable address: no such user",
        Reason.NO_SUCH_MAILBOX,
    ),
    ("551 User not local; please try another address", Reason.NO_SUCH_MAILBOX),
    ("550 5.1.6 Recipient no longer at this address", Reason.NO_SUCH_MAILBOX),
    ("550 Mailbox not found", Reason.NO_SUCH_MAILBOX),
    ("550 Unrouteable address", Reason.NO_SUCH_MAILBOX),
    ("554 5.0.0 This user doesn't have an account here", Reason.NO_SUCH_MAILBOX),
    ("550 5.1.0 Empfänger unbekannt", Reason.NO_SUCH_MAILBOX),
    ("550 5.1.1 Adresse d au moins un destinataire invalide", Reason.NO_SUCH_MAILBOX),
    (
        "550 The email address couldn't be found, or is unable to receive mail.",
        Reason.NO_SUCH_MAILBOX,
    ),
    ("550 unknown address", Reason.NO_SUCH_MAILBOX),
    ("550 MAILBOX NOT FOUND", Reason.NO_SUCH_MAILBOX),
    ("550 Invalid final delivery userid: ann", Reason.NO_SUCH_MAILBOX),
    ("550 an MX or SRV record indicated no SMTP service", Reason.NO_SUCH_HOST),
    ("550 DNS type 'mx' lookup of example.org responded with code NXDOMAIN", Reason.NO_SUCH_HOST),
    ("550 unable to look up host example.org: Name or service not known", Reason.NO_SUCH_HOST),
    ("550 5.1.2 Host unknown (Name server: example.org: host not found)", Reason.NO_SUCH_HOST),
    ("550 5.4.4 Unable to route: no mail hosts for domain", Reason.NO_SUCH_HOST),
    ("556 5.1.10 Domain does not accept mail (nullMX)", Reason.NO_SUCH_HOST),
    ("550 all relevant MX records point to non-existent hosts", Reason.NO_SUCH_HOST),
    # somebody there, who cannot be reached now
    ("550 5.2.1 The email account that you tried to reach is disabled.", Reason.INACTIVE),
    ("554 Sorry, this mailbox is disabled (554.30)", Reason.INACTIVE),
    ("550 Account suspended", Reason.INACTIVE),
    ("525 5.7.13 Disabled recipient address", Reason.INACTIVE),
    ("552 5.2.2 Mailbox full", Reason.MAILBOX_FULL),
    (
        "552 5.2.2 The email account that you tried to reach is over quota and inactive.",
        Reason.MAILBOX_FULL,
    ),
    ("554 5.2.2 STOREDRV.Deliver; QuotaExceededException", Reason.MAILBOX_FULL),
    ("550 5.1.1 The recipient's mailbox is full", Reason.MAILBOX_FULL),
    ("550 The recipient's mailbox space is not enough", Reason.MAILBOX_FULL),
    (
        "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
        Reason.RESTRICTED,
    ),
    ("550 5.7.1 You are not allowed to post to this mailing list", Reason.RESTRICTED),
    ("550 This address no longer accepts mail.", Reason.INACTIVE),
    ("550 User mailbox exceeds allowed size", Reason.MAILBOX_FULL),
    ("550 Requested mail action aborted: exceeded storage allocation", Reason.MAILBOX_FULL),
    # what sounds as if it were about the address
    ("550 We do not accept mail from your server", Reason.UNKNOWN),
    ("550 Delivery to the mailbox failed: unknown error", Reason.UNKNOWN),
    ("550 5.1.0 Unknown address error", Reason.UNKNOWN),
    # the message, the sender, the server
    ("552 5.3.4 Message size exceeds fixed limit", Reason.TOO_BIG),
    ("550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient", Reason.TOO_BIG),
    ("550 5.1.8 Sender address rejected: Domain not found", Reason.SENDER),
    ("550 Sender verify failed", Reason.SENDER),
    ("553 5.1.8 Domain of sender address rita@example.com does not exist", Reason.SENDER),
    ("554 5.7.1 <ann@example.org>: Relay access denied", Reason.RELAYING),
    ("550 relay not permitted", Reason.RELAYING),
    ("553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", Reason.RELAYING),
    ("550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", Reason.RELAYING),
    (
        "550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus",
        Reason.BLOCKED,
    ),
    ("550 5.7.606 Access denied, banned sending IP [192.0.2.1]", Reason.BLOCKED),
    ("450 4.7.25 Client host rejected: cannot find your hostname", Reason.BLOCKED),
    ("554 5.7.1 The sending IP does not have a PTR record", Reason.BLOCKED),
    ("504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname", Reason.BLOCKED),
    ("550 5.7.26 This mail is unauthenticated, neither SPF nor DKIM passed", Reason.AUTH),
    ("550 5.7.1 Email rejected per DMARC policy", Reason.AUTH),
    (
        "550 5.7.23 The message was rejected because of Sender Policy Framework violation",
        Reason.AUTH,
    ),
    (
        "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents more",
        Reason.RATE_LIMITED,
    ),
    (
        "550 5.1.1 <ann@example.org> 192.0.2.1 has sent to too many recipients this hour",
        Reason.RATE_LIMITED,
    ),
    ("452 4.3.2 Connection rate limit exceeded.", Reason.RATE_LIMITED),
    ("550 5.4.5 Daily user sending quota exceeded", Reason.RATE_LIMITED),
    ("550 Connection frequency limited", Reason.RATE_LIMITED),
    ("550 High probability of spam", Reason.SPAM),
    ("554 5.7.1 Message blocked due to spam content", Reason.SPAM),
    ("550 5.7.1 message rejected: virus found", Reason.CONTENT),
    ("550 5.6.0 malformed message", Reason.CONTENT),
    ("554 5.7.9 Message not accepted for policy reasons.", Reason.POLICY),
    ("550 Administrative prohibition", Reason.POLICY),
    ("550 5.7.0 Local Policy Violation", Reason.POLICY),
    # time and the network
    ("450 4.7.1 Recipient address rejected: Greylisted, try again later", Reason.POLICY),
    ("451 4.4.1 Connection timed out", Reason.NETWORK),
    ("554 5.4.6 Too many hops", Reason.NETWORK),
    ("550 5.4.14 Hop count exceeded - possible mail loop", Reason.NETWORK),
    ("450 4.4.3 Name service error: Host not found, try again", Reason.NETWORK),
    ("550 4.4.7 QUEUE.Expired; message expired", Reason.EXPIRED),
    ("451 4.3.0 Temporary server error", Reason.SYSTEM),
    ("503 5.5.1 bad sequence of commands", Reason.SYSTEM),
    ("599", Reason.UNKNOWN),
]
BAD = {Reason.NO_SUCH_MAILBOX, Reason.NO_SUCH_HOST}


def _split(answer):
    code, _, words = answer.partition(" ")
    first = words.split(" ")[0]
    return (
        int(code),
        first if first.count(".") == 2 and first[0] in "245" and first[1] == "." else "",
        answer,
    )


@pytest.mark.parametrize(("answer", "reason"), ANSWERS)
def test_an_answer_is_understood(answer, reason):
    found = classify(*_split(answer))
    assert found.reason == reason
    assert found.permanent == answer.startswith("5")
    assert found.address_is_bad == (reason in BAD and answer.startswith("5"))


def test_a_disabled_mailbox_bounces_the_message_but_keeps_the_address():
    refusal = classify(550, "5.2.1", "Mailbox disabled, not accepting messages")
    assert refusal.about_the_address
    assert not refusal.address_is_bad


def test_a_full_mailbox_is_not_about_the_address():
    assert not classify(552, "5.2.2", "Mailbox full").about_the_address


def test_nothing_said_before_rcpt_is_about_the_address():
    refusal = classify(550, "5.1.1", "unknown user", stage="mail")
    assert (refusal.reason, refusal.address_is_bad, refusal.about_the_address) == (
        Reason.SENDER,
        False,
        False,
    )
    assert classify(501, "", "invalid domain name", stage="connect").reason == Reason.BLOCKED


def test_an_unknown_user_after_the_address_was_taken_bounces_but_is_not_given_up():
    refusal = classify(550, "5.0.0", "User unknown", stage="data")
    assert refusal.about_the_address
    assert not refusal.address_is_bad
    assert classify(550, "5.1.1", "User unknown", stage="data").address_is_bad


def test_a_refusal_for_now_never_condemns_an_address():
    assert not classify(450, "4.1.1", "unverified address: user unknown").address_is_bad
    assert not classify(0, "4.1.2", "host unknown").address_is_bad


def test_the_words_of_an_address_or_a_link_mean_nothing():
    words = "<spam.mailbox-full@example.org>: rejected, see https://example.org/user-unknown"
    assert classify(550, "", words).reason == Reason.UNKNOWN


@pytest.mark.parametrize(
    "words",
    [
        "user " * 100_000,
        "<" * 300_000,
        "exceeded a " * 50_000,
        "a@" * 100_000,
        "\0" * 300_000,
        "mailbox x " * 9999,
    ],
)
def test_hostile_words_take_no_time(words):
    before = time.perf_counter()
    classify(550, "5.0.0", words)
    assert time.perf_counter() - before < 0.2


@pytest.mark.parametrize(
    ("code", "enhanced"), [(0, ""), (999, "9.9.9"), (-1, "x"), (550, "5"), (550, "....")]
)
def test_nonsense_is_unknown(code, enhanced):
    assert classify(code, enhanced, "").reason in (Reason.UNKNOWN, Reason.SYSTEM)
