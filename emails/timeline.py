"""All that happened to one email, newest first: evidence, transitions and attempts in one list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.humanize.templatetags.humanize import ordinal
from django.template.defaultfilters import filesizeformat
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

from ui.moments import day

from .clients import client
from .copies import told_of
from .models import Attempt, Cause, Email, Event, Transition
from .reasons import word

# A long list says nothing more, and somebody's robot may have viewed an email ten thousand times.
LENGTH = 200

Kind = Event.Kind
# What somebody did with it: shown for itself even where it also moved the email.
SEEN = {Kind.OPEN, Kind.CLICK, Kind.REPLY, Kind.AUTO_REPLY, Kind.UNSUBSCRIBE}


@dataclass(frozen=True)
class Moment:
    """One line of the timeline. `title` may hold markup of ours; `more` is plain."""

    at: datetime
    icon: str
    title: str
    more: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Timeline:
    moments: list[Moment]
    earlier: int  # events that are not shown

    def __iter__(self) -> Iterator[Moment]:
        return iter(self.moments)


def timeline(email: Email) -> Timeline:
    """What happened to `email`, in three queries (two more if it is very long)."""
    transitions = list(email.transitions.select_related("by", "attempt__channel", "event__link"))
    events = list(email.events.select_related("link").newest_first()[: LENGTH + 1])
    earlier = email.events.count() - LENGTH if len(events) > LENGTH else 0
    told = {each.event_id for each in transitions} if not earlier else set()
    alone = [event for event in events[:LENGTH] if event.pk not in told or event.kind in SEEN]
    moments = [
        *_transitions(email, transitions),
        *_events(alone, _views_before(email, events[:LENGTH]) if earlier else 0),
        *_copies(email),
    ]
    return Timeline(sorted(moments, key=lambda moment: moment.at, reverse=True), earlier)


# Transitions ------------------------------------------------------------------------------------

_SIGNS = {
    Cause.CREATE: ("square-pen", ""),
    Cause.SCHEDULE: ("clock", "warn"),
    Cause.PULL_BACK: ("undo-2", ""),
    Cause.WITHDRAW: ("ban", ""),
    Cause.STOP: ("octagon-alert", "bad"),
    Cause.MARK: ("arrow-right", ""),
    Cause.DEFER: ("hourglass", "warn"),
    Cause.REFUSE: ("circle-x", "bad"),
    Cause.DOUBT: ("circle-alert", "warn"),
    Cause.ARRIVE: ("check", "ok"),
    Cause.BOUNCE: ("mail-x", "bad"),
    Cause.COMPLAIN: ("thumbs-down", "bad"),
    Cause.RETRY: ("refresh-cw", "warn"),
    Cause.RETRY_BOUNCE: ("refresh-cw", "warn"),
    Cause.RETRY_COMPLAINT: ("refresh-cw", "warn"),
    Cause.SEND_AGAIN: ("refresh-cw", "warn"),
    Cause.REOPEN: ("square-pen", ""),
    Cause.ARCHIVE: ("archive", ""),
    Cause.UNARCHIVE: ("archive-restore", ""),
    Cause.REMOVE: ("trash-2", ""),
    Cause.RESTORE: ("rotate-ccw", ""),
    Cause.SUCCEED: ("circle-check", "ok"),
    Cause.UNSUCCEED: ("circle-x", ""),
}


def _transitions(email: Email, transitions: Sequence[Transition]) -> Iterator[Moment]:
    """Each transition; the latest time that was set is named, as it still stands on the email."""
    latest = max((each.pk for each in transitions if each.cause == Cause.SCHEDULE), default=None)
    for each in transitions:
        icon, tone = _SIGNS.get(Cause(each.cause), ("circle-dot", ""))
        wall = _wall_time(email) if each.pk == latest and not email.at_once else ""
        title = _("Scheduled for %(when)s") % {"when": wall} if wall else _title(each)
        yield Moment(each.at, icon, title, _more(each), tone)


def _title(transition: Transition) -> str:
    cause = Cause(transition.cause)
    if cause == Cause.MARK and transition.attempt:
        return _("Handed to %(server)s") % {"server": transition.attempt.channel.host}
    if cause == Cause.ARRIVE and transition.event and transition.event.kind == Kind.WORD:
        return _("Said to have arrived")
    return str(cause.label)


def _wall_time(email: Email) -> str:
    if not email.send_wall:
        return ""
    zone = email.send_zone or "UTC"
    at = datetime.fromisoformat(email.send_wall).replace(tzinfo=ZoneInfo(zone))
    place = zone.rpartition("/")[2].replace("_", " ")
    return f"{day(at, weekday=True)} {date_format(at, 'H:i')} ({place})"


def _more(transition: Transition) -> str:
    cause = Cause(transition.cause)
    event = transition.event
    words = transition.server_words or (event.data.get("words", "") if event else "")
    if cause == Cause.MARK and transition.attempt:
        return _attempt(transition.attempt)
    if cause == Cause.DOUBT:  # the whole sentence stands above
        reason = word(str(transition.reason_values.get("because", ""))).sentence
    elif cause in {Cause.REMOVE, Cause.WITHDRAW} and transition.reason in {"", "deleted"}:
        reason = ""
    else:
        reason = word(transition.reason, transition.reason_values).sentence
    by = _("by %(who)s") % {"who": transition.by} if transition.by else ""
    return " · ".join(filter(None, [reason, _answer(event, words), by]))


def _answer(event: Event | None, words: str) -> str:
    """The server's answer as it gave it: code, status, words."""
    if event is None:
        return words
    parts = [str(event.data.get("code") or ""), str(event.data.get("status") or ""), words]
    return " ".join(filter(None, parts))


def _attempt(attempt: Attempt) -> str:
    parts = [_("attempt %(number)s") % {"number": attempt.number}] if attempt.number > 1 else []
    if attempt.bytes_sent:
        parts.append(_("%(size)s sent") % {"size": filesizeformat(attempt.bytes_sent)})
    if attempt.worker:
        parts.append(_("worker %(name)s") % {"name": attempt.worker})
    return " · ".join(parts)


# Evidence ---------------------------------------------------------------------------------------

_KINDS = {
    Kind.DELIVERED: ("check", "ok"),
    Kind.DELAY: ("hourglass", "warn"),
    Kind.OPEN: ("eye", ""),
    Kind.CLICK: ("mouse-pointer-click", "accent"),
    Kind.REPLY: ("reply", "ok"),
    Kind.AUTO_REPLY: ("bot", ""),
    Kind.BOUNCE: ("mail-x", "bad"),
    Kind.COMPLAINT: ("thumbs-down", "bad"),
    Kind.UNSUBSCRIBE: ("bell", "warn"),
    Kind.DOUBT: ("circle-alert", "warn"),
    Kind.DEFERRED: ("hourglass", "warn"),
    Kind.REFUSED: ("circle-x", "bad"),
}


def _views_before(email: Email, shown: Sequence[Event]) -> int:
    """How many counted views happened before those that are shown."""
    counted = email.events.filter(kind=Kind.OPEN, who=Event.Who.HUMAN)
    return counted.exclude(pk__in=[event.pk for event in shown]).count()


def _events(newest_first: Sequence[Event], views: int) -> Iterator[Moment]:
    """Each event by itself; counted views are numbered from the first."""
    for event in reversed(newest_first):
        counted = event.kind == Kind.OPEN and event.is_counted
        views += counted
        yield _event(event, views if counted else 0)


def moment_of(event: Event) -> Moment:
    """One event by itself, outside of its email's timeline."""
    return _event(event, 0)


def _event(event: Event, number: int) -> Moment:
    icon, tone = _KINDS.get(Kind(event.kind), ("circle-dot", ""))
    if event.kind in {Kind.OPEN, Kind.CLICK} and not event.is_counted:
        return Moment(event.at, _uncounted_icon(event), _uncounted(event), "", "quiet")
    return Moment(event.at, icon, _seen(event, number), _details(event), tone)


def _seen(event: Event, number: int) -> str:
    if event.kind == Kind.OPEN:
        if number > 1:
            return _("Viewed, %(ordinal)s time") % {"ordinal": ordinal(number)}
        return _("Viewed")
    if event.kind == Kind.CLICK:
        return (
            format_html(_("Clicked <strong>{}</strong>"), event.link)
            if event.link
            else _("Clicked")
        )
    if event.kind == Kind.AUTO_REPLY:
        return _("Automatic answer — not counted as a reply")
    sentences = {
        Kind.ACCEPTED: _("Accepted by the server"),
        Kind.DEFERRED: _("Refused for now"),
        Kind.REFUSED: _("Refused"),
        Kind.DOUBT: _("Connection lost"),
        Kind.DELIVERED: _("Delivered, says the recipient’s server"),
        Kind.DELAY: _("Delayed on its way; the servers go on trying"),
        Kind.REPLY: _("Replied"),
        Kind.BOUNCE: _("Bounced"),
        Kind.COMPLAINT: _("Reported as spam"),
        Kind.UNSUBSCRIBE: _("Unsubscribed"),
        Kind.WORD: _("Said to have arrived"),
    }
    return sentences[Kind(event.kind)]


def _uncounted_icon(event: Event) -> str:
    return "user" if event.who == Event.Who.OWN else "bot"


def _uncounted(event: Event) -> str:
    """A view or click that counts for nothing, and why."""
    click = event.kind == Kind.CLICK
    if event.who == Event.Who.OWN:
        return _("Clicked by you — not counted") if click else _("Viewed by you — not counted")
    if event.who == Event.Who.UNKNOWN:
        return _("Fetched by something that did not say what it is — not counted")
    via = Event.Via(event.via)
    if via == Event.Via.DIRECT:
        return (
            _("Clicked by a machine — not counted")
            if click
            else _("Opened by a machine — not counted")
        )
    told = {"via": via.label}
    if click:
        return _("Clicked by %(via)s — not counted") % told
    return _("Opened by %(via)s — not counted") % told


def _details(event: Event) -> str:
    data = event.data
    if event.kind in {Kind.OPEN, Kind.CLICK}:
        return " · ".join(
            filter(None, [data.get("place"), client(str(data.get("user_agent", "")))])
        )
    if event.kind in {Kind.REPLY, Kind.AUTO_REPLY}:
        said = " ".join(str(data.get("text") or data.get("subject") or "").split())
        return said[:200]
    reason = word(str(data.get("reason", ""))).sentence
    return " · ".join(filter(None, [reason, _answer(event, str(data.get("words", "")))]))


# Cc and Bcc -------------------------------------------------------------------------------------


def _copies(email: Email) -> Iterator[Moment]:
    """Copies that did not go out together with the email."""
    for told in told_of(email):
        icon, tone = ("check", "ok") if told.went_out else ("circle-alert", "warn")
        answer = " ".join(filter(None, [told.code, told.words]))
        yield Moment(told.at, icon, told.sentence, answer, tone)
