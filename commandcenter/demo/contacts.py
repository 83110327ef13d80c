"""What the demo's organisation knows of its people besides their address: fields of its own, notes,
why they may be written to, and groups that are shared with the team."""

from datetime import datetime, timedelta
from random import Random

from accounts.models import Team, User
from prospects.models import CustomField, Group, GroupMember, Person

from .names import KNOWN

# What a company does is heard in its name.
INDUSTRIES = {
    "Energy": ("energi", "kraft", "energy", "power", "sol"),
    "Retail": ("retail", "kontor", "handel", "market"),
    "Logistics": ("logist", "transport", "shipping", "freight"),
    "Banking": ("bank", "finan", "capital"),
    "Software": ("software", "digital", "labs", "robot", "data", "tech"),
    "Manufacturing": ("maschinen", "werk", "parts", "steel", "stål", "industri"),
    "Construction": ("bygg", "bau", "construc"),
    "Media": ("media", "atelier", "studio"),
}
FIELDS = {
    "Industry": (*INDUSTRIES, "Services"),
    "Employees": ("1–10", "11–50", "51–200", "201–1,000", "more than 1,000"),
    "Renewal": ("March", "June", "September", "December"),
}
NOTES = (
    "Prefers to be called before ten. Has bought from us in an earlier job and speaks well of it.",
    "Decides together with the head of finance.\nWants figures, no slides.",
    "On leave until the end of the month; her deputy answers in the meantime.",
    "Asked whether invoices can go to each site by itself. Said that I would find out.",
    "Has a contract with somebody else until the summer. Write again in May.",
)
SHARED = ("Energy and utilities", "Webinar in October")
TEAM_LIST = ("Visit in Gothenburg, spring", 22)


def add_contacts(chance: Random, now: datetime, people: dict[int, list[Person]]) -> None:
    """Store it all; `people` are the demo's, by owner's id, Anna's first."""
    admin = User.objects.get(role=User.Role.ADMIN)
    fields = [CustomField.add(label, by=admin) for label in FIELDS]
    everybody = [person for some in people.values() for person in some]
    by_company: dict[str, dict[str, str]] = {}
    for person in everybody:
        known = by_company.setdefault(person.company, _of_company(chance, person.company, fields))
        person.custom = {key: value for key, value in known.items() if chance.random() < 0.85}
        if chance.random() < 0.6:
            person.authorization = chance.choice(
                (
                    Person.Authorization.LEGITIMATE_INTEREST,
                    Person.Authorization.LEGITIMATE_INTEREST,
                    Person.Authorization.CONTRACT,
                    Person.Authorization.CONSENT,
                )
            )
    _note(chance, now, people)
    written = ["custom", "authorization", "notes", "notes_at", "notes_by"]
    Person.objects.bulk_update(everybody, written, batch_size=500)
    _share(chance, now, people)


def _of_company(chance: Random, company: str, fields: list[CustomField]) -> dict[str, str]:
    """What all who work at one company have in common."""
    told = {field.key: chance.choice(FIELDS[field.label]) for field in fields}
    heard = (name for name, parts in INDUSTRIES.items() if any(p in company.lower() for p in parts))
    return told | {"industry": next(heard, "Services")}


def _note(chance: Random, now: datetime, people: dict[int, list[Person]]) -> None:
    """Notes on those of today, and on some of everybody's."""
    for some in people.values():
        for person in [*some[: len(KNOWN) : 3], *chance.sample(some, 9)]:
            person.notes = chance.choice(NOTES)
            person.notes_at = now - timedelta(hours=chance.randint(2, 900))
            person.notes_by = person.owner


def _share(chance: Random, now: datetime, people: dict[int, list[Person]]) -> None:
    """Two groups of the second rep's, and one that the manager keeps for all, with the team."""
    team = Team.objects.get()
    _first, second, *_rest = people
    for group in Group.objects.filter(owner=second, name__in=SHARED):
        group.share([team])
    name, size = TEAM_LIST
    manager = User.objects.get(role=User.Role.MANAGER)
    group = Group.objects.create(owner=manager, name=name, created_at=now - timedelta(days=12))
    group.share([team])
    chosen = chance.sample([person for some in people.values() for person in some], size)
    GroupMember.objects.bulk_create(
        GroupMember(group=group, person=person, added_at=group.created_at) for person in chosen
    )
