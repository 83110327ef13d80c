"""Amazon SES's notifications where they come by mail: JSON, bare or in an SNS envelope.

Its form is documented by Amazon ("Amazon SNS notification contents for Amazon SES"); the facts in it are those of RFC 3464
and RFC 5965.
"""

import json
from typing import Any

from .arf import Complaint
from .dsn import address, host
from .moments import moment
from .reports import ACTIONS, DELIVERED, FAILED, Report, best_status, first_code, judged, one_line

MAX_JSON = 100_000  # characters


def notification(text: str) -> dict[str, Any] | None:
    """The notification in a message's text, None if there is none."""
    text = text.lstrip()[:MAX_JSON]
    if not text.startswith("{"):
        return None
    told = _decoded(text)
    if isinstance(told.get("Message"), str):
        told = _decoded(told["Message"])
    return told if _kind(told) else None


def _decoded(text: str) -> dict[str, Any]:
    """The object at the beginning of a text; lines that mail servers broke for their length are joined again."""
    for attempt in (text, text.replace("!\n ", "").replace("\n", "")):
        try:
            return _dict(json.JSONDecoder().raw_decode(attempt.lstrip())[0])
        except (ValueError, RecursionError):
            continue
    return {}


def reports(told: dict[str, Any]) -> list[Report]:
    """One report a recipient of a bounce or a delivery."""
    if _kind(told) == "Delivery":
        delivery = _dict(told.get("delivery"))
        answer = one_line(str(delivery.get("smtpResponse", "")))
        return [
            _delivered(str(name), answer, delivery) for name in _list(delivery.get("recipients"))
        ]
    bounce = _dict(told.get("bounce"))
    return [_bounced(_dict(one), bounce) for one in _list(bounce.get("bouncedRecipients"))]


def complaint(told: dict[str, Any]) -> Complaint | None:
    """The complaint, None if the notification is another one."""
    if _kind(told) != "Complaint":
        return None
    data = _dict(told.get("complaint"))
    people = [
        str(_dict(one).get("emailAddress", "")) for one in _list(data.get("complainedRecipients"))
    ]
    return Complaint(
        feedback_type=str(data.get("complaintFeedbackType") or "abuse").lower()[:40],
        original_recipients=tuple(address(person) for person in people if person),
        arrived_at=moment(str(data.get("arrivalDate", ""))),
        user_agent=one_line(str(data.get("userAgent", "")))[:200],
    )


def message_ids(told: dict[str, Any]) -> tuple[str, ...]:
    """The ids of the original: SES's own and the one of its header."""
    mail = _dict(told.get("mail"))
    named = (mail.get("messageId"), _dict(mail.get("commonHeaders")).get("messageId"))
    return tuple(name.strip("<>")[:250] for name in named if isinstance(name, str) and name)


def _bounced(one: dict[str, Any], bounce: dict[str, Any]) -> Report:
    words = str(one.get("diagnosticCode", "")).partition(";")[2] or str(
        one.get("diagnosticCode", "")
    )
    action = str(one.get("action", "")).lower()
    report = Report(
        recipient=address(str(one.get("emailAddress", ""))),
        action=action if action in ACTIONS else FAILED,
        status=best_status(words, str(one.get("status", ""))[:12]),
        code=first_code(words),
        words=one_line(words),
        reporting_mta=host(str(bounce.get("reportingMTA", ""))),
    )
    return judged(report)


def _delivered(recipient: str, answer: str, delivery: dict[str, Any]) -> Report:
    return Report(
        recipient=address(recipient),
        action=DELIVERED,
        status=best_status(answer),
        code=first_code(answer),
        words=answer,
        reporting_mta=host(str(delivery.get("reportingMTA", ""))),
    )


def _kind(told: dict[str, Any]) -> str:
    kind = told.get("notificationType") or told.get("eventType")
    return (
        kind
        if kind in ("Bounce", "Complaint", "Delivery") and isinstance(told.get("mail"), dict)
        else ""
    )


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value[:500] if isinstance(value, list) else []
