"""Which emails are one conversation, and when its person last answered any of them.

Emails of one user to one person belong together if they are of the same campaign, or if one was made
from the other (`continues`), and with whatever belongs to those. So whoever answered one follow-up
has answered them all: nobody is asked again whether they got the first one.
`Email.answered_at` keeps when that was, so that a search need not look for it.
"""

from typing import TYPE_CHECKING, Any

from django.db.models import Max, Q

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


def answered(email: Email) -> None:
    """Somebody has answered `email`, whose roll-ups know of it: so they have all of its conversation.

    The time is worked out from all replies anew, so that late and repeated evidence cannot put it
    wrong.
    """
    _tell_all(email)


def _tell_all(email: Email) -> None:
    if email.continues_id is None and email.campaign_id is None and email.pk is not None:
        # Most emails stand alone, and are only answered themselves.
        alone = not Email.objects.filter(continues=email.pk).exists()
        ids = [email.pk] if alone else _members(email)
    else:
        ids = _members(email)
    together = Email.objects.of_ids(ids)
    latest = together.aggregate(latest=Max("last_replied_at"))["latest"]
    known = Q(answered_at=None) if latest is None else Q(answered_at=latest)
    changed = together.filter(~known if latest is None else ~known | Q(answered_at=None))
    ordered = list(changed.locked().values_list("pk", flat=True))
    if ordered:
        Email.objects.of_ids(ordered).update(answered_at=latest)


def _members(email: Email) -> list[int]:
    """Goes from email to email along what connects them, as many at a time as there are."""
    known = {email.pk}
    campaigns: set[int] = set()
    fresh = [_link(email)]
    while fresh:
        ahead = {link["continues"] for link in fresh} - {None} - known
        new = {link["campaign"] for link in fresh} - {None} - campaigns
        campaigns |= new
        linked = Q(continues__in=[link["pk"] for link in fresh])
        if ahead:
            linked |= Q(pk__in=ahead)
        if new and email.person_id:
            linked |= Q(campaign__in=new)
        found = _to_the_same(email).filter(linked).exclude(pk__in=known)
        fresh = list(found.order_by("pk").values("pk", "continues", "campaign"))
        known |= {link["pk"] for link in fresh}
    return sorted(known)


def _link(email: Email) -> dict[str, Any]:
    return {"pk": email.pk, "continues": email.continues_id, "campaign": email.campaign_id}


def _to_the_same(email: Email) -> "EmailQuerySet":
    """Emails of the same user to the same person; where nobody is known, to the same address."""
    mine = Email.objects.filter(owner=email.owner_id)
    if email.person_id:
        return mine.filter(person=email.person_id)
    return mine.filter(person=None, to_address__iexact=email.to_address)
