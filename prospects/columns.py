"""The columns of the table of people, as far as this layer knows of them; numbered as they stand."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ui.columns import Column
from ui.templatetags.ui import icon, tag, when

from .models import CustomField, Person, Suppression

PEOPLE = "people"


def _groups(person: Any, _told: object) -> SafeString:
    """The first one as a tag, how many more, and the rest for those who hear the page."""
    names = [group.name for group in person.shown_groups]
    if not names:
        return SafeString()
    more = format_html(' <span class="quiet" aria-hidden="true">+{}</span>', len(names) - 1)
    heard = format_html_join(
        "", '<span class="visually-hidden">, {}</span>', ((name,) for name in names[1:])
    )
    return format_html("{}{}{}", tag(names[0]), more if names[1:] else "", heard)


def _unsubscribed(_request: HttpRequest, people: Sequence[Person]) -> Mapping[int, bool]:
    """Who of these does not want to be mailed any more."""
    listed = Suppression.unsubscribed_among(person.email for person in people)
    return {person.pk: True for person in people if person.email.lower() in listed}


def _check(_person: Person, told: bool | None) -> SafeString | str:
    if not told:
        return ""
    return format_html(
        '{}<span class="visually-hidden">{}</span>', icon("check", "small"), _("yes")
    )


def _plain(name: str, order: int, **more: Any) -> Column:
    """A text of the person, which the list can be sorted by."""
    label = Person._meta.get_field(name).verbose_name  # type: ignore[union-attr]
    more = {"label": label, "sort": f"order_{name}"} | more
    return Column(name, value=lambda person, _told: getattr(person, name), order=order, **more)


COLUMNS = (
    _plain("first_name", 10, label=gettext_lazy("First name"), default=True),
    _plain("last_name", 20, label=gettext_lazy("Last name"), default=True, sort="sort_name"),
    _plain("email", 30, label=gettext_lazy("Email"), default=True),
    _plain("title", 40, label=gettext_lazy("Title"), default=True),
    _plain("company", 50, label=gettext_lazy("Company"), default=True),
    Column("groups", gettext_lazy("Groups"), _groups, order=70, default=True),
    _plain("phone", 80, label=gettext_lazy("Phone")),
    Column(
        "consent",
        gettext_lazy("Consent"),
        lambda person, _told: person.get_authorization_display(),
        order=150,
    ),
    Column(
        "updated",
        gettext_lazy("Last updated"),
        lambda person, _told: when(person.updated_at),
        order=200,
        sort="updated_at",
    ),
    Column("creator", gettext_lazy("Creator"), lambda person, _told: str(person.owner), order=210),
    _plain("source", 220, label=gettext_lazy("Source")),
    Column("unsubscribed", gettext_lazy("Unsubscribed"), _check, order=230, load=_unsubscribed),
)


def own_columns() -> Iterable[Column]:
    """One for each of the organisation's own fields, after all others."""
    return [_own(field) for field in CustomField.all_by_label()]


def _own(field: CustomField) -> Column:
    return Column(
        f"custom_{field.key}",
        field.label,
        lambda person, _told: person.custom.get(field.key, ""),
        order=300,
    )
