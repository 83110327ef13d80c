"""Delivery reports in the standards' fields (RFC 3464, RFC 6522, RFC 6533)."""

import re

from .mime import Part
from .reports import (
    ACTIONS,
    ADDRESS,
    DELAYED,
    DELIVERED,
    FAILED,
    Report,
    best_status,
    first_code,
    judged,
    one_line,
)

STATUS_PARTS = {"message/delivery-status", "message/global-delivery-status"}
MAX_REPORTS = 500  # recipients of one report
MAX_LINES = 20_000

Fields = dict[str, str]

_FIELD = re.compile(r"[ \t]{0,3}([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:[ \t]*(.*)")
_OF_RECIPIENT = {"final-recipient", "original-recipient", "action", "status", "diagnostic-code"}
_INLINE = re.compile(r"(?im)^[ \t]{0,8}(?:final-recipient|original-recipient|reporting-mta):")
_STATUS = re.compile(r"\s*\"?([245]\.\d{1,3}\.\d{1,3})\b")
_UNITEXT = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")  # RFC 6533, section 3


def status_text(root: Part) -> str:
    """The text of the machine-readable part; where the MIME is broken, that of a text that holds such fields."""
    parts = list(root.walk())
    for part in parts:
        if part.type in STATUS_PARTS:
            # Some put the fields where the part's header belongs, or repeat them there.
            return _loose_fields(part) + part.text
    for part in [*parts, *root.walk(into_messages=True)]:
        if not part.parts and (found := _INLINE.search(part.text)):
            return part.text[found.start() :]
    return ""


def _loose_fields(part: Part) -> str:
    loose = [
        f"{name}: {value}\n" for name in sorted(_OF_RECIPIENT) for value in part.headers.all(name)
    ]
    return "".join(loose) + "\n" if loose else ""


def groups(text: str) -> list[Fields]:
    """The field groups of a machine-readable part: by blank lines, and where a field repeats inside one."""
    found: list[Fields] = [{}]
    last = ""
    for line in text.split("\n", MAX_LINES)[:MAX_LINES]:
        match = _FIELD.match(line)
        if not line.strip():
            last = ""
            found.append({})
        elif match and not (last and line[:1] in " \t"):
            last = match[1].lower()
            if last in found[-1] and last in _OF_RECIPIENT:
                found.append({})
            found[-1].setdefault(last, match[2].strip())
        elif last:
            found[-1][last] = f"{found[-1][last]} {line.strip()}"[:4000]
    return [group for group in found if group]


def reports(text: str) -> list[Report]:
    """One report a recipient, in the order told; the same recipient told twice is one."""
    found: dict[tuple[str, str], Report] = {}
    whole: Fields = {}
    for group in groups(text):
        if _OF_RECIPIENT.isdisjoint(group):
            whole = {**group, **whole}
        elif (report := _report(group, whole)) and len(found) < MAX_REPORTS:
            found.setdefault((report.recipient, report.action), report)
    return list(found.values())


def envelope_id(text: str) -> str:
    """The Original-Envelope-Id (ENVID of RFC 3461), "" if none is told."""
    return next(
        (
            group["original-envelope-id"]
            for group in groups(text)
            if group.get("original-envelope-id")
        ),
        "",
    )


def _report(group: Fields, whole: Fields) -> Report | None:
    original = address(group.get("original-recipient", ""))
    recipient = (
        address(group.get("final-recipient", ""))
        or address(group.get("x-actual-recipient", ""))
        or original
    )
    diagnostic = re.sub(r"^\s*[\w.+-]{1,40}\s*;\s*", "", group.get("diagnostic-code", ""))
    remark = group.get("status", "").partition("(")[2].rpartition(")")[0]
    given = _STATUS.match(group.get("status", ""))
    if not (recipient or given or diagnostic):
        return None
    report = Report(
        recipient=recipient if "@" in recipient else original or recipient,
        original_recipient=original,
        action=_action(group, given[1] if given else ""),
        status=best_status(diagnostic, given[1] if given else ""),
        code=first_code(diagnostic),
        words=one_line(diagnostic or remark),
        reporting_mta=host(group.get("reporting-mta") or whole.get("reporting-mta", "")),
        remote_mta=host(group.get("remote-mta", "")),
    )
    return judged(report)


def _action(group: Fields, status: str) -> str:
    """The action; where it is missing or none of RFC 3464's five, what the status says."""
    said = re.match(r"[A-Za-z-]*", group.get("action", ""))
    action = said[0].lower() if said else ""
    if action in ACTIONS:
        return action
    if status.startswith("2") or action.startswith("deliver"):
        return DELIVERED
    return DELAYED if status.startswith("4") and not action else FAILED


def address(value: str) -> str:
    """The address in a recipient field: its type cut off, utf-8 unquoted (RFC 6533), comments left out."""
    kind, sign, rest = value.partition(";")
    bare = (rest if sign else kind).strip()
    bare = _UNITEXT.sub(_letter, bare)
    if match := re.search(r"<([^<>]{1,320})>", bare):
        bare = match[1]
    if match := ADDRESS.search(bare):
        return match[0]
    return bare.split(" (")[0].strip(" <>'\"")[:320]


def _letter(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return (
        chr(number)
        if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF and number > 0x20
        else ""
    )


def host(value: str) -> str:
    """The host in a field like `dns; mx.example.org (…)`."""
    bare = value.partition(";")[2] or value
    return bare.strip().split(" ")[0].split("(")[0][:255]
