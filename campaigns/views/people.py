"""The people in a campaign, and what is done with one or with many of them."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from accounts.undoing import offer_again
from emails.bulk.asking import asked_people
from prospects.many import AT_ONCE, Wish, by_a_worker
from ui.ids import id_in, ids_in
from ui.notices import tell
from ui.paging import paginate
from ui.shortcuts import changed, page_that_asked, refused, render_part, wants_part
from ui.templatetags.ui import grouped

from ..acting import ACTIONS, Action, do, offer
from ..asked import campaign_asked
from ..many import IN_CAMPAIGN
from ..models import Campaign, Step
from ..models.enrollments import EnrollmentQuerySet
from ..opening import opened
from ..rows import rows
from ..searching import PeopleSearch
from ..succeeding import last_ways


@require_safe
def people(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who goes through the campaign, by state and step."""
    if not wants_part(request):
        offer_again(request)
    page = opened(request, pk)
    search = PeopleSearch(page.campaign, request.GET)
    found = search.narrow(page.people())
    counts = found.state_counts()
    chosen = found.in_state(search.chosen_state) if search.chosen_state else found
    total = counts[search.chosen_state] if search.chosen_state else sum(counts.values())
    listed = paginate(chosen.for_list(), request.GET, by="-created_at", total=total)
    told = {
        "search": search,
        "page": listed,
        "rows": rows(listed, with_actions=page.may_use),
        "counts": counts,
        "total": sum(counts.values()),
        "actions": ACTIONS.values() if page.may_use else [],
        "steps": page.campaign.steps.present().in_order(),  # type: ignore[attr-defined]
    }
    return render_part(request, "campaigns/people.html", "people", page.context("people") | told)


@require_POST
def act(request: SignedInRequest, pk: int, action: str) -> HttpResponse:
    """Do one action with the people that are named, ticked, or all of the list; asks first where
    it must."""
    campaign = get_object_or_404(Campaign.seen_by(request.user), pk=pk)
    chosen, back = ACTIONS[action], page_that_asked(request, reverse("campaigns:people", args=[pk]))
    return _act(request, chosen, _meant(request, campaign), back, campaign)


@require_POST
def succeed(request: SignedInRequest) -> HttpResponse:
    """Mark ticked people, or all of a list, as a success of the campaign that is chosen beside
    them."""
    campaign, back = campaign_asked(request), page_that_asked(request, reverse("people:home"))
    if campaign is None:
        tell(request, _("Choose the campaign first."), level=messages.WARNING)
        return changed(request, back)
    people = asked_people(request)
    found = last_ways(request.user, campaign, people)
    if people.exists() and not found.exists():
        tell(request, _("None of them is in this campaign."), level=messages.INFO)
        return changed(request, back)
    return _act(request, ACTIONS["succeed"], found, back, campaign)


def _act(
    request: SignedInRequest,
    chosen: Action,
    found: EnrollmentQuerySet,
    back: str,
    campaign: Campaign,
) -> HttpResponse:
    count = found.count()
    if not count:
        tell(request, _("Tick the people first."), level=messages.INFO)
        return changed(request, back)
    if count > chosen.most:
        said = _("At most %(most)s people can be changed at once. Narrow the list first.")
        return refused(request, said % {"most": grouped(chosen.most)})
    step = _step(request, campaign) if chosen.name == "move" else None
    if chosen.name == "move" and step is None:
        return refused(request, _("Choose the step that they move to."))
    if chosen.question and "sure" not in request.POST:
        told = {"action": chosen, "count": count, "back": back, "posted": _posted(request)}
        return render(request, "campaigns/sure.html", told)
    if count > AT_ONCE:
        ids = [str(pk) for pk in found.values_list("pk", flat=True)]
        asked = {"enrollment": ids, "campaign": [str(campaign.pk)]}
        asked |= {"step": [str(step.pk)]} if step else {}
        wish = Wish(request.user, IN_CAMPAIGN, chosen.name, asked, back)
        return by_a_worker(request, wish, found.people())
    result = do(chosen, found, request.user, step)
    undo = offer(result, request.user)
    link = ""
    if undo:
        undo.stands_on(back.partition("?")[0], result.sentence)
        link = reverse("undo", args=[undo.pk])
    level = messages.WARNING if result.left else messages.SUCCESS
    tell(request, result.sentence, level=level, undo=link)
    return changed(request, back)


def _meant(request: SignedInRequest, campaign: Campaign) -> EnrollmentQuerySet:
    """Whom the form is about, of those whom the user may act on."""
    mine = campaign.enrollments.seen_by(request.user)  # type: ignore[attr-defined]
    if request.POST.get("all") == "yes":
        search = PeopleSearch(campaign, QueryDict(request.POST.get("query", "")[:5000]))
        found = search.narrow(mine)
        return found.in_state(search.chosen_state) if search.chosen_state else found
    return mine.of_ids(ids_in(request.POST.getlist("enrollment")))


def _posted(request: SignedInRequest) -> list[tuple[str, str]]:
    """What the question has to hand on."""
    names = ("enrollment", "all", "query", "step")
    return [(name, value) for name in names for value in request.POST.getlist(name)]


def _step(request: SignedInRequest, campaign: Campaign) -> Step | None:
    present = campaign.steps.present()  # type: ignore[attr-defined]
    return present.of_ids([id_in(request.POST.get("step"))]).first()
