"""What an admin pastes in to be blocked: addresses and domains, one a line."""

import re
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..addresses import checked

MOST_LINES = 5000
_BETWEEN = re.compile(r"[,;]|\r\n|[\r\n\u2028\u2029]")
_SCHEME = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)


@dataclass
class Pasted:
    """The values that could be read, and each line that could not, with what is wrong with it."""

    values: list[str] = field(default_factory=list)
    wrong: list[tuple[str, str]] = field(default_factory=list)

    @property
    def left(self) -> str:
        """What could not be read, as it was pasted, to be mended."""
        return "\n".join(line for line, _why in self.wrong)


def pasted(text: str) -> Pasted:
    """Read `text`: “anna@rival.example”, “rival.example”, “@rival.example”, “*.rival.example”."""
    found = Pasted()
    for line in filter(None, (line.strip() for line in _BETWEEN.split(text.replace("\0", "")))):
        try:
            value = _value(line)
        except ValidationError:
            why = _("“%(line)s” is neither an address nor a domain.") % {"line": line[:80]}
            found.wrong.append((line, why))
        else:
            if value not in found.values:
                found.values.append(value)
    return found


def _value(line: str) -> str:
    """The address or domain in `line`, in lower case."""
    domain = _SCHEME.sub("", line).removeprefix("*.").removeprefix("@").rstrip("./").lower()
    if "@" in domain:
        return checked(line).lower()
    if "." not in domain:  # a top-level domain is no organisation's
        raise ValidationError("")
    return checked(f"x@{domain}").partition("@")[2].lower()
