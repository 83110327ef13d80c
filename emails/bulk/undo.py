"""How what was done with a bulk email is taken back; found at start-up with emails/undo.py."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.models import Undo, UndoRefused

from ..models import BulkRefused, BulkSend

if TYPE_CHECKING:
    from accounts.models import User

    from ..models.bulk_recipients import BulkRecipientQuerySet


def offer_send(user: "User", bulk: BulkSend) -> Undo:
    """Let `user` take back the launch of `bulk`."""
    return _offer(user, "bulk-send", bulk)


def offer_list(user: "User", bulk: BulkSend, taken_off: Sequence[int]) -> Undo:
    """Let `user` put back the recipients with these ids."""
    return _offer(user, "bulk-list", bulk, recipients=list(taken_off))


def offer_words(user: "User", bulk: BulkSend, edited: "BulkRecipientQuerySet") -> Undo:
    """Let `user` give back their own words to those in `edited`, who are about to lose them."""
    words = [[each.pk, each.subject, each.html] for each in edited]
    return _offer(user, "bulk-words", bulk, words=words)


def _offer(user: "User", action: str, bulk: BulkSend, **told: Any) -> Undo:
    before = {"bulk": bulk.pk, "page": ""} | told
    return Undo.objects.create(user=user, action=f"emails.{action}", before=before)


def _bulk(user: "User", before: Mapping[str, Any]) -> BulkSend:
    return get_object_or_404(user.bulk_sends.for_page(), pk=before["bulk"])


@Undo.reverts("emails.bulk-send")
def _take_back(user: "User", before: Mapping[str, Any]) -> str:
    try:
        _bulk(user, before).take_back(by=user)
    except BulkRefused:
        raise UndoRefused(
            _(
                "It is going out already, so this cannot be undone any more. Cancel the rest instead."
            )
        ) from None
    return _("Undone: the bulk email was not sent. It is in Drafts.")


@Undo.reverts("emails.bulk-list")
def _put_back(user: "User", before: Mapping[str, Any]) -> str:
    with _unless_sent():
        _bulk(user, before).put_back(before["recipients"])
    return _("Undone: on the list again.")


@Undo.reverts("emails.bulk-words")
def _give_back_words(user: "User", before: Mapping[str, Any]) -> str:
    with _unless_sent():
        _bulk(user, before).give_back_words(before["words"])
    return _("Undone: they have their own words again.")


@contextmanager
def _unless_sent() -> "Iterator[None]":
    try:
        yield
    except BulkRefused:
        raise UndoRefused(
            _("It has been sent meanwhile, so this cannot be undone any more.")
        ) from None
