"""What a rep does with all people that are ticked, and how that is taken back.

Each action does what it can, leaves out whom it must not touch, and says both; whoever is left out
is left out alone. All of it is written at once or, where something breaks off, not at all.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Undo, UndoRefused

from . import consent
from .models import ConsentChange, Group, Person
from .models.people import PersonQuerySet
from .models.telling import tell_owners

if TYPE_CHECKING:
    from accounts.models import User

# So many of those that were left out are named.
NAMED = 3


@dataclass
class Result:
    """What became of the people: how many it was done with, and why not with others.

    `out` says the same of each who was left out, by id, and `before` of each with whom something
    was done what `undo` needs to know of that person alone.
    """

    said: str = ""
    left: list[str] = field(default_factory=list)
    undo: Undo | None = None
    out: Mapping[int, str] = field(default_factory=dict)
    before: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return " ".join(filter(None, [self.said, *self.left]))


def counted(words: Callable[[int], str], count: int, **more: object) -> str:
    """A plural sentence with its number as the language groups it."""
    return words(count) % {"count": number_format(count, force_grouping=True), **more}


def own(people: PersonQuerySet, user: "User") -> tuple[PersonQuerySet, dict[int, str]]:
    """Those whom `user` may change, and what there is to say of each of the others, by name."""
    mine = people.editable_by(user)
    if user.is_admin:
        return mine, {}
    others = people.exclude(owner=user).select_related("owner").order_by("sort_name", "pk")
    return mine, {
        person.pk: _("%(person)s is %(owner)s’s and was left as it is.")
        % {"person": person.name, "owner": person.owner}
        for person in others
    }


def some_of(sentences: Iterable[str], more: Callable[[int], str]) -> list[str]:
    """The first few of them, and in the words of `more` how many more there are."""
    told = list(sentences)
    rest = [counted(more, len(told) - NAMED)] if len(told) > NAMED else []
    return told[:NAMED] + rest


def named(others: Mapping[int, str]) -> list[str]:
    """Of those whom somebody else has, a few by name."""
    return some_of(
        others.values(),
        lambda n: ngettext(
            "%(count)s more belongs to somebody else.", "%(count)s more belong to somebody else.", n
        ),
    )


# Groups -----------------------------------------------------------------------------------------


@transaction.atomic
def add_to_group(people: PersonQuerySet, user: "User", group: Group | None, name: str) -> Result:
    """Put them into `group`, or into the user's group `name`, which is made if there is none.

    Raises GroupFull, with nothing changed, if they do not fit.
    """
    made = group is None and not Group.objects.owned_by(user).called(name).exists()
    group = group or Group.named(user, name)
    ids = list(people.values_list("pk", flat=True))
    new = group.add_ids(ids)
    said = counted(
        lambda n: ngettext(
            "%(count)s person is in “%(group)s” now.", "%(count)s people are in “%(group)s” now.", n
        ),
        len(new),
        group=group.name,
    )
    result = Result(said if new else "")
    if known := len(ids) - len(new):
        result.left = [
            counted(
                lambda n: ngettext(
                    "%(count)s was in “%(group)s” already.",
                    "%(count)s were in “%(group)s” already.",
                    n,
                ),
                known,
                group=group.name,
            )
        ]
        already = _("Is in “%(group)s” already.") % {"group": group.name}
        result.out = dict.fromkeys(set(ids).difference(new), already)
    if new or made:
        before = {"group": group.pk, "people": new, "made": made}
        result.before = {pk: before | {"people": [pk]} for pk in new}
        result.undo = Undo.objects.create(user=user, action="prospects.group", before=before)
    return result


@Undo.reverts("prospects.group")
def _take_out(user: "User", before: Mapping[str, Any]) -> str:
    group = Group.changed_by(user).filter(pk=before["group"]).first()
    if group is None:
        raise UndoRefused(_("The group is gone, so this cannot be undone any more."))
    gone = group.drop_ids(before["people"])
    if not gone and before["people"]:
        raise UndoRefused(_("Something has changed meanwhile, so this cannot be undone any more."))
    if before["made"] and not group.memberships.exists():
        group.delete()
        return _("Undone: the group “%(group)s” is gone again.") % {"group": group.name}
    return counted(
        lambda n: ngettext(
            "Undone: %(count)s person is out of “%(group)s” again.",
            "Undone: %(count)s people are out of “%(group)s” again.",
            n,
        ),
        len(gone),
        group=group.name,
    )


@transaction.atomic
def leave_group(people: PersonQuerySet, user: "User", group: Group) -> Result:
    """Take them out of `group`."""
    ids = list(people.values_list("pk", flat=True))
    gone = group.drop_ids(ids)
    is_not_in = _("Is not in “%(group)s”.") % {"group": group.name}
    out = dict.fromkeys(set(ids).difference(gone), is_not_in)
    if not gone:
        none = _("None of them is in “%(group)s”.") % {"group": group.name}
        return Result(left=[none], out=out)
    said = counted(
        lambda n: ngettext(
            "%(count)s person left “%(group)s”.", "%(count)s people left “%(group)s”.", n
        ),
        len(gone),
        group=group.name,
    )
    before = {"group": group.pk, "people": gone}
    undo = Undo.objects.create(user=user, action="prospects.leave", before=before)
    each = {pk: before | {"people": [pk]} for pk in gone}
    return Result(said, undo=undo, out=out, before=each)


@Undo.reverts("prospects.leave")
def _put_back(user: "User", before: Mapping[str, Any]) -> str:
    group = Group.changed_by(user).filter(pk=before["group"]).first()
    if group is None:
        raise UndoRefused(_("The group is gone, so this cannot be undone any more."))
    back = group.add_ids(Person.seen_by(user).of_ids(before["people"]).values_list("pk", flat=True))
    return counted(
        lambda n: ngettext(
            "Undone: %(count)s person is in “%(group)s” again.",
            "Undone: %(count)s people are in “%(group)s” again.",
            n,
        ),
        len(back),
        group=group.name,
    )


# What stands on the person ----------------------------------------------------------------------


@transaction.atomic
def put(people: PersonQuerySet, user: "User", name: str, value: str, shown: str) -> Result:
    """Let `value` stand in the column `name` of those whom `user` may change.

    `shown` is the value as the user reads it.
    """
    mine, others = own(people, user)
    before: dict[str, list[int]] = defaultdict(list)
    changing = mine.exclude(**{name: value}).order_by("pk").select_for_update(of=("self",))
    for pk, old in changing.values_list("pk", name):
        before[old].append(pk)
    same = mine.filter(**{name: value}).count()
    ids = [pk for some in before.values() for pk in some]
    Person.objects.of_ids(ids).update(**{name: value}, updated_at=timezone.now())
    tell_owners(ids, user.pk)
    count = len(ids) + same
    said = counted(
        lambda n: ngettext(
            "%(what)s of %(count)s person: %(value)s.",
            "%(what)s of %(count)s people: %(value)s.",
            n,
        ),
        count,
        what=_label(name),
        value=shown or _("none"),
    )
    result = Result(said if count else "", named(others), out=others)
    if ids:
        told = {"name": name, "value": value, "before": before}
        result.before = {
            pk: told | {"before": {old: [pk]}} for old, some in before.items() for pk in some
        }
        result.undo = Undo.objects.create(user=user, action="prospects.put", before=told)
    return result


def _label(name: str) -> str:
    label = str(Person._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return label[:1].upper() + label[1:]


@Undo.reverts("prospects.put")
def _put_before(user: "User", before: Mapping[str, Any]) -> str:
    """What stood there, for those in whom nobody has changed it since."""
    name, count = before["name"], 0
    now = timezone.now()
    for old, ids in before["before"].items():
        still = Person.objects.editable_by(user).of_ids(ids).filter(**{name: before["value"]})
        count += still.update(**{name: old}, updated_at=now)
        tell_owners(ids, user.pk)
    if not count:
        raise UndoRefused(_("Something has changed meanwhile, so this cannot be undone any more."))
    return counted(
        lambda n: ngettext("Undone for %(count)s person.", "Undone for %(count)s people.", n),
        count,
    )


# Unsubscribed -----------------------------------------------------------------------------------


@transaction.atomic
def stop_mail(people: PersonQuerySet, user: "User") -> Result:
    """Unsubscribe them: nobody of the organisation mails them any more, and what waits to go to
    them is stopped."""
    addresses = {pk: email.strip().lower() for pk, email in people.values_list("pk", "email")}
    effect = consent.unsubscribe(people, source=ConsentChange.Source.BULK, by=user)
    said = [
        counted(
            lambda n: ngettext(
                "%(count)s person is unsubscribed now.", "%(count)s people are unsubscribed now.", n
            ),
            len(effect.new),
        )
    ]
    said.append(effect.stopped_in_words)
    result = Result(" ".join(filter(None, said)) if effect.new else "")
    if known := effect.known:
        words = ngettext("%(count)s was so already.", "%(count)s were so already.", known)
        if not effect.new:
            words = ngettext(
                "%(count)s person is unsubscribed already.",
                "%(count)s people are unsubscribed already.",
                known,
            )
        result.left = [words % {"count": number_format(known, force_grouping=True)}]
    new = {row.value: row.pk for row in effect.new}
    already = _("Is unsubscribed already.")
    result.out = {pk: already for pk, address in addresses.items() if address not in new}
    if effect.new:
        result.undo = consent.offer_undo(user, effect)
        # Of two with one address the first takes it back.
        result.before = {
            pk: {"suppressions": [new.pop(address)]}
            for pk, address in addresses.items()
            if address in new
        }
    return result
