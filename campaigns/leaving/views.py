"""Taking people out of campaigns: one, those who are ticked, and those behind ticked emails."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from emails.bulk.asking import asked_people
from emails.ticked import meant
from prospects.many import AT_ONCE, Wish, by_a_worker, posted
from prospects.ticked import TooMany
from ui.notices import tell
from ui.shortcuts import changed, page_that_asked, refused

from ..asked import campaign_asked
from ..many import TAKING_OUT
from .removing import remove
from .whom import going, going_behind, going_for

if TYPE_CHECKING:
    from ..models.enrollments import EnrollmentQuerySet


# So many leave within a few seconds; whoever is behind more emails leaves by the list of people.
MOST_AT_ONCE = 5000


@require_POST
def one(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take one person out of one campaign."""
    way = get_object_or_404(going(request.user), pk=pk)
    back = page_that_asked(request, way.person.get_absolute_url())
    return _take_out(request, going(request.user).of_ids([way.pk]), back)


@require_POST
def people(request: SignedInRequest) -> HttpResponse:
    """Take ticked people, all of a list, a group or one person out of a campaign, or out of
    whatever they are in; asks first."""
    back = page_that_asked(request, reverse("people:home"))
    asked = asked_people(request)
    meant = going_for(request.user, asked, campaign_asked(request))
    if "sure" not in request.POST:
        told = {"count": meant.count(), "back": back, "posted": request.POST.lists()}
        return render(request, "campaigns/people/sure.html", told)
    if asked.count() > AT_ONCE:
        wish = Wish(request.user, TAKING_OUT, "", posted(request, "campaign"), back)
        return by_a_worker(request, wish, asked)
    return _take_out(request, meant, back)


@require_POST
def emails(request: SignedInRequest) -> HttpResponse:
    """Take the people behind ticked emails, or all of a list, out of the campaigns that these came
    from."""
    ways = going_behind(request.user, meant(request))
    if (count := ways.count()) > MOST_AT_ONCE:
        return refused(request, TooMany(count, MOST_AT_ONCE).sentence)
    return _take_out(request, ways, page_that_asked(request, reverse("emails:home")))


def _take_out(request: SignedInRequest, ways: "EnrollmentQuerySet", back: str) -> HttpResponse:
    """Do it, and say what became of it, with Undo, which stays offered on the page that asked."""
    removed = remove(ways, request.user)
    if removed.undo is None:
        tell(request, removed.sentence, level=messages.INFO)
        return changed(request, back)
    undo = removed.undo.stands_on(back.partition("?")[0], removed.sentence)
    level = messages.WARNING if removed.ended.in_hand else messages.SUCCESS
    tell(request, removed.sentence, level=level, undo=reverse("undo", args=[undo.pk]))
    return changed(request, back)
