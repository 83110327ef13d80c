"""What stands in whose side bar: of one's own searches as they say, of colleagues' as one decides."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction

if TYPE_CHECKING:
    from accounts.models import User

    from .models import SavedSearch


class Pin(models.Model):
    """What `user` has decided about a search that a colleague shares with them.

    Until they have, it stands in their side bar while it stands in its owner's.
    """

    saved = models.ForeignKey("search.SavedSearch", models.CASCADE, related_name="pins")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    is_pinned = models.BooleanField(null=True)
    position = models.IntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["saved", "user"], name="one_pin_per_user")]

    def __str__(self) -> str:
        return f"{self.user} · {self.saved}"

    @classmethod
    @transaction.atomic
    def move(cls, saved: "SavedSearch", user: "User", by: int) -> None:
        """Let it change places with the one before it (-1) or after it (1) among those that are
        shared with `user`; at an end it stays."""
        theirs = list(type(saved).shared_with(user).own_first(user))
        at = theirs.index(saved)
        other = at + by
        if 0 <= other < len(theirs):
            theirs[at], theirs[other] = theirs[other], theirs[at]
        for number, one in enumerate(theirs, start=1):
            cls.objects.update_or_create(saved=one, user=user, defaults={"position": number})

    @classmethod
    def put(cls, saved: "SavedSearch", user: "User", yes: bool) -> bool:
        """Show it in the user's side bar, or not; False if there is no room."""
        if yes and not cls.has_room_for(user):
            return False
        pin, _new = cls.objects.get_or_create(saved=saved, user=user)
        pin.is_pinned = yes
        if yes and pin.position is None:  # before all of which nothing was decided
            last = cls.objects.filter(user=user).aggregate(last=models.Max("position"))["last"]
            pin.position = (last or 0) + 1
        pin.save(update_fields=["is_pinned", "position"])
        return True

    @classmethod
    def has_room_for(cls, user: "User") -> bool:
        """Whether one more can stand in the user's side bar, by their own decision."""
        from .models import SavedSearch

        chosen = SavedSearch.shared_with(user).filter(pins__user=user, pins__is_pinned=True).count()
        own = SavedSearch.of(user).pinned().count()
        return own + chosen < settings.LIMITS["PINNED_SEARCHES"]
