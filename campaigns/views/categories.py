"""Categories: under which one's campaigns stand."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from ui.notices import tell

from ..forms import CategoryForm
from ..models import Category, NotEmpty


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """A new category, empty at first."""
    form = CategoryForm(request.POST or None, instance=Category(owner=request.user))
    if request.method == "POST" and form.is_valid():
        return redirect(form.save())
    status = 422 if form.errors else 200
    return render(request, "campaigns/category.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Another name for a category."""
    category = get_object_or_404(Category.changed_by(request.user), pk=pk)
    name = category.name
    form = CategoryForm(request.POST or None, instance=category)
    if request.method == "POST" and form.is_valid():
        tell(request, _("Saved."))
        return redirect(form.save())
    context = {"form": form, "category": category, "name": name}
    return render(request, "campaigns/category.html", context, status=422 if form.errors else 200)


@require_POST
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete a category that is empty."""
    category = get_object_or_404(Category.changed_by(request.user), pk=pk)
    try:
        category.discard()
    except NotEmpty:
        said = _("“%(name)s” still holds campaigns. Move or delete them first.")
        tell(request, said % {"name": category.name}, level=messages.ERROR)
        return redirect(category)
    tell(request, _("The category “%(name)s” was deleted.") % {"name": category.name})
    return redirect("campaigns:home")
