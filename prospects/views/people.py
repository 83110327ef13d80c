"""People: the list, one person, a new one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from accounts.undoing import offer_again
from ui.columns import Table
from ui.notices import tell
from ui.paging import paginate
from ui.shortcuts import drop_blanks, page_that_asked, render_part, wants_part

from ..columns import PEOPLE
from ..forms import NotesForm, PersonForm
from ..models import Group, Person
from ..panes import for_pane, list_around, open_person, pane
from ..search_forms import PeopleSearch
from ..ticked_forms import offered


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """A list of people or a group, as far as the user may see them, and who is open beside it."""
    user, address = request.user, drop_blanks(request)
    user.remember_section("people")
    if not wants_part(request):
        offer_again(request)
    search = PeopleSearch(user, request.GET)
    table = Table(PEOPLE, user, request.GET, by="sort_name")
    people = search.narrow(Person.seen_by(user)).for_list(user).orderable(table.by)
    page = paginate(people, request.GET, by=table.by)
    mine, teams = Group.beside_list(user)
    context = {
        "address": address,
        "search": search,
        "table": table,
        "page": page,
        "rows": table.rows(request, page.rows),
        "my_groups": mine,
        "team_groups": teams,
        "may_change_group": search.chosen_group and search.chosen_group.is_editable_by(user),
        "several": offered(user, search.chosen_group),
        **open_person(request),
    }
    response = render_part(request, "people/index.html", "people", context)
    if wants_part(request):
        response["HX-Replace-Url"] = address
    return response


@require_POST
def columns(request: SignedInRequest) -> HttpResponse:
    """Choose the columns of the table of people: those that are ticked, all, or as at first."""
    table = Table(PEOPLE, request.user, {}, by="sort_name")
    names = table.chosen_of(request.POST)
    if names:
        request.user.choose_columns(PEOPLE, names)
    else:
        tell(request, _("A table needs a column. Tick at least one."), level=messages.WARNING)
    return redirect(page_that_asked(request, reverse("people:home")))


@require_safe
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    """One person, and what higher layers know of them; beside the list that asks for them."""
    found = get_object_or_404(for_pane(request), pk=pk)
    context = pane(request, found, around=list_around(request))
    return render_part(request, "people/person.html", "pane", context)


@require_POST
def notes(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write down what is worth knowing of somebody; tell if a colleague has written meanwhile."""
    people = Person.seen_by(request.user).editable_by(request.user)
    found = get_object_or_404(people.select_related("notes_by"), pk=pk)
    form = NotesForm(request.POST)
    kept = form.is_valid() and form.keep(found, request.user)
    if kept and not request.htmx:
        tell(request, _("Saved."))
        return redirect(found)
    context = {"person": found, "form": form, "clash": form.is_valid() and not kept, "kept": kept}
    status = 200 if kept else 422
    return render_part(request, "people/notes.html", "state", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """A new person; “and add another” leaves the form open for the next one."""
    form = PersonForm(request.user, request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid() and form.keep():
        tell(request, _("%(name)s was added.") % {"name": form.instance.name})
        return redirect("people:new" if "another" in request.POST else form.instance)
    status = 422 if form.errors else 200
    return render(request, "people/new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a person who is one's own; an admin changes everybody's."""
    people = Person.seen_by(request.user).editable_by(request.user)
    found = get_object_or_404(people, pk=pk)
    name = found.name
    form = PersonForm(request.user, request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid() and form.keep():
        tell(request, _("Saved."))
        return redirect(found)
    context = {"form": form, "person": found, "name": name}
    return render(request, "people/edit.html", context, status=422 if form.errors else 200)
