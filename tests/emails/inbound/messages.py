"""Messages that come back, written for these tests: reports, complaints, automatic answers, replies."""

from textwrap import dedent

TOKEN = "7.abcDEF-0123456789_xyz"
ORIGINAL_ID = "4711.first@mail.example.com"
ORIGINAL = f"""\
Return-Path: <b+{TOKEN}@bounce.example.com>
Received: from mail.example.com by mx.example.org; Mon, 5 Jan 2026 09:00:00 +0000
Message-ID: <{ORIGINAL_ID}>
X-Command-Center: {TOKEN}
From: Rita Rep <rita@example.com>
To: ann@example.org
Subject: An offer

Dear Ann, …
"""


def message(headers: str, body: str = "") -> bytes:
    """A message from its header lines and its body."""
    lines = [line.strip() for line in headers.splitlines() if line.strip()]
    return ("\n".join(lines) + f"\n\n{body}").encode()


def report(
    fields: str, prose: str = "", original: str = ORIGINAL, kind: str = "message/delivery-status"
) -> bytes:
    """A delivery report in the form of RFC 6522, `fields` being its machine-readable part."""
    parts = [
        f"Content-Type: text/plain; charset=utf-8\n\n{dedent(prose)}",
        f"Content-Type: {kind}\n\nReporting-MTA: dns; mx.example.org\n\n{dedent(fields).strip()}\n",
        f"Content-Type: message/rfc822\n\n{original}",
    ]
    return message(
        f"""
        From: MAILER-DAEMON@mx.example.org
        To: b+{TOKEN}@bounce.example.com
        Return-Path: <>
        Date: Mon, 5 Jan 2026 10:00:05 +0100
        Message-ID: <report.1@mx.example.org>
        Subject: Undelivered Mail Returned to Sender
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"
        """,
        "".join(f"--=_b\n{part}\n" for part in parts) + "--=_b--\n",
    )


def failed(status: str, diagnostic: str, recipient: str = "ann@example.org") -> bytes:
    """A report that one recipient failed."""
    return report(
        f"""
        Original-Recipient: rfc822;{recipient}
        Final-Recipient: rfc822;{recipient}
        Action: failed
        Status: {status}
        Remote-MTA: dns; mx.example.org
        Diagnostic-Code: smtp; {diagnostic}
        """
    )


def prose_report(body: str, headers: str = "", original: str = ORIGINAL) -> bytes:
    """A report that speaks to people only."""
    return message(
        """
        From: Mail Delivery System <MAILER-DAEMON@mx.example.org>
        To: rita@example.com
        Return-Path: <>
        Subject: Mail delivery failed
        """
        + headers,
        f"{dedent(body)}\n--- Below this line is a copy of the message.\n\n{original}",
    )


def complaint(fields: str, original: str = ORIGINAL) -> bytes:
    """A feedback report in the form of RFC 5965."""
    return message(
        """
        From: feedback@provider.example.net
        To: abuse@example.com
        Subject: FW: An offer
        Content-Type: multipart/report; report-type=feedback-report; boundary=fbl
        """,
        "--fbl\nContent-Type: text/plain\n\nThis is an email abuse report.\n"
        f"--fbl\nContent-Type: message/feedback-report\n\n{dedent(fields).strip()}\n\n"
        f"--fbl\nContent-Type: message/rfc822\n\n{original}\n--fbl--\n",
    )


def answer(headers: str = "", body: str = "Yes, gladly.\n", subject: str = "Re: An offer") -> bytes:
    """What somebody, or something, answers to the original."""
    return message(
        f"""
        From: Ann Example <ann@example.org>
        To: Rita Rep <rita@example.com>
        Delivered-To: rita@example.com
        Date: Tue, 6 Jan 2026 08:30:00 +0200
        Message-ID: <answer.1@example.org>
        Subject: {subject}
        """
        + headers,
        body,
    )


REPLY_HEADERS = f"""
In-Reply-To: <{ORIGINAL_ID}>
References: <older@mail.example.com> <{ORIGINAL_ID}>
"""
