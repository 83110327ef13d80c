from .organisation import Organisation
from .teams import Membership, Team
from .undo import Undo, UndoRefused
from .users import User

__all__ = ["Membership", "Organisation", "Team", "Undo", "UndoRefused", "User"]
