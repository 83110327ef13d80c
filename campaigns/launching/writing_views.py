"""The first email to those who are being added: as each will read it, and in words of their own."""

from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from emails.bulk.checking import words_to
from emails.composing import Saved
from emails.previews import framed
from emails.views.compose import editor_page
from ui.notices import tell

from ..models import Launch, LaunchPerson
from .first_email import FirstEmail, first_email, first_step, seen_by, steps_of
from .forms import OwnWordsForm
from .undo import reset_words
from .views import draft, if_still_a_draft, person_asked, side_bar


@require_safe
def email(request: SignedInRequest, pk: int) -> HttpResponse:
    """The first email as one of them will read it; in a campaign of tasks, what they begin with."""
    launch = draft(request, pk)
    letter = first_email(launch)
    one = person_asked(launch, request.GET.get("person", ""))
    one = one or launch.people.for_list().in_order().first()
    told = side_bar(request, launch) | _about(launch, letter, one)
    told |= {"first_step": first_step(launch), "steps": steps_of(launch)}
    if letter and one:
        told |= seen_by(letter, one)
    return render(request, "campaigns/launching/email.html", told)


@require_safe
@never_cache
@xframe_options_sameorigin
def text(request: SignedInRequest, pk: int) -> HttpResponse:
    """The text of such a preview, sanitised, under a policy that lets nothing run or load."""
    launch = draft(request, pk)
    letter, one = first_email(launch), person_asked(launch, request.GET.get("person", ""))
    return framed(request, seen_by(letter, one) if letter and one else {})


@require_http_methods(["GET", "HEAD", "POST"])
@editor_page
@if_still_a_draft
def write(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write to one of them alone; without one, back to the preview."""
    launch, letter = _letter(request, pk)
    asked = request.POST if request.method == "POST" else request.GET
    one = person_asked(launch, asked.get("person", ""))
    if one is None:
        return redirect("campaigns:add-email", pk)
    if request.method != "POST":
        subject, html = words_to(letter, one)
        initial = OwnWordsForm.initially(request.user, {"subject": subject, "html": html})
        return _page(request, launch, letter, OwnWordsForm(email=letter, one=one, initial=initial))
    form = OwnWordsForm(request.POST, email=letter, one=one)
    if not form.is_valid():
        return _page(request, launch, letter, form, status=422)
    _save(launch, form)
    return redirect(_preview_of(one))


@require_POST
@if_still_a_draft
def keep(request: SignedInRequest, pk: int) -> HttpResponse:
    """Keep what stands in the editor; the answer is the parts of it that say so."""
    launch, letter = _letter(request, pk)
    one = person_asked(launch, request.POST.get("person", ""))
    if one is None:
        raise BadRequest("not from the editor of somebody on the list")
    form = OwnWordsForm(request.POST, email=letter, one=one)
    form.is_valid()
    _save(launch, form)
    told = _about(launch, letter, one) | {"form": form, "saved": Saved.DRAFT}
    return render(request, "campaigns/launching/_kept.html", told)


@require_POST
@if_still_a_draft
def reset(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let one of them have the same words as all again."""
    launch = draft(request, pk)
    one = person_asked(launch, request.POST.get("person", ""))
    if one is None:
        return redirect("campaigns:add-email", pk)
    undo = reset_words(request.user, launch, one)
    said = _("%(who)s gets the same words as all again.") % {"who": one}
    tell(request, said, undo=reverse("undo", args=[undo.pk]))
    return redirect(_preview_of(one))


# What these share ---------------------------------------------------------------------------


def _letter(request: SignedInRequest, pk: int) -> tuple[Launch, FirstEmail]:
    """The list, and the email that there is to change."""
    launch = draft(request, pk)
    letter = first_email(launch)
    if letter is None:
        raise Http404
    return launch, letter


def _save(launch: Launch, form: OwnWordsForm) -> None:
    with transaction.atomic():
        launch.be_a_draft()
        form.save()


def _about(
    launch: Launch, letter: FirstEmail | None, one: LaunchPerson | None
) -> dict[str, object]:
    return {"campaign": launch.campaign, "launch": launch, "letter": letter, "one": one}


def _page(
    request: SignedInRequest,
    launch: Launch,
    letter: FirstEmail,
    form: OwnWordsForm,
    status: int = 200,
) -> HttpResponse:
    told = side_bar(request, launch) | _about(launch, letter, form.one) | {"form": form}
    told["page_address"] = f"{request.path}?person={form.one.pk}"
    return render(request, "campaigns/launching/write.html", told, status=status)


def _preview_of(one: LaunchPerson) -> str:
    path = reverse("campaigns:add-email", args=[one.launch.campaign_id])
    return f"{path}?person={one.pk}"
