"""Replies, automatic answers, complaints: what kind a message is and what it says."""

from datetime import UTC, datetime

import pytest

from emails.inbound.reading import Kind, read

from .messages import ORIGINAL, ORIGINAL_ID, REPLY_HEADERS, TOKEN, answer, complaint, message


def test_a_reply_is_read_whole():
    reading = read(answer(REPLY_HEADERS))
    assert reading.kind == Kind.REPLY
    assert (reading.message_id, reading.in_reply_to) == ("answer.1@example.org", (ORIGINAL_ID,))
    assert reading.references == ("older@mail.example.com", ORIGINAL_ID)
    assert (reading.from_address, reading.from_name) == ("ann@example.org", "Ann Example")
    assert reading.to == ("rita@example.com",)
    assert reading.date == datetime(2026, 1, 6, 6, 30, tzinfo=UTC)
    assert (reading.subject, reading.text, reading.automatic) == (
        "Re: An offer",
        "Yes, gladly.",
        False,
    )
    assert reading.about.message_ids == (ORIGINAL_ID, "older@mail.example.com")


def test_our_token_is_found_in_what_a_reply_quotes_and_where_it_was_delivered():
    raw = answer(
        f"X-Original-To: b+{TOKEN}@bounce.example.com", f"Hm.\n\n> X-Command-Center: {TOKEN}\n"
    )
    assert (read(raw).about.tokens, read(raw).about.verp) == ((TOKEN,), (TOKEN,))


QUOTED = [
    "Yes.\n\nOn Mon, Jan 5, 2026 at 9:00 AM Rita Rep <rita@example.com> wrote:\n> Dear Ann\n",
    "Yes.\n\nDen mån 5 jan. 2026 kl 09:00 skrev Rita Rep <rita@example.com>:\n> Dear Ann\n",
    "Yes.\n\nAm 05.01.2026 um 09:00 schrieb Rita Rep:\n> Dear Ann\n",
    "Yes.\n\nFrom: Rita Rep <rita@example.com>\nSent: Monday\nTo: Ann\nSubject: An offer\n\nDear Ann\n",
    "Yes.\n\n-----Original Message-----\nFrom: Rita Rep\nSent: Monday\n\nDear Ann\n",
    "Yes.\n> Dear Ann\n> will you?\n",
]


@pytest.mark.parametrize("body", QUOTED)
def test_the_quotation_is_left_out(body):
    assert read(answer(REPLY_HEADERS, body)).text == "Yes."


def test_an_answer_below_the_quotation_is_found():
    text = read(answer(body="> will you?\nYes, I will.\n> when?\nOn Tuesday.\n")).text
    assert text == "Yes, I will.\nOn Tuesday."


def test_a_reply_in_html_alone_is_read_as_text():
    html = (
        "<html><style>p {}</style><!-- x --><p>Yes &amp; gladly</p><script>x</script>"
        '<div class="gmail_quote"><blockquote>Dear Ann</blockquote></div></html>'
    )
    raw = answer("Content-Type: text/html; charset=utf-8", html)
    assert read(raw).text == "Yes & gladly"


def test_plain_text_goes_before_html_and_attachments():
    body = (
        "--m\nContent-Type: text/plain\nContent-Disposition: attachment\n\nattached\n"
        "--m\nContent-Type: multipart/alternative; boundary=a\n\n"
        "--a\nContent-Type: text/html\n\n<p>html</p>\n"
        "--a\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nJa, g=E4rna\n"
        "--a--\n--m--\n"
    )
    assert read(answer("Content-Type: multipart/mixed; boundary=m", body)).text == "Ja, gärna"


def test_a_long_paragraph_is_kept_whole():
    paragraph = "We have thought about it at length. " * 40
    assert read(answer(REPLY_HEADERS, paragraph)).text == paragraph.strip()


AUTOMATIC = [
    ("Auto-Submitted: auto-replied", "An offer"),
    ("Auto-Submitted: auto-replied (vacation)", "An offer"),
    (f"Auto-Submitted: auto-generated\nIn-Reply-To: <{ORIGINAL_ID}>", "Ticket 42 opened"),
    ("Precedence: auto_reply", "An offer"),
    ("X-Autoreply: yes", "An offer"),
    ("X-Autorespond: An offer", "An offer"),
    ("", "Automatic reply: An offer"),
    ("", "Automatiskt svar: An offer"),
    ("", "Out of Office: An offer"),
    ("X-Auto-Response-Suppress: All", "Abwesend bis Montag"),
    ("X-Auto-Response-Suppress: All", "Frånvaro"),
    ("Return-Path: <>", "I am out of the office"),
    ("Precedence: bulk", "På semester till måndag"),
    ("Return-Path: <>", "Absence du bureau"),
]


@pytest.mark.parametrize(("headers", "subject"), AUTOMATIC)
def test_an_automatic_answer_is_no_reply(headers, subject):
    reading = read(answer(headers, "I am away.\n", subject=subject))
    assert (reading.kind, reading.automatic, reading.text) == (Kind.AUTO_REPLY, True, "I am away.")


@pytest.mark.parametrize(
    "subject", ["Out of office space?", "Semester plans", "Autumn offer", "Auto parts"]
)
def test_a_subject_alone_makes_no_machine(subject):
    assert read(answer(REPLY_HEADERS, subject=subject)).kind == Kind.REPLY


def test_auto_submitted_no_is_a_person():
    assert read(answer(REPLY_HEADERS + "Auto-Submitted: no\n")).kind == Kind.REPLY


def test_what_a_machine_generates_of_itself_is_no_answer():
    reading = read(answer("Auto-Submitted: auto-generated", subject="Backup done"))
    assert (reading.kind, reading.automatic) == (Kind.UNKNOWN, True)


def test_a_receipt_is_a_receipt():
    body = (
        f"--r\n\nIt was displayed.\n--r\nContent-Type: message/disposition-notification\n\n"
        f"Original-Message-ID: <{ORIGINAL_ID}>\nDisposition: manual-action; displayed\n--r--\n"
    )
    raw = answer(
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=r", body
    )
    reading = read(raw)
    assert (reading.kind, reading.about.message_ids) == (Kind.RECEIPT, (ORIGINAL_ID,))


def test_a_complaint_tells_who_when_and_from_where():
    reading = read(
        complaint(
            """
            Feedback-Type: abuse
            User-Agent: Feedback/1.0
            Version: 1
            Original-Rcpt-To: <ann@example.org>
            Original-Rcpt-To: <bo@example.org>
            Arrival-Date: Mon, 5 Jan 2026 09:00:00 +0100
            Source-IP: 192.0.2.7
            """
        )
    )
    told = reading.complaint
    assert reading.kind == Kind.COMPLAINT
    assert (told.feedback_type, told.counts, told.opts_out) == ("abuse", True, False)
    assert told.original_recipients == ("ann@example.org", "bo@example.org")
    assert told.arrived_at == datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
    assert (told.source_ip, told.user_agent) == ("192.0.2.7", "Feedback/1.0")
    assert (reading.about.message_ids, reading.about.tokens) == ((ORIGINAL_ID,), (TOKEN,))


def test_a_complaint_that_names_nobody_is_about_whom_the_original_was_for():
    told = read(complaint("Feedback-Type: fraud")).complaint
    assert (told.original_recipients, told.counts) == (("ann@example.org",), True)


@pytest.mark.parametrize(
    ("kind", "counts", "opts_out"),
    [
        ("abuse", True, False),
        ("fraud", True, False),
        ("virus", True, False),
        ("other", True, False),
        ("something-new", True, False),
        ("not-spam", False, False),
        ("auth-failure", False, False),
        ("dmarc", False, False),
        ("opt-out", False, True),
    ],
)
def test_only_complaints_count_as_such(kind, counts, opts_out):
    told = read(complaint(f"Feedback-Type: {kind}")).complaint
    assert (told.counts, told.opts_out) == (counts, opts_out)


def test_the_one_word_unsubscribe_asks_to_be_left_alone():
    raw = message(
        "From: ann@example.org\nTo: u+7@example.com\nSubject: unsubscribe", "Sent by Mail.\n"
    )
    reading = read(raw)
    assert reading.kind == Kind.COMPLAINT
    assert reading.complaint.opts_out
    assert not reading.complaint.counts


def test_a_message_that_is_none_of_these_is_unknown():
    assert read(answer(subject="Hello")).kind == Kind.UNKNOWN
    assert read(ORIGINAL.encode()).kind == Kind.UNKNOWN
