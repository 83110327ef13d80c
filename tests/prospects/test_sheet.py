"""Reading CSV files as they come."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prospects.importing.checks import Candidate, Refused, read
from prospects.importing.columns import guess
from prospects.importing.sheet import Sheet, Unreadable, decoded

PEOPLE = "Namn,E-post\nÅsa Öberg,asa@nordlys.example\n"


def sheet(text: str) -> Sheet:
    return Sheet(text, most_rows=1000)


def cells(text: str) -> list[list[str]]:
    return [row.cells for row in sheet(text).rows()]


def problems(text: str) -> dict[int, str]:
    return {row.line: row.problem for row in sheet(text).rows() if row.problem}


def refusal(text: str) -> str:
    with pytest.raises(Unreadable) as caught:
        _ = sheet(text).size
    return caught.value.code


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_every_usual_encoding_is_read(encoding):
    assert decoded(PEOPLE.encode(encoding)) == PEOPLE


def test_nuls_are_dropped():
    assert decoded(b"Name,Email\nAnna\x00,anna@nordlys.example\n") == (
        "Name,Email\nAnna,anna@nordlys.example\n"
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04 and the rest of a workbook", "workbook"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "workbook"),
        (bytes(range(256)) * 9, "not_text"),
    ],
)
def test_what_is_no_text_says_what_it_is(data, code):
    with pytest.raises(Unreadable) as caught:
        decoded(data)
    assert caught.value.code == code


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_usual_delimiter_and_line_end_is_read(delimiter, end):
    text = end.join([delimiter.join(["Name", "Email"]), delimiter.join(["Anna", "a@b.example"])])
    assert cells(text) == [["Anna", "a@b.example"]]


def test_commas_within_cells_do_not_hide_a_semicolon():
    text = "Namn;E-post;Anteckning\nAnna;anna@b.example;en, två, tre, fyra, fem\n"
    assert cells(text) == [["Anna", "anna@b.example", "en, två, tre, fyra, fem"]]


def test_excel_may_name_the_delimiter():
    assert cells("sep=;\nName;Email\nAnna;anna@b.example\n") == [["Anna", "anna@b.example"]]


def test_a_quoted_cell_may_hold_line_ends_and_delimiters():
    text = 'Name,Email,Note\n"Ek, Anna",anna@b.example,"first\nsecond"\nBo,bo@b.example,x\n'
    assert cells(text) == [
        ["Ek, Anna", "anna@b.example", "first\nsecond"],
        ["Bo", "bo@b.example", "x"],
    ]


def test_a_quote_that_is_never_closed_costs_one_row_only():
    text = 'Name,Email\n"Anna,anna@b.example\nBo,bo@b.example\nCia,cia@b.example\n'
    assert problems(text) == {2: "unclosed_quote"}
    assert cells(text)[1:] == [["Bo", "bo@b.example"], ["Cia", "cia@b.example"]]


def test_a_quote_that_the_next_one_closes_far_below_costs_one_row_only():
    text = 'Name,Email\n"Anna,anna@b.example\nBo,bo@b.example\n"Ek, Cia",cia@b.example\n'
    assert problems(text) == {2: "unclosed_quote"}
    assert cells(text)[1:] == [["Bo", "bo@b.example"], ["Ek, Cia", "cia@b.example"]]


def test_short_rows_are_filled_and_long_ones_named():
    text = "Name,Email,Title\nAnna,anna@b.example\nBo,bo@b.example,CEO,what\nCia,c@b.example,x,,,\n"
    assert problems(text) == {3: "too_wide"}
    assert cells(text)[0] == ["Anna", "anna@b.example", ""]
    assert cells(text)[2] == ["Cia", "c@b.example", "x"]


def test_lines_are_counted_as_an_editor_counts_them():
    text = '\nName,Email\n"An\nna",anna@b.example\n\nBo,bo@b.example\n'
    assert [row.line for row in sheet(text).rows()] == [3, 6]


def test_a_file_without_names_of_columns_loses_no_row():
    bare = sheet("Anna,anna@b.example\nBo,bo@b.example\n")
    assert bare.header == ["", ""]
    assert len(list(bare.rows())) == 2
    assert guess(bare) == {1: "email"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("\n \n", "empty"),
        ("Name,Email\n\n,\n", "no_rows"),
        ("just one column\nof text\n", "one_column"),
        (",".join(["Name"] * 100_000), "too_many_columns"),
        ("Name,Email\n" + "Anna,anna@b.example\n" * 1001, "too_many_rows"),
        ("\n" * 50_000, "too_many_rows"),
    ],
)
def test_what_is_no_list_of_people_says_why(text, code):
    assert refusal(text) == code


def test_a_row_of_a_hundred_thousand_cells_is_one_bad_row():
    assert problems("Name,Email\n" + "x," * 100_000 + "\nBo,bo@b.example\n") == {2: "too_wide"}


def test_a_cell_may_be_huge():
    assert cells("Name,Email\n" + "x" * 3_000_000 + ",x\nBo,bo@b.example\n")[1][0] == "Bo"


@pytest.mark.parametrize("line", ['"', '"a', '""a', '"a""', '"""', 'a,"', ',"a"b,"'])
def test_stray_quotes_on_every_line_take_no_longer(line):
    began = time.process_time()
    rows = list(Sheet("Name,Email\n" + f"{line}\n" * 9000, most_rows=9000).rows())
    assert rows
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("header", "meanings"),
    [
        ("First Name,Last name,E-mail Address", ["first_name", "last_name", "email"]),
        ("Förnamn;Efternamn;E-post;Företag", ["first_name", "last_name", "email", "company"]),
        ("Namn;Befattning;Mobilnummer;Mejladress", ["name", "title", "phone", "email"]),
        ("name,name,Email,EMAIL", ["name", "email"]),
    ],
)
def test_columns_are_guessed_in_english_and_swedish(header, meanings):
    text = header + "\n" + header.replace("name", "x")
    assert list(guess(sheet(text)).values()) == meanings


NAMES = {0: "name", 1: "email"}
anything = st.text(st.sampled_from(list('aå@.,;\t"\n\r\0=+ \ufeff\u2028x')) | st.characters())


@given(st.binary() | anything.map(lambda text: text.encode("utf-8", "replace")))
def test_no_file_whatever_makes_the_reader_raise(data):
    try:
        read_sheet = Sheet(decoded(data), most_rows=50)
        _ = read_sheet.size
    except Unreadable:
        return
    rows = list(read(read_sheet, {0: "name", read_sheet.width - 1: "email"}))
    assert len(rows) == read_sheet.size
    assert all(isinstance(row, Candidate) or row.problems for row in rows)


@given(st.lists(anything, max_size=8))
def test_every_line_with_something_in_it_is_imported_or_named(lines):
    """However the lines between are quoted, the plain ones come through or are named."""
    text = "Name,Email\n" + "\n".join(lines) + "\nZoe,zoe@b.example\n"
    rows = list(read(sheet(text), NAMES))
    spans = [set(range(row.row.line, row.row.next_line)) for row in rows]
    covered = set().union(*spans)
    split = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    signs = str.maketrans("", "", ',;"')
    blank = {number for number, line in enumerate(split, 1) if not line.translate(signs).strip()}
    assert set(range(2, len(split) + 1)) - covered <= blank
    assert all(isinstance(row, Candidate | Refused) for row in rows)
