"""What tests of campaigns do again and again."""

from campaigns import engine
from campaigns.models import Campaign, Enrollment
from emails.models import Email
from tests.factories import make_enrollment


def go_on() -> None:
    """Let the engine do all that is due."""
    while engine.advance():
        pass


def begun(campaign: Campaign, **fields: object) -> tuple[Enrollment, Email]:
    """Somebody whose first email waits."""
    enrollment = make_enrollment(campaign, **fields)
    go_on()
    return enrollment, enrollment.turns.get().email
