"""Who is in a campaign is not deleted."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from prospects.keeping import keeps

from .models import Campaign, Enrollment

if TYPE_CHECKING:
    from accounts.models import User


@keeps
def in_campaigns(people: Sequence[int], user: "User") -> Mapping[int, str]:
    """Why each of these stays who is on the way through a campaign, by name as far as `user` may
    know it, and what to do first."""
    under_way = Enrollment.objects.open().filter(person__in=people)
    ways = under_way.select_related("person", "campaign", "owner").order_by("-pk")
    known = set(Campaign.seen_by(user).values_list("pk", flat=True)) if ways else set()
    return {way.person_id: _sentence(way, user, known) for way in ways}


def _sentence(way: Enrollment, user: "User", known: set[int]) -> str:
    told = {"person": way.person.name, "campaign": way.campaign, "owner": way.owner}
    if way.campaign_id not in known:
        return (
            _(
                "%(person)s is in a campaign of %(owner)s’s and was not deleted. Ask %(owner)s to"
                " remove them from it first."
            )
            % told
        )
    return (
        _(
            "%(person)s is in the campaign “%(campaign)s” and was not deleted. Remove them from it"
            " first."
        )
        % told
    )
