"""What somebody types, and what is printed for them to read and change."""

from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from prospects.words import folded
from search.language import parse, text_of
from search.periods import Period
from search.problems import Unreadable
from search.tree import (
    EVERYTHING,
    All,
    Any_,
    Condition,
    Not,
    checked,
    depth,
    from_json,
    normalised,
    to_json,
)
from tests.search.trees import trees

DAY = date(2026, 11, 26)
# Words that the text form must not take for anything but words.
ODD = [
    "Q1 rollout", "or", "NOT", "viewed", "own.x", "-", "--", "*", "#12", '"', "“so”", "\\", '\\"', "(",
    "a,b", "a:b", "a>=3", "%", "_", "å", "  x ", "a\nb", "'; DROP TABLE x; --", "x" * 200, "🦊", "last-7-days",
    "..", ",", "#", "−", "text", "sent",
]  # fmt: skip
ANY_WORDS = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), min_size=1, max_size=20
).filter(lambda words: folded(words).strip())
ANY_TREE = trees("people", {"": [*ODD, 1, 42], "own.industry": ODD}, DAY)


def leaf(field: str, op: str, value: object = None, **within: object) -> Condition:
    return Condition(field, op, value, Period(**within) if within else None)  # type: ignore[arg-type]


CAMPAIGN = leaf("campaign", "is", ("Q1 rollout",))
VIEWED, CLICKED = leaf("viewed", ">=", 1), leaf("clicked", ">=", 1)
REPLIED = leaf("replied", "ever")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", EVERYTHING),
        ("   ", EVERYTHING),
        ("()", EVERYTHING),
        ('campaign:"Q1 rollout" viewed clicked -replied', All((CAMPAIGN, VIEWED, CLICKED, Not(REPLIED)))),
        ('campaign:“Q1 rollout”', CAMPAIGN),
        ("campaign:#12,a,\"b c\"", leaf("campaign", "is", (12, "a", "b c"))),
        ("campaign", leaf("campaign", "any")),
        ("campaign:*", leaf("campaign", "any")),
        ("viewed>=3", leaf("viewed", ">=", 3)),
        ("viewed>2", leaf("viewed", ">=", 3)),
        ("viewed<3", leaf("viewed", "<=", 2)),
        ("VIEWED=0", leaf("viewed", "=", 0)),
        ("viewed:last-7-days", leaf("viewed", ">=", 1, days=7)),
        ("viewed>=3:7d", leaf("viewed", ">=", 3, days=7)),
        ("viewed:not-30d", leaf("viewed", ">=", 1, not_for_days=30)),
        ("-active:30d", Not(leaf("active", "in", days=30))),
        ("delivered:this-month", leaf("delivered", "in", name="this-month")),
        ("delivered:2026-11-01..2026-11-30", leaf("delivered", "in", first=date(2026, 11, 1), last=date(2026, 11, 30))),
        ("delivered>=2026-11-01", leaf("delivered", "in", first=date(2026, 11, 1))),
        ("delivered<2026-11-02", leaf("delivered", "in", last=date(2026, 11, 1))),
        ("delivered:2026-11-01", leaf("delivered", "in", first=date(2026, 11, 1), last=date(2026, 11, 1))),
        ("scheduled:next-3-days", leaf("scheduled", "in", next_days=3)),
        ("status:sent,in-progress", leaf("status", "is", ("sent", "in-progress"))),
        ("company:nordlys", leaf("company", "has", "nordlys")),
        ('company="Nordlys Energi"', leaf("company", "is", "Nordlys Energi")),
        ("company:a,b", leaf("company", "has", "a,b")),
        ("own.industry:energy", leaf("own.industry", "has", "energy")),
        ("pricing", leaf("text", "has", "pricing")),
        ('"viewed"', leaf("text", "has", "viewed")),
        ("follow-up", leaf("text", "has", "follow-up")),
        ("viewed and clicked", All((VIEWED, CLICKED))),
        ("viewed clicked or replied", Any_((All((VIEWED, CLICKED)), REPLIED))),
        ("viewed (clicked OR replied)", All((VIEWED, Any_((CLICKED, REPLIED))))),
        ("not (viewed clicked)", Not(All((VIEWED, CLICKED)))),
        ("- - viewed", Not(Not(VIEWED))),
        ("((viewed))", VIEWED),
    ],
)  # fmt: skip
def test_what_is_typed_means_this(text: str, tree: object) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "sentence", "start", "end"),
    [
        ("viewed replyed:7d", "Did you mean “replied”?", 7, 17),
        ("clickd>=3", "Did you mean “clicked”?", 0, 9),
        ("xyzzy:1", "nothing called “xyzzy”", 0, 7),
        ("own.Förra:1", "nothing called", 0, 11),
        ("status:deliverd", "Did you mean “delivered”?", 0, 15),
        ("status", "Say which: status:…", 0, 6),
        ("viewed (clicked", "This bracket is not closed", 7, 8),
        ("viewed) clicked", "No bracket was opened", 6, 7),
        ("viewed or", "Something is missing beside “or”", 7, 9),
        ("or viewed", "Something is missing beside “or”", 0, 2),
        ("viewed or or clicked", "Something is missing beside “or”", 10, 12),
        ("viewed -", "Say after this what must not be so", 7, 8),
        ('subject:"half', "not closed", 8, 13),
        ("viewed:3", "Write viewed>=3", 0, 8),
        ("viewed>=", "Write a number", 0, 8),
        ("viewed>=0", "a number from 1 to", 0, 9),
        ("viewed<0", "fewer than none", 0, 8),
        ("viewed>=99999999", "a number from 1 to", 0, 16),
        ("viewed>=٣", "Write a number", 0, 9),
        ("viewed:lastweek", "Did you mean “last-week”?", 0, 15),
        ("viewed:0d", "a number of days from 1 to", 0, 9),
        ("delivered:2026-02-30", "is no date", 0, 20),
        ("delivered:2026-11-30..2026-11-01", "the wrong way round", 0, 32),
        ("delivered:1066-01-01", "out of reach", 0, 20),
        ("delivered:..", "is no time", 0, 12),
        ("bounced:7d", "is so or not", 0, 10),
        ("company>=3", "holds words", 0, 10),
        ("company:", "Say what to look for", 0, 8),
        ("campaign:", "Say what to look for", 0, 9),
        ("campaign:#0", "is no number of anything", 0, 11),
        ("viewed<=2:not-30d", "goes with “at least”", 0, 17),
        (f"subject:{'x' * 201}", "At most 200 characters", 0, 209),
        ("subject:\0", "a character in it that no text can have", 0, 9),
        ("x" * 20_001, "at most 20000 characters", 20_000, 20_001),
        ("(" * 50, "Too many brackets", 40, 41),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_in_a_sentence_with_its_place(
    text: str, sentence: str, start: int, end: int
) -> None:
    with pytest.raises(Unreadable) as unreadable:
        parse(text)

    problem = unreadable.value.problems[0]
    assert sentence in problem.sentence
    assert (problem.start, problem.end) == (start, end)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Unreadable) as unreadable:
        parse("vieved:7d status:sentt campaign:x")

    assert [problem.start for problem in unreadable.value.problems] == [0, 10]


def test_a_search_has_fifty_conditions_at_most() -> None:
    assert parse(" ".join(["viewed"] * 50))
    with pytest.raises(Unreadable, match="has 51 conditions; at most 50"):
        parse(" ".join(["viewed"] * 51))


def test_what_is_looked_for_has_an_end() -> None:
    words = " or ".join(['"' + "x" * 199 + '"'] * 24)
    assert parse(text_of(parse(words))) == parse(words)
    with pytest.raises(Unreadable, match="too long"):
        parse(f"{words} or {'y' * 199} or {'z' * 199}")


def test_six_groups_stand_within_each_other_at_most() -> None:
    nested = "clicked"
    for _level in range(6):
        nested = f"(viewed {nested})"
    assert depth(parse(nested)) == 6
    with pytest.raises(Unreadable, match="At most 6 groups"):
        parse(f"viewed {nested}")


@settings(max_examples=600)
@given(ANY_TREE)
def test_what_is_printed_is_parsed_to_the_same_tree(tree: All) -> None:
    tree = normalised(tree)
    assume(depth(tree) <= 6)

    assert parse(text_of(tree)) == tree


@settings(max_examples=300)
@given(ANY_WORDS)
def test_any_words_are_printed_so_that_they_are_words_again(words: str) -> None:
    for field in ("text", "subject"):
        condition = leaf(field, "has", words)
        assert parse(text_of(condition)) == condition


@settings(max_examples=300)
@given(ANY_TREE)
def test_json_holds_the_whole_tree(tree: All) -> None:
    tree = normalised(tree)
    assume(depth(tree) <= 6)

    assert from_json(to_json(tree)) == checked(tree)


@settings(max_examples=500)
@given(
    st.lists(
        st.sampled_from([*'()-"\\,:=<>#*.“ \n', "viewed", "or", "campaign", "7d", "status", "é"]),
        max_size=30,
    ).map("".join)
)
def test_whatever_is_typed_is_a_tree_or_has_a_sentence(text: str) -> None:
    try:
        tree = parse(text)
    except Unreadable as unreadable:
        for problem in unreadable.problems:
            assert problem.sentence and problem.start is not None and problem.end is not None
            assert 0 <= problem.start <= problem.end <= max(len(text), problem.start)
    else:
        assert parse(text_of(tree)) == tree


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.floats()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["all", "any", "not", "field", "op", "value", "within", "days", "x"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=10,
)


@settings(max_examples=300)
@given(JSON)
def test_whatever_is_sent_is_a_tree_or_has_a_sentence(told: object) -> None:
    try:
        from_json(told)
    except Unreadable as unreadable:
        assert all(problem.sentence for problem in unreadable.problems)


@pytest.mark.parametrize(
    ("told", "sentence", "path"),
    [
        ({"all": [{"field": "vieved", "op": ">="}]}, "Did you mean “viewed”?", "all.0"),
        ({"any": [{"not": {"field": "viewed", "op": "~"}}]}, "cannot be compared", "any.0.not"),
        ({"field": "viewed", "op": ">=", "value": "3"}, "a number from 1", ""),
        ({"field": "viewed", "op": ">=", "value": True}, "a number from 1", ""),
        ({"field": "bounced", "op": "yes", "value": 1}, "takes no value", ""),
        ({"field": "bounced", "op": "yes", "within": {"days": 3}}, "has no time", ""),
        ({"field": "campaign", "op": "is", "value": []}, "Choose at least one", ""),
        ({"field": "campaign", "op": "is", "value": [{}]}, "Say what to look for", ""),
        ({"field": "campaign", "op": "is", "value": [2**63]}, "is no number", ""),
        ({"field": "delivered", "op": "in"}, "within which days", ""),
        ({"field": "delivered", "op": "in", "within": {"days": 0}}, "from 1 to", ""),
        ({"field": "delivered", "op": "in", "within": {"from": "2026-11-31"}}, "is no date", ""),
        ({"field": "viewed", "op": ">=", "value": 1, "more": 1}, "A condition has", ""),
        ({"all": 3}, "A group is a list", ""),
        ([], "A search is made of", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_tree_is_said_with_its_place(
    told: object, sentence: str, path: str
) -> None:
    with pytest.raises(Unreadable) as unreadable:
        from_json(told)

    problem = unreadable.value.problems[0]
    assert sentence in problem.sentence
    assert problem.path == path


def test_a_tree_without_end_is_refused() -> None:
    told: object = {"field": "bounced", "op": "yes"}
    for _level in range(3000):
        told = {"not": told}
    with pytest.raises(Unreadable, match="At most 6 groups"):
        from_json(told)
