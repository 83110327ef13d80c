"""The organisation of the demo: who signs in, whom they know, what they send through."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from unicodedata import combining, normalize

from django.contrib.auth.hashers import make_password

from accounts.models import Membership, Organisation, Team, User
from emails.models import Channel, Identity
from prospects.models import Group, GroupMember, Person

from .names import KNOWN, REGIONS, SOURCES, TITLES, Region

PASSWORD = "nordbridge demo"  # noqa: S105 (shown to everybody who starts the demo)
DOMAIN = "nordbridge.example"
CHANNEL = "Mail sink"
PEOPLE = 400
CREW = (  # name, address, role, zone
    ("Anna Lind", "anna", User.Role.USER, "Europe/Stockholm"),
    ("David Keller", "david", User.Role.USER, "Europe/Berlin"),
    ("Lucía Romero", "lucia", User.Role.USER, "Europe/Madrid"),
    ("Karin Åberg", "karin", User.Role.MANAGER, "Europe/Stockholm"),
    ("Olle Nyström", "olle", User.Role.ADMIN, "Europe/Stockholm"),
)
GROUPS = (
    ("Q1 rollout", 34),
    ("Energy and utilities", 26),
    ("Met at the trade fair", 41),
    ("Webinar in October", 58),
    ("Asked for a price", 19),
)


@dataclass(frozen=True)
class Crew:
    """What the emails of the demo need: the identities of those who write, and their people."""

    identities: list[Identity]  # of the three reps; Anna's first
    admin: User
    people: dict[int, list[Person]]  # by owner's id


# What {{my_title}} says.
TITLE_OF = {
    User.Role.USER: "Account manager",
    User.Role.MANAGER: "Head of sales",
    User.Role.ADMIN: "Sales operations",
}


def exists() -> bool:
    """Whether the demo is there already, whatever has become of it since."""
    return User.objects.filter(email=f"anna@{DOMAIN}").exists()


def sign_ins() -> list[str]:
    """Who can sign in, as bin/start prints it."""
    width = max(len(f"{handle}@{DOMAIN}") for _name, handle, *_rest in CREW)
    lines = [
        f"{f'{handle}@{DOMAIN}':<{width}}   {name}, {role.label}"
        for name, handle, role, _zone in CREW
    ]
    return ["Sign in as one of these:", *lines, f"Password for all: {PASSWORD}"]


def point_channel_at(port: int) -> None:
    """Let the demo's channel lead to the sink's SMTP server at `port` of this machine."""
    mine = Channel.objects.filter(owner=None, name=CHANNEL, host="127.0.0.1")
    mine.exclude(port=port).update(port=port)


def make_crew(chance: Random, now: datetime, smtp_port: int) -> Crew:
    """Store users, team, channel, identities, people and groups."""
    Organisation.objects.update_or_create(pk=1, defaults={"name": "Nordbridge"})
    users = _users(now)
    team = Team.objects.create(name="Nordic and continental sales")
    Membership.objects.bulk_create(
        Membership(team=team, user=user, is_manager=user.role == User.Role.MANAGER)
        for user in users
        if user.role != User.Role.ADMIN
    )
    channel = Channel.objects.create(
        name=CHANNEL, host="127.0.0.1", port=smtp_port, security="none", connected_at=now
    )
    identities = [
        Identity(
            owner=user,
            name=user.name,
            address=user.email,
            channel=channel,
            is_default=True,
            verified_at=now,
        )
        for user in users
    ]
    Identity.objects.bulk_create(identities)
    people = _people(chance, now, users[:3])
    _groups(chance, now, people)
    return Crew(identities[:3], users[-1], people)


def _users(now: datetime) -> list[User]:
    secret = make_password(PASSWORD)
    return User.objects.bulk_create(
        User(
            name=name,
            email=f"{handle}@{DOMAIN}",
            title=TITLE_OF[role],
            role=role,
            time_zone=zone,
            password=secret,
        )
        for name, handle, role, zone in CREW
    )


def _people(chance: Random, now: datetime, reps: list[User]) -> dict[int, list[Person]]:
    """400 people; whom Anna has heard of today stand first among hers."""
    people = [_person(chance, now, reps[0], *known) for known in KNOWN]
    seen = {person.email for person in people}
    while len(people) < PEOPLE:
        region = chance.choices(REGIONS, [region.share for region in REGIONS])[0]
        company = chance.choice(region.companies)[0]
        names = chance.choice(region.first), chance.choice(region.last)
        person = _person(chance, now, reps[len(people) % 3], *names, company, region)
        if person.email not in seen:
            seen.add(person.email)
            people.append(person)
    Person.objects.bulk_create(people)
    return {rep.pk: [person for person in people if person.owner == rep] for rep in reps}


def _person(
    chance: Random, now: datetime, owner: User, first: str, last: str, company: str, region: Region
) -> Person:
    domain = f"{dict(region.companies)[company]}.example"
    website = f"https://www.{domain}/" if chance.random() < 0.8 and first != "Rosa" else ""
    person = Person(
        owner=owner,
        first_name=first,
        last_name=last,
        email=f"{_ascii(first)}.{_ascii(last)}@{domain}",
        title=chance.choice(TITLES),
        company=company,
        phone=region.phone.format(chance.randint(100, 999)) if chance.random() < 0.7 else "",
        website=website,
        source=chance.choice(SOURCES),
        created_at=now - timedelta(days=chance.randint(92, 400)),
    )
    person.prepare()
    return person


def _ascii(name: str) -> str:
    special = {"ø": "o", "æ": "ae", "ß": "ss", "ł": "l", "đ": "d"}
    folded = "".join(special.get(letter, letter) for letter in name.lower())
    return "".join(letter for letter in normalize("NFD", folded) if not combining(letter))


def _groups(chance: Random, now: datetime, people: dict[int, list[Person]]) -> None:
    for owner_id, known in people.items():
        for name, size in GROUPS:
            group = Group.objects.create(
                owner_id=owner_id, name=name, created_at=now - timedelta(days=chance.randint(5, 80))
            )
            members = chance.sample(known, min(size, len(known)))
            GroupMember.objects.bulk_create(
                GroupMember(group=group, person=person, added_at=group.created_at)
                for person in members
            )
