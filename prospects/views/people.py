"""People: the list, one person, a new one."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import SignedInRequest
from ui.notices import tell
from ui.paging import paginate
from ui.shortcuts import render_part

from ..forms import PeopleSearch, PersonForm
from ..models import Group, Person


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """The people whom the user may see, by name; within a group, by words."""
    user = request.user
    user.remember_section("people")
    search = PeopleSearch(user, request.GET)
    people = search.narrow(Person.seen_by(user)).with_groups_seen_by(user)
    context = {
        "search": search,
        "page": paginate(people, request.GET, by="sort_name"),
        "groups": Group.seen_by(user).with_sizes().by_name(),
    }
    return render_part(request, "people/index.html", "people-list", context)


@require_safe
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    """One person, and what higher layers know of them."""
    people = Person.seen_by(request.user).with_groups_seen_by(request.user)
    found = get_object_or_404(people.select_related("owner"), pk=pk)
    context = {"person": found, "may_edit": found.is_editable_by(request.user)}
    return render(request, "people/person.html", context)


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
