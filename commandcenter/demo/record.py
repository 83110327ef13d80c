"""How the demo writes down what happens to an email: the same traces as the real pipeline's."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import User
from emails.events import SMTP
from emails.models import (
    Attempt,
    Cause,
    Email,
    EmailContent,
    Event,
    Identity,
    Transition,
)
from emails.refusals import classify
from emails.tracking.judging import Sighting, judge
from emails.writing import Writing
from prospects.models import Person, Suppression

from .letters import Letter, Said

Kind = Event.Kind
SECOND = timedelta(seconds=1)
COUNTED = {
    Kind.OPEN: ("views", "first_viewed_at", "last_viewed_at"),
    Kind.CLICK: ("clicks", "first_clicked_at", "last_clicked_at"),
    Kind.REPLY: ("replies", "first_replied_at", "last_replied_at"),
}


class Record:
    """One email with its transitions, attempts and events, unsaved."""

    def __init__(
        self, chance: Random, identity: Identity, person: Person, letter: Letter, at: datetime
    ) -> None:
        owner = identity.owner
        self.chance = chance
        self.owner: User = owner
        self.person = person
        self.letter = letter
        self.transitions: list[Transition] = []
        self.attempts: list[Attempt] = []
        self.events: list[Event] = []
        self.clicked: dict[int, int] = {}  # index of the event → number of the link
        self.suppressions: list[Suppression] = []
        self._write(identity, at)
        self._note(Cause.CREATE, at, "", by=owner)

    def _write(self, identity: Identity, at: datetime) -> None:
        person, letter = self.person, self.letter
        fields = {"name": person.first_name, "company": person.company, "sender": identity.name}
        self.text = letter.text(**fields)
        writing = Writing(
            identity=identity, to_address=person.email, subject=letter.subject, person=person
        )
        row = writing.on_the_row(self.owner) | {"snippet": " ".join(self.text.split())[:200]}
        said = writing.in_the_content(self.owner) | {"html": letter.html(**fields)}
        moments = {"created_at": at, "updated_at": at, "moved_at": at}
        self.email = Email(owner=self.owner, compose_key=self._uuid(), **moments, **row)
        self.content = EmailContent(email=self.email, **said)

    @property
    def _to(self) -> str:
        return self.email.to_address

    def _uuid(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def _due(self, at: datetime) -> None:
        zone = self.owner.time_zone
        self.email.send_at, self.email.send_zone = at, zone
        self.email.send_wall = at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")

    def _arrive(self, at: datetime) -> None:
        self.email.delivered_at = self.email.delivered_at or at
        self.email.failed_at = None
        self._move(Cause.ARRIVE, at, **self._latest())

    def _bounce(self, at: datetime) -> None:
        self.email.failed_at, self.email.archived_at = at, None
        self._move_as_told(Cause.BOUNCE, at)
        if self.events[-1].data["address_is_bad"]:
            self._suppress(Suppression.Reason.BOUNCED, at)

    def _latest(self) -> dict[str, Any]:
        return {"attempt": self.attempts[-1], "event": self.events[-1]}

    def _move_as_told(self, cause: Cause, at: datetime) -> None:
        """Move for the reason that the attempt gives."""
        attempt = self.attempts[-1]
        self._move(
            cause, at, reason=attempt.reason, server_words=attempt.server_words, **self._latest()
        )

    def _move(self, cause: Cause, at: datetime, **told: Any) -> None:
        origins, target = Email.TRANSITIONS[cause]
        assert self.email.status in origins, f"{cause} from {self.email.status}"
        before, self.email.status = self.email.status, target
        self.email.moved_at = self.email.updated_at = at
        self.email.reason = told.get("reason", "")
        self.email.reason_values = told.get("reason_values", {})
        self.email.server_words = told.get("server_words", "")
        self._note(cause, at, before, **told)

    def _note(self, cause: Cause, at: datetime, before: str, **told: Any) -> None:
        to = self.email.status
        row = Transition(
            email=self.email, cause=cause, from_status=before, to_status=to, at=at, **told
        )
        self.transitions.append(row)

    def _told(self, said: Said, **fields: str) -> dict[str, Any]:
        words = said.words.format(to=self._to, **fields)
        data = {"words": words, "code": said.code, "status": said.status, "address": self._to}
        if said.code >= 400:
            judged = classify(said.code, said.status, words, stage="rcpt")
            data |= {"reason": str(judged.reason), "address_is_bad": judged.address_is_bad}
        return data

    def _answer(self, kind: Kind, at: datetime, said: Said, reason: str = "", **more: str) -> None:
        """The server's last word on the attempt in hand."""
        attempt, data = self.attempts[-1], self._told(said, **more)
        if reason:
            data["reason"] = reason
        attempt.ended_at = at
        attempt.stage = "rcpt" if said.code >= 400 else "answer"
        attempt.bytes_sent = 0 if said.code >= 400 else self.chance.randint(2600, 5200)
        outcome = {Kind.ACCEPTED: "accepted", Kind.DEFERRED: "deferred", Kind.DOUBT: "doubt"}
        attempt.recipients = {
            self._to: {
                "outcome": outcome.get(
                    kind, "refused_address" if kind == Kind.BOUNCE else "refused"
                ),
                "code": said.code,
                "status": said.status,
                "words": data["words"],
                "reason": data.get("reason", ""),
                "address_is_bad": data.get("address_is_bad", False),
            }
        }
        self._see(kind, at, SMTP, data)
        if kind == Kind.DOUBT:
            attempt.reason = reason

    def _written(self, subject: str, text: str) -> dict[str, str]:
        name = self.email.to_name
        return {"text": text, "from": self._to, "from_name": name, "subject": subject}

    def _track(self, kind: Kind, at: datetime, agent: str, own: bool) -> None:
        seen = Sighting(
            ip=f"198.51.100.{self.chance.randint(1, 254)}",
            user_agent=agent,
            own_user=self.owner.pk if own else None,
        )
        judged = judge(seen, owner_id=self.owner.pk)
        self._see(kind, at, "tracking", seen.data, judged.who, judged.via, judged.because)

    def _see(
        self,
        kind: Kind,
        at: datetime,
        source: str,
        data: Mapping[str, Any],
        who: Event.Who = Event.Who.HUMAN,
        via: Event.Via = Event.Via.DIRECT,
        because: str = "",
    ) -> None:
        attempt = self.attempts[-1]
        event = Event(
            email=self.email,
            attempt=attempt,
            kind=kind,
            at=at,
            recorded_at=at,
            applied_at=at + SECOND,
            source=source,
            who=who,
            via=via,
            judged_by=because,
            data=dict(data),
        )
        self.events.append(event)
        if event.proves > attempt.outcome:
            attempt.outcome = event.proves
            attempt.reason = data.get("reason", "")
            attempt.server_words = data.get("words", "")
        self._count(event)

    def _count(self, event: Event) -> None:
        """What the row shows of its events; see emails.rollups."""
        email, at = self.email, event.at
        if event.kind == Kind.AUTO_REPLY:
            email.auto_replies += 1
        elif event.kind == Kind.OPEN and event.who == Event.Who.MACHINE:
            email.machine_views += 1
        elif event.is_counted and (names := COUNTED.get(Kind(event.kind))):
            counter, first, last = names
            setattr(email, counter, getattr(email, counter) + 1)
            setattr(email, first, min(getattr(email, first) or at, at))
            setattr(email, last, max(getattr(email, last) or at, at))
            email.answered_at = email.last_replied_at

    def _suppress(self, reason: str, at: datetime) -> None:
        self.suppressions.append(Suppression(value=self._to.lower(), reason=reason, created_at=at))
