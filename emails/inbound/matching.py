"""Which email a message that came back is about: only what we signed or named ourselves counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..models import Attempt, Email
from ..tracking import tokens
from .origins import Origins

# A provider's name for a message is as good as ours only if nobody can guess it.
UNGUESSABLE = 20  # characters
# Amazon SES names a message without the domain that it then puts into its Message-ID.
_SES = ".amazonses.com"


@dataclass(frozen=True)
class Match:
    """An email, and the attempts that the message may be about; none if only the email is known."""

    email: Email
    attempts: Sequence[Attempt] = ()

    def attempt_at(self, moment: datetime) -> Attempt | None:
        """The latest of them that had begun at `moment`, else the first."""
        begun = [attempt for attempt in self.attempts if attempt.started_at <= moment]
        return begun[-1] if begun else next(iter(self.attempts), None)


def match(about: Origins) -> Match | None:
    """The email that `about` names; None if nothing in it was ours.

    First our token, wherever it came back (its signature is checked before anything is looked
    up), then the Message-ID that we or the provider gave, best first.
    """
    for text in [*about.tokens, *about.envelope_ids, *about.verp]:
        if found := _by_token(text):
            return found
    return _by_id(about.message_ids)


def _by_token(text: str) -> Match | None:
    named = tokens.read(text, tokens.Use.RETURN)
    email = Email.objects.filter(pk=named.email_id).first() if named else None
    if named is None or email is None:
        return None
    return Match(email, list(email.attempts.filter(number=named.number)))


def _by_id(ids: Sequence[str]) -> Match | None:
    names = list(dict.fromkeys(_names(ids)))
    sent = Attempt.objects.select_related("email").order_by("number")
    attempts = list(sent.filter(message_id__in=names))
    if not attempts:
        given = [name for name in names if len(name) >= UNGUESSABLE]
        attempts = list(sent.filter(provider_id__in=given).exclude(provider_id=""))
    if not attempts:
        return None
    best = min(attempts, key=lambda attempt: _place(attempt, names))
    same = [each for each in attempts if _message(each) == _message(best)]
    return Match(best.email, same)


def _place(attempt: Attempt, names: Sequence[str]) -> int:
    named = (attempt.message_id, attempt.provider_id)
    return min(place for place, name in enumerate(names) if name in named)


def _message(attempt: Attempt) -> tuple[int, str]:
    return attempt.email_id, attempt.message_id


def _names(ids: Sequence[str]) -> Iterable[str]:
    for name in ids:
        yield name
        local, _at, domain = name.rpartition("@")
        if domain.lower().endswith(_SES):
            yield local
