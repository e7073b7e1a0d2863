r"""Plants thrown on a map like darts: the compiled kernels behind `glaeser_indices`.

Here belongs the counting of throws that reach what was observed, and nothing else. Import this
module inside functions: it compiles on first use (kept on disk afterwards).

What is counted is the quadratic form :math:`(s - x)' \Psi (s - x)` of the plants' regional shares
s and the reference x, where :math:`\Psi` is the identity, or has neighbours' weights beside it. It
is kept up plant by plant: one of share z in region r adds
:math:`z^2 + 2 z (\Psi s)_r - 2 z (\Psi x)_r`.

A throw picks a region with given chances by Walker's alias method. Draw d of seed s has its own
stream of random numbers (splitmix64 from a state mixed of both), so results depend on neither the
order of draws nor on which industries stand beside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.compiled import njit

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["Board", "board", "throws_reaching", "throws_reaching_equal"]

_TOLERANCE = 1e-12
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


class Board(NamedTuple):
    """A map to throw at; arrays of shape (n_regions,) unless said otherwise."""

    keep: npt.NDArray[np.uint64]
    """How often, in 2**32, a throw at the region stays there."""
    other: Integers
    """Where it goes else."""
    lagged: Floats
    """Reference shares, with the neighbours' added by their weights."""
    own: float
    """The quadratic form of the reference shares themselves."""
    indptr: Integers
    """Shape (n_regions + 1,): neighbours of region r stand at `indptr[r]:indptr[r + 1]`."""
    indices: Integers
    """Shape (links,): the neighbours."""
    weights: Floats
    """Shape (links,): their weights, the same in both directions."""


def board(shares: Floats, neighbours: csr_array | None = None) -> Board:
    """Return the map for regions of these shares, summing to 1, and symmetric weights if any."""
    keep, other = _alias_table(shares)
    if neighbours is None:
        none = np.zeros(0, dtype=np.int64)
        indptr = np.zeros(len(shares) + 1, dtype=np.int64)
        return Board(keep, other, shares, float((shares**2).sum()), indptr, none, np.zeros(0))
    lagged = shares + neighbours @ shares
    rows = (neighbours.indptr.astype(np.int64), neighbours.indices.astype(np.int64))
    own = float(shares @ lagged)
    return Board(keep, other, lagged, own, *rows, neighbours.data.astype(np.float64))


def _alias_table(chances: Floats) -> tuple[npt.NDArray[np.uint64], Integers]:
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
    plants: Integers, observed: Floats, target: Board, draws: int, seed: int
) -> Integers:
    """Throws of equal plants whose concentration is at least the observed one.

    Industries share their throws: one of n plants takes the first n of a draw.

    Parameters
    ----------
    plants : ndarray of int64, shape (n_industries,)
        Numbers of plants, ascending.
    observed : ndarray of float64, shape (n_industries,)
        Quadratic form of each.
    target : Board
        The map.
    draws, seed : int
        Number of throws of everything; start of their random numbers.

    Returns
    -------
    ndarray of int64, shape (n_industries,)
        At most `draws`.
    """
    reaching = np.zeros(len(plants), dtype=np.int64)
    here = np.zeros(len(target.lagged))
    for draw in range(draws):
        state = _mixed(np.uint64(seed) * _GOLDEN + np.uint64(draw))
        here[:] = 0.0
        squares, cross, thrown = 0.0, 0.0, 0
        for industry in range(len(plants)):
            while thrown < plants[industry]:
                state += _GOLDEN
                region = _thrown(state, target.keep, target.other)
                squares += 2.0 * here[region] + 1.0
                here[region] += 1.0
                for link in range(target.indptr[region], target.indptr[region + 1]):
                    here[target.indices[link]] += target.weights[link]
                cross += target.lagged[region]
                thrown += 1
            n = float(thrown)
            value = squares / (n * n) - 2.0 * cross / n + target.own
            if value >= observed[industry] - _TOLERANCE:
                reaching[industry] += 1
    return reaching


@njit(cache=True)
def throws_reaching(
    sizes: Floats, plants: Integers, observed: float, target: Board, draws: int, seed: int
) -> int:
    """Throws of plants of given sizes whose concentration is at least the observed one.

    Parameters
    ----------
    sizes, plants : ndarray, shape (n_sizes,)
        Shares of the industry that plants have, and how many have each; together 1.
    observed : float
        Quadratic form.
    target, draws, seed
        As in `throws_reaching_equal`.

    Returns
    -------
    int
        At most `draws`.
    """
    reaching = 0
    here = np.zeros(len(target.lagged))
    for draw in range(draws):
        state = _mixed(np.uint64(seed) * _GOLDEN + np.uint64(draw))
        here[:] = 0.0
        squares, cross = 0.0, 0.0
        for k in range(len(sizes)):
            for _ in range(plants[k]):
                state += _GOLDEN
                region = _thrown(state, target.keep, target.other)
                squares += (2.0 * here[region] + sizes[k]) * sizes[k]
                here[region] += sizes[k]
                for link in range(target.indptr[region], target.indptr[region + 1]):
                    here[target.indices[link]] += target.weights[link] * sizes[k]
                cross += target.lagged[region] * sizes[k]
        if squares - 2.0 * cross + target.own >= observed - _TOLERANCE:
            reaching += 1
    return reaching
