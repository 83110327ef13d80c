"""What the processes of a development machine are told: addresses, ports, secrets."""

import contextlib
import errno
import http.client
import os
import secrets
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from . import Refusal, say
from .processes import Child


class Held:
    """A port of this machine, kept from other programs until whom it is for is started."""

    def __init__(self, port: int) -> None:
        """`port`, or any with 0; raises OSError if another program has it."""
        self.sockets: list[socket.socket] = []
        self.port = port
        try:
            # `localhost` may mean ::1 to a browser: nobody else may have the port there either.
            self._hold(socket.AF_INET, "127.0.0.1")
            self._hold(socket.AF_INET6, "::1")
        except OSError:
            self.release()
            raise

    def _hold(self, family: socket.AddressFamily, host: str) -> None:
        try:
            self.sockets.append(socket.create_server((host, self.port), family=family))
        except OSError as error:
            if family == socket.AF_INET or error.errno == errno.EADDRINUSE:
                raise
            return  # no IPv6 here
        self.port = self.sockets[-1].getsockname()[1]

    def release(self) -> None:
        for each in self.sockets:
            each.close()


@dataclass(frozen=True)
class Ports:
    """Of the web pages, of the mail sink's SMTP server, of the mail sink's pages."""

    web: int
    smtp: int
    sink: int
    held: tuple[Held, ...] = ()

    def release(self) -> None:
        """Let those take them whom they are for."""
        for each in self.held:
            each.release()


@dataclass(frozen=True)
class Surroundings:
    """Folder, ports and the environment of one start."""

    folder: Path
    ports: Ports
    variables: dict[str, str]

    @property
    def base_url(self) -> str:
        return self.variables["BASE_URL"]

    @property
    def sink_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.sink}"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def ready(self) -> str:
        """The file that the worker makes when it takes jobs."""
        return str(self.folder / "worker.ready")

    def environment(self, **more: str) -> dict[str, str]:
        return self.variables | more

    def python(self, name: str, *arguments: str) -> Child:
        """A process of a Python module, with its own log."""
        log = self.logs / f"{name.replace(' ', '-')}.log"
        return Child(name, [sys.executable, "-m", *arguments], log=log)

    def command(self, name: str, *arguments: str) -> Child:
        """A process of one of our management commands."""
        return self.python(name, "django", *arguments)

    def signs_of_life(self) -> Iterator[tuple[Callable[[], bool], str]]:
        """Questions that are answered yes when a process is ready, with its name."""
        yield lambda: listens(self.ports.smtp) and listens(self.ports.sink), "the mail sink"
        yield lambda: web_answers(self.ports.web, self.base_url), "the web server"
        yield Path(self.ready).exists, "the worker"

    def sign_ins(self) -> list[str]:
        """Who can sign in to the demo, as `manage.py prepare` wrote it down."""
        try:
            return (self.folder / "sign-ins.txt").read_text().splitlines()
        except OSError:
            return []


def choose_ports(web: int, *, free: bool) -> Ports:
    """The usual ports, or the next ones where those are taken; any that are free with `free`."""
    usual = (0, 0, 0) if free else (web, 2525, 8025)
    held = tuple(next_free(port) for port in usual)
    for old, new in zip(usual, held, strict=True):
        if old not in {0, new.port}:
            say(f"  port {old} is taken by another program; {new.port} it is")
    pages, smtp, sink = held
    return Ports(pages.port, smtp.port, sink.port, held)


def next_free(port: int) -> Held:
    """`port` or one of the fifty after it; 0 means any."""
    for candidate in range(port, port + 50) if port else [0] * 50:
        with contextlib.suppress(OSError):
            return Held(candidate)
    raise Refusal(f"Ports {port} to {port + 49} are all taken. Choose another with --port.")


def listens(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody takes connections there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def web_answers(port: int, base_url: str) -> bool:
    """Whether /healthz of the web process says that all is well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": urlsplit(base_url).netloc})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def prepare_environment(folder: Path, ports: Ports) -> Surroundings:
    """The caller's environment, filled up with what development needs; theirs wins."""
    kept = {name: value for name, value in os.environ.items() if value}
    # Python is to keep what it has compiled: it halves the time to start.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    defaults = {
        "DJANGO_SETTINGS_MODULE": "commandcenter.settings",
        "DEBUG": "yes",
        "SECRET_KEY": secret_key(folder / "secret_key"),
        "BASE_URL": f"http://127.0.0.1:{ports.web}",
        "TRACKING_URL": f"http://localhost:{ports.web}",
        "SYSTEM_MAIL_URL": f"smtp://127.0.0.1:{ports.smtp}",
        "MAIL_SINK_PORT": str(ports.smtp),
        "PYTHONUNBUFFERED": "1",
    }
    around = Surroundings(folder, ports, defaults | kept | {"DATA_DIR": str(folder)})
    Path(around.ready).unlink(missing_ok=True)
    return around


def secret_key(path: Path) -> str:
    """Made once and kept, so that sessions and links outlive a restart."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()
