"""Sums of numbers by the place that each belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["sums_at"]


def sums_at(place: npt.NDArray[Any], values: npt.ArrayLike, size: int) -> npt.NDArray[np.float64]:
    """Sum of the values at every place, added in their order.

    Parameters
    ----------
    place : ndarray of int, shape (n,)
        Where each value belongs.
    values : array_like of float, shape (n,)
        Values.
    size : int
        Number of places.

    Examples
    --------
    >>> sums_at(np.array([0, 2, 2]), [1.0, 2.0, 3.0], 3)
    array([1., 0., 5.])
    """
    found: npt.NDArray[np.float64] = np.bincount(place, values, size).astype(np.float64, copy=False)
    return found
