"""From a tree to the emails, or the people, that it finds.

For emails every condition is about one email. For people, conditions on emails (a campaign, a
subject, a date) say together *which* emails are meant, within one group and those in it, and what
was done with emails (viewed, clicked, replied) is asked of those together: `campaign:"Q1 rollout"
viewed clicked -replied` finds people who viewed one email of that campaign, clicked in one, perhaps
another one, and answered none. Where nothing is said of status, emails are meant that were sent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from .fields import Role, field_named
from .fields.counts import Number, at_least
from .fields.emails import SENDER
from .looking import SENT, Looking
from .problems import Problem, Refused, Unreadable
from .tree import All, Any_, Condition, Node, Not, conditions

if TYPE_CHECKING:
    from accounts.models import User
    from emails.models.querysets import EmailQuerySet
    from prospects.models.people import PersonQuerySet

    from .fields import Over

NOTHING = Q(pk__in=[])
Scope = tuple[Condition, ...]


def emails_matching(tree: Node, user: "User", looking: Looking | None = None) -> "EmailQuerySet":
    """The emails that `tree` finds for `user`: their own, in no trash; those of others too where it
    says whose, and the user may look at them.

    Raises Refused where they may not. `looking` notes what the tree names and is not there.
    """
    looking = begun(tree, user, looking)
    return looking.emails.filter(holds("emails", tree, looking))


def people_matching(tree: Node, user: "User", looking: Looking | None = None) -> "PersonQuerySet":
    """The people that `tree` finds, of those whom `user` may see; the rest as with emails."""
    looking = begun(tree, user, looking)
    return looking.people.filter(holds("people", tree, looking))


def holds(subject: str, tree: Node, looking: Looking) -> Q:
    """Whether `tree` finds an email, or a person, of those that `looking` looks through."""
    return _of_person(tree, (), looking) if subject == "people" else _of_email(tree, looking)


def begun(tree: Node, user: "User", looking: Looking | None = None) -> Looking:
    """Who looks, and whether they may look at what the tree names. Raises Refused."""
    looking = looking or Looking(user)
    for condition in conditions(tree):
        if condition.field == SENDER:
            looking.as_others = True
            _refuse_unseen(condition, looking)
    return looking


def _refuse_unseen(condition: Condition, looking: Looking) -> None:
    field = field_named(SENDER)
    for value, found in field.found(condition.value or (), looking).items():  # type: ignore[attr-defined]
        if not found:
            name = f"#{value}" if isinstance(value, int) else value
            raise Refused(Problem(str(field.missing) % {"name": name}))  # type: ignore[attr-defined]


# Emails ------------------------------------------------------------------------------------------


def _of_email(node: Node, looking: Looking) -> Q:
    if isinstance(node, Condition):
        return _leaf(node, looking)
    if isinstance(node, Not):
        return ~_of_email(node.child, looking)
    return _joined(node, [_of_email(child, looking) for child in node.children])


def _leaf(condition: Condition, looking: Looking) -> Q:
    field = field_named(condition.field)
    if "emails" not in field.subjects:
        sentence = _("Emails cannot be searched by “%(field)s”, only people.")
        raise Unreadable([Problem(sentence % {"field": field.label})])
    return field.of_email(condition, looking)


def _joined(node: All | Any_, parts: Sequence[Q]) -> Q:
    if isinstance(node, All):
        return reduce(and_, parts, Q())
    return reduce(or_, parts) if parts else NOTHING


# People ------------------------------------------------------------------------------------------


def _of_person(node: Node, scope: Scope, looking: Looking) -> Q:
    """Whether `node` holds for a person, the emails meant being those that `scope` allows."""
    if isinstance(node, Condition):
        field = field_named(node.field)
        if field.role == Role.PERSON:
            return field.of_person(node, looking)
        return _Group(looking, scope, [node]).holds()
    if isinstance(node, Not):
        return ~_of_person(node.child, scope, looking)
    if isinstance(node, All):
        return _Group(looking, scope, node.children).holds()
    return _joined(node, [_of_person(child, scope, looking) for child in node.children])


@dataclass
class _Group:
    """Conditions that hold together, over the same emails."""

    looking: Looking
    scope: Scope
    children: Sequence[Node]

    def holds(self) -> Q:
        """All that is asked of the emails goes into one query, which groups them by person."""
        emails = [child for child in self.children if _role(child) == Role.EMAIL]
        scope = self.scope + tuple(child for child in emails if isinstance(child, Condition))
        asked, others = self._sorted()
        wanted = [over for over, negated in asked if not negated]
        unwanted = [over for over, negated in asked if negated]
        found = reduce(and_, (_of_person(child, scope, self.looking) for child in others), Q())
        if emails or wanted:
            return found & self._somebody_with(scope, wanted, unwanted)
        for over in unwanted:
            found &= ~self._somebody_with(scope, [over], [])
        return found

    def _sorted(self) -> "tuple[list[tuple[Over, bool]], list[Node]]":
        """What is asked of the emails, each perhaps denied; and all other children."""
        asked, others = [], []
        for child in self.children:
            inner = child.child if isinstance(child, Not) else child
            role = _role(inner)
            if isinstance(inner, Condition) and role == Role.ACTIVITY:
                condition, negated = positive(inner)
                over = field_named(inner.field).over(condition, self.looking)
                asked.append((over, negated is not isinstance(child, Not)))
            elif role != Role.EMAIL or isinstance(child, Not):
                others.append(child)
        return asked, others

    def _somebody_with(
        self, scope: Scope, wanted: "Sequence[Over]", unwanted: "Sequence[Over]"
    ) -> Q:
        """People with such emails, of which `wanted` is true and none of `unwanted`."""
        emails = self.looking.emails.filter(person__isnull=False, **_sent_unless_told(scope))
        for condition in scope:
            emails = emails.filter(_leaf(condition, self.looking))
        if len(wanted) == 1 and not unwanted:
            emails = emails.filter(wanted[0].only)
        if not wanted and not unwanted:
            return Q(pk__in=emails.values("person"))
        grouped = emails.values("person")
        for number, over in enumerate([*wanted, *unwanted]):
            tests = Q()
            for place, (aggregate, lookup, value) in enumerate(over.tests):
                name = f"asked_{number}_{place}"
                grouped = grouped.annotate(**{name: aggregate})
                tests &= Q(**{f"{name}__{lookup}": value})
                if number >= len(wanted) and lookup != "isnull":
                    tests &= Q(**{f"{name}__isnull": False})
            grouped = grouped.filter(tests if number < len(wanted) else ~tests)
        return Q(pk__in=grouped.values("person"))


def _sent_unless_told(scope: Scope) -> dict[str, Iterable[str]]:
    told = any(field_named(condition.field).says_status for condition in scope)
    return {} if told else {"status__in": SENT}


def positive(condition: Condition) -> tuple[Condition, bool]:
    """The condition as one that somebody without emails does not fulfil; and whether it is denied."""
    if isinstance(field_named(condition.field), Number):
        return at_least(condition)
    return condition, False


def _role(node: Node) -> Role | None:
    return field_named(node.field).role if isinstance(node, Condition) else None
