"""Writing a bulk email: its window, its recipients, and the review before it goes."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from ui.ids import id_in
from ui.notices import tell
from ui.paging import paginate

from ..bulk.adding import TooMany, add_people, add_typed
from ..bulk.asking import asked_campaign, asked_people
from ..bulk.checking import obstacles
from ..bulk.checks import bulk_checks
from ..bulk.review import Review
from ..bulk.seeing import seen_by
from ..bulk.undo import offer_list, offer_words
from ..bulk.writing import BulkWindow, begin
from ..composing import Saved
from ..forms import BulkForm, BulkWindowForm
from ..models import BulkRecipient, BulkRefused, BulkSend
from ..previews import framed
from ..readiness import undo_seconds
from ..recipients import typed_by
from .compose import editor_page


def if_still_a_draft(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What is no draft any more cannot be changed: its page says where it stands."""

    @wraps(view)
    def changing(request: SignedInRequest, pk: int) -> HttpResponse:
        try:
            return view(request, pk)
        except BulkRefused as error:
            tell(request, _("It is going out already."), level=messages.ERROR)
            return redirect("emails:bulk", error.bulk.pk)

    return changing


@require_POST
def new(request: SignedInRequest) -> HttpResponse:
    """A new bulk email to ticked people, all of a list, a group, or nobody yet."""
    bulk = begin(request.user, campaign=asked_campaign(request))
    try:
        add_people(bulk, asked_people(request))
    except TooMany as error:
        tell(request, error.words, level=messages.ERROR)
    return redirect("emails:bulk-edit", bulk.pk)


@require_safe
@editor_page
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Go on with it: the common words, or with ?recipient= those to one."""
    bulk = _draft(request, pk)
    window = BulkWindow(bulk, _recipient(bulk, request.GET.get("recipient", "")), bulk.version)
    form = BulkForm(bulk=bulk, recipient=window.recipient, initial=_initial(window))
    return _page(request, window, form)


@require_POST
def autosave(request: SignedInRequest) -> HttpResponse:
    """Keep what stands in the window; the answer is the parts of it that say so."""
    window, form = _posted(request)
    saved = window.save(form)
    return render(request, "emails/bulk/_answer.html", _context(request, window, form, saved))


@require_POST
@editor_page
def save(request: SignedInRequest, pk: int) -> HttpResponse:
    """Keep what stands in the window."""
    window, form = _posted(request, pk)
    saved = window.save(form)
    if saved == Saved.DRAFT and form.is_valid():
        return redirect(_address(window))
    return _page(request, window, form, saved, status=200 if form.is_valid() else 422)


@require_POST
@editor_page
@if_still_a_draft
def add(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put people, groups and typed addresses on the list; what is wrong is named and stays in its
    field, the others are added."""
    window, form = _posted(request, pk)
    saved = window.save(form)
    text = "\n".join(request.POST.get(name, "") for name in ("add", "paste"))
    try:
        added = add_typed(window.bulk, typed_by(request.user, text))
    except TooMany as error:
        return _page(request, window, form, saved, status=422, wrong=[error.words], text=text)
    if added.new or added.known or not added.wrong:
        tell(request, added.sentence)
    if added.wrong:
        # What was added is known by now and does no harm when it is sent once more.
        kept = {"typed": request.POST.get("add", ""), "text": request.POST.get("paste", "")}
        return _page(request, window, form, saved, status=422, wrong=added.wrong, **kept)
    return redirect(_address(window))


@require_POST
@if_still_a_draft
def take_off(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take one off the list."""
    window, form = _posted(request, pk)
    window.save(form)
    taken = get_object_or_404(window.bulk.recipients.active(), pk=id_in(request.POST.get("off")))
    window.bulk.take_off([taken.pk])
    undo = offer_list(request.user, window.bulk, [taken.pk])
    said = _("%(name)s was taken off the list.") % {"name": taken}
    tell(request, said, undo=reverse("undo", args=[undo.pk]))
    if window.recipient == taken:
        window.recipient = None
    return redirect(_address(window))


@require_POST
@if_still_a_draft
def reset(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let one recipient, or all, have the common words again."""
    window, form = _posted(request, pk)
    window.save(form)
    edited = window.bulk.recipients.active().edited()
    if window.recipient:
        edited = edited.of_ids([window.recipient.pk])
    undo = offer_words(request.user, window.bulk, edited)
    if window.bulk.reset_words(edited):
        said = _("The common words are back.")
        tell(request, said, undo=reverse("undo", args=[undo.pk]))
    return redirect(_address(window))


@require_POST
@editor_page
def look_over(request: SignedInRequest, pk: int) -> HttpResponse:
    """On the way to the review: nothing may be missing."""
    window, form = _posted(request, pk, final="review")
    saved = window.save(form)
    if form.errors or saved != Saved.DRAFT:
        return _page(request, window, form, saved, status=422)
    return redirect("emails:bulk-review", window.bulk.pk)


@require_safe
def review(request: SignedInRequest, pk: int) -> HttpResponse:
    """How many will get it and when, and who will not and why."""
    told = Review.of(_draft(request, pk))
    return render(request, "emails/bulk/review.html", {"review": told, "bulk": told.bulk})


@require_POST
def send(request: SignedInRequest, pk: int) -> HttpResponse:
    """Launch what was reviewed; if it has changed since, there is another review."""
    bulk = get_object_or_404(request.user.bulk_sends.for_page(), pk=pk)
    told = Review.of(bulk) if bulk.is_draft else None
    if told and (told.lacking or request.POST.get("seen") != told.seen):
        told.has_changed = not told.lacking
        context = {"review": told, "bulk": bulk}
        return render(request, "emails/bulk/review.html", context, status=409)
    try:
        undo = told.launch(request.user) if told else None
    except BulkRefused:  # pressed twice
        undo = None
    if told and undo:
        tell(request, told.on_its_way, undo=reverse("undo", args=[undo.pk]))
    return redirect("emails:bulk", bulk.pk)


@require_safe
def preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """As one recipient will read it, their fields filled in; leads to the next and the one
    before."""
    bulk = _draft(request, pk)
    on_list = bulk.recipients.active().in_order()
    recipient = _recipient(bulk, request.GET.get("recipient", "")) or on_list.first()
    told = {"bulk": bulk, "recipient": recipient, "previewing": True}
    told |= seen_by(bulk, recipient) if recipient else {}
    return render(request, "emails/bulk/preview.html", told | _list(request, bulk))


@require_safe
@never_cache
@xframe_options_sameorigin
def text(request: SignedInRequest, pk: int) -> HttpResponse:
    """The text of such a preview, sanitised, under a policy that lets nothing run or load."""
    bulk = _draft(request, pk)
    recipient = _recipient(bulk, request.GET.get("recipient", ""))
    return framed(request, seen_by(bulk, recipient) if recipient else {})


# What these share ---------------------------------------------------------------------------


def _draft(request: SignedInRequest, pk: int) -> BulkSend:
    return get_object_or_404(request.user.bulk_sends.writable().for_page(), pk=pk)


def _recipient(bulk: BulkSend, asked: str) -> BulkRecipient | None:
    """The one that is chosen; None if the query makes no sense (any more)."""
    found = bulk.recipients.active().of_ids([id_in(asked)])
    return found.select_related("person").first()


def _posted(
    request: SignedInRequest, pk: int | None = None, final: str = ""
) -> tuple[BulkWindow, BulkForm]:
    """The window that a POST comes from, and what was typed in it."""
    mine, told = request.user.bulk_sends.for_page(), BulkWindowForm(request.POST)
    bulk = get_object_or_404(mine, pk=pk) if pk else None
    if not told.is_valid():
        raise BadRequest("not from the window of a bulk email")
    asked = told.cleaned_data
    bulk = bulk or get_object_or_404(mine, pk=asked["bulk"])
    recipient = _recipient(bulk, str(asked["recipient"] or ""))
    window = BulkWindow(bulk, recipient, asked["version"], asked["key"])
    form = BulkForm(request.POST, request.FILES, bulk=bulk, recipient=recipient, final=final)
    form.is_valid()
    return window, form


def _initial(window: BulkWindow) -> dict[str, object]:
    return BulkForm.initially(window.bulk.owner, window.typed())


def _list(request: SignedInRequest, bulk: BulkSend) -> dict[str, object]:
    """The side bar: the recipients that are looked for, and what keeps these from getting it."""
    words = request.GET.get("words", "").strip()[:200]
    found = bulk.recipients.active().matching(words).select_related("person")
    page = paginate(found, request.GET, by="id")
    kept = {each.recipient.pk: each for each in obstacles(bulk, page.rows)}
    rows = [(recipient, kept.get(recipient.pk)) for recipient in page]
    return {"page": page, "rows": rows, "words": words, "edited": _edited(bulk)}


def _edited(bulk: BulkSend) -> int:
    return bulk.recipients.active().edited().count()


def _context(
    request: SignedInRequest, window: BulkWindow, form: BulkForm, saved: Saved | None
) -> dict[str, object]:
    return {
        "form": form,
        "window": window,
        "bulk": window.bulk,
        "recipient": window.recipient,
        "saved": saved,
        "checks": bulk_checks(form),
        "undo_seconds": undo_seconds(request.user),
        "address": _address(window),
        "page_address": _address(window),
        "edited": _edited(window.bulk),
    }


def _page(
    request: SignedInRequest,
    window: BulkWindow,
    form: BulkForm,
    saved: Saved | None = None,
    status: int = 200,
    **told: object,
) -> HttpResponse:
    context = _list(request, window.bulk) | _context(request, window, form, saved) | told
    return render(request, "emails/bulk/page.html", context, status=status)


def _address(window: BulkWindow) -> str:
    """Where this window opens again as it is now."""
    path = reverse("emails:bulk-edit", args=[window.bulk.pk])
    chosen = {"recipient": window.recipient.pk} if window.recipient else {}
    return f"{path}?{urlencode(chosen)}" if chosen else path
