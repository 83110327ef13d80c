"""What is done with people in a campaign: one, or all that are ticked.

Each is tried by itself: what cannot be done with one leaves that one out and says why.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from accounts.models import Undo

from .ending import Ended
from .leaving.removing import remove
from .models import Enrollment, EnrollmentRefused, State
from .pausing import NOT_ACTIVE, NOT_PAUSED, pause_all, resume_all
from .succeeding import mark
from .undo import PAUSE, RESUME

if TYPE_CHECKING:
    from accounts.models import User

    from .models import Step
    from .models.enrollments import EnrollmentQuerySet

Words = str | Promise
# More is never done at once.
MOST = 5000
NOT_OPEN = _("Only somebody whose way through the campaign is not over can be removed.")
SUCCEEDED = _("Only somebody who is no success yet can be marked as one.")


@dataclass
class Result:
    """With whom it was done, why others were left out, by id, what has to be said besides, and how
    it is taken back where the verb itself has noted that."""

    action: "Action"
    done: list[Enrollment] = field(default_factory=list)
    left: dict[int, str] = field(default_factory=dict)
    also: list[str] = field(default_factory=list)
    undo: Undo | None = None

    @property
    def sentence(self) -> str:
        said = []
        if self.done:
            told = {"count": len(self.done), "who": self.done[0].person.name}
            said.append(str(self.action.done % told))
        said += self.also
        reasons = list(dict.fromkeys(self.left.values()))
        said += reasons[:3]
        if self.done and self.left:
            left = ngettext("%(count)s was left out.", "%(count)s were left out.", len(self.left))
            said.append(left % {"count": len(self.left)})
        return " ".join(said)


@dataclass(frozen=True)
class Action:
    """One thing to do; `states` are those in which it is offered on a row. One with a `question`
    asks first, one with `undo` can be taken back."""

    name: str
    label: Words
    icon: str
    states: tuple[str, ...]
    done: Any
    carry_out: Callable[[Result, "EnrollmentQuerySet", "User", "Step | None"], None]
    question: Words = ""
    undo: str = ""
    kind: str = ""
    most: int = MOST
    singly: bool = False  # each in a transaction of their own


def do(action: Action, people: "EnrollmentQuerySet", by: "User", to: "Step | None") -> Result:
    """Do `action` with `people`; `to` is the step of a move."""
    result = Result(action)
    action.carry_out(result, people.for_list().order_by("pk")[: action.most], by, to)
    return result


def offer(result: Result, by: "User") -> Undo | None:
    """Let it be taken back, if it can be."""
    if result.undo:
        return result.undo
    if not (result.action.undo and result.done):
        return None
    before = {"enrollments": [enrollment.pk for enrollment in result.done]}
    return Undo.objects.create(user=by, action=result.action.undo, before=before)


def _each(verb: Callable[..., Any]) -> Callable[..., None]:
    def carry_out(
        result: Result, people: "EnrollmentQuerySet", by: "User", to: "Step | None"
    ) -> None:
        in_hand = 0
        for enrollment in people:
            try:
                ended = verb(enrollment, to, by=by) if to else verb(enrollment, by=by)
            except EnrollmentRefused as error:
                result.left[enrollment.pk] = str(error)
            else:
                result.done.append(enrollment)
                in_hand += ended.in_hand if isinstance(ended, Ended) else 0
        if in_hand:
            result.also.append(Ended(in_hand=in_hand).sentence)

    return carry_out


def _at_once(verb: Callable[..., set[int]], left: Words) -> Callable[..., None]:
    """With all in a handful of statements; `left` says why others were left out."""

    def carry_out(
        result: Result, people: "EnrollmentQuerySet", by: "User", _to: "Step | None"
    ) -> None:
        chosen = list(people)
        done = verb(Enrollment.objects.of_ids([each.pk for each in chosen]), by=by)
        _part(result, chosen, done, left)

    return carry_out


def _remove(result: Result, people: "EnrollmentQuerySet", by: "User", _to: "Step | None") -> None:
    chosen = list(people)
    removed = remove(Enrollment.objects.of_ids([each.pk for each in chosen]), by)
    result.undo = removed.undo
    _part(result, chosen, {each.pk for each in removed.people}, NOT_OPEN)
    if removed.ended.sentence:
        result.also.append(removed.ended.sentence)


def _succeed(result: Result, people: "EnrollmentQuerySet", by: "User", _to: "Step | None") -> None:
    chosen = list(people)
    marked, result.undo = mark(Enrollment.objects.of_ids([e.pk for e in chosen]), by)
    _part(result, chosen, set(marked), SUCCEEDED)


def _part(result: Result, chosen: list[Enrollment], done: set[int], left: Words) -> None:
    """Those it was done with from the others, who are left out for that reason."""
    result.done = [each for each in chosen if each.pk in done]
    result.left = {each.pk: str(left) for each in chosen if each.pk not in done}


OPEN = (State.ACTIVE, State.PAUSED, State.ATTENTION)
ACTIONS = {
    action.name: action
    for action in (
        Action(
            "retry",
            _("Retry"),
            "refresh-cw",
            (State.ATTENTION,),
            ngettext_lazy("%(who)s: tried again.", "Tried again for %(count)s people.", "count"),
            _each(Enrollment.retry),
            singly=True,
        ),
        Action(
            "skip",
            _("Skip step"),
            "arrow-right",
            OPEN,
            ngettext_lazy(
                "%(who)s goes on to the next step.",
                "%(count)s people go on to the next step.",
                "count",
            ),
            _each(Enrollment.skip_step),
            singly=True,
            question=_("Skip the step? Its waiting email or task goes, and the next step comes."),
        ),
        Action(
            "pause",
            _("Pause"),
            "hourglass",
            (State.ACTIVE,),
            ngettext_lazy("%(who)s is paused.", "%(count)s people are paused.", "count"),
            _at_once(pause_all, NOT_ACTIVE),
            undo=PAUSE,
        ),
        Action(
            "resume",
            _("Resume"),
            "rotate-ccw",
            (State.PAUSED,),
            ngettext_lazy("%(who)s goes on.", "%(count)s people go on.", "count"),
            _at_once(resume_all, NOT_PAUSED),
            undo=RESUME,
        ),
        Action(
            "succeed",
            _("Mark as success"),
            "circle-check",
            tuple(State),
            ngettext_lazy(
                "%(who)s is marked as a success.",
                "%(count)s people are marked as a success.",
                "count",
            ),
            _succeed,
        ),
        Action(
            "move",
            _("Move to step…"),
            "arrow-up-right",
            OPEN,
            ngettext_lazy("%(who)s was moved.", "%(count)s people were moved.", "count"),
            _each(Enrollment.move_to),
            singly=True,
        ),
        Action(
            "remove",
            _("Remove"),
            "circle-x",
            OPEN,
            ngettext_lazy(
                "%(who)s was removed: nothing more is sent to them.",
                "%(count)s people were removed: nothing more is sent to them.",
                "count",
            ),
            _remove,
            question=_("Remove them from the campaign? Nothing more is sent to them from it."),
            kind="bad",
        ),
    )
}
