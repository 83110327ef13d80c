"""How what was done with campaigns is taken back; found at start-up."""

from .launching import undo as launching_undo  # noqa: F401
