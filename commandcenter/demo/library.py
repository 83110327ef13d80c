"""The templates of the demo, in English and in Swedish, and which emails were written with them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from accounts.models import Team, User
from emails.models import Category, Template, TemplateVersion

from . import letters
from .crew import DOMAIN
from .letters import Letter
from .story import Story

FIRST, FOLLOW_UP, ANSWERS, SWEDISH = "First contact", "Follow-up", "Answers", "På svenska"
DAY = timedelta(days=1)
OLD, REWRITTEN = 120 * DAY, 40 * DAY
# Of a hundred emails whose letter a template says, so many were written with it.
BY_TEMPLATE = 70


@dataclass(frozen=True)
class Sheet:
    """One template: who wrote it, where it stands, whether the team has it, who gave it a star."""

    owner: str
    category: str
    name: str
    letter: Letter
    is_shared: bool = False
    starred_by: tuple[str, ...] = ()


def _swedish(subject: str, *paragraphs: str) -> Letter:
    return Letter(subject, paragraphs)


VALKOMMEN = _swedish(
    "Snabbare in i arbetet på {{company_friendly}}",
    "Jag såg att ni växer. De flesta i er storlek tappar två veckor per ny kollega innan"
    " vardagen fungerar; vi brukar komma ner till fyra dagar.",
    "Får jag visa hur, på en kvart? {{! Två förslag på tid }}",
)
EFTER_DEMO = _swedish(
    "Tack för i dag, {{first_name}}",
    "Tack för ett bra samtal. Som lovat: svaren på era frågor om roller och språk, och ett förslag"
    " på hur ni börjar med ett kontor och växer därifrån.",
    "Vad behöver ni från oss för att kunna bestämma er den här månaden?",
)
OFFERT = _swedish(
    "Offert till {{company_friendly}}",
    "Här kommer de tre alternativ vi pratade om. För två kontor skulle jag välja B.",
    "Ska vi ta tio minuter på torsdag och gå igenom dem?",
)
PAMINNELSE = _swedish(
    "Hann du titta, {{first_name}}?",
    "Jag vet hur det är i slutet av kvartalet. Vill du att jag hör av mig efter {{! månad }}?",
)
HANDOVER = Letter(
    "Your new contact at Nordbridge",
    (
        "From today I am your contact for everything at {company}. {{{{! What my predecessor"
        " promised }}}}",
        "I read up on what you have done so far. Shall we take a quarter of an hour this week, so"
        " that you need not explain it twice?",
    ),
)

SHEETS = (
    Sheet("anna", FIRST, "Intro, onboarding time", letters.INTRO, True, ("anna", "david")),
    Sheet("anna", FOLLOW_UP, "Case study, two pages", letters.CASE_STUDY, True),
    Sheet("karin", FOLLOW_UP, "After the demo", letters.AFTER_DEMO, True, ("anna", "lucia")),
    Sheet("anna", FOLLOW_UP, "Three options with prices", letters.PRICING, False, ("anna",)),
    Sheet("karin", ANSWERS, "Security questionnaire", letters.QUESTIONS, True),
    Sheet("lucia", ANSWERS, "Invoices per site", letters.INVOICING, True),
    Sheet("david", FOLLOW_UP, "Two dates for the workshop", letters.WORKSHOP, True),
    Sheet("david", FOLLOW_UP, "Quick check-in", letters.CHECK_IN, True, ("david",)),
    Sheet("anna", FOLLOW_UP, "A word after the prices", letters.PERSONAL, False, ("anna",)),
    Sheet("anna", FIRST, "Taking over an account", HANDOVER),
    Sheet("anna", SWEDISH, "Första kontakten", VALKOMMEN, True, ("anna", "karin")),
    Sheet("anna", SWEDISH, "Efter demon", EFTER_DEMO),
    Sheet("karin", SWEDISH, "Offert, tre alternativ", OFFERT, True),
    Sheet("anna", SWEDISH, "Påminnelse", PAMINNELSE),
)


def stock(chance: Random, now: datetime, stories: list[Story]) -> None:
    """Store the templates and tie to them the emails, still unsaved, that were written with one.

    The first template was rewritten once, so that earlier emails show what it said then.
    """
    crew = {
        user.email.partition("@")[0]: user
        for user in User.objects.filter(email__endswith=f"@{DOMAIN}")
    }
    team = Team.objects.get()
    versions: dict[str, list[TemplateVersion]] = {}
    for sheet in SHEETS:
        template = _write(sheet, crew, now)
        if sheet.is_shared:
            template.share([team])
        for name in sheet.starred_by:
            template.star(crew[name])
        if sheet is SHEETS[0]:
            _rewrite(template, now)
        versions[sheet.letter.subject] = list(template.versions.order_by("number"))
    for story in stories:
        told = versions.get(story.letter.subject, [])
        then = [each for each in told if each.written_at <= story.email.created_at]
        if then and _may_use(story, then[-1]) and chance.randrange(100) < BY_TEMPLATE:
            story.email.template_version = then[-1]


def _write(sheet: Sheet, crew: dict[str, User], now: datetime) -> Template:
    owner = crew[sheet.owner]
    category = Category.named(owner, sheet.category)
    template = Template.write(
        owner,
        name=sheet.name,
        category=category,
        subject=sheet.letter.subject,
        html=_text(sheet),
    )
    template.versions.update(written_at=now - OLD)
    Template.objects.filter(pk=template.pk).update(created_at=now - OLD, updated_at=now - OLD)
    return template


def _text(sheet: Sheet) -> str:
    if sheet.category == SWEDISH:
        lines = ["Hej {{first_name}},", *sheet.letter.paragraphs, "Hälsningar<br>{{my_name}}"]
        return "".join(f"<p>{line}</p>" for line in lines)
    fields = {"name": "{{first_name}}", "company": "{{company}}", "sender": "{{my_name}}"}
    return sheet.letter.html(**fields)


def _rewrite(template: Template, now: datetime) -> None:
    shorter = template.html.replace("Is that of interest just now? ", "")
    template.rewrite(version=1, by=template.owner, html=shorter)
    template.versions.filter(number=2).update(written_at=now - REWRITTEN)
    Template.objects.filter(pk=template.pk).update(updated_at=now - REWRITTEN)


def _may_use(story: Story, version: TemplateVersion) -> bool:
    template = version.template
    return template.owner == story.owner or template.teams.exists()
