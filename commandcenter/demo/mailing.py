"""The bulk emails of the demo: one of the first rep's that has run its course, one that she writes."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from emails.bulk.adding import add_people
from emails.models import BulkRecipient, BulkSend, Lane
from emails.models.email import wall_columns
from prospects.models import Group, Person

from .letters import MAILING, MAILING_TO_ONE, Letter
from .readers import Reader
from .record import SECOND

if TYPE_CHECKING:
    from .plot import Plot
    from .story import Story

RECIPIENTS, OWN = 38, 2
WRITTEN_TO = "Webinar in October"
FIELDS = {"name": "{{first_name}}", "company": "{{company}}"}


class Mailing:
    """Its emails are told like all others, and belong to it from `store()` on."""

    def __init__(self, plot: "Plot") -> None:
        self.plot = plot
        self.identity = plot.crew.identities[0]
        self.told: list[Story] = []

    def stories(self, at: datetime, blocked: Person) -> "Iterator[Story]":
        """One for each recipient, all for `at`; the one to `blocked` is stopped by our checks."""
        plot, chance = self.plot, self.plot.chance
        people = chance.sample(plot.mailable(self.identity), RECIPIENTS)
        for number, person in enumerate([*people, blocked]):
            letter = MAILING_TO_ONE if number < OWN else MAILING
            story = plot.scheduled(self.identity, person, letter, at)
            if person is blocked:
                told = {"address": person.email, "because": "blocked"}
                story.stop(at + SECOND, "suppressed", **told)
            else:
                story.hand_over(at + SECOND)
                story.accept(at + 2 * SECOND)
                plot.engage(story, Reader.one_of_many(chance))
            self.told.append(story)
            yield story

    def store(self) -> None:
        """The bulk email itself and its recipients; the emails are stored after it."""
        stored_bulk(self.told, MAILING)

    def begin_another(self) -> None:
        """A draft to a group, with words of their own for some of them."""
        anna = self.identity.owner
        bulk = BulkSend.objects.create(
            owner=anna,
            identity=self.identity,
            subject="The recording of our webinar, {{first_name}}",
            html=(
                "<p>Hi {{first_name}},</p><p>thank you for being there in October. Here is the"
                " recording for you and your colleagues at {{company}}.</p><p>Best regards<br>"
                f"{self.identity.name}</p>"
            ),
            typed={"zone": anna.time_zone},
        )
        group = Group.objects.get(owner=anna, name=WRITTEN_TO)
        add_people(bulk, Person.seen_by(anna).in_group(group))
        for recipient in bulk.recipients.in_order()[:3]:
            greeting = "<p>Hi {{first_name}}, and thank you for your question at the end.</p>"
            recipient.write(bulk.subject, f"{greeting}{bulk.html}", common=bulk)


def stored_bulk(told: "list[Story]", letter: Letter, **fields: Any) -> BulkSend:
    """The bulk email that says `letter`, gone out as `told` has it: what says something else has words
    of its own. `fields` are columns besides."""
    first = told[0].email
    assert first.send_at and first.identity
    bulk = BulkSend.objects.create(
        owner=first.owner,
        identity=first.identity,
        channel=first.channel,
        subject=letter.subject,
        html=_html(letter, first.identity.name),
        state=BulkSend.State.OPEN,
        created_at=first.created_at,
        launched_at=first.created_at,
        made_at=first.created_at,
        shown_at=first.created_at,
        **wall_columns(first.send_at, first.owner.time_zone),
        **fields,
    )
    for story in told:
        email = story.email
        own = _html(story.letter, first.identity.name) if story.letter is not letter else None
        email.bulk, email.lane = bulk, Lane.BULK
        email.bulk_recipient = BulkRecipient.objects.create(
            bulk=bulk,
            person=story.person,
            address=email.to_address,
            name=email.to_name,
            html=own,
            edited_at=first.created_at if own else None,
        )
    return bulk


def _html(letter: Letter, sender: str) -> str:
    return letter.html(sender=sender, **FIELDS)
