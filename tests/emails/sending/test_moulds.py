"""What is found out once for many is what each would have been by itself."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.models.organisation import Organisation
from emails.fields import About
from emails.models import Email, Identity
from emails.resolving import resolve
from emails.sending import moulds
from emails.sending.html import clean, text_of
from emails.tracking.rewriting import instrument, unsubscribe_url
from prospects.models import Person

MAILS = [
    path.read_text() for path in sorted((Path(__file__).parents[2] / "browser/mails").iterdir())
]
GREETING = (
    "<p>Hi {{first_name}}{{last_name}},</p><p>{{title | default: 'you'}} at"
    ' <a href="https://nordlys.example/?a=1&amp;b=2">{{company}}\n now</a>: <i>{{my_name}}</i></p>'
    '<ul><li>{{company}}<li><a href="mailto:a@b.example">{{email}}</a></ul><pre>  {{title}}\n x</pre>'
)
# What words can do in HTML, in plain text, and where they meet what stands beside them.
WORDS = [
    "Maria", "Åsa  Öst", "Ek &", "AT&T", "Ben & Jerry", "&lt;", "lt;", "amp;nbsp;", "#38;", "<b>x</b>",
    "[a](https://b.example)", "](", "https", "a@b.example", "https://nordlys.example/?a=1&b=2",
    "x\u00a0y", "\u200b", "\ue100", "\ue101\ue4ff", "李 雷", "👩\u200d🚀", "e\u0301", "- x", "*", "1.", "\\", "'\"",
    "x" * 400, "&copy", "\ufeff", "\U0001f600", "\x85", "{{company}}", "",
]  # fmt: skip
words = st.sampled_from(WORDS) | st.text(max_size=20)
pieces = st.sampled_from(
    [
        "{{first_name}}", "{{ company }}", "{{my_name}}", "{{title | default: \"a &amp; b\"}}", "{{friendly_unsubscribe}}",
        "<p>", "</p>", "<table><tr><td>", "</td><td>", "</td></tr></table>", "<br>", "<pre>", "</pre>",
        "<a href='https://x.example/'>", "<a href='https://x.example/{{company}}'>", "<a href='{{website}}'>", "</a>",
        "<a href='mailto:a@b.example'>", "<ul><li>", "</li></ul>", "<b>", "</b>", "<img src='https://x.example/a' alt='x'>",
        "<p title='{{company}}'>", "&", "&amp;", "&l", "&amp;#", " ", "\n", "\xa0", "[", "](", ")", "https://x.example/", "x",
        "<h1>", "</h1>", "<blockquote>", "</blockquote>", "\ue100", "<span style='display:none'>", "</span>", "<hr>",
        "<p title='</table>'>",
    ]
)  # fmt: skip


def told(first: str, company: str, *, pk: int = 7, signature: str = "") -> About:
    """An email to somebody with these values, as it would be read from the database."""
    owner = User(name="Rita Ek", email="rita@team.example", language="en")
    owner.organisation = Organisation(blank_names_go_out=True)
    identity = Identity(owner=owner, name=first, address="rita@team.example", signature=signature)
    person = Person(owner=owner, first_name=first, company=company, title=company, website=company)
    address = f"{first}@nordlys.example"
    return About(owner, identity, person, address, first, Email(pk=pk))


def check(source: str, about: About) -> None:
    body = resolve(about, "x", source).body
    html, links = instrument(about.email, body.text, after=3)
    there = (html, text_of(body.text), [(link.number, link.url, link.text) for link in links])

    html, text, links = moulds.cast(about.email, body.text, body.shape, after=3)
    assert (html, text, [(link.number, link.url, link.text) for link in links]) == there


@pytest.mark.parametrize("mail", MAILS)
@pytest.mark.parametrize("signature", ["", "<table><tr><td>Rita<td>Ek</table>"])
def test_every_recipient_gets_what_the_whole_would_have_made(mail, signature):
    for source in (clean(GREETING + mail), clean(mail.replace("</p>", " {{company}}</p>"))):
        for number, word in enumerate(WORDS, 1):
            other = WORDS[-number]
            check(source, told(word, other, pk=number, signature=signature))


@given(st.lists(pieces, max_size=30), st.lists(st.tuples(words, words), min_size=2, max_size=4))
def test_whatever_is_written_to_whomever(source, people):
    for sanitised in (clean("".join(source)), "".join(source)):
        for pk, (first, company) in enumerate(people, 1):
            check(sanitised, told(first, company, pk=pk, signature="<p>Rita</p>"))


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("<p>a</p><p>{{first_name}}</p><p>b</p>", ""),
        ("<p>a {{first_name}} b</p>", ""),
        ("<p>&amp;{{company}}</p>", "lt"),
        ("<p>&amp;#{{company}}</p>", "38"),
        ('<p><a href="https://x.example">&{{company}}</a></p>', "lt"),
        ('<p><a href="{{website}}">here</a></p>', "x.example"),
        ('<p><a href="https://x.example/{{company}}">here</a></p>', "a b"),
        ('<p title="{{company}}">here</p>', "a b"),
        ("<table><tr><td>{{company}}<td>x<tr><td>abc<td>y</table>", "abcdef"),
    ],
)
def test_what_words_change_in_what_stands_around_them(source, word):
    for pk in (1, 2):
        check(source, told(word, word, pk=pk))


def test_a_text_for_many_is_read_once():
    moulds._mould.cache_clear()
    for number in range(20):
        about = told(f"Person{number}", f"{number} Ltd & Sons", pk=number + 1)
        check(GREETING, about)

    assert moulds._mould.cache_info().misses == 1


def test_what_no_text_would_share_is_not_kept():
    moulds._mould.cache_clear()
    check(f"<p>{'x' * 50_000}</p>", told("Maria", "Nordlys"))

    assert moulds._mould.cache_info().currsize == 0


def test_the_way_to_unsubscribe_is_that_of_each():
    texts = []
    for pk in (1, 2):
        body = resolve(about := told("Maria", "Nordlys", pk=pk), "x", GREETING).body
        _html, text, _links = moulds.cast(about.email, body.text, body.shape, after=0)
        texts.append(unsubscribe_url(pk) in text)

    assert texts == [True, True]
