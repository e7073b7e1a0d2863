r"""The first null of test B: what random matching of partners would make local.

Take the supply ties of a year from supplier industry s to customer industry c, a *stratum*. Were
partners matched at random, every firm keeping its number of ties, the number of ties with both
ends in region r would be hypergeometric: a have their supplier in r, b their customer in r, n
there are in all. A cell (region r, industry i) takes part in the strata in which s = i or c = i.

Here belong the counts per stratum and region, their sums over the strata of a cell, and the test.
Tails and intervals are in `tails`; what is left without the largest firm is in `hubs`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from geo.concentration.cells.false_discovery import q_values
from geo.linkage.tails import (
    Interval,
    Moments,
    binomial_interval,
    count_interval,
    hypergeometric_moments,
    upper_tail,
)
from geo.study.keys import Sizes, grouped, tallied

if TYPE_CHECKING:
    import numpy.typing as npt

    Lazy = nw.LazyFrame[Any]

__all__ = [
    "CELL",
    "COUNTS",
    "STRATUM",
    "SUMS",
    "cell_rows",
    "cell_sums",
    "matching_by_cell",
    "matching_table",
    "stratum_counts",
    "with_sums",
]

CELL = ["year", "region_key", "industry_key"]
"""What tells one cell from another."""

STRATUM = ["year", "supplier_industry", "customer_industry"]
"""What tells one stratum from another."""

COUNTS = ["suppliers_here", "customers_here", "local", "everywhere"]
"""a, b, o and n of a stratum and region."""

SUMS = ["supply_ties", "local", *Moments._fields]
"""What is summed over the strata of a cell."""

# Multiples of 2^-28 add up exactly, so that sums are the same in any order of rows and threads.
_GRID = 2.0**28


def matching_by_cell(supply: Lazy, *, sizes: Sizes) -> pd.DataFrame:
    """Matching test of every cell that has a supply tie.

    Parameters
    ----------
    supply : LazyFrame
        As `located.located_ties` returns it.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    DataFrame
        Columns year, region_key, industry_key, sorted, and those of `matching_table`.

    Examples
    --------
    Industry 0 sells to industry 1. Each of two regions has two such ties among its own firms, and
    none crosses the border; random matching would make one of two local.

    >>> import polars as pl
    >>> ties = pl.LazyFrame({
    ...     "year": 2020, "supplier_industry": 0, "customer_industry": 1,
    ...     "supplier_region": [0, 0, 1, 1], "customer_region": [0, 0, 1, 1],
    ... }).with_columns(is_local=pl.col("supplier_region") == pl.col("customer_region"))
    >>> table = matching_by_cell(nw.from_native(ties), sizes=Sizes(2020, 1, 2, 2, 8))
    >>> table[["region_key", "industry_key", "local_supply_ties", "matching_ratio"]].values.tolist()
    [[0.0, 0.0, 2.0, 2.0], [0.0, 1.0, 2.0, 2.0], [1.0, 0.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0]]
    """
    sums = cell_sums(stratum_counts(supply, sizes=sizes), sizes=sizes).collect().to_pandas()
    sums = sums.sort_values(CELL, ignore_index=True)
    return pd.concat([sums[CELL], matching_table(sums)], axis=1)


def stratum_counts(supply: Lazy, *, sizes: Sizes) -> Lazy:
    """Ties of every stratum by region: with the supplier here, the customer here, both, and all.

    Parameters
    ----------
    supply : LazyFrame
        As `located.located_ties` returns it.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    LazyFrame
        One row per stratum and region with a tie in it: year, supplier_industry,
        customer_industry, region_key and, as floats, suppliers_here (a), customers_here (b),
        local (o), everywhere (n).
    """
    sellers, buyers = (
        supply.with_columns(region_key=f"{end}_region") for end in ("supplier", "customer")
    )
    views = (sellers, buyers, sellers.filter(nw.col("is_local")))
    here = tallied(
        dict(zip(COUNTS[:3], views, strict=True)), [*STRATUM, "region_key"], sizes
    ).with_columns(nw.col(*COUNTS[:3]).cast(nw.Float64))
    everywhere = grouped(here, STRATUM, sizes, nw.col("suppliers_here").sum().alias("everywhere"))
    return here.join(everywhere, on=STRATUM)


def cell_rows(rows: Lazy) -> Lazy:
    """Rows of strata, once for each industry that takes part, with it as `industry_key`.

    A stratum of one industry with itself gives one row.
    """
    as_customer = rows.filter(nw.col("supplier_industry") != nw.col("customer_industry"))
    return nw.concat(
        [
            rows.with_columns(industry_key="supplier_industry"),
            as_customer.with_columns(industry_key="customer_industry"),
        ]
    )


def with_sums(rows: Lazy) -> Lazy:
    """Rows of `cell_rows` with the columns of `SUMS`, what each adds to its cell.

    A tie with both ends in the cell counts once in supply_ties.
    """
    a, b, local, n = (nw.col(name) for name in COUNTS)
    sells = nw.col("industry_key") == nw.col("supplier_industry")
    buys = nw.col("industry_key") == nw.col("customer_industry")
    zero = nw.lit(0.0)
    ties = (
        nw.when(sells).then(a).otherwise(zero)
        + nw.when(buys).then(b).otherwise(zero)
        - nw.when(sells & buys).then(local).otherwise(zero)
    )
    moments = {
        name: (value * _GRID).round() / _GRID
        for name, value in hypergeometric_moments(a, b, n)._asdict().items()
    }
    return rows.with_columns(supply_ties=ties, **moments)


def cell_sums(counts: Lazy, *, sizes: Sizes) -> Lazy:
    """Ties, local ties and the moments of the null, summed over the strata of every cell.

    Strata are matched independently, so the moments of a cell are the sums of theirs.

    Parameters
    ----------
    counts : LazyFrame
        Columns of `STRATUM`, region_key and `COUNTS`.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    LazyFrame
        One row per cell: the columns of `CELL` and `SUMS`.
    """
    return grouped(with_sums(cell_rows(counts)), CELL, sizes, nw.col(*SUMS).sum())


def matching_table(
    sums: pd.DataFrame, *, dispersion: npt.ArrayLike = 1.0, suffix: str = ""
) -> pd.DataFrame:
    r"""Test of every cell from its sums.

    .. math::

       \text{ratio} = \frac{o}{\mu}, \qquad \text{degree} = \frac{o - \mu}{o_{max} - \mu}

    Where ties bunch, :math:`\varphi` of them say as much as one: the tail and the intervals are
    those of :math:`o / \varphi` bunches.

    Parameters
    ----------
    sums : DataFrame
        Columns year and those of `SUMS`; NaN = not known.
    dispersion : array_like of float, default 1
        :math:`\varphi \ge 1` of every cell, as `collaboration.overdispersion.dispersion` gives it;
        1 where ties are matched independently.
    suffix : str
        Put behind the name of every column, for a variant of the test.

    Returns
    -------
    DataFrame
        On the index of `sums`:

        - supply_ties: ties with at least one end in the cell
        - local_supply_ties: those of them with both ends in the region
        - expected_local_supply_ties, variance_local_supply_ties: under random matching
        - tie_dispersion: as given
        - matching_ratio, matching_ratio_low, matching_ratio_high: local over expected, with the
          95 % interval of the count; NaN where none is expected
        - matching_p: chance of so many local ties; NaN where the matching has no freedom
        - matching_q: the same, adjusted over the year's cells (Benjamini-Hochberg)
        - matching_degree, matching_degree_low, matching_degree_high: local ties beyond the expected
          as a share of all that could be, given how many ties each side has: 0 under random
          matching, 1 where every tie that could be local is; with the 90 % interval, whose ends
          are one-sided 95 % bounds. NaN where none could be

    References
    ----------
    .. [1] Nakajima, K., Saito, Y. U. & Uesugi, I. (2012). Measuring economic localization: Evidence
       from Japanese firm-level data. Journal of the Japanese and International Economies 26(2),
       201-220 (the first of their two counterfactuals).

    Examples
    --------
    Ten ties, six local where two are expected:

    >>> sums = pd.DataFrame({"year": [2020], "supply_ties": 10.0, "local": 6.0, "mean": 2.0,
    ...                      "variance": 1.2, "third": 0.4, "least": 0.0, "most": 10.0})
    >>> table = matching_table(sums)
    >>> table[["matching_ratio", "matching_degree"]].values.tolist()
    [[3.0, 0.5]]
    """
    ties, local, mean = (
        sums[c].to_numpy(dtype=np.float64) for c in ("supply_ties", "local", "mean")
    )
    phi = np.where(np.isnan(local), np.nan, dispersion)
    moments = Moments(*(sums[c].to_numpy(dtype=np.float64) for c in Moments._fields))
    p = upper_tail(local / phi, Moments(*(m / phi for m in moments)))
    bounds = Interval(*(phi * end for end in count_interval(local / phi, most=ties / phi)))
    table = {
        "supply_ties": ties,
        "local_supply_ties": local,
        "expected_local_supply_ties": mean,
        "variance_local_supply_ties": moments.variance,
        "tie_dispersion": phi,
        "matching_p": p,
        "matching_q": q_values(p, groups=sums["year"].to_numpy()),
    }
    with np.errstate(invalid="ignore", divide="ignore"):
        for end, count in (("", local), ("_low", bounds.low), ("_high", bounds.high)):
            table[f"matching_ratio{end}"] = np.where(mean > 0, count / mean, np.nan)
        degrees = binomial_interval(local / phi, moments.most / phi, level=0.9)
        for end, count in (("", local), ("_low", phi * degrees.low), ("_high", phi * degrees.high)):
            room = moments.most - mean
            table[f"matching_degree{end}"] = np.where(room > 1e-9, (count - mean) / room, np.nan)
    return pd.DataFrame({f"{name}{suffix}": v for name, v in table.items()}, index=sums.index)
