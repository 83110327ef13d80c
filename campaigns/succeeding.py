"""Success marked by hand: somebody's way through a campaign counts as one, and so does the last of
its emails that has arrived, so that the template of that counts it as well."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Undo, UndoRefused
from emails.models import Email, IllegalTransition, Status

from .models import Enrollment, Turn

if TYPE_CHECKING:
    from accounts.models import User
    from prospects.models.people import PersonQuerySet

    from .models import Campaign
    from .models.enrollments import EnrollmentQuerySet

UNDO = "campaigns.succeed"


@transaction.atomic
def mark(enrollments: "EnrollmentQuerySet", user: "User") -> tuple[list[int], Undo | None]:
    """Mark those of `enrollments` that were no success yet; returns their ids, and how it is taken
    back."""
    fresh = list(enrollments.filter(succeeded_at=None).values_list("pk", flat=True))
    emails = [email.pk for email in _last_arrived(fresh) if _succeed(email, user)]
    marked = Enrollment.objects.of_ids(fresh).mark_success()
    before = {"enrollments": marked, "emails": emails}
    return marked, Undo.objects.create(user=user, action=UNDO, before=before) if marked else None


def last_ways(user: "User", campaign: "Campaign", people: "PersonQuerySet") -> "EnrollmentQuerySet":
    """The way of each of `people` through `campaign` that was begun last, of those that `user` may
    act on."""
    theirs = Enrollment.objects.of(campaign).seen_by(user)
    theirs = theirs.filter(person__in=people.order_by().values("pk"))
    last = theirs.order_by("person", "-pk").distinct("person").values_list("pk", flat=True)
    return Enrollment.objects.of_ids(list(last))


def _last_arrived(enrollments: list[int]) -> list[Email]:
    """The last email of each of them that has arrived, by id, as emails are locked."""
    arrived = Turn.objects.filter(
        enrollment__in=enrollments, email__status__in=(Status.DELIVERED, Status.ARCHIVED)
    )
    last = arrived.order_by("enrollment", "-email__delivered_at", "-pk").distinct("enrollment")
    ids = list(last.values_list("email", flat=True))
    return list(Email.objects.of_ids(ids).in_order_of_id())


def _succeed(email: Email, user: "User") -> bool:
    try:
        return email.succeed(by=user)
    except IllegalTransition:  # it is in the trash
        return False


@Undo.reverts(UNDO)
@transaction.atomic
def _no_success(user: "User", before: Mapping[str, Any]) -> str:
    for email in Email.objects.of_ids(before.get("emails", [])).in_order_of_id():
        try:
            email.unsucceed(by=user)
        except IllegalTransition:  # it is in the trash by now
            continue
    return undone_for(
        Enrollment.objects.seen_by(user).of_ids(before["enrollments"]).unmark_success()
    )


def undone_for(count: int) -> str:
    """What is said once it is taken back for so many people; raises UndoRefused for nobody."""
    if not count:
        raise UndoRefused(_("Something has changed meanwhile, so this cannot be undone any more."))
    words = ngettext("Undone for %(count)s person.", "Undone for %(count)s people.", count)
    return words % {"count": count}
