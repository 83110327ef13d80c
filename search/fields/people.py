"""What is known of people, and of the person whom an email went to."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower
from django.db.models.lookups import In
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from prospects.models import Group, GroupMember, Person, Suppression
from prospects.models.suppression import HASHED, AddressHash
from prospects.words import folded

from ..looking import Looking
from ..tree import Condition
from .kinds import Choice, Choices, Field, Flag, Listed, Role, Words
from .moments import Moment
from .refs import Ref, UserRef, all_of
from .texts import Joined, Text, said


@dataclass(frozen=True, kw_only=True)
class Found(Text):
    """The words that lists look for: of an email its recipient and subject."""

    def of_email(self, condition: Condition, looking: Looking) -> Q:
        there = Q(content__search_text__isnull=False)
        return there & _holds("content__search_text", condition)

    def of_person(self, condition: Condition, looking: Looking) -> Q:
        return _holds("search_text", condition)


def _holds(column: str, condition: Condition) -> Q:
    if condition.op == "any":
        return ~Q(**{column: ""})
    lookup = "contains" if condition.op == "has" else "exact"
    return Q(**{f"{column}__{lookup}": folded(str(condition.value))})


@dataclass(frozen=True, kw_only=True)
class Address(Text):
    """Of an email that which it goes to, whoever the person is."""

    def of_email(self, condition: Condition, looking: Looking) -> Q:
        return said([F("to_address")], condition)


@dataclass(frozen=True, kw_only=True)
class Domain(Listed):
    """The address is at one of these domains, or below it."""

    def of_email(self, condition: Condition, looking: Looking) -> Q:
        return _at("to_address", condition)

    def of_person(self, condition: Condition, looking: Looking) -> Q:
        return _at("email", condition)


def _at(column: str, condition: Condition) -> Q:
    assert isinstance(condition.value, tuple)
    found = Q()
    for value in condition.value:
        domain = str(value).strip().removeprefix("@")
        for before in ("@", "."):
            found |= Q(**{f"{column}__iendswith": f"{before}{domain}"})
    return found


def _authorizations() -> Choices:
    return [(code.replace("_", "-"), label) for code, label in Person.Authorization.choices]


@dataclass(frozen=True, kw_only=True)
class AuthorizationChoice(Choice):
    def of_person(self, condition: Condition, looking: Looking) -> Q:
        assert isinstance(condition.value, tuple)
        return Q(authorization__in=[str(value).replace("-", "_") for value in condition.value])


@dataclass(frozen=True, kw_only=True)
class Unsubscribed(Flag):
    def of_person(self, condition: Condition, looking: Looking) -> Q:
        values = Suppression.objects.unsubscribes().order_by().values("value")
        # Where nobody is known by a hash alone, nobody's is worked out.
        hashes = values.filter(value__startswith=HASHED)
        gone = Q(In(Lower("email"), values)) | Q(In(AddressHash("email"), hashes))
        return Q(removed_at=None) & gone


@dataclass(frozen=True, kw_only=True)
class GroupRef(Ref):
    """Groups that the user may see; whoever is in a deleted one is in none."""

    def of_person(self, condition: Condition, looking: Looking) -> Q:
        if condition.op == "any":
            inside = GroupMember.objects.filter(group__in=Group.seen_by(looking.user).values("pk"))
        else:
            inside = GroupMember.objects.filter(group__in=self.ids(condition, looking))
        return Q(pk__in=inside.values("person"))


@dataclass(frozen=True, kw_only=True)
class PersonRef(Ref):
    """Somebody by number or address."""

    def of_email(self, condition: Condition, looking: Looking) -> Q:
        there = Q(person__isnull=False)
        if condition.op == "any":
            return there
        return there & Q(person__in=self.ids(condition, looking))


def _groups(looking: Looking) -> QuerySet[Any]:
    """Those that the user may see, and their own that were deleted."""
    seen = Group.seen_by(looking.user).values("pk")
    return Group.objects.filter(Q(pk__in=seen) | Q(owner=looking.user))


def _people(looking: Looking) -> QuerySet[Any]:
    return Person.objects.visible_to(looking.user)


def _plain(name: str, label: Words, *, listed: bool = True) -> Text:
    """A text of the person as it is."""
    columns = (name.replace("-", "_"),)
    return Text(name=name, label=label, role=Role.PERSON, columns=columns, listed=listed)


FIELDS: tuple[Field, ...] = (
    Found(name="text", label=_("Words"), role=Role.PERSON),
    PersonRef(
        name="person",
        label=_("Person"),
        role=Role.PERSON,
        rows=_people,
        named_by=("email",),
        people="pk",
        removed_at="removed_at",
        missing=_("There is nobody with the address “%(name)s” whom you may see."),
        removed=_("%(name)s has been deleted."),
    ),
    GroupRef(
        name="group",
        label=_("Group"),
        role=Role.PERSON,
        rows=_groups,
        removed_at="removed_at",
        outlives=False,
        missing=_("There is no group “%(name)s” that you may see: nobody is found by it."),
        removed=_("The group “%(name)s” has been deleted: nobody is found by it."),
    ),
    Joined(
        name="name",
        label=_("Name"),
        role=Role.PERSON,
        columns=("first_name", "last_name"),
        listed=True,
    ),
    _plain("first-name", _("First name")),
    _plain("last-name", _("Last name")),
    Address(
        name="email", label=_("Email address"), role=Role.PERSON, columns=("email",), listed=True
    ),
    Domain(name="domain", label=_("Domain"), role=Role.PERSON),
    _plain("company", _("Company")),
    _plain("title", _("Title"), listed=False),
    _plain("phone", _("Phone"), listed=False),
    _plain("website", _("Website"), listed=False),
    _plain("linkedin", _("LinkedIn"), listed=False),
    _plain("source", _("Source"), listed=False),
    _plain("notes", _("Notes"), listed=False),
    AuthorizationChoice(
        name="authorization",
        label=_("Authorization"),
        role=Role.PERSON,
        options=_authorizations,
    ),
    Unsubscribed(name="unsubscribed", label=_("Unsubscribed"), role=Role.PERSON),
    UserRef(
        name="owner",
        label=_("Owner of the person"),
        role=Role.PERSON,
        rows=all_of(User),
        people="owner_id",
        missing=_("There is no user “%(name)s”: nobody is found by it."),
    ),
    Moment(name="added", label=_("Person added"), role=Role.PERSON, columns=("created_at",)),
    Moment(
        name="changed", label=_("Person last updated"), role=Role.PERSON, columns=("updated_at",)
    ),
)
