"""Which emails the bar of ticked emails is about: `email` for each ticked row; or `all=yes`, and in
`query` the query string of the search page, for all that it finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404, QueryDict

from accounts.requests import SignedInRequest
from emails.models import Email
from emails.ticked import ticked
from prospects.ticked import LONGEST_QUERY

from .asking import Asked
from .limits import quick_enough
from .problems import Refused, Unreadable

if TYPE_CHECKING:
    from accounts.models import User
    from emails.models.querysets import EmailQuerySet


@dataclass(frozen=True)
class TickedEmails:
    """What the form says; with a query, only what that finds is meant."""

    ids: Sequence[int]
    every: bool
    query: str

    @classmethod
    def of(cls, request: SignedInRequest) -> "TickedEmails":
        return cls(
            ids=ticked(request),
            every=request.POST.get("all") == "yes",
            query=request.POST.get("query", "")[:LONGEST_QUERY],
        )

    def __bool__(self) -> bool:
        return self.every or bool(self.ids)

    def seen_by(self, user: "User") -> "EmailQuerySet":
        """Those that `user` may look at: of colleagues only where the search says so."""
        found = user.emails.present()
        if self.query or self.every:
            found = self._found_by(user)
        return found if self.every else found.of_ids(self.ids)

    def owned_by(self, user: "User") -> "EmailQuerySet":
        """Those that `user` may do something with."""
        if not self.every:
            return user.emails.present().of_ids(self.ids)
        return self._found_by(user).of(user)

    def _found_by(self, user: "User") -> "EmailQuerySet":
        try:
            asked = Asked(user, QueryDict(self.query))
            return quick_enough(asked.emails()) if asked.is_readable else Email.objects.none()
        except (Http404, Refused, Unreadable):  # a saved search may be gone by now
            return Email.objects.none()
