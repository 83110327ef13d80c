from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from django.db import models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import Undo, UndoRefused, User

from .vocabulary import Kind, Timing

if TYPE_CHECKING:
    from emails.models import StoredFile

    from .campaigns import Campaign
    from .steps import Step

REMOVE = "campaigns.step"
PLACE = "campaigns.steps"
# What says when a step is due.
TIMES = {"day", "timing", "clock", "minutes"}


class StepRefused(Exception):
    """The steps would make no sense that way; says so in a sentence."""


class Overtaken(Exception):
    """The step was changed since it was read; `step` is how it stands now."""

    def __init__(self, step: "Step") -> None:
        super().__init__(f"step {step.pk} is at version {step.version}")
        self.step = step


class Placing(models.Model):
    """How the steps of a campaign are written and put in order.

    Each verb locks the campaign, so that of two at once one follows the other, and leaves steps
    that make sense together or raises StepRefused with nothing changed.
    """

    class Meta:
        abstract = True

    @classmethod
    @transaction.atomic
    def add(
        cls, campaign: "Campaign", *, files: "Iterable[StoredFile]" = (), **told: Any
    ) -> "Step":
        """A new step, the last of its day."""
        from .steps import Step

        steps = _lock(campaign)
        step = Step(campaign=campaign, **told)
        step.position = _next_position(steps, step.day)
        step.save(force_insert=True)
        step.files.set(files)
        _settle(campaign)
        return step

    @transaction.atomic
    def rewrite(
        self, *, version: int, files: "Iterable[StoredFile] | None" = None, **told: Any
    ) -> bool:
        """Let it say something else, if it still stands at `version`; whether anything changed.

        On another day it is the last one. Raises Overtaken, with nothing changed, if somebody was
        faster and wrote something else.
        """
        step = cast("Step", self)
        steps = _lock(step.campaign)
        now = type(step).objects.get(pk=step.pk)
        chosen = None if files is None else {file.pk for file in files}
        same_files = chosen is None or chosen == set(now.files.values_list("pk", flat=True))
        changed = {name for name, value in told.items() if getattr(now, name) != value}
        if same_files and not changed:
            return False
        if now.version != version or now.removed_at:
            raise Overtaken(now)
        if told.get("day", now.day) != now.day:
            told["position"] = _next_position(steps, told["day"])
        for name, value in {**told, "version": version + 1}.items():
            setattr(step, name, value)
        step.save(update_fields=[*told, "version"])
        if chosen is not None:
            step.files.set(chosen)
        _settle(step.campaign)
        _follow(step, retimed=not TIMES.isdisjoint(changed))
        return True

    @transaction.atomic
    def shift(self, *, down: bool, by: User) -> Undo | None:
        """Let it come after the next one, on that one's day, or before the one ahead of it; None
        where there is none."""
        step = cast("Step", self)
        steps = _lock(step.campaign)
        present = [each for each in steps if not each.removed_at]
        at = present.index(step) + (1 if down else -1) if step in present else -1
        if not 0 <= at < len(present):
            return None
        undo = _offer_places(steps, step, by)
        other = present[at]
        rest = [each for each in steps if each != step]
        rest.insert(rest.index(other) + down, step)
        next(each for each in rest if each == step).day = other.day
        _number(rest)
        _settle(step.campaign)
        _follow(step, retimed=True)
        return undo

    @transaction.atomic
    def remove(self, *, by: User) -> Undo:
        """Delete it: nobody comes to it any more; who has had it keeps what they got, and who waits
        in it goes on with the next."""
        from ..editing import follow_removal

        step = cast("Step", self)
        _lock(step.campaign)
        type(step).objects.filter(pk=step.pk, removed_at=None).update(removed_at=Now())
        _settle(step.campaign)
        follow_removal(step, by=by)
        return Undo.objects.create(user=by, action=REMOVE, before={"step": step.pk})

    @transaction.atomic
    def bring_back(self) -> None:
        """Undo `remove`. Who is past its place does not come to it again."""
        step = cast("Step", self)
        _lock(step.campaign)
        type(step).objects.filter(pk=step.pk).update(removed_at=None)
        _settle(step.campaign)

    @transaction.atomic
    def duplicate(self) -> "Step":
        """The same once more, right behind it."""
        step = cast("Step", self)
        steps = _lock(step.campaign)
        copy = step.copy_into(step.campaign)
        behind = next(place for place, each in enumerate(steps) if each.pk == step.pk) + 1
        _number([*steps[:behind], copy, *steps[behind:]])
        _settle(step.campaign)
        return copy

    def copy_into(self, campaign: "Campaign") -> "Step":
        """A copy of it at the same place of `campaign`, which may be another one."""
        copy = cast("Step", type(self).objects.get(pk=self.pk))  # type: ignore[attr-defined]
        files = list(copy.files.all())
        copy.pk, copy.campaign, copy.version, copy.created_at = None, campaign, 1, Now()
        copy._state.adding = True
        copy.save(force_insert=True)
        copy.files.set(files)
        return copy


def put_back(campaign: "Campaign", places: dict[str, list[int]]) -> None:
    """Let the steps stand where they stood: {id: [day, position]}. Raises StepRefused."""
    with transaction.atomic():
        for step in _lock(campaign):
            if str(step.pk) in places:
                day, position = places[str(step.pk)]
                type(step).objects.filter(pk=step.pk).update(day=day, position=position)
                if day != step.day:
                    _follow(step, retimed=True)
        _settle(campaign)


def _follow(step: "Step", *, retimed: bool) -> None:
    """Let it reach those who wait in the step."""
    from ..editing import follow_change

    follow_change(step, retimed=retimed)


def _lock(campaign: "Campaign") -> "list[Step]":
    """Every step of it, deleted ones too, in order."""
    type(campaign).objects.select_for_update(no_key=True).get(pk=campaign.pk)
    return list(campaign.steps.in_order())  # type: ignore[attr-defined]


def _next_position(steps: "list[Step]", day: int) -> int:
    return max((step.position + 1 for step in steps if step.day == day), default=0)


def _number(steps: "list[Step]") -> None:
    """Number them anew in the order of this list. Deleted ones keep their place between the
    others: who waits in one goes on from there."""
    counts: dict[int, int] = {}
    for step in steps:
        position = counts.get(step.day, 0)
        counts[step.day] = position + 1
        type(step).objects.filter(pk=step.pk).update(day=step.day, position=position)


def _settle(campaign: "Campaign") -> None:
    """Only the first step goes when it is started; a follow-up has an email before it."""
    type(campaign).objects.filter(pk=campaign.pk).update(updated_at=Now())
    email_before = False
    for number, step in enumerate(campaign.steps.present().in_order()):  # type: ignore[attr-defined]
        wrong, right = Timing.PREVIOUS, Timing.LAUNCH
        if number:
            wrong, right = right, wrong
        if step.timing == wrong:
            type(step).objects.filter(pk=step.pk).update(timing=right)
            _follow(step, retimed=True)
        if step.follows and not email_before:
            raise StepRefused(
                _("“%(step)s” is a follow-up and needs an email before it. Change that step first.")
                % {"step": step}
            )
        email_before = email_before or step.kind == Kind.EMAIL


def _offer_places(steps: "list[Step]", moved: "Step", by: User) -> Undo:
    places = {str(step.pk): [step.day, step.position] for step in steps}
    before = {"step": moved.pk, "places": places}
    return Undo.objects.create(user=by, action=PLACE, before=before)


@Undo.reverts(REMOVE)
def _step_again(user: User, before: Mapping[str, Any]) -> str:
    """The deleted step once more."""
    from .steps import Step

    step = Step.seen_by(user).filter(pk=before["step"]).exclude(removed_at=None).first()
    if step is None or not step.campaign.is_editable_by(user):
        raise UndoRefused(_("The step is back already."))
    try:
        step.bring_back()
    except StepRefused as error:
        raise UndoRefused(str(error)) from error
    return _("The step is back. Who is past it does not come to it again.")


@Undo.reverts(PLACE)
def _as_they_stood(user: User, before: Mapping[str, Any]) -> str:
    """The steps in the order that they had."""
    from .steps import Step

    step = Step.changed_by(user).filter(pk=before["step"]).first()
    if step is None:
        raise UndoRefused(_("The step was deleted meanwhile."))
    try:
        put_back(step.campaign, before["places"])
    except StepRefused as error:
        raise UndoRefused(str(error)) from error
    return _("The steps stand as they stood.")
