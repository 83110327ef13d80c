"""What a column of a file may mean, and what its name says about it."""

import re
from collections.abc import Collection

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..addresses import looks_like_address
from ..models import key_of
from .sheet import Sheet

MEANINGS: dict[str, str | Promise] = {
    "email": _("Email"),
    "name": _("Full name"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "title": _("Title"),
    "company": _("Company"),
    "phone": _("Phone"),
    "website": _("Website"),
    "linkedin": _("LinkedIn"),
    "source": _("Source"),
}
NAMES = {"name", "first_name", "last_name"}
# One of the organisation's own fields, its key after the colon; and a new one, called as the column.
CUSTOM, NEW = "custom:", "new"

# Without case, spaces and signs; English first, then Swedish.
SPELLINGS = {
    "email": "email emailaddress emails mail mailaddress email1value primaryemail workemail "
    "epost epostadress mejl mejladress mailadress",
    "name": "name fullname contact contactname person displayname "
    "namn fulltnamn helanamnet kontakt kontaktperson kontaktnamn",
    "first_name": "firstname givenname forename förnamn fornamn tilltalsnamn",
    "last_name": "lastname surname familyname efternamn",
    "title": "title jobtitle position role titel befattning yrkestitel roll",
    "company": "company companyname organization organisation organizationname account "
    "accountname employer företag foretag företagsnamn bolag arbetsgivare kund",
    "phone": "phone phonenumber telephone tel mobile mobilephone cell phone1value workphone "
    "telefon telefonnummer mobil mobilnummer mobiltelefon",
    "website": "website web url homepage companywebsite webbplats hemsida webb webbsida",
    "linkedin": "linkedin linkedinurl linkedinprofile linkedinprofileurl personlinkedinurl "
    "linkedinprofil",
    "source": "source leadsource källa kalla",
}
MEANT = {spelling: code for code, all_of in SPELLINGS.items() for spelling in all_of.split()}


def guess(sheet: Sheet, own: Collection[str] = ()) -> dict[int, str]:
    """What each column seems to mean, by its name; the address also by what is in it.

    `own` are the keys of the organisation's own fields.

    Returns {index of the column: code of MEANINGS, or CUSTOM and a key}, each code once.
    """
    guessed: dict[int, str] = {}
    for index, name in enumerate(sheet.header):
        meaning = MEANT.get(re.sub(r"[\W_]+", "", name.casefold()))
        if not meaning and key_of(name) in own:
            meaning = f"{CUSTOM}{key_of(name)}"
        if meaning and meaning not in guessed.values():
            guessed[index] = meaning
    if "email" not in guessed.values():
        column = _column_of_addresses(sheet)
        if column is not None:
            guessed[column] = "email"
    return guessed


def _column_of_addresses(sheet: Sheet) -> int | None:
    """The column that holds most addresses in the first rows, if any does."""
    found = [0] * sheet.width
    for row in sheet.first(20):
        for index, cell in enumerate(row.cells[: sheet.width]):
            found[index] += looks_like_address(cell)
    most = max(found, default=0)
    return found.index(most) if most else None
