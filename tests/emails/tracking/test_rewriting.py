import nh3
import pytest
from django.conf import settings

from emails.models import Email
from emails.sending.html import clean
from emails.tracking import tokens
from emails.tracking.rewriting import instrument

BODY = (
    '<p>Hi Märia &amp; co, <a href="https://nordlys.example/prices?a=1&amp;b=2#top" title="T">'
    "see the <b>price\n list</b></a>.</p>\n<p>Or <a href='mailto:anna@team.example'>write</a>,"
    ' <a href="tel:+46812345">call</a>, <a href="#below">read on</a>,'
    ' <a href="http://demo.example/"><img src="https://pictures.example/a.png" alt="Demo"></a>'
)


def instrumented(html: str):
    return instrument(Email(pk=7), html)


def test_web_links_lead_through_our_redirect_and_keep_their_words():
    html, links = instrumented(BODY)

    assert [(link.number, link.url, link.text) for link in links] == [
        (1, "https://nordlys.example/prices?a=1&b=2#top", "see the price list"),
        (2, "http://demo.example/", "Demo"),
    ]
    for link in links:
        token = tokens.make(tokens.Use.CLICK, 7, link.number)
        assert f'href="{settings.TRACKING_URL}/t/c/{token}"' in html


def test_everything_else_stays_to_the_letter():
    html, links = instrumented(BODY)
    for link in links:
        token = tokens.make(tokens.Use.CLICK, 7, link.number)
        html = html.replace(f"{settings.TRACKING_URL}/t/c/{token}", link.url.replace("&", "&amp;"))

    assert html.startswith(BODY)


def test_it_ends_with_the_pixel():
    html, _links = instrumented("<p>Hi</p>")

    token = tokens.make(tokens.Use.OPEN, 7)
    assert html == (
        f'<p>Hi</p><img src="{settings.TRACKING_URL}/t/o/{token}.gif" width="1" height="1" alt="">'
    )


def test_the_same_body_always_gives_the_same_copy():
    assert instrumented(BODY)[0] == instrumented(BODY)[0]


@pytest.mark.parametrize(
    "address",
    ["https://", "https:///x", "http://[bad", "ftp://files.example/", "data:text/html,x", "//a.b/"],
)
def test_what_is_no_web_address_is_left_alone(address):
    html = f'<a href="{address}">x</a>'

    assert instrumented(html)[0].startswith(html)
    assert instrumented(html)[1] == []


def test_an_address_loses_only_what_browsers_ignore():
    _html, links = instrumented('<a href=" https://a.exa\nmple/ä b\t">x</a>')

    assert links[0].url == "https://a.example/ä b"


def test_a_sanitised_body_stays_sanitised():
    body = clean(BODY + '<a href="https://x.example/" style="color:#f00">a<br>b</a>')
    html, links = instrumented(body)

    assert nh3.is_html(html) and clean(html) == html
    assert len(links) == 3


def test_a_link_that_is_never_closed_is_counted_once():
    _html, links = instrumented('<a href="https://a.example/">one <a href="https://b.example/">two')

    assert [link.text for link in links] == ["one", "two"]
