"""What can be done with emails that were found, whatever folders they stand in."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from emails.actions import Action, offered_for_many
from emails.models import Email, Status

from .models import Run

if TYPE_CHECKING:
    from accounts.models import User

# With more emails than so many nobody waits for the answer.
AT_ONCE = 200


def offered_for(emails: Iterable[Email], user: "User") -> list[Action]:
    """What at least one of them allows; of two that are called the same the one that asks first, and
    of two with the same key the first has it."""
    found: dict[str, Action] = {}
    for status in dict.fromkeys(email.status for email in emails if email.owner_id == user.pk):
        for action in offered_for_many(Status(status), user):
            known = found.get(action.name)
            if known is None or (action.question_for_many and not known.question_for_many):
                found[action.name] = action
    keys = [action.key for action in found.values()]
    return [
        replace(action, key="") if action.key in keys[:at] else action
        for at, action in enumerate(found.values())
    ]


def named(name: str, user: "User") -> Action | None:
    """The action of that name, as many emails of all kinds are asked about."""
    everything = [Email(status=status, owner=user) for status in Status]
    return next((each for each in offered_for(everything, user) if each.name == name), None)


def too_many(count: int) -> str:
    """What to say to somebody who asks for more than a run takes."""
    told = {
        "count": number_format(count, force_grouping=True),
        "most": number_format(Run.MOST, force_grouping=True),
    }
    return (
        _(
            "These are %(count)s emails; at most %(most)s can be changed at once. Narrow the search"
            " first. Nothing was changed."
        )
        % told
    )


def label_of(run: Run) -> str:
    """What a run does, as its page is called."""
    label, about = _doing(run)
    if run.is_of_people:
        words = _("%(action)s, with many people")
        undo = _("Undo: %(action)s, with many people")
    else:
        words, undo = _("%(action)s, with many emails"), _("Undo: %(action)s, with many emails")
    said = (undo if run.back_of_id else words) % {"action": label}
    return f"{said}: {about}" if about else said


def short_label_of(run: Run) -> str:
    """The same where there is little room."""
    label, about = _doing(run)
    said = _("Undo: %(action)s") % {"action": label} if run.back_of_id else label
    return f"{said}: {about}" if about else said


def under_way_of(user: "User") -> list[tuple[Run, str]]:
    """The last few that are under way, or were a short while ago, and what they do."""
    return [(run, short_label_of(run)) for run in user.runs.of_late().select_related("owner")[:3]]


def _doing(run: Run) -> tuple[str, str]:
    from .dealing import doing_of

    if not run.is_of_people:
        action = named(run.action, run.owner)
        return str(action.label) if action else run.action, ""
    try:
        doing = doing_of(run)
    except KeyError:  # what an older version could do
        return run.action, ""
    return doing.label, doing.about
