"""Titles above the header, and formulas beside the table, cost no row."""

import openpyxl
import pytest

from geo.errors import DatasetError

HEADER = "firm_id,industry,longitude,latitude,employment,year"
ROWS = "f1,C36,0.5,0.5,10,2020\nf2,C36,1.5,0.5,20,2020"


def told(dataset):
    return [n.en for n in dataset.notices if "titles" in n.en]


@pytest.mark.parametrize(
    "titles",
    [
        "Register of firms",
        "Register of firms\nAs of 2020-12-31\n",
        '"Register, with a comma, and\na line"',
        "Register of firms,,,,,\n,,,,,",
        "Source; office; of; statistics;;;;;;",
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_titles_above_the_header_are_left_out_and_told(folder, titles, separator, establishments):
    table = f"{HEADER}\n{ROWS}".replace(",", separator)
    folder.put("firms.csv", f"{titles}\n{table}\n".encode())
    dataset = folder.read()
    assert establishments(dataset)["employment"].tolist() == [10, 20]
    assert len(told(dataset)) == 1


def test_titles_are_counted(folder):
    folder.put("firms.csv", f"Register\n\nSource: office\n{HEADER}\n{ROWS}\n".encode())
    assert told(folder.read()) == [
        "firms.csv: 2 line(s) above the header are titles and not used, such as 'Register'."
    ]


def test_rows_are_numbered_from_the_header_on(folder, reasons):
    bad = "f3,C36,0.5,0.5,10,2020,x"
    folder.put(
        "dataset.yaml", "max_rejected_share: 0.5"
    ).put("firms.csv", f"Register\n\n{HEADER}\n{ROWS}\n{bad}\n".encode())  # fmt: skip
    assert reasons(folder.read()) == [("firms", 3, "too_many_values")]


def test_a_header_under_other_names_is_found_below_titles(folder):
    folder.put("dataset.yaml", "columns: {firms: {firm_id: No}}")
    folder.put("firms.csv", f"Register\n{HEADER.replace('firm_id', 'No')}\n{ROWS}\n".encode())
    assert folder.read().firms == 2


def workbook(folder, employment, note, titles=()):
    folder.drop("firms.csv")
    book = openpyxl.Workbook()
    for title in titles:
        book.active.append([title])
    book.active.append([*HEADER.split(","), "note"])
    book.active.append(["f1", "C36", 0.5, 0.5, employment, 2020, note])
    book.save(folder.raw / "firms.xlsx")
    return folder


def test_a_formula_without_result_beside_the_table_stops_nothing(folder, establishments):
    dataset = workbook(folder, employment=10, note="=1+1").read()
    assert establishments(dataset)["employment"].tolist() == [10]


def test_a_formula_without_result_in_a_column_that_is_read_stops(folder):
    with pytest.raises(DatasetError, match="hold formulas without results, the first E2"):
        workbook(folder, employment="=5+5", note="").read()


def test_titles_of_a_workbook_are_told_too(folder):
    dataset = workbook(folder, employment=1, note="", titles=["Register", "=TODAY()"]).read()
    assert told(dataset) == [
        "firms.xlsx: 1 line(s) above the header are titles and not used, such as 'Register'."
    ]
