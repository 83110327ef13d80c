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
    blank_names_go_out = models.BooleanField(
        _("send without names that are not known"),
        default=False,
        help_text=_(
            "On: in an email to somebody whose first name, last name or title is not known, the"
            " field stays blank, and an unknown company becomes “your company”. Off: such an email"
            " is stopped, and says what is missing."
        ),
    )

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
