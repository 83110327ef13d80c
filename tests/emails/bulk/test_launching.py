"""From a draft to one email for each recipient, and back."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from emails.bulk import making, showing
from emails.bulk.adding import TooMany, add_people, add_typed
from emails.jobs import finish_bulk_sends, make_bulk_emails
from emails.models import BulkRefused, BulkSend, Cause, Email, Lane, Status, StoredFile
from emails.recipients import typed_by
from emails.sending.claim import slot
from emails.sending.dispatch import Dispatcher
from prospects.models import Group, Person, Suppression, hash_of
from tests.factories import (
    make_attempt,
    make_bulk,
    make_email,
    make_identity,
    make_launched,
    make_person,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita():
    return make_user("Rita")


@pytest.fixture
def people(rita):
    return [make_person(rita, name) for name in ("Anna", "Berit", "Cilla", "David", "Eva")]


def addresses(emails):
    return sorted(emails.values_list("to_address", flat=True))


def test_each_recipient_gets_an_email_of_their_own(rita, people):
    bulk = make_launched(rita, *people, subject="ÅRETS priser")

    assert addresses(bulk.emails) == sorted(person.email for person in people)
    for email in bulk.emails.select_related("content", "person"):
        assert (email.status, email.lane, email.on_hold) == (Status.SCHEDULED, Lane.BULK, False)
        assert email.owner == rita and email.identity == bulk.identity
        assert email.to_name == email.person.name and email.bulk_recipient.person == email.person
        assert (email.subject, email.content.html) == (bulk.subject, bulk.html)
        assert email.snippet == "Hi, prices have changed."
        causes = [transition.cause for transition in email.transitions.all()]
        assert causes == [Cause.CREATE, Cause.SCHEDULE]
        found = rita.emails.matching(f"årets {email.person.last_name}")
        assert email in found
    assert len(set(bulk.emails.values_list("message_id"))) == 5


def test_an_email_of_a_bulk_one_has_every_column_that_a_single_one_has(rita, people):
    """What other parts add to an email holds for both, whatever it is."""
    single = make_email(rita, Status.SCHEDULED, person=people[0], subject="Pricing news")
    made = make_launched(rita, people[0]).emails.get()

    own = {
        "id", "message_id", "compose_key", "bulk", "bulk_recipient", "lane", "to_name", "snippet",
        "send_at", "send_wall", "moved_at", "created_at", "updated_at",
    }  # fmt: skip
    for field in Email._meta.concrete_fields:
        if field.name not in own:
            assert getattr(made, field.attname) == getattr(single, field.attname), field.name


def test_own_words_and_files_go_with_their_emails(rita, people):
    bulk = make_bulk(rita, *people)
    bulk.files.add(StoredFile.keep(rita, "list.pdf", "application/pdf", b"%PDF"))
    anna = bulk.recipients.get(person=people[0])
    assert anna.write("Only for Anna", "<p>Dear Anna</p>", common=bulk)
    bulk.launch(timezone.now(), by=rita)
    bulk.make_emails()

    email = bulk.emails.get(person=people[0])
    assert (email.subject, email.content.html) == ("Only for Anna", "<p>Dear Anna</p>")
    assert email.snippet == "Dear Anna" and rita.emails.matching("only anna").get() == email
    assert bulk.emails.filter(subject="Pricing news").count() == 4
    assert all(email.attachments.count() == 1 for email in bulk.emails.all())


def test_lists_show_and_find_them_with_their_fields_filled_in(rita, people):
    bulk = make_bulk(rita, *people, subject="For {{first_name}}", html="<p>Hi {{first_name}}</p>")
    bulk.launch(timezone.now(), by=rita)
    while making.make_chunk(bulk, 2) is not None:
        pass
    assert bulk in BulkSend.objects.unfinished()
    sent = bulk.emails.get(person=people[4])
    sent.content.sent_html = "<p>Hi</p>"
    sent.content.save()
    Email.objects.filter(pk=sent.pk).update(subject="For Eva, as it was sent")
    while showing.show_chunk(bulk, 2):
        pass

    email = bulk.emails.select_related("content").get(person=people[0])
    assert (email.subject, email.snippet) == ("For Anna", "Hi Anna")
    assert email.content.subject == "For {{first_name}}"
    assert rita.emails.matching("for anna").get() == email
    sent.refresh_from_db()
    assert sent.subject == "For Eva, as it was sent"
    assert bulk not in BulkSend.objects.unfinished()


def test_copies_go_with_the_first_message_alone(rita, people):
    bulk = make_bulk(rita, *people, cc=["boss@team.example"], bcc=["crm@team.example"])
    bulk.launch(timezone.now(), by=rita)
    making.make_chunk(bulk, 2)
    bulk.make_emails()

    told = [
        (email.content.cc, email.content.bcc)
        for email in bulk.emails.order_by("bulk_recipient").select_related("content")
    ]
    assert told == [(["boss@team.example"], ["crm@team.example"]), *([([], [])] * 4)]


def test_a_second_run_adds_nothing(rita, people):
    bulk = make_launched(rita, *people)
    before = set(bulk.emails.values_list("pk", flat=True))

    make_bulk_emails(bulk.pk)
    BulkSend.objects.filter(pk=bulk.pk).update(made_at=None, made_up_to=0)
    make_bulk_emails(bulk.pk)

    assert set(bulk.emails.values_list("pk", flat=True)) == before
    assert all(email.transitions.count() == 2 for email in bulk.emails.all())


def test_the_table_itself_forbids_a_second_email_for_a_recipient(rita, people):
    email = make_launched(rita, *people).emails.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Email.objects.create(owner=rita, bulk_recipient=email.bulk_recipient, to_address="x@y.z")


def test_a_job_that_was_lost_is_gone_on_with(
    rita, people, settings, django_capture_on_commit_callbacks
):
    bulk = make_bulk(rita, *people)
    bulk.launch(timezone.now(), by=rita)
    making.make_chunk(bulk, 2)
    assert bulk.emails.count() == 2

    settings.CELERY_TASK_ALWAYS_EAGER = True
    assert bulk in BulkSend.objects.unmade()
    make_bulk_emails(bulk.pk)

    bulk.refresh_from_db()
    assert bulk.emails.count() == 5 and not bulk.is_being_made
    assert bulk not in BulkSend.objects.unmade()
    finish_bulk_sends()


def test_who_is_in_two_groups_or_typed_as_well_is_there_once(rita, people):
    hot, fair = (Group.objects.create(owner=rita, name=name) for name in ("Hot", "Fair"))
    hot.add(people[:3])
    fair.add(people[2:4])
    bulk = make_bulk(rita)
    text = f"Hot, Fair, Anna Ek <{people[0].email.upper()}>; new@nordlys.example, New <NEW@nordlys.example>"

    added = add_typed(bulk, typed_by(rita, text))

    assert (added.new, added.wrong) == (5, [])
    assert add_typed(bulk, typed_by(rita, "hot")).sentence == (
        "0 recipients added. 3 were on the list already and stay there once."
    )
    assert bulk.recipients.filter(person=people[0]).count() == 1
    assert bulk.recipients.get(address="new@nordlys.example").person is None


def test_a_wrong_address_is_named_and_the_others_stay(rita):
    bulk = make_bulk(rita)
    added = add_typed(
        bulk, typed_by(rita, "ok@nordlys.example, nobody@, No such group\nb@nordlys.example")
    )

    assert addresses_of(bulk) == ["b@nordlys.example", "ok@nordlys.example"]
    assert len(added.wrong) == 2 and "nobody@" in added.wrong[0]
    assert "No such group" in added.wrong[1]


def addresses_of(bulk):
    return sorted(bulk.recipients.active().values_list("address", flat=True))


def test_a_group_of_somebody_else_and_people_who_may_not_be_seen_stay_out(rita):
    sam = make_user("Sam")
    Group.objects.create(owner=sam, name="Secret").add([make_person(sam)])
    assert typed_by(rita, "Secret").wrong


def test_beyond_the_limit_nobody_is_added_and_the_limit_is_named(rita, people, settings):
    settings.LIMITS = settings.LIMITS | {"BULK_RECIPIENTS": 4}
    bulk = make_bulk(rita, *people[:3])

    with pytest.raises(TooMany) as refused:
        add_people(bulk, Person.objects.filter(pk__in=[person.pk for person in people]))
    assert "may have 4 recipients" in refused.value.words and "5" in refused.value.words
    with pytest.raises(TooMany):
        add_typed(bulk, typed_by(rita, "x@nordlys.example, y@nordlys.example"))
    assert bulk.recipients.count() == 3


def test_taken_off_the_list_and_put_back_they_keep_their_own_words(rita, people):
    bulk = make_bulk(rita, *people)
    anna = bulk.recipients.get(person=people[0])
    anna.write("Only for Anna", bulk.html, common=bulk)
    bulk.recipients.of_ids([anna.pk]).remove()
    assert len(addresses_of(bulk)) == 4

    add_people(bulk, Person.objects.filter(pk=people[0].pk))

    anna.refresh_from_db()
    assert (anna.removed_at, anna.subject, anna.html) == (None, "Only for Anna", None)


def test_the_draft_is_one_row_in_drafts_and_goes_from_there_when_it_is_launched(rita, people):
    bulk = make_bulk(rita, *people)
    row = rita.emails.in_folder(Status.DRAFT).get()
    assert row.stands_for_bulk and row.subject == "Pricing news"

    bulk.launch(timezone.now(), by=rita)
    bulk.make_emails()

    counts = rita.emails.folder_counts()
    assert (counts[Status.DRAFT], counts[Status.SCHEDULED]) == (0, 5)


def test_undone_it_is_the_draft_it_was_and_nothing_else_is_left(rita, people):
    bulk = make_bulk(rita, *people)
    bulk.recipients.get(person=people[0]).write("Only for Anna", bulk.html, common=bulk)
    bulk.send(by=rita, window=10)
    bulk.make_emails()
    assert bulk.seconds_left > 0

    bulk.take_back(by=rita)

    assert bulk.is_draft and rita.emails.get().stands_for_bulk
    assert bulk.recipients.edited().get().subject == "Only for Anna"
    bulk.send(by=rita, window=10)
    bulk.make_emails()
    assert bulk.emails.count() == 5


def test_undone_while_the_job_still_works_no_email_comes_after_it(rita, people):
    bulk = make_bulk(rita, *people)
    bulk.send(by=rita, window=10)
    making.make_chunk(bulk, 2)
    bulk.take_back(by=rita)

    make_bulk_emails(bulk.pk)

    assert [email.stands_for_bulk for email in rita.emails.all()] == [True]


def test_once_one_has_gone_it_cannot_be_undone(rita, people):
    bulk = make_launched(rita, *people)
    make_attempt(bulk.emails.first())

    with pytest.raises(BulkRefused):
        bulk.take_back(by=rita)
    assert bulk.emails.count() == 5


def test_cancelled_the_unsent_are_withdrawn_with_the_reason_and_none_fails(rita, people):
    bulk = make_launched(rita, *people)
    make_attempt(sent := bulk.emails.first())

    assert bulk.cancel(by=rita) == 4

    sent.refresh_from_db()
    assert sent.status == Status.IN_PROGRESS and not sent.removed_at
    gone = rita.emails.removed()
    assert {email.removed_because for email in gone} == {"bulk_cancelled"} and len(gone) == 4
    assert {email.transitions.last().cause for email in gone} == {Cause.WITHDRAW}
    assert rita.emails.folder_counts()[Status.FAILED] == 0
    with pytest.raises(BulkRefused):
        bulk.cancel(by=rita)


def test_cancelled_while_the_job_still_works_no_email_comes_after_it(rita, people):
    bulk = make_bulk(rita, *people)
    bulk.launch(timezone.now(), by=rita)
    making.make_chunk(bulk, 2)
    bulk.cancel(by=rita)

    make_bulk_emails(bulk.pk)

    assert bulk.emails.count() == 2


def test_paused_nothing_may_go_and_what_is_made_meanwhile_waits_too(rita, people):
    bulk = make_bulk(rita, *people)
    bulk.launch(timezone.now(), by=rita)
    making.make_chunk(bulk, 2)
    bulk.pause(by=rita)
    bulk.make_emails()

    assert bulk.emails.filter(on_hold=True).count() == 5 and not rita.emails.due().exists()

    bulk.resume(by=rita)
    assert rita.emails.due().count() == 5


def test_only_what_failed_is_tried_again_and_never_what_is_in_doubt(rita, people):
    bulk = make_launched(rita, *people)
    failed, doubtful, suppressed, *_others = bulk.emails.order_by("pk")
    failed.stop("could_not_be_built", words="x")
    suppressed.stop("suppressed", address="a", because="unsubscribed")
    make_attempt(doubtful)
    Email.objects.filter(pk=doubtful.pk).update(lease_until=timezone.now() - timedelta(minutes=1))
    doubtful.give_up()

    assert bulk.retry_failed(by=rita) == 1

    failed.refresh_from_db()
    assert failed.status == Status.SCHEDULED and failed.transitions.last().cause == Cause.RETRY
    assert failed.reason == ""
    assert bulk.emails.unconfirmed().get() == doubtful


def test_people_who_changed_since_are_written_to_as_they_are_now(rita, people):
    bulk = make_bulk(rita, *people)
    add_typed(bulk, typed_by(rita, "taken@nordlys.example"))
    anna, berit, cilla, *_others = people
    anna.email = "new.anna@nordlys.example"
    anna.save()
    berit.removed_at = timezone.now()
    berit.save()
    cilla.email = "taken@nordlys.example"
    cilla.save()

    bulk.launch(timezone.now(), by=rita)
    bulk.make_emails()

    assert bulk.emails.get(person=anna).to_address == "new.anna@nordlys.example"
    assert bulk.emails.count() == 4
    told = set(bulk.recipients.left_out().values_list("person__first_name", "left_out"))
    assert told == {("Berit", "person_deleted"), ("Cilla", "already_on_the_list")}


def test_it_is_launched_once_and_only_ready(rita, people):
    bulk = make_bulk(rita, *people)
    bulk.launch(timezone.now(), by=rita)
    with pytest.raises(BulkRefused):
        BulkSend.objects.get(pk=bulk.pk).launch(timezone.now(), by=rita)
    unready = make_bulk(
        rita, *people, identity=make_identity(rita, verified_at=None, address="u@t.example")
    )
    with pytest.raises(ValueError, match="verified"):
        unready.launch(timezone.now(), by=rita)
    with pytest.raises(ValueError, match="recipient"):
        make_bulk(rita).launch(timezone.now(), by=rita)


def test_purged_nothing_on_the_list_says_any_more_to_whom_it_went(rita, people):
    bulk = make_bulk(rita, *people)
    bulk.recipients.first().write("For Anna alone", "<p>Dear Anna</p>", common=bulk)
    bulk.launch(timezone.now(), by=rita)
    bulk.make_emails()
    bulk.cancel(by=rita)
    first, *others = bulk.emails.order_by("pk")
    Email.objects.of_ids([first.pk]).purge()

    recipient = bulk.recipients.order_by("pk").first()
    assert recipient.address == hash_of(first.to_address) and not recipient.is_edited
    assert (recipient.name, recipient.person) == ("", None)
    assert others[0].bulk_recipient.address == others[0].to_address


def test_undone_while_a_worker_has_claimed_it_the_worker_goes_on(rita, people):
    bulk = make_launched(rita, *people, subject="For {{title}}")
    dispatcher = Dispatcher(bulk.channel)
    with slot(bulk.channel, dispatcher.lease):
        claimed = dispatcher._claim()
        bulk.take_back(by=rita)
        assert not dispatcher._make_ready(claimed)
    assert not bulk.emails.filter(status=Status.SCHEDULED).exists()


def test_copies_go_with_the_first_who_gets_it(rita, people):
    Suppression.suppress(people[0].email, "unsubscribed")
    bulk = make_launched(rita, *people, cc=["boss@x.example"])
    carrying = bulk.emails.exclude(content__cc=[])
    in_order = list(bulk.recipients.in_order().exclude(person=people[0]))
    assert carrying.get().bulk_recipient == in_order[0]
