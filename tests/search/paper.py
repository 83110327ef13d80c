"""A search on paper: what a tree finds, worked out slowly from what its words mean.

Written from the meaning and not from the SQL: it reads all there is into memory once, and asks of
each email and each person by itself whether they are meant. Days are compared as days.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from accounts.models import Membership, User
from campaigns.models import Campaign, Enrollment, Step
from emails.models import Attachment, BulkSend, Channel, Email, Event, Identity, Template
from prospects.models import Group, GroupMember, Person, Suppression, hash_of
from search.periods import Period
from search.tree import All, Any_, Condition, Node, Not, conditions
from tasks.models import Call, Task

SENT_TAB = {"delivered", "archived"}
TABS = {
    "sent": SENT_TAB,
    "pending": {"scheduled", "draft", "in_progress"},
    "undelivered": {"failed", "bounced", "spam"},
}
# A server has had it in hand.
HAS_LEFT = SENT_TAB | {"bounced", "spam"}
ABOUT_EMAILS = {
    "status", "subject", "body", "created", "delivered", "failed", "scheduled", "archived", "reason",
    "attachment", "file", "updated", "bulk", "channel", "identity", "sender", "campaign", "step", "template",
}  # fmt: skip
SAY_STATUS = {"status", "failed", "scheduled", "reason"}
ACTIVITIES = {
    "viewed", "clicked", "replied", "replies", "events", "active", "success", "bounced", "spam", "auto-reply", "emails",
}  # fmt: skip
TEXTS_OF_PEOPLE = {
    "first-name", "last-name", "company", "title", "phone", "website", "linkedin", "source", "notes",
    "email",
}  # fmt: skip
ABOUT_TASKS = {"task", "task-type", "task-priority", "task-due"}
EVENTS = {"viewed": "open", "clicked": "click", "replies": "reply"}


class NotAllowed(Exception):
    """The tree asks for emails of somebody whom the user may not look at."""


class Everything:
    """All rows of the world, read once."""

    def __init__(self) -> None:
        self.users = list(User.objects.all())
        self.people = list(Person.objects.all())
        emails = Email.objects.select_related("content", "template_version")
        self.emails = {email.pk: email for email in emails}
        self.events = list(Event.objects.all())
        self.attached = list(Attachment.objects.select_related("file"))
        self.enrollments = list(Enrollment.objects.all())
        self.groups = list(Group.objects.prefetch_related("teams"))
        self.members = set(GroupMember.objects.values_list("group_id", "person_id"))
        self.campaigns = list(Campaign.objects.prefetch_related("teams"))
        self.steps = list(Step.objects.all())
        self.templates = list(Template.objects.prefetch_related("teams"))
        self.channels = list(Channel.objects.all())
        self.identities = list(Identity.objects.all())
        self.bulks = list(BulkSend.objects.all())
        self.tasks = list(Task.objects.all())
        self.calls = list(Call.objects.all())
        self.in_team = set(Membership.objects.values_list("team_id", "user_id"))
        self.suppressed = list(Suppression.objects.filter(released_at=None))

    @cached_property
    def seen(self) -> dict[tuple[int, str], list[datetime]]:
        """When people did what with each email, as far as that has been taken in."""
        times: dict[tuple[int, str], list[datetime]] = {}
        for event in self.events:
            if event.who == "human" and event.applied_at:
                times.setdefault((event.email_id, event.kind), []).append(event.at)
        return times

    @cached_property
    def answers(self) -> dict[int, datetime]:
        """When each email's conversation was last answered."""
        last: dict[int, datetime] = {}
        for together in self._conversations():
            times = [at for pk in together for at in self.seen.get((pk, "reply"), [])]
            if times:
                last |= dict.fromkeys(together, max(times))
        return last

    def _conversations(self) -> list[set[int]]:
        parts: list[set[int]] = [{pk} for pk in self.emails]
        for one in self.emails.values():
            for other in self.emails.values():
                if self._belong_together(one, other):
                    joined = [part for part in parts if {one.pk, other.pk} & part]
                    parts = [part for part in parts if part not in joined]
                    parts.append(set().union(*joined))
        return parts

    @staticmethod
    def _belong_together(one: Email, other: Email) -> bool:
        if one.owner_id != other.owner_id or one.person_id != other.person_id:
            return False
        if one.person_id is None and one.to_address.lower() != other.to_address.lower():
            return False
        if one.continues_id == other.pk:
            return True
        return bool(one.person_id and one.campaign_id and one.campaign_id == other.campaign_id)


class Paper:
    """The world as `user` looks at it at `now`."""

    def __init__(self, world: Everything, user: User, now: datetime) -> None:
        self.world = world
        self.user = user
        self.zone = user.zone
        self.today = self.day(now)

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    # What is found -------------------------------------------------------------------------------

    def emails(self, tree: Node) -> set[int]:
        return {email.pk for email in self.mine(tree) if self.is_meant(tree, email)}

    def people(self, tree: Node) -> set[int]:
        mine = self.mine(tree)
        return {
            person.pk
            for person in self.world.people
            if self.may_see(person)
            and self.is_wanted(
                tree, person, [], [email for email in mine if email.person_id == person.pk]
            )
        }

    def mine(self, tree: Node) -> list[Email]:
        """The user's own emails; those of others whom they may look at, if the tree says whose."""
        looked_at = [one for one in conditions(tree) if one.field == "sender"]
        owners = {self.user.pk}
        if looked_at:
            owners = {user.pk for user in self.senders()}
            for condition in looked_at:
                if condition.op == "is" and not all(
                    self.named(value, self.senders(), ["name", "email"])
                    for value in condition.value
                ):
                    raise NotAllowed
        return [
            email
            for email in self.world.emails.values()
            if email.owner_id in owners and email.removed_at is None
        ]

    def senders(self) -> list[User]:
        if self.user.role == "admin":
            return self.world.users
        if self.user.role != "manager":
            return [self.user]
        teams = {team for team, user in self.world.in_team if user == self.user.pk}
        inside = {user for team, user in self.world.in_team if team in teams} | {self.user.pk}
        return [user for user in self.world.users if user.pk in inside]

    def may_see(self, person: Person) -> bool:
        if person.removed_at:
            return False
        shared = [group for group in self.world.groups if self.is_shared_with_me(group)]
        inside = any((group.pk, person.pk) in self.world.members for group in shared)
        return self.user.role == "admin" or person.owner_id == self.user.pk or inside

    def is_shared_with_me(self, thing: Any) -> bool:
        teams = {team for team, user in self.world.in_team if user == self.user.pk}
        removed = isinstance(thing, Group) and thing.removed_at
        return (
            not removed
            and thing.owner_id != self.user.pk
            and any(team.pk in teams for team in thing.teams.all())
        )

    # Trees ---------------------------------------------------------------------------------------

    def is_meant(self, node: Node, email: Email) -> bool:
        if isinstance(node, Condition):
            return self.holds(node, email)
        if isinstance(node, Not):
            return not self.is_meant(node.child, email)
        held = (self.is_meant(child, email) for child in node.children)
        return all(held) if isinstance(node, All) else any(held)

    def is_wanted(
        self, node: Node, person: Person, scope: Sequence[Condition], mine: Sequence[Email]
    ) -> bool:
        """Whether `node` holds for a person, `mine` being the user's emails to them."""
        if isinstance(node, Not):
            return not self.is_wanted(node.child, person, scope, mine)
        if isinstance(node, Any_):
            return any(self.is_wanted(child, person, scope, mine) for child in node.children)
        if isinstance(node, Condition):
            if node.field in ABOUT_EMAILS:
                return bool(self.in_scope([*scope, node], mine))
            if node.field in ACTIVITIES:
                return self.did(node, self.in_scope(scope, mine))
            return self.is_like(node, person)
        said = [
            child
            for child in node.children
            if isinstance(child, Condition) and child.field in ABOUT_EMAILS
        ]
        inner = [*scope, *said]
        if said and not self.in_scope(inner, mine):
            return False
        rest = [child for child in node.children if child not in said]
        return all(self.is_wanted(child, person, inner, mine) for child in rest)

    def in_scope(self, scope: Sequence[Condition], mine: Iterable[Email]) -> list[Email]:
        """Those of the emails that are meant; unless a status is told, sent ones."""
        told = any(condition.field in SAY_STATUS for condition in scope)
        sent = [email for email in mine if told or email.status in HAS_LEFT]
        return [email for email in sent if all(self.holds(one, email) for one in scope)]

    # Conditions ----------------------------------------------------------------------------------

    def holds(self, condition: Condition, email: Email) -> bool:
        """Whether a condition holds for one email."""
        field = condition.field
        if field in ACTIVITIES:
            return self.did(condition, [email])
        if field in ABOUT_EMAILS:
            return bool(getattr(self, f"_{field}")(condition, email))
        if field == "text":
            return searched(email.content.search_text, condition)
        if field == "email":
            return says(condition, email.to_address)
        if field == "domain":
            return at_domain(condition, email.to_address)
        if field in ABOUT_TASKS:
            return self.has_task(condition, lambda task: task.email_id == email.pk)
        people = {person.pk: person for person in self.world.people}
        return email.person_id is not None and self.is_like(condition, people[email.person_id])

    def did(self, condition: Condition, emails: Sequence[Email]) -> bool:
        """Whether a condition on what was done holds for some emails together."""
        field = condition.field
        if field in EVENTS:
            return self.happened_often(
                condition,
                [at for one in emails for at in self.world.seen.get((one.pk, EVENTS[field]), [])],
            )
        if field == "events":
            seen = self.world.seen
            kinds = EVENTS.values()
            number = sum(len(seen.get((one.pk, kind), [])) for one in emails for kind in kinds)
            return compare(condition, number)
        if field == "emails":
            if condition.within is None:
                return compare(condition, len(emails))
            return self.happened_often(
                condition, [one.delivered_at for one in emails if one.delivered_at]
            )
        if field in {"bounced", "spam"}:
            return any(one.status == field for one in emails)
        if field == "auto-reply":
            return any(one.auto_replies for one in emails)
        return self.when(condition, [at for one in emails for at in self._times(field, one)])

    def _times(self, field: str, email: Email) -> list[datetime | None]:
        if field == "replied":
            return [self.world.answers.get(email.pk)]
        if field == "active":
            kinds = EVENTS.values()
            return [at for kind in kinds for at in self.world.seen.get((email.pk, kind), [])]
        return [email.succeeded_at]

    def happened_often(self, condition: Condition, times: Sequence[datetime]) -> bool:
        within = condition.within
        if within is None:
            return compare(condition, len(times))
        if within.not_for_days:
            return compare(condition, len(times)) and self.is_within(max(times), within)
        return compare(condition, sum(self.is_within(at, within) for at in times))

    def when(self, condition: Condition, times: Sequence[datetime | None]) -> bool:
        """Whether the latest of `times` is at any time, or within the days that are asked for."""
        there = [at for at in times if at]
        if not there or condition.within is None:
            return bool(there)
        return self.is_within(max(there), condition.within)

    def is_within(self, at: datetime, period: Period) -> bool:
        return self.is_day_within(self.day(at), period)

    def is_day_within(self, day: date, period: Period) -> bool:
        today = self.today
        if period.days:
            return day > today - timedelta(days=period.days)
        if period.not_for_days:
            return day <= today - timedelta(days=period.not_for_days)
        if period.next_days:
            return today <= day < today + timedelta(days=period.next_days)
        if period.name:
            return same_calendar_unit(period.name, day, today)
        return (period.first is None or period.first <= day) and (
            period.last is None or day <= period.last
        )

    # What emails are -----------------------------------------------------------------------------

    def _status(self, condition: Condition, email: Email) -> bool:
        return any(
            email.status in TABS.get(value, {value.replace("-", "_")}) for value in condition.value
        )

    def _subject(self, condition: Condition, email: Email) -> bool:
        return says(condition, email.subject)

    def _body(self, condition: Condition, email: Email) -> bool:
        content = email.content
        if condition.op == "any":
            return bool(content.sent_text or content.html)
        return says(condition, content.sent_text or re.sub("<[^>]*>", " ", content.html))

    def _created(self, condition: Condition, email: Email) -> bool:
        return self.when(condition, [email.created_at])

    def _delivered(self, condition: Condition, email: Email) -> bool:
        return self.when(condition, [email.delivered_at])

    def _archived(self, condition: Condition, email: Email) -> bool:
        return self.when(condition, [email.archived_at])

    def _updated(self, condition: Condition, email: Email) -> bool:
        return self.when(condition, [email.updated_at])

    def _failed(self, condition: Condition, email: Email) -> bool:
        return email.status in TABS["undelivered"] and self.when(condition, [email.failed_at])

    def _scheduled(self, condition: Condition, email: Email) -> bool:
        waits = email.status in {"scheduled", "in_progress"}
        return waits and self.when(condition, [email.send_at])

    def _reason(self, condition: Condition, email: Email) -> bool:
        return email.reason in condition.value

    def _attachment(self, _condition: Condition, email: Email) -> bool:
        return any(one.email_id == email.pk for one in self.world.attached)

    def _file(self, condition: Condition, email: Email) -> bool:
        files = [one.file for one in self.world.attached if one.email_id == email.pk]
        return any(says(condition, file.name) for file in files)

    def _bulk(self, condition: Condition, email: Email) -> bool:
        mine = [bulk for bulk in self.world.bulks if self.is_of_senders(bulk)]
        return self.is_one(condition, email.bulk_id, mine, ["subject"])

    def _channel(self, condition: Condition, email: Email) -> bool:
        usable = [
            one
            for one in self.world.channels
            if self.user.role == "admin" or one.owner_id is None or self.is_of_senders(one)
        ]
        return self.is_one(condition, email.channel_id, usable, ["name"])

    def _identity(self, condition: Condition, email: Email) -> bool:
        known = [one for one in self.world.identities if self.is_of_senders(one)]
        return self.is_one(condition, email.identity_id, known, ["address", "name"])

    def _sender(self, condition: Condition, email: Email) -> bool:
        return self.is_one(condition, email.owner_id, self.senders(), ["name", "email"])

    def _campaign(self, condition: Condition, email: Email) -> bool:
        return self.is_one(condition, email.campaign_id, self.my_campaigns, ["name"])

    def _step(self, condition: Condition, email: Email) -> bool:
        campaigns = {campaign.pk for campaign in self.my_campaigns}
        steps = [step for step in self.world.steps if step.campaign_id in campaigns]
        return self.is_one(condition, email.step_id, steps, ["name", "subject"])

    def _template(self, condition: Condition, email: Email) -> bool:
        used = {
            one.template_version.template_id
            for one in self.world.emails.values()
            if one.owner_id == self.user.pk and one.template_version
        }
        known = [
            one
            for one in self.world.templates
            if one.owner_id == self.user.pk or self.is_shared_with_me(one) or one.pk in used
        ]
        version = email.template_version
        return self.is_one(condition, version.template_id if version else None, known, ["name"])

    @cached_property
    def my_campaigns(self) -> list[Campaign]:
        used = {
            one.campaign_id for one in self.world.emails.values() if one.owner_id == self.user.pk
        }
        return [
            one
            for one in self.world.campaigns
            if self.user.role == "admin"
            or one.owner_id == self.user.pk
            or self.is_shared_with_me(one)
            or one.pk in used
        ]

    def is_of_senders(self, thing: Any) -> bool:
        return thing.owner_id in {user.pk for user in self.senders()}

    def is_one(
        self, condition: Condition, pk: int | None, known: Sequence[Any], names: Sequence[str]
    ) -> bool:
        if condition.op == "any":
            return pk is not None
        return pk in {
            one.pk for value in condition.value for one in self.named(value, known, names)
        }

    def named(self, value: int | str, known: Sequence[Any], names: Sequence[str]) -> list[Any]:
        """What a number or a name means: of that name what is there, else what was deleted."""
        if isinstance(value, int):
            return [one for one in known if one.pk == value]
        if value.lower() == "me" and "email" in names and isinstance(known[0], User):
            return [one for one in known if one.pk == self.user.pk]
        same = [
            one for one in known if value.lower() in {getattr(one, name).lower() for name in names}
        ]
        return [one for one in same if not getattr(one, "removed_at", None)] or same

    # What people are -----------------------------------------------------------------------------

    def is_like(self, condition: Condition, person: Person) -> bool:
        """Whether a condition holds for a person."""
        field = condition.field
        if field.startswith("own."):
            return says(condition, person.custom.get(field.removeprefix("own."), ""))
        if field in TEXTS_OF_PEOPLE:
            return says(condition, getattr(person, field.replace("-", "_")))
        if field in ABOUT_TASKS:
            return self.has_task(condition, lambda task: task.person_id == person.pk)
        return bool(getattr(self, f"is_{field.replace('-', '_')}")(condition, person))

    def is_text(self, condition: Condition, person: Person) -> bool:
        return searched(person.search_text, condition)

    def is_person(self, condition: Condition, person: Person) -> bool:
        seen = [one for one in self.world.people if self.may_see(one) or self._was_seen(one)]
        return self.is_one(condition, person.pk, seen, ["email"])

    def _was_seen(self, person: Person) -> bool:
        """In the trash, but one whom the user might see otherwise."""
        kept, person.removed_at = person.removed_at, None
        try:
            return self.may_see(person)
        finally:
            person.removed_at = kept

    def is_group(self, condition: Condition, person: Person) -> bool:
        groups = [
            group
            for group in self.world.groups
            if group.owner_id == self.user.pk or self.is_shared_with_me(group)
        ]
        named = groups
        if condition.op == "is":
            named = [
                one for value in condition.value for one in self.named(value, groups, ["name"])
            ]
        return any(
            (group.pk, person.pk) in self.world.members for group in named if not group.removed_at
        )

    def is_name(self, condition: Condition, person: Person) -> bool:
        return says(condition, f"{person.first_name} {person.last_name}")

    def is_domain(self, condition: Condition, person: Person) -> bool:
        return at_domain(condition, person.email)

    def is_authorization(self, condition: Condition, person: Person) -> bool:
        return person.authorization.replace("_", "-") in condition.value

    def is_unsubscribed(self, _condition: Condition, person: Person) -> bool:
        values = {one.value for one in self.world.suppressed if one.reason == "unsubscribed"}
        return not person.removed_at and bool(
            values & {person.email.lower(), hash_of(person.email.lower())}
        )

    def is_owner(self, condition: Condition, person: Person) -> bool:
        return self.is_one(condition, person.owner_id, self.world.users, ["name", "email"])

    def is_added(self, condition: Condition, person: Person) -> bool:
        return self.when(condition, [person.created_at])

    def is_changed(self, condition: Condition, person: Person) -> bool:
        return self.when(condition, [person.updated_at])

    def is_in_campaign(self, condition: Condition, person: Person) -> bool:
        return any(
            self.is_one(condition, one.campaign_id, self.my_campaigns, ["name"])
            for one in self._ways(person)
            if one.ended_at is None
        )

    def is_at_step(self, condition: Condition, person: Person) -> bool:
        mine = {campaign.pk for campaign in self.my_campaigns}
        steps = [step for step in self.world.steps if step.campaign_id in mine]
        return any(
            self.is_one(condition, one.step_id, steps, ["name", "subject"])
            for one in self._ways(person)
            if one.ended_at is None
        )

    def is_campaign_state(self, condition: Condition, person: Person) -> bool:
        """Who is active in a campaign that is held is paused there."""
        states = {
            "paused" if one.state == "active" and one.on_hold else one.state
            for one in self._ways(person)
        }
        return bool(states & set(condition.value))

    def is_ended(self, condition: Condition, person: Person) -> bool:
        return any(one.because in condition.value for one in self._ways(person))

    def is_campaigns(self, condition: Condition, person: Person) -> bool:
        return compare(condition, len({one.campaign_id for one in self._ways(person)}))

    def _ways(self, person: Person) -> list[Enrollment]:
        return [one for one in self.world.enrollments if one.person_id == person.pk]

    def is_open_tasks(self, condition: Condition, person: Person) -> bool:
        return compare(
            condition, len([task for task in self._tasks(person) if task.status == "open"])
        )

    def is_activities(self, condition: Condition, person: Person) -> bool:
        """Whoever did it: emails that have left, calls, tasks that were completed."""
        emails = [
            one
            for one in self.world.emails.values()
            if one.person_id == person.pk and one.removed_at is None and one.status in HAS_LEFT
        ]
        calls = [call for call in self.world.calls if call.person_id == person.pk]
        done = [task for task in self._tasks(person) if task.status == "complete"]
        return compare(condition, len(emails) + len(calls) + len(done))

    def _tasks(self, person: Person) -> list[Task]:
        return [
            task
            for task in self.world.tasks
            if task.person_id == person.pk and task.removed_at is None
        ]

    def is_tasks(self, condition: Condition, person: Person) -> bool:
        mine = [task.created_at for task in self.my_tasks() if task.person_id == person.pk]
        return self.happened_often(condition, mine)

    def is_calls(self, condition: Condition, person: Person) -> bool:
        made = [call.began_at for call in self.world.calls if call.person_id == person.pk]
        return self.happened_often(condition, made)

    def my_tasks(self) -> list[Task]:
        return [
            task
            for task in self.world.tasks
            if task.assignee_id == self.user.pk and task.removed_at is None
        ]

    def has_task(self, condition: Condition, is_about: Callable[[Task], bool]) -> bool:
        about = [task for task in self.my_tasks() if is_about(task)]
        if condition.field == "task-due":
            days = [self._due(task) for task in about if task.status == "open"]
            within = condition.within
            return any(within is None or self.is_day_within(day, within) for day in days)
        return any(self._is_task(value, task) for value in condition.value for task in about)

    def _is_task(self, value: str, task: Task) -> bool:
        if value in {"complete", "skipped"}:
            return task.status == value
        if value == "done":
            return task.status != "open"
        if task.status != "open":
            return False
        due = self._due(task)
        states = {"open": True, "due": due == self.today, "overdue": due < self.today}
        return states.get(value, value in {task.kind, ["normal", "high"][task.priority]})

    def _due(self, task: Task) -> date:
        return self.day(task.due_at) if task.has_time else task.due_on


def says(condition: Condition, text: str) -> bool:
    """Whether a text has, or is, what is looked for, whatever the case and accents; or is there at
    all."""
    if condition.op == "any":
        return text != ""
    wanted, text = plain(str(condition.value)), plain(text)
    return text == wanted if condition.op == "is" else wanted in text


def plain(text: str) -> str:
    """As somebody types it who has neither å nor ł on their keyboard."""
    bare = "".join(
        letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter)
    )
    spelled = {"ø": "o", "æ": "ae", "ł": "l", "đ": "d"}
    return "".join(spelled.get(letter, letter) for letter in bare.casefold())


def searched(text: str, condition: Condition) -> bool:
    if condition.op == "any":
        return text != ""
    wanted, text = plain(str(condition.value)), plain(text)
    return text == wanted if condition.op == "is" else wanted in text


def at_domain(condition: Condition, address: str) -> bool:
    own = address.lower().rpartition("@")[2]
    wanted = [value.lower().removeprefix("@") for value in condition.value]
    return any(own == domain or own.endswith(f".{domain}") for domain in wanted)


def compare(condition: Condition, number: int) -> bool:
    wanted = condition.value
    assert isinstance(wanted, int)
    return {">=": number >= wanted, "<=": number <= wanted, "=": number == wanted}[condition.op]


def same_calendar_unit(name: str, day: date, today: date) -> bool:
    """Whether a day lies in “this week” and its like."""
    if name in {"today", "yesterday", "tomorrow"}:
        return (day - today).days == {"today": 0, "yesterday": -1, "tomorrow": 1}[name]
    which, unit = name.split("-")
    step = {"last": -1, "this": 0, "next": 1}[which]
    if unit == "week":
        return day.isocalendar()[:2] == (today + timedelta(weeks=step)).isocalendar()[:2]
    if unit == "month":
        return (day.year * 12 + day.month) == (today.year * 12 + today.month + step)
    return day.year == today.year + step
