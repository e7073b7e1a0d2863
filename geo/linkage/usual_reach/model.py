"""The fitted model: the curves, how firmly they stand, and what local ties hang on besides.

Nothing explains itself: the curve of a region is that of the ties of all others, and its activity
is told by its ties with elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.linkage.usual_reach.trade.distance_classes import CLASSES
from geo.linkage.usual_reach.trade.points import sums_at

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.linkage.usual_reach.trade.trades import Trade

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

    Bools = npt.NDArray[np.bool_]

__all__ = ["GIVER_PRIOR", "Expected", "Kernel", "Reach", "expected_local"]


_TINY = 1e-300


class Kernel(NamedTuple):
    """Usual ties of a trade with elsewhere and at one place, each for one party as usual.

    The two members of a pair of arrays are for the regions of suppliers and of customers.
    """

    elsewhere: tuple[Floats, Floats]
    """Usual ties with elsewhere, by region."""
    ends: tuple[Integers, Integers]
    """Regions of suppliers and of customers between which there are local ties, pair by pair."""
    local: tuple[Floats, Floats]
    """Usual local ties of these pairs: by the curve without those of the supplier region, and
    without those of the customer region."""
    unsure: tuple[Floats, Floats]
    """Variance of the logarithm of the curve, by region."""
    is_own: Bools
    """Whether the two regions of a pair are the same."""

    @classmethod
    def of(cls, reach: Reach, trade: Trade, *, across: bool = False) -> Kernel:
        """Kernel of a trade; `across` counts crossing pairs of regions as one place."""
        usual, too = trade.usual
        near = trade.local_entries(across=across)
        size = len(too)
        code, pair = np.unique(near.row * size + near.column, return_inverse=True)
        ends = (code // size, code % size)
        home = near.kind % 2 == 1
        weight = usual[near.row] * near.weight * too[near.column]
        weight *= np.where(home, trade.at_home[near.row], 1.0)
        local, unsure = [], []
        for side, at in enumerate((near.row, near.column)):
            curves, precision = _curves_without(reach, trade, side)
            local.append(sums_at(pair, weight * curves[at, near.kind], len(code)))
            parts = sums_at(
                (at * CLASSES + near.kind)[home],
                (weight * curves[at, near.kind])[home],
                curves.size,
            ).reshape(curves.shape)
            share = parts / np.maximum(parts.sum(axis=1, keepdims=True), _TINY)
            unsure.append((share**2 / precision).sum(axis=1))
        sold, bought = trade.away(reach.curve_of(trade.giver), across=across)
        regions = trade.sellers.region[ends[0]], trade.buyers.region[ends[1]]
        return cls(
            (usual * sold, too * bought),
            ends,
            (local[0], local[1]),
            (unsure[0], unsure[1]),
            regions[0] == regions[1],
        )


def _curves_without(reach: Reach, trade: Trade, side: int) -> tuple[Floats, Floats]:
    """Curve of every region without its own local ties, and the ties that it rests on."""
    size = len((trade.sellers, trade.buyers)[side].region)
    ties = trade.ties
    counts = ties.weight * ((ties.kind % 2 == 1) & ~trade.ties_left_out())
    at = (ties.row, ties.column)[side]
    shape = (size, CLASSES)
    seen = sums_at(at * CLASSES + ties.kind, counts, size * CLASSES).reshape(shape)
    kept = np.flatnonzero(trade.is_home & (trade.state == 0))
    near, (alpha, beta) = trade.pairs.entries(kept), trade.activity
    weight = alpha[near.row] * trade.at_home[near.row] * near.weight * beta[near.column]
    at = (near.row, near.column)[side]
    expected = sums_at(at * CLASSES + near.kind, weight, size * CLASSES).reshape(shape)
    return (
        reach.curve_without(trade.giver, seen, expected * reach.curve),
        reach.curve_precision(trade.giver, seen),
    )


class Expected(NamedTuple):
    """Local ties of the regions on one side of a trade by the usual reach."""

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
        Of the trade.
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
    at, other = kernel.ends[side], kernel.ends[1 - side]
    size, others = len(elsewhere[side]), elsewhere[1 - side]
    parts = kernel.local[side] * activity[1 - side][other]
    whole = sums_at(at, parts, size)
    share = parts / np.maximum(whole[at], _TINY)
    estimated = sums_at(at, share**2 / (others + priors[1 - side])[other], size)
    relative = 1 / (elsewhere[side] + priors[side]) + estimated + kernel.unsure[side]
    partners = sums_at(at, share * others[other], size)
    own = sums_at(at, share * kernel.is_own, size)
    return Expected(activity[side] * whole, relative, partners, own)


GIVER_PRIOR = 60.0
"""Ties that the curve of all strata weighs in a class of the curve of one giver."""


@dataclass
class Reach:
    """A fitted gravity model of all strata."""

    trades: list[Trade]
    """One per giver with ties, in their order; strata are numbered through all of them."""
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

    @cached_property
    def first(self) -> Integers:
        """Number of the first stratum of every trade; one more than trades."""
        return np.cumsum([0, *(len(trade.customers) for trade in self.trades)])

    @cached_property
    def _numbers(self) -> Integers:
        """Stratum of every giver and customer industry; -1 where there is none."""
        pairs = [
            (trade.giver, industry, number)
            for trade, first in zip(self.trades, self.first, strict=False)
            for number, industries in enumerate(trade.customers, start=int(first))
            for industry in industries
        ]
        giver, customer, number = np.array(pairs, dtype=np.int64).reshape(-1, 3).T
        numbers = np.full((len(self.deviation), int(customer.max(initial=0)) + 2), -1)
        numbers[giver, customer] = number
        return numbers

    def stratum(self, giver: Integers, customer: Integers) -> Integers:
        """Number of the strata of givers and customer industries; -1 where there is none."""
        # The last column belongs to no industry.
        last = self._numbers.shape[1] - 1
        known = np.where((customer >= 0) & (customer < last), customer, last)
        found: Integers = self._numbers[giver, known]
        return found

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
