"""The fitted model: the curves, and how firmly they stand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.linkage.usual_reach.trade.trades import Trade

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["GIVER_PRIOR", "Reach"]

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
