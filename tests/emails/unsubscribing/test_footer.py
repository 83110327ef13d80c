"""What every email says about unsubscribing: its foot, its header fields, its text part."""

from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Organisation
from emails.fields import About
from emails.models import Email, Status
from emails.previews import preview
from emails.resolving import resolve
from emails.sending.html import clean, text_of
from emails.sending.message import prepare
from emails.tracking.rewriting import unsubscribe_url
from emails.unsubscribing.wording import linked
from tests.factories import make_attempt, make_email, make_user

URL = "https://links.example/u/token/"


@pytest.fixture
def rita(db):
    return make_user("Rita Ek")


@pytest.fixture
def organisation(db):
    return Organisation.current()


def organise(**fields):
    Organisation.current()
    Organisation.objects.update(**fields)


def prepared(email):
    chosen = Email.objects.select_related("content", "identity", "owner", "channel")
    return prepare(chosen.get(pk=email.pk))


def message_of(email):
    return message_from_bytes(prepared(email).data, policy=policy.strict)


@pytest.mark.parametrize(
    ("message", "html"),
    [
        ("No more? [Stop here], please.", 'No more? <a href="U">Stop here</a>, please.'),
        ("[a] or [b](https://x.example)", '<a href="U">a</a> or <a href="U">b</a>'),
        ('Go <a href="%%" class="x">this <b>way</b></a>.', 'Go <a href="U">this way</a>.'),
        ("See https://x.example/out.", 'See <a href="U">Unsubscribe</a>.'),
        ("To unsubscribe, answer.", 'To <a href="U">unsubscribe</a>, answer.'),
        ("Avregistrera dig", '<a href="U">Avregistrera</a> dig'),
        ("Bye", 'Bye <a href="U">Unsubscribe</a>'),
        ("", '<a href="U">Unsubscribe</a>'),
        ("<a href=x></a>", '<a href="U">Unsubscribe</a>'),
        ("A\r\nB [c]", 'A<br>B <a href="U">c</a>'),
        ("<img src=x onerror=y> & [<i>z</i>]",
         '&lt;img src=x onerror=y&gt; &amp; <a href="U">&lt;i&gt;z&lt;/i&gt;</a>'),
    ],
)  # fmt: skip
def test_the_link_in_a_message_is_the_way_out(message, html):
    assert linked(message, URL) == html.replace('"U"', f'"{URL}"')


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=200))
def test_whatever_it_says_it_is_clean_and_has_the_link(message):
    html = str(linked(message, URL))

    assert f'href="{URL}"' in html
    assert clean(html).count(URL) == html.count(URL)
    assert "<script" not in clean(html)


def test_every_email_ends_with_it_in_both_parts(rita):
    email = make_email(rita, Status.SCHEDULED)
    url, message = unsubscribe_url(email.pk), message_of(email)

    html = message.get_body(("html",)).get_content()
    text = message.get_body(("plain",)).get_content()
    assert html.count(url) == 1 and f"unsubscribe here <{url}>" in text
    assert html.index("as promised") < html.index(url)


def test_the_header_fields_are_those_of_rfc_8058(rita):
    email = make_email(rita, Status.SCHEDULED)
    message = message_of(email)

    assert message.get_all("List-Unsubscribe") == [f"<{unsubscribe_url(email.pk)}>"]
    assert message.get_all("List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]


def test_it_is_no_tracked_link(rita):
    email = make_email(rita, Status.SCHEDULED, html='<p><a href="https://x.example">x</a></p>')

    assert [link.url for link in prepared(email).links] == ["https://x.example"]


def test_the_users_own_words_come_before_the_organisations(rita):
    organise(unsubscribe_message="The team: [leave us]")
    email = make_email(rita, Status.SCHEDULED)
    assert "The team: <a" in prepared(email).html

    type(rita).objects.update(unsubscribe_message="Rita: [leave me]")
    assert "Rita: <a" in prepared(email).html
    assert "The team" not in prepared(email).html


def test_switched_off_it_is_in_the_header_alone(rita):
    organise(append_unsubscribe=False)
    email = make_email(rita, Status.SCHEDULED)

    assert unsubscribe_url(email.pk) not in prepared(email).html
    assert message_of(email)["List-Unsubscribe"]


def test_where_it_stands_already_there_is_no_second_one(rita):
    email = make_email(rita, Status.SCHEDULED)
    email.content.html = f'<p>Hi. <a href="{unsubscribe_url(email.pk)}">Stop</a></p><p>PS.</p>'
    email.content.save()

    assert prepared(email).html.count("/u/") == 1


def test_that_of_a_quoted_email_is_neither_ours_nor_a_click(rita):
    other = unsubscribe_url(make_email(rita, Status.DELIVERED).pk)
    email = make_email(
        rita, Status.SCHEDULED, html=f'<blockquote><a href="{other}">x</a></blockquote>'
    )
    made = prepared(email)

    assert other in made.html and unsubscribe_url(email.pk) in made.html
    assert made.links == []


def test_every_attempt_says_the_same_whatever_is_changed_meanwhile(rita):
    email = make_email(rita, Status.SCHEDULED)
    first = prepared(email)
    first.keep()
    make_attempt(email)
    organise(unsubscribe_message="Changed: [leave us]")

    again = prepared(email)
    assert (again.html, again.text) == (first.html, first.text)


def test_the_preview_shows_it_and_leads_nowhere(rita):
    email = make_email(rita, Status.SCHEDULED)
    waiting = preview(email).html
    assert (
        "unsubscribe here" in waiting and "/u/" not in waiting and 'href="#unsubscribe"' in waiting
    )
    assert preview(email).is_plain

    prepared(email).keep()
    organise(unsubscribe_message="Changed: [leave us]")
    sent = preview(Email.objects.get(pk=email.pk)).html
    assert "unsubscribe here" in sent and "/u/" not in sent


def test_the_text_of_a_foot_reads_well():
    assert text_of(f"<p><small>{linked('No? [Stop]', URL)}</small></p>") == f"No? Stop <{URL}>\n"


# As fields ---------------------------------------------------------------------------------------


def test_the_fields_are_the_two_wordings_and_leave_out_the_foot(rita):
    organise(unsubscribe_message="The team: [leave us]")
    type(rita).objects.update(unsubscribe_message="Rita: [leave me]")
    for field, words in [("team", "The team: "), ("friendly", "Rita: ")]:
        email = make_email(
            rita, Status.SCHEDULED, html=f"<p>Hi.</p><p>{{{{{field}_unsubscribe}}}}</p>"
        )
        made, url = prepared(email), unsubscribe_url(email.pk)
        assert f'<p>{words}<a href="{url}">leave' in made.html
        assert made.html.count(url) == 1 and made.links == []
        assert url in made.text


def test_a_field_that_stands_in_a_condition_not_met_is_no_way_out(rita):
    html = "<p>Hi.{% if title == 'CEO' %}{{team_unsubscribe}}{% endif %}</p>"
    email = make_email(rita, Status.SCHEDULED, html=html)

    assert unsubscribe_url(email.pk) in prepared(email).html


def test_in_a_subject_they_are_their_words(rita):
    email = make_email(rita, Status.SCHEDULED, subject="Or {{ team_unsubscribe }}")

    assert prepared(email).subject == ("Or If you would rather not hear from us, unsubscribe here.")


def test_without_an_email_yet_it_leads_nowhere(rita):
    said = resolve(About(rita, to_address="a@x.example"), "Hi", "<p>Hi.</p>")

    assert '<a href="#unsubscribe">unsubscribe here</a>' in said.body.text
