"""Delivery reports as a whole: whether a message is one, and what fields and prose together say of each recipient."""

import re
from dataclasses import replace

from . import autoreply, dsn, transcripts
from .mime import Part
from .origins import original_headers
from .reply import from_html
from .reports import (
    ADDRESS,
    Report,
    best_status,
    first_code,
    is_general,
    judged,
    one_line,
)

MAX_TEXT = 100_000  # characters of prose

_REPORTERS = re.compile(
    r"^(?:mailer[._-]?daemon|mail[._-]?daemon|postmaster|mail\.delivery\.system|mdaemon|mail-?delivery|bounce)[@+]",
    re.IGNORECASE,
)
_REPORTER_NAMES = re.compile(
    r"mail(?:er)?[ -]?daemon|mail delivery (?:sub)?system|system administrator|mail administrator",
    re.IGNORECASE,
)
_SUBJECTS = re.compile(
    r"undeliver|non.?deliver|delivery (?:status|fail|report|problem|has failed|notification)|(?:mail|message) (?:delivery|failure|"
    r"could not be delivered)|returned mail|return(?:ed|ing) (?:message )?to sender|failure notice|failed delivery|could not be "
    r"delivered|mail system error|not deliver(?:ed|able)|error sending|unable to deliver|unzustellbar|nicht zustellbar|"
    r"zustellung|olevererbart|kunde inte levereras|non remis|non distribu|échec de (?:la )?remise|no se puede entregar|"
    r"não entregue|mancato recapito|onbestelbaar|undelivered|delayed (?:mail|message)|warning: (?:message|could not send)|"
    r"メールエラー|配信(?:不能|エラー|失敗)|送信エラー|不達",
    re.IGNORECASE,
)
_PHRASES = re.compile(
    r"(?:could|can) ?not be delivered|not (?:yet )?(?:been )?delivered|unable to deliver|undeliverable|delivery (?:to the following|"
    r"failed|error)|did not reach the following|had (?:permanent fatal errors|delivery problems)|was not delivered|"
    r"returned to sender|permanent error|(?:address|recipient)\(?e?s?\)? failed|rejected (?:by|recipient)|error (?:occurred|was "
    r"encountered) while|delivering your mail|unknown user",
    re.IGNORECASE,
)
_LISTED = {
    "list-id",
    "list-subscribe",
    "list-post",
    "list-help",
    "mailing-list",
    "x-mlserver",
    "x-ml-name",
}
_NOT_A_MEMBER = re.compile(
    r"\bnot (?:a |an )?(?:member|subscriber) of (?:this|the) (?:mailing )?list", re.IGNORECASE
)


def is_one(root: Part, sender: str, subject: str, status: str, answers: bool) -> bool:
    """Whether a message reports on a delivery; `answers`: it claims to answer a message, as people's do.

    Its machine-readable part settles it, or its type, or X-Failed-Recipients. Without them it matters whom it comes from
    and what it says; fields in prose are no more than that, since people quote reports to each other.
    """
    headers = root.headers
    if any(part.type in dsn.STATUS_PARTS for part in root.walk()):
        return True
    if report_type(root) == "delivery-status" or "X-Failed-Recipients" in headers:
        return True
    text = prose(root)[:5000]
    if _LISTED.intersection(headers.fields) and _NOT_A_MEMBER.search(text):
        return True
    reporter = bool(_REPORTERS.match(sender)) or bool(_REPORTER_NAMES.search(headers.text("From")))
    null = autoreply.null_return_path(headers) or headers.raw("From").strip() == "<>"
    titled = bool(_SUBJECTS.search(subject))
    if answers and not (reporter or null):
        return False
    if not (reporter or titled) and autoreply.at_all(headers, sender, subject):
        return False
    told = bool(_PHRASES.search(text)) or bool(status)
    return reporter + null + titled >= 2 or (told and (reporter or null or titled))


def report_type(root: Part) -> str:
    """The report-type of a multipart/report (RFC 6522), in lower case."""
    return root.params.get("report-type", "").strip().lower()


def prose(root: Part) -> str:
    """What the report says to people: its readable parts, without the message that came back."""
    leaves = [
        part
        for part in root.walk()
        if not part.parts and not part.is_message and part.type not in dsn.STATUS_PARTS
    ]
    found = [part.text for part in leaves if part.type.startswith("multipart/")]
    found += [part.text for part in leaves if part.type == "text/plain"]
    if not any(text.strip() for text in found):
        found = [from_html(part.text) for part in leaves if part.type == "text/html"]
    return "\n\n".join(found)[:MAX_TEXT]


def reports(root: Part, raw: bytes, subject: str, status: str, ours: set[str]) -> list[Report]:
    """One report a recipient. `ours` are the report's own ends, who are not what it is about."""
    head = transcripts.head_of(prose(root))
    if told := dsn.reports(status):
        said = transcripts.sections(head, [report.recipient for report in told if report.recipient])
        return [completed(report, said.get(report.recipient, "")) for report in told]
    known = _known(root)
    not_these = {address.lower() for address in ours} - {address.lower() for address in known}
    people = (
        transcripts.recipients(head, known, not_these)
        or transcripts.second_opinion(raw)
        or _addressed(root)
    )
    action = transcripts.action_of(subject, head)
    said = transcripts.sections(head, people)
    if people:
        return [transcripts.report_of(person, said[person], action) for person in people]
    return [transcripts.report_of("", head, action)] if head.strip() else [Report(action=action)]


def completed(report: Report, section: str) -> Report:
    """A report by fields with what only the prose tells: the stage, and the server's words where no field has them."""
    if not section or report.recipient.lower() not in section.lower():
        return report
    stage = transcripts.stage_of(section)
    if not report.words or (not report.code and is_general(report.status or "5.0.0")):
        words = transcripts.words_of(section, report.recipient)
        if first_code(words) or not report.words:
            report = replace(
                report,
                words=one_line(words),
                code=report.code or first_code(words),
                status=best_status(words, report.status),
            )
    return judged(report, stage)


def _known(root: Part) -> list[str]:
    """X-Failed-Recipients, which Exim and Google set."""
    return [
        address
        for value in root.headers.all("X-Failed-Recipients")
        for address in ADDRESS.findall(value)
    ]


def _addressed(root: Part) -> list[str]:
    """Whom the message that came back was for, where that is one person and nothing else is told."""
    headers = original_headers(root)
    found = (
        ADDRESS.findall(", ".join(headers.all("To", "X-Envelope-To", "Envelope-To")))
        if headers
        else []
    )
    distinct = list(dict.fromkeys(found))
    return distinct if len(distinct) == 1 else []
