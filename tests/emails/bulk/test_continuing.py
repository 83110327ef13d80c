"""A bulk email that continues a campaign: each of its emails belongs to what its recipient got of that,
and whoever answers it has answered that."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Because, State
from emails.bulk import making
from emails.bulk.writing import begin
from emails.models import Email, Status
from emails.sending.message import prepare
from tests.emails.test_conversations import answered_at, reply, sent
from tests.factories import (
    make_attempt,
    make_bulk,
    make_campaign,
    make_email,
    make_enrollment,
    make_launched,
    make_person,
    make_saved_search,
    make_step,
    make_turn,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita(client):
    rita = make_user("Rita")
    client.force_login(rita)
    return rita


@pytest.fixture
def campaign(rita):
    return make_campaign(rita)


@pytest.fixture
def maria(rita):
    return make_person(rita, "Maria")


def went_on(owner, campaign, *people, **fields):
    """A bulk email that continues `campaign`, whose emails are there."""
    return make_launched(owner, *people, campaign=campaign, continues=True, **fields)


def test_each_email_continues_the_last_one_that_its_recipient_got_of_the_campaign(rita, campaign):
    maria, jonas, amina, bo = (
        make_person(rita, name) for name in ("Maria", "Jonas", "Amina", "Bo")
    )
    first, second = (sent(rita, maria, campaign=campaign) for _number in range(2))
    to_jonas = sent(rita, jonas, campaign=campaign)
    for status in (Status.SCHEDULED, Status.FAILED):
        later = make_email(rita, status, person=jonas)
        Email.objects.of_ids([later.pk]).update(campaign=campaign)
    sent(rita, amina, campaign=make_campaign(rita, "Another one"))
    sent(make_user("Sam"), bo, campaign=campaign)
    Email.objects.of_ids([first.pk]).update(delivered_at=timezone.now() - timedelta(days=2))

    bulk = went_on(rita, campaign, maria, jonas, amina, bo)

    told = dict(bulk.emails.values_list("person__first_name", "continues"))
    assert told == {"Maria": second.pk, "Jonas": to_jonas.pk, "Amina": None, "Bo": None}
    assert not bulk.emails.exclude(campaign=None).exists()


def test_it_has_a_subject_of_its_own_and_stands_in_the_thread_all_the_same(rita, campaign, maria):
    first = sent(rita, maria, campaign=campaign, subject="Prices")
    email = went_on(rita, campaign, maria, subject="A word, {{first_name}}").emails.get()
    make_attempt(email)
    told = prepare(email).data.decode().replace("\r\n ", " ")

    assert "Subject: A word, Maria\r\n" in told
    assert f"In-Reply-To: <{first.message_id}>" in told
    assert f"References: <{first.message_id}>" in told


def test_whoever_answers_it_has_answered_the_campaign(rita, campaign, maria):
    first = sent(rita, maria, campaign=campaign)
    email = went_on(rita, campaign, maria).emails.get()
    reply(email)

    assert None not in answered_at(first, email)


def test_whoever_had_answered_the_campaign_has_answered_it_from_the_start(rita, campaign, maria):
    first = sent(rita, maria, campaign=campaign)
    reply(first)

    assert answered_at(went_on(rita, campaign, maria).emails.get()) == answered_at(first)


def test_whoever_answers_the_campaign_while_the_emails_are_made_has_answered_them(
    rita, campaign, maria
):
    first = sent(rita, maria, campaign=campaign)
    bulk = make_bulk(rita, maria, campaign=campaign, continues=True)
    bulk.launch(timezone.now(), by=rita)
    making.make_chunk(bulk)
    # As it is where the answer was under way and could not see the new email yet.
    Email.objects.of_ids([first.pk]).update(last_replied_at=timezone.now())
    Email.objects.of_ids([first.pk]).update(answered_at=timezone.now())
    bulk.make_emails()

    assert None not in answered_at(bulk.emails.get())


def test_switched_off_it_stands_by_itself_and_can_be_switched_on_again(
    client, rita, campaign, maria
):
    sent(rita, maria, campaign=campaign)
    bulk = make_bulk(rita, maria, campaign=campaign, continues=True)
    page = reverse("emails:bulk-edit", args=[bulk.pk])
    assert "Continues the campaign “Q1 rollout”" in client.get(page).content.decode()

    assert not keep(client, bulk).continues
    assert "Continues the campaign" in client.get(page).content.decode()
    assert "Continues the campaign" not in look_over(client, bulk)
    assert keep(client, bulk, continues="yes").continues
    assert "Continues the campaign “Q1 rollout”" in look_over(client, bulk)

    assert not keep(client, bulk).continues
    bulk.launch(timezone.now(), by=rita)
    bulk.make_emails()
    assert bulk.emails.get().continues is None


def keep(client, bulk, **told):
    key = "a3bb189e-8bf9-3863-8cf4-0f3e1c7b9f00"
    bulk.refresh_from_db()
    typed = {"key": key, "bulk": bulk.pk, "version": bulk.version, "recipient": "", "zone": "UTC"}
    typed |= {"identity": bulk.identity_id, "subject": bulk.subject, "html": bulk.html}
    assert client.post(reverse("emails:bulk-autosave"), typed | told).status_code == 200
    bulk.refresh_from_db()
    return bulk


def look_over(client, bulk):
    return client.get(reverse("emails:bulk-review", args=[bulk.pk])).content.decode()


def test_without_a_campaign_there_is_nothing_to_switch_on(client, rita, maria):
    bulk = make_bulk(rita, maria)

    assert not keep(client, bulk, continues="yes").continues
    page = client.get(reverse("emails:bulk-edit", args=[bulk.pk])).content.decode()
    assert 'name="continues"' not in page


def test_undone_and_sent_again_it_still_continues_the_campaign(rita, campaign, maria):
    first = sent(rita, maria, campaign=campaign)
    bulk = make_bulk(rita, maria, campaign=campaign, continues=True)
    for _time in range(2):
        bulk.send(by=rita, window=10)
        bulk.make_emails()
        assert bulk.emails.get().continues == first
        bulk.take_back(by=rita)
    assert bulk.continues and bulk.campaign == campaign


def test_tried_again_it_still_does_and_never_takes_the_place_of_a_step(rita, campaign, maria):
    enrollment, first = on_the_way(rita, campaign, maria)
    bulk = went_on(rita, campaign, maria)
    bulk.emails.get().stop("could_not_be_built", words="x")
    Email.objects.of_ids([first.pk]).update(status=Status.BOUNCED)
    enrollment.turns.update(done_at=None)
    bulk.retry_failed(by=rita)

    email = bulk.emails.get()
    assert (email.status, email.continues, email.campaign) == (Status.SCHEDULED, first, None)
    assert enrollment.turns.get().email == first


def on_the_way(rita, campaign, person):
    """Somebody who has had the first email of the campaign, which goes on for them."""
    step = make_step(campaign)
    enrollment = make_enrollment(campaign, person)
    first = sent(rita, person, campaign=campaign)
    make_turn(enrollment, step, email=first, done_at=timezone.now())
    return enrollment, first


def test_whoever_answers_it_leaves_the_campaign_which_counts_as_its_success(rita, campaign, maria):
    campaign.reply_is_success = True
    campaign.save()
    enrollment, _first = on_the_way(rita, campaign, maria)
    email = went_on(rita, campaign, maria).emails.get()
    make_attempt(email)
    reply(email)

    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.because) == (State.ENDED, Because.REPLIED)
    assert enrollment.succeeded_at


def test_its_page_and_each_of_its_emails_say_so(client, rita, campaign, maria):
    first = sent(rita, maria, campaign=campaign, subject="Prices for Nordlys")
    bulk = went_on(rita, campaign, maria)
    page = client.get(reverse("emails:bulk", args=[bulk.pk])).content.decode()
    pane = client.get(bulk.emails.get().get_absolute_url()).content.decode()

    assert "continues the campaign" in page and campaign.get_absolute_url() in page
    assert f'continues <a href="{first.get_absolute_url()}">Prices for Nordlys</a>' in pane


def test_it_is_begun_for_a_campaign_only_by_somebody_who_has_written_in_it(rita, campaign, maria):
    sam = make_user("Sam")
    sent(sam, maria, campaign=campaign)
    assert begin(rita, campaign=campaign.pk).campaign is None
    assert begin(sam, campaign=campaign.pk).campaign == campaign


def test_beginning_it_from_a_search_of_one_campaign_continues_that(client, rita, campaign, maria):
    other = make_campaign(rita, "Renewal")
    for each in (campaign, other):
        sent(rita, maria, campaign=each)

    def begun(query, **told):
        told = {"list": "search", "query": query, "person": maria.pk} | told
        client.post(reverse("emails:bulk-new"), told)
        return rita.bulk_sends.order_by("-pk")[0]

    found = begun('q=campaign:"Q1 rollout" -replied&of=people')
    assert (found.campaign, found.continues) == (campaign, True)
    assert begun('q=campaign:"Q1 rollout"', all="yes").campaign == campaign
    assert begun('q=campaign:"Q1 rollout" -campaign:Renewal').campaign == campaign
    saved = make_saved_search(rita, 'campaign:"Q1 rollout" -replied')
    assert begun(f"saved={saved.pk}").campaign == campaign
    for query in (
        'q=-campaign:"Q1 rollout"',
        'q=campaign:"Q1 rollout" or campaign:Renewal',
        'q=campaign:"Q1 rollout" campaign:Renewal',
        "q=campaign:any",
        "q=campaign:Nowhere",
        "q=campaign:",
        "q=-replied",
        "saved=10000000000000000000000",
    ):
        assert begun(query).campaign is None, query
    assert begun('q=campaign:"Q1 rollout"', list="").campaign is None
