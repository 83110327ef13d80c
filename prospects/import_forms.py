"""Forms of the way in for a CSV file: the file, then what its columns mean."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .importing.columns import CUSTOM, MEANINGS, NAMES, NEW, guess
from .importing.sheet import Unreadable
from .importing.wording import about_file
from .models import CustomField, Group, GroupFull, PeopleImport, key_of

if TYPE_CHECKING:
    from accounts.models import User


class UploadForm(forms.Form):
    """A CSV file. Valid, it is kept as `upload`."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
        error_messages={"required": gettext_lazy("Choose a file first.")},
    )

    def __init__(self, user: "User", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.upload: PeopleImport | None = None
        most = settings.LIMITS["IMPORT_MB"] * 1024 * 1024
        rows = settings.LIMITS["IMPORT_ROWS"]
        self.most = most
        self.fields["file"].help_text = _(
            "Up to %(rows)s rows and %(size)s; columns separated by comma, semicolon or tab."
        ) % {"rows": number_format(rows, force_grouping=True), "size": filesizeformat(most)}

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        size = file.size or 0
        if size > self.most:
            raise ValidationError(
                _("The file has %(size)s; at most %(most)s can be read. Split it into parts."),
                params={"size": filesizeformat(size), "most": filesizeformat(self.most)},
            )
        try:
            self.upload = PeopleImport.keep(self.user, file.name or "", file.read())
        except Unreadable as problem:
            raise ValidationError(about_file(problem.code, problem.values)) from problem
        return file


class MappingForm(forms.Form):
    """What each column of an upload means, and the group that its people join."""

    group = forms.ModelChoiceField(
        Group.objects.none(),
        label=gettext_lazy("Put them into the group"),
        required=False,
        empty_label=gettext_lazy("no group"),
    )
    new_group = forms.CharField(
        label=gettext_lazy("or into a new group"), required=False, max_length=100
    )

    def __init__(self, upload: PeopleImport, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.upload = upload
        groups = Group.changed_by(upload.owner).by_name()
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
        fields = list(CustomField.all_by_label())
        own = [(f"{CUSTOM}{field.key}", field.label) for field in fields]
        guessed = guess(upload.sheet, {field.key for field in fields})
        for index in range(upload.sheet.width):
            self.fields[f"column_{index}"] = forms.ChoiceField(
                choices=self._choices(index, own),
                required=False,
                initial=guessed.get(index, ""),
                label=self.name_of(index),
            )

    def _choices(self, index: int, own: list[tuple[str, str]]) -> list[Any]:
        """What a column may mean: `own` are the organisation's fields, known so far."""
        name = self.name_of(index)
        if f"{CUSTOM}{key_of(name)}" not in dict(own):
            own = [*own, (NEW, _("New field “%(name)s”") % {"name": name[:60]})]
        return [
            ("", _("– not imported –")),
            (_("Fields of every person"), list(MEANINGS.items())),
            *([(_("More fields"), own)] if own else []),
        ]

    def name_of(self, index: int) -> str:
        """What a column is called: as in the file, else by its number."""
        return self.upload.sheet.header[index] or _("Column %(number)s") % {"number": index + 1}

    def columns(self) -> list[tuple[forms.BoundField, list[str]]]:
        """Each column's field with what stands in it in the first five rows."""
        first = self.upload.sheet.first(5)
        return [
            (self[f"column_{index}"], [row.cells[index][:80] for row in first])
            for index in range(self.upload.sheet.width)
        ]

    @property
    def mapping(self) -> dict[int, str]:
        """{column index: what it means}, without what is not imported; see importing.columns."""
        chosen = {
            index: self.cleaned_data.get(f"column_{index}", "")
            for index in range(self.upload.sheet.width)
        }
        return {index: meaning for index, meaning in chosen.items() if meaning}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        mapping = self.mapping
        if "email" not in mapping.values():
            self.add_error(None, _("Say which column holds the email address."))
        if not NAMES & set(mapping.values()):
            self.add_error(None, _("Say which column holds the name."))
        self._check_new([index for index, meaning in mapping.items() if meaning == NEW])
        first: dict[str, int] = {}
        for index, meaning in mapping.items():
            if meaning == NEW:
                meaning = f"{CUSTOM}{key_of(self.name_of(index))}"
            if first.setdefault(meaning, index) != index:
                self.add_error(
                    f"column_{index}",
                    _("“%(column)s” is this already.") % {"column": self.name_of(first[meaning])},
                )
        return cleaned

    def _check_new(self, columns: list[int]) -> None:
        for others, index in enumerate(columns):
            try:
                CustomField.checked_new(self.name_of(index), more=others)
            except ValidationError as error:
                self.add_error(f"column_{index}", error)

    def _with_new_fields(self) -> dict[int, str]:
        """The mapping, once the new fields that it asks for are there."""
        mapping = self.mapping
        for index, meaning in mapping.items():
            if meaning == NEW:
                field = CustomField.add(self.name_of(index), by=self.upload.owner)
                mapping[index] = f"{CUSTOM}{field.key}"
        return mapping

    def run(self) -> bool:
        """Bring the people in; False, with nothing done, if that was done before or if they do not
        fit into the group, which is told beside it."""
        try:
            return self._run()
        except GroupFull as full:
            where = "new_group" if self.cleaned_data["new_group"] else "group"
            self.add_error(where, full.sentence)
            return False

    @transaction.atomic
    def _run(self) -> bool:
        group, name = self.cleaned_data["group"], self.cleaned_data["new_group"].strip()
        if name:
            group = Group.named(self.upload.owner, name)
        return self.upload.run(self._with_new_fields(), group)
