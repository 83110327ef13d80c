"""What a campaign has to say of its emails: why they wait, and what may not be done with them."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from emails.models import Cause, Email
from emails.models.belonging import Keeper, keeper

from .models import State, Turn


@keeper("campaign")
class OfCampaign(Keeper):
    def objection(self, email: Email, cause: Cause) -> str:
        """Deleting one would leave its person waiting for ever; after the end nothing is sent."""
        turn = _turn(email)
        if turn is None:
            return ""
        told = {"campaign": email.campaign, "person": email.recipient}
        if cause != Cause.REMOVE:
            return _objection_to_sending(turn, told)
        if turn.skipped or not turn.enrollment.is_open:
            return ""
        return (
            _(
                "It belongs to the campaign “%(campaign)s”. Remove %(person)s from the campaign"
                " instead."
            )
            % told
        )

    def held(self, email: Email) -> str:
        turn = _turn(email)
        told = {"campaign": email.campaign, "person": email.recipient}
        if turn and turn.enrollment.state == State.PAUSED and not turn.enrollment.on_hold:
            return _("%(person)s is paused in the campaign “%(campaign)s”.") % told
        return _("The campaign “%(campaign)s” is paused.") % told

    def waits(self, email: Email, when: str) -> str:
        told = {"campaign": email.campaign, "when": when}
        return _("Waits for its day in the campaign “%(campaign)s”: it goes out %(when)s.") % told


def _objection_to_sending(turn: Turn, told: Mapping[str, object]) -> str:
    if turn.enrollment.state == State.ENDED:
        return (
            _(
                "The campaign “%(campaign)s” is over for %(person)s, so that nothing more of it is"
                " sent. Write a new email instead."
            )
            % told
        )
    if turn.skipped:
        return _("This step of the campaign was skipped for %(person)s.") % told
    return ""


def _turn(email: Email) -> Turn | None:
    return Turn.objects.select_related("enrollment").filter(email=email).first()
