from django.db import models
from django.utils.translation import gettext_lazy as _


class Organisation(models.Model):
    """The one organisation that an installation serves, and what it has decided for everybody."""

    name = models.CharField(_("name"), max_length=200, default="Command Center")
    everybody_sees_people = models.BooleanField(
        _("everybody sees all people"),
        default=True,
        help_text=_(
            "Off: people are seen by their owner and by teams that a group is shared with."
        ),
    )
    append_unsubscribe = models.BooleanField(
        _("end every email with a way to unsubscribe"),
        default=True,
        help_text=_("Not where a template has placed the link itself."),
    )
    unsubscribe_message = models.CharField(
        _("what it says"),
        max_length=500,
        blank=True,
        help_text=_(
            "Put the words that are the link in brackets: [unsubscribe here]. Empty: a sentence"
            " of ours."
        ),
    )
    bounce_unsubscribes = models.BooleanField(
        _("a bounce unsubscribes the person"),
        default=False,
        help_text=_(
            "Whatever it came back for; only an admin can let them be mailed again. Off: only an"
            " address that does not exist is set aside, until somebody retries."
        ),
    )
    blank_names_go_out = models.BooleanField(
        _("send without names that are not known"),
        default=False,
        help_text=_(
            "On: in an email to somebody whose first name, last name or title is not known, the"
            " field stays blank, and an unknown company becomes “your company”. Off: such an email"
            " is stopped, and says what is missing."
        ),
    )

    call_address = models.CharField(
        _("what a call opens"),
        max_length=300,
        blank=True,
        help_text=_(
            "The address of your dialler with {number} where the number belongs, such as"
            " https://dial.example/?n={number}. Empty: the telephone of the device (tel:)."
        ),
    )
    call_needs_outcome = models.BooleanField(_("a call needs an outcome"), default=False)
    call_needs_reason = models.BooleanField(_("a call needs a reason"), default=False)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisation")
        constraints = [models.CheckConstraint(name="one_organisation", condition=models.Q(pk=1))]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Organisation":
        """The organisation's row, made with its defaults when first asked for."""
        return cls.objects.get_or_create(pk=1)[0]
