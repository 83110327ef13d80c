"""Adding people to a campaign: the list of them, and the start."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from accounts.undoing import offer_again
from emails.bulk.asking import asked_people
from emails.recipients import typed_by
from ui.ids import id_in
from ui.notices import tell
from ui.paging import paginate
from ui.shortcuts import page_that_asked

from ..asked import campaign_asked
from ..models import Campaign, Launch, LaunchPerson, LaunchStarted
from ..models.launches import LaunchPersonQuerySet
from .adding import Added, TooMany, add_people, add_typed
from .forms import StartForm
from .judging import judge
from .result import Result
from .review import Review, people_in_words
from .undo import offer_start
from .undo import take_off as take_off_list

View = Callable[..., HttpResponse]


def if_still_a_draft(view: View) -> View:
    """What was started cannot be changed: its page says what became of it."""

    @wraps(view)
    def changing(request: SignedInRequest, pk: int) -> HttpResponse:
        try:
            return view(request, pk)
        except LaunchStarted as error:
            tell(request, _("These people were added already."), level=messages.INFO)
            return redirect("campaigns:launch", error.launch.pk)

    return changing


@require_POST
def add_chosen(request: SignedInRequest) -> HttpResponse:
    """Ticked people, all of a list, a group or one person: onto the list for the campaign that is
    chosen beside them."""
    campaign = campaign_asked(request)
    if campaign is None:
        tell(request, _("Choose the campaign first."), level=messages.WARNING)
        return redirect(page_that_asked(request, reverse("people:home")))
    return _add_asked(request, campaign)


@require_http_methods(["GET", "HEAD", "POST"])
@if_still_a_draft
def people(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who is on the list, and who of them cannot be added; a POST puts more on it."""
    campaign = chosen_campaign(request, pk)
    if request.method != "POST":
        return _people_page(request, campaign)
    if "add" not in request.POST:
        return _add_asked(request, campaign)
    text = "\n".join(request.POST.get(name, "") for name in ("add", "paste"))
    try:
        added = add_typed(Launch.begin(request.user, campaign), typed_by(request.user, text))
    except TooMany as error:
        return _people_page(request, campaign, status=422, wrong=[error.words], text=text)
    if added.new or added.known or not added.wrong:
        tell(request, added.sentence)
    if added.wrong:
        # What was added is known by now and does no harm when it is sent once more.
        kept = {"typed": request.POST.get("add", ""), "text": request.POST.get("paste", "")}
        return _people_page(request, campaign, status=422, wrong=added.wrong, **kept)
    return redirect("campaigns:add", pk)


@require_POST
@if_still_a_draft
def take_off(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take one off the list, all who cannot be added for a reason, or everybody."""
    launch = draft(request, pk)
    some = _meant(request, launch)
    taken = list(some.for_list()[:1])
    count = some.count()
    undo = take_off_list(request.user, launch, some)
    said = _("%(who)s: off the list.") % {"who": taken[0] if count == 1 else people_in_words(count)}
    if count:
        tell(request, said, undo=reverse("undo", args=[undo.pk]))
    return redirect(page_that_asked(request, reverse("campaigns:add", args=[pk])))


@require_POST
@if_still_a_draft
def again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let those go through it once more who have been through it before; or not, after all."""
    launch = draft(request, pk)
    launch.let_go_again(_meant(request, launch), yes=request.POST.get("again") != "no")
    return redirect("campaigns:add", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@if_still_a_draft
def start(request: SignedInRequest, pk: int) -> HttpResponse:
    """The last look, with the sender and the time; a POST starts it, or keeps these two."""
    launch = draft(request, pk)
    if request.method != "POST":
        return _start_page(request, launch, StartForm(launch))
    form = StartForm(launch, request.POST)
    if form.is_valid() or "plan" in request.POST:
        form.save()
    if form.errors:
        return _start_page(request, launch, form, status=422)
    if "plan" in request.POST:
        return _start_page(request, launch, form)
    review = Review.of(launch)
    review.has_changed = request.POST.get("seen") != review.seen
    if review.lacking or review.has_changed:
        return _start_page(request, launch, form, review, status=409)
    review.start()
    result = Result.of(launch)
    undo = offer_start(request.user, launch)
    tell(request, result.sentence, undo=reverse("undo", args=[undo.pk]))
    undo.stands_on(reverse("campaigns:launch", args=[launch.pk]), result.sentence)
    return redirect("campaigns:launch", launch.pk)


@require_safe
def started(request: SignedInRequest, pk: int) -> HttpResponse:
    """What became of it."""
    launch = get_object_or_404(request.user.launches.for_page(), pk=pk)
    if launch.is_draft:
        return redirect("campaigns:add", launch.campaign_id)
    offer_again(request)
    told = {"result": Result.of(launch), "campaign": launch.campaign, "launch": launch}
    told["spoken"] = launch.wall.spoken(request.user.time_zone) if launch.wall else ""
    return render(request, "campaigns/launching/started.html", told)


# What these share ---------------------------------------------------------------------------


def chosen_campaign(request: SignedInRequest, pk: int) -> Campaign:
    return get_object_or_404(Campaign.seen_by(request.user), pk=pk)


def draft(request: SignedInRequest, pk: int) -> Launch:
    """The list that the user has begun for the campaign; a new one where there is none."""
    campaign = chosen_campaign(request, pk)
    return Launch.begun_by(request.user, campaign) or Launch.begin(request.user, campaign)


def person_asked(launch: Launch, asked: str) -> LaunchPerson | None:
    """The one of the list that is chosen; None if the query makes no sense (any more)."""
    return launch.people.for_list().of_ids([id_in(asked)]).first()


def side_bar(request: SignedInRequest, launch: Launch | None) -> dict[str, object]:
    """The list beside every step: who is looked for, and who of these cannot be added."""
    words = request.GET.get("words", "").strip()[:200]
    if launch is None:
        return {"rows": [], "page": None, "words": words, "listed": 0}
    found = launch.people.matching(words).for_list()
    page = paginate(found, request.GET, by="id")
    kept = judge(launch, page.rows)
    return {
        "page": page,
        "rows": [(one, kept.get(one.pk)) for one in page],
        "words": words,
        "listed": launch.people.count() if words else page.total,
    }


def _add_asked(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """Whom a list of people means, or a single person's page."""
    added = Added()
    try:
        added = add_people(Launch.begin(request.user, campaign), asked_people(request))
    except TooMany as error:
        tell(request, error.words, level=messages.ERROR)
    except LaunchStarted:  # in another window, this moment
        return _add_asked(request, campaign)
    else:
        tell(request, added.sentence)
    return redirect("campaigns:add", campaign.pk)


def _meant(request: SignedInRequest, launch: Launch) -> LaunchPersonQuerySet:
    """Whom a button beside the list means: `one`, those `kept` back for a reason, or `all`."""
    everybody = launch.people.all()
    if "all" in request.POST:
        return everybody
    if code := request.POST.get("kept"):
        kept = judge(launch, everybody.for_list())
        return everybody.of_ids(pk for pk, each in kept.items() if each.code == code)
    return everybody.of_ids([id_in(request.POST.get("one"))])


def _people_page(
    request: SignedInRequest, campaign: Campaign, status: int = 200, **told: object
) -> HttpResponse:
    launch = Launch.begun_by(request.user, campaign)
    context = side_bar(request, launch) | told | {"campaign": campaign, "launch": launch}
    context["review"] = Review.of(launch or Launch(owner=request.user, campaign=campaign))
    return render(request, "campaigns/launching/people.html", context, status=status)


def _start_page(
    request: SignedInRequest,
    launch: Launch,
    form: StartForm,
    review: Review | None = None,
    status: int = 200,
) -> HttpResponse:
    context = side_bar(request, launch) | {"campaign": launch.campaign, "launch": launch}
    context |= {"form": form, "review": review or Review.of(launch)}
    return render(request, "campaigns/launching/start.html", context, status=status)
