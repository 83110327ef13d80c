"""The rules of the house for templates, styles and scripts."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from ui import icons

ROOT = Path(settings.BASE_DIR)
STYLES = sorted((ROOT / "static/css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static/js").glob("**/*.js"))
TEMPLATES = sorted((ROOT / "templates").glob("**/*.html"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", STYLES, ids=name)
def test_a_stylesheet_is_short_and_takes_its_tokens_from_tokens_css(path: Path) -> None:
    text = path.read_text()
    known = set(re.findall(r"(--[\w-]+)\s*:", "".join(each.read_text() for each in STYLES)))
    used = set(re.findall(r"var\((--[\w-]+)\)", text))

    assert len(text.splitlines()) < 200
    assert used - known == set()
    if path.name != "tokens.css":
        assert re.findall(r"#[0-9a-f]{3,8}\b|\brgb\(|light-dark\(.*", text, re.IGNORECASE) == []


def test_every_stylesheet_is_imported() -> None:
    imported = set(re.findall(r'@import url\("([\w-]+\.css)"\) layer', STYLES[0].read_text()))

    assert STYLES[0].name == "app.css"
    assert imported == {path.name for path in STYLES} - {"app.css"}


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_is_one_small_behaviour(path: Path) -> None:
    assert len(path.read_text().splitlines()) < 100  # most have less than 60


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_keeps_to_the_content_security_policy(path: Path) -> None:
    text = path.read_text()

    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=|hx-on|javascript:|hx-vals=.js:", text)
    inline = re.findall(r"<script(?![^>]*(?:\bsrc=|application/json))[^>]*>", text)
    assert inline == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_names_icons_that_there_are(path: Path) -> None:
    named = re.findall(r'{% icon "([^"]+)"', path.read_text())

    assert set(named) - icons.names() == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_form_that_posts_has_its_token(path: Path) -> None:
    if "ui/kit" in str(path) or "sink" in str(path) or "unsubscribing/page" in str(path):
        pytest.skip("the kit posts nothing; the sink and who unsubscribes have no session")
    forms = re.findall(r'<form[^>]*method="post".*?</form>', path.read_text(), re.DOTALL)

    assert [form for form in forms if "csrf_token" not in form] == []
