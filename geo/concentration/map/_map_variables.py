"""Variables on the map: the quotients of every industry of a year, laid over the regions.

Here belongs how rows of cells become variables, and where their results go back to. Statistics on
them are in `map_table` and `pair_map`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.errors import GeoError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["NEEDED", "Year", "check_cells", "years_of_map"]

NEEDED = ("year", "region_key", "industry_key", "location_quotient")


def check_cells(cells: pd.DataFrame, regions: int) -> None:
    missing = [name for name in NEEDED if name not in cells]
    if missing:
        message = f"`cells` lack the column(s) {', '.join(missing)}."
        raise GeoError(message)
    keys = cells["region_key"]
    off_map = keys[~keys.between(0, regions - 1)]
    if len(off_map):
        message = (
            f"`region_key` must be a position on the map, 0 to {regions - 1}: {len(off_map)} are "
            f"not, first {off_map.iloc[0]}."
        )
        raise GeoError(message)
    repeated = cells.duplicated(list(NEEDED[:3]))
    if repeated.any():
        first = cells.loc[repeated, list(NEEDED[:3])].iloc[0].to_dict()
        message = f"`cells` must hold each cell once: {int(repeated.sum())} repeat, first {first}."
        raise GeoError(message)


class Year(NamedTuple):
    """Variables of one year, and where its cells stand among them."""

    year: int
    cells: pd.DataFrame
    industries: Integers
    variables: Floats
    place: tuple[Integers, Integers]
    seed: int

    @property
    def tested(self) -> npt.NDArray[np.bool_]:
        """Which units and variables are cells."""
        tested = np.zeros(self.variables.shape, dtype=bool)
        tested[self.place] = True
        return tested


def years_of_map(cells: pd.DataFrame, regions: int, seed: int) -> Iterator[Year]:
    numbered = cells.reset_index(drop=True)
    for year in np.unique(cells["year"].to_numpy(np.int64)).tolist():
        rows = numbered[numbered["year"] == year]
        industries, variables = _variables(rows, regions)
        industry = rows["industry_key"].to_numpy(dtype=np.int64)
        place = rows["region_key"].to_numpy(dtype=np.int64), industries.searchsorted(industry)
        # A seed of its own, so that a year alone gives what it gives among others.
        own = int(np.random.SeedSequence([seed, year]).generate_state(1)[0])
        yield Year(year, rows, industries, variables, place, own)


def _variables(cells: pd.DataFrame, regions: int) -> tuple[Integers, Floats]:
    """Industries of one year and their quotients, shape (regions, industries)."""
    region = cells["region_key"].to_numpy(dtype=np.int64)
    industries, column = np.unique(cells["industry_key"].to_numpy(np.int64), return_inverse=True)
    quotient = cells["location_quotient"].to_numpy(dtype=np.float64, na_value=np.nan)
    if "location_quotient_employment" in cells:
        by_jobs = cells["location_quotient_employment"].to_numpy(np.float64, na_value=np.nan)
        # One unit throughout a variable: jobs step in only where no plants at all are known.
        known = np.bincount(column, np.isfinite(quotient), minlength=len(industries)) > 0
        quotient = np.where(known[column], quotient, by_jobs)
    alive = np.ones(len(region), dtype=bool)
    if "region_total" in cells:
        total = cells["region_total"].to_numpy(np.float64, na_value=np.nan)
        alive = ~(total <= 0)
    variables = np.full((regions, len(industries)), np.nan)
    variables[region[alive]] = 0.0
    variables[region, column] = np.where(alive, quotient, np.nan)
    return industries, variables
