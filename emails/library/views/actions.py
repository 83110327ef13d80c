"""What is done with a template from its row or its page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from ui.notices import tell

from ...models import Overtaken, Template, TooMany
from ..forms import TemplateSharingForm


@require_POST
def share(request: SignedInRequest, pk: int) -> HttpResponse:
    """Share one's template with the ticked teams and no others; on the way it may move."""
    template = get_object_or_404(request.user.templates.present(), pk=pk)
    form = TemplateSharingForm(template, request.POST)
    if not form.is_valid():
        context = {"template": template, "sharing": form}
        return render(request, "templates/share.html", context, status=422)
    try:
        form.keep()
    except Overtaken:
        tell(request, _("It was just changed elsewhere; please try again."), level=messages.ERROR)
        return redirect(template)
    tell(request, form.said())
    return redirect(template)


@require_POST
def star(request: SignedInRequest, pk: int) -> HttpResponse:
    """Make it a favourite (star=yes), or one no more."""
    template = get_object_or_404(Template.seen_by(request.user), pk=pk)
    starred = request.POST.get("star") == "yes"
    (template.star if starred else template.unstar)(request.user)
    if not request.htmx:
        return redirect(_back(request, template))
    template.is_favourite = starred
    return render(request, "templates/_star.html", {"template": template})


@require_POST
def duplicate(request: SignedInRequest, pk: int) -> HttpResponse:
    """A private copy, which is opened."""
    template = get_object_or_404(Template.seen_by(request.user), pk=pk)
    try:
        copy = template.duplicate(by=request.user)
    except TooMany as full:
        tell(request, str(full), level=messages.ERROR)
        return redirect(template)
    tell(request, _("This is the copy. Only you see it."))
    return redirect(copy)


@require_POST
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete one's template; what was written with it stays as it is."""
    template = get_object_or_404(request.user.templates.present(), pk=pk)
    undo = template.remove(by=request.user)
    said = _("The template “%(name)s” was deleted.") % {"name": template.name}
    tell(request, said, undo=reverse("undo", args=[undo.pk]))
    return redirect("templates:home")


@require_POST
def restore(request: SignedInRequest, pk: int) -> HttpResponse:
    """Have one's deleted template back."""
    template = get_object_or_404(request.user.templates.removed(), pk=pk)
    try:
        template.restore()
    except TooMany as full:
        tell(request, str(full), level=messages.ERROR)
    else:
        tell(request, _("The template “%(name)s” is back.") % {"name": template.name})
    return redirect(template)


def _back(request: SignedInRequest, template: Template) -> str:
    there = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(there, allowed_hosts={request.get_host()})
    return there if ours else template.get_absolute_url()
