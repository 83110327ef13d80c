"""What came of a hand-over, as evidence about its attempt."""

from collections.abc import Mapping

from django.utils import timezone

from ..events import SMTP, Observation
from ..models import Attempt, Email, Event
from .answers import Answer, ChannelFault

KINDS = {
    "accepted": Event.Kind.ACCEPTED,
    "deferred": Event.Kind.DEFERRED,
    "refused_address": Event.Kind.BOUNCE,
    "refused": Event.Kind.REFUSED,
    "doubt": Event.Kind.DOUBT,
}


def answered(email: Email, attempt: Attempt, answer: Answer) -> Observation:
    """The server's answer, or that there was none that settles it."""
    data = {
        "words": answer.words,
        "code": answer.code,
        "status": answer.enhanced,
        "attempt": {
            "stage": answer.stage,
            "bytes_sent": answer.bytes_sent,
            "provider_id": answer.provider_id,
            "recipients": answer.recipients,
        },
    }
    if answer.outcome != "accepted":
        data |= {"reason": answer.reason, "address": email.to_address}
        data["address_is_bad"] = answer.address_is_bad
    return observed(email, attempt, KINDS[answer.outcome], data)


def at_fault(email: Email, attempt: Attempt, fault: ChannelFault) -> Observation:
    """Not this email's fault: it stays Scheduled, and its retry clock stands still."""
    data = {"reason": f"channel_{fault.kind}", "words": fault.words, "code": fault.code}
    return observed(email, attempt, Event.Kind.DEFERRED, data)


def not_sendable(email: Email, attempt: Attempt, error: ValueError) -> Observation:
    """An envelope that no server would understand; nothing was sent."""
    data = {"reason": "could_not_be_built", "words": str(error)[:300]}
    return observed(email, attempt, Event.Kind.REFUSED, data)


def observed(
    email: Email, attempt: Attempt, kind: Event.Kind, data: Mapping[str, object]
) -> Observation:
    """The one answer to an attempt, under the attempt's name, so that it is recorded once."""
    return Observation(
        email_id=email.pk,
        attempt_id=attempt.pk,
        kind=kind,
        at=timezone.now(),
        source=SMTP,
        source_id=f"attempt {attempt.pk}",
        data=data,
        email=email,
    )
