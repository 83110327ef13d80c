"""The sink's pages: what came in, one message as its recipient, and what they answer."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from django.conf import settings
from django.db import DatabaseError, connections
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from emails.inbound.ingest import ingest
from emails.models import Email, ReturnedMail
from emails.tracking import tokens

from . import answers
from .answers import REFUSALS, Original
from .fetching import Fetched, fetch, one_click
from .store import Store, Stored
from .viewing import Shown, content_of

log = structlog.get_logger(__name__)

PAGE = 50
STYLES = Path(__file__).with_name("sink.css")
SCRIPT = Path(__file__).with_name("sink.js")
# A frame for mail: no scripts, no forms; links open a new window; pictures of the wide world come
# from there, those of the tracking host through us.
FRAME_POLICY = (
    "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'self';"
    " sandbox allow-popups allow-popups-to-escape-sandbox"
)


@dataclass(frozen=True)
class Request:
    """What a page needs to know of a request."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    user_agent: str = ""
    is_post: bool = False


@dataclass(frozen=True)
class Response:
    """Status, content and the headers that differ from the usual ones."""

    status: int = 200
    content: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


class Pages:
    """Answers requests from what is in `store`."""

    def __init__(self, store: Store) -> None:
        self.store = store
        name = r"/([0-9a-f]{16}-[0-9a-f]{6})"
        self.routes: list[tuple[re.Pattern[str], Callable[..., Response]]] = [
            (re.compile(r"/"), self.inbox),
            (re.compile(r"/newest"), self.newest),
            (re.compile(r"/css/([a-z-]+)\.css"), self.stylesheet),
            (re.compile(r"/sink\.(css|js)"), self.own_file),
            (re.compile(name), self.message),
            (re.compile(name + "/body"), self.body),
            (re.compile(name + "/source"), self.source),
            (re.compile(name + r"/file/(\d{1,4})"), self.file),
            (re.compile(name + r"/picture/(\d{1,5})"), self.picture),
            (re.compile(name + r"/follow/(\d{1,5})"), self.follow),
            (re.compile(name + "/answer"), self.answer),
        ]

    def respond(self, request: Request) -> Response:
        """The answer to `request`; a 404 page where there is nothing."""
        for pattern, page in self.routes:
            if found := pattern.fullmatch(request.path):
                if request.is_post != (page == self.answer):
                    return self._wrong(405, _("That cannot be done here."))
                return page(request, *found.groups())
        return self._gone()

    # Pages -----------------------------------------------------------------------------------

    def inbox(self, request: Request) -> Response:
        words = request.query.get("q", "")[:100]
        found = self.store.newest(PAGE + 1, before=request.query.get("before", ""), words=words)
        context = {
            "messages": found[:PAGE],
            "older": found[PAGE - 1].name if len(found) > PAGE else "",
            "words": words,
            "newest": next(iter(self.store.names()), ""),
        }
        return _page("sink/inbox.html", context)

    def newest(self, request: Request) -> Response:
        name = next(iter(self.store.names()), "")
        return Response(content=name.encode(), content_type="text/plain")

    def message(self, request: Request, name: str) -> Response:
        if not (stored := self.store.get(name)):
            return self._gone()
        context = {
            "message": stored,
            "shown": Shown(stored),
            "email": _email_of(stored),
            "returned": _returned(request.query.get("told", "")),
            "sent": request.query.get("sent", ""),
            "refusals": REFUSALS,
        }
        return _page("sink/message.html", context)

    def body(self, request: Request, name: str) -> Response:
        if not (stored := self.store.get(name)):
            return self._gone()
        headers = {"Content-Security-Policy": FRAME_POLICY}
        document = Shown(stored, quietly="answered" in request.query).document
        return Response(content=document.encode("utf-8", "replace"), headers=headers)

    def source(self, request: Request, name: str) -> Response:
        if not (stored := self.store.get(name)):
            return self._gone()
        return Response(content=stored.raw, content_type="text/plain; charset=utf-8")

    def file(self, request: Request, name: str, number: str) -> Response:
        stored = self.store.get(name)
        parts = Shown(stored).parts if stored else []
        if int(number) >= len(parts):
            return self._gone()
        headers = {"Content-Disposition": "attachment", "Content-Security-Policy": "sandbox"}
        content = content_of(parts[int(number)])
        return Response(200, content, "application/octet-stream", headers)

    # What the recipient does -----------------------------------------------------------------

    def picture(self, request: Request, name: str, number: str) -> Response:
        """Fetched by us, so that no cookie of this browser comes along."""
        fetched = self._fetched(request, name, number)
        if fetched is None or not fetched.content_type.startswith("image/"):
            return self._gone()
        return Response(fetched.status, fetched.content, fetched.content_type)

    def follow(self, request: Request, name: str, number: str) -> Response:
        """Asks where the link leads, as the recipient's browser would, and sends this one there."""
        fetched = self._fetched(request, name, number)
        if fetched is None:
            return self._gone()
        if urlsplit(fetched.location).scheme in {"http", "https"}:
            return Response(302, headers={"Location": fetched.location})
        if not fetched.status:
            return self._wrong(502, _("Command Center did not answer. Is it running?"))
        return self._wrong(fetched.status, fetched.content.decode("utf-8", "replace")[:300])

    def answer(self, request: Request, name: str) -> Response:
        """Sends back what was chosen, through the same door as real mail."""
        stored = self.store.get(name)
        if not stored or not stored.envelope.recipients:
            return self._gone()
        if request.form.get("kind") == "unsubscribe":
            return self._unsubscribed(name, stored)
        raw = _built(stored, request.form)
        if raw is None:
            return self._wrong(400, _("Choose what to answer."))
        try:
            returned = ingest(raw)
        except DatabaseError as error:
            log.warning("answer not taken", error=str(error))
            return self._wrong(503, _("The database does not answer. Nothing was recorded."))
        told = urlencode({"told": returned.pk, "sent": request.form["kind"]})
        return Response(303, headers={"Location": f"/{name}?{told}"})

    def _unsubscribed(self, name: str, stored: Stored) -> Response:
        """What a mail program does with its button for that, where the message offers it."""
        if not (address := stored.one_click):
            return self._wrong(400, _("This message does not offer that."))
        try:
            fetched = one_click(address)
        except ValueError:
            return self._wrong(400, _("That is not for Command Center to answer."))
        if fetched.status == 200:
            return Response(303, headers={"Location": f"/{name}?sent=unsubscribe"})
        if not fetched.status:
            return self._wrong(502, _("Command Center did not answer. Is it running?"))
        return self._wrong(fetched.status, fetched.content.decode("utf-8", "replace")[:300])

    # Files -----------------------------------------------------------------------------------

    def stylesheet(self, request: Request, name: str) -> Response:
        """One of the application's own."""
        path = settings.BASE_DIR / "static" / "css" / f"{name}.css"
        return _file(path, "text/css; charset=utf-8") if path.is_file() else self._gone()

    def own_file(self, request: Request, kind: str) -> Response:
        if kind == "css":
            return _file(STYLES, "text/css; charset=utf-8")
        return _file(SCRIPT, "text/javascript; charset=utf-8")

    # -----------------------------------------------------------------------------------------

    def _fetched(self, request: Request, name: str, number: str) -> Fetched | None:
        stored = self.store.get(name)
        address = Shown(stored).address(int(number)) if stored else ""
        return fetch(address, user_agent=request.user_agent) if address else None

    def _gone(self) -> Response:
        return self._wrong(404, _("There is no such message any more."))

    def _wrong(self, status: int, words: str) -> Response:
        return _page("sink/wrong.html", {"words": words}, status=status)


def _built(stored: Stored, form: Mapping[str, str]) -> bytes | None:
    """The chosen answer; None where the form says nothing that we know."""
    to = stored.envelope.recipients
    recipient = form["recipient"] if form.get("recipient") in to else to[0]
    original = Original(stored, recipient)
    text = form.get("text", "").strip()[:20_000]
    match form.get("kind"):
        case "reply":
            return answers.reply(original, text)
        case "out_of_office":
            return answers.out_of_office(original, text)
        case "bounce" if form.get("why") in REFUSALS:
            return answers.bounce(original, form["why"])
        case "complaint":
            return answers.complaint(original)
        case "delayed":
            return answers.delayed(original)
        case "delivered":
            return answers.delivered(original)
    return None


def _email_of(stored: Stored) -> Email | None:
    """The email that this message is a copy of; None for mail of the system and of others."""
    named = tokens.read(stored.header(settings.TOKEN_HEADER), tokens.Use.RETURN)
    try:
        return Email.objects.filter(pk=named.email_id).first() if named else None
    except DatabaseError:
        return None


def _returned(told: str) -> ReturnedMail | None:
    if not told.isdecimal() or len(told) > 18:
        return None
    return ReturnedMail.objects.select_related("email").filter(pk=int(told)).first()


def _page(template: str, context: Mapping[str, Any], status: int = 200) -> Response:
    told = {"base_url": settings.BASE_URL, **context}
    return Response(status, render_to_string(template, told).encode("utf-8", "replace"))


def _file(path: Path, content_type: str) -> Response:
    return Response(200, path.read_bytes(), content_type)


def close_connections() -> None:
    """Give back what a request took of the database."""
    connections.close_all()
