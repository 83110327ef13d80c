"""How what was done while people were added is taken back; found at start-up."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Undo, UndoRefused
from prospects.models import Person
from ui.templatetags.ui import grouped

from ..models import Launch, LaunchPerson, LaunchStarted

if TYPE_CHECKING:
    from accounts.models import User

    from ..models.launches import LaunchPersonQuerySet


def offer_start(user: "User", launch: Launch) -> Undo:
    """Let `user` take back that `launch` was started."""
    return Undo.objects.create(user=user, action="campaigns.launch", before={"launch": launch.pk})


def take_off(user: "User", launch: Launch, some: "LaunchPersonQuerySet") -> Undo:
    """Take `some` off the list of the draft; what is returned puts them back, with what was
    written to them alone. Raises LaunchStarted if it is no draft any more."""
    with transaction.atomic():
        launch.be_a_draft()
        told = list(some.values_list("person", "subject", "html", "again"))
        some.delete()
    before = {"launch": launch.pk, "people": told}
    return Undo.objects.create(user=user, action="campaigns.launch-list", before=before)


def reset_words(user: "User", launch: Launch, one: LaunchPerson) -> Undo:
    """Let `one` have the words that all get; what is returned gives their own back."""
    before = {"launch": launch.pk, "person": one.person_id, "words": [one.subject, one.html]}
    with transaction.atomic():
        launch.be_a_draft()
        one.reset()
    return Undo.objects.create(user=user, action="campaigns.launch-words", before=before)


def _launch(user: "User", before: Mapping[str, Any]) -> Launch:
    launch = user.launches.for_page().filter(pk=before["launch"]).first()
    if launch is None:
        raise UndoRefused(_("It is gone, so this cannot be undone any more."))
    return launch


@Undo.reverts("campaigns.launch")
def _take_back(user: "User", before: Mapping[str, Any]) -> str:
    launch = _launch(user, before)
    try:
        out, stayed = launch.take_back(by=user)
    except LaunchStarted:
        raise UndoRefused(_("This was undone already.")) from None
    told = {"campaign": launch.campaign, "count": grouped(out), "stayed": grouped(stayed)}
    if not out:
        raise UndoRefused(
            _("Something was done for all of them already. Remove them from the campaign instead.")
        )
    said = ngettext(
        "Undone: %(count)s person is out of “%(campaign)s” again, and on your list.",
        "Undone: %(count)s people are out of “%(campaign)s” again, and on your list.",
        out,
    )
    if stayed:
        said += " " + ngettext(
            "%(stayed)s stays: something was done for them already.",
            "%(stayed)s stay: something was done for them already.",
            stayed,
        )
    return said % told


@Undo.reverts("campaigns.launch-list")
def _put_back(user: "User", before: Mapping[str, Any]) -> str:
    launch = _launch(user, before)
    try:
        with transaction.atomic():
            launch.be_a_draft()
            LaunchPerson.objects.bulk_create(
                _rows(user, launch, before["people"]), ignore_conflicts=True, batch_size=1000
            )
    except LaunchStarted:
        raise UndoRefused(
            _("It was started meanwhile, so this cannot be undone any more.")
        ) from None
    return _("Undone: on the list again.")


@Undo.reverts("campaigns.launch-words")
def _give_back(user: "User", before: Mapping[str, Any]) -> str:
    launch = _launch(user, before)
    subject, html = before["words"]
    there = launch.people.of_people([before["person"]])
    if not launch.is_draft or not there.update(subject=subject, html=html):
        raise UndoRefused(_("Something has changed meanwhile, so this cannot be undone any more."))
    return _("Undone: they have their own words again.")


def _rows(user: "User", launch: Launch, people: Iterable[Any]) -> list[LaunchPerson]:
    told = {pk: rest for pk, *rest in people}
    there = set(Person.seen_by(user).of_ids(told).values_list("pk", flat=True))
    return [
        LaunchPerson(launch=launch, person_id=pk, subject=subject, html=html, again=again)
        for pk, (subject, html, again) in told.items()
        if pk in there
    ]
