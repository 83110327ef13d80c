"""The identities of a user: who their emails come from."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from accounts.system_mail import NotSent
from ui.notices import tell

from ..models import Identity
from ..views.compose import editor_page
from .forms import IdentityForm
from .states import of_identity
from .verification import VALID_FOR, ask, identity_of


@require_safe
def identities(request: SignedInRequest) -> HttpResponse:
    """One's own identities, each with what it still needs."""
    mine = [(each, of_identity(each)) for each in request.user.identities.for_compose()]
    return render(request, "setup/identities.html", {"identities": mine})


@require_http_methods(["GET", "HEAD", "POST"])
@editor_page
def new(request: SignedInRequest) -> HttpResponse:
    """A new identity; a link goes to its address."""
    form = IdentityForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.keep()
        return _ask(request, form.instance)
    return _form(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@editor_page
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Another name or channel; another address only while it is not verified."""
    identity = get_object_or_404(request.user.identities, pk=pk)
    name = str(identity)
    form = IdentityForm(request.user, request.POST or None, instance=identity)
    if request.method == "POST" and form.is_valid():
        if form.keep():
            return _ask(request, identity)
        tell(request, _("Saved."))
        return redirect("setup:identities")
    return _form(request, form, identity=identity, name=name)


@require_POST
def resend(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mail a new link."""
    return _ask(request, get_object_or_404(request.user.identities.unverified(), pk=pk))


@require_POST
def make_default(request: SignedInRequest, pk: int) -> HttpResponse:
    """New emails come from this one unless another is chosen."""
    identity = get_object_or_404(request.user.identities.verified(), pk=pk)
    request.user.identities.make_default(identity.pk)
    tell(request, _("New emails come from %(identity)s.") % {"identity": identity})
    return redirect("setup:identities")


@require_POST
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete an identity that no email came from."""
    identity = get_object_or_404(request.user.identities, pk=pk)
    if identity.remove():
        tell(request, _("%(identity)s was removed.") % {"identity": identity})
    else:
        said = _("There are emails from %(identity)s: it stays.") % {"identity": identity}
        tell(request, said, level=messages.ERROR)
    return redirect("setup:identities")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Where the mailed link leads. Only the button verifies: scanners follow links by themselves."""
    identity = identity_of(token)
    if identity is None:
        return render(request, "setup/verify.html", {"days": VALID_FOR.days}, status=410)
    if request.method == "POST":
        identity.verify()
    return render(request, "setup/verify.html", {"identity": identity})


def _form(request: SignedInRequest, form: IdentityForm, **context: object) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "setup/identity.html", {"form": form, **context}, status=status)


def _ask(request: SignedInRequest, identity: Identity) -> HttpResponse:
    address = {"address": identity.address}
    try:
        if ask(identity):
            said = _("A link was mailed to %(address)s: follow it to use the address.") % address
            tell(request, said)
        else:
            said = _("A link was mailed to %(address)s a moment ago. Look there first.") % address
            tell(request, said, level=messages.INFO)
    except NotSent as error:
        tell(request, str(error), level=messages.ERROR)
    return redirect("setup:identities")
