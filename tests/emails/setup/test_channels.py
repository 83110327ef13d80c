"""SMTP servers as users set them up, each tried for real."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from emails.models import Channel
from emails.sending.answers import Fault
from emails.setup.connecting import FIELD_OF
from tests.factories import make_channel, make_email, make_identity, make_user
from tests.sinks import Sink

pytestmark = pytest.mark.django_db
SECRET = "hemlig å"


@pytest.fixture
def rita():
    return make_user("Rita Rep")


@pytest.fixture
def client(client, rita):
    client.force_login(rita)
    return client


@pytest.fixture
def sink():
    with Sink(users={"rita": SECRET}) as sink:
        yield sink


@pytest.fixture
def fields(sink):
    return {
        "host": "127.0.0.1",
        "port": sink.port,
        "security": "none",
        "username": "rita",
        "password": SECRET,
        "sessions": 2,
    }


NEW = "/settings/channels/new/"


def url(channel, page="channel"):
    return reverse(f"setup:{page}", args=[channel.pk])


def test_a_server_is_saved_tried_and_works(client, rita, fields):
    response = client.post(NEW, fields, follow=True)
    channel = rita.channels.get()

    assert (channel.name, channel.password) == ("127.0.0.1", SECRET)
    assert channel.connected_at
    assert "“127.0.0.1” works." in response.text


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"password": "wrong"}, "password", "The server refused the user name or password."),
        ({"username": "", "password": ""}, None, ""),
        ({"security": "starttls"}, "security", "The server does not offer STARTTLS."),
        ({"host": "no-such-host.invalid"}, "host", "There is no server of this name."),
        ({"port": 1}, "port", "nothing listens on this port"),
    ],
)
def test_a_failure_names_its_cause_beside_the_right_field(
    client, rita, fields, changes, field, words
):
    response = client.post(NEW, fields | changes, follow=True)
    channel = rita.channels.get()
    form = response.context.get("form")
    if field is None:
        assert channel.connected_at
        return
    assert list(form.errors) == [field]
    assert words in form.errors[field][0]
    assert ("The server said" in response.text) == (field == "password")
    assert "is saved, but it does not connect" in response.text
    assert "does not connect" in client.get(reverse("setup:channels")).text


def test_the_servers_own_words_stand_behind_ours(client, sink, fields):
    sink.at("auth", "535 5.7.8 Bad credentials, see help.example")
    response = client.post(NEW, fields, follow=True)
    assert "The server said: “Bad credentials, see help.example”" in response.text


def test_every_fault_of_a_first_connection_has_its_field():
    without = {Fault.SENDER, Fault.SENDER_LATER, Fault.QUOTA, Fault.CLOSING, Fault.LOST}
    assert set(Fault) - without == set(FIELD_OF)


def test_a_password_never_comes_back_to_the_page(client, rita, fields):
    client.post(NEW, fields | {"password": "wrong-and-shown"})
    channel = rita.channels.get()
    client.post(url(channel), fields | {"port": ""})
    for page in (url(channel), reverse("setup:channels")):
        assert "wrong-and-shown" not in client.get(page).text
    assert SECRET not in client.post(url(channel), fields | {"port": ""}).text


def test_an_empty_password_keeps_the_stored_one(client, rita, fields):
    client.post(NEW, fields)
    channel = rita.channels.get()
    client.post(url(channel), fields | {"password": "", "name": "Office"})
    channel.refresh_from_db()
    assert (channel.name, channel.password) == ("Office", SECRET)
    assert channel.connected_at


@pytest.mark.parametrize(
    "change", [{"host": "localhost"}, {"port": 2}, {"username": "x"}, {"security": "starttls"}]
)
def test_a_stored_password_does_not_go_to_another_server(client, rita, fields, change):
    client.post(NEW, fields)
    channel = rita.channels.get()
    response = client.post(url(channel), fields | {"password": ""} | change)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["password"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"host": ""}, "host"),
        ({"host": "smtp://mail.example"}, "host"),
        ({"host": "mail.example:25"}, "host"),
        ({"host": "mail.example/x"}, "host"),
        ({"port": 0}, "port"),
        ({"port": 70000}, "port"),
        ({"security": "magic"}, "security"),
        ({"sessions": 0}, "sessions"),
        ({"sessions": 1000}, "sessions"),
        ({"per_minute": 0}, "per_minute"),
        ({"password": ""}, "password"),
    ],
)
def test_bad_fields_are_refused_before_anything_is_tried(
    client, rita, sink, fields, changes, field
):
    response = client.post(NEW, fields | changes)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not rita.channels.exists()
    assert sink.connections == 0


class TestInside:
    """The server does not look around in the network for whoever asks it to."""

    @pytest.fixture(autouse=True)
    def private(self, settings):
        settings.PRIVATE_CHANNELS = False

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0.0.0.0", "::1"])
    def test_a_user_cannot_point_a_channel_inside(self, client, rita, sink, fields, host):
        response = client.post(NEW, fields | {"host": host}, follow=True)
        assert "This server is inside the network" in response.context["form"].errors["host"][0]
        assert sink.connections == 0
        assert not rita.channels.get().connected_at

    def test_an_admin_can(self, client, fields):
        ada = make_user("Ada Admin", role="admin")
        client.force_login(ada)
        client.post(NEW, fields)
        assert ada.channels.get().connected_at

    def test_so_can_the_teams_channel_whoever_sends_through_it(self, sink):
        assert make_channel(None).may_be_inside
        assert not make_channel(make_user("Sam")).may_be_inside


class TestTheOnlyOne:
    """A first and only channel is everybody's who has none (V5)."""

    def test_it_is_assigned_to_identities_without_one(self, client, rita, fields):
        identity = make_identity(rita, channel=None)
        Channel.objects.all().delete()
        client.post(NEW, fields)
        identity.refresh_from_db()
        assert identity.channel == rita.channels.get()

    def test_a_second_one_is_not(self, rita):
        make_channel(rita)
        identity = make_identity(rita)
        identity.channel = None
        identity.save()
        assert make_channel(rita).serve_if_only() == 0

    def test_the_teams_first_serves_those_without_a_channel_of_their_own(self, rita):
        sam = make_user("Sam")
        theirs, mine = make_identity(sam), make_identity(rita)
        sam.identities.update(channel=None)
        rita.identities.update(channel=None)
        rita.channels.all().delete()
        team = make_channel(None)

        assert team.serve_if_only() == 1
        mine.refresh_from_db()
        theirs.refresh_from_db()
        assert (mine.channel, theirs.channel) == (team, None)


class TestState:
    def test_a_held_channel_says_why_and_can_try_again_now(self, client, rita):
        channel = make_channel(rita)
        channel.hold("channel_sign_in", "535 no")
        text = client.get(reverse("setup:channels")).text
        assert "The server refused the user name or password." in text
        assert "Try again now" in text

        client.post(url(channel, "resume"))
        channel.refresh_from_db()
        assert channel.is_open
        assert channel.reason == ""

    def test_a_channel_is_paused_and_resumed(self, client, rita):
        channel = make_channel(rita)
        client.post(url(channel, "pause"))
        channel.refresh_from_db()
        assert not channel.is_open
        assert "Resume" in client.get(reverse("setup:channels")).text
        client.post(url(channel, "resume"))
        channel.refresh_from_db()
        assert channel.is_open

    def test_a_test_that_works_ends_the_rest(self, client, rita, sink):
        channel = make_channel(rita, port=sink.port)
        channel.hold("channel_refused", "")
        client.post(url(channel, "connect"))
        channel.refresh_from_db()
        assert channel.is_open
        assert channel.connected_at > timezone.now() - timedelta(minutes=1)

    def test_one_that_was_used_stays(self, client, rita):
        used = make_email(rita, "scheduled").channel
        response = client.post(url(used, "remove-channel"), follow=True)
        assert "Pause it instead." in response.text
        unused = make_channel(rita)
        client.post(url(unused, "remove-channel"))
        assert list(rita.channels.all()) == [used]


class TestTheTeams:
    @pytest.fixture
    def team(self):
        return make_channel(None, name="Team relay")

    def test_everybody_sees_it_and_admins_look_after_it(self, client, team):
        text = client.get(reverse("setup:channels")).text
        assert "Team relay" in text
        assert url(team) not in text

        client.force_login(make_user("Ada", role="admin"))
        assert url(team) in client.get(reverse("setup:channels")).text

    @pytest.mark.parametrize("page", ["channel", "connect", "pause", "resume", "remove-channel"])
    def test_nobody_else_changes_it(self, client, team, fields, page):
        assert client.post(url(team, page), fields).status_code == 404

    def test_only_an_admin_makes_one(self, client, rita, fields):
        client.post(NEW, fields | {"for_team": "on"})
        assert Channel.objects.get().owner == rita

        client.force_login(make_user("Ada", role="admin"))
        client.post(NEW, fields | {"for_team": "on"})
        assert Channel.objects.filter(owner=None).count() == 1


@pytest.mark.parametrize("page", ["channel", "connect", "pause", "resume", "remove-channel"])
def test_somebody_elses_channel_is_not_there(client, fields, page):
    theirs = make_channel(make_user("Sam"), name="Sam's")
    assert client.post(url(theirs, page), fields).status_code == 404
    assert "Sam&#x27;s" not in client.get(reverse("setup:channels")).text
