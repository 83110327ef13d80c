"""What a stored reason says: a sentence, and the few words that stand on a row.

Reasons are kept as a code with values, so that the same row reads in every language and better
words reach old emails too. A code that nobody knows any more is shown as it is.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prospects.models import Suppression

from .fields import Problem, named
from .refusals import Reason as Refused
from .sending.answers import Break, Fault

Words = str | Promise
Values = Mapping[str, Any]


class Worded(NamedTuple):
    """A reason as screens show it; `tone` is that of its tag."""

    sentence: str
    label: str
    tone: str


class Rule(NamedTuple):
    sentence: Words
    label: Words
    tone: str = "bad"


class _Known(dict[str, Any]):
    """Values for a sentence; one that was not stored reads as “…” instead of an error."""

    def __missing__(self, key: str) -> str:
        return "…"


# What our own checks and the pipeline say.
OWN = {
    "unconfirmed": Rule(
        gettext_lazy(
            "The message was on its way and the server’s answer never came. It may have arrived."
            " It was not sent a second time."
        ),
        gettext_lazy("Unconfirmed"),
        "warn",
    ),
    "tried_long_enough": Rule(
        gettext_lazy("The recipient’s server put it off for three days; it was given up then."),
        gettext_lazy("Given up"),
    ),
    "suppressed": Rule(
        gettext_lazy("%(address)s must not be mailed: %(because)s."),
        gettext_lazy("Not to be mailed"),
        "",
    ),
    "too_late": Rule(
        gettext_lazy(
            "Nothing could send it for longer than an email may wait unattended, so it was not"
            " sent late without asking you."
        ),
        gettext_lazy("Too late"),
        "warn",
    ),
    "could_not_be_prepared": Rule(
        gettext_lazy(
            "Preparing it broke down three times, so it was set aside before it could hold up"
            " others."
        ),
        gettext_lazy("Could not be prepared"),
    ),
    "could_not_be_built": Rule(
        gettext_lazy("No message could be made of it: %(words)s."),
        gettext_lazy("Could not be built"),
    ),
    "bad_address": Rule(
        gettext_lazy("“%(address)s” is no address that mail can be sent to."),
        gettext_lazy("Wrong address"),
    ),
    "missing_field": Rule(
        gettext_lazy("%(fields)s: empty for %(person)s, and there is no default."),
        gettext_lazy("Missing field"),
        "warn",
    ),
    "prompt_left": Rule(
        gettext_lazy("It still asks you to write something: “%(prompt)s”."),
        gettext_lazy("Prompt left"),
        "warn",
    ),
    "limit_day": Rule(
        gettext_lazy("The day’s limit of %(limit)s emails is reached."),
        gettext_lazy("Day’s limit"),
        "warn",
    ),
    "limit_minute": Rule(
        gettext_lazy("The channel sends %(limit)s emails a minute."),
        gettext_lazy("Throttled"),
        "warn",
    ),
    "refused": Rule(gettext_lazy("The server refused it."), gettext_lazy("Refused")),
    "lease_over": Rule(
        gettext_lazy("Its worker disappeared while handing it over."),
        gettext_lazy("Unconfirmed"),
        "warn",
    ),
    "restored": Rule(
        gettext_lazy(
            "The database was restored from a backup, and what happened after that backup is not"
            " known."
        ),
        gettext_lazy("After a restore"),
        "warn",
    ),
    "deleted": Rule(gettext_lazy("Somebody deleted it."), gettext_lazy("Deleted"), ""),
    "bulk_cancelled": Rule(
        gettext_lazy("The bulk email was cancelled before its turn came."),
        gettext_lazy("Cancelled"),
        "",
    ),
    "campaign_replied": Rule(gettext_lazy("The person replied."), gettext_lazy("Replied"), ""),
    "campaign_bounced": Rule(
        gettext_lazy("An earlier email of the campaign bounced."), gettext_lazy("Bounced"), ""
    ),
    "campaign_complained": Rule(
        gettext_lazy("The person reported an email as spam."), gettext_lazy("Spam"), ""
    ),
    "campaign_unsubscribed": Rule(
        gettext_lazy("The person must not be mailed any more."), gettext_lazy("Unsubscribed"), ""
    ),
    "campaign_removed": Rule(
        gettext_lazy("The person was removed from the campaign."), gettext_lazy("Removed"), ""
    ),
    "campaign_stopped": Rule(
        gettext_lazy("The campaign was stopped."), gettext_lazy("Stopped"), ""
    ),
    "campaign_skipped": Rule(
        gettext_lazy("This step of the campaign was skipped for the person."),
        gettext_lazy("Skipped"),
        "",
    ),
    "campaign_step_removed": Rule(
        gettext_lazy("This step was deleted from the campaign."), gettext_lazy("Step deleted"), ""
    ),
    "campaign_step_changed": Rule(
        gettext_lazy("A rep writes the email of this step now."), gettext_lazy("Step changed"), ""
    ),
    "person_deleted": Rule(
        gettext_lazy("The person was deleted before it was sent."), gettext_lazy("Deleted"), ""
    ),
    "already_on_the_list": Rule(
        gettext_lazy("Somebody else on the list has the same address by now."),
        gettext_lazy("On the list twice"),
        "",
    ),
    "channel_paused": Rule(
        gettext_lazy("The channel is paused."), gettext_lazy("Channel paused"), "warn"
    ),
    "channel_leaving_doubt": Rule(
        gettext_lazy("The connection was lost after several emails in a row, without an answer."),
        gettext_lazy("No answers"),
        "warn",
    ),
    "channel_refusing": Rule(
        gettext_lazy("The server refused several emails in a row."),
        gettext_lazy("Server refuses"),
        "warn",
    ),
}

# The few words on a row for what servers say; their sentences stand with the codes themselves.
SHORT = {
    Refused.NO_SUCH_MAILBOX: gettext_lazy("No such mailbox"),
    Refused.NO_SUCH_HOST: gettext_lazy("No such domain"),
    Refused.INACTIVE: gettext_lazy("Mailbox inactive"),
    Refused.MAILBOX_FULL: gettext_lazy("Mailbox full"),
    Refused.RESTRICTED: gettext_lazy("Restricted recipient"),
    Refused.TOO_BIG: gettext_lazy("Too big"),
    Refused.CONTENT: gettext_lazy("Content refused"),
    Refused.SPAM: gettext_lazy("Taken for spam"),
    Refused.POLICY: gettext_lazy("Refused by policy"),
    Refused.BLOCKED: gettext_lazy("Server blocked"),
    Refused.AUTH: gettext_lazy("Not authenticated"),
    Refused.SENDER: gettext_lazy("Sender not allowed"),
    Refused.RELAYING: gettext_lazy("No relaying"),
    Refused.RATE_LIMITED: gettext_lazy("Too much mail"),
    Refused.EXPIRED: gettext_lazy("Server gave up"),
    Refused.NETWORK: gettext_lazy("Server unreachable"),
    Refused.SYSTEM: gettext_lazy("Fault at their server"),
    Refused.UNKNOWN: gettext_lazy("Refused"),
    Break.LOST: gettext_lazy("Connection lost"),
    Break.LATE: gettext_lazy("Took too long"),
    Break.GARBLED: gettext_lazy("Unreadable answer"),
    Break.NOT_OFFERED: gettext_lazy("Server cannot carry it"),
}
# The few words on a row that was stopped because somebody must not be mailed, by the reason for that.
SUPPRESSED: dict[str, Words] = {
    Suppression.Reason.UNSUBSCRIBED: gettext_lazy("Unsubscribed"),
    Suppression.Reason.BLOCKED: gettext_lazy("Blocked"),
}
# What leaves open whether it went: doubt rather than refusal.
DOUBTFUL = {Break.LOST, Break.LATE, Break.GARBLED}


def word(code: str, values: Values | None = None) -> Worded:
    """`code` with its `values` in the running language; an empty code has no words. Never raises."""
    if not code:
        return Worded("", "", "")
    rule = OWN.get(code) or _of_servers(code) or _of_channels(code)
    if rule is None:
        return Worded(code, capfirst(code.replace("_", " ")), "bad")
    label = rule.label
    if code == "suppressed":
        label = SUPPRESSED.get(str((values or {}).get("because")), label)
    return Worded(_filled(rule.sentence, code, values or {}), str(label), rule.tone)


def _of_servers(code: str) -> Rule | None:
    known = next((words(code) for words in (Refused, Break) if code in words.values), None)
    if known is None:
        return None
    return Rule(f"{known.label}.", SHORT[known], "warn" if known in DOUBTFUL else "bad")


def _of_channels(code: str) -> Rule | None:
    kind = code.removeprefix("channel_")
    if kind == code:
        return None
    sentence = (
        Fault(kind).label if kind in Fault.values else gettext_lazy("The channel had a fault.")
    )
    return Rule(sentence, gettext_lazy("Channel fault"), "warn")


def _filled(sentence: Words, code: str, values: Values) -> str:
    known = _Known(values)
    if code == "missing_field":
        names = known.get("fields") or [known["field"]]
        known["fields"] = ", ".join(f"“{named(name).label}”" for name in names)
        known.setdefault("person", _("this person"))
    if code == "could_not_be_built" and known.get("problem"):
        known["words"] = str(Problem.read(known))
    if code == "suppressed" and known.get("because") in Suppression.Reason.values:
        known["because"] = Suppression.Reason(known["because"]).label
    if code == "tried_long_enough" and known.get("reason"):
        return _("%(given_up)s Its last word: %(reason)s") % {
            "given_up": sentence,
            "reason": word(str(known["reason"])).sentence,
        }
    if code == "unconfirmed" and known.get("because"):
        return f"{word(str(known['because'])).sentence} {sentence}"
    return str(sentence) % known
