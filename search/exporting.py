"""What was found, as a file for spreadsheets: CSV in UTF-8 with its mark, a row at a time."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

import structlog
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from emails.models import Email
from emails.reasons import word
from prospects.importing.given_back import harmless
from prospects.models import CustomField, Person

if TYPE_CHECKING:
    from accounts.models import User
    from emails.models.querysets import EmailQuerySet
    from prospects.models.people import PersonQuerySet

log = structlog.get_logger(__name__)
# So many rows are held at a time, however many there are.
_AT_A_TIME = 1000
# Up to so many are named one by one, as `Asked.shown` says why.
_BY_NUMBER = 200_000
_MARK = "\ufeff"
_Columns = Mapping[str, Callable[[Any], object]]


class _Line:
    """What csv writes to: gives the line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def people_as_csv(people: "PersonQuerySet", user: "User") -> Iterator[str]:
    """The lines of the file, by name; `people` are those that `user` may see."""
    return _exported(
        "people", _by_number(people).for_list(user).by_name(), _of_people(user.zone), user
    )


def emails_as_csv(emails: "EmailQuerySet", user: "User") -> Iterator[str]:
    """The lines of the file, the newest first; `emails` are those that `user` may see."""
    return _exported(
        "emails", _by_number(emails).for_export().newest_first(), _of_emails(user.zone), user
    )


def _by_number[Found: "PersonQuerySet | EmailQuerySet"](found: Found) -> Found:
    """The same: in the order of a file, to find a few again took ten times as long as to find them."""
    ids = list(found.order_by().values_list("pk", flat=True)[: _BY_NUMBER + 1])
    if len(ids) > _BY_NUMBER:
        return found
    return cast(Found, found.model._default_manager.of_ids(ids))


def _exported(
    what: str, found: "PersonQuerySet | EmailQuerySet", columns: _Columns, user: "User"
) -> Iterator[str]:
    # Who took what with them is asked when it turns up somewhere.
    log.info("exported", what=what, rows=found.count(), user=user.pk)
    return _lines(columns, found.iterator(chunk_size=_AT_A_TIME))


def _lines(columns: _Columns, rows: Iterable[object]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield _MARK + writer.writerow([harmless(label) for label in columns])
    cells = columns.values()
    for row in rows:
        # A number is no formula, whatever it begins with; all else was typed by somebody.
        yield writer.writerow(
            [told if isinstance(told := cell(row), int) else harmless(str(told)) for cell in cells]
        )


def _of_people(zone: ZoneInfo) -> _Columns:
    """What an import takes, under names that it knows again, and what came of it."""
    authorizations = {each.value: str(each.label) for each in Person.Authorization}
    columns: dict[str, Callable[[Person], object]] = {
        _("First name"): lambda person: person.first_name,
        _("Last name"): lambda person: person.last_name,
        _("Email"): lambda person: person.email,
        _("Company"): lambda person: person.company,
        _("Title"): lambda person: person.title,
        _("Phone"): lambda person: person.phone,
        _("Website"): lambda person: person.website,
        _("LinkedIn"): lambda person: person.linkedin,
        _("Source"): lambda person: person.source,
        _("Authorization"): lambda person: authorizations.get(person.authorization, ""),
        _("Groups"): lambda person: ", ".join(
            group.name
            for group in person.shown_groups  # type: ignore[attr-defined]
        ),
        _("Owner"): lambda person: person.owner.name,
        _("Created"): lambda person: _minute(person.created_at, zone),
    }
    for field in CustomField.objects.by_label():
        label = field.label if field.label not in columns else f"{field.label} ({field.key})"
        columns[label] = partial(_own, field.key)
    return columns


def _own(key: str, person: Person) -> str:
    return str(person.custom.get(key, ""))


def _of_emails(zone: ZoneInfo) -> _Columns:
    status = {each.value: str(each.label) for each in Email.Status}
    campaigns = dict(Campaign.objects.values_list("pk", "name"))

    def at(name: str) -> Callable[[Email], str]:
        return lambda email: _minute(getattr(email, name), zone)

    columns: dict[str, Callable[[Email], object]] = {
        _("To"): lambda email: email.to_address,
        _("Person"): lambda email: email.person.name if email.person else "",
        _("Company"): lambda email: email.person.company if email.person else "",
        _("Subject"): lambda email: email.subject,
        _("Status"): lambda email: status.get(email.status, ""),
        _("Sender"): lambda email: email.owner.name,
        _("Campaign"): lambda email: campaigns.get(email.campaign_id or 0, ""),
        _("Created"): at("created_at"),
        _("Scheduled for"): at("send_at"),
        _("Delivered"): at("delivered_at"),
        _("Views"): lambda email: email.views,
        _("Last viewed"): at("last_viewed_at"),
        _("Clicks"): lambda email: email.clicks,
        _("Last clicked"): at("last_clicked_at"),
        _("Replies"): lambda email: email.replies,
        _("Last replied"): at("last_replied_at"),
        _("Success"): at("succeeded_at"),
        _("Reason"): lambda email: word(email.reason).label,
    }
    return columns


def _minute(at: datetime | None, zone: ZoneInfo) -> str:
    """A time as spreadsheets read it, in the zone of whoever exports."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else ""
