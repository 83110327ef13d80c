"""One compose window: what it is about, and where what is typed in it goes.

With a recipient and a subject it is a draft, one and the same however often the window saves. What
is no draft yet, is not right yet, or changes an email that is already scheduled, is kept as a
Composition: nothing that was typed is ever lost.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from .following import follow_up_of
from .models import Cause, Composition, Email, IllegalTransition, Status
from .wall_time import WallTime
from .writing import Changed, Writing, draft, replace_scheduled, rewrite

if TYPE_CHECKING:
    from accounts.models import User

    from .forms import ComposeForm

MOVED = (Changed, IllegalTransition)


class Saved(StrEnum):
    """What became of what was typed."""

    NOTHING = "nothing"  # there is nothing to keep
    KEPT = "kept"  # unsaved writing: no draft yet
    DRAFT = "draft"
    COPY = "copy"  # beside the scheduled email, which stays as it is until it is scheduled anew
    CHANGED = "changed"  # somebody changed the draft meanwhile; kept beside it
    PARTED = "parted"  # the email has left or is gone; now a draft of its own


@dataclass
class Window:
    """A compose window of `owner`: a new email, or one that is there already.

    `version` is that of `email` when the window read it. `continues` is the email that a new one
    is made from.
    """

    owner: "User"
    key: UUID = field(default_factory=uuid4)
    email: Email | None = None
    version: int = 0
    continues: Email | None = None

    # Opening it ------------------------------------------------------------------------------

    @classmethod
    def new(cls, owner: "User", key: UUID | None = None) -> "Window":
        """A new email; with a `key` that is known, what was begun under it."""
        if key is None:
            return cls(owner)
        begun = owner.emails.in_folder(Status.DRAFT).filter(compose_key=key).first()
        if begun:
            return cls(owner, key, begun, begun.version)
        kept = owner.compositions.begun().filter(key=key).select_related("email").first()
        return cls(owner, key, continues=kept.email if kept else None)

    @classmethod
    def on(cls, email: Email, key: UUID | None = None) -> "Window":
        """To change `email`, or to write a new one from it where it cannot be changed any more.

        Raises IllegalTransition where neither makes sense. Opening changes nothing.
        """
        key = key or uuid4()
        if email.removed_at is None and cls._is_open(email):
            return cls(email.owner, key, email, email.version)
        if email.removed_at is None and (email.is_unconfirmed or email.status == Status.BOUNCED):
            return cls(email.owner, key, continues=email)
        raise IllegalTransition(email, Cause.REOPEN)

    @classmethod
    def following(cls, email: Email, key: UUID | None = None) -> "Window":
        """To write to the recipient of `email` again; with a `key` that is known, what was begun."""
        window = cls.new(email.owner, key)
        if window.email is None:
            window.continues = email
        return window

    @property
    def follows(self) -> bool:
        """It is a new email to somebody whom `continues` has reached."""
        return self.continues is not None and self.continues.has_reached

    @staticmethod
    def _is_open(email: Email) -> bool:
        """Whether its content can still be changed."""
        reopened = email.status == Status.FAILED and not email.is_unconfirmed
        return email.removed_at is None and (
            reopened or email.status in {Status.DRAFT, Status.SCHEDULED}
        )

    @property
    def is_copy(self) -> bool:
        """It works on a copy: the scheduled email stays as it is until it is scheduled anew."""
        return self.email is not None and self.email.status == Status.SCHEDULED

    def typed(self) -> dict[str, Any]:
        """What stands in its fields when it opens."""
        kept = self._kept()
        if kept:
            self.key = kept.key
            return kept.typed
        source = self.email or self.continues
        if source and source is self.continues and self.follows:
            return follow_up_of(source)
        told = typed_of(source) if source else {}
        if self.is_copy and self.email and not self.email.at_once:
            told |= _time_of(self.email)
        return told

    def _kept(self) -> Composition | None:
        mine = self.owner.compositions
        if self.email is None:
            return mine.filter(key=self.key).first()
        return mine.of_version(self.email).filter(key=self.key).first() or (
            mine.of_version(self.email).first()
        )

    def others(self) -> list[Composition]:
        """What else this user has typed and could go on with from here, the latest first."""
        kept = self.owner.compositions
        beside = kept.filter(email=self.email) if self.email else kept.begun()
        return list(beside.exclude(key=self.key)[:3])

    # Keeping ---------------------------------------------------------------------------------

    def save(self, form: "ComposeForm") -> Saved:
        """Put what was typed where it belongs; the window stands on it afterwards."""
        typed, writing = form.typed(), form.writing()
        if self.email and not self._is_open(self.email):
            return self._on_conflict(self.email, typed, writing)
        if writing is None or self.is_copy:
            return self._keep(typed)
        try:
            self._write(writing)
        except MOVED as moved:
            return self._on_conflict(moved.email, typed, writing)
        if form.errors or form.wall:
            self._keep(typed)  # what the draft cannot hold
        else:
            self.forget()
        return Saved.DRAFT

    def save_as_new(self, form: "ComposeForm") -> Saved:
        """Leave the email it was about alone, and be a new one."""
        self.email, self.version = None, 0
        return self.save(form)

    def forget(self) -> None:
        """Throw away what is kept beside the email."""
        self.owner.compositions.filter(key=self.key).delete()

    def discard(self) -> Composition | Email | None:
        """Throw away what was typed here, the draft that came of it into the trash; what was
        thrown away, if anything."""
        kept = self.owner.compositions.with_key(self.key).first()
        self.forget()
        if self.email and self.email.status == Status.DRAFT and self.email.removed_at is None:
            self.email.remove(by=self.owner)
            return self.email
        return kept

    # Sending ---------------------------------------------------------------------------------

    def finish(self, writing: Writing, wall: WallTime | None) -> Email:
        """Send it (after the undo window), or schedule it for `wall`.

        Raises Changed or IllegalTransition, with nothing changed, if the email has moved; but a
        second press of the same button, which finds it sent already, is as good as the first.
        """
        try:
            with transaction.atomic():
                self._hand_on(writing, wall)
                self.forget()
        except MOVED as moved:
            self.email = moved.email
            self.email.refresh_from_db()
            if self.email.status != Status.SCHEDULED or not says(self.email, writing):
                raise
        assert self.email is not None
        return self.email

    def not_finished(self, form: "ComposeForm") -> Saved:
        """After `finish` was refused: keep what was typed, as a draft of its own where the email
        is out of reach."""
        assert self.email is not None
        return self._on_conflict(self.email, form.typed(), form.writing())

    def _hand_on(self, writing: Writing, wall: WallTime | None) -> None:
        if self.is_copy and self.email and wall:
            told = {"version": self.version, "at": self._instant(wall), "zone": wall.zone}
            return replace_scheduled(self.email, writing, by=self.owner, **told)
        if self.is_copy and self.email:
            self.email.pull_back(by=self.owner)
        self._write(writing)
        assert self.email is not None
        if wall:
            self.email.schedule(wall.instant, by=self.owner, zone=wall.zone)
        else:
            self.email.send(by=self.owner)
        return None

    def _instant(self, wall: WallTime) -> Any:
        """A time that nobody changed stays the very same, seconds and all."""
        email = self.email
        if email and email.send_at and WallTime.of(email.send_at, wall.zone) == wall:
            return email.send_at
        return wall.instant

    # How it is done --------------------------------------------------------------------------

    def _write(self, writing: Writing) -> None:
        if self.email is None:
            self.email = self._draft(writing)
        else:
            with transaction.atomic():
                if self.email.status == Status.FAILED:
                    self.email.reopen(by=self.owner)
                rewrite(self.email, writing, version=self.version)
        self.version = self.email.version

    def _draft(self, writing: Writing) -> Email:
        try:
            return draft(self.owner, writing, key=self.key, continues=self.continues)
        except IntegrityError:
            # This window has saved before, but the answer never reached it.
            email = self.owner.emails.get(compose_key=self.key)
            rewrite(email, writing, version=email.version)
            return email

    def _on_conflict(self, email: Email, typed: dict[str, Any], writing: Writing | None) -> Saved:
        email.refresh_from_db()
        self.email = email
        if writing and says(email, writing):
            self.version = email.version  # an earlier request of this window, unanswered
            return Saved.DRAFT if email.status == Status.DRAFT else Saved.NOTHING
        if self._is_open(email) and email.status == Status.DRAFT:
            self._keep(typed)
            return Saved.CHANGED
        return self._part(typed, writing)

    def _part(self, typed: dict[str, Any], writing: Writing | None) -> Saved:
        """The email has left or is gone: what was typed becomes an email of its own."""
        self.continues, self.email, self.version = self.email, None, 0
        if self.continues and self.continues.compose_key == self.key:
            self.owner.compositions.filter(key=self.key).delete()
            self.key = uuid4()
        if writing is None:
            self._keep(typed)
        else:
            self._write(writing)
            self.forget()
        return Saved.PARTED

    def _keep(self, typed: dict[str, Any]) -> Saved:
        if not typed:
            self.forget()
            return Saved.NOTHING
        told = {"email": self.email, "version": self.version, "typed": typed}
        self.owner.compositions.update_or_create(key=self.key, defaults=told)
        return Saved.COPY if self.is_copy else Saved.KEPT


def typed_of(email: Email) -> dict[str, Any]:
    """What stood in the window when `email` was written."""
    content, version = email.content, email.template_version
    return {
        "identity": email.identity_id,
        "to": f"{email.to_name} <{email.to_address}>" if email.to_name else email.to_address,
        "cc": ", ".join(content.cc),
        "bcc": ", ".join(content.bcc),
        "subject": content.subject,
        "html": content.html,
        "files": [attachment.file_id for attachment in email.attachments.all()],
        "template": version.ticket_for(email.owner) if version else "",
        "task": str(email.task_id or ""),
    }


def _time_of(email: Email) -> dict[str, str]:
    day, _t, clock = email.send_wall.partition("T")
    return {"date": day, "time": clock, "zone": email.send_zone}


def says(email: Email, writing: Writing) -> bool:
    """Whether `email` says exactly what `writing` does."""
    here = [getattr(email, name) for name in writing.addressed()]
    there = [getattr(email.content, name) for name in writing.said()]
    told = [*writing.addressed().values(), *writing.said().values()]
    files = {attachment.file_id for attachment in email.attachments.all()}
    return [*here, *there] == told and files == {file.pk for file in writing.files}
