"""What is done with many people in campaigns, by a worker: those of one campaign, or those of a list
who are taken out of one."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from emails.models import Email
from prospects.many import AT_ONCE, DOINGS, Outcome
from prospects.models import Person
from ui.ids import id_in, ids_in

from .acting import ACTIONS, do, offer
from .leaving.removing import remove
from .leaving.whom import going_for
from .models import Campaign, Enrollment, Step

if TYPE_CHECKING:
    from accounts.models import Undo, User

IN_CAMPAIGN, TAKING_OUT = "campaign", "take-out"


class InCampaign:
    """An action of the page of a campaign's people; `enrollment` of `told` says which of theirs."""

    back_at_once = 1  # each locks emails, and these are locked in the order of their ids

    def __init__(self, user: "User", action: str, told: QueryDict) -> None:
        self.user, self.told, self.action = user, told, ACTIONS[action]
        self.label = str(self.action.label).removesuffix("…")
        self.about = _campaign_of(told)
        self.at_once = 1 if self.action.singly else AT_ONCE

    def carry_out(self, ids: Sequence[int]) -> Outcome:
        mine = Enrollment.objects.seen_by(self.user).filter(person__in=ids)
        meant = mine.of_ids(ids_in(self.told.getlist("enrollment")))
        step = self._step() if "step" in self.told else None
        if "step" in self.told and step is None:
            return Outcome(left=dict.fromkeys(ids, _("The step is gone.")))
        whose = dict(meant.values_list("pk", "person"))
        result = do(self.action, meant, self.user, step)
        done = {whose[each.pk] for each in result.done}
        left = dict.fromkeys(ids, _("Is not in the campaign any more."))
        left |= {whose[pk]: why for pk, why in result.left.items()}
        return _outcome(done, left, offer(result, self.user), whose, bool(result.also))

    def _step(self) -> Step | None:
        steps = Step.objects.present().filter(campaign__in=Campaign.seen_by(self.user))
        return steps.of_ids([id_in(self.told.get("step"))]).first()


class TakingOut:
    """Taking people out of a campaign, else out of whatever they are in."""

    back_at_once = 1

    def __init__(self, user: "User", action: str, told: QueryDict) -> None:
        self.user, self.told = user, told
        self.label, self.at_once = _("Remove from campaign"), AT_ONCE
        self.about = _campaign_of(told)

    def carry_out(self, ids: Sequence[int]) -> Outcome:
        people, asked = Person.seen_by(self.user).of_ids(ids), id_in(self.told.get("campaign"))
        campaign = Campaign.seen_by(self.user).filter(pk=asked).first()
        left = dict.fromkeys(ids, _("Is in no campaign that you may take them out of."))
        if campaign is None and asked:
            return Outcome(left=left)
        whose = dict(going_for(self.user, people, campaign).values_list("pk", "person"))
        removed = remove(Enrollment.objects.of_ids(whose), self.user)
        done = {whose[each.pk] for each in removed.people}
        return _outcome(done, left, removed.undo, whose, bool(removed.ended.in_hand))


def _campaign_of(told: QueryDict) -> str:
    """Its name; the user has chosen it, and has seen it then."""
    campaign = Campaign.objects.filter(pk=id_in(told.get("campaign"))).first()
    return str(campaign or "")


DOINGS |= {IN_CAMPAIGN: InCampaign, TAKING_OUT: TakingOut}


def _outcome(
    done: Collection[int],
    left: Mapping[int, str],
    undo: "Undo | None",
    whose: Mapping[int, int],
    in_hand: bool,
) -> Outcome:
    told = Outcome(list(done), {pk: why for pk, why in left.items() if pk not in done})
    if in_hand:
        still = (
            Enrollment.objects.of_ids(whose).with_emails_in_hand().values_list("person", flat=True)
        )
        told.notes = dict.fromkeys(still, _("An email is on its way to the server already."))
    if undo:
        told.undo, told.before = undo.action, _parted(undo.before, whose)
        undo.delete()  # it is taken back with all the others, or not at all
    return told


def _parted(before: Mapping[str, Any], whose: Mapping[int, int]) -> dict[int, dict[str, Any]]:
    """What an Undo knows, for each person alone."""
    told: dict[int, dict[str, Any]] = defaultdict(lambda: {key: [] for key in before})
    for pk in before.get("enrollments", []):
        told[whose[pk]]["enrollments"].append(pk)
    for way in before.get("ways", []):
        told[whose[way[0]]]["ways"].append(way)
    emails = Email.objects.of_ids(before.get("emails", []))
    for pk, person in emails.values_list("pk", "person"):
        if person in told:
            told[person]["emails"].append(pk)
    return dict(told)
