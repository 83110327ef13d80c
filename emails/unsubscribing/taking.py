"""From a request to the suppression: whoever asks to be left alone is, once they are answered."""

import structlog
from django.db import OperationalError, transaction
from django.utils import timezone

from prospects import consent
from prospects.models import ConsentChange

from ..events import Observation, record
from ..models import Email, Event
from ..tracking import tokens
from ..tracking.judging import Sighting, judge
from ..tracking.watching import too_many

log = structlog.get_logger(__name__)

Source = ConsentChange.Source


class TooOften(Exception):
    """More requests about one email from one address than anybody makes."""


def email_of(token: str, sighting: Sighting) -> Email | None:
    """The email that `token` names: the signature first, then one look-up. Raises TooOften."""
    named = tokens.read(token, tokens.Use.UNSUBSCRIBE)
    if not named:
        return None
    if too_many(named.email_id, sighting):
        raise TooOften
    known = Email.objects.select_related("owner", "identity")
    return known.of_ids([named.email_id]).first()


def take(
    email: Email,
    sighting: Sighting,
    *,
    source: str,
    from_all: bool = True,
    because: str = "",
    words: str = "",
) -> None:
    """Unsubscribe whom `email` went to, from everybody's mail or from its owner's alone.

    When this returns it is committed: the suppression with its history, what was waiting stopped,
    and the evidence. Of two that lock each other out the database lets one go; it asks again.
    """
    told = {"source": source, "from_all": from_all, "because": because, "words": words}
    try:
        _take(email, sighting, **told)  # type: ignore[arg-type]
    except OperationalError as error:
        log.warning("unsubscribing again", email=email.pk, error=str(error))
        _take(email, sighting, **told)  # type: ignore[arg-type]


@transaction.atomic
def _take(
    email: Email, sighting: Sighting, source: str, from_all: bool, because: str, words: str
) -> None:
    effect = consent.unsubscribe_address(
        email.to_address,
        source=source,
        sender=None if from_all else email.owner,
        email_id=email.pk,
        because=because,
        words=words,
    )
    change = effect.changes[0].pk if effect.changes else ""
    one_click = source == Source.ONE_CLICK  # their mail provider asks, in their name
    record(
        [
            Observation(
                email_id=email.pk,
                kind=Event.Kind.UNSUBSCRIBE,
                at=timezone.now(),
                source="unsubscribe",
                source_id=f"{email.pk} {change}",
                who=Event.Who.HUMAN if one_click else _who(email, sighting),
                judged_by="one click" if one_click else "pressed the button",
                data=sighting.data
                | {"suppressed": True, "address": email.to_address, "words": words},
            )
        ]
    )


def _who(email: Email, sighting: Sighting) -> Event.Who:
    """The sender, where it is their own browser; no machine presses a button."""
    judged = judge(sighting, owner_id=email.owner_id)
    return judged.who if judged.who == Event.Who.OWN else Event.Who.HUMAN
