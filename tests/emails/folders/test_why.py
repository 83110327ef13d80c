"""Why an email is where it is: one sentence for every state, and for every reason there is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone, translation

from emails.models import Channel, Email, Status
from emails.reasons import OWN, word
from emails.refusals import Reason
from emails.sending.answers import Break, Fault
from emails.why import point, why
from tests.factories import (
    make_attempt,
    make_draft,
    make_email,
    make_launched,
    make_person,
    make_user,
)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def rita(db):
    return make_user("Rita")


@pytest.fixture(autouse=True)
def _in_stockholm():
    with timezone.override(ZoneInfo("Europe/Stockholm")):
        yield


def scheduled(rita, **fields):
    email = make_email(rita, Status.SCHEDULED, send_at=fields.pop("send_at", timezone.now()))
    Email.objects.filter(pk=email.pk).update(**fields)
    return Email.objects.get(pk=email.pk)


def later(**ahead):
    return timezone.now() + timedelta(**ahead)


@pytest.mark.parametrize("status", Status)
def test_every_folder_has_its_sentence(rita, status):
    assert why(make_email(rita, status)).endswith(".")


def test_a_scheduled_email_says_when_it_goes_in_the_zone_that_was_meant(rita):
    with time_machine.travel(NOON, tick=False):
        email = scheduled(rita, send_at=later(days=1), send_zone="America/New_York")

        assert why(email) == (
            "Waits for its time: it goes out tomorrow at 13:00 your time (07:00 in New York)."
        )


def test_a_send_at_once_counts_the_seconds_in_which_it_can_be_undone(rita):
    with time_machine.travel(NOON, tick=False):
        email = make_draft(rita)
        email.send(by=rita)

        assert why(email) == "Goes out in 10 seconds; until then you can undo it."


def test_a_held_channel_says_why_and_until_when(rita):
    email = scheduled(rita)
    email.channel.hold("channel_sign_in", "535 5.7.8 authentication failed")

    said = why(Email.objects.get(pk=email.pk))

    assert said.startswith(
        "The channel “Office” is held after a fault: The server refused the user"
    )
    assert "It is tried again at " in said or "It is tried again tomorrow at" in said


def test_a_paused_channel_says_so(rita):
    email = scheduled(rita)
    Channel.objects.update(paused=True)

    assert "is paused" in why(Email.objects.get(pk=email.pk))


def test_an_email_on_hold_says_what_is_paused_as_far_as_it_is_known(rita):
    email = make_email(rita, Status.SCHEDULED)
    email.on_hold = True
    assert why(email) == "It is on hold: what it is part of is paused."

    email = make_launched(rita, make_person(rita)).emails.get()
    email.on_hold = True
    assert why(email) == "It belongs to a bulk email that is paused."


def test_a_deferred_email_says_why_and_when_it_is_tried_again(rita):
    email = scheduled(rita, send_at=later(minutes=5), deferrals=2, reason="mailbox_full")

    assert why(email).startswith(
        "The server has refused it for now 2 times: The mailbox is full. It is tried again "
    )


def test_a_full_day_says_when_there_is_room_again(rita):
    settings.LIMITS["EMAILS_PER_DAY"], before = 1, settings.LIMITS["EMAILS_PER_DAY"]
    try:
        make_attempt(make_email(rita, Status.SCHEDULED))
        said = why(scheduled(rita))
    finally:
        settings.LIMITS["EMAILS_PER_DAY"] = before

    assert said.startswith("The day’s limit of 1 emails is reached. It goes out tomorrow at ")


def test_a_throttled_channel_says_so(rita):
    make_attempt(make_email(rita, Status.SCHEDULED))
    email = scheduled(rita)
    Channel.objects.update(per_minute=1)

    assert "sends 1 emails a minute" in why(Email.objects.get(pk=email.pk))


def test_what_was_withdrawn_or_deleted_says_until_when_it_can_be_restored(rita):
    email = make_draft(rita)
    email.remove(by=rita)

    assert why(Email.objects.get(pk=email.pk)).startswith("Deleted at ")


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (NOON, "at 13:00"),
        (NOON + timedelta(days=1), "tomorrow at 13:00"),
        (NOON - timedelta(days=1), "yesterday at 13:00"),
        (NOON + timedelta(days=4), "on Fri 27 Nov at 13:00"),
        (NOON + timedelta(days=400), "on 28 Dec 2027 at 13:00"),
    ],
)
def test_a_moment_is_said_as_people_say_it(moment, said):
    with time_machine.travel(NOON, tick=False):
        assert point(moment) == said


CODES = [*OWN, *Reason.values, *Break.values, *(f"channel_{kind}" for kind in Fault.values)]


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("code", CODES)
def test_every_reason_has_a_sentence_and_a_label_in_every_language(code, language):
    with translation.override(language):
        told = word(code)

    assert told.sentence
    assert told.label
    assert "%(" not in told.sentence


@pytest.mark.parametrize("values", [{}, {"address": "%(x)s %"}, {"because": None}, {"reason": 5}])
@pytest.mark.parametrize("code", [*OWN, "channel_moon", "no_such_code", "100%"])
def test_unknown_codes_and_odd_values_never_raise(code, values):
    assert word(code, values).sentence


def test_a_suppressed_address_is_named_with_the_reason():
    told = word("suppressed", {"address": "maria@nordlys.example", "because": "unsubscribed"})

    assert told.sentence == "maria@nordlys.example must not be mailed: unsubscribed."


def test_no_code_has_no_words():
    assert not word("").sentence
