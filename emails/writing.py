"""What is written in an email, and how it gets into a draft or replaces a scheduled content."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.changes import announce
from prospects.words import folded

from .conversations import joined
from .fields import About, Values, render
from .models import (
    Cause,
    Email,
    EmailContent,
    Identity,
    Status,
    StoredFile,
    TemplateVersion,
)
from .sending.html import line_of

if TYPE_CHECKING:
    from accounts.models import User
    from prospects.models import Person


class Changed(Exception):
    """The email was changed, sent or removed since it was read; `email` is how it stands now."""

    def __init__(self, email: Email) -> None:
        super().__init__(f"email {email.pk} is at version {email.version}")
        self.email = email


@dataclass(frozen=True, kw_only=True)
class Writing:
    """One email as its writer left it, fields and all; `html` is sanitised."""

    identity: Identity | None
    to_address: str
    subject: str
    html: str = ""
    to_name: str = ""
    person: "Person | None" = None
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    files: Sequence[StoredFile] = field(default=())
    template_version: TemplateVersion | None = None  # the one that was put in last
    task_id: int | None = None  # what it is written for

    def values(self, owner: "User", email: Email | None = None) -> Values:
        """What the fields say in it when it is written by `owner`."""
        about = About(owner, self.identity, self.person, self.to_address, self.to_name, email)
        return Values(about)

    def addressed(self) -> dict[str, object]:
        """The columns of the email itself that are as they were written."""
        return {
            "identity": self.identity,
            "to_address": self.to_address,
            "to_name": self.to_name or (self.person.name if self.person else ""),
            "person": self.person,
            "template_version": self.template_version,
            "task_id": self.task_id,
        }

    def said(self) -> dict[str, object]:
        """The columns of its content that are as they were written."""
        return {
            "subject": self.subject,
            "html": self.html,
            "cc": list(self.cc),
            "bcc": list(self.bcc),
        }

    def on_the_row(self, owner: "User", email: Email | None = None) -> dict[str, object]:
        """The columns of the email itself; what lists show of it has its fields filled in as far
        as that is possible."""
        values = self.values(owner, email)
        return self.addressed() | {
            "subject": render(self.subject, values, html=False).shown[:500],
            "snippet": line_of(render(self.html, values, html=True).shown)[:200],
        }

    def in_the_content(self, owner: "User", email: Email | None = None) -> dict[str, object]:
        """The columns of its content."""
        company = self.person.company if self.person else ""
        name = self.to_name or (self.person.name if self.person else "")
        subject = render(self.subject, self.values(owner, email), html=False).shown
        searched = " ".join(filter(None, [name, self.to_address, company, subject]))
        return self.said() | {"search_text": folded(searched)[:1200]}


@transaction.atomic
def draft(
    owner: "User",
    writing: Writing,
    *,
    key: UUID | None = None,
    continues: Email | None = None,
    by: "User | None" = None,
) -> Email:
    """A new draft of `owner`'s; one and the same for the same `key` (IntegrityError)."""
    email = Email.objects.create(
        owner=owner, compose_key=key or uuid4(), continues=continues, **writing.on_the_row(owner)
    )
    EmailContent.objects.create(email=email, **writing.in_the_content(owner))
    _attach(email, writing.files)
    if continues:
        joined(email)
    email.transitions.create(cause=Cause.CREATE, to_status=email.status, by=by or owner)
    email.tell_owner()
    return email


@transaction.atomic
def rewrite(email: Email, writing: Writing, *, version: int) -> None:
    """Replace what the draft `email` says, if it still stands at `version`.

    Raises Changed, with nothing changed, if somebody was faster. `email` is fresh afterwards.
    """
    row = writing.on_the_row(email.owner, email) | {
        "version": F("version") + 1,
        "updated_at": Now(),
    }
    before = email.person_id, email.to_address
    moved = Email.objects.in_folder(Status.DRAFT).filter(pk=email.pk, version=version).update(**row)
    email.refresh_from_db()
    if not moved:
        raise Changed(email)
    if (email.continues_id or email.campaign_id) and before != (email.person_id, email.to_address):
        joined(email)  # another conversation, or none
    EmailContent.objects.filter(email=email).update(
        **writing.in_the_content(email.owner, email), sent_html="", sent_text=""
    )
    email.attachments.exclude(file__in=writing.files).delete()
    _attach(email, writing.files)
    announce(
        email.owner_id, emails=[email.pk], people=filter(None, before[:1])
    )  # and whom it went to


@transaction.atomic
def replace_scheduled(
    email: Email, writing: Writing, *, version: int, at: datetime, zone: str, by: "User"
) -> None:
    """Let the scheduled `email` say something else, and go at `at`.

    Pulled back, rewritten and scheduled in one transaction: it applies whole or not at all.
    Raises IllegalTransition if it is in hand or gone, Changed if somebody else changed it.
    """
    email.pull_back(by=by)
    rewrite(email, writing, version=version)
    email.schedule(at, by=by, zone=zone)


def _attach(email: Email, files: Sequence[StoredFile]) -> None:
    known = set(email.attachments.values_list("file_id", flat=True))
    for file in files:
        if file.pk not in known:
            email.attachments.create(file=file)
