"""Chain gaps: what a cell needs that its region does not supply, and who could fill it.

What belongs here: shortfalls by an input-output table, and the plants on the spot that come
nearest. What does not: coverage of whole cells (`geo.linkage.potential`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.linkage.potential import coefficient_matrix, regional_quotients

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["chain_gaps"]


def chain_gaps(
    cells: pd.DataFrame,
    io_table: pd.DataFrame,
    industries: pd.DataFrame,
    *,
    region_key: int,
    industry_key: int,
) -> pd.DataFrame:
    """Inputs of a cell that its region falls short of, the largest shortfall first.

    Parameters
    ----------
    cells : DataFrame
        All cells of one year: region_key, industry_key, establishments, employment.
    io_table : DataFrame
        supplying_industry_key, using_industry_key, coefficient, flow; of one year.
    industries : DataFrame
        Indexed by industry_key, with `parent`.
    region_key, industry_key : int
        The cell.

    Returns
    -------
    DataFrame
        One row per input with a shortfall: industry_key of the supplier, input_share (of the
        cell's purchases from industries), location_quotient of the supplier in the region,
        shortfall = input_share x (1 - min(1, location quotient)), establishments of it in the
        region, and related_establishments: plants of the region in other industries of the same
        parent, who know the trade. Empty where the table says nothing of the industry.

    Examples
    --------
    Industry 0 buys half from itself and half from industry 1, which only the other region has.

    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 1], "industry_key": [0, 1],
    ...                       "establishments": [4.0, 4.0], "employment": np.nan})
    >>> table = pd.DataFrame({"supplying_industry_key": [0, 1], "using_industry_key": [0, 0],
    ...                       "coefficient": [0.2, 0.2], "flow": np.nan})
    >>> names = pd.DataFrame({"parent": [None, None]})
    >>> chain_gaps(cells, table, names, region_key=0, industry_key=0)[["industry_key", "shortfall"]]
       industry_key  shortfall
    0             1        0.5
    """
    inputs = coefficient_matrix(io_table, industries=len(industries))[:, industry_key]
    regions, quotients, plants = regional_quotients(cells, industries=len(industries))
    row = int(np.searchsorted(regions, region_key))
    present = np.nan_to_num(quotients[row])
    share = inputs / inputs.sum() if inputs.any() else inputs
    table = pd.DataFrame(
        {
            "industry_key": np.arange(len(industries)),
            "input_share": share,
            "location_quotient": present,
            "shortfall": share * (1 - np.minimum(1, present)),
            "establishments": plants[row].astype(np.int64),
            "related_establishments": _related(plants[row], industries["parent"]),
        }
    )
    gaps = table[table["shortfall"] > 0]
    return gaps.sort_values(["shortfall", "industry_key"], ascending=[False, True]).reset_index(
        drop=True
    )


def _related(plants: npt.NDArray[np.float64], parent: pd.Series[str]) -> npt.NDArray[np.int64]:
    """Plants in other industries of the same parent; none for an industry without one."""
    counts = pd.Series(plants, index=parent.index)
    family = counts.groupby(parent).transform("sum").reindex(parent.index)
    related: npt.NDArray[np.int64] = (family - counts).fillna(0).to_numpy().astype(np.int64)
    return related
