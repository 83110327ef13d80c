"""Whatever a list shows or filters by, a search can ask for."""

import pytest

from emails.models import Attachment, Email, StoredFile
from prospects.search_forms import PeopleSearch
from search.evaluating import emails_matching, people_matching
from search.fields import FIELDS, field_named, fields_for
from search.language import parse
from search.looking import Looking
from tasks.lists import VIEWS
from tasks.models import Call
from tests.factories import (
    make_campaign,
    make_email,
    make_enrollment,
    make_person,
    make_task,
    make_user,
)
from tests.search import paper
from ui.columns import COLUMNS

pytestmark = pytest.mark.django_db

# What each column of the people's list is asked for by.
OF_PEOPLE = {
    "first_name": "first-name",
    "last_name": "last-name",
    "email": "email",
    "title": "title",
    "company": "company",
    "campaign": "in-campaign",
    "groups": "group",
    "phone": "phone",
    "campaigns": "campaigns",
    "task_due": "task-due",
    "open_tasks": "open-tasks",
    "emails": "emails",
    "events": "events",
    "activities": "activities",
    "consent": "authorization",
    "views": "viewed",
    "clicks": "clicked",
    "replies": "replies",
    "updated": "changed",
    "creator": "owner",
    "source": "source",
    "unsubscribed": "unsubscribed",
}
# And each of the columns that emails can be listed with.
OF_EMAILS = {
    "Person": "person",
    "Name": "name",
    "Address": "email",
    "Campaign": "campaign",
    "Template": "template",
    "Subject": "subject",
    "Groups": "group",
    "Job Title": "title",
    "Company": "company",
    "Email Status": "status",
    "Date Created": "created",
    "Last Updated": "updated",
    "Delivery Channel": "channel",
    "Latest Activity": "active",
    "Date Sent": "delivered",
    "Group Email": "bulk",
    "Task Due Date": "task-due",
    "Task Type": "task-type",
    "Date Failed": "failed",
}
# The filters of features.md, and more that one looks for.
FILTERS = {
    "Status": "status",
    "Viewed": "viewed",
    "Clicked": "clicked",
    "Replied": "replied",
    "Created": "created",
    "Scheduled": "scheduled",
    "By person": "person",
    "By group": "group",
    "Domain": "domain",
    "View As": "sender",
    "Step": "step",
    "Text of the body": "body",
    "Success": "success",
    "Failure reason": "reason",
    "Task": "task",
    "Attachment": "attachment",
    "Name of an attachment": "file",
}
# Columns of Email without a condition, each with the reason.
WITHOUT = {
    "at_once": "how it was scheduled is of no interest once it is",
    "auto_replies": "asked for as auto-reply",
    "bulk_recipient": "asked for as bulk and person",
    "claims_lost": "for workers",
    "compose_key": "for windows in which somebody writes",
    "continues": "says what it belongs to, as replied does",
    "deferrals": "for workers",
    "lane": "for workers",
    "lease": "for workers",
    "lease_until": "for workers",
    "machine_views": "what machines did is nobody's view",
    "message_id": "for servers",
    "moved_at": "lists stand in its order; the dates of each status are asked for",
    "on_hold": "its campaign is paused: asked for as campaign-state",
    "purged_at": "what is in the trash is not searched",
    "reason_values": "parts of the sentence of reason",
    "removed_at": "what is in the trash is not searched",
    "removed_because": "what is in the trash is not searched",
    "removed_by": "what is in the trash is not searched",
    "send_wall": "asked for as scheduled",
    "send_zone": "asked for as scheduled",
    "server_words": "asked for as reason",
    "snippet": "asked for as body",
    "succeeded_by": "asked for as success",
    "task": "asked for the other way round: tasks that were made from it",
    "to_name": "asked for as text",
    "version": "for windows in which somebody writes",
}
AS = {
    "owner": "sender",
    "to_address": "email",
    "send_at": "scheduled",
    "template_version": "template",
    "created_at": "created",
    "updated_at": "updated",
    "delivered_at": "delivered",
    "failed_at": "failed",
    "archived_at": "archived",
    "succeeded_at": "success",
    "answered_at": "replied",
    "views": "viewed",
    "clicks": "clicked",
    "replies": "replies",
    "first_viewed_at": "viewed",
    "last_viewed_at": "viewed",
    "first_clicked_at": "clicked",
    "last_clicked_at": "clicked",
    "first_replied_at": "replies",
    "last_replied_at": "replies",
}
# The filters of the people's list, by the condition that says the same.
LISTED = {
    "words": "text",
    "show": "owner",
    "group": "group",
    "owner": "owner",
    "company": "company",
    "unsubscribed": "unsubscribed",
    "field": "own.industry",
    "value": "own.industry",
}


@pytest.fixture
def rita():
    return make_user("Rita")


def people(text, user):
    return sorted(people_matching(parse(text), user).values_list("first_name", flat=True))


def test_every_column_of_the_list_of_people_has_a_condition(rita):
    asked = {field.name for field in fields_for("people", Looking(rita))}

    assert set(COLUMNS["people"]) == set(OF_PEOPLE)
    assert set(OF_PEOPLE.values()) <= asked


def test_every_column_that_emails_can_be_listed_with_has_a_condition(rita):
    asked = {name for name, field in FIELDS.items() if "emails" in field.subjects}

    assert set(OF_EMAILS.values()) <= asked
    assert set(FILTERS.values()) <= asked


def test_every_column_of_an_email_has_a_condition_or_a_reason_for_none():
    for column in Email._meta.get_fields():
        if column.concrete and not column.primary_key:
            asked = AS.get(column.name, column.name)
            assert asked in FIELDS or column.name in WITHOUT, column.name


def test_every_filter_of_the_list_of_people_has_a_condition(rita):
    assert set(PeopleSearch(rita).fields) == set(LISTED)
    assert all(field_named(name) for name in LISTED.values())


def test_every_view_of_tasks_has_a_condition(rita):
    """By its tab: what is done, late, or due on some days."""
    asked = {
        "overdue": "task:overdue",
        "today": "task:due",
        "tomorrow": "task-due:tomorrow",
        "next-7-days": "task-due:next-7-days",
        "range": "task-due:2026-11-01..2026-11-30",
        "done": "task:done",
    }
    assert {view.slug for view in VIEWS} == set(asked)
    assert all(parse(text) for text in asked.values())


def test_every_condition_is_worked_out_on_paper_too():
    known = paper.ABOUT_EMAILS | paper.ACTIVITIES | paper.TEXTS_OF_PEOPLE | paper.ABOUT_TASKS
    people = {name for name in FIELDS if hasattr(paper.Paper, f"is_{name.replace('-', '_')}")}

    assert set(FIELDS) <= known | people


def test_the_number_of_activities_is_that_of_the_column(rita):
    sam, maria = make_user("Sam"), make_person(rita, "Maria")
    make_person(rita, "Bo")
    make_email(sam, "delivered", person=maria)
    make_email(rita, "draft", person=maria)
    Call.objects.create(person=maria, user=rita)
    make_task(rita, person=maria).complete(by=rita)

    assert people("activities>=3", rita) == people("activities=3", rita) == ["Maria"]
    assert people("activities>=4", rita) == []
    assert people("activities=0", rita) == ["Bo"]


def test_who_is_in_a_campaign_is_found_until_it_is_over(rita):
    campaign = make_campaign(rita, "Q1 rollout")
    make_enrollment(campaign, make_person(rita, "Maria"))
    make_person(rita, "Bo")

    assert people('in-campaign:"q1 rollout"', rita) == ["Maria"]
    assert people("campaign-state:active campaigns>=1", rita) == ["Maria"]

    campaign.enrollments.get().end("removed", by=rita)

    assert people('in-campaign:"q1 rollout"', rita) == []
    assert people("ended:removed", rita) == people("campaigns=1", rita) == ["Maria"]


def test_an_email_is_found_by_the_name_of_its_attachment(rita):
    email = make_email(rita, "delivered")
    make_email(rita, "delivered")
    file = StoredFile.keep(rita, "Årsbokslut 2026.pdf", "application/pdf", b"%PDF")
    Attachment.objects.create(email=email, file=file)

    assert list(emails_matching(parse("file:arsbokslut"), rita)) == [email]


@pytest.mark.parametrize("typed", ["bjork", "Björk", "BJÖRK", "bjørk", "Bjork"])
@pytest.mark.parametrize("field", ["", "name:", "last-name=", "company:", "title:", "own.city:"])
def test_accents_are_no_matter(rita, typed, field):
    for first, last in (("Anna", "Björk"), ("Bo", "Bjork"), ("Cay", "Berg")):
        make_person(
            rita, first, last_name=last, company=last, title=last, custom={"city": f"Ny {last}"}
        )

    assert people(f"{field}{typed}", rita) == ["Anna", "Bo"]
