"""Fields in the compose window: what is refused and said, the picker, the preview, following up."""

import re

import pytest
from django.urls import reverse

from emails.folders import FOLDER_OF
from emails.following import again
from emails.models import Channel, Email, Identity, Status
from emails.sending.dispatch import Dispatcher
from emails.writing import Writing, draft
from prospects.models import CustomField, Person
from tests.factories import (
    make_channel,
    make_draft,
    make_email,
    make_identity,
    make_person,
    make_user,
)
from tests.sinks import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita():
    rita = make_user("Rita Berg")
    make_identity(rita)
    return rita


@pytest.fixture
def maria(rita):
    return make_person(rita, "Maria", email="maria@nordlys.example", company="Nordlys AB")


@pytest.fixture
def client(client, rita):
    client.force_login(rita)
    return client


def typed(rita, **fields) -> dict:
    told = {
        "key": "5b0a4a86-0d4b-4e1c-9d6e-1f6cf3f6c1aa",
        "identity": rita.identities.get().pk,
        "to": "maria@nordlys.example",
        "subject": "Hi",
        "html": "<p>Hi</p>",
    }
    return told | fields


def said(response) -> str:
    words = re.sub(r"&quot;|&#x27;", '"', response.content.decode())
    return " ".join(words.split())


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"html": "<p>{{title}}</p>"},
         'Maria has no title: fill it in, give a default like {{title | default: "…"}} or take it out.'),
        ({"html": "<p>{{title}} {{phone}}</p>"}, "Maria has no title and phone: "),
        ({"subject": "{{website}}"}, "Maria has no website: "),
        ({"html": "<p>{{custom_field_region}}</p>"}, "Maria has no “Region”: "),
        ({"html": "<p>{{custom_field_regoin}}</p>"}, "There is no field “custom_field_regoin”."),
        ({"html": "<p>{{my_title}}</p>"}, "Your “My title” is empty: "),
        ({"html": "<p>{{my_signature}}</p>"}, "Your “My signature” is empty: "),
        ({"html": "<p>{{! why now }}</p>"}, "Write what “{{! why now }}” asks for in its place, or take it out."),
        ({"html": "<p>a</p><p>{{frist_name}}</p>"}, "Line 2: there is no field “frist_name”; perhaps you mean “first_name”"),
        ({"subject": "{{first_name"}, "“{{first_name” is not closed: a field ends with }}."),
        ({"html": "<p>{{last_email_body}}</p>"}, "No email to Maria to quote yet: take {{last_email_body}} out."),
        ({"to": "nobody@else.example", "html": "<p>{{first_name}}</p>"}, "Nobody knows the first name of nobody@else.example: "),
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", ["send", "schedule"])
def test_nothing_goes_while_something_is_missing_and_it_is_said(
    client, rita, maria, fields, words, way
):
    CustomField.add("Region", by=rita)
    when = {"date": "2027-03-01", "time": "09:00", "zone": "UTC"} if way == "schedule" else {}
    response = client.post(reverse(f"emails:{way}"), typed(rita, **fields, **when))

    assert response.status_code == 422
    assert words in said(response)
    assert Email.objects.get().status == Status.DRAFT


def test_once_it_is_filled_in_it_goes(client, rita, maria):
    told = typed(rita, html="<p>{{title | default: “friend”}} {{first_name}}</p>")
    assert client.post(reverse("emails:send"), told).status_code == 302
    assert Email.objects.get().snippet == "friend Maria"


def test_lists_show_it_filled_in_and_the_window_as_it_was_written(client, rita, maria):
    client.post(
        reverse("emails:compose-save"), typed(rita, subject="{{company_friendly}}, {{title}}?")
    )
    email = Email.objects.get()

    assert email.subject == "Nordlys, {{title}}?"
    page = client.get(reverse("emails:compose-edit", args=[email.pk]))
    assert 'value="{{company_friendly}}, {{title}}?"' in page.content.decode()


def test_before_it_goes_lists_what_is_missing_with_a_way_to_mend_it(client, rita, maria):
    told = typed(rita, html="<p>{{title}} {{my_title}} {{! x }}</p>")
    answer = said(client.post(reverse("emails:compose-autosave"), told))

    assert "Maria has no title" in answer and reverse("people:edit", args=[maria.pk]) in answer
    assert "Your “My title” is empty" in answer and reverse("accounts:settings") in answer
    assert "Still to be written: x" in answer
    assert "Every field is filled in" in said(
        client.post(reverse("emails:compose-autosave"), typed(rita, html="<p>{{first_name}}</p>"))
    )


def test_the_picker_lists_every_field_with_its_value(client, rita, maria):
    CustomField.add("Region", by=rita)
    maria.custom = {"region": "Oslo"}
    maria.save()
    with_her = said(client.get(reverse("emails:field-list"), {"to": maria.email}))
    without = said(client.get(reverse("emails:field-list")))

    assert "<small>Oslo</small>" in with_her and "<small>Nordlys</small>" in with_her
    assert 'data-insert="{{custom_field_region}}"' in without and "such as Maria" in without
    assert with_her.count(">empty<") == 6  # title, website, phone; my title, signature; last email


def test_the_picker_tells_nothing_of_people_who_may_not_be_seen(client, rita):
    from accounts.models import Organisation

    Organisation.current()
    Organisation.objects.update(everybody_sees_people=False)
    make_person(make_user("Sam"), "Secretia", email="secret@nordlys.example")
    assert "Secretia" not in said(
        client.get(reverse("emails:field-list"), {"to": "secret@nordlys.example"})
    )
    told = typed(rita, html="<p>{{first_name}}</p>") | {"look_as": "secret@nordlys.example"}
    assert "Secretia" not in said(client.post(reverse("emails:compose-preview"), told))


def test_the_preview_shows_it_as_its_reader_sees_it(client, rita, maria):
    told = typed(
        rita,
        subject="{{company_friendly}} & {{title}}",
        html="<p>Hi {{first_name}} {{phone}} {{! x }}</p><script>1</script>",
    )
    response = client.post(reverse("emails:compose-preview"), told)
    page = response.content.decode()

    assert "<h1>Nordlys &amp; <mark>{{title}}</mark></h1>" in page
    assert "<p>Hi Maria <mark>{{phone}}</mark> <mark>{{! x }}</mark></p>" in page
    assert "Maria has no phone" in page and "<script>" not in page
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "sandbox" in response["Content-Security-Policy"]
    assert not Email.objects.exists()


def test_the_preview_can_be_looked_at_as_somebody_else(client, rita, maria):
    make_person(rita, "Jonas", email="jonas@nordlys.example", company="Fjällvik GmbH & Co. KG")
    told = typed(rita, html="<p>{{first_name}}, {{company_friendly}}</p>") | {
        "look_as": "jonas@nordlys.example"
    }
    assert (
        "<p>Jonas, Fjällvik</p>"
        in client.post(reverse("emails:compose-preview"), told).content.decode()
    )


def test_an_email_that_waits_is_previewed_filled_in(client, rita, maria):
    email = make_draft(rita, person=maria, html="<p>Hi {{first_name}}, {{title}}</p>")
    page = client.get(reverse("emails:preview", args=[email.pk])).content.decode()
    assert "<p>Hi Maria, <mark>{{title}}</mark></p>" in page


def test_the_signature_is_shown_below_the_text_unless_it_has_a_place(client, rita, maria):
    Identity.objects.update(signature="<p>Rita, Nordbridge</p>")
    assert "<p>Rita, Nordbridge</p>" in client.get(reverse("emails:compose")).content.decode()
    told = typed(rita, html="<p>{{my_signature}}</p>")
    assert "Nordbridge" not in said(client.post(reverse("emails:compose-autosave"), told))


# Following up ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "next_one"),
    [("Prices", "Re: Prices"), ("Re: Prices", "Re: Prices"), ("SV: RE: Prices", "Re: Prices"),
     ("Re[2]: Prices", "Re: Prices"), ("Regarding: x", "Re: Regarding: x"), ("", "Re: ")],
)  # fmt: skip
def test_a_subject_says_re_once(subject, next_one):
    assert again(subject) == next_one


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


def delivered(rita, sink, person, **fields) -> Email:
    identity = rita.identities.get()
    identity.channel = make_channel(rita, port=sink.port)
    identity.save()
    email = make_email(rita, Status.SCHEDULED, person=person, **fields)
    Dispatcher(Channel.objects.get(pk=email.channel_id)).run()
    return Email.objects.select_related("content").get(pk=email.pk)


def test_following_up_quotes_what_was_sent_and_threads_with_it(client, rita, maria, sink):
    first = delivered(
        rita, sink, maria, subject="{{company_friendly}}?", html="<p>Hi {{first_name}}</p>"
    )
    page = client.get(reverse("emails:follow-up", args=[first.pk]))
    form = page.context["form"]

    assert form.initial["subject"] == "Re: Nordlys?"
    assert form.recipient.address == "maria@nordlys.example"
    assert re.search(r"On \d+ \w+ \d{4} Rita Berg wrote:</p><blockquote><p>Hi Maria</p>", form.body)
    assert "/t/o/" not in form.body

    told = typed(rita, subject="Re: Nordlys?", html=form.body, continues=first.pk)
    client.post(reverse("emails:send"), told)
    second = Email.objects.exclude(pk=first.pk).get()
    assert second.continues == first
    second.bring_forward(by=rita)
    Dispatcher(Channel.objects.get(pk=second.channel_id)).run()
    third = draft(
        rita,
        Writing(identity=second.identity, to_address=maria.email, subject="3"),
        continues=second,
    )
    third.schedule(second.send_at, by=rita)
    Dispatcher(Channel.objects.get(pk=second.channel_id)).run()

    follow, last = (message.data.decode() for message in sink.messages[1:])
    assert f"In-Reply-To: <{first.message_id}>" in follow
    unfolded = last.replace("\r\n ", " ")
    assert f"In-Reply-To: <{second.message_id}>" in unfolded
    assert f"References: <{first.message_id}> <{second.message_id}>" in unfolded


def test_what_went_to_somebody_else_is_no_thread(rita, maria, sink):
    first = delivered(rita, sink, maria)
    other = draft(
        rita,
        Writing(identity=first.identity, to_address="jonas@nordlys.example", subject="x"),
        continues=first,
    )
    other.schedule(first.send_at, by=rita)
    Dispatcher(Channel.objects.get(pk=first.channel_id)).run()
    assert "In-Reply-To" not in sink.messages[-1].data.decode()


def test_what_is_quoted_holds_no_fields(client, rita, maria, sink):
    Person.objects.update(first_name="{{my_email}} {% if x %}")
    maria.refresh_from_db()
    first = delivered(rita, sink, maria, subject="Hi {{first_name}}", html="<p>{{first_name}}</p>")
    form = client.get(reverse("emails:follow-up", args=[first.pk])).context["form"]

    assert "{{" not in form.body and "{%" not in form.initial["subject"]
    assert form.resolved.body.is_whole and "rita" not in form.resolved.subject.text


def test_a_follow_up_that_was_begun_is_gone_on_with(client, rita, maria, sink):
    first = delivered(rita, sink, maria)
    told = typed(rita, to="", html="<p>begun</p>", continues=first.pk)
    answer = client.post(reverse("emails:compose-autosave"), told).content.decode()
    address = re.search(r'data-address="([^"]+)"', answer)[1]

    assert address.startswith(reverse("emails:follow-up", args=[first.pk]))
    assert "begun" in client.get(address).content.decode()


NOTHING_QUOTED = [Status.DRAFT, Status.SCHEDULED, Status.FAILED, Status.BOUNCED]


@pytest.mark.parametrize("status", NOTHING_QUOTED)
def test_who_has_not_got_it_is_written_to_with_nothing_quoted(client, rita, maria, status):
    email = make_email(rita, status, person=maria, html="<p>never read</p>")

    response = client.get(reverse("emails:follow-up", args=[email.pk]), follow=True)

    assert response.context["form"].initial["to"] == maria.email
    assert "never read" not in response.text


@pytest.mark.parametrize("status", sorted(Status))
def test_every_row_and_its_pane_offer_it_but_what_is_on_its_way(client, rita, maria, status):
    email = make_email(rita, status, person=maria)
    page = client.get(f"/emails/{FOLDER_OF[status]}/?open={email.pk}").text

    offered = 0 if status == Status.IN_PROGRESS else 4  # href and hx-get, twice
    assert page.count(reverse("emails:follow-up", args=[email.pk])) == offered


def test_what_can_still_be_undone_offers_nothing_but_that(client, rita, maria):
    email = make_email(rita, person=maria)
    email.send(by=rita)
    assert "follow-up" not in client.get(f"/emails/pending/scheduled/?open={email.pk}").text


# Signatures ------------------------------------------------------------------------------------


def edit(client, rita, **fields):
    identity = rita.identities.get()
    told = {"name": identity.name, "channel": identity.channel_id, "signature": ""} | fields
    response = client.post(reverse("setup:identity", args=[identity.pk]), told)
    identity.refresh_from_db()
    return response, identity.signature


def test_a_signature_is_kept_clean(client, rita):
    html = '<p>Rita <b>Berg</b><script>1</script> <a href="javascript:x()">x</a></p>'
    _response, signature = edit(client, rita, signature=html)
    assert signature == "<p>Rita <b>Berg</b> <a>x</a></p>"


def test_without_the_editor_it_is_plain_text(client, rita):
    _response, signature = edit(client, rita, signature_text="Rita\r\nhttps://nordbridge.example")
    assert signature.startswith("<p>Rita<br><a href") and signature.count("nordbridge") == 2
    _response, same = edit(
        client, rita, signature=signature, signature_text="Rita\nhttps://nordbridge.example"
    )
    assert same == signature


def test_an_empty_signature_is_none_and_a_huge_one_is_refused(client, rita):
    assert edit(client, rita, signature="<p><br></p>")[1] == ""
    response, signature = edit(client, rita, signature=f"<p>{'x' * 110_000}</p>")
    assert (
        response.status_code == 422 and "A signature has at most 100.0" in response.content.decode()
    )
    assert signature == ""
