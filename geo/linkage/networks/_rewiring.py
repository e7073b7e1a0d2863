"""Compiled loops of `core_periphery_fit`; imported only where they run, and kept on disk.

They draw nothing themselves: the draws come from outside, so that the same seed gives the same
networks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.compiled import njit

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["best_fit", "swap_ends"]


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


@njit(cache=True, nogil=True)
def best_fit(pairs: Integers, ideal: Floats) -> float:  # pragma: no cover - compiled
    """Largest correlation with the ideal, firms being numbered by rank.

    `ideal` is the share of all pairs of firms that have one of the first k + 1 firms, for every k.
    """
    firms = len(ideal) + 1
    first = np.zeros(firms)
    for e in range(len(pairs)):
        first[min(pairs[e, 0], pairs[e, 1])] += 1.0
    every = firms * (firms - 1) / 2
    density = len(pairs) / every
    touched, best = 0.0, -1.0
    for k in range(firms - 1):
        touched += first[k]
        spread = density * (1 - density) * ideal[k] * (1 - ideal[k])
        if spread > 0:
            best = max(best, (touched / every - density * ideal[k]) / np.sqrt(spread))
    return best
