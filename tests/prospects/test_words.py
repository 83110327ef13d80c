"""Words are looked for without case and accents, alike in Python and in the database."""

import importlib
import unicodedata

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emails.models import EmailContent
from prospects.models import Person
from prospects.words import folded
from tests.factories import make_email, make_person, make_user

pytestmark = pytest.mark.django_db


def folded_there(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT words_folded(%s)", [text])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Björk", "bjork"),
        ("BJO\u0308RK", "bjork"),
        ("Møller Łukasik", "moller lukasik"),
        ("ÆGIR Straße ẞ", "aegir strasse ss"),
        ("İstanbul ılgaz", "istanbul ilgaz"),
        ("ΟΔΟΣ οδός", "οδοσ οδοσ"),
        ("Ёлка", "елка"),
        ("ﬁnance № ①", "finance no 1"),
        ("가각 がぎ", "가각 がぎ"),
        ("a%_\\ 💡\u202e", "a%_\\ 💡\u202e"),
    ],
)
def test_accents_and_case_go_and_all_else_stays(text, plain):
    assert folded(text) == folded_there(text) == plain


# Letters that are younger than the database are folded by whichever side knows them.
KNOWN = st.characters(
    max_codepoint=0x2FFF, exclude_categories=("Cs", "Cn"), exclude_characters="\0"
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(KNOWN, max_size=12).filter(lambda text: "\u1c89" not in text))
def test_the_database_folds_as_python_does(text):
    assert folded_there(text) == folded(text)
    assert folded(folded(text)) == folded(text)
    assert folded(unicodedata.normalize("NFD", text)) == folded(text)


def test_what_was_written_before_is_folded_by_the_migrations():
    rita = make_user("Rita")
    person = make_person(rita, "Åsa", last_name="Björk")
    email = make_email(rita, person=person, subject="Møte")
    Person.objects.update(search_text="åsa björk")
    EmailContent.objects.update(search_text="åsa björk møte")

    with connection.schema_editor() as editor:
        for name in ("prospects.migrations.0007_words", "emails.migrations.0016_words"):
            importlib.import_module(f"{name}_without_accents").fold(apps, editor)

    person.refresh_from_db()
    assert person.search_text == "asa bjork"
    assert EmailContent.objects.get(email=email).search_text == "asa bjork mote"
