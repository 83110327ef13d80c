"""What the demo's reps have to do: a working day as it is, and what they have done before."""

from datetime import date, datetime, time, timedelta
from random import Random

from accounts.models import User
from prospects.models import Person
from tasks.models import Kind, Task

Line = tuple[Kind, str, int | None, str]  # kind, name, which of the known people, clock

CALL, EMAIL, INMAIL, CUSTOM = Kind.CALL, Kind.EMAIL, Kind.INMAIL, Kind.CUSTOM
OVERDUE: tuple[Line, ...] = (
    (CALL, "Ask who signs the contract", 7, "15:30"),
    (EMAIL, "Send the reference from Malmö", 9, ""),
)
TODAY: tuple[Line, ...] = (
    (CALL, "Call about the two-site price", 0, "09:00"),
    (EMAIL, "Send follow-up on the demo", 5, "09:30"),
    (CALL, "Call back before noon", 6, "10:00"),
    (INMAIL, "Connect on LinkedIn", 3, "11:00"),
    (EMAIL, "Answer security questionnaire", 2, "13:00"),
    (CALL, "Confirm Thursday demo", 1, "14:30"),
    (CUSTOM, "Update forecast sheet", None, "16:00"),
)
TOMORROW: tuple[Line, ...] = (
    (CALL, "Ask about the pilot in Gothenburg", 4, "08:45"),
    (EMAIL, "Send the three options again", 8, "09:15"),
    (CALL, "Go through the contract redlines", 4, "13:00"),
    (CUSTOM, "Prepare the quarterly review", None, ""),
    (INMAIL, "Thank for the introduction", 10, ""),
)
# For the days after, and for what is done.
USUAL = (
    (CALL, "Follow up by telephone"),
    (CALL, "Call about the open questions"),
    (EMAIL, "Send the price list"),
    (EMAIL, "Send the case study"),
    (EMAIL, "Write after the webinar"),
    (INMAIL, "Connect on LinkedIn"),
    (CUSTOM, "Look at their annual report"),
)
LATER, DONE = 19, 204  # so many in the week ahead, and done


def plan(chance: Random, now: datetime, people: dict[int, list[Person]]) -> None:
    """Store the tasks of the reps; `people` are the demo's, by owner's id, Anna's first."""
    tasks = []
    for rep in User.objects.filter(pk__in=people):
        tasks += _tasks_of(rep, chance, now, people[rep.pk])
    Task.objects.bulk_create(tasks)


def _tasks_of(rep: User, chance: Random, now: datetime, people: list[Person]) -> list[Task]:
    today = now.astimezone(rep.zone).date()
    tasks = []
    for days, lines in ((-1, OVERDUE), (0, TODAY), (1, TOMORROW)):
        for kind, name, known, clock in lines:
            person = people[known] if known is not None else None
            tasks.append(_task(rep, kind, name, person, today + timedelta(days=days), clock))
    for number in range(LATER):
        kind, name = chance.choice(USUAL)
        clock = f"{chance.randrange(8, 17):02}:{chance.choice(('00', '15', '30', '45'))}"
        day = today + timedelta(days=2 + number % 5)
        tasks.append(_task(rep, kind, name, chance.choice(people), day, clock))
    for _number in range(DONE):
        kind, name = chance.choice(USUAL)
        done = now - timedelta(days=chance.uniform(0.1, 90))
        task = _task(rep, kind, name, chance.choice(people), done.astimezone(rep.zone).date(), "")
        task.status = Task.Status.SKIPPED if chance.random() < 0.06 else Task.Status.COMPLETE
        task.closed_at, task.closed_by = done, rep
        tasks.append(task)
    tasks[2].priority = Task.Priority.HIGH
    return tasks


def _task(rep: User, kind: Kind, name: str, person: Person | None, day: date, clock: str) -> Task:
    task = Task(assignee=rep, creator=rep, kind=kind, name=name, person=person)
    task.plan(day, time.fromisoformat(clock) if clock else None, rep.time_zone)
    return task
