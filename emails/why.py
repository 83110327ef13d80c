"""Why an email is where it is, what it waits for and until when: one answer in one place."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from ui.moments import day

from .copies import told_of
from .folders import folder_of
from .models import Attempt, Cause, Channel, Email, Event, IllegalTransition, Outcome, Status
from .models.belonging import keeper_of
from .reasons import word

DAY = timedelta(days=1)


def why(email: Email) -> str:
    """The sentence (rarely two) that says why `email` is where it is, in the running language and
    time zone. Asks the database only what the row does not tell."""
    if email.removed_at:
        return _in_trash(email)
    return _ANSWERS[Status(email.status)](email)


def why_not(refused: IllegalTransition) -> str:
    """What to say to somebody who asked for a transition that is not possible (any more)."""
    email = refused.email
    if refused.words:
        return refused.words
    if email.removed_at:
        return _("“%(subject)s” is in the trash, so that is not possible.") % {
            "subject": email.subject
        }
    if email.is_unconfirmed:
        return _(
            "“%(subject)s” may have arrived. Choose “Send again” or “It arrived” on the email"
            " itself."
        ) % {"subject": email.subject}
    if email.is_held and refused.cause in {Cause.SCHEDULE, Cause.MARK}:
        return held_because(email)
    if told := _success_is_settled(refused):
        return told
    return _("“%(subject)s” is in %(folder)s now, so that is not possible any more.") % {
        "subject": email.subject,
        "folder": folder_of(email).label,
    }


def held_because(email: Email) -> str:
    """What an email that is on hold is part of, and that this is paused."""
    if email.bulk_id:
        return _("It belongs to a bulk email that is paused.")
    return keeper_of(email).held(email) or _("It is on hold: what it is part of is paused.")


def _success_is_settled(refused: IllegalTransition) -> str:
    """That it is marked already, or not any more; "" where something else was asked."""
    told = {"subject": refused.email.subject}
    if refused.cause == Cause.SUCCEED and refused.email.succeeded_at:
        return _("“%(subject)s” is marked as a success already.") % told
    if refused.cause == Cause.UNSUCCEED and not refused.email.succeeded_at:
        return _("“%(subject)s” is not marked as a success.") % told
    return ""


def point(moment: datetime, zone: ZoneInfo | None = None) -> str:
    """A moment as it stands in a sentence: “at 10:45”, “tomorrow at 08:15”, “on Fri 20 Nov at
    08:15”; in `zone`, else in the running one."""
    local = timezone.localtime(moment, zone)
    days = (local.date() - timezone.localdate(timezone=zone)).days
    told = {"time": date_format(local, "H:i"), "day": day(local, weekday=True)}
    if days == 0:
        return pgettext("moment", "at %(time)s") % told
    if days == 1:
        return pgettext("moment", "tomorrow at %(time)s") % told
    if days == -1:
        return pgettext("moment", "yesterday at %(time)s") % told
    if local.year != timezone.localdate().year:
        told["day"] = day(local, year=True)
    return pgettext("moment", "on %(day)s at %(time)s") % told


# In each folder ---------------------------------------------------------------------------------


def _in_trash(email: Email) -> str:
    assert email.removed_at
    told = {
        "when": point(email.removed_at),
        "until": date_format(timezone.localtime(email.removed_at + Email.KEPT_IN_TRASH), "j F"),
    }
    if email.removed_because in {"", "deleted"}:
        return _("Deleted %(when)s. It can be restored until %(until)s.") % told
    return _("Taken out %(when)s: %(reason)s It can be restored until %(until)s.") % (
        told | {"reason": word(email.removed_because, email.reason_values).sentence}
    )


def _draft(email: Email) -> str:
    if email.identity is None:
        return _("A draft: choose who it is from, then send or schedule it.")
    if not email.identity.is_verified:
        return _("A draft: it cannot be sent before the address %(address)s is verified.") % {
            "address": email.identity.address
        }
    return _("A draft: it goes out when you send or schedule it.")


def _scheduled(email: Email) -> str:
    assert email.send_at and email.channel
    if email.on_hold:
        return held_because(email)
    now = timezone.now()
    if email.send_at > now:
        return _not_due(email, now)
    return (
        _channel_is_closed(email.channel)
        or _being_prepared(email, now)
        or _day_is_full(email)
        or _minute_is_full(email.channel)
        or _("Its time has come: it goes out as soon as a worker takes it.")
    )


def _not_due(email: Email, now: datetime) -> str:
    assert email.send_at and email.channel
    if email.deferrals:
        return _put_off(email)
    if email.at_once:
        seconds = max(1, round((email.send_at - now).total_seconds()))
        return ngettext(
            "Goes out in %(count)s second; until then you can undo it.",
            "Goes out in %(count)s seconds; until then you can undo it.",
            seconds,
        ) % {"count": seconds}
    if closed := _channel_is_closed(email.channel, at=email.send_at):
        return _("Its time comes %(when)s. %(but)s") % {
            "when": _in_its_zone(email),
            "but": closed,
        }
    when = _in_its_zone(email)
    own = keeper_of(email).waits(email, when)
    return own or _("Waits for its time: it goes out %(when)s.") % {"when": when}


def _put_off(email: Email) -> str:
    assert email.send_at
    return ngettext(
        "The server refused it for now: %(reason)s It is tried again %(when)s.",
        "The server has refused it for now %(count)s times: %(reason)s It is tried again %(when)s.",
        email.deferrals,
    ) % {
        "count": email.deferrals,
        "reason": word(email.reason, email.reason_values).sentence,
        "when": point(email.send_at),
    }


def _in_its_zone(email: Email) -> str:
    """When it goes in the reader's own time, and in the zone that was meant where that differs."""
    assert email.send_at
    own = point(email.send_at)
    if not email.send_zone:
        return own
    zone = ZoneInfo(email.send_zone)
    here = timezone.get_current_timezone()
    if email.send_at.astimezone(zone).utcoffset() == email.send_at.astimezone(here).utcoffset():
        return own
    return _("%(when)s your time (%(there)s in %(zone)s)") % {
        "when": own,
        "there": date_format(timezone.localtime(email.send_at, zone), "H:i"),
        "zone": email.send_zone.rpartition("/")[2].replace("_", " "),
    }


def _channel_is_closed(channel: Channel, at: datetime | None = None) -> str:
    """What keeps the channel from sending now, or at a later moment; "" if nothing does."""
    if channel.paused:
        return _("The channel “%(channel)s” is paused: nothing goes out until it is resumed.") % {
            "channel": channel
        }
    if channel.held_until and channel.is_held and not (at and at > channel.held_until):
        return _(
            "The channel “%(channel)s” is held after a fault: %(reason)s It is tried again"
            " %(when)s."
        ) % {
            "channel": channel,
            "reason": word(channel.reason).sentence,
            "when": point(channel.held_until),
        }
    return ""


def _being_prepared(email: Email, now: datetime) -> str:
    if email.lease_until and email.lease_until > now:
        return _("A worker has it and hands it over in a moment.")
    return ""


def _day_is_full(email: Email) -> str:
    """The day's limit counts 24 hours back: there is room when the oldest of them is a day old."""
    limit = settings.LIMITS["EMAILS_PER_DAY"]
    newest = email.owner.attempts.of_today().order_by("-started_at")
    oldest = newest.values_list("started_at", flat=True)[limit - 1 : limit].first()
    if oldest is None:
        return ""
    return _("%(reason)s It goes out %(when)s.") % {
        "reason": word("limit_day", {"limit": limit}).sentence,
        "when": point(oldest + DAY),
    }


def _minute_is_full(channel: Channel) -> str:
    if not channel.per_minute:
        return ""
    if Attempt.objects.of_minute(channel).count() < channel.per_minute:
        return ""
    return _("%(reason)s It goes out as soon as it is its turn.") % {
        "reason": word("limit_minute", {"limit": channel.per_minute}).sentence
    }


def _in_progress(email: Email) -> str:
    assert email.channel and email.lease_until
    return _("Is being handed to %(server)s; that is known %(when)s at the latest.") % {
        "server": email.channel.host,
        "when": point(email.lease_until),
    }


def _delivered(email: Email) -> str:
    return " ".join([_taken(email), *_copies(email)])


def _taken(email: Email) -> str:
    moment = email.delivered_at or email.moved_at
    arrived = email.transitions.filter(to_status=Status.DELIVERED).exclude(event=None)
    event = next((each.event for each in arrived.select_related("event").order_by("-pk")[:1]), None)
    told = {"when": point(moment), "who": email.recipient}
    if event is None or event.kind in {Event.Kind.ACCEPTED, Event.Kind.DELIVERED}:
        return _("The recipient’s mail server took it %(when)s.") % told
    if event.kind == Event.Kind.WORD:
        return _("It was unconfirmed; somebody of your team said %(when)s that it arrived.") % told
    return _("It was unconfirmed until %(who)s showed %(when)s that it arrived.") % told


def _copies(email: Email) -> Iterator[str]:
    """A sentence for each Cc and Bcc that the server has not taken while it took the email."""
    for told in told_of(email):
        if told.went_out:
            continue
        sentence = f"{told.sentence}: “{told.words}”" if told.words else f"{told.sentence}."
        if told.next_try:
            sentence += " " + _("It is tried again %(when)s.") % {"when": point(told.next_try)}
        yield sentence


def _archived(email: Email) -> str:
    return _("Archived %(when)s: views and clicks are not recorded any more.") % {
        "when": point(email.archived_at or email.moved_at)
    }


def _failed(email: Email) -> str:
    if email.is_unconfirmed:
        return _unconfirmed(email)
    reason = word(email.reason, email.reason_values).sentence
    return reason or _("It could not be sent, and nothing more is known.")


def _unconfirmed(email: Email) -> str:
    told = {
        "server": email.channel.host if email.channel else "",
        "who": email.recipient,
        "reason": word(str(email.reason_values.get("because", ""))).sentence,
    }
    return (
        _(
            "The message was on its way to %(server)s and no answer came that settles it."
            " %(reason)s It may have arrived, and it was not sent a second time. If %(who)s views,"
            " clicks or replies, it moves to Delivered by itself."
        )
        % told
    ).replace("  ", " ")


def _bounced(email: Email) -> str:
    reason = word(email.reason, email.reason_values).sentence
    return _("The recipient’s mail server did not take it. %(reason)s") % {"reason": reason}


def _spam(email: Email) -> str:
    return _(
        "The recipient reported it as spam %(when)s. The address is not written to any more."
    ) % {"when": point(email.moved_at)}


_ANSWERS = {
    Status.DRAFT: _draft,
    Status.SCHEDULED: _scheduled,
    Status.IN_PROGRESS: _in_progress,
    Status.DELIVERED: _delivered,
    Status.ARCHIVED: _archived,
    Status.FAILED: _failed,
    Status.BOUNCED: _bounced,
    Status.SPAM: _spam,
}


def last_words(email: Email) -> str:
    """The server's own words beside the reason, as far as any are known."""
    if email.server_words:
        return email.server_words
    if email.status == Status.SCHEDULED and email.channel and not email.channel.is_open:
        return email.channel.server_words
    if email.status in {Status.DELIVERED, Status.ARCHIVED}:
        arrived = email.attempts.filter(outcome__gte=Outcome.ARRIVED).last()
        return arrived.server_words if arrived else ""
    return ""
