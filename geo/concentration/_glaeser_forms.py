"""What the indices of plants share: the form that looks across borders, and where one is defined.

Here belong steps from shares and a matrix of weights. The indices and their sources are in
`glaeser_indices`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array

    Floats = npt.NDArray[np.float64]

__all__ = ["defined", "neighbour_index", "with_neighbours"]


def neighbour_index(
    shares: Floats, reference: Floats, weights: csr_array, herfindahl: Floats
) -> Floats:
    """Return the index with neighbours from shares and a matrix of weights."""
    raw = with_neighbours(shares - reference, weights)
    own = with_neighbours(reference, weights).sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        index = (raw - (1.0 - own) * herfindahl) / ((1.0 - own) * (1.0 - herfindahl))
    return defined(index, own, herfindahl)


def with_neighbours(values: Floats, weights: csr_array) -> Floats:
    """Return the quadratic form of the values of each column, neighbours' products included."""
    form: Floats = (values * (values + weights @ values)).sum(axis=0)
    return form


def defined(index: Floats, own: Floats, herfindahl: Floats) -> Floats:
    """Return `index` where there is more than one region and more than one plant, else NaN."""
    # One region or plant leaves 1 - X_2 or 1 - H at rounding error instead of zero.
    return np.where((1.0 - own > 1e-12) & (1.0 - herfindahl > 1e-12), index, np.nan)[()]
