"""Writing an email: the compose window, its saving, and its way out.

The window is a page of its own, because only editor pages may carry style attributes. Over a list
it stands in a frame, which keeps its own policy; `?window=1` leaves out everything around it.
"""

from collections.abc import Callable
from functools import wraps
from typing import cast
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import SignedInRequest
from prospects.models import Person
from ui.notices import tell
from ui.shortcuts import page_that_asked, wants_part

from ..bulk.adding import TooMany
from ..bulk.writing import turned_into_bulk
from ..composing import MOVED, Saved, Window
from ..forms import ComposeForm, FilesForm, WindowForm
from ..library.searching import ChosenTemplate
from ..previews import framed, preview_of
from ..readiness import checks, on_its_way, undo_seconds
from ..recipients import lists_meant, suggestions, typed_by
from ..undo import offer, offer_thrown

EDITOR_CSP = cast("dict[str, list[str]]", settings.SECURE_CSP) | {
    "style-src-attr": [CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", "https:", "http:"],
    "frame-ancestors": [CSP.SELF],
}

View = Callable[..., HttpResponse]


def editor_page(view: View) -> View:
    """Style attributes are allowed on it, and our own pages may frame it."""
    return wraps(view)(never_cache(xframe_options_sameorigin(csp_override(EDITOR_CSP)(view))))


@require_GET
@editor_page
def new(request: SignedInRequest) -> HttpResponse:
    """A new email, or with ?key= what was begun under it; ?to= and ?template= fill it in."""
    window = Window.new(request.user, WindowForm.key_in(request.GET))
    chosen = ChosenTemplate(request.user, request.GET)
    typed = window.typed() or {"to": request.GET.get("to", "")} | chosen.typed()
    return open_window(request, window, typed)


@require_GET
@editor_page
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Go on with a draft, change a scheduled email, or write a new one from one that is done."""
    email = get_object_or_404(request.user.emails.for_compose(), pk=pk)
    if email.stands_for_bulk:
        return redirect("emails:bulk-edit", email.bulk_id)
    window = Window.on(email, WindowForm.key_in(request.GET))
    return open_window(request, window, window.typed())


@require_GET
@editor_page
def follow_up(request: SignedInRequest, pk: int) -> HttpResponse:
    """A new email to the recipient of another one, which is quoted in it if it has arrived."""
    email = get_object_or_404(request.user.emails.for_compose().present(), pk=pk)
    if not email.has_reached:
        return redirect(f"{reverse('emails:compose')}?{urlencode({'to': email.to_address})}")
    window = Window.following(email, WindowForm.key_in(request.GET))
    return open_window(request, window, window.typed())


@require_POST
def autosave(request: SignedInRequest) -> HttpResponse:
    """Keep what stands in the window; the answer is the parts of it that say so."""
    window, form = _window(request), _typed(request)
    form.is_valid()
    saved = window.save(form)
    return render(request, "emails/compose/_answer.html", _context(request, window, form, saved))


@require_POST
@editor_page
def save(request: SignedInRequest) -> HttpResponse:
    """Keep what stands in the window, or with as=new make it a draft of its own."""
    window, form = _window(request), _typed(request)
    form.is_valid()
    saved = window.save_as_new(form) if request.POST.get("as") == "new" else window.save(form)
    if saved == Saved.DRAFT and form.is_valid():
        return redirect(_address(request, window))
    return _page(request, window, form, saved)


@require_POST
@editor_page
def send(request: SignedInRequest) -> HttpResponse:
    """Send it once the undo window is over."""
    return _finish(request, "send")


@require_POST
@editor_page
def schedule(request: SignedInRequest) -> HttpResponse:
    """Send it at the time that was chosen."""
    return _finish(request, "schedule")


def _finish(request: SignedInRequest, final: str) -> HttpResponse:
    window, form = _window(request), _typed(request, final)
    writing = form.writing() if form.is_valid() else None
    if writing is None:
        return _page(request, window, form, window.save(form), status=422)
    try:
        email = window.finish(writing, form.wall if final == "schedule" else None)
    except MOVED:
        return _page(request, window, form, window.not_finished(form), status=409)
    undo = offer(request.user, "send", [email])
    tell(request, on_its_way(email), undo=reverse("undo", args=[undo.pk]))
    return _leave(request, "pending/scheduled")


@require_POST
def discard(request: SignedInRequest) -> HttpResponse:
    """Throw away what stands in the window, or what was begun in another one (other=key)."""
    window, other = _window(request), WindowForm.key_in(request.POST, "other")
    thrown = Window(request.user, other).discard() if other else window.discard()
    if thrown:
        undo = offer_thrown(request.user, thrown)
        tell(request, _("Thrown away."), undo=reverse("undo", args=[undo.pk]))
    if not other:
        return _leave(request, "pending/drafts")
    window.save(_typed(request, checked=True))
    return redirect(_address(request, window))


@require_POST
@editor_page
def become_bulk(request: SignedInRequest) -> HttpResponse:
    """What was written here, to all whom its To means; this window is done with."""
    window, form = _window(request), _typed(request, checked=True)
    typed = form.many or typed_by(request.user, request.POST.get("to", ""))
    try:
        bulk, added = turned_into_bulk(window, form, typed)
    except TooMany as error:
        form.many = None
        form.add_error("to", error.words)
        return _page(request, window, form, window.save(form), status=422)
    tell(request, " ".join([added.sentence, *added.wrong]))
    return redirect("emails:bulk-edit", bulk.pk)


@require_POST
def attach(request: SignedInRequest) -> HttpResponse:
    """Add uploads and chosen files; the answer is the list of attachments as it is now."""
    form = FilesForm(request.POST, request.FILES, user=request.user)
    status = 200 if form.is_valid() else 422
    return render(request, "emails/compose/_files.html", {"form": form}, status=status)


@require_GET
def suggest_people(request: SignedInRequest) -> HttpResponse:
    """People by name or address, groups and other lists, for what stands at the end of a recipients' field."""
    field = next(
        (name for name in ("to", "add", "cc", "bcc", "look_as") if name in request.GET), "to"
    )
    typed, user = request.GET.get(field, ""), request.user
    told: dict[str, object] = {"people": suggestions(Person.seen_by(user), typed, user)}
    if field in {"to", "add"}:  # a list stands for a message to each
        told["lists"] = lists_meant(user, typed)
    return render(request, "emails/compose/_people.html", told)


@require_GET
def list_fields(request: SignedInRequest) -> HttpResponse:
    """The fields that can be used, each with its value for the recipient in ?to=."""
    form = ComposeForm(request.GET, user=request.user)
    form.is_valid()
    told = {"groups": form.filled_fields, "filled": form.recipient}
    return render(request, "emails/compose/_field_list.html", told)


@require_POST
@never_cache
@xframe_options_sameorigin
def preview(request: SignedInRequest) -> HttpResponse:
    """Subject and text as the recipient reads them, or whoever is chosen to be looked at instead;
    under the policy of previews."""
    form = _typed(request, checked=True)
    form.look_as(request.POST.get("look_as", ""))
    told = {"form": form, "preview": preview_of(form.resolved.body.marked, pictures=True)}
    return framed(request, told, pictures=True, page="emails/compose/preview.html")


@require_GET
@editor_page
def done(request: SignedInRequest) -> HttpResponse:
    """What a frame shows last: it hands its notice to the page around it, which closes it."""
    return render(request, "emails/compose/done.html")


# What these share ---------------------------------------------------------------------------


def _window(request: SignedInRequest) -> Window:
    """The window that a POST comes from."""
    form = WindowForm(request.POST)
    if not form.is_valid():
        raise BadRequest("not from a compose window")
    told = form.cleaned_data
    mine = request.user.emails.for_compose()
    email = get_object_or_404(mine, pk=told["email"]) if told["email"] else None
    continues = get_object_or_404(mine, pk=told["continues"]) if told["continues"] else None
    return Window(request.user, told["key"], email, told["version"] or 0, continues)


def _typed(request: SignedInRequest, final: str = "", *, checked: bool = False) -> ComposeForm:
    form = ComposeForm(request.POST, request.FILES, user=request.user, final=final)
    if checked:
        form.is_valid()
    return form


def open_window(request: SignedInRequest, window: Window, typed: dict[str, object]) -> HttpResponse:
    """A window as it opens, with `typed` in its fields; over a list it stands in a frame.

    Views of higher apps that open one are an `editor_page` too.
    """
    if wants_part(request):
        return _frame(request)
    form = ComposeForm(user=request.user, initial=ComposeForm.initially(request.user, typed))
    return _page(request, window, form)


def _context(
    request: SignedInRequest, window: Window, form: ComposeForm, saved: Saved | None
) -> dict[str, object]:
    return {
        "form": form,
        "window": window,
        "saved": saved,
        "checks": checks(form),
        "undo_seconds": undo_seconds(request.user),
        "address": _address(request, window),
        "page_address": _address(request, window, framed=False),
        "framed": _is_framed(request),
        "next": _next(request),
    }


def _page(
    request: SignedInRequest,
    window: Window,
    form: ComposeForm,
    saved: Saved | None = None,
    status: int = 200,
) -> HttpResponse:
    context = _context(request, window, form, saved)
    context["layout"] = "emails/compose/window.html" if _is_framed(request) else "base.html"
    context["others"] = window.others() if saved is None else []
    return render(request, "emails/compose/page.html", context, status=status)


def _frame(request: SignedInRequest) -> HttpResponse:
    query = request.GET.copy()
    query["window"] = "1"
    return render(
        request, "emails/compose/_frame.html", {"src": f"{request.path}?{query.urlencode()}"}
    )


def _is_framed(request: SignedInRequest) -> bool:
    return bool(request.GET.get("window") or request.POST.get("window"))


def _address(request: SignedInRequest, window: Window, *, framed: bool = True) -> str:
    """Where this window opens again as it is now; in its frame if it stands in one."""
    query = {"key": str(window.key)}
    if after := _next(request):
        query["next"] = after
    if framed and _is_framed(request):
        query["window"] = "1"
    return f"{_path(window)}?{urlencode(query)}"


def _path(window: Window) -> str:
    email = window.email or window.continues
    if email is None:
        return reverse("emails:compose")
    follows = window.email is None and window.follows
    return reverse("emails:follow-up" if follows else "emails:compose-edit", args=[email.pk])


def _leave(request: SignedInRequest, folder: str) -> HttpResponse:
    if _is_framed(request):
        return redirect(f"{reverse('emails:compose-done')}?window=1")
    return redirect(page_that_asked(request, reverse("emails:folder", args=[folder])))


def _next(request: SignedInRequest) -> str:
    """The page to go on with once the window is done with, where it said one as it opened."""
    return request.POST.get("next", "") or request.GET.get("next", "")
