"""Columns that apps add to a table, and what a user makes of them."""

from types import SimpleNamespace

import pytest
from django.http import QueryDict

from ui import columns
from ui.columns import Column, Table

RITA = SimpleNamespace(tables={})


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    monkeypatch.setattr(columns, "COLUMNS", {})
    monkeypatch.setattr(columns, "ALSO", {})


def add(name, order=10, **more):
    value = more.pop("value", lambda row, told: f"{name} {told}")
    columns.add("fruit", Column(name, name.title(), value, order, **more))


def table(user=RITA, asked="", by="colour"):
    return Table("fruit", user, QueryDict(asked), by=by)


def names(shown):
    return [column.name for column in shown.columns]


def test_columns_stand_by_their_number_whoever_added_them_first():
    add("taste", 30, default=True)
    add("colour", 10, default=True)
    add("price", 20)
    columns.also("fruit", lambda: [Column("origin", "Origin", lambda *_: "", 15, default=True)])

    assert names(table()) == ["colour", "origin", "taste"]


def test_a_higher_layer_replaces_a_column_by_its_name():
    add("price", value=lambda row, told: "low", default=True)
    add("price", value=lambda row, told: "high", default=True)

    ((_row, (cell,)),) = table().rows(None, [SimpleNamespace(pk=1)])
    assert cell.value == "high"


def test_columns_that_load_the_same_ask_once_and_nothing_loaded_is_none():
    asked = []

    def load(request, rows):
        asked.append([row.pk for row in rows])
        return {1: "seen"}

    for name in ("views", "clicks"):
        add(name, default=True, load=load)
    add("hidden", load=lambda *_: pytest.fail("what is not shown is not read"))

    rows = table().rows(None, [SimpleNamespace(pk=1), SimpleNamespace(pk=2)])
    values = [[cell.value for cell in cells] for _row, cells in rows]
    assert values == [["views seen", "clicks seen"], ["views None", "clicks None"]]
    assert asked == [[1, 2]]


def test_a_choice_that_holds_no_column_any_more_shows_the_first():
    add("colour")
    assert names(table(SimpleNamespace(tables={"fruit": {"columns": ["gone"]}}))) == ["colour"]


@pytest.mark.parametrize(
    ("asked", "by", "link"),
    [("", "colour", "-colour"), ("sort=-colour", "-colour", "colour"), ("sort=taste", "colour", "-colour")],
)  # fmt: skip
def test_a_head_says_how_it_is_sorted_and_turns_it_round(asked, by, link):
    add("colour", sort="colour", default=True)
    add("taste", 20, default=True)
    shown = table(asked=asked)

    assert (shown.by, shown.heads()[0].link) == (by, link)
    assert shown.heads()[1].link == ""
