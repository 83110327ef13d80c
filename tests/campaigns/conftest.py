import pytest

from accounts.models import Team
from tests.factories import make_campaign, make_user


@pytest.fixture
def rita():
    return make_user("Rita Rep")


@pytest.fixture
def sam():
    return make_user("Sam Second")


@pytest.fixture
def north(rita, sam):
    team = Team.objects.create(name="North")
    team.members.add(rita, sam)
    return team


@pytest.fixture
def campaign(rita):
    return make_campaign(rita)


@pytest.fixture
def client(client, rita):
    client.force_login(rita)
    return client
