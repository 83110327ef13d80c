"""Campaigns made up by chance run as they do on paper: the same emails at the same moments, the same
tasks, the same ends; with workers that stop, jobs that die and are run twice, and a changing clock.

A story is told again by its seed: SEED=123 bin/test -k a_story_is_told_again
"""

import os

import pytest
from django.db import transaction

from tests.campaigns.simulated_clock import simulated_clock
from tests.campaigns.simulation import Simulation
from tests.campaigns.stories import Story, great_story, make_up
from tests.campaigns.two_engines import TwoEngines
from tests.factories import make_identity, make_user

pytestmark = pytest.mark.django_db
STORIES, AT_ONCE = 200, 20


class Over(Exception):
    """The story is told, and nothing of it is kept."""


def tell(story: Story, owner, identity) -> str:
    """Let it happen; the first difference, if there is one."""
    found = ""
    try:
        with transaction.atomic(), simulated_clock(story.begins) as clock:
            found = Simulation(story, clock, owner, identity).run().difference()
            raise Over
    except Over:
        return found


@pytest.fixture
def rita(settings):
    settings.LIMITS = settings.LIMITS | {"EMAILS_PER_DAY": 100_000}
    return make_user("Rita Ek", time_zone="Europe/Stockholm")


def tell_all(seeds, rita) -> None:
    identity = make_identity(rita)
    for seed in seeds:
        if difference := tell(make_up(seed), rita, identity):
            pytest.fail(difference, pytrace=False)


@pytest.mark.parametrize("first", range(0, STORIES, AT_ONCE))
def test_campaigns_run_as_they_do_on_paper(first, rita):
    tell_all(range(first, first + AT_ONCE), rita)


@pytest.mark.long
@pytest.mark.parametrize("first", range(1000, 3000, 100))
def test_and_so_do_many_more(first, rita):
    tell_all(range(first, first + 100), rita)


@pytest.mark.long
@pytest.mark.parametrize("ends", [True, False])
def test_300_people_run_for_40_days_as_they_do_on_paper(ends, rita):
    if difference := tell(great_story(ends=ends), rita, make_identity(rita)):
        pytest.fail(difference, pytrace=False)


@pytest.mark.django_db(transaction=True)
def test_two_engines_at_once_are_as_one(rita):
    met, identity = 0, make_identity(rita)
    for seed in range(5000, 5004):
        story = make_up(seed)
        with simulated_clock(story.begins) as clock:
            simulation = Simulation(story, clock, rita, identity)
            simulation.real.engine = both = TwoEngines(clock, seed)
            if difference := simulation.run().difference():
                pytest.fail(difference, pytrace=False)
            met += both.met
    assert met > 20


@pytest.mark.skipif("SEED" not in os.environ, reason="no seed is given")
def test_a_story_is_told_again(rita):
    tell_all([int(os.environ["SEED"])], rita)
