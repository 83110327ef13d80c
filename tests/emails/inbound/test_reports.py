"""Delivery reports: by fields, by prose, by both, and broken ones."""

import pytest

from emails.inbound.reading import Kind, read
from emails.refusals import Reason

from .messages import ORIGINAL_ID, TOKEN, answer, failed, message, prose_report, report


def test_a_report_names_recipient_status_words_and_reason():
    reading = read(failed("5.1.1", "550 5.1.1 <ann@example.org>: User unknown"))
    [one] = reading.reports
    assert reading.kind == Kind.DELIVERY_REPORT
    assert (one.recipient, one.original_recipient) == ("ann@example.org", "ann@example.org")
    assert (one.action, one.status, one.code) == ("failed", "5.1.1", 550)
    assert one.words == "550 5.1.1 <ann@example.org>: User unknown"
    assert (one.reporting_mta, one.remote_mta) == ("mx.example.org", "mx.example.org")
    assert (one.reason, one.address_is_bad, one.permanent) == (Reason.NO_SUCH_MAILBOX, True, True)


def test_a_report_names_the_original_in_every_way_it_can():
    about = read(failed("5.1.1", "550 no such user")).about
    assert about.message_ids == (ORIGINAL_ID,)
    assert about.tokens == (TOKEN,)
    assert about.verp == (TOKEN,)


def test_the_envelope_id_is_decoded():
    raw = report("Final-Recipient: rfc822;ann@example.org\nAction: failed\nStatus: 5.0.0").replace(
        b"Reporting-MTA:", b"Original-Envelope-Id: 7.abc+2Bdef+3D\nReporting-MTA:"
    )
    assert read(raw).about.envelope_ids == ("7.abc+def=",)


def test_a_returned_header_alone_names_the_original_too():
    raw = failed("5.1.1", "550 no such user").replace(b"message/rfc822", b"text/rfc822-headers")
    assert (read(raw).about.message_ids, read(raw).about.tokens) == ((ORIGINAL_ID,), (TOKEN,))


def test_each_recipient_has_a_report_of_its_own():
    reading = read(
        report(
            """
            Final-Recipient: rfc822;ann@example.org
            Action: failed
            Status: 5.2.2
            Diagnostic-Code: smtp; 552 5.2.2 Mailbox full

            Final-Recipient: rfc822;bo@example.org
            Action: delayed
            Status: 4.4.1
            Diagnostic-Code: smtp; 451 4.4.1 Connection timed out

            Final-Recipient: rfc822;cy@example.org
            Action: delivered
            Status: 2.0.0
            """
        )
    )
    told = [(one.recipient, one.action, one.reason, one.failed) for one in reading.reports]
    assert told[0] == ("ann@example.org", "failed", Reason.MAILBOX_FULL, True)
    assert told[1] == ("bo@example.org", "delayed", Reason.NETWORK, False)
    assert told[2][:2] == ("cy@example.org", "delivered")
    assert not any(one.address_is_bad for one in reading.reports)


def test_a_delay_condemns_nobody():
    [one] = read(
        report("Final-Recipient: rfc822;ann@example.org\nAction: delayed\nStatus: 5.1.1")
    ).reports
    assert (one.action, one.address_is_bad, one.permanent) == ("delayed", False, False)


def test_a_message_given_up_for_a_passing_cause_has_failed_but_not_for_its_address():
    [one] = read(failed("4.4.7", "451 4.4.1 Connection timed out")).reports
    assert (one.failed, one.permanent, one.address_is_bad, one.status) == (
        True,
        False,
        False,
        "4.4.1",
    )


def test_the_servers_own_status_goes_before_the_reporters():
    [one] = read(failed("5.0.0", "552 5.2.2 Mailbox full")).reports
    assert (one.status, one.reason) == ("5.2.2", Reason.MAILBOX_FULL)


def test_an_international_address_is_read():
    raw = report(
        "Final-Recipient: utf-8; J\\x{F6}rg@example.org\nAction: failed\nStatus: 5.1.1",
        kind="message/global-delivery-status",
    )
    assert read(raw).reports[0].recipient == "Jörg@example.org"


def test_fields_that_are_folded_doubled_or_run_together_are_read():
    [ann, bo] = read(
        report(
            """
            Final-Recipient: rfc822;ann@example.org
            Action: failed
            Status: 5.1.1
            Diagnostic-Code: smtp; 550 5.1.1 User
              unknown
            Final-Recipient: rfc822;bo@example.org
            Action: FAILED (mailbox full)
            Status: 5.2.2 (mailbox full)
            """
        )
    ).reports
    assert ann.words == "550 5.1.1 User unknown"
    assert (bo.action, bo.status) == ("failed", "5.2.2")


def test_fields_in_the_text_of_a_broken_report_are_read():
    reading = read(
        message(
            "From: MAILER-DAEMON@mx.example.org\nSubject: Delivery Status\n"
            "Content-Type: multipart/report; boundary=lost",
            "Sorry.\n\n--other\nContent-type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
            "Final-Recipient: rfc822;ann@example.org\nAction: failed\nStatus: 5.1.1\n",
        )
    )
    assert reading.kind == Kind.DELIVERY_REPORT
    assert [(one.recipient, one.status) for one in reading.reports] == [
        ("ann@example.org", "5.1.1")
    ]


def test_prose_tells_the_stage_that_fields_do_not():
    raw = report(
        "Final-Recipient: rfc822;ann@example.org\nAction: failed\nStatus: 5.0.0\n"
        "Diagnostic-Code: smtp; 550 User unknown",
        prose="<ann@example.org>: host mx said: 550 User unknown (in reply to end of DATA command)\n",
    )
    [one] = read(raw).reports
    assert (one.reason, one.about_the_address, one.address_is_bad) == (
        Reason.NO_SUCH_MAILBOX,
        True,
        False,
    )


def test_prose_gives_the_words_that_fields_lack():
    raw = report(
        "Final-Recipient: rfc822;ann@example.org\nAction: failed\nStatus: 5.0.0",
        prose="ann@example.org: 550 5.7.25 No PTR record for 192.0.2.1\n",
    )
    [one] = read(raw).reports
    assert (one.status, one.code, one.reason) == ("5.7.25", 550, Reason.BLOCKED)


PROSE = [
    (  # like qmail
        """
        I'm afraid I wasn't able to deliver your message to the following addresses.

        <ann@example.org>:
        192.0.2.1 does not like recipient.
        Remote host said: 550 5.1.1 <ann@example.org> unknown recipient
        Giving up on 192.0.2.1.
        """,
        [("ann@example.org", 550, "5.1.1", Reason.NO_SUCH_MAILBOX, True)],
    ),
    (  # like Exim, two recipients
        """
        A message that you sent could not be delivered to one or more of its recipients.

          ann@example.org
            SMTP error from remote mail server after RCPT TO:<ann@example.org>:
            host mx.example.org [192.0.2.1]: 552 5.2.2 mailbox is full
          bo@example.org
            SMTP error from remote mail server after MAIL FROM:<rita@example.com>:
            550 unknown domain
        """,
        [
            ("ann@example.org", 552, "5.2.2", Reason.MAILBOX_FULL, False),
            ("bo@example.org", 550, "", Reason.SENDER, False),
        ],
    ),
    (  # like Exchange and Notes: no code at all
        """
        Your message

          To:      ann@example.org
          Subject: An offer

        did not reach the following recipient(s):

        ann@example.org on Mon, 5 Jan 2026 10:00:00 +0100
            The recipient name is not recognized
        """,
        [("ann@example.org", 0, "", Reason.NO_SUCH_MAILBOX, True)],
    ),
    (  # like Google's
        """
        Delivery to the following recipient failed permanently:

             ann@example.org

        The error that the other server returned was:
        550 5.7.1 Blocked, see https://example.org/user-unknown
        """,
        [("ann@example.org", 550, "5.7.1", Reason.BLOCKED, False)],
    ),
    (
        "There was an error delivering your mail to <ann@example.org>.\n\nHost nowhere.example.org not found\n",
        [("ann@example.org", 0, "", Reason.NO_SUCH_HOST, True)],
    ),
]


@pytest.mark.parametrize(("body", "expected"), PROSE)
def test_a_report_in_prose_is_read(body, expected):
    reading = read(prose_report(body))
    found = [
        (one.recipient, one.code, one.status, one.reason, one.address_is_bad)
        for one in reading.reports
    ]
    assert reading.kind == Kind.DELIVERY_REPORT
    assert found == expected
    assert reading.about.message_ids == (ORIGINAL_ID,)


def test_failed_recipients_in_the_header_go_before_guesses():
    raw = prose_report(
        "pipe to a program for other@example.org failed\n", "X-Failed-Recipients: ann@example.org"
    )
    assert [one.recipient for one in read(raw).reports] == ["ann@example.org"]


def test_a_warning_in_prose_is_a_delay():
    raw = prose_report(
        "Your message has not yet been delivered to:\n\n  ann@example.org\n\nNo action is required.\n"
    )
    assert [(one.recipient, one.action) for one in read(raw).reports] == [
        ("ann@example.org", "delayed")
    ]


def test_a_report_that_names_nobody_is_still_a_report_with_its_original():
    reading = read(prose_report("Your message could not be delivered.\n", original=""))
    assert [(one.recipient, one.failed) for one in reading.reports] == [("", True)]


def test_people_who_quote_a_report_write_no_report():
    quoted = "Rita, look what I got:\n\nFinal-Recipient: rfc822;ann@example.org\nAction: failed\nStatus: 5.1.1\n"
    reading = read(answer("In-Reply-To: <x@y>", quoted, subject="Re: Undelivered Mail"))
    assert (reading.kind, reading.reports) == (Kind.REPLY, ())


def test_an_automatic_answer_that_sounds_like_a_report_is_none():
    raw = answer(
        "Return-Path: <>\nAuto-Submitted: auto-replied",
        "Bo has left. Your mail was not delivered.\n",
    )
    assert read(raw).kind == Kind.AUTO_REPLY


def test_a_notification_of_ses_is_read():
    body = """{"notificationType": "Bounce", "bounce": {"bounceType": "Permanent", "reportingMTA": "dns; ses.example.net",
    "bouncedRecipients": [{"emailAddress": "ann@example.org", "action": "failed", "status": "5.1.1",
    "diagnosticCode": "smtp; 550 5.1.1 user unknown"}]}, "mail": {"messageId": "0100-abc-000000",
    "commonHeaders": {"messageId": "<4711.first@mail.example.com>"}}}"""
    reading = read(message("From: no-reply@sns.example.net\nSubject: Notification", body))
    assert reading.kind == Kind.DELIVERY_REPORT
    assert [(one.recipient, one.status, one.address_is_bad) for one in reading.reports] == [
        ("ann@example.org", "5.1.1", True)
    ]
    assert reading.about.message_ids == ("0100-abc-000000", ORIGINAL_ID)
