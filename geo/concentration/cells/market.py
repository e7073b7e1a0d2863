"""Local industries, which follow people, told from traded ones, which can be anywhere.

What belongs here: the rule, and what it rests on. What follows from it belongs to the verdict: a
local industry can crowd, but nobody has to look for its chain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float64]

__all__ = ["LOCAL", "TRADED", "is_local_industry", "markets"]

LOCAL, TRADED = "local", "traded"
_FEWEST_REGIONS = 100
_PLANTS_A_REGION = 5.0
_TWICE, _THRICE = 2.0, 3.0
_APART = 0.2
_EVERYWHERE = 0.95
_A_CENTRE = 0.03


def is_local_industry(plants: Matrix, jobs: Matrix | None = None) -> npt.NDArray[np.bool_]:
    r"""Whether the plants of an industry follow those of all industries, region by region.

    An industry is local if

    1. it has five plants a region or more on average, so that chance does not decide;
    2. at most a fifth of its plants, and of its known jobs, are in regions where its share is twice
       that of the country or more, or it is in 95 % of the regions;
    3. no region with three hundredths of its plants has thrice its share: an industry with such a
       centre does not follow people.

    With fewer than a hundred regions the rule does not tell, and no industry is called local: in
    large regions every industry is spread like all plants.

    Parameters
    ----------
    plants : ndarray of float64, shape (n_regions, n_industries)
        NaN = not known.
    jobs : ndarray of float64, shape (n_regions, n_industries), optional
        NaN = not known: cells that it does not tell are left out of the second condition.

    References
    ----------
    .. [1] Porter, M. E. (2003). The economic performance of regions. Regional Studies 37(6-7),
       549-578, Section 3 (local, traded and resource industries by their quotients: the idea, with
       other floors).

    Examples
    --------
    A shop for every ten plants everywhere, and mills in one region of a hundred:

    >>> plants = np.full((100, 3), 45.0)
    >>> plants[:, 1] = 10
    >>> plants[:, 2] = 0
    >>> plants[0, 2] = 600
    >>> is_local_industry(plants).tolist()
    [True, True, False]
    """
    regions = len(plants)
    if regions < _FEWEST_REGIONS:
        return np.zeros(plants.shape[1], dtype=np.bool_)
    known = np.nan_to_num(plants)
    whole = known.sum(axis=0)
    quotient = _quotients(known)
    many = whole >= _PLANTS_A_REGION * regions
    apart = _share_apart(known, quotient) <= _APART
    if jobs is not None:
        apart &= _share_apart(np.nan_to_num(jobs), _quotients(np.nan_to_num(jobs))) <= _APART
    everywhere = (known > 0).sum(axis=0) >= _EVERYWHERE * (known.sum(axis=1) > 0).sum()
    centre = ((quotient >= _THRICE) & (known >= _A_CENTRE * whole)).any(axis=0)
    local: npt.NDArray[np.bool_] = many & (apart | everywhere) & ~centre
    return local


def _quotients(counts: Matrix) -> Matrix:
    """Location quotients of counts; 0 where nothing is."""
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / max(counts.sum(), 1.0)
    quotient: Matrix = np.divide(counts, expected, out=np.zeros_like(counts), where=expected > 0)
    return quotient


def _share_apart(counts: Matrix, quotient: Matrix) -> Matrix:
    """Share of an industry in regions where its share is twice that of the country."""
    apart = np.where(quotient >= _TWICE, counts, 0.0).sum(axis=0)
    share: Matrix = apart / np.maximum(counts.sum(axis=0), 1e-300)
    return share


def markets(cells: pd.DataFrame, industries: pd.DataFrame) -> pd.DataFrame:
    """Market of every industry in every year: as the dataset says, else by `is_local_industry`.

    Parameters
    ----------
    cells : DataFrame
        year, region_key, industry_key, establishments, employment; NaN = not known.
    industries : DataFrame
        Indexed by industry_key, with `market` (`traded`, `local` or missing).

    Returns
    -------
    DataFrame
        year, industry_key, market; one row per year and industry of the cells.
    """
    told = industries["market"]
    tables = []
    for year, of_year in cells.groupby("year"):
        row, regions = pd.factorize(of_year["region_key"], sort=True)
        column, keys = pd.factorize(of_year["industry_key"], sort=True)
        plants, jobs = np.zeros((2, len(regions), len(keys)))
        plants[row, column] = of_year["establishments"].to_numpy(dtype=np.float64)
        jobs[row, column] = of_year["employment"].to_numpy(dtype=np.float64)
        by_rule = np.where(is_local_industry(plants, jobs), LOCAL, TRADED)
        said = told.reindex(keys).to_numpy(dtype=object)
        market = np.where(pd.isna(said), by_rule, said)
        tables.append(pd.DataFrame({"year": year, "industry_key": keys, "market": market}))
    if not tables:
        return pd.DataFrame(columns=["year", "industry_key", "market"])
    return pd.concat(tables, ignore_index=True)
