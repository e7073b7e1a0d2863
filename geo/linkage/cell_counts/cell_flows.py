r"""What flows between cells make possible, where an inter-regional input-output table is all.

Values are no counts: one invoice can be a million, so no chance can be computed and nothing is
tested. The usual reach of such trade gives an effect, and its rank among all cells. It is a
potential and never a tie. Ties that are counted are for `counted_ties`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.concentration.cells.cell_table import LARGE_REGION
from geo.concentration.cells.quotients import location_quotient_from_totals
from geo.linkage.cell_counts.counted_ties import fitted_counts, flows_by_cell, located_counts
from geo.linkage.matching import CELL

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.linkage.cell_counts.counted_ties import Country

    Floats = npt.NDArray[np.float64]

__all__ = ["flow_potential", "size_quotients"]

_UNITS = 100.0  # that the flows of a cell count as on average, so that the fit has as many ties
_PARTIES = 48.0  # of a cell on average, where nobody counts establishments
_DIGITS = 9  # of an excess that tells places apart
_COLUMNS = ["flow_local_share", "usual_flow_share", "excess_local_share"]


def flow_potential(links: pd.DataFrame, country: Country, *, floor: float) -> pd.DataFrame:
    r"""How much more of every cell's flows stay in its region than such trade usually does.

    .. math:: e = \frac{o}{o + E} - \frac{\mu}{\mu + E}

    with o of the flows of a cell within its region, E elsewhere, and :math:`\mu` those within it by
    the usual reach of one that trades so much elsewhere. Of ties the excess is :math:`o - \mu` of
    all; flows within a region differ by orders of magnitude, and shares of what would then be all
    stay below one. The model is
    fitted to flows as if they were ties. What a flow counts is a choice of unit: in every year the
    flows of a cell are a hundred on average, so that the fit draws to the usual about as firmly as
    with ties.

    Parameters
    ----------
    links : DataFrame
        As for `located_counts`, with value; supply alone is asked of.
    country : Country
        Where the cells are.
    floor : float
        Least excess of ties that matters.

    Returns
    -------
    DataFrame
        One row per cell of `country`: the columns of `CELL`, and

        - flow_local_share, usual_flow_share: of its flows those within the region, as given and by
          the usual reach; NaN without a flow
        - excess_local_share: e, without an interval
        - flow_rank: place of e among the cells of the year, the largest first; flow_cells: how many
          have one
        - flow_partners_here: yes from twice the floor on, since nothing tests it, no where e is
          not above 0; <NA> between, and without a flow
    """
    rows = located_counts(links, country, ("supply",), amount="value")
    told = country.cells.groupby("year").size()
    per_year = rows.groupby("year")["ties"].transform("sum")
    units = _UNITS * rows["year"].map(told).fillna(1.0) / per_year
    rows = rows.assign(ties=rows["ties"] * units, ties_seen_again=np.nan)
    sizes = None
    if country.cells["establishments"].isna().all():
        sizes = _sold(rows, country)
    table = flows_by_cell(fitted_counts(rows, country, kinds=1, sizes=sizes))
    local, usual = table["local"], table["usual"]
    elsewhere = table["ties"] - local
    known = table["ties"] > 0
    table["flow_local_share"] = (local / table["ties"]).where(known)
    table["usual_flow_share"] = (usual / (usual + elsewhere)).where(known)
    table["excess_local_share"] = table["flow_local_share"] - table["usual_flow_share"]
    excess = table["excess_local_share"]
    # Two that differ by rounding alone share a place.
    by_year = excess.round(_DIGITS).groupby(table["year"])
    return table[[*CELL, *_COLUMNS]].assign(
        flow_rank=by_year.rank(ascending=False, method="min"),
        flow_cells=by_year.transform("count").astype("float64").where(known),
        flow_partners_here=(excess >= 2 * floor)
        .astype("boolean")
        .mask(~known | excess.between(0, 2 * floor, inclusive="neither")),
    )


def _sold(rows: pd.DataFrame, country: Country) -> Floats:
    """Parties of every cell by what it sells and buys, shape (regions, industries)."""
    found = np.zeros((country.regions, country.industries))
    for end in ("supplier", "customer"):
        at = rows[f"{end}_region"].to_numpy(np.int64), rows[f"{end}_industry"].to_numpy(np.int64)
        np.add.at(found, at, rows["ties"].to_numpy())
    parties: Floats = _PARTIES * found / found[found > 0].mean()
    return parties


def size_quotients(
    links: pd.DataFrame, reported: pd.DataFrame, cells: pd.DataFrame
) -> pd.Series[float]:
    """Location quotient of every cell by its output, where neither plants nor jobs are counted.

    Output is as reported, or else all that the cell sells by the table. A region that holds more
    than a twentieth of all is compared with the rest, if the rest has any.

    Parameters
    ----------
    links : DataFrame
        source_region_key, source_industry_key, year, value.
    reported : DataFrame
        year, region_key, industry_key, output, as read; may be empty.
    cells : DataFrame
        year, region_key, industry_key, establishments, employment.

    Returns
    -------
    Series
        On the index of `cells`; NaN in a year in which plants or jobs of any cell are known.

    Examples
    --------
    Of two regions with ten of output each, one has all of industry 1:

    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 1, 1], "industry_key": [0, 0, 1],
    ...     "establishments": np.nan, "employment": np.nan})
    >>> reported = cells.assign(output=[10.0, 5.0, 5.0])
    >>> links = pd.DataFrame(columns=["source_region_key", "source_industry_key", "year", "value"])
    >>> size_quotients(links, reported, cells).round(2).tolist()
    [2.0, 0.5, 2.0]
    """
    sold = (
        links.rename(
            columns={"source_region_key": "region_key", "source_industry_key": "industry_key"}
        )
        .groupby(CELL, as_index=False)[["value"]]
        .sum(min_count=1)
    )
    table = cells[CELL].merge(sold, on=CELL, how="left")
    told_of = reported.reindex(columns=[*CELL, "output"]).drop_duplicates(CELL)
    table = table.merge(told_of, on=CELL, how="left")
    told = table["output"].notna().groupby(table["year"]).transform("any")
    size = table["output"].where(told, table["value"]).astype("float64")
    region, industry, grand = (
        size.groupby([table[c] for c in keys]).transform("sum").to_numpy()
        for keys in (["year", "region_key"], ["year", "industry_key"], ["year"])
    )
    totals = (size.to_numpy(), region, industry, grand)
    whole, rest = (
        location_quotient_from_totals(*totals, leave_one_out=alone) for alone in (False, True)
    )
    is_large = (region > LARGE_REGION * grand) & np.isfinite(rest)
    quotient = pd.Series(np.where(is_large, rest, whole), index=cells.index)
    counted = cells[["establishments", "employment"]].notna().any(axis=1)
    return quotient.mask(counted.groupby(cells["year"]).transform("any"))
