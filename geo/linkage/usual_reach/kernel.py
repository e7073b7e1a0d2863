"""What the local ties of a market hang on besides how active its regions are.

Nothing explains itself: the curve of a region is that of the ties of all others, and its activity
is told by its ties with elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.linkage.usual_reach.classes import CLASSES

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.linkage.usual_reach.market import Market
    from geo.linkage.usual_reach.model import Reach

    Floats = npt.NDArray[np.float64]

__all__ = ["Expected", "Kernel", "expected_local"]

_TINY = 1e-300


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
