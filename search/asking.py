"""What the address of the search page asks for: ?q=viewed -replied&of=people, or the builder's form.

    of      "people" or "emails"
    q       the search in its text form
    saved   the saved search that it is, or began with
    tree    the builder's tree, where that holds more than a search: what is not filled in yet

What the builder's form sends besides stands in search/changing.py.
"""

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import Http404, QueryDict
from django.urls import reverse

from ui.ids import id_in

from .building import ROOT, Group, compiled, dumps, from_tree, is_normal, loads
from .changing import changed
from .evaluating import emails_matching, people_matching
from .fields import SUBJECTS
from .language import parse, text_of
from .limits import within_limit
from .looking import Looking
from .models import Look, SavedSearch
from .names import notes_on, settled, worded
from .problems import Problem, Refused, TooSlow, Unreadable
from .tree import EVERYTHING, Node, to_json

if TYPE_CHECKING:
    from accounts.models import User
    from emails.models.querysets import EmailQuerySet
    from prospects.models.people import PersonQuerySet

FEW = 500


class Asked:
    """One question of `user`, from the query of an address. Raises Http404 for a saved search that
    they may not see."""

    def __init__(self, user: "User", given: QueryDict) -> None:
        self.user, self.given = user, given
        self.looking = Looking(user)
        self.saved = self._saved()
        # What the saved search finds, once it has been counted; one more than a look keeps, if there are.
        self.ids: list[int] = []
        self.problems: list[Problem] = []
        self.wrong: dict[str, str] = {}
        self.tree: Node = EVERYTHING
        self.root: Group | None = Group()
        self._read()

    def _saved(self) -> SavedSearch | None:
        asked = self.given.get("saved", "")
        if not asked:
            return None
        found = SavedSearch.seen_by(self.user).of_id(id_in(asked)).first()
        if found is None:
            raise Http404
        return found

    @property
    def is_built(self) -> bool:
        """Whether the builder's form was sent."""
        return "tree" in self.given

    @cached_property
    def subject(self) -> str:
        asked = self.given.get("of", "")
        if asked in SUBJECTS:
            return asked
        return self.saved.subject if self.saved else "people"

    def _read(self) -> None:
        try:
            if self.is_built and (root := loads(self.given.get("tree", ""))):
                self.root = changed(root, self.given)
                self.tree, self.wrong = compiled(self.root)
                self.problems += [Problem(self.wrong[ROOT])] if ROOT in self.wrong else []
                self.text = text_of(worded(self.tree, self.user))
                return
            if self.saved and "q" not in self.given:
                self.tree = self.saved.tree
                self.text = text_of(worded(self.tree, self.user))
            else:
                self.text = " ".join(self.given.get("q", "").replace("\0", "").split("\n"))
                self.tree = parse(self.text)
            self.root = from_tree(settled(self.tree, self.user))
        except Unreadable as error:
            self.problems += error.problems
            self.root = None
        except Refused as refused:
            self.problems.append(refused.problem)
            self.text = text_of(self.tree)
            self.root = from_tree(self.tree)

    # What is found ---------------------------------------------------------------------------------

    @cached_property
    def notes(self) -> list[Problem]:
        """What the search names and is not there."""
        try:
            return [] if self.problems else notes_on(self.tree, self.user)
        except Refused as refused:
            self.problems.append(refused.problem)
            return []

    @property
    def is_readable(self) -> bool:
        return not self.problems and not self.wrong

    def emails(self) -> "EmailQuerySet":
        return emails_matching(self.tree, self.user)

    def people(self) -> "PersonQuerySet":
        return people_matching(self.tree, self.user)

    def shown(self, total: int) -> "EmailQuerySet | PersonQuerySet":
        """The `total` that are found, for a list in some order.

        A few are named one by one: PostgreSQL cannot tell beforehand that they are so few, and
        would look for them among all there are, in the order of the list.
        """
        found = self.people() if self.subject == "people" else self.emails()
        if total > FEW:
            return found
        ids = list(found.order_by().values_list("pk", flat=True))
        return found.model._default_manager.of_ids(ids)

    def count(self, subject: str) -> int | None:
        """How many are found; None if it cannot be told, and if that is the subject asked for,
        `problems` say why."""
        if not self.is_readable:
            return None
        try:
            with within_limit():
                return self._counted(subject)
        except Unreadable as error:
            problems = error.problems
        except (Refused, TooSlow) as refused:
            problems = (refused.problem,)
        if subject == self.subject:
            self.problems += problems
        return None

    def _counted(self, subject: str) -> int:
        found = self.people() if subject == "people" else self.emails()
        if subject != self.subject or not self.is_saved:
            return found.count()
        # Searched once, it says how many there are and which of them are new.
        self.ids = list(found.order_by().values_list("pk", flat=True)[: Look.MOST + 1])
        return len(self.ids) if len(self.ids) <= Look.MOST else found.count()

    # Its address -----------------------------------------------------------------------------------

    @property
    def dumped(self) -> str:
        """The builder's tree, for its form."""
        return dumps(self.root) if self.root else ""

    @property
    def told_problems(self) -> list[tuple[str, str]]:
        """What is wrong, each with the words of the text that it is about, or ""."""
        return [
            (self.text[each.start : each.end] if each.start is not None else "", str(each))
            for each in self.problems
        ]

    @property
    def unfinished(self) -> str:
        """The builder's tree where the text does not say all of it; "" otherwise."""
        if self.root is None:
            return ""
        normal = is_normal(self.root, settled(self.tree, self.user)) and not self.wrong
        return "" if normal else dumps(self.root)

    def query(self, **changes: str) -> str:
        """The query string that asks for the same; `changes` for something else."""
        told = {"q": self.text, "of": self.subject, "saved": self.given.get("saved", "")}
        told |= {"tree": self.unfinished if self.is_built else ""} | changes
        # An empty search that began with a saved one is not that one.
        return urlencode({k: v for k, v in told.items() if v or (k == "q" and self.saved)})

    @property
    def address(self) -> str:
        return f"{reverse('search:home')}?{self.query()}"

    @property
    def is_saved(self) -> bool:
        """Whether it is just what the saved search is."""
        return self.saved is not None and self.is_readable and not self.is_changed

    @property
    def is_changed(self) -> bool:
        """Whether it is another search than the saved one that it began with."""
        if not self.saved or not self.is_readable:
            return False
        mine = to_json(settled(self.tree, self.user))
        return mine != to_json(settled(self.saved.tree, self.user)) or (
            self.subject != self.saved.subject
        )
