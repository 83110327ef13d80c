"""What a rep does with tasks where they stand: with one, or with all that are ticked.

An action is tried on each task by itself. What cannot be done with one of them, because somebody
was faster or a campaign is in the way, leaves that one out and says why; the others go on.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from accounts.models import UndoRefused

from .models import Task, TaskClosed, TaskHeld

if TYPE_CHECKING:
    from accounts.models import User

Words = str | Promise
NAMED = 3  # so many of those that were left out are named


class LeftOut(Exception):
    """This task is left as it is; says why in a sentence."""


@dataclass(frozen=True)
class Action:
    """One thing to do with a task; `name` stands in its URL and under it it is taken back.

    `do` gets the task, the user, and what was chosen beside the action. `done` says what was done
    with %(count)s tasks, or with the one called %(name)s; %(what)s is what was chosen, in words.
    """

    name: str
    label: Words
    icon: str
    do: Callable[..., None]
    done: Any
    key: str = ""
    kind: str = ""


@dataclass
class Result:
    """What became of each task: done, with how it was before, or left out with the reason."""

    action: Action
    what: str = ""
    done: list[Task] = field(default_factory=list)
    before: list[dict[str, Any]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """What happened, for the notice: how many were done, and why others were not."""
        said = []
        if self.done:
            told = {"count": len(self.done), "name": self.done[0].name, "what": self.what}
            said.append(str(self.action.done % told))
        said += self.left[:NAMED]
        if (more := len(self.left) - NAMED) > 0:
            words = ngettext("%(count)s more was left.", "%(count)s more were left.", more)
            said.append(words % {"count": more})
        return " ".join(said)


def carry_out(
    action: Action, tasks: Iterable[Task], user: "User", chosen: Any = None, what: str = ""
) -> Result:
    """Do `action` with each of `tasks`, each in a transaction of its own; `chosen` is what was
    asked for beside it, and `what` that in words."""
    result = Result(action, what)
    for task in tasks:
        before = standing(task)
        try:
            with transaction.atomic():
                action.do(task, user, chosen)
        except TaskClosed as refused:
            result.left.append(stands(refused.task))
        except TaskHeld as refused:
            result.left.append(held(refused.task))
        except (LeftOut, UndoRefused) as refused:
            result.left.append(str(refused))
        else:
            result.done.append(task)
            # By this it is known, when it is taken back, that nobody has touched it since.
            result.before.append(before | {"stamp": task.updated_at.isoformat()})
    return result


def standing(task: Task) -> dict[str, Any]:
    """How a task is, as far as actions change it; what undoing brings back."""
    return {
        "task": task.pk,
        "status": task.status,
        "closed_at": task.closed_at.isoformat() if task.closed_at else None,
        "assignee": task.assignee_id,
        "day": task.due_on.isoformat(),
        "clock": task.clock_in_own_zone.isoformat() if task.clock_in_own_zone else None,
        "zone": task.zone,
    }


def stands(task: Task) -> str:
    """In a sentence, why a task can no longer be done something with."""
    name = {"name": task.name}
    if task.removed_at:
        return _("“%(name)s” was deleted meanwhile.") % name
    if task.status == Task.Status.COMPLETE:
        return _("“%(name)s” is done already.") % name
    if task.status == Task.Status.SKIPPED:
        return _("“%(name)s” was skipped already.") % name
    return _("“%(name)s” is open already.") % name


def held(task: Task) -> str:
    """In a sentence, why a campaign's task is not deleted."""
    return _(
        "“%(name)s” belongs to the campaign %(campaign)s and was left: skip it, or remove the person"
        " from the campaign."
    ) % {"name": task.name, "campaign": task.campaign}


# What is done -----------------------------------------------------------------------------------


def _reassign(task: Task, by: "User", to: "User") -> None:
    if task.assignee_id == to.pk:
        told = {"name": task.name, "who": to}
        raise LeftOut(_("“%(name)s” is with %(who)s already.") % told)
    if task.person and not task.person.is_seen_by(to):
        told = {"name": task.name, "who": to, "person": task.person}
        raise LeftOut(_("“%(name)s” was left: %(who)s may not see %(person)s.") % told)
    task.reassign(to)


def _redate(task: Task, by: "User", when: "Callable[[Task], tuple[Any, ...]]") -> None:
    task.redate(*when(task))


COMPLETE = Action(
    "complete",
    gettext_lazy("Done"),
    "check",
    lambda task, by, _chosen: task.complete(by=by),
    ngettext_lazy("“%(name)s” is done.", "%(count)s tasks are done.", "count"),
    key="d",
)
SKIP = Action(
    "skip",
    gettext_lazy("Skip"),
    "arrow-right",
    lambda task, by, _chosen: task.skip(by=by),
    ngettext_lazy("“%(name)s” was skipped.", "%(count)s tasks were skipped.", "count"),
)
REOPEN = Action(
    "reopen",
    gettext_lazy("Open again"),
    "rotate-ccw",
    lambda task, by, _chosen: task.reopen(by=by),
    ngettext_lazy("“%(name)s” is open again.", "%(count)s tasks are open again.", "count"),
    key="d",
)
DELETE = Action(
    "delete",
    gettext_lazy("Delete"),
    "trash-2",
    lambda task, by, _chosen: task.remove(),
    ngettext_lazy("“%(name)s” was deleted.", "%(count)s tasks were deleted.", "count"),
    kind="bad",
)
REDATE = Action(
    "redate",
    gettext_lazy("Snooze"),
    "clock",
    _redate,
    ngettext_lazy("“%(name)s” is due %(what)s.", "%(count)s tasks are due %(what)s.", "count"),
    key="s",
)
REASSIGN = Action(
    "reassign",
    gettext_lazy("Reassign"),
    "user",
    _reassign,
    ngettext_lazy(
        "“%(name)s” is with %(what)s now.", "%(count)s tasks are with %(what)s now.", "count"
    ),
)
ACTIONS = {each.name: each for each in (COMPLETE, SKIP, REOPEN, DELETE, REDATE, REASSIGN)}
OPEN = (COMPLETE, REDATE, SKIP, REASSIGN, DELETE)
CLOSED = (REOPEN, DELETE)
