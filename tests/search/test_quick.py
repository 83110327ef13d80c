"""The header's search: who is found by a few letters, in which order, and who never is."""

import re

import pytest
from django.db import OperationalError
from django.urls import reverse
from psycopg.errors import QueryCanceled

from accounts.models import Team
from search.quick import Quick
from search.quick.kinds import People
from search.quick.marking import marked
from tests.factories import make_campaign, make_email, make_person, make_template, make_user

pytestmark = pytest.mark.django_db
PAGE = "/search/quick/"


@pytest.fixture
def rita(client):
    rita = make_user("Rita")
    client.force_login(rita)
    return rita


@pytest.fixture
def sam():
    return make_user("Sam")


def found(user, words, most=9):
    """{kind: what is found of it, the best first}."""
    sections = Quick(user, words, most).sections
    return {each.kind.name: [hit.row for hit in each.hits] for each in sections}


def text(response):
    return " ".join(re.sub(r"<[^>]*>", "", response.content.decode()).split())


def hide_people(user):
    user.organisation.everybody_sees_people = False
    user.organisation.save()


def test_people_emails_campaigns_and_templates_are_found_by_parts(rita):
    person = make_person(rita, "Maria", last_name="Lindqvist", email="maria@polar.example")
    email = make_email(rita, person=person, subject="Our autumn offer")
    campaign = make_campaign(rita, "Autumn rollout")
    template = make_template(rita, "Autumn intro")

    assert found(rita, "utum") == {
        "emails": [email],
        "campaigns": [campaign],
        "templates": [template],
    }
    assert found(rita, "indqv")["people"] == [person]


@pytest.mark.parametrize("part", ["maria@polar.example", "@polar", "polar.ex", "MARIA@", "ria@pol"])
def test_parts_of_an_address_find_the_person_and_their_emails(rita, part):
    person = make_person(rita, "Maria", email="maria@polar.example")
    email = make_email(rita, person=person, subject="Hello")
    make_email(rita, person=make_person(rita, "Anna"), subject="Hello")

    assert found(rita, part) == {"people": [person], "emails": [email]}


@pytest.mark.parametrize(
    ("typed", "last_name", "email"),
    [
        ("Sandbreg", "Sandberg", "x@y.example"),
        ("sandbreg anna", "Sandberg", "x@y.example"),
        ("noredlys", "Ek", "x@nordlys.example"),
        ("Jhon", "John", "x@y.example"),
    ],
)
def test_small_typos_are_forgiven(rita, typed, last_name, email):
    person = make_person(rita, "Anna", last_name=last_name, email=email, company="")
    make_person(rita, "Bo", last_name="Wik", email="bo@polar.example", company="")

    assert found(rita, typed) == {"people": [person]}


def test_typos_are_forgiven_in_subjects_and_names_too(rita):
    email = make_email(rita, person=make_person(rita, "Bo"), subject="Quarterly figures")
    campaign = make_campaign(rita, "Quarterly rollout")
    template = make_template(rita, "Quarterly intro")

    told = {"emails": [email], "campaigns": [campaign], "templates": [template]}
    assert found(rita, "quartrely") == told


def test_the_exact_one_is_first_then_beginnings_then_parts(rita):
    part = make_campaign(rita, "A prefall")
    begins = make_campaign(rita, "Big fallen")
    exact = make_campaign(rita, "Fall")

    assert found(rita, "fall")["campaigns"] == [exact, begins, part]


def test_a_person_of_just_that_name_comes_before_many_who_begin_so(rita):
    for number in range(5):
        make_person(rita, "Anna", last_name=f"Berg{number}", email=f"a{number}@y.example")
    exact = make_person(rita, "Anna", last_name="Berg", email="anna@z.example")

    assert found(rita, "anna berg", most=1)["people"] == [exact]
    assert found(rita, "Berg Anna", most=1)["people"] == [exact]
    assert found(rita, "ANNA@z.example", most=1)["people"] == [exact]


@pytest.mark.parametrize("typed", ["bjork", "Björk", "BJØRK", "bjo\u0308rk"])
def test_accents_are_no_matter(rita, typed):
    people = [
        make_person(rita, "Anna", last_name=name, email=f"{mail}@polar.example")
        for name, mail in (("Björk", "a"), ("Bjork", "b"))
    ]
    make_person(rita, "Bo", last_name="Berg", email="c@polar.example")
    email = make_email(rita, person=None, to_address="x@polar.example", subject="Om Björk & co")
    campaign = make_campaign(rita, "Våren med Björk")
    template = make_template(rita, "Till Bjørk")

    told = found(rita, typed)

    assert set(told.pop("people")) == set(people)
    assert told == {"emails": [email], "campaigns": [campaign], "templates": [template]}


def test_a_name_with_accents_is_exact_without_them(rita):
    make_person(rita, "Anna", last_name="Bjorkman", email="a@polar.example")
    exact = make_person(rita, "Åsa", last_name="Björk", email="z@polar.example")
    make_person(rita, "Åsa", last_name="Björkman", email="b@polar.example")

    assert found(rita, "asa bjork", most=1)["people"] == [exact]
    assert found(rita, "Björk Åsa", most=1)["people"] == [exact]


def test_typos_and_accents_are_forgiven_together(rita):
    person = make_person(rita, "Bo", last_name="Bergström", email="x@y.example")

    assert found(rita, "bregstrom") == {"people": [person]}


def test_who_is_spelled_so_leaves_no_place_to_typos(rita):
    right = make_person(rita, "Bo", last_name="Sandberg", email="b@y.example")
    make_person(rita, "Bo", last_name="Sandborg", email="c@y.example")

    assert found(rita, "sandberg")["people"] == [right]


def test_anothers_emails_are_never_found(rita, sam):
    make_email(sam, person=make_person(sam, "Maria"), subject="Secret offer")

    assert "emails" not in found(rita, "secret")
    assert "emails" not in found(rita, "secert offer")
    assert [email.subject for email in found(sam, "secret")["emails"]] == ["Secret offer"]


def test_an_admin_finds_their_own_emails_alone(sam):
    admin = make_user("Ada", role="admin")
    make_email(sam, person=make_person(sam, "Maria"), subject="Secret offer")

    assert "emails" not in found(admin, "secret")


@pytest.mark.parametrize("words", ["northern", "northren"])
def test_private_templates_and_campaigns_are_found_once_they_are_shared(rita, sam, words):
    things = make_campaign(sam, "Northern plan"), make_template(sam, "Northern words")
    assert found(rita, words) == {}

    team = Team.objects.create(name="North")
    for member in (rita, sam):
        team.memberships.create(user=member)
    for thing in things:
        thing.share([team])
    assert found(rita, words) == {"campaigns": [things[0]], "templates": [things[1]]}


@pytest.mark.parametrize("words", ["lindqvist", "lindqivst", "maria@polar.example", "indqv"])
def test_people_are_found_by_those_who_may_see_them(rita, sam, words):
    person = make_person(sam, "Maria", last_name="Lindqvist", email="maria@polar.example")
    assert found(rita, words) == {"people": [person]}

    hide_people(rita)
    assert found(rita, words) == {}
    assert found(sam, words) == {"people": [person]}


@pytest.mark.parametrize("words", ["lindqvist", "lindqivst"])
def test_what_was_deleted_is_not_found(rita, words):
    person = make_person(rita, "Maria", last_name="Lindqvist")
    type(person).objects.filter(pk=person.pk).update(removed_at=person.created_at)

    assert found(rita, words) == {}


@pytest.mark.parametrize(
    "words",
    [
        *("%%", "__", "a%", r"\%", "'; --", '""', "((", "[a", r"\m\M", "***", "***=", "{2}", "^$"),
        *("\0\0\0", "𝔞𝔟", "ß" * 300, "a" * 10_000, "ab " * 5000, '"<b>', "-viewed", "or -("),
    ],
    ids=lambda words: repr(words)[:12],
)
def test_whatever_is_typed_is_taken_as_letters(client, rita, words):
    make_person(rita, "Maria", company="", email="maria@polar.example")
    for headers in ({}, {"HX-Request": "true"}):
        response = client.get(PAGE, {"q": words}, headers=headers)
        assert response.status_code == 200
        assert "Maria" not in response.content.decode()
        for link in re.findall(r'href="(/search/\?[^"]*)"', response.content.decode()):
            assert client.get(link.replace("&amp;", "&")).status_code == 200


def test_signs_of_a_pattern_find_themselves(rita):
    percent = make_campaign(rita, "100% off")
    make_campaign(rita, "1000 off")

    assert found(rita, "00%")["campaigns"] == [percent]


def test_what_is_too_long_is_cut_and_says_so(client, rita):
    assert "Only the first 200 characters" in text(client.get(PAGE, {"q": "ab " * 100}))
    assert "Only the first" not in text(client.get(PAGE, {"q": "ab " * 20}))


def test_one_letter_is_not_looked_for(client, rita, django_assert_num_queries):
    make_person(rita, "Maria")

    with django_assert_num_queries(0):
        assert found(rita, "m") == {}
    assert "Type two letters at least" in text(client.get(PAGE, {"q": " m "}))
    assert client.get(PAGE, {"q": "m"}, headers={"HX-Request": "true"}).content.strip() == b""


def test_below_the_field_stand_a_few_and_the_way_to_all(client, rita):
    for number in range(6):
        make_person(rita, f"Maria{number}")
    part = client.get(PAGE, {"q": "Maria"}, headers={"HX-Request": "true"}).content.decode()

    assert part.count('role="option"') == 4 + 1
    assert "<mark>Maria</mark>" in part
    assert "<html" not in part
    assert re.search(r'href="/search/\?q=Maria"', part)


def test_the_way_to_all_asks_for_words_and_not_for_conditions(rita):
    assert Quick(rita, 'viewed "x', 1).search == '"viewed" "\\"x"'


def test_without_a_script_a_page_says_the_same(client, rita):
    person = make_person(rita, "Maria", email="maria@polar.example")
    email = make_email(rita, person=person, subject="Hello")
    page = client.get(PAGE, {"q": "polar"}).content.decode()

    for thing in (person, email):
        assert f'href="{thing.get_absolute_url()}"' in page
    assert reverse("emails:search") + "?q=polar" in page
    assert f'action="{PAGE}"' in page


def test_nothing_found_says_what_to_try(client, rita):
    assert "Nothing is like “xyzzy”" in text(client.get(PAGE, {"q": "xyzzy"}))


def test_what_takes_too_long_says_so_beside_what_was_found(client, rita, monkeypatch):
    def cancelled(_self):
        raise OperationalError from QueryCanceled()

    make_campaign(rita, "Autumn rollout")
    monkeypatch.setattr(People, "exact", cancelled)
    page = text(client.get(PAGE, {"q": "autumn"}))

    assert "takes too long" in page
    assert "Autumn rollout" in page


@pytest.mark.parametrize("count", [1, 9])
def test_more_to_be_found_asks_no_more_queries(rita, django_assert_max_num_queries, count):
    for number in range(count):
        person = make_person(rita, f"Maria{number}", company="Autumn")
        make_email(rita, person=person, subject="Autumn")
        make_campaign(rita, f"Autumn {number}")
        make_template(rita, f"Autumn {number}")

    # Of each kind four stages at most and the time limit around them, whatever is found.
    with django_assert_max_num_queries(44):
        told = Quick(rita, "autmun", 9).sections
        assert [len(section.hits) for section in told] == [count] * 4
        assert all(hit.title and hit.href for section in told for hit in section.hits)


def test_what_was_looked_for_is_marked_and_all_else_escaped():
    assert marked("Anna <b> Berg", ["ann", "<"]) == "<mark>Ann</mark>a <mark>&lt;</mark>b&gt; Berg"
    assert marked("Bo Sandberg", ["sandbreg"]) == "Bo <mark>Sandberg</mark>"
    assert marked("Bo Wik", ["sandbreg"]) == "Bo Wik"
    assert (
        marked("Åsa Bjo\u0308rk", ["bjork", "asa"]) == "<mark>Åsa</mark> <mark>Bjo\u0308rk</mark>"
    )
    assert marked("Weiß & Söhne", ["weis", "sohne"]) == "<mark>Weiß</mark> &amp; <mark>Söhne</mark>"
