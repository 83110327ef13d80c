"""The main job, as a new user does it: real worker, real SMTP, real sink, real browser.

People from a file, an email to one of them with a time, its way through the folders, what its
recipient does with it, and what comes back: all seen on screen without a reload.
"""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone
from playwright.sync_api import Page, expect

from emails.models import Email, Status
from prospects.models import Suppression
from tests.browser.conftest import findings, sign_in
from tests.factories import make_channel, make_email, make_identity, make_person, make_user

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("celery"),  # one set of workers at a time
]
ROOT = Path(__file__).resolve().parents[2]
# A worker, its beat and the mail between them take their time on a busy machine.
PATIENCE = 30_000
# A headless browser says that it is one, and is taken for the machine that it is.
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
CSV = (
    "First name,Last name,Email,Company\n"
    "Maria,Sandberg,maria@nordlys.example,Nordlys Energi\n"
    "Jonas,Wik,jonas@fjallraven.example,Fjällräven Retail\n"
    "Broken,Row,not an address,Nowhere\n"
    "Priya,Nair,priya@helix.example,Helix Labs\n"
)


def database_url() -> str:
    """The database of this test, for processes beside it."""
    made = connection.settings_dict
    password = f":{quote(made['PASSWORD'], safe='')}" if made["PASSWORD"] else ""
    who = f"{quote(made['USER'], safe='')}{password}"
    where = f"?host={made['HOST']}" + (f"&port={made['PORT']}" if made["PORT"] else "")
    return f"postgresql://{who}@/{made['NAME']}{where}"


@pytest.fixture
def start(live_server, two_hosts, tmp_path) -> Iterator[Callable[..., subprocess.Popen]]:
    """`start(*words)`: a process of the application on this test's database."""
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "REDIS_URL": django_settings.REDIS_URL,
        "DATA_DIR": str(tmp_path),
        "BASE_URL": django_settings.BASE_URL,
        "TRACKING_URL": django_settings.TRACKING_URL,
        "DJANGO_SETTINGS_MODULE": "commandcenter.settings",
        "UNDO_SECONDS": "1",
        "PYTHONUNBUFFERED": "1",
    }
    running = []

    def run(*words: str, process: str = "command") -> subprocess.Popen:
        running.append(
            subprocess.Popen(
                [sys.executable, *words],
                cwd=ROOT,
                env=environment | {"PROCESS": process},
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,
            )
        )
        return running[-1]

    yield run
    for child in running:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


@pytest.fixture
def sink(start) -> tuple[int, str]:
    """(SMTP port, address of the pages) of the mail sink."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = start("manage.py", "mail_sink", "--smtp-port", str(port), "--web-port", "0")
    said = process.stdout.readline() + process.stdout.readline()
    return port, re.search(r"http://\S+", said).group(0)


@pytest.fixture
def rita(sink, settings):
    rita = make_user("Rita Berg", time_zone="Europe/Stockholm", undo_seconds=1)
    make_identity(rita, channel=make_channel(rita, port=sink[0]))
    return rita


@pytest.fixture
def worker(start, tmp_path) -> None:
    start(
        *("-m", "celery", "-A", "commandcenter", "worker", "--beat", "-c", "2"),
        *("-s", str(tmp_path / "beat"), "-l", "WARNING"),
        process="worker",
    )


def row(page: Page, subject: str):
    return page.locator(".row", has_text=subject)


def follow(page: Page, link: str) -> None:
    """What a link of the open message leads to, in this tab: of tabs that a message opens the browser
    does not always tell."""
    there = page.frame_locator("iframe").get_by_role("link", name=link)
    page.goto(there.first.evaluate("link => link.href"))


def open_at_the_sink(recipient: Page, address: str, subject: str) -> None:
    """Open the newest message with this subject, once it is there."""
    link = recipient.locator(".sink-row", has_text=subject)
    recipient.goto(address)
    expect(link.first).to_be_visible(timeout=PATIENCE)  # the page asks for new mail by itself
    link.first.click()


def test_from_a_file_of_people_to_a_reply_on_screen(open_page, rita, sink, worker):
    page, recipient = open_page(), open_page(user_agent=FIREFOX)
    sign_in(page, rita, then="/people/import/")

    # People from a file; the broken row comes back by name.
    page.get_by_label("CSV file").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": CSV.encode()}
    )
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Import 4 rows").click()
    expect(page.get_by_role("heading", name="1 row was refused")).to_be_visible()
    assert rita.people.count() == 3

    # An email to one of them, with a time.
    page.goto("/emails/compose/")
    page.get_by_role("combobox", name="To").press_sequentially("mari")
    page.get_by_role("option", name="Maria Sandberg").click()
    page.get_by_label("Subject").fill("Pricing for the Q1 rollout")
    page.locator("[data-editor]").fill("Hi Maria, see the price list.")
    page.locator("[data-editor]").press("Control+a")
    page.get_by_label("Link", exact=True).click()
    page.get_by_label("Link to").fill("https://nordic.example/prices?tier=b&x=1")
    page.get_by_label("Link to").press("Enter")
    page.get_by_text("Schedule…").click()
    page.get_by_label("Day").fill(f"{timezone.localdate() + timezone.timedelta(days=1):%Y-%m-%d}")
    page.get_by_label("Time", exact=True).fill("08:15")
    page.get_by_role("button", name=re.compile("^Schedule for")).click()
    expect(
        page.get_by_text(re.compile("scheduled for|goes out", re.IGNORECASE)).first
    ).to_be_visible()

    page.goto("/emails/pending/scheduled/")
    expect(row(page, "Pricing for the Q1 rollout")).to_contain_text("08:15")
    email = Email.objects.get()
    assert email.send_at.astimezone(rita.zone).strftime("%H:%M") == "08:15"

    # Its time comes: it leaves this folder by itself and stands in Delivered.
    Email.objects.filter(pk=email.pk).update(send_at=Now())
    expect(row(page, "Pricing for the Q1 rollout")).to_have_count(0, timeout=PATIENCE)
    page.goto("/emails/sent/delivered/")
    delivered = row(page, "Pricing for the Q1 rollout")
    expect(delivered).to_be_visible(timeout=PATIENCE)
    expect(delivered).to_contain_text("no views yet")

    # The recipient opens it, follows its link unchanged, and answers.
    open_at_the_sink(recipient, sink[1], "Pricing for the Q1 rollout")
    expect(delivered.locator("[data-kind=viewed]")).to_be_visible(timeout=PATIENCE)
    with recipient.context.expect_event(
        "request", lambda request: request.url.startswith("https://nordic.example/")
    ) as followed:
        recipient.frame_locator("iframe").get_by_role("link").first.click()
    assert followed.value.url == "https://nordic.example/prices?tier=b&x=1"
    recipient.get_by_role("button", name="Send reply").click()
    for kind in ("viewed", "clicked", "replied"):
        expect(delivered.locator(f"[data-kind={kind}]")).to_be_visible(timeout=PATIENCE)
    email.refresh_from_db()
    assert (email.views, email.clicks, email.replies) == (1, 1, 1)

    # Why and timeline say so too.
    delivered.locator(".row__link").click()
    for words in ("Viewed", "Clicked", "Replied", "Delivered", "Scheduled"):
        expect(page.locator("#pane .timeline")).to_contain_text(words)


def test_what_comes_back_moves_emails_to_bounced_and_spam(open_page, rita, sink, worker):
    page, recipient = open_page(), open_page(user_agent=FIREFOX)
    for subject, name in (("Will bounce", "Erik"), ("Will annoy", "Sofia")):
        make_email(rita, Status.SCHEDULED, person=make_person(rita, name), subject=subject)
    sign_in(page, rita, then="/emails/sent/delivered/")
    expect(page.locator(".row")).to_have_count(2, timeout=PATIENCE)

    open_at_the_sink(recipient, sink[1], "Will bounce")
    recipient.get_by_role("button", name="Bounce", exact=True).click()
    expect(row(page, "Will bounce")).to_have_count(0, timeout=PATIENCE)
    open_at_the_sink(recipient, sink[1], "Will annoy")
    recipient.get_by_role("button", name="Report as spam").click()
    expect(row(page, "Will annoy")).to_have_count(0, timeout=PATIENCE)

    page.goto("/emails/undelivered/bounced/")
    row(page, "Will bounce").locator(".row__link").click()
    expect(page.locator("#pane")).to_contain_text("5.1.1")
    page.goto("/emails/undelivered/spam/")
    expect(row(page, "Will annoy")).to_be_visible()


def test_the_reps_own_browser_is_not_taken_for_the_recipient(open_page, rita, sink, worker):
    page = open_page()
    email = make_email(rita, Status.SCHEDULED, subject="Mine")
    sign_in(page, rita, then="/emails/sent/delivered/")
    expect(row(page, "Mine")).to_be_visible(timeout=PATIENCE)

    email.content.refresh_from_db()
    pixel = re.search(r'src="(http[^"]+/t/o/[^"]+)"', email.content.sent_html).group(1)
    page.context.new_page().goto(pixel)

    row(page, "Mine").locator(".row__link").click()
    expect(page.locator("#pane")).to_contain_text("not counted", timeout=PATIENCE)
    email.refresh_from_db()
    assert email.views == 0


def test_who_unsubscribes_is_shown_to_the_rep_at_once_and_gets_nothing_more(
    open_page, rita, sink, worker
):
    page, recipient = open_page(), open_page(width=390, user_agent=FIREFOX)
    maria = make_person(rita, "Maria", email="maria@nordlys.example")
    make_email(rita, Status.SCHEDULED, person=maria, subject="Our prices")
    tomorrow = timezone.now() + timezone.timedelta(days=1)
    make_email(rita, Status.SCHEDULED, person=maria, subject="Once more", send_at=tomorrow)
    sign_in(page, rita, then=maria.get_absolute_url())
    expect(page.get_by_text("Can be mailed")).to_be_visible()

    # The recipient reads it, follows the link below it, and says why.
    open_at_the_sink(recipient, sink[1], "Our prices")
    follow(recipient, "unsubscribe here")
    expect(recipient.get_by_text("maria@nordlys.example")).to_be_visible()
    assert recipient.context.cookies(recipient.url) == []
    assert findings(recipient) == []
    assert not Suppression.objects.exists()
    recipient.get_by_label("I get too many emails").check()
    recipient.get_by_label("Anything else?").fill("Three a week!")
    recipient.get_by_role("button", name="Unsubscribe").click()
    expect(recipient.get_by_role("heading", name="You are unsubscribed")).to_be_visible()
    assert findings(recipient) == []

    # The rep's page says so by itself, and why.
    alert = page.locator("#consent-alert")
    expect(alert).to_contain_text("Must not be mailed", timeout=PATIENCE)
    history = page.get_by_role("list", name="History of consent")
    for words in ("the link in an email", "I get too many emails", "Three a week!", "Our prices"):
        expect(history).to_contain_text(words)
    assert findings(page) == []

    # What was scheduled is in Failed, with that reason.
    page.goto("/emails/undelivered/failed/")
    expect(row(page, "Once more")).to_contain_text("Unsubscribed")
    row(page, "Once more").locator(".row__link").click()
    expect(page.locator("#why")).to_contain_text(
        "maria@nordlys.example must not be mailed: unsubscribed."
    )

    # And compose stops at the name.
    page.goto(f"/emails/compose/?to={maria.email}")
    expect(page.locator(".person-chip[data-state=bad]")).to_be_visible()
