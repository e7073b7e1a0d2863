"""Usual local ties of a cell without its largest hub: one firm must not make a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from geo.linkage.usual_reach.trade.strata import GIVER
from geo.study.keys import Sizes, lazy_like

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.linkage.usual_reach.model import Reach

    Lazy = nw.LazyFrame[Any]
    Integers = npt.NDArray[np.int64]

__all__ = ["usual_without_hub"]

_HUB = ["year", "hub_key"]


def usual_without_hub(
    usual: pd.DataFrame,
    hubs: pd.DataFrame,
    ties: Lazy,
    reach: Reach,
    industries: Integers,
    *,
    sizes: Sizes,
) -> pd.DataFrame:
    r"""The rows of `usual`, once for each cell with a hub, without what the hub is expected to do.

    A hub takes its part of the activity of its region with it,

    .. math:: w = \frac{t_h + \kappa / n}{t + \kappa}

    with :math:`t_h` of the t ties with elsewhere its own, and n firms in its cell.

    Parameters
    ----------
    usual : DataFrame
        As `UsualTies.table` returns it.
    hubs : DataFrame
        One row per cell: year, region_key, industry_key, hub_key, hub_industry, is_own (whether the
        hub is of the cell).
    ties : LazyFrame
        Located ties with giver_key and is_local.
    reach : Reach
        The fitted model.
    industries : ndarray of int64
        Industry of every giver.
    sizes : Sizes
        Of the keys.
    """
    away = _ties_elsewhere(ties, hubs, reach, sizes)
    sells = usual["sells"].to_numpy(dtype=bool)
    group = usual["group"].to_numpy(dtype=np.int64)
    rows = usual.assign(
        industry_key=np.where(sells, industries[np.where(sells, group, 0)], group),
        region_key=usual["region"],
    ).merge(hubs, on=["year", "region_key", "industry_key"])
    for side, mine in ((True, "sold"), (False, "bought")):
        rows = rows.merge(
            away.loc[away["sells"] == side, [*_HUB, "stratum", "ties"]].rename(
                columns={"ties": mine}
            ),
            on=[*_HUB, "stratum"],
            how="left",
        )
    rows[["sold", "bought"]] = rows[["sold", "bought"]].fillna(0.0)
    sells = rows["sells"].to_numpy(dtype=bool)
    scale = rows["scale"].to_numpy()
    number = _parties(rows, reach)
    trade = np.searchsorted(reach.first, rows["stratum"].to_numpy(), side="right") - 1
    giver = np.array([of.giver for of in reach.trades], dtype=np.int64)[trade]
    hub_industry = rows["hub_industry"].to_numpy(np.int64)
    buys_here = reach.stratum(giver, hub_industry) == rows["stratum"].to_numpy()
    is_own = rows["is_own"].to_numpy(dtype=bool)
    left = np.ones(len(rows))
    # The hub as one of the cell's own firms, on the side that the row is about.
    own = np.where(sells, rows["sold"], rows["bought"]) / scale
    prior = np.where(sells, *reach.priors)
    left *= 1 - np.where(is_own, _part(own, prior, number[0], rows["elsewhere"]), 0.0)
    # The hub as a partner: on the other side.
    is_partner = np.where(sells, buys_here, hub_industry == industries[giver])
    other = np.where(sells, rows["bought"], rows["sold"]) / scale
    prior = np.where(sells, *reach.priors[::-1])
    left *= 1 - np.where(is_partner, _part(other, prior, number[1], rows["partners"]), 0.0)
    return rows.assign(usual=rows["usual"] * np.clip(left, 0.0, 1.0))[usual.columns]


def _part(
    ties: npt.NDArray[np.float64],
    prior: npt.NDArray[np.float64],
    number: npt.NDArray[np.float64],
    elsewhere: pd.Series[float],
) -> npt.NDArray[np.float64]:
    """What part of an activity is the hub's."""
    part = (ties + prior / np.maximum(number, 1.0)) / (elsewhere.to_numpy() + prior)
    return np.clip(part, 0.0, 1.0)


def _parties(
    rows: pd.DataFrame, reach: Reach
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Firms of the row's region in its stratum: on the row's side, and on the other."""
    found = np.ones((2, len(rows)))
    of_trade = np.searchsorted(reach.first, rows["stratum"].to_numpy(), side="right") - 1
    for number, indices in rows.groupby(of_trade).indices.items():
        trade = reach.trades[int(number)]  # type: ignore[call-overload]
        stratum = rows["stratum"].to_numpy()[indices] - reach.first[int(number)]  # type: ignore[call-overload]
        region = rows["region_key"].to_numpy(np.int64)[indices]
        sells = rows["sells"].to_numpy(dtype=bool)[indices]
        counts = []
        for side in (trade.sellers, trade.buyers):
            at = side.position(stratum, region)
            counts.append(np.where(at >= 0, side.parties[at], 1.0))
        found[:, indices] = np.where(sells, counts, counts[::-1])
    return found[0], found[1]


def _ties_elsewhere(ties: Lazy, hubs: pd.DataFrame, reach: Reach, sizes: Sizes) -> pd.DataFrame:
    """Ties of hubs that are not local: year, hub_key, stratum, sells, ties."""
    keys = hubs[_HUB].drop_duplicates().astype("int64")
    named = lazy_like(ties, {c: keys[c].tolist() for c in _HUB}).with_columns(
        nw.col(*_HUB).cast(nw.Int64)
    )
    del sizes
    parts = []
    for key, sells in (("source_key", True), ("target_key", False)):
        counts = (
            ties.filter(~nw.col("is_local"))
            .select(
                nw.col("year").cast(nw.Int64),
                GIVER,
                "customer_industry",
                hub_key=nw.col(key).cast(nw.Int64),
            )
            .join(named, on=_HUB)
            .group_by(*_HUB, GIVER, "customer_industry")
            .agg(ties=nw.len().cast(nw.Float64))
            .collect()
            .to_pandas()
        )
        ends = (counts[c].to_numpy(np.int64) for c in (GIVER, "customer_industry"))
        parts.append(counts.assign(stratum=reach.stratum(*ends), sells=sells))
    every = pd.concat(parts)
    every = every[every["stratum"] >= 0]
    return every.groupby([*_HUB, "stratum", "sells"], as_index=False)[["ties"]].sum()
