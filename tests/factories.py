"""Things that tests need, with defaults for what does not matter to them."""

from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from campaigns.launching.adding import add_people as add_to_launch
from campaigns.models import Campaign, Enrollment, Launch, Step, Turn
from emails.bulk.adding import add_people
from emails.models import (
    Attempt,
    BulkSend,
    Channel,
    Email,
    Identity,
    Outcome,
    Status,
    Template,
)
from emails.writing import Writing, draft
from prospects.many import Wish
from prospects.models import Person
from search.language import parse
from search.models import Run, SavedSearch
from tasks.models import Task

_numbers = count(1)
PASSWORD = "a good long password"


def make_user(name: str = "", **fields: Any) -> User:
    name = name or f"User {next(_numbers)}"
    address = f"{name.split()[0].lower()}.{next(_numbers)}@team.example"
    return User.objects.create_user(
        fields.pop("email", address), fields.pop("password", PASSWORD), name=name, **fields
    )


def make_channel(owner: User | None = None, **fields: Any) -> Channel:
    fields = {"name": "Office", "host": "127.0.0.1", "port": 2525, "security": "none"} | fields
    return Channel.objects.create(owner=owner, **fields)


def make_identity(owner: User, **fields: Any) -> Identity:
    """Verified, with a channel, and their default unless they have one."""
    fields.setdefault("channel", fields.get("channel") or make_channel(owner))
    fields.setdefault("is_default", not owner.identities.exists())
    fields = {"name": owner.name, "address": owner.email, "verified_at": timezone.now()} | fields
    return Identity.objects.create(owner=owner, **fields)


def make_person(owner: User, first_name: str = "", **fields: Any) -> Person:
    first_name = first_name or f"Person{next(_numbers)}"
    fields = {
        "last_name": "Sandberg",
        "email": f"{first_name.lower()}.{next(_numbers)}@nordlys.example",
        "company": "Nordlys Energi",
    } | fields
    return Person.objects.create(owner=owner, first_name=first_name, **fields)


def make_template(owner: User, name: str = "Intro", **fields: Any) -> Template:
    fields = {"category": None, "subject": "Hello", "html": "<p>Hello from us</p>"} | fields
    return Template.write(owner, name=name, **fields)


def make_draft(owner: User, **fields: Any) -> Email:
    if "identity" not in fields:
        fields["identity"] = owner.identities.first() or make_identity(owner)
    person = fields.get("person")
    fields = {
        "to_address": person.email if person else "maria@nordlys.example",
        "subject": "Pricing for the Q1 rollout",
        "html": "<p>Hi Maria, as promised.</p>",
    } | fields
    return draft(owner, Writing(**fields))


def make_email(owner: User, status: str = Status.DRAFT, **fields: Any) -> Email:
    """An email that went the real way to `status`; `send_at` is when it is or was due."""
    send_at = fields.pop("send_at", timezone.now() - timedelta(minutes=1))
    email = make_draft(owner, **fields)
    if status != Status.DRAFT:
        email.schedule(send_at, by=owner)
    if status not in {Status.DRAFT, Status.SCHEDULED}:
        attempt = make_attempt(email)
        _bring_to(email, attempt, Status(status))
    return email


def make_bulk(owner: User, *people: Person, **fields: Any) -> BulkSend:
    """A draft to `people`, ready to be sent."""
    if "identity" not in fields:
        fields["identity"] = owner.identities.first() or make_identity(owner)
    fields = {"subject": "Pricing news", "html": "<p>Hi, prices have changed.</p>"} | fields
    bulk = BulkSend.objects.create(owner=owner, **fields)
    add_people(bulk, Person.objects.filter(pk__in=[person.pk for person in people]))
    return bulk


def make_launched(owner: User, *people: Person, **fields: Any) -> BulkSend:
    """A bulk email whose emails are there and due."""
    bulk = make_bulk(owner, *people, **fields)
    bulk.launch(timezone.now() - timedelta(seconds=5), by=owner)
    bulk.make_emails()
    return bulk


def make_attempt(email: Email) -> Attempt:
    """Mark `email` as a worker would."""
    from emails.sending.claim import claim_one
    from emails.sending.mark import mark

    lease = uuid4()
    claim_one(email, lease)
    attempt = mark(email, lease, worker="test")
    assert attempt is not None
    return attempt


def deliver(email: Email) -> None:
    """Let a scheduled email that is due arrive."""
    _bring_to(email, make_attempt(email), Status.DELIVERED)


def _bring_to(email: Email, attempt: Attempt, status: Status) -> None:
    outcome = {
        Status.DELIVERED: Outcome.ARRIVED,
        Status.ARCHIVED: Outcome.ARRIVED,
        Status.FAILED: Outcome.REFUSED,
        Status.BOUNCED: Outcome.FAILED,
        Status.SPAM: Outcome.COMPLAINED,
    }.get(status)
    if outcome is None:
        return
    reasons = {Outcome.REFUSED: "refused", Outcome.FAILED: "no_such_mailbox"}
    attempt.outcome, attempt.ended_at = outcome, timezone.now()
    attempt.reason = reasons.get(outcome, "")
    attempt.server_words = "550 5.1.1 no such user" if outcome == Outcome.FAILED else ""
    attempt.save()
    email.weigh()
    if status == Status.ARCHIVED:
        email.archive(by=email.owner)


def make_task(assignee: User, name: str = "Call back", **fields: Any) -> Task:
    """Open and due today, unless `day`, `clock` or `zone` say when."""
    day = fields.pop("day", None) or timezone.localdate(timezone=assignee.zone)
    clock, zone = fields.pop("clock", None), fields.pop("zone", assignee.time_zone)
    task = Task(assignee=assignee, creator=fields.pop("creator", assignee), name=name, **fields)
    task.plan(day, clock, zone)
    task.save()
    return task


def make_campaign(owner: User, name: str = "Q1 rollout", **fields: Any) -> Campaign:
    fields = {"zone": owner.time_zone, "skip_weekends": False} | fields
    return Campaign.objects.create(owner=owner, name=name, **fields)


def make_step(campaign: Campaign, kind: str = "email", day: int = 1, **fields: Any) -> Step:
    """The last step of its day; an email goes at the time of the one before it."""
    if kind == "email":
        first = not campaign.steps.present().exists()
        fields = {
            "timing": "launch" if first else "previous",
            "subject": "Pricing for the Q1 rollout",
            "html": "<p>Hi {{first_name}}, as promised.</p>",
        } | fields
    position = campaign.steps.filter(day=day).count()
    return Step.objects.create(
        campaign=campaign, kind=kind, day=day, **({"position": position} | fields)
    )


def make_saved_search(owner: User, text: str = "viewed", **fields: Any) -> SavedSearch:
    """A search as `text` has it, at the end of its owner's list."""
    fields = {"name": f"Search {SavedSearch.objects.count() + 1}", "subject": "people"} | fields
    saved = SavedSearch(owner=owner, **fields)
    saved.put(parse(text), saved.subject)
    saved.stand_last()
    saved.save()
    return saved


def make_run(owner: User, *emails: Email, action: str = "archive", **fields: Any) -> Run:
    """What a worker is asked to do with `emails`; nothing of it is done yet."""
    chosen = Email.objects.filter(pk__in=[email.pk for email in emails])
    return Run.begin(owner, action, chosen, **fields)


def make_run_with_people(owner: User, *people: Person, **told: str) -> Run:
    """What a worker is asked to do with `people`: to set their source, if nothing else is told."""
    wanted = {name: [value] for name, value in ({"source": "Web"} | told).items()}
    wish = Wish(owner, "ticked", "source", wanted, "/people/")
    return Run.begin_with_people(wish, Person.objects.of_ids(person.pk for person in people))


def make_launch(campaign: Campaign, *people: Person, by: User | None = None) -> Launch:
    """The list of those whom `by`, else its owner, is about to add."""
    by = by or campaign.owner
    if not by.identities.exists():
        make_identity(by)
    launch = Launch.begin(by, campaign)
    if people:
        add_to_launch(launch, Person.objects.filter(pk__in=[person.pk for person in people]))
    return launch


def start_campaign(campaign: Campaign, *people: Person, by: User | None = None) -> Launch:
    """Let `people` begin it now."""
    launch = make_launch(campaign, *people, by=by)
    launch.start(timezone.now())
    return launch


def make_enrollment(campaign: Campaign, person: Person | None = None, **fields: Any) -> Enrollment:
    """Somebody who has just been added to `campaign`, by its owner unless `owner` says otherwise."""
    owner = fields.pop("owner", campaign.owner)
    if "identity" not in fields:
        fields["identity"] = owner.identities.first() or make_identity(owner)
    fields = {"starts_at": timezone.now(), "advance_at": timezone.now()} | fields
    person = person or make_person(owner)
    return Enrollment.objects.create(campaign=campaign, person=person, owner=owner, **fields)


def make_turn(enrollment: Enrollment, step: Step, **fields: Any) -> Turn:
    """The turn of `step`, at which the enrollment stands from now on."""
    Enrollment.objects.filter(pk=enrollment.pk).update(step=step)
    enrollment.step = step
    return Turn.objects.create(
        enrollment=enrollment, step=step, **({"due_at": timezone.now()} | fields)
    )
