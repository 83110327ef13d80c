"""A step in its editor: what it may say, and one sentence beside whatever it may not."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Step
from emails.models import StoredFile, Template, TemplateVersion
from tests.factories import (
    make_campaign,
    make_enrollment,
    make_person,
    make_step,
    make_template,
    make_turn,
    make_user,
)

pytestmark = pytest.mark.django_db


def typed(step=None, **fields):
    """What the editor of an email sends, all of it right."""
    told = {"key": "k", "version": "", "day": 1, "timing": "auto", "minutes": 0, "follows": ""}
    told |= {"subject": "Prices", "html": "<p>Hi {{first_name}}</p>", "template": ""}
    if step:
        told |= {"version": step.version, "day": step.day, "subject": step.subject}
        told |= {"html": step.html}
    return told | fields


def add(client, campaign, kind="email", **fields):
    url = reverse("campaigns:new-step", args=[campaign.pk, kind])
    told = typed(**fields) if kind == "email" else {"day": 1} | fields
    return client.post(url, told)


def change(client, step, **fields):
    return client.post(reverse("campaigns:step", args=[step.pk]), typed(step, **fields))


def only(campaign):
    return campaign.steps.get()


# An email -------------------------------------------------------------------------------------


def test_an_email_is_added_and_leads_back_to_the_steps(client, campaign):
    response = add(client, campaign, name="Opener")
    step = only(campaign)
    assert response["Location"] == f"{campaign.get_absolute_url()}#step-{step.pk}"
    assert (step.kind, step.day, step.timing, step.name) == ("email", 1, "launch", "Opener")
    assert (step.subject, step.html) == ("Prices", "<p>Hi {{first_name}}</p>")


@pytest.mark.parametrize(
    ("asked", "stored"),
    [
        ({"timing": "auto", "clock": "09:30", "minutes": 5}, ("launch", None, 0)),
        ({"timing": "fixed", "clock": "09:30", "minutes": 5}, ("fixed", "09:30", 0)),
        ({"timing": "task"}, ("task", None, 0)),
        ({"timing": "task", "clock": "14:00"}, ("task", "14:00", 0)),
    ],
)
def test_the_first_step_goes_when_it_is_started_at_a_fixed_time_or_as_a_task(
    client, campaign, asked, stored
):
    add(client, campaign, **asked)
    step = only(campaign)
    clock = step.clock.strftime("%H:%M") if step.clock else None
    assert (step.timing, clock, step.minutes) == stored


def test_a_later_step_goes_minutes_after_the_one_before(client, campaign):
    make_step(campaign)
    add(client, campaign, minutes=45)
    last = campaign.steps.in_order().last()
    assert (last.timing, last.minutes, last.position) == ("previous", 45, 1)


@pytest.mark.parametrize("day", ["366", "0", "-1", "x", "", "9999999999"])
def test_a_step_after_day_365_is_refused_and_nothing_is_lost(client, campaign, day):
    response = add(client, campaign, day=day, subject="Kept", html="<p>Kept text</p>")
    assert response.status_code == 422
    says = "A campaign has at most 365 days: choose a day from 1 to 365."
    assert response.text.count(says) == 1
    assert 'value="Kept"' in response.text and "Kept text" in response.text
    assert not campaign.steps.exists()


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        ({"subject": ""}, "subject", "Give it a subject."),
        ({"html": " "}, "html", "Write what the email says."),
        ({"timing": "fixed"}, "clock", "Say at what time it goes, for example 09:30."),
        ({"clock": "25:99"}, "clock", "Write the time as 09:30."),
        (
            {"minutes": "1440"},
            "minutes",
            "Write 0 to 1,439 minutes; more than that is another day.",
        ),
        ({"follows": "yes"}, "follows", "No email comes before it that it could follow up."),
        ({"subject": "{{nope}}"}, "subject", "In the subject, "),
        ({"html": "<p>a</p><p>{% if %}</p>"}, "html", "In the text, line "),
        ({"subject": "a\nb"}, "subject", "A subject stands on one line."),
    ],
)
def test_what_is_wrong_is_said_once_beside_its_field(client, campaign, wrong, field, says):
    make_step(campaign, "call")
    response = add(client, campaign, **wrong)
    assert response.status_code == 422
    errors = response.context["form"].errors
    assert list(errors) == [field]
    assert says in errors[field][0]
    assert response.text.count('class="compose__errors"') == 1
    assert campaign.steps.count() == 1


def test_a_follow_up_is_offered_only_after_an_email(client, campaign):
    url = reverse("campaigns:new-step", args=[campaign.pk, "email"])
    make_step(campaign, "call")
    assert 'name="follows"' not in client.get(f"{url}?day=3").text
    make_step(campaign, day=2, subject="Prices")
    page = client.get(f"{url}?day=3").text
    assert 'name="follows"' in page
    assert "Empty, a follow-up says “Re: Prices”" in page
    assert 'name="follows"' not in client.get(f"{url}?day=1").text


def test_a_follow_up_needs_no_subject_and_shows_what_it_quotes(client, campaign):
    before = make_step(campaign, subject="Prices")
    add(client, campaign, day=3, subject="", follows="yes")
    step = campaign.steps.in_order().last()
    assert (step.follows, step.subject) == (True, "")
    page = client.get(reverse("campaigns:step", args=[step.pk])).text
    assert reverse("campaigns:step-preview", args=[before.pk]) in page
    assert "Below your text" in page


def test_plain_text_is_enough_where_no_script_runs(client, campaign):
    add(client, campaign, html="", text="Hi {{first_name}}\n\nBye")
    assert only(campaign).html == "<p>Hi {{first_name}}</p>\n\n<p>Bye</p>"


def test_the_template_that_was_put_in_is_remembered(client, rita, campaign):
    version = make_template(rita).latest
    add(client, campaign, template=version.ticket_for(rita))
    step = only(campaign)
    assert step.template_version == version
    page = client.get(reverse("campaigns:step", args=[step.pk]))
    ticket = page.context["form"].template_ticket
    assert TemplateVersion.of_ticket(rita, ticket) == version


def test_it_is_saved_as_a_template_before_it_is_saved_itself(client, rita, campaign):
    response = add(client, campaign, as_template="yes", template_name="For later")
    template = Template.objects.get()
    assert (template.name, template.subject) == ("For later", "Prices")
    assert "The template “For later” is saved. The step itself is not saved yet." in response.text
    assert 'value="Prices"' in response.text
    assert not campaign.steps.exists()
    add(client, campaign, template=response.context["form"].template_ticket)
    assert only(campaign).template_version == template.latest


def test_the_limit_of_templates_is_named(client, rita, campaign, settings):
    settings.LIMITS = settings.LIMITS | {"TEMPLATES": 0}
    response = add(client, campaign, as_template="yes")
    assert "You have 0 templates, and more are not allowed." in response.text
    assert 'value="Prices"' in response.text


def test_files_are_attached_within_the_limit(client, rita, campaign, settings):
    settings.LIMITS = settings.LIMITS | {"ATTACHMENTS_MB": 1}
    known = StoredFile.keep(rita, "a.txt", "text/plain", b"x")
    upload = SimpleUploadedFile("b.txt", b"y")
    add(client, campaign, files=[known.pk], uploads=upload)
    assert sorted(only(campaign).files.values_list("name", flat=True)) == ["a.txt", "b.txt"]
    large = SimpleUploadedFile("c.bin", b"z" * 1024 * 1024)
    response = change(client, only(campaign), files=[known.pk], uploads=large)
    assert response.status_code == 422
    assert "is too much. The attachments of one email may have" in response.text


def test_an_admin_keeps_the_files_that_the_owner_attached(client, rita, campaign):
    step = make_step(campaign)
    step.files.add(StoredFile.keep(rita, "a.txt", "text/plain", b"x"))
    client.force_login(make_user("Ada", role="admin"))
    response = change(client, step, subject="New", files=[step.files.get().pk])
    assert response.status_code == 302
    step.refresh_from_db()
    assert (step.subject, step.files.count()) == ("New", 1)


def test_somebody_elses_file_is_not_attached(client, sam, campaign):
    theirs = StoredFile.keep(sam, "a.txt", "text/plain", b"x")
    assert add(client, campaign, files=[theirs.pk]).status_code == 422


# Tasks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "label"),
    [("call", "Talk track"), ("inmail", "Text of the InMail"), ("custom", "Note")],
)
def test_a_task_step_has_its_details_time_and_priority(client, campaign, kind, label):
    url = reverse("campaigns:new-step", args=[campaign.pk, kind])
    assert label in client.get(url).text
    add(client, campaign, kind, name="Do it", details="So.", clock="14:30", priority=1)
    step = only(campaign)
    assert (step.kind, step.name, step.details, step.priority) == (kind, "Do it", "So.", 1)
    assert (step.clock.hour, step.timing) == (14, "")


def test_a_task_step_needs_no_more_than_its_day(client, campaign):
    add(client, campaign, "call")
    step = only(campaign)
    assert (step.name, step.clock, step.priority) == ("", None, 0)


def test_what_is_wrong_with_a_task_is_said_and_nothing_is_lost(client, campaign):
    response = add(client, campaign, "call", day=400, details="Long talk track")
    assert response.status_code == 422
    assert "choose a day from 1 to 365" in response.text
    assert "Long talk track" in response.text


# Changing one ---------------------------------------------------------------------------------


def test_on_another_day_it_is_the_last_one(client, campaign):
    step = make_step(campaign, name="A")
    make_step(campaign, "call", day=3, name="B")
    change(client, step, day=3)
    assert [(each.kind, each.day) for each in campaign.steps.in_order()] == [
        ("call", 3), ("email", 3),
    ]  # fmt: skip


def test_who_was_faster_is_not_overwritten_without_being_asked(client, campaign):
    step = make_step(campaign)
    mine = typed(step, subject="Mine")
    Step.objects.update(subject="Theirs", version=F("version") + 1)
    url = reverse("campaigns:step", args=[step.pk])

    response = client.post(url, mine)
    assert response.status_code == 409
    assert "The step was changed in another window meanwhile." in response.text
    assert 'value="Mine"' in response.text
    assert only(campaign).subject == "Theirs"

    client.post(url, mine | {"keep": "new"})
    assert sorted(campaign.steps.values_list("subject", flat=True)) == ["Mine", "Theirs"]
    client.post(url, mine | {"keep": "mine"})
    step.refresh_from_db()
    assert step.subject == "Mine"


def test_saving_twice_what_is_there_already_changes_nothing(client, campaign):
    step = make_step(campaign)
    told = typed(step, subject="New")
    url = reverse("campaigns:step", args=[step.pk])
    assert client.post(url, told).status_code == 302
    assert client.post(url, told).status_code == 302
    step.refresh_from_db()
    assert (step.subject, step.version) == ("New", 2)


def test_before_saving_it_says_whom_a_change_of_a_running_campaign_concerns(client, rita, campaign):
    first, second = make_step(campaign), make_step(campaign, day=3)
    people = [make_enrollment(campaign, make_person(rita)) for _ in range(6)]
    for number, enrollment in enumerate(people[:4]):
        make_turn(enrollment, first, **({"done_at": timezone.now()} if number < 3 else {}))
    make_turn(people[0], second)

    def says(step):
        page = client.get(reverse("campaigns:step", args=[step.pk]))
        text = " ".join(page.text.split())
        told = page.context["affected"]
        return (told.waiting, told.later, told.past), text

    numbers, text = says(first)
    assert numbers == (1, 2, 3)
    assert "1 person waits in this step: their email changes with it. 2 come to it later." in text
    assert "For 3 who are past it nothing changes." in text
    assert says(second)[0] == (1, 5, 0)
    new = client.get(reverse("campaigns:new-step", args=[campaign.pk, "call"]) + "?day=1")
    assert (new.context["affected"].later, new.context["affected"].past) == (5, 1)


def test_nothing_is_said_of_people_where_nobody_is(client, campaign):
    step = make_step(campaign)
    assert 'id="affected"' not in client.get(reverse("campaigns:step", args=[step.pk])).text


def test_a_step_of_a_deleted_campaign_is_not_there(client, rita):
    campaign = make_campaign(rita, "Gone")
    step = make_step(campaign)
    campaign.remove(by=rita)
    assert client.get(reverse("campaigns:step", args=[step.pk])).status_code == 404
