from datetime import timedelta
from typing import ClassVar, Self

from django.db import connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.changes import announce
from accounts.models import User

from .tasks import Task


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def meant(self) -> Self:
        """Of tasks that are still to be done, by somebody who still signs in."""
        return self.filter(
            task__status=Task.Status.OPEN, task__removed_at=None, user__is_active=True
        )

    def shown(self) -> Self:
        """Those that stand on its user's pages: not dismissed, the task still to be done."""
        about = self.meant().filter(dismissed_at=None, user=F("task__assignee"))
        return about.select_related("task__person").order_by("-pk")

    def to_mail(self) -> Self:
        """Those whose mail is due: not out yet, and not given up."""
        waiting = self.meant().filter(mailed_at=None, mail_from__lte=Now())
        return waiting.filter(mail_tries__lt=Reminder.TRIES)

    def over(self) -> Self:
        """Too old to be of use to anybody."""
        return self.filter(at__lte=Now() - Reminder.KEPT)


class Reminder(models.Model):
    """That somebody is reminded of a task: the notice on their pages, and one mail.

    The notice is there with the row. The mail is marked as gone before it goes, so that no second
    worker sends it and none is sent twice; only if it surely was not taken, it is tried again.
    """

    TRIES: ClassVar = 8
    KEPT: ClassVar = timedelta(days=90)

    task = models.ForeignKey(Task, models.CASCADE, related_name="reminders")
    user = models.ForeignKey(User, models.CASCADE, related_name="reminders", db_index=False)
    at = models.DateTimeField(_("when"))  # the task's remind_at
    dismissed_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(_("mailed"), null=True)
    mail_from = models.DateTimeField(db_default=Now())  # no earlier than this
    mail_tries = models.PositiveSmallIntegerField(default=0)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [models.UniqueConstraint(fields=["task", "at"], name="reminded_once")]
        indexes = [
            models.Index(
                fields=["user", "-id"], name="reminders_shown", condition=Q(dismissed_at=None)
            ),
            models.Index(
                fields=["mail_from"], name="reminders_to_mail", condition=Q(mailed_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.at:%Y-%m-%d %H:%M}"

    @classmethod
    @transaction.atomic
    def make_due(cls, limit: int = 500) -> int:
        """Remind of the tasks whose time has come; how many.

        Two workers at once take different tasks: each is claimed by the UPDATE, once for ever.
        """
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [limit])
            claimed = cursor.fetchall()
        Reminder.objects.bulk_create(
            [Reminder(task_id=task, user_id=user, at=at) for task, user, at in claimed],
            ignore_conflicts=True,
        )
        announce(*(user for _task, user, _at in claimed))
        return len(claimed)

    @classmethod
    @transaction.atomic
    def take_mail(cls) -> "Reminder | None":
        """One reminder to mail now, by the caller and nobody else; None if there is none."""
        due = cls.objects.to_mail().order_by("mail_from", "pk")
        claimed = due.select_for_update(skip_locked=True, of=("self",)).first()
        if claimed:
            mine = cls.objects.filter(pk=claimed.pk)
            mine.update(mailed_at=Now(), mail_tries=F("mail_tries") + 1)
            return mine.select_related("task__person", "user").get()
        return None

    def mail_later(self) -> None:
        """Its mail was not taken: try again, after 1, 2, 4 … minutes."""
        pause = timedelta(minutes=2 ** (self.mail_tries - 1))
        mine = Reminder.objects.filter(pk=self.pk)
        mine.update(mailed_at=None, mail_from=Now() + pause)

    def dismiss(self) -> None:
        """Show it no longer."""
        Reminder.objects.filter(pk=self.pk, dismissed_at=None).update(dismissed_at=Now())
        announce(self.user_id)


# One statement: what it finds locked, another worker has in hand.
_CLAIM = """
UPDATE tasks_task SET reminded_at = now()
WHERE id IN (
    SELECT task.id FROM tasks_task task JOIN accounts_user who ON who.id = task.assignee_id
    WHERE task.status = 'open' AND task.removed_at IS NULL AND task.reminded_at IS NULL
        AND task.remind_at <= now() AND who.is_active
    ORDER BY task.remind_at, task.id LIMIT %s
    FOR UPDATE OF task SKIP LOCKED
)
RETURNING id, assignee_id, remind_at
"""
