"""Mail HTML: made safe, made ready to send, made readable as text."""

import re
from functools import lru_cache, partial

import css_inline
import inscriptis
import nh3
from inscriptis.model.config import ParserConfig

TAG_NAMES = """
    a abbr address article b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt
    em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q s samp section
    small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var wbr o:p
"""
# These go with all that is in them.
NAMES_OF_WHOLES = "script style title noscript template iframe object svg math"
TABLE = {"width", "height", "align", "valign", "bgcolor", "nowrap"}
COLUMN = {"span", "width", "align", "valign"}
CELL = TABLE | {"colspan", "rowspan", "scope", "abbr", "headers"}
ATTRIBUTES = {
    "*": {
        "style",
        "dir",
        "lang",
        "title",
        "align",
        "class",
        "role",
        "aria-label",
        "aria-hidden",
        "id",
    },
    "a": {"href", "name", "target", "rel"},
    "img": {"src", "alt", "width", "height", "border", "hspace", "vspace"},
    "table": TABLE | {"border", "cellpadding", "cellspacing", "summary", "rules", "frame"},
    **dict.fromkeys(["tr", "tbody", "thead", "tfoot"], TABLE),
    **dict.fromkeys(["td", "th"], CELL),
    **dict.fromkeys(["col", "colgroup"], COLUMN),
    "font": {"color", "face", "size"},
    "hr": {"width", "size", "color", "noshade"},
    "ol": {"start", "type", "reversed"},
    "ul": {"type"},
    "li": {"value", "type"},
    "blockquote": {"cite", "type"},
    "br": {"clear"},
}
SCHEMES = {"http", "https", "mailto", "tel", "sms", "cid", "data"}
STYLE_NAMES = """
    azimuth background background-color background-image background-position background-repeat background-size
    border-collapse border-radius border-spacing box-sizing caption-side clear color direction display empty-cells
    float font font-family font-feature-settings font-size font-size-adjust font-stretch font-style font-variant
    font-variant-caps font-variant-ligatures font-weight height hyphens letter-spacing line-break line-height
    list-style list-style-image list-style-position list-style-type max-height max-width min-height min-width
    opacity orphans outline outline-color outline-style outline-width overflow overflow-wrap page-break-after
    page-break-before page-break-inside quotes table-layout tab-size text-align text-align-last text-decoration
    text-decoration-color text-decoration-line text-decoration-style text-decoration-thickness text-indent
    text-overflow text-rendering text-shadow text-size-adjust text-transform unicode-bidi vertical-align visibility
    white-space widows width word-break word-spacing word-wrap -webkit-text-size-adjust -ms-text-size-adjust
    -webkit-text-stroke-width
    -ms-interpolation-mode
"""
STYLES = frozenset(STYLE_NAMES.split())
STYLE_FAMILY = re.compile(
    r"(?:padding|margin)(?:-(?:top|right|bottom|left|inline|block)(?:-(?:start|end))?)?"
    r"|border(?:-(?:top|right|bottom|left))?(?:-(?:width|style|color))?"
    r"|border-(?:top|bottom)-(?:left|right)-radius"
    r"|mso-[a-z-]+"
)
# Possessive throughout: what does not match stops at once instead of being tried in every other way.
DECLARATION = re.compile(r"""((?:[^;"'()]++|"[^"]*+"|'[^']*+'|\([^()]*+\))*+)(?:;|\Z)""")
URL = re.compile(
    r"url\(\s*(?:&quot;|[\"'])?\s*(https?://|cid:|data:image/(?:png|jpe?g|gif|webp);)",
    re.IGNORECASE,
)
# Old browsers and mail programs run code from these; a backslash or a comment can only hide one.
STYLE_TRICKS = re.compile(
    r"\\|/\*|[<>@{}]|expression\s*\(|javascript:|vbscript:|-moz-binding|behavior",
    re.IGNORECASE,
)
DATA_IMAGE = re.compile(
    r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE
)
# A place in the mail that one of its own links leads to.
TARGET = re.compile(r"""href\s*=\s*["']?#([\w.-]{1,100})""", re.IGNORECASE)
# Marks by which mail programs find signatures and quotations again. Others could dress up as a part of our screens.
KNOWN_CLASS = re.compile(
    r"(?:gmail|yahoo|wordsection|moz|apple|mso|outlook|protonmail|cc)[-_]?[\w-]*", re.IGNORECASE
)
LINK_ONLY = re.compile(r"\[([^\[\]\n]*)\]\(((?:https?|mailto|tel):[^()\s]+)\)")

BASE_STYLES = """
body { margin: 0; font-family: Arial, Helvetica, sans-serif; font-size: 14px; line-height: 1.5; }
p { margin: 0 0 1em; }
blockquote { margin: 0 0 0 8px; padding-left: 8px; border-left: 2px solid #cccccc; }
img { border: 0; }
"""
DOCUMENT = (
    '<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<style>{styles}</style></head><body>{body}</body></html>"
)
# Nothing is ever fetched: what stands in a mail must not make this server call anybody.
inliner = css_inline.CSSInliner(
    load_remote_stylesheets=False, keep_style_tags=False, keep_link_tags=False
)


def clean(html: str) -> str:
    """The HTML with only what mail needs: no scripts, handlers, frames, forms or remote styles.

    A style block is first written into the elements it styles. What is clean already comes back unchanged,
    and cleaning twice is the same as once.
    """
    if "<style" in html.lower():
        html = _inlined(html)
    return _cleaner(frozenset(TARGET.findall(html))).clean(html)


def for_mail(html: str) -> str:
    """A whole document for the text/html part: our basic styles and any style block written into the elements."""
    return inliner.inline(DOCUMENT.format(styles=BASE_STYLES, body=html))


def text_of(html: str) -> str:
    """The HTML as plain text, each link's address behind its words."""
    return tidied(laid_out(html))


def laid_out(html: str) -> str:
    """The HTML as plain text with links as `[words](address)`, which tidied() makes readable."""
    return inscriptis.get_text(html, ParserConfig(display_links=True))


def tidied(text: str) -> str:
    """A text that was laid out as people are to read it."""
    lines = LINK_ONLY.sub(_worded_link, text).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip() + "\n"


def line_of(html: str) -> str:
    """The words of the HTML on one line, without its links' addresses: for lists and headings."""
    return " ".join(inscriptis.get_text(html).split())


def _inlined(html: str) -> str:
    try:
        return inliner.inline(html)
    except css_inline.InlineError:  # broken CSS costs its looks, not the mail
        return html


def _kept(targets: frozenset[str], tag: str, attribute: str, value: str) -> str | None:
    """What becomes of one attribute that is allowed as such."""
    if attribute == "id":
        return value if value in targets else None
    if attribute == "style":
        return safe_style(value) or None
    if attribute == "class":
        return " ".join(name for name in value.split() if KNOWN_CLASS.fullmatch(name)) or None
    scheme = value.lstrip().partition(":")[0].lower()
    if attribute == "href" and scheme in {"data", "cid"}:
        return None
    if attribute == "src":
        return (
            value
            if scheme in {"http", "https", "cid"} or DATA_IMAGE.fullmatch(value) or _is_field(value)
            else None
        )
    return value


def _kept_relative(url: str) -> str | None:
    """A mail has no base: only places within it and fields that are filled in later are kept."""
    return url if url.startswith("#") or _is_field(url) else None


def _is_field(url: str) -> bool:
    return url.startswith("{{")


def safe_style(style: str) -> str:
    """The style attribute's declarations that are allowed in mail; as it was if all are."""
    declarations, end = [], 0
    while end < len(style) and (match := DECLARATION.match(style, end)):
        end = match.end()
        if match[1].strip():
            declarations.append(match[1])
    good = [one for one in declarations if _is_allowed(one)]
    if end == len(style) and len(good) == len(declarations):
        return style
    return "; ".join(one.strip() for one in good)


def _is_allowed(declaration: str) -> bool:
    name, colon, value = declaration.partition(":")
    name = name.strip().lower()
    if (
        not colon
        or not (name in STYLES or STYLE_FAMILY.fullmatch(name))
        or STYLE_TRICKS.search(value)
    ):
        return False
    return value.lower().count("url(") == len(URL.findall(value))


def _worded_link(match: re.Match[str]) -> str:
    words, target = match[1].strip(), match[2]
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return address if words in {"", target, address} else f"{words} <{address}>"


@lru_cache(maxsize=64)
def _cleaner(targets: frozenset[str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAG_NAMES.split()),
        clean_content_tags=set(NAMES_OF_WHOLES.split()),
        attributes=ATTRIBUTES,
        attribute_filter=partial(_kept, targets),
        link_rel=None,
        url_schemes=SCHEMES,
        url_relative=_kept_relative,
    )
