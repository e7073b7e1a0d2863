"""The cells of all years as columns of bytes, in the order in which the page looks them up.

Cells stand by year, industry and region, so that the map of one industry is one stretch of every
column. Of a large dataset, details are kept of the cells that they decide (`Kept`); their columns
are then shorter than the others, and the page says which cells they leave out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from geo.maps.explorer.codecs import Packed, as_digits, as_steps, as_whole, as_words
from geo.maps.explorer.fitted import as_product, as_ratio
from geo.maps.measures import columns_shown, is_kept
from geo.vocabulary import Class

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from geo.maps.measures import Form, Kept, Measure
    from geo.settings import Thresholds

    Keys = npt.NDArray[np.int64]

__all__ = ["Cells", "ordered_cells", "packed_cells", "read_columns"]

_SIZES = {
    "location_quotient": "establishments",
    "location_quotient_employment": "employment",
}
"""What a quotient is a quotient of."""


_LARGEST = 2**31
_PLACES = ("region", "significant")
"""Columns that are no evidence."""


class Cells(NamedTuple):
    """Cells in the order of the page."""

    table: pd.DataFrame
    """The classification, sorted by year, industry and region."""
    region: Keys
    """Position of each cell's region in the map."""
    industry: Keys
    """Position of its industry in the list of industries."""
    starts: npt.NDArray[np.int64]
    """Where the cells of each year and industry begin, and where the last ends:
    years x industries + 1 numbers."""
    years: list[int]
    regions: int
    industries: int
    """How many there are, with and without cells."""


def ordered_cells(
    classification: pd.DataFrame, *, regions: pd.Series[str], industries: pd.Series[str]
) -> Cells:
    """Cells in the order of the page.

    Parameters
    ----------
    classification : DataFrame
        Result `region_industry_classification`.
    regions, industries : Series of str
        Ids in the order of the map and of the list.

    Returns
    -------
    Cells
        Those whose region is on the map, which are all.
    """
    region = pd.Index(regions).get_indexer(pd.Index(classification["region_id"]))
    industry = pd.Index(industries).get_indexer(pd.Index(classification["industry"]))
    year = classification["year"].to_numpy(dtype=np.int64)
    years = sorted({int(y) for y in year})
    order = np.lexsort([region, industry, year])
    order = order[(region[order] >= 0) & (industry[order] >= 0)]
    group = np.searchsorted(years, year[order]) * len(industries) + industry[order]
    starts = np.searchsorted(group, np.arange(len(years) * len(industries) + 1))
    table = classification.iloc[order].reset_index(drop=True)
    counts = len(regions), len(industries)
    return Cells(table, region[order], industry[order], starts, years, *counts)


def packed_cells(cells: Cells, *, thresholds: Thresholds) -> dict[str, Packed]:
    """Every column that the page shows, by name.

    `region` is the position of the region; `significant` the positions of the cells whose local
    Moran is significant.

    Parameters
    ----------
    cells : Cells
        In the order of the page.
    thresholds : Thresholds
        Floors that decide which cells were tested.
    """
    table = cells.table
    known = {str(c) for c in table.columns if _says_something(table[c])}
    kept = {
        name: is_kept(table, name, thresholds=thresholds)
        for name in ("all", "tested", "spoken", "significant")
    }
    packed = {
        "region": as_whole(cells.region, is_delta=True),
        "significant": as_whole(np.flatnonzero(kept["significant"]), is_delta=True),
    }
    for measure in columns_shown(known):
        if not kept[measure.kept].any():
            continue
        for column in _columns(measure, known):
            if column not in packed:
                of = measure.kept if column == measure.column else _kept_beside(measure, column)
                made = _packed(column, measure, cells, packed, kept=kept[of])
                packed[column] = made if kept[of].all() else _marked(made, of)
    for column, of in (("flip_up_amount", "tested"), ("flip_down_amount", "spoken")):
        if column in known:
            made = as_digits(table.loc[kept[of], column])
            packed[column] = made if kept[of].all() else _marked(made, of)
    return packed


def _says_something(column: pd.Series[Any]) -> bool:
    told = column.dropna()
    return bool(len(told)) and not (column.name == "stage" and (told == "not_known").all())


def read_columns(
    cells: Cells, packed: Mapping[str, Packed], *, thresholds: Thresholds
) -> dict[str, npt.NDArray[np.float64]]:
    """Every number that the page reads or works out of a cell, NaN where there is none.

    `plants_lacking` is how many plants a cell is short of the fewest that are tested.
    """
    read = {}
    for name, column in packed.items():
        if column.spec["codec"] in ("words", "text") or name in _PLACES:
            continue
        kept = is_kept(cells.table, column.spec.get("kept", "all"), thresholds=thresholds)
        read[name] = np.full(len(cells.table), np.nan)
        read[name][kept] = column.numbers
    if "establishments" in read:
        read["plants_lacking"] = thresholds.establishments - read["establishments"]
    return read


def _columns(measure: Measure, known: set[str]) -> list[str]:
    beside = (measure.low, measure.high, measure.whole, measure.usual, measure.chance)
    return [measure.column, *(c for c in beside if c is not None and c in known)]


def _kept_beside(measure: Measure, column: str) -> Kept:
    """Chances are asked for where there are plants enough, even of what is kept everywhere."""
    return "tested" if measure.kept == "all" and column == measure.chance else measure.kept


def _packed(
    column: str,
    measure: Measure,
    cells: Cells,
    packed: dict[str, Packed],
    *,
    kept: npt.NDArray[np.bool_],
) -> Packed:
    series = cells.table.loc[kept, column]
    if column == measure.column and measure.form == "words":
        return _words(series)
    numbers = series.to_numpy(dtype=np.float64, na_value=np.nan)
    if kept.all() and (made := _followed(column, numbers, measure, cells, packed)) is not None:
        return made
    return _numbers(numbers, _form(column, measure))


def _form(column: str, measure: Measure) -> Form:
    """Form of a column of a measure.

    What is held against a floor is kept as finely as a chance, or it would seem to reach a floor
    that it misses; what a count is a part of is a count too, what is expected of it is not.
    """
    if column == measure.chance:
        return "chance"
    if column == measure.column and measure.form == "share" and measure.floor is not None:
        return "chance"
    if measure.form == "count" and column not in (measure.column, measure.whole):
        return "quotient"
    return measure.form


def _numbers(numbers: npt.NDArray[np.float64], form: Form) -> Packed:
    known = numbers[np.isfinite(numbers)]
    is_whole = form in ("count", "amount") and _is_whole(known)
    if is_whole:
        return as_whole(numbers)
    if form == "chance":
        return as_steps(numbers, step=0.001)
    if form in ("share", "number") or (known < 0).any():
        return as_steps(numbers, step=0.01)
    return as_digits(numbers)


def _is_whole(known: npt.NDArray[np.float64]) -> bool:
    fits = bool((known == np.round(known)).all()) and bool((known >= 0).all())
    return fits and (not len(known) or known.max() < _LARGEST)


def _followed(
    column: str,
    numbers: npt.NDArray[np.float64],
    measure: Measure,
    cells: Cells,
    packed: dict[str, Packed],
) -> Packed | None:
    """A quotient by what it is a quotient of, or its bounds by the number of plants."""
    if column in _SIZES and _SIZES[column] in packed:
        size = packed[_SIZES[column]].numbers
        year = np.searchsorted(cells.years, cells.table["year"].to_numpy(dtype=np.int64))
        # Factors hold for one year.
        row = year * cells.regions + cells.region
        place = year * cells.industries + cells.industry
        made = as_product(numbers, size, row=row, column=place)
        return None if made is None else _on(made, _SIZES[column])
    if column in (measure.low, measure.high) and "establishments" in packed:
        by = packed["establishments"].numbers
        made = as_ratio(numbers, packed[measure.column].numbers, by=by)
        return None if made is None else _on(made, measure.column)
    return None


def _on(made: Packed, other: str) -> Packed:
    return made._replace(spec={**made.spec, "of": other})


def _marked(made: Packed, kept: str) -> Packed:
    return made._replace(spec={**made.spec, "kept": kept})


def _words(series: pd.Series[Any]) -> Packed:
    if series.name == "class":
        return as_words(series, known=[str(c) for c in Class])
    if pd.api.types.is_bool_dtype(series.dtype):
        answer = series.astype("boolean")
        words = pd.Series(
            np.where(answer.fillna(value=False), "yes", "no"), index=series.index, dtype=object
        )
        return as_words(words.where(answer.notna(), None), known=["no", "yes"])
    return as_words(series)
