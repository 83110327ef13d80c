from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar, Self

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class ListFull(Exception):
    """The list has as many words as it may have."""


class WordTaken(Exception):
    """The list offers these words already."""


class CallWordQuerySet(models.QuerySet["CallWord"]):
    def on(self, name: str) -> Self:
        """Those of one of the lists."""
        return self.filter(list=name)

    def offered(self) -> Self:
        return self.filter(retired_at=None)


class CallWord(models.Model):
    """One entry of the organisation's lists: how a call ended, or what it was about."""

    class List(models.TextChoices):
        OUTCOME = "outcome", _("outcome")
        REASON = "reason", _("reason")

    MOST: ClassVar = 15  # in each list

    list = models.CharField(_("list"), max_length=10, choices=List)
    words = models.CharField(_("words"), max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    # No longer offered; calls keep it.
    retired_at = models.DateTimeField(null=True)

    objects = CallWordQuerySet.as_manager()

    class Meta:
        verbose_name = _("call word")
        verbose_name_plural = _("call words")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                "list",
                Lower("words"),
                condition=Q(retired_at=None),
                name="call_word_once_a_list",
            )
        ]

    def __str__(self) -> str:
        return self.words

    @classmethod
    def offered_on(cls, name: str) -> CallWordQuerySet:
        """The words of a list, in their order. A list that nobody has touched begins with ours, in
        the language of whoever asks first."""
        mine = cls.objects.on(name)
        if not mine.exists():
            first = [CallWord(list=name, words=each, position=at) for at, each in _ours(name)]
            CallWord.objects.bulk_create(first, ignore_conflicts=True)
        return mine.offered()

    @classmethod
    def all_offered(cls) -> CallWordQuerySet:
        """Those of both lists."""
        return cls.objects.offered()

    @classmethod
    @transaction.atomic
    def add(cls, name: str, words: str) -> "CallWord":
        """Offer `words` last on a list. Raises ListFull, WordTaken."""
        last = max((word.position for word in cls._with_room(name)), default=-1)
        with _unless_taken():
            return cls.objects.create(list=name, words=words, position=last + 1)

    @transaction.atomic
    def bring_back(self) -> None:
        """Offer it again. Raises ListFull, WordTaken."""
        self._with_room(self.list)
        self.retired_at = None
        with _unless_taken():
            self.save(update_fields=["retired_at"])

    def retire(self) -> None:
        """Offer it no longer; calls keep it."""
        self.retired_at = timezone.now()
        self.save(update_fields=["retired_at"])

    def rename(self, words: str) -> None:
        """Say it otherwise, in the calls that have it too. Raises WordTaken."""
        self.words = words
        with _unless_taken():
            self.save(update_fields=["words"])

    @transaction.atomic
    def move(self, by: int) -> None:
        """Stand one place earlier (-1) or later (1), as far as there is one."""
        there = list(CallWord.objects.on(self.list).offered().select_for_update())
        if self not in there:
            return
        at = there.index(self)
        there.insert(max(0, at + by), there.pop(at))
        for place, word in enumerate(there):
            word.position = place
        CallWord.objects.bulk_update(there, ["position"])

    @classmethod
    def _with_room(cls, name: str) -> "Sequence[CallWord]":
        """What a list offers, if one more has room there. Of two who add the last one at the same
        time the second waits for the first, and sees what it has done."""
        offered = cls.offered_on(name)
        list(offered.select_for_update())
        there = list(offered.all())
        if len(there) >= cls.MOST:
            raise ListFull
        return there


@contextmanager
def _unless_taken() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise WordTaken from error


def _ours(name: str) -> "enumerate[str]":
    """The words that a list begins with."""
    if name == CallWord.List.OUTCOME:
        words = [
            gettext("Talked"),
            gettext("Left a message"),
            gettext("No answer"),
            gettext("Busy"),
            gettext("Call back later"),
            gettext("Not interested"),
            gettext("Wrong number"),
        ]
    else:
        words = [
            gettext("First contact"),
            gettext("Follow-up"),
            gettext("Answer to a question"),
            gettext("Meeting or demo"),
            gettext("Price and contract"),
        ]
    return enumerate(words)
