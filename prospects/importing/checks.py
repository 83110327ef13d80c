"""Which rows are people, and what is wrong with the others."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from ..addresses import checked
from ..models import CustomField, Person
from .columns import CUSTOM, MEANINGS
from .sheet import Row, Sheet

LONGEST = {
    field.name: field.max_length
    for field in Person._meta.concrete_fields
    if field.name in MEANINGS and field.max_length and field.name != "email"
}
# What no name needs and what makes text look like other text (Unicode TR 36, 2.5).
UNSEEN = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
is_web_address = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True)
class Candidate:
    """A row that is a person; `key` is what makes two rows the same one."""

    row: Row
    values: dict[str, str]

    @property
    def fields(self) -> dict[str, object]:
        """As a Person takes them, the organisation's own fields among them."""
        own = {
            code.removeprefix(CUSTOM): text
            for code, text in self.values.items()
            if code.startswith(CUSTOM) and text
        }
        plain = {code: text for code, text in self.values.items() if not code.startswith(CUSTOM)}
        return {**plain, "custom": own}

    @property
    def key(self) -> str:
        return self.values["email"].lower()


@dataclass(frozen=True)
class Refused:
    """A row that is none, and why (codes of wording.ROW_PROBLEMS, a field after the colon)."""

    row: Row
    problems: list[str] = field(default_factory=list)

    def as_list(self) -> list[object]:
        """As PeopleImport keeps it."""
        return [self.row.line, self.row.cells, self.problems]


def read(sheet: Sheet, mapping: Mapping[int, str]) -> Iterator[Candidate | Refused]:
    """Every row of `sheet` as one or the other; `mapping` is {column: code of its meaning}."""
    longest = LONGEST | {
        code: CustomField.LONGEST_VALUE for code in mapping.values() if code.startswith(CUSTOM)
    }
    for row in sheet.rows():
        if row.problem:
            yield Refused(row, [row.problem])
            continue
        values = _values(row, mapping)
        problems = _problems(values, longest)
        yield Refused(row, problems) if problems else Candidate(row, values)


def cleaned(cell: str) -> str:
    """A cell in one line, without what cannot be seen, and without the apostrophe that protects
    a spreadsheet from what looks like a formula."""
    text = unicodedata.normalize("NFC", UNSEEN.sub("", cell))
    text = "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in text)
    text = " ".join(text.split())
    return text[1:] if re.match(r"'[=+\-@]", text) else text


def _values(row: Row, mapping: Mapping[int, str]) -> dict[str, str]:
    """The fields of a person, as far as the row has them."""
    values = {code: cleaned(row.cells[index]) for index, code in mapping.items()}
    full = values.pop("name", "")
    if full and not values.get("first_name") and not values.get("last_name"):
        values |= split_name(full)
    for code in ("website", "linkedin"):
        if values.get(code) and "://" not in values[code]:
            values[code] = f"https://{values[code]}"
    return values


def split_name(full: str) -> dict[str, str]:
    """“Anna Maria Ek” or “Ek, Anna Maria” as first and last name."""
    if "," in full:
        last, first = full.split(",", 1)
    else:
        first, _, last = full.rpartition(" ")
        if not first:
            first, last = last, ""
    return {"first_name": first.strip(), "last_name": last.strip()}


def _problems(values: dict[str, str], longest: Mapping[str, int]) -> list[str]:
    """What keeps these values from being a person; puts the checked address in its place."""
    problems = []
    if not values.get("first_name") and not values.get("last_name"):
        problems.append("no_name")
    if not values.get("email"):
        problems.append("no_email")
    else:
        try:
            values["email"] = checked(values["email"])
        except ValidationError:
            problems.append("bad_email")
    problems += [
        f"too_long:{code}" for code in longest if len(values.get(code, "")) > longest[code]
    ]
    problems += [f"unreadable:{code}" for code, text in values.items() if "\ufffd" in text]
    problems += [
        f"bad_link:{code}"
        for code in ("website", "linkedin")
        if values.get(code) and not _is_link(values[code][:300])
    ]
    return problems


def _is_link(text: str) -> bool:
    try:
        is_web_address(text)
    except ValidationError:
        return False
    return True
