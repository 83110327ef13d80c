"""After a backup nobody knows how far people have come: campaigns wait for somebody to look."""

import pytest

from campaigns.models import State
from emails.models import Status
from emails.restoring import hold
from tests.campaigns.happenings import arrive, let_it_be_due
from tests.campaigns.ways import go_on
from tests.factories import make_campaign, make_enrollment, make_step, make_user

pytestmark = pytest.mark.django_db


def test_nothing_is_made_that_may_have_been_sent_since():
    campaign = make_campaign(make_user("Rita"))
    make_step(campaign)
    make_step(campaign, day=2)
    half_way, begun = make_enrollment(campaign), make_enrollment(campaign)
    go_on()
    arrive(half_way.turns.get().email)
    let_it_be_due(begun.turns.get().email)

    hold()
    go_on()

    campaign.refresh_from_db()
    assert campaign.paused_at
    assert half_way.turns.count() == 1
    begun.refresh_from_db()
    email = begun.turns.get().email
    assert (email.status, email.reason) == (Status.FAILED, "unconfirmed")
    assert (begun.state, begun.hitch) == (State.ATTENTION, "failed")
