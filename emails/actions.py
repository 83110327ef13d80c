"""What a rep can do with emails where they stand: one by one, or with all that are ticked."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext_lazy

from .events import Observation, apply, record
from .models import Cause, Email, Event, IllegalTransition, Status

if TYPE_CHECKING:
    from accounts.models import User

Words = str | Promise


@dataclass(frozen=True)
class Action:
    """One thing to do with an email; `name` stands in its URL.

    `do` is a verb of the email. `done` says what was done with %(count)s emails, or with the one
    to %(who)s. `undo` is the name under which emails/undo.py takes it back. An action with a
    `question` asks first.
    """

    name: str
    label: Words
    icon: str
    do: Callable[..., None]
    done: Any
    undo: str = ""
    key: str = ""
    kind: str = ""
    question: Words = ""
    question_for_many: Words = ""


# What is done -----------------------------------------------------------------------------------


def _retry(email: Email, *, by: "User") -> None:
    if email.status == Status.SPAM:
        email.retry_complaint(by=by)
    else:
        email.retry(by=by)


@transaction.atomic
def _say_it_arrived(email: Email, *, by: "User") -> None:
    """The rep's word is evidence like any other; it is applied at once, so that its page shows it."""
    if not email.is_unconfirmed:
        raise IllegalTransition(email, Cause.ARRIVE)
    latest = email.attempts.order_by("number").last()
    said = Observation(
        email_id=email.pk,
        kind=Event.Kind.WORD,
        at=timezone.now(),
        source="word",
        source_id=f"attempt {latest.pk if latest else email.pk}",
        attempt_id=latest.pk if latest else None,
        data={"by": by.pk},
    )
    recorded = [event.pk for event in record([said])]
    fresh = Event.objects.unapplied().filter(pk__in=recorded)
    apply(list(fresh.select_for_update(skip_locked=True)))
    email.refresh_from_db()


def succeed(email: Email, *, by: "User") -> None:
    """Mark it; raises IllegalTransition if it is marked already, for that is no second success."""
    if not email.succeed(by=by):
        raise IllegalTransition(email, Cause.SUCCEED)


def unsucceed(email: Email, *, by: "User") -> None:
    if not email.unsucceed(by=by):
        raise IllegalTransition(email, Cause.UNSUCCEED)


ARCHIVE = Action(
    "archive",
    gettext_lazy("Archive"),
    "archive",
    Email.archive,
    ngettext_lazy("Email to %(who)s archived.", "%(count)s emails archived.", "count"),
    undo="archive",
    key="e",
)
UNARCHIVE = Action(
    "unarchive",
    gettext_lazy("Unarchive"),
    "archive-restore",
    Email.unarchive,
    ngettext_lazy(
        "Email to %(who)s is in Delivered again; views and clicks count again.",
        "%(count)s emails are in Delivered again; views and clicks count again.",
        "count",
    ),
    undo="unarchive",
    key="e",
)
SUCCEED = Action(
    "succeed",
    gettext_lazy("Success"),
    "circle-check",
    succeed,
    ngettext_lazy(
        "Email to %(who)s marked as a success.", "%(count)s emails marked as a success.", "count"
    ),
    undo="succeed",
    key="s",
)
UNSUCCEED = Action(
    "unsucceed",
    gettext_lazy("No success"),
    "circle-x",
    unsucceed,
    ngettext_lazy(
        "Email to %(who)s is no success any more.",
        "%(count)s emails are no success any more.",
        "count",
    ),
    undo="unsucceed",
    key="s",
)
DELETE = Action(
    "delete",
    gettext_lazy("Delete"),
    "trash-2",
    Email.remove,
    ngettext_lazy("Email to %(who)s deleted.", "%(count)s emails deleted.", "count"),
    undo="delete",
    kind="bad",
)
RESTORE = Action(
    "restore",
    gettext_lazy("Restore"),
    "rotate-ccw",
    Email.restore,
    ngettext_lazy(
        "Email to %(who)s restored. It is not sent by that.",
        "%(count)s emails restored. They are not sent by that.",
        "count",
    ),
    undo="restore",
    kind="main",
)
SEND_NOW = Action(
    "send-now",
    gettext_lazy("Send now"),
    "send-horizontal",
    Email.bring_forward,
    ngettext_lazy("Email to %(who)s goes out now.", "%(count)s emails go out now.", "count"),
    kind="main",
)
UNDO_SEND = Action(
    "undo-send",
    gettext_lazy("Undo"),
    "undo-2",
    Email.pull_back,
    ngettext_lazy(
        "Email to %(who)s was not sent. It is in Drafts.",
        "%(count)s emails were not sent. They are in Drafts.",
        "count",
    ),
    key="z",
    kind="main",
)
RETRY = Action(
    "retry",
    gettext_lazy("Retry"),
    "refresh-cw",
    _retry,
    ngettext_lazy(
        "Email to %(who)s is sent again now.", "%(count)s emails are sent again now.", "count"
    ),
    key="r",
    kind="main",
)
SEND_AGAIN = Action(
    "send-again",
    gettext_lazy("Send again"),
    RETRY.icon,
    Email.send_again,
    RETRY.done,
    kind="main",
    question=gettext_lazy(
        "Send it again? It may have arrived the first time, and %(who)s would then get it twice."
    ),
)
ARRIVED = Action(
    "arrived",
    gettext_lazy("It arrived"),
    "check",
    _say_it_arrived,
    ngettext_lazy(
        "Email to %(who)s is in Delivered, on your word.",
        "%(count)s emails are in Delivered, on your word.",
        "count",
    ),
)
RETRY_BOUNCED = replace(
    RETRY,
    question=gettext_lazy(
        "Write to %(address)s again although it was refused? If the address was put on the list of"
        " those not to be mailed, that is taken back."
    ),
    question_for_many=gettext_lazy(
        "Write to these addresses again although they were refused? Those that were put on the list"
        " of addresses not to be mailed are taken off it."
    ),
)
RETRY_COMPLAINT = replace(
    RETRY,
    kind="",
    question=gettext_lazy(
        "Write to %(address)s again although they reported this as spam? Their complaint is"
        " disregarded from then on."
    ),
    question_for_many=gettext_lazy(
        "Write to these people again although they reported it as spam? Their complaints are"
        " disregarded from then on."
    ),
)

_ANY = {
    each.name: each
    for each in (
        ARCHIVE, UNARCHIVE, SUCCEED, UNSUCCEED, DELETE, RESTORE, SEND_NOW, UNDO_SEND, RETRY_BOUNCED,
        SEND_AGAIN, ARRIVED,
    )
}  # fmt: skip
NAMES = frozenset(_ANY)

_OFFERED: dict[Status, tuple[Action, ...]] = {
    Status.DELIVERED: (ARCHIVE, SUCCEED),
    # What it was written for may come when it has long been archived.
    Status.ARCHIVED: (UNARCHIVE, SUCCEED, DELETE),
    Status.SCHEDULED: (SEND_NOW, DELETE),
    Status.DRAFT: (DELETE,),
    Status.IN_PROGRESS: (),
    Status.FAILED: (RETRY, DELETE),
    Status.BOUNCED: (RETRY_BOUNCED, DELETE),
    Status.SPAM: (DELETE,),
}
# From these compose goes on with the email, or with a new one that is linked to it.
EDITABLE = {Status.SCHEDULED, Status.DRAFT, Status.FAILED, Status.BOUNCED}


def offered(email: Email, user: "User") -> tuple[Action, ...]:
    """What `user` can do with `email` now, the most likely first."""
    if email.removed_at:
        return (RESTORE,)
    if email.is_unconfirmed:
        return (SEND_AGAIN, ARRIVED, DELETE)
    if email.seconds_left:
        return (UNDO_SEND,)
    if email.status == Status.SPAM and user.is_admin:
        return (RETRY_COMPLAINT, DELETE)
    here = _OFFERED[Status(email.status)]
    if email.succeeded_at:
        return tuple(UNSUCCEED if each is SUCCEED else each for each in here)
    return here


def offered_for_many(status: Status, user: "User") -> tuple[Action, ...]:
    """What can be done with all ticked emails of one folder."""
    if status == Status.SPAM and user.is_admin:
        return (RETRY_COMPLAINT, DELETE)
    without = {SEND_NOW.name}
    return tuple(action for action in _OFFERED[status] if action.name not in without)


def named(name: str, email: Email, user: "User") -> Action:
    """The action `name` as it is for `email`; one that it does not offer is tried and refused."""
    found = next((each for each in offered(email, user) if each.name == name), None)
    return found or _ANY[name]


def asks(action: Action, email: Email) -> str:
    """The question before `action`, or "" if it does not ask."""
    if not action.question:
        return ""
    return str(action.question) % {"who": email.recipient, "address": email.to_address}
