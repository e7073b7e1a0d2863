"""Sizes and numbers of plants, checked once for all that throws them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.errors import InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["as_sizes", "check_plants"]

_MOST_PLANTS = 2**53


def check_plants(plants: float) -> None:
    """Raise where an industry has more plants than floats tell apart."""
    if plants > _MOST_PLANTS:
        message = (
            f"An industry must have at most 2**53 plants, as far as whole numbers are counted "
            f"exactly: one has {plants:.3g}. Look whether jobs or money stand where plants should."
        )
        raise InvalidCountsError(message)


def as_sizes(sizes: npt.ArrayLike) -> Floats:
    """Return sizes of plants as floats, none of them negative or missing."""
    e = np.asarray(sizes, dtype=np.float64)
    if e.ndim != 1 or not np.isfinite(e).all() or (e < 0).any():
        message = "`sizes` and `plants` must be one-dimensional, finite and not negative."
        raise InvalidCountsError(message)
    return e
