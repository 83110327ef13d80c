from .organisation import Organisation
from .sharing import Shared, SharedQuerySet
from .teams import Membership, Team
from .undo import Undo, UndoRefused
from .users import LastAdmin, User

__all__ = [
    "LastAdmin",
    "Membership",
    "Organisation",
    "Shared",
    "SharedQuerySet",
    "Team",
    "Undo",
    "UndoRefused",
    "User",
]
