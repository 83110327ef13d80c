"""What a few letters find: the best people, emails, campaigns and templates, for the header."""

from .look import LONGEST, Quick

__all__ = ["LONGEST", "Quick"]
