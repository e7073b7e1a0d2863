"""How many ties of every cell would be local by the usual reach, year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import pandas as pd

from geo.linkage.usual_reach.model import Kernel, expected_local
from geo.linkage.usual_reach.trade.points import sums_at

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.linkage.usual_reach.model import Reach
    from geo.linkage.usual_reach.trade.strata import Seen

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["UsualTies", "usual_ties"]

_TINY = 1e-300
_SCALE_PRIOR = 5.0  # ties with elsewhere that a year's share of all ties weighs
_FARTHER = 4.0  # times what usually goes elsewhere: what is left is local in any case


class UsualTies(NamedTuple):
    """Usual local ties of every cell by stratum and role.

    A cell is in a stratum as supplier, or as customer.
    """

    year: Integers
    stratum: Integers
    """Number in `Reach`."""
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
        """One row per year, stratum, role and cell."""
        return pd.DataFrame(self._asdict())


def usual_ties(
    reach: Reach, seen: Seen, industries: Integers, *, across: bool = False
) -> UsualTies:
    """Usual local ties of every cell that trades, by year, stratum and role.

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
    tables = []
    for table in (seen.sold, seen.bought):
        giver, customer = (table[c].to_numpy(np.int64) for c in ("giver_key", "customer_industry"))
        number = reach.stratum(giver, customer)
        trade = np.searchsorted(reach.first, number, side="right") - 1
        known = table.assign(stratum=number, trade=trade)[number >= 0]
        tables.append((known, known.groupby(["trade", "year"]).indices))
    (sold, at_sold), (bought, at_bought) = tables
    goes_away = _share_away(sold, int(reach.first[-1]))
    years: dict[int, list[int]] = {k: [] for k in range(len(reach.trades))}
    for k, year in cast("list[tuple[int, int]]", list(at_sold)):
        years[int(k)].append(int(year))
    rows = []
    for k in (k for k in years if years[k]):
        kernel = Kernel.of(reach, reach.trades[k], across=across)
        for year in years[k]:
            both = sold.iloc[at_sold[k, year]], bought.iloc[at_bought[k, year]]
            rows.extend(_of_year(reach, kernel, k, both, industries, goes_away))
    columns = zip(*rows, strict=True) if rows else [[np.empty(0)]] * len(UsualTies._fields)
    whole = [np.concatenate(list(column)) for column in columns]
    types = [np.int64, np.int64, np.bool_, np.int64, np.int64, *[np.float64] * 6]
    return UsualTies(*(c.astype(t) for c, t in zip(whole, types, strict=True)))


def _of_year(
    reach: Reach,
    kernel: Kernel,
    number: int,
    tables: tuple[pd.DataFrame, pd.DataFrame],
    industries: Integers,
    goes_away: Floats,
) -> list[tuple[Any, ...]]:
    """Rows of one trade and year, first of suppliers, then of customers.

    How much a year trades is told by the ties with elsewhere. Where an industry grows everywhere
    but in one place, a share of all ties would take the early ties of that place for everybody's.
    """
    trade = reach.trades[number]
    sides = (trade.sellers, trade.buyers)
    first = int(reach.first[number])
    strata = [table["stratum"].to_numpy() - first for table in tables]
    positions = [
        side.position(stratum, table["region_key"].to_numpy(np.int64))
        for side, stratum, table in zip(sides, strata, tables, strict=True)
    ]
    ties = [table["ties"].to_numpy() for table in tables]
    outside = [
        all_ties - table["local"].to_numpy() for all_ties, table in zip(ties, tables, strict=True)
    ]
    of_year, away_of_year = (
        sums_at(strata[0], counts, len(trade.customers)) for counts in (ties[0], outside[0])
    )
    usually_away = of_year * goes_away[first : first + len(of_year)]
    scale = of_year / np.maximum(trade.sellers.sums(trade.sellers.ties), _TINY)
    scale *= (away_of_year + _SCALE_PRIOR) / (usually_away + _SCALE_PRIOR)
    away = [counts / scale[stratum] for counts, stratum in zip(outside, strata, strict=True)]
    elsewhere = (
        sums_at(positions[0], away[0], len(sides[0].region)),
        sums_at(positions[1], away[1], len(sides[1].region)),
    )
    sells, buys = (expected_local(kernel, elsewhere, reach.priors, side) for side in (0, 1))
    local = [
        np.maximum(expected.ties, share * sums_at(at, of_side / scale[stratum], len(expected.ties)))
        for expected, share, at, of_side, stratum in zip(
            (sells, buys), _least_local_share(kernel), positions, ties, strata, strict=True
        )
    ]
    industry = industries[trade.giver]
    # Of customers that are put together each has its share of what the region buys.
    customer, at = tables[1]["customer_industry"].to_numpy(), positions[1]
    part = ties[1] / sums_at(at, ties[1], len(sides[1].region))[at]
    is_same = customer == industry
    own_part = sums_at(at, part * is_same, len(sides[1].region))
    suppliers = np.unique(positions[0])
    column = sides[1].position(sides[0].stratum[suppliers], sides[0].region[suppliers])
    of_own = np.where(column >= 0, own_part[column], 0.0)
    year = int(tables[0]["year"].iloc[0])
    of_sellers, of_buyers = scale[sides[0].stratum[suppliers]], scale[strata[1]]
    rows: list[tuple[Any, ...]] = [
        (year, first + sides[0].stratum[suppliers], True, sides[0].region[suppliers], trade.giver,
         of_sellers * local[0][suppliers], sells.relative[suppliers], elsewhere[0][suppliers],
         sells.partners[suppliers], of_sellers, sells.own[suppliers] * of_own),
        (year, first + strata[1], False, sides[1].region[at], customer,
         of_buyers * local[1][at] * part, buys.relative[at], elsewhere[1][at],
         buys.partners[at], of_buyers, buys.own[at] * is_same),
    ]  # fmt: skip
    return [tuple(np.broadcast_arrays(*row)) for row in rows]


def _share_away(sold: pd.DataFrame, strata: int) -> Floats:
    """Share of the ties of all years that go elsewhere, by stratum."""
    ties, local = (
        sums_at(sold["stratum"].to_numpy(), sold[c].to_numpy(np.float64), strata)
        for c in ("ties", "local")
    )
    share: Floats = (ties - local) / np.maximum(ties, _TINY)
    return share


def _least_local_share(kernel: Kernel) -> tuple[Floats, Floats]:
    """Share of a region's ties that is local at least: of suppliers, of customers.

    Where nearly all possible partners are local, ties with elsewhere are too few to tell how much
    a region trades, and much trade is no sign of near trade. What would be local even if four
    times the usual share went elsewhere is usual in any case.
    """
    within = (
        sums_at(at, local, len(elsewhere))
        for at, local, elsewhere in zip(kernel.ends, kernel.local, kernel.elsewhere, strict=True)
    )
    away = [
        elsewhere / np.maximum(elsewhere + local, _TINY)
        for elsewhere, local in zip(kernel.elsewhere, within, strict=True)
    ]
    return np.maximum(1 - _FARTHER * away[0], 0.0), np.maximum(1 - _FARTHER * away[1], 0.0)
