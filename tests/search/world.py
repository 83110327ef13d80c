"""A small world, made by chance: a few users, people and campaigns, emails with what came of them."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from django.db import connection

from accounts.models import Membership, Organisation, Team, User
from campaigns.models import Campaign, Enrollment, Step
from emails.conversations import answered
from emails.models import (
    Attachment,
    BulkSend,
    Email,
    EmailContent,
    Event,
    Status,
    StoredFile,
    Template,
    TemplateVersion,
)
from prospects.models import CustomField, Group, GroupMember, Person, Suppression, hash_of
from prospects.words import folded
from tasks.models import Call, Task
from tests.factories import make_channel, make_identity, make_user

NOW = datetime(2026, 11, 26, 14, 30, tzinfo=UTC)
WORDS = [
    "Pricing for Q1", "100% off", "a_b", 'It\'s "here"', "C:\\temp", "ÅNGSTRÖM", "Re: pricing", "q1 rollout",
    "", "<b>bold</b>", "Nordlys Energi", "nordlys energi", "Éclair", "%", "💡 idea",
    "Smørrebrød & Łódź", "Straße",
]  # fmt: skip
SOUGHT = [
    "pricing", "PRICING FOR Q1", "%", "_", "\\", '"', "'", "ångström", "q1", "b", "energi", "éclair", "💡",
    "nordlys energi", "100%", "a_b", "axb", "nothing like it", " ", "e", "angstrom", "ECLAIR", "smorrebrod", "łódź", "strasse",
]  # fmt: skip
DOMAINS = ["nordlys.se", "sub.nordlys.se", "Other.Example", "ordlys.se"]
KINDS = {
    Event.Kind.OPEN: ("views", "first_viewed_at", "last_viewed_at"),
    Event.Kind.CLICK: ("clicks", "first_clicked_at", "last_clicked_at"),
    Event.Kind.REPLY: ("replies", "first_replied_at", "last_replied_at"),
}


@dataclass
class World:
    """Everything that there is, and what trees may name: by field, numbers and names."""

    users: dict[str, User]
    names: dict[str, list[int | str]] = field(default_factory=dict)


class Maker:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def sometimes(self, share: float = 0.5) -> bool:
        return self.chance.random() < share

    def moment(self, before: int = 45, after: int = 12) -> datetime:
        """A time around now; often just at the beginning of a day somewhere."""
        at = NOW + timedelta(days=self.chance.uniform(-before, after))
        if self.sometimes(0.3):
            hour = self.chance.choice([23, 22, 5, 4])
            at = at.replace(
                hour=hour, minute=0, second=0, microsecond=self.chance.choice([0, 0, 1])
            )
        return at

    def maybe(self, *values: Any) -> Any:
        return self.chance.choice([None, *values])

    # Who there is --------------------------------------------------------------------------------

    def world(self) -> World:
        Organisation.objects.update_or_create(pk=1, defaults={"everybody_sees_people": False})
        self.users = {
            "rita": make_user("Rita", time_zone="Europe/Stockholm"),
            "sam": make_user("Sam", time_zone="UTC"),
            "mia": make_user("Mia", role="manager", time_zone="America/New_York"),
            "ada": make_user("Ada", role="admin", time_zone="Asia/Tokyo"),
        }
        self.team = Team.objects.create(name="Sales")
        for name in ("rita", "mia"):
            Membership.objects.create(team=self.team, user=self.users[name])
        self.people = self.make_people()
        self.groups = self.make_groups()
        self.campaigns, self.steps = self.make_campaigns()
        self.make_enrollments()
        self.templates, self.versions = self.make_templates()
        self.channels = [make_channel(self.users["rita"]), make_channel(None, name="Team")]
        self.identities = {
            name: make_identity(user, channel=self.channels[1]) for name, user in self.users.items()
        }
        self.bulk = BulkSend.objects.create(owner=self.users["rita"], subject="Spring news")
        self.file = StoredFile.objects.create(
            owner=self.users["rita"],
            name=self.chance.choice(["a.pdf", "Årsbokslut.PDF"]),
            size=1,
            sha256="0" * 64,
            file="files/a",
        )
        self.emails = self.make_emails()
        self.make_events()
        self.make_tasks()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        return World(self.users, self.named())

    def user(self) -> User:
        return self.users[self.chance.choice(["rita", "rita", "rita", "sam", "mia", "ada"])]

    def make_people(self) -> list[Person]:
        CustomField.objects.create(key="industry", label="Industry")
        CustomField.objects.create(key="2025", label="2025")
        made = []
        for number in range(14):
            domain = self.chance.choice(DOMAINS)
            person = Person(
                owner=self.user(),
                first_name=self.chance.choice(["Maria", "ÅSA", "Bo", ""]),
                last_name=self.chance.choice(["Sandberg", "O'Neil", "_", "", "Møller"]),
                email=f"P{number}@{domain}",
                company=self.chance.choice(WORDS),
                title=self.chance.choice(WORDS),
                source=self.chance.choice(WORDS),
                phone=self.chance.choice(["", "+46 8 _", "100%"]),
                notes=self.chance.choice(WORDS),
                website=self.chance.choice(["", "https://nordlys.se/a_b"]),
                linkedin=self.chance.choice(["", "https://linkedin.com/in/åsa"]),
                authorization=self.chance.choice(["", "consent", "legitimate_interest"]),
                created_at=self.moment(after=0),
                removed_at=self.moment(after=0) if self.sometimes(0.15) else None,
            )
            for key in ("industry", "2025"):
                if self.sometimes() and (text := self.chance.choice(WORDS)):
                    person.custom[key] = text
            person.prepare()
            made.append(person)
            if self.sometimes(0.25):
                self.unsubscribe(person.email.lower())
        people = Person.objects.bulk_create(made)
        for person in people:  # what is saved is changed now, whatever it is told
            Person.objects.filter(pk=person.pk).update(updated_at=self.moment(after=0))
        return people

    def unsubscribe(self, address: str) -> None:
        Suppression.objects.create(
            value=hash_of(address) if self.sometimes() else address,
            reason=self.chance.choice(["unsubscribed", "unsubscribed", "bounced"]),
            released_at=NOW if self.sometimes(0.2) else None,
        )

    def make_groups(self) -> list[Group]:
        rita, sam = self.users["rita"], self.users["sam"]
        groups = [
            Group.objects.create(owner=rita, name="Fair"),
            Group.objects.create(owner=sam, name="Shared"),
            Group.objects.create(owner=sam, name="Secret"),
            Group.objects.create(owner=rita, name="Gone", removed_at=NOW),
        ]
        groups[1].teams.add(self.team)
        GroupMember.objects.bulk_create(
            GroupMember(group=group, person=person)
            for group in groups
            for person in self.people
            if self.sometimes(0.4)
        )
        return groups

    def make_campaigns(self) -> tuple[list[Campaign], list[Step]]:
        rita, sam = self.users["rita"], self.users["sam"]
        campaigns = [
            Campaign.objects.create(owner=rita, name="Q1 rollout"),
            Campaign.objects.create(owner=sam, name="Q1 ROLLOUT"),
            Campaign.objects.create(owner=sam, name="Shared"),
            Campaign.objects.create(owner=sam, name="Secret"),
            Campaign.objects.create(owner=rita, name="Gone", removed_at=NOW),
        ]
        campaigns[2].teams.add(self.team)
        steps = [
            Step.objects.create(
                campaign=campaign,
                timing="launch" if day == 1 else "fixed",
                clock=None if day == 1 else NOW.time(),
                day=day,
                name=f"Day {day}",
                subject=self.chance.choice(WORDS),
                removed_at=NOW if self.sometimes(0.2) else None,
            )
            for campaign in campaigns
            for day in (1, 2)
        ]
        return campaigns, steps

    def make_enrollments(self) -> None:
        """Of most people in a campaign or two; in each of them once at a time."""
        for person in self.people:
            for campaign in self.chance.sample(self.campaigns, self.chance.choice([0, 1, 2])):
                for ended in (True, False) if self.sometimes(0.2) else (self.sometimes(0.4),):
                    self.enroll(person, campaign, ended=ended)

    def enroll(self, person: Person, campaign: Campaign, *, ended: bool) -> None:
        states = ["completed", "ended"] if ended else ["active", "active", "paused", "attention"]
        state = self.chance.choice(states)
        steps = [step for step in self.steps if step.campaign_id == campaign.pk]
        Enrollment.objects.create(
            campaign=campaign,
            person=person,
            owner=self.user(),
            state=state,
            on_hold=self.sometimes(0.3),
            hitch="failed" if state == "attention" else "",
            because=self.chance.choice(["replied", "removed"]) if state == "ended" else "",
            ended_at=NOW if ended else None,
            starts_at=NOW,
            step=self.maybe(*steps),
        )

    def make_templates(self) -> tuple[list[Template], list[TemplateVersion]]:
        rita, sam = self.users["rita"], self.users["sam"]
        templates = [
            Template.write(rita, name="Intro", category=None, subject="Hi", html=""),
            Template.write(sam, name="Intro", category=None, subject="Hi", html=""),
            Template.write(sam, name="Shared", category=None, subject="Hi", html=""),
        ]
        templates[2].teams.add(self.team)
        if self.sometimes():
            Template.objects.filter(pk=templates[0].pk).update(removed_at=NOW)
        return templates, list(TemplateVersion.objects.order_by("pk"))

    # What was sent -------------------------------------------------------------------------------

    def make_emails(self) -> list[Email]:
        made = Email.objects.bulk_create([self.email() for _number in range(90)])
        for number, email in enumerate(made):
            if number and self.sometimes(0.3):
                email.continues = self.chance.choice(made[:number])
                email.save(update_fields=["continues"])
        EmailContent.objects.bulk_create(self.content(email) for email in made)
        Attachment.objects.bulk_create(
            Attachment(email=email, file=self.file) for email in made if self.sometimes(0.2)
        )
        return made

    def email(self) -> Email:
        owner = self.user()
        status = self.chance.choice([*Status, *[Status.DELIVERED] * 6, Status.BOUNCED])
        person = self.maybe(*self.people[:9], *self.people[:9])
        waits = status in {Status.SCHEDULED, Status.IN_PROGRESS}
        campaign = self.chance.choice(self.campaigns) if person and self.sometimes(0.6) else None
        steps = [step for step in self.steps if campaign and step.campaign_id == campaign.pk]
        identity = next(one for name, one in self.identities.items() if one.owner_id == owner.pk)
        return Email(
            owner=owner,
            person=person,
            to_address=person.email if person else self.chance.choice(["x@nordlys.se", "Y@b.com"]),
            subject=self.chance.choice(WORDS),
            status=status,
            campaign=campaign,
            step=self.maybe(*steps) if steps else None,
            template_version=self.maybe(*self.versions),
            bulk=self.bulk if self.sometimes(0.1) else None,
            identity=identity if waits or self.sometimes(0.7) else None,
            channel=self.chance.choice(self.channels) if waits else self.maybe(*self.channels),
            send_at=self.moment() if waits or self.sometimes(0.3) else None,
            lease=uuid4() if status == Status.IN_PROGRESS else None,
            lease_until=NOW if status == Status.IN_PROGRESS else None,
            reason=self.chance.choice(["", "refused", "no_such_mailbox", "unconfirmed"]),
            created_at=self.moment(after=0),
            updated_at=self.moment(after=0),
            delivered_at=self.moment(after=0) if self.sometimes(0.6) else None,
            failed_at=self.moment(after=0) if self.sometimes(0.3) else None,
            archived_at=self.moment(after=0) if self.sometimes(0.2) else None,
            succeeded_at=self.moment(after=0) if self.sometimes(0.2) else None,
            removed_at=NOW if status != Status.IN_PROGRESS and self.sometimes(0.1) else None,
            auto_replies=self.chance.choice([0, 0, 1]),
        )

    def content(self, email: Email) -> EmailContent:
        words = folded(f"{email.to_address} {email.subject}")
        return EmailContent(
            email=email,
            html=f"<p class=b>{self.chance.choice(WORDS)}</p>" if self.sometimes(0.8) else "",
            sent_text=self.chance.choice(WORDS) if self.sometimes() else "",
            search_text=words,
        )

    def make_events(self) -> None:
        events = [event for email in self.emails if self.sometimes(0.6) for event in self.of(email)]
        Event.objects.bulk_create(events)
        for email in self.emails:
            self.roll_up(email, [event for event in events if event.email_id == email.pk])
        for email in self.emails:
            if email.replies:
                email.refresh_from_db()
                answered(email)

    def of(self, email: Email) -> list[Event]:
        return [
            Event(
                email=email,
                kind=self.chance.choice([*KINDS, Event.Kind.OPEN, Event.Kind.DELIVERED]),
                at=self.moment(after=0),
                fingerprint=hashlib.sha256(uuid4().bytes).digest(),
                who=self.chance.choice(["human", "human", "human", "machine"]),
                applied_at=NOW if self.sometimes(0.9) else None,
            )
            for _number in range(self.chance.randint(1, 6))
        ]

    def roll_up(self, email: Email, events: Sequence[Event]) -> None:
        told: dict[str, Any] = {}
        for kind, (counter, first, last) in KINDS.items():
            times = [
                event.at
                for event in events
                if event.kind == kind and event.who == "human" and event.applied_at
            ]
            if times:
                told |= {counter: len(times), first: min(times), last: max(times)}
        for name, value in told.items():
            setattr(email, name, value)
        email.save(update_fields=list(told)) if told else None

    def make_tasks(self) -> None:
        for _number in range(24):
            assignee, done = self.user(), self.sometimes(0.3)
            task = Task(
                assignee=assignee,
                name="Call back",
                kind=self.chance.choice(["email", "call", "inmail", "custom"]),
                person=self.maybe(*self.people),
                email=self.maybe(*self.emails),
                status=self.chance.choice(["complete", "skipped"]) if done else "open",
                priority=self.chance.choice([0, 0, 1]),
                closed_at=NOW if done else None,
                created_at=self.moment(after=0),
                removed_at=NOW if self.sometimes(0.15) else None,
            )
            due = self.moment(before=2, after=2)
            task.plan(due.date(), due.time() if self.sometimes() else None, assignee.time_zone)
            task.save()
            if self.sometimes(0.6):
                Call.objects.create(
                    person=self.chance.choice(self.people),
                    user=assignee,
                    began_at=self.moment(after=0),
                )

    def named(self) -> dict[str, list[int | str]]:
        """What trees may name, among it what is not there."""
        known: dict[str, list[Any]] = {
            "campaign": self.campaigns,
            "template": self.templates,
            "group": self.groups,
            "channel": self.channels,
            "bulk": [SimpleNamespace(pk=self.bulk.pk, name=self.bulk.subject)],
            "step": self.steps,
            "in-campaign": self.campaigns,
            "at-step": self.steps,
            "identity": [
                SimpleNamespace(pk=one.pk, name=one.address) for one in self.identities.values()
            ],
            "person": [SimpleNamespace(pk=one.pk, name=one.email) for one in self.people],
            "owner": [*self.users.values()],
            "sender": [*self.users.values()],
        }
        names: dict[str, list[int | str]] = {"": [word for word in SOUGHT if word.strip()]}
        for name, things in known.items():
            told = [thing for one in things for thing in (one.pk, one.name, one.name.upper())]
            names[name] = [*told, "nobody has this name", 10**15]
        names["owner"] += ["me", "ME"]
        names["sender"] += ["me"]
        names["domain"] = ["nordlys.se", "NORDLYS.SE", "se", "@other.example", "%", "s.se"]
        names["own.industry"] = names["own.2025"] = names["own.gone"] = names[""]
        names["name"] = ["maria sand", "åsa", "o'neil", "_", " ", "Bo Sandberg"][:4]
        names["first-name"] = ["maria", "asa", "ÅSA", "o"]
        names["last-name"] = ["moller", "MØLLER", "berg", "_"]
        names["website"] = names["linkedin"] = ["nordlys", "ÅSA", "_"]
        names["file"] = ["pdf", "A.PDF", "arsbokslut", "%"]
        names["email"] = ["P1@", "nordlys", "p2@nordlys.se", "@"]
        return names
