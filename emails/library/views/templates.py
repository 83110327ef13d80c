"""The list of templates, and one of them: in its editor for its owner, to read for colleagues."""

from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.categories.shelves import shelves
from accounts.requests import SignedInRequest
from ui.notices import tell
from ui.paging import paginate
from ui.shortcuts import render_part

from ...models import Category, Overtaken, Template, Uses
from ...views.compose import editor_page
from ..forms import TemplateForm, TemplateSharingForm
from ..searching import TemplateSearch


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """The templates that the user may use; by view, category and words."""
    user = request.user
    user.remember_section("templates")
    search = TemplateSearch(user, request.GET)
    page = paginate(search.in_order().for_list().starred_for(user), request.GET, by=search.by)
    Uses.put_beside(page)
    context = {"search": search, "page": page, "shelves": shelves(Category, user)}
    return render_part(request, "templates/index.html", "template-list", context)


@require_http_methods(["GET", "HEAD", "POST"])
@editor_page
def new(request: SignedInRequest) -> HttpResponse:
    """A new template, in ?category= if that is one of the user's."""
    begun = {"key": uuid4(), "category": request.GET.get("category")}
    form = TemplateForm(request.user, request.POST or None, initial=begun)
    if request.method == "POST" and form.is_valid() and (written := form.keep()):
        tell(request, _("“%(name)s” is saved. Only you see it.") % {"name": written.name})
        return redirect(written)
    status = 422 if form.errors else 200
    return render(request, "templates/edit.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@editor_page
def template(request: SignedInRequest, pk: int) -> HttpResponse:
    """One template. Only its owner changes it; keep=new makes another one of what was typed, keep=mine
    puts it in the place of what somebody was faster to write."""
    found = get_object_or_404(Template.opened_by(request.user).for_page(request.user), pk=pk)
    if request.method == "POST" and found.owner == request.user:
        return _save(request, found)
    if found.owner != request.user or found.removed_at:
        return render(request, "templates/shown.html", _about(found))
    return _editor(request, found, TemplateForm.of(found))


def _save(request: SignedInRequest, found: Template) -> HttpResponse:
    choice = request.POST.get("keep")
    form = TemplateForm(request.user, request.POST, template=found)
    if not form.is_valid():
        return _editor(request, found, form, status=422)
    try:
        kept = form.keep_apart() if choice == "new" else form.keep()
    except Overtaken as overtaken:
        if choice != "mine" or overtaken.template.removed_at:
            return _editor(request, found, form, status=409, other=overtaken.template)
        kept = form.keep_over(overtaken)
    if kept is None:
        return _editor(request, found, form, status=422)
    tell(request, _("Saved."))
    return redirect(kept)


def _editor(
    request: SignedInRequest,
    found: Template,
    form: TemplateForm,
    *,
    status: int = 200,
    other: Template | None = None,
) -> HttpResponse:
    sharing = TemplateSharingForm(found)
    context = _about(found) | {"form": form, "sharing": sharing, "other": other}
    return render(request, "templates/edit.html", context, status=status)


def _about(found: Template) -> dict[str, object]:
    """What both pages show of a template."""
    Uses.put_beside([found])
    return {"template": found, "versions": found.history, "latest": found.latest}
