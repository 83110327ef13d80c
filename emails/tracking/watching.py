"""From a request to the evidence of a view or a click."""

import structlog
from django.core.cache import cache
from django.utils import timezone

from ..events import Observation, record
from ..models import Email, Event, Link
from . import tokens
from .judging import Sighting, judge
from .rewriting import is_web

log = structlog.get_logger(__name__)

# More from one address about one email within a minute are not recorded: nobody reads so fast,
# and a link on a public page must not fill the database.
PER_MINUTE = 60


def saw_open(token: str, sighting: Sighting) -> None:
    """Record a view of the email that `token` names; nothing if we did not sign it."""
    named = tokens.read(token, tokens.Use.OPEN)
    if named and not too_many(named.email_id, sighting):
        _record(Event.Kind.OPEN, named.email_id, sighting)


def link_of(token: str) -> Link | None:
    """The link that `token` names: the signature first, then one look-up."""
    named = tokens.read(token, tokens.Use.CLICK)
    if not named:
        return None
    link = Link.objects.filter(email_id=named.email_id, number=named.number).first()
    return link if link and is_web(link.url) else None


def saw_click(link: Link, sighting: Sighting) -> None:
    """Record that `link` was followed."""
    if not too_many(link.email_id, sighting):
        _record(Event.Kind.CLICK, link.email_id, sighting, link)


def _record(kind: Event.Kind, email_id: int, sighting: Sighting, link: Link | None = None) -> None:
    judged = judge(sighting, owner_id=_owner_of(email_id, sighting))
    record(
        [
            Observation(
                email_id=email_id,
                kind=kind,
                at=timezone.now(),
                source="tracking",
                who=judged.who,
                via=judged.via,
                judged_by=judged.because,
                link=link,
                data=sighting.data,
            )
        ]
    )


def _owner_of(email_id: int, sighting: Sighting) -> int | None:
    """Looked up only for a browser that is known to be some user's."""
    if sighting.own_user is None:
        return None
    return Email.objects.filter(pk=email_id).values_list("owner_id", flat=True).first()


def too_many(email_id: int, sighting: Sighting) -> bool:
    """Whether this address has had its share; never, where the cache cannot tell."""
    key = f"watching:{email_id}:{sighting.ip}"
    try:
        cache.add(key, 0, timeout=60)
        return cache.incr(key) > PER_MINUTE
    except Exception as error:  # redis-py raises its own family, and OSError below it
        log.warning("views not limited", error=str(error))
        return False
