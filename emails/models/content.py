import hashlib
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.files.base import ContentFile
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User

    from .email import Email


class EmailContent(models.Model):
    """What an email says, apart from the narrow row that moves between folders.

    `subject` and `html`, the sanitised body, are as their writer left them, with fields that are
    filled in for the recipient (see `emails.fields`); `Email.subject` is the subject as lists show
    it. `sent_html` and `sent_text` are what was put into the message at the first mark, and with
    them `Email.subject` is what was sent: every attempt, preview and quotation shows the same.
    """

    email = models.OneToOneField(
        "emails.Email", models.CASCADE, primary_key=True, related_name="content"
    )
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    html = models.TextField(blank=True)
    cc = models.JSONField(default=list)  # ["anna@example.com", …]
    bcc = models.JSONField(default=list)
    sent_html = models.TextField(blank=True)
    sent_text = models.TextField(blank=True)
    search_text = models.CharField(max_length=1200, blank=True)

    class Meta:
        verbose_name = _("content")
        verbose_name_plural = _("contents")
        indexes = [
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="emails_search"),
            models.Index(
                fields=["email"],
                name="contents_with_copies",
                condition=~models.Q(cc=[]) | ~models.Q(bcc=[]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email_id}"

    @property
    def recipients(self) -> list[str]:
        """Cc and Bcc in one list."""
        return [*self.cc, *self.bcc]


def _path(file: "StoredFile", name: str) -> str:
    return f"files/{file.sha256[:2]}/{file.sha256}"


class StoredFile(models.Model):
    """A file that a user uploaded once and can attach to any number of emails."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="files")
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(max_length=150, default="application/octet-stream")
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=_path, max_length=200)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "sha256", "name"], name="file_once_per_owner")
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def keep(cls, owner: "User", name: str, content_type: str, data: bytes) -> "StoredFile":
        """Store `data` under its hash; the same file by the same user is stored once."""
        digest = hashlib.sha256(data).hexdigest()
        known = cls.objects.filter(owner=owner, sha256=digest, name=name).first()
        if known:
            return known
        stored = cls(
            owner=owner, name=name, content_type=content_type, size=len(data), sha256=digest
        )
        path = _path(stored, name)
        if stored.file.storage.exists(path):
            stored.file.name = path
        else:
            stored.file.save(name, ContentFile(data), save=False)
        stored.save()
        return stored


class Attachment(models.Model):
    """A stored file that goes with an email."""

    email = models.ForeignKey(
        "emails.Email", models.CASCADE, related_name="attachments", db_index=False
    )
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="attachments")

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["email", "file"], name="attached_once")]

    def __str__(self) -> str:
        return self.file.name


class Link(models.Model):
    """A link in an email as its writer gave it; the recipient's copy leads through our redirect."""

    email = models.ForeignKey("emails.Email", models.CASCADE, related_name="links", db_index=False)
    number = models.PositiveSmallIntegerField()
    url = models.TextField(_("address"))
    text = models.CharField(_("text"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [models.UniqueConstraint(fields=["email", "number"], name="link_number_once")]

    def __str__(self) -> str:
        return self.text or self.url


class CompositionQuerySet(models.QuerySet["Composition"]):
    def begun(self) -> Self:
        """Writing that belongs to no email which it could still become part of."""
        gone = ~models.Q(email__status__in=["draft", "scheduled", "failed"])
        return self.filter(models.Q(email=None) | gone | ~models.Q(email__removed_at=None))

    def abandoned(self) -> Self:
        """Left alone for so long that nobody will miss it."""
        return self.filter(updated_at__lte=Now() - Composition.KEPT)

    def with_key(self, key: uuid.UUID) -> Self:
        return self.filter(key=key)

    def for_task(self, task_id: int) -> Self:
        """What was begun for a task, the latest first."""
        return self.filter(typed__task=str(task_id))

    def of_version(self, email: "Email") -> Self:
        """What was typed on top of the content that `email` has now."""
        return self.filter(email=email, version=email.version)


class Composition(models.Model):
    """What somebody has typed that is no draft yet, or is a change to a scheduled email.

    Kept per compose window, so that nothing typed is ever lost; deleted when a draft or the
    scheduled email has taken it over.
    """

    KEPT: ClassVar = timedelta(days=90)
    FIELDS: ClassVar = (
        "identity", "to", "cc", "bcc", "subject", "html", "files", "date", "time", "zone", "template",
        "task",
    )  # fmt: skip

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="compositions")
    key = models.UUIDField(default=uuid.uuid4)
    email = models.ForeignKey(
        "emails.Email", models.CASCADE, null=True, blank=True, related_name="compositions"
    )
    version = models.PositiveIntegerField(default=0)  # of the email when the change began
    typed: Any = models.JSONField(default=dict)  # {field: what stands in it}
    updated_at = models.DateTimeField(auto_now=True)

    objects = CompositionQuerySet.as_manager()

    class Meta:
        verbose_name = _("unsaved writing")
        verbose_name_plural = _("unsaved writing")
        ordering = ["-updated_at"]
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="composition_once")]

    def __str__(self) -> str:
        return str(self.typed.get("subject") or self.key)

    @property
    def words(self) -> str:
        """By what its writer will know it again: the subject, else the text, else the recipient."""
        from ..sending.html import line_of

        text = line_of(str(self.typed.get("html") or ""))
        return str(self.typed.get("subject") or text or self.typed.get("to") or "")
