"""A task in words: “call Maria Sandberg back tomorrow 9:00”, in English and in Swedish.

A clock and a day are looked for by what they look like; what a day means says dateparser. What is
left is the name. Nothing is guessed that is not shown before it is saved.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from prospects.models import Person

from .models import Kind
from .search_forms import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from accounts.models import User

LONGEST = 300
# What an address consists of; whether it is one is asked of the people.
ADDRESS = re.compile(r"\S+@\S+\.\w+")
CAPITAL_WORDS = re.compile(r"[^\W\d_a-zåäö][\w’'-]*(?: [^\W\d_a-zåäö][\w’'-]*)+")
KINDS = {
    Kind.CALL: {"call", "phone", "ring", "ringa"},
    Kind.EMAIL: {"email", "e-mail", "mail", "write", "mejla", "maila", "mejl", "skriv"},
    Kind.INMAIL: {"inmail", "linkedin"},
}

MONTHS = (
    "jan(?:uary|uari)?|feb(?:ruary|ruari)?|mar(?:ch|s)?|apr(?:il)?|may|maj|june?|juni|july?|juli"
    "|aug(?:ust|usti)?|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
DAYS = (
    "mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?"
    "|sun(?:day)?|måndag|tisdag|onsdag|torsdag|fredag|lördag|söndag"
)
UNITS = "minut(?:e|es|er)?|hours?|timm(?:e|ar)|days?|dag(?:ar)?|weeks?|veck(?:a|or)|months?|månad(?:er)?"
NUMBER = r"\d{1,3}|an?|one|two|three|en|ett|två|tre"
DAY = re.compile(
    rf"""(?<![\w/.-])(?:(?:on|by|until|before|på|till|den)\s+)?(?:the\s+)?(?P<day>
        day\ after\ tomorrow | i?\s?övermorgon | tomorrow | today | tonight
        | i\s?morgon | i\s?dag | i\s?kväll
        | next\s+(?:week|month) | nästa\s+(?:vecka|månad)
        | in\s+(?:{NUMBER})\s+(?:{UNITS}) | om\s+(?:{NUMBER})\s+(?:{UNITS})
        | (?:next\s+|nästa\s+)?(?:{DAYS})
        | \d{{4}}-\d{{1,2}}-\d{{1,2}}
        | \d{{1,2}}(?:st|nd|rd|th|:e|:a)?\s+(?:of\s+)?(?:{MONTHS})\.?(?:\s+\d{{4}})?
        | (?:{MONTHS})\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?
        | \d{{1,2}}/\d{{1,2}}(?:/\d{{4}})?
    )(?![\w/-])""",
    re.IGNORECASE | re.VERBOSE,
)
CLOCK = re.compile(
    r"""(?<![\w:.])(?:
        (?:(?:at|kl\.?|klockan|@)\s*)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?:\s*(?P<half>am|pm))?
        | (?:at|kl\.?|klockan|@)\s*(?P<hour2>\d{1,2})(?:\.(?P<minute2>\d{2}))?(?:\s*(?P<half2>am|pm))?
        | (?P<hour3>\d{1,2})\s*(?P<half3>am|pm)
    )(?![\w:])""",
    re.IGNORECASE | re.VERBOSE,
)
# “9.30” alone is a time where a day stands beside it; else it may be a price.
BARE_CLOCK = re.compile(r"(?<![\w.,])(?P<hour>\d{1,2})\.(?P<minute>\d{2})(?![\w.,])")
# What dateparser does not know, as it knows it.
SAID_OTHERWISE = {"i övermorgon": "om 2 dagar", "övermorgon": "om 2 dagar", "i kväll": "tonight"}


@dataclass
class Understood:
    """What the words say; `wrong` are sentences about what makes no sense in them."""

    name: str = ""
    kind: Kind | None = None
    day: date | None = None
    clock: time | None = None
    person: Person | None = None
    is_urgent: bool = False
    wrong: list[str] = field(default_factory=list)

    def typed(self) -> dict[str, Any]:
        """What it fills into the form of a task."""
        told = {
            "name": self.name,
            "kind": self.kind,
            "day": self.day,
            "clock": self.clock,
            "priority": 1 if self.is_urgent else None,
        }
        return {name: value for name, value in told.items() if value is not None}


def understood(text: str, user: "User") -> Understood:
    """What `user` means by `text`, on their own clock; a person only of those whom they see."""
    text = " ".join(text.replace("\0", "").split())[:LONGEST]
    told = Understood()
    if text.endswith("!"):
        told.is_urgent, text = True, text.rstrip("! ")
    told.person = _person(text, user)
    now = timezone.localtime(timezone=user.zone).replace(tzinfo=None)
    text = _take_clock(text, told)
    text = _take_day(text, told, now)
    if told.clock and told.day is None and not told.wrong:
        passed = told.clock <= now.time()
        told.day = now.date() + timedelta(days=1) if passed else now.date()
    words = [word.strip(",.:") for word in text.lower().split()[:1]]
    told.kind = next((kind for kind, known in KINDS.items() if known & set(words)), None)
    name = text.strip(" ,;:-–")
    told.name = name[:1].upper() + name[1:200]
    return told


def _take_clock(text: str, told: Understood) -> str:
    found = CLOCK.search(text) or (DAY.search(text) and BARE_CLOCK.search(text))
    if not found:
        return text
    said = {name.rstrip("23"): value for name, value in found.groupdict().items() if value}
    hour, minute, half = (said.get(name) for name in ("hour", "minute", "half"))
    number = int(hour or 0)
    if half and 1 <= number <= 12:
        number = number % 12 + (12 if half.lower() == "pm" else 0)
    try:
        told.clock = time(number, int(minute or 0))
    except ValueError:
        told.wrong.append(_("“%(time)s” is no time of day.") % {"time": found[0]})
    return _without(text, found)


def _take_day(text: str, told: Understood, now: datetime) -> str:
    found = DAY.search(text)
    if not found:
        return text
    words = " ".join(found["day"].split())
    meant = _meant(words, now)
    if meant is None:
        told.wrong.append(_("“%(day)s” is no day in the calendar.") % {"day": words})
    else:
        told.day = meant.date()
        told.clock = told.clock or (meant.time() if meant.second == 0 else None)
    return _without(text, found)


def _without(text: str, found: re.Match[str]) -> str:
    return " ".join(f"{text[: found.start()]} {text[found.end() :]}".split())


def _meant(words: str, now: datetime) -> datetime | None:
    """The day that `words` mean, with a time that has seconds where they say none; None if there
    is no such day."""
    words = re.sub(r"(?<=\d)(?::e|:a)|\.$", "", words.lower())
    parser = _parser(now.replace(second=0, microsecond=0))
    read = parser.get_date_data(SAID_OTHERWISE.get(words, words))
    meant: datetime | None = read.date_obj
    if meant is None or not FIRST_YEAR <= meant.year <= LAST_YEAR:
        return None
    if read.period == "week" and words in {"next week", "nästa vecka"}:  # its Monday
        meant -= timedelta(days=meant.weekday())
    if read.period in {"time", "part_of_day"}:
        return meant.replace(second=0, microsecond=0, tzinfo=None)
    return meant.replace(second=1, microsecond=0, tzinfo=None)


def _parser(now: datetime) -> Any:
    """Of days as seen from `now`: imported here, because it takes a while and few pages need it."""
    from dateparser.date import DateDataParser

    told = {
        "RELATIVE_BASE": now,
        "PREFER_DATES_FROM": "future",
        "RETURN_AS_TIMEZONE_AWARE": False,
        "RETURN_TIME_AS_PERIOD": True,
        "DATE_ORDER": "DMY",
    }
    return DateDataParser(languages=["en", "sv"], settings=told)


def _person(text: str, user: "User") -> Person | None:
    """The one person of those whom `user` sees whose address or full name stands in `text`."""
    people = Person.seen_by(user)
    if found := ADDRESS.search(text):
        return people.with_address(found[0].strip("<>,;")).first()
    for words in CAPITAL_WORDS.findall(text)[:3]:
        parts = words.split()
        for some in [parts, parts[1:], parts[:-1]]:  # “Call Maria Sandberg”
            if len(some) >= 2:
                named = list(people.matching(" ".join(some))[:2])
                if len(named) == 1:
                    return named[0]
    return None
