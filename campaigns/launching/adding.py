"""How people come onto the list of those who are being added: ticked, by groups and other lists, or typed.

Whoever is on the list already stays there once. What goes beyond the limit is refused as a whole,
with the limit named.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from prospects import adding
from prospects.models import Person
from ui.templatetags.ui import grouped

from ..models import LaunchPerson

if TYPE_CHECKING:
    from emails.recipients import Typed
    from prospects.models.people import PersonQuerySet

    from ..models import Launch


class TooMany(adding.TooMany):
    """More people than can be added at once; nobody was put on the list."""

    limit = "LAUNCH_PEOPLE"
    sentence = gettext_lazy(
        "%(limit)s people can be added at once, and these would be %(count)s. Nobody was put on the"
        " list; add them in several goes."
    )


class Added(adding.Added):
    @property
    def sentence(self) -> str:
        said = []
        if self.new or not self.known:
            words = ngettext(
                "%(count)s person is on the list now.",
                "%(count)s people are on the list now.",
                self.new,
            )
            said.append(words % {"count": grouped(self.new)})
        if self.known:
            words = ngettext(
                "%(count)s was on it already.", "%(count)s were on it already.", self.known
            )
            said.append(words % {"count": grouped(self.known)})
        return " ".join(said)


def add_people(launch: "Launch", people: "PersonQuerySet") -> Added:
    """Put `people` on the list of the draft `launch`; the caller asks only for those who may be
    seen.

    Raises TooMany, with nobody added, and LaunchStarted if it is no draft any more.
    """
    return _add(launch, [person.pk for person in TooMany.unless_few(people.only("pk"))])


def add_typed(launch: "Launch", typed: "Typed") -> Added:
    """Put on the list the people whose addresses were typed, and those of lists that were named.

    Who is not known is named in words; the others are added. Raises as `add_people`.
    """
    seen = Person.seen_by(launch.owner)
    by_key = {each.address.lower(): each for each in typed.recipients}
    found = {
        person.email.lower(): person.pk for person in seen.with_addresses(by_key).only("email")
    }
    listed, not_found = adding.people_in(typed.lists, launch.owner, TooMany)
    ids = [*found.values(), *(person.pk for person in listed)]
    added = _add(launch, list(dict.fromkeys(ids)))
    added.wrong = [
        *typed.wrong,
        *not_found,
        *_unknown(each.address for key, each in by_key.items() if key not in found),
    ]
    return added


def _unknown(addresses: "Iterable[str]") -> list[str]:
    """What is said of addresses that nobody has: in one sentence, for there may be many."""
    told = list(addresses)
    if not told:
        return []
    named = ", ".join(told[:5])
    if more := len(told) - 5 if len(told) > 5 else 0:
        named = _("%(some)s and %(more)s more") % {"some": named, "more": grouped(more)}
    words = ngettext(
        "%(who)s is not among your people: add them under People first.",
        "%(who)s are not among your people: add or import them under People first.",
        len(told),
    )
    return [words % {"who": named}]


@transaction.atomic
def _add(launch: "Launch", ids: list[int]) -> Added:
    launch.be_a_draft()
    before = launch.people.count()
    rows = [LaunchPerson(launch=launch, person_id=pk) for pk in ids]
    LaunchPerson.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    after = launch.people.count()
    if after > TooMany.most():
        raise TooMany(after)
    return Added(new=after - before, known=len(ids) - (after - before))
