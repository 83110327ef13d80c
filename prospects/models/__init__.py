from .custom_fields import CustomField, key_of
from .groups import Group, GroupFull, GroupMember
from .imports import PeopleImport
from .people import Person, sort_key
from .suppression import Suppression, hash_of, values_covering

__all__ = [
    "CustomField",
    "Group",
    "GroupFull",
    "GroupMember",
    "PeopleImport",
    "Person",
    "Suppression",
    "hash_of",
    "key_of",
    "sort_key",
    "values_covering",
]
