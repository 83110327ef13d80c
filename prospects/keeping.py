"""What higher layers have against deleting somebody: they are in use there.

    @keeps
    def in_campaigns(people, user):   # ids, and who asks
        return {42: _("%(person)s is in the campaign …")}

Asked with the people locked, so that whoever locks a person before using them comes before this,
or finds them deleted.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import User

Keeper = Callable[[Sequence[int], "User"], Mapping[int, str]]
KEEPERS: list[Keeper] = []


def keeps(keeper: Keeper) -> Keeper:
    """Register a function of (ids of people, user) that gives, for those who must stay, the
    sentence that says why and what to do."""
    KEEPERS.append(keeper)
    return keeper


def kept(people: Sequence[int], user: "User") -> dict[int, str]:
    """Who of these must stay, and why, in their order; one sentence each."""
    told: dict[int, str] = {}
    for keeper in KEEPERS:
        told = {**keeper(people, user), **told}
    return {pk: told[pk] for pk in people if pk in told}
