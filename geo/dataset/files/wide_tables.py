"""Input-output tables as statistics offices publish them: wide, with totals around the industries.

Its numbers are read like those of any other table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import polars as pl

from geo.dataset.files.delimited import ROW
from geo.dataset.values.survey import Survey, Unread, survey_of
from geo.dataset.values.surveyed import Marks
from geo.errors import InputOutputError

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.settings import Settings

    Floats = npt.NDArray[np.float64]

__all__ = ["flows_of_wide", "long_from_wide"]


_OUTPUT_LABELS = ("GO", "TI", "Total output", "output_bp", "总产出", "總產出", "总投入", "總投入")
_TOTAL_LABELS = {"total", "合计", "合計"}


def long_from_wide(
    wide: pd.DataFrame,
    *,
    codes: str | None = None,
    origin: str | None = None,
    output: str | None = None,
) -> pd.DataFrame:
    """Long form of a table that is published wide: suppliers in rows, users in columns.

    The industries are the codes that name both a row and a column, so totals, value added and
    final uses, which name only one of them, are left out without being listed.

    Parameters
    ----------
    wide : DataFrame
        One row per supplying industry, and per total; one column per using industry, and per final
        use; a column of codes; other columns (names) as they come. Where rows are given for
        domestic and for imported goods (a table with non-competitive imports), a column `Origin`
        tells which.
    codes : str, optional
        Column that holds the codes of rows; the first column otherwise.
    origin : str, optional
        Keep the rows of this origin only; the sum over origins otherwise.
    output : str, optional
        Name of the row or the column of gross output; the usual ones are tried otherwise.

    Returns
    -------
    DataFrame
        supplying_industry, using_industry, flow, coefficient (NaN where no gross output is given),
        in the order of the columns and then of the rows; zero flows are left out.

    Raises
    ------
    InputOutputError
        If no code names both a row and a column, a code names several rows of one origin, or the
        origin or the output that is asked for is not there.

    Examples
    --------
    >>> wide = pd.DataFrame({"Code": ["01", "02", "TI"], "01": [150, 200, 1000],
    ...                      "02": [500, 100, 2000], "EX": [350, 1700, None]})
    >>> long_from_wide(wide).drop(columns="flow").set_index(
    ...     ["supplying_industry", "using_industry"])["coefficient"].tolist()
    [0.15, 0.2, 0.25, 0.05]
    """
    rows, industries = _labelled(wide, codes)
    flows = _of_origin(rows, origin)
    flows = flows.loc[flows.index.isin(industries), industries]
    if flows.index.has_duplicates and "Origin" not in rows:
        twice = flows.index[flows.index.duplicated()][0]
        message = (
            f"The wide table has more than one row for {twice!r}; tell them apart by `Origin`."
        )
        raise InputOutputError(message)
    # Goods of all origins together, in the order in which the columns name the industries.
    z = flows.apply(pd.to_numeric, errors="coerce").groupby(level=0).sum().reindex(industries)
    x = _gross_output(rows, industries, output)
    position = {code: k for k, code in enumerate(industries)}
    long = (
        z.fillna(0.0)
        .rename_axis("supplying_industry")
        .melt(var_name="using_industry", value_name="flow", ignore_index=False)
        .reset_index()
    )
    long = long[long["flow"] != 0].astype({"flow": "float64"})
    bought = long["using_industry"].map(position).to_numpy(dtype=np.int64)
    long["coefficient"] = long["flow"].to_numpy() / np.where(x > 0, x, np.nan)[bought]
    columns = ["supplying_industry", "using_industry", "flow", "coefficient"]
    result: pd.DataFrame = long[columns].reset_index(drop=True)
    return result


def _labelled(wide: pd.DataFrame, codes: str | None) -> tuple[pd.DataFrame, list[str]]:
    """Rows indexed by their code as columns write it, and the codes of the industries."""
    column = str(wide.columns[0]) if codes is None else codes
    rows = wide.set_axis([str(name).strip() for name in wide.columns], axis=1)
    if column.strip() not in rows:
        message = f"The wide table has no column {column!r}; it begins {list(rows.columns[:5])}."
        raise InputOutputError(message)
    if rows.columns.has_duplicates:
        twice = rows.columns[rows.columns.duplicated()][0]
        message = f"The wide table has two columns {twice!r}; rename or remove one of them."
        raise InputOutputError(message)
    # '01' in a heading has become 1 where a reader took the codes for numbers.
    heads = {_bare(name): name for name in reversed(rows.columns) if name != column.strip()}
    names = [heads.get(_bare(code), str(code).strip()) for code in rows[column.strip()]]
    rows = rows.set_axis(pd.Index(names, name="code"), axis=0)
    known = set(names)
    industries = [name for name in rows.columns if name in known and not _is_output(name, None)]
    industries = [name for name in industries if name.casefold() not in _TOTAL_LABELS]
    if not industries:
        message = (
            f"No code of {column!r} names a column of the wide table: rows begin {names[:3]}, "
            f"columns {list(rows.columns[:5])}; name the column of codes."
        )
        raise InputOutputError(message)
    return rows, industries


def _bare(code: object) -> str:
    text = str(code).strip()
    return text.lstrip("0") or text if text.isdigit() else text


def _of_origin(rows: pd.DataFrame, origin: str | None) -> pd.DataFrame:
    if origin is None:
        return rows
    if "Origin" not in rows or not (rows["Origin"] == origin).any():
        found = list(rows["Origin"].dropna().unique()) if "Origin" in rows else []
        message = f"The wide table has no rows of origin {origin!r}; it has {found}."
        raise InputOutputError(message)
    chosen: pd.DataFrame = rows[rows["Origin"] == origin]
    return chosen


def _is_output(name: object, wanted: str | None) -> bool:
    labels = _OUTPUT_LABELS if wanted is None else (wanted,)
    return str(name).strip().casefold() in {label.casefold() for label in labels}


def _gross_output(rows: pd.DataFrame, industries: list[str], wanted: str | None) -> Floats:
    """Gross output in the order of `industries`; NaN where the table does not tell."""
    across = [name for name in rows.index if _is_output(name, wanted)]
    down = [name for name in rows.columns if _is_output(name, wanted)]
    if len(across) > len(set(across)):
        message = f"The wide table has more than one row {across[0]!r} of gross output; keep one."
        raise InputOutputError(message)
    if across:
        given = rows.loc[across[0], industries]
    elif down:
        domestic = rows[rows["Origin"] == "Domestic"] if "Origin" in rows else rows
        given = domestic[down[0]].groupby(level=0).first().reindex(industries)
    elif wanted is not None:
        message = f"The wide table has no row and no column {wanted!r} of gross output."
        raise InputOutputError(message)
    else:
        return np.full(len(industries), np.nan)
    output: Floats = pd.to_numeric(given, errors="coerce").to_numpy(dtype=np.float64)
    return output


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
