"""The trade of one giver as the fit sees it: who could trade with whom, who does, what is left out.

The strata of a giver lie one after the other, so that what is done to all is done at once. The work
is linear in the regions with a party, and in the pairs of near regions among them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.linkage.usual_reach.trade.distance_classes import CLASSES
from geo.linkage.usual_reach.trade.points import sums_at
from geo.linkage.usual_reach.trade.runs import FAR, NOBODY, Entries, Pairs, possible_pairs
from geo.linkage.usual_reach.trade.strata import unions_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from geo.linkage.usual_reach.trade.points import CellPoints, Nearness, NearRegions, Places
    from geo.linkage.usual_reach.trade.strata import Concentration, Stratum

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

__all__ = ["Side", "Trade", "trade_of"]

_ROUNDING = 1e-11  # share of a product that is nothing but the rounding of what is taken off it


class Side(NamedTuple):
    """Regions with suppliers (or with customers), stratum after stratum."""

    regions: int
    """How many the country has."""
    region: Integers
    stratum: Integers
    start: Integers
    """Position of the first region of every stratum; one more than strata."""
    parties: Floats
    ties: Floats
    """Different ties of every region."""
    union: Integers
    """Union of adjoining concentrated regions that each is in; -1 where none."""

    def sums(self, values: Floats) -> Floats:
        """Sums of `values` by stratum."""
        found: Floats = np.add.reduceat(values, self.start[:-1])
        return found

    def position(self, stratum: Integers, region: Integers) -> Integers:
        """Position of regions in their strata; -1 where one is not there."""
        code = self.stratum * self.regions + self.region
        asked = stratum * self.regions + region
        at = np.minimum(np.searchsorted(code, asked), len(code) - 1)
        found: Integers = np.where(code[at] == asked, at, -1)
        return found

    def union_sums(self, values: Floats, unions: int) -> Floats:
        """Sums of `values` by union."""
        inside = self.union >= 0
        return sums_at(self.union[inside], values[inside], unions).astype(np.float64)


@dataclass
class Trade:
    """The strata of a giver with their possible pairs, activities, and what stands out.

    A block is what can stand out: the ties of the suppliers of a region at their own place, or all
    ties inside a union of regions.
    """

    giver: int
    customers: list[tuple[int, ...]]
    """Customer industries of every stratum."""
    sellers: Side
    buyers: Side
    pairs: Pairs
    ties: Entries
    """Ties at one place or across a border within a chain; their weight is how many there are."""
    classes: Floats
    """Different ties of every stratum by class of distance, shape (strata, classes)."""
    is_concentrated: Bools
    """Whether an end of each supplier region's block is concentrated."""
    home_out: Bools
    """Supplier regions whose block is left out."""
    union_out: Bools
    """Unions that are left out."""
    is_home: Bools = field(init=False)
    """Runs of `pairs` at one place."""
    beyond: Integers = field(init=False)
    """Runs of far pairs of regions that count as one place across a border."""
    usual: tuple[Floats, Floats] = field(init=False)
    """Activity per party that is usual at the place of a region: of suppliers, of customers."""
    activity: tuple[Floats, Floats] = field(init=False)
    at_home: Floats = field(init=False)
    """What pairs at one place weigh by the number of suppliers there, by supplier region."""
    at_home_fitted: Floats = field(init=False)
    """The same when the activities were last estimated."""
    by_run: Floats = field(init=False)
    """Sums of the customers' activity over every run of `pairs`."""
    state: npt.NDArray[np.int8] = field(init=False)
    """Of every run of `pairs`: 1 where it is left out at home, 2 with its union, 0 where not."""

    def __post_init__(self) -> None:
        """Begin with everybody as active as everybody else."""
        self.is_home = (self.pairs.kind % 2 == 1) & (self.pairs.kind < NOBODY)
        self.beyond = np.flatnonzero(self.pairs.kind == FAR)
        self.at_home = self.at_home_fitted = np.ones(len(self.sellers.region))
        self.restart()
        self.leave_out(self.home_out, self.union_out)

    def restart(self) -> None:
        """Make everybody as active as everybody else."""
        ones = np.ones(len(self.sellers.region)), np.ones(len(self.buyers.region))
        self.usual = ones
        self.set_activity(*ones)

    def set_activity(self, alpha: Floats, beta: Floats) -> None:
        """Set the activities of suppliers and of customers."""
        self.activity = alpha, beta
        self.by_run = self.pairs.run_sums(beta)

    def leave_out(self, home: Bools, unions: Bools) -> bool:
        """Leave the ties of some blocks out of the fit; whether others were left out before."""
        changed = bool((home != self.home_out).any() or (unions != self.union_out).any())
        self.home_out, self.union_out = home, unions
        pairs = self.pairs
        at_home = self.is_home & home[pairs.row]
        inside = np.zeros(len(at_home), dtype=bool)
        if unions.any():
            labelled = np.flatnonzero(pairs.label)
            of = self.sellers.union[pairs.row[labelled]]
            inside[labelled] = (of >= 0) & unions[of]
        self.state = np.where(inside, 2, np.where(at_home, 1, 0)).astype(np.int8)
        return changed

    def ties_left_out(self) -> Bools:
        """Entries of `ties` that are left out."""
        row, column, kind, _ = self.ties
        of = self.sellers.union[row]
        found: Bools = (kind % 2 == 1) & self.home_out[row]
        if len(self.union_out):
            found = found | ((of >= 0) & (of == self.buyers.union[column]) & self.union_out[of])
        return found

    def kept_ties(self) -> tuple[Floats, Floats, Floats]:
        """Ties that are not left out: by supplier region, by customer region, by class."""
        gone = self.ties.weight * self.ties_left_out()
        sold = self.sellers.ties - sums_at(self.ties.row, gone, len(self.sellers.ties))
        bought = self.buyers.ties - sums_at(self.ties.column, gone, len(self.buyers.ties))
        at = self.sellers.stratum[self.ties.row] * CLASSES + self.ties.kind
        taken = sums_at(at, gone, self.classes.size).reshape(self.classes.shape)
        left = np.maximum(self.classes - taken, 0.0).sum(axis=0)
        return np.maximum(sold, 0.0), np.maximum(bought, 0.0), left

    def pull(self, curve: Floats, at_home: Floats | None = None) -> Floats:
        """What a pair of parties in every run weighs by a curve, far ones aside.

        Parameters
        ----------
        curve : ndarray of float64, shape (classes,)
            Curve.
        at_home : ndarray of float64, optional
            In place of `Trade.at_home`.
        """
        pull: Floats = _without_far(curve)[self.pairs.kind]
        home = np.flatnonzero(self.is_home)
        pull[home] *= (self.at_home if at_home is None else at_home)[self.pairs.row[home]]
        return pull

    def potentials(self, curve: Floats, side: int, others: Floats) -> tuple[Floats, Floats]:
        """Weighted partners of every region by their activity: those kept in, and all.

        Parameters
        ----------
        curve : ndarray of float64, shape (classes,)
            Curve of the giver.
        side : int
            0 for suppliers; their partners' activity has to be that of `activity`. 1 for customers.
        others : ndarray of float64
            Activity of the partners.
        """
        from geo.linkage.usual_reach.trade import _kernels

        pairs, values = self.pairs, _without_far(curve)
        size = len((self.sellers, self.buyers)[side].region)
        found = np.zeros((size, 4))
        runs = (pairs.row, pairs.kind, self.state)
        if side == 0:
            _kernels.row_potentials(*runs, self.by_run, values, self.at_home, found)
        else:
            begin, end = pairs.start[:-1], pairs.start[1:]
            entries = (begin, end, pairs.column, pairs.weight)
            _kernels.column_potentials(*entries, *runs, others, values, self.at_home, found)
        kept, filled, more, more_filled = found.T
        product, outside = self._products(side, others)
        return (
            kept + curve[FAR] * _rest(outside, filled),
            kept + more + curve[FAR] * _rest(product, filled + more_filled),
        )

    def _filling(self, sums: Floats) -> Floats:
        """Sums of runs that are taken off the far pairs."""
        fills = sums.copy()
        fills[self.beyond] = 0.0
        return fills

    def _products(self, side: int, others: Floats) -> tuple[Floats, Floats]:
        """Parties of regions times all partners' activity: with all, and with those kept in."""
        mine, theirs = (self.sellers, self.buyers)[:: 1 if side == 0 else -1]
        active = theirs.parties * others
        product = mine.parties * theirs.sums(active)[mine.stratum]
        unions = len(self.union_out)
        if not self.union_out.any():
            return product, product
        inside = np.append(theirs.union_sums(active, unions) * self.union_out, 0.0)
        return product, product - mine.parties * inside[mine.union]

    def expected_classes(self) -> Floats:
        """Ties of every class that the activities would give were the curve 1; none left out."""
        from geo.linkage.usual_reach.trade import _kernels

        pairs, (alpha, beta) = self.pairs, self.activity
        by_kind, filled = np.zeros(CLASSES + 1), np.zeros(len(alpha))
        _kernels.class_sums(
            *(pairs.row, pairs.kind, self.state, self.by_run, alpha, self.at_home),
            *(by_kind, filled),
        )
        _, outside = self._products(0, beta)
        found = by_kind[:CLASSES]
        found[FAR] = _rest(alpha * outside, filled).sum()
        return found

    def away(self, curve: Floats, *, across: bool) -> tuple[Floats, Floats]:
        """Weighted partners elsewhere by their activity, of suppliers and of customers.

        Parameters
        ----------
        curve : ndarray of float64, shape (classes,)
            Curve of the giver.
        across : bool
            Whether crossing pairs of regions are not elsewhere.
        """
        pairs, (alpha, beta) = self.pairs, self.activity
        pull = self.pull(curve)
        pull[self.is_home] = 0.0
        if across:
            pull[pairs.crosses] = 0.0
        active = alpha[pairs.row]
        # Across a border, the far pairs of crossing regions are not elsewhere either.
        fills = [sums if across else self._filling(sums) for sums in (self.by_run, active)]
        size = len(alpha)
        sold = sums_at(pairs.row, pull * self.by_run, size), sums_at(pairs.row, fills[0], size)
        bought = pairs.column_sums(pull * active, fills[1], len(beta))
        products = self._products(0, beta)[0], self._products(1, alpha)[0]
        near_sold, near_bought = (
            near + curve[FAR] * _rest(product, filled)
            for (near, filled), product in zip((sold, bought), products, strict=True)
        )
        return near_sold, near_bought

    def pulls_between(self, curve: Floats, row: Integers, column: Integers) -> Floats:
        """Weighted pairs of region pairs, as they were when the activities were estimated.

        Parameters
        ----------
        curve : ndarray of float64, shape (classes,)
            Curve of the giver.
        row, column : ndarray of int64
            Places of the two regions among suppliers and customers, sorted.
        """
        size = len(self.buyers.region)
        code = row * size + column
        near = self.pairs.entries(np.arange(len(self.pairs.row)))
        of_near = near.row * size + near.column
        at = np.searchsorted(code, of_near)
        asked = at < len(code)
        asked[asked] = code[at[asked]] == of_near[asked]
        pull = np.repeat(self.pull(curve, self.at_home_fitted), np.diff(self.pairs.start))
        at, weight = at[asked], near.weight[asked]
        found = sums_at(at, pull[asked] * weight, len(code))
        filled = sums_at(at, weight * (near.kind[asked] != FAR), len(code))
        rest = _rest(self.sellers.parties[row] * self.buyers.parties[column], filled)
        pulls: Floats = found + curve[FAR] * rest
        return pulls

    def local_entries(self, *, across: bool = False) -> Entries:
        """Pairs at one place; `across` adds those of crossing pairs of regions."""
        chosen = self.is_home
        if across:
            chosen = chosen | (self.pairs.crosses & (self.pairs.kind < NOBODY))
        return self.pairs.entries(np.flatnonzero(chosen))

    def inside_unions(self, alpha: Floats, beta: Floats) -> Floats:
        """Pairs inside every union by the activity of both ends, shape (unions, classes).

        Parameters
        ----------
        alpha, beta : ndarray of float64
            Of suppliers and of customers.
        """
        unions, pairs = len(self.union_out), self.pairs
        runs = np.flatnonzero(pairs.label)
        row, kind = pairs.row[runs], pairs.kind[runs].astype(np.int64)
        ties, at = alpha[row] * pairs.run_sums(beta, runs), self.sellers.union[row]
        near = kind != FAR
        filled = sums_at(at[near], ties[near], unions)
        ties *= np.where(self.is_home[runs], self.at_home[row], 1.0)
        size = CLASSES + 1
        found = sums_at(at * size + kind, ties, unions * size).reshape(unions, size)
        product = self.sellers.union_sums(alpha * self.sellers.parties, unions)
        product *= self.buyers.union_sums(beta * self.buyers.parties, unions)
        found[:, FAR] = _rest(product, filled)
        by_class: Floats = found[:, :CLASSES]
        return by_class


def _without_far(curve: Floats) -> Floats:
    """What pairs of every kind weigh, those set aside that are the rest."""
    values = np.append(curve, 0.0)
    values[FAR] = 0.0
    return values


def _rest(product: Floats, filled: Floats) -> Floats:
    """What is left of a product of totals."""
    rest = product - filled
    return np.where(rest > _ROUNDING * product, rest, 0.0)


def trade_of(
    strata: Sequence[Stratum],
    points: tuple[CellPoints, CellPoints],
    nearness: Nearness,
    near: NearRegions,
    concentration: Concentration,
) -> Trade | None:
    """The strata of one giver with their pairs and blocks; None where no party is in them.

    The blocks with a concentrated end are left out at first.

    Parameters
    ----------
    strata : sequence of Stratum
        All of one giver.
    points : tuple of CellPoints
        Of suppliers by giver, and of customers by industry.
    nearness : Nearness
        When two parties are at one place.
    near : NearRegions
        As `near_regions` returns it for these points.
    concentration : Concentration
        Which cells are concentrated, and which regions adjoin.
    """
    of_giver = np.zeros(points[0].groups)
    of_giver[strata[0].giver] = 1.0
    sellers = points[0].of_groups([strata[0].giver], of_giver)
    if not len(sellers.regions):
        return None
    parts = []
    for stratum in strata:
        buyers = points[1].of_groups(list(stratum.customers), stratum.weights)
        if len(buyers.regions):
            parts.append(_part(stratum, sellers, buyers, nearness, near, concentration))
    if not parts:
        return None
    regions = len(near.start) - 1
    unions = np.cumsum([0, *(part.number for part in parts)])[:-1]
    sides = [
        _side([getattr(part, name) for part in parts], unions, regions)
        for name in ("sellers", "buyers")
    ]
    rows, columns = (side.start[:-1] for side in sides)
    return Trade(
        giver=strata[0].giver,
        customers=[part.stratum.customers for part in parts],
        sellers=sides[0],
        buyers=sides[1],
        pairs=Pairs.joined([part.pairs for part in parts], rows, columns),
        ties=Entries(
            np.concatenate([p.ties.row + at for p, at in zip(parts, rows, strict=True)]),
            np.concatenate([p.ties.column + at for p, at in zip(parts, columns, strict=True)]),
            np.concatenate([p.ties.kind for p in parts]),
            np.concatenate([p.ties.weight for p in parts]),
        ),
        classes=np.stack([part.stratum.classes for part in parts]),
        is_concentrated=np.concatenate([part.is_concentrated for part in parts]),
        home_out=np.concatenate([part.is_concentrated for part in parts]),
        union_out=np.ones(sum(part.number for part in parts), dtype=bool),
    )


class _OneSide(NamedTuple):
    """Regions of one stratum."""

    region: Integers
    parties: Floats
    ties: Floats
    union: Integers


class _Part(NamedTuple):
    """One stratum, with positions of its own."""

    stratum: Stratum
    sellers: _OneSide
    buyers: _OneSide
    pairs: Pairs
    ties: Entries
    is_concentrated: Bools
    number: int
    """Unions."""


def _part(
    stratum: Stratum,
    sellers: Places,
    buyers: Places,
    nearness: Nearness,
    near: NearRegions,
    concentration: Concentration,
) -> _Part:
    """One stratum with its pairs and blocks."""
    ends = (sellers.regions, buyers.regions)
    sells, buys = concentration.ends(stratum, *ends)
    crossing = concentration.crossing(stratum, *ends)
    unions, number = (np.full(len(ends[0]), -1), np.full(len(ends[1]), -1)), 0
    if concentration.beside is None:
        *of_sides, number = unions_of(*ends, crossing)
        unions = (of_sides[0], of_sides[1])
    local = stratum.local
    return _Part(
        stratum,
        _OneSide(ends[0], sellers.parties, stratum.sold[ends[0]], unions[0]),
        _OneSide(ends[1], buyers.parties, stratum.bought[ends[1]], unions[1]),
        possible_pairs(sellers, buyers, nearness, near, crossing=crossing, unions=unions),
        Entries(
            np.searchsorted(ends[0], local["supplier_region"].to_numpy()),
            np.searchsorted(ends[1], local["customer_region"].to_numpy()),
            local["distance_class"].to_numpy(dtype=np.int64),
            local["ties"].to_numpy(dtype=np.float64),
        ),
        sells | np.isin(ends[0], ends[1][buys]),
        number,
    )


def _side(parts: list[_OneSide], unions: Integers, regions: int) -> Side:
    """Regions of strata, one after the other."""
    sizes = [len(part.region) for part in parts]
    return Side(
        regions,
        np.concatenate([part.region for part in parts]),
        np.repeat(np.arange(len(parts)), sizes),
        np.concatenate([[0], np.cumsum(sizes)]),
        np.concatenate([part.parties for part in parts]),
        np.concatenate([part.ties for part in parts]),
        np.concatenate(
            [np.where(p.union >= 0, p.union + k, -1) for p, k in zip(parts, unions, strict=True)]
        ),
    )
