"""What the reps of the demo write, what people answer, and what servers say."""

from dataclasses import dataclass
from functools import cached_property
from html import escape

from emails.sending.html import text_of

SITE = "https://nordbridge.example"


@dataclass(frozen=True)
class Letter:
    """A subject and a body with fields in braces; `links` are (words, address) by number."""

    subject: str
    paragraphs: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()

    def html(self, *, name: str, company: str, sender: str) -> str:
        """The body as its writer would have left it."""
        return self._body.format(name=escape(name), company=escape(company), sender=escape(sender))

    def text(self, *, name: str, company: str, sender: str) -> str:
        """The same as plain text, which is worked out once for all who get it."""
        return self._text.format(name=name, company=company, sender=sender)

    @cached_property
    def _body(self) -> str:
        anchors = [f'<a href="{escape(address)}">{words}</a>' for words, address in self.links]
        told = {f"link{number}": anchor for number, anchor in enumerate(anchors, 1)}
        lines = ["Hi {name},", *self.paragraphs, "Best regards<br>{sender}<br>Nordbridge"]
        fields = {name: f"{{{name}}}" for name in ("name", "company", "sender")}
        return "".join(f"<p>{line.format(**told, **fields)}</p>" for line in lines)

    @cached_property
    def _text(self) -> str:
        return text_of(self._body)


PRICES = ("See the price list", f"{SITE}/prices?offer=b&sites=2")
CASE = ("Case study", f"{SITE}/cases/harbour-logistics")
DEMO = ("Book a demo", f"{SITE}/demo")
SECURITY = ("Our answers on security", f"{SITE}/security.pdf")
INVOICES = ("How invoices are sent", f"{SITE}/help/invoices")
CONTRACT = ("The contract with our changes", f"{SITE}/documents/contract-v3")
DATES = ("Choose a date", f"{SITE}/calendar/workshop")

INTRO = Letter(
    "Intro: cutting onboarding time",
    (
        "I noticed that your team at {company} is growing. Most companies of your size lose two"
        " weeks with every new colleague before they can work on their own.",
        "We brought that down to four days for others in your field. {link1} shows how, in two"
        " minutes.",
        "Is that of interest just now? If you would rather see it: {link2}.",
    ),
    (CASE, DEMO),
)
ROLLOUT = Letter(
    "Pricing for the Q1 rollout",
    (
        "as promised, here is what a rollout in the first quarter would cost {company}: one price"
        " for one site, and a better one for two.",
        "{link1}. I shall call you in two days to hear what you think of it.",
    ),
    (PRICES,),
)
MAILING = Letter(
    "Our new prices from January",
    (
        "our new price list holds from January. Nothing changes for {company} before then: what you"
        " have keeps its price until it is renewed.",
        "{link1}, or answer this email and I shall work it out for you.",
    ),
    (PRICES,),
)
MAILING_TO_ONE = Letter(
    MAILING.subject,
    (
        "as I said on the phone: for {company} the old prices hold until June, whatever the new list"
        " says.",
        "{link1}, so that you can compare.",
    ),
    (PRICES,),
)
PERSONAL = Letter(
    "One site or two?",
    (
        "before I send you anything else: which of the two prices suits {company}, the one for one"
        " site or the one for two?",
        "{link1}, once more. A line in answer is enough, and I shall work it out for you.",
    ),
    (PRICES,),
)
PERSONAL_TO_ONE = Letter(
    PERSONAL.subject,
    (
        "I heard from your colleagues that {company} opens a second site in spring. Then the price"
        " for two is yours from the first day, whenever the other one follows.",
        "{link1}. Shall I hold it for you until the end of the month?",
    ),
    (PRICES,),
)
PERSONAL_TO_ANOTHER = Letter(
    PERSONAL.subject,
    (
        "thank you for your time at the fair. You wanted to ask at home how many of you there will"
        " be at {company} next year; did you find out?",
        "{link1}: up to fifty it is the first of the two.",
    ),
    (PRICES,),
)
CASE_STUDY = Letter(
    "A short case study",
    (
        "We did something similar for another company with several sites: 140 people, three"
        " languages, one place for all that new colleagues need.",
        "{link1}: it is two pages. If you would rather see it, {link2}.",
    ),
    (CASE, DEMO),
)
AFTER_DEMO = Letter(
    "Following up on the demo",
    (
        "Thanks for your time on Monday. As we said, I looked at how {company} could start with"
        " one site and grow from there.",
        "The questions on roles and languages are answered here: {link1}.",
        "What would you need from us to decide this month?",
    ),
    (SECURITY,),
)
PRICING = Letter(
    "Pricing for the Q1 rollout",
    (
        "as promised here are the three options we talked about. Option B is the one I would"
        " choose for two sites:",
        "{link1}",
        "Shall we take ten minutes on Thursday?",
    ),
    (PRICES,),
)
QUESTIONS = Letter(
    "Security questionnaire",
    (
        "Attached you will find our answers to the questions of your IT department. The short"
        " version stands here: {link1}.",
        "If they want to speak to our engineers, I arrange it this week.",
    ),
    (SECURITY,),
)
INVOICING = Letter(
    "Your question on invoices",
    (
        "Yes, invoices can be sent to each site on its own, or together to {company} once a"
        " month. {link1}.",
        "Which of the two fits you better?",
    ),
    (INVOICES,),
)
REDLINES = Letter(
    "Re: contract redlines",
    (
        "Legal has come back with two small changes, both in section 7. {link1}.",
        "From our side it can be signed as it stands. Does that work for you?",
    ),
    (CONTRACT,),
)
WORKSHOP = Letter(
    "Two dates for the workshop",
    (
        "for the workshop with your site managers we can offer two mornings. {link1}, and I"
        " send the invitations.",
        "It takes three hours, and nobody needs to prepare anything.",
    ),
    (DATES,),
)
CHECK_IN = Letter(
    "Quick check-in",
    (
        "it has been a while since we spoke. Is onboarding still on your list at {company} for"
        " this year?",
        "If the timing is wrong, just say so and I come back when it suits you.",
    ),
)
# The order in which a prospect gets them.
CADENCE = (
    INTRO,
    CASE_STUDY,
    AFTER_DEMO,
    PRICING,
    QUESTIONS,
    INVOICING,
    REDLINES,
    WORKSHOP,
    CHECK_IN,
)

REPLIES = (
    "Thanks, this is just what we needed. Can you send the options for three sites as well?",
    "Thursday at ten works for me. I bring our IT manager along.",
    "We are in the middle of the budget. Please come back to me in January.",
    "Could you tell me what the set-up costs? The rest looks good.",
    "Not a topic for us at the moment, but thank you for asking.",
    "I have forwarded this to my colleague who decides on it.",
    "Tack! Det ser bra ut, jag återkommer på fredag.",
    "Danke für die Unterlagen. Können wir nächste Woche telefonieren?",
    "Gracias, lo comento con el equipo y te digo algo el lunes.",
    "Looks fine to us. Send the contract and we sign.",
)
ABSENCES = (
    "I am out of the office until Monday and read my mail then.",
    "Jag är på semester till och med söndag. I brådskande fall: växeln.",
    "Ich bin derzeit nicht im Büro und antworte nach meiner Rückkehr.",
    "Estoy fuera de la oficina. Para asuntos urgentes, llame a recepción.",
)


@dataclass(frozen=True)
class Said:
    """What a server says: its code, its status (RFC 3463) and its words, `{to}` filled in."""

    code: int
    status: str
    words: str


UNKNOWN_USER = (
    Said(550, "5.1.1", "<{to}>: Recipient address rejected: User unknown in virtual mailbox table"),
    Said(550, "5.1.10", "Recipient {to} not found by SMTP address lookup"),
    Said(
        550,
        "5.1.1",
        "The email account that you tried to reach does not exist. Please try double-checking the"
        " recipient's email address for typos.",
    ),
)
REPORTED = (
    Said(552, "5.2.2", "<{to}>: Mailbox is full: over quota"),
    Said(550, "5.2.1", "The email account that you tried to reach is inactive."),
    Said(554, "5.7.1", "Service unavailable; Client host [203.0.113.7] blocked using a block list"),
    Said(554, "5.7.1", "Message rejected: content looks like spam (score 8.4)"),
    Said(451, "4.4.7", "Delivery expired: message still in queue after 3 days"),
)
REFUSED = (
    Said(550, "5.1.8", "Sender address rejected: not allowed to send as this user"),
    Said(554, "5.7.1", "Message refused by the policy of the receiving organisation"),
    Said(552, "5.3.4", "Message size exceeds fixed limit"),
)
FOR_NOW = (
    Said(451, "4.7.0", "Too many messages from your network, try again later"),
    Said(451, "4.3.0", "Temporary server error. Please try again later"),
    Said(452, "4.2.2", "<{to}>: Mailbox over quota, try again later"),
    Said(450, "4.2.0", "<{to}>: Recipient address rejected: Greylisted, see you in 5 minutes"),
)
