from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from prospects.addresses import checked


@pytest.mark.parametrize(
    ("written", "address"),
    [
        (" Anna.Ek@Nordlys.EXAMPLE ", "Anna.Ek@nordlys.example"),
        ("mailto:anna@nordlys.example", "anna@nordlys.example"),
        ("Ek, Anna <anna@nordlys.example>", "anna@nordlys.example"),
        ("o'brien+x@nordlys.example", "o'brien+x@nordlys.example"),
        ("anna@räksmörgås.example", "anna@räksmörgås.example"),
    ],
)
def test_an_address_is_read_as_people_write_it(written, address):
    assert checked(written) == address


@pytest.mark.parametrize(
    "written",
    [
        "",
        "anna",
        "anna@",
        "@nordlys.example",
        "anna@localhost",
        "anna@[127.0.0.1]",
        "anna ek@nordlys.example",
        "anna@nordlys..example",
        "ängel@nordlys.example",
        "anna@nordlys.example\nBcc: bo@nordlys.example",
        f"{'a' * 65}@nordlys.example",
        f"anna@{'a' * 300}.example",
        "anna@nordlys.example, bo@nordlys.example",
    ],
)
def test_what_is_no_address_is_refused_in_words(written):
    with pytest.raises(ValidationError, match="is not an email address"):
        checked(written)


@given(st.text())
def test_nothing_else_is_ever_raised(written):
    with suppress(ValidationError):
        assert checked(written).count("@") == 1


@given(st.emails())
def test_every_address_that_is_taken_fits_into_the_database(written):
    with suppress(ValidationError):
        assert len(checked(written)) <= 254
