"""All that can be asked about, by the word that the text form has for it.

    field_named("viewed").label
    fields_for("people", looking)     # what a builder offers, own fields included

Whoever adds a field writes it into the list of its concept's file, and its meaning into
tests/search/paper.py.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from . import activity, campaigns, emails, enrollments, own, people, tasks
from .kinds import Choices, Field, Over, Role

if TYPE_CHECKING:
    from ..looking import Looking

__all__ = ["FIELDS", "Choices", "Field", "Over", "Role", "field_named", "fields_for"]

SUBJECTS = ("emails", "people")
# In the order in which builders offer them.
FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        *activity.FIELDS,
        *emails.FIELDS,
        *campaigns.FIELDS,
        *people.FIELDS,
        *enrollments.FIELDS,
        *tasks.FIELDS,
    )
}


def field_named(name: str) -> Field:
    """The field whose word is `name`; raises ValueError, which offers the nearest one there is."""
    from ..language.nearest import nearest

    if found := FIELDS.get(name) or own.field_named(name):
        return found
    if near := nearest(name, FIELDS):
        raise ValueError(
            _("There is nothing called “%(name)s” to search by. Did you mean “%(near)s”?")
            % {"name": name[:40], "near": near}
        )
    raise ValueError(_("There is nothing called “%(name)s” to search by.") % {"name": name[:40]})


def fields_for(subject: str, looking: "Looking") -> Sequence[Field]:
    """What "emails" or "people" can be searched by, as whoever searches may."""
    offered = [field for field in FIELDS.values() if subject in field.subjects]
    if not looking.may_view_as_others:
        offered = [field for field in offered if field.name != emails.SENDER]
    return [*offered, *own.all_fields()]
