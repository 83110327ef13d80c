"""Message catalogues compiled in Python, for machines without gettext's programs.

Reads .po files as GNU gettext writes them and writes the .mo files beside them
(https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html).
Also: python -m commandcenter.catalogues
"""

import ast
import re
import struct
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEYWORD = re.compile(r"^(msgctxt|msgid_plural|msgid|msgstr(?:\[(\d+)\])?)\s+(\".*\")$")


class BrokenCatalogue(Exception):
    """A .po file that cannot be read, with the number of the line."""


def compile_all(folder: Path = ROOT / "locale") -> int:
    """Compile every catalogue below `folder` that changed since; returns how many."""
    stale = [po for po in sorted(folder.glob("*/LC_MESSAGES/*.po")) if _is_stale(po)]
    for po in stale:
        compile_file(po)
    return len(stale)


def compile_file(po: Path) -> Path:
    """Write the .mo of one .po in one step; raises BrokenCatalogue."""
    mo = po.with_suffix(".mo")
    new = mo.with_name(f"{mo.name}.new")
    new.write_bytes(encode(parse(po.read_text(encoding="utf-8"), po.name)))
    new.replace(mo)
    return mo


def parse(text: str, name: str = "the catalogue") -> dict[str, str]:
    """Messages by their key as .mo files spell it: context, 0x04, id, 0x00, plural.

    Untranslated, fuzzy and obsolete messages are left out, as msgfmt does.
    """
    messages: dict[str, str] = {}
    for entry in _entries(text, name):
        forms = [value for key, value in sorted(entry.items()) if key.startswith("msgstr")]
        if "fuzzy" in entry or not all(forms):
            continue
        key = entry["msgid"]
        if "msgid_plural" in entry:
            key += "\0" + entry["msgid_plural"]
        if "msgctxt" in entry:
            key = entry["msgctxt"] + "\4" + key
        messages[key] = "\0".join(forms)
    return messages


def encode(messages: dict[str, str]) -> bytes:
    """The bytes of a .mo file, without the optional hash table."""
    pairs = sorted((key.encode(), value.encode()) for key, value in messages.items())
    count = len(pairs)
    header = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 28 + 16 * count)
    tables, strings = [], b""
    for column in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<2I", len(pair[column]), 28 + 16 * count + len(strings)))
            strings += pair[column] + b"\0"
    return header + b"".join(tables) + strings


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime_ns <= po.stat().st_mtime_ns


def _entries(text: str, name: str) -> Iterator[dict[str, str]]:
    entry: dict[str, str] = {}
    field = ""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        starts = line.startswith(("#", "msgctxt")) or re.match(r"msgid\s", line)
        if starts and any(key.startswith("msgstr") for key in entry):
            yield entry
            entry, field = {}, ""
        if not line and "msgid" not in entry:
            entry = {}  # the flags of an obsolete message are not the next one's
        if line.startswith("#,") and "fuzzy" in line:
            entry["fuzzy"] = ""
        if not line or line.startswith("#"):
            continue
        try:
            if match := KEYWORD.match(line):
                field = f"msgstr{int(match[2]):03}" if match[2] else match[1]
                entry[field] = ast.literal_eval(match[3])
            elif line.startswith('"'):
                entry[field] += ast.literal_eval(line)
            else:
                raise ValueError(line)
        except (KeyError, SyntaxError, ValueError):
            raise BrokenCatalogue(f"{name}, line {number}: {line}") from None
    if any(key.startswith("msgstr") for key in entry):
        yield entry


if __name__ == "__main__":
    print(f"{compile_all()} catalogues compiled.")
