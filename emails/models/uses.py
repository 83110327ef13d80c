"""What became of the emails that were made with templates: counted from the emails themselves.

An email counts for the template whose version it was made with, once it has arrived, whoever sent
it, and whatever has become of it since.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Count, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from .email import Email
    from .templates import Template

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
TEMPLATE = "template_version__template"


@dataclass(frozen=True, slots=True)
class Uses:
    """How many emails arrived, and how many of them were viewed, clicked, replied to and a success."""

    sent: int = 0
    viewed: int = 0
    clicked: int = 0
    replied: int = 0
    succeeded: int = 0
    last_at: datetime | None = None

    @property
    def rates(self) -> list[tuple[str, int, int]]:
        """Kind, count and per cent of each, as they are shown; none of what was never sent."""
        told = (
            ("viewed", self.viewed),
            ("clicked", self.clicked),
            ("replied", self.replied),
            ("success", self.succeeded),
        )
        return [(kind, count, self._percent(count)) for kind, count in told if self.sent]

    @property
    def percent_replied(self) -> int:
        return self._percent(self.replied)

    @property
    def percent_succeeded(self) -> int:
        return self._percent(self.succeeded)

    def _percent(self, count: int) -> int:
        return round(100 * count / self.sent) if self.sent else 0

    @classmethod
    def by_template(cls, templates: "Iterable[Template]") -> "dict[int, Uses]":
        """By the templates' ids, in one query; of those that were never used nothing."""
        ids = [template.pk for template in templates]
        return cls._by(TEMPLATE, _arrived().filter(**{f"{TEMPLATE}__in": ids}))

    @classmethod
    def put_beside(cls, templates: "Iterable[Template]") -> None:
        """Give each of `templates` its `uses`."""
        rows = list(templates)
        counted = cls.by_template(rows)
        for template in rows:
            template.uses = counted.get(template.pk, cls())

    @classmethod
    def by_version(cls, template: "Template") -> "dict[int, Uses]":
        """As `by_template`, by the ids of its versions."""
        return cls._by("template_version", _arrived().filter(**{TEMPLATE: template}))

    @classmethod
    def _by(cls, name: str, emails: "QuerySet[Email]") -> "dict[int, Uses]":
        figures = {
            "of_sent": Count("pk"),
            "of_viewed": Count("pk", filter=Q(views__gt=0)),
            "of_clicked": Count("pk", filter=Q(clicks__gt=0)),
            "of_replied": Count("pk", filter=Q(replies__gt=0)),
            "of_succeeded": Count("pk", filter=Q(succeeded_at__isnull=False)),
            "of_last": Max("delivered_at"),
        }
        counted = emails.order_by().values_list(name).annotate(**figures)
        return {pk: cls(*numbers) for pk, *numbers in counted}


def last_use() -> Coalesce:
    """Of a queryset of templates: when an email of theirs last arrived, or NEVER."""
    return Coalesce(_of_each(Max("delivered_at")), Value(NEVER))


def reply_rate() -> Coalesce:
    """Of a queryset of templates: how many of a thousand emails of theirs were replied to."""
    return _rate(Q(replies__gt=0))


def success_rate() -> Coalesce:
    """Of a queryset of templates: how many of a thousand emails of theirs were a success."""
    return _rate(Q(succeeded_at__isnull=False))


def _rate(such: Q) -> Coalesce:
    a_thousand = Count("pk", filter=such) * 1000 / Count("pk")
    return Coalesce(_of_each(a_thousand), Value(0), output_field=IntegerField())


def _of_each(figure: Any) -> Subquery:
    own = _arrived().filter(**{TEMPLATE: OuterRef("pk")}).order_by().values(TEMPLATE)
    return Subquery(own.annotate(figure=figure).values("figure"))


def _arrived() -> "QuerySet[Email]":
    return (
        apps.get_model("emails", "Email")
        .objects.exclude(template_version=None)
        .exclude(delivered_at=None)
    )
