"""Messages built by hand are what Python's own parser reads."""

import email
import email.policy
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emails.sending.addresses import BadAddress, wired
from emails.sending.mime import Attachment, Outgoing, build

CONTROLS = {"Cs", "Cc", "Zl", "Zp"}
words = st.text(st.characters(exclude_categories=CONTROLS), max_size=100)
bodies = st.text(st.characters(exclude_categories={"Cs"}, exclude_characters="\r"), max_size=400)
addresses = st.sampled_from(
    [
        "sam@example.net",
        "o'neil+x@mail.example.co.uk",
        "a..b@docomo.example",
        "åke@ex.example"[1:],
        "x@räksmörgås.example",
    ]
)
ids = st.from_regex(r"<[a-z0-9.$]{1,120}@[a-z0-9.]{1,60}>", fullmatch=True)
names_of_files = st.text(
    st.characters(exclude_categories=CONTROLS), min_size=1, max_size=150
).filter(str.strip)


def outgoing(**changes):
    given = {
        "from_name": "Rita Ek",
        "from_address": "rita@example.com",
        "to_name": "Sam Ås",
        "to_address": "sam@example.net",
        "subject": "Quick question",
        "html": "<p>Hi</p>",
        "text": "Hi\n",
        "message_id": "<1@cc.example.com>",
        "date": datetime(2026, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=1))),
    }
    return Outgoing(**given | changes)


def parsed(**changes):
    """The message as the standard library reads it, which must find nothing wrong with it."""
    data = build(outgoing(**changes))
    assert data.isascii() and data.endswith(b"\r\n")
    assert data.count(b"\n") == data.count(b"\r") == data.count(b"\r\n")
    assert max(map(len, data.split(b"\r\n"))) <= 998
    message = email.message_from_bytes(data, policy=email.policy.strict)
    for part in message.walk():
        assert not part.defects
        for name, value in part.items():
            assert not value.defects, (name, str(value), value.defects)
    return message


def content(message, kind):
    return message.get_body((kind,)).get_content().replace("\r\n", "\n")


def spaced(text):
    """White space apart, which readers of header fields are free to fold, the same text."""
    return " ".join(text.split())


@given(words, words, addresses, addresses, words, bodies, bodies)
def test_a_message_is_read_back_as_it_was_given(
    from_name, to_name, sender, to, subject, html, text
):
    message = parsed(
        from_name=from_name,
        to_name=to_name,
        from_address=sender,
        to_address=to,
        subject=subject,
        html="<p>" + html,
        text="." + text,
    )

    assert spaced(message["Subject"]) == spaced(subject)
    for field, name, address in (("From", from_name, sender), ("To", to_name, to)):
        (mailbox,) = message[field].addresses
        # Python 3.13.0 puts a space between two encoded words of a name, which RFC 2047 (6.2) forbids.
        assert "".join(mailbox.display_name.split()) == "".join(name.split())
        assert mailbox.domain == wired(address).rpartition("@")[2]
    assert content(message, "html") == "<p>" + html
    assert content(message, "plain") == "." + text


@given(words, words)
def test_no_line_of_a_header_is_longer_than_it_must_be(name, subject):
    head = build(outgoing(to_name=name, subject=subject)).partition(b"\r\n\r\n")[0]

    assert max(map(len, head.split(b"\r\n"))) <= 78


@given(st.lists(st.tuples(names_of_files, st.binary(max_size=2000)), max_size=4))
def test_files_are_read_back_with_their_names(files):
    message = parsed(
        attachments=[Attachment(name, "application/pdf", data) for name, data in files]
    )

    found = list(message.iter_attachments())
    assert [spaced(part.get_filename()) for part in found] == [spaced(name) for name, _ in files]
    assert [part.get_payload(decode=True) for part in found] == [data for _, data in files]
    assert content(message, "plain") == "Hi\n"


@given(ids, st.lists(ids, max_size=12))
def test_the_thread_is_read_back(answered, references):
    message = parsed(in_reply_to=answered, references=references)

    assert message["In-Reply-To"] == answered
    assert (message["References"] or "").split() == references


@given(st.lists(addresses, max_size=12))
def test_copies_are_read_back(cc):
    message = parsed(cc=cc)

    assert (
        [one.domain for one in message["Cc"].addresses]
        == [wired(one).rpartition("@")[2] for one in cc]
        if cc
        else "Cc" not in message
    )


@pytest.mark.parametrize("breaker", ["\r", "\n", "\r\n", "\0", "\r\nBcc: eve@example.com"])
@pytest.mark.parametrize(
    "field",
    [
        "from_name",
        "to_name",
        "to_address",
        "from_address",
        "subject",
        "message_id",
        "reply_to",
        "in_reply_to",
    ],
)
def test_a_header_cannot_be_broken_out_of(field, breaker):
    with pytest.raises(ValueError):
        build(outgoing(**{field: getattr(outgoing(), field) + "x" + breaker + "y"}))


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": {"X-A": "1\r\nBcc: eve@example.com"}},
        {"headers": {"X-A: 1\r\nBcc": "eve@example.com"}},
        {"headers": {"Bcc": "eve@example.com"}},
        {"headers": {"content-type": "text/html"}},
        {"headers": {"X-A": "a" * 1200}},
        {"cc": ["a@example.com\r\nBcc: eve@example.com"]},
        {"cc": ["a@example.com, eve@example.com"]},
        {"references": ["<1@x>\r\nBcc: eve@example.com"]},
        {"attachments": [Attachment("a\r\nX: y", "text/plain", b"")]},
        {"attachments": [Attachment("a", "image/png", b"", content_id="a>\r\nX: y")]},
        {"message_id": "no id"},
        {"date": datetime(2026, 3, 1)},
        {"subject": "half a character \ud800"},
        {"html": "half a character \ud800"},
    ],
)
def test_what_cannot_be_a_message_is_refused(changes):
    with pytest.raises(ValueError):
        build(outgoing(**changes))


def test_a_file_cannot_bring_a_header_along_in_its_type():
    (part,) = parsed(
        attachments=[Attachment("a", "text/plain\r\nX-Evil: 1", b"x")]
    ).iter_attachments()

    assert part.get_content_type() == "application/octet-stream"
    assert "X-Evil" not in part


def test_a_name_beyond_ascii_in_an_address_is_refused_in_words():
    with pytest.raises(BadAddress, match="SMTPUTF8"):
        build(outgoing(to_address="åsa@example.com"))


def test_a_domain_beyond_ascii_travels_as_a_labels():
    assert (
        parsed(to_address="sam@räksmörgås.example")["To"].addresses[0].domain
        == "xn--rksmrgs-5wao1o.example"
    )


@pytest.mark.parametrize(
    "address",
    [
        "sam",
        "@example.com",
        "sam@",
        "sam@exa mple.com",
        "sam@example.com>",
        "a@b..c",
        "sam@-",
        "x" * 70 + "@a.b",
        "sam@xn--\u2028",
    ],
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(BadAddress):
        wired(address)


def test_plain_names_and_subjects_stay_readable_in_the_source():
    source = build(outgoing(to_name="Ek, Rita", from_name="Sam Smith"))

    assert b'To: "Ek, Rita" <sam@example.net>\r\n' in source
    assert b"From: Sam Smith <rita@example.com>\r\n" in source
    assert b"Subject: Quick question\r\n" in source


def test_a_name_beyond_ascii_keeps_its_spaces():
    assert parsed(to_name="Åsa von Öberg")["To"].addresses[0].display_name == "Åsa von Öberg"


def test_what_looks_encoded_is_taken_as_it_was_typed():
    assert parsed(subject="=?utf-8?q?a?=", to_name="=?utf-8?q?a?=")["Subject"] == "=?utf-8?q?a?="


def test_a_long_unsubscribe_link_is_not_recoded():
    link = f"<https://t.example.com/u/{'x' * 150}>, <mailto:u@example.com?subject=stop>"

    assert parsed(headers={"List-Unsubscribe": link})["List-Unsubscribe"] == link


def test_a_header_of_spaces_and_long_words_keeps_them_all():
    value = "   ".join(["a" * 40, "b" * 90, "c" * 70, "d"] * 3)

    assert parsed(headers={"X-Words": value})["X-Words"] == value


def test_a_picture_stands_beside_the_html_that_shows_it():
    message = parsed(
        html='<img src="cid:logo@x">',
        attachments=[
            Attachment("logo.png", "image/png", b"png", content_id="logo@x"),
            Attachment("a.pdf", "application/pdf", b"pdf"),
        ],
    )

    shape = [part.get_content_type() for part in message.walk()]
    assert shape == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    assert [part["Content-ID"] for part in message.walk() if part["Content-ID"]] == ["<logo@x>"]


@pytest.mark.parametrize(
    ("html", "text", "kind"),
    [("", "Hi", "text/plain"), ("<p>Hi", "", "text/html"), ("", "", "text/plain")],
)
def test_one_body_needs_no_multipart(html, text, kind):
    message = parsed(html=html, text=text)

    assert message.get_content_type() == kind
    assert message.get_content().rstrip("\r\n") == (html or text)


def test_every_attempt_is_the_same_message():
    assert build(outgoing()) == build(outgoing())


def test_the_date_says_its_zone():
    assert parsed()["Date"] == "Sun, 01 Mar 2026 09:30:00 +0100"
    assert parsed(date=datetime(2026, 3, 1, tzinfo=UTC))["Date"].endswith("+0000")


@pytest.mark.parametrize(
    "text",
    [
        "a \n",
        "a\r\nb\rc",
        ".\n..\n",
        "From x\n",
        "=\n",
        "--=_a\n",
        "x" * 5000,
        "\t\n \n",
        "a\0b",
        "",
    ],
)
def test_awkward_lines_of_text_survive(text):
    assert content(parsed(text=text or " "), "plain") == (text or " ").replace(
        "\r\n", "\n"
    ).replace("\r", "\n")
