"""What keeps an email's fields from going out, in sentences for its writer: what is empty and for
whom, what is still to be written, what cannot be read."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .fields import About, Field, Group, Mend, Rendered, named, unknown_custom


@dataclass(frozen=True)
class Unfilled:
    """One thing that keeps an email from going; `short` says it in a few words, `mend` leads to
    where it can be filled in, if there is such a place."""

    sentence: str
    short: str
    mend: str = ""


def unfilled(said: Rendered, about: About) -> list[Unfilled]:
    """All that keeps `said`, a subject or a body for `about`, from going."""
    if said.problem:
        return [_wrong(capfirst(f"{said.problem}."))]
    unknown = unknown_custom(said.missing)
    found = [_wrong(_("There is no field “%(name)s”.") % {"name": name}) for name in unknown]
    empty = [named(name) for name in said.missing if name not in unknown]
    for mend in Mend:
        if fields := [field for field in empty if field.mend == mend]:
            found.append(_empty(fields, mend, about))
    return found + [_left(prompt) for prompt in said.prompts]


def _wrong(sentence: str) -> Unfilled:
    return Unfilled(sentence, sentence)


def _left(prompt: str) -> Unfilled:
    values = {"prompt": prompt or "…"}
    return Unfilled(
        _("Write what “{{! %(prompt)s }}” asks for in its place, or take it out.") % values,
        _("Still to be written: %(prompt)s") % values,
    )


def _empty(fields: list[Field], mend: Mend, about: About) -> Unfilled:
    values = {
        "who": about.called_by_first_name,
        "fields": _listed(fields),
        "code": f'{{{{{fields[0].name} | default: "…"}}}}',
    }
    if fields[0].group == Group.LAST_EMAIL:
        short = _("No email to %(who)s to quote yet") % values
        take_out = _("take {{last_email_body}} out.")
        return Unfilled(f"{short}: {take_out}", short)
    if mend in {Mend.SENDER, Mend.IDENTITY}:
        short = _("Your %(fields)s is empty") % values
    elif about.person or about.to_name:
        short = _("%(who)s has no %(fields)s") % values
    else:
        short = _("Nobody knows the %(fields)s of %(who)s") % values
    mended = _("fill it in, give a default like %(code)s or take it out.") % values
    return Unfilled(f"{short}: {mended}", short, _where(mend, about))


def _listed(fields: Iterable[Field]) -> str:
    """Their labels as they stand within a sentence."""
    words = [
        _in_a_sentence(str(field.label)) if field.group == Group.PERSON else f"“{field.label}”"
        for field in fields
    ]
    *most, last = words
    return _("%(some)s and %(last)s") % {"some": ", ".join(most), "last": last} if most else last


def _in_a_sentence(label: str) -> str:
    return label[:1].lower() + label[1:]


def _where(mend: Mend, about: About) -> str:
    if mend == Mend.PERSON and about.person:
        return reverse("people:edit", args=[about.person.pk])
    if mend == Mend.SENDER:
        return reverse("accounts:settings")
    if mend == Mend.IDENTITY and about.identity:
        return reverse("setup:identity", args=[about.identity.pk])
    return ""
