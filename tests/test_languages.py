"""The interface is English and Swedish, complete in both: read from the sources, not by hand."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.translation.template import templatize

from commandcenter import catalogues
from emails.folders import FOLDERS, TABS
from tests.factories import make_email, make_identity, make_person, make_user

ROOT = catalogues.ROOT
SWEDISH = ROOT / "locale/sv/LC_MESSAGES/django.po"
APPS = ["accounts", "prospects", "emails", "tasks", "campaigns", "search", "reports", "ui"]
APPS += ["commandcenter"]
# Which arguments of each function are context, message and plural.
KEYWORDS = {
    "gettext": ("message",),
    "pgettext": ("context", "message"),
    "ngettext": ("message", "plural"),
    "npgettext": ("context", "message", "plural"),
}
KEYWORDS |= {f"{name}_lazy": told for name, told in KEYWORDS.items()}
KEYWORDS |= {"gettext_noop": ("message",)}
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|%[sd%]|\{[a-z_0-9]*\}")


class Message(NamedTuple):
    """What a source asks to be translated, keyed as .mo files key it."""

    context: str
    message: str
    plural: str
    where: str

    @property
    def key(self) -> str:
        key = f"{self.context}\4{self.message}" if self.context else self.message
        return f"{key}\0{self.plural}" if self.plural else key


class NotLiteral(Exception):
    """A sentence that is put together before it is translated, so that nobody can translate it."""


def calls_in(tree: ast.Module) -> Iterator[tuple[ast.Call, tuple[str, ...]]]:
    """Each call of a function of gettext, whatever name it was imported under."""
    names = {"_": KEYWORDS["gettext"]} | KEYWORDS
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names |= {
                each.asname or each.name: KEYWORDS[each.name]
                for each in node.names
                if each.name in KEYWORDS
            }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if called in names:
                yield node, names[called]


def of_python(source: str, where: str) -> Iterator[Message]:
    for call, told in calls_in(ast.parse(source)):
        found = {}
        for role, argument in zip(told, call.args, strict=False):
            if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                raise NotLiteral(f"{where}, line {call.lineno}: {ast.unparse(call)}")
            found[role] = argument.value
        yield Message(found.get("context", ""), found["message"], found.get("plural", ""), where)


def of_template(source: str, where: str) -> Iterator[Message]:
    """What Django writes for xgettext is no Python as a whole, but each call in it is."""
    string = r"""u?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
    call = re.compile(rf"\b(?:n?p?gettext|_)\({string}(?:, {string})*(?:,\s?count)?\)")
    for found in call.findall(templatize(source, where)):
        yield from of_python(found, where)


def messages() -> list[Message]:
    found: list[Message] = []
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            found += of_python(path.read_text(), str(path.relative_to(ROOT)))
    for path in templates():
        found += of_template(path.read_text(), str(path.relative_to(ROOT)))
    return found


def templates() -> list[Path]:
    return [path for path in sorted((ROOT / "templates").rglob("*.*")) if path.is_file()]


def swedish() -> dict[str, str]:
    """What is translated; without empty, fuzzy and obsolete entries."""
    return catalogues.parse(SWEDISH.read_text(encoding="utf-8"), SWEDISH.name)


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


# The sources ------------------------------------------------------------------------------------


def test_every_word_of_the_project_has_its_swedish():
    known = {part for key in swedish() for part in (key, key.partition("\0")[0])}
    missing = sorted(
        {f"{each.where}: {each.key!r}" for each in messages() if each.key not in known}
    )
    assert not missing, "\n".join(missing)


def test_what_is_read_from_the_sources_is_what_they_say():
    python = 'from django.utils.translation import pgettext as _p, ngettext as n\n_p("a", "b" " c")'
    python += '\nn("%(count)s d", "%(count)s e", 2)'
    template = (
        '{% load i18n %}{% translate "Save 5 %" %}{{ x|default:_("none") }}{% tag _("ready") %}'
        '{% translate "to" context "recipient" %}'
        "{% blocktranslate trimmed count n=2 %}\n {{ n }} “row”\n {% plural %}\n {{ n }} rows"
        "{% endblocktranslate %}"
    )
    found = [*of_python(python, ""), *of_template(template, "")]

    assert [each.key for each in found[:2]] == ["a\4b c", "%(count)s d\0%(count)s e"]
    assert {"Save 5 %%", "ready", "recipient\4to", "%(n)s “row”\0%(n)s rows"} <= {
        each.key for each in found
    }


def test_a_sentence_that_is_put_together_first_is_refused():
    with pytest.raises(NotLiteral, match="line 1"):
        list(of_python('_("Deleted " + when)', "here.py"))


def test_placeholders_are_the_same_in_both_languages():
    wrong = []
    for key, told in swedish().items():
        originals = [placeholders(each) for each in key.rpartition("\4")[2].split("\0")]
        if key and any(placeholders(form) not in originals for form in told.split("\0")):
            wrong.append(f"{key!r}: {told!r}")
    assert not wrong, "\n".join(wrong)


def test_each_message_stands_once():
    """gettext's programs refuse a catalogue in which one stands twice, as after a merge."""
    entries = re.findall(r'(?m)^(?:msgctxt .*\n)?msgid ".+"$', SWEDISH.read_text(encoding="utf-8"))
    assert [entry for entry in set(entries) if entries.count(entry) > 1] == []


def test_plural_forms_are_as_many_as_swedish_has():
    forms = {key: told.count("\0") for key, told in swedish().items() if "\0" in key}
    assert forms and set(forms.values()) == {1}


ATTRIBUTE = re.compile(
    r'\b(?:aria-label|aria-description|title|placeholder|alt|hx-confirm)="([^"]+)"'
)
NOT_SPOKEN = re.compile(
    r"\{%\s*comment.*?endcomment\s*%\}|\{%\s*verbatim.*?endverbatim\s*%\}|\{#.*?#\}|<style.*?</style>|<!--.*?-->"
    r"|\{%\s*blocktranslate.*?endblocktranslate\s*%\}|\{%.*?%\}|\{\{.*?\}\}",
    re.DOTALL,
)
# Names, and what is written alike in both languages.
SAME_IN_BOTH = {
    "Command Center",
    "Esc",
    "https://",
    "in",  # LinkedIn's mark
    "maria@nordlys.example",
    "Maria Sandberg &lt;maria@nordlys.example&gt;",
    "campaign:&quot;Q1 rollout&quot; viewed clicked -replied",  # the words of searches
}


def test_templates_say_nothing_that_is_not_translated():
    said = []
    for path in templates():
        if "kit" in path.parts:  # the style page shows samples, to developers only
            continue
        text = NOT_SPOKEN.sub("", path.read_text())
        spoken = [*ATTRIBUTE.findall(text), *re.sub(r"<[^<>]*>", "\n", text).splitlines()]
        words = {each.strip(" ·\t") for each in spoken if re.search("[A-Za-z]{2}", each)}
        said += [f"{path.relative_to(ROOT)}: {each}" for each in words - SAME_IN_BOTH]
    assert not said, "\n".join(sorted(said))


def test_scripts_take_their_words_from_the_page():
    said = []
    for path in sorted((ROOT / "static/js").rglob("*.js")):
        code = re.sub(r"(?m)^\s*//.*$|/\*.*?\*/", "", path.read_text())
        for quoted in re.findall(r"""(["'`])((?:(?!\1)[^\\\n]|\\.)*)\1""", code):
            if re.match(r"[A-Z][a-z]+( [a-z]+)+|[A-Z][a-z]+[.…!?]$", quoted[1]):
                said.append(f"{path.name}: {quoted[1]}")
    assert not said, "\n".join(said)


# The pages --------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def compiled():
    catalogues.compile_all()


@pytest.fixture
def rita(db):
    return make_user("Rita", language="sv")


@pytest.fixture
def client(client, rita):
    client.force_login(rita)
    return client


def test_a_folder_speaks_the_agreed_words(client, rita):
    make_email(rita, "delivered")
    response = client.get(reverse("emails:folder", args=["sent/delivered"]))

    assert '<html lang="sv"' in response.text
    for word in ["Skickat", "Levererat", "Arkiverad", "Väntande", "Olevererad", "Papperskorg"]:
        assert word in response.text
    assert "Delivered" not in response.text


def test_every_folder_has_the_name_that_was_agreed_on():
    with translation.override("sv"):
        told = {str(tab.label): [str(folder.label) for folder in tab.folders] for tab in TABS}
    assert told == {
        "Skickat": ["Levererat", "Arkiverad"],
        "Väntande": ["Schemalagd", "Utkast", "Pågår"],
        "Olevererad": ["Misslyckades", "Studsade", "Spam"],
    }
    assert len(FOLDERS) == 8


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("emails:compose", ["Nytt mejl", "Hemlig kopia", "Ämne", "Skicka nu", "Innan det skickas"]),
        ("people:home", ["Personer", "Importera", "Ny person"]),
        ("people:upload", ["Importera personer", "CSV-fil", "Ladda upp"]),
        ("accounts:settings", ["Inställningar", "Språk", "Tidszon", "Utseende", "Spara"]),
        ("setup:identities", ["Avsändare", "Ny avsändare"]),
        ("emails:trash", ["Papperskorgen är tom"]),
        ("emails:search", ["Sök bland dina mejl"]),
    ],
)
def test_pages_of_a_swedish_user_are_swedish(client, rita, page, words):
    make_identity(rita)
    make_person(rita)
    text = client.get(reverse(page)).text

    assert '<html lang="sv"' in text
    assert [word for word in words if word not in text] == []


def test_signing_in_is_swedish_for_a_swedish_browser(client):
    client.logout()
    text = client.get(reverse("account_login"), headers={"Accept-Language": "sv"}).text

    assert '<html lang="sv"' in text
    assert "Logga in" in text and "Har du glömt lösenordet?" in text
    assert "Sign in" not in text


def test_mail_of_the_system_is_in_the_language_of_its_reader(rita, mailoutbox):
    from accounts.invitations import invite

    invite(rita, by=make_user("Anna"))

    assert mailoutbox[0].subject == "Ditt konto i Command Center"
    assert "Anna har skapat ett konto åt dig" in mailoutbox[0].body
