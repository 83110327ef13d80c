from .organisation import Organisation
from .teams import Membership, Team
from .undo import Undo, UndoRefused
from .users import LastAdmin, User

__all__ = ["LastAdmin", "Membership", "Organisation", "Team", "Undo", "UndoRefused", "User"]
