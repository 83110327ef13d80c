"""What the reading pane shows of one email."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.utils.translation import gettext as _

from accounts.looking import Eyes, eyes_of
from accounts.requests import SignedInRequest
from prospects.models import Person
from ui.ids import id_in

from .actions import EDITABLE, Action, asks, offered
from .folders import folder_of
from .models import Email, Status
from .previews import preview
from .reasons import word
from .timeline import timeline
from .why import last_words, why

if TYPE_CHECKING:
    from accounts.models import User

    from .models.rows import EmailRow

logger = logging.getLogger(__name__)


def open_pane(request: SignedInRequest) -> dict[str, Any]:
    """The email that the URL says is open (?open=42, with ?as= a colleague's to be looked at);
    nothing of it if it is not there for the user. Raises Http404 as `eyes_of`."""
    if not (asked := id_in(request.GET.get("open"))):
        return {}
    eyes = eyes_of(request)
    email = eyes.user.emails.for_pane().addressed().of_ids([asked]).first()
    return pane(email, eyes) if email else {}


def list_around(request: SignedInRequest) -> str:
    """The address of the list that asks for an email beside itself, with none open; "" if none."""
    parts = urlsplit(request.htmx.current_url_abs_path or "")
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name != "open"]
    return f"{parts.path}?{urlencode(kept)}" if parts.path not in {"", request.path} else ""


def pane(email: Email, eyes: Eyes) -> dict[str, Any]:
    """The context of templates/emails/_pane.html for `email`, read with `for_pane()`; without
    anything to be done with it where it is a colleague's (View As)."""
    user = eyes.me
    if not eyes.are_mine:
        logger.info("user %s looks at email %s of user %s", user.pk, email.pk, eyes.user.pk)
    return {
        "email": email,
        "email_eyes": eyes,
        "email_folder": folder_of(email),
        "person": _person_for(user, email),
        "earlier": _earlier_for(eyes.user, email),
        "actions": [(action, asks(action, email)) for action in _offered(email, eyes)],
        "may_edit": eyes.are_mine and email.status in EDITABLE and not email.removed_at,
        "why": why(email),
        "why_tone": _tone(email),
        "server_words": last_words(email),
        "latest": latest_activity(email),
        "preview": preview(email),
        "attachments": email.attachments.select_related("file"),
        "timeline": timeline(email),
    }


def _offered(email: Email, eyes: Eyes) -> Sequence[Action]:
    return offered(email, eyes.me) if eyes.are_mine else []


def latest_activity(email: Email) -> tuple[str, datetime] | None:
    """The last thing that somebody did with it, in words, and when; None if nobody did anything."""
    if email.latest_activity is None:
        return None
    kind, at = email.latest_activity
    words = {"open": _("Last viewed"), "click": _("Last clicked"), "reply": _("Last replied to")}
    return words[kind], at


def _person_for(user: "User", email: Email) -> Person | None:
    """The email's person, if `user` may open their page."""
    person = email.person
    return person if person and person.is_seen_by(user) else None


def _earlier_for(user: "User", email: Email) -> "EmailRow | None":
    """What it continues, if `user` may open that."""
    earlier = email.continues
    return earlier if earlier and earlier.owner_id == user.pk and not earlier.purged_at else None


def _tone(email: Email) -> str:
    """How loud the sentence is that says why."""
    if email.removed_at:
        return "ground"
    if email.status in {Status.FAILED, Status.BOUNCED, Status.SPAM}:
        return word(email.reason, email.reason_values).tone or "bad"
    waiting = email.status == Status.SCHEDULED and (
        email.deferrals or (email.channel and not email.channel.is_open)
    )
    return "warn" if waiting else ""
