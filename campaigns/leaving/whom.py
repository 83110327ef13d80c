"""Who is meant to be taken out of a campaign: the enrollments that a list, a group, a person or
ticked emails stand for, of those that the user may end."""

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from ..models import Enrollment

if TYPE_CHECKING:
    from accounts.models import User
    from emails.models.querysets import EmailQuerySet
    from prospects.models.people import PersonQuerySet

    from ..models import Campaign
    from ..models.enrollments import EnrollmentQuerySet


def going(user: "User") -> "EnrollmentQuerySet":
    """What is under way that `user` may end: for people whom they write to themselves, and in
    campaigns of theirs; an admin may end everything."""
    return Enrollment.objects.open().seen_by(user)


def going_for(
    user: "User", people: "PersonQuerySet", campaign: "Campaign | None" = None
) -> "EnrollmentQuerySet":
    """Of these people, in `campaign`, else in whatever they are."""
    under_way = going(user).filter(person__in=list(people.values_list("pk", flat=True)))
    return under_way.filter(campaign=campaign) if campaign else under_way


def going_behind(user: "User", emails: "EmailQuerySet") -> "EnrollmentQuerySet":
    """Those that these emails were made for."""
    same = emails.filter(campaign=OuterRef("campaign"), person=OuterRef("person"))
    return going(user).filter(Exists(same))
