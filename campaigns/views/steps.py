"""The steps of a campaign: the cadence as it is read, and each in its editor."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.looking import eyes_of
from accounts.models import Undo
from accounts.requests import SignedInRequest
from accounts.undoing import offer_again
from emails.models import Template, TooMany
from emails.previews import framed, preview_of
from emails.views.compose import editor_page
from ui.notices import tell
from ui.shortcuts import changed, page_that_asked, refused, render_part, wants_part

from ..affected import affected_by_new
from ..cadence import ADD, cadence, title_of
from ..forms import EmailStepForm, TaskStepForm, form_for
from ..models import Campaign, Kind, Overtaken, Step, StepRefused
from ..opening import opened

Form = EmailStepForm | TaskStepForm


@require_safe
def setup(request: SignedInRequest, pk: int) -> HttpResponse:
    """The steps by day and order, and how far each is."""
    if not wants_part(request):
        offer_again(request)
    page = opened(request, pk)
    days = cadence(page.campaign)
    told = {"days": days, "kinds": ADD, "next_day": _next_day(days)}
    return render_part(request, "campaigns/setup.html", "setup", page.context("setup") | told)


def _next_day(days: list[Any]) -> int:
    """On which day a further step is offered."""
    return min(days[-1].number + 2, Step.LAST_DAY) if days else 1


@require_http_methods(["GET", "HEAD", "POST"])
@editor_page
def new(request: SignedInRequest, pk: int, kind: str) -> HttpResponse:
    """A new step of this kind, on ?day=."""
    campaign = get_object_or_404(Campaign.changed_by(request.user), pk=pk)
    asked = request.GET.get("day", "")
    begun = {"day": int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else 1}
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = form_for(campaign, kind, request.user, *posted, initial=begun)
    if request.method == "POST":
        return _save(request, form)
    return _editor(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@editor_page
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a step; keep=new makes another one of what was typed, keep=mine puts it in the place
    of what somebody was faster to write."""
    step = get_object_or_404(Step.changed_by(request.user), pk=pk)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = form_for(step.campaign, step.kind, request.user, *posted, step=step)
    if request.method == "POST":
        return _save(request, form)
    return _editor(request, form)


def _save(request: SignedInRequest, form: Form) -> HttpResponse:
    if "as_template" in request.POST:
        return _save_as_template(request, form)
    if not form.is_valid():
        return _editor(request, form, status=422)
    choice = request.POST.get("keep")
    try:
        kept = form.keep_apart() if choice == "new" else form.keep()
    except Overtaken as overtaken:
        if choice != "mine" or overtaken.step.removed_at:
            return _editor(request, form, status=409, other=overtaken.step)
        kept = form.keep_over(overtaken.step)
    if kept is None:
        return _editor(request, form, status=422)
    tell(request, _("Saved."))
    return redirect(_address(kept))


def _save_as_template(request: SignedInRequest, form: Form) -> HttpResponse:
    """A template of what is typed; the step itself is not saved by that."""
    form.is_valid()
    wrong = {"subject", "html"} & form.errors.keys()
    name = " ".join(request.POST.get("template_name", "").split())[:150]
    told = form.cleaned_data
    if wrong or not isinstance(form, EmailStepForm):
        return _editor(request, form, status=422)
    name = name or told.get("name") or told["subject"]
    if not name:
        form.add_error(None, _("Give the template a name, by which you find it."))
        return _editor(request, form, status=422)
    text = {"subject": told["subject"], "html": form.body, "category": None}
    try:
        made = Template.write(request.user, name=name[:150], **text)
    except TooMany as full:
        form.add_error(None, str(full))
        return _editor(request, form, status=422)
    form.put_in(made.latest)
    return _editor(request, form, made=made)


def _editor(
    request: SignedInRequest,
    form: Form,
    *,
    status: int = 200,
    other: Step | None = None,
    made: Template | None = None,
) -> HttpResponse:
    campaign, step = form.campaign, form.step
    told = {
        "form": form,
        "campaign": campaign,
        "step": step,
        "other": other,
        "made": made,
        "kind": form.kind,
        "affected": step.affected() if step else affected_by_new(campaign, form.chosen_day),
    }
    name = "email" if form.kind == Kind.EMAIL else "task"
    return render(request, f"campaigns/{name}_step.html", told, status=status)


@require_POST
def move(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let a step come earlier (to=up) or later (to=down)."""
    step = get_object_or_404(Step.changed_by(request.user), pk=pk)
    try:
        undo = step.shift(down=request.POST.get("to") == "down", by=request.user)
    except StepRefused as error:
        return refused(request, str(error))
    if undo:
        said = _("“%(step)s” was moved.") % {"step": title_of(step)}
        _say(request, step, said, undo)
    return changed(request, _address(step))


@require_POST
def duplicate(request: SignedInRequest, pk: int) -> HttpResponse:
    """The same step once more, right behind it."""
    step = get_object_or_404(Step.changed_by(request.user), pk=pk)
    copy = step.duplicate()
    tell(request, _("“%(step)s” is there twice now.") % {"step": title_of(step)})
    return changed(request, _address(copy))


@require_POST
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete a step: who waits in it goes on to the next one."""
    step = get_object_or_404(Step.changed_by(request.user), pk=pk)
    try:
        undo = step.remove(by=request.user)
    except StepRefused as error:
        return refused(request, str(error))
    said = _("“%(step)s” was deleted.") % {"step": title_of(step)}
    _say(request, step, said, undo)
    return changed(request, page_that_asked(request, step.campaign.get_absolute_url()))


@require_safe
@never_cache
@xframe_options_sameorigin
def preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """The text of an email step, in a frame in which nothing runs or loads."""
    step = get_object_or_404(Step.seen_by(eyes_of(request).user).emails(), pk=pk)
    return framed(request, {"preview": preview_of(step.html)})


def _say(request: SignedInRequest, step: Step, said: str, undo: Undo) -> None:
    undo.stands_on(step.campaign.get_absolute_url(), said)
    tell(request, said, level=messages.SUCCESS, undo=reverse("undo", args=[undo.pk]))


def _address(step: Step) -> str:
    return f"{step.campaign.get_absolute_url()}#step-{step.pk}"
