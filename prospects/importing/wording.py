"""What is wrong with a file or a row, in words."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .columns import CUSTOM, MEANINGS

FILE_PROBLEMS: dict[str, str | Promise] = {
    "workbook": gettext_lazy(
        "This is a workbook and not a CSV file. Save it as CSV (in Excel: File, Save As, "
        "CSV UTF-8) and upload that."
    ),
    "not_text": gettext_lazy("This is no text file. Export your people as CSV and upload that."),
    "empty": gettext_lazy("The file is empty."),
    "no_rows": gettext_lazy("The file has names of columns, but no people below them."),
    "one_column": gettext_lazy(
        "Only one column was found. Separate the columns by comma, semicolon or tab; a name and "
        "an email address are needed for each person."
    ),
    "too_many_columns": gettext_lazy(
        "The file has %(found)s columns; at most %(most)s can be read."
    ),
    "too_many_rows": gettext_lazy(
        "The file has more than %(most)s rows. Split it, and upload the parts one by one."
    ),
}

ROW_PROBLEMS: dict[str, str | Promise] = {
    "no_name": gettext_lazy("The name is missing."),
    "no_email": gettext_lazy("The email address is missing."),
    "bad_email": gettext_lazy("The email address is not valid."),
    "taken": gettext_lazy("A person with this address belongs to somebody else."),
    "too_wide": gettext_lazy("The row has more cells than there are columns."),
    "unclosed_quote": gettext_lazy("A quotation mark is opened and not closed where it should be."),
    "too_long": gettext_lazy("%(field)s is too long."),
    "unreadable": gettext_lazy("%(field)s contains characters that cannot be read."),
    "bad_link": gettext_lazy("%(field)s is not a web address."),
}


def about_file(code: str, values: Mapping[str, object]) -> str:
    """Why a file cannot be read, as a sentence; `values` as Unreadable has them."""
    return str(FILE_PROBLEMS[code]) % values


def about_row(problems: Sequence[str]) -> str:
    """Why a row was refused, as sentences; `problems` as Refused has them."""
    return " ".join(_sentence(*problem.partition(":")[::2]) for problem in problems)


def _sentence(code: str, field: str) -> str:
    words = ROW_PROBLEMS.get(code)
    if words is None:
        return _("The row cannot be read.")
    return str(words) % {"field": str(MEANINGS.get(field) or _own(field))}


def _own(code: str) -> str:
    """One of the organisation's own fields by its key, as it may be gone by now."""
    return code.removeprefix(CUSTOM).replace("_", " ").capitalize()
