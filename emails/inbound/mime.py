"""Taking apart a message from a stranger, within bounds.

`email.parser` is linear only for friendly mail: nesting multiplies its work by the depth, and nothing limits headers. So
the tree is cut here, with limits on bytes, lines, depth and parts; decoding a header or a charset is left to `email`.
A message beyond a limit is read up to it. Nothing in this module raises on any input.
"""

import binascii
import codecs
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from functools import cached_property

MAX_BYTES = 4_000_000  # of a message
MAX_LINES = 60_000  # of a message
MAX_DEPTH = 12  # multiparts and messages within each other
MAX_PARTS = 200  # of a message
MAX_HEADERS = 400  # of one part
MAX_HEADER_LENGTH = 4000  # characters of one value, unfolded
MAX_TEXT = 200_000  # characters of one part's decoded text

EMBEDDED_MESSAGES = {
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
}

_FIELD = re.compile(rb"([!-9;-~]{1,120})[ \t]*:[ \t]*(.*)", re.DOTALL)
# Codecs that are not charsets of mail, and whose decoders are slow or unfold to something else.
_NO_CHARSETS = {
    "idna",
    "punycode",
    "unicode_escape",
    "raw_unicode_escape",
    "undefined",
    "mbcs",
    "oem",
}


@dataclass(frozen=True)
class Headers:
    """The header fields of one part: the first values of each name, unfolded, not yet decoded."""

    fields: dict[str, list[str]] = field(default_factory=dict)

    def all(self, *names: str) -> list[str]:
        """Every value of these fields, as sent."""
        return [value for name in names for value in self.fields.get(name.lower(), ())]

    def raw(self, name: str) -> str:
        """The first value of this field as sent, "" if there is none."""
        return next(iter(self.fields.get(name.lower(), ())), "")

    def text(self, name: str) -> str:
        """The first value of this field with its encoded words (RFC 2047) decoded, on one line."""
        return decoded(self.raw(name))

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.fields


@dataclass(frozen=True)
class Part:
    """One part of a message, its body as sent; `parts` are those of a multipart or the message embedded in it."""

    headers: Headers
    body: bytes
    type: str = "text/plain"
    params: dict[str, str] = field(default_factory=dict)
    parts: tuple["Part", ...] = ()

    def walk(self, into_messages: bool = False) -> Iterator["Part"]:
        """This part and those below it, in order; embedded messages are opened only on request."""
        yield self
        if into_messages or not self.is_message:
            for part in self.parts:
                yield from part.walk(into_messages)

    @property
    def is_message(self) -> bool:
        """An embedded message, or its headers alone."""
        return self.type in EMBEDDED_MESSAGES

    @property
    def is_attachment(self) -> bool:
        """Meant to be saved, not read."""
        return self.headers.raw("Content-Disposition").strip().lower().startswith("attachment")

    @cached_property
    def text(self) -> str:
        """The decoded text of this part, at most MAX_TEXT characters, without NULs."""
        data = unpacked(self.body[: MAX_TEXT * 4], self.headers.raw("Content-Transfer-Encoding"))
        return as_text(data, self.params.get("charset", ""))[:MAX_TEXT]


def parse(raw: bytes) -> Part:
    """The tree of a message, whatever its shape."""
    raw = raw[:MAX_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if raw.count(b"\n") > MAX_LINES:
        raw = b"\n".join(raw.split(b"\n", MAX_LINES)[:MAX_LINES])
    return _part(raw, MAX_DEPTH, [MAX_PARTS])


def _part(raw: bytes, depth: int, left: list[int], default: str = "text/plain") -> Part:
    """`left` is the number of parts that may still be made, shared by the whole tree."""
    left[0] -= 1
    headers, body = split(raw)
    kind, params = content_type(headers, default)
    parts: tuple[Part, ...] = ()
    if depth and kind in EMBEDDED_MESSAGES and left[0] > 0:
        inner = unpacked(body, headers.raw("Content-Transfer-Encoding"))
        parts = (_part(inner.lstrip(b"\n"), depth - 1, left),)
    elif depth and kind.startswith("multipart/") and params.get("boundary"):
        below = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        pieces = _pieces(body, params["boundary"])
        parts = tuple(_part(piece, depth - 1, left, below) for piece in pieces if left[0] > 0)
    return Part(headers, body, kind, params, parts)


def split(raw: bytes) -> tuple[Headers, bytes]:
    """The header fields and what follows them. Text that does not begin with a field is all body."""
    if raw.startswith((b"From ", b">From ")):  # an mbox line
        raw = raw.partition(b"\n")[2]
    if raw.startswith(b"\n"):
        return Headers(), raw[1:]
    head, _gap, body = raw.partition(b"\n\n")
    if not _FIELD.match(head):
        return Headers(), raw
    return Headers(_fields(head)), body


def _fields(head: bytes) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    lines = head.split(b"\n", MAX_HEADERS * 50)[: MAX_HEADERS * 50]
    for line in _unfolded(lines)[:MAX_HEADERS]:
        if match := _FIELD.match(line):
            name = match[1].decode("ascii").lower()
            fields.setdefault(name, []).append(as_text(match[2][:MAX_HEADER_LENGTH]).strip())
    return fields


def _unfolded(lines: list[bytes]) -> list[bytes]:
    whole: list[list[bytes]] = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and whole:
            whole[-1].append(line.strip())
        else:
            whole.append([line])
    return [b" ".join(pieces) for pieces in whole]


def content_type(headers: Headers, default: str = "text/plain") -> tuple[str, dict[str, str]]:
    """The media type in lower case and its parameters (RFC 2045, RFC 2231)."""
    message = Message()
    message["Content-Type"] = headers.raw("Content-Type")[:1000] or default
    try:
        found = message.get_params([], unquote=True)
        params = {name.lower(): _collapsed(value) for name, value in found[1:]}
    except (ValueError, TypeError, LookupError, IndexError):  # parameters that RFC 2231 cannot mean
        params = {}
    kind = message.get_content_type()
    return (default if kind == "text/plain" and "Content-Type" not in headers else kind), params


def _collapsed(value: str | tuple[str | None, str | None, str]) -> str:
    return value if isinstance(value, str) else value[2]


def _pieces(body: bytes, boundary: str) -> list[bytes]:
    """What stands between the boundary's lines; the last piece may be cut short. Without any, nothing."""
    line = re.escape(b"--" + boundary.encode("utf-8", "replace").rstrip())
    found = re.split(rb"(?m)^[ \t]?" + line + rb"(--)?[ \t]*(?:\n|\Z)", body, maxsplit=MAX_PARTS)
    pieces, closed = found[2::2], found[1::2]
    return [piece for piece, before in zip(pieces, closed, strict=True) if before is None]


def unpacked(data: bytes, encoding: str) -> bytes:
    """The bytes behind a transfer encoding; what is broken stays as it is."""
    encoding = encoding.strip().lower()
    if encoding == "quoted-printable":
        return quopri.decodestring(data)
    if encoding == "base64":
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
        try:
            return binascii.a2b_base64(letters[: len(letters) // 4 * 4] + _tail(letters))
        except binascii.Error:
            return data
    return data


def _tail(letters: bytes) -> bytes:
    rest = letters[len(letters) // 4 * 4 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""


def as_text(data: bytes, charset: str = "") -> str:
    """The text of these bytes: by their charset, else UTF-8, else Windows-1252. NULs are dropped."""
    if not charset and b"\x1b$" in data:
        charset = (
            "iso-2022-jp"  # Japanese reports keep its escapes where nothing can name a charset
        )
    for name in (_charset(charset), "utf-8"):
        try:
            return data.decode(name).replace("\0", "")
        except (UnicodeError, LookupError):
            continue
    if _charset(charset) not in ("utf-8", "ascii"):
        return data.decode(_charset(charset), "replace").replace("\0", "")
    return data.decode("cp1252", "replace").replace("\0", "")


def _charset(name: str) -> str:
    try:
        found = codecs.lookup(name[:40].strip()).name
        return "utf-8" if found in _NO_CHARSETS or not isinstance(b"".decode(found), str) else found
    except (LookupError, ValueError, UnicodeError, TypeError):
        return "utf-8"


def decoded(value: str) -> str:
    """A header value with its encoded words (RFC 2047) decoded, on one line, without control characters."""
    try:
        pieces = decode_header(value) if "=?" in value else [(value, None)]
    except (HeaderParseError, ValueError, binascii.Error):
        pieces = [(value, None)]
    text = "".join(
        piece if isinstance(piece, str) else as_text(piece, charset or "")
        for piece, charset in pieces
    )
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())
