"""What changes whether somebody may be mailed: one door, so that nothing changes without its line
in the history, and nothing that waits to be sent to them is forgotten.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Case, QuerySet, Value, When
from django.db.models.functions import Concat, Left, Now
from django.utils.formats import number_format
from django.utils.translation import ngettext

from accounts.changes import EVERYBODY, announce
from accounts.models import Undo

from ..models import ConsentChange, Person, Suppression

if TYPE_CHECKING:
    from accounts.models import User

    from ..models.people import PersonQuerySet

Reason, Source = Suppression.Reason, ConsentChange.Source
UNSUBSCRIBE = "prospects.unsubscribe"

# Where a reason comes from, unless somebody says otherwise.
_SOURCES = {
    Reason.UNSUBSCRIBED: Source.HAND,
    Reason.BLOCKED: Source.ADMIN,
    Reason.BOUNCED: Source.BOUNCE,
    Reason.COMPLAINED: Source.COMPLAINT,
}

Stop = Callable[[Sequence[Suppression]], int]
_STOPS: list[Stop] = []


@dataclass(frozen=True)
class Effect:
    """What a change came to: the suppressions that are new, how many of those asked for were in
    force already, how many waiting emails were stopped, and the lines of the history."""

    new: list[Suppression] = field(default_factory=list)
    known: int = 0
    stopped: int = 0
    changes: list[ConsentChange] = field(default_factory=list)

    @property
    def stopped_in_words(self) -> str:
        """How many waiting emails were stopped, in a sentence; "" if none."""
        if not self.stopped:
            return ""
        words = ngettext(
            "%(count)s scheduled email was stopped.",
            "%(count)s scheduled emails were stopped.",
            self.stopped,
        )
        return words % {"count": number_format(self.stopped, force_grouping=True)}


def when_suppressed(stop: Stop) -> Stop:
    """Register how a higher app stops what waits to be sent: given new suppressions, within the
    transaction that makes them; returns how many emails it has stopped.

    Who registers last is asked first: what an app takes out of the way itself, those below it
    find no more.
    """
    if stop not in _STOPS:
        _STOPS.insert(0, stop)
    return stop


@transaction.atomic
def suppress(
    values: Iterable[str],
    reason: str,
    *,
    source: str = "",
    by: "User | None" = None,
    sender: "User | None" = None,
    email_id: int | None = None,
    because: str = "",
    note: str = "",
) -> Effect:
    """Forbid mail to `values`, addresses or domains, for a Suppression.Reason.

    From the moment this is committed no mark lets an email to them pass, and what was waiting is
    stopped. `sender`: only that user's mail. `because`, `note`: why, as a code and in words.
    """
    wanted = {value.strip().lower() for value in values if value.strip()}
    new = Suppression.forbid(wanted, reason, by=by, sender=sender, note=note)
    if not new:
        return Effect(known=len(wanted))
    changes = ConsentChange.keep(
        new,
        source or _SOURCES[Reason(reason)],
        by=by,
        email_id=email_id,
        because=because,
        words=note[:500],
    )
    stopped = sum(stop(new) for stop in _STOPS)
    _tell_owners(new)
    return Effect(new, len(wanted) - len(new), stopped, changes)


def unsubscribe(
    people: "PersonQuerySet | Iterable[int]",
    *,
    source: str = Source.HAND,
    by: "User | None" = None,
    why: str = "",
    sender: "User | None" = None,
) -> Effect:
    """Unsubscribe `people`, a queryset or ids: thousands as fast as one. The caller has seen to
    it that `by` may see them; `offer_undo` lets them take it back."""
    if not isinstance(people, QuerySet):
        people = Person.objects.present().filter(pk__in=list(people))
    addresses = people.order_by().values_list("email", flat=True)
    return suppress(addresses, Reason.UNSUBSCRIBED, source=source, by=by, sender=sender, note=why)


def unsubscribe_address(
    address: str,
    *,
    source: str,
    sender: "User | None" = None,
    email_id: int | None = None,
    because: str = "",
    words: str = "",
) -> Effect:
    """Whoever reads mail at `address` wants no more of it; they may have said why.

    Where somebody has unsubscribed them already it is their own word from now on, so that nobody
    takes back by Undo what they said themselves.
    """
    told: dict[str, Any] = {"email_id": email_id, "because": because}
    with transaction.atomic():
        effect = suppress(
            [address], Reason.UNSUBSCRIBED, source=source, sender=sender, note=words, **told
        )
        mine = Suppression.objects.unsubscribes().filter(value=address.strip().lower())
        noted = mine.filter(sender=sender).exclude(created_by=None)
        rows = list(noted.order_by("pk").select_for_update())
        noted.update(created_by=None)
        changes = ConsentChange.keep(rows, source, words=words[:500], **told)
    return replace(effect, changes=effect.changes + changes)


def block(values: Iterable[str], *, by: "User", why: str = "") -> Effect:
    """Close addresses or whole domains, subdomains included."""
    return suppress(values, Reason.BLOCKED, by=by, note=why)


@transaction.atomic
def release(
    suppressions: QuerySet[Suppression],
    *,
    by: "User | None",
    source: str,
    why: str = "",
) -> int:
    """Let those of `suppressions` that are in force end; returns how many."""
    ended = list(suppressions.filter(released_at=None).order_by("pk").select_for_update())
    if not ended:
        return 0
    note = Left(
        Concat("note", Case(When(note="", then=Value("")), default=Value(" · ")), Value(why)), 500
    )
    Suppression.objects.filter(pk__in=[row.pk for row in ended]).update(
        released_at=Now(), released_by=by, **({"note": note} if why else {})
    )
    ConsentChange.keep(ended, source, ended=True, by=by, words=why[:500])
    _tell_owners(ended)
    return len(ended)


def resubscribe(people: Iterable[Person], *, by: "User", why: str) -> int:
    """Let `people` be mailed again, whatever their own addresses were closed for; a blocked domain
    stays so. Returns how many suppressions ended.

    Only for admins and with a reason, recorded with their name: a ValueError otherwise.
    """
    if not by.is_admin or not why.strip():
        raise ValueError("Only an admin resubscribes somebody, and says why.")
    addresses = [person.email for person in people]
    rows = Suppression.objects.covering(*addresses).exclude(value__in=_domains(addresses))
    return release(rows, by=by, why=why.strip(), source=Source.ADMIN)


def offer_undo(user: "User", effect: Effect, *, said: str = "", page: str = "") -> Undo:
    """Let `user` take back what `effect` says they have just done."""
    before = {"suppressions": [row.pk for row in effect.new], "said": said, "page": page}
    return Undo.objects.create(user=user, action=UNSUBSCRIBE, before=before)


def _domains(addresses: Iterable[str]) -> set[str]:
    from ..models.suppression import domains_of

    return {domain for address in addresses for domain in domains_of(address)}


def _tell_owners(suppressions: Sequence[Suppression]) -> None:
    """Let the open pages of those know whose people these are."""
    values = {row.value for row in suppressions}
    people = Person.objects.present().with_keys(values).order_by()
    owners = dict(people.values_list("pk", "owner_id"))
    announce(EVERYBODY, *owners.values(), people=owners)
