"""Where recipients unsubscribe: what the link does, what one click does, and what nothing does."""

from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from accounts.models import UndoRefused
from emails.events import Observation, apply_events, record
from emails.models import Event, Status
from emails.tracking import own, tokens
from emails.tracking.rewriting import unsubscribe_url
from emails.tracking.watching import PER_MINUTE
from prospects import consent
from prospects.models import ConsentChange, Suppression, hash_of
from tests.factories import make_email, make_person, make_user

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
ONE_CLICK = "List-Unsubscribe=One-Click"
BUTTON = {"unsubscribe": "yes"}


@pytest.fixture
def rita():
    return make_user("Rita Ek")


@pytest.fixture
def maria(rita):
    return make_person(rita, "Maria", email="maria@nordlys.example")


@pytest.fixture
def email(rita, maria):
    return make_email(rita, Status.DELIVERED, person=maria)


@pytest.fixture
def url(email):
    return unsubscribe_url(email.pk)


@pytest.fixture
def recipient():
    """A browser without any cookie, on the tracking host, where CSRF would be asked for."""
    client = Client(enforce_csrf_checks=True)

    def ask(url, data=None, *, language="en", **more):
        parts = urlsplit(url)
        headers = {"Host": urlsplit(settings.TRACKING_URL).netloc, "Accept-Language": language}
        method = client.get if data is None else client.post
        return method(parts.path, data, headers=headers, **more)

    return ask


def in_force():
    return list(Suppression.objects.in_force().values_list("value", "sender"))


def test_following_the_link_changes_nothing_and_asks(recipient, url, email):
    response = recipient(url)

    assert response.status_code == 200
    assert email.to_address in response.text and "Rita Ek" in response.text
    assert in_force() == [] and not Event.objects.exists()
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy
    assert "unsafe" not in policy and "<script" not in response.text


@pytest.mark.parametrize("method", ["head", "options", "put", "delete", "patch"])
def test_neither_does_any_other_method(client, url, method):
    response = getattr(client, method)(urlsplit(url).path)

    assert response.status_code in {200, 405}
    assert in_force() == []


def test_it_speaks_the_browsers_language(recipient, url):
    assert '<html lang="sv">' in recipient(url, language="sv-SE,sv;q=0.9,en;q=0.5").text
    assert '<html lang="en">' in recipient(url, language="de").text


def test_the_button_unsubscribes_at_once_and_keeps_why(recipient, url, email, maria, rita):
    waiting = make_email(rita, Status.SCHEDULED, person=maria)
    said = {"scope": "all", "because": "too_many", "words": "Three\r\na week!"}
    response = recipient(url, BUTTON | said)

    assert "You are unsubscribed" in response.text
    assert in_force() == [("maria@nordlys.example", None)]
    line = ConsentChange.objects.about(maria).get()
    told = (line.what, line.source, line.because, line.words, line.email, line.by)
    assert told == ("unsubscribed", "link", "too_many", "Three a week!", email, None)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.reason) == ("failed", "suppressed")
    event = email.events.get()
    assert (event.kind, event.source, event.who) == ("unsubscribe", "unsubscribe", "human")
    # From here on the link says how it stands.
    assert "gets no more email" in recipient(url).text


def test_it_is_committed_before_the_answer(recipient, url, transactional_db, monkeypatch):
    monkeypatch.setattr("emails.jobs.wake_evidence", lambda: 1 / 0)

    assert recipient(url, BUTTON).status_code == 200
    assert len(in_force()) == 1


def test_only_this_sender_is_what_it_says(recipient, url, maria, rita):
    sam = make_user("Sam")
    waiting = make_email(sam, Status.SCHEDULED, person=maria)
    page = recipient(url).text
    assert "Email from Rita Ek only" in page
    response = recipient(url, BUTTON | {"scope": "sender"})

    assert "gets no more email from Rita Ek" in response.text
    assert in_force() == [("maria@nordlys.example", rita.pk)]
    waiting.refresh_from_db()
    assert waiting.status == "scheduled"
    # Everybody else can still be left by the same link.
    again = recipient(url).text
    assert "You get no more email from Rita Ek already." in again and "scope" not in again
    recipient(url, BUTTON)
    assert ("maria@nordlys.example", None) in in_force()


def test_where_only_one_writes_there_is_nothing_to_choose(recipient, url):
    assert "scope" not in recipient(url).text


@pytest.mark.parametrize(
    "odd",
    [
        {"scope": "everything"},
        {"because": "x" * 5000, "words": "y" * 100_000},
        {"because": "too_many\0", "words": "\0\ud800".encode("utf-8", "replace")},
        {"words": "<script>alert(1)</script>"},
    ],
)
def test_whatever_else_is_said_nobody_is_kept(recipient, url, odd):
    response = recipient(url, BUTTON | odd)

    assert response.status_code == 200
    assert in_force() == [("maria@nordlys.example", None)]
    line = ConsentChange.objects.get()
    assert len(line.words) <= 500 and line.because in {"", "too_many"}


@pytest.mark.parametrize(
    "body",
    ["", "unsubscribe", "x=1", "List-Unsubscribe=", "List-Unsubscribe=one-click", "a" * 5000,
     f"{ONE_CLICK}&List-Unsubscribe=One-Click", f"{ONE_CLICK}&x=1", "List-Unsubscribe: One-Click"],
)  # fmt: skip
def test_any_other_post_changes_nothing(recipient, url, body):
    response = recipient(url, body, content_type=FORM)

    assert response.status_code == 400
    assert response.text.startswith("Nothing was changed")
    assert in_force() == []


def test_one_click_is_the_whole_of_it(recipient, url, email, maria):
    """RFC 8058, 3.2: a POST without cookies, and an answer that leads nowhere else."""
    response = recipient(url, ONE_CLICK, content_type=FORM)

    assert (response.status_code, response["Content-Type"]) == (200, "text/plain")
    assert not response.cookies
    assert in_force() == [("maria@nordlys.example", None)]
    line = ConsentChange.objects.about(maria).get()
    assert (line.source, line.email) == ("one_click", email)
    assert (email.events.get().who, email.events.get().judged_by) == ("human", "one click")


def test_one_click_may_come_as_multipart(recipient, url):
    assert recipient(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert len(in_force()) == 1


def test_pressing_it_again_is_the_same(recipient, url, email):
    for _ in range(3):
        assert recipient(url, ONE_CLICK, content_type=FORM).status_code == 200
    assert len(in_force()) == 1
    assert ConsentChange.objects.count() == 1


def test_whom_an_admin_let_back_in_meanwhile_stays_in(recipient, url, email, maria):
    recipient(url, BUTTON)
    consent.resubscribe([maria], by=make_user(role="admin"), why="They called us")
    apply_events()

    assert in_force() == []
    recipient(url, BUTTON)
    assert len(in_force()) == 1
    assert email.events.count() == 2


@pytest.mark.parametrize("how", ["get", "form", "one click"])
@pytest.mark.parametrize(
    "tamper",
    # The last letter but one: of the last, some bits say nothing.
    [lambda t: t[:-2] + ("A" if t[-2] != "A" else "B") + t[-1], lambda t: "C" + t[1:], lambda t: t + "A",
     lambda t: "x", lambda t: "ä" * 31, lambda t: "%00", lambda t: t[:20]],
)  # fmt: skip
def test_a_forged_link_changes_nothing_and_says_so(
    recipient, email, how, tamper, django_assert_num_queries
):
    forged = tamper(tokens.make(tokens.Use.UNSUBSCRIBE, email.pk))
    data, kind = {"get": (None, {}), "form": (BUTTON, {})}.get(
        how, (ONE_CLICK, {"content_type": FORM})
    )
    with django_assert_num_queries(0):
        response = recipient(f"/u/{forged}/", data, **kind)

    assert response.status_code == 404
    assert response.text == "This link is not valid, so nothing was changed.\n"
    assert in_force() == []


@pytest.mark.parametrize("use", set(tokens.Use) - {tokens.Use.UNSUBSCRIBE})
def test_a_token_of_another_use_unsubscribes_nobody(recipient, email, use):
    assert recipient(f"/u/{tokens.make(use, email.pk)}/", BUTTON).status_code == 404
    assert in_force() == []


def test_an_email_that_never_was(recipient):
    assert recipient(unsubscribe_url(10**15), BUTTON).status_code == 404


def test_the_hash_of_a_forgotten_address_is_enough(recipient, url, email):
    email.person = None
    email.save(update_fields=["person"])
    type(email).objects.filter(pk=email.pk).update(to_address=hash_of(email.to_address))
    assert "sha256" not in recipient(url).text
    response = recipient(url, BUTTON)

    assert "You get no more email" in response.text
    assert Suppression.objects.covering("maria@nordlys.example").exists()


def test_too_often_is_said_and_changes_nothing(recipient, url):
    for _ in range(PER_MINUTE):
        recipient(url)
    response = recipient(url, BUTTON)

    assert (response.status_code, in_force()) == (429, [])
    assert "try again" in response.text


def test_a_database_that_is_away_is_said(recipient, url, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr("emails.unsubscribing.taking._take", away)
    response = recipient(url, BUTTON)

    assert (response.status_code, in_force()) == (503, [])
    assert "nothing was changed" in response.text


def test_who_loses_to_a_deadlock_asks_again(recipient, url, monkeypatch):
    from emails.unsubscribing import taking

    real, tries = taking._take, []

    def first_in_vain(*args, **kwargs):
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("deadlock detected")
        real(*args, **kwargs)

    monkeypatch.setattr(taking, "_take", first_in_vain)
    assert recipient(url, BUTTON).status_code == 200
    assert len(in_force()) == 1


def test_the_senders_own_browser_proves_nothing_of_the_email(client, email, rita, url):
    client.cookies[own.COOKIE] = tokens.make(tokens.Use.OWN, rita.pk)
    client.post(urlsplit(url).path, BUTTON)

    assert email.events.get().who == "own"
    assert len(in_force()) == 1


def test_nothing_else_of_the_tracking_host_is_exempt_from_csrf():
    from django.urls import URLResolver, get_resolver

    def views(patterns):
        for each in patterns:
            if isinstance(each, URLResolver):
                yield from views(each.url_patterns)
            else:
                yield each.callback

    exempt = {
        view.__module__
        for view in views(get_resolver("commandcenter.urls").url_patterns)
        if getattr(view, "csrf_exempt", False)
    }
    assert exempt <= {"emails.unsubscribing.views"}


def test_what_their_mail_provider_tells_is_their_own_word_too():
    rita = make_user("Rita")
    maria = make_person(rita)
    email = make_email(rita, Status.DELIVERED, person=maria)
    undo = consent.offer_undo(rita, consent.unsubscribe([maria.pk], by=rita))
    told = {"kind": Event.Kind.UNSUBSCRIBE, "at": timezone.now(), "source": "provider"}
    record([Observation(email_id=email.pk, **told)])
    apply_events()
    with pytest.raises(UndoRefused):
        undo.use()
    sources = ConsentChange.objects.newest_first().values_list("source", flat=True)
    assert list(sources) == ["mail", "hand"]
