"""Working through the tasks of a view: which they are, where one stands, what was done.

A run lasts for a day and is kept in the session, under the address that it began at: whoever leaves
comes back to where they were. What has come of its tasks is read from the tasks themselves, so that
a task that was done elsewhere, or was opened again by Undo, stands where it belongs.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from accounts.requests import SignedInRequest

from ..models import Task
from ..search_forms import TaskSearch

KEY = "runs"
# So many runs are kept, and so many tasks are in one.
KEPT, MOST = 6, 500
# What of the query says which task and which tab of its person is open.
PLACES = {"at", "open", "tab"}
END = "end"
PUT_OFF = "put_off"


@dataclass
class Run:
    """One way through some tasks. `done` are those that were dealt with, in that order: id, how
    (a Task.Status or PUT_OFF), since (when it is due now, if put off) and the id of the Undo."""

    address: str
    day: str
    ids: list[int] = field(default_factory=list)
    at: int = 0
    done: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def begun(cls, request: SignedInRequest, address: str) -> "Run | None":
        """The run at this address, if one was begun today."""
        kept = request.session.get(KEY, {}).get(address)
        return cls(address, **kept) if kept and kept["day"] == _today(request) else None

    @classmethod
    def here(cls, request: SignedInRequest) -> "Run":
        """The run at the address that is asked for, begun or new."""
        pairs = [(name, value) for name, value in request.GET.items() if name not in PLACES]
        address = f"{request.path}?{urlencode(sorted(pairs))}" if pairs else request.path
        return cls.begun(request, address) or cls(address, _today(request))

    def keep(self, request: SignedInRequest) -> None:
        """Store it in the session, if anything of it has changed."""
        kept = {name: value for name, value in vars(self).items() if name != "address"}
        runs = dict(request.session.get(KEY, {}))
        if runs.get(self.address) != kept:
            others = [(name, run) for name, run in runs.items() if name != self.address]
            request.session[KEY] = dict([*others[1 - KEPT :], (self.address, kept)])

    # Where one stands ------------------------------------------------------------------------

    def link(self, pk: int | str | None) -> str:
        """Where the task `pk` of it is open; its end if there is none."""
        sign = "&" if "?" in self.address else "?"
        return f"{self.address}{sign}at={pk or END}"

    def place(self, pk: int) -> int:
        """Which of its tasks that is, from 1."""
        return self.ids.index(pk) + 1

    def beside(self, pk: int, step: int) -> int | None:
        """The task before (-1) or after (1) that one, whatever has come of it."""
        at = self.ids.index(pk) + step
        return self.ids[at] if 0 <= at < len(self.ids) else None

    @property
    def left(self) -> list[int]:
        """What still has to be done."""
        handled = {each["id"] for each in self.done}
        return [pk for pk in self.ids if pk not in handled]

    def next(self, pk: int) -> int | None:
        """What to do after that one: what follows it, then what was passed over before it."""
        left = [each for each in self.left if each != pk]
        at = self.ids.index(pk) if pk in self.ids else -1
        return next((each for each in left if self.ids.index(each) > at), next(iter(left), None))

    # What happens ----------------------------------------------------------------------------

    def add(self, ids: Iterable[int]) -> None:
        """Take in what has come to the view since."""
        self.ids = list(dict.fromkeys([*self.ids, *ids]))[:MOST]

    def note(self, task: Task, how: str, *, undo: int | None = None) -> None:
        """That `task` was dealt with."""
        self.done = [each for each in self.done if each["id"] != task.pk]
        since = task.due_at.isoformat() if how == PUT_OFF else ""
        self.done.append({"id": task.pk, "how": str(how), "since": since, "undo": undo})

    def look(self, request: SignedInRequest) -> int | None:
        """See what has come of its tasks elsewhere; the one that was last dealt with, if it is to
        be done again: Undo was pressed."""
        last = self.done[-1]["id"] if self.done else None
        tasks = {task.pk: task for task in request.user.tasks.present().of_ids(self.ids)}
        self.ids = [pk for pk in self.ids if pk in tasks]
        self.done = [each for each in self.done if _stands(each, tasks.get(each["id"]))]
        known = {each["id"] for each in self.done}
        for pk in self.ids:
            if pk not in known and not tasks[pk].is_open:
                self.note(tasks[pk], tasks[pk].status)
        return last if last in self.left else None

    def tally(self) -> Counter[str]:
        """How many were dealt with in which way."""
        return Counter(each["how"] for each in self.done)


def ids_of(search: TaskSearch) -> Iterable[int]:
    """The tasks of a view, in the order of its list."""
    return search.arranged().order_by(search.by, "pk").values_list("pk", flat=True)[:MOST]


def _stands(done: dict[str, Any], task: Task | None) -> bool:
    """Whether what was done with `task` was not undone since."""
    if task is None:
        return False
    if done["how"] == PUT_OFF:
        return not task.is_open or task.due_at.isoformat() == done["since"]
    return not task.is_open


def _today(request: SignedInRequest) -> str:
    return timezone.localdate(timezone=request.user.zone).isoformat()
