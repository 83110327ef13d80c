"""Being told of new matches of a saved search: once of each, and of none that was there before."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.changes import seen_by
from accounts.models import Team
from emails.models import Email
from search import alerts
from search.alerts import Alert
from search.jobs import tell_of_new
from search.language import parse
from search.models import SavedSearch
from search.problems import Problem, TooSlow
from tests.factories import make_draft, make_person, make_saved_search, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita(client):
    rita = make_user("Rita")
    client.force_login(rita)
    return rita


@pytest.fixture
def saab(rita):
    """A search that finds one person, and of whose next ones Rita wants to be told."""
    make_person(rita, "Maria", company="Saab")
    saved = make_saved_search(rita, "company:saab", name="At Saab")
    Alert.switch_on(saved, rita)
    return saved


def tell():
    """As beat does, a while later."""
    Alert.objects.update(next_at=timezone.now())
    tell_of_new()


def shown(client):
    return client.get(reverse("tasks:reminders")).content.decode()


def press(client, verb, saved):
    return client.post(reverse(f"search:{verb}", args=[saved.pk]), follow=True)


def test_nobody_is_told_unless_they_asked_for_it(client, rita):
    saved = make_saved_search(rita, "company:saab")
    make_person(rita, "Maria", company="Saab")
    tell()
    assert "reminder-" not in shown(client) and "alert-" not in shown(client)

    press(client, "alert", saved)
    make_person(rita, "Jonas", company="Saab")
    tell()
    assert "1 new person" in shown(client)


def test_those_who_were_there_are_no_news(client, saab):
    tell()
    assert "alert-" not in shown(client)


def test_what_is_new_is_told_in_one_notice_that_leads_to_the_list(
    client, rita, saab, django_capture_on_commit_callbacks
):
    before = seen_by(rita.pk)
    make_person(rita, "Jonas", company="Saab")
    with django_capture_on_commit_callbacks(execute=True):
        tell()
    make_person(rita, "Amina", company="Saab")
    tell()

    assert shown(client).count('class="reminder"') == 1
    assert "2 new people" in shown(client)
    assert f'<a href="{saab.get_absolute_url()}">At Saab</a>' in shown(client)
    assert "2 new people" in client.get("/people/").content.decode()
    assert seen_by(rita.pk) != before


def test_a_match_is_told_once_even_if_it_leaves_and_comes_again(client, rita, saab):
    jonas = make_person(rita, "Jonas", company="Saab")
    tell()
    press(client, "dismiss", saab)
    assert "alert-" not in shown(client)

    for company in ("Volvo", "Saab"):
        jonas.company = company
        jonas.save()
        tell()
    assert "alert-" not in shown(client)


def test_a_job_that_runs_twice_tells_once(client, rita, saab):
    make_person(rita, "Jonas", company="Saab")
    first, second = Alert.objects.get(), Alert.objects.get()
    first.look()
    second.look()
    assert "1 new person" in shown(client)


def test_opening_the_list_is_knowing(client, rita, saab):
    make_person(rita, "Jonas", company="Saab")
    tell()
    client.get(saab.get_absolute_url())
    assert "alert-" not in shown(client)


def test_emails_are_told_of_too(client, rita):
    saved = make_saved_search(rita, "status:draft", subject="emails", name="Begun")
    Alert.switch_on(saved, rita)
    make_draft(rita)
    tell()
    assert "1 new email" in shown(client)


def test_a_search_that_is_changed_tells_only_of_what_comes_after_that(client, rita, saab):
    make_person(rita, "Amina", company="Volvo")
    saab.put(parse("company:volvo"), "people")
    saab.save()
    tell()
    assert "alert-" not in shown(client)

    make_person(rita, "Bo", company="Volvo")
    tell()
    assert "1 new person" in shown(client)


def test_an_id_that_was_a_person_may_be_an_email_now(client, rita, saab):
    saab.put(parse("status:draft"), "emails")
    saab.save()
    tell()
    email = make_draft(rita)
    Alert.objects.update(told=[pk for pk in Alert.objects.get().told if pk != email.pk])
    tell()
    assert Email.objects.count() == 1 and "1 new email" in shown(client)


def test_each_is_told_of_what_they_may_see_while_it_is_shared(client, rita, saab):
    sam, team = make_user("Sam"), Team.objects.create(name="North")
    for member in (rita, sam):
        team.memberships.create(user=member)
    client.force_login(sam)
    assert client.post(reverse("search:alert", args=[saab.pk])).status_code == 404
    saab.share([team])
    press(client, "alert", saab)
    make_person(rita, "Jonas", company="Saab")
    tell()
    assert "1 new person" in shown(client)

    saab.share([])
    make_person(rita, "Amina", company="Saab")
    tell()
    assert "alert-" not in shown(client)
    assert Alert.objects.get(user=sam).new == 1


@pytest.mark.parametrize("gone", ["saved", "user"])
def test_what_is_deleted_and_who_has_left_is_not_looked_at(rita, saab, gone):
    if gone == "saved":
        saab.remove(by=rita)
    else:
        type(rita).objects.filter(pk=rita.pk).update(is_active=False)
    assert Alert.take() is None


def test_the_switch_stands_on_the_page_and_can_be_switched_off(client, rita, saab):
    assert 'aria-pressed="true" title="Tell me' in client.get("/search/saved/").content.decode()
    press(client, "alert", saab)
    assert not Alert.objects.exists()
    assert 'aria-pressed="false" title="Tell me' in client.get("/search/saved/").content.decode()


def test_a_search_that_finds_too_many_is_refused_in_words(client, rita, monkeypatch):
    monkeypatch.setattr(Alert, "MOST", 0)
    make_person(rita, "Maria", company="Saab")
    saved = make_saved_search(rita, "company:saab", name="At Saab")

    page = press(client, "alert", saved).content.decode()
    assert "“At Saab” finds more than 0 now. Narrow it first" in page
    assert not Alert.objects.exists()


def test_one_that_comes_to_find_too_many_or_takes_too_long_says_nothing(
    client, rita, saab, monkeypatch
):
    make_person(rita, "Jonas", company="Saab")
    monkeypatch.setattr(Alert, "MOST", 1)
    tell()
    assert "alert-" not in shown(client)

    def too_slow(*_who):
        raise TooSlow(Problem("too long"))

    monkeypatch.setattr(alerts, "_found", too_slow)
    tell()
    assert "alert-" not in shown(client)


def test_one_that_can_no_longer_be_read_stops_nobody_else(client, rita, saab):
    SavedSearch.objects.filter(pk=saab.pk).update(conditions={"nonsense": 1})
    other = make_saved_search(rita, "company:volvo", name="At Volvo")
    Alert.switch_on(other, rita)
    make_person(rita, "Bo", company="Volvo")
    tell()
    assert "At Volvo" in shown(client) and "At Saab" not in shown(client)


def test_a_slow_search_rests_longer(rita, saab, monkeypatch):
    times = iter([0, 2])
    monkeypatch.setattr(alerts, "time", SimpleNamespace(monotonic=lambda: next(times)))
    Alert.objects.get().look()
    rest = Alert.objects.get().next_at - timezone.now()
    assert timedelta(seconds=190) < rest <= timedelta(seconds=200)


def test_what_is_taken_by_one_worker_is_not_taken_by_the_next(saab):
    assert Alert.take() is not None
    assert Alert.take() is None


def test_what_is_kept_has_an_end_and_forgets_first_what_is_no_longer_found(monkeypatch):
    monkeypatch.setattr(Alert, "KEPT", 3)
    assert set(alerts._kept([1, 2, 3, 4], {1, 4})) == {1, 3, 4}
