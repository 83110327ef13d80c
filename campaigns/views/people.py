"""The people in a campaign, and what is done with one or with many of them."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from accounts.undoing import offer_again
from prospects.many import AT_ONCE, Wish, by_a_worker, posted
from ui.ids import id_in, ids_in
from ui.notices import tell
from ui.paging import paginate
from ui.shortcuts import changed, page_that_asked, refused, render_part, wants_part
from ui.templatetags.ui import grouped

from ..acting import ACTIONS, do, offer
from ..many import IN_CAMPAIGN
from ..models import Campaign, Step
from ..models.enrollments import EnrollmentQuerySet
from ..opening import opened
from ..rows import rows
from ..searching import PeopleSearch


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
    found = _meant(request, campaign)
    count = found.count()
    if not count:
        tell(request, _("Tick the people first."), level=messages.INFO)
        return changed(request, back)
    if count > chosen.most:
        said = _("At most %(most)s people can be changed at once. Narrow the list first.")
        return refused(request, said % {"most": grouped(chosen.most)})
    step = _step(request, campaign) if action == "move" else None
    if action == "move" and step is None:
        return refused(request, _("Choose the step that they move to."))
    if chosen.question and "sure" not in request.POST:
        told = {"action": chosen, "count": count, "back": back, "posted": _posted(request)}
        return render(request, "campaigns/sure.html", told)
    if count > AT_ONCE:
        ids = [str(pk) for pk in found.values_list("pk", flat=True)]
        asked = posted(request, *(["step"] if step else [])) | {"enrollment": ids}
        wish = Wish(request.user, IN_CAMPAIGN, action, asked, back)
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
