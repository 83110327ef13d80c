"""The sink's pages over HTTP, for this machine's browsers and nobody else."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import structlog
from django.utils import translation
from django.utils.translation import trans_real

from .pages import Pages, Request, Response, close_connections
from .store import Store

log = structlog.get_logger(__name__)

MOST_FORM = 200_000  # bytes
USUAL_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
        " img-src 'self' data:; frame-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    # Not "no-referrer": with that a browser tells no origin with our own forms either.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Web(ThreadingHTTPServer):
    """On 127.0.0.1 alone. Asked under another name it refuses: some site has rebound its own."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, store: Store, port: int) -> None:
        self.pages = Pages(store)
        super().__init__(("127.0.0.1", port), Handler)
        self.names = {f"{host}:{self.server_port}" for host in ("127.0.0.1", "localhost")}

    def server_bind(self) -> None:
        """Without http.server's question to DNS for our own name, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.socket.getsockname()[1]


class Handler(BaseHTTPRequestHandler):
    """From HTTP to Pages and back."""

    server: Web
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MOST_FORM:
            self.close_connection = True
            return self._write(Response(413, b"Too large.", "text/plain"))
        body = self.rfile.read(int(length)).decode("utf-8", "replace")
        if not self._is_from_here():
            return self._write(Response(403, b"Only from its own pages.", "text/plain"))
        return self._answer(dict(parse_qsl(body, keep_blank_values=True)))

    def _answer(self, form: dict[str, str]) -> None:
        if self.headers.get("Host", "") not in self.server.names:
            return self._write(Response(421, b"Not under this name.", "text/plain"))
        parts = urlsplit(self.path)
        request = Request(
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            form=form,
            user_agent=self.headers.get("User-Agent", "")[:400],
            is_post=self.command == "POST",
        )
        with translation.override(self._language()):
            response = self._respond(request)
        return self._write(response)

    def _respond(self, request: Request) -> Response:
        try:
            return self.server.pages.respond(request)
        except Exception:
            log.exception("page of the sink failed", path=request.path)
            return Response(500, b"Something went wrong; see the log.", "text/plain")
        finally:
            close_connections()

    def _is_from_here(self) -> bool:
        """Whether a form was sent from one of our own pages, and from no other site."""
        origin = self.headers.get("Origin")
        if origin is None:
            return self.headers.get("Sec-Fetch-Site") == "same-origin"
        return origin == f"http://{self.headers.get('Host', '')}"

    def _language(self) -> str:
        for code, _weight in trans_real.parse_accept_lang_header(
            self.headers.get("Accept-Language", "").lower()
        ):
            try:
                return translation.get_supported_language_variant(code)
            except LookupError:
                continue
        return "en"

    def _write(self, response: Response) -> None:
        self.send_response(response.status)
        content = {
            "Content-Type": response.content_type,
            "Content-Length": str(len(response.content)),
        }
        for name, value in (USUAL_HEADERS | content | dict(response.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(response.content)

    def log_message(self, *args: Any) -> None:
        """Silent: what matters is in the log already."""
