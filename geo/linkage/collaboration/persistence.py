"""Stability: how many of a cell's local supply ties live on, against others of its industries.

The exchange of knowledge is counted by firm: an engineer who changes jobs makes a tie between two
firms that need not come back. What lasts is that firms go on to exchange with firms about them.

Here belongs counting what became of ties whose ends both live on; a firm's death is not churn.
Which ties are there again is found in `located`. A firm that leaves all its partners at once says
no more than one tie would, so the interval counts bunches by firm, as `overdispersion` has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from geo.linkage.collaboration.nearness import cell_ties
from geo.linkage.collaboration.overdispersion import (
    BUNCHES,
    bunches,
    dispersion,
    firm_ends,
    own_ends,
)
from geo.linkage.matching import cell_rows
from geo.linkage.tails import wilson_interval
from geo.study.keys import Sizes, grouped, held, looked_up, packed, tallied
from geo.study.located import by_year, next_years, with_other_years

if TYPE_CHECKING:
    import numpy.typing as npt

    Lazy = nw.LazyFrame[Any]


__all__ = [
    "base_rates",
    "exchange_persistence",
    "is_lasting",
    "lasting_share",
    "persistence_by_cell",
]


_CELL = ["region_key", "industry_key"]


def exchange_persistence(
    ties: Lazy, establishments: Lazy, years: list[int], *, sizes: Sizes
) -> pd.DataFrame:
    r"""Share of the firms with a local partner in one year that have one again.

    .. math::

       \text{persistence} = \frac{\sum_t |F_t \cap (F_{t+1} \cup F_{t+2})|}
                                 {\sum_t |\{f \in F_t : f \text{ is alive at } t + 1\}|}

    with :math:`F_t` the firms of the cell that have a local partner in year t. Years are pooled.

    Parameters
    ----------
    ties : LazyFrame
        As `located.located_ties` returns it.
    establishments : LazyFrame
        Columns firm_key, year.
    years : list of int
        Years with a tie, ascending.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    DataFrame
        One row per region and industry with such a firm: region_key, industry_key, trials, kept,
        persistence, persistence_low, persistence_high (95 % Wilson interval; NaN without trials).
    """
    own = own_ends(firm_ends(ties, sizes=sizes), sizes=sizes).filter(nw.col("local") > 0)
    pairs = held(
        own.select(
            nw.col("year").cast(nw.Int32), *_CELL, source_key="firm_key", target_key="firm_key"
        )
    )
    again = with_other_years(pairs, years, sizes)
    following = next_years(years)
    alive = establishments.select(slot=packed(["firm_key", "year"], sizes)).with_columns(
        value=nw.lit(0).cast(nw.Int64)
    )
    after = by_year(following)
    slot = nw.col("source_key").cast(nw.Int64) * sizes.years + after - sizes.first_year
    asked = looked_up(
        again.with_columns(slot_=nw.when(after >= 0).then(slot).otherwise(nw.lit(-1))),
        {"lives_": "slot_"},
        alive,
        size=sizes.firms * sizes.years,
    ).filter(nw.col("lives_") >= 0)
    kept = (nw.col("lasts") | nw.col("is_seen_later")).cast(nw.Float64)
    table = (
        asked.group_by(_CELL)
        .agg(trials=nw.len().cast(nw.Float64), kept=kept.sum())
        .collect()
        .to_pandas()
        .sort_values(_CELL, ignore_index=True)
    )
    bounds = wilson_interval(table["kept"], table["trials"])
    return table.assign(
        persistence=table["kept"] / table["trials"],
        persistence_low=bounds.low,
        persistence_high=np.minimum(bounds.high, 1.0),
    )


def persistence_by_cell(supply: Lazy, *, sizes: Sizes, by_region: bool = True) -> pd.DataFrame:
    r"""Share of the local ties of every region and industry that are there a year or two later.

    .. math::

       \text{persistence} = \frac{\sum_t |L_t \cap (L_{t+1} \cup L_{t+2})|}
                                 {\sum_t |\{\text{ties of } L_t \text{ with both ends alive at }
                                            t + 1\}|}

    A tie that comes back after a gap of one year lasts: partners who serve in turns are partners.
    Years are pooled: the figure speaks of the region and industry over all the years seen. Where
    one year between two is missing, the two are compared (see `located.next_years`).

    Parameters
    ----------
    supply : LazyFrame
        As `located.located_ties` returns it.
    sizes : Sizes
        Of the keys.
    by_region : bool, default True
        Whether the two ends of a local tie are in one region. Where they need not be, a tie counts
        for the cells of both.

    Returns
    -------
    DataFrame
        One row per region and industry with a local tie: region_key, industry_key (sorted) and

        - persistence_trials: local ties whose ends both live on, over all pairs of years
        - persistence_kept: those of them that are there again
        - persistence_dispersion: how many trials say as much as one would if the ties of a firm
          ended independently (`overdispersion.dispersion`), at least 1
        - tie_persistence, tie_persistence_low, tie_persistence_high: their share, with the 95 %
          Wilson interval of that many fewer trials; NaN without trials

    Examples
    --------
    Of a cell's three local ties two have ends that live on, and one of these is there again:

    >>> import polars as pl
    >>> ties = pl.LazyFrame({
    ...     "year": 2020, "source_key": [0, 1, 2], "target_key": [3, 4, 5],
    ...     "supplier_industry": 0, "customer_industry": 0,
    ...     "supplier_region": 0, "customer_region": 0, "is_stable": True, "is_local": True,
    ...     "lives_on": [True, True, False], "lasts": [True, False, False],
    ...     "is_seen_later": False})
    >>> table = persistence_by_cell(nw.from_native(ties), sizes=Sizes(2020, 1, 1, 1, 6))
    >>> table["tie_persistence"].tolist()
    [0.5]
    """
    lived = supply.filter(nw.col("is_local"), nw.col("lives_on"))
    if by_region:
        strata = ["supplier_region", "supplier_industry", "customer_industry"]
        rows = cell_rows(
            tallied(_trials_and_kept(lived), strata, sizes).rename(
                {"supplier_region": "region_key"}
            )
        )
    else:
        rows = tallied(_trials_and_kept(cell_ties(lived)), _CELL, sizes)
    table = (
        rows.group_by(_CELL)
        .agg(nw.col("trials", "kept").sum().cast(nw.Float64).name.prefix("persistence_"))
        .collect()
        .to_pandas()
        .sort_values(_CELL, ignore_index=True)
    )
    phi = _dispersion_of(table, lived, sizes)
    kept, trials = table["persistence_kept"].to_numpy(), table["persistence_trials"].to_numpy()
    bounds = wilson_interval(kept / phi, trials / phi)
    with np.errstate(invalid="ignore"):
        share = kept / trials
    return table.assign(
        persistence_dispersion=phi,
        tie_persistence=share,
        tie_persistence_low=bounds.low,
        tie_persistence_high=bounds.high,
    )


def _trials_and_kept(lived: Lazy) -> dict[str, Lazy]:
    return {"trials": lived, "kept": lived.filter(_is_kept())}


def _is_kept() -> nw.Expr:
    """Whether a tie is there again, in the next observed year or after a gap of one."""
    return nw.col("lasts") | nw.col("is_seen_later")


def _dispersion_of(table: pd.DataFrame, lived: Lazy, sizes: Sizes) -> npt.NDArray[np.float64]:
    """How much the ends of local ties bunch by firm and by partner, for the cells of `table`."""
    ends = cell_ties(lived.with_columns(is_kept=_is_kept()), twice=True)
    sides = []
    for key in ("firm_key", "partner_key"):
        by_firm = grouped(
            ends.select(*_CELL, "is_kept", firm_key=key),
            [*_CELL, "firm_key"],
            sizes,
            nw.len().alias("ties"),
            nw.col("is_kept").cast(nw.Int64).sum().alias("local"),
        )
        sums = bunches(by_firm, sizes=sizes, by=_CELL).collect().to_pandas()
        sides.append(table[_CELL].merge(sums, on=_CELL, how="left")[BUNCHES])
    return dispersion(*sides)


def lasting_share(base_rate: pd.Series[float], *, floor: float, gain: float) -> pd.Series[float]:
    r"""Least share of ties that live on where ties are called lasting.

    .. math:: \min(b + \text{gain} \, (1 - b), \text{floor})

    Parameters
    ----------
    base_rate : Series of float
        Persistence :math:`b` of all ties of the same industries.
    floor : float
        Share of ties that must live on for a year.
    gain : float
        Where all ties last less: the way from their base rate to 1 that these must go.

    Returns
    -------
    Series of float
        NaN where the base rate is not known.

    Examples
    --------
    >>> lasting_share(pd.Series([0.6, 0.2]), floor=0.5, gain=0.25).tolist()
    [0.5, 0.4]
    """
    return (base_rate + gain * (1 - base_rate)).clip(upper=floor)


def is_lasting(
    persistence: pd.DataFrame, base_rate: pd.Series[float], *, floor: float, gain: float
) -> pd.Series[bool]:
    r"""Whether ties last: by the floor, or clearly more than usual where little does.

    The lower bound has to be above the floor, or above the base rate where that is lower; and where
    it is, the share itself has to be at least `lasting_share`. What is more than usual by little is
    a difference, but not stability.

    Parameters
    ----------
    persistence : DataFrame
        Columns tie_persistence and tie_persistence_low, shares.
    base_rate : Series of float
        Persistence of all ties of the same industries, on the same index.
    floor : float
        Share of ties that must live on for a year.
    gain : float
        Where all ties last less: the way from their base rate to 1 that these must go.

    Returns
    -------
    Series of bool
        False where a number is not known.

    Examples
    --------
    Of three groups of ties the first passes the floor; where one tie in five lasts, two in five
    are enough, and one in four is not:

    >>> ties = pd.DataFrame({"tie_persistence": [0.8, 0.4, 0.25],
    ...                      "tie_persistence_low": [0.7, 0.3, 0.22]})
    >>> is_lasting(ties, pd.Series([0.6, 0.2, 0.2]), floor=0.5, gain=0.25).tolist()
    [True, True, False]
    """
    share, low = persistence["tie_persistence"], persistence["tie_persistence_low"]
    enough = lasting_share(base_rate, floor=floor, gain=gain)
    is_above = low > base_rate.clip(upper=floor)
    return is_above & ((share >= enough) | (base_rate >= floor))


def base_rates(supply: Lazy, *, sizes: Sizes) -> pd.DataFrame:
    """Persistence of all supply ties in the strata of every industry, wherever their ends are.

    What is usual for such ties in this source: in some registers nine ties in ten survive a year,
    in some half do.

    Parameters
    ----------
    supply : LazyFrame
        As `located.located_ties` returns it.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    DataFrame
        One row per industry with a tie whose ends both live on: industry_key (sorted),
        persistence_base_rate.

    Examples
    --------
    Two of four ties between industries 0 and 1 are there again:

    >>> import polars as pl
    >>> ties = pl.LazyFrame({
    ...     "supplier_industry": 0, "customer_industry": 1,
    ...     "lives_on": True, "lasts": [True, False, True, False], "is_seen_later": False})
    >>> table = base_rates(nw.from_native(ties), sizes=Sizes(2020, 1, 1, 2, 8))
    >>> table["persistence_base_rate"].tolist()
    [0.5, 0.5]
    """
    lived = supply.filter(nw.col("lives_on"))
    counts = tallied(_trials_and_kept(lived), ["supplier_industry", "customer_industry"], sizes)
    table = (
        cell_rows(counts)
        .group_by("industry_key")
        .agg(nw.col("trials", "kept").sum())
        .collect()
        .to_pandas()
        .sort_values("industry_key", ignore_index=True)
    )
    rate = table["kept"] / table["trials"]
    return pd.DataFrame(
        {"industry_key": table["industry_key"], "persistence_base_rate": rate.astype("float64")}
    )
