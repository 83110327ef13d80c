"""Deleting people, and how that is taken back."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Undo, UndoRefused

from .actions import NAMED, Result, counted, named, own, some_of
from .keeping import kept
from .models import Person
from .models.telling import tell_owners

if TYPE_CHECKING:
    from accounts.models import User

    from .models.people import PersonQuerySet


@transaction.atomic
def delete(people: "PersonQuerySet", user: "User") -> Result:
    """Put those whom `user` may change into the trash, but who is in use elsewhere, as in a
    campaign; their emails and groups keep them."""
    mine, others = own(people, user)
    ids = list(mine.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    held = kept(ids, user)
    left = named(others) + _named(held)
    ids = [pk for pk in ids if pk not in held]
    Person.objects.of_ids(ids).update(removed_at=timezone.now())
    tell_owners(ids, user.pk)
    said = counted(
        lambda n: ngettext("%(count)s person was deleted.", "%(count)s people were deleted.", n),
        len(ids),
    )
    result = Result(said if ids else "", left, out=others | held)
    if ids:
        told = {"people": ids}
        result.before = {pk: {"people": [pk]} for pk in ids}
        result.undo = Undo.objects.create(user=user, action="prospects.delete", before=told)
    return result


def _named(held: Mapping[int, str]) -> list[str]:
    return some_of(
        held.values(),
        lambda n: ngettext(
            "%(count)s more was left for such a reason.",
            "%(count)s more were left for such reasons.",
            n,
        ),
    )


@Undo.reverts("prospects.delete")
def _bring_back(user: "User", before: Mapping[str, Any]) -> str:
    """Those whose address nobody else has taken meanwhile."""
    gone = Person.objects.editable_by(user).of_ids(before["people"]).exclude(removed_at=None)
    people = list(gone.order_by("pk"))
    back, taken = _restored(people)
    tell_owners([person.pk for person in people], user.pk)
    if not back:
        raise UndoRefused(_("Something has changed meanwhile, so this cannot be undone any more."))
    said = counted(
        lambda n: ngettext(
            "Undone: %(count)s person is back.", "Undone: %(count)s people are back.", n
        ),
        back,
    )
    if taken:
        said += " " + _("Not %(people)s: somebody new has the address.") % {
            "people": ", ".join(taken[:NAMED])
        }
    return said


def _restored(people: Sequence[Person]) -> tuple[int, list[str]]:
    """Take them out of the trash: at once if nobody is in the way, else one by one."""
    try:
        with transaction.atomic():
            return Person.objects.of_ids(person.pk for person in people).update(removed_at=None), []
    except IntegrityError:
        taken = []
    for person in people:
        try:
            with transaction.atomic():
                Person.objects.of_ids([person.pk]).update(removed_at=None)
        except IntegrityError:
            taken.append(person.name)
    return len(people) - len(taken), taken
