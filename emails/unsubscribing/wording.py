"""What an email says about unsubscribing, and where the link stands in it.

A message is plain text. The words in [brackets] are the link; so are those of any link that was
pasted in, wherever it led. Without one the word for unsubscribing is it, and else one is added.
"""

import re
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.html import escape, format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ..tracking.rewriting import unsubscribe_url

if TYPE_CHECKING:
    from accounts.models import Organisation, User

    from ..fields import About
    from ..models import Email

_LINK = re.compile(
    r"<a\b[^<>]*>(?P<html>.*?)</a\s*>|\[(?P<words>[^\[\]\n]+)\](?:\([^()\s]*\))?"
    r"|(?P<bare>https?://[^\s<>]*[^\s<>.,;:!?)])",
    re.IGNORECASE | re.DOTALL,
)
_WORD = re.compile(r"\b(?:un-?subscrib\w*|opt(?:ing)?[ -]out|avregistrer\w*|avprenumerer\w*)", re.I)
NOWHERE = "#unsubscribe"  # where the link leads in what its writer is shown


def of_organisation(organisation: "Organisation", language: str) -> str:
    """The organisation's message; a sentence of ours in `language` where it has none."""
    if organisation.unsubscribe_message:
        return organisation.unsubscribe_message
    with translation.override(language):
        return _("If you would rather not hear from us, [unsubscribe here].")


def of_user(user: "User", organisation: "Organisation") -> str:
    """`user`'s own message, else the organisation's."""
    return user.unsubscribe_message or of_organisation(organisation, user.language)


def linked(message: str, url: str) -> SafeString:
    """`message` as HTML within a line, its link leading to `url`; safe whatever stands in it."""
    text = message.replace("\r\n", "\n").strip()
    found = list(_LINK.finditer(text)) or list(_WORD.finditer(text))[:1]
    if not found:
        text, added = f"{text} ".lstrip(), _("Unsubscribe")
        return mark_safe(_plain(text) + _anchor(added, url))  # noqa: S308 - both are escaped
    pieces, end = [], 0
    for match in found:
        pieces += [_plain(text[end : match.start()]), _anchor(_words_of(match), url)]
        end = match.end()
    return mark_safe("".join([*pieces, _plain(text[end:])]))  # noqa: S308 - escaped piece by piece


def _words_of(match: re.Match[str]) -> str:
    told = match.groupdict()
    if told.get("bare"):
        return _("Unsubscribe")
    words = strip_tags(told["html"]) if told.get("html") else told.get("words")
    return " ".join((words or "").split()) or (_("Unsubscribe") if told else match[0])


def _plain(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _anchor(words: str, url: str) -> str:
    return format_html('<a href="{}">{}</a>', url, words)


# In an email ------------------------------------------------------------------------------------


def in_organisations_words(about: "About") -> SafeString:
    """What stands for {{team_unsubscribe}}."""
    language = about.owner.language
    return linked(of_organisation(about.owner.organisation, language), _url(about))


def in_own_words(about: "About") -> SafeString:
    """What stands for {{friendly_unsubscribe}}."""
    return linked(of_user(about.owner, about.owner.organisation), _url(about))


def footer(about: "About", body: str) -> SafeString:
    """What stands below `body`, all of whose fields are filled in; empty where it has the link
    already, or where the organisation wants nothing there. Without colours or sizes in figures, so
    that it reads on any ground."""
    if _url(about) in body or not about.owner.organisation.append_unsubscribe:
        return SafeString()
    with translation.override(about.owner.language):
        words = linked(of_user(about.owner, about.owner.organisation), _url(about))
    return format_html('<div class="cc-unsubscribe"><br><small>{}</small></div>', words)


def _url(about: "About") -> str:
    return unsubscribe_url(about.email.pk) if about.email else NOWHERE


def headers(email: "Email") -> dict[str, str]:
    """The header fields by which mail programs offer to unsubscribe (RFC 2369, RFC 8058).

    No mailto: no mailbox of ours reads such mail.
    """
    return {
        "List-Unsubscribe": f"<{unsubscribe_url(email.pk)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
