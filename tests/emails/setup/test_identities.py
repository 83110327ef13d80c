"""Who emails come from: unusable until the link that was mailed to the address is followed."""

import re

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from emails.models import Identity
from emails.setup.verification import VALID_FOR, token_for
from tests.factories import make_channel, make_draft, make_identity, make_user

pytestmark = pytest.mark.django_db
FIELDS = {"name": "Rita Rep", "address": "Rita@Nordic.Example"}


@pytest.fixture
def rita():
    return make_user("Rita Rep")


@pytest.fixture
def client(client, rita):
    client.force_login(rita)
    return client


@pytest.fixture
def waiting(rita):
    return make_identity(rita, address="rita@nordic.example", verified_at=None, is_default=False)


def link_in(mail):
    return re.search(r"http://127.0.0.1:8000(/\S+)", mail.body)[1]


def test_a_new_identity_waits_for_its_link(client, rita, mailoutbox):
    response = client.post(reverse("setup:new-identity"), FIELDS, follow=True)
    identity = rita.identities.get()

    assert (identity.address, identity.is_verified, identity.is_ready) == (
        "Rita@nordic.example",
        False,
        False,
    )
    assert mailoutbox[0].to == ["Rita@nordic.example"]
    assert "A link was mailed to Rita@nordic.example" in response.text
    assert "waits for confirmation" in response.text


def test_following_the_link_changes_nothing_until_the_button_is_pressed(client, rita, mailoutbox):
    client.post(reverse("setup:new-identity"), FIELDS)
    stranger = Client(enforce_csrf_checks=True)  # the mail may be read on another device
    link = link_in(mailoutbox[0])

    page = stranger.get(link)
    assert "Confirm the address" in page.text
    assert not rita.identities.get().is_verified

    secret = re.search('name="csrfmiddlewaretoken" value="(.*?)"', page.text)[1]
    done = stranger.post(link, {"csrfmiddlewaretoken": secret})
    assert "Rita Rep can now send email from Rita@nordic.example." in done.text
    assert rita.identities.get().is_verified


def test_pressing_the_button_twice_is_harmless(client, waiting):
    link = reverse("setup:verify", args=[token_for(waiting)])
    client.post(link)
    first = Identity.objects.get().verified_at
    assert "Confirmed" in client.post(link).text
    assert Identity.objects.get().verified_at == first


def test_the_first_that_is_verified_becomes_the_default(rita, waiting):
    waiting.verify()
    second = make_identity(rita, address="b@b.example", verified_at=None, is_default=False)
    second.verify()
    assert [each.is_default for each in (waiting, second)] == [True, False]


@pytest.mark.parametrize("spoil", [lambda token: token[:-2], lambda token: "x" + token, str.upper])
def test_a_forged_link_says_what_to_do(client, waiting, spoil):
    response = client.post(reverse("setup:verify", args=[spoil(token_for(waiting))]))
    assert response.status_code == 410
    assert "Send the link again" in response.text
    assert not Identity.objects.get().is_verified


def test_a_link_runs_out(client, waiting, time_machine):
    token = token_for(waiting)
    time_machine.move_to(timezone.now() + VALID_FOR * 1.01)
    assert client.post(reverse("setup:verify", args=[token])).status_code == 410
    assert not Identity.objects.get().is_verified


def test_a_link_holds_for_the_address_that_it_was_mailed_to(client, waiting):
    token = token_for(waiting)
    edit = reverse("setup:identity", args=[waiting.pk])
    client.post(edit, {"name": "Rita", "address": "boss@nordic.example"})
    assert client.post(reverse("setup:verify", args=[token])).status_code == 410
    assert not Identity.objects.get().is_verified


def test_another_address_gets_its_own_link(client, waiting, mailoutbox):
    waiting.ask()
    edit = reverse("setup:identity", args=[waiting.pk])
    client.post(edit, {"name": "Rita", "address": "other@nordic.example"})
    assert mailoutbox[0].to == ["other@nordic.example"]


def test_a_verified_address_stays(client, rita):
    identity = make_identity(rita)
    edit = reverse("setup:identity", args=[identity.pk])
    client.post(edit, {"name": "Rita R", "address": "boss@nordic.example"})
    identity.refresh_from_db()
    assert (identity.name, identity.address) == ("Rita R", rita.email)


def test_the_link_is_mailed_again_but_not_at_once(client, waiting, mailoutbox, time_machine):
    again = reverse("setup:resend", args=[waiting.pk])
    client.post(again)
    response = client.post(again, follow=True)
    assert "a moment ago" in response.text
    assert len(mailoutbox) == 1

    time_machine.move_to(timezone.now() + Identity.ASKED_AGAIN_AFTER * 1.1)
    client.force_login(waiting.owner)
    client.post(again)
    assert len(mailoutbox) == 2


def test_a_mail_server_that_is_away_is_told(client, monkeypatch):
    def refuse(*_):
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    response = client.post(reverse("setup:new-identity"), FIELDS, follow=True)
    assert "The mail could not be sent" in response.text
    assert Identity.objects.get().asked_at is None  # so that it can be mailed again at once


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "This field is required."),
        ({"address": ""}, "This field is required."),
        ({"address": "rita at nordic"}, "is not an email address."),
        ({"address": "a@b.example, c@d.example"}, "is not an email address."),
        ({"channel": "999"}, "not one of the available choices"),
    ],
)
def test_a_bad_field_is_refused(client, rita, fields, words, mailoutbox):
    response = client.post(reverse("setup:new-identity"), FIELDS | fields)
    assert response.status_code == 422
    assert words in response.text
    assert not rita.identities.exists()
    assert mailoutbox == []


def test_one_has_an_address_once(client, rita, waiting):
    response = client.post(
        reverse("setup:new-identity"), FIELDS | {"address": "RITA@nordic.example"}
    )
    assert response.status_code == 422
    assert "You have an identity with this address already." in response.text


def test_nobody_has_mail_sent_to_ever_more_addresses(client, rita, mailoutbox):
    for number in range(Identity.MOST_WAITING + 1):
        last = client.post(
            reverse("setup:new-identity"), FIELDS | {"address": f"x{number}@nordic.example"}
        )
    assert last.status_code == 422
    assert len(mailoutbox) == Identity.MOST_WAITING


def test_the_only_channel_is_suggested_and_a_strangers_is_not(client, rita):
    make_channel(make_user("Sam"), name="Sam's")
    mine = make_channel(rita, name="Mine")
    text = client.get(reverse("setup:new-identity")).text
    assert f'<option value="{mine.pk}" selected>' in text
    assert "Sam&#x27;s" not in text


def test_a_strangers_channel_cannot_be_chosen(client, rita):
    theirs = make_channel(make_user("Sam"))
    response = client.post(reverse("setup:new-identity"), FIELDS | {"channel": theirs.pk})
    assert response.status_code == 422


def test_another_one_becomes_the_default(client, rita):
    first, second = make_identity(rita), make_identity(rita, address="b@b.example")
    client.post(reverse("setup:make-default", args=[second.pk]))
    first.refresh_from_db()
    second.refresh_from_db()
    assert [first.is_default, second.is_default] == [False, True]


def test_one_that_waits_cannot_become_the_default(client, waiting):
    assert client.post(reverse("setup:make-default", args=[waiting.pk])).status_code == 404


def test_one_that_was_used_stays(client, rita):
    used = make_identity(rita)
    make_draft(rita, identity=used)
    response = client.post(reverse("setup:remove-identity", args=[used.pk]), follow=True)
    assert "it stays" in response.text

    unused = make_identity(rita, address="b@b.example")
    client.post(reverse("setup:remove-identity", args=[unused.pk]))
    assert list(rita.identities.all()) == [used]


@pytest.mark.parametrize("page", ["identity", "resend", "make-default", "remove-identity"])
def test_somebody_elses_identity_is_not_there(client, page):
    theirs = make_identity(make_user("Sam"))
    assert client.post(reverse(f"setup:{page}", args=[theirs.pk]), FIELDS).status_code == 404
