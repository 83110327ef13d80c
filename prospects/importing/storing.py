"""The people of a file, into the database and a group."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import batched
from typing import TYPE_CHECKING

from django.utils import timezone

from ..models import Group, Person
from ..models.telling import tell_owners
from .checks import Candidate, Refused

if TYPE_CHECKING:
    from accounts.models import User

    from ..models.people import PersonQuerySet

AT_ONCE = 2000


@dataclass
class Result:
    """What became of the rows: every one is counted once."""

    added: int = 0
    known: int = 0
    repeated: int = 0
    refused: list[Refused] = field(default_factory=list)


def store(rows: Iterable[Candidate | Refused], owner: "User", group: Group | None) -> Result:
    """Make people of the candidates, `owner`'s, and put all of them into `group`.

    Who is known already is not changed, only put into the group. A known person whom `owner`
    may not see is refused. Call it in a transaction.
    """
    result = Result()
    candidates: dict[str, Candidate] = {}
    for row in rows:
        if isinstance(row, Refused):
            result.refused.append(row)
        elif candidates.setdefault(row.key, row) is not row:
            result.repeated += 1
    before = _ids(candidates)
    _create((row for key, row in candidates.items() if key not in before), owner)
    ids = _ids(candidates, seen_by=owner)
    hidden = [row for key, row in candidates.items() if key not in ids]
    result.refused += [Refused(row.row, ["taken"]) for row in hidden]
    result.refused.sort(key=lambda refused: refused.row.line)
    result.added = len(ids.keys() - before.keys())
    tell_owners([pk for key, pk in ids.items() if key not in before], owner.pk)
    result.known = len(ids) - result.added
    if group:
        group.add_ids(ids.values())
    return result


def _create(candidates: Iterable[Candidate], owner: "User") -> None:
    now = timezone.now()
    for some in batched(candidates, AT_ONCE):
        people = [Person(owner=owner, created_at=now, **row.fields) for row in some]
        for person in people:
            person.prepare()
        # Somebody may add one of them at this very moment; then theirs stays.
        Person.objects.bulk_create(people, ignore_conflicts=True)


def _ids(keys: Iterable[str], seen_by: "User | None" = None) -> dict[str, int]:
    """The ids of those people that exist, by address in lower case."""
    people = Person.seen_by(seen_by) if seen_by else Person.objects.present()
    return dict(_found(people, keys))


def _found(people: "PersonQuerySet", keys: Iterable[str]) -> Iterator[tuple[str, int]]:
    for some in batched(keys, AT_ONCE):
        yield from people.by_keys(some)
