"""From the text form to a tree.

both     = either ("or" either)*
either   = term+                        all of them
term     = ("-" | "not") term | "(" both ")" | condition
condition = field | field ":" value | field ">=" number [":" days] | words
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from ..fields import field_named
from ..problems import Problem, Unreadable
from ..tree import All, Any_, Condition, Node, Not, checked
from .conditions import condition_of
from .lexer import Lexer, Sign, Token

# Longer than any tree is printed.
LONGEST_TEXT = 20_000
_MOST_BRACKETS = 40


def parse(text: str) -> Node:
    """The tree of a search in its text form; empty text finds everything.

    Raises Unreadable with all that is wrong, each with its place in `text`.
    """
    if len(text) > LONGEST_TEXT:
        sentence = _("A search has at most %(most)s characters.") % {"most": LONGEST_TEXT}
        raise Unreadable([Problem(sentence, start=LONGEST_TEXT, end=len(text))])
    problems: list[Problem] = []
    tokens = list(Lexer(text, problems).tokens())
    tree = _Parser(tokens, problems, len(text)).tree()
    if problems:
        raise Unreadable(sorted(problems, key=lambda problem: problem.start or 0))
    return checked(tree)


class _Parser:
    def __init__(self, tokens: Sequence[Token], problems: list[Problem], end: int) -> None:
        self.tokens = tokens
        self.problems = problems
        self.end = end
        self.at = 0
        self.brackets = 0

    def tree(self) -> Node:
        found = [self._any()] if self.tokens else []
        while self.at < len(self.tokens):  # only a bracket that closes nothing ends a group early
            self._complain(self.tokens[self.at], _("No bracket was opened that this one closes."))
            self.at += 1
            if self.at < len(self.tokens):
                found.append(self._any())
        return All(tuple(found))

    def _any(self) -> Node:
        found = [self._all()]
        while self._sign() == Sign.OR:
            self.at += 1
            found.append(self._all())
        return Any_(tuple(found))

    def _all(self) -> Node:
        """What stands side by side, which may not be nothing beside an “or”."""
        found: list[Node] = []
        before = self.at
        while (sign := self._sign()) not in {None, Sign.OR, Sign.CLOSE}:
            if sign == Sign.AND:
                self.at += 1
            elif node := self._term():
                found.append(node)
        if self.at == before and (sign == Sign.OR or self._before(before) == Sign.OR):
            word = self.tokens[self.at if sign == Sign.OR else before - 1]
            self._complain(
                word, _("Something is missing beside “or”. Put it in quotes to look for the word.")
            )
        return All(tuple(found))

    def _term(self) -> Node | None:
        first, negations = self.tokens[self.at], 0
        while self._sign() == Sign.NOT:
            negations += 1
            self.at += 1
        node = self._primary(first)
        for _number in range(min(negations, _MOST_BRACKETS)):
            node = Not(node) if node else None
        return node

    def _primary(self, first: Token) -> Node | None:
        sign = self._sign()
        if sign == Sign.OPEN:
            return self._bracket()
        if sign == Sign.TERM:
            token = self.tokens[self.at]
            self.at += 1
            return self._condition(token)
        self._complain(first, _("Say after this what must not be so."))
        return None

    def _bracket(self) -> Node | None:
        opened = self.tokens[self.at]
        self.at += 1
        self.brackets += 1
        if self.brackets > _MOST_BRACKETS:
            self._complain(opened, _("Too many brackets stand within each other."))
            self.at = len(self.tokens)
            return None
        node = self._any()
        self.brackets -= 1
        if self._sign() == Sign.CLOSE:
            self.at += 1
        elif not self.problems:
            self._complain(opened, _("This bracket is not closed."))
        return node

    def _condition(self, token: Token) -> Condition | None:
        try:
            condition = condition_of(token)
            return field_named(condition.field).checked(condition)
        except ValueError as wrong:
            self._complain(token, str(wrong))
            return None

    def _sign(self) -> Sign | None:
        return self.tokens[self.at].sign if self.at < len(self.tokens) else None

    def _before(self, at: int) -> Sign | None:
        return self.tokens[at - 1].sign if at else None

    def _complain(self, token: Token, sentence: str) -> None:
        self.problems.append(Problem(sentence, start=token.start, end=token.end))
