from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpRequest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from ui import icons, slots
from ui.templatetags.ui import initials

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday


def render(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (NOON - timedelta(hours=1), "12:00"),
        (NOON - timedelta(hours=14), "Yesterday"),
        (NOON - timedelta(days=2), "18 Nov"),
        (NOON - timedelta(days=400), "16 Oct 2025"),
        (NOON + timedelta(days=1), "Tomorrow 13:00"),
        (NOON + timedelta(days=4), "Tue 13:00"),
        (NOON + timedelta(days=20), "10 Dec"),
    ],
)
def test_a_moment_is_shown_briefly_in_the_users_zone(
    time_machine: object, moment: datetime, shown: str
) -> None:
    time_machine.move_to(NOON)  # type: ignore[attr-defined]
    with timezone.override("Europe/Stockholm"), translation.override("en"):
        html = render("{% when moment %}", moment=moment)

    assert f">{shown}</time>" in html
    assert f'datetime="{moment.isoformat()}"' in html


def test_the_full_moment_is_its_title() -> None:
    with timezone.override("Europe/Stockholm"), translation.override("en"):
        html = render("{% when moment %}", moment=NOON)

    assert 'title="Friday 20 November 2026, 13:00:00 CET"' in html


def test_no_moment_shows_nothing() -> None:
    assert render("{% when moment %}", moment=None) == ""


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Maria Sandberg", "MS"),
        ("Anna Maria af Ugglas", "AU"),
        ("maria.sandberg@nordlys.example", "MS"),
        ("Åsa", "Å"),
        ("李小龍", "李"),
        ("<script>", "?"),
        ("", "?"),
        (" — ", "?"),
    ],
)
def test_initials_stand_for_any_name(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_the_same_name_has_the_same_colour() -> None:
    assert render("{% avatar 'Maria Sandberg' %}") == render("{% avatar 'maria sandberg ' %}")


def test_a_pill_says_what_its_number_means() -> None:
    html = render("{% pill 'viewed' 4 %}")

    assert 'title="viewed 4 times"' in html
    assert '<span class="visually-hidden">viewed 4 times</span>' in html
    assert render("{% pill 'clicked' 0 %}") == ""


def test_a_tag_escapes_its_words() -> None:
    assert "&lt;b&gt;" in render("{% tag words tone='bad' %}", words="<b>")


def test_an_unknown_icon_is_noticed() -> None:
    with pytest.raises(TemplateSyntaxError):
        render("{% icon 'no-such-icon' %}")


def test_the_sprite_has_every_icon_that_is_named() -> None:
    sprite = Path(settings.BASE_DIR / "static/icons/lucide.svg").read_text()

    assert [name for name in icons.names() if f'<symbol id="{name}"' not in sprite] == []


def test_a_slot_shows_what_was_registered_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "FILLINGS", {})
    slots.slot("below", order=2)(lambda request, about: mark_safe(f"<b>{about}</b>"))
    slots.slot("below", order=1)(lambda request, about: mark_safe("first"))

    html = render("{% slot 'below' 'person' %}", request=HttpRequest())

    assert html == "first\n<b>person</b>"
    assert render("{% slot 'nobody fills' %}", request=HttpRequest()) == ""


def test_a_filling_that_is_not_marked_safe_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "FILLINGS", {})
    slots.slot("below")(lambda request, about: "<script>")  # type: ignore[arg-type, return-value]

    assert render("{% slot 'below' %}", request=HttpRequest()) == "&lt;script&gt;"
