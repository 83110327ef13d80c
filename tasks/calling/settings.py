"""What a call opens, what must be said about one, and the words to say it. Admins only."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Organisation
from accounts.requests import SignedInRequest
from accounts.views.team import admins_only
from ui.notices import tell

from ..models import CallWord, ListFull, WordTaken
from .forms import CallingForm, WordForm
from .undo import offer_retired


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: SignedInRequest) -> HttpResponse:
    """The form for all calls, and both lists."""
    form = CallingForm(request.POST or None, instance=Organisation.current())
    if request.method == "POST" and form.is_valid():
        form.save()
        tell(request, _("Saved."))
        return redirect("calls:settings")
    return _page(request, form=form)


@admins_only
@require_POST
def add(request: SignedInRequest, name: str) -> HttpResponse:
    """A new entry at the end of a list."""
    form = WordForm(request.POST)
    if form.is_valid():
        try:
            CallWord.add(name, form.cleaned_data["words"])
        except ListFull:
            form.add_error("words", _full())
        except WordTaken:
            form.add_error("words", _("The list has that already."))
        else:
            return redirect(f"{reverse('calls:settings')}#{name}")
    return _page(request, added={name: form})


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def word(request: SignedInRequest, pk: int) -> HttpResponse:
    """An entry by another name, in the calls that have it too."""
    found = get_object_or_404(CallWord.all_offered(), pk=pk)
    was = found.words
    form = WordForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            found.rename(form.cleaned_data["words"])
        except WordTaken:
            form.add_error("words", _("The list has that already."))
        else:
            return redirect(f"{reverse('calls:settings')}#{found.list}")
    status = 422 if form.errors else 200
    return render(request, "calls/word.html", {"form": form, "was": was}, status=status)


@admins_only
@require_POST
def move(request: SignedInRequest, pk: int) -> HttpResponse:
    """An entry one place up (by=-1) or down."""
    found = get_object_or_404(CallWord.all_offered(), pk=pk)
    found.move(-1 if request.POST.get("by") == "-1" else 1)
    return redirect(f"{reverse('calls:settings')}#{found.list}")


@admins_only
@require_POST
def retire(request: SignedInRequest, pk: int) -> HttpResponse:
    """An entry that is offered no longer; calls keep it."""
    found = get_object_or_404(CallWord.all_offered(), pk=pk)
    found.retire()
    said = _("“%(words)s” is not offered any more. Calls that have it keep it.") % {"words": found}
    undo = offer_retired(request.user, found, said=said, page=reverse("calls:settings"))
    tell(request, said, level=messages.SUCCESS, undo=reverse("undo", args=[undo.pk]))
    return redirect(f"{reverse('calls:settings')}#{found.list}")


def _page(
    request: SignedInRequest,
    *,
    form: CallingForm | None = None,
    added: dict[str, WordForm] | None = None,
) -> HttpResponse:
    lists: list[dict[str, Any]] = [
        {
            "name": name,
            "title": title,
            "words": (words := list(CallWord.offered_on(name))),
            "full": len(words) >= CallWord.MOST,
            "form": (added or {}).get(name) or WordForm(auto_id=f"{name}_%s"),
        }
        for name, title in (("outcome", _("Outcomes")), ("reason", _("Reasons")))
    ]
    shown = form or CallingForm(instance=Organisation.current())
    wrong = bool(added) or bool(form and form.errors)
    told = {"form": shown, "lists": lists, "most": CallWord.MOST}
    return render(request, "calls/settings.html", told, status=422 if wrong else 200)


def _full() -> str:
    told = {"most": CallWord.MOST}
    return _("A list has %(most)s entries at most. Retire one before you add another.") % told
