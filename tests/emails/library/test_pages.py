"""The pages of templates: list, editor, sharing, versions, categories."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import Team, Undo
from emails.models import Category, Status, Template
from tests.factories import make_draft, make_email, make_template, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def rita():
    return make_user("Rita Rep")


@pytest.fixture
def sam():
    return make_user("Sam Second")


@pytest.fixture
def north(rita, sam):
    team = Team.objects.create(name="North")
    team.members.add(rita, sam)
    return team


@pytest.fixture
def client(client, rita):
    client.force_login(rita)
    return client


def typed(template=None, **fields):
    """What the editor sends, all of it right."""
    told = {"key": uuid4(), "version": "", "name": "Intro", "subject": "Hello"}
    if template:
        told |= {"key": template.key, "version": template.version, "name": template.name}
        told |= {"subject": template.subject, "html": template.html}
    return told | fields


def names(response):
    return [template.name for template in response.context["page"]]


def said(response):
    return " ".join(response.text.split())


# The list -------------------------------------------------------------------------------------


def test_the_list_has_views_for_mine_favourites_and_the_teams(client, rita, sam, north):
    make_template(rita, "Öppning").star(rita)
    make_template(rita, "Yxa")
    make_template(rita, "Gone").remove(by=rita)
    make_template(sam, "Sam's").share([north])
    make_template(sam, "Private")

    def at(query=""):
        return names(client.get(reverse("templates:home") + query))

    assert at() == ["Sam's", "Yxa", "Öppning"]
    assert at("?view=mine") == ["Yxa", "Öppning"]
    assert at("?view=favourites") == ["Öppning"]
    assert at("?view=team") == ["Sam's"]
    assert at("?view=deleted") == ["Gone"]
    assert at("?view=nonsense&category=x&sort=%00&words=%00") == at()


def test_words_category_and_view_narrow_it_together(client, rita, sam, north):
    here = Category.named(rita, "First contact")
    make_template(rita, "Intro", category=here)
    make_template(rita, "Follow-up", category=here)
    make_template(rita, "Intro, long")
    shared = make_template(sam, "Intro of Sam", category=Category.named(sam, "first contact"))
    shared.share([north])

    response = client.get(f"{here.get_absolute_url()}&words=intro")
    assert names(response) == ["Intro", "Intro of Sam"]
    assert [(one.category.name, one.size) for one in response.context["shelves"]] == [
        ("First contact", 3)
    ]
    assert names(client.get(f"{here.get_absolute_url()}&words=intro&view=mine")) == ["Intro"]


@pytest.mark.parametrize("sort", ["name", "used", "replies", "success"])
def test_every_sort_pages_through_all_of_them_once(client, rita, sort):
    for number in range(53):
        template = make_template(rita, f"T{number:02}")
        if number % 20 == 0:
            make_email(rita, Status.DELIVERED, template_version=template.latest)
    first = client.get(reverse("templates:home"), {"sort": sort})
    after = first.context["page"].after
    second = client.get(reverse("templates:home"), {"sort": sort, "after": after})

    assert sorted([*names(first), *names(second)]) == [f"T{number:02}" for number in range(53)]
    if sort == "used":
        assert names(first)[:3] == ["T40", "T20", "T00"]


def test_the_list_takes_few_queries_however_many_there_are(
    client, rita, north, django_assert_max_num_queries
):
    for number in range(30):
        make_template(rita, f"T{number}", category=Category.named(rita, f"C{number}")).share(
            [north]
        )
    with django_assert_max_num_queries(16):
        client.get(reverse("templates:home"))


def test_htmx_gets_the_list_alone(client, rita):
    make_template(rita)
    response = client.get(reverse("templates:home"), headers=HTMX)

    assert '<section class="list" id="template-list"' in response.text
    assert "<html" not in response.text


def test_an_empty_list_leads_to_the_next_step(client):
    assert "Write once what you send often" in said(client.get(reverse("templates:home")))
    for view, words in {
        "favourites": "Give a star",
        "team": "What colleagues share",
        "deleted": "can be restored",
    }.items():
        assert words in said(client.get(reverse("templates:home"), {"view": view}))


# The editor -----------------------------------------------------------------------------------


def test_a_template_is_written_in_a_new_category_and_cleaned(client, rita):
    html = '<p onclick="x()">Hi {{first_name}}<script>x()</script></p>'
    data = typed(html=html, new_category=" First   contact ")
    response = client.post(reverse("templates:new"), data)

    template = Template.objects.get()
    assert response["Location"] == template.get_absolute_url()
    assert (template.html, template.category.name) == ("<p>Hi {{first_name}}</p>", "First contact")
    assert (template.owner, template.teams.count(), template.latest.number) == (rita, 0, 1)
    client.post(reverse("templates:new"), data)
    assert Template.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "Give it a name"),
        ({"name": "x" * 151}, "at most 150 characters"),
        ({"subject": "one\ntwo"}, "A subject stands on one line."),
        ({"subject": "", "html": "<p></p>"}, "the template is empty"),
        ({"html": "<p>Hi</p><p>{{ frist_name }}</p>"}, "In the text, line 2: there is no field"),
        ({"subject": "{{ first_name"}, "In the subject, line 1:"),
        ({"html": "<p>{{ custom_field_shoe_size }}</p>"}, "there is no field “custom_field_shoe"),
        ({"category": "999999"}, "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_typed_is_lost(client, rita, wrong, words):
    data = typed(html="<p>Much work</p>") | wrong
    response = client.post(reverse("templates:new"), data)

    assert response.status_code == 422
    assert words in said(response)
    assert (wrong.get("html") or "Much work").replace("<", "&lt;").replace(">", "&gt;")[
        :20
    ] in response.text or "empty" in words
    assert not Template.objects.exists()


def test_prompts_are_fine_in_a_template(client):
    client.post(reverse("templates:new"), typed(html="<p>{{! When does it suit? }}</p>"))

    assert Template.objects.get().html == "<p>{{! When does it suit? }}</p>"


def test_without_scripts_its_text_is_plain_and_stays_html_unless_it_is_changed(client, rita):
    template = make_template(rita, html="<p>Hi <b>there</b></p>")
    client.post(template.get_absolute_url(), typed(template, name="Other", text="Hi there"))
    template.refresh_from_db()
    assert (template.name, template.html) == ("Other", "<p>Hi <b>there</b></p>")

    client.post(template.get_absolute_url(), typed(template, text="Good day"))
    template.refresh_from_db()
    assert template.html == "<p>Good day</p>"


def test_of_two_windows_the_later_is_told_and_chooses(client, rita):
    template = make_template(rita)
    late = typed(template, subject="Hers", html="<p>Hers</p>")
    client.post(template.get_absolute_url(), typed(template, subject="Mine"))
    refused = client.post(template.get_absolute_url(), late)

    assert refused.status_code == 409
    assert "is at version 2 now" in said(refused) and 'value="Hers"' in refused.text
    template.refresh_from_db()
    assert template.subject == "Mine"
    client.post(template.get_absolute_url(), late | {"keep": "new"})
    assert set(rita.templates.values_list("subject", flat=True)) == {"Mine", "Hers"}
    client.post(template.get_absolute_url(), late | {"keep": "mine"})
    template.refresh_from_db()
    assert (template.subject, template.version) == ("Hers", 3)


def test_what_is_typed_in_a_template_that_was_deleted_can_be_saved_as_new(client, rita):
    template = make_template(rita)
    template.remove(by=rita)
    late = typed(template, subject="Still here")
    assert "was deleted meanwhile" in said(client.post(template.get_absolute_url(), late))
    assert client.post(template.get_absolute_url(), late | {"keep": "mine"}).status_code == 409

    client.post(template.get_absolute_url(), late | {"keep": "new"})
    assert Template.seen_by(rita).get().subject == "Still here"


def test_a_colleague_reads_it_and_cannot_change_it(client, rita, sam, north):
    template = make_template(sam, "Sam's")
    template.share([north])
    shown = client.get(template.get_absolute_url())
    assert "Shared with you by Sam Second" in said(shown) and 'id="compose"' not in shown.text

    client.post(template.get_absolute_url(), typed(template, subject="Mine now"))
    for name in ("share", "delete"):
        assert client.post(reverse(f"templates:{name}", args=[template.pk])).status_code == 404
    template.refresh_from_db()
    assert template.subject == "Hello" and template.removed_at is None


def test_the_limits_are_named(client, rita, settings):
    settings.LIMITS = settings.LIMITS | {"TEMPLATES": 1, "CATEGORIES": 1}
    template = make_template(rita, category=Category.named(rita, "First contact"))

    refused = client.post(reverse("templates:new"), typed())
    assert refused.status_code == 422 and "You have 1 templates" in said(refused)
    refused = client.post(template.get_absolute_url(), typed(template, new_category="Another"))
    assert refused.status_code == 422 and "You have 1 categories" in said(refused)
    refused = client.post(reverse("templates:new-category"), {"name": "Another"})
    assert refused.status_code == 422 and "You have 1 categories" in said(refused)
    copied = client.post(reverse("templates:duplicate", args=[template.pk]), follow=True)
    assert "You have 1 templates" in said(copied)


def test_only_the_editor_allows_style_attributes(client, rita):
    template = make_template(rita)

    assert "style-src-attr" in client.get(template.get_absolute_url())["Content-Security-Policy"]
    assert "style-src-attr" in client.get(reverse("templates:new"))["Content-Security-Policy"]
    home = client.get(reverse("templates:home"))["Content-Security-Policy"]
    assert "style-src-attr" not in home


# Sharing, stars, copies, deletion ---------------------------------------------------------------


def test_sharing_says_with_whom_and_can_move_it(client, rita, sam, north):
    template, there = make_template(rita), Category.named(rita, "For all")
    url = reverse("templates:share", args=[template.pk])
    shared = client.post(url, {"teams": [north.pk], "category": there.pk}, follow=True)

    assert "Shared with North." in said(shared)
    assert Template.seen_by(sam).get().category == there
    private = client.post(url, {"category": there.pk}, follow=True)
    assert "Only you see it." in said(private)
    assert not Template.seen_by(sam).exists()


def test_sharing_with_a_team_that_is_not_mine_is_refused_in_a_sentence(client, rita, north):
    template = make_template(rita)
    template.share([north])
    south = Team.objects.create(name="South")
    for wrong in (south.pk, 999999, "x"):
        url = reverse("templates:share", args=[template.pk])
        refused = client.post(url, {"teams": [north.pk, wrong]})

        assert refused.status_code == 422
        assert "You can share only with teams that you are in. Nothing was changed." in said(
            refused
        )
        assert "South" not in refused.text
    assert list(template.teams.all()) == [north]


def test_a_star_is_given_and_taken_in_its_place(client, rita):
    template = make_template(rita)
    url = reverse("templates:star", args=[template.pk])
    given = client.post(url, {"star": "yes"}, headers=HTMX)
    assert 'aria-pressed="true"' in given.text
    assert names(client.get("/templates/?view=favourites")) == ["Intro"]

    taken = client.post(url, {"star": "no", "next": "https://evil.example/"})
    assert taken["Location"] == template.get_absolute_url()
    assert names(client.get("/templates/?view=favourites")) == []


def test_a_deleted_one_comes_back_by_undo_or_from_its_list(client, rita):
    template = make_template(rita)
    response = client.post(reverse("templates:delete", args=[template.pk]), follow=True)
    undo = Undo.objects.get()
    assert reverse("undo", args=[undo.pk]) in response.text
    client.post(reverse("undo", args=[undo.pk]))
    assert Template.seen_by(rita).exists()

    client.post(reverse("templates:delete", args=[template.pk]))
    assert "Restore" in said(client.get(template.get_absolute_url()))
    client.post(reverse("templates:restore", args=[template.pk]))
    assert Template.seen_by(rita).exists()


def test_deleting_warns_about_the_figures(client, rita):
    template = make_template(rita)
    assert "It can be restored." in said(client.get(template.get_absolute_url()))
    for _number in range(2):
        make_email(rita, Status.DELIVERED, template_version=template.latest)

    assert "2 emails were sent with it" in said(client.get(template.get_absolute_url()))


# Versions -------------------------------------------------------------------------------------


def test_a_sent_email_shows_the_version_that_was_used(client, rita):
    template = make_template(rita, html="<p>First words</p>")
    email = make_email(rita, Status.DELIVERED, template_version=template.latest)
    template.rewrite(version=1, by=rita, html="<p>Second words</p>")

    shown = client.get(reverse("emails:email", args=[email.pk]))
    assert "Intro, version 1" in said(shown)
    version = email.template_version
    page = client.get(version.get_absolute_url())
    assert "The template is at version 2 now." in said(page)
    preview = client.get(reverse("templates:version-preview", args=[version.pk]))
    assert "First words" in preview.text
    assert "sandbox" in preview["Content-Security-Policy"]


def test_the_version_of_an_email_can_be_read_after_the_share_has_ended(client, rita, sam, north):
    template = make_template(sam, "Sam's")
    template.share([north])
    draft = make_draft(rita, template_version=template.latest)
    template.share([])

    page = client.get(draft.template_version.get_absolute_url())
    assert "is not shared with you any more" in said(page)
    assert client.get(template.get_absolute_url()).status_code == 404


def test_an_earlier_version_of_a_colleagues_is_not_there(client, rita, sam, north):
    template = make_template(sam, "Sam's", subject="Before it was shared")
    private = template.latest
    template.rewrite(version=1, by=sam, subject="For all")
    template.share([north])

    for name in ("version", "version-preview"):
        assert client.get(reverse(f"templates:{name}", args=[private.pk])).status_code == 404
        latest = reverse(f"templates:{name}", args=[template.latest.pk])
        assert client.get(latest).status_code == 200


# Categories -----------------------------------------------------------------------------------


def test_categories_are_made_renamed_and_deleted_when_empty(client, rita):
    client.post(reverse("templates:new-category"), {"name": "First"})
    category = Category.objects.get()
    again = client.post(reverse("templates:new-category"), {"name": "FIRST"})
    assert again.status_code == 422 and "of this name already" in said(again)
    client.post(reverse("templates:category", args=[category.pk]), {"name": "First contact"})
    template = make_template(rita, category=category)

    url = reverse("templates:delete-category", args=[category.pk])
    refused = client.post(url, follow=True)
    assert "“First contact” still holds templates." in said(refused)
    template.remove(by=rita)
    client.post(url)
    assert not Category.objects.exists()
