"""A bulk email that was launched: its own page, and how it stands in the folders."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from emails.bulk.tally import tally
from emails.models import BulkSend, Cause, Email, Status
from tests.factories import (
    make_attempt,
    make_bulk,
    make_draft,
    make_email,
    make_identity,
    make_launched,
    make_person,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita(client):
    rita = make_user("Rita")
    make_identity(rita)
    client.force_login(rita)
    return rita


@pytest.fixture
def people(rita):
    return [make_person(rita, name) for name in ("Anna", "Berit", "Cilla", "David")]


@pytest.fixture
def bulk(rita, people):
    return make_launched(rita, *people)


def deliver(*emails):
    for email in emails:
        attempt = make_attempt(email)
        attempt.outcome, attempt.ended_at = 3, timezone.now()
        attempt.save()
        email.weigh()


def text(response):
    return " ".join(response.content.decode().split())


def show(client, bulk, query=""):
    return client.get(reverse("emails:bulk", args=[bulk.pk]) + query)


def act(client, bulk, action, **told):
    return client.post(reverse("emails:bulk-act", args=[bulk.pk, action]), told, follow=True)


def test_a_draft_leads_to_where_it_is_written(client, rita, people):
    bulk = make_bulk(rita, *people)
    edit = reverse("emails:bulk-edit", args=[bulk.pk])
    assert show(client, bulk)["Location"] == edit
    row = rita.emails.get()
    for name in ("email", "compose-edit"):
        assert client.get(reverse(f"emails:{name}", args=[row.pk]))["Location"] == edit


def test_the_page_counts_by_status_and_lists_what_is_asked_for(client, rita, bulk):
    first, second, third, _fourth = bulk.emails.order_by("pk")
    deliver(first, second)
    Email.objects.filter(pk=first.pk).update(views=2)
    Email.objects.get(pk=second.pk).succeed(by=bulk.owner)
    third.stop("suppressed", address=third.to_address, because="unsubscribed")

    page = text(show(client, bulk))
    assert (
        "2 delivered, 1 scheduled, 1 failed, 1 viewed, 1 success" in page and "On its way" in page
    )

    for asked, expected in (("viewed", first), ("success", second), ("failed", third)):
        page = text(show(client, bulk, f"?show={asked}"))
        assert expected.recipient in page and page.count('class="row"') == 1
    assert show(client, bulk, "?show=nonsense").status_code == 200


def test_paused_and_resumed(client, bulk):
    assert "Paused" in text(act(client, bulk, "pause"))
    assert bulk.emails.filter(on_hold=True).count() == 4
    assert "It goes on." in text(act(client, bulk, "resume"))
    assert not bulk.emails.filter(on_hold=True).exists()


def test_cancelling_asks_first_and_says_how_many(client, bulk):
    deliver(bulk.emails.first())
    assert "Cancel what has not been sent yet?" in text(act(client, bulk, "cancel"))
    assert bulk.emails.in_folder(Status.SCHEDULED).count() == 3

    assert "Cancelled: 3 emails were not sent." in text(act(client, bulk, "cancel", sure="yes"))
    page = text(show(client, bulk, "?show=withdrawn"))
    assert page.count('class="row"') == 3


def test_what_is_refused_says_why(client, bulk):
    bulk.cancel(by=bulk.owner)
    for action in ("pause", "resume", "cancel"):
        response = act(client, bulk, action, sure="yes")
        assert response.status_code == 409 and "cancelled already" in text(response)


def test_what_has_all_gone_is_finished_and_not_cancelled(client, bulk):
    for email in bulk.emails.all():
        deliver(email)
    response = act(client, bulk, "cancel", sure="yes")
    assert response.status_code == 409 and "nothing is left to cancel" in text(response)
    assert BulkSend.objects.get().state == BulkSend.State.OPEN


def test_failed_ones_alone_are_tried_again(client, bulk):
    failed, *_others = bulk.emails.order_by("pk")
    failed.stop("could_not_be_built", words="x")
    assert "1 email is sent again now." in text(act(client, bulk, "retry-failed"))


def test_undone_from_its_page(client, rita, people):
    bulk = make_bulk(rita, *people)
    bulk.send(by=rita, window=30)
    bulk.make_emails()
    undo = reverse("emails:bulk-undo", args=[bulk.pk])
    assert undo in text(show(client, bulk))
    response = client.post(undo, follow=True)
    assert "It is in Drafts" in text(response)

    started = make_launched(rita, *people)
    make_attempt(started.emails.first())
    response = client.post(reverse("emails:bulk-undo", args=[started.pk]))
    assert response.status_code == 409 and "Cancel the rest" in text(response)


def test_a_withdrawn_one_says_in_the_trash_that_the_bulk_email_was_cancelled(client, bulk):
    bulk.cancel(by=bulk.owner)
    email = bulk.emails.first()
    page = text(client.get(reverse("emails:email", args=[email.pk])))
    assert "The bulk email was cancelled before its turn came." in page
    assert email.transitions.last().cause == Cause.WITHDRAW


# In the folders ---------------------------------------------------------------------------------


def folder(client, path):
    return client.get(reverse("emails:folder", args=[path]))


def rows(response):
    return [row.pk for row in response.context["page"]]


def test_each_email_of_it_is_marked_until_they_are_rolled_up(client, rita, bulk):
    single = make_email(rita, Status.SCHEDULED)
    response = folder(client, "pending/scheduled")
    assert len(rows(response)) == 5 and text(response).count("Part of a bulk email") == 8

    client.post(
        reverse("emails:bulk-roll-up"), {"roll": "yes", "next": "/emails/pending/scheduled/"}
    )
    response = folder(client, "pending/scheduled")

    assert len(rows(response)) == 2 and single.pk in rows(response)
    assert "4 scheduled" in text(response) and "1–2 of 2" in text(response)
    assert response.context["counts"][Status.SCHEDULED] == 5
    assert reverse("emails:bulk", args=[bulk.pk]) + "?show=scheduled" in text(response)


def test_rolled_up_it_stands_where_its_latest_email_does(client, rita, people):
    rita.roll_up_bulk_emails(True)
    older, newer = make_launched(rita, *people), make_launched(rita, *people)
    for email in [*newer.emails.all(), *older.emails.all()]:
        deliver(email)
    single = make_email(rita, Status.DELIVERED)
    Email.objects.filter(pk=older.emails.first().pk).update(moved_at=timezone.now() + timedelta(1))

    response = folder(client, "sent/delivered")
    bulks = [row.bulk_id for row in response.context["page"]]
    assert bulks == [older.pk, None, newer.pk] and rows(response)[1] == single.pk


def test_rolled_up_lists_are_paged_without_a_gap(client, rita):
    rita.roll_up_bulk_emails(True)
    people = [make_person(rita) for _ in range(3)]
    for _ in range(4):
        make_launched(rita, *people)
    singles = [make_email(rita, Status.SCHEDULED).pk for _ in range(60)]
    response = folder(client, "pending/scheduled")
    seen, after = rows(response), response.context["page"].after
    seen += rows(client.get(f"/emails/pending/scheduled/?after={after}"))
    assert len(seen) == len(set(seen)) == 64 and set(singles) <= set(seen)


def test_a_draft_is_one_row_in_drafts_whatever_the_setting(client, rita, people):
    make_draft(rita)
    bulk = make_bulk(rita, *people)
    response = folder(client, "pending/drafts")
    assert len(rows(response)) == 2 and "4 recipients" in text(response)
    assert reverse("emails:bulk-edit", args=[bulk.pk]) in text(response)


def test_ticked_drafts_are_deleted_bulk_or_not(client, rita, people):
    make_draft(rita)
    make_bulk(rita, *people)
    ids = list(rita.emails.values_list("pk", flat=True))
    client.post(reverse("emails:act-on-ticked", args=["pending/drafts", "delete"]), {"email": ids})
    assert rita.emails.removed().count() == 2
    assert client.get(reverse("emails:trash")).status_code == 200


def test_the_headers_search_finds_a_draft_by_its_subject(client, rita, people):
    make_bulk(rita, *people, subject="Årets priser")
    assert "4 recipients" in text(client.get(reverse("emails:search") + "?q=årets"))


def test_the_folder_costs_the_same_whatever_is_rolled_up(
    client, rita, people, django_assert_max_num_queries
):
    rita.roll_up_bulk_emails(True)
    for _ in range(5):
        make_launched(rita, *people)
    with django_assert_max_num_queries(17):
        folder(client, "pending/scheduled")


def test_the_tally_counts_nothing_twice(bulk):
    first, *_others = bulk.emails.order_by("pk")
    deliver(first)
    bulk.cancel(by=bulk.owner)
    told = tally(bulk)
    assert (told.recipients, told.made, told[Status.DELIVERED], told.withdrawn) == (4, 4, 1, 3)
    assert (told.waiting, told.percent) == (0, 100)


# After a restore --------------------------------------------------------------------------------


def test_after_a_restore_no_further_email_goes_by_itself(rita, people):
    from emails.restoring import hold

    bulk = make_bulk(rita, *people)
    bulk.launch(timezone.now(), by=rita)
    hold()
    bulk = BulkSend.objects.get(pk=bulk.pk)
    bulk.make_emails()

    assert bulk.state == BulkSend.State.PAUSED
    assert bulk.emails.filter(on_hold=True).count() == 4 and not rita.emails.due().exists()


def defer(attempt):
    """The server refused it for now."""
    attempt.outcome, attempt.ended_at, attempt.reason = 1, timezone.now(), "greylisted"
    attempt.save()
    email = Email.objects.get(pk=attempt.email_id)
    email.weigh()
    return email


def test_what_was_in_hand_when_it_was_paused_is_held_too_if_it_has_to_wait_again(bulk):
    attempt = make_attempt(bulk.emails.first())
    bulk.pause(by=bulk.owner)
    email = defer(attempt)
    assert email.status == Status.SCHEDULED and email.on_hold

    bulk.resume(by=bulk.owner)
    email.refresh_from_db()
    assert not email.on_hold


def test_what_was_in_hand_when_it_was_cancelled_goes_no_more_if_it_has_to_wait_again(bulk):
    attempt = make_attempt(bulk.emails.first())
    assert bulk.cancel(by=bulk.owner) == 3
    email = defer(attempt)
    assert (email.status, email.removed_because) == (Status.DRAFT, "bulk_cancelled")
    causes = list(email.transitions.order_by("pk").values_list("cause", flat=True))
    assert causes[-2:] == [Cause.DEFER, Cause.WITHDRAW]


def test_what_was_tried_again_after_it_was_cancelled_is_tried_until_it_arrives(bulk):
    failed = bulk.emails.first()
    failed.stop("too_late")
    bulk.cancel(by=bulk.owner)
    failed.retry(by=bulk.owner)
    assert defer(make_attempt(failed)).status == Status.SCHEDULED


@pytest.mark.parametrize("taken_out", ["pull_back", "remove"])
def test_one_that_was_taken_out_while_it_was_paused_can_be_sent_by_itself(bulk, taken_out):
    bulk.pause(by=bulk.owner)
    email = bulk.emails.first()
    getattr(email, taken_out)(by=bulk.owner)
    if email.removed_at:
        email.restore(by=bulk.owner)
    bulk.resume(by=bulk.owner)
    email.schedule(timezone.now(), by=bulk.owner)
    assert email in Email.objects.ripe().filter(on_hold=False)


@pytest.mark.parametrize("paused", ["after it failed", "while it was in hand"])
def test_one_that_is_tried_again_while_it_is_paused_waits_and_says_so(client, bulk, paused):
    failed = bulk.emails.order_by("pk").first()
    if paused == "after it failed":
        failed.stop("too_late")
    attempt = make_attempt(failed) if failed.status == Status.SCHEDULED else None
    bulk.pause(by=bulk.owner)
    if attempt:
        attempt.outcome, attempt.ended_at, attempt.reason = 2, timezone.now(), "refused"
        attempt.save()
        failed.weigh()

    page = text(client.post(reverse("emails:act", args=[failed.pk, "retry"]), follow=True))

    failed.refresh_from_db()
    assert failed.status == Status.SCHEDULED and not Email.objects.due().exists()
    said = f"Email to {failed.recipient} waits in Scheduled and is not sent yet."
    assert f"{said} It belongs to a bulk email that is paused." in page
    assert "is sent again now" not in page

    bulk.resume(by=bulk.owner)
    assert failed in Email.objects.due()


def test_ticked_ones_that_wait_are_told_apart_from_those_that_go(client, rita, bulk):
    held = bulk.emails.order_by("pk")[:2]
    for email in held:
        email.stop("too_late")
    bulk.pause(by=bulk.owner)
    free = make_email(rita, Status.FAILED)
    retry = reverse("emails:act-on-ticked", args=["undelivered/failed", "retry"])

    told = {"email": [email.pk for email in (*held, free)]}
    page = text(client.post(retry, told, follow=True))

    assert "Email to maria@nordlys.example is sent again now." in page
    assert "2 emails wait in Scheduled and are not sent yet." in page


def test_what_bounces_late_while_it_is_paused_waits_when_it_is_tried_again(bulk):
    email = bulk.emails.first()
    deliver(email)
    bulk.pause(by=bulk.owner)
    attempt = email.attempts.get()
    attempt.outcome = 4
    attempt.save()
    email.weigh()

    email.retry(by=bulk.owner)
    email.refresh_from_db()

    assert email.is_held and not Email.objects.due().exists()


def test_cancelled_what_has_failed_can_be_tried_again_at_once(bulk):
    failed = bulk.emails.first()
    failed.stop("too_late")
    bulk.pause(by=bulk.owner)
    bulk.cancel(by=bulk.owner)

    failed.refresh_from_db()
    failed.retry(by=bulk.owner)

    assert failed in Email.objects.due()


def test_while_it_is_paused_nothing_of_it_is_tried_again_or_sent_early(client, bulk):
    failed, waiting = bulk.emails.order_by("pk")[:2]
    failed.stop("too_late")
    bulk.pause(by=bulk.owner)
    assert "Retry failed" not in text(show(client, bulk))
    assert act(client, bulk, "retry-failed").status_code == 409
    failed.refresh_from_db()
    assert failed.status == Status.FAILED

    send_now = reverse("emails:act", args=[waiting.pk, "send-now"])
    response = client.post(send_now, follow=True)
    assert response.status_code == 409 and "paused" in text(response)
