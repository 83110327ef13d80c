"""What a recipient, or their mail server, sends back: built as the standards want it.

Replies thread by In-Reply-To and References (RFC 5322, 3.6.4), absence notices follow RFC 3834,
delivery reports RFC 3464 and 6522, complaints RFC 5965.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, make_msgid, parseaddr

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .store import Stored

HOST = "mx.sink.example"


@dataclass(frozen=True)
class Refusal:
    """How a server words it that it does not take a message."""

    label: str | Promise
    status: str  # RFC 3463
    words: str


REFUSALS = {
    "no_such_mailbox": Refusal(
        _("no such mailbox"),
        "5.1.1",
        "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown in virtual mailbox table",
    ),
    "mailbox_full": Refusal(
        _("mailbox full"), "5.2.2", "552 5.2.2 <{recipient}>: The mailbox is full and over quota"
    ),
    "blocked": Refusal(
        _("sender blocked"),
        "5.7.1",
        "554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.spamhaus.org",
    ),
}


@dataclass(frozen=True)
class Original:
    """A message as one of its recipients got it."""

    stored: Stored
    recipient: str

    @property
    def name(self) -> str:
        """The recipient's name, where the message says it."""
        name, address = parseaddr(self.stored.header("To"))
        return name if address.lower() == self.recipient.lower() else ""

    @property
    def message_id(self) -> str:
        return self.stored.header("Message-ID")

    @property
    def sender(self) -> str:
        """Where reports go: the envelope's sender, else whom it says it is from."""
        return self.stored.envelope.sender or parseaddr(self.stored.header("From"))[1]

    @property
    def headers(self) -> bytes:
        head, gap, _body = self.stored.raw.partition(b"\r\n\r\n")
        return head + (gap and b"\r\n")


def reply(original: Original, text: str) -> bytes:
    """An answer by the recipient, with the original quoted below."""
    message = _answer(original, f"Re: {_bare(original.stored.subject)}")
    when = timezone.localtime(original.stored.at).strftime("%Y-%m-%d %H:%M")
    quoted = "\n".join(f"> {line}" for line in _text_of(original.stored.message).splitlines()[:200])
    message.set_content(f"{text}\n\nOn {when}, {original.stored.sender} wrote:\n{quoted}\n")
    return message.as_bytes()


def out_of_office(original: Original, text: str) -> bytes:
    """What a mail program answers by itself while its owner is away."""
    message = _answer(original, f"Automatic reply: {_bare(original.stored.subject)}")
    message.replace_header("To", original.sender)
    message["Auto-Submitted"] = "auto-replied (vacation)"
    message["Precedence"] = "bulk"
    message.set_content(f"{text}\n")
    return message.as_bytes()


def bounce(original: Original, why: str) -> bytes:
    """A report that the message could not be delivered; `why` is one of REFUSALS."""
    refusal = REFUSALS[why]
    words = refusal.words.format(recipient=original.recipient)
    told = f"Your message could not be delivered to <{original.recipient}>:\r\n\r\n    {words}"
    return _notice(
        original, "Undelivered Mail Returned to Sender", told, "failed", refusal.status, words
    )


def delayed(original: Original) -> bytes:
    """A notice that it has not been delivered yet."""
    words = "451 4.4.1 No answer from the mail server of the recipient; will be tried again"
    told = f"Your message to <{original.recipient}> is delayed. You need not do anything."
    return _notice(original, "Delayed Mail (still being retried)", told, "delayed", "4.4.1", words)


def delivered(original: Original) -> bytes:
    """A notice that it was delivered."""
    told = f"Your message was delivered to <{original.recipient}>."
    return _notice(
        original, "Successful Mail Delivery Report", told, "delivered", "2.0.0", "250 2.0.0 Ok"
    )


def complaint(original: Original) -> bytes:
    """The provider's word that the recipient pressed "this is spam" (RFC 5965)."""
    facts = [
        "Feedback-Type: abuse",
        "User-Agent: SinkFeedback/1.0",
        "Version: 1",
        f"Original-Mail-From: <{original.sender}>",
        f"Original-Rcpt-To: <{original.recipient}>",
        f"Arrival-Date: {_date(original.stored.at)}",
        f"Reporting-MTA: dns; {HOST}",
        "Source-IP: 203.0.113.7",
    ]
    told = f"This is an email abuse report for a message received by <{original.recipient}>."
    head = _head(original, f"feedback@{HOST}", f"Complaint: {_bare(original.stored.subject)}")
    parts = [("message/feedback-report", _lines(facts)), ("message/rfc822", original.stored.raw)]
    return _report(head, "feedback-report", told, parts)


def _answer(original: Original, subject: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = formataddr((original.name, original.recipient))
    message["To"] = original.stored.header("Reply-To") or original.stored.header("From")
    message["Subject"] = subject
    message["Date"] = timezone.now()
    message["Message-ID"] = make_msgid(domain="sink.example")
    if original.message_id:
        message["In-Reply-To"] = original.message_id
        thread = f"{original.stored.header('References')} {original.message_id}"
        message["References"] = thread.strip()
    return message


def _notice(
    original: Original, subject: str, told: str, action: str, status: str, words: str
) -> bytes:
    """A delivery status notification (RFC 3464)."""
    envelope = original.stored.envelope
    facts = [
        f"Reporting-MTA: dns; {HOST}",
        *([f"Original-Envelope-Id: {envelope.envid}"] if envelope.envid else []),
        f"Arrival-Date: {_date(original.stored.at)}",
        "",
        *([f"Original-Recipient: {_given(original)}"] if _given(original) else []),
        f"Final-Recipient: rfc822; {original.recipient}",
        f"Action: {action}",
        f"Status: {status}",
        f"Remote-MTA: dns; {HOST}",
        f"Diagnostic-Code: smtp; {words}",
        f"Last-Attempt-Date: {_date(timezone.now())}",
    ]
    head = _head(original, f"Mail Delivery System <MAILER-DAEMON@{HOST}>", subject)
    parts = [
        ("message/delivery-status", _lines(facts)),
        ("text/rfc822-headers", original.headers),
    ]
    return _report(
        head, "delivery-status", f"This is the mail system at {HOST}.\r\n\r\n{told}", parts
    )


def _given(original: Original) -> str:
    return original.stored.envelope.orcpt.get(original.recipient, "")


def _head(original: Original, sender: str, subject: str) -> list[str]:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    return [
        "Return-Path: <>",
        f"From: {sender}",
        f"To: {original.sender}",
        message.as_string().partition("\r\n\r\n")[0].rstrip(),
        f"Date: {_date(timezone.now())}",
        f"Message-ID: {make_msgid(domain=HOST)}",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
    ]


def _report(head: list[str], kind: str, told: str, parts: list[tuple[str, bytes]]) -> bytes:
    """RFC 6522, joined by hand, so that what is returned comes back byte for byte."""
    edge = f"=_{make_msgid().strip('<>').partition('@')[0]}"
    container = f'Content-Type: multipart/report; report-type={kind};\r\n boundary="{edge}"'
    text = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit"
    pieces = [_lines([*head, container, ""]), _lines([f"--{edge}", text, "", told])]
    for media_type, content in parts:
        pieces.append(_lines([f"--{edge}", f"Content-Type: {media_type}", ""]) + content)
    return b"\r\n".join([*pieces, _lines([f"--{edge}--"])])


def _lines(lines: list[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode()


def _date(moment: datetime) -> str:
    return format_datetime(moment)


def _bare(subject: str) -> str:
    return re.sub(r"(?i)^(?:re|sv|aw)\s*:\s*", "", subject)


def _text_of(message: EmailMessage) -> str:
    try:
        body = message.get_body(("plain",))
        return str(body.get_content()) if body else ""
    except (KeyError, LookupError, ValueError, AttributeError):
        return ""
