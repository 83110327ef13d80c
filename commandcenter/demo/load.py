"""Storing the demo, in as few statements as it takes."""

from random import Random

from django.db import connection, transaction
from django.utils import timezone

from emails.events import Observation
from emails.models import Attempt, Email, EmailContent, Event, Link, Transition
from emails.resolving import about
from emails.sending.html import text_of
from emails.tracking.rewriting import instrument
from emails.unsubscribing.wording import footer

from . import library, todo
from .consent import store_consent
from .contacts import add_contacts
from .crew import make_crew
from .plot import Plot
from .story import Story

SEED = 20_270_104
BATCH = 1000


@transaction.atomic
def load(smtp_port: int) -> int:
    """Store the organisation and all its emails; returns how many emails there are.

    All or nothing: what breaks off leaves nothing behind.
    """
    chance, now = Random(SEED), timezone.now()  # noqa: S311 (invented people, not secrets)
    plot = Plot(chance, make_crew(chance, now, smtp_port), now)
    stories = plot.stories()
    plot.mailing.store()
    plot.rollout.store()
    library.stock(chance, now, stories)
    plot.rollout.personal.store(plot.rollout.campaign)
    _store_emails(stories)
    plot.rollout.personal.connect()
    _store_history(stories)
    store_consent(stories, plot.block(), plot.crew.admin, now)
    add_contacts(Random(SEED), now, plot.crew.people)  # noqa: S311 (invented people, not secrets)
    plot.mailing.begin_another()
    plot.rollout.enroll()
    plot.rollout.personal.call()
    todo.plan(Random(SEED), now, plot.crew.people)  # noqa: S311 (invented people, not secrets)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # so much at once, and the planner would know of none of it
    return len(stories)


def _store_emails(stories: list[Story]) -> None:
    """The emails with what they say; those that were handed over with their recipient's copy."""
    Email.objects.bulk_create([story.email for story in stories], batch_size=BATCH)
    links: list[Link] = []
    for story in stories:
        story.content.email = story.email
        if story.attempts:
            below = footer(about(story.email), story.content.html)
            copy, found = instrument(story.email, story.content.html + below)
            story.content.sent_html = copy
            story.content.sent_text = f"{story.text.rstrip()}\n\n{text_of(below)}"
            links += found
    EmailContent.objects.bulk_create([story.content for story in stories], batch_size=BATCH)
    Link.objects.bulk_create(links, batch_size=BATCH)
    named = {(link.email_id, link.number): link for link in links}
    for story in stories:
        for index, number in story.clicked.items():
            story.events[index].link = named[story.email.pk, number]


def _store_history(stories: list[Story]) -> None:
    """Attempts, events and transitions, each in the order in which they came about."""
    attempts = [attempt for story in stories for attempt in story.attempts]
    attempts.sort(key=lambda attempt: attempt.started_at)
    Attempt.objects.bulk_create(attempts, batch_size=BATCH)
    events = [event for story in stories for event in story.events]
    events.sort(key=lambda event: event.at)
    for event in events:
        event.fingerprint = _fingerprint(event)
    Event.objects.bulk_create(events, batch_size=BATCH)
    transitions = [transition for story in stories for transition in story.transitions]
    transitions.sort(key=lambda transition: transition.at)
    Transition.objects.bulk_create(transitions, batch_size=BATCH)


def _fingerprint(event: Event) -> bytes:
    """As record() would make it: an answer is named by its attempt, all else is new."""
    name = f"attempt {event.attempt.pk}" if event.source == "smtp" and event.attempt else ""
    seen = Observation(
        email_id=event.email_id,
        kind=Event.Kind(event.kind),
        at=event.at,
        source=event.source,
        source_id=name,
    )
    return seen.fingerprint
