"""How what was done with campaigns is taken back; found at start-up."""

from .launching import undo as launching_undo  # noqa: F401
from .leaving import removing  # noqa: F401
