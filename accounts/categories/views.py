"""The pages of categories; `kind` is the model, which the URL configuration gives."""

from typing import Any

from django.contrib import messages
from django.forms import modelform_factory
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ui.notices import tell

from ..models.categories import Category, NotEmpty
from ..requests import SignedInRequest
from .forms import CategoryForm


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest, kind: type[Category]) -> HttpResponse:
    """A new category, empty at first."""
    category = kind()
    category.owner = request.user
    return _written(request, category)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int, kind: type[Category]) -> HttpResponse:
    """Another name for a category."""
    category = get_object_or_404(kind.changed_by(request.user), pk=pk)
    return _written(request, category, {"category": category, "name": category.name})


@require_POST
def delete(request: SignedInRequest, pk: int, kind: type[Category]) -> HttpResponse:
    """Delete a category that is empty."""
    category = get_object_or_404(kind.changed_by(request.user), pk=pk)
    try:
        category.discard()
    except NotEmpty:
        said = str(category.NOT_EMPTY) % {"name": category.name}
        tell(request, said, level=messages.ERROR)
        return redirect(category)
    tell(request, _("The category “%(name)s” was deleted.") % {"name": category.name})
    return redirect(f"{kind.THINGS}:home")


def _written(
    request: SignedInRequest, category: Category, told: dict[str, Any] | None = None
) -> HttpResponse:
    """The page of the form, or where it leads once it is saved."""
    form = modelform_factory(type(category), CategoryForm)(request.POST or None, instance=category)
    if request.method == "POST" and form.is_valid():
        if told:
            tell(request, _("Saved."))
        return redirect(form.save())
    things = category.THINGS
    context = {"form": form, "frame": f"{things}/_frame.html", "home": f"{things}:home"}
    context |= {"delete": f"{things}:delete-category"} | (told or {})
    return render(request, "shared/category.html", context, status=422 if form.errors else 200)
