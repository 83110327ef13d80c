"""One action with many emails: at once with few, by a worker with more than that."""

import pytest
from django.urls import reverse
from django.utils import timezone

from emails.models import Email, Status
from search import acting, jobs
from search.models import Run, RunRow
from tests.factories import make_email, make_person, make_run, make_user

pytestmark = pytest.mark.django_db
ARCHIVE = "/search/emails/archive/"
ALL = {"all": "yes", "query": "q=&of=emails"}


@pytest.fixture
def rita(client):
    rita = make_user("Rita")
    client.force_login(rita)
    return rita


@pytest.fixture
def emails(rita):
    person = make_person(rita, "Maria")
    return [make_email(rita, Status.DELIVERED, person=person) for _ in range(3)]


@pytest.fixture
def few(monkeypatch):
    """So that three are many."""
    monkeypatch.setattr("search.views.acting.AT_ONCE", 2)


def standing(emails):
    return [email.status for email in Email.objects.filter(pk__in=[e.pk for e in emails])]


def work():
    """What a worker does until nothing is left to do."""
    for pk in Run.objects.to_go_on().values_list("pk", flat=True):
        while Run.objects.get(pk=pk).go_on():
            pass


def die(*_args, **_kwargs):
    raise SystemExit


def see(client, run, **query):
    return client.get(run.get_absolute_url(), query).content.decode()


def test_all_that_are_found_are_dealt_with_at_once_when_they_are_few(client, rita, emails):
    page = client.post(ARCHIVE, ALL | {"next": "/search/?of=emails"}, follow=True)

    assert "3 emails archived." in page.content.decode()
    assert set(standing(emails)) == {"archived"}
    assert not Run.objects.exists()


def test_the_ticked_are_meant_and_not_all_that_are_found(client, rita, emails):
    client.post(ARCHIVE, {"email": emails[0].pk, "query": "q=&of=emails"})

    assert sorted(standing(emails)) == ["archived", "delivered", "delivered"]


def test_a_worker_deals_with_many_and_its_page_tells_how_far_it_is(client, rita, emails, few):
    answer = client.post(ARCHIVE, ALL)
    run = Run.objects.get()
    assert answer["Location"] == run.get_absolute_url()
    assert set(standing(emails)) == {"delivered"}
    assert "0 of 3 so far:" in see(client, run)

    assert run._some()
    assert "1 of 3 so far:" in see(client, run)
    work()
    page = see(client, run)
    assert "Finished: 3 done, 0 left out." in page
    assert "every 2s" not in page
    assert set(standing(emails)) == {"archived"}


def test_with_htmx_the_browser_goes_to_the_page_of_the_run(client, rita, emails, few):
    answer = client.post(ARCHIVE, ALL | {"sure": "yes"}, headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == Run.objects.get().get_absolute_url()


def test_who_comes_to_match_later_is_not_dealt_with(client, rita, emails, few):
    client.post(ARCHIVE, ALL)
    later = make_email(rita, Status.DELIVERED)
    work()

    assert standing([later]) == ["delivered"]


def test_what_cannot_be_done_is_left_out_with_the_sentence(client, rita, emails):
    run = make_run(rita, *emails)
    emails[1].archive(by=rita)
    work()

    page = see(client, run)
    assert "2 done, 1 left out." in page
    assert run.rows.left().get().why in page.replace("&quot;", '"').replace("&#x27;", "'")
    assert run.rows.left().get().why
    assert "Nothing is done yet" not in see(client, run, show="done")


def test_one_that_breaks_leaves_the_others_to_go_on(client, rita, emails, monkeypatch):
    archive = Email.archive

    def break_once(email, *, by):
        if email.pk == emails[0].pk:
            raise ValueError
        archive(email, by=by)

    monkeypatch.setattr(acting, "named", lambda *_: type("A", (), {"do": break_once}))
    run = make_run(rita, *emails)
    work()
    assert run.rows.done().count() == 2
    assert "Something went wrong" in run.rows.left().get().why


def test_whatever_a_dead_worker_had_in_hand_is_done_once(rita, emails, monkeypatch):
    run = make_run(rita, *emails)
    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(type(RunRow.objects), "bulk_update", die)
        run._some()
    assert set(standing(emails)) == {"delivered"}

    work()
    assert (run.rows.done().count(), run.rows.left().count()) == (3, 0)


def test_a_run_whose_worker_is_gone_is_taken_up_when_its_lease_is_over(rita, emails):
    run = make_run(rita, *emails)
    Run.objects.update(taken_until=timezone.now() + Run.LEASE)
    assert not run.go_on()
    assert not Run.objects.to_go_on().exists()

    Run.objects.update(taken_until=timezone.now())
    jobs.go_on_with_all.run()
    assert list(Run.objects.to_go_on()) == [run]


def test_a_worker_lets_others_have_a_turn(rita, emails, monkeypatch):
    monkeypatch.setattr(Run, "TURN", 0)
    run = make_run(rita, *emails)

    assert run.go_on()
    assert run.rows.done().count() == 1


def test_it_is_taken_back_once_and_what_has_moved_stays(client, rita, emails):
    run = make_run(rita, *emails)
    work()
    Email.objects.get(pk=emails[0].pk).unarchive(by=rita)
    undo = reverse("search:run-undo", args=[run.pk])

    page = client.post(undo, follow=True).content.decode()
    assert "Undo: Archive, with many emails" in page
    work()
    back = run.taken_back_by
    assert (back.rows.done().count(), back.rows.left().count()) == (2, 1)
    assert set(standing(emails)) == {"delivered"}
    assert client.post(undo).status_code == 409
    assert not back.can_be_taken_back


def test_it_is_not_taken_back_before_it_is_finished(client, rita, emails):
    run = make_run(rita, *emails)

    assert client.post(reverse("search:run-undo", args=[run.pk])).status_code == 409


def test_the_emails_of_colleagues_are_counted_and_left_as_they_are(client, few):
    ada, sam = make_user("Ada", role="admin"), make_user("Sam")
    client.force_login(ada)
    theirs = make_email(sam, Status.DELIVERED)
    for _ in range(3):
        make_email(ada, Status.DELIVERED)

    query = f"q=sender:{sam.email} or sender:{ada.email}&of=emails"
    client.post(ARCHIVE, {"all": "yes", "query": query})
    work()
    assert "1 email that was found is a colleague’s" in see(client, Run.objects.get())
    assert standing([theirs]) == ["delivered"]


def test_so_many_and_no_more_are_dealt_with(client, rita, emails, few, monkeypatch):
    monkeypatch.setattr(Run, "MOST", 2)

    assert "at most 2 can be changed at once" in client.post(ARCHIVE, ALL).content.decode()
    assert not Run.objects.exists()


def test_without_a_script_the_question_keeps_what_was_asked_for(client, rita):
    make_email(rita, Status.BOUNCED)

    page = client.post("/search/emails/retry/", ALL).content.decode()
    assert 'name="all" value="yes"' in page
    assert 'name="query" value="q=&amp;of=emails"' in page


def test_a_query_that_is_no_search_does_nothing(client, rita, emails):
    client.post(ARCHIVE, {"all": "yes", "query": "q=campain:x&of=emails"})

    assert set(standing(emails)) == {"delivered"}


def test_long_finished_runs_are_forgotten(rita, emails):
    run = make_run(rita, *emails)
    work()
    Run.objects.update(finished_at=timezone.now() - Run.KEPT)
    jobs.prune.run()

    assert not Run.objects.filter(pk=run.pk).exists()


def test_the_page_of_all_offers_every_one_of_them(client, rita):
    for _ in range(51):
        make_email(rita, Status.DELIVERED)

    assert "all 51 of this list" in client.get("/search/?of=emails").content.decode()


def test_an_action_that_does_not_exist_is_no_page(client, rita):
    assert client.post("/search/emails/nonsense/", ALL).status_code == 404
