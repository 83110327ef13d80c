"""How the emails and people of a run are dealt with: emails one by one, people some at a time, and
either by themselves when that is taken back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import structlog
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Undo, UndoRefused
from emails.models import IllegalTransition
from emails.undo import WAYS_BACK
from emails.why import why_not
from prospects.many import DOINGS

from . import acting
from .models import Run, RunRow

if TYPE_CHECKING:
    from emails.models import Email
    from prospects.many import Doing

log = structlog.get_logger(__name__)


def size_of(run: Run) -> int:
    """How many are dealt with in one transaction."""
    if not run.is_of_people:
        return 1
    doing = doing_of(run)
    return doing.back_at_once if run.back_of_id else doing.at_once


def deal_with(run: Run, rows: Sequence[RunRow]) -> None:
    """Do what `run` wants with `rows`, which are locked; each has its outcome then, to be saved."""
    try:
        with transaction.atomic():
            _deal_with(run, rows)
    except Exception:  # one that cannot be dealt with must not hold up all others
        if len(rows) > 1:
            for row in rows:
                deal_with(run, [row])
            return
        [row] = rows
        told = {"run": run.pk, "email": row.email_id, "person": row.person_id}
        log.exception("one of many was not dealt with", **told)
        _leave(row, _("Something went wrong with this one. Try it again by itself."))


def _deal_with(run: Run, rows: Sequence[RunRow]) -> None:
    if run.is_of_people and not run.back_of_id:
        _with_people(run, rows)
        return
    for row in sorted(rows, key=lambda row: row.person_id or 0):  # as others lock them
        try:
            with transaction.atomic():
                _take_back(run, row) if run.is_of_people else _with_email(run, row.email)
        except IllegalTransition as refused:
            _leave(row, why_not(refused))
        except UndoRefused as refused:
            _leave(row, str(refused))
        else:
            row.outcome, row.why = RunRow.Outcome.DONE, ""


def _with_email(run: Run, email: "Email | None") -> None:
    if run.back_of_id:
        verb: Any = WAYS_BACK[run.action].verb
    else:
        action = acting.named(run.action, run.owner)
        verb = action.do if action else None
    verb(email, by=run.owner)


def _take_back(run: Run, row: RunRow) -> None:
    Undo.REVERTS[row.before["undo"]](run.owner, row.before)


def doing_of(run: Run) -> "Doing":
    """What is done with the people of `run`."""
    told = QueryDict(mutable=True)
    for name, values in run.told.items():
        told.setlist(name, values)
    return DOINGS[run.doing](run.owner, run.action, told)


def _with_people(run: Run, rows: Sequence[RunRow]) -> None:
    ids = [row.person_id for row in rows if row.person_id]
    became = doing_of(run).carry_out(ids)
    done = set(became.done)
    for row in rows:
        pk = row.person_id or 0
        if pk not in done:
            _leave(row, became.left.get(pk, ""))
            continue
        row.outcome, row.why = RunRow.Outcome.DONE, became.notes.get(pk, "")
        if pk in became.before:
            row.before = {"undo": became.undo, **became.before[pk]}


def _leave(row: RunRow, why: str) -> None:
    row.outcome, row.why = RunRow.Outcome.LEFT, why
