"""How what was done with tasks is taken back; found at start-up.

Task by task: what has been touched since stays as it is, and if nothing could be taken back, it
says so.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Undo, UndoRefused, User

from .actions import Result
from .calling import undo as calling_undo  # noqa: F401  (what was done with calls)
from .models import Task, TaskClosed

if TYPE_CHECKING:
    Before = Mapping[str, Any]


def offer(user: "User", result: Result, *, page: str) -> Undo:
    """Let `user` take back what was done; `page` is the path that its notice stands on."""
    told = {"tasks": result.before, "said": result.sentence, "page": page}
    return Undo.objects.create(user=user, action=f"tasks.{result.action.name}", before=told)


def _reopen(task: Task, _before: "Before", by: "User") -> None:
    task.reopen(by=by)


def _close_again(task: Task, before: "Before", by: "User") -> None:
    at = datetime.fromisoformat(before["closed_at"])
    close = task.complete if before["status"] == Task.Status.COMPLETE else task.skip
    close(by=by, at=at)


def _restore(task: Task, _before: "Before", _by: "User") -> None:
    task.restore()


def _date_back(task: Task, before: "Before", _by: "User") -> None:
    clock = time.fromisoformat(before["clock"]) if before["clock"] else None
    task.redate(date.fromisoformat(before["day"]), clock, before["zone"])


def _give_back(task: Task, before: "Before", _by: "User") -> None:
    task.reassign(User.colleagues().get(pk=before["assignee"]))


WAYS_BACK: dict[str, Callable[[Task, "Before", "User"], None]] = {
    "complete": _reopen,
    "skip": _reopen,
    "reopen": _close_again,
    "delete": _restore,
    "redate": _date_back,
    "reassign": _give_back,
}


def _take_back(
    way: Callable[[Task, "Before", "User"], None], user: "User", before: "Before"
) -> str:
    """Revert each task that still can be. Raises UndoRefused if none can."""
    told = {each["task"]: each for each in before["tasks"]}
    reverted, refused = 0, ""
    for task in Task.objects.of_ids(told).select_related("assignee").locked():
        if task.updated_at != datetime.fromisoformat(told[task.pk]["stamp"]):
            continue
        try:
            with transaction.atomic():
                way(task, told[task.pk], user)
        except TaskClosed:
            continue
        except UndoRefused as error:
            refused = str(error)
            continue
        reverted += 1
    if not reverted:
        meanwhile = _("Something has changed meanwhile, so this cannot be undone any more.")
        raise UndoRefused(refused or meanwhile)
    words = ngettext(
        "Undone: the task is as it was.", "Undone: %(count)s tasks are as they were.", reverted
    )
    said = words % {"count": reverted}
    if left := len(told) - reverted:
        words = ngettext(
            "%(count)s has changed meanwhile and was left.",
            "%(count)s have changed meanwhile and were left.",
            left,
        )
        said += " " + words % {"count": left}
    return said


for _name, _way in WAYS_BACK.items():
    Undo.reverts(f"tasks.{_name}")(partial(_take_back, _way))
