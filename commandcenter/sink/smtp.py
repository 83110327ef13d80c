"""The sink's SMTP side: it says yes to everything."""

import asyncio
import re
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from aiosmtpd.smtp import Envelope as Session

from .store import Envelope, Store

BIGGEST = 60 * 1024 * 1024  # bytes
_XTEXT = re.compile(r"\+([0-9A-Fa-f]{2})")  # RFC 3461, section 4


class Server(SMTP):
    """With the parameters of RFC 3461, which aiosmtpd does not know, kept as they were given."""

    async def smtp_MAIL(self, arg: str | None) -> None:
        rest, told = _without(arg, {"ENVID", "RET"})
        await super().smtp_MAIL(rest)
        _of(self.envelope)["envid"] = told.get("ENVID", "")

    async def smtp_RCPT(self, arg: str | None) -> None:
        rest, told = _without(arg, {"ORCPT", "NOTIFY"})
        before = len(self.envelope.rcpt_tos) if self.envelope else 0
        await super().smtp_RCPT(rest)
        if self.envelope and len(self.envelope.rcpt_tos) > before and "ORCPT" in told:
            _of(self.envelope)["orcpt"][self.envelope.rcpt_tos[-1]] = told["ORCPT"]


class Handler:
    """What is done with what comes in."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def handle_EHLO(
        self, server: SMTP, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-DSN", responses[-1]]

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Session) -> str:
        told = _of(envelope)
        sender = "" if envelope.mail_from in (None, "<>") else str(envelope.mail_from)
        kept = Envelope(sender, list(envelope.rcpt_tos), told["envid"], told["orcpt"])
        raw = envelope.original_content or b""
        name = await asyncio.get_running_loop().run_in_executor(None, self.store.save, kept, raw)
        return f"250 2.0.0 Ok: queued as {name}"


class SinkController(Controller):
    """Runs the server in a thread of its own, on this machine's loopback address alone."""

    def __init__(self, store: Store, port: int) -> None:
        super().__init__(
            Handler(store),
            hostname="127.0.0.1",
            port=port,
            ident="Command Center's mail sink",
            server_hostname="sink.example",
            data_size_limit=BIGGEST,
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=lambda *_: AuthResult(success=True),
            command_call_limit=1_000_000,
        )

    def factory(self) -> SMTP:
        return Server(self.handler, **self.SMTP_kwargs)


def _of(envelope: Session | None) -> dict[str, Any]:
    """Where what RFC 3461 adds is kept with an envelope until its message comes."""
    if not hasattr(envelope, "dsn"):
        envelope.dsn = {"envid": "", "orcpt": {}}  # type: ignore[union-attr]
    return envelope.dsn  # type: ignore[union-attr]


def _without(arg: str | None, names: set[str]) -> tuple[str | None, dict[str, str]]:
    """A command's argument without the parameters called `names`, and their decoded values."""
    kept, told = [], {}
    for word in (arg or "").split(" "):
        name, sign, value = word.partition("=")
        if sign and name.upper() in names:
            told[name.upper()] = _XTEXT.sub(lambda match: chr(int(match[1], 16)), value)
        else:
            kept.append(word)
    return (None if arg is None else " ".join(kept)), told
