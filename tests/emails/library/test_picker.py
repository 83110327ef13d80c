"""Templates in the compose window: found with their figures, put in, and remembered."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import Team
from emails.models import Category, Composition, Email, Status
from tests.factories import make_email, make_identity, make_template, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita():
    rita = make_user("Rita Rep")
    make_identity(rita)
    return rita


@pytest.fixture
def sam():
    return make_user("Sam Second")


@pytest.fixture
def client(client, rita):
    client.force_login(rita)
    return client


def typed(rita, **fields):
    return {
        "key": uuid4(),
        "identity": rita.identities.get().pk,
        "to": "maria@nordlys.example",
        "subject": "Hello",
        "html": "<p>Hi</p>",
    } | fields


def save(client, data):
    return client.post(reverse("emails:compose-autosave"), data)


def names(response):
    return [template.name for template in response.context["templates"]]


def test_beside_the_text_stand_favourites_and_then_what_was_used_last(client, rita, sam):
    for number in range(5):
        make_template(rita, f"Alpha {number}")
    used, starred = make_template(rita, "Used"), make_template(rita, "Zulu")
    starred.star(rita)
    make_template(sam, "Not shared").star(sam)
    make_email(rita, Status.DELIVERED, template_version=used.latest).succeed(by=rita)

    beside = client.get(reverse("templates:picker-beside"))

    assert names(beside) == ["Zulu", "Used", "Alpha 0", "Alpha 1", "Alpha 2"]
    assert "replied 0 % of 1" in beside.text and "success 100 %" in beside.text


def test_who_has_no_templates_sees_nothing_beside_the_text(client):
    assert b'id="beside" hidden' in client.get(reverse("templates:picker-beside")).content


def test_favourites_come_first_and_each_shows_its_figures(client, rita, sam):
    make_template(rita, "Alpha")
    used = make_template(rita, "Zulu")
    used.star(rita)
    make_template(sam, "Not shared")
    for _number in range(3):
        email = make_email(rita, Status.DELIVERED, template_version=used.latest)
    email.views = 1
    email.save(update_fields=["views"])
    email.succeed(by=rita)

    panel = client.get(reverse("templates:picker"))
    assert names(panel) == ["Zulu", "Alpha"]
    told = " ".join(panel.text.split())
    assert "used 3 times" in told and "33 % viewed" in told and "1 of 3" in told
    assert "0 % replied" in told and "33 % success" in told and "not used yet" in told


def test_it_is_searched_within_a_category_or_in_all(client, rita):
    here = Category.named(rita, "First contact")
    make_template(rita, "Alpha", category=here, html="<p>onboarding</p>")
    make_template(rita, "Beta", category=here)
    make_template(rita, "Gamma", subject="Onboarding")

    def found(**asked):
        return names(client.get(reverse("templates:picker-found"), asked))

    assert found(words="ONBOARD") == ["Alpha", "Gamma"]
    assert found(words="onboard", category=here.pk) == ["Alpha"]
    assert found(category=here.pk) == ["Alpha", "Beta"]
    assert found(words="nothing") == []


def test_the_panel_takes_few_queries_and_says_that_there_are_more(
    client, rita, django_assert_max_num_queries
):
    for number in range(31):
        make_template(rita, f"T{number}", category=Category.named(rita, f"C{number}"))
    with django_assert_max_num_queries(10):
        panel = client.get(reverse("templates:picker"))

    assert len(names(panel)) == 30
    assert "There are more" in panel.text


def test_the_text_comes_with_a_ticket_by_which_the_email_remembers_it(client, rita):
    template = make_template(rita)
    told = client.get(reverse("templates:text", args=[template.pk])).json()
    assert (told["subject"], told["html"]) == ("Hello", "<p>Hello from us</p>")
    template.rewrite(version=1, by=rita, subject="Rewritten meanwhile")
    save(client, typed(rita, template=told["ticket"]))

    email = Email.objects.get()
    assert email.template_version.number == 1
    again = client.get(reverse("emails:compose-edit", args=[email.pk]))
    assert told["ticket"] in again.text


def test_what_is_no_draft_yet_remembers_it_as_well(client, rita, sam):
    team = Team.objects.create(name="North")
    team.members.add(rita, sam)
    template = make_template(sam)
    template.share([team])
    ticket = client.get(reverse("templates:text", args=[template.pk])).json()["ticket"]
    data = typed(rita, to="", template=ticket)
    save(client, data)
    assert Composition.objects.get().typed["template"] == ticket
    template.share([])

    save(client, data | {"to": "maria@nordlys.example"})
    assert Email.objects.get().template_version == template.latest


def test_a_forged_ticket_is_worth_nothing_and_costs_nothing(client, rita, sam):
    version = make_template(sam).latest
    for ticket in (str(version.pk), version.ticket_for(sam), "\0", "x" * 3000):
        save(client, typed(rita, template=ticket))

    assert Email.objects.count() == 4
    assert not Email.objects.exclude(template_version=None).exists()


def test_a_text_that_was_rewritten_by_hand_still_counts_for_its_template(client, rita):
    version = make_template(rita).latest
    data = typed(rita, template=version.ticket_for(rita))
    save(client, data)
    email = Email.objects.get()
    told = data | {"email": email.pk, "version": email.version, "html": "<p>All my own</p>"}
    save(client, told)

    email.refresh_from_db()
    assert email.template_version == version
    assert email.content.html == "<p>All my own</p>"


def test_undone_it_counts_no_more(client, rita):
    data = typed(rita, template=make_template(rita).latest.ticket_for(rita))
    save(client, data)
    email = Email.objects.get()
    save(client, data | {"email": email.pk, "version": email.version, "template": ""})

    email.refresh_from_db()
    assert email.template_version is None


def test_an_email_is_begun_with_a_template(client, rita, sam):
    mine, hers = make_template(rita, subject="Of mine"), make_template(sam, subject="Of hers")
    compose = reverse("emails:compose")

    begun = client.get(compose, {"template": mine.pk, "to": "maria@nordlys.example"})
    assert 'value="Of mine"' in begun.text and "maria@nordlys.example" in begun.text
    for unknown in (hers.pk, "x", 10**20):
        begun = client.get(compose, {"template": unknown})
        assert begun.status_code == 200 and "Of hers" not in begun.text


def test_a_new_email_from_a_bounced_one_keeps_the_template(client, rita):
    template = make_template(rita)
    bounced = make_email(rita, Status.BOUNCED, template_version=template.latest)

    window = client.get(reverse("emails:compose-edit", args=[bounced.pk]))
    assert template.latest.ticket_for(rita) in window.text
