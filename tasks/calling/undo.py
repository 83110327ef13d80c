"""How what was done with calls is taken back: one written down, an entry of a list retired."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.changes import EVERYBODY, announce
from accounts.models import Undo, UndoRefused

from ..models import Call, CallWord, ListFull, Task, TaskClosed, WordTaken

if TYPE_CHECKING:
    from accounts.models import User


def offer_call(user: "User", call: Call, task: Task | None, *, said: str, page: str) -> Undo:
    """Let `user` take `call` out of the history, and open the `task` again that was done by it."""
    before: dict[str, Any] = {"call": call.pk, "said": said, "page": page}
    if task:
        before |= {"task": task.pk, "stamp": task.updated_at.isoformat()}
    return Undo.objects.create(user=user, action="tasks.call", before=before)


@Undo.reverts("tasks.call")
@transaction.atomic
def _take_back(user: "User", before: Mapping[str, Any]) -> str:
    mine = user.calls.with_id(before["call"])
    announce(user.pk, EVERYBODY, people=list(mine.values_list("person", flat=True)))
    mine.delete()
    if "task" not in before:
        return _("Undone: the call is not in the history any more.")
    task = user.tasks.present().of_ids([before["task"]]).first()
    try:
        if task is None or task.updated_at.isoformat() != before["stamp"]:
            raise TaskClosed(task or Task())
        task.reopen(by=user)
    except TaskClosed as error:
        meanwhile = _("Something has changed meanwhile, so this cannot be undone any more.")
        raise UndoRefused(meanwhile) from error
    return _("Undone: the call is not in the history any more, and “%(name)s” is open again.") % {
        "name": task.name
    }


def offer_retired(user: "User", word: CallWord, *, said: str, page: str) -> Undo:
    """Let an admin offer `word` again."""
    before = {"word": word.pk, "said": said, "page": page}
    return Undo.objects.create(user=user, action="tasks.retire_word", before=before)


@Undo.reverts("tasks.retire_word")
def _offer_again(user: "User", before: Mapping[str, Any]) -> str:
    word = CallWord.objects.filter(pk=before["word"]).first()
    if word is None or word.retired_at is None or not user.is_admin:
        raise UndoRefused(_("This can no longer be undone."))
    try:
        word.bring_back()
    except ListFull as error:
        raise UndoRefused(_("The list is full by now. Retire another entry first.")) from error
    except WordTaken as error:
        raise UndoRefused(_("The list has an entry of that name by now.")) from error
    return _("Undone: “%(words)s” is offered again.") % {"words": word}
