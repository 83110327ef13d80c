"""The compose window: what it keeps, what it refuses, and what happens when two change one email."""

from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from emails.models import Composition, Email, Status, StoredFile
from emails.wall_time import WallTime
from emails.writing import Writing, rewrite
from prospects import consent
from prospects.models import Suppression
from tests.factories import make_channel, make_email, make_identity, make_person, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
SOON = timezone.now() + timedelta(days=3)


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def rita(client):
    rita = make_user("Rita", time_zone="Europe/Stockholm")
    make_identity(rita)
    client.force_login(rita)
    return rita


def typed(**fields):
    """What a window sends, all of it right."""
    return {
        "key": uuid4(),
        "identity": Email.identity.field.related_model.objects.values_list("pk", flat=True).first(),
        "to": "Maria Sandberg <maria@nordlys.example>",
        "subject": "Thursday?",
        "html": "<p>Hi Maria</p>",
    } | fields


def editing(email, **fields):
    """What a window sends that has `email` open as it is now."""
    told = {"email": email.pk, "version": email.version, "to": email.to_address}
    return typed(**(told | {"subject": email.subject} | fields))


def post(client, name, data, **headers):
    return client.post(reverse(f"emails:{name}"), data, **headers)


def said(response):
    return " ".join(response.content.decode().split())


# Where what is typed goes ---------------------------------------------------------------------


def test_with_recipient_and_subject_it_is_one_draft_however_often_it_saves(client, rita):
    data = typed()
    answer = post(client, "compose-autosave", data)
    email = Email.objects.get()
    post(client, "compose-autosave", data | {"email": email.pk, "version": 1, "subject": "Friday?"})

    assert "Draft saved" in said(answer)
    email = Email.objects.get()
    assert (email.status, email.subject, email.version) == (Status.DRAFT, "Friday?", 2)
    assert email.content.html == "<p>Hi Maria</p>"
    assert not Composition.objects.exists()


def test_a_save_whose_answer_got_lost_makes_no_second_draft(client, rita):
    data = typed()
    post(client, "compose-autosave", data)
    post(client, "compose-autosave", data | {"subject": "Friday?"})

    assert Email.objects.get().subject == "Friday?"


@pytest.mark.parametrize("missing", ["to", "subject"])
def test_without_recipient_or_subject_it_is_kept_and_offered_but_no_draft(client, rita, missing):
    data = typed(**{missing: ""})
    answer = post(client, "compose-autosave", data)

    assert "not yet a draft" in said(answer)
    assert not Email.objects.exists()
    assert "You have begun another email" in said(client.get(reverse("emails:compose")))
    again = client.get(reverse("emails:compose"), {"key": data["key"]})
    assert "&lt;p&gt;Hi Maria&lt;/p&gt;" in said(again)


def test_an_empty_window_leaves_nothing_behind(client, rita):
    post(client, "compose-autosave", typed(to="", subject="", html="<div><br></div>"))

    assert not Composition.objects.exists()


def test_what_is_wrong_is_kept_beside_the_draft_of_what_is_right(client, rita):
    data = typed(cc="not an address")
    post(client, "compose-autosave", data)
    email = Email.objects.get()

    shown = client.get(reverse("emails:compose-edit", args=[email.pk]))

    assert email.content.cc == []
    assert 'value="not an address"' in said(shown)


def test_a_known_person_is_linked_and_a_strangers_is_not(client, rita, settings):
    maria = make_person(rita, "Maria", email="Maria@nordlys.example")
    post(client, "compose-autosave", typed())

    assert Email.objects.get().person == maria


def test_html_is_cleaned_before_it_is_kept(client, rita):
    post(client, "compose-autosave", typed(html="<p onclick=x()>Hi<script>bad()</script></p>"))

    assert Email.objects.get().content.html == "<p>Hi</p>"


def test_plain_text_from_a_page_without_scripts_becomes_html(client, rita):
    post(client, "compose-save", typed(html="", text="Hi <Maria>,\r\n\r\nsee https://x.example"))

    html = Email.objects.get().content.html
    assert html.startswith("<p>Hi &lt;Maria&gt;,</p>")
    assert 'href="https://x.example"' in html


def test_plain_text_that_nobody_changed_leaves_the_html_alone(client, rita):
    html = '<table><tbody><tr><td style="color: red">Hi</td></tr></tbody></table>'
    email = make_email(rita, html=html)
    shown = client.get(reverse("emails:compose-edit", args=[email.pk])).context["form"]
    data = editing(email, html=html, text=shown.body_as_text.replace("\n", "\r\n"))
    post(client, "compose-save", data)

    email.refresh_from_db()
    assert email.content.html == html


# Two windows ----------------------------------------------------------------------------------


def test_the_later_of_two_windows_is_told_and_loses_nothing(client, rita):
    email = make_email(rita)
    mine = editing(email, html="<p>mine</p>")
    post(client, "compose-autosave", editing(email, html="<p>the other's</p>"))

    answer = post(client, "compose-autosave", mine)

    assert "changed in another window" in said(answer)
    assert Email.objects.get().content.html == "<p>the other&#x27;s</p>".replace("&#x27;", "'")
    assert Composition.objects.get().typed["html"] == "<p>mine</p>"
    post(client, "compose-save", mine | {"as": "new"})
    assert {each.content.html for each in Email.objects.all()} == {
        "<p>mine</p>",
        "<p>the other's</p>",
    }
    assert not Composition.objects.exists()


def test_the_same_save_twice_is_no_conflict(client, rita):
    email = make_email(rita)
    data = editing(email, html="<p>mine</p>")
    post(client, "compose-autosave", data)

    assert "Draft saved" in said(post(client, "compose-autosave", data))


def test_sending_a_draft_that_another_window_changed_is_refused(client, rita):
    email = make_email(rita)
    post(client, "compose-autosave", editing(email, html="<p>the other's</p>"))

    answer = post(client, "send", editing(email, html="<p>mine</p>"))

    assert answer.status_code == 409
    assert "changed in another window" in said(answer)
    assert "&lt;p&gt;mine&lt;/p&gt;" in said(answer)
    assert Email.objects.get().status == Status.DRAFT


def test_a_draft_that_was_deleted_meanwhile_becomes_one_of_its_own(client, rita):
    email = make_email(rita)
    email.remove(by=rita)

    answer = post(client, "compose-autosave", editing(email, html="<p>mine</p>"))

    assert "The email was deleted meanwhile" in said(answer)
    draft = Email.objects.present().get()
    assert (draft.content.html, draft.continues) == ("<p>mine</p>", email)


# A scheduled email ----------------------------------------------------------------------------


def test_changing_a_scheduled_email_keeps_its_time(client, rita):
    at = SOON.replace(second=17, microsecond=0)
    email = make_email(rita, status=Status.SCHEDULED, send_at=at)
    form = client.get(reverse("emails:compose-edit", args=[email.pk])).context["form"]
    when = {name: form.initial[name] for name in ("date", "time", "zone")}

    answer = post(client, "schedule", editing(email, html="<p>new</p>", **when))

    email.refresh_from_db()
    assert answer.status_code == 302
    assert (email.status, email.send_at, email.content.html) == ("scheduled", at, "<p>new</p>")


def test_while_it_is_being_changed_a_scheduled_email_stays_as_it_is(client, rita):
    email = make_email(rita, status=Status.SCHEDULED, send_at=SOON)
    answer = post(client, "compose-autosave", editing(email, html="<p>half done</p>"))

    email.refresh_from_db()
    assert "not yet in effect" in said(answer)
    assert (email.status, email.content.html) == ("scheduled", "<p>Hi Maria, as promised.</p>")
    shown = client.get(reverse("emails:compose-edit", args=[email.pk]))
    assert "half done" in said(shown)


def test_a_change_that_comes_after_the_email_left_is_a_draft_and_says_so(client, rita):
    email = make_email(rita, status=Status.SCHEDULED)
    data = editing(email, html="<p>too late</p>", date="2099-01-01", time="08:15")
    make_later = Email.objects.get(pk=email.pk)
    from tests.factories import make_attempt

    make_attempt(make_later)
    answer = post(client, "send", data)

    assert answer.status_code == 409
    assert "The email left before your change" in said(answer)
    draft = Email.objects.in_folder(Status.DRAFT).get()
    assert (draft.content.html, draft.continues) == ("<p>too late</p>", email)
    email.refresh_from_db()
    assert email.status == Status.IN_PROGRESS


def test_a_scheduled_email_that_somebody_else_changed_is_not_replaced(client, rita):
    email = make_email(rita, status=Status.SCHEDULED, send_at=SOON)
    data = editing(email, html="<p>mine</p>")
    email.pull_back(by=rita)
    writing = Writing(identity=email.identity, to_address=email.to_address, subject="Other")
    rewrite(email, writing, version=email.version)
    email.schedule(SOON, by=rita)

    answer = post(client, "send", data)

    assert answer.status_code == 409
    email.refresh_from_db()
    assert (email.status, email.subject) == (Status.SCHEDULED, "Other")
    assert Email.objects.in_folder(Status.DRAFT).get().content.html == "<p>mine</p>"


def test_a_failed_email_is_a_draft_again_once_something_is_changed(client, rita):
    email = make_email(rita, status=Status.FAILED)
    client.get(reverse("emails:compose-edit", args=[email.pk]))
    email.refresh_from_db()
    assert email.status == Status.FAILED

    post(client, "compose-autosave", editing(email, html="<p>mended</p>"))

    email.refresh_from_db()
    assert (email.status, email.content.html) == (Status.DRAFT, "<p>mended</p>")


def test_from_a_bounced_email_a_new_one_is_written_that_is_linked(client, rita):
    email = make_email(rita, status=Status.BOUNCED)
    window = client.get(reverse("emails:compose-edit", args=[email.pk])).context["window"]
    assert (window.email, window.continues) == (None, email)

    post(client, "compose-autosave", typed(continues=email.pk))

    assert Email.objects.in_folder(Status.DRAFT).get().continues == email
    email.refresh_from_db()
    assert email.status == Status.BOUNCED


@pytest.mark.parametrize("status", [Status.DELIVERED, Status.ARCHIVED, Status.IN_PROGRESS])
def test_what_has_been_sent_is_not_changed(client, rita, status):
    email = make_email(rita, status=status)

    assert client.get(reverse("emails:compose-edit", args=[email.pk])).status_code == 409


# Sending --------------------------------------------------------------------------------------


def test_send_waits_for_the_undo_window_and_can_be_undone(client, rita):
    answer = post(client, "send", typed(), follow=True)

    email = Email.objects.get()
    assert (email.status, email.at_once) == (Status.SCHEDULED, True)
    assert timedelta(seconds=5) < email.send_at - timezone.now() < timedelta(seconds=10)
    assert "goes out in 10 s" in said(answer)
    client.post(reverse("undo", args=[rita.undos.get().pk]))
    email.refresh_from_db()
    assert email.status == Status.DRAFT


def test_a_second_press_of_send_sends_once(client, rita):
    data = typed()
    post(client, "send", data)
    answer = post(client, "send", data)

    assert answer.status_code == 302
    assert Email.objects.count() == 1


def test_in_a_frame_the_last_page_hands_over_its_notice(client, rita):
    answer = post(client, "send", typed(window="1"))

    assert answer.url == reverse("emails:compose-done") + "?window=1"
    assert "goes out in 10 s" in said(client.get(answer.url))


def test_schedule_stores_the_instant_and_what_was_meant_by_it(client, rita):
    day = (timezone.now() + timedelta(days=40)).date()
    post(client, "schedule", typed(date=day.isoformat(), time="08:15", zone="America/New_York"))

    email = Email.objects.get()
    assert (email.send_wall, email.send_zone) == (f"{day}T08:15", "America/New_York")
    assert WallTime.of(email.send_at, "America/New_York").clock == time(8, 15)


# What is refused, beside its field and with nothing lost -------------------------------------


def errors(client, name="send", **fields):
    response = post(client, name, typed(**fields))
    assert response.status_code == 422, response
    assert "Hi Maria" in said(response)
    assert not Email.objects.exclude(status=Status.DRAFT).exists()
    return {field: " ".join(words) for field, words in response.context["form"].errors.items()}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("to", "", "Say whom it goes to."),
        ("to", "maria", "“maria” is not an email address."),
        ("to", "maria@nordlys.example, jonas@x.example", "each gets a message of their own"),
        ("to", "Maria\nBcc: x@y.example <maria@nordlys.example>", "on one line"),
        ("to", "maria@nordlys.example\r\nBcc: x@y.example", "on one line"),
        ("cc", "anna@x.example; nobody", "“nobody” is not an email address."),
        ("bcc", "x@y.example\0", "Null characters"),
        ("subject", "", "Give it a subject."),
        ("subject", "Hi\r\nBcc: x@y.example", "A subject stands on one line."),
        ("subject", "x" * 501, "at most 500 characters; this one has 501"),
        ("identity", "", "Choose whom it comes from"),
    ],
)
def test_wrong_input_gets_a_sentence_beside_its_field(client, rita, field, value, words):
    assert words in errors(client, **{field: value})[field]


def test_more_than_a_hundred_copies_are_refused(client, rita):
    copies = ", ".join(f"p{number}@x.example" for number in range(101))

    assert "may have 100 addresses together; these are 101" in errors(client, cc=copies)["cc"]


def test_a_body_over_the_limit_is_refused_and_not_lost(client, rita):
    html = "<p>Hi Maria</p>" + f"<p>{'x' * 1000}</p>" * 2200
    data = typed(html=html)
    answer = post(client, "send", data)

    assert "at most 2.0\xa0MB can be sent" in answer.content.decode()
    assert answer.context["form"].body == html
    assert Email.objects.get().content.html == html


def test_addresses_that_must_not_be_mailed_are_named_with_the_reason(client, rita):
    Suppression.suppress("maria@nordlys.example", Suppression.Reason.UNSUBSCRIBED)
    Suppression.suppress("blocked.example", Suppression.Reason.BLOCKED)

    told = errors(client, cc="anna@mail.blocked.example", bcc="fine@x.example")

    assert "maria@nordlys.example must not be mailed: unsubscribed" in told["to"]
    assert "Nobody at blocked.example may be mailed: blocked by an admin" in told["cc"]
    assert "bcc" not in told


@pytest.mark.parametrize("field", ["to", "cc", "bcc"])
def test_who_unsubscribes_while_it_is_written_is_said_and_stops_it(client, rita, field):
    data = typed(to="anna@x.example") | {field: "maria@nordlys.example"}
    assert "must not be mailed" not in said(post(client, "compose-autosave", data))
    consent.unsubscribe_address("Maria@Nordlys.example", source="link")

    saved = said(post(client, "compose-autosave", data))
    assert "maria@nordlys.example must not be mailed: unsubscribed" in saved
    answer = post(client, "send", data)
    assert answer.status_code == 422
    assert "maria@nordlys.example must not be mailed: unsubscribed" in said(answer)
    assert not Email.objects.in_folder(Status.SCHEDULED).exists()


def test_a_no_to_somebody_elses_mail_stops_nobody_else(client, rita):
    consent.unsubscribe_address("maria@nordlys.example", source="link", sender=rita)
    answer = post(client, "send", typed())
    assert answer.status_code == 422
    assert "unsubscribed from mail by" in answer.context["form"].errors["to"][0]


def test_the_way_out_stands_below_the_text_until_a_field_takes_its_place(client, rita):
    assert "unsubscribe here" in said(post(client, "compose-autosave", typed()))
    told = said(post(client, "compose-autosave", typed(html="<p>{{team_unsubscribe}}</p>")))
    assert 'id="compose-footer" hidden' in told


def test_what_is_refused_stands_in_the_window_and_in_the_draft_as_it_was(client, rita):
    Suppression.suppress("maria@nordlys.example", Suppression.Reason.UNSUBSCRIBED)
    unready = make_identity(rita, address="new@team.example", verified_at=None)
    answer = post(client, "send", typed(identity=unready.pk))

    assert f'value="{unready.pk}" selected' in said(answer)
    assert 'data-state="bad"' in said(answer)
    email = Email.objects.get()
    assert (email.identity, email.to_name) == (unready, "Maria Sandberg")


def test_what_the_sender_lacks_is_said(client, rita):
    unverified = make_identity(rita, address="new@team.example", verified_at=None)
    homeless = make_identity(rita, address="old@team.example", channel=None)

    assert "new@team.example is not verified" in errors(client, identity=unverified.pk)["identity"]
    assert "has no channel" in errors(client, identity=homeless.pk)["identity"]


def test_somebody_elses_sender_is_refused(client, rita):
    sams = make_identity(make_user("Sam"))

    assert errors(client, identity=sams.pk).keys() == {"identity"}


@pytest.mark.parametrize(
    ("when", "field", "words"),
    [
        ({"date": "2020-01-01", "time": "08:15"}, "time", "That is past"),
        ({"date": "2099-01-01", "time": "08:15"}, "date", "more than a year away"),
        ({"date": "2099-01-01", "time": ""}, "time", "Choose a time as well."),
        ({"date": "", "time": ""}, "date", "Choose a day as well."),
        ({"date": "soon", "time": "08:15"}, "date", "valid date"),
        ({"date": "2099-01-01", "time": "08:15", "zone": "Mars/Base"}, "zone", "no time zone"),
    ],
)
def test_a_time_that_cannot_be_meant_is_refused(client, rita, when, field, words):
    assert words in errors(client, "schedule", **when)[field]


# Attachments ----------------------------------------------------------------------------------


def upload(name="plan.pdf", size=10):
    return SimpleUploadedFile(name, b"x" * size, content_type="text/html")


def test_an_upload_is_kept_once_and_goes_with_the_email(client, rita):
    answer = post(client, "compose-files", {"uploads": [upload()]})
    file = StoredFile.objects.get()
    post(client, "send", typed(files=[file.pk]))

    assert f'value="{file.pk}"' in said(answer)
    assert file.content_type == "application/pdf"
    assert [one.file for one in Email.objects.get().attachments.all()] == [file]


def test_uploads_over_the_limit_are_refused_and_the_others_stay(client, rita, settings):
    settings.LIMITS = settings.LIMITS | {"ATTACHMENTS_MB": 1}
    answer = post(client, "compose-files", {"uploads": [upload(), upload("big.bin", 2**20)]})

    assert answer.status_code == 422
    assert "big.bin: 1.0\xa0MB is too much" in answer.content.decode()
    assert StoredFile.objects.get().name == "plan.pdf"
    assert "plan.pdf" in said(answer)


def test_files_attached_over_the_limit_do_not_go(client, rita, settings):
    settings.LIMITS = settings.LIMITS | {"ATTACHMENTS_MB": 1}
    files = [StoredFile.keep(rita, f"{n}", "text/plain", bytes([n]) * 600_000).pk for n in (1, 2)]

    assert "is too much" in errors(client, files=files)["uploads"]


def test_somebody_elses_file_cannot_be_attached(client, rita):
    sams = StoredFile.keep(make_user("Sam"), "secret", "text/plain", b"x")

    assert "files" in errors(client, files=[sams.pk])


# People ---------------------------------------------------------------------------------------


def test_to_finds_people_by_name_or_address(client, rita):
    make_person(rita, "Maria", email="m.sandberg@nordlys.example")
    Suppression.suppress("m.sandberg@nordlys.example", Suppression.Reason.BOUNCED)
    url = reverse("emails:people-suggest")

    for words in ("mari", "sandberg@nor", "maria sand"):
        found = said(client.get(url, {"to": words}, **HTMX))
        assert "Maria Sandberg &lt;m.sandberg@nordlys.example&gt;" in found
        assert "must not be mailed" in found
    assert "Maria" in said(client.get(url, {"cc": "anna@x.example, mari"}, **HTMX))
    assert "Maria" not in said(client.get(url, {"to": "jonas"}, **HTMX))


# Strangers, and the page itself ---------------------------------------------------------------


def test_somebody_elses_email_is_not_there(client, rita):
    sams = make_email(make_user("Sam"))

    assert client.get(reverse("emails:compose-edit", args=[sams.pk])).status_code == 404
    for name in ("compose-autosave", "compose-save", "send", "schedule", "compose-discard"):
        assert post(client, name, editing(sams)).status_code == 404
        assert post(client, name, typed(continues=sams.pk)).status_code == 404


def test_somebody_elses_unsaved_writing_is_not_there(client, rita):
    sam = make_user("Sam")
    key = uuid4()
    sam.compositions.create(key=key, typed={"subject": "Secret"})

    assert "Secret" not in said(client.get(reverse("emails:compose"), {"key": key}))
    assert "Secret" not in said(client.get(reverse("emails:compose")))


def test_only_editor_pages_allow_style_attributes_and_only_we_may_frame_them(client, rita):
    page = client.get(reverse("emails:compose"))
    folder = client.get(reverse("emails:folder", args=["pending/drafts"]))

    assert "style-src-attr 'unsafe-inline'" in page["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    assert "unsafe-inline" not in folder["Content-Security-Policy"]
    assert folder["X-Frame-Options"] == "DENY"


def test_over_a_list_the_window_stands_in_a_frame_of_its_own(client, rita):
    part = said(client.get(reverse("emails:compose"), {"to": "a@x.example"}, **HTMX))

    assert 'src="/emails/compose/?to=a%40x.example&amp;window=1"' in part
    assert 'data-window="wide"' in part


def test_nonsense_is_a_400_and_not_an_error_of_ours(client, rita):
    for fields in ({"key": "x"}, {"email": "x"}, {"email": "9" * 30}, {"version": "-1"}):
        assert post(client, "compose-autosave", typed(**fields)).status_code == 400
    assert client.get(reverse("emails:compose"), {"key": "x"}).status_code == 200


def test_opening_and_saving_cost_few_queries(client, rita, django_assert_max_num_queries):
    email = make_email(rita)
    with django_assert_max_num_queries(28):
        client.get(reverse("emails:compose-edit", args=[email.pk]))
    with django_assert_max_num_queries(32):
        post(client, "compose-autosave", editing(email, html="<p>new</p>"))


def test_what_is_thrown_away_can_be_had_back(client, rita):
    data = typed(subject="")
    post(client, "compose-autosave", data)
    post(client, "compose-discard", data)
    assert not Composition.objects.exists()

    client.post(reverse("undo", args=[rita.undos.get().pk]))

    assert Composition.objects.get().typed["html"] == "<p>Hi Maria</p>"


def test_a_draft_that_is_thrown_away_is_in_the_trash(client, rita):
    email = make_email(rita)
    post(client, "compose-discard", editing(email))

    assert Email.objects.removed().get() == email


# Before it goes -------------------------------------------------------------------------------


def test_the_checks_say_what_is_known(client, rita):
    Suppression.suppress("anna@x.example", Suppression.Reason.COMPLAINED)
    html = '<p><a href="https://a.example">a</a> <a href="https://a.example">again</a></p>'

    fine = said(post(client, "compose-autosave", typed(html=html)))
    bad = said(post(client, "compose-autosave", typed(cc="anna@x.example", html="")))

    assert "Maria Sandberg can be mailed" in fine
    assert "1 link tracked" in fine
    assert "Sent through Office" in fine
    assert "anna@x.example must not be mailed: complained about spam" in bad
    assert "No text yet" in bad


def test_a_channel_that_rests_is_said(client, rita):
    identity = rita.identities.get()
    identity.channel = make_channel(rita, paused=True)
    identity.save()

    assert "rests at the moment" in said(post(client, "compose-autosave", typed()))


# Times ----------------------------------------------------------------------------------------


def wall(clock, day="2026-03-29", zone="Europe/Stockholm"):
    return WallTime(date.fromisoformat(day), time.fromisoformat(clock), zone)


def test_a_time_that_the_clocks_skip_means_as_much_later():
    assert wall("02:30").instant.isoformat() == "2026-03-29T01:30:00+00:00"
    assert "there is no 02:30: it goes at 03:30" in wall("02:30").note


def test_a_time_that_comes_twice_means_the_first():
    assert wall("02:30", "2026-10-25").instant.isoformat() == "2026-10-25T00:30:00+00:00"
    assert "02:30 comes twice: it goes at the first" in wall("02:30", "2026-10-25").note


def test_an_ordinary_time_has_no_note_and_keeps_its_wall_time_over_a_change():
    assert wall("08:15").note == ""
    assert wall("08:15", "2026-03-28").instant.hour == 7
    assert wall("08:15", "2026-03-30").instant.hour == 6


@pytest.mark.parametrize(
    ("clock", "day", "zone", "words"),
    [
        ("15:00", "2026-03-25", "Europe/Stockholm", "today 15:00, your time"),
        ("08:15", "2026-03-26", "Europe/Stockholm", "tomorrow 08:15, your time"),
        ("08:15", "2026-03-27", "Europe/Stockholm", "Fri 08:15, your time"),
        ("08:15", "2026-04-20", "America/New_York", "20 Apr 08:15, New York time"),
        ("08:15", "2027-01-02", "UTC", "2 Jan 2027 08:15, UTC time"),
    ],
)
def test_a_time_is_said_as_people_say_it(clock, day, zone, words):
    now = wall("10:00", "2026-03-25").instant

    assert wall(clock, day, zone).spoken("Europe/Stockholm", now) == words
