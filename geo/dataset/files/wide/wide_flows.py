"""A wide input-output table as text to flows, its numbers read like those of any other table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from geo.dataset.files.delimited import ROW
from geo.dataset.files.wide.wide_tables import long_from_wide
from geo.dataset.values.marks import Marks
from geo.dataset.values.survey import Survey, Unread, survey_of
from geo.errors import InputOutputError

if TYPE_CHECKING:
    from geo.settings import Settings

__all__ = ["flows_of_wide"]


def flows_of_wide(
    wide: pl.DataFrame,
    name: str,
    settings: Settings,
    *,
    codes: str | None,
    semicolons: bool,
) -> tuple[pl.DataFrame, Survey] | None:
    """Flows of a wide table, and what of it could not be read; None where it is not wide.

    Parameters
    ----------
    wide : DataFrame
        As read: one row per supplying industry and total.
    name : str
        How messages call the file.
    settings : Settings
        Of the dataset.
    codes : str, optional
        Column that holds the codes of rows; the first column otherwise.
    semicolons : bool
        Whether it is CSV with semicolons.

    Raises
    ------
    DatasetError
        If its numbers can be read in two ways.
    """
    column = wide.columns[0] if codes is None else codes
    texts = [c for c in wide.columns if c != column and wide[c].dtype == pl.String]
    if not texts:
        return _long(wide, codes, Survey(Marks.of(settings)))
    # The marks of all its numbers are judged together, as one column.
    cells = wide.select(texts).with_row_index(ROW).unpivot(index=ROW, value_name="flow")
    labels = cells["flow"].str.contains(r"\d").fill_null(value=False)
    survey = survey_of(
        cells.filter(labels).select(pl.col(ROW).cast(pl.Int64), "flow").lazy(),
        "io_table", name, settings, semicolons=semicolons,
    )  # fmt: skip
    reading = survey.readings.get("flow")
    marks = survey.marks
    known = {} if reading is None else dict(zip(reading["text"], reading["value"], strict=True))
    numbers: list[pl.Series] = []
    for name_of in texts:
        values = [_value(text, known) for text in wide[name_of]]
        # A column of names or of origins has no numbers, and stays as it is.
        if any(v is not None for v in values):
            numbers.append(pl.Series(name_of, values, pl.Float64))
    result = _long(wide.with_columns(numbers), codes, survey)
    if result is None:
        return None
    # Flows stand in the columns that a row is called like; the others are totals and final uses.
    rows = {str(code).strip() for code in wide[column]}
    flows = {name: [_value(text, known) for text in wide[name]] for name in texts if name in rows}
    survey.unread = _unread(wide, column, flows, marks)
    survey.readings = {}
    return result


def _value(text: str | None, known: dict[str, float | None]) -> float | None:
    text = (text or "").strip()
    if text in known:
        return known[text]
    try:
        return float(text)
    except ValueError:
        return None


def _unread(
    wide: pl.DataFrame, column: str, flows: dict[str, list[float | None]], marks: Marks
) -> list[Unread]:
    """Flows between industries that are neither numbers nor marks of nothing."""
    lost = [
        (row, f"{name}: {text}")
        for name, values in flows.items()
        for row, (text, value) in enumerate(zip(wide[name], values, strict=True))
        if value is None and text and text.strip() and not marks.is_withheld(text.strip())
    ]
    if not lost:
        return []
    row, first = min(lost)
    return [Unread("flow", f"{wide[column][row]} x {first}", row, len(lost))]


def _long(
    wide: pl.DataFrame, codes: str | None, survey: Survey
) -> tuple[pl.DataFrame, Survey] | None:
    try:
        long = long_from_wide(wide.to_pandas(), codes=codes)
    except InputOutputError:
        return None  # what is missing is told of the table as it is
    return pl.from_pandas(long, nan_to_null=True), survey
