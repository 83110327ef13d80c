"""Whatever is typed or posted: an answer in time, or a sentence; never an error."""

import json

import pytest
from django.db import OperationalError, connection
from django.db.models.query import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.errors import QueryCanceled

from emails.models import Email
from prospects.models import Person
from search.asking import Asked
from search.fields import FIELDS
from search.limits import together, within_limit
from search.problems import TooSlow
from search.quick import Quick
from tests.factories import make_email, make_person, make_saved_search, make_user

pytestmark = pytest.mark.django_db
SLOW = "takes too long"
fuzz = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# What the grammar is made of, and what no text should have.
PIECES = [
    *FIELDS, ":", "=", ">=", "<", "-", "not ", " or ", " and ", "(", ")", '"', "“", ",", "*", "#12", "\\", " ",
    "last-7-days", "2026-02-31", "2026-11-30..2026-11-01", "..", "9" * 30, "%", "_", "\0", "\u202e",
    "\u0301", "💡", "own.x", "own.2025:", "(?i)(", "'; --", "x" * 300, "\n", "\x1f", "İ", "٣",
]  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=30).map("".join)
ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([*PIECES, "\ud800"]),
    st.text(max_size=8),
)
LEAVES = st.fixed_dictionaries(
    {
        "field": st.one_of(st.sampled_from([*FIELDS, "own.x"]), ATOMS),
        "op": st.one_of(st.sampled_from(["has", "is", "any", ">=", "<=", "=", "in", "ever", "yes"]), ATOMS),
    },
    optional={
        "value": st.one_of(ATOMS, st.lists(ATOMS, max_size=4)),
        "within": st.one_of(
            ATOMS,
            st.dictionaries(st.sampled_from(["days", "name", "from", "to", "not_for_days"]), ATOMS),
        ),
    },
)  # fmt: skip
TREES = st.recursive(
    st.one_of(LEAVES, ATOMS),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, max_size=4)}),
        st.fixed_dictionaries({"any": st.lists(inner, max_size=4)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=12,
)
PARTS = st.sampled_from(["r.0", "r.1", "r.0.0", "r", "", "r.x"])
SENT = st.dictionaries(
    st.builds(
        "{}.{}".format,
        PARTS,
        st.sampled_from(["field", "op", "value", "typed", "when", "days", "from", "to", "join"]),
    ),
    st.sampled_from([*PIECES, "dates", "last-n", "not-for-n", "any", "all"]),
    max_size=5,
)


@pytest.fixture
def rita(client):
    rita = make_user("Rita")
    make_email(rita, "delivered", person=make_person(rita, "Maria"))
    client.force_login(rita)
    return rita


@pytest.fixture
def slow(monkeypatch):
    """Every search for emails or people takes longer than it may."""

    count = QuerySet.count

    def counted(self):
        if self.model in {Email, Person}:
            raise OperationalError from QueryCanceled()
        return count(self)

    monkeypatch.setattr(QuerySet, "count", counted)


@fuzz
@given(text=TEXTS, subject=st.sampled_from(["people", "emails", "", "x"]))
def test_whatever_is_typed_is_answered(client, rita, text, subject):
    told = {"q": text, "of": subject}

    assert client.get("/search/", told, headers={"HX-Request": "true"}).status_code == 200


@fuzz
@given(tree=TREES, sent=SENT, subject=st.sampled_from(["people", "emails"]))
def test_whatever_the_builder_sends_is_answered(client, rita, tree, sent, subject):
    told = {"tree": json.dumps(tree), "of": subject, **sent}

    response = client.get("/search/", told, headers={"HX-Request": "true"})

    assert response.status_code == 200


@fuzz
@given(text=TEXTS)
def test_whatever_is_looked_for_in_the_header_is_answered(client, rita, text):
    assert client.get("/search/quick/", {"q": text}).status_code == 200


@pytest.mark.parametrize(
    "text",
    ["%" * 200, "_" * 200, "\\" * 200, "(((((a+)+)+)+)+)$", "\u202e" * 50, "\u0301" * 20, "💡" * 60, "a" * 10_000],
)  # fmt: skip
def test_odd_words_in_the_header_find_nothing(rita, text):
    assert Quick(rita, text, 4).sections == []


@pytest.mark.parametrize("subject", ["people", "emails"])
def test_a_page_says_that_its_search_takes_too_long(client, rita, slow, subject):
    assert SLOW in client.get("/search/", {"q": "viewed", "of": subject}).content.decode()


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/search/export/people/", {"list": "search"}),
        ("/search/export/emails/", {}),
        ("/search/emails/archive/", {"sure": "yes"}),
    ],
)
def test_what_acts_on_all_that_is_found_says_so_and_does_nothing(client, rita, slow, address, told):
    query = {"all": "yes", "query": "q=viewed&of=people", **told}

    response = client.post(address, query)

    assert response.status_code == 409
    assert SLOW in response.content.decode()


def test_the_side_bar_is_there_all_the_same(client, rita, slow):
    make_saved_search(rita, "viewed", name="Warm")

    response = client.get("/search/side/", headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert "Warm" in response.content.decode()


def test_what_is_asked_together_has_one_time(rita):
    with pytest.raises(TooSlow), together(0.3):
        for _time in range(10):
            with within_limit(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.2)")


def test_what_was_cancelled_within_another_limit_can_be_gone_on_from(rita):
    with together(0.5), within_limit():
        with pytest.raises(TooSlow), within_limit(0.1), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.4)")
        assert Person.objects.exists()


def test_what_comes_too_late_is_not_asked(rita):
    with pytest.raises(TooSlow), together(0), within_limit(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


def test_the_count_of_the_other_tab_is_asked_last(client, rita, monkeypatch):
    asked = []
    count = Asked.count
    monkeypatch.setattr(Asked, "count", lambda one, of: asked.append(of) or count(one, of))

    client.get("/search/", {"q": "viewed", "of": "emails"})

    assert asked == ["emails", "people"]
