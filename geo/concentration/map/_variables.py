"""Variables on a map, made ready for the statistics on it.

Here belongs what `autocorrelation`, `geary` and `getis_ord` share: checks of what is handed in,
variables grouped by the units that they miss, standard scores, sums of weights, p-values from
counts. Arrays have shape (variables, units).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo.concentration.map.neighbours import Rows, graph_rows, restricted_rows
from geo.errors import GeoError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt
    from libpysal.graph import Graph

    from geo.concentration.map.permutation import TailCounts

    Booleans = npt.NDArray[np.bool_]
    Counts = npt.NDArray[np.int32]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Place = slice | Integers
    Texts = npt.NDArray[np.str_]

__all__ = [
    "NO_VARIATION",
    "Part",
    "as_values",
    "global_parts",
    "lag",
    "lag_moments",
    "local_scores",
    "local_tails",
    "no_answer",
    "parts",
    "placed",
    "row_sums",
    "standard_scores",
    "tails",
    "weight_sums",
]

NO_VARIATION = 1e-12


class Part(NamedTuple):
    """Variables that miss the same units, on the map of the units that they have."""

    variables: Integers
    """Positions of the variables."""
    keep: Booleans
    """Shape (all units,): the units that they have."""
    rows: Rows
    """Neighbours among these units."""
    values: Floats
    """Shape (variables of the part, units of the part)."""

    @property
    def place(self) -> tuple[Place, Place]:
        """Where the part stands in an array of all variables and units."""
        if self.keep.all() and np.all(np.diff(self.variables) == 1) and len(self.variables):
            # The common case, without gaps: a view is far quicker than a gather.
            return slice(self.variables[0], self.variables[-1] + 1), slice(None)
        return self.variables[:, None], np.flatnonzero(self.keep)[None, :]

    def only(self, chosen: Booleans) -> Part:
        """Part with some of its variables."""
        if chosen.all():
            return self
        return self._replace(variables=self.variables[chosen], values=self.values[chosen])


def as_values(
    values: npt.ArrayLike, graph: Graph, *, permutations: int = 0, seed: int = 0
) -> Floats:
    """Values of shape (units,) or (units, variables) as shape (variables, units).

    Raises
    ------
    GeoError
        If the shape does not fit the graph, a value is infinite, or a number is negative.
    """
    x = np.asarray(values, dtype=np.float64)
    if x.ndim not in (1, 2) or len(x) != graph.n:
        message = (
            "`values` must have shape (units,) or (units, variables) with one row for each of the "
            f"graph's {graph.n} units: the shape is {x.shape}."
        )
        raise GeoError(message)
    if np.isinf(x).any():
        first = np.argwhere(np.isinf(x))[0].tolist()
        message = f"`values` must be finite, or NaN where missing: infinite at {first}."
        raise GeoError(message)
    if permutations < 0 or seed < 0:
        message = f"`permutations` and `seed` must not be negative: {permutations}, {seed}."
        raise GeoError(message)
    return np.ascontiguousarray(x.reshape(len(x), -1).T)


def no_answer(x: Floats) -> Texts:
    """Why each variable has no answer: `constant`, `one_region`; empty where it has one."""
    known = np.isfinite(x)
    low = np.min(x, axis=1, initial=np.inf, where=known)
    high = np.max(x, axis=1, initial=-np.inf, where=known)
    noise = NO_VARIATION * np.maximum(np.abs(low), np.abs(high))
    # If one unit alone differs, all the others stand at the lowest or all at the highest value.
    with np.errstate(invalid="ignore"):
        at_low = np.count_nonzero(x <= (low + noise)[:, None], axis=1)
        at_high = np.count_nonzero(x >= (high - noise)[:, None], axis=1)
        n = np.count_nonzero(known, axis=1)
        constant = (n == 0) | (high - low <= noise)
    alone = np.maximum(at_low, at_high) >= n - 1
    found: Texts = np.select([constant, alone], ["constant", "one_region"], default="")
    return found.astype("<U16")


def parts(x: Floats, graph: Graph, *, standardise: bool = True) -> Iterator[Part]:
    """All variables, those that miss the same units together."""
    everything = graph_rows(graph, standardise=False)
    known = np.isfinite(x)
    if known.all():
        groups = [np.arange(len(x))] if len(x) else []
    else:
        packed = np.packbits(known, axis=1)
        _, first, group = np.unique(packed, axis=0, return_index=True, return_inverse=True)
        order = np.argsort(group, kind="stable")
        groups = np.split(order, np.searchsorted(group[order], np.arange(1, len(first))))
    for chosen in groups:
        keep = known[chosen[0]]
        rows = restricted_rows(everything, keep, standardise=standardise)
        values = x if x.shape == (len(chosen), keep.sum()) else x[np.ix_(chosen, keep)]
        yield Part(chosen, keep, rows, np.ascontiguousarray(values))


def global_parts(
    x: Floats, graph: Graph, reason: Texts, *, standardise: bool = True
) -> Iterator[Part]:
    """Variables that have an answer for the map as a whole.

    Where nobody has a neighbour there is none: `no_neighbours` is written into `reason`.
    """
    for part in parts(x, graph, standardise=standardise):
        answerable = reason[part.variables] == ""
        if len(part.rows.weights) == 0:
            reason[part.variables[answerable]] = "no_neighbours"
        elif answerable.any():
            yield part.only(answerable)


def local_scores(
    x: Floats, graph: Graph, reason: Texts, *, standardise: bool = True
) -> tuple[list[Part], Integers]:
    """Standard scores of the variables with an answer, and everybody's number of neighbours."""
    neighbours = np.zeros(x.shape, dtype=np.int64)
    scores = []
    for everyone in parts(x, graph, standardise=standardise):
        neighbours[everyone.place] = everyone.rows.neighbours
        part = everyone.only(reason[everyone.variables] == "")
        if len(part.variables):
            scores.append(part._replace(values=standard_scores(part.values)))
    return scores, neighbours


def standard_scores(x: Floats) -> Floats:
    """Deviations from the mean in units of the standard deviation (divisor n)."""
    z: Floats = x - x.mean(axis=1, keepdims=True)
    z /= np.sqrt(np.einsum("ij,ij->i", z, z) / x.shape[1])[:, None]
    return z


def lag(x: Floats, rows: Rows) -> Floats:
    """Weighted sum over the neighbours of each unit."""
    from geo.concentration.map._permutation_kernels import neighbour_sums

    sums: Floats = neighbour_sums(x, rows.indptr, rows.indices, rows.weights)
    return sums


def lag_moments(x: Floats, rows: Rows) -> tuple[Floats, Floats]:
    """Mean and variance of each unit's lag over all ways to draw its neighbours from the others."""
    from geo.concentration.map._permutation_kernels import draw_moments

    mean, variance = draw_moments(x, *row_sums(rows))
    return mean, variance


def row_sums(rows: Rows) -> tuple[Floats, Floats]:
    """Sums of each unit's weights and of their squares."""
    n = len(rows.neighbours)
    focal = np.repeat(np.arange(n), rows.neighbours)
    total = np.bincount(focal, rows.weights, minlength=n)
    squares = np.bincount(focal, rows.weights**2, minlength=n)
    return total.astype(np.float64), squares.astype(np.float64)


def placed(
    found: Sequence[tuple[Part, tuple[npt.NDArray[Any], ...]]],
    shape: tuple[int, int],
    empty: tuple[Any, ...],
) -> list[npt.NDArray[Any]]:
    """Arrays of all variables and units from those `found` for parts, `empty` elsewhere."""
    if len(found) == 1 and found[0][1][0].shape == shape:
        return list(found[0][1])  # the common case, without gaps, needs no copy
    whole = [np.full(shape, fill) for fill in empty]
    for part, arrays in found:
        for onto, array in zip(whole, arrays, strict=True):
            onto[part.place] = array
    return whole


def weight_sums(rows: Rows) -> tuple[float, float, float]:
    """S0, S1 and S2: sums of weights, of squared symmetric weights, of squared margins."""
    from scipy.sparse import csr_array

    n = len(rows.neighbours)
    matrix = csr_array((rows.weights, rows.indices, rows.indptr), shape=(n, n))
    both = matrix + matrix.T
    margins: Floats = np.asarray(matrix.sum(axis=0)) + np.asarray(matrix.sum(axis=1))
    return float(rows.weights.sum()), float((both.data**2).sum() / 2), float((margins**2).sum())


def tails(counts: TailCounts, permutations: int) -> Floats:
    """Upper, lower and two-sided p of each variable as a whole, shape (3, variables)."""
    upper = (1 + counts.at_least) / (1 + permutations)
    lower = (1 + counts.at_most) / (1 + permutations)
    return np.stack([upper, lower, np.minimum(1, 2 * np.minimum(upper, lower))])


def local_tails(counts: TailCounts, number: Counts, sign: Floats) -> tuple[Floats, ...]:
    """Upper, lower and two-sided p of each unit, for a statistic of that `sign` times the counted.

    NaN where the sign is, or where there were no replicates.
    """
    from geo.concentration.map._permutation_kernels import tail_chances

    return tuple(tail_chances(counts.at_least, counts.at_most, number, sign, NO_VARIATION))
