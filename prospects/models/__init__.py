from .groups import Group, GroupMember
from .imports import PeopleImport
from .people import Person, sort_key
from .suppression import Suppression

__all__ = ["Group", "GroupMember", "PeopleImport", "Person", "Suppression", "sort_key"]
