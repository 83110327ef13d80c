"""What a person wrote in an answer, without what they quoted."""

import re

from inscriptis import get_text
from mailparser_reply import EmailReplyParser
from mailparser_reply.constants import MAIL_LANGUAGES

from .mime import Part

MAX_TEXT = 20_000  # characters of the answer that are kept
MAX_HTML = 100_000  # characters of HTML that are turned into text
MAX_LINES = 400  # lines that are searched for the quotation
# Longer lines are not shown to the parser, whose patterns are quadratic in a line, but a few that may open a quotation.
MAX_LINE = 100  # characters
MAX_OPENING = 300  # characters
MAX_OPENINGS = 20

_LANGUAGES = list(MAIL_LANGUAGES)
# What mail programs put around a quotation in HTML; what follows is not the answer.
_QUOTED_HTML = re.compile(
    r"<blockquote\b|<div[^>]{0,200}\b(?:class|id)\s*=\s*[\"']?(?:x_)?(?:gmail_quote|gmail_attr|divRplyFwdMsg|yahoo_quoted|"
    r"moz-cite-prefix|appendonsend|protonmail_quote|zmail_extra|OLK_SRC_BODY_SECTION|reply-intro)|"
    r"<div[^>]{0,80}style=[\"']?border:\s?none;\s?border-top:\s?solid #(?:B5C4DF|E1E1E1)",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"<!--|<(script|style|head|title)\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,5000}>")
_LONG = re.compile("\ue000(\\d{1,6})\ue001")
# A quotation's first line in the forms that the parser does not know: an attribution at the end, over at most three lines.
_ATTRIBUTION = re.compile(
    r"\n[^\n]{0,200}\b(?:wrote|writes|schrieb|skrev|skriver|écrit|escribió|escreveu|ha scritto|schreef|napisał\(?a?\)?|"
    r"kirjoitti|написал\(?а?\)?)[^\n]{0,80}:\s*\Z",
    re.IGNORECASE,
)


def plain_text(root: Part) -> str:
    """The text that the sender wrote for reading: the first plain text, else the first HTML as text."""
    readable = [part for part in root.walk() if not part.parts and not part.is_attachment]
    for part in readable:
        if part.type in ("text/plain", "text/enriched") and part.text.strip():
            return part.text
    for part in readable:
        if part.type == "text/html":
            return from_html(part.text)
    return ""


def from_html(html: str) -> str:
    """HTML as text, up to the first quotation in it."""
    html = html[: MAX_HTML * 2].replace("\0", "")
    html = _seen(html)[:MAX_HTML]
    if (quoted := _QUOTED_HTML.search(html)) and _TAG.sub("", html[: quoted.start()]).strip():
        html = html[: quoted.start()]
    if html.count("<") > 20_000 or html.lower().count("<table") > 200:
        return _TAG.sub(" ", html)
    try:
        return get_text(html)
    except (
        Exception
    ):  # a parser of strangers' HTML may fail in any way; the words are wanted all the same
        return _TAG.sub(" ", html)


def _seen(html: str) -> str:
    """HTML without comments, scripts and styles; one that is never closed hides the rest."""
    low, kept, at = html.lower(), [], 0
    while found := _UNSEEN.search(low, at):
        kept.append(html[at : found.start()])
        closing = f"</{found[1]}" if found[1] else "-->"
        end = low.find(closing, found.end())
        if end < 0:
            return " ".join(kept)
        at = low.find(">", end) + 1 or len(html)
    return " ".join([*kept, html[at:]])


def new_text(text: str) -> str:
    """The part of an answer that its sender wrote, at most MAX_TEXT characters."""
    text = "\n".join(line.rstrip() for line in text[: MAX_TEXT * 2].split("\n"))
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    lines = text.split("\n")
    searched, rest = lines[:MAX_LINES], lines[MAX_LINES:]
    found, whole = _first_reply(searched)
    if whole and rest:
        found = "\n".join([found, *rest])
    return _without_quotes(found)[:MAX_TEXT].strip()


def _first_reply(lines: list[str]) -> tuple[str, bool]:
    """The newest of the messages in these lines, and whether it is all of them."""
    long = {number for number, line in enumerate(lines) if len(line) > MAX_LINE}
    opening = [number for number in sorted(long) if _may_open(lines[number])][:MAX_OPENINGS]
    hidden = long.difference(opening)
    short = [f"\ue000{n}\ue001" if n in hidden else line for n, line in enumerate(lines)]
    try:
        replies = EmailReplyParser(languages=list(_LANGUAGES)).read("\n".join(short)).replies
    except Exception:  # its patterns are not made for hostile text
        return "\n".join(lines), True
    first = next((reply.content for reply in replies if reply.content.strip()), "")
    return _LONG.sub(lambda match: _line(lines, int(match[1])), first), len(replies) <= 1


def _may_open(line: str) -> bool:
    return len(line) <= MAX_OPENING and line.rstrip().endswith(":")


def _line(lines: list[str], number: int) -> str:
    return lines[number] if number < len(lines) else ""


def _without_quotes(text: str) -> str:
    """Without lines that are quoted by `>`, and without the sentence that announces them at the end."""
    lines = text.split("\n")
    kept = [line for line in lines if not line.lstrip().startswith(">")]
    plain = "\n".join(kept).strip()
    return _ATTRIBUTION.sub("", f"\n{plain}").strip() if len(kept) < len(lines) else plain
