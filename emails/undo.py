"""How what was done with emails is taken back; found at start-up.

`offer()` notes that an action can be undone. WAYS_BACK says how each is, email by email: what
has moved since stays as it is, and if nothing could be taken back, it says so.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from accounts.models import Undo, UndoRefused

from .actions import unsucceed
from .bulk import undo as bulk_undo  # noqa: F401  (what was done with bulk emails)
from .models import Cause, Composition, Email, IllegalTransition

if TYPE_CHECKING:
    from accounts.models import User


def offer(
    user: "User", action: str, emails: Iterable[Email], *, said: str = "", page: str = ""
) -> Undo:
    """Let `user` take `action` back: one of WAYS_BACK.

    `said` is the sentence of the notice and `page` the path it stands on, so that a reload of
    that page can show it again.
    """
    before = {"emails": [email.pk for email in emails], "said": said, "page": page}
    return Undo.objects.create(user=user, action=f"emails.{action}", before=before)


class WayBack(NamedTuple):
    """How one action is taken back: a verb of each email, and what is said of how many."""

    verb: Callable[..., None]
    done: Any


def _succeed_again(email: Email, *, by: "User") -> None:
    if not email.succeed_again(by=by):
        raise IllegalTransition(email, Cause.SUCCEED)


WAYS_BACK = {
    "archive": WayBack(
        Email.unarchive,
        ngettext_lazy(
            "Undone: the email is in Delivered again.",
            "Undone: %(count)s emails are in Delivered again.",
            "count",
        ),
    ),
    "unarchive": WayBack(
        Email.archive,
        ngettext_lazy(
            "Undone: the email is archived again.",
            "Undone: %(count)s emails are archived again.",
            "count",
        ),
    ),
    "succeed": WayBack(
        unsucceed,
        ngettext_lazy(
            "Undone: the email is not marked as a success any more.",
            "Undone: %(count)s emails are not marked as a success any more.",
            "count",
        ),
    ),
    "unsucceed": WayBack(
        _succeed_again,
        ngettext_lazy(
            "Undone: the email is marked as a success again.",
            "Undone: %(count)s emails are marked as a success again.",
            "count",
        ),
    ),
    "delete": WayBack(
        Email.restore,
        ngettext_lazy(
            "Undone: the email is back. It is not sent by that.",
            "Undone: %(count)s emails are back. They are not sent by that.",
            "count",
        ),
    ),
    "restore": WayBack(
        Email.remove,
        ngettext_lazy(
            "Undone: the email is in the trash again.",
            "Undone: %(count)s emails are in the trash again.",
            "count",
        ),
    ),
    "send": WayBack(
        Email.pull_back,
        ngettext_lazy(
            "Undone: the email was not sent. It is in Drafts.",
            "Undone: %(count)s emails were not sent. They are in Drafts.",
            "count",
        ),
    ),
}


def _take_back(way: WayBack, user: "User", before: Mapping[str, Any]) -> str:
    """Revert each email that still can be. Raises UndoRefused if none can."""
    reverted = 0
    for email in user.emails.unpurged().of_ids(before["emails"]).select_related("owner"):
        try:
            way.verb(email, by=user)
        except IllegalTransition:
            continue
        reverted += 1
    if not reverted:
        raise UndoRefused(_("Something has changed meanwhile, so this cannot be undone any more."))
    return str(way.done % {"count": reverted})


for _name, _way in WAYS_BACK.items():
    Undo.reverts(f"emails.{_name}")(partial(_take_back, _way))


def offer_thrown(user: "User", thrown: Composition | Email) -> Undo:
    """Let `user` have back what they threw away in the compose window."""
    if isinstance(thrown, Email):
        return offer(user, "delete", [thrown])
    before = {"key": str(thrown.key), "email": thrown.email_id, "version": thrown.version}
    return Undo.objects.create(
        user=user, action="emails.writing", before=before | {"typed": thrown.typed}
    )


@Undo.reverts("emails.writing")
def _take_up_again(user: "User", before: Mapping[str, Any]) -> str:
    email = user.emails.filter(pk=before["email"]).first()
    told = {"email": email, "version": before["version"], "typed": before["typed"]}
    user.compositions.update_or_create(key=before["key"], defaults=told)
    return _("Undone: Compose offers what you had typed.")
