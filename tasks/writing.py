"""What stands in the compose window that opens for a task.

This app knows whom to write to, and that a task which was made from an email is answered with a
follow-up. Whoever makes tasks for a reason says the rest, in a module found at start-up:

    @writes
    def words_of_step(task, user) -> Words | None: ...

Who registers last is asked first; None leaves it to the others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emails.composing import Window
from emails.following import follow_up_of
from emails.models import Email, Status

if TYPE_CHECKING:
    from accounts.models import User

    from .models import Task


@dataclass(frozen=True)
class Words:
    """What a window opens with: `typed` by the names of its fields (Composition.FIELDS), and the
    email that this one follows up, if any."""

    typed: Mapping[str, Any] = field(default_factory=dict)
    continues: Email | None = None


Writer = Callable[["Task", "User"], Words | None]
_WRITERS: list[Writer] = []


def writes(writer: Writer) -> Writer:
    """Ask `writer` what is written for a task, before those that are registered already."""
    _WRITERS.insert(0, writer)
    return writer


def words_for(task: "Task", user: "User") -> Words:
    """What `user` finds in the window when they begin to write for `task`."""
    said = (writer(task, user) for writer in _WRITERS)
    return next((words for words in said if words is not None), Words())


@writes
def to_its_person(task: "Task", user: "User") -> Words | None:
    """An empty email to the person, as far as the user may see them."""
    if task.person is None or not task.person.is_seen_by(user):
        return None
    return Words({"to": task.person.email})


@writes
def follow_up(task: "Task", user: "User") -> Words | None:
    """The next email to whom the task's own email has reached."""
    email = task.email
    if email is None or email.owner_id != user.pk or not email.has_reached:
        return None
    return Words(follow_up_of(email), continues=email)


def window_for(task: "Task", user: "User") -> tuple[Window, Mapping[str, Any]]:
    """The window to write for `task` in, and what stands in it: what has been begun, else its words.

    Opened again it is the same email, however far that has come, as long as it can be changed.
    """
    begun = user.emails.for_compose().for_task(task.pk).with_status(Status.DRAFT, Status.SCHEDULED)
    if email := begun.newest_first().first():
        window = Window.on(email)
        return window, window.typed()
    if kept := user.compositions.begun().for_task(task.pk).first():
        window = Window.new(user, kept.key)
        return window, window.typed()
    words = words_for(task, user)
    return Window(user, continues=words.continues), {**words.typed, "task": str(task.pk)}
