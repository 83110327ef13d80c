import io
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from accounts.models import Organisation
from emails.events import apply_events
from emails.inbound.ingest import ingest
from emails.models import Event, ReturnedMail, Status
from emails.tracking import tokens
from prospects.models import ConsentChange, Suppression
from tests.factories import make_email, make_user

pytestmark = pytest.mark.django_db
Kind = Event.Kind


@pytest.fixture
def rita():
    return make_user("Rita Ek")


@pytest.fixture
def email(rita):
    return make_email(rita, Status.DELIVERED, cc=["boss@nordlys.example", "legal@firm.example"])


def token_of(email, number=1):
    return tokens.make(tokens.Use.RETURN, email.pk, number)


def answer_to(email, *, sender="maria@nordlys.example", text="Yes, Thursday works.", **headers):
    message = EmailMessage()
    message["From"], message["To"] = sender, email.identity.address
    message["Subject"] = headers.pop("Subject", f"Re: {email.subject}")
    message["Message-ID"] = headers.pop("Message_ID", "<answer-1@nordlys.example>")
    message["In-Reply-To"] = headers.pop("In_Reply_To", f"<{email.message_id}>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(f"{text}\n\nOn Monday Rita Ek wrote:\n> Hi Maria, as promised.\n")
    return message.as_bytes()


def report(
    email, *, recipient="", action="failed", status="5.1.1", words="550 5.1.1 no such user", **more
):
    """A delivery report (RFC 3464); `envid` and `returned` are what names the original."""
    returned = more.get("returned", f"Message-ID: <{email.message_id}>\nTo: {email.to_address}\n")
    envid = f"Original-Envelope-Id: {more['envid']}\n" if "envid" in more else ""
    lines = f"""\
From: Mail Delivery System <MAILER-DAEMON@mx.nordlys.example>
To: {email.identity.address}
Subject: Undelivered Mail Returned to Sender
Message-ID: {more.get("message_id", "<report-1@mx.nordlys.example>")}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: text/plain

This is the mail system.

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.nordlys.example
{envid}
Final-Recipient: rfc822; {recipient or email.to_address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--=_b
Content-Type: text/rfc822-headers

From: {email.identity.address}
Subject: {email.subject}
{returned}
--=_b--
"""
    return lines.replace("\n", "\r\n").encode()


def complaint(email, *, kind="abuse", recipient="", returned=""):
    returned = returned or f"{settings.TOKEN_HEADER}: {token_of(email)}"
    lines = f"""\
From: <feedback@provider.example>
To: <abuse@team.example>
Subject: complaint
Message-ID: <arf-1@provider.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="=_b"

--=_b
Content-Type: text/plain

This is an email abuse report.
--=_b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Provider/1.0
Version: 1
Original-Rcpt-To: <{recipient or email.to_address}>

--=_b
Content-Type: message/rfc822

From: {email.identity.address}
To: {email.to_address}
Subject: {email.subject}
{returned}

Hi Maria, as promised.
--=_b--
"""
    return lines.encode()


def taken(raw):
    """What a message led to, once it is applied."""
    returned = ingest(raw)
    apply_events()
    if returned.email:
        returned.email.refresh_from_db()
    return returned


# Replies ---------------------------------------------------------------------------------------


def test_a_reply_is_recorded_with_what_it_says(email):
    returned = taken(answer_to(email))

    assert (returned.kind, returned.email, returned.note) == ("reply", email, "")
    assert (returned.email.replies, returned.email.status) == (1, Status.DELIVERED)
    event = email.events.get(kind=Kind.REPLY)
    assert event.data["text"] == "Yes, Thursday works."
    assert event.data["from"] == "maria@nordlys.example"
    assert event.attempt == email.attempts.get()


def test_a_reply_counts_whoever_it_is_from(email):
    assert taken(answer_to(email, sender="assistant@elsewhere.example")).email.replies == 1


def test_a_reply_further_down_the_thread_is_found_by_its_references(email):
    raw = answer_to(
        email,
        In_Reply_To="<between@nordlys.example>",
        References=f"<{email.message_id}> <between@nordlys.example>",
    )

    assert taken(raw).email == email


def test_the_senders_own_mail_in_the_thread_is_no_reply(email):
    returned = taken(answer_to(email, sender=f"Rita <{email.identity.address.upper()}>"))

    assert (returned.email, returned.email.replies) == (email, 0)
    assert returned.note == "written by the sender"


def test_a_reply_makes_an_unconfirmed_email_delivered(rita):
    email = make_email(rita, Status.IN_PROGRESS)
    email.attempts.update(ended_at=timezone.now())
    email.weigh()
    assert email.is_unconfirmed

    assert taken(answer_to(email)).email.status == Status.DELIVERED


def test_a_reply_to_an_archived_email_is_recorded(rita, email):
    email.archive(by=rita)

    assert taken(answer_to(email)).email.replies == 1


def test_an_absence_notice_is_no_reply(email):
    raw = answer_to(email, Subject="Automatic reply: away", Auto_Submitted="auto-replied")
    returned = taken(raw)

    assert returned.kind == "auto_reply"
    assert (returned.email.replies, returned.email.auto_replies) == (0, 1)


def test_a_reply_is_dated_as_sent_but_never_before_the_email_nor_in_the_future(email):
    attempt = email.attempts.get()
    attempt.started_at = timezone.now() - timedelta(days=3)
    attempt.save()
    sent = (timezone.now() - timedelta(days=2)).replace(microsecond=0)
    dates = {
        "<1@x.example>": sent,
        "<2@x.example>": attempt.started_at - timedelta(hours=2),
        "<3@x.example>": timezone.now() + timedelta(days=900),
    }
    for name, date in dates.items():
        taken(answer_to(email, Message_ID=name, Date=format_datetime(date)))

    first, second, third = email.events.filter(kind=Kind.REPLY).order_by("pk")
    assert (first.at, second.at) == (sent, attempt.started_at)
    assert third.at <= timezone.now()


# Reports ---------------------------------------------------------------------------------------


def test_a_bounce_moves_the_email_with_the_servers_words_and_suppresses_the_address(email):
    returned = taken(report(email))

    assert (returned.kind, returned.email.status) == ("delivery_report", Status.BOUNCED)
    assert returned.email.server_words == "no such user"
    event = email.events.get(kind=Kind.BOUNCE)
    assert (event.data["code"], event.data["status"]) == (550, "5.1.1")
    assert returned.email.reason == "no_such_mailbox"
    assert Suppression.objects.covering(email.to_address).get().reason == "bounced"


def test_what_the_reporting_server_adds_is_left_out(email):
    words = "host mx.nordlys.example[192.0.2.1] said: 550 5.1.1 no such user (in reply to RCPT)"

    assert taken(report(email, words=words)).email.server_words == "no such user (in reply to RCPT)"


def test_a_full_mailbox_bounces_and_suppresses_nobody(email):
    returned = taken(report(email, status="5.2.2", words="552 5.2.2 mailbox full"))

    assert (returned.email.status, returned.email.reason) == (Status.BOUNCED, "mailbox_full")
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    ("status", "reasons"),
    [("5.2.2", {"unsubscribed"}), ("5.1.1", {"unsubscribed", "bounced"})],
)
def test_where_the_organisation_wants_it_a_bounce_unsubscribes_whatever_it_says(
    email, status, reasons
):
    Organisation.current()
    Organisation.objects.update(bounce_unsubscribes=True)
    taken(report(email, status=status, words=f"550 {status} no"))

    covering = Suppression.objects.covering(email.to_address)
    assert {row.reason for row in covering} == reasons
    line = ConsentChange.objects.get(what="unsubscribed")
    assert (line.source, line.email, line.words) == ("bounce", email, "no")


def test_who_is_unsubscribed_by_a_bounce_is_not_freed_by_a_retry(email):
    Organisation.current()
    Organisation.objects.update(bounce_unsubscribes=True)
    bounced = taken(report(email)).email
    bounced.retry(by=bounced.owner)

    assert Suppression.objects.covering(email.to_address).get().reason == "unsubscribed"


@pytest.mark.parametrize(
    "named",
    [
        {"envid": "{token}", "returned": ""},
        {"returned": "X-Command-Center: {token}\n"},
        {"returned": "Return-Path: <b+{token}@mail.team.example>\n"},
    ],
)
def test_a_report_is_matched_by_what_we_signed(email, named):
    named = {name: value.format(token=token_of(email)) for name, value in named.items()}

    assert taken(report(email, **named)).email == email


def test_a_report_names_its_attempt(rita, email):
    email.attempts.update(started_at=timezone.now() - timedelta(days=1))
    taken(report(email))
    email.refresh_from_db()
    email.retry(by=rita)
    from tests.factories import make_attempt

    make_attempt(email)

    late = report(email, envid=token_of(email, 1), returned="", message_id="<late@mx.example>")
    taken(late)

    assert set(email.events.filter(kind=Kind.BOUNCE).values_list("attempt__number", flat=True)) == {
        1
    }
    email.refresh_from_db()
    assert email.status == Status.IN_PROGRESS


@pytest.mark.parametrize("forged", ["x" * 31, "", "AQAAAAAAAAABAAG1b2JvYm9ib2JvYm8"])
def test_a_forged_report_changes_nothing(email, forged):
    returned = taken(
        report(email, envid=forged, returned=f"Message-ID: <{forged or 'a'}@team.example>")
    )

    assert returned.email is None
    assert returned.note == "names none of our emails"
    email.refresh_from_db()
    assert email.status == Status.DELIVERED
    assert not email.events.filter(kind=Kind.BOUNCE).exists()


def test_a_token_of_a_pixel_is_no_ones_report(email):
    pixel = tokens.make(tokens.Use.OPEN, email.pk, 1)

    assert taken(report(email, envid=pixel, returned="")).email is None


def test_that_a_copy_bounced_is_noted_and_moves_nothing(email):
    returned = taken(report(email, recipient="Boss@nordlys.example"))

    assert returned.email.status == Status.DELIVERED
    assert returned.note == "failed for Boss@nordlys.example, not for its To"
    assert Suppression.objects.covering("boss@nordlys.example").exists()
    assert not Suppression.objects.covering(email.to_address).exists()


def test_a_forwarded_address_bounces_the_email_and_not_the_address_we_wrote_to(rita):
    email = make_email(rita, Status.DELIVERED)
    returned = taken(report(email, recipient="old.colleague@elsewhere.example"))

    assert returned.email.status == Status.BOUNCED
    assert not Suppression.objects.exists()


def test_a_stranger_among_several_recipients_is_nobodys_bounce(email):
    assert taken(report(email, recipient="x@elsewhere.example")).email.status == Status.DELIVERED


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("delayed", "4.4.1", Kind.DELAY),
        ("delivered", "2.0.0", Kind.DELIVERED),
        ("relayed", "2.0.0", Kind.DELIVERED),
    ],
)
def test_a_notice_that_is_no_failure_moves_nothing(email, action, status, kind):
    returned = taken(report(email, action=action, status=status, words="still trying"))

    assert returned.email.status == Status.DELIVERED
    assert email.events.filter(kind=kind).count() == 1


# Complaints ------------------------------------------------------------------------------------


def test_a_complaint_moves_the_email_to_spam_and_suppresses_the_address(email):
    returned = taken(complaint(email))

    assert (returned.kind, returned.email.status) == ("complaint", Status.SPAM)
    assert Suppression.objects.covering(email.to_address).get().reason == "complained"


def test_a_complaint_with_a_forged_token_changes_nothing(email):
    returned = taken(complaint(email, returned="X-Command-Center: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))

    assert returned.email is None
    assert not Suppression.objects.exists()


def test_that_it_was_no_spam_moves_nothing(email):
    assert taken(complaint(email, kind="not-spam")).email.status == Status.DELIVERED


def test_a_wish_for_no_more_mail_is_heeded_and_is_no_complaint(email):
    returned = taken(complaint(email, kind="opt-out"))

    assert returned.email.status == Status.DELIVERED
    assert Suppression.objects.covering(email.to_address).get().reason == "unsubscribed"


def test_a_complaint_of_somebody_in_copy_is_noted_and_suppresses_them(email):
    returned = taken(complaint(email, recipient="legal@firm.example"))

    assert returned.email.status == Status.DELIVERED
    assert Suppression.objects.covering("legal@firm.example").get().reason == "complained"


# Once, and whole -------------------------------------------------------------------------------


def test_the_same_mail_twice_is_one_event(email):
    first, second = taken(answer_to(email)), taken(answer_to(email))
    by_another_way = taken(b"Received: by another way\r\n" + answer_to(email))

    assert first == second != by_another_way
    email.refresh_from_db()
    assert email.replies == 1


def test_what_names_none_of_ours_is_kept_whole(email):
    raw = answer_to(email, In_Reply_To="<somebody@else.example>")
    returned = taken(raw)

    assert (bytes(returned.raw), returned.email) == (raw, None)
    assert (returned.sender, returned.subject) == ("maria@nordlys.example", f"Re: {email.subject}")


def test_what_matched_nothing_is_tried_again(email):
    raw = answer_to(email, In_Reply_To="<given@provider-that-renames.example>")
    assert taken(raw).email is None

    email.attempts.update(provider_id="given@provider-that-renames.example")
    assert taken(raw).email == email


def test_a_short_provider_id_is_too_easy_to_guess(email):
    email.attempts.update(provider_id="4XyZ12")

    assert taken(answer_to(email, In_Reply_To="<4XyZ12>")).email is None


def test_amazons_name_for_a_message_is_known_with_its_domain(email):
    email.attempts.update(provider_id="0102018f5c3a-1b2c3d4e-000000")
    raw = answer_to(email, In_Reply_To="<0102018f5c3a-1b2c3d4e-000000@eu-west-1.amazonses.com>")

    assert taken(raw).email == email


@how(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=400), st.sampled_from(["head", "body", "alone"]))
def test_no_message_is_too_strange(email, junk, place):
    raw = answer_to(email)
    raw = {"head": junk + b"\r\n" + raw, "body": raw + junk, "alone": junk}[place]

    assert ReturnedMail.objects.filter(pk=ingest(raw).pk).exists()


# The command -----------------------------------------------------------------------------------


def run(*sources):
    out = io.StringIO()
    call_command("ingest_mail", *map(str, sources), stdout=out)
    return out.getvalue()


def test_files_are_taken(email, tmp_path: Path):
    (tmp_path / "reply.eml").write_bytes(answer_to(email))
    (tmp_path / "report.eml").write_bytes(report(email))

    said = run(tmp_path / "reply.eml", tmp_path / "report.eml")

    assert f"reply.eml: reply, email {email.pk}" in said
    assert ReturnedMail.objects.count() == 2


def test_standard_input_is_taken(email, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(answer_to(email))))

    assert "standard input: reply" in run("-")


def test_a_maildir_is_emptied_into_cur(email, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1.host").write_bytes(answer_to(email))

    run(tmp_path)
    run(tmp_path)

    assert [path.name for path in (tmp_path / "cur").iterdir()] == ["1.host:2,S"]
    assert ReturnedMail.objects.count() == 1


def test_while_the_database_is_away_the_mail_server_keeps_the_mail(email, tmp_path, monkeypatch):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1.host").write_bytes(answer_to(email))

    def away(raw):
        raise OperationalError("gone")

    monkeypatch.setattr("emails.management.commands.ingest_mail.ingest", away)
    with pytest.raises(CommandError) as stopped:
        run(tmp_path)

    assert stopped.value.returncode == 75
    assert (tmp_path / "new" / "1.host").exists()


def test_a_missing_file_is_named_and_the_others_are_taken(email, tmp_path):
    (tmp_path / "reply.eml").write_bytes(answer_to(email))

    with pytest.raises(CommandError, match="nowhere") as stopped:
        run(tmp_path / "nowhere.eml", tmp_path / "reply.eml")

    assert stopped.value.returncode == 66
    assert ReturnedMail.objects.count() == 1
