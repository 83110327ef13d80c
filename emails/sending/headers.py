"""Header fields, written by hand because the standard library's writer is fifty times slower.

What comes out is ASCII, folded to 78 characters where it can be folded at all and never longer than
998 (RFC 5322, 2.1.1). What could break out of its field (CR, LF, NUL) is refused with ValueError.
"""

import re
from binascii import b2a_base64
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote

from .addresses import wired

WIDTH = 78
HARD_WIDTH = 998
BREAKING = re.compile("[\r\n\0]")
# Characters that are no text: other controls, and line ends that only Python or a browser sees as such.
INVISIBLE = re.compile("[\x01-\x1f\x7f-\x9f\u2028\u2029]")
PLAIN_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
FIELD_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,70}")
MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>")
LONG_WORD = re.compile(r"[^ ]{70}")
WORD_ROOM = 75 - len("=?utf-8?q??=")  # RFC 2047, 2: an encoded word has at most 75 characters
Q_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/")
Q_TABLE = [
    chr(byte) if byte in Q_SAFE else "_" if byte == 32 else f"={byte:02X}" for byte in range(256)
]


def checked(value: str) -> str:
    """The value as one line of text, or ValueError if it could end its header early."""
    if BREAKING.search(value):
        raise ValueError(f"a header must not contain CR, LF or NUL: {value[:60]!r}")
    return INVISIBLE.sub(" ", value).strip()


def text_field(name: str, value: str) -> str:
    """A field of free text such as Subject; RFC 2047 words only where ASCII does not do."""
    value = checked(value)
    if _is_plain(value) and not LONG_WORD.search(value):
        return folded(f"{name}: {value}")
    return f"{name}: " + "\r\n ".join(_encoded_words(value, len(name) + 2))


def given_field(name: str, value: str) -> str:
    """A field that the caller has already worded (List-Unsubscribe, X-…): kept as it is, only folded."""
    if not FIELD_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a header name")
    value = checked(value)
    line = folded(f"{name}: {value}") if _is_plain(value) else text_field(name, value)
    if any(len(part) > HARD_WIDTH for part in line.split("\r\n")):
        raise ValueError(f"{name} contains a word of more than {HARD_WIDTH} characters")
    return line


def address_field(name: str, address: str, display_name: str = "") -> str:
    """A field with one mailbox, e.g. `From: "Ek, Rita" <rita@example.com>`."""
    mailbox = wired(address)
    phrase = _phrase(checked(display_name), len(name) + 2)
    if not phrase:
        return f"{name}: {mailbox}"
    last = phrase.rpartition("\r\n")[2]
    room = WIDTH - len(last) - (0 if "\r\n" in phrase else len(name) + 2)
    glue = " " if len(mailbox) + 3 <= room else "\r\n "
    return f"{name}: {phrase}{glue}<{mailbox}>"


def addresses_field(name: str, addresses: Iterable[str]) -> str:
    """A field with several bare addresses, e.g. Cc."""
    return folded(f"{name}: " + ", ".join(map(wired, addresses)))


def ids_field(name: str, ids: Iterable[str]) -> str:
    """In-Reply-To or References. Foreign ids come as other people's programs wrote them: what is no id is left out."""
    ids = [checked(one) for one in ids]
    good = " ".join(one for one in ids if MESSAGE_ID.fullmatch(one))
    return folded(f"{name}: {good}") if good else ""


def parameter(name: str, value: str) -> str:
    """`; name="value"` of a MIME field on a line of its own, in RFC 2231's form only where needed."""
    value = checked(value)
    if value.isascii() and len(value) + len(name) < WIDTH - 6:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f';\r\n {name}="{escaped}"'
    coded = [quote(char, safe="!#$&+^`{}~") for char in value]  # RFC 2231's attribute-char
    whole = f"utf-8''{''.join(coded)}"
    if len(whole) + len(name) < WIDTH - 4:
        return f";\r\n {name}*={whole}"
    pieces = _pieces(["utf-8''", *coded], WIDTH - len(name) - 8)
    return "".join(f";\r\n {name}*{number}*={piece}" for number, piece in enumerate(pieces))


def folded(line: str) -> str:
    """The line broken before spaces, so that each part has at most 78 characters where a space allows it."""
    if len(line) <= WIDTH:
        return line
    parts = []
    start = 0
    floor = (
        line.index(": ") + 2
    )  # never right after the name: some readers take the field for empty
    while len(line) - start > WIDTH:
        cut = _last_break(line, max(floor, start + 1), start + WIDTH + 1)
        if cut < 0:
            break
        parts.append(line[start:cut])
        start = cut
    return "\r\n".join([*parts, line[start:]])


def _last_break(line: str, low: int, high: int) -> int:
    """Where to cut: before a run of spaces, at best before `high`, else at the next run after it; -1 if nowhere."""
    cut = line.rfind(" ", low, high)
    if cut < 0:
        cut = line.find(" ", high)
    while cut > low and line[cut - 1] == " ":
        cut -= 1
    return cut if cut > low else -1


def _is_plain(value: str) -> bool:
    return value.isascii() and "=?" not in value


@lru_cache(maxsize=4096)
def _phrase(name: str, used: int) -> str:
    """A display name as atoms, as a quoted string or as encoded words (RFC 5322, 3.2.5; RFC 2047, 5)."""
    if not _is_plain(name) or len(name) > WIDTH - 20:
        return "\r\n ".join(_encoded_words(name, used))
    if PLAIN_PHRASE.fullmatch(name) and "  " not in name:
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _encoded_words(value: str, used: int) -> Iterator[str]:
    """The value as RFC 2047 words, Q where that stays readable, B elsewhere; `used` is taken of the first line."""
    raw = value.encode()
    plain = sum(byte in Q_SAFE or byte == 32 for byte in raw)
    q = 3 * len(raw) - 2 * plain <= 4 * len(raw) / 3 + 4
    room = WORD_ROOM - used
    if (3 * len(raw) - 2 * plain if q else len(raw) * 4 // 3 + 4) <= room:
        yield _encoded_word(value, q=q)
        return
    word, size = "", 0
    for char in value:
        grown = size + (
            sum(len(Q_TABLE[byte]) for byte in char.encode()) if q else len(char.encode())
        )
        if grown > (room if q else room // 4 * 3) and word:
            yield _encoded_word(word, q=q)
            room = WORD_ROOM - 1
            grown -= size
            word = ""
        word, size = word + char, grown
    yield _encoded_word(word, q=q)


def _encoded_word(word: str, *, q: bool) -> str:
    raw = word.encode()
    if q:
        return f"=?utf-8?q?{''.join(map(Q_TABLE.__getitem__, raw))}?="
    return f"=?utf-8?b?{b2a_base64(raw, newline=False).decode()}?="


def _pieces(coded: Iterable[str], size: int) -> Iterator[str]:
    """Joined up to `size`; no character is torn apart, since some readers decode each piece by itself."""
    piece = ""
    for char in coded:
        if len(piece) + len(char) > size:
            yield piece
            piece = ""
        piece += char
    yield piece
