"""The four kinds of things that are found from the header."""

import re
from functools import cached_property
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Campaign
from emails.models import Email, EmailContent, Status, Template
from prospects.models import Person
from prospects.words import Folded

from .kind import NEAR, Kind, may_be_mistyped, swapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from campaigns.models.campaigns import CampaignQuerySet
    from emails.models.querysets import EmailQuerySet
    from emails.models.templates import TemplateQuerySet
    from prospects.models.people import PersonQuerySet

# How many are compared letter by letter: of the people whom the index finds, of one's latest emails.
COMPARED = 2000
# What more of one's latest emails say than this share is looked for among so many.
RARE, MANY = 0.03, 3000
# The index knows three letters and more.
INDEXED = 3
MOST_ROWS = 1_000_000_000


class People(Kind):
    name, label = "people", gettext_lazy("People")
    known_by = typed = "search_text"

    def seen(self) -> "PersonQuerySet":
        return Person.seen_by(self.user).by_name().defer("notes")

    def told(self, row: Person) -> tuple[str, str]:
        return row.name, " · ".join(filter(None, [row.company, row.email]))

    def exact(self) -> "PersonQuerySet":
        """By address, or by first and last name in either order."""
        whole = " ".join(self.words)
        called = Q(key=whole)
        for name in {whole, " ".join([self.words[-1], *self.words[:-1]])}:
            # What a person is found by begins with the name, and goes on with the address.
            called |= Q(search_text__regex=rf"^{re.escape(name)} \S+@")
        return self.seen().alias(key=Lower("email")).filter(called)

    def compared(self) -> "PersonQuerySet":
        """The index knows who has most of the letters; it is asked once and for all words."""
        with connection.cursor() as cursor:
            told = ["pg_trgm.word_similarity_threshold", str(NEAR)]
            cursor.execute("SELECT set_config(%s, %s, true)", told)
        alike = Person.seen_by(self.user).order_by()
        for word in self.words:
            near = Q(search_text__contains=word)
            if may_be_mistyped(word):
                near |= Q(search_text__trigram_word_similar=word) | swapped(word, "search_text")
            alike = alike.filter(near)
        # By number: put together, PostgreSQL would compare with everybody first.
        return self.seen().of_ids(alike.values_list("pk", flat=True)[:COMPARED])


class Emails(Kind):
    name, label = "emails", gettext_lazy("Emails")
    known_by = typed = "content__search_text"

    def seen(self) -> "EmailQuerySet":
        return self.user.emails.present().newest_first()

    def told(self, row: Email) -> tuple[str, str]:
        return row.subject or _("No subject"), row.recipient

    def stages(self) -> "Iterator[QuerySet[Email]]":
        """Hundreds may be to one address: the latest come first."""
        yield self.begun(self.compared())
        yield self.holding(self.compared())
        yield self.holding(self._older())

    def compared(self) -> "EmailQuerySet":
        return self.seen().of_ids(self._latest)

    def _older(self) -> "EmailQuerySet":
        """Those with the rarest of the words, which the index finds among everybody's; where none is
        rare, some more of the latest: the index would find half of all there is."""
        counts = {
            f"n_{at}": Count("pk", filter=Q(content__search_text__contains=word))
            for at, word in enumerate(self.words)
            if len(word) >= INDEXED
        }
        often = self.compared().order_by().aggregate(**counts) if counts else {}
        name = min(often, key=lambda each: often[each], default="")
        if not name or often[name] > RARE * len(self._latest):
            return self.seen().of_ids(self._last(MANY))
        rarest = self.words[int(name.removeprefix("n_"))]
        there = EmailContent.objects.filter(search_text__contains=rarest).order_by()
        # Apart, so that nothing else is asked of what the index finds.
        return self.seen().filter(pk__in=there.values("pk")[:MOST_ROWS])

    @cached_property
    def _latest(self) -> list[int]:
        return self._last(COMPARED)

    def _last(self, many: int) -> list[int]:
        """One's latest emails, of whatever status: lists have an index for each of them."""
        mine = self.user.emails.present()
        each = [
            mine.in_folder(status).newest_first().values_list("moved_at", "pk")[:many]
            for status in Status
        ]
        latest = each[0].union(*each[1:], all=True).order_by("-moved_at", "-pk")
        return [pk for _at, pk in latest[:many]]


class Campaigns(Kind):
    name, label = "campaigns", gettext_lazy("Campaigns")
    known_by = typed = "plain_name"

    def seen(self) -> "CampaignQuerySet":
        seen = Campaign.seen_by(self.user).by_name().select_related("owner")
        return seen.alias(plain_name=Folded("name"))

    def told(self, row: Campaign) -> tuple[str, str]:
        return row.name, "" if row.owner_id == self.user.pk else row.owner.name


class Templates(Kind):
    name, label = "templates", gettext_lazy("Templates")
    known_by = typed = "plain_name"

    def seen(self) -> "TemplateQuerySet":
        return Template.seen_by(self.user).by_name().defer("html").alias(plain_name=Folded("name"))

    def told(self, row: Template) -> tuple[str, str]:
        return row.name, row.subject


KINDS: tuple[type[Kind], ...] = (People, Emails, Campaigns, Templates)
