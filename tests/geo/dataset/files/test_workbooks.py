"""Excel workbooks as offices write them."""

import random

import openpyxl
import pytest

from geo.errors import DatasetError

HEADER = ["firm_id", "industry", "longitude", "latitude", "employment", "year"]
ROWS = [[f"f{i}", "C1", 0.5, 0.5, 10 * i, 2020] for i in range(1, 6)]


def book(folder, rows, *, title="firms", more=()):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for name, value in more:
        workbook.create_sheet(name).append([value])
    folder.drop("firms.csv")
    workbook.save(folder.raw / "firms.xlsx")
    return folder


def jobs(dataset):
    return dataset.establishments.collect()["employment"].to_list()


def test_a_title_and_merged_headings_may_stand_above_the_heading(folder):
    rows = [["Table 3. Firms"], [], ["Place", None, None, None, "Size"], HEADER, *ROWS]
    assert jobs(book(folder, rows).read()) == [10, 20, 30, 40, 50]


def test_rows_are_counted_from_the_heading(folder):
    rows = [["Title"], [], HEADER, *ROWS * 3, ["f9", "C1", "east", 0.5, 1, 2020]]
    rows = [r if i < 3 else [f"{r[0]}-{i}", *r[1:]] for i, r in enumerate(rows)]
    rejected = book(folder, rows).read().rejected.collect().to_pandas()
    assert rejected["row"].tolist() == [16]


def test_other_sheets_that_hold_something_are_told(folder):
    dataset = book(folder, [HEADER, *ROWS], more=[("rest", "x"), ("empty", None)]).read()
    told = "firms.xlsx: the sheet firms is read; rest beside it is not used."
    assert told in [notice.en for notice in dataset.notices]


def test_formulas_without_results_are_told_with_their_first_cell(folder):
    rows = [[*row[:4], f"={row[4]}*1", row[5]] for row in ROWS]
    with pytest.raises(DatasetError, match=r"5 cell\(s\) hold formulas without results.*first E2"):
        book(folder, [HEADER, *rows]).read()


@pytest.mark.parametrize(("row", "column"), [(1_048_576, 16_384), (1, 16_384), (900_000, 3)])
def test_a_cell_far_from_the_table_is_told(folder, row, column):
    book(folder, [HEADER, *ROWS])
    workbook = openpyxl.load_workbook(folder.raw / "firms.xlsx")
    workbook.active.cell(row, column, "x")
    workbook.save(folder.raw / "firms.xlsx")
    with pytest.raises(DatasetError, match="stands far from the table; clear it"):
        folder.read()


def test_damaged_workbooks_are_told_or_read_and_never_a_fault_of_ours(folder):
    book(folder, [HEADER, *ROWS])
    whole = (folder.raw / "firms.xlsx").read_bytes()
    rng = random.Random(7)  # noqa: S311
    for _ in range(40):
        content = bytearray(whole)
        for place in rng.sample(range(len(whole)), 3):
            content[place] = rng.randrange(256)
        folder.put("firms.xlsx", bytes(content))
        try:
            folder.read()
        except DatasetError as error:
            assert "firms.xlsx" in str(error)  # noqa: PT017 - either it is told, or it is read
