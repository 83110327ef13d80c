"""View As: what a colleague has, as they see it, to be looked at and not to be touched."""

import logging
from dataclasses import dataclass

from django.http import Http404

from ui.ids import id_in

from .models import User
from .requests import SignedInRequest

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Eyes:
    """Who looks, and whose things they see; mostly their own."""

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
    user = User.looked_at_by(request.user).filter(pk=id_in(asked)).first()
    if user is None:
        raise Http404
    logger.info("user %s looks at %s as user %s", request.user.pk, request.path, user.pk)
    return Eyes(request.user, user)
