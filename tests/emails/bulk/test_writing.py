"""The window of a bulk email: whom it goes to, common words and own ones, review, sending."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Undo
from emails.models import BulkSend, Status, StoredFile
from prospects.models import Group, Suppression
from tests.factories import make_bulk, make_draft, make_identity, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita(client):
    rita = make_user("Rita")
    make_identity(rita)
    client.force_login(rita)
    return rita


@pytest.fixture
def people(rita):
    return [make_person(rita, name) for name in ("Anna", "Berit", "Cilla", "David", "Eva")]


@pytest.fixture
def bulk(rita, people):
    return make_bulk(rita, *people)


def url(name, bulk):
    return reverse(f"emails:bulk-{name}", args=[bulk.pk])


def typed(bulk, recipient=None, **fields):
    """What the window posts."""
    bulk.refresh_from_db()
    return {
        "key": str(uuid4()),
        "bulk": bulk.pk,
        "version": bulk.version,
        "recipient": recipient.pk if recipient else "",
        "identity": bulk.identity_id,
        "subject": bulk.subject,
        "html": bulk.html,
        "zone": "UTC",
    } | fields


def text(response):
    return " ".join(response.content.decode().split())


def autosave(client, bulk, recipient=None, **fields):
    response = client.post(reverse("emails:bulk-autosave"), typed(bulk, recipient, **fields))
    bulk.refresh_from_db()
    return response


# Beginning it -----------------------------------------------------------------------------------


def test_ticked_people_become_its_recipients(client, rita, people):
    response = client.post(
        reverse("emails:bulk-new"), {"person": [people[0].pk, people[1].pk, "x", 10**30]}
    )

    bulk = rita.bulk_sends.get()
    assert response["Location"] == url("edit", bulk)
    assert {recipient.person for recipient in bulk.recipients.all()} == set(people[:2])
    assert bulk.identity == rita.identities.get()


def test_all_of_a_list_become_its_recipients(client, rita, people):
    client.post(reverse("emails:bulk-new"), {"all": "yes", "query": "words=berit"})
    assert rita.bulk_sends.get().recipients.get().person == people[1]


def test_a_group_becomes_its_recipients_and_somebody_elses_does_not(client, rita, people):
    hot = Group.objects.create(owner=rita, name="Hot")
    hot.add(people[:3])
    client.post(reverse("emails:bulk-new"), {"group": hot.pk})
    assert rita.bulk_sends.get().recipients.count() == 3

    secret = Group.objects.create(owner=make_user("Sam"), name="Secret")
    secret.add(people)
    client.post(reverse("emails:bulk-new"), {"group": secret.pk})
    assert rita.bulk_sends.latest("pk").recipients.count() == 0


def test_beyond_the_limit_it_is_refused_with_the_limit_named(client, rita, people, settings):
    settings.LIMITS = settings.LIMITS | {"BULK_RECIPIENTS": 4}
    response = client.post(
        reverse("emails:bulk-new"), {"person": [person.pk for person in people]}, follow=True
    )
    assert "may have 4 recipients, and these would be 5" in text(response)
    assert rita.bulk_sends.get().recipients.count() == 0


def test_left_empty_it_is_in_no_folder(client, rita):
    client.post(reverse("emails:bulk-new"))
    assert rita.emails.count() == 0


def test_a_groups_name_in_to_offers_a_bulk_email_and_makes_it_of_what_was_written(
    client, rita, people
):
    Group.objects.create(owner=rita, name="Trade, fair").add(people[:3])
    window = {"key": str(uuid4()), "to": "trade, fair", "subject": "Hello", "html": "<p>Hi all</p>"}

    answer = text(client.post(reverse("emails:compose-autosave"), window))
    assert "“Trade, fair” is a group" in answer and "Make it a bulk email" in answer
    assert client.post(reverse("emails:send"), window).status_code == 422
    assert rita.emails.count() == 0

    response = client.post(reverse("emails:compose-become-bulk"), window)

    bulk = rita.bulk_sends.get()
    assert response["Location"] == url("edit", bulk)
    assert (bulk.subject, bulk.html, bulk.recipients.count()) == ("Hello", "<p>Hi all</p>", 3)
    assert not rita.compositions.exists()


def test_a_draft_that_became_a_bulk_email_is_in_drafts_no_more(client, rita, people):
    draft = make_draft(rita, to_address=people[0].email)
    window = {
        "key": str(draft.compose_key), "email": draft.pk, "version": draft.version, "subject": "Hello",
        "to": f"{people[0].email}, {people[1].email}, nobody@", "cc": "boss@team.example",
    }  # fmt: skip
    response = client.post(reverse("emails:compose-become-bulk"), window, follow=True)

    bulk = rita.bulk_sends.get()
    assert "nobody@" in text(response) and bulk.recipients.count() == 2
    assert bulk.typed["cc"] == "boss@team.example"
    assert rita.emails.in_folder(Status.DRAFT).get().stands_for_bulk


# Whom it goes to --------------------------------------------------------------------------------


def test_typed_addresses_are_added_and_a_wrong_one_is_named_beside_its_field(client, bulk):
    response = client.post(
        url("add", bulk),
        typed(bulk, add="new@nordlys.example, nobody@", paste="two@nordlys.example"),
    )
    assert response.status_code == 422 and "nobody@" in text(response)
    assert bulk.recipients.count() == 7


def test_adding_keeps_what_was_typed_in_the_text(client, bulk):
    client.post(url("add", bulk), typed(bulk, add="new@nordlys.example", subject="Changed"))
    bulk.refresh_from_db()
    assert bulk.subject == "Changed"


def test_taken_off_the_list_and_undone(client, rita, bulk):
    anna = bulk.recipients.first()
    client.post(url("take-off", bulk), typed(bulk, off=anna.pk))
    assert bulk.recipients.active().count() == 4

    client.post(reverse("undo", args=[Undo.objects.get().pk]))
    assert bulk.recipients.active().count() == 5


def test_somebody_elses_recipient_cannot_be_taken_off(client, bulk):
    other = make_bulk(make_user("Sam"), make_person(make_user("Tom"))).recipients.get()
    assert client.post(url("take-off", bulk), typed(bulk, off=other.pk)).status_code == 404
    assert client.get(url("edit", bulk) + f"?recipient={other.pk}").status_code == 200
    other.refresh_from_db()
    assert other.removed_at is None


def test_the_side_bar_finds_by_name_and_says_who_will_not_get_it(client, bulk, people):
    Suppression.suppress(people[1].email, "unsubscribed")
    page = text(client.get(url("edit", bulk)))
    assert "Must not be mailed: unsubscribed" in page and "1 must not be mailed" in page

    page = text(client.get(url("edit", bulk) + "?words=cilla"))
    assert people[2].email in page and people[0].email not in page


def test_the_page_costs_the_same_number_of_queries_whoever_is_on_the_list(
    client, rita, bulk, django_assert_max_num_queries
):
    rows = [make_person(rita) for _ in range(30)]
    big = make_bulk(rita, *rows)
    with django_assert_max_num_queries(34):
        assert client.get(url("edit", big)).status_code == 200


# Common words and own ones ----------------------------------------------------------------------


def test_all_that_is_typed_is_kept_even_what_is_not_right_yet(client, rita, bulk):
    autosave(
        client,
        bulk,
        subject="New",
        html="<p>New</p>",
        cc="nobody@",
        date="2001-01-01",
        time="08:00",
    )
    page = text(client.get(url("edit", bulk)))

    assert (bulk.subject, bulk.html) == ("New", "<p>New</p>")
    assert 'value="nobody@"' in page and 'value="2001-01-01"' in page
    assert rita.emails.in_folder(Status.DRAFT).get().subject == "New"


@pytest.mark.parametrize("begun", ["cc", "bcc", "time", "file"])
def test_whatever_it_was_begun_with_it_is_in_drafts_until_that_is_taken_out_again(
    client, rita, begun
):
    client.post(reverse("emails:bulk-new"))
    bulk = rita.bulk_sends.get()
    file = StoredFile.keep(rita, "list.pdf", "application/pdf", b"%PDF")
    told = {"cc": {"cc": "nobody@"}, "bcc": {"bcc": "anna@x.example"}, "time": {"time": "08:00"}}
    told["file"] = {"files": [file.pk]}

    autosave(client, bulk, **told[begun])

    page = text(client.get("/emails/pending/drafts/"))
    assert url("edit", bulk) in page and "(no subject)" in page
    long_ago = {"updated_at": timezone.now() - timedelta(days=30)}
    BulkSend.objects.update(**long_ago)
    assert not BulkSend.objects.abandoned().exists()

    autosave(client, bulk)
    BulkSend.objects.update(**long_ago)
    assert rita.emails.count() == 0 and BulkSend.objects.abandoned().exists()


def test_an_edit_for_one_changes_only_theirs(client, bulk):
    anna, berit, *_others = bulk.recipients.order_by("pk")
    answer = text(autosave(client, bulk, anna, subject="For Anna"))

    anna.refresh_from_db()
    assert (anna.subject, anna.html, bulk.subject) == ("For Anna", None, "Pricing news")
    assert "own words" in answer and not berit.is_edited
    assert 'value="For Anna"' in text(client.get(url("edit", bulk) + f"?recipient={anna.pk}"))


def test_a_later_common_edit_keeps_own_words_and_says_how_many(client, bulk):
    anna = bulk.recipients.first()
    autosave(client, bulk, anna, html="<p>Dear Anna</p>")
    answer = text(autosave(client, bulk, subject="Other news", html="<p>All new</p>"))

    anna.refresh_from_db()
    assert (anna.subject, anna.html) == (None, "<p>Dear Anna</p>")
    assert "1 keeps words of their own" in answer and "Give them these instead" in answer


def test_own_words_can_be_reset_for_one_and_for_all_and_come_back_by_undo(client, bulk):
    anna, berit, *_others = bulk.recipients.order_by("pk")
    for each in (anna, berit):
        autosave(client, bulk, each, html=f"<p>Dear {each}</p>")
    client.post(url("reset", bulk), typed(bulk, anna, html=f"<p>Dear {anna}</p>"))
    assert [each.pk for each in bulk.recipients.edited()] == [berit.pk]

    client.post(url("reset", bulk), typed(bulk))
    assert not bulk.recipients.edited().exists()
    client.post(reverse("undo", args=[Undo.objects.latest("pk").pk]))
    assert bulk.recipients.edited().get().html == f"<p>Dear {berit}</p>"


def test_what_another_window_changed_is_not_overwritten_and_nothing_is_lost(client, rita, bulk):
    mine = typed(bulk, subject="Mine")
    autosave(client, bulk, subject="Theirs")
    answer = text(client.post(reverse("emails:bulk-autosave"), mine))

    bulk.refresh_from_db()
    assert bulk.subject == "Theirs" and "changed in another window" in answer
    assert rita.compositions.get().typed["subject"] == "Mine"


def test_the_same_autosave_again_after_a_lost_answer_is_no_conflict(client, rita, bulk):
    told = typed(bulk, subject="Mine")
    for _ in range(2):
        answer = text(client.post(reverse("emails:bulk-autosave"), told))
    assert "changed in another window" not in answer and not rita.compositions.exists()


def test_typing_in_a_window_of_one_that_was_sent_changes_nothing_and_loses_nothing(
    client, rita, bulk
):
    told = typed(bulk, subject="Too late")
    bulk.send(by=rita, window=60)
    answer = text(client.post(reverse("emails:bulk-autosave"), told))

    bulk.refresh_from_db()
    assert bulk.subject == "Pricing news" and "was sent in another window" in answer
    assert rita.compositions.get().typed["subject"] == "Too late"


def test_the_preview_fills_in_the_fields_for_each_and_leads_on(client, rita, people):
    bulk = make_bulk(rita, *people, subject="Hej {{first_name}}", html="<p>Dear {{first_name}}</p>")
    first, second, *_others = bulk.recipients.order_by("pk")
    page = text(client.get(url("preview", bulk) + f"?recipient={second.pk}"))

    assert f"Hej {second.person.first_name}" in page and "2 of 5" in page
    assert f"?recipient={first.pk}" in page
    shown = client.get(url("text", bulk) + f"?recipient={second.pk}")
    assert f"Dear {second.person.first_name}" in text(shown)
    assert "default-src 'none'" in shown["Content-Security-Policy"]


# Before it goes ---------------------------------------------------------------------------------


def test_what_is_missing_is_said_beside_its_field_and_nothing_is_sent(client, rita):
    bulk = make_bulk(rita, subject="")
    response = client.post(url("look-over", bulk), typed(bulk))
    page = text(response)
    assert response.status_code == 422
    assert "Give it a subject." in page and "Say whom it goes to" in page


def test_a_field_that_cannot_be_read_is_said_before_the_review(client, bulk):
    response = client.post(url("look-over", bulk), typed(bulk, html="<p>{{ nonsense</p>"))
    assert response.status_code == 422 and "nonsense" in text(response)


def test_the_review_says_the_exact_number_and_who_will_not_get_it_and_why(client, rita, people):
    bulk = make_bulk(rita, *people, subject="For {{company}}", html="<p>Hi {{title}}</p>")
    for person in people[:4]:
        person.title = "CFO"
        person.save()
    Suppression.suppress(people[0].email, "unsubscribed")
    person = bulk.recipients.get(person=people[1])
    person.write(bulk.subject, "<p>{{! say why }}</p>", common=bulk)

    response = client.post(url("look-over", bulk), typed(bulk))
    page = text(client.get(response["Location"]))

    assert "2 people will get it" in page and "3 will not get it" in page
    assert f"{people[0].email} must not be mailed: unsubscribed" in page
    assert "say why" in page and "“Title”: empty for Eva" in page
    assert people[4].get_absolute_url() in page


def seen(client, bulk):
    page = client.get(url("review", bulk)).content.decode()
    return page.partition('name="seen" value="')[2].partition('"')[0]


def test_sent_it_goes_to_its_own_page_and_can_be_undone(client, rita, bulk):
    response = client.post(url("send", bulk), {"seen": seen(client, bulk)})

    assert response["Location"] == reverse("emails:bulk", args=[bulk.pk])
    bulk.refresh_from_db()
    assert bulk.state == BulkSend.State.OPEN and bulk.at_once
    bulk.make_emails()
    page = client.get(response["Location"])
    assert "Bulk email to 5 people goes out in 10 s." in text(page)

    client.post(reverse("undo", args=[Undo.objects.get().pk]))
    bulk.refresh_from_db()
    assert bulk.is_draft and rita.emails.get().stands_for_bulk


def test_scheduled_it_keeps_the_wall_time_that_was_meant(client, rita, bulk):
    autosave(client, bulk, date="2027-03-29", time="08:15", zone="Europe/Stockholm")
    client.post(url("send", bulk), {"seen": seen(client, bulk)})
    bulk.refresh_from_db()
    bulk.make_emails()

    email = bulk.emails.first()
    assert (email.send_wall, email.send_zone) == ("2027-03-29T08:15", "Europe/Stockholm")
    assert not email.at_once and email.send_at.hour == 6


def test_if_it_changed_since_the_review_there_is_another_one(client, rita, bulk):
    told = seen(client, bulk)
    bulk.take_off([bulk.recipients.first().pk])
    response = client.post(url("send", bulk), {"seen": told})

    bulk.refresh_from_db()
    assert response.status_code == 409 and bulk.is_draft
    assert "4 people will get it" in text(response) and "has changed" in text(response)


def test_pressed_twice_it_is_sent_once(client, rita, bulk):
    told = seen(client, bulk)
    for _ in range(2):
        assert client.post(url("send", bulk), {"seen": told}).status_code == 302
    assert Undo.objects.count() == 1


def test_a_draft_in_the_trash_is_gone_and_comes_back(client, rita, bulk):
    row = rita.emails.get()
    client.post(reverse("emails:act", args=[row.pk, "delete"]))
    assert client.get(url("edit", bulk)).status_code == 404
    client.post(reverse("emails:act", args=[row.pk, "restore"]))
    assert client.get(url("edit", bulk)).status_code == 200


def test_purged_the_draft_is_forgotten_whole(client, rita, bulk):
    rita.emails.get().remove(by=rita)
    assert rita.emails.removed().purge() == 1
    assert not BulkSend.objects.exists() and not rita.emails.exists()


def test_the_list_and_the_words_of_one_that_was_sent_stay_as_they_were(client, rita, bulk):
    own = bulk.recipients.first()
    own.write("For you alone", "<p>Hi</p>", common=bulk)
    asked = {"add": {"add": "new@x.example"}, "take-off": {"off": own.pk}, "reset": {}}
    told = {name: typed(bulk, **fields) for name, fields in asked.items()}
    bulk.send(by=rita, window=10)
    for name, posted in told.items():
        response = client.post(url(name, bulk), posted, follow=True)
        assert response.redirect_chain[-1][0] == reverse("emails:bulk", args=[bulk.pk])
        assert "It is going out already." in text(response)
    own.refresh_from_db()
    assert own.subject == "For you alone" and bulk.recipients.active().count() == 5


def test_who_has_left_a_colleagues_mail_alone_gets_ones_own(client, rita, bulk, people):
    david = make_user("David")
    Suppression.suppress(people[0].email, "unsubscribed", sender=david)
    Suppression.suppress(people[1].email, "unsubscribed", sender=rita)
    page = text(client.get(url("review", bulk)))
    assert "1 must not be mailed" in text(client.get(url("edit", bulk)))
    assert people[1].email in page and people[0].email not in page

    found = client.get(reverse("emails:people-suggest"), {"to": people[0].first_name})
    assert people[0].email in text(found) and "not be mailed" not in text(found)
