"""Every page, light and dark, on a screen and on a phone: nothing said in the console, nothing wider than the window,
nothing that axe objects to. SCREENSHOTS=folder keeps a picture of each there.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import Team, User
from campaigns.models import Category as Shelf
from campaigns.models import Launch
from emails.folders import FOLDERS
from emails.models import Category, Email, Status, Template
from emails.tracking.rewriting import unsubscribe_url
from prospects import consent
from prospects.models import Group
from search.alerts import Alert
from search.models import SavedSearch
from search.pins import Pin
from tasks.lists import VIEW_OF
from tasks.models import Call, CallWord
from tests.browser.conftest import enter, findings
from tests.factories import (
    make_bulk,
    make_campaign,
    make_channel,
    make_draft,
    make_email,
    make_identity,
    make_launch,
    make_launched,
    make_person,
    make_run,
    make_run_with_people,
    make_saved_search,
    make_step,
    make_task,
    make_template,
    make_turn,
    make_user,
    start_campaign,
)

pytestmark = pytest.mark.django_db(transaction=True)
LOOKS = {
    "light": (1440, False),
    "dark": (1440, True),
    "phone": (390, False),
    "dark phone": (390, True),
}
# Whose pages are ours from end to end, and those of django-allauth that we lead to.
OURS = {
    "emails",
    "people",
    "tasks",
    "calls",
    "campaigns",
    "templates",
    "search",
    "accounts",
    "setup",
    "consent",
}
SIGN_IN = ["account_login", "account_reset_password", "account_reset_password_done"]
SECURITY = ["account_change_password", "mfa_index"]
# The pages on which people are added to a campaign.
ADDING = ("add", "add-email", "add-start")
# They take what is posted, lead elsewhere, or are part of a page.
NO_PAGES = {
    "campaigns:add-chosen",
    "campaigns:succeed",
    "campaigns:take-out",
    "campaigns:take-out-of-emails",
    "emails:bulk-autosave",
    "emails:bulk-new",
    "emails:bulk-roll-up",
    "emails:compose-become-bulk",
    "emails:compose-autosave",
    "emails:compose-discard",
    "emails:compose-done",
    "emails:compose-files",
    "emails:compose-save",
    "emails:compose-preview",
    "emails:field-list",
    "emails:home",
    "emails:people-suggest",
    "emails:schedule",
    "emails:send",
    "people:columns",
    "search:export-emails",
    "search:export-people",
    "search:found",
    "search:side",
    "search:typed",
    "search:under-way",
    "tasks:fill",
    "tasks:home",
    "tasks:people",
    "tasks:reminders",
    "templates:picker",
    "templates:picker-beside",
    "templates:picker-found",
}


@pytest.fixture
def admin():
    """An admin with some of everything."""
    admin = make_user("Ada Admin", role="admin")
    make_user("Berta Berg")
    make_identity(admin, channel=make_channel(admin))
    make_channel(name="Team")
    group = Group.objects.create(owner=admin, name="Met at the trade fair in October")
    for status in Status.values:
        for number in range(2):
            person = make_person(admin, title="Head of Operations")
            group.people.add(person)
            make_email(admin, status, person=person, subject=f"{status}, number {number}")
    make_draft(admin).remove(by=admin)
    people = list(group.people.all())
    bulk = make_bulk(admin, *people, html="<p>Hi {{first_name}}, {{website}}</p>")
    bulk.recipients.first().write("Only yours", bulk.html, common=bulk)
    consent.unsubscribe_address(people[3].email, source="link")
    make_launched(admin, *people)
    make_library(admin)
    make_searches(admin)
    make_tasks(admin, people[0])
    make_cadence(admin, *people[:6], adding=people[4:10])
    going_on = {"campaign": admin.campaigns.get(name="Q1 rollout"), "continues": True}
    make_bulk(admin, *people[:3], subject="One more word", **going_on)
    make_email(User.objects.get(name="Berta Berg"), Status.DELIVERED, subject="Of a colleague")
    left = admin.emails.get(subject="failed, number 0")
    told = {"email_id": left.pk, "because": "too_many", "words": "Three a week!"}
    consent.unsubscribe_address(left.to_address, source="link", **told)
    consent.block(["rival.example"], by=admin, why="A rival of ours")
    return admin


def make_searches(admin):
    """Saved searches of the admin's and of a colleague's, both shared, with new matches in each; what was
    done with many emails, and what is still to be done."""
    teams, colleague = [Team.objects.get()], make_user("Cilla Search")
    hot = "viewed (clicked or -replied) group:Gone"
    mine = make_saved_search(admin, hot, name="Hot this week")
    theirs = make_saved_search(colleague, "status:sent", subject="emails", name="Out of the door")
    for saved in (mine, theirs):
        saved.share(teams)
        Alert.switch_on(saved, admin)
    Alert.objects.update(new=1200, new_at=timezone.now())
    Pin.put(theirs, admin, yes=True)
    emails = admin.emails.present()
    make_run(admin, *emails.with_status(Status.DELIVERED), page="/search/?q=number", others=1)
    make_run(admin, *emails.with_status(Status.DELIVERED, Status.DRAFT)).go_on()
    known = make_person(colleague, "Known", company="Elsewhere")
    make_run_with_people(admin, *admin.people.all()[:2], known).go_on()
    make_email(admin, Status.DELIVERED, subject="Stays where it is")


def make_tasks(admin, person):
    """A task of each kind, one that is done, a call and a reminder."""
    person.phone, person.linkedin = "+46 70 123 45 67", "https://www.linkedin.com/in/maria"
    person.save()
    for kind, name in (
        ("email", "Send the list"),
        ("call", "Call about the price"),
        ("inmail", "Connect on LinkedIn"),
        ("custom", "Update the forecast"),
    ):
        make_task(
            admin, name, kind=kind, person=person, details="Ask for the two sites.", priority=1
        )
    make_task(admin, "Done before").complete(by=admin)
    outcome = CallWord.offered_on("outcome").first()
    Call.log(person, admin, key=uuid4(), seconds=390, outcome=outcome, notes="Wants two sites.")
    task = admin.tasks.get(name="Update the forecast")
    task.reminders.create(user=admin, at=task.due_at)


def make_cadence(admin, *people, adding):
    """A running campaign with a step of each kind, to which others are about to be added; and one without
    any."""
    make_campaign(admin, "Nobody in it yet")
    campaign = make_campaign(admin, "Q1 rollout", category=Shelf.named(admin, "Cold"))
    first = make_step(campaign)
    make_step(campaign, "call", name="Call about the price", details="Two sites?", priority=1)
    make_step(campaign, day=3, subject="", follows=True)
    make_step(campaign, "inmail", day=5, name="Connect")
    make_step(campaign, "custom", day=5, name="Update the forecast")
    launch = start_campaign(campaign, *people)
    for enrollment in launch.enrollments:
        make_turn(enrollment, first)
    one, two, three, *_ = launch.enrollments.order_by("pk")
    one.end("replied", by=None)
    two.pause(by=admin)
    three.step.campaign.enrollments.filter(pk=three.pk).update(state="attention", hitch="failed")
    make_launch(campaign, *adding)


def make_library(admin):
    """Templates of the admin's and of a colleague's, in a category, shared and deleted."""
    team, colleague = Team.objects.create(name="North"), make_user("Cilla Colleague")
    for member in (admin, colleague):
        team.memberships.create(user=member)
    category = Category.named(admin, "First contact")
    template = make_template(admin, "Intro for head offices", category=category)
    template.star(admin)
    for owner, name in ((admin, "After the demo"), (colleague, "Price list")):
        make_template(owner, name).share([team])
    make_template(admin, "Old").remove(by=admin)
    make_email(admin, Status.DELIVERED, template_version=template.latest, subject="By template")


def names_without_values() -> Iterator[str]:
    """Names of our URLs that need no value: most are pages."""
    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and resolver.namespace in OURS:
            for pattern in resolver.url_patterns:
                if not pattern.pattern.converters:
                    yield f"{resolver.namespace}:{pattern.name}"


def pages_of(admin) -> dict[str, str]:
    """Each page that somebody who is signed in can open, by a name for its picture."""
    told = {name: reverse(name) for name in sorted({*names_without_values(), *SECURITY} - NO_PAGES)}
    told |= {path: reverse("emails:folder", args=[path]) for path in FOLDERS}
    bounced = admin.emails.get(subject="bounced, number 0")
    person = bounced.person
    left = admin.emails.get(subject="failed, number 0").person
    group, identity, channel = person.groups.get(), admin.identities.get(), admin.channels.get()
    bulk, going_on = admin.bulk_sends.drafts().order_by("pk")
    launched, theirs = (
        admin.bulk_sends.launched().get(),
        Email.objects.get(subject="Of a colleague"),
    )
    chosen = f"?recipient={bulk.recipients.first().pk}"
    return told | {
        "bulk": reverse("emails:bulk", args=[launched.pk]),
        "bulk edit": reverse("emails:bulk-edit", args=[bulk.pk]),
        "bulk one": reverse("emails:bulk-edit", args=[bulk.pk]) + chosen,
        "bulk preview": reverse("emails:bulk-preview", args=[bulk.pk]),
        "bulk review": reverse("emails:bulk-review", args=[bulk.pk]),
        "bulk that continues": reverse("emails:bulk-edit", args=[going_on.pk]),
        "bulk that continues, review": reverse("emails:bulk-review", args=[going_on.pk]),
        "search found": reverse("emails:search") + "?q=number",
        "quick search": reverse("search:quick") + "?q=number",
        "quick search in vain": reverse("search:quick") + "?q=xyzzy",
        "search in vain": reverse("emails:search") + "?q=nobody",
        "beside the list": f"{told['undelivered/bounced']}?open={bounced.pk}",
        "email": reverse("emails:email", args=[bounced.pk]),
        "email of a colleague": f"{theirs.get_absolute_url()}?as={theirs.owner_id}",
        "draft": reverse(
            "emails:compose-edit", args=[admin.emails.get(subject="draft, number 0").pk]
        ),
        "person": person.get_absolute_url(),
        "person edit": reverse("people:edit", args=[person.pk]),
        "group": group.get_absolute_url(),
        "person beside the list": f"{told['people:home']}?open={person.pk}",
        "unsubscribes": f"{told['people:home']}?show=unsubscribed",
        "group edit": reverse("people:edit-group", args=[group.pk]),
        "identity": reverse("setup:identity", args=[identity.pk]),
        **pages_of_library(admin),
        **pages_of_search(admin),
        **pages_of_tasks(admin),
        **pages_of_campaigns(admin),
        "channel": reverse("setup:channel", args=[channel.pk]),
        "member": reverse("accounts:member", args=[admin.pk]),
        "unsubscribe": reverse("consent:unsubscribe", args=[person.pk]),
        "resubscribe": reverse("consent:resubscribe", args=[left.pk]),
        "release": reverse("consent:release", args=[consent.standing(left)[0].pk]),
        "who left": left.get_absolute_url(),
        "way out": unsubscribe_url(bounced.pk),
        "way out taken": unsubscribe_url(admin.emails.get(subject="failed, number 0").pk),
        "404": "/nowhere/",
    }


def pages_of_tasks(admin) -> dict[str, str]:
    tasks = {task.name: task for task in admin.tasks.present()}
    person = tasks["Call about the price"].person
    told = {f"task {name}": task.get_absolute_url() for name, task in tasks.items()}
    told |= {f"tasks {view}": reverse("tasks:list", args=[view]) for view in VIEW_OF}
    today, first = told["tasks today"], tasks["Send the list"].pk
    return told | {
        "tasks beside the list": f"{today}?open={first}",
        "tasks in groups": f"{today}?group=priority&sort=type",
        "tasks of no range": f"{told['tasks range']}?from=2027-02-31&to=2027-03-01",
        "task edit": reverse("tasks:edit", args=[first]),
        "task in words": f"{reverse('tasks:new')}?words=call+31+Feb",
        "tasks of a person": f"{person.get_absolute_url()}?tab=tasks",
        "tasks worked through": f"{reverse('tasks:work', args=['today'])}",
        "tasks worked through to the end": f"{reverse('tasks:work', args=['today'])}?at=end",
        "tasks worked through, none": f"{reverse('tasks:work', args=['tomorrow'])}",
        "email for a task": reverse("tasks:write", args=[tasks["Send the list"].pk]),
        "call": reverse("calls:of-person", args=[person.pk]),
        "calls in the history": f"{person.get_absolute_url()}?tab=history",
        "call word": reverse("calls:word", args=[CallWord.offered_on("outcome").first().pk]),
    }


def pages_of_campaigns(admin) -> dict[str, str]:
    campaign, empty = (
        admin.campaigns.get(name=name) for name in ("Q1 rollout", "Nobody in it yet")
    )
    colleague = type(admin).objects.get(name="Cilla Colleague")
    tabs = ("campaign", "people", "tasks", "emails", "settings")
    told = {f"campaign {tab}": reverse(f"campaigns:{tab}", args=[campaign.pk]) for tab in tabs}
    told |= {f"no {tab}": reverse(f"campaigns:{tab}", args=[empty.pk]) for tab in tabs}
    for step in campaign.steps.all():
        told[f"step {step.kind} {step.day}"] = reverse("campaigns:step", args=[step.pk])
    addings = {step: reverse(f"campaigns:{step}", args=[campaign.pk]) for step in ADDING}
    begun, started = Launch.begun_by(admin, campaign), admin.launches.exclude(started_at=None).get()
    alone = f"?person={begun.people.order_by('pk').last().pk}"
    return told | {
        "adding nobody yet": reverse("campaigns:add", args=[empty.pk]),
        **{f"campaign {step}": address for step, address in addings.items()},
        "campaign add-write": reverse("campaigns:add-write", args=[campaign.pk]) + alone,
        "people were added": reverse("campaigns:launch", args=[started.pk]),
        "new step": reverse("campaigns:new-step", args=[empty.pk, "email"]),
        "campaign category": reverse("campaigns:category", args=[campaign.category.pk]),
        "campaigns in vain": reverse("campaigns:home") + "?words=nothing",
        "campaigns as a colleague": reverse("campaigns:home") + f"?as={colleague.pk}",
    }


def pages_of_library(admin) -> dict[str, str]:
    templates = {template.name: template for template in Template.objects.all()}
    intro, price = templates["Intro for head offices"], templates["Price list"]
    return {
        "template": intro.get_absolute_url(),
        "template of a colleague": price.get_absolute_url(),
        "template deleted": templates["Old"].get_absolute_url(),
        "template version": intro.latest.get_absolute_url(),
        "templates of a category": intro.category.get_absolute_url(),
        "templates in vain": reverse("templates:home") + "?words=nothing",
        "templates deleted": reverse("templates:home") + "?view=deleted&sort=used",
        "category": reverse("templates:category", args=[intro.category.pk]),
        "email by template": reverse(
            "emails:email", args=[admin.emails.get(subject="By template").pk]
        ),
    }


def pages_of_search(admin) -> dict[str, str]:
    home, saved = reverse("search:home"), admin.saved_searches.get()
    shared = SavedSearch.shared_with(admin).get()
    waiting, done, people = admin.runs.order_by("pk")
    person = admin.people.first()
    tree = (
        '{"all":[{"field":"campaign"},{"field":"domain"},{"not":{"field":"status","op":"is",'
        '"value":["sent","draft"]}},{"any":[{"field":"delivered","op":"in","within":'
        '{"from":"2026-11-30","to":"2026-11-01"}},{"field":"subject","op":"has","value":"a"}]}]}'
    )
    return {
        "search people": f"{home}?q=name:a&of=people&open={person.pk}",
        "search emails": f"{home}?q=status:sent&of=emails",
        "search unfinished": f"{home}?{urlencode({'tree': tree, 'of': 'emails'})}",
        "search unreadable": f"{home}?q=veiwed:3",
        "search without an answer": f"{home}?q=name:nobody",
        "search saved": saved.get_absolute_url(),
        "search saved, changed": f"{saved.get_absolute_url()}&q=viewed:3",
        "search shared by a colleague": shared.get_absolute_url(),
        "search unreadable twice": f"{home}?q=veiwed:3+clikced:1",
        "run to be done": waiting.get_absolute_url(),
        "run done": done.get_absolute_url(),
        "run done, those done": f"{done.get_absolute_url()}?show=done",
        "run with people": people.get_absolute_url(),
        "search edit": reverse("search:edit", args=[saved.pk]),
    }


def look_at(page, name: str, address: str, look: str) -> list[str]:
    """What is wrong with the page at `address`."""
    answer = page.goto(address)
    wrong = findings(page)
    if answer.status != (404 if name == "404" else 200):
        wrong.append(f"answers {answer.status}")
    if beyond := page.evaluate("document.documentElement.scrollWidth - innerWidth"):
        wrong.append(f"{beyond} px wider than the window")
    if folder := os.environ.get("SCREENSHOTS"):
        file = f"{name.replace('/', '-').replace(':', '-')} {look}.png".replace(" ", "-")
        page.screenshot(path=Path(folder) / file)
    return [f"{name}: {each}" for each in wrong]


@pytest.mark.parametrize(
    "look",
    [
        "light",
        *(pytest.param(look, marks=pytest.mark.long) for look in ("dark", "phone", "dark phone")),
    ],
)
def test_every_page_fits_its_window_and_can_be_used_by_all(open_page, admin, look):
    width, dark = LOOKS[look]
    page = open_page(width=width, dark=dark)
    wrong = [each for name in SIGN_IN for each in look_at(page, name, reverse(name), look)]
    enter(page, admin)
    for name, address in pages_of(admin).items():
        wrong += look_at(page, name, address, look)

    assert wrong == []
