"""How lasting the local exchange of knowledge is: by firm, since a person moves only once.

An engineer who changes jobs makes a tie between two firms that need not come back. What lasts is
that firms go on to exchange with firms about them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from geo.linkage.collaboration.overdispersion import firm_ends, own_ends
from geo.linkage.tails import wilson_interval
from geo.study.keys import Sizes, held, looked_up, packed
from geo.study.located import by_year, next_years, with_other_years

if TYPE_CHECKING:
    import pandas as pd

    Lazy = nw.LazyFrame[Any]

__all__ = ["exchange_persistence"]

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
