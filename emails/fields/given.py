"""The fields that every installation has."""

from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from .companies import friendly
from .quoting import last_email_to
from .table import Field, Group, Mend, add
from .values import About

_PERSON = Group.PERSON
_SENDER = Group.SENDER


def _website(about: About) -> str:
    """With its scheme, so that a link to it leads somewhere."""
    website = about.of_person("website")
    return f"https://{website}" if website and "://" not in website else website


def _signature(about: About) -> str:
    html = about.identity.signature if about.identity else ""
    return mark_safe(html)  # noqa: S308 - cleaned when it was stored


def _my_name(about: About) -> str:
    return about.identity.name if about.identity else about.owner.name


def _my_email(about: About) -> str:
    return about.identity.address if about.identity else about.owner.email


for _field in (
    Field("first_name", _("First name"), "Maria", _PERSON, lambda about: about.names[0], Mend.PERSON),
    Field("last_name", _("Last name"), "Sandberg", _PERSON, lambda about: about.names[1], Mend.PERSON),
    Field("name", _("Name"), "Maria Sandberg", _PERSON, lambda about: " ".join(about.names), Mend.PERSON),
    Field("title", _("Title"), "CFO", _PERSON, lambda about: about.of_person("title"), Mend.PERSON),
    Field("company", _("Company"), "Nordlys Energi AB", _PERSON, lambda about: about.of_person("company"), Mend.PERSON),
    Field("company_friendly", _("Company, as people say it"), "Nordlys Energi", _PERSON,
          lambda about: friendly(about.of_person("company")), Mend.PERSON),
    Field("email", _("Email"), "maria@nordlys.example", _PERSON, lambda about: about.address),
    Field("website", _("Website"), "https://nordlys.example", _PERSON, _website, Mend.PERSON),
    Field("phone", _("Phone"), "+47 22 00 00 00", _PERSON, lambda about: about.of_person("phone"), Mend.PERSON),
    Field("my_name", _("My name"), "Anna Lind", _SENDER, _my_name, Mend.IDENTITY),
    Field("my_title", _("My title"), _("Account manager"), _SENDER, lambda about: about.owner.title, Mend.SENDER),
    Field("my_email", _("My email"), "anna@nordbridge.example", _SENDER, _my_email, Mend.IDENTITY),
    Field("my_signature", _("My signature"), _("the signature of the sender"), _SENDER, _signature, Mend.IDENTITY),
    Field("last_email_body", _("Last email"), _("the last email to this person, quoted"), Group.LAST_EMAIL, last_email_to),
):  # fmt: skip
    add(_field)
