"""What a new task begins with: words, a person, an email."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from prospects.models import Person
from ui.ids import id_in

from .forms import written
from .words import Understood, understood

if TYPE_CHECKING:
    from accounts.models import User
    from emails.models import Email


# Fields of the form whose values stay where the words say nothing of them.
TYPED = ("kind", "priority", "day", "clock", "person", "assignee", "remind", "details", "email")


@dataclass(frozen=True)
class Beginning:
    """What fills the form; `words` as they were typed, and what is said of them."""

    words: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)  # what stands in the form already
    said: Understood = field(default_factory=Understood)
    person: Person | None = None
    email: "Email | None" = None

    @property
    def initial(self) -> dict[str, Any]:
        """For the form. What the words say stands before what was there."""
        told = {"kind": "custom", **self.typed}
        if person := self.said.person or (None if "person" in self.typed else self.person):
            told["person"] = written(person)
        if self.email:
            told["email"] = str(self.email.pk)
        if self.said.wrong and not self.said.day:
            told["day"] = ""  # it is asked for, rather than today taken for it
        return told | self.said.typed()


def begun(user: "User", asked: Mapping[str, str]) -> Beginning:
    """What `asked` (request.GET) says: ?words=, and ids: ?about= of a person, ?email=. What the user may not see is passed over."""
    words = asked.get("words", "")
    email = _email(user, asked.get("email", ""))
    person = _person(user, asked.get("about", "")) or (email.person if email else None)
    if person and not person.is_seen_by(user):
        person = None
    said = understood(words, user) if words.strip() else Understood()
    typed = {name: asked[name] for name in TYPED if asked.get(name)}
    return Beginning(words, typed, said, person, email)


def _email(user: "User", text: str) -> "Email | None":
    pk = id_in(text)
    return user.emails.unpurged().select_related("person").of_ids([pk]).first() if pk else None


def _person(user: "User", text: str) -> Person | None:
    pk = id_in(text)
    return Person.seen_by(user).of_ids([pk]).first() if pk else None
