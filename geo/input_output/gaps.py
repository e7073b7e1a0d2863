"""Chain gaps: what a cell needs that its region does not supply, and who comes nearest to it.

What belongs here: shortfalls by an input-output table, the industries on the spot that could fill
them, and the kinds of institution that are missing. What does not: coverage of whole cells
(`potential`), and the firms themselves (`partners`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.input_output.potential import coefficient_matrix, regional_quotients, table_of_year
from geo.vocabulary import INSTITUTION_KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = [
    "candidate_industries",
    "chain_gaps",
    "input_similarity",
    "institution_gaps",
]

_ALIKE = 0.7


def chain_gaps(
    cells: pd.DataFrame,
    io_table: pd.DataFrame,
    industries: pd.DataFrame,
    margins: pd.DataFrame | None = None,
    *,
    region_key: int,
    industry_key: int,
    year: int | None = None,
    similarity: float = _ALIKE,
) -> pd.DataFrame:
    r"""Inputs of a cell that its region falls short of, the largest shortfall first.

    .. math:: shortfall_j = \frac{a_{ji}}{\sum_k a_{ki}} (1 - \min(1, LQ_{rj}))

    Parameters
    ----------
    cells : DataFrame
        Cells: year, region_key, industry_key, establishments, employment.
    io_table : DataFrame
        supplying_industry_key, using_industry_key, coefficient, flow, and year where `year` is
        given.
    industries : DataFrame
        Indexed by industry_key, with `parent`.
    margins : DataFrame, optional
        Published totals, as in `geo.input_output.potential.chain_potential`.
    region_key, industry_key : int
        The cell.
    year : int, optional
        Take the cells of this year and the table of its time; cells and table are of one year
        where not given.
    similarity : float, default 0.7
        Least `input_similarity` of an industry that could make an input.

    Returns
    -------
    DataFrame
        One row per input with a shortfall:

        - industry_key of the supplier
        - input_share of the cell's purchases from industries
        - location_quotient of the supplier in the region; 0 where it is not there. Inputs of which
          the region has an amount that is not known are left out
        - shortfall, as above
        - establishments of the supplier in the region
        - related_establishments: plants of the region in other industries of the same parent, who
          know the trade
        - similar_establishments: plants of the region in industries of other parents that buy
          much the same inputs, who know the materials

        Empty where the table says nothing of the industry's inputs or the region has no cells.

    References
    ----------
    .. [1] Delgado, M., Porter, M. E. & Stern, S. (2016). Defining clusters of related industries.
       Journal of Economic Geography 16(1), 1-38. (Trade and likeness as two kinds of relatedness.)

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
    cells, io_table = _of_year(cells, io_table, year)
    inputs = coefficient_matrix(io_table, industries=len(industries))
    present, plants = _of_region(cells, margins, region_key, len(industries))
    bought = inputs[:, industry_key].sum()
    share = inputs[:, industry_key] / (bought if bought > 0 else np.nan)
    same_parent = _same_parent(industries["parent"])
    alike = (input_similarity(inputs) >= similarity) & ~same_parent
    table = pd.DataFrame(
        {
            "industry_key": np.arange(len(industries)),
            "input_share": share,
            "location_quotient": present,
            "shortfall": share * (1 - np.minimum(1, present)),
            "establishments": plants.astype(np.int64),
            "related_establishments": (same_parent @ plants).astype(np.int64),
            "similar_establishments": (alike @ plants).astype(np.int64),
        }
    )
    gaps = table[table["shortfall"] > 0]
    return gaps.sort_values(["shortfall", "industry_key"], ascending=[False, True]).reset_index(
        drop=True
    )


def candidate_industries(
    cells: pd.DataFrame,
    io_table: pd.DataFrame,
    industries: pd.DataFrame,
    *,
    region_key: int,
    industry_keys: Sequence[int],
    year: int | None = None,
    similarity: float = _ALIKE,
) -> pd.DataFrame:
    """Industries of a region that are nearest to making what it lacks.

    Parameters
    ----------
    cells, io_table, industries, region_key, year, similarity
        As in `chain_gaps`.
    industry_keys : sequence of int
        What the region lacks.

    Returns
    -------
    DataFrame
        One row per gap and industry that is in the region and is itself the gap's, of the same
        parent, or alike in inputs: gap_key, industry_key, relation (`same`, `parent`, `inputs`),
        similarity, establishments; by gap in the order given, nearest relation first, then the
        most establishments.

    Examples
    --------
    Industry 2 buys what industry 0 buys, so its plants may turn to making what 0 makes.

    >>> cells = pd.DataFrame({"year": 2020, "region_key": 0, "industry_key": [1, 2],
    ...                       "establishments": [4.0, 3.0], "employment": np.nan})
    >>> table = pd.DataFrame({"supplying_industry_key": [1, 1], "using_industry_key": [0, 2],
    ...                       "coefficient": [0.2, 0.4], "flow": np.nan})
    >>> names = pd.DataFrame({"parent": [None, None, None]})
    >>> candidate_industries(cells, table, names, region_key=0, industry_keys=[0])[
    ...     ["industry_key", "relation", "establishments"]]
       industry_key relation  establishments
    0             2   inputs               3
    """
    cells, io_table = _of_year(cells, io_table, year)
    alike = input_similarity(coefficient_matrix(io_table, industries=len(industries)))
    _, plants = _of_region(cells, None, region_key, len(industries))
    same_parent = _same_parent(industries["parent"])
    found = []
    for rank, gap in enumerate(industry_keys):
        candidates = pd.DataFrame(
            {
                "rank": rank,
                "gap_key": gap,
                "industry_key": np.arange(len(industries)),
                "relation": np.select(
                    [np.arange(len(industries)) == gap, same_parent[gap], alike[gap] >= similarity],
                    ["same", "parent", "inputs"],
                    default="",
                ),
                "similarity": alike[gap],
                "establishments": plants.astype(np.int64),
            }
        )
        found.append(candidates[(candidates["relation"] != "") & (plants > 0)])
    columns = ["gap_key", "industry_key", "relation", "similarity", "establishments"]
    if not found:
        return pd.DataFrame(columns=columns)
    table = pd.concat(found, ignore_index=True)
    nearness = table["relation"].map({"same": 0, "parent": 1, "inputs": 2})
    ordered = table.assign(nearness=nearness, fewest=-table["establishments"]).sort_values(
        ["rank", "nearness", "fewest", "industry_key"]
    )
    return ordered[columns].reset_index(drop=True)


def institution_gaps(institutions: pd.DataFrame, *, region_key: int, year: int) -> pd.DataFrame:
    """Kinds of institution that a region lacks.

    Parameters
    ----------
    institutions : DataFrame
        kind, region_key, opened, closed (years, NaN = open; `closed` is the first year it is gone).
    region_key, year : int
        Where and when.

    Returns
    -------
    DataFrame
        Indexed by kind, every kind there is: here and elsewhere (institutions open in `year`), and
        is_missing: true where there is one elsewhere and none here, <NA> where there is none
        anywhere, since nobody may have recorded them.

    Examples
    --------
    >>> table = pd.DataFrame({"kind": ["university", "finance"], "region_key": [0, 1],
    ...                       "opened": [np.nan, 2000], "closed": np.nan})
    >>> institution_gaps(table, region_key=0, year=2020)["is_missing"][
    ...     ["university", "finance", "legal"]].tolist()
    [False, True, <NA>]
    """
    is_open = ~(institutions["opened"] > year) & ~(institutions["closed"] <= year)
    is_here = institutions["region_key"] == region_key
    kinds = pd.Index([str(kind) for kind in INSTITUTION_KINDS], name="kind")

    def counted(which: pd.Series[bool]) -> pd.Series[int]:
        counts = institutions.loc[which.to_numpy(dtype=bool), "kind"].astype(str).value_counts()
        return counts.reindex(kinds, fill_value=0).astype("int64")

    is_here = is_here.fillna(value=False)
    table = pd.DataFrame(
        {"here": counted(is_open & is_here), "elsewhere": counted(is_open & ~is_here)}
    )
    missing = (table["here"] == 0).astype("boolean")
    table["is_missing"] = missing.mask((table["here"] == 0) & (table["elsewhere"] == 0))
    return table


def input_similarity(coefficients: npt.ArrayLike) -> Floats:
    r"""How alike the purchases of two industries are: the cosine of their columns.

    .. math:: \frac{\sum_k a_{ki} a_{kj}}{\sqrt{\sum_k a_{ki}^2} \sqrt{\sum_k a_{kj}^2}}

    Parameters
    ----------
    coefficients : array_like of float, shape (n, n)
        Inputs, suppliers in rows; not negative.

    Returns
    -------
    ndarray of float64, shape (n, n)
        Between 0 and 1, symmetric; 0 for an industry without inputs, with itself too.

    References
    ----------
    .. [1] Los, B. (2000). The empirical performance of a new inter-industry technology spillover
       measure. In: Saviotti, P. & Nooteboom, B. (eds), Technology and Knowledge. Edward Elgar.

    Examples
    --------
    >>> input_similarity([[0.3, 0.6, 0.0], [0.4, 0.0, 0.0], [0.0, 0.8, 0.0]]).round(2)
    array([[1.  , 0.36, 0.  ],
           [0.36, 1.  , 0.  ],
           [0.  , 0.  , 0.  ]])
    """
    a = np.asarray(coefficients, dtype=np.float64)
    length = np.sqrt((a**2).sum(axis=0))
    direction = a / np.where(length > 0, length, 1.0)
    cosine: Floats = np.minimum(1.0, direction.T @ direction)
    return cosine


def _of_year(
    cells: pd.DataFrame, io_table: pd.DataFrame, year: int | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    if year is None:
        return cells, io_table
    return cells[cells["year"] == year], table_of_year(io_table, year)


def _of_region(
    cells: pd.DataFrame, margins: pd.DataFrame | None, region_key: int, industries: int
) -> tuple[Floats, Floats]:
    """Location quotients and plants of one region, shape (n_industries,) each."""
    regions, quotients, plants = regional_quotients(cells, margins, industries=industries)
    row = np.flatnonzero(regions == region_key)
    if len(row) == 0:
        return np.full(industries, np.nan), np.zeros(industries)
    return quotients[row[0]], plants[row[0]]


def _same_parent(parent: pd.Series[str]) -> npt.NDArray[np.bool_]:
    """Whether two different industries have the same parent; none has where it is not known."""
    family = pd.factorize(parent)[0]
    same: npt.NDArray[np.bool_] = (family[:, None] == family) & (family >= 0)
    np.fill_diagonal(same, val=False)
    return same
