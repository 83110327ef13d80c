"""The mail that reminds somebody of a task. The notice in the app is the reminder's row itself."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts import system_mail

from .models import Reminder

# So many in one run of the job; the next one goes on.
MOST = 50


def mail_due() -> None:
    """Mail what is due; when the system's mail server takes one not, it is left alone for now."""
    for _each in range(MOST):
        reminder = Reminder.take_mail()
        if reminder is None:
            return
        try:
            mail(reminder)
        except system_mail.NotSent:
            reminder.mail_later()
            return


def mail(reminder: Reminder) -> None:
    """Mail one. Raises system_mail.NotSent."""
    task, user = reminder.task, reminder.user
    person = task.person
    told: dict[str, object] = {
        "task": task,
        "person": person if person and person.is_seen_by(user) else None,
        "link": settings.BASE_URL + reverse("tasks:task", args=[task.pk]),
    }
    with timezone.override(ZoneInfo(user.time_zone)):
        system_mail.send(user.email, "tasks/mail/reminder.txt", told, language=user.language)
