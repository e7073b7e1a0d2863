"""The account of rows."""

from pathlib import Path

import narwhals as nw
import polars as pl
import pytest

from geo.dataset.files.folder import TableFile
from geo.dataset.files.formats import Source
from geo.dataset.judging.ledger import Ledger
from geo.dataset.values.survey import Survey
from geo.dataset.values.surveyed import Marks

REJECTED = nw.from_native(
    pl.LazyFrame(
        {"_row": [2], "_id": ["a"], "key": ["a"], "column": ["longitude"], "value": ["x"],
         "reason": ["not_a_number"], "weight": [None]},
        schema_overrides={"weight": pl.Float64},
    )
)  # fmt: skip


def source(rows):
    frame = nw.from_native(pl.LazyFrame({"_row": range(rows)}))
    file = TableFile("firms", Path("firms.csv"), "csv")
    return Source(file, frame, rows, (("firms.csv", 0),), Survey(Marks()))


def test_rows_that_do_not_add_up_are_a_fault_of_ours():
    with pytest.raises(RuntimeError, match="20 rows read, but 18 used and 1 rejected"):
        Ledger(0.1).enter(source(20), used=18, rejected=[REJECTED], repaired={})


def test_rows_that_add_up_are_entered_with_faults_and_repairs():
    ledger = Ledger(0.1)
    ledger.enter(source(20), used=19, rejected=[REJECTED], repaired={"white_space": 3})
    ledger.note(source(20), "stacked_point", 7)
    row = ledger.reconciliation().iloc[0]
    assert row[["rows_read", "rows_used", "rows_rejected"]].tolist() == [20, 19, 1]
    # What is only noted is no repair.
    assert row[["faults", "gaps", "repaired"]].tolist() == [1, 0, 3]
    assert ledger.repair_table()["rows"].tolist() == [3, 7]


def test_row_is_told_by_its_place_in_its_part():
    parts = (("firms/a.parquet", 0), ("firms/b.parquet", 5))
    two = Source(source(9).file, source(9).frame, 9, parts, Survey(Marks()))
    assert two.place_of(4) == ("firms/a.parquet", 5)
    assert two.place_of(5) == ("firms/b.parquet", 1)
