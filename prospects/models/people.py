import unicodedata
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models, transaction
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Lower
from django.db.models.lookups import Contains
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..words import Folded, folded
from .suppression import HASHED, AddressHash, Suppression
from .telling import tell_owners

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User

    from .custom_fields import CustomField
    from .groups import Group

# The Swedish alphabet ends å, ä, ö (and reads æ, ø as their neighbours do); C.UTF-8 does not. Behind
# two z they stand after every name that begins with one, in any collation.
_LAST_LETTERS = str.maketrans({"å": "zz1", "ä": "zz2", "æ": "zz2", "ö": "zz3", "ø": "zz3"})


def sort_key(text: str) -> str:
    """`text` as it sorts in a list of names: no case, no accents, å ä ö after z."""
    lowered = unicodedata.normalize("NFC", text.casefold()).translate(_LAST_LETTERS)
    plain = unicodedata.normalize("NFD", lowered)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))[:200]


class SortText(models.Func):
    """`sort_key` of a column, as nearly as PostgreSQL can tell it: no case, å ä ö after z."""

    template = (
        "translate(lower(%(expressions)s), "
        "'åäæöøéèêëáàâãíìîïóòôõúùûüýñç', '{||}}eeeeaaaaiiiioooouuuuync')"
    )
    output_field = models.CharField()


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, user: "User") -> Self:
        """Those whom `user` may see: their own, and those in groups that are shared with a team
        of theirs; everybody's if the organisation says so."""
        from .groups import Group

        if Person.all_are_seen_by(user):
            return self
        shared = models.Q(pk__in=Group.objects.shared_with(user).values("memberships__person"))
        return self.filter(models.Q(owner=user) | shared)

    def present(self) -> Self:
        """Not in the trash."""
        return self.filter(removed_at=None)

    def of_ids(self, ids: "Iterable[int]") -> Self:
        return self.filter(pk__in=list(ids))

    def matching(self, words: str) -> Self:
        """Those whose name, address or company holds every word of `words`."""
        found = self
        for word in words.split()[:8]:
            found = found.filter(search_text__contains=folded(word))
        return found

    def by_name(self) -> Self:
        return self.order_by("sort_name", "pk")

    def orderable(self, by: str) -> Self:
        """Each with what a list sorts it by: for "order_company" the company as SortText has it."""
        name = by.removeprefix("-")
        if not name.startswith("order_"):
            return self
        return self.annotate(**{name: SortText(name.removeprefix("order_"))})

    def by_keys(self, keys: "Iterable[str]") -> "Iterable[tuple[str, int]]":
        """Key and id of those with one of `keys`: addresses in lower case, which make two
        people the same one."""
        keyed = self.annotate(key=Lower("email"))
        return keyed.filter(key__in=keys).values_list("key", "pk")

    def with_keys(self, keys: "Iterable[str]") -> Self:
        """Those with one of the addresses `keys`, in lower case."""
        return self.alias(address_key=Lower("email")).filter(address_key__in=keys)

    def with_address(self, address: str) -> Self:
        return self.annotate(key=Lower("email")).filter(key=address.strip().lower())

    def with_addresses(self, addresses: "Iterable[str]") -> Self:
        """Those with one of `addresses`, whatever their case."""
        keys = [address.strip().lower() for address in addresses]
        return self.annotate(key=Lower("email")).filter(key__in=keys)

    def in_group(self, group: "Group") -> Self:
        return self.filter(memberships__group=group)

    def owned_by(self, user: "User") -> Self:
        return self.filter(owner=user)

    def at_company(self, text: str) -> Self:
        """Those whose company's name holds `text`, or whose address is at that domain or below."""
        text = text.strip().removeprefix("@")
        at_domain = models.Q(email__iendswith=f"@{text}") | models.Q(email__iendswith=f".{text}")
        # The first condition has an index and leaves few rows to the other.
        found = self.filter(search_text__contains=folded(text))
        company = models.Q(Contains(Folded("company"), folded(text)))
        return found.filter(company | at_domain)

    def with_own_field(self, field: "CustomField", text: str = "") -> Self:
        """Those who have `text` somewhere in one of the organisation's own fields, or anything."""
        value = KeyTextTransform(field.key, "custom")
        found = self.filter(custom__has_key=field.key)
        return found.annotate(own=value).filter(own__icontains=text) if text else found

    def unsubscribed(self, yes: bool = True) -> Self:
        """Those who do not want to be mailed any more, or all others."""
        values = Suppression.objects.unsubscribes().values("value")
        told = self.model.objects.present().annotate(key=Lower("email"), mark=AddressHash("email"))
        gone = models.Q(pk__in=told.filter(key__in=values).values("pk"))
        # Looked for apart: where nobody is known by a hash alone, nobody's is worked out.
        hashes = values.filter(value__startswith=HASHED)
        gone |= models.Q(pk__in=told.filter(mark__in=hashes).values("pk"))
        return self.filter(gone) if yes else self.exclude(gone)

    def with_groups_seen_by(self, user: "User") -> Self:
        """Each with `shown_groups`: those groups of theirs that `user` may see."""
        from .groups import Group

        groups = Group.seen_by(user).by_name()
        return self.prefetch_related(models.Prefetch("groups", groups, to_attr="shown_groups"))

    def for_list(self, user: "User") -> Self:
        """With what rows of a list show: the owner, and the groups that `user` may see."""
        return self.select_related("owner").with_groups_seen_by(user).defer("notes", "search_text")

    def editable_by(self, user: "User") -> Self:
        """Their own; an admin's are everybody's."""
        return self if user.is_admin else self.filter(owner=user)


class Person(models.Model):
    """A prospect: somebody whom the team writes to."""

    class Authorization(models.TextChoices):
        """Why they may be written to (GDPR, article 6)."""

        CONSENT = "consent", _("consent")
        CONTRACT = "contract", _("contract")
        LEGITIMATE_INTEREST = "legitimate_interest", _("legitimate interest")
        LEGAL_OBLIGATION = "legal_obligation", _("legal obligation")
        VITAL_INTEREST = "vital_interest", _("vital interest")
        PUBLIC_TASK = "public_task", _("public task")
        OTHER = "other", _("other")

    LONGEST_NOTES: ClassVar = 20_000
    # Name, address and company at their longest, and what folding adds.
    LONGEST_SEARCHED: ClassVar = 1000

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="people", verbose_name=_("owner")
    )
    email = models.EmailField(_("email"), max_length=254)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    title = models.CharField(_("title"), max_length=150, blank=True)
    company = models.CharField(_("company"), max_length=150, blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    website = models.URLField(_("website"), blank=True)
    linkedin = models.URLField(_("LinkedIn"), blank=True)
    source = models.CharField(_("source"), max_length=100, blank=True)
    authorization = models.CharField(
        _("authorization"), max_length=20, choices=Authorization, blank=True
    )
    custom = models.JSONField(_("own fields"), default=dict, blank=True)  # {key: text}, none empty
    notes = models.TextField(_("notes"), blank=True, max_length=LONGEST_NOTES)
    notes_at = models.DateTimeField(_("notes changed"), null=True, editable=False)
    notes_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("notes changed by"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("last updated"), auto_now=True)
    removed_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)
    # Written by `prepare()`, which every way of saving a person calls.
    sort_name = models.CharField(max_length=200, editable=False)
    search_text = models.CharField(max_length=LONGEST_SEARCHED, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            # Who is in the trash is in nobody's way.
            models.UniqueConstraint(
                Lower("email"), condition=models.Q(removed_at=None), name="person_email_once"
            )
        ]
        indexes = [
            models.Index(fields=["owner", "sort_name"], name="people_of_owner"),
            models.Index(fields=["sort_name", "id"], name="people_by_name"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="people_search"),
            GinIndex(fields=["custom"], name="people_by_own_fields"),
            models.Index(SortText("first_name"), "id", name="people_by_first_name"),
            models.Index(SortText("company"), "id", name="people_by_company"),
            models.Index(SortText("title"), "id", name="people_by_title"),
            models.Index(SortText("email"), "id", name="people_by_email"),
            models.Index("updated_at", "id", name="people_by_update"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def seen_by(cls, user: "User") -> PersonQuerySet:
        """The people whom `user` may see, without those in the trash."""
        return cls.objects.visible_to(user).present()

    @classmethod
    def all_are_seen_by(cls, user: "User") -> bool:
        """Whether `user` may see everybody."""
        return user.is_admin or user.organisation.everybody_sees_people

    @property
    def name(self) -> str:
        """First and last name, or the address where neither is known."""
        return f"{self.first_name} {self.last_name}".strip() or self.email

    def is_seen_by(self, user: "User") -> bool:
        """Whether `user` may see this person."""
        mine = self.owner_id == user.pk and self.removed_at is None
        return mine or Person.seen_by(user).filter(pk=self.pk).exists()

    def is_editable_by(self, user: "User") -> bool:
        """Whether `user` may change this person."""
        return user.is_admin or self.owner_id == user.pk

    def get_absolute_url(self) -> str:
        return reverse("people:person", args=[self.pk])

    def join(self, groups: "Iterable[Group]", *, instead_of: "Iterable[Group]") -> None:
        """Be in `groups`, and in none of `instead_of` besides."""
        kept = {group.pk for group in groups}
        self.memberships.filter(group__in=instead_of).exclude(group__in=kept).delete()
        tell_owners([self.pk])
        for group in groups:
            group.add([self])

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2].lower()

    def put(self, field: "CustomField", value: str) -> None:
        """Let `value`, in one line, stand in one of the organisation's own fields, unsaved."""
        text = " ".join(value.split())[: field.LONGEST_VALUE]
        self.custom = {key: kept for key, kept in self.custom.items() if key != field.key}
        if text:
            self.custom[field.key] = text

    @property
    def notes_stamp(self) -> str:
        """Which state of the notes this is, for whoever is about to change them."""
        return self.notes_at.isoformat() if self.notes_at else ""

    @transaction.atomic
    def write_notes(self, text: str, *, seen: str, by: "User") -> bool:
        """Change the notes of which `by` has seen the state `seen` (a `notes_stamp`).

        False, with nothing changed, if somebody has written meanwhile; the row is as it is then.
        """
        self.refresh_from_db(from_queryset=Person.objects.select_for_update())
        if text == self.notes:
            return True
        if seen != self.notes_stamp:
            return False
        self.notes, self.notes_at, self.notes_by = text, timezone.now(), by
        self.save(update_fields=["notes", "notes_at", "notes_by"])
        tell_owners([self.pk], by.pk)
        return True

    def prepare(self) -> None:
        """Bring the columns that lists sort and search by up to date, unsaved."""
        self.email = self.email.strip()
        self.sort_name = sort_key(f"{self.last_name} {self.first_name}".strip() or self.email)
        words = [self.first_name, self.last_name, self.email, self.company]
        self.search_text = folded(" ".join(filter(None, words)))[: self.LONGEST_SEARCHED]

    def save(self, *args: object, **kwargs: object) -> None:
        self.prepare()
        super().save(*args, **kwargs)  # type: ignore[arg-type]
