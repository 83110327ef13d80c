"""Fields in a text: what they give, what they may not, and what is said when one is wrong."""

import pytest
from django.utils.safestring import mark_safe

from emails.fields import render
from emails.sending.html import clean

MARIA = {
    "first_name": "Maria", "last_name": "Sandberg", "company": "Nordlys Energi AB",
    "website": "https://nordlys.example/?a=1&b=2", "my_signature": mark_safe("<b>Rita</b><br>Nordbridge"),
    "custom_field_region": "Øst",
}  # fmt: skip


def body(source: str, **more: str) -> str:
    done = render(source, MARIA | more, html=True)
    assert done.is_whole, done
    return done.text


def line(source: str, **more: str) -> str:
    done = render(source, MARIA | more, html=False)
    assert done.is_whole, done
    return done.text


def problem(source: str, *, html: bool = True) -> str:
    done = render(source, MARIA, html=html)
    assert done.problem, done
    return str(done.problem)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("<p>Hi {{first_name}}</p>", "<p>Hi Maria</p>"),
        ("<p>Hi {{ first_name | upcase }}</p>", "<p>Hi MARIA</p>"),
        ("<p>{{ title | default: \"there\" }}</p>", "<p>there</p>"),
        ("<p>{{title | default: 'it&#39;s'}}</p>", None),
        ("<p>{{custom_field_region}}</p>", "<p>Øst</p>"),
        ("<p>{{my_signature}}</p>", "<p><b>Rita</b><br>Nordbridge</p>"),
        ("<p>{% if title %}, {{title}}{% else %}!{% endif %}</p>", "<p>!</p>"),
        ("<p>{% if title == blank %}none{% endif %}</p>", "<p>none</p>"),
        ('<p>{% if company contains "Energi" %}power{% endif %}</p>', "<p>power</p>"),
        ('<p>{{ company | split: " " | first }}</p>', "<p>Nordlys</p>"),
        ("<p>no { braces } here, 50 % off</p>", "<p>no { braces } here, 50 % off</p>"),
        # What editors and typists put between the braces.
        ("<p>{{<b>first_name</b>}}</p>", "<p>Maria<b></b></p>"),
        ("<p>{<span>{first</span>_name}}</p>", "<p>Maria<span></span></p>"),
        ("<p>{{first_name}<i>}</i></p>", "<p>Maria<i></i></p>"),
        ("<p>{{&nbsp;first_name\u00a0}}</p>", "<p>Maria</p>"),
        ("<p>{{title | default: “there”}}</p>", "<p>there</p>"),
        ("<p>{{title | default: ‘it is’}}</p>", "<p>it is</p>"),
        ('<p>{{title | default: "it’s"}}</p>', "<p>it’s</p>"),
        ("<p>{{title | default: &quot;you &amp; me&quot;}}</p>", "<p>you &amp; me</p>"),
        # Within addresses.
        ('<a href="{{website}}">x</a>', '<a href="https://nordlys.example/?a=1&amp;b=2">x</a>'),
        ('<a href="https://x.example/?n={{company}}&amp;m=1">x</a>',
         '<a href="https://x.example/?n=Nordlys%20Energi%20AB&amp;m=1">x</a>'),
        ('<a href="{{title | default: &quot;https://x.example&quot;}}">x</a>', '<a href="https://x.example">x</a>'),
    ],
)  # fmt: skip
def test_what_a_field_gives(source, said):
    if said is not None:
        assert body(source) == said


def test_a_subject_has_no_html():
    assert line("{{first_name}} & {{company | downcase}}", first_name="<b>M</b>") == (
        "<b>M</b> & nordlys energi ab"
    )
    assert line("{{my_signature}}") == "Rita Nordbridge"


def test_a_value_is_no_template_and_no_html():
    hostile = "<script>alert(1)</script> {{my_email}} {% for %}"
    assert body("<p>{{first_name}}</p>", first_name=hostile) == (
        "<p>&lt;script&gt;alert(1)&lt;/script&gt; {{my_email}} {% for %}</p>"
    )
    assert line("{{first_name}}", first_name=hostile) == hostile


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "java\tscript:x",
    ],
)
@pytest.mark.parametrize(
    "source",
    ['<a href="{{website}}">x</a>', '<a href="{% if first_name %}{{website}}{% endif %}">x</a>',
     "<a href='{{website}}'>x</a>", '<img src="{{website}}">'],
)  # fmt: skip
def test_no_address_becomes_code(source, address):
    done = body(source, website=address)
    assert "script:" not in done.lower() and "data:" not in done


def test_an_attribute_cannot_be_left():
    done = body('<p title="{{first_name}}">x</p>', first_name='" onclick="alert(1)')
    assert done == '<p title="&quot; onclick=&quot;alert(1)">x</p>'


def test_half_a_tag_within_a_condition_makes_no_handler():
    source = '<p title="{% if title %}">a{% endif %}" onclick="alert(1)" x="b</p>'
    assert clean(source) == source
    assert "onclick" not in body(source).partition(">")[0]


def test_what_is_missing_is_named_once_and_shown():
    done = render("<p>{{title}} {{phone | upcase}} {{title}} {{first_name}}</p>", MARIA, html=True)
    assert done.missing == ("title", "phone") and not done.is_whole
    assert done.shown == "<p>{{title}} {{phone}} {{title}} Maria</p>"
    assert done.marked.startswith("<p><mark>{{title}}</mark> <mark>{{phone}}</mark>")


def test_what_is_not_used_is_not_missing():
    assert body("<p>{% if title %}{{title}}{% endif %}x{{title | default: ''}}</p>") == "<p>x</p>"
    assert not render(
        "{% if phone == 'x' %}{% endif %}{% if phone contains 'x' %}{% endif %}", MARIA, html=False
    ).missing


def test_a_field_that_may_be_blank_is_blank():
    assert line("Hi {{title}}!{% if title %}?{% endif %}", title="") == "Hi !"
    assert line("{{title | default: 'x'}}", title="") == "x"


def test_prompts_are_found_and_kept():
    done = render("<p>{{! why <b>now</b>? }} {{ ! and &amp; here}}</p>", MARIA, html=True)
    assert done.prompts == ("why now?", "and & here") and not done.is_whole
    assert "{{! why now? }}" in done.shown
    assert "<mark>{{! and &amp; here }}</mark>" in done.marked


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>a</p><p>{{first_name</p>", "line 2: “{{first_name” is not closed: a field ends with }}"),
        ("<p>{{first_name} and {{last_name}}</p>", "line 1: “{{first_name} and {{last_name}}” is not closed"),
        ("<p>{% if title </p>", "is not closed: a field ends with %}"),
        ("<p>{{frist_name}}</p>", "there is no field “frist_name”; perhaps you mean “first_name”"),
        ("<p>{{zzz}}</p>", "there is no field “zzz”"),
        ("<p>{{}}</p>", "“{{}}” names no field"),
        ("<p>{{first_name | shout}}</p>", "“shout” is nothing that can be done with a field"),
        ("<p>{{first_name | _text}}</p>", "“_text” is nothing"),
        ("<p>{{first_name |}}</p>", "cannot be read"),
        ("<p>{{first name}}</p>", "cannot be read"),
        ("<p>{% if first_name %}x</p>", "cannot be read"),
        ("<p>{% endif %}</p>", "cannot be read"),
        ("<p>x</p><br><p>{% for i in (1..9) %}{% endfor %}</p>", "“for” cannot be used in an email"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(source, words):
    assert words in problem(source)


@pytest.mark.parametrize(
    "source",
    [
        "{{first_name.size}}", "{{first_name[0]}}", "{{ [first_name] }}", "{{first_name.__class__.__mro__}}",
        "{{forloop.parentloop}}", "{{self}}", "{{settings.SECRET_KEY}}", "{{['first_name']['x']}}",
        "{% for a in (1..1000000000) %}{{a}}{% endfor %}", "{% include 'x' %}", "{% render 'x' %}",
        "{% assign a = first_name %}", "{% capture a %}x{% endcapture %}", "{% cycle 'a' %}", "{% raw %}{% endraw %}",
        "{% tablerow a in (1..9) %}{% endtablerow %}", "{% liquid\nassign x = 1 %}", "{% echo first_name %}",
        "{% comment %}{% endcomment %}", "{% layout 'x' %}", "{% extends 'x' %}", "{% increment a %}", "{% # x %}",
        "{{ (1..1000000000) }}", "{{ (1..9) | join: first_name }}", "{{ first_name | base64_encode }}", "{{ first_name | safe }}",
        "{{ first_name | date: '%s' }}", "{{ 9 | times: 9 }}", "{{ first_name | map: '__class__' }}",
        "{{ first_name" + " | append: first_name" * 80 + "}}", "{% if " + "first_name and " * 400 + "a %}{% endif %}",
        "{{first_name}}" * 1001, "{% if first_name %}" * 50 + "{% endif %}" * 50, "{{ " * 5000, "{%" * 5000,
        "{{ first_name | replace: '', '" + "x" * 800 + "' | replace: 'x', '" + "y" * 90 + "' }}",
        "{{ title | default: " + "\"x\" | append: " * 50 + "'y' }}", "{{ first_name | truncate: 'x' }}",
        "{{ first_name | split: }}", "{{ first_name if true else last_name }}", "{{ &#125;&#125; }}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("html", [True, False])
def test_nothing_else_can_be_reached_and_nothing_can_explode(source, html):
    done = render(source, MARIA, html=html)
    assert done.problem or len(done.text) < 30_000
    assert "class" not in done.text or done.text == source


def test_filters_cannot_make_a_text_without_bound():
    bomb = "{{ first_name" + " | replace: 'a', 'aaaaaaaaaaaaaaaaaaaa'" * 20 + "}}"
    assert "too long" in problem(bomb)
