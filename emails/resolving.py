"""An email with its fields filled in for its recipient: what is sent, or why it cannot be."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .fields import About, Problem, Rendered, Values, read, render
from .fields.quoting import QUOTE
from .fields.shapes import Shape
from .models import Email
from .unsubscribing.wording import footer

if TYPE_CHECKING:
    from accounts.models import User

    from .models import Identity

LONGEST_SUBJECT = 500


class Unresolved(Exception):
    """The email is not whole: `reason` is the code and `values` are those of its stored reason."""

    def __init__(self, reason: str, **values: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values


@dataclass(frozen=True)
class Resolved:
    """Subject and body as the recipient is to read them, or as far as they can be filled in."""

    subject: Rendered
    body: Rendered
    problem: Problem | None = None

    @property
    def missing(self) -> list[str]:
        """The names of the fields that are empty, each once."""
        return list(dict.fromkeys([*self.subject.missing, *self.body.missing]))

    @property
    def prompts(self) -> list[str]:
        return [*self.subject.prompts, *self.body.prompts]


def about(email: Email) -> About:
    """Whom and what `email` is about."""
    return About(email.owner, email.identity, email.person, email.to_address, email.to_name, email)


def resolve(about: About, subject: str, html: str) -> Resolved:
    """`subject` and `html` for the recipient, with the sender's signature and the way to
    unsubscribe below, each unless it stands there already."""
    values = Values(about)
    said = Resolved(render(subject, values, html=False), _body(about, html, values))
    problem = said.subject.problem or said.body.problem
    if not problem and len(said.subject.text) > LONGEST_SUBJECT:
        problem = Problem("long_subject", values={"most": LONGEST_SUBJECT})
    return Resolved(said.subject, said.body, problem)


def resolved(email: Email) -> Resolved:
    """What is to be sent of `email`. Raises Unresolved for what may not go like this."""
    whom = about(email)
    said = resolve(whom, email.content.subject, email.content.html)
    if said.problem:
        told = said.problem.stored() | {"words": str(said.problem)}
        raise Unresolved("could_not_be_built", **told)
    if said.missing:
        raise Unresolved("missing_field", fields=said.missing, person=whom.called_by_first_name)
    if said.prompts:
        raise Unresolved("prompt_left", prompt=said.prompts[0][:100])
    return said


def signature_below(identity: "Identity | None", html: str) -> str:
    """The signature that is added below the text; "" if it has none, or a place of its own."""
    if identity is None or not identity.signature:
        return ""
    return "" if "my_signature" in read(html, html=True).fields else identity.signature


def footer_below(owner: "User", html: str) -> str:
    """The way to unsubscribe that is added below the text; "" if it has a place of its own."""
    own = {"team_unsubscribe", "friendly_unsubscribe"} & set(read(html, html=True).fields)
    return "" if own else footer(About(owner), html)


def _body(about: About, html: str, values: Values) -> Rendered:
    body = render(html, values, html=True)
    if body.problem:
        return body
    signature = signature_below(about.identity, html)
    text = _with_signature(signature, body.text)
    below = footer(about, text)
    shape = body.shape or Shape(body.text)
    marked = _with_signature(signature, shape.marked) + below
    return replace(body, text=text + below, shape=replace(shape, marked=marked))


def _with_signature(signature: str, text: str) -> str:
    if not signature:
        return text
    text, quote, quotation = text.partition(QUOTE)
    return f'{text}<div class="cc-signature">{signature}</div>{quote}{quotation}'
