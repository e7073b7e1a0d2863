"""Plants thrown on a map like darts: the compiled kernels behind `ellison_glaeser`.

Here belongs the counting of throws that reach what was observed, and nothing else. Import this
module inside functions: it compiles on first use (kept on disk afterwards).

A throw picks a region with given chances by Walker's alias method. Draw d of seed s has its own
stream of random numbers (splitmix64 from a state mixed of both), so results depend on neither the
order of draws nor on which industries stand beside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["alias_table", "throws_reaching", "throws_reaching_equal"]

_TOLERANCE = 1e-12
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def alias_table(chances: Floats) -> tuple[npt.NDArray[np.uint64], Integers]:
    """Walker's table: region k is kept with `keep[k]` / 2**32, else replaced by `other[k]`.

    Parameters
    ----------
    chances : ndarray of float64, shape (n_regions,)
        Not negative, summing to 1.

    Returns
    -------
    tuple of ndarray, each of shape (n_regions,)
        `keep` and `other`.

    References
    ----------
    .. [1] Vose, M. D. (1991). A linear algorithm for generating random numbers with a given
       distribution. IEEE Transactions on Software Engineering 17(9), 972-975.
    """
    n = len(chances)
    scaled = chances * n
    keep, other = np.ones(n), np.arange(n, dtype=np.int64)
    small = [k for k in range(n) if scaled[k] < 1]
    large = [k for k in range(n) if scaled[k] >= 1]
    while small and large:
        low, high = small.pop(), large[-1]
        keep[low], other[low] = scaled[low], high
        scaled[high] -= 1.0 - scaled[low]
        if scaled[high] < 1:
            small.append(large.pop())
    return np.floor(keep * 2.0**32).astype(np.uint64), other


@njit(cache=True)
def _mixed(state: np.uint64) -> np.uint64:
    """Output function of splitmix64 (Steele, Lea & Flood 2014)."""
    z = state
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    return z ^ (z >> np.uint64(31))


@njit(cache=True)
def _thrown(state: np.uint64, keep: npt.NDArray[np.uint64], other: Integers) -> np.int64:
    """Region of one throw: the upper half of the bits picks a column, the lower half keeps it."""
    bits = _mixed(state)
    column = np.int64(((bits >> np.uint64(32)) * np.uint64(len(keep))) >> np.uint64(32))
    return column if (bits & np.uint64(0xFFFFFFFF)) < keep[column] else other[column]


@njit(cache=True)
def throws_reaching_equal(
    plants: Integers,
    observed: Floats,
    shares: Floats,
    keep: npt.NDArray[np.uint64],
    other: Integers,
    draws: int,
    seed: int,
) -> Integers:
    """Throws of equal plants whose raw concentration is at least the observed one.

    Industries share their throws: one of n plants takes the first n of a draw.

    Parameters
    ----------
    plants : ndarray of int64, shape (n_industries,)
        Numbers of plants, ascending.
    observed : ndarray of float64, shape (n_industries,)
        Raw concentration G of each.
    shares : ndarray of float64, shape (n_regions,)
        Shares of regions, summing to 1, from which `keep` and `other` were made.
    draws, seed : int
        Number of throws of everything; start of their random numbers.

    Returns
    -------
    ndarray of int64, shape (n_industries,)
        At most `draws`.
    """
    reaching = np.zeros(len(plants), dtype=np.int64)
    own = (shares**2).sum()
    for draw in range(draws):
        state = _mixed(np.uint64(seed) * _GOLDEN + np.uint64(draw))
        here = np.zeros(len(shares), dtype=np.int64)
        squares, cross, thrown = 0, 0.0, 0
        for industry in range(len(plants)):
            while thrown < plants[industry]:
                state += _GOLDEN
                region = _thrown(state, keep, other)
                squares += 2 * here[region] + 1
                here[region] += 1
                cross += shares[region]
                thrown += 1
            n = float(thrown)
            raw = squares / (n * n) - 2.0 * cross / n + own
            if raw >= observed[industry] - _TOLERANCE:
                reaching[industry] += 1
    return reaching


@njit(cache=True)
def throws_reaching(
    sizes: Floats,
    plants: Integers,
    observed: float,
    shares: Floats,
    keep: npt.NDArray[np.uint64],
    other: Integers,
    draws: int,
    seed: int,
) -> int:
    """Throws of plants of given sizes whose raw concentration is at least the observed one.

    Parameters
    ----------
    sizes, plants : ndarray, shape (n_sizes,)
        Shares of the industry that plants have, and how many have each; together 1.
    observed : float
        Raw concentration G.
    shares, keep, other, draws, seed
        As in `throws_reaching_equal`.

    Returns
    -------
    int
        At most `draws`.
    """
    reaching = 0
    own = (shares**2).sum()
    here = np.zeros(len(shares))
    for draw in range(draws):
        state = _mixed(np.uint64(seed) * _GOLDEN + np.uint64(draw))
        here[:] = 0.0
        squares, cross = 0.0, 0.0
        for k in range(len(sizes)):
            for _ in range(plants[k]):
                state += _GOLDEN
                region = _thrown(state, keep, other)
                squares += (2.0 * here[region] + sizes[k]) * sizes[k]
                here[region] += sizes[k]
                cross += shares[region] * sizes[k]
        if squares - 2.0 * cross + own >= observed - _TOLERANCE:
            reaching += 1
    return reaching
