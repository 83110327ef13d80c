"""One version of a template: what it said then, for whoever wrote emails with it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest

from ...models import Template, TemplateVersion
from ...previews import framed, preview_of


@require_safe
def version(request: SignedInRequest, pk: int) -> HttpResponse:
    """A version, beside the template as it is now if the user may see that."""
    readable = TemplateVersion.readable_by(request.user).select_related("template__owner")
    found = get_object_or_404(readable, pk=pk)
    template = Template.opened_by(request.user).of_version(found).first()
    context = {"version": found, "template": template}
    return render(request, "templates/version.html", context)


@require_safe
@never_cache
@xframe_options_sameorigin
def preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the version says, sanitised, in a frame in which nothing runs or loads.

    `?images=1` lets the pictures be fetched from wherever they are.
    """
    found = get_object_or_404(TemplateVersion.readable_by(request.user), pk=pk)
    pictures = request.GET.get("images") == "1"
    told = {"preview": preview_of(found.html, pictures=pictures)}
    return framed(request, told, pictures=pictures)
