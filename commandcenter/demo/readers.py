"""How somebody reads mail: with which program, through which proxies, with how much interest."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random

from .letters import ABSENCES, REPLIES
from .story import Story

OUTLOOK = "Mozilla/4.0 (compatible; ms-office; MSOffice 16)"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/131.0.0.0 Safari/537.36"
)
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Mobile/15E148"
)
THUNDERBIRD = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
YAHOO = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"
APPLE = "Mozilla/5.0"
GATEWAY = "BarracudaCentral/1.0"

Act = tuple[datetime, Callable[[datetime], None]]


@dataclass(frozen=True)
class Reader:
    """One prospect's way with mail. `interest` is from 0 to 1."""

    chance: Random
    interest: float
    pictures: str  # the program that loads pictures; "" where the reader's own views stay unknown
    browser: str  # the program in which links open
    prefetch: str = ""  # what looks at every message before anybody reads it
    answers: bool = True

    @classmethod
    def one_of_many(cls, chance: Random) -> "Reader":
        pictures, browser, prefetch = chance.choices(
            (
                (OUTLOOK, CHROME, ""),
                (GMAIL, CHROME, ""),
                ("", PHONE, APPLE),
                (CHROME, CHROME, ""),
                (THUNDERBIRD, CHROME, ""),
                (OUTLOOK, CHROME, GATEWAY),
                (YAHOO, PHONE, ""),
                ("", CHROME, ""),  # loads no pictures at all
            ),
            (28, 22, 16, 9, 5, 8, 3, 9),
        )[0]
        return cls(chance, chance.betavariate(1.6, 2.6), pictures, browser, prefetch)

    def acts(self, story: Story) -> list[Act]:
        """What they and their programs do with a delivered email, in the order of time."""
        found = [*self._looked_at(story), *self._read(story), *self._answered(story)]
        return sorted(found, key=lambda act: act[0])

    def _looked_at(self, story: Story) -> Iterator[Act]:
        at = _delivered(story)
        if self.prefetch:
            yield at + timedelta(seconds=20), partial(story.view, agent=self.prefetch)
        if self.prefetch == GATEWAY:
            for number, _link in enumerate(story.letter.links, 1):
                later = at + timedelta(seconds=20 + number)
                yield later, partial(story.click, agent=GATEWAY, link=number)
        if self.chance.random() < 0.03:  # the rep looks at what was sent
            yield at + timedelta(minutes=9), partial(story.view, agent=CHROME, own=True)

    def _read(self, story: Story) -> Iterator[Act]:
        if self.chance.random() > 0.4 + 0.55 * self.interest:
            return
        at = _delivered(story)
        while True:
            at += timedelta(minutes=self.chance.lognormvariate(4.6, 1.6))
            if self.pictures:
                yield at, partial(story.view, agent=self.pictures)
            links = len(story.letter.links)
            if links and self.chance.random() < 0.12 + 0.4 * self.interest:
                number = self.chance.randint(1, links)
                later = at + timedelta(seconds=self.chance.randint(8, 90))
                yield later, partial(story.click, agent=self.browser, link=number)
            if self.chance.random() > 0.3 + 0.5 * self.interest:
                return

    def _answered(self, story: Story) -> Iterator[Act]:
        at = _delivered(story)
        if self.chance.random() < 0.045:
            text = self.chance.choice(ABSENCES)
            yield (
                at + timedelta(seconds=self.chance.randint(4, 50)),
                partial(story.auto_reply, text=text),
            )
        if self.answers and self.chance.random() < 0.03 + 0.22 * self.interest:
            later = at + timedelta(minutes=self.chance.lognormvariate(5.4, 1.3))
            yield later, partial(story.reply, text=self.chance.choice(REPLIES))


def _delivered(story: Story) -> datetime:
    assert story.email.delivered_at
    return story.email.delivered_at
