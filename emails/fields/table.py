"""The table of fields: what each is called, what it looks like, and where its value is from."""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .values import About

CUSTOM = "custom_field_"


class Group(models.TextChoices):
    """The groups in which pickers show the fields."""

    PERSON = "person", _("Person")
    CUSTOM = "custom", _("Your own fields")
    SENDER = "sender", _("Sender")
    UNSUBSCRIBE = "unsubscribe", _("Unsubscribe")
    LAST_EMAIL = "last_email", _("Last email")


class Mend(StrEnum):
    """Where an empty field is filled in."""

    PERSON = "person"
    SENDER = "sender"
    IDENTITY = "identity"
    NOWHERE = ""


@dataclass(frozen=True)
class Field:
    """A field `{{name}}`. `value` gives its text for one email, marked safe where it is HTML of
    ours; "" where there is none."""

    name: str
    label: str | Promise
    example: str | Promise
    group: Group
    value: "Callable[[About], str]"
    mend: Mend = Mend.NOWHERE

    @property
    def code(self) -> str:
        return f"{{{{{self.name}}}}}"


FIELDS: dict[str, Field] = {}


def add(field: Field) -> None:
    """Let emails use `field` from now on; called while the apps are loaded."""
    FIELDS[field.name] = field


def known(name: str) -> bool:
    """Whether there can be a field of this name; whether a custom one exists is not asked."""
    return name in FIELDS or (name.startswith(CUSTOM) and len(name) > len(CUSTOM))


def named(name: str) -> Field:
    """The field of this known name."""
    return FIELDS.get(name) or custom(name.removeprefix(CUSTOM))


def custom(key: str, label: str = "") -> Field:
    """The field for what people have under `key`."""
    words = label or capfirst(key.replace("_", " "))
    value: Callable[[About], str] = lambda about: about.custom.get(key, "")  # noqa: E731
    return Field(
        f"{CUSTOM}{key}", words, _("what you wrote there"), Group.CUSTOM, value, Mend.PERSON
    )


def closest(name: str) -> str:
    """The field that may have been meant by `name`, or ""."""
    lowered = name.casefold().replace("-", "_")
    return next(iter(get_close_matches(lowered, FIELDS, n=1, cutoff=0.6)), "")
