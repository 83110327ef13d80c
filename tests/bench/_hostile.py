"""What somebody asks who wants a search to hang: texts, trees, and words for the header."""

from typing import Any

Tree = dict[str, Any]
_A = [chr(letter) for letter in range(ord("a"), ord("z") + 1)]
_WORDS = [f"word{number}" for number in range(50)]
# Fields, each with a text that is cheap to read and dear to find.
_MANY = (
    "viewed>=2:last-30-days clicked>=2:last-90-days replied:last-7-days active:not-30-days body:kwh"
    " -body:calculation subject:a -subject:question created:last-month delivered:2025-01-01.."
    " -failed updated:..2030-01-01 attachment file:pdf text:o -text:zz notes:met name:er first-name:o"
    " last-name:s email:e domain:example company:1 title:e phone:+ source:a"
    " unsubscribed added:last-365-days changed:last-365-days tasks>=1 open-tasks<=3 calls>=1"
    " campaigns>=1 campaign-state:active events>=2 replies<=1 -bounced -spam -auto-reply success"
    " task:open task-due:next-30-days task-priority:high task-type:call -group own.industry:1"
    " status:sent reason:no_such_mailbox template campaign"
)
_EACH = _MANY.split()


def _any(parts: list[str]) -> str:
    return " or ".join(parts)


TEXTS = [
    # Many conditions, many values
    _MANY,
    _any(_EACH),
    " ".join(f"-{part.removeprefix('-')}" for part in _EACH),
    _any([f"-{part.removeprefix('-')}" for part in _EACH]),
    " ".join(f"body:{letter}" for letter in _A),
    _any([f"body:{word}" for word in _WORDS]),
    " ".join(f"-body:{word}" for word in _WORDS),
    _any([f"notes:{word}" for word in _WORDS]),
    _any([f"subject:{word}" for word in _WORDS]),
    _any([f"own.industry:{word}" for word in _WORDS]),
    " ".join(f"viewed>={number}:last-{number * 7}-days" for number in range(1, 51)),
    _any([f"clicked={number}:last-{number * 30}-days" for number in range(1, 51)]),
    " ".join(f"-viewed={number}:2025-01-01..2027-01-01" for number in range(1, 41)),
    f"domain:{','.join(f'company{number}.example' for number in range(50))}",
    f"person:{','.join(f'#{1000 + number * 37}' for number in range(50))}",
    f"-group:{','.join(_WORDS)} or campaign:{','.join(_WORDS)}",
    # What patterns and databases mean something by
    '"%%%%"',
    "_",
    '"\\\\\\\\"',
    'body:"\'; DROP TABLE emails_email; --"',
    "body:%_%_%_%",
    'notes:"\';--"',
    f"body:{'x' * 200}",
    f"text:{'%' * 200}",
    "body:a",
    "-body:e",
    "subject:e",
    "-subject:o",
    "notes:e",
    "text:e -text:a",
    'body:"(((((a+)+)+)+)+)$"',
    'own.industry:"(?i)(.*)*"',
    "name:\u0301a\u0301\u0301",
    "body:\u202eolleh",
    "text:\u05e9\u05dc\u05d5\u05dd or body:\u0645\u0631\u062d\u0628\u0627",
    "subject:\U0001f4a1\U0001f468\u200d\U0001f469\u200d\U0001f467 or body:\U0001f4a1",
    "company:\u0130 or company:\ufb03",
    # Dear counts
    "activities>=1",
    "activities=7 -activities>=9",
    "-activities>=3 open-tasks<=0 events>=4",
    "activities<=2 or events=3 or open-tasks>=2",
    "-(activities>=1 open-tasks>=1) -(events<=5 tasks>=1)",
    "events>=1 -events>=2 calls<=1",
    "emails>=5 emails<=20 viewed=3 -clicked=2",
    "-emails>=1:last-365-days or -viewed:not-90-days",
    "viewed:not-30-days clicked:not-10-days -active:last-7-days",
    "viewed>=2:1900-01-01..2199-12-31 clicked>=1:..2199-12-31",
    "active:last-3660-days -replied:last-3660-days",
    # Not to be read, each with a sentence of its own
    "((((((((((((viewed))))))))))))",
    "viewed and or not (",
    f"{'not ' * 300}viewed",
    " ".join(["viewed"] * 51),
    "own.none:x sender:#999999999",
]


def _leaf(field: str, op: str, value: Any = None, **more: Any) -> Tree:
    return {"field": field, "op": op, **({} if value is None else {"value": value}), **more}


def nested(leaf: Tree, others: list[Tree], levels: int) -> Tree:
    """Any of all of any of …, every second one denied."""
    for level in range(levels):
        inner = {"any" if level % 2 else "all": [leaf, *others]}
        leaf = {"not": inner} if level % 2 else inner
    return leaf


_BODY = _leaf("body", "has", "e")
_OFTEN = _leaf("viewed", ">=", 2, within={"days": 90})
_DONE = _leaf("activities", ">=", 3)
TREES = [
    nested(_BODY, [_leaf("subject", "has", "o")], 4),
    nested(_OFTEN, [_leaf("clicked", ">=", 1, within={"not_for_days": 9}), _BODY], 4),
    nested(_leaf("viewed", ">=", 1), [_DONE, _leaf("open-tasks", "<=", 2)], 4),
    nested({"not": _leaf("group", "any")}, [{"not": _leaf("events", ">=", 2)}, _OFTEN], 4),
    nested(_leaf("replied", "ever"), [_leaf("emails", ">=", 3), _leaf("body", "has", "a")], 4),
    nested(_BODY, [_BODY], 9),
    nested(_BODY, [_BODY], 60),
    {"any": [{"all": [_leaf("subject", "has", word), _OFTEN]} for word in _WORDS[:25]]},
    {"all": [{"any": [_leaf("body", "has", word), _DONE]} for word in _WORDS[:25]]},
    {"all": [{"not": {"all": [_leaf("subject", "has", word), _OFTEN]}} for word in _WORDS[:25]]},
    {"all": [_leaf("company", "has", word[:5]) for word in _WORDS]},
    {"any": [_leaf("text", "is", "x" * 200) for _word in range(24)]},
    {"all": [_leaf("body", "has", "x" * 200) for _word in range(26)]},
    {"all": [_leaf("viewed", ">=", -1), _leaf("viewed", "like", "%"), _leaf("", "")]},
]

# For the header, besides all texts.
LOOKS = [
    "e",
    "ea",
    "the",
    "example",
    "@",
    "person company example company1 sandberg pricing rollout offer",
    "persno comapny exmaple sadnberg pricnig rolluot ofefr questoin",
    "person99999@company4999.example",
    "a" * 200,
    "aaaa bbbb cccc dddd eeee ffff gggg hhhh",
    "%%%% ____ \\\\\\\\",
    "\u05e9\u05dc\u05d5\u05dd \U0001f4a1\U0001f4a1 \u0301\u0301\u0301",
]
