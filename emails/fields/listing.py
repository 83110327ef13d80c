"""The fields as pickers list them: in groups, each with its value for the person at hand."""

from collections.abc import Iterable
from dataclasses import dataclass

from prospects.models import CustomField

from ..sending.html import line_of
from .table import CUSTOM, FIELDS, Field, Group, custom
from .values import Values


@dataclass(frozen=True)
class Listed:
    """A field in a picker. `value` is what it says to the person at hand, "" if nothing or if
    there is nobody."""

    field: Field
    value: str = ""


def listed(values: Values | None = None) -> list[tuple[Group, list[Listed]]]:
    """Every field that can be used now, in the order of their groups, those without fields left
    out."""
    fields = [
        *FIELDS.values(),
        *(custom(each.key, each.label) for each in CustomField.all_by_label()),
    ]
    groups = []
    for group in Group:
        shown = [_listed(field, values) for field in fields if field.group == group]
        if shown:
            groups.append((group, shown))
    return groups


def unknown_custom(names: Iterable[str]) -> list[str]:
    """Which of these names are custom fields that the organisation does not have."""
    asked = {name for name in names if name.startswith(CUSTOM)}
    if not asked:
        return []
    return sorted(asked - {each.placeholder for each in CustomField.all_by_label()})


def _listed(field: Field, values: Values | None) -> Listed:
    value = values.get(field.name, "") if values else ""
    return Listed(field, line_of(value)[:80] if hasattr(value, "__html__") else value[:80])
