"""Which campaign, step and template an email came from."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Step
from emails.models import Email, Template

from ..looking import Looking
from .kinds import Field, Role
from .refs import Ref


def campaigns_named_by(looking: Looking) -> QuerySet[Any]:
    """Those that the user may see, deleted ones too, and those that their emails are of."""
    everything = Campaign.objects.all()
    if looking.user.is_admin:
        return everything
    # One look at all emails of theirs; asked of each campaign, it is one at everybody's of that one.
    mine = Email.objects.of(looking.user).exclude(campaign=None).order_by()
    visible = Campaign.objects.visible_to(looking.user)
    return everything.filter(Q(pk__in=visible.values("pk")) | Q(pk__in=mine.values("campaign")))


def steps_named_by(looking: Looking) -> QuerySet[Any]:
    return Step.objects.filter(campaign__in=campaigns_named_by(looking).values("pk"))


def _templates(looking: Looking) -> QuerySet[Any]:
    """Those that the user may see, deleted ones too, and those that their emails were made with."""
    mine = Email.objects.of(looking.user).exclude(template_version=None).order_by()
    used = mine.values("template_version__template")
    visible = Template.objects.visible_to(looking.user)
    return Template.objects.filter(Q(pk__in=visible.values("pk")) | Q(pk__in=used))


FIELDS: tuple[Field, ...] = (
    Ref(
        name="campaign",
        label=_("Campaign"),
        role=Role.EMAIL,
        rows=campaigns_named_by,
        emails="campaign_id",
        removed_at="removed_at",
        missing=_("There is no campaign “%(name)s” that you may see: nothing is found by it."),
        removed=_("The campaign “%(name)s” has been deleted; its emails are still found."),
    ),
    Ref(
        name="step",
        label=_("Step of a campaign"),
        role=Role.EMAIL,
        rows=steps_named_by,
        named_by=("name", "subject"),
        emails="step_id",
        removed_at="removed_at",
        missing=_("There is no step “%(name)s” in your campaigns: nothing is found by it."),
        removed=_("The step “%(name)s” has been deleted; its emails are still found."),
    ),
    Ref(
        name="template",
        label=_("Template"),
        role=Role.EMAIL,
        rows=_templates,
        emails="template_version__template_id",
        removed_at="removed_at",
        missing=_("There is no template “%(name)s” that you may see: nothing is found by it."),
        removed=_("The template “%(name)s” has been deleted; its emails are still found."),
    ),
)
