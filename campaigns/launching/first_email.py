"""The first email of a campaign, as those who are being added will read it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from emails.bulk.checking import Obstacle, about, obstacles, words_to
from emails.previews import Preview
from emails.resolving import resolve
from emails.sending.html import clean

from ..models import Kind, Step, Timing

if TYPE_CHECKING:
    from accounts.models import User
    from emails.models import Identity

    from ..models import Launch, LaunchPerson
    from ..models.steps import StepQuerySet


@dataclass(frozen=True)
class FirstEmail:
    """What all get first; whoever has words of their own gets those in their place."""

    step: Step
    owner: "User"
    identity: "Identity | None"

    @property
    def subject(self) -> str:
        return self.step.subject

    @property
    def html(self) -> str:
        return self.step.html


def steps_of(launch: "Launch") -> "StepQuerySet":
    """What its campaign does, in order."""
    return Step.objects.filter(campaign=launch.campaign_id).present().in_order()


def first_step(launch: "Launch") -> Step | None:
    """What the campaign begins with."""
    return steps_of(launch).first()


def first_email(launch: "Launch") -> FirstEmail | None:
    """The first email of the campaign, if it is sent by itself; one that is a task is written when
    it is due."""
    step = steps_of(launch).filter(kind=Kind.EMAIL).first()
    return FirstEmail(step, launch.owner, launch.identity) if step and step.is_automatic else None


def sends_by_itself(launch: "Launch") -> bool:
    """Whether any step of the campaign does."""
    return steps_of(launch).filter(kind=Kind.EMAIL).exclude(timing=Timing.TASK).exists()


def seen_by(email: FirstEmail, one: "LaunchPerson") -> dict[str, Any]:
    """Subject and text with the fields filled in for `one`, what is in their way, and who stands
    before and behind them on the list."""
    said = resolve(about(email, one), *words_to(email, one))
    html = mark_safe(clean(said.body.marked))  # noqa: S308 - cleaned right here
    others = one.launch.people.for_list()
    kept = obstacles(email, [one])
    return {
        "subject": said.subject.shown,
        "preview": Preview(html, has_remote_pictures=False, is_plain=True),
        "obstacle": kept[0] if kept else None,
        "consequence": consequence(kept[0]) if kept else "",
        "place": others.before(one).count() + 1,
        "total": others.count(),
        "previous": others.before(one).last(),
        "next": others.after(one).first(),
    }


def consequence(obstacle: Obstacle) -> str:
    """What comes of it if nobody mends it."""
    if obstacle.code == "prompt_left":
        return _("It becomes a task: you write it before it goes.")
    return _("It cannot be sent, and they will need your attention.")
