from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..models import User
    from ..models.categories import Category


@dataclass(frozen=True)
class Shelf:
    """A category's name with all that the user finds under it; `is_mine` if they keep one."""

    category: "Category"
    size: int
    is_mine: bool


def shelves(kind: "type[Category]", user: "User") -> list[Shelf]:
    """By name. A colleague's category is there as long as something in it is shared."""
    sizes = kind.things_seen_by(user).sizes()
    return [
        Shelf(category, sizes.get(category.name.lower(), 0), category.owner_id == user.pk)
        for category in kind.seen_by(user)
    ]
