"""Groups: hand-made lists of people, their owner's until they are shared with teams."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from ui.notices import tell

from ..forms import GroupForm
from ..models import Group


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """A new group, empty at first."""
    form = GroupForm(request.POST or None, instance=Group(owner=request.user))
    if request.method == "POST" and form.is_valid():
        return redirect(form.keep())
    status = 422 if form.errors else 200
    return render(request, "people/group.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Another name for a group, and other teams that see it."""
    group = get_object_or_404(Group.changed_by(request.user), pk=pk)
    name = group.name
    form = GroupForm(request.POST or None, instance=group)
    if request.method == "POST" and form.is_valid():
        tell(request, _("Saved."))
        return redirect(form.keep())
    context = {"form": form, "group": group, "name": name}
    return render(request, "people/group.html", context, status=422 if form.errors else 200)


@require_POST
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete a group; its people stay."""
    group = get_object_or_404(Group.changed_by(request.user), pk=pk)
    said = _("The group “%(name)s” was deleted; its people stay.") % {"name": group.name}
    undo = group.disband(by=request.user).stands_on(reverse("people:home"), said)
    tell(request, said, undo=reverse("undo", args=[undo.pk]))
    return redirect("people:home")
