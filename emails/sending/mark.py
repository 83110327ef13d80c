"""The mark: the fence that an email passes once for every attempt.

One conditional UPDATE together with the INSERT of the attempt, committed before the first byte
leaves. Who did not win it sends nothing.
"""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from prospects.models import Suppression

from ..models import Attempt, Email, Status
from . import statements
from .limits import Room, room_today, turns
from .message import Prepared
from .statements import asked, bound, open_channel, run


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A mark to be tried: by a worker with its `lease`, within the `room` its owner has today."""

    email: Email
    lease: UUID
    worker: str
    room: Room
    prepared: Prepared | None = None

    def statements(self, after: bytes | None = None) -> list[str]:
        """As SQL, to be run in one transaction; the last row is for `read`.

        `after` is the fingerprint of the answer that must have been settled before.
        """
        email, prepared, channel = self.email, self.prepared, self.email.channel
        assert channel is not None  # a constraint of the table: it is scheduled
        values = {
            "email": email.pk,
            "owner": email.owner_id,
            "channel": channel.pk,
            "lease": self.lease,
            "seconds": settings.SENDING["LEASE_SECONDS"],
            "worker": self.worker,
            "version": prepared.version if prepared else None,
            "subject": prepared.subject if prepared else None,
            "after": after,
            "room": self.room.left.get(email.owner_id, 0),
            "since": self.room.since,
            "per_minute": channel.per_minute,
        }
        suppressions, forbidden = asked(
            Suppression.objects.covering(
                email.to_address, *email.content.recipients, sender=email.owner_id
            ),
            "forbidden",
        )
        sql = statements.mark(suppressions, open_channel(), prepared.KEEP if prepared else "")
        kept = prepared.kept if prepared else {}
        return [*turns(channel, email.owner_id), bound(sql, {**values, **forbidden, **kept})]

    def read(self, row: tuple | None) -> Attempt | None:
        """The attempt that was marked, with the email as it stands now; None if it may not go."""
        if row is None:
            return None
        pk, number, started_at, lease_until = row
        email = self.email
        now = {
            "status": Status(statements.MARKED.target),
            "moved_at": started_at,
            "updated_at": started_at,
            "lease": self.lease,
            "lease_until": lease_until,
            "claims_lost": 0,
            "reason": "",
            "reason_values": {},
            "server_words": "",
            "subject": self.prepared.subject if self.prepared else email.subject,
        }
        vars(email).update(now)
        attempt = Attempt(
            pk=pk,
            email=email,
            number=number,
            lease=self.lease,
            channel=email.channel,
            owner_id=email.owner_id,
            message_id=email.message_id,
            worker=self.worker,
            started_at=started_at,
        )
        attempt._state.adding = False
        return attempt


def mark(
    email: Email,
    lease: UUID,
    *,
    worker: str,
    prepared: Prepared | None = None,
    room: Room | None = None,
) -> Attempt | None:
    """Scheduled → In Progress with a new attempt; None if it may not go now.

    It may go if it is still Scheduled, claimed by this lease and not expired, not removed, not
    changed since it was prepared, its bulk email is not paused, nobody it goes to is suppressed,
    its channel is open, and both the channel and its owner are within their limits. What was
    resolved for the first attempt is stored here and is what every later attempt sends.
    """
    room = room or room_today([email.owner_id])
    tried = Mark(email=email, lease=lease, worker=worker, room=room, prepared=prepared)
    return tried.read(run(*tried.statements())[-1])


def marked_as(email: Email, lease: UUID) -> Attempt | None:
    """The attempt that `lease` has marked and that is still in hand.

    For a worker that does not know whether its mark was committed.
    """
    return Attempt.objects.filter(email=email, lease=lease, ended_at=None).last()
