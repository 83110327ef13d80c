"""The page of the settings on which the words for unsubscribing are written."""

import pytest

from accounts.models import Organisation
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PAGE = "/settings/unsubscribing/"


@pytest.fixture
def rita():
    return make_user("Rita Rep")


@pytest.fixture
def ada():
    return make_user("Ada Admin", role="admin")


def own(words):
    return {"part": "own", "own-unsubscribe_message": words}


def team(words, **more):
    return {"part": "team", "team-unsubscribe_message": words, **more}


def test_a_rep_writes_their_own_words_and_sees_how_they_read(client, rita):
    client.force_login(rita)
    response = client.post(PAGE, own("No more?\r\n[Tell me]"), follow=True)

    rita.refresh_from_db()
    assert rita.unsubscribe_message == "No more?\n[Tell me]"
    assert 'No more?<br><a href="#unsubscribe">Tell me</a>' in response.text
    assert "For everybody" not in response.text


def test_the_organisations_are_an_admins(client, rita, ada):
    client.force_login(rita)
    assert client.post(PAGE, team("[Mine]")).status_code == 200
    assert Organisation.current().unsubscribe_message == ""

    client.force_login(ada)
    client.post(PAGE, team("The team: [leave]", **{"team-bounce_unsubscribes": "on"}))
    kept = Organisation.current()
    assert kept.unsubscribe_message == "The team: [leave]"
    assert (kept.append_unsubscribe, kept.bounce_unsubscribes) == (False, True)


def test_saving_one_leaves_the_other_alone(client, ada):
    client.force_login(ada)
    client.post(PAGE, team("The team: [leave]", **{"team-append_unsubscribe": "on"}))
    client.post(PAGE, own("Ada: [leave]"))

    kept = Organisation.current()
    assert (kept.unsubscribe_message, kept.append_unsubscribe) == ("The team: [leave]", True)
    ada.refresh_from_db()
    assert ada.unsubscribe_message == "Ada: [leave]"


def test_too_long_is_said_and_kept_in_the_field(client, rita):
    client.force_login(rita)
    response = client.post(PAGE, own("x" * 501))

    assert response.status_code == 422 and "x" * 501 in response.text
    rita.refresh_from_db()
    assert rita.unsubscribe_message == ""
    assert "Rita Rep" in response.text


def test_markup_stays_words(client, rita):
    client.force_login(rita)
    page = client.post(PAGE, own("<script>alert(1)</script> [x]"), follow=True).text
    assert "&lt;script&gt;" in page and "<script>alert" not in page
