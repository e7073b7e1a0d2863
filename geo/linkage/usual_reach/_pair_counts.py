"""The compiled loop of `possible_pairs`; imported only where it runs, and kept on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

__all__ = ["count_pairs"]


@njit(cache=True, nogil=True)
def count_pairs(
    xyz: Floats, weight: Floats, row: Integers, party: Integers,
    other_xyz: Floats, other_weight: Floats, column: Integers, other_party: Integers,
    same: Bools, within: float, cosines: Floats, apart: Floats, together: Floats,
) -> None:  # fmt: skip  # pragma: no cover - compiled
    """Add the weight of every pair to its regions and bin.

    The product of two unit vectors is the cosine of their angle, which falls with distance; so a
    pair is in the first bin whose edge has a smaller cosine. `within` is infinite where regions
    decide what is one place.
    """
    bins = len(cosines)
    for k in range(len(row)):
        for m in range(len(column)):
            if party[k] == other_party[m]:
                continue
            cosine = (
                xyz[k, 0] * other_xyz[m, 0]
                + xyz[k, 1] * other_xyz[m, 1]
                + xyz[k, 2] * other_xyz[m, 2]
            )
            at = 0
            while at < bins and cosine < cosines[at]:
                at += 1
            r, q = row[k], column[m]
            is_one = cosine >= within if within <= 1.0 else same[r, q]
            if is_one:
                together[r, q, at] += weight[k] * other_weight[m]
            else:
                apart[r, q, at] += weight[k] * other_weight[m]
