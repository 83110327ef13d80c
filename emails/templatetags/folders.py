"""{% load folders %}: what rows and tabs of emails show."""

from collections.abc import Mapping
from datetime import datetime

from django import template

from ..actions import Action, asks, offered
from ..bulk.tally import Tally
from ..folders import Folder, Tab, folder_of
from ..models import Email, Status
from ..reasons import Worded, word

register = template.Library()


@register.filter
def tab_count(tab: Tab, counts: Mapping[str, int]) -> int:
    """How many emails stand in the folders of a tab."""
    return tab.count(counts)


@register.filter
def folder_count(folder: Folder, counts: Mapping[str, int]) -> int:
    """How many emails stand in a folder."""
    return counts[folder.status]


@register.filter
def as_one(email: Email, tallies: Mapping[int, Tally] | None) -> Tally | None:
    """What its bulk email came to, if that stands in the list as one row; None if it does not."""
    return (tallies or {}).get(email.bulk_id or 0)


@register.filter
def folder(email: Email) -> Folder:
    """The folder that an email stands in."""
    return folder_of(email)


@register.filter
def time_in_folder(email: Email) -> datetime:
    """The moment that an email's row shows: when it goes, when it was delivered, changed, moved."""
    if email.removed_at:
        return email.removed_at
    return getattr(email, folder_of(email).time) or email.moved_at


@register.filter
def reason(email: Email) -> Worded | None:
    """Why an email did not go out, or not yet; None for one that is simply where it should be."""
    if email.status == Status.SPAM:
        return None
    if email.status == Status.SCHEDULED and email.channel and not email.channel.is_open:
        return word(email.channel.reason or "channel_paused")
    if not email.reason:
        return None
    told = word(email.reason, email.reason_values)
    # What is only put off is no misfortune yet.
    return told._replace(tone="warn") if email.status == Status.SCHEDULED else told


@register.filter
def as_owner(email: Email, user: object) -> int | None:
    """Through whose eyes `user` opens it (?as=): a colleague's; None for their own."""
    return None if email.owner_id == user.pk else email.owner_id  # type: ignore[attr-defined]


@register.filter
def quick(email: Email, user: object) -> list[tuple[Action, str]]:
    """The actions that stand on a row itself, each with its question or ""; none on a colleague's."""
    if email.owner_id != user.pk:  # type: ignore[attr-defined]
        return []
    return [(action, asks(action, email)) for action in offered(email, user)[:3]]  # type: ignore[arg-type]
