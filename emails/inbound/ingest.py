"""The one way in for mail that comes back: kept whole, read, matched, recorded."""

import hashlib

import structlog
from django.db import transaction

from ..events import record
from ..models import ReturnedMail
from .evidence import Evidence, storable
from .matching import match
from .reading import Kind, Reading, read

log = structlog.get_logger(__name__)

# What is longer is kept up to here: reports bring whole originals back, attachments included.
MAX_BYTES = 25 * 1024 * 1024


def ingest(raw: bytes) -> ReturnedMail:
    """Keep the message `raw`, and record what it proves about the email it names.

    When this returns (outside a transaction) both are committed. The same message again changes
    nothing, except that one which matched nothing is tried again. Whatever the message is like,
    only a database error is raised.
    """
    kept = raw[:MAX_BYTES]
    digest = hashlib.sha256(raw).hexdigest()
    reading = read(kept)
    with transaction.atomic():
        returned, _new = ReturnedMail.objects.get_or_create(
            sha256=digest, defaults=_as_read(reading, kept)
        )
        if returned.email_id is None:
            _learn(returned, reading)
    log.info("mail ingested", returned=returned.pk, kind=returned.kind, email=returned.email_id)
    return returned


def _as_read(reading: Reading, raw: bytes) -> dict[str, object]:
    shown = {"sender": reading.from_address[:320], "subject": reading.subject[:500]}
    return {"kind": reading.kind, "raw": raw} | storable(shown)


def _learn(returned: ReturnedMail, reading: Reading) -> None:
    found = match(reading.about)
    if found is None:
        returned.note = "names none of our emails"
    elif reading.kind == Kind.UNKNOWN:
        returned.note = "neither an answer nor a report"
    else:
        returned.email = found.email
        name = reading.message_id or returned.sha256
        told = list(Evidence(reading, found, name).told())
        record([each.observation for each in told if each.observation])
        notes = "; ".join(each.note for each in told if each.note)
        returned.note = storable({"note": notes[:500]})["note"]
    returned.save(update_fields=["email", "note"])
