"""The usual reach as it reads on paper: every stratum a dense matrix of regions by regions.

An independent and slow implementation, against which the one that is fast is held.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.linkage.tails import overdispersed_tail
from geo.linkage.usual_reach.trade.distance_classes import BINS, CLASSES, EDGES_KM
from geo.sphere import cosine_of_km

_COSINES = cosine_of_km(EDGES_KM)
Floats = Integers = Bools = Pairs = Stratum = Seen = Family = CellPoints = Nearness = Any
_LEAST = 1e-6
_SCALE_PRIOR = 5.0
_FARTHER = 4.0
ENDS = ["supplier_region", "supplier_industry", "customer_region", "customer_industry"]

_SWEEPS = 40  # of the activities and the curve, at most
_TRIAL_SWEEPS = 9  # of a fit that only compares
_ROUNDS = 8  # of leaving blocks out
_STILL = 3e-3  # relative change of the curve at which sweeping ends
_CURVE_PRIOR = 5.0  # ties that the next longer distance weighs in a class
_FIRST_PRIOR = 5.0  # ties that what is usual weighs in an activity, before it is estimated
_PRIORS = (0.05, 200.0)  # between which it is estimated
_ALIKE = 30.0  # from which regions trade so much alike that no other way need be tried
_FIXED = 1e12  # prior of activities that are not estimated
_ENTER, _LEAVE = 2.5, 2.0  # standard errors at which a block is left out, and comes back in
_STRICTER = 1.0  # standard errors more where no end is concentrated
_LACK_OF_FIT = 0.02  # variance of the logarithm of what is expected, for a block to stand out
_FEWEST = 1.5  # ties of a block that stands out
_SLOPE_SPREAD = 0.35  # of the elasticities of trade at home among givers, before anything is seen
_SLOPES = (-1.2, 0.5)
_STEADY = 0.05  # change of an elasticity that matters
_FEWEST_AT_HOME, _FEWEST_BLOCKS = 5.0, 5  # ties and blocks that tell of an elasticity
_EVERYDAY_PRIOR = 5.0  # ties of a region that its ratio is drawn to 1 by
_FEW_REGIONS, _MANY_REGIONS = 5, 10
_NEWTON_STEPS = 30
_TINY = 1e-300
_HOME_RATIOS = (1e-2, 1e4)  # of the curve at one place to that between places
_LEAST_POTENTIAL = 1e-12  # weighted pairs of a stratum, below which nobody could trade
_BOUNDS = (1e-30, 1e30)  # of the curve, so that it fits in single precision


GIVER_PRIOR = 60.0


@dataclass
class Reach:
    """A fitted gravity model of all strata."""

    markets: list[Market]
    curve: Floats
    """Curve of all strata together, shape (classes,)."""
    deviation: Floats
    """What sets the curve of every giver apart, shape (givers, classes)."""
    seen: Floats
    """Ties by giver and class, without what is left out."""
    base: Floats
    """Ties that `curve` alone would give by giver and class, without what is left out."""
    priors: tuple[float, float]
    """Ties that what is usual weighs in the activity of a supplier region, of a customer region."""
    home: Floats
    """Elasticity of trade at one place to the number of suppliers there, by giver."""
    everyday: Floats
    """How many times as much is bought at one place as the curve gives, by giver; 1 at least."""
    levelled: tuple[bool, bool]
    """Whether suppliers (customers) trade alike wherever they are: then their activity falls with
    the number of partners about them."""

    def curve_of(self, giver: int) -> Floats:
        """Curve of a giver, shape (classes,)."""
        found: Floats = self.curve * self.deviation[giver]
        return found

    def curve_without(self, giver: int, seen: Floats, expected: Floats) -> Floats:
        """Curve of a giver without some of the ties that it rests on.

        Parameters
        ----------
        giver : int
            Giver.
        seen, expected : ndarray of float64, shape (..., classes)
            Those ties as seen, and as `curve` alone would give them.
        """
        left = np.maximum(self.seen[giver] - seen, 0.0)
        base = np.maximum(self.base[giver] - expected, 0.0)
        found: Floats = self.curve * (left + GIVER_PRIOR) / (base + GIVER_PRIOR)
        return found

    def curve_precision(self, giver: int, seen: Floats) -> Floats:
        """Ties that the curve of a giver rests on in every class, without some of them."""
        found: Floats = np.maximum(self.seen[giver] - seen, 0.0) + GIVER_PRIOR
        return found


def possible_pairs(sellers, buyers, nearness):
    """Pairs by region and bin of distance, apart and at one place, counted one by one."""
    shape = (len(sellers.regions), len(buyers.regions), BINS)
    apart, together = np.zeros(shape), np.zeros(shape)
    row, column = (
        np.repeat(np.arange(len(side.regions)), np.diff(side.start)) for side in (sellers, buyers)
    )
    cosine = sellers.xyz @ buyers.xyz.T
    weight = np.outer(sellers.weight, buyers.weight)
    weight[sellers.party[:, None] == buyers.party[None, :]] = 0.0
    at = np.zeros(cosine.shape, dtype=int)
    for edge in _COSINES:
        at += cosine < edge
    same = sellers.regions[row][:, None] == buyers.regions[column][None, :]
    if nearness.related is not None:
        same = nearness.related[sellers.regions[row][:, None], buyers.regions[column][None, :]]
    if nearness.km is not None:
        same = cosine >= cosine_of_km(nearness.km)
    where = np.broadcast_to(row[:, None], at.shape), np.broadcast_to(column[None, :], at.shape), at
    np.add.at(apart, where, np.where(same, 0.0, weight))
    np.add.at(together, where, np.where(same, weight, 0.0))
    return apart.astype(np.float32), together.astype(np.float32)


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


class Kernel(NamedTuple):
    """Usual ties of a market with elsewhere and at one place, each for one party as usual.

    Pairs are of suppliers' and customers' regions; the two members of a pair of arrays are for the
    regions of suppliers and of customers.
    """

    elsewhere: tuple[Floats, Floats]
    """Usual ties with elsewhere, by region."""
    local: tuple[Floats, Floats]
    """Usual local ties, shape (sellers, buyers): by the curve without those of each supplier
    region, and without those of each customer region."""
    unsure: tuple[Floats, Floats]
    """Variance of the logarithm of the curve, by region."""
    same: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
    """Position of each region on the other side; -1 where it is not there."""

    @classmethod
    def of(cls, reach: Reach, market: Market, *, across: bool = False) -> Kernel:
        """Kernel of a market; `across` counts crossing pairs of regions as one place."""
        apart, _ = market.pull
        away = np.where(market.crossing, 0.0, apart) if across else apart
        (usual, too), (alpha, beta) = market.usual, market.activity
        local, unsure = [], []
        for side in (0, 1):
            curves, precision = _curves_without(reach, market, side)
            at_one = market.pairs[1] * market.at_home.astype(np.float32)[:, None, None]
            weighed = _weighed(at_one, curves[:, 1::2], side)
            if across:
                crossing = market.pairs[0] * market.crossing[:, :, None]
                weighed = weighed + _weighed(crossing, curves[:, 0::2], side)
            local.append(usual[:, None] * weighed * too[None, :])
            parts = _by_region(np.outer(usual, too), at_one, side) * curves[:, 1::2]
            share = parts / np.maximum(parts.sum(axis=1, keepdims=True), _TINY)
            unsure.append((share**2 / precision[:, 1::2]).sum(axis=1))
        return cls(
            (usual * (away @ beta), too * (alpha @ away)),
            (local[0], local[1]),
            (unsure[0], unsure[1]),
            (
                _positions(market.sellers, market.buyers),
                _positions(market.buyers, market.sellers),
            ),
        )


def _positions(
    regions: npt.NDArray[np.int64], others: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Position of each region among ascending `others`; -1 where it is not there."""
    at = np.minimum(np.searchsorted(others, regions), len(others) - 1)
    return np.where(others[at] == regions, at, -1)


def _weighed(pairs: npt.NDArray[np.float32], curves: Floats, side: int) -> Floats:
    """Pairs weighed by the curve of the region on a side, shape (sellers, buyers)."""
    form = "rqk,rk->rq" if side == 0 else "rqk,qk->rq"
    found: Floats = np.einsum(form, pairs, curves.astype(np.float32), optimize=True)
    return found


def _by_region(weight: Floats, pairs: npt.NDArray[np.float32], side: int) -> Floats:
    """Weighted pairs by region on a side and bin of distance."""
    form = "rq,rqk->rk" if side == 0 else "rq,rqk->qk"
    found: Floats = np.einsum(form, weight.astype(np.float32), pairs, optimize=True)
    return found


def _curves_without(reach: Reach, market: Market, side: int) -> tuple[Floats, Floats]:
    """Curve of every region without its own local ties, and the ties that it rests on."""
    at = (market.row, market.column)[side]
    size = len((market.sellers, market.buyers)[side])
    is_out = market.is_out[1]
    counts = market.counts * (market.kind % 2 == 1) * ~is_out[market.row, market.column]
    seen: Floats = np.bincount(at * CLASSES + market.kind, counts, size * CLASSES).astype(float)
    seen = seen.reshape(size, CLASSES)
    alpha, beta = market.activity
    weight = np.where(is_out, 0.0, np.outer(alpha * market.at_home, beta))
    expected = np.zeros_like(seen)
    expected[:, 1::2] = _by_region(weight, market.pairs[1], side)
    giver = market.stratum.giver
    return (
        reach.curve_without(giver, seen, expected * reach.curve),
        reach.curve_precision(giver, seen),
    )


class Expected(NamedTuple):
    """Local ties of the regions on one side of a market by the usual reach."""

    ties: Floats
    relative: Floats
    """Variance of the logarithm of `ties` by what was estimated."""
    partners: Floats
    """Ties with elsewhere of those who would be their local partners, on average."""
    own: Floats
    """Share of `ties` that is with partners of the same region."""


def expected_local(
    kernel: Kernel, elsewhere: tuple[Floats, Floats], priors: tuple[float, float], side: int
) -> Expected:
    r"""Local ties by the usual reach, given the ties with elsewhere.

    .. math:: A_r = \frac{t_r + \kappa}{u_r + \kappa}, \qquad \mu_r = A_r \sum_q m_{rq} B_q

    with t the ties with elsewhere, u the usual ones, m the usual local ties of a pair of regions;
    B is to customers what A is to suppliers.

    Parameters
    ----------
    kernel : Kernel
        Of the market.
    elsewhere : tuple of ndarray of float64
        Ties with elsewhere by region of suppliers, and of customers.
    priors : tuple of float
        :math:`\kappa` of either.
    side : int
        0 for the regions of suppliers, 1 for those of customers.
    """
    activity = [
        (has + prior) / (usual + prior)
        for has, usual, prior in zip(elsewhere, kernel.elsewhere, priors, strict=True)
    ]
    local = kernel.local[0] if side == 0 else kernel.local[1].T
    parts = local * activity[1 - side][None, :]
    whole = parts.sum(axis=1)
    share = parts / np.maximum(whole, _TINY)[:, None]
    others = elsewhere[1 - side]
    own = share[np.arange(len(share)), np.maximum(kernel.same[side], 0)] * (kernel.same[side] >= 0)
    relative = (
        1 / (elsewhere[side] + priors[side])
        + (share**2 / (others + priors[1 - side])[None, :]).sum(axis=1)
        + kernel.unsure[side]
    )
    partners = (share * others[None, :]).sum(axis=1)
    return Expected(activity[side] * whole, relative, partners, own)


def fit_reach(markets: list[Market], *, givers: int, given_activity: bool = True) -> Reach:
    """Fit the curve and the activities, with the blocks that stand out left out.

    Parameters
    ----------
    markets : list of Market
        As `market_of` returns them; their activities are changed.
    givers : int
        Number of givers.
    given_activity : bool, default True
        Whether what every region trades is given, so that only with whom is asked. Where not,
        every possible pair is taken to be as likely as any other at its distance.

    Notes
    -----
    Which side trades alike everywhere is told by the data: of the four ways, the one under which
    regions differ least in how much they trade beside what is expected of them.
    """
    prior = _FIRST_PRIOR if given_activity else _FIXED
    reach = Reach(
        markets=markets,
        curve=np.ones(CLASSES),
        deviation=np.ones((givers, CLASSES)),
        seen=np.zeros((givers, CLASSES)),
        base=np.zeros((givers, CLASSES)),
        priors=(prior, prior),
        home=np.zeros(givers),
        everyday=np.ones(givers),
        levelled=(False, given_activity),
    )
    if not markets:
        return reach
    if given_activity:
        _choose_levelled(reach)
    for _ in range(_ROUNDS):
        _sweep(reach, _SWEEPS, learns=given_activity)
        blocks = [_blocks(reach, market) for market in markets]
        changed = [
            _leave_out_what_stands_out(market, *of_market)
            for market, of_market in zip(markets, blocks, strict=True)
        ]
        moved = _learn_at_home(reach, blocks) if given_activity else 0.0
        if not any(changed) and moved < _STEADY:
            break
    return reach


def _choose_levelled(reach: Reach) -> None:
    """Try which sides trade alike everywhere; keep the way in which regions differ least."""
    best, found = -np.inf, reach.levelled
    for way in ((False, True), (False, False), (True, True), (True, False)):
        reach.levelled = way
        _restart(reach)
        _sweep(reach, _TRIAL_SWEEPS, learns=True)
        likeness = float(np.log(reach.priors).sum())
        if likeness > best + 0.5:
            best, found = likeness, way
        if min(reach.priors) >= _ALIKE:
            break
    reach.levelled = found
    _restart(reach)


def _restart(reach: Reach) -> None:
    """Forget what a trial has learned."""
    reach.curve, reach.priors = np.ones(CLASSES), (_FIRST_PRIOR, _FIRST_PRIOR)
    reach.deviation = np.ones_like(reach.deviation)
    for market in reach.markets:
        market.activity = np.ones(len(market.sellers)), np.ones(len(market.buyers))


def _sweep(reach: Reach, sweeps: int, *, learns: bool) -> None:
    """Estimate activities and curve in turn until the curve stands still."""
    kept = [market.kept_ties() for market in reach.markets]
    seen = np.zeros_like(reach.deviation)
    for market, (_, _, classes) in zip(reach.markets, kept, strict=True):
        seen[market.stratum.giver] += classes
    for sweep in range(sweeps):
        base, told = np.zeros_like(seen), np.zeros((2, 2))
        for market, (sold, bought, _) in zip(reach.markets, kept, strict=True):
            market.weigh(reach.curve_of(market.stratum.giver))
            told += _update_activities(market, (sold, bought), reach)
            base[market.stratum.giver] += market.expected_classes()
        change = _update_curves(reach, seen, base)
        if learns and sweep % 3 == 2:
            one, other = np.clip(told[1] / np.maximum(told[0], 1e-9), *_PRIORS)
            reach.priors = float(one), float(other)
        if change < _STILL and sweep > 7:
            break
    for market in reach.markets:
        market.weigh(reach.curve_of(market.stratum.giver))


def _update_activities(market: Market, kept: tuple[Floats, Floats], reach: Reach) -> Floats:
    """Update both activities; return what tells how much regions differ, shape (2, sides).

    A region's activity has a gamma prior about what is usual there. The weight of the prior is
    that of the negative binomial counts that regions show: the squares of what is expected over
    the squares of what is seen beyond a Poisson count (method of moments).
    """
    pull, whole = market.kept_pull(), market.pull[0] + market.pull[1]
    told = np.zeros((2, 2))
    usual, activity = list(market.usual), list(market.activity)
    for side, (near, about) in enumerate(((pull, whole), (pull.T, whole.T))):
        others = activity[1 - side]
        potential = near @ others
        usual[side] = np.ones(len(potential))
        if reach.levelled[side]:
            usual[side] = market.parties[side] / np.maximum(about @ others, _TINY)
        ties, prior = kept[side], reach.priors[side]
        whole_potential = float((usual[side] * potential).sum())
        # Ties that no possible pair could have (places are rounded) tell of no activity.
        usual[side] *= ties.sum() / whole_potential if whole_potential > _LEAST_POTENTIAL else 1.0
        expected = usual[side] * potential
        activity[side] = usual[side] * (ties + prior) / (expected + prior)
        told[:, side] = ((ties - expected) ** 2 - ties).sum(), (expected**2).sum()
    market.usual, market.activity = (usual[0], usual[1]), (activity[0], activity[1])
    return told


def _update_curves(reach: Reach, seen: Floats, base: Floats) -> float:
    """Update the curve of all and the deviations of givers; return the largest change."""
    whole = seen.sum(axis=0)
    curve = _pooled_curve(whole, (base * reach.deviation).sum(axis=0))
    # Only products of curve and activities matter: the curve is 1 on average over ties.
    curve /= np.exp((np.log(curve) * whole).sum() / max(whole.sum(), _TINY))
    reach.seen, reach.base = seen, base * curve
    deviation = (seen + GIVER_PRIOR) / (reach.base + GIVER_PRIOR)
    change = max(
        float(np.abs(np.log(curve / reach.curve))[whole > 5].max(initial=0.0)),
        float(np.abs(np.log(deviation / reach.deviation))[seen > 5].max(initial=0.0)),
    )
    reach.curve, reach.deviation = curve, deviation
    return change


def _pooled_curve(seen: Floats, base: Floats) -> Floats:
    """Curve of all strata: ties seen over those that a curve of 1 would give.

    A class of few ties is drawn to the next longer distance, and classes at one place to those
    between places, times one ratio for all of them.
    """
    apart, base_apart = seen[0::2], base[0::2]
    between = np.empty(BINS)
    longest = int(np.flatnonzero((apart > 0) & (base_apart > 0)).max(initial=-1))
    if longest < 0:
        between[:] = max(seen.sum(), 1.0) / max(base.sum(), _TINY)
    else:
        between[longest:] = apart[longest:].sum() / max(base_apart[longest:].sum(), _TINY)
        for k in range(longest - 1, -1, -1):
            between[k] = (apart[k] + _CURVE_PRIOR) / (base_apart[k] + _CURVE_PRIOR / between[k + 1])
    within, base_within = seen[1::2], base[1::2]
    ratio = (within.sum() + _CURVE_PRIOR) / ((base_within * between).sum() + _CURVE_PRIOR)
    # Where customers have nowhere else to buy, nothing tells how much nearer home is.
    ratio = float(np.clip(ratio, *_HOME_RATIOS))
    curve = np.empty(CLASSES)
    curve[0::2] = between
    at_one = (within + _CURVE_PRIOR) / (base_within + _CURVE_PRIOR / (ratio * between))
    curve[1::2] = np.clip(at_one, _HOME_RATIOS[0] * between, _HOME_RATIOS[1] * between)
    # Where nothing is left to learn from, every distance is like every other.
    return np.clip(np.where(base.sum() > 0, curve, 1.0), *_BOUNDS)


def _leave_out_what_stands_out(market: Market, home: Floats, unions: Floats) -> bool:
    """Leave out the blocks that stand out, let the others in; whether anything changed."""
    from scipy.special import ndtr

    def stands_out(counts: Floats, was_out: Bools, stricter: Floats) -> Bools:
        ties, mean, variance = counts
        limit: Floats = np.where(was_out, _LEAVE, _ENTER) + stricter
        surprise = overdispersed_tail(ties, mean, variance + _LACK_OF_FIT * mean**2)
        # Upper tail of a normal: sf(x) = ndtr(-x).
        found: Bools = (surprise < ndtr(-limit)) & (ties >= _FEWEST)
        return found

    return market.leave_out(
        stands_out(home, market.home_out, np.where(market.is_concentrated, 0.0, _STRICTER)),
        stands_out(unions, market.union_out, np.zeros(len(market.unions))),
    )


def _blocks(reach: Reach, market: Market) -> tuple[Floats, Floats]:
    """Ties of every block, those expected, their variance: by supplier region, and by union.

    The activity of a block is told by its ties with elsewhere alone, and the curve by the ties of
    all others, so that nothing in it explains itself.
    """
    at_one = market.counts * (market.kind % 2 == 1)
    local = (
        np.bincount(market.row, at_one, len(market.sellers)),
        np.bincount(market.column, at_one, len(market.buyers)),
    )
    elsewhere = (
        np.maximum(market.stratum.sold[market.sellers] - local[0], 0.0),
        np.maximum(market.stratum.bought[market.buyers] - local[1], 0.0),
    )
    kernel = Kernel.of(reach, market)
    expected = expected_local(kernel, elsewhere, reach.priors, 0)
    variance = expected.ties + expected.ties**2 * expected.relative
    unions = [_of_union(reach, market, k) for k in range(len(market.unions))]
    return (
        np.stack([local[0], expected.ties, variance]),
        np.array(unions, dtype=np.float64).reshape(-1, 3).T,
    )


def _of_union(reach: Reach, market: Market, number: int) -> tuple[float, float, float]:
    """Ties of a union of regions, those expected, and their variance."""
    union, giver = market.unions[number], market.stratum.giver
    inside = np.isin(market.row, union.rows) & np.isin(market.column, union.columns)
    counts = market.counts * inside
    ties = float(counts.sum())
    at = np.ix_(union.rows, union.columns)
    whole = market.pull[0] + market.pull[1]
    pull, (alpha, beta) = whole[at], market.activity
    usual = market.usual[0][union.rows], market.usual[1][union.columns]
    outside = (
        float((usual[0] * (whole[union.rows] @ beta - pull @ beta[union.columns])).sum()),
        float((usual[1] * (alpha @ whole[:, union.columns] - alpha[union.rows] @ pull)).sum()),
    )
    trade = (
        float(market.stratum.sold[market.sellers[union.rows]].sum()) - ties,
        float(market.stratum.bought[market.buyers[union.columns]].sum()) - ties,
    )

    def of_union(one: Floats, other: Floats) -> Floats:
        weight = np.zeros(market.crossing.shape)
        weight[at] = np.outer(one[union.rows], other[union.columns])
        return market.by_class(weight, weight)

    mine: Floats = np.zeros(CLASSES)
    own: Floats = np.zeros(CLASSES)
    if not market.union_out[number]:
        mine = np.bincount(market.kind, counts, CLASSES).astype(np.float64)
        own = of_union(alpha, beta) * reach.curve
    parts = of_union(*market.usual) * reach.curve_without(giver, mine, own)
    mean, share = float(parts.sum()), parts / max(float(parts.sum()), _TINY)
    relative = float((share**2 / reach.curve_precision(giver, mine)).sum())
    for has, expected, prior in zip(trade, outside, reach.priors, strict=True):
        mean *= (max(has, 0.0) + prior) / (max(expected, 0.0) + prior)
        relative += 1 / (max(has, 0.0) + prior)
    return ties, mean, mean + mean**2 * relative


def _learn_at_home(reach: Reach, blocks: list[tuple[Floats, Floats]]) -> float:
    r"""Let trade at one place go with the number of suppliers there; return the largest change.

    The model gives :math:`n` suppliers :math:`n` times the trade of one. Where people buy in town
    whatever is there, a town of few suppliers trades as much within itself as one of many. So ties
    at one place weigh :math:`n^{\delta_g}`, with :math:`\delta_g` the slope of a Poisson regression
    of the ties of all blocks that are not left out, drawn to 0.
    """
    points: dict[int, list[Floats]] = {}
    for market, (home, _) in zip(reach.markets, blocks, strict=True):
        usable = ~market.home_out & (home[1] > 0)
        suppliers = np.log(np.maximum(market.parties[0], _TINY))
        of_giver = points.setdefault(market.stratum.giver, [])
        of_giver.append(np.stack([suppliers, home[0], home[1], market.sellers])[:, usable])
    change = 0.0
    for giver, parts in points.items():
        suppliers, ties, expected, region = np.concatenate(parts, axis=1)
        if ties.sum() < _FEWEST_AT_HOME or len(ties) < _FEWEST_BLOCKS:
            continue
        everyday = _everyday(region.astype(np.int64), ties, expected)
        after = max(float(reach.everyday[giver]) * everyday, 1.0)
        change = max(change, abs(np.log(after / reach.everyday[giver])))
        reach.everyday[giver] = after
        middle = float(np.average(suppliers, weights=expected))
        before = float(reach.home[giver])
        slope = before + _slope(suppliers - middle, ties, expected, before)
        reach.home[giver] = np.clip(slope, *_SLOPES)
        change = max(change, abs(float(reach.home[giver]) - before))
        for market in (m for m in reach.markets if m.stratum.giver == giver):
            distance = np.log(np.maximum(market.parties[0], _TINY)) - middle
            market.at_home = reach.everyday[giver] * np.exp(reach.home[giver] * distance)
    return change


def _everyday(region: npt.NDArray[np.int64], ties: Floats, expected: Floats) -> float:
    """How much more is bought at home of a giver, in nearly all regions, than the curve gives.

    What three regions in four do, or more, is how such things are bought (freight, wholesale), and
    not what sets a few of them apart: the lower quartile over regions. An industry that is hardly
    anywhere else than in a few regions tells nothing of the sort.
    """
    whole, seen = np.bincount(region, expected), np.bincount(region, ties)
    tells = whole >= 1
    few = np.sort(whole)[-_FEW_REGIONS:].sum()
    if tells.sum() < _MANY_REGIONS or few > 0.5 * whole.sum():
        return 1.0
    ratio = (seen[tells] + _EVERYDAY_PRIOR) / (whole[tells] + _EVERYDAY_PRIOR)
    return float(np.median(ratio))


def _slope(x: Floats, ties: Floats, expected: Floats, before: float) -> float:
    """Slope of the logarithm of ties over expected on x, beside the slope that is in `expected`."""
    slope = 0.0
    for _ in range(_NEWTON_STEPS):
        fitted = expected * np.exp(slope * x)
        fitted *= ties.sum() / max(float(fitted.sum()), _TINY)
        mean = float((fitted * x).sum() / max(float(fitted.sum()), _TINY))
        gradient = float(((ties - fitted) * x).sum()) - (before + slope) / _SLOPE_SPREAD**2
        information = float((fitted * (x - mean) ** 2).sum()) + 1 / _SLOPE_SPREAD**2
        step = float(np.clip(gradient / information, -0.5, 0.5))
        slope += step
        if abs(step) < 1e-4:
            break
    return slope


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
    whole = sold[["ties", "local"]].sum().groupby("market").sum()
    goes_away = (1 - whole["local"] / whole["ties"]).to_dict()
    years: dict[int, list[int]] = {k: [] for k in range(len(reach.markets))}
    for k, year in cast("list[tuple[int, int]]", list(sold.indices)):
        years[int(k)].append(int(year))
    rows = []
    for k, market in enumerate(reach.markets):
        kernel = Kernel.of(reach, market, across=across)
        for year in years[k]:
            both = sold.get_group((k, year)), bought.get_group((k, year))
            rows.extend(_of_year(reach, kernel, k, both, industries, goes_away[k]))
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
    goes_away: float,
) -> list[tuple[Any, ...]]:
    """Rows of one market and year, first of suppliers, then of customers."""
    market = reach.markets[number]
    regions = (market.sellers, market.buyers)
    of_year = float(sides[0]["ties"].sum())
    away_of_year = of_year - float(sides[0]["local"].sum())
    scale = of_year / max(float(market.stratum.sold.sum()), _TINY)
    scale *= (away_of_year + _SCALE_PRIOR) / (of_year * goes_away + _SCALE_PRIOR)
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


def usual_flows_of_market(
    family: Family, market: Market, is_near: Bools, bought: pd.Series[float]
) -> pd.DataFrame:
    """Usual flows of one market, shared among customers that are put together."""
    stratum = market.stratum
    supplies, buys = market.activity
    usual = np.outer(supplies, buys) * (market.pull[0] + market.pull[1])
    usual *= is_near[np.ix_(market.sellers, market.buyers)]
    row, column = np.nonzero(usual > _LEAST)
    shares = np.zeros((len(stratum.customers), len(market.buyers)))
    for k, customer in enumerate(stratum.customers):
        if (stratum.giver, customer) in bought.index:
            of_region = cast("pd.Series[float]", bought.loc[stratum.giver, customer])
            shares[k] = of_region.reindex(market.buyers).fillna(0.0)
    shares /= np.maximum(shares.sum(axis=0), 1e-300)
    parts = [
        pd.DataFrame(
            {
                "supplier_region": market.sellers[row],
                "supplier_industry": family.industry_of_giver[stratum.giver],
                "customer_region": market.buyers[column],
                "customer_industry": customer,
                "usual": usual[row, column] * shares[k][column],
            }
        )
        for k, customer in enumerate(stratum.customers)
    ]
    return pd.concat(parts)
