import re
import unicodedata
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User

# Letters that are no plain one with a mark on it.
_SPELLED = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ß": "ss", "ł": "l", "đ": "d", "þ": "th"})
# What every person has anyway; a field of the same name would be mistaken for it.
TAKEN = frozenset(
    {"email", "name", "first_name", "last_name", "title", "company", "phone", "website", "linkedin"}
    | {"source", "owner", "groups", "notes", "authorization"}
)


def key_of(label: str) -> str:
    """What stands for a field called `label` in templates and in the database.

    Lower-case letters a to z, digits and underscores, “Förra året” being forra_aret; "" if the
    label has none of them.
    """
    plain = unicodedata.normalize("NFKD", label.casefold().translate(_SPELLED))
    letters = "".join(each for each in plain if not unicodedata.combining(each))
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")[: CustomField.LONGEST_KEY].strip("_")


class CustomFieldQuerySet(models.QuerySet["CustomField"]):
    def by_label(self) -> Self:
        return self.order_by(Lower("label"), "pk")

    def called(self, label: str) -> Self:
        """Those that `label` would be mistaken for: the same key, or the same label."""
        same_label = models.Q(label__iexact=label)
        return self.filter(models.Q(key=key_of(label)) | same_label)


class CustomField(models.Model):
    """A field that the organisation has added to people: Industry, Employees.

    A person's values are texts in `Person.custom`, by `key`; the key never changes, since templates
    write it. The label may.
    """

    LONGEST_KEY: ClassVar = 50
    LONGEST_LABEL: ClassVar = 60
    LONGEST_VALUE: ClassVar = 1000

    key = models.CharField(
        _("key"),
        max_length=50,
        unique=True,
        editable=False,
        validators=[RegexValidator(r"\A[a-z0-9]+(_[a-z0-9]+)*\Z")],
    )
    label = models.CharField(_("label"), max_length=LONGEST_LABEL)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = CustomFieldQuerySet.as_manager()

    class Meta:
        verbose_name = _("field of people")
        verbose_name_plural = _("fields of people")
        constraints = [
            models.UniqueConstraint(Lower("label"), name="custom_field_label_once"),
            models.CheckConstraint(
                name="custom_field_key_is_plain",
                condition=models.Q(key__regex=r"^[a-z0-9]+(_[a-z0-9]+)*$"),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @classmethod
    def all_by_label(cls) -> CustomFieldQuerySet:
        """All of the organisation's, in the order in which forms show them."""
        return cls.objects.by_label()

    @classmethod
    def checked_label(cls, text: str, but: "CustomField | None" = None) -> str:
        """`text` as a label that a new field (or `but`, renamed) can have.

        Raises ValidationError with a sentence that says what is wrong with it.
        """
        label = " ".join(unicodedata.normalize("NFC", text.replace("\0", "")).split())
        most = cls.LONGEST_LABEL
        if len(label) > most:
            raise ValidationError(
                _("A field’s name has at most %(most)s characters."), params={"most": most}
            )
        if not key_of(label):
            raise ValidationError(
                _(
                    "Give the field a name with a letter from A to Z or a digit in it: that is how"
                    " templates write it."
                )
            )
        if key_of(label) in TAKEN:
            raise ValidationError(
                _("Every person has “%(label)s” already. Choose another name for the field."),
                params={"label": label},
            )
        same = cls.objects.called(label).exclude(pk=but.pk if but else None).first()
        if same and same.label.lower() == label.lower():
            raise ValidationError(
                _("There is a field “%(label)s” already."), "known", {"label": same.label}
            )
        if same and but is None:  # renamed, a field keeps its key, and nobody else's matters
            raise ValidationError(
                _(
                    "In templates “%(label)s” would be written like the field “%(other)s”. Use that"
                    " one, or choose another name."
                ),
                params={"label": label, "other": same.label},
            )
        return label

    @classmethod
    def checked_new(cls, text: str, more: int = 0) -> str:
        """`text` as the label of a new field, when `more` others are about to come.

        Raises ValidationError, with a sentence, if there can be none of that name.
        """
        label, most = cls.checked_label(text), settings.LIMITS["CUSTOM_FIELDS"]
        if cls.objects.count() + more >= most:
            raise ValidationError(
                _(
                    "At most %(most)s fields can be added. Let an admin remove one that nobody uses."
                ),
                params={"most": most},
            )
        return label

    @classmethod
    def add(cls, label: str, *, by: "User | None") -> "CustomField":
        """The field called `label`, which `checked_new` has passed; made if it is not there yet."""
        found = cls.objects.called(label).first()
        made = {"label": label, "created_by": by}
        return found or cls.objects.get_or_create(key=key_of(label), defaults=made)[0]

    @property
    def placeholder(self) -> str:
        """The name that templates write between braces."""
        return f"custom_field_{self.key}"

    @property
    def is_used(self) -> bool:
        """Whether anybody has a value in it, the people in the trash included."""
        from .people import Person

        return Person.objects.filter(custom__has_key=self.key).exists()
