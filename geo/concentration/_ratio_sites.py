"""Firms on a plane as M and m take them in: checked, in an order of their own, and exchanged.

Here belongs what both measures share; the sums over neighbours belong to `marcon_puech` and
`relative_density`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.errors import InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["Sites", "exchanged", "movable", "quotient", "same_and_expected", "sites_of"]


class Sites(NamedTuple):
    """Places and what is on them, in an order that does not depend on that of the input."""

    points: Floats
    weights: Floats
    member: Flags
    neighbour: Flags
    distances: Floats


def sites_of(
    points: npt.ArrayLike,
    members: npt.ArrayLike,
    distances: npt.ArrayLike,
    *,
    neighbours: npt.ArrayLike | None,
    weights: npt.ArrayLike | None,
) -> Sites:
    """Everything checked and sorted by place."""
    x, r = np.asarray(points, dtype=np.float64), np.asarray(distances, dtype=np.float64)
    if x.ndim != 2 or x.shape[1] != 2 or not np.isfinite(x).all():
        message = f"`points` must be finite, with two columns: its shape is {x.shape}."
        raise InvalidCountsError(message)
    if r.ndim != 1 or not len(r) or not np.isfinite(r).all() or r[0] < 0 or (np.diff(r) <= 0).any():
        message = "`distances` must be one-dimensional, finite, not negative and ascending."
        raise InvalidCountsError(message)
    member = np.asarray(members)
    neighbour = member if neighbours is None else np.asarray(neighbours)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=np.float64)
    for name, values in (("members", member), ("neighbours", neighbour), ("weights", w)):
        if values.shape != (len(x),) or (name != "weights" and values.dtype != np.bool_):
            kind = "numbers" if name == "weights" else "true or false"
            message = f"`{name}` must be {kind}, for each of {len(x)} firms."
            raise InvalidCountsError(message)
    if not np.isfinite(w).all() or (w < 0).any():
        message = "`weights` must be finite and not negative."
        raise InvalidCountsError(message)
    order = np.lexsort([w, neighbour, member, x[:, 1], x[:, 0]])
    return Sites(x[order], w[order], member[order], neighbour[order], r)


def movable(sites: Sites, *, alone: bool) -> Integers:
    """Firms that change places under the null: all, or those around members of one industry."""
    return np.arange(len(sites.points)) if alone else np.flatnonzero(~sites.member)


def exchanged(sites: Sites, moving: Integers, *, seed: int, draw: int) -> Sites:
    """The firms that move at each other's places, with their industry and jobs; draw 0 is as is."""
    if draw == 0:
        return sites
    come = np.arange(len(sites.points))
    come[moving] = np.random.default_rng([seed, draw]).permutation(moving)
    return sites._replace(
        weights=sites.weights[come], member=sites.member[come], neighbour=sites.neighbour[come]
    )


def same_and_expected(sites: Sites) -> tuple[Floats, Floats]:
    """Weight of each firm as one looked for, and their share of all firms but this."""
    same = sites.weights * sites.neighbour
    total = sites.weights.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        expected: Floats = (same.sum() - same) / (total - sites.weights)
    return same, expected


def quotient(sums: Floats) -> Floats:
    """Observed over expected shares, from their sums; NaN where no member has neighbours."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio: Floats = np.where(sums[1] > 0, sums[0] / sums[1], np.nan)
    return ratio
