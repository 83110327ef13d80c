"""Who in the demo must not be mailed, how that came about, and who was let back in."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import cycle
from typing import TYPE_CHECKING, Any

from prospects.models import ConsentChange, Suppression

from .story import Story

if TYPE_CHECKING:
    from accounts.models import User

Reason, Source = Suppression.Reason, ConsentChange.Source
Because = ConsentChange.Because

SOURCES = {Reason.BOUNCED: Source.BOUNCE, Reason.COMPLAINED: Source.COMPLAINT}
# What those who unsubscribe say, if they say anything.
SAID = (
    (Source.LINK, Because.TOO_MANY, "Two emails a week are enough for me."),
    (Source.ONE_CLICK, "", ""),
    (Source.LINK, Because.WRONG_PERSON, "Please write to our purchasing department."),
    (Source.LINK, Because.NOT_FOR_ME, ""),
)
BACK_AFTER = timedelta(days=2)
BACK = "Called and asked to hear from us again."


def store_consent(
    stories: Sequence[Story], block: Suppression, admin: "User", now: datetime
) -> None:
    """The suppressions, each once, with their history; one who left has been let back in since."""
    changes = [_change(block, None, source=Source.ADMIN, by=admin, words=block.note)]
    told, said, rows = list(_each_once(stories)), cycle(SAID), [block]
    for story, row in told:
        source, because, words = SOURCES.get(Reason(row.reason)), "", ""
        if source is None:
            source, because, words = next(said)
        row.note = words
        rows.append(row)
        changes.append(_change(row, story, source=source, because=because, words=words))
    if returning := _who_comes_back(told, stories, now):
        changes.append(_let_back(*returning, admin))
    Suppression.objects.bulk_create(rows)
    ConsentChange.objects.bulk_create(sorted(changes, key=lambda change: change.at))


def _each_once(stories: Sequence[Story]) -> Iterator[tuple[Story, Suppression]]:
    known: set[tuple[str, str]] = set()
    for story in stories:
        for row in story.suppressions:
            if (row.value, row.reason) not in known:
                known.add((row.value, row.reason))
                yield story, row


def _who_comes_back(
    told: Sequence[tuple[Story, Suppression]], stories: Sequence[Story], now: datetime
) -> tuple[Story, Suppression] | None:
    """The first who unsubscribed long enough ago, and of whom nothing was stopped afterwards."""
    stopped = {story.person.pk for story in stories if story.email.reason == "suppressed"}
    for story, row in told:
        gone = row.reason == Reason.UNSUBSCRIBED and story.person.pk not in stopped
        if gone and row.created_at + BACK_AFTER < now:
            return story, row
    return None


def _let_back(story: Story, row: Suppression, admin: "User") -> ConsentChange:
    row.released_at, row.released_by = row.created_at + BACK_AFTER, admin
    change = _change(row, story, source=Source.ADMIN, by=admin, words=BACK)
    change.what, change.at = ConsentChange.What.RESUBSCRIBED, row.released_at
    change.email = None
    return change


def _change(row: Suppression, story: Story | None, **told: Any) -> ConsentChange:
    return ConsentChange(
        value=row.value,
        at=row.created_at,
        what=ConsentChange.WHAT[Reason(row.reason)],
        person=story.person if story else None,
        email=story.email if story else None,
        **told,
    )
