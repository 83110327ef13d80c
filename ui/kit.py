"""The living style page, /ui/kit/: every component as pages use it, with DEBUG only. Needs no data."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from . import icons
from .navigation import Shown
from .paging import Page

PAGES = ["index", "folder", "failed", "compose", "people", "settings", "empty", "sign-in", "error"]


@dataclass(frozen=True)
class Rep:
    """Stands in for the user."""

    name: str = "Anna Lind"
    email: str = "anna@nordic.example"
    theme: str = ""
    density: str = ""
    is_staff: bool = True

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Line:
    """Stands in for a row of a list."""

    pk: int
    name: str
    company: str
    subject: str
    snippet: str
    hours: float = 0
    views: int = 0
    clicks: int = 0
    replied: bool = False
    auto: bool = False
    reason: str = ""
    tone: str = ""

    @property
    def moved_at(self) -> Any:
        return timezone.now() - timedelta(hours=self.hours)


def _lines(first: int, table: str) -> list[Line]:
    """name | company | subject | snippet | hours ago | views, clicks | replied, auto or a reason"""
    lines = []
    for pk, text in enumerate(table.strip().splitlines(), first):
        name, company, subject, snippet, hours, counts, more = (
            part.strip() for part in text.split("|")
        )
        views, clicks = (int(count) for count in counts.split(","))
        reason, _, tone = more.partition("/")
        signs = {"replied": more == "replied", "auto": more == "auto"}
        if any(signs.values()):
            reason = ""
        lines.append(
            Line(pk, name, company, subject, snippet, float(hours), views, clicks, **signs,
                 reason=reason, tone=tone)
        )  # fmt: skip
    return lines


DELIVERED = _lines(1, """
Maria Sandberg | Nordlys Energi | Pricing for the Q1 rollout | Hi Maria, as promised here are the three options | 0.1 | 4,2 |
Jonas Wik | Fjällräven Retail | Following up on the demo | Thanks for your time on Monday. As promised | 0.4 | 2,0 | replied
Priya Nair | Helix Labs | Security questionnaire | Attached you will find our answers to the | 0.8 | 1,0 |
Tom Becker | Rheinwerk GmbH | Intro: cutting onboarding time | I noticed that your team is hiring | 1.2 | 0,0 | auto
Sofia Costa | Mar Azul | Re: contract redlines | Legal has come back with two remarks | 24 | 6,1 | replied
Erik Dahl | Polar Logistics | Pricing for the Q1 rollout | Hi Erik, as promised here are the three | 25 | 0,0 |
Amina Yusuf | Savanna Bank | A short case study | We did something similar for another bank | 26 | 3,3 |
Lukas Meyer | Alpen Software | Following up on the demo | Thanks for your time on Monday. As promised | 72 | 1,0 |
Chloé Martin | Atelier Nord | Your question on invoices | Yes, invoices can be sent in French | 73 | 0,0 | replied
Ben Ortiz | Coastline Media | Intro: cutting onboarding time | I noticed that your team is hiring | 96 | 1,1 |
Ida Berg | Stadsbyggarna | Pricing for the Q1 rollout | Hi Ida, as promised here are the three | 97 | 0,0 |
Marco Bianchi | Torino Parts | A short case study | We did something similar for another plant | 98 | 0,0 | auto
""")  # fmt: skip

FAILED = _lines(21, """
Karin Holm | Vattenkraft | Intro: cutting onboarding time | 550 5.7.60 from address not allowed | 0.5 | 0,0 | Sender not allowed/bad
Ola Nyberg | Gruvan AB | Intro: cutting onboarding time | 550 5.7.60 from address not allowed | 0.5 | 0,0 | Sender not allowed/bad
Rosa Díaz | Sol y Mar | A short case study | template asks for {{ website }} | 0.9 | 0,0 | Missing field: website/warn
Peter Novak | Bohemia Steel | Pricing for the Q1 rollout | connection lost after the message was sent | 2 | 0,0 | Unconfirmed/warn
Lena Fors | Skog & Mark | Following up on the demo | skogmark.example is on your blocked list | 24 | 0,0 | Blocked domain
""")  # fmt: skip


class Preferences(forms.Form):
    """A form with one of each field."""

    name = forms.CharField(help_text="As recipients see it.")
    email = forms.EmailField(initial="anna@nordic")
    language = forms.ChoiceField(choices=[("en", "English"), ("sv", "Svenska")])
    signature = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    theme = forms.ChoiceField(
        choices=[("", "as the system"), ("light", "light"), ("dark", "dark")],
        widget=forms.RadioSelect,
        label="Appearance",
    )
    shortcuts = forms.BooleanField(label="Single-key shortcuts", required=False, initial=True)


def _navigation(lit: str) -> list[Shown]:
    entries = [
        ("Home", "house", None, False),
        ("Emails", "mail", None, True),
        ("Tasks", "list-todo", 7, True),
        ("People", "users", None, True),
        ("Campaigns", "megaphone", 4, False),
        ("Templates", "file-text", None, False),
        ("Search", "search", None, True),
        ("Live feed", "activity", None, False),
        ("Reports", "chart-column", None, False),
    ]
    return [
        Shown(label, icon, "#", label == lit, phone, count) for label, icon, count, phone in entries
    ]


@login_not_required
def show(request: HttpRequest, name: str = "index") -> HttpResponse:
    """One page of the kit; `?theme=dark` and `?density=compact` as a user would choose."""
    lines = FAILED if name == "failed" else DELIVERED
    total = 5 if name == "failed" else 1198
    after = None if name == "failed" else "cursor"
    user = replace(
        Rep(), theme=request.GET.get("theme", ""), density=request.GET.get("density", "")
    )
    form = Preferences({"name": "Anna Lind", "email": "anna@nordic", "language": "en"})
    context = {
        "user": user,
        "navigation": _navigation("People" if name == "people" else "Emails"),
        "page": Page(lines, 1, min(50, total), total, before=None, after=after),
        "lines": lines,
        "open": 24 if name == "failed" else 1,
        "view": request.GET.get("view", "list"),
        "form": form,
        "pages": PAGES,
        "now": timezone.now(),
        "icons": sorted(icons.names()),
    }
    return render(request, f"ui/kit/{name}.html", context)
