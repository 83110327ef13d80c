"""The rows that were refused, as a CSV file to mend and upload again."""

import csv
import io
import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from .wording import about_row

# A spreadsheet takes a cell that begins so for a formula and runs it (CWE-1236).
FORMULA = re.compile(r"[=+\-@\t\r\n]")


def harmless(cell: str) -> str:
    """`cell` as no spreadsheet runs it; checks.cleaned takes the apostrophe away again."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def bad_rows(header: Sequence[str], refused: Sequence[Sequence], delimiter: str) -> bytes:
    """The refused rows (as PeopleImport keeps them) in UTF-8 with its mark, for spreadsheets.

    Two columns come in front: the line in the uploaded file, and what is wrong with it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow([_("Line"), _("Problem"), *map(harmless, header)])
    for line, cells, problems in refused:
        writer.writerow([line, about_row(problems), *map(harmless, cells)])
    return out.getvalue().encode("utf-8-sig")
