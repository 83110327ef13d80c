"""Attachments: files of one's own, chosen or uploaded, within what one email may carry."""

import mimetypes
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from ..models import StoredFile

if TYPE_CHECKING:
    from accounts.models import User

MEGABYTE = 1024 * 1024


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Any number of uploads; empty ones are left out."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        uploads = data if isinstance(data, list | tuple) else [data]
        return [upload for upload in uploads if upload and upload.size]


class FilesForm(forms.Form):
    """The attachments of an email: chosen among one's own files, or uploaded."""

    files = forms.ModelMultipleChoiceField(StoredFile.objects.none(), required=False)  # type: ignore[assignment]
    uploads = SeveralFilesField(required=False)

    def __init__(self, *args: Any, user: "User", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["files"].queryset = user.files.all()  # type: ignore[attr-defined]

    @property
    def limit(self) -> int:
        """How many bytes all attachments of one email may have."""
        return settings.LIMITS["ATTACHMENTS_MB"] * MEGABYTE

    @property
    def attached(self) -> list[StoredFile]:
        """What is attached now: as chosen, or as it was before."""
        if self.is_bound:
            return self.cleaned_data.get("attached", [])
        return list(self.user.files.filter(pk__in=self.initial.get("files") or []))

    @property
    def size(self) -> int:
        """Bytes of all attachments together."""
        return sum(file.size for file in self.attached)

    @property
    def others(self) -> list[StoredFile]:
        """The user's latest files that are not attached."""
        chosen = [file.pk for file in self.attached]
        return list(self.user.files.exclude(pk__in=chosen)[:20])

    def clean(self) -> dict[str, Any]:
        """Keep the uploads that still fit, and say of the others by how much they do not."""
        cleaned: dict[str, Any] = super().clean() or {}
        attached = list(cleaned.get("files") or [])
        room = self.limit - sum(file.size for file in attached)
        if room < 0:
            self.add_error("uploads", self._over_limit(_("The attachments"), self.limit - room))
        for upload in cleaned.get("uploads") or []:
            if upload.size > room:
                self.add_error("uploads", self._over_limit(upload.name, upload.size))
                continue
            stored = self._stored(upload)
            if stored not in attached:
                attached.append(stored)
                room -= stored.size
        cleaned["attached"] = attached
        return cleaned

    def _over_limit(self, what: str, size: int) -> ValidationError:
        return ValidationError(
            _(
                "%(what)s: %(size)s is too much. The attachments of one email may have %(limit)s"
                " together; what was attached before is still here."
            ),
            code="size",
            params={
                "what": what,
                "size": filesizeformat(size),
                "limit": filesizeformat(self.limit),
            },
        )

    def _stored(self, upload: UploadedFile) -> StoredFile:
        name = "".join(letter for letter in upload.name or "" if letter.isprintable())[-200:]
        name = name or _("file")
        kind = mimetypes.guess_type(PurePath(name).name)[0] or "application/octet-stream"
        return StoredFile.keep(self.user, name, kind, upload.read())
