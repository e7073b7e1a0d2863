r"""Is a whole curve unusual beside curves drawn under a null? Global envelopes.

Here belongs the comparison of one observed curve with simulated ones over all distances at once.
Drawing the curves belongs to the measures (`duranton_overman`, `marcon_puech`).

Envelopes that are made distance by distance promise nothing about the curve: at the 5 % level some
distance is crossed far more often than that. They stand beside, for who asks of one distance that
was chosen before. The global ones rank every curve as a whole, by the extreme rank length measure,
so that a curve leaves the envelope somewhere exactly when its p-value is at most the level. (Curves
that tie can have such a p-value and touch the border only.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from geo.errors import GeoError, InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["Envelope", "global_envelope"]

Alternative = Literal["two-sided", "greater", "less"]


class Envelope(NamedTuple):
    """An observed curve beside what the null allows."""

    low: Floats
    """Lower border, shape (n_distances,); -inf if the alternative is "greater"."""
    high: Floats
    """Upper border, shape (n_distances,); inf if the alternative is "less"."""
    centre: Floats
    """Mean of the simulated curves, shape (n_distances,)."""
    p: float
    """Share of the curves, the observed one with them, that are at least as extreme."""
    above: Floats
    """How far the observed curve is above the upper border, shape (n_distances,); else 0."""
    below: Floats
    """How far it is below the lower border, shape (n_distances,); else 0."""
    pointwise_low: Floats
    """Lower border that holds at each distance taken alone, shape (n_distances,); -inf as above."""
    pointwise_high: Floats
    """Upper border that holds at each distance taken alone, shape (n_distances,); inf as above."""


def global_envelope(
    observed: npt.ArrayLike,
    simulated: npt.ArrayLike,
    *,
    level: float = 0.05,
    alternative: Alternative = "two-sided",
) -> Envelope:
    r"""Global envelope and p-value of a curve by extreme rank length.

    At every distance the s + 1 curves are ranked from the outside inwards: :math:`R_i(d)` is the
    smaller of the numbers of curves that are at least as high and at least as low as curve i
    (for a one-sided alternative, one of the two). The ranks of a curve, ascending, make its vector;
    curve i is more extreme than j if its vector comes first in lexical order, and

    .. math:: p = \frac{1}{s + 1} \bigl( 1 + \#\{ i : \mathbf{R}_i \preceq \mathbf{R}_0 \} \bigr)

    The envelope at level a spans the curves that are left when the most extreme ones, at most
    a (s + 1), are taken away. Under the null all curves are exchangeable, and
    :math:`P(p \le a) \le a` holds exactly, an equality where a (s + 1) is whole and no curves tie.

    The pointwise borders are the k-th smallest and k-th largest of the simulated values at a
    distance, with k the whole part of a (s + 1) / 2 (of a (s + 1) for a one-sided alternative), so
    that one distance, chosen beforehand, is crossed with a chance of at most a. With k = 0 there
    are too few curves for a border, and it is infinite.

    Parameters
    ----------
    observed : array_like of float, shape (n_distances,)
        The curve.
    simulated : array_like of float, shape (s, n_distances)
        Curves under the null. Distances where any curve is NaN are left out of the ranks.
    level : float, default 0.05
        Share of curves that the envelope leaves out; at least 1 / (s + 1).
    alternative : {"two-sided", "greater", "less"}, default "two-sided"
        Which side counts as extreme.

    Returns
    -------
    Envelope
        Borders are NaN at distances left out.

    Raises
    ------
    InvalidCountsError
        If the shapes do not fit, or no distance has all values.
    GeoError
        If the level lies outside [1 / (s + 1), 1), or the alternative is unknown.

    References
    ----------
    .. [1] Myllymäki, M., Mrkvička, T., Grabarnik, P., Seijo, H. & Hahn, U. (2017). Global envelope
       tests for spatial processes. Journal of the Royal Statistical Society B 79(2), 381-404.

    Examples
    --------
    The highest of four curves at both distances is the most extreme, and alone in that: p = 1 / 4.

    >>> flat = [[1, 1], [2, 2], [3, 3]]
    >>> result = global_envelope([4, 9], flat, level=0.25, alternative="greater")
    >>> result.p, result.high, result.above
    (0.25, array([3., 3.]), array([1., 6.]))
    """
    curves = _curves(observed, simulated)
    s = len(curves) - 1
    if not 1 / (s + 1) <= level < 1:
        message = f"`level` must lie in [1 / {s + 1}, 1) with {s} simulated curves: it is {level}."
        raise GeoError(message)
    used = np.flatnonzero(np.isfinite(curves).all(axis=0))
    if not len(used):
        message = "No distance has a value in every curve."
        raise InvalidCountsError(message)
    place = _places(_outward_ranks(curves[:, used], alternative))
    # Curves in the same place tie; a tie is taken away as a whole or not at all.
    as_extreme = np.searchsorted(np.sort(place), place, side="right")
    kept = as_extreme > level * (s + 1) * (1 + 1e-12)
    low, high = np.full((2, curves.shape[1]), np.nan)
    low[used] = curves[kept][:, used].min(axis=0) if alternative != "greater" else -np.inf
    high[used] = curves[kept][:, used].max(axis=0) if alternative != "less" else np.inf
    above = np.fmax(curves[0] - high, 0)
    below = np.fmax(low - curves[0], 0)
    pointwise = np.full((2, curves.shape[1]), np.nan)
    pointwise[:, used] = _pointwise(curves[1:, used], level, alternative)
    return Envelope(
        low,
        high,
        curves[1:].mean(axis=0),
        float(as_extreme[0] / (s + 1)),
        above,
        below,
        *pointwise,
    )


def _pointwise(simulated: Floats, level: float, alternative: Alternative) -> Floats:
    """Borders at each distance alone: low and high in rows."""
    sides = 2 if alternative == "two-sided" else 1
    s = len(simulated)
    k = int(level * (s + 1) / sides * (1 + 1e-12))
    borders = np.repeat([[-np.inf], [np.inf]], simulated.shape[1], axis=1)
    if k:
        ordered = np.partition(simulated, sorted({k - 1, s - k}), axis=0)
        if alternative != "greater":
            borders[0] = ordered[k - 1]
        if alternative != "less":
            borders[1] = ordered[s - k]
    return borders


def _curves(observed: npt.ArrayLike, simulated: npt.ArrayLike) -> Floats:
    """All curves in one table, the observed one first."""
    curve = np.asarray(observed, dtype=np.float64)
    others = np.asarray(simulated, dtype=np.float64)
    if curve.ndim != 1 or others.ndim != 2 or others.shape[1:] != curve.shape or not len(others):
        message = (
            "`observed` must be one curve, `simulated` a row for each curve at the same distances: "
            f"their shapes are {curve.shape} and {others.shape}."
        )
        raise InvalidCountsError(message)
    return np.vstack([curve, others])


def _outward_ranks(curves: Floats, alternative: Alternative) -> Integers:
    """Rank of every curve at every distance; 1 is the outermost, ties share the innermost."""
    if alternative not in ("two-sided", "greater", "less"):
        message = f"`alternative` must be two-sided, greater or less: it is {alternative!r}."
        raise GeoError(message)
    ranks = np.empty(curves.shape, dtype=np.int64)
    for k in range(curves.shape[1]):
        ordered = np.sort(curves[:, k])
        at_most = np.searchsorted(ordered, curves[:, k], side="right")
        at_least = len(curves) - np.searchsorted(ordered, curves[:, k], side="left")
        sides = {"greater": at_least, "less": at_most, "two-sided": np.minimum(at_least, at_most)}
        ranks[:, k] = sides[alternative]
    return ranks


def _places(ranks: Integers) -> Integers:
    """Place of each row among all, by its ascending values in lexical order; equal rows tie."""
    vectors = np.sort(ranks, axis=1)
    return np.unique(vectors, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
