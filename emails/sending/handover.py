"""One message over one open connection: MAIL, RCPT, DATA, body, dot, answer (RFC 5321, 3.3).

The rule that all else serves: whoever reads the answer knows whether somebody may have the message. Until the final
dot nobody has it. From the moment the dot is written only a well-formed 2xx, 4xx or 5xx says.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from .addresses import BadAddress, wired
from .answers import Answer, Break, ChannelFault, Fault, Outcome, Reply, Stage, Verdict
from .wire import Closing, DeadlinePassed, Garbled, Lost, Wire

Observer = Callable[[Stage], object]
XTEXT_SAFE = frozenset(range(33, 127)) - {ord("+"), ord("=")}
BARE_END = re.compile(rb"\r\n|\r|\n")
# What no server needs to be asked, so without a code (553 5.6.7, 553 5.1.3 and 554 5.6.3 would be theirs).
NOT_OFFERED = Verdict(Outcome.REFUSED, reason=Break.NOT_OFFERED.value)
BAD_ADDRESS = Verdict(Outcome.REFUSED, reason="bad_address")


class Stale(Exception):
    """A connection that had been used before turned out to be over when the next message began."""


class _Ended(Exception):
    """The transaction ended early with this verdict on To."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict


@dataclass(frozen=True, slots=True)
class Letter:
    """A message with its envelope, checked. `recipients` are To and then the copies, as the caller wrote them."""

    sender: str
    recipients: Sequence[str]
    data: bytes
    envid: str = ""
    ret: str = "HDRS"

    @classmethod
    def sealed(
        cls, sender: str, recipients: Sequence[str], data: bytes, envid: str, ret: str
    ) -> "Letter":
        """Raises ValueError for no recipients, a sender that is none, an ENVID that is too long.

        A recipient that is no address is refused in the answer instead: an email may be In Progress already. A sender
        of "" is the null path.
        """
        recipients = list(dict.fromkeys(recipients))
        if not recipients or len(xtext(envid)) > 100 or ret not in {"HDRS", "FULL"}:
            raise ValueError(
                "a letter needs a recipient, and an ENVID has at most 100 characters (RFC 3461, 4.4)"
            )
        if sender:
            wired(sender, utf8=True)
        # A line end that only one of two servers takes for one lets a second message be smuggled in.
        if data.count(b"\r\n") != data.count(b"\n") or data.count(b"\r\n") != data.count(b"\r"):
            data = BARE_END.sub(b"\r\n", data)
        return cls(
            sender, recipients, data if data.endswith(b"\r\n") else data + b"\r\n", envid, ret
        )


class Handover:
    """One transaction. Use it once: `run()`."""

    def __init__(
        self, wire: Wire, letter: Letter, *, dot_by: float, reused: bool, observer: Observer
    ) -> None:
        self.wire = wire
        self.letter = letter
        self.dot_by = dot_by
        self.reused = reused
        self.observer = observer
        self.stage = Stage.MAIL
        self.dot_written = False
        self.message_begins: int | None = None
        self.copies: dict[str, Verdict] = {}

    def run(self) -> Answer:
        """Raises ChannelFault, and Stale if a reused connection was over before anything began."""
        try:
            self._mail()
            self._recipients()
            self._body()
            return self._answer(Verdict.on(self._dot(), self.stage))
        except _Ended as end:
            return self._answer(end.verdict)
        except (Lost, DeadlinePassed, Garbled, Closing) as error:
            self.wire.close()
            return self._cut_off(error)

    def _mail(self) -> None:
        self._enter(Stage.MAIL)
        sender = wired(self.letter.sender, utf8=True) if self.letter.sender else ""
        reply = self._command(f"MAIL FROM:<{sender}>{self._mail_options(sender)}")
        if reply.code < 400:
            return
        # The one refusal here that is about the message: its size (RFC 1870, 6.1).
        if reply.enhanced.endswith(".3.4") or (reply.code == 552 and "size" in reply.words.lower()):
            raise _Ended(Verdict.on(reply, self.stage))
        raise ChannelFault.said(_fault_at_mail(reply), Stage.MAIL, reply)

    def _mail_options(self, sender: str) -> str:
        letter, offers = self.letter, self.wire.has_extn
        options = []
        if offers("size"):
            options.append(f"SIZE={len(letter.data)}")
        if not letter.data.isascii():
            if not offers("8bitmime"):
                raise _Ended(NOT_OFFERED)
            options.append("BODY=8BITMIME")
        if offers("dsn"):
            options.append(f"RET={letter.ret}")
            if letter.envid:
                options.append(f"ENVID={xtext(letter.envid)}")
        if offers("smtputf8") and not all(
            map(str.isascii, map(_local_part, [sender, *letter.recipients]))
        ):
            self.wire.command_encoding = "utf-8"
            options.append("SMTPUTF8")
        return "".join(f" {option}" for option in options)

    def _recipients(self) -> None:
        to, *copies = self.letter.recipients
        self._enter(Stage.RCPT)
        verdict = self._recipient(to)
        if verdict.outcome is not Outcome.ACCEPTED:
            raise _Ended(verdict)
        for copy in copies:
            self.copies[copy] = self._recipient(copy)

    def _recipient(self, address: str) -> Verdict:
        if not _local_part(address).isascii() and not self.wire.has_extn("smtputf8"):
            return NOT_OFFERED
        try:
            target = wired(address, utf8=True)
        except BadAddress:
            return BAD_ADDRESS
        options = ""
        if self.wire.has_extn("dsn"):
            options = " NOTIFY=FAILURE,DELAY"
            if target.isascii():
                options += f" ORCPT=rfc822;{xtext(target)}"
        return Verdict.on(self._command(f"RCPT TO:<{target}>{options}"), self.stage)

    def _body(self) -> None:
        self._enter(Stage.DATA)
        reply = self._command("DATA", expected=354)
        if reply.code != 354:
            raise _Ended(Verdict.on(reply, self.stage))
        self._enter(Stage.BODY)
        self.message_begins = self.wire.sent
        data = self.letter.data.replace(b"\r\n.", b"\r\n..")  # RFC 5321, 4.5.2
        self.wire.send(b"." + data if data.startswith(b".") else data)

    def _dot(self) -> Reply:
        """Write the final dot, unless it is too late or the server has meanwhile hung up, and read the answer."""
        self._enter(Stage.DOT)
        self.wire.listen()
        self.wire.left()
        if time.monotonic() >= self.dot_by:
            self.wire.close()
            raise DeadlinePassed("too late for the final dot")
        self.dot_written = True
        self.wire.send(b".\r\n")
        self._enter(Stage.ANSWER)
        text: bytes | str
        try:
            code, text = self.wire.getreply()
        except Closing as closing:  # after the dot a 421 is a refusal for now like any other 4xx
            code, text = closing.smtp_code, closing.smtp_error
        if 300 <= code < 400:
            raise Garbled(f"{code} after the final dot")
        return self._unless_quota(Reply.read(code, text))

    def _cut_off(self, error: Exception) -> Answer:
        """No verdict came. Before the dot that means: nobody has it. After the dot it means nothing."""
        if isinstance(error, Lost | Closing) and self.stage is Stage.MAIL and self.reused:
            raise Stale from error
        if isinstance(error, Closing):
            said = Reply.read(421, error.smtp_error)
            raise ChannelFault.said(Fault.CLOSING, self.stage, said) from error
        breaks: dict[type[Exception], Break] = {DeadlinePassed: Break.LATE, Garbled: Break.GARBLED}
        why = breaks.get(type(error), Break.LOST)
        words = Reply.read(0, str(error)) if isinstance(error, Garbled) else Reply()
        return self._answer(
            Verdict(Outcome.DOUBT if self.dot_written else Outcome.DEFERRED, words, why.value)
        )

    def _answer(self, verdict: Verdict) -> Answer:
        """The answer, once it is known what became of the message. Copies taken at RCPT share its fate."""
        shared = verdict
        if (
            verdict.outcome is Outcome.REFUSED_ADDRESS
        ):  # whose address it means, only To can be asked
            shared = replace(verdict, outcome=Outcome.REFUSED, address_is_bad=False)
        copies = {
            copy: shared if v.outcome is Outcome.ACCEPTED else v for copy, v in self.copies.items()
        }
        sent = 0 if self.message_begins is None else self.wire.sent - self.message_begins
        return Answer(self.letter.recipients[0], verdict, self.stage, copies, sent)

    def _command(self, line: str, expected: int = 250) -> Reply:
        """The reply to one command, which is a success of the expected kind, a 4xx or a 5xx."""
        self.wire.listen()
        code, text = self.wire.docmd(line)
        if code < 400 and code // 100 != expected // 100:
            raise Garbled(f"{code} after {line[:4]}")
        return self._unless_quota(Reply.read(code, text))

    def _unless_quota(self, reply: Reply) -> Reply:
        if reply.is_our_quota:
            raise ChannelFault.said(Fault.QUOTA, self.stage, reply)
        return reply

    def _enter(self, stage: Stage) -> None:
        self.stage = stage
        self.observer(stage)


def xtext(text: str) -> str:
    """RFC 3461, 4: printable ASCII, the rest as +XX."""
    return "".join(chr(byte) if byte in XTEXT_SAFE else f"+{byte:02X}" for byte in text.encode())


def _local_part(address: str) -> str:
    return address.rpartition("@")[0]


def _fault_at_mail(reply: Reply) -> Fault:
    words = reply.words.lower()
    if reply.code in {530, 538} or reply.enhanced in {"5.7.0", "5.7.11"}:
        return Fault.TLS_NEEDED if "tls" in words or "encrypt" in words else Fault.SIGN_IN_NEEDED
    return Fault.SENDER if reply.code >= 500 else Fault.SENDER_LATER
