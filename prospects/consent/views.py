"""Who may be mailed: unsubscribing somebody, letting them back in, and the list for admins."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from accounts.views.team import admins_only
from ui.notices import tell
from ui.paging import paginate

from ..models import Person, Suppression
from .changes import Effect, offer_undo
from .forms import BlockedSearch, BlockForm, ResubscribeForm, UnsubscribeForm, WhyForm
from .standing import standing

METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(METHODS)
def unsubscribe_person(request: SignedInRequest, pk: int) -> HttpResponse:
    """Note that somebody wants no more mail; whoever sees them may."""
    person = get_object_or_404(Person.seen_by(request.user), pk=pk)
    form = UnsubscribeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _say_unsubscribed(request, person, form.unsubscribe(person, request.user))
        return redirect(person)
    context = {"form": form, "person": person}
    return render(request, "consent/unsubscribe.html", context, status=_status(form))


@admins_only
@require_http_methods(METHODS)
def resubscribe_person(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let somebody be mailed again, with a reason."""
    person = get_object_or_404(Person.seen_by(request.user), pk=pk)
    form = ResubscribeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.resubscribe(person, request.user)
        if standing(person):
            said = _("Their domain is still blocked. Release it under Do not mail.")
            tell(request, said, level=messages.WARNING)
        else:
            tell(request, _("%(name)s can be mailed again.") % {"name": person.name})
        return redirect(person)
    context = {"form": form, "person": person, "standing": standing(person)}
    return render(request, "consent/resubscribe.html", context, status=_status(form))


@admins_only
@require_http_methods(METHODS)
def do_not_mail(request: SignedInRequest) -> HttpResponse:
    """All that must not be mailed, and the way to block more."""
    form = BlockForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _say_blocked(request, form.block(request.user))
        if form.is_valid():
            return redirect("consent:do-not-mail")
    search = BlockedSearch(request.GET)
    rows = search.narrow(Suppression.listed())
    context = {
        "form": form,
        "search": search,
        "page": paginate(rows, request.GET, by="-created_at"),
    }
    return render(request, "consent/do-not-mail.html", context, status=_status(form))


@admins_only
@require_http_methods(METHODS)
def release_one(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let an address or a domain be mailed again, with a reason."""
    row = get_object_or_404(Suppression.listed(), pk=pk)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        row.release(request.user, form.cleaned_data["why"])
        tell(request, _("%(value)s can be mailed again.") % {"value": row.value})
        return redirect("consent:do-not-mail")
    context = {"form": form, "row": row}
    return render(request, "consent/release.html", context, status=_status(form))


# -------------------------------------------------------------------------------------------------


def _status(form: WhyForm | BlockForm) -> int:
    return 422 if form.errors else 200


def _say_unsubscribed(request: SignedInRequest, person: Person, effect: Effect) -> None:
    if not effect.new:
        said = _("%(name)s was unsubscribed already.") % {"name": person.name}
        return tell(request, said, level=messages.INFO)
    said = _("%(name)s is unsubscribed.") % {"name": person.name}
    said = " ".join(filter(None, [said, effect.stopped_in_words]))
    undo = offer_undo(request.user, effect, said=said, page=person.get_absolute_url())
    return tell(request, said, undo=reverse("undo", args=[undo.pk]))


def _say_blocked(request: SignedInRequest, effect: Effect) -> None:
    said = []
    if effect.new:
        count = len(effect.new)
        said.append(ngettext("%(count)s blocked.", "%(count)s blocked.", count) % {"count": count})
    if effect.known:
        words = ngettext(
            "%(count)s was blocked already.", "%(count)s were blocked already.", effect.known
        )
        said.append(words % {"count": effect.known})
    if said:
        tell(request, " ".join(filter(None, [*said, effect.stopped_in_words])))
