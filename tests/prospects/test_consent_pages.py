"""On screens: unsubscribing somebody, letting them back in, and the list of those not to be mailed."""

import pytest
from django.urls import reverse

from accounts.models import Undo
from emails.models import Status
from prospects import consent
from prospects.consent.blocking import pasted
from prospects.models import ConsentChange, Suppression
from tests.factories import make_email, make_person, make_user
from tests.prospects.test_import import hide_people

pytestmark = pytest.mark.django_db
LIST = "/settings/do-not-mail/"


@pytest.fixture
def rita():
    return make_user("Rita Rep")


@pytest.fixture
def ada():
    return make_user("Ada Admin", role="admin")


@pytest.fixture
def maria(rita):
    return make_person(rita, "Maria", email="Maria@nordlys.example")


@pytest.fixture
def as_rita(client, rita):
    client.force_login(rita)
    return client


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def at(name, person):
    return reverse(f"consent:{name}", args=[person.pk])


# A person's page ---------------------------------------------------------------------------------


def test_unsubscribing_somebody_says_what_it_stopped_and_can_be_undone(as_rita, rita, maria):
    make_email(rita, Status.SCHEDULED, person=maria)
    assert "Only an admin" in as_rita.get(at("unsubscribe", maria)).text
    response = as_rita.post(at("unsubscribe", maria), {"why": "Asked on the\n phone"}, follow=True)

    assert "is unsubscribed. 1 scheduled email was stopped." in response.text
    assert "Must not be mailed" in response.text and "Asked on the phone" in response.text
    line = ConsentChange.objects.get()
    assert (line.source, line.by, line.words) == ("hand", rita, "Asked on the phone")
    undone = as_rita.post(reverse("undo", args=[Undo.objects.get().pk]), follow=True)
    assert "Can be mailed" in undone.text and "taken back at once" in undone.text


def test_the_reason_may_stay_open_and_be_too_long(as_rita, maria):
    response = as_rita.post(at("unsubscribe", maria), {"why": "x" * 301})
    assert response.status_code == 422 and not Suppression.objects.exists()
    as_rita.post(at("unsubscribe", maria), {"why": ""})
    assert Suppression.objects.in_force().count() == 1
    again = as_rita.post(at("unsubscribe", maria), {"why": ""}, follow=True)
    assert "was unsubscribed already" in again.text


def test_the_undo_is_nobody_elses(as_rita, rita, maria):
    undo = consent.offer_undo(make_user("Sam"), consent.unsubscribe([maria.pk]))
    assert as_rita.post(reverse("undo", args=[undo.pk])).status_code == 404


def test_whom_one_does_not_see_one_does_not_unsubscribe(as_rita):
    hide_people()
    other = make_person(make_user("Sam"))
    assert as_rita.post(at("unsubscribe", other)).status_code == 404
    assert not Suppression.objects.exists()


def test_a_rep_does_not_resubscribe(as_rita, maria):
    consent.unsubscribe([maria.pk])
    for method in (as_rita.get, as_rita.post):
        assert method(at("resubscribe", maria), {"why": "They asked"}).status_code == 404
    page = as_rita.get(maria.get_absolute_url()).text
    assert "Only an admin can let them be mailed again." in page
    assert at("resubscribe", maria) not in page
    assert Suppression.objects.in_force().exists()


def test_an_admin_does_with_a_reason_that_is_kept(as_ada, ada, maria):
    consent.unsubscribe([maria.pk])
    assert at("resubscribe", maria) in as_ada.get(maria.get_absolute_url()).text
    refused = as_ada.post(at("resubscribe", maria), {"why": "  "})
    assert refused.status_code == 422 and "it is kept with your name" in refused.text
    response = as_ada.post(at("resubscribe", maria), {"why": "By letter"}, follow=True)

    assert "can be mailed again" in response.text
    assert "by Ada Admin" in response.text and "By letter" in response.text


def test_that_the_domain_stays_blocked_is_said(as_ada, ada, maria):
    consent.block(["nordlys.example"], by=ada, why="A rival")
    response = as_ada.post(at("resubscribe", maria), {"why": "By letter"}, follow=True)

    assert "Their domain is still blocked" in response.text
    assert "Nobody at nordlys.example may be mailed: blocked by an admin" in response.text


def test_the_history_shows_every_line_and_no_email_of_somebody_else(as_rita, rita, maria):
    sam = make_user("Sam")
    hers = make_email(rita, Status.DELIVERED, person=maria, subject="The price list")
    his = make_email(sam, Status.DELIVERED, person=maria, subject="A secret offer")
    for email, because in [(hers, "too_many"), (his, "not_for_me")]:
        told = {"source": "link", "email_id": email.pk, "because": because, "words": "<b>No</b>"}
        consent.unsubscribe_address(maria.email, **told)
        consent.release(Suppression.objects.in_force(), by=None, source="admin")
    page = as_rita.get(maria.get_absolute_url()).text

    assert "I get too many emails" in page and "They are of no use to me" in page
    assert "the link in an email" in page and "&lt;b&gt;No&lt;/b&gt;" in page
    assert "The price list" in page and "A secret offer" not in page


def test_a_person_of_one_senders_no_says_whose(as_rita, rita, maria):
    consent.unsubscribe_address(maria.email, source="link", sender=rita)
    page = as_rita.get(maria.get_absolute_url()).text

    assert "Must not be mailed by Rita Rep" in page
    assert "unsubscribed from mail by Rita Rep" in page
    # They can still be unsubscribed from everybody.
    assert at("unsubscribe", maria) in page


# Do not mail -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Anna@Rival.example", ["anna@rival.example"]),
        ("rival.example\n@other.example\r\n*.third.example, https://www.fourth.example/",
         ["rival.example", "other.example", "third.example", "fourth.example"]),
        ("Rival.Example; rival.example.", ["rival.example"]),
        ("Anna Ek <anna@x.example>", ["anna@x.example"]),
        ("räksmörgås.example", ["räksmörgås.example"]),
    ],
)  # fmt: skip
def test_what_is_pasted_is_read(text, values):
    read = pasted(text)
    assert (read.values, read.wrong) == (values, [])


@pytest.mark.parametrize(
    "line",
    ["com", "two words", "a@", "@", ".", "a b@c.example", "x" * 300 + ".example", "<script>", "http://", "-a-.-b-"],
)  # fmt: skip
def test_what_is_neither_is_said_to_be_wrong(line):
    read = pasted(f"good.example\n{line}\nfine@good.example")
    assert read.values == ["good.example", "fine@good.example"]
    assert [each for each, _why in read.wrong] == [line]


def test_the_good_lines_are_blocked_and_the_wrong_ones_stay_to_be_mended(as_ada, ada, rita):
    make_email(rita, Status.SCHEDULED, to_address="a@sub.rival.example")
    told = {"values": "rival.example\nnot one\nanna@x.example\n\ncom", "why": "A rival"}
    response = as_ada.post(LIST, told)

    assert response.status_code == 422
    assert "“not one” is neither an address nor a domain." in response.text
    assert "2 blocked. 1 scheduled email was stopped." in response.text
    assert response.context["form"]["values"].value() == "not one\ncom"
    assert response.context["form"]["why"].value() == "A rival"
    rows = Suppression.objects.in_force()
    assert {row.value for row in rows} == {"rival.example", "anna@x.example"}
    assert {(row.created_by, row.note) for row in rows} == {(ada, "A rival")}


@pytest.mark.parametrize(("field", "words"), [("values", "at least one"), ("why", "Say why")])
def test_what_is_missing_is_said_and_nothing_is_blocked(as_ada, field, words):
    told = {"values": "rival.example", "why": "A rival"} | {field: " "}
    response = as_ada.post(LIST, told)
    assert response.status_code == 422 and words in response.text
    assert not Suppression.objects.exists()


def test_blocking_twice_is_said(as_ada):
    told = {"values": "rival.example", "why": "A rival"}
    as_ada.post(LIST, told)
    assert "1 was blocked already." in as_ada.post(LIST, told, follow=True).text


def test_too_many_lines_are_refused_as_a_whole(as_ada):
    response = as_ada.post(LIST, {"values": "a.example\n" * 5001, "why": "x"})
    assert response.status_code == 422 and "Paste them in parts" in response.text
    assert not Suppression.objects.exists()


def test_the_list_is_searched_and_narrowed_by_reason(as_ada, ada):
    consent.block(["rival.example"], by=ada, why="A rival")
    Suppression.suppress("gone@x.example", Suppression.Reason.BOUNCED)
    for query, shown in [
        ({}, {"rival.example", "gone@x.example"}),
        ({"words": "riv"}, {"rival.example"}),
        ({"words": "a RIVAL"}, {"rival.example"}),
        ({"reason": "bounced"}, {"gone@x.example"}),
        ({"reason": "nonsense"}, {"rival.example", "gone@x.example"}),
        ({"words": "nobody"}, set()),
    ]:
        page = as_ada.get(LIST, query)
        assert {row.value for row in page.context["page"]} == shown, query


def test_releasing_needs_a_reason_and_keeps_it(as_ada, ada):
    row = consent.block(["rival.example"], by=ada, why="A rival").new[0]
    url = reverse("consent:release", args=[row.pk])
    assert as_ada.post(url, {"why": ""}).status_code == 422
    assert Suppression.objects.in_force().exists()
    assert "can be mailed again" in as_ada.post(url, {"why": "Bought by us"}, follow=True).text

    line = ConsentChange.objects.newest_first()[0]
    assert (line.what, line.by, line.words) == ("released", ada, "Bought by us")
    assert as_ada.get(url).status_code == 404


@pytest.mark.parametrize("role", ["user", "manager"])
def test_nobody_but_an_admin_sees_or_does_any_of_it(client, ada, role):
    row = consent.block(["rival.example"], by=ada).new[0]
    client.force_login(make_user(role=role))
    for url in (LIST, reverse("consent:release", args=[row.pk])):
        assert client.get(url).status_code == 404
        assert client.post(url, {"values": "x.example", "why": "x"}).status_code == 404
    assert "do-not-mail" not in client.get("/settings/").text
    assert Suppression.objects.in_force().count() == 1
