from functools import cached_property
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .organisation import Organisation


def validate_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is in the IANA time zone database."""
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is no time zone."), params={"name": name})


class LastAdmin(Exception):
    """Without this user nobody could administrate any more."""


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def admins(self) -> Self:
        return self.filter(role=User.Role.ADMIN)

    def with_email(self, email: str) -> Self:
        return self.filter(email=email.strip().lower())

    def looked_at_by(self, user: "User") -> Self:
        """Whose emails and campaigns `user` may look at: their own; an admin everybody's, who
        manages teams those of their members. Of those who signed in once, too."""
        if user.is_admin:
            return self.all()
        teams = user.memberships.filter(is_manager=True)
        if user.role == User.Role.MANAGER:
            teams = user.memberships.all()
        members = self.filter(memberships__team__in=teams.values("team"))
        return self.filter(models.Q(pk=user.pk) | models.Q(pk__in=members.values("pk")))

    def looked_through_by(self, user: "User") -> Self:
        """Through whose eyes `user` is offered to look (View As): colleagues who are still there."""
        others = self.looked_at_by(user).active().exclude(pk=user.pk)
        return others.order_by(Lower("name"), "pk")

    def for_team_page(self) -> Self:
        """Everybody by name, those who may no longer sign in last, with their teams."""
        return self.order_by("-is_active", Lower("name"), "pk").prefetch_related("teams")


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user who signs in by `email`; without a password nobody can sign in as them."""
        user: User = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody who signs in: by email and password, and passkey or code if they set one up.

    Users are deactivated, never deleted: what they sent stays accounted for.
    """

    class Role(models.TextChoices):
        USER = "user", _("user")
        MANAGER = "manager", _("manager")
        ADMIN = "admin", _("admin")

    class Theme(models.TextChoices):
        SYSTEM = "", _("as the system")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    email = models.EmailField(_("email"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    title = models.CharField(
        _("title"), max_length=150, blank=True, help_text=_("For {{my_title}} in emails.")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.USER)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), auto_now_add=True)

    language = models.CharField(
        _("language"), max_length=10, default="en", choices=[("en", "English"), ("sv", "Svenska")]
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    theme = models.CharField(_("appearance"), max_length=10, choices=Theme, blank=True, default="")
    shortcuts = models.BooleanField(_("single-key shortcuts"), default=True)
    undo_seconds = models.PositiveSmallIntegerField(
        _("seconds in which a send can be undone"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(60)],
        help_text=_("0 to 60; empty: as the installation has it."),
    )
    unsubscribe_message = models.CharField(
        _("your own words"),
        max_length=500,
        blank=True,
        help_text=_(
            "Put the words that are the link in brackets: [unsubscribe here]. Empty: as the"
            " organisation has it."
        ),
    )
    rolls_up_bulk_emails = models.BooleanField(
        _("bulk emails as one row"),
        default=False,
        help_text=_("In the folders a bulk email is one row; otherwise each of its emails is one."),
    )
    # How each table of theirs looks: {table: {"columns": [name, …]}}; see ui/columns.py.
    tables = models.JSONField(default=dict, editable=False)
    last_section = models.CharField(max_length=40, default="emails", editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(
                name="undo_within_a_minute",
                condition=models.Q(undo_seconds__isnull=True) | models.Q(undo_seconds__lte=60),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] or self.email

    @cached_property
    def organisation(self) -> "Organisation":
        """What the organisation has decided, asked for once by whoever works with this user."""
        from .organisation import Organisation

        return Organisation.current()

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which this user's days begin and their times are read."""
        return ZoneInfo(self.time_zone)

    @property
    def is_admin(self) -> bool:
        return self.is_active and self.role == self.Role.ADMIN

    @property
    def is_last_admin(self) -> bool:
        """Whether nobody else is an admin."""
        return self.is_admin and not User.objects.active().admins().exclude(pk=self.pk).exists()

    @property
    def was_here(self) -> bool:
        """Whether they have chosen a password, as somebody who was invited does first."""
        return self.has_usable_password()

    @classmethod
    def kept(cls, user: "User") -> "User":
        """`user` as the database has them, whatever a form has put into this object."""
        return cls.objects.get(pk=user.pk)

    @classmethod
    def everybody(cls) -> UserQuerySet:
        """All users, for the page of the team."""
        return cls.objects.for_team_page()

    @classmethod
    def several_write(cls) -> bool:
        """Whether mail of this organisation can come from more than one of them."""
        return len(cls.objects.active().values_list("pk")[:2]) > 1

    @classmethod
    def looked_through_by(cls, user: "User") -> UserQuerySet:
        """Through whose eyes `user` is offered to look (View As)."""
        return cls.objects.looked_through_by(user)

    @classmethod
    def looked_at_by(cls, user: "User") -> UserQuerySet:
        """Whose emails and campaigns `user` may look at, their own among them."""
        return cls.objects.looked_at_by(user)

    @classmethod
    def colleagues(cls) -> UserQuerySet:
        """Everybody who has ever been in the organisation, by name."""
        return cls.objects.order_by(Lower("name"), "pk")

    @transaction.atomic
    def deactivate(self) -> None:
        """Let them sign in no more, from their next click on; what they did stays.

        Raises LastAdmin.
        """
        # Two admins who deactivate each other at once: the second one waits and is refused.
        list(User.objects.admins().order_by("pk").select_for_update())
        if User.kept(self).is_last_admin:
            raise LastAdmin
        self.is_active = False
        self.save(update_fields=["is_active"])

    def reactivate(self) -> None:
        """Let them sign in again."""
        self.is_active = True
        self.save(update_fields=["is_active"])

    # What Django's admin asks of a user; admins may do everything there, nobody else anything.

    @property
    def is_staff(self) -> bool:
        return self.is_admin

    @property
    def is_superuser(self) -> bool:
        return self.is_admin

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_admin

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        return self.is_admin

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_admin

    def choose_columns(self, table: str, names: list[str]) -> None:
        """Show these columns of `table` from now on, in their order."""
        self.tables = self.tables | {table: self.tables.get(table, {}) | {"columns": names}}
        self.save(update_fields=["tables"])

    def remember_section(self, section: str) -> None:
        """Let `/` open `section` from now on."""
        if self.last_section != section:
            self.last_section = section
            self.save(update_fields=["last_section"])

    def roll_up_bulk_emails(self, wanted: bool) -> None:
        """Show bulk emails as one row each in the folders from now on, or all their emails."""
        self.rolls_up_bulk_emails = wanted
        self.save(update_fields=["rolls_up_bulk_emails"])
