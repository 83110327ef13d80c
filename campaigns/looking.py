"""View As: the campaigns as somebody else sees them, to be looked at and not to be touched."""

import logging
from dataclasses import dataclass

from django.http import Http404

from accounts.models import User
from accounts.requests import SignedInRequest
from ui.ids import id_in

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Eyes:
    """Who looks, and whose campaigns they see; mostly their own."""

    me: User
    user: User

    @property
    def are_mine(self) -> bool:
        return self.me == self.user

    @property
    def query(self) -> str:
        """For links to pages that are seen through the same eyes."""
        return "" if self.are_mine else f"?as={self.user.pk}"


def eyes_of(request: SignedInRequest) -> Eyes:
    """Through whose eyes the page is asked for: ?as=42. Raises Http404 for whom one may not."""
    asked = request.GET.get("as", "")
    if not asked or asked == str(request.user.pk):
        return Eyes(request.user, request.user)
    user = User.looked_through_by(request.user).filter(pk=id_in(asked)).first()
    if user is None:
        raise Http404
    logger.info("user %s looks at %s as user %s", request.user.pk, request.path, user.pk)
    return Eyes(request.user, user)
