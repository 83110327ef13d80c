"""The words that the models of this app share."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tasks.models import Kind

__all__ = ["Because", "Hitch", "Kind", "State", "Timing"]


class Timing(models.TextChoices):
    """When an email step goes on its day."""

    LAUNCH = "launch", _("when it is started")  # of the first step only
    PREVIOUS = "previous", _("at the time of the previous email")  # same day: minutes later
    FIXED = "fixed", _("at a fixed time")
    TASK = "task", _("as a task")


class State(models.TextChoices):
    """Where an enrollment stands."""

    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    ATTENTION = "attention", _("Needs attention")
    COMPLETED = "completed", _("Completed")  # it came to the end of the steps
    ENDED = "ended", _("Ended")  # before that; `because` says why

    @property
    def tone(self) -> str:
        """The colour of its word; "" for what is over."""
        return {"active": "ok", "paused": "warn", "attention": "bad"}.get(self.value, "")


class Because(models.TextChoices):
    """Why an enrollment ended before its last step."""

    REPLIED = "replied", _("replied")
    BOUNCED = "bounced", _("an email bounced")
    COMPLAINED = "complained", _("reported an email as spam")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
    REMOVED = "removed", _("removed by hand")
    STOPPED = "stopped", _("the campaign was stopped")


class Hitch(models.TextChoices):
    """Why an enrollment needs attention: it goes on when that is mended, skipped or ended."""

    FAILED = "failed", _("an email failed")
    BOUNCED = "bounced", _("an email bounced")
    NO_CHANNEL = "no_channel", _("the sender's address is not ready")
    NOT_MADE = "not_made", _("an email could not be made")
