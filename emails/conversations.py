"""Which emails are one conversation, and when its person last answered any of them.

Emails of one user to one person belong together if they are of the same campaign, or if one was made
from the other (`continues`), and with whatever belongs to those. So whoever answered one follow-up
has answered them all: nobody is asked again whether they got the first one.
`Email.answered_at` keeps when that was, so that a search need not look for it.
"""

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Q

from accounts.changes import announce

from .models import Email

if TYPE_CHECKING:
    from .models.querysets import EmailQuerySet


def conversation(email: Email) -> "EmailQuerySet":
    """All emails of the conversation that `email` is in, itself among them, removed ones too."""
    return Email.objects.of_ids(_members(email))


def joined(email: Email) -> None:
    """`email` is new, of a campaign or made from another email, or goes to somebody else now: it is
    answered if what it belongs to is, and the other way round.

    Whoever makes an email with `campaign` or `continues` calls this once the row is there.
    """
    _tell_all(email)
    email.refresh_from_db(fields=["answered_at"])


def all_joined(emails: "EmailQuerySet") -> None:
    """`emails` were made at once, as what they continue stood then: whoever has answered that while
    they were made has answered these too."""
    late = emails.filter(answered_at=None).exclude(continues__answered_at=None)
    for email in late.order_by("pk"):
        with transaction.atomic():
            joined(email)


def answered(email: Email) -> None:
    """Somebody has answered `email`, whose roll-ups know of it: so they have all of its conversation.

    The time is worked out from all replies anew, so that late and repeated evidence cannot put it
    wrong.
    """
    _tell_all(email)


def _tell_all(email: Email) -> None:
    together = Email.objects.of_ids(_together(email))
    latest = together.aggregate(latest=Max("last_replied_at"))["latest"]
    wrong = together.exclude(answered_at=latest)
    # By their ids, as emails are always locked.
    if ids := list(wrong.locked().values_list("pk", flat=True)):
        Email.objects.of_ids(ids).update(answered_at=latest)
        announce(email.owner_id, emails=ids)


def _together(email: Email) -> list[int]:
    """Most emails stand alone, which one look says."""
    is_linked = email.continues_id or email.campaign_id
    if not is_linked and not Email.objects.filter(continues=email.pk).exists():
        return [email.pk]
    return _members(email)


def _members(email: Email) -> list[int]:
    """Goes from email to email along what connects them, as many at a time as there are."""
    known = {email.pk}
    campaigns: set[int] = set()
    fresh = [(email.pk, email.continues_id, email.campaign_id)]
    while fresh:
        ahead = {continues for _pk, continues, _campaign in fresh if continues} - known
        new = {campaign for _pk, _continues, campaign in fresh if campaign} - campaigns
        campaigns |= new
        linked = Q(continues__in=[pk for pk, _continues, _campaign in fresh])
        if ahead:
            linked |= Q(pk__in=ahead)
        if new and email.person_id:
            linked |= Q(campaign__in=new)
        found = _to_the_same(email).filter(linked).exclude(pk__in=known)
        fresh = list(found.order_by("pk").values_list("pk", "continues_id", "campaign_id"))
        known |= {pk for pk, _continues, _campaign in fresh}
    return sorted(known)


def _to_the_same(email: Email) -> "EmailQuerySet":
    """Emails of the same user to the same person; where nobody is known, to the same address."""
    mine = Email.objects.filter(owner=email.owner_id)
    if email.person_id:
        return mine.filter(person=email.person_id)
    return mine.filter(person=None, to_address__iexact=email.to_address)
