"""Who is in the team. Admins only: for all others these pages are not there."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import MemberForm, NewMemberForm
from accounts.invitations import invite
from accounts.models import LastAdmin, User
from accounts.requests import SignedInRequest
from accounts.system_mail import NotSent
from ui.notices import tell

View = Callable[..., HttpResponse]


def admins_only(view: View) -> View:
    """A 404 for everybody else."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_admin:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@admins_only
@require_safe
def team(request: SignedInRequest) -> HttpResponse:
    """Everybody, with role, teams and state."""
    return render(request, "settings/team.html", {"members": User.everybody()})


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def new_member(request: SignedInRequest) -> HttpResponse:
    """Make an account and mail a link with which its owner chooses a password."""
    form = NewMemberForm(request.POST or None, instance=User(time_zone=request.user.time_zone))
    if request.method == "POST" and form.is_valid():
        _invite(request, form.keep())
        return redirect("accounts:team")
    status = 422 if form.errors else 200
    return render(request, "settings/member.html", {"form": form}, status=status)


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: SignedInRequest, pk: int) -> HttpResponse:
    """Somebody's name, role and teams."""
    found = get_object_or_404(User.everybody(), pk=pk)
    context = {"member": found, "name": str(found), "is_me": found == request.user}
    form = MemberForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        form.keep()
        tell(request, _("Saved."))
        return redirect("accounts:team")
    status = 422 if form.errors else 200
    return render(request, "settings/member.html", context | {"form": form}, status=status)


@admins_only
@require_POST
def invite_member(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mail the link once more."""
    _invite(request, get_object_or_404(User.everybody().active(), pk=pk))
    return redirect("accounts:team")


@admins_only
@require_POST
def deactivate(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let somebody sign in no more."""
    found = get_object_or_404(User.everybody().active(), pk=pk)
    if found == request.user:
        tell(request, _("You cannot deactivate yourself."), level=messages.ERROR)
    else:
        _deactivate(request, found)
    return redirect("accounts:team")


@admins_only
@require_POST
def reactivate(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let somebody sign in again."""
    found = get_object_or_404(User.everybody(), pk=pk)
    found.reactivate()
    tell(request, _("%(name)s can sign in again.") % {"name": found})
    return redirect("accounts:team")


def _deactivate(request: SignedInRequest, user: User) -> None:
    try:
        user.deactivate()
        tell(request, _("%(name)s can no longer sign in.") % {"name": user})
    except LastAdmin:
        tell(request, _("The last admin stays one."), level=messages.ERROR)


def _invite(request: SignedInRequest, user: User) -> None:
    try:
        invite(user, by=request.user)
        tell(request, _("An invitation was mailed to %(email)s.") % {"email": user.email})
    except NotSent as error:
        said = _("The account is there, but the invitation is not out. %(why)s") % {"why": error}
        tell(request, said, level=messages.ERROR)
