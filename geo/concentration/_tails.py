"""Tails of sums of which three moments are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["pearson_tail"]


def pearson_tail(z: Floats, skew: Floats) -> Floats:
    """P(Z >= z) of the gamma distribution with mean 0, variance 1 and this skewness."""
    # With a skewness near zero the shape is beyond what the incomplete gamma function resolves;
    # below zero the distribution would end at a largest value, past which p were 0.
    skewed = skew > 1e-4
    shape = 4.0 / np.where(skewed, skew, 1.0) ** 2
    tail = special.gammaincc(shape, np.maximum(shape + z * np.sqrt(shape), 0.0))
    tail = np.where(skewed, tail, special.ndtr(-z))
    return np.where(np.isnan(z) | np.isnan(skew), np.nan, tail)
