"""What is sent, and stored, of an email with fields; what is stopped, and what it says."""

import string
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.db.models.functions import Now
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Organisation, User
from emails.fields import About, Values, render
from emails.models import Channel, Email, Identity, Status
from emails.reasons import word
from emails.resolving import resolve
from emails.sending.dispatch import Dispatcher
from emails.sending.html import for_mail, text_of
from emails.sending.mime import Outgoing, build
from prospects.models import Person
from tests.factories import make_channel, make_email, make_identity, make_person, make_user
from tests.sinks import Sink


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


@pytest.fixture
def rita(db, sink):
    rita = make_user("Rita Berg", title="Account manager")
    make_identity(
        rita, channel=make_channel(rita, port=sink.port), signature="<p>Rita, Nordbridge</p>"
    )
    return rita


@pytest.fixture
def maria(rita):
    return make_person(rita, "Maria", company="Nordlys Energi AB", custom={"region": "Oslo"})


def built(subject: str, html: str) -> bytes:
    return build(
        Outgoing(
            from_name="Rita",
            from_address="rita@team.example",
            to_name="",
            to_address="maria@nordlys.example",
            subject=subject,
            html=for_mail(html),
            text=text_of(html),
            message_id="<1@cc.example.com>",
            date=datetime(2027, 3, 1, tzinfo=UTC),
        )
    )


def due(owner, person, **fields) -> Email:
    return make_email(owner, Status.SCHEDULED, person=person, **fields)


def send(email: Email) -> Email:
    Dispatcher(Channel.objects.get(pk=email.channel_id)).run()
    return Email.objects.select_related("content").get(pk=email.pk)


def read(sink, number: int = -1) -> EmailMessage:
    return message_from_bytes(sink.messages[number].data, policy=policy.default)


def test_fields_are_filled_in_and_what_was_sent_is_kept(rita, maria, sink):
    written = {
        "subject": "{{company_friendly}} and {{my_title | downcase}}",
        "html": "<p>Hi {{first_name}} in {{custom_field_region}}, {{title | default: “colleague”}}</p>",
    }
    sent = send(due(rita, maria, **written))

    message = read(sink)
    assert message["Subject"] == sent.subject == "Nordlys Energi and account manager"
    assert "Hi Maria in Oslo, colleague" in sent.content.sent_html
    assert message.get_body(["plain"]).get_content().startswith("Hi Maria in Oslo, colleague\r\n")
    assert (sent.content.subject, sent.content.html) == tuple(written.values())


def test_a_second_attempt_says_the_same_although_the_person_has_changed(rita, maria, sink):
    sink.at("dot", "451 4.3.0 Later", times=1)
    first = send(due(rita, maria, subject="Hi {{first_name}}", html="<p>{{first_name}}</p>"))
    Person.objects.update(first_name="Mariann")
    Email.objects.update(send_at=Now())
    second = send(first)

    assert second.status == Status.DELIVERED
    assert second.subject == read(sink)["Subject"] == "Hi Maria"
    assert "Maria</p>" in second.content.sent_html


def test_what_is_filled_in_is_what_is_known_when_it_goes(rita, maria, sink):
    email = due(rita, maria, subject="Hi {{first_name}}", html="<p>{{first_name}}</p>")
    assert email.subject == "Hi Maria"
    Person.objects.update(first_name="Mariann")

    assert send(email).subject == "Hi Mariann"


@pytest.mark.parametrize(
    ("fields", "reason", "said"),
    [
        ({"html": "<p>{{title}} {{phone}}</p>"}, "missing_field", "“Title”, “Phone”: empty for Maria"),
        ({"subject": "{{website}}!"}, "missing_field", "“Website”: empty for Maria"),
        ({"html": "<p>{{custom_field_size}}</p>"}, "missing_field", "“Size”: empty for Maria"),
        ({"html": "<p>{{! why now? }}</p>"}, "prompt_left", "“why now?”"),
        ({"html": "<p>a</p><p>{{frist_name}}</p>"}, "could_not_be_built",
         "line 2: there is no field “frist_name”; perhaps you mean “first_name”"),
        ({"subject": "{{first_name"}, "could_not_be_built", "not closed"),
        ({"subject": "{{first_name}}" * 35}, "could_not_be_built", "more than 500 characters"),
    ],
)  # fmt: skip
def test_nothing_is_sent_while_something_is_missing_left_or_wrong(
    rita, maria, sink, fields, reason, said
):
    Person.objects.update(first_name="Maria " + "x" * 90 if "500" in said else "Maria")
    email = send(due(rita, maria, **fields))

    assert (email.status, email.reason) == (Status.FAILED, reason)
    assert said in word(email.reason, email.reason_values).sentence
    assert not sink.messages and not email.attempts.exists()
    assert email.content.sent_html == ""


def test_one_that_was_stopped_goes_once_the_person_is_filled_in(rita, maria, sink):
    email = send(due(rita, maria, html="<p>{{title}}</p>"))
    Person.objects.update(title="CFO")
    email.retry(by=rita)

    assert send(email).status == Status.DELIVERED
    assert "CFO" in read(sink).get_body(["plain"]).get_content()


def test_an_organisation_can_let_names_go_out_blank(rita, maria, sink):
    maria.first_name = maria.last_name = maria.company = ""
    maria.save()
    Organisation.current()
    Organisation.objects.update(blank_names_go_out=True)
    html = "<p>Hi {{first_name}}, {{title}} at {{company_friendly}}{% if title %}!{% endif %}</p>"
    sent = send(due(rita, maria, html=html))

    assert "<p>Hi ,  at your company</p>" in sent.content.sent_html
    assert send(due(rita, maria, html="<p>{{phone}}</p>")).reason == "missing_field"


def test_the_typed_name_is_known_where_no_person_is(rita, sink):
    email = due(
        rita,
        None,
        to_name="Maria von Sandberg",
        html="<p>{{first_name}}/{{last_name}}/{{email}}</p>",
    )
    assert "<p>Maria/von Sandberg/maria@nordlys.example</p>" in send(email).content.sent_html
    assert send(due(rita, None, html="<p>{{first_name}}</p>")).reason == "missing_field"


def test_the_signature_stands_below_the_text_once(rita, maria, sink):
    below = send(due(rita, maria, html="<p>Hi</p>")).content.sent_html
    placed = send(due(rita, maria, html="<p>Hi</p>{{my_signature}}<p>PS</p>")).content.sent_html
    quote = '<div class="cc-quote"><p>On Monday</p></div>'
    above = send(due(rita, maria, html=f"<p>Hi</p>{quote}")).content.sent_html

    signature = '<div class="cc-signature"><p>Rita, Nordbridge</p></div>'
    assert below.startswith(f'<p>Hi</p>{signature}<div class="cc-unsubscribe">')
    assert placed.startswith(
        '<p>Hi</p><p>Rita, Nordbridge</p><p>PS</p><div class="cc-unsubscribe">'
    )
    assert above.startswith(f"<p>Hi</p>{signature}{quote}")


def test_a_signature_that_is_asked_for_and_empty_is_missing(rita, maria, sink):
    Identity.objects.update(signature="")
    email = send(due(rita, maria, html="<p>{{my_signature}}</p>"))
    assert "“My signature”: empty for Maria" in word(email.reason, email.reason_values).sentence


def test_the_last_email_is_quoted_as_it_was_sent(rita, maria, sink):
    send(
        due(
            rita,
            maria,
            subject="One",
            html='<p>Hi {{first_name}} <a href="https://a.example/">x</a></p>',
        )
    )
    Email.objects.update(delivered_at="2027-03-01T09:00Z")
    make_email(rita, person=maria, html="<p>only a draft</p>")
    second = send(due(rita, maria, subject="Two", html="<p>See:</p>{{last_email_body}}"))

    said = second.content.sent_html
    assert "On 1 Mar 2027 Rita Berg wrote:" in said and "Hi Maria" in said
    assert "only a draft" not in said
    assert second.links.get().url == "https://a.example/"
    assert said.count("/t/o/") == 1

    stranger = make_person(rita, "Nils")
    assert send(due(rita, stranger, html="{{last_email_body}}")).reason == "missing_field"


BREAKING = "Maria\r\nBcc: all@evil.example\r\n\r\n<b>body</b>\0\x0b\u2028\u2029{{my_email}}{% if %}"
EVERYWHERE = [
    "first_name",
    "last_name",
    "title",
    "company",
    "company_friendly",
    "phone",
    "custom_field_x",
    "name",
]


@pytest.mark.parametrize("field", EVERYWHERE)
def test_no_value_breaks_out_of_its_header_or_its_text(rita, maria, sink, field):
    told = dict.fromkeys(
        ["first_name", "last_name", "title", "company", "phone"], BREAKING.replace("\0", "")
    )
    for name, value in told.items():
        setattr(maria, name, value)
    maria.custom = {"x": BREAKING}  # PostgreSQL would not even take the NUL
    about = About(rita, rita.identities.get(), maria)
    subject = render(f"About {{{{{field}}}}}!", Values(about), html=False)
    body = render(f"<p>{{{{{field}}}}}</p>", Values(about), html=True)

    assert subject.is_whole and body.is_whole
    data = built(subject.text, body.text)
    message = message_from_bytes(data, policy=policy.strict)
    assert "Bcc" not in message and len(message.keys()) == 7
    assert message["Subject"] == subject.text and "\n" not in subject.text
    assert "<b>" not in body.text and "{{my_email}}" in body.text


# Messages of fields and anything else: Python's strict parser finds no defect in any.
anything = st.text(st.characters(exclude_categories={"Cs"}), max_size=60)
names = st.sampled_from(
    ["first_name", "last_name", "title", "company", "company_friendly", "phone"]
)
codes = st.builds(
    "{{{{{}{}}}}}".format,
    names,
    st.sampled_from(
        ["", " | upcase", ' | default: "x"', ' | append: "é" | default: "y"', " | truncate: 5"]
    ),
)
conditions = st.builds("{{% if {0} %}}{{{{{0}}}}}{{% else %}}–{{% endif %}}".format, names)
plain = st.text(
    st.characters(exclude_categories={"Cs", "Cc", "Zl", "Zp"}, exclude_characters="{<>&"),
    max_size=40,
)
sources = st.lists(st.one_of(plain, codes, conditions), max_size=6).map("".join)


messages = given(
    subject=sources,
    body=sources,
    told=st.fixed_dictionaries(
        dict.fromkeys(["first_name", "last_name", "title", "company", "phone"], anything)
    ),
)


@pytest.mark.django_db
@messages
@settings(max_examples=100)
def test_every_message_with_fields_is_read_back_without_a_defect(subject, body, told):
    reads_back(subject, body, told)


@pytest.mark.django_db
@pytest.mark.long
@messages
@settings(max_examples=2000)
def test_so_are_two_thousand(subject, body, told):
    reads_back(subject, body, told)


def reads_back(subject: str, body: str, told: dict[str, str]) -> None:
    person = Person(email="maria@nordlys.example", custom={}, **told)
    about = About(User(language="en"), Identity(name="Rita", address="rita@team.example"), person)
    said = resolve(about, f"A {subject}", f"<p>{body}</p>")
    if said.problem or said.missing:
        assert said.problem is None or said.problem.code in {"too_long", "long_subject"}
        return
    data = built(said.subject.text, said.body.text)
    message = message_from_bytes(data, policy=policy.strict)
    for part in message.walk():
        assert not part.defects
        assert not any(value.defects for value in part.values())
    assert set(message.keys()) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "MIME-Version",
        "Content-Type",
    }
    assert not set(message["Subject"]) & set(string.whitespace) - {" "}
