"""Who it was that loaded a pixel or followed a link, and by which way: judged, with the reason.

Human is the default, also through a proxy that fetches when the reader opens (Google, Yahoo).
What fetches before anybody reads (Apple's privacy proxy, scanners of mail gateways) is a machine.
"""

import re
from dataclasses import dataclass

from django.http import HttpRequest

from ..models import Event
from . import own

Who, Via = Event.Who, Event.Via

# Proxies of mail readers: they fetch when somebody opens the message.
_READERS = (("GoogleImageProxy", Via.GOOGLE), ("YahooMailProxy", Via.YAHOO))
# Mail Privacy Protection fetches all images when mail arrives, read or not, and says only this.
_APPLE = "Mozilla/5.0"
# Gateways that look at links and images before they hand a message over.
_GATEWAYS = re.compile(
    r"barracuda|proofpoint|mimecast|fireeye|trellix|forcepoint|ironport|sophos|trend ?micro|"
    r"symantec|messagelabs|cloudmark|zscaler|hornetsecurity|mailscanner|spamassassin|rspamd|"
    r"microsoft-?(?:atp|defender|exchange)|office existence discovery|safelinks|urldefense|"
    r"cloudflare-email|area1|abnormal|darktrace|egress|vade|retarus|virustotal|urlscan",
    re.IGNORECASE,
)
_PROGRAMS = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|scanner|monitor|validator|fetcher|headless|phantomjs|"
    r"facebookexternalhit|whatsapp|skypeuripreview|embedly|"
    r"^(?:curl|wget|python|java|go-http-client|libwww|perl|ruby|php|node|axios|okhttp|apache-"
    r"httpclient|httpie|lwp|dalvik)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Sighting:
    """What one request tells of whoever made it; `own_user` is the user whose browser it is."""

    ip: str = ""
    user_agent: str = ""
    method: str = "GET"
    is_prefetch: bool = False
    own_user: int | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> "Sighting":
        headers = request.headers
        purpose = headers.get("Sec-Purpose") or headers.get("Purpose") or headers.get("X-Moz", "")
        return cls(
            ip=request.META.get("REMOTE_ADDR", ""),
            user_agent=headers.get("User-Agent", "").replace("\0", "")[:400],
            method=request.method or "",
            is_prefetch="prefetch" in purpose.lower(),
            own_user=own.user_of(request),
        )

    @property
    def data(self) -> dict[str, str]:
        """What of it is kept with the event."""
        return {"ip": self.ip, "user_agent": self.user_agent, "method": self.method}


@dataclass(frozen=True)
class Judgement:
    """Who and by which way, and the rule that said so."""

    who: Event.Who
    via: Event.Via
    because: str


def judge(sighting: Sighting, *, owner_id: int | None = None) -> Judgement:
    """Judge a view or a click of an email that belongs to the user `owner_id`."""
    agent = sighting.user_agent.strip()
    if owner_id is not None and sighting.own_user == owner_id:
        return Judgement(Who.OWN, Via.DIRECT, "the sender's own browser")
    if sighting.method == "HEAD":
        return Judgement(Who.MACHINE, Via.DIRECT, "asked for the headers only")
    if found := _GATEWAYS.search(agent):
        return Judgement(Who.MACHINE, Via.GATEWAY, f"a gateway: {found[0]}")
    if sighting.is_prefetch:
        return Judgement(Who.MACHINE, Via.DIRECT, "fetched ahead by a browser")
    for name, via in _READERS:
        if name in agent:
            return Judgement(Who.HUMAN, via, f"{name} fetches when it is opened")
    if agent == _APPLE:
        return Judgement(Who.MACHINE, Via.APPLE, "fetched by Mail Privacy Protection")
    if found := _PROGRAMS.search(agent):
        return Judgement(Who.MACHINE, Via.DIRECT, f"a program: {found[0]}")
    if not agent:
        return Judgement(Who.UNKNOWN, Via.DIRECT, "did not say what it is")
    return Judgement(Who.HUMAN, Via.DIRECT, "a browser or mail program")
