from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .groups import Group

if TYPE_CHECKING:
    from accounts.models import User

    from ..importing.sheet import Sheet


class PeopleImportQuerySet(models.QuerySet["PeopleImport"]):
    def waiting(self) -> Self:
        """Uploaded, and not brought in yet."""
        return self.filter(stage=PeopleImport.Stage.UPLOADED)

    def done(self) -> Self:
        return self.filter(stage=PeopleImport.Stage.DONE)

    def abandoned(self) -> Self:
        return self.waiting().filter(created_at__lt=timezone.now() - PeopleImport.KEPT_WAITING)


class PeopleImport(models.Model):
    """One CSV file of people on its way in, and what became of every row of it.

    The text of the file is kept until its columns have been named, the refused rows for ever.
    """

    class Stage(models.TextChoices):
        UPLOADED = "uploaded", _("waits for its columns to be named")
        DONE = "done", _("done")

    KEPT_WAITING: ClassVar = timedelta(days=1)

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="imports")
    created_at = models.DateTimeField(default=timezone.now)
    file_name = models.CharField(max_length=200)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.UPLOADED)
    group = models.ForeignKey(Group, models.SET_NULL, null=True, blank=True, related_name="imports")
    content = models.TextField(blank=True)
    header = models.JSONField(default=list)
    delimiter = models.CharField(max_length=1, default=",")
    mapping = models.JSONField(default=dict)  # {column index: what it means, see importing.columns}
    added = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    repeated = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=list)  # [[line number, [cell, …], [problem code, …]], …]

    objects = PeopleImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.file_name

    @classmethod
    def keep(cls, owner: "User", file_name: str, data: bytes) -> "PeopleImport":
        """Take in the bytes of a CSV file. Raises importing.sheet.Unreadable if it is none.

        What `owner` uploaded and then left alone for a day is thrown away.
        """
        from ..importing.sheet import decoded

        cls.objects.filter(owner=owner).abandoned().delete()
        upload = cls(owner=owner, file_name=file_name[:200], content=decoded(data))
        upload.header, upload.delimiter = upload.sheet.header, upload.sheet.delimiter
        _ = upload.sheet.size  # raises if there are no rows, or too many
        upload.save()
        return upload

    @cached_property
    def sheet(self) -> "Sheet":
        """The rows of the file, while it waits."""
        from ..importing.sheet import Sheet

        return Sheet(self.content, most_rows=settings.LIMITS["IMPORT_ROWS"])

    @property
    def is_done(self) -> bool:
        return self.stage == self.Stage.DONE

    @property
    def rows(self) -> int:
        """How many rows of the file have been dealt with, one way or another."""
        return self.added + self.known + self.repeated + len(self.refused)

    @transaction.atomic
    def run(self, mapping: Mapping[int, str], group: Group | None) -> bool:
        """Bring the people in and into `group`; False, with nothing done, if that was done before.

        `mapping` is {column index: code of importing.columns.MEANINGS, or CUSTOM and a key}.
        """
        from ..importing.checks import read
        from ..importing.storing import store

        # Of two that press the button at once one waits here, and then finds it done.
        self.refresh_from_db(from_queryset=PeopleImport.objects.select_for_update())
        if self.is_done:
            return False
        result = store(read(self.sheet, mapping), self.owner, group)
        self.added, self.known, self.repeated = result.added, result.known, result.repeated
        self.refused = [refused.as_list() for refused in result.refused]
        self.mapping, self.group = dict(mapping), group
        self.stage, self.content = self.Stage.DONE, ""
        self.save()
        return True

    def bad_rows_file(self) -> bytes:
        """The refused rows as a CSV file, each with its line and what is wrong with it."""
        from ..importing.given_back import bad_rows

        return bad_rows(self.header, self.refused, self.delimiter)

    def problems(self, most: int) -> list[tuple[int, str, str]]:
        """The first refused rows: line, what it begins with, what is wrong with it in words."""
        from ..importing.wording import about_row

        return [
            (line, " · ".join(filter(None, cells))[:120], about_row(problems))
            for line, cells, problems in self.refused[:most]
        ]
