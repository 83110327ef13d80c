"""Pages by keyset, on the real table of emails."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from emails.models import Email
from tests.factories import make_draft, make_user
from ui.paging import Page, paginate

START = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def rita(db: None) -> User:
    return make_user("Rita Berg")


def write(owner: User, count: int) -> list[Email]:
    """`count` drafts, newest first; two share every moment, so that ties are told apart."""
    emails = [make_draft(owner) for _ in range(count)]
    for number, email in enumerate(emails):
        Email.objects.filter(pk=email.pk).update(moved_at=START + timedelta(minutes=number // 2))
    return list(Email.objects.order_by("-moved_at", "-pk"))


def page(owner: User, size: int = 3, by: str = "-moved_at", **asked: str | None) -> Page[Email]:
    given = {name: cursor for name, cursor in asked.items() if cursor}
    return paginate(owner.emails.all(), given, by=by, size=size)


def test_walking_down_and_up_again_shows_every_row_once(rita: User) -> None:
    emails = write(rita, 8)

    first = page(rita)
    second = page(rita, after=first.after)
    third = page(rita, after=second.after)

    assert [*first, *second, *third] == emails
    assert third.after is None
    assert list(page(rita, before=third.before)) == list(second)
    assert list(page(rita, before=second.before)) == list(first)
    assert first.before is None


def test_a_page_says_which_rows_it_shows(rita: User) -> None:
    write(rita, 8)

    first = page(rita)
    last = page(rita, after=page(rita, after=first.after).after)

    assert (first.first, first.last, first.total) == (1, 3, 8)
    assert (last.first, last.last, last.total) == (7, 8, 8)


def test_rows_that_arrive_meanwhile_shift_nothing(rita: User) -> None:
    emails = write(rita, 6)
    first = page(rita)
    newest = make_draft(rita)
    Email.objects.filter(pk=newest.pk).update(moved_at=START + timedelta(days=1))

    second = page(rita, after=first.after)

    assert list(second) == emails[3:]
    assert (second.first, second.total) == (5, 7)


def test_less_than_a_page_before_a_row_is_the_whole_first_page(rita: User) -> None:
    emails = write(rita, 6)
    second = page(rita, size=2, after=page(rita, size=2).after)

    assert list(page(rita, size=5, before=second.before)) == emails[:5]


def test_a_list_can_ascend_by_words(rita: User) -> None:
    for subject in ["Överblick", "alfa", "Re: priser", "zeta"]:
        make_draft(rita, subject=subject)

    first = page(rita, size=2, by="subject")
    second = page(rita, size=2, by="subject", after=first.after)

    wanted = list(rita.emails.order_by("subject", "pk"))
    assert [*first, *second] == wanted
    assert list(page(rita, size=2, by="subject", before=second.before)) == wanted[:2]


def test_an_empty_list_is_an_empty_page(rita: User) -> None:
    empty = page(rita)

    assert (len(empty), empty.first, empty.last, empty.total) == (0, 0, 0, 0)
    assert empty.before is None and empty.after is None


def test_a_known_total_is_not_counted_again(
    rita: User, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    write(rita, 4)

    with django_assert_num_queries(2):  # type: ignore[operator]
        shown = paginate(rita.emails.all(), {}, by="-moved_at", size=3, total=4)

    assert (shown.last, shown.total) == (3, 4)


def cursor(place: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


HOSTILE = [
    "x",
    "' OR 1=1 --",
    "☃",
    "A" * 5000,
    cursor("one"),
    cursor([]),
    cursor({"a": 1}),
    cursor([1, 2]),
    cursor(["yesterday", "1"]),
    cursor(["2026-11-20T09:00:00", "1"]),
    cursor(["2026-11-20T09:00:00+00:00", "9" * 40]),
    cursor(["2026-11-20T09:00:00+00:00", "-1e9"]),
    cursor(["2026-11-20T09:00:00+00:00", None]),
    cursor([["2026-11-20T09:00:00+00:00"], True]),
    cursor(["0001-01-01T00:00:00+23:59", "1"]),
    cursor(["9999-12-31T23:59:59-23:59", "1"]),
    base64.urlsafe_b64encode(b"[" * 300).decode(),
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
]


@pytest.mark.parametrize("name", ["after", "before"])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_cursor_gives_the_first_page(rita: User, hostile: str, name: str) -> None:
    emails = write(rita, 2)

    shown = paginate(rita.emails.all(), {name: hostile}, size=3)

    assert list(shown) == emails


@pytest.mark.parametrize("text", ["\0", "\ud800", "a\0b"])
def test_hostile_text_never_reaches_the_database(rita: User, text: str) -> None:
    email = make_draft(rita)

    assert list(page(rita, by="subject", after=cursor([text, "1"]))) == [email]
