"""One stratum as the fit sees it: who could trade with whom, who does, and what is left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.linkage.usual_reach.classes import CLASSES
from geo.linkage.usual_reach.pulls import possible_pairs

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from geo.linkage.usual_reach.points import CellPoints
    from geo.linkage.usual_reach.pulls import Nearness
    from geo.linkage.usual_reach.strata import Stratum

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]
    Pairs = npt.NDArray[np.float32]

__all__ = ["Concentration", "Market", "Union", "market_of"]


class Concentration(NamedTuple):
    """Which cells are concentrated, and which regions adjoin."""

    givers: Bools
    """Shape (regions, givers)."""
    customers: Bools
    """Shape (regions, customer industries)."""
    adjoin: Bools
    """Shape (regions, regions); a region does not adjoin itself."""
    beside: pd.DataFrame | None = None
    """supplier_region, customer_region, customer_industry: the pairs of regions that count as one
    place across a border, where it is not those that adjoin and are concentrated."""

    def crossing(self, stratum: Stratum, sellers: Integers, buyers: Integers) -> Bools:
        """Pairs of regions that count as one place across a border, shape (sellers, buyers)."""
        sells, buys = self.ends(stratum, sellers, buyers)
        if self.beside is None:
            adjoin = self.adjoin[np.ix_(sellers, buyers)]
            found: Bools = adjoin & sells[:, None] & buys[None, :]
            return found
        found = np.zeros((len(sellers), len(buyers)), dtype=bool)
        mine = self.beside[self.beside["customer_industry"].isin(stratum.customers)]
        ends = (mine["supplier_region"].to_numpy(), mine["customer_region"].to_numpy())
        there = np.isin(ends[0], sellers) & np.isin(ends[1], buyers)
        rows, columns = (
            np.searchsorted(regions, end[there])
            for regions, end in zip((sellers, buyers), ends, strict=True)
        )
        found[rows, columns] = True
        return found

    def ends(self, stratum: Stratum, sellers: Integers, buyers: Integers) -> tuple[Bools, Bools]:
        """Whether the suppliers of each region are concentrated, and its customers."""
        sells = self.givers[sellers, stratum.giver]
        # Of customers that are put together, the industry that buys most there speaks for them.
        return sells, self.customers[buyers, stratum.main_customer[buyers]]


class Union(NamedTuple):
    """Adjoining regions where the cells of a stratum are concentrated, as one block."""

    rows: Integers
    """Positions of their regions among the regions of suppliers."""
    columns: Integers
    """Positions among the regions of customers."""


@dataclass
class Market:
    """A stratum with its possible pairs, its activities, and what stands out.

    A block is what can stand out: the ties of the suppliers of a region at their own place, or all
    ties inside a union of regions. Arrays over pairs have the shape (sellers, buyers), or
    (sellers, buyers, bins of distance).
    """

    stratum: Stratum
    sellers: Integers
    """Regions that have a supplier."""
    buyers: Integers
    """Regions that have a customer."""
    parties: tuple[Floats, Floats]
    """Suppliers of every region of `sellers`; customers of every region of `buyers`."""
    pairs: tuple[Pairs, Pairs]
    """Possible pairs at different places, and at one."""
    row: Integers
    """Supplier region of every entry of `stratum.local`, as a position in `sellers`."""
    column: Integers
    crossing: Bools
    """Pairs of adjoining regions in both of which the stratum is concentrated."""
    is_concentrated: Bools
    """Whether an end of each supplier region's block is concentrated, shape (sellers,)."""
    unions: list[Union]
    usual: tuple[Floats, Floats]
    """Activity per party that is usual at the place of a region: of suppliers, of customers."""
    activity: tuple[Floats, Floats]
    at_home: Floats
    """What pairs at one place weigh by the number of suppliers there, shape (sellers,)."""
    home_out: Bools
    """Supplier regions whose block is left out."""
    union_out: Bools
    """Unions that are left out."""
    pull: tuple[Floats, Floats] = field(init=False)
    """Possible pairs weighed by the curve, at different places and at one."""
    is_out: tuple[Bools, Bools] = field(init=False)
    """Pairs of regions whose ties are left out, at different places and at one."""

    def __post_init__(self) -> None:
        """Leave out the blocks that are said to be left out."""
        self.leave_out(self.home_out, self.union_out)

    @property
    def kind(self) -> Integers:
        """Class of distance of every entry of `stratum.local`."""
        kinds: Integers = self.stratum.local["distance_class"].to_numpy(dtype=np.int64)
        return kinds

    @property
    def counts(self) -> Floats:
        """Ties of every entry of `stratum.local`."""
        counts: Floats = self.stratum.local["ties"].to_numpy()
        return counts

    def weigh(self, curve: Floats) -> None:
        """Weigh the possible pairs by a curve, shape (classes,)."""
        apart, together = self.pairs
        self.pull = (
            (apart @ curve[0::2].astype(np.float32)).astype(np.float64),
            (together @ curve[1::2].astype(np.float32)) * self.at_home[:, None],
        )

    def leave_out(self, home: Bools, unions: Bools) -> bool:
        """Leave the ties of some blocks out of the fit; whether others were left out before."""
        changed = bool((home != self.home_out).any() or (unions != self.union_out).any())
        apart, together = (np.zeros(self.crossing.shape, dtype=bool) for _ in range(2))
        together[home] = True
        for union in (u for u, out in zip(self.unions, unions, strict=True) if out):
            at = np.ix_(union.rows, union.columns)
            apart[at] = together[at] = True
        self.home_out, self.union_out, self.is_out = home, unions, (apart, together)
        return changed

    def kept_pull(self) -> Floats:
        """All weighed pairs that are not left out."""
        (apart, together), (out_apart, out_together) = self.pull, self.is_out
        kept: Floats = np.where(out_apart, 0.0, apart) + np.where(out_together, 0.0, together)
        return kept

    def kept_ties(self) -> tuple[Floats, Floats, Floats]:
        """Ties that are not left out: by supplier region, by customer region, by class."""
        at = (self.row, self.column)
        gone = self.counts * np.where(self.kind % 2 == 1, self.is_out[1][at], self.is_out[0][at])
        sold = self.stratum.sold[self.sellers] - np.bincount(self.row, gone, len(self.sellers))
        bought = self.stratum.bought[self.buyers] - np.bincount(self.column, gone, len(self.buyers))
        classes = self.stratum.classes - np.bincount(self.kind, gone, CLASSES)
        return np.maximum(sold, 0.0), np.maximum(bought, 0.0), np.maximum(classes, 0.0)

    def expected_classes(self) -> Floats:
        """Ties of every class that the activities would give were the curve 1; none left out."""
        weight = np.outer(*self.activity)
        return self.by_class(*(np.where(out, 0.0, weight) for out in self.is_out))

    def by_class(self, apart: Floats, together: Floats) -> Floats:
        """Possible pairs of every class, weighted by pair of regions, shape (classes,)."""
        found = np.empty(CLASSES)
        for parity, weight in enumerate((apart, together * self.at_home[:, None])):
            found[parity::2] = np.tensordot(weight.astype(np.float32), self.pairs[parity], axes=2)
        return found


def market_of(
    stratum: Stratum,
    points: tuple[CellPoints, CellPoints],
    nearness: Nearness,
    concentration: Concentration,
) -> Market | None:
    """A stratum with its pairs and blocks; None where it has no pair.

    The blocks with a concentrated end are left out at first.

    Parameters
    ----------
    stratum : Stratum
        Its ties.
    points : tuple of CellPoints
        Of suppliers by giver, and of customers by industry.
    nearness : Nearness
        When two parties are at one place.
    concentration : Concentration
        Which cells are concentrated, and which regions adjoin.
    """
    of_giver = np.zeros(points[0].groups)
    of_giver[stratum.giver] = 1.0
    sellers = points[0].of_groups([stratum.giver], of_giver)
    buyers = points[1].of_groups(list(stratum.customers), stratum.weights)
    if not len(sellers.regions) or not len(buyers.regions):
        return None
    sells, buys = concentration.ends(stratum, sellers.regions, buyers.regions)
    crossing = concentration.crossing(stratum, sellers.regions, buyers.regions)
    unions = (
        _unions(sellers.regions, buyers.regions, crossing) if concentration.beside is None else []
    )
    own = sellers.regions[:, None] == buyers.regions[None, :]
    is_concentrated = sells | (own & buys[None, :]).any(axis=1)
    local = stratum.local
    return Market(
        stratum=stratum,
        sellers=sellers.regions,
        buyers=buyers.regions,
        parties=(sellers.parties, buyers.parties),
        pairs=possible_pairs(sellers, buyers, nearness),
        row=np.searchsorted(sellers.regions, local["supplier_region"].to_numpy()),
        column=np.searchsorted(buyers.regions, local["customer_region"].to_numpy()),
        crossing=crossing,
        is_concentrated=is_concentrated,
        unions=unions,
        usual=(np.ones(len(sellers.regions)), np.ones(len(buyers.regions))),
        activity=(np.ones(len(sellers.regions)), np.ones(len(buyers.regions))),
        at_home=np.ones(len(sellers.regions)),
        home_out=is_concentrated.copy(),
        union_out=np.ones(len(unions), dtype=bool),
    )


def _unions(sellers: Integers, buyers: Integers, crossing: Bools) -> list[Union]:
    """Unions of adjoining regions that crossing pairs join."""
    rows, columns = np.nonzero(crossing)
    if not len(rows):
        return []
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = np.concatenate([sellers[rows], buyers[columns]])
    regions, at = np.unique(ends, return_inverse=True)
    one, other = at[: len(rows)], at[len(rows) :]
    graph = coo_array((np.ones(len(one)), (one, other)), shape=(len(regions), len(regions)))
    number, label = connected_components(graph, directed=False)
    members = [regions[label == k] for k in range(number)]
    return [
        Union(np.flatnonzero(np.isin(sellers, m)), np.flatnonzero(np.isin(buyers, m)))
        for m in members
    ]
