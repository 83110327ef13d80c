"""The search page, and the parts of it that change while somebody searches."""

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from accounts.undoing import offer_again
from campaigns.on_people import campaigns_of
from emails.folders import DELIVERED
from emails.panes import open_pane
from prospects.columns import PEOPLE
from prospects.panes import open_person
from prospects.ticked_forms import offered
from ui.columns import Table
from ui.paging import paginate
from ui.shortcuts import render_part, wants_part
from ui.slots import filled_rows

from ..acting import offered_for
from ..alerts import Alert
from ..asking import Asked
from ..limits import together, within_limit
from ..looking import SENT
from ..problems import Refused, TooSlow
from ..showing import Builder

if TYPE_CHECKING:
    from emails.models.querysets import EmailQuerySet
    from prospects.models.people import PersonQuerySet

PAGE = "search/index.html"
_KEPT = ("sort", "after", "before", "open", "as", "tab")


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """What is searched for, and what is found; to the builder's form both, as they are now."""
    asked = Asked(request.user, request.GET)
    if asked.is_built and not wants_part(request) and len(request.GET) > 1 and _is_form(request):
        return redirect(asked.address)
    if not wants_part(request):
        offer_again(request)
    response = render_part(request, PAGE, "asked", _context(request, asked))
    if wants_part(request):
        response["HX-Replace-Url"] = asked.address
    return response


@require_safe
def typed(request: SignedInRequest) -> HttpResponse:
    """The same to whoever types: everything but the line that they are typing in."""
    if not wants_part(request):
        return redirect(f"{reverse('search:home')}?{request.GET.urlencode()}")
    asked = Asked(request.user, request.GET)
    response = render(request, f"{PAGE}#typed", _context(request, asked))
    response["HX-Replace-Url"] = asked.address
    return response


@require_safe
def found(request: SignedInRequest) -> HttpResponse:
    """What is found now, for a page that refreshes."""
    if not wants_part(request):
        return redirect(f"{reverse('search:home')}?{request.GET.urlencode()}")
    asked = Asked(request.user, request.GET)
    return render(request, f"{PAGE}#refreshed", _context(request, asked))


def _is_form(request: SignedInRequest) -> bool:
    return any(name.startswith(("r.", "add.", "do")) for name in request.GET)


@together()
def _context(request: SignedInRequest, asked: Asked) -> dict[str, Any]:
    """All that the page shows. From here on the query is that of the page's own address."""
    kept = {} if _is_form(request) else {n: v for n in _KEPT if (v := request.GET.get(n, ""))}
    request.GET = QueryDict(f"{asked.query()}&{urlencode(kept)}")
    notes = asked.notes
    total = asked.count(asked.subject)
    told = _people(request, asked, total) if asked.subject == "people" else {}
    if asked.subject == "emails":
        told = _emails(request, asked, total)
    # Last, so that it only takes what time is left.
    others = asked.count("people" if asked.subject == "emails" else "emails")
    people, emails = (total, others) if asked.subject == "people" else (others, total)
    return {
        "asked": asked,
        "notes": notes,
        "total": total,
        "tabs": [
            (_("People"), people, asked.query(of="people"), asked.subject == "people"),
            (_("Emails"), emails, asked.query(of="emails"), asked.subject == "emails"),
        ],
        "builder": _builder(asked),
        "address": asked.address,
        "new": _new(request, asked, total),
        **told,
    }


def _builder(asked: Asked) -> Any:
    if asked.root is None:
        return None
    return Builder(asked.subject, asked.looking, asked.wrong).shown(asked.root)


def _people(request: SignedInRequest, asked: Asked, total: int | None) -> dict[str, Any]:
    user = request.user
    table = Table(PEOPLE, user, request.GET, by="sort_name")
    told: dict[str, Any] = {"table": table, "several": offered(user, None)}
    told |= open_person(request, reverse("search:home"))
    told |= campaigns_of(request)
    if total is None:
        return told
    try:
        with within_limit():
            people = cast("PersonQuerySet", asked.shown(total)).for_list(user).orderable(table.by)
            page = paginate(people, request.GET, by=table.by, total=total)
            return told | {"page": page, "rows": table.rows(request, page.rows)}
    except (Refused, TooSlow) as error:
        asked.problems.append(error.problem)
        return told


def _emails(request: SignedInRequest, asked: Asked, total: int | None) -> dict[str, Any]:
    told: dict[str, Any] = open_pane(request)
    if total is None:
        return told
    try:
        with within_limit():
            emails = cast("EmailQuerySet", asked.shown(total)).for_list()
            page = paginate(emails, request.GET, by="-moved_at", total=total)
    except (Refused, TooSlow) as error:
        asked.problems.append(error.problem)
        return told
    return told | {
        "page": page,
        "tallies": {},
        "row_signs": filled_rows("email-rows", request, page.rows),
        "several": offered_for(page.rows, request.user),
        # What other apps do with ticked emails depends on where these stand.
        "sent": DELIVERED if any(row.status in SENT for row in page) else None,
    }


def _new(request: SignedInRequest, asked: Asked, total: int | None) -> int:
    """How much of a saved search its user has not seen yet; when they open its page, they have."""
    if asked.saved is None or not asked.is_saved or total is None:
        return 0
    if wants_part(request):
        look = asked.saved.look_of(asked.user)
        return look.new_among(asked.ids) if look else 0
    Alert.dismiss(asked.saved, asked.user)
    return asked.saved.looked_at_by(asked.user, asked.ids)
