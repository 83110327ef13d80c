"""The folders as pages: what they show, whose, and at what price."""

from datetime import timedelta

import pytest
from django.db.models import FETCH_RAISE
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation
from emails.folders import FOLDERS, TABS
from emails.models import Status
from emails.writing import Writing, rewrite
from tests.factories import make_draft, make_email, make_person, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def rita():
    return make_user("Rita")


@pytest.fixture
def page(client, rita):
    """What Rita sees at a path, as text."""
    client.force_login(rita)

    def see(path, **headers):
        response = client.get(path, **headers)
        assert response.status_code == 200, response
        return response.content.decode()

    return see


def at(folder):
    return reverse("emails:folder", args=[folder])


@pytest.mark.parametrize("folder", FOLDERS.values(), ids=str)
def test_an_email_stands_in_the_folder_of_its_status_and_in_no_other(page, rita, folder):
    email = make_email(rita, status=folder.status)

    found = [
        other.path for other in FOLDERS.values() if f'id="email-{email.pk}"' in page(at(other))
    ]

    assert found == [folder.path]


@pytest.mark.parametrize("folder", FOLDERS.values(), ids=str)
def test_an_empty_folder_says_how_emails_get_there(page, folder):
    shown = page(at(folder))

    assert str(folder.empty.title) in shown
    assert str(folder.empty.words) in shown


def test_counts_are_exact_on_tabs_and_folders(page, rita):
    for status in (
        Status.DELIVERED,
        Status.DELIVERED,
        Status.ARCHIVED,
        Status.FAILED,
        Status.DRAFT,
    ):
        make_email(rita, status=status)
    make_email(rita, status=Status.FAILED).remove(by=rita)

    shown = " ".join(page(at("sent/delivered")).split())

    for words, count in (("Sent", 3), ("Pending", 1), ("Undelivered", 1), ("Delivered", 2)):
        assert f'{words} <span class="count">{count}</span>' in shown


def test_the_part_is_the_list_and_the_tabs_beside_it(page, rita):
    shown = page(at("sent/delivered"), **HTMX)

    assert shown.lstrip().startswith('<main class="work"')
    assert '<hx-partial hx-target="#tabs"' in shown
    assert "<html" not in shown


def test_a_tab_opens_its_first_folder_and_nothing_else_exists(client, rita):
    client.force_login(rita)

    for tab in TABS:
        assert client.get(f"/emails/{tab.slug}/").url == at(tab.folders[0])
    for path in ("/emails/sent/drafts/", "/emails/inbox/", "/emails/sent/delivered/nothing/"):
        assert client.get(path).status_code == 404


def test_the_section_used_last_opens_first(client, rita):
    rita.remember_section("tasks")
    client.force_login(rita)
    client.get(at("pending/drafts"))

    rita.refresh_from_db()
    assert rita.last_section == "emails"
    assert client.get("/").url == reverse("emails:home")


def test_pages_go_on_where_the_last_ended_and_the_pager_counts_what_is_listed(page, rita, client):
    made = [make_draft(rita, subject=f"Number {number:02}.") for number in range(51)]

    shown = page(at("pending/drafts"))
    after = client.get(at("pending/drafts")).context["page"].after

    assert "1–50 of 51" in shown
    assert made[0].subject not in shown
    second = page(f"{at('pending/drafts')}?after={after}")
    assert made[0].subject in second
    assert "51–51 of 51" in second


def test_scheduled_lists_what_goes_next(client, rita):
    later = make_email(rita, Status.SCHEDULED, send_at=timezone.now() + timedelta(days=2))
    sooner = make_email(rita, Status.SCHEDULED, send_at=timezone.now() + timedelta(days=1))
    client.force_login(rita)

    rows = client.get(at("pending/scheduled")).context["page"].rows

    assert rows == [sooner, later]


@pytest.mark.parametrize(
    "junk", ["?after=%00", "?after=e30=", "?open=x", "?open=99999999999999999999"]
)
def test_junk_in_the_query_string_shows_the_first_page(page, rita, junk):
    email = make_draft(rita)

    assert f'id="email-{email.pk}"' in page(at("pending/drafts") + junk)


def test_a_page_of_rows_costs_the_same_whatever_their_number(
    client, rita, django_assert_max_num_queries
):
    client.force_login(rita)
    for _number in range(8):
        make_email(rita, Status.DELIVERED, person=make_person(rita))
    client.get(at("sent/delivered"))

    with django_assert_max_num_queries(14):
        client.get(at("sent/delivered"))


def test_a_row_asks_the_database_nothing(rita, rf):
    request = rf.get("/")
    request.user = rita
    for status in Status:
        make_email(rita, status, person=make_person(rita))

    rows = list(rita.emails.for_list().fetch_mode(FETCH_RAISE))

    for row in rows:
        shown = render_to_string("emails/_row.html", {"row": row, "user": rita}, request)
        assert row.recipient in shown


def test_an_open_email_costs_a_fixed_number_of_queries(client, rita, django_assert_max_num_queries):
    client.force_login(rita)
    email = make_email(rita, Status.DELIVERED, person=make_person(rita))
    client.get(at("sent/delivered"))
    Organisation.current()

    with django_assert_max_num_queries(25):
        client.get(at("sent/delivered"), {"open": email.pk})


def test_a_row_shows_views_clicks_and_replies(page, rita):
    email = make_email(rita, Status.DELIVERED)
    type(email).objects.filter(pk=email.pk).update(views=4, clicks=2, replies=1, auto_replies=1)

    shown = page(at("sent/delivered"))

    for words in ("viewed 4 times", "clicked 2 times", "replied", "an automatic answer came"):
        assert words in shown


def test_a_failed_row_says_why(page, rita):
    email = make_draft(rita)
    email.schedule(timezone.now(), by=rita)
    email.stop("suppressed", address="maria@nordlys.example", because="unsubscribed")

    shown = page(at("undelivered/failed"))

    assert "Unsubscribed" in shown
    assert "maria@nordlys.example must not be mailed: unsubscribed." in shown


def test_a_send_at_once_shows_how_long_it_can_be_undone(page, rita):
    email = make_draft(rita)
    email.send(by=rita)

    shown = page(at("pending/scheduled"))

    assert "data-left=" in shown
    assert reverse("emails:act", args=[email.pk, "undo-send"]) in shown


def test_nobody_sees_anybody_elses_emails(client, rita):
    email = make_email(rita, Status.DELIVERED, subject="Only for Rita")
    client.force_login(make_user("Sam"))

    for path in (
        at("sent/delivered"),
        f"{at('sent/delivered')}?open={email.pk}",
        "/emails/search/?q=Rita",
    ):
        assert "Only for Rita" not in client.get(path).content.decode()
    for name in ("emails:email", "emails:preview"):
        assert client.get(reverse(name, args=[email.pk])).status_code == 404


def test_search_finds_by_person_address_and_subject_over_all_folders(page, rita):
    person = make_person(rita, "Jonas", last_name="Wik", company="Fjällräven Retail")
    make_email(rita, Status.DELIVERED, person=person, subject="Following up")
    make_draft(rita, to_address="priya@helix.example", subject="Security questionnaire")

    assert "Following up" in page("/emails/search/?q=jonas+fjäll")
    assert "Security questionnaire" in page("/emails/search/?q=HELIX")
    both = page("/emails/search/?q=u")
    assert "Drafts" in both
    assert "1–2 of 2" in both
    assert "Nothing found for “zebra”" in page("/emails/search/?q=zebra")
    assert "Search your emails" in page("/emails/search/?q=%00")


def test_the_trash_shows_what_was_deleted_and_restores_it(client, page, rita):
    email = make_draft(rita, subject="Thrown away")
    email.remove(by=rita)

    assert "Thrown away" in page("/emails/trash/")
    client.post(reverse("emails:act", args=[email.pk, "restore"]))

    assert "Thrown away" in page(at("pending/drafts"))
    assert "The trash is empty" in page("/emails/trash/")


def test_the_trash_lists_what_was_deleted_last_first(client, rita):
    first, last = make_draft(rita), make_draft(rita)
    last.remove(by=rita)
    first.remove(by=rita)
    client.force_login(rita)

    assert client.get("/emails/trash/").context["page"].rows == [first, last]


def test_the_pane_names_the_latest_activity(page, rita):
    email = make_email(rita, Status.DELIVERED)
    type(email).objects.filter(pk=email.pk).update(last_clicked_at=timezone.now())

    assert "Last clicked" in page(reverse("emails:email", args=[email.pk]))


def test_signed_out_it_leads_to_sign_in_and_back(client):
    response = client.get(at("sent/delivered"))

    assert response.status_code == 302
    assert "next=/emails/sent/delivered/" in response.url


def test_a_person_whom_one_may_not_see_is_no_link(client, rita):
    sam = make_user("Sam")
    email = make_email(rita, Status.DELIVERED, person=make_person(sam, "Maria"))
    client.force_login(rita)
    link = f'href="/people/{email.person_id}/"'
    assert link in client.get(f"/emails/{email.pk}/").content.decode()

    Organisation.objects.update_or_create(pk=1, defaults={"everybody_sees_people": False})
    assert link not in client.get(f"/emails/{email.pk}/").content.decode()


def test_a_draft_comes_to_the_top_when_it_is_edited(client, rita):
    first, second = make_draft(rita, subject="first"), make_draft(rita, subject="second")
    rewrite(first, Writing(identity=None, to_address="a@b.example", subject="first"), version=1)
    client.force_login(rita)

    html = client.get("/emails/pending/drafts/").content.decode()
    assert html.index(f"email-{first.pk}") < html.index(f"email-{second.pk}")
