"""What a user agent says in two words: “Chrome on Windows”. For people to read, never to judge by."""

from django.utils.translation import gettext as _

# The first that matches wins: everybody calls themselves Mozilla, and Edge calls itself Chrome too.
PROGRAMS = (
    ("GoogleImageProxy", "Gmail"),
    ("YahooMailProxy", "Yahoo Mail"),
    ("Thunderbird", "Thunderbird"),
    ("Microsoft Outlook", "Outlook"),
    ("ms-office", "Outlook"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("AppleWebKit", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Mac OS X", "Mac"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def client(user_agent: str) -> str:
    """The program and system that `user_agent` names; "" where it names none that we know."""
    program = next((name for mark, name in PROGRAMS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    if program and system and "Proxy" not in user_agent:
        return _("%(program)s on %(system)s") % {"program": program, "system": system}
    return program or system
