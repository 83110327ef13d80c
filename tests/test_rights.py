"""Every URL, by every role, with their own and with somebody else's objects.

The list of URLs comes from the URL configuration: a new one with arguments fails here until this
test knows whose object stands behind it.
"""

from uuid import uuid4

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Team, Undo
from campaigns.models import Category as CampaignCategory
from emails.models import Category, Status
from prospects import consent
from prospects.models import Group, PeopleImport
from tasks.models import CallWord
from tests.factories import (
    make_bulk,
    make_campaign,
    make_channel,
    make_draft,
    make_email,
    make_identity,
    make_launched,
    make_person,
    make_run,
    make_saved_search,
    make_step,
    make_task,
    make_template,
    make_user,
    start_campaign,
)

pytestmark = pytest.mark.django_db

# Not ours to walk: Django's admin and allauth have their own tests; the kit is only there while
# developing. Who is let in there at all is tested below.
ELSEWHERE = ("admin:", "account_", "mfa_", "set_language", "ui:", "socialaccount", "usersessions")
# Seen without signing in: whoever holds the token is let in, and nobody else learns anything.
OPEN = {"healthz", "own", "open", "click", "page"}
# A stranger sees these: the organisation lets everybody see all people.
SHARED = {"calls:of-person", "people:person", "people:edit", "people:notes", "consent:unsubscribe"}
# For admins alone.
ADMINS = {
    "consent:do-not-mail",
    "consent:release",
    "consent:resubscribe",
    "accounts:team",
    "calls:settings",
    "calls:add-word",
    "calls:word",
    "calls:move-word",
    "calls:retire-word",
    "accounts:new-member",
    "accounts:member",
    "accounts:invite",
    "accounts:deactivate",
    "accounts:reactivate",
}
# Of a campaign these are their owner's alone; an admin looks at all others and changes any.
OWNERS_ALONE = {
    f"campaigns:{name}" for name in ("category", "delete-category", "restore", "launch")
}


def routes(patterns=None, prefix=""):
    """(name, {argument: converter}) of every named route."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from routes(pattern.url_patterns, prefix + space)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield prefix + pattern.name, dict(pattern.pattern.converters)


def ours():
    """Asked for when a test runs: before that, the settings are not yet those of tests."""
    return sorted({name: made for name, made in routes() if not name.startswith(ELSEWHERE)}.items())


@pytest.fixture
def rita():
    rita = make_user("Rita")
    make_identity(rita)
    return rita


@pytest.fixture
def hers(rita):
    """Arguments that name something of Rita's, by route; those that are nobody's by argument."""
    person = make_person(rita)
    email = make_email(rita, Status.DELIVERED, person=person)
    draft = make_draft(rita)
    group = Group.objects.create(owner=rita, name="Hot")
    waiting = PeopleImport.keep(rita, "people.csv", b"name,email\nMaria,maria@a.example\n")
    done = PeopleImport.keep(rita, "more.csv", b"name,email\nJonas,not an address\n")
    done.run({0: "name", 1: "email"}, None)
    Team.objects.create(name="North")
    bulk = make_bulk(rita, person)
    launched = make_launched(rita, person)
    template = make_template(rita)
    gone = make_template(rita, "Gone")
    gone.remove(by=rita)
    category = Category.named(rita, "First contact")
    undo = Undo.objects.create(user=rita, action="emails.archive")
    channel = make_channel(rita)
    task = make_task(rita, kind="call", person=person)
    reminder = task.reminders.create(user=rita, at=task.due_at)
    word = CallWord.offered_on("outcome").first()
    campaign = make_campaign(rita)
    step = make_step(campaign)
    launch = start_campaign(campaign, person)
    kept = CampaignCategory.named(rita, "Cold")
    [blocked] = consent.block(["rival.example"], by=rita).new
    return {
        "emails:": email.pk,
        "emails:compose-edit": draft.pk,
        "emails:bulk": launched.pk,
        **{
            f"emails:bulk-{name}": bulk.pk
            for name in ("add", "edit", "look-over", "preview", "reset", "review", "save", "send")
        },
        "emails:bulk-take-off": bulk.pk,
        "emails:bulk-text": bulk.pk,
        "people:person": person.pk,
        "people:edit": person.pk,
        "people:notes": person.pk,
        "people:edit-group": group.pk,
        "people:delete-group": group.pk,
        "people:import": waiting.pk,
        "templates:": template.pk,
        "templates:restore": gone.pk,
        "templates:version": template.latest.pk,
        "templates:category": category.pk,
        "templates:delete-category": category.pk,
        "people:bad-rows": done.pk,
        "search:": make_saved_search(rita).pk,
        **dict.fromkeys(("search:run", "search:run-undo"), make_run(rita, email).pk),
        "accounts:": rita.pk,
        "consent:": person.pk,
        "consent:release": blocked.pk,
        "campaigns:": campaign.pk,
        **{
            f"campaigns:{name}": step.pk
            for name in ("step", "move-step", "duplicate-step", "delete-step", "step-preview")
        },
        "campaigns:category": kept.pk,
        "campaigns:delete-category": kept.pk,
        "campaigns:launch": launch.pk,
        "campaigns:leave": launch.enrollments.get().pk,
        "undo": undo.pk,
        "tasks:": task.pk,
        "tasks:dismiss": reminder.pk,
        "calls:of-person": person.pk,
        "calls:of-task": task.pk,
        **{f"calls:{name}": word.pk for name in ("word", "move-word", "retire-word")},
        **{
            f"setup:{name}": channel.pk
            for name in ("channel", "connect", "pause", "resume", "remove-channel")
        },
        **{
            f"setup:{name}": rita.identities.first().pk
            for name in ("identity", "resend", "make-default", "remove-identity")
        },
    }


VALUES = {
    "FolderConverter": lambda converter: converter.to_python("sent/delivered"),
    "TabConverter": lambda converter: converter.to_python("sent"),
    "ActionConverter": lambda converter: "archive",
    "ViewConverter": lambda converter: converter.to_python("today"),
    "TaskActionConverter": lambda converter: "complete",
    "ActingConverter": lambda converter: "complete",
    "ListConverter": lambda converter: "outcome",
    "BulkActionConverter": lambda converter: converter.to_python("pause"),
    "PeopleActionConverter": lambda converter: "pause",
    "StepKindConverter": lambda converter: "call",
}


def arguments(name: str, wanted: dict, hers: dict) -> dict:
    made = {}
    for argument, converter in wanted.items():
        if argument == "pk":
            known = [key for key in hers if name.startswith(key)]
            assert known, f"whose object stands behind {name}? Tell test_rights.py."
            made[argument] = hers[max(known, key=len)]
        elif argument in {"key", "uuid"}:
            made[argument] = uuid4()
        elif argument == "token":
            made[argument] = "x" * 31
        else:
            made[argument] = VALUES.get(type(converter).__name__, lambda converter: "1")(converter)
    return made


def walk(client, hers, method):
    """(route, arguments it takes, answer) of every route of ours."""
    for name, wanted in ours():
        url = reverse(name, kwargs=arguments(name, wanted, hers))
        yield name, wanted, getattr(client, method)(url)


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_is_not_signed_in_is_sent_to_sign_in(client, hers, method):
    for name, _wanted, response in walk(client, hers, method):
        if name.rpartition(":")[2] in OPEN or "verify" in name:
            assert response.status_code < 500, name
        else:
            assert response.status_code in {302, 405}, name
            assert response.status_code == 405 or "/accounts/login/" in response["Location"], name


@pytest.mark.parametrize("role", ["user", "manager", "admin"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_meets_nothing_of_somebody_elses(client, hers, rita, role, method):
    client.force_login(make_user("Sam", role=role))
    before = list(rita.emails.values_list("status", "version", "removed_at"))

    for name, wanted, response in walk(client, hers, method):
        assert response.status_code < 500, name
        if role == "admin" and name.startswith("campaigns:") and name not in OWNERS_ALONE:
            continue
        if name in ADMINS:
            assert role == "admin" or response.status_code == 404, name
        elif "pk" in wanted and name not in SHARED:
            assert response.status_code in {404, 405}, name
    assert list(rita.emails.values_list("status", "version", "removed_at")) == before


def test_her_own_pages_open(client, hers, rita):
    client.force_login(rita)

    for name, wanted, response in walk(client, hers, "get"):
        by_token = {404, 410} if "token" in wanted else set()
        expected = {404} if name in ADMINS else {200, 204, 302, 405} | by_token
        assert response.status_code in expected, name


@pytest.mark.parametrize("role", ["user", "manager"])
def test_only_admins_enter_djangos_admin(client, role):
    client.force_login(make_user("Sam", role=role))
    response = client.get(reverse("admin:index"))
    assert response.status_code in {302, 403, 404}


def test_an_admin_sees_every_list_of_djangos_admin(client):
    from django.contrib import admin

    client.force_login(make_user("Ada", role="admin"))
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        assert client.get(reverse(name)).status_code == 200
