import pytest

from commandcenter.sink import answers
from commandcenter.sink.answers import REFUSALS, Original
from emails.events import apply_events
from emails.inbound.ingest import ingest
from emails.inbound.reading import Kind, read
from emails.models import Event, Status
from prospects.models import Suppression

pytestmark = pytest.mark.django_db


@pytest.fixture
def original(store, arrived, email) -> Original:
    return Original(store.get(arrived), email.to_address)


def led_to(raw, email):
    """What an answer led to: the returned mail, and the email as it is then."""
    returned = ingest(raw)
    apply_events()
    email.refresh_from_db()
    assert returned.email == email, returned.note
    return returned


def test_a_reply_threads_and_counts(original, email):
    raw = answers.reply(original, "Tack, det går bra på torsdag.")
    led_to(raw, email)

    reading = read(raw)
    assert reading.in_reply_to == (email.message_id,)
    assert (reading.from_name, reading.from_address) == (email.to_name, email.to_address)
    assert reading.subject == f"Re: {email.subject}"
    assert email.replies == 1
    assert email.events.get(kind=Event.Kind.REPLY).data["text"] == "Tack, det går bra på torsdag."


def test_an_absence_notice_says_that_nobody_wrote_it(original, email):
    led_to(answers.out_of_office(original, "Away."), email)

    assert (email.replies, email.auto_replies, email.status) == (0, 1, Status.DELIVERED)


@pytest.mark.parametrize("why", REFUSALS)
def test_a_bounce_tells_its_reason_in_the_servers_words(original, email, why):
    raw = answers.bounce(original, why)
    led_to(raw, email)

    (report,) = read(raw).reports
    assert (report.recipient, report.original_recipient) == (email.to_address,) * 2
    assert report.status == REFUSALS[why].status
    assert (email.status, email.reason) == (Status.BOUNCED, why)
    said = REFUSALS[why].words.format(recipient=email.to_address)
    assert said.endswith(email.server_words) and email.server_words
    assert Suppression.objects.exists() == (why == "no_such_mailbox")


def test_a_bounce_of_somebody_in_copy_moves_nothing(original, email):
    copy = Original(original.stored, "boss@nordlys.example")
    returned = led_to(answers.bounce(copy, "mailbox_full"), email)

    assert email.status == Status.DELIVERED
    assert "boss@nordlys.example" in returned.note


def test_a_complaint_brings_the_whole_message_back(original, email):
    raw = answers.complaint(original)
    led_to(raw, email)

    assert original.stored.raw in raw
    assert read(raw).kind == Kind.COMPLAINT
    assert email.status == Status.SPAM


@pytest.mark.parametrize(
    ("notice", "kind"),
    [(answers.delayed, Event.Kind.DELAY), (answers.delivered, Event.Kind.DELIVERED)],
)
def test_notices_are_listed_and_move_nothing(original, email, notice, kind):
    led_to(notice(original), email)

    assert email.status == Status.DELIVERED
    assert email.events.filter(kind=kind).count() == 1


def test_every_answer_is_a_message_that_python_reads_without_complaint(original):
    from email import message_from_bytes
    from email.policy import strict

    made = [
        answers.reply(original, "Ja."),
        answers.out_of_office(original, "Away."),
        answers.bounce(original, "blocked"),
        answers.complaint(original),
        answers.delayed(original),
    ]
    for raw in made:
        message = message_from_bytes(raw, policy=strict)
        assert message["Message-ID"] and message["Date"] and message["From"] and message["To"]
