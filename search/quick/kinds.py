"""The four kinds of things that are found from the header."""

import re
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Campaign
from emails.models import Email, Template
from prospects.models import Person
from prospects.words import Folded

from .kind import NEAR, Kind, may_be_mistyped, swapped

if TYPE_CHECKING:
    from campaigns.models.campaigns import CampaignQuerySet
    from emails.models.querysets import EmailQuerySet
    from emails.models.templates import TemplateQuerySet
    from prospects.models.people import PersonQuerySet

# How many are compared letter by letter: of the people whom the index finds, of one's latest emails.
COMPARED = 2000


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
        return self.seen().filter(pk__in=alike.values("pk")[:COMPARED])


class Emails(Kind):
    name, label = "emails", gettext_lazy("Emails")
    known_by = typed = "content__search_text"

    def seen(self) -> "EmailQuerySet":
        return self.user.emails.present().newest_first()

    def told(self, row: Email) -> tuple[str, str]:
        return row.subject or _("No subject"), row.recipient

    def exact(self) -> "EmailQuerySet":
        return self.seen().none()  # hundreds may be to one address: the latest come first

    def compared(self) -> "EmailQuerySet":
        """The latest: no index could tell one's own from everybody's."""
        return self.seen().filter(pk__in=self.seen().values("pk")[:COMPARED])


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
