"""How many ties of every cell would be local by the usual reach, year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import pandas as pd

from geo.linkage.usual_reach.kernel import Kernel, expected_local

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.linkage.usual_reach.model import Reach
    from geo.linkage.usual_reach.strata import Seen

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["UsualTies", "usual_ties"]

_TINY = 1e-300
_FARTHER = 4.0  # times what usually goes elsewhere: what is left is local in any case


class UsualTies(NamedTuple):
    """Usual local ties of every cell by market and role.

    A market is a stratum of the fit; a cell is in it as supplier, or as customer.
    """

    year: Integers
    market: Integers
    """Position in `Reach.markets`."""
    sells: npt.NDArray[np.bool_]
    """Whether the cell is the supplier."""
    region: Integers
    group: Integers
    """Giver of a supplier; industry of a customer."""
    usual: Floats
    """Local ties by the usual reach."""
    relative: Floats
    """Variance of the logarithm of `usual` by what was estimated."""
    elsewhere: Floats
    """Ties with elsewhere that tell the cell's activity, in different ties."""
    partners: Floats
    """The same of its local partners together."""
    scale: Floats
    """Ties of the year for one different tie."""
    within: Floats
    """Share of `usual` that is within the cell, so that it is there from both of its ends."""

    def table(self) -> pd.DataFrame:
        """One row per year, market, role and cell."""
        return pd.DataFrame(self._asdict())


def usual_ties(
    reach: Reach, seen: Seen, industries: Integers, *, across: bool = False
) -> UsualTies:
    """Usual local ties of every cell that trades, by year, market and role.

    Parameters
    ----------
    reach : Reach
        The fitted model.
    seen : Seen
        Ties by year. With `across`, those between crossing pairs of regions count as local.
    industries : ndarray of int64, shape (givers,)
        Industry of every giver; -1 where it is none.
    across : bool, default False
        Whether pairs of adjoining regions where the cells of a chain are concentrated count as one
        place.
    """
    number = {
        (market.stratum.giver, customer): k
        for k, market in enumerate(reach.markets)
        for customer in market.stratum.customers
    }
    sides = []
    for table in (seen.sold, seen.bought):
        keys = zip(table["giver_key"], table["customer_industry"], strict=True)
        at = np.fromiter((number.get(key, -1) for key in keys), dtype=np.int64, count=len(table))
        sides.append(table.assign(market=at)[at >= 0].groupby(["market", "year"]))
    sold, bought = sides
    years: dict[int, list[int]] = {k: [] for k in range(len(reach.markets))}
    for k, year in cast("list[tuple[int, int]]", list(sold.indices)):
        years[int(k)].append(int(year))
    rows = []
    for k, market in enumerate(reach.markets):
        kernel = Kernel.of(reach, market, across=across)
        for year in years[k]:
            both = sold.get_group((k, year)), bought.get_group((k, year))
            rows.extend(_of_year(reach, kernel, k, both, industries))
    columns = zip(*rows, strict=True) if rows else [[np.empty(0)]] * len(UsualTies._fields)
    whole = [np.concatenate(list(column)) for column in columns]
    types = [np.int64, np.int64, np.bool_, np.int64, np.int64, *[np.float64] * 6]
    return UsualTies(*(c.astype(t) for c, t in zip(whole, types, strict=True)))


def _of_year(
    reach: Reach,
    kernel: Kernel,
    number: int,
    sides: tuple[pd.DataFrame, pd.DataFrame],
    industries: Integers,
) -> list[tuple[Any, ...]]:
    """Rows of one market and year, first of suppliers, then of customers."""
    market = reach.markets[number]
    regions = (market.sellers, market.buyers)
    scale = float(sides[0]["ties"].sum()) / max(float(market.stratum.sold.sum()), _TINY)
    positions = [np.searchsorted(regions[k], sides[k]["region_key"].to_numpy()) for k in (0, 1)]
    away = [(table["ties"] - table["local"]).to_numpy() / scale for table in sides]
    elsewhere = tuple(np.bincount(positions[k], away[k], len(regions[k])) for k in (0, 1))
    sells, buys = (expected_local(kernel, elsewhere, reach.priors, side) for side in (0, 1))  # type: ignore[arg-type]
    least = _least_local_share(kernel)
    local = [
        np.maximum(side.ties, share * np.bincount(at, table["ties"] / scale, len(share)))
        for side, share, at, table in zip((sells, buys), least, positions, sides, strict=True)
    ]
    industry = industries[market.stratum.giver]
    # Of customers that are put together each has its share of what the region buys.
    customer, at = sides[1]["customer_industry"].to_numpy(), positions[1]
    bought = sides[1]["ties"].to_numpy()
    part = bought / np.bincount(at, bought, len(regions[1]))[at]
    is_same = customer == industry
    own_part = np.bincount(at, part * is_same, len(regions[1]))
    suppliers = np.unique(positions[0])
    column = kernel.same[0][suppliers]
    of_own = np.where(column >= 0, own_part[np.maximum(column, 0)], 0.0)
    year = int(sides[0]["year"].iloc[0])
    rows: list[tuple[Any, ...]] = [
        (year, number, True, regions[0][suppliers], market.stratum.giver,
         scale * local[0][suppliers], sells.relative[suppliers], elsewhere[0][suppliers],
         sells.partners[suppliers], scale, sells.own[suppliers] * of_own),
        (year, number, False, regions[1][at], customer,
         scale * local[1][at] * part, buys.relative[at], elsewhere[1][at],
         buys.partners[at], scale, buys.own[at] * is_same),
    ]  # fmt: skip
    return [tuple(np.broadcast_arrays(*row)) for row in rows]


def _least_local_share(kernel: Kernel) -> tuple[Floats, Floats]:
    """Share of a region's ties that is local at least: of suppliers, of customers.

    Where nearly all possible partners are local, ties with elsewhere are too few to tell how much
    a region trades, and much trade is no sign of near trade. What would be local even if four
    times the usual share went elsewhere is usual in any case.
    """
    within = kernel.local[0].sum(axis=1), kernel.local[1].sum(axis=0)
    away = [
        elsewhere / np.maximum(elsewhere + local, _TINY)
        for elsewhere, local in zip(kernel.elsewhere, within, strict=True)
    ]
    return np.maximum(1 - _FARTHER * away[0], 0.0), np.maximum(1 - _FARTHER * away[1], 0.0)
