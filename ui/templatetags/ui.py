"""Template tags that every template knows without loading them.

{% icon "mail" %}                    an icon of static/icons; decorative, the words stand beside it
{% avatar person.name %}             initials on one of eight colours; {% avatar name size="large" %}
{% when email.moved_at %}            10:42 · Yesterday · 20 Nov, with the full moment as its title
{% pill "viewed" 4 %}                what happened: viewed, clicked (with a number), replied, auto
{% tag _("Unconfirmed") tone="warn" %}  a worded tag; tones: ok, warn, bad, violet, accent, or none
{% slot "person-panels" person %}    what higher layers show here (ui/slots.py)
{{ number|grouped }}                 1,284 as the language groups it
{{ told|at:row.pk }}                 what a mapping has at a key
For links that keep the rest of the query string use Django's own {% querystring after=cursor %}.
"""

import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import icons, moments, slots

register = template.Library()

COLOURS = 8


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon by its Lucide name; `size` is "small", "large" or nothing."""
    if name not in icons.names():
        raise template.TemplateSyntaxError(f"There is no icon “{name}” in static/icons/names.txt.")
    return format_html(
        '<svg class="icon" aria-hidden="true"{}><use href="{}#{}"></use></svg>',
        format_html(' data-size="{}"', size) if size else "",
        static("icons/lucide.svg"),
        name,
    )


def initials(name: str) -> str:
    """One or two letters that stand for a name or an address."""
    words = [word for word in name.split("@")[0].replace(".", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper() or "?"


@register.simple_tag
def avatar(name: str, size: str = "") -> SafeString:
    """Initials on a colour that is the same for the same name; `size` is "small", "large" or ""."""
    name = str(name or "")
    return format_html(
        '<span class="avatar" data-colour="{}"{} aria-hidden="true">{}</span>',
        zlib.crc32(name.strip().lower().encode()) % COLOURS + 1,
        format_html(' data-size="{}"', size) if size else "",
        initials(name),
    )


@register.simple_tag
def when(moment: datetime | None) -> SafeString | str:
    """A moment, briefly, in the user's zone; the full one on pointing at it. None shows nothing."""
    if moment is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        moments.full(moment),
        moments.brief(moment),
    )


@register.filter
def at(told: Mapping[Any, Any] | None, key: Any) -> Any:
    """What `told` has at `key`; None if it has nothing there."""
    return (told or {}).get(key)


@register.filter
def grouped(number: int) -> str:
    """A number with the language's thousands separator."""
    return number_format(number, force_grouping=True)


def _signal(kind: str, count: int) -> tuple[str, str, str]:
    """Icon, what is seen, and what it means in words."""
    if kind == "viewed":
        times = ngettext("viewed once", "viewed %(count)s times", count)
        return "eye", grouped(count), times % {"count": grouped(count)}
    if kind == "clicked":
        times = ngettext("clicked once", "clicked %(count)s times", count)
        return "arrow-up-right", grouped(count), times % {"count": grouped(count)}
    if kind == "replied":
        return "reply", _("replied"), ""
    if kind == "auto":
        return "bot", _("auto"), _("an automatic answer came")
    raise template.TemplateSyntaxError(f"There is no pill “{kind}”.")


@register.simple_tag
def pill(kind: str, count: int | None = 1) -> SafeString | str:
    """What happened to an email, as a small sign. A count of 0 or None shows nothing."""
    if not count:
        return ""
    name, seen, meaning = _signal(kind, count)
    if not meaning:
        return format_html('<span class="pill" data-kind="{}">{} {}</span>', kind, icon(name), seen)
    return format_html(
        '<span class="pill" data-kind="{}" title="{}">{} <span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span></span>',
        kind,
        meaning,
        icon(name),
        seen,
        meaning,
    )


@register.simple_tag
def tag(label: str, tone: str = "") -> SafeString:
    """A worded tag: a reason, a state, a label."""
    return format_html('<span class="pill" data-tone="{}">{}</span>', tone, label)


@register.simple_tag(takes_context=True)
def slot(context: Context, name: str, about: object = None) -> SafeString | str:
    """What higher layers show at this place; nothing on a page without a request."""
    request: HttpRequest | None = context.get("request")
    return slots.filled(name, request, about) if request else ""
