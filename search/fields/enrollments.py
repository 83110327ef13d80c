"""Where people stand in campaigns: the emails of a campaign are asked for in campaigns.py."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.models import Because, Enrollment, State

from ..looking import Looking
from ..tree import Condition
from .campaigns import campaigns_named_by, steps_named_by
from .kinds import Choice, Choices, Field, Role
from .refs import Ref
from .tasks import RowCount


@dataclass(frozen=True, kw_only=True)
class Current(Ref):
    """They are on their way through it now, or stand at it; `at` is that column of an enrollment."""

    at: str

    def of_person(self, condition: Condition, looking: Looking) -> Q:
        open_ = Enrollment.objects.open().order_by()
        if condition.op == "any":
            found = open_.filter(**{f"{self.at}__isnull": False})
        else:
            found = open_.filter(**{f"{self.at}__in": self.ids(condition, looking)})
        return Q(pk__in=found.values("person"))


@dataclass(frozen=True, kw_only=True)
class StateChoice(Choice):
    """In some campaign they stand so, in the word that its page has for it."""

    def of_person(self, condition: Condition, looking: Looking) -> Q:
        assert isinstance(condition.value, tuple)
        stand = Q(state__in=set(condition.value) - {State.ACTIVE})
        if State.ACTIVE in condition.value:
            stand |= Q(state=State.ACTIVE, on_hold=False)
        if State.PAUSED in condition.value:
            stand |= Q(state=State.ACTIVE, on_hold=True)
        return Q(pk__in=Enrollment.objects.filter(stand).order_by().values("person"))


@dataclass(frozen=True, kw_only=True)
class BecauseChoice(Choice):
    """Their way through some campaign ended for this reason."""

    def of_person(self, condition: Condition, looking: Looking) -> Q:
        assert isinstance(condition.value, tuple)
        ended = Enrollment.objects.filter(because__in=condition.value).order_by()
        return Q(pk__in=ended.values("person"))


def _states() -> Choices:
    return [(state.value, state.label) for state in State]


def _reasons() -> Choices:
    return [(reason.value, reason.label) for reason in Because]


FIELDS: tuple[Field, ...] = (
    Current(
        name="in-campaign",
        of_others=True,
        label=_("Now in the campaign"),
        role=Role.PERSON,
        rows=campaigns_named_by,
        at="campaign",
        removed_at="removed_at",
        missing=_("There is no campaign “%(name)s” that you may see: nobody is found by it."),
        removed=_("The campaign “%(name)s” has been deleted."),
    ),
    Current(
        name="at-step",
        of_others=True,
        label=_("Now at the step"),
        role=Role.PERSON,
        rows=steps_named_by,
        named_by=("name", "subject"),
        at="step",
        removed_at="removed_at",
        missing=_("There is no step “%(name)s” in your campaigns: nobody is found by it."),
        removed=_("The step “%(name)s” has been deleted."),
    ),
    StateChoice(
        name="campaign-state",
        of_others=True,
        label=_("State in a campaign"),
        role=Role.PERSON,
        options=_states,
    ),
    BecauseChoice(
        name="ended",
        of_others=True,
        label=_("Campaign ended because"),
        role=Role.PERSON,
        options=_reasons,
    ),
    RowCount(
        name="campaigns",
        of_others=True,
        label=pgettext_lazy("of a person", "Number of campaigns"),
        role=Role.PERSON,
        rows=lambda _looking: Enrollment.objects.all(),
        at="created_at",
        counted="campaign",
        timed=False,
    ),
)
