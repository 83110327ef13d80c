"""Mail HTML is made safe without being changed where it is safe already."""

from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emails.sending.html import clean, for_mail, line_of, safe_style, text_of

MAILS = Path(__file__).parents[2] / "browser" / "mails"
GIVEN_MAILS = {
    "a plain note": "<p>Hi Sam,</p><p>shall we talk on <b>Tuesday</b>?</p><p>Rita<br>Sales</p>",
    "a signature with a table": (
        '<table cellpadding="0" cellspacing="0" border="0" style="border-collapse: collapse; font-family: Arial, sans-serif">'
        '<tbody><tr><td style="padding:0 12px 0 0; border-right:2px solid #0b5fff" valign="top">'
        '<img src="https://example.com/logo.png" width="80" height="80" alt="Example AB"></td>'
        '<td style="padding-left:12px"><strong>Rita Ek</strong><br>'
        '<a href="tel:+4681234567" style="color:#0b5fff; text-decoration:none">+46 8 123 45 67</a></td></tr></tbody></table>'
    ),
    "an image inside the mail": '<p>Look:</p><img src="cid:chart@example.com" width="600" alt="A chart">',
    "a small picture as data": '<img src="data:image/png;base64,iVBORw0KGgo=" alt="dot">',
    "a quoted answer": (
        '<div class="gmail_quote"><blockquote style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">'
        "<p>On Monday Sam wrote</p></blockquote></div>"
    ),
    "a newsletter of nested tables": (
        '<table width="100%" bgcolor="#f4f4f4"><tbody><tr><td align="center"><table width="600" align="center"><tbody><tr>'
        '<td style="background-color: #fff; padding: 24px; mso-line-height-rule: exactly" colspan="2">News</td></tr>'
        "</tbody></table></td></tr></tbody></table>"
    ),
    "a price list": (
        '<table border="1" cellpadding="4"><thead><tr><th scope="col">What</th><th scope="col">Price</th></tr></thead>'
        '<tbody><tr><td rowspan="2">Seat</td><td align="right">€ 20</td></tr><tr><td>€ 18</td></tr></tbody></table>'
    ),
    "fonts of an old program": '<font face="Calibri" size="2" color="#1f497d">Best regards</font><hr width="50%" size="1">',
    "lists and links": (
        '<ul style="list-style-type:square"><li>one</li><li><a href="https://example.com/?a=1&amp;b=2" target="_blank">two</a></li>'
        '</ul><ol start="3"><li>three</li></ol>'
    ),
    "fields and a button": (
        '<p>Hello {{ person.first_name }}</p><a href="{{ sender.calendar }}" '
        'style="display:inline-block;background:#0b5fff;border-radius:6px;color:#fff;padding:10px 18px">Book</a>'
    ),
}

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="  java\tscript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<img src="data:image/svg+xml;base64,PHN2Zz48c2NyaXB0Pg==">',
    '<p style="background:url(javascript:alert(1))">x</p>',
    '<p style="width:expression(alert(1))">x</p>',
    '<p style="back\\67round:url(javascript:alert(1))">x</p>',
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext></p><style><img src=x onerror=alert(1)></style></mtext></math>",
    '<iframe src="https://evil.example"></iframe>',
    '<form action="https://evil.example"><input name="password"></form>',
    '<p hx-get="/settings/" hx-trigger="load">x</p>',
    '<base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<link rel="stylesheet" href="https://evil.example/a.css"><style>@import "https://evil.example/a.css";</style>',
    "<!--[if mso]><script>alert(1)</script><![endif]-->",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
]


@pytest.mark.parametrize("html", GIVEN_MAILS.values(), ids=GIVEN_MAILS.keys())
def test_an_ordinary_mail_is_kept_unchanged(html):
    assert clean(html) == html


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_that_runs_or_calls_is_kept(html):
    kept = clean(html).lower()

    for trick in (
        "script",
        "onerror",
        "alert(1)",
        "evil",
        "expression",
        "iframe",
        "<form",
        "<input",
        "hx-",
        "svg",
    ):
        assert trick not in kept.replace("&lt;", "")


@given(st.text(alphabet="<>/\"'=:;() abscriptonlmg-&#{}\\*!"))
def test_cleaning_twice_is_cleaning_once(html):
    assert clean(clean(html)) == clean(html)


def test_a_style_that_lays_mail_over_the_screen_is_dropped_and_the_rest_stays():
    assert safe_style("position:fixed; top:0; color:red") == "color:red"


def test_a_class_of_our_own_screens_is_dropped_and_a_signature_mark_stays():
    assert clean('<p class="row gmail_signature">x</p>') == '<p class="gmail_signature">x</p>'


def test_a_place_is_kept_only_if_a_link_of_the_mail_leads_there():
    html = '<a href="#offer">Offer</a><h2 id="offer">Offer</h2>'

    assert clean(html) == html
    assert clean(html + '<p id="email-list">x</p>') == html + "<p>x</p>"


@pytest.mark.parametrize("mail", sorted(MAILS.glob("*.html")), ids=lambda path: path.stem)
def test_the_editors_ten_mails_are_kept_unchanged(mail):
    html = mail.read_text()

    assert clean(html) == clean(clean(html))
    assert unescape(clean(html)) == unescape(html)


def test_a_very_long_broken_style_takes_no_time():
    for style in (
        "(" * 100_000,
        '"' * 100_001,
        "a" * 100_000 + "(",
        "()" * 50_000 + "(",
    ):
        assert safe_style(style) == ""


def test_a_style_block_ends_up_in_its_elements():
    assert clean("<style>p { color: red }</style><p>x</p>") == '<p style="color: red;">x</p>'


def test_a_style_sheet_on_this_machine_is_not_read(tmp_path):
    sheet = tmp_path / "secret.css"
    sheet.write_text("p { color: rebeccapurple }")

    html = f'<style>@import "{sheet}";</style><link rel="stylesheet" href="file://{sheet}"><p>x</p>'

    assert "rebeccapurple" not in clean(html) + for_mail(html)


def test_the_mail_is_a_whole_document_with_its_styles_in_the_elements():
    html = for_mail('<p style="color:red">Hej {{ x }}</p>')

    assert html.startswith("<!DOCTYPE html>")
    assert "<style" not in html
    assert "color: red" in html
    assert "margin: 0 0 1em" in html


def test_the_text_says_where_links_lead():
    text = text_of(
        '<p>Hi &amp; hello</p><p>See <a href="https://a.example/x?y=1">the plan</a> or <a href="https://b.example">https://b.example</a></p>'
    )

    assert text == "Hi & hello\n\nSee the plan <https://a.example/x?y=1> or https://b.example\n"


def test_a_row_shows_the_words_of_an_email_and_not_where_its_links_lead():
    html = '<p>Hi,</p><p>see <a href="https://a.example/x">the plan</a>.<br>Anna</p>'

    assert line_of(html) == "Hi, see the plan. Anna"


def test_no_html_is_no_text():
    assert text_of("").strip() == ""
