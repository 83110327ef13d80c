"""Everything in a message that may name the one it is about: matching tries them all, best first."""

import re
from dataclasses import dataclass

from . import dsn
from .mime import Headers, Part

TOKEN_FIELD = "X-Command-Center"  # noqa: S105 - the name of a header field
MAX_IDS = 50  # of each sort

RECIPIENT_FIELDS = (
    "To",
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Delivered-To",
    "Cc",
    "Resent-To",
)
_PATH_FIELDS = (
    "Return-Path",
    "Errors-To",
    "X-Envelope-From",
    "X-Original-Mail-From",
    "Original-Mail-From",
)

_ID = re.compile(r"<([^<>\s]{1,250})>")
_QUOTED_ID = re.compile(
    r"(?im)^[ \t>|*]{0,20}(?:original-|x-original-)?message-id[ \t]*:[ \t*]*<([^<>\s]{1,250})>"
)
_QUOTED_TOKEN = re.compile(
    rf"(?im)^[ \t>|*]{{0,20}}{TOKEN_FIELD}[ \t]*:[ \t*]*([\w.:=+/~-]{{6,200}})"
)
_TOKEN = re.compile(r"[\w.:=+/~-]{6,200}")
_VERP = re.compile(r"(?i)(?<![\w.+-])b\+([\w.=~-]{6,200})@")
_XTEXT = re.compile(r"\+([0-9A-Fa-f]{2})")  # RFC 3461, section 4


@dataclass(frozen=True)
class Origins:
    """What may name the original message, of each sort the first MAX_IDS, in the order found."""

    message_ids: tuple[str, ...] = ()  # without <>
    tokens: tuple[str, ...] = ()  # of our own header field
    envelope_ids: tuple[str, ...] = ()  # Original-Envelope-Id, its xtext decoded
    verp: tuple[str, ...] = ()  # TOKEN of b+TOKEN@domain


def original_headers(root: Part) -> Headers | None:
    """The header of the message that came back, None if there is none."""
    part = next((part for part in root.walk() if part.is_message and part.parts), None)
    return part.parts[0].headers if part else None


def origins(root: Part, status: str) -> Origins:
    """Every name of an original in the message; `status` is the text of its machine-readable part, if any."""
    headers = [root.headers] + [
        part.parts[0].headers for part in root.walk(True) if part.is_message and part.parts
    ]
    texts = [
        part.text
        for part in root.walk(into_messages=True)
        if not part.parts and not part.type.startswith("image/")
    ]
    own = message_ids(root.headers.raw("Message-ID"))
    return Origins(
        message_ids=_distinct([name for name in _message_ids(headers, texts) if name not in own]),
        tokens=_distinct(_tokens(headers, texts)),
        envelope_ids=_distinct([_xtext(dsn.envelope_id(status))]),
        verp=_distinct(_verp(headers, status, texts)),
    )


def message_ids(value: str) -> list[str]:
    """The ids in a Message-ID, In-Reply-To or References field, without <>; some programs leave those out."""
    found = _ID.findall(value)[:MAX_IDS]
    bare = value.strip().strip("<>")
    return found or ([bare] if "@" in bare and " " not in bare and len(bare) <= 250 else [])


def _message_ids(headers: list[Headers], texts: list[str]) -> list[str]:
    """The originals' own ids first, then those that the message says it answers, newest first."""
    returned = [
        value for block in headers[1:] for value in block.all("Message-ID", "X-Original-Message-ID")
    ]
    said = [f"<{found}>" for text in texts for found in _QUOTED_ID.findall(text)[:MAX_IDS]]
    answered = headers[0].all("Original-Message-ID", "X-Original-Message-ID", "In-Reply-To")
    threads = [
        f"<{name}>"
        for value in headers[0].all("References")
        for name in reversed(message_ids(value))
    ]
    return [name for value in returned + said + answered + threads for name in message_ids(value)]


def _tokens(headers: list[Headers], texts: list[str]) -> list[str]:
    fields = [
        match[0]
        for block in headers
        for value in block.all(TOKEN_FIELD)
        if (match := _TOKEN.match(value.strip()))
    ]
    return fields + [found for text in texts for found in _QUOTED_TOKEN.findall(text)[:MAX_IDS]]


def _verp(headers: list[Headers], status: str, texts: list[str]) -> list[str]:
    outer = headers[0].all(*RECIPIENT_FIELDS)
    paths = [value for block in headers for value in block.all(*_PATH_FIELDS)]
    quoted = [
        line
        for text in [status, *texts[:3]]
        for line in text[:20_000].split("\n")
        if "b+" in line.lower()
    ]
    return [
        found for value in outer + paths + quoted[:MAX_IDS] for found in _VERP.findall(value[:2000])
    ]


def _xtext(value: str) -> str:
    bare = value.strip().strip("<>")[:250]
    return _XTEXT.sub(lambda match: chr(int(match[1], 16)), bare)


def _distinct(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))[:MAX_IDS]
