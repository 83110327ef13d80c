"""What is attached in the browser, as it comes to the recipient's server."""

import email
from email.policy import default

import pytest
from playwright.sync_api import Page, expect

from emails.jobs import dispatch
from emails.models import Email
from tests.browser.conftest import enter
from tests.factories import make_channel, make_identity, make_user
from tests.sinks import Sink

pytestmark = pytest.mark.django_db(transaction=True)
# Every byte there is, line ends of all kinds, a dot on a line of its own; not a whole number of base64 lines.
CONTENT = bytes(range(256)) * 300 + b"\r\n.\r\n\n\r\r\n..\nFrom here"
NAME = "prislista för våren, “Q1”.bin"


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


@pytest.fixture
def rita(page, sink, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    rita = make_user("Rita", undo_seconds=0)
    make_identity(rita, channel=make_channel(rita, port=sink.port))
    enter(page, rita)
    return rita


def write(page: Page, subject: str) -> None:
    page.goto("/emails/compose/")
    page.get_by_role("combobox", name="To").fill("maria@nordlys.example")
    page.get_by_label("Subject").fill(subject)
    page.locator("[data-editor]").fill("Hi Maria")
    page.get_by_label("Attach a file").click()


def send(page: Page) -> None:
    """Send it, and do what a worker does with it then."""
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/emails/**/scheduled/")
    dispatch(Email.objects.latest("pk").channel_id)


def test_a_file_that_was_stored_before_arrives_byte_for_byte(page, rita, sink):
    write(page, "The first")
    page.get_by_label("From this computer").set_input_files(
        {"name": NAME, "mimeType": "application/octet-stream", "buffer": CONTENT}
    )
    expect(page.locator(".file-chip")).to_contain_text(NAME)
    send(page)

    write(page, "The second")
    page.get_by_role("group", name="Files you have used").get_by_label(NAME).check()
    expect(page.locator(".file-chip")).to_contain_text(NAME)
    send(page)

    assert rita.files.count() == 1
    first, second = (email.message_from_bytes(each.data, policy=default) for each in sink.messages)
    assert (first["Subject"], second["Subject"]) == ("The first", "The second")
    for message in (first, second):
        [attachment] = message.iter_attachments()
        assert attachment.get_filename() == NAME
        assert attachment.get_content_disposition() == "attachment"
        assert attachment.get_content() == CONTENT
