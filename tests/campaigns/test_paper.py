"""What the rules say, with days and times that were counted by hand."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.campaigns.paper import Paper, PaperStep, Rules, when

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=STOCKHOLM).astimezone(UTC)


def spoken(moment: datetime) -> str:
    return f"{moment.astimezone(STOCKHOLM):%a %Y-%m-%d %H:%M}"


def step(timing: str = "previous", **told) -> PaperStep:
    if "clock" in told:
        told["clock"] = time.fromisoformat(told["clock"])
    kind = told.pop("kind", "email")
    return PaperStep(0, kind, timing=timing if kind == "email" else "", **told)


# 2027-01-04 is a Monday; the clocks go forward on 2027-03-28, and back on 2027-10-31.
@pytest.mark.parametrize(
    "skip, basis, gap, told, due",
    [
        (False, "2027-01-07 10:00", 2, {}, "Sat 2027-01-09 10:00"),
        (True, "2027-01-07 10:00", 2, {}, "Mon 2027-01-11 10:00"),
        (True, "2027-01-08 10:00", 1, {}, "Mon 2027-01-11 10:00"),
        (True, "2027-01-08 10:00", 6, {}, "Mon 2027-01-18 10:00"),
        (True, "2027-01-09 10:00", 1, {}, "Mon 2027-01-11 10:00"),
        (True, "2027-01-10 10:00", 2, {}, "Tue 2027-01-12 10:00"),
        (True, "2027-01-09 10:00", 0, {}, "Mon 2027-01-11 10:00"),
        (True, "2027-01-08 23:30", 0, {"minutes": 45}, "Mon 2027-01-11 00:15"),
        (False, "2027-01-08 23:30", 0, {"minutes": 45}, "Sat 2027-01-09 00:15"),
        (False, "2027-03-27 02:30", 1, {}, "Sun 2027-03-28 03:30"),
        (False, "2027-03-27 12:00", 1, {}, "Sun 2027-03-28 12:00"),
        (False, "2027-03-28 01:30", 0, {"minutes": 60}, "Sun 2027-03-28 03:30"),
        (False, "2027-10-30 02:30", 1, {}, "Sun 2027-10-31 02:30"),
        (False, "2027-01-04 10:00", 0, {"timing": "fixed", "clock": "11:00"}, "Mon 2027-01-04 11:00"),
        (False, "2027-01-04 10:00", 0, {"timing": "fixed", "clock": "09:00"}, "Tue 2027-01-05 09:00"),
        (True, "2027-01-08 10:00", 0, {"timing": "fixed", "clock": "09:00"}, "Mon 2027-01-11 09:00"),
        (True, "2027-01-09 10:00", 0, {"timing": "fixed", "clock": "09:00"}, "Mon 2027-01-11 09:00"),
        (False, "2027-01-04 10:00", 3, {"timing": "fixed", "clock": "09:00"}, "Thu 2027-01-07 09:00"),
        (False, "2027-01-04 10:00", 0, {"kind": "call"}, "Mon 2027-01-04 10:00"),
        (False, "2027-01-04 10:00", 1, {"kind": "call"}, "Tue 2027-01-05 00:00"),
        (True, "2027-01-08 10:00", 1, {"kind": "call"}, "Mon 2027-01-11 00:00"),
        (True, "2027-01-08 10:00", 1, {"kind": "call", "clock": "14:00"}, "Mon 2027-01-11 14:00"),
        (False, "2027-01-04 10:00", 0, {"kind": "call", "clock": "09:00"}, "Mon 2027-01-04 10:00"),
        (False, "2027-01-04 10:00", 1, {"timing": "task"}, "Tue 2027-01-05 00:00"),
    ],
)  # fmt: skip
def test_when_a_step_is_due(skip, basis, gap, told, due):
    rules = Rules("Europe/Stockholm", skip_weekends=skip)

    assert spoken(when(rules, step(**told), gap, at(basis))) == due


def test_the_first_of_two_equal_times_is_meant():
    due = when(Rules("Europe/Stockholm"), step(), 1, at("2027-10-30 02:30"))

    assert due == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_an_email_goes_at_the_time_of_the_last_one_however_late_that_arrived():
    due = when(Rules("Europe/Stockholm"), step(), 2, at("2027-01-04 11:17"), time(8, 15))

    assert spoken(due) == "Wed 2027-01-06 08:15"


def test_but_not_before_what_it_follows():
    """The call between them was made after the time of the last email."""
    due = when(Rules("Europe/Stockholm"), step(), 0, at("2027-01-04 11:17"), time(8, 15))

    assert spoken(due) == "Mon 2027-01-04 11:17"


# One person ------------------------------------------------------------------------------------


def steps(*told: dict) -> list[PaperStep]:
    return [PaperStep(number, **each) for number, each in enumerate(told)]


def campaign(*told: dict, server=None, **rules) -> Paper:
    paper = Paper(Rules("Europe/Stockholm", **rules), steps(*told), at("2027-01-04 09:00"))
    if server:
        paper.server = server
    return paper


FIRST = {"timing": "launch"}
SECOND = {"day": 3, "timing": "previous", "follows": True}
CALL = {"day": 2, "kind": "call"}


def run(paper: Paper, until: str) -> None:
    paper.run_until(at(until))


def test_two_emails_two_days_apart_and_the_end():
    paper = campaign(FIRST, SECOND)
    ann = paper.add("Ann")
    run(paper, "2027-01-20 00:00")

    assert [spoken(turn.sent[0]) for turn in ann.turns] == [
        "Mon 2027-01-04 09:00",
        "Wed 2027-01-06 09:00",
    ]
    assert (ann.turns[1].continues, ann.state) == (0, "completed")
    assert ann.ended_at == at("2027-01-06 09:00")


def test_waiting_for_a_task_shifts_the_rest():
    paper = campaign(FIRST, CALL, SECOND)
    ann = paper.add("Ann")
    run(paper, "2027-01-10 15:00")
    assert spoken(ann.turns[1].due_at) == "Tue 2027-01-05 00:00" and len(ann.turns) == 2

    assert ann.complete(1) and not ann.complete(1)
    run(paper, "2027-01-20 00:00")

    assert spoken(ann.turns[2].sent[0]) == "Mon 2027-01-11 09:00"


def test_a_reply_ends_it_and_withdraws_what_waits():
    paper = campaign(FIRST, SECOND, reply_is_success=True)
    ann = paper.add("Ann")
    run(paper, "2027-01-05 00:00")
    ann.reply()
    run(paper, "2027-01-20 00:00")

    assert (ann.state, ann.because, ann.succeeded) == ("ended", "replied", True)
    assert ann.turns[1].status == "withdrawn" and not ann.turns[1].sent


def test_a_reply_ends_nothing_where_that_is_off():
    paper = campaign(FIRST, SECOND, ends_on_reply=False)
    ann = paper.add("Ann")
    run(paper, "2027-01-05 00:00")
    ann.reply()
    run(paper, "2027-01-20 00:00")

    assert (ann.state, ann.succeeded) == ("completed", False)


def test_what_fails_holds_it_until_it_is_tried_again():
    answers = iter(["refused", "accepted", "accepted"])
    paper = campaign(FIRST, SECOND, server=lambda *_: (next(answers), 0))
    ann = paper.add("Ann")
    run(paper, "2027-01-08 10:00")
    assert (ann.state, ann.hitch) == ("attention", "failed")

    assert ann.retry(0)
    run(paper, "2027-01-20 00:00")

    assert len(ann.turns[0].sent) == 2 and ann.state == "completed"
    assert spoken(ann.turns[1].sent[0]) == "Sun 2027-01-10 09:00"


def test_not_now_is_tried_again_two_minutes_later():
    answers = iter(["deferred", "deferred", "accepted"])
    paper = campaign(FIRST, server=lambda *_: (next(answers), 0))
    ann = paper.add("Ann")
    run(paper, "2027-01-05 00:00")

    after = [sent - paper.people["Ann"].starts_at for sent in ann.turns[0].sent]
    assert after == [timedelta(minutes=minutes) for minutes in (0, 2, 7)]


def test_what_was_on_its_way_at_the_end_and_was_not_taken_goes_no_more():
    paper = campaign(FIRST, SECOND, server=lambda *_: ("deferred", 10))
    ann = paper.add("Ann")
    run(paper, "2027-01-04 09:05")
    ann.remove()
    run(paper, "2027-01-20 00:00")

    assert ann.turns[0].status == "withdrawn" and len(ann.turns[0].sent) == 1


def test_a_pause_delays_what_would_have_gone_to_the_next_time_of_its_kind():
    paper = campaign(FIRST, {"day": 2, "timing": "fixed", "clock": time(8)}, skip_weekends=True)
    ann = paper.add("Ann")
    run(paper, "2027-01-04 20:00")
    ann.pause()
    run(paper, "2027-01-08 12:00")  # a Friday, and later than its time
    ann.resume()
    run(paper, "2027-01-20 00:00")

    assert spoken(ann.turns[1].sent[0]) == "Mon 2027-01-11 08:00"


def test_in_a_paused_campaign_nothing_goes_but_tasks_can_be_done():
    paper = campaign(CALL, SECOND)
    ann = paper.add("Ann")
    run(paper, "2027-01-05 12:00")
    paper.pause()
    assert ann.complete(0)
    run(paper, "2027-01-09 00:00")
    assert len(ann.turns) == 1

    paper.resume()
    run(paper, "2027-01-20 00:00")
    assert spoken(ann.turns[1].sent[0]) == "Sat 2027-01-09 00:00"


def test_moving_on_passes_over_what_lies_between():
    paper = campaign(FIRST, CALL, SECOND, {"day": 3, "kind": "custom"})
    ann = paper.add("Ann")
    run(paper, "2027-01-04 12:00")
    assert ann.move(3) and not ann.move(1)
    run(paper, "2027-01-20 00:00")

    assert [turn.step.number for turn in ann.turns] == [0, 1, 3]
    assert ann.turns[1].status == "skipped" and ann.turns[1].skipped


def test_a_worker_that_stood_still_makes_up_for_it():
    paper = campaign(FIRST, SECOND, FIRST | {"day": 4, "timing": "previous"})
    ann = paper.add("Ann")
    run(paper, "2027-01-05 00:00")
    paper.is_working = False
    run(paper, "2027-01-06 20:00")
    paper.is_working = True
    run(paper, "2027-01-20 00:00")

    assert [spoken(turn.sent[0]) for turn in ann.turns[1:]] == [
        "Wed 2027-01-06 20:00",
        "Thu 2027-01-07 09:00",
    ]


def test_a_prompt_makes_a_task_of_an_email():
    paper = campaign(FIRST | {"prompt": True}, SECOND)
    ann = paper.add("Ann")
    run(paper, "2027-01-04 10:00")

    assert [turn.by_hand for turn in ann.turns] == [True]


def test_whom_one_must_not_mail_needs_attention_where_unsubscribing_ends_nothing():
    paper = campaign(FIRST, CALL, SECOND, ends_on_unsubscribe=False)
    ann = paper.add("Ann")
    run(paper, "2027-01-04 10:00")
    ann.unsubscribe()
    ann.complete(1)
    run(paper, "2027-01-20 00:00")

    assert (ann.state, ann.hitch, ann.turns[2].sent) == ("attention", "failed", [])
    assert ann.skip()
    run(paper, "2027-01-21 00:00")
    assert ann.state == "completed"
