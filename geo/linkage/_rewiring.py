"""Compiled loop of `core_periphery`; imported only where it runs, and kept on disk.

It draws nothing itself: the draws come from outside, so that the same seed gives the same network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]

__all__ = ["swap_ends"]


@njit(cache=True, nogil=True)
def swap_ends(
    pairs: Integers, adjacent: npt.NDArray[np.bool_], picks: Integers, turns: Integers
) -> None:  # pragma: no cover - compiled
    """Try to let pairs exchange partners; no firm twice with one, none with itself.

    Changes `pairs` (pairs, 2) and `adjacent` (firms, firms) in place. A row of `picks` is a trial
    with two pairs; where `turns` is 1 the second is turned round first.
    """
    for t in range(picks.shape[0]):
        e, f, turn = picks[t, 0], picks[t, 1], turns[t]
        a, b = pairs[e, 0], pairs[e, 1]
        c, d = pairs[f, turn], pairs[f, 1 - turn]
        if e == f or a == d or c == b or adjacent[a, d] or adjacent[c, b]:
            continue
        adjacent[a, b] = adjacent[b, a] = adjacent[c, d] = adjacent[d, c] = False
        adjacent[a, d] = adjacent[d, a] = adjacent[c, b] = adjacent[b, c] = True
        pairs[e, 1] = d
        pairs[f, turn], pairs[f, 1 - turn] = c, b
