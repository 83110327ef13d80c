import http.client
import threading
from email.message import EmailMessage

import pytest

from commandcenter.sink.fetching import fetch
from commandcenter.sink.pages import Pages, Request
from commandcenter.sink.store import Envelope
from commandcenter.sink.web import Web
from emails.events import apply_events
from emails.models import Event, Status
from emails.tracking import own, tokens
from prospects.models import ConsentChange, Suppression

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def web(store):
    server = Web(store, 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def browser(web):
    def ask(path, *, method="GET", body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", web.server_port, timeout=10)
        told = {"User-Agent": CHROME, "Cookie": f"{own.COOKIE}={tokens.make(tokens.Use.OWN, 1)}"}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body, headers=told)
        answer = connection.getresponse()
        answer.text = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer

    ask.here = f"http://127.0.0.1:{web.server_port}"
    return ask


def post(browser, path, body, **headers):
    headers = FORM | {"Origin": browser.here} | headers
    return browser(
        path, method="POST", body=body, **{k.replace("-", "_"): v for k, v in headers.items()}
    )


# Looking ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_list_names_the_recipient_and_the_subject(store, arrived, email):
    page = Pages(store).respond(Request("/")).content.decode()

    assert email.to_name in page and email.subject in page


@pytest.mark.django_db
def test_an_empty_list_says_how_messages_come(store):
    assert "Nothing has come in yet" in Pages(store).respond(Request("/")).content.decode()


@pytest.mark.django_db
def test_the_message_is_shown_with_its_own_links_led_through_the_sink(store, arrived, email):
    body = Pages(store).respond(Request(f"/{arrived}/body"))

    page = body.content.decode()
    assert f'href="/{arrived}/follow/0"' in page
    assert f'src="/{arrived}/picture/1"' in page
    assert "/t/" not in page
    assert "script" not in body.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_who_has_just_answered_has_not_opened_it_again(store, arrived):
    body = Pages(store).respond(Request(f"/{arrived}/body", {"answered": ""}))

    assert b"/picture/" not in body.content and b"/follow/0" in body.content


@pytest.mark.django_db
def test_hostile_mail_runs_nothing(store):
    message = EmailMessage()
    message["From"], message["To"] = "<script>alert(1)</script>@x.example", "b@y.example"
    message["Subject"] = "<img src=x onerror=alert(1)>"
    message.set_content("x")
    message.add_alternative(
        '<p onclick="x()">a<script>x</script><a href="javascript:x()">b</a>', subtype="html"
    )
    message.add_attachment(b"<script>", maintype="text", subtype="html", filename='"><b>.html')
    name = store.save(Envelope("a@x.example", ["b@y.example"]), message.as_bytes())

    pages = Pages(store)
    shown = pages.respond(Request(f"/{name}")).content.decode()
    assert "<img src=x" not in shown and "<script>alert" not in shown and '"><b>' not in shown
    body = pages.respond(Request(f"/{name}/body")).content.decode()
    assert "<script" not in body and "onclick" not in body and "javascript:" not in body
    file = pages.respond(Request(f"/{name}/file/2"))
    assert (file.content_type, file.content) == ("application/octet-stream", b"<script>")


@pytest.mark.django_db
def test_mail_of_the_system_shows_its_links_as_they_are(store):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@x.example", "b@y.example", "Reset"
    message.set_content("Go to http://127.0.0.1:8000/accounts/password/reset/key/1-abc/ now.")
    name = store.save(Envelope("a@x.example", ["b@y.example"]), message.as_bytes())

    body = Pages(store).respond(Request(f"/{name}/body")).content.decode()
    assert 'href="http://127.0.0.1:8000/accounts/password/reset/key/1-abc/"' in body
    page = Pages(store).respond(Request(f"/{name}")).content.decode()
    assert "Mail of the system" in page and "Send reply" not in page


@pytest.mark.parametrize(
    "path", ["/x", "/0000000000000000-000000", "/css/nothing.css", "/css/../x.css"]
)
def test_what_is_not_there_is_a_page_that_says_so(store, path):
    assert Pages(store).respond(Request(path)).status == 404


# Being the recipient ---------------------------------------------------------------------------


def test_opening_and_clicking_count_as_the_recipients(
    transactional_db, tracking_here, browser, email, arrived
):
    """Although the rep's own browser looks: the sink leaves its cookies behind."""
    picture = browser(f"/{arrived}/picture/1")
    followed = browser(f"/{arrived}/follow/0")
    apply_events()

    assert (picture.status, picture.headers["Content-Type"]) == (200, "image/gif")
    assert followed.headers["Location"] == "https://nordlys.example/prices?a=1&b=2"
    email.refresh_from_db()
    assert (email.views, email.clicks) == (1, 1)
    assert {event.data["user_agent"] for event in email.events.all()} == {CHROME}
    assert {event.who for event in email.events.all()} == {Event.Who.HUMAN}


@pytest.mark.django_db
def test_without_the_application_a_link_says_so(store, settings):
    settings.TRACKING_URL = "http://localhost:1"
    raw = b"Content-Type: text/html\r\n\r\n<a href='http://localhost:1/t/c/x'>x</a>"
    name = store.save(Envelope("a@x.example", ["b@y.example"]), raw)

    answer = Pages(store).respond(Request(f"/{name}/follow/0"))

    assert answer.status == 502 and b"Is it running?" in answer.content


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/t/o/x.gif", "http://169.254.169.254/", "file:///x"]
)
def test_nothing_but_the_tracking_host_is_ever_asked(address):
    with pytest.raises(ValueError, match="not on the tracking host"):
        fetch(address, user_agent=CHROME)


# Answering -------------------------------------------------------------------------------------


def test_an_answer_goes_the_way_of_real_mail_and_the_page_says_so(
    transactional_db, browser, email, arrived
):
    sent = post(browser, f"/{arrived}/answer", "kind=bounce&why=mailbox_full")
    apply_events()

    assert sent.status == 303
    email.refresh_from_db()
    assert (email.status, email.reason) == (Status.BOUNCED, "mailbox_full")
    page = browser(sent.headers["Location"]).text
    assert "Undelivered → Bounced" in page and f"/emails/{email.pk}/" in page


def test_one_answers_as_the_recipient_one_chose(transactional_db, browser, email, arrived):
    post(browser, f"/{arrived}/answer", "kind=bounce&why=blocked&recipient=boss%40nordlys.example")
    apply_events()

    email.refresh_from_db()
    assert email.status == Status.DELIVERED


@pytest.mark.parametrize("body", ["", "kind=nothing", "kind=bounce&why=nothing"])
def test_an_answer_must_be_chosen(browser, card, body):
    assert post(browser, f"/{card}/answer", body).status == 400


@pytest.mark.django_db(transaction=True)
def test_one_click_is_what_a_mail_program_does(browser, tracking_here, arrived, email):
    assert "Unsubscribe in one click" in browser(f"/{arrived}").text
    answer = post(browser, f"/{arrived}/answer", "kind=unsubscribe")

    assert (answer.status, answer.headers["Location"]) == (303, f"/{arrived}?sent=unsubscribe")
    assert "The mail program asked" in browser(answer.headers["Location"]).text
    row = Suppression.objects.in_force().get()
    assert (row.value, row.reason) == (email.to_address, "unsubscribed")
    assert ConsentChange.objects.get().source == "one_click"


@pytest.mark.django_db
def test_a_message_that_does_not_offer_it_is_not_asked_for_it(browser, card, store):
    assert "Unsubscribe in one click" not in browser(f"/{card}").text
    assert post(browser, f"/{card}/answer", "kind=unsubscribe").status == 400
    raw = (
        b"From: a@x.example\r\nTo: b@y.example\r\nList-Unsubscribe: <http://evil.example/u/x/>\r\n"
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nHi.\r\n"
    )
    other = store.save(Envelope("a@x.example", ["b@y.example"]), raw)
    assert post(browser, f"/{other}/answer", "kind=unsubscribe").status == 400


# Safe from other sites -------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:1"])
def test_another_sites_form_is_refused(browser, card, origin):
    assert post(browser, f"/{card}/answer", "kind=complaint", Origin=origin).status == 403


def test_a_rebound_name_is_refused(browser):
    assert browser("/", Host="evil.example:80").status == 421


def test_a_page_changes_nothing_by_being_looked_at(browser, card):
    assert browser(f"/{card}/answer").status == 405


def test_a_form_that_is_too_large_is_refused(browser):
    assert post(browser, "/x/answer", "a" * 300_000).status == 413


def test_it_speaks_swedish_to_those_who_do(browser):
    assert 'lang="sv"' in browser("/", Accept_Language="sv-SE,sv;q=0.9").text
