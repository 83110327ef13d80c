"""The categories beside the list of campaigns."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .models import Campaign, Category

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Shelf:
    """A category's name with all that the user finds under it; `is_mine` if they keep one."""

    category: Category
    size: int
    is_mine: bool


def shelves(user: "User") -> list[Shelf]:
    """By name. A colleague's category is there as long as something in it is shared."""
    sizes = Campaign.seen_by(user).sizes()
    return [
        Shelf(category, sizes.get(category.name.lower(), 0), category.owner_id == user.pk)
        for category in Category.seen_by(user)
    ]
