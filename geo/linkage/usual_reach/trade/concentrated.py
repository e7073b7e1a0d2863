"""Which cells of a stratum are concentrated, and which pairs of regions count as one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from geo.linkage.usual_reach.trade.strata import Stratum

    Integers = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

__all__ = ["Concentration", "unions_of"]


class Concentration(NamedTuple):
    """Which cells are concentrated, and which regions adjoin."""

    givers: Bools
    """Shape (regions, givers)."""
    customers: Bools
    """Shape (regions, customer industries)."""
    adjoin: tuple[Integers, Integers]
    """Regions that adjoin, each pair both ways; a region does not adjoin itself."""
    beside: pd.DataFrame | None = None
    """supplier_region, customer_region, customer_industry: the pairs of regions that count as one
    place across a border, where it is not those that adjoin and are concentrated."""

    def pairs(self) -> tuple[Integers, Integers]:
        """Pairs of regions that may count as one place across a border in some stratum."""
        if self.beside is None:
            return self.adjoin
        ends = [self.beside[f"{end}_region"].to_numpy(np.int64) for end in ("supplier", "customer")]
        return ends[0], ends[1]

    def crossing(
        self, stratum: Stratum, sellers: Integers, buyers: Integers
    ) -> tuple[Integers, Integers]:
        """Pairs of regions that count as one place across a border, by positions, sorted."""
        one, other = self.pairs()
        if self.beside is None:
            sells, buys = (np.zeros(len(self.givers), dtype=bool) for _ in range(2))
            sells[sellers], buys[buyers] = self.ends(stratum, sellers, buyers)
            known = sells[one] & buys[other]
        else:
            known = self.beside["customer_industry"].isin(stratum.customers).to_numpy(dtype=bool)
            known = known & np.isin(one, sellers) & np.isin(other, buyers)
        at = np.unique(
            np.searchsorted(sellers, one[known]) * len(buyers)
            + np.searchsorted(buyers, other[known])
        )
        return at // max(len(buyers), 1), at % max(len(buyers), 1)

    def ends(self, stratum: Stratum, sellers: Integers, buyers: Integers) -> tuple[Bools, Bools]:
        """Whether the suppliers of each region are concentrated, and its customers."""
        sells = self.givers[sellers, stratum.giver]
        # Of customers that are put together, the industry that buys most there speaks for them.
        return sells, self.customers[buyers, stratum.main_customer[buyers]]


def unions_of(
    sellers: Integers, buyers: Integers, crossing: tuple[Integers, Integers]
) -> tuple[Integers, Integers, int]:
    """Unions of adjoining regions that crossing pairs join.

    Parameters
    ----------
    sellers, buyers : ndarray of int64
        Regions of suppliers and of customers, ascending.
    crossing : tuple of ndarray of int64
        As `Concentration.crossing` returns it.

    Returns
    -------
    of_sellers, of_buyers : ndarray of int64
        Union of every region; -1 where it is in none.
    number : int
        How many there are.

    Examples
    --------
    >>> sellers, buyers = np.array([0, 1, 5]), np.array([1, 2, 6])
    >>> unions_of(sellers, buyers, (np.array([0, 2]), np.array([0, 2])))
    (array([0, 0, 1]), array([ 0, -1,  1]), 2)
    """
    rows, columns = crossing
    if not len(rows):
        return np.full(len(sellers), -1), np.full(len(buyers), -1), 0
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    regions, at = np.unique(np.concatenate([sellers[rows], buyers[columns]]), return_inverse=True)
    one, other = at[: len(rows)], at[len(rows) :]
    graph = coo_array((np.ones(len(one)), (one, other)), shape=(len(regions), len(regions)))
    number, label = connected_components(graph, directed=False)

    def of(side: Integers) -> Integers:
        place = np.minimum(np.searchsorted(regions, side), len(regions) - 1)
        found: Integers = np.where(regions[place] == side, label[place], -1).astype(np.int64)
        return found

    return of(sellers), of(buyers), int(number)
