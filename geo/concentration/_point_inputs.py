"""Points, distances and weights of points, checked once for the measures by distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.errors import InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["as_distances", "as_points", "as_weights"]


def as_points(points: npt.ArrayLike, name: str) -> Floats:
    """Return points as finite rows of x and y."""
    x = np.asarray(points, dtype=np.float64)
    if x.ndim != 2 or x.shape[1] != 2 or not np.isfinite(x).all():
        message = f"`{name}` must be finite, with two columns: its shape is {x.shape}."
        raise InvalidCountsError(message)
    return np.ascontiguousarray(x)


def as_distances(distances: npt.ArrayLike) -> Floats:
    """Return distances, of which at least one is positive and none negative."""
    d = np.asarray(distances, dtype=np.float64)
    if d.ndim != 1 or not len(d) or not np.isfinite(d).all() or d.min() < 0 or d.max() == 0:
        message = "`distances` must be one-dimensional, finite, not negative, and one positive."
        raise InvalidCountsError(message)
    return d


def as_weights(weights: npt.ArrayLike | None, n: int) -> Floats:
    """Return one weight for each of n points; ones where none are given."""
    if weights is None:
        return np.ones(n)
    w = np.asarray(weights, dtype=np.float64)
    if w.shape != (n,) or not np.isfinite(w).all() or (w < 0).any():
        message = f"Weights must be {n} finite numbers, not negative."
        raise InvalidCountsError(message)
    return w
