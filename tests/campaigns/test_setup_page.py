"""The steps of a campaign: in order and in words, moved, copied, deleted and had back."""

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Undo
from campaigns.cadence import cadence, timing
from campaigns.models import Step, StepRefused
from emails.models import Status
from tests.factories import (
    make_campaign,
    make_email,
    make_enrollment,
    make_identity,
    make_person,
    make_step,
    make_template,
    make_turn,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def order(campaign):
    return [(step.name, step.day) for step in campaign.steps.present().in_order()]


@pytest.fixture
def steps(campaign):
    """An email and a call on day 1, an InMail on day 3, an email on day 5."""
    return [
        make_step(campaign, name="A"),
        make_step(campaign, "call", name="B"),
        make_step(campaign, "inmail", day=3, name="C"),
        make_step(campaign, day=5, name="D"),
    ]


def press(client, name, step, **posted):
    url = reverse(f"campaigns:{name}", args=[step.pk])
    return client.post(url, posted, headers=HTMX)


def undo(client):
    return client.post(reverse("undo", args=[Undo.objects.latest("pk").pk]), headers=HTMX)


# How it reads ---------------------------------------------------------------------------------


def test_days_stand_in_order_with_how_long_after_each_other_they_come(client, campaign, steps):
    days = cadence(campaign)
    assert [(day.number, day.gap, len(day.lines)) for day in days] == [
        (1, "", 2), (3, "2 days later", 1), (5, "2 days later", 1),
    ]  # fmt: skip
    campaign.skip_weekends = True
    assert cadence(campaign)[1].gap == "2 working days later"
    assert client.get(campaign.get_absolute_url()).text.count('class="step"') == 4


@pytest.mark.parametrize(
    ("before", "step", "words"),
    [
        (None, {"timing": "launch"}, "when it is started"),
        (None, {"timing": "fixed", "clock": time(9, 30)}, "at 09:30"),
        ({"day": 1}, {"timing": "previous", "day": 3}, "at the time of the previous email"),
        ({}, {"timing": "previous"}, "right after the previous email"),
        (
            {},
            {"timing": "previous", "minutes": 30},
            "at the time of the previous email, 30 minutes later",
        ),
        (
            {"kind": "call", "timing": ""},
            {"timing": "previous", "minutes": 1},
            "1 minute after the step before it",
        ),
        ({}, {"timing": "task"}, "as a task, any time that day"),
        ({}, {"kind": "call", "timing": "", "clock": time(14)}, "as a task, due at 14:00"),
    ],
)
def test_when_a_step_goes_is_told_in_words(before, step, words):
    earlier = Step(**({"timing": "launch"} | before)) if before is not None else None
    assert timing(Step(**step), earlier) == words


def test_a_follow_up_without_a_subject_goes_by_that_of_the_email_before(campaign):
    make_step(campaign, subject="Prices")
    make_step(campaign, "call", day=2)
    make_step(campaign, day=3, subject="", follows=True)
    make_step(campaign, day=5, subject="", follows=True)
    titles = [line.title for day in cadence(campaign) for line in day.lines]
    assert titles == ["Prices", "Call", "Re: Prices", "Re: Prices"]


def test_each_step_tells_who_waits_who_had_it_and_what_came_of_it(client, rita, campaign, steps):
    make_identity(rita)
    first = steps[0]
    soon = timezone.now() + timedelta(hours=2)
    for number in range(5):
        enrollment = make_enrollment(campaign, make_person(rita))
        done = {"done_at": timezone.now()} if number < 3 else {"due_at": soon}
        make_turn(enrollment, first, skipped=number == 0, **done)
    for status, seen in ((Status.DELIVERED, 4), (Status.DELIVERED, 0), (Status.BOUNCED, 0)):
        email = make_email(rita, status)
        rita.emails.filter(pk=email.pk).update(
            campaign=campaign, step=first, views=seen, clicks=seen, replies=seen
        )

    [day, *_] = cadence(campaign)
    course = day.lines[0].course
    assert (course.waiting, course.next_at, course.had, course.skipped) == (2, soon, 2, 1)
    assert (course.viewed, course.clicked, course.replied, course.bounced) == (1, 1, 1, 1)
    text = " ".join(client.get(campaign.get_absolute_url()).text.split())
    for words in ("2 wait in it", "2 have had it", "1 skipped", "1 viewed", "1 bounced"):
        assert words in text


def test_more_steps_take_no_more_queries(client, rita, campaign, steps):
    def queries():
        with CaptureQueriesContext(connection) as told:
            client.get(campaign.get_absolute_url())
        return len(told)

    template = make_template(rita)
    Step.objects.update(template_version=template.latest)
    client.get(campaign.get_absolute_url())
    few = queries()
    for day in range(10, 20):
        make_step(campaign, day=day, template_version=template.latest)
    assert queries() == few


def test_a_campaign_without_steps_says_what_to_do(client, campaign):
    text = client.get(campaign.get_absolute_url()).text
    assert "No steps yet" in text
    for kind in ("email", "call", "inmail", "custom"):
        assert reverse("campaigns:new-step", args=[campaign.pk, kind]) in text


def test_a_deleted_template_is_named_beside_the_text_that_stays(client, rita, campaign):
    template = make_template(rita, "Intro")
    make_step(campaign, html="<p>Kept words</p>", template_version=template.latest)
    assert "From the template “Intro”, version 1" in client.get(campaign.get_absolute_url()).text
    template.remove(by=rita)
    text = client.get(campaign.get_absolute_url()).text
    assert "the template “Intro”, which was deleted since." in text


def test_where_a_template_is_deleted_it_says_how_many_steps_keep_its_text(client, rita, campaign):
    template = make_template(rita, "Intro")
    page = template.get_absolute_url()
    assert "campaign step" not in client.get(page).text
    for _ in range(2):
        make_step(campaign, template_version=template.latest)
    gone = make_step(campaign, template_version=template.latest)
    gone.remove(by=rita)
    text = client.get(page).text
    assert "2 campaign steps were written with it and keep their text." in text


# Moving ---------------------------------------------------------------------------------------


def test_a_step_moves_among_those_of_its_day_and_on_to_other_days(client, campaign, steps):
    a, _b, c, _d = steps
    press(client, "move-step", a, to="down")
    assert order(campaign) == [("B", 1), ("A", 1), ("C", 3), ("D", 5)]
    press(client, "move-step", a, to="down")
    assert order(campaign) == [("B", 1), ("C", 3), ("A", 3), ("D", 5)]
    press(client, "move-step", c, to="up")
    assert order(campaign) == [("C", 1), ("B", 1), ("A", 3), ("D", 5)]


def test_at_the_ends_nothing_moves(client, campaign, steps):
    before = order(campaign)
    press(client, "move-step", steps[0], to="up")
    press(client, "move-step", steps[-1], to="down")
    assert order(campaign) == before
    assert not Undo.objects.exists()


def test_a_move_is_taken_back(client, campaign, steps):
    before = order(campaign)
    press(client, "move-step", steps[3], to="up")
    assert order(campaign) != before
    undo(client)
    assert order(campaign) == before


def test_a_deleted_step_keeps_its_place_between_the_others(client, campaign, steps):
    _a, b, _c, _d = steps
    extra = make_step(campaign, "custom", name="E")
    b.remove(by=campaign.owner)
    press(client, "move-step", extra, to="up")
    places = {step.name: step.place for step in campaign.steps.all()}
    assert places["E"] < places["A"] < places["B"]


def test_only_the_first_step_goes_when_it_is_started(client, campaign, steps):
    a, _b, _c, d = steps
    assert a.timing == "launch"
    press(client, "move-step", a, to="down")
    a.refresh_from_db()
    assert a.timing == "previous"
    d.refresh_from_db()
    assert d.timing == "previous"
    press(client, "move-step", a, to="up")
    a.refresh_from_db()
    assert a.timing == "launch"


def test_a_follow_up_does_not_come_before_every_email(client, campaign):
    first = make_step(campaign, name="First")
    follow = make_step(campaign, day=3, name="Again", follows=True, subject="")
    says = "“Again” is a follow-up and needs an email before it. Change that step first."

    for answer in (
        press(client, "move-step", follow, to="up"),
        press(client, "delete-step", first),
    ):
        assert answer.status_code == 409 and says in answer.text
    assert order(campaign) == [("First", 1), ("Again", 3)]


# Copying, deleting, rights --------------------------------------------------------------------


def test_a_step_is_copied_right_behind_itself(client, campaign, steps):
    press(client, "duplicate-step", steps[0])
    assert order(campaign) == [("A", 1), ("A", 1), ("B", 1), ("C", 3), ("D", 5)]
    [one, other] = campaign.steps.filter(name="A").in_order()
    assert (one.timing, other.timing, other.subject) == ("launch", "previous", one.subject)


def test_a_step_is_deleted_and_had_back(client, campaign, steps):
    press(client, "delete-step", steps[1])
    assert order(campaign) == [("A", 1), ("C", 3), ("D", 5)]
    undo(client)
    assert order(campaign) == [("A", 1), ("B", 1), ("C", 3), ("D", 5)]


def test_deleting_a_step_asks_when_people_wait_in_it(client, rita, campaign, steps):
    make_turn(make_enrollment(campaign, make_person(rita)), steps[0])
    text = client.get(campaign.get_absolute_url()).text
    assert text.count("1 person waits in this step") == 1


def test_a_copy_of_a_campaign_has_its_steps_and_settings_and_nobody_in_it(
    client, rita, sam, north, steps, campaign
):
    steps[1].remove(by=rita)
    campaign.share([north])
    campaign.ends_on_bounce = False
    campaign.save()
    make_enrollment(campaign, make_person(rita))
    client.force_login(sam)

    client.post(reverse("campaigns:duplicate", args=[campaign.pk]))
    client.post(reverse("campaigns:duplicate", args=[campaign.pk]))

    copies = list(sam.campaigns.order_by("pk"))
    assert [copy.name for copy in copies] == ["Copy of Q1 rollout", "Copy of Q1 rollout (2)"]
    assert order(copies[0]) == [("A", 1), ("C", 3), ("D", 5)]
    assert not copies[0].ends_on_bounce
    assert not copies[0].teams.exists() and not copies[0].enrollments.exists()
    assert order(campaign) == [("A", 1), ("C", 3), ("D", 5)]


def test_who_may_use_a_campaign_reads_its_steps_and_changes_none(
    client, sam, north, campaign, steps
):
    campaign.share([north])
    client.force_login(sam)
    page = client.get(campaign.get_absolute_url())
    assert not page.context["may_change"]
    link = reverse("campaigns:step", args=[steps[0].pk])
    assert f'href="{link}"' not in page.text
    for name in ("move-step", "duplicate-step", "delete-step", "step"):
        assert press(client, name, steps[0]).status_code == 404
    new = reverse("campaigns:new-step", args=[campaign.pk, "email"])
    assert client.get(new).status_code == 404
    preview = reverse("campaigns:step-preview", args=[steps[0].pk])
    assert "as promised" in client.get(preview).text


def test_a_preview_runs_and_loads_nothing(client, campaign):
    step = make_step(campaign, html='<p onclick="x()">Hi</p><script>x()</script>')
    answer = client.get(reverse("campaigns:step-preview", args=[step.pk]))
    assert "script-src 'none'" in answer["Content-Security-Policy"] or (
        "default-src 'none'" in answer["Content-Security-Policy"]
    )
    assert "x()" not in answer.text


def test_an_unknown_kind_of_step_is_not_there(client, campaign):
    url = f"/campaigns/{campaign.pk}/steps/new/pigeon/"
    assert client.get(url).status_code == 404


def test_steps_of_another_campaign_stay_as_they_are(rita, campaign, steps):
    other = make_campaign(rita, "Other")
    with pytest.raises(StepRefused):
        Step.add(other, kind="email", day=1, timing="launch", subject="", follows=True)
    assert not other.steps.exists()
