"""How many replicates each unit gets: more where few of them reach what was observed.

Here belongs the plan by which conditional permutations go on, so that a correction for many tests
can reject at all: with 999 replicates no two-sided p is below 0.002, and of 60,000 tests 2,400
would have to stand there before one passes; with 999,999 three are enough. How one block of
replicates is counted does not belong here (`permutation`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.concentration.cells.false_discovery import q_values
from geo.concentration.map.permutation import TailCounts, lag_tail_counts, neighbour_draws
from geo.errors import GeoError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    from geo.concentration.map._variables import Part

    Booleans = npt.NDArray[np.bool_]
    Counts = npt.NDArray[np.int32]
    Integers = npt.NDArray[np.int64]

__all__ = ["Adaptive", "Replicates", "conditional_replicates"]

_ENOUGH = 10
_DRAWS_PER_BLOCK = 10_000


@dataclass(frozen=True, kw_only=True)
class Adaptive:
    """Plan for more replicates where they matter.

    After each stage the replicates grow tenfold, up to `most`, for the units that fewer than ten
    of them reached in one of the tails, until those that none reached pass the false-discovery
    correction over all tested units. A p-value from such a plan is valid: a unit that stops early
    has a p above all that a later stage could be asked about [1]_.

    Raises
    ------
    GeoError
        If `significance` is not between 0 and 1.

    References
    ----------
    .. [1] Besag, J., Clifford, P. (1991). Sequential Monte Carlo p-values. Biometrika 78, 301-304.

    Examples
    --------
    >>> Adaptive(most=9_999).significance
    0.05
    """

    most: int = 999_999
    """Replicates at which to stop in any case."""
    significance: float = 0.05
    """False-discovery rate that the smallest p should be able to pass."""
    tested: npt.ArrayLike | None = None
    """Units and variables (in the shape of the values) whose p will be read; all if not given."""

    def __post_init__(self) -> None:
        if not 0 < self.significance < 1:
            message = f"`significance` must lie between 0 and 1: it is {self.significance}."
            raise GeoError(message)


class Replicates(NamedTuple):
    """Tails of every unit, and out of how many; arrays of shape (variables, units)."""

    counts: TailCounts
    number: Counts


def conditional_replicates(
    parts: list[Part],
    shape: tuple[int, int],
    *,
    permutations: int,
    adaptive: Adaptive | None,
    seed: int,
    count: Callable[..., TailCounts] = lag_tail_counts,
) -> Replicates:
    """Tails of a statistic over neighbours, by as many replicates as each unit needs.

    Parameters
    ----------
    parts : list of Part
        Variables with an answer; those that are in none get no replicates.
    shape : (int, int)
        Numbers of all variables and of all units.
    permutations : int
        Replicates of every unit; 0 for none at all.
    adaptive : Adaptive, optional
        How to go on.
    seed : int
        A part's draws depend on it and on the number of its units, on nothing else.
    count : callable
        `lag_tail_counts` or `difference_tail_counts`.

    Returns
    -------
    Replicates
        All 0 where there is no answer.

    Raises
    ------
    GeoError
        If `adaptive.tested` has another shape than the values.

    See Also
    --------
    Adaptive : The plan and its source.
    """
    counts = TailCounts(*np.zeros((2, *shape), dtype=np.int32))
    number = np.zeros(shape, dtype=np.int32)
    unsettled = np.zeros(shape, dtype=bool)
    for part in parts:
        unsettled[part.place] = part.rows.neighbours > 0
    tested = _tested(adaptive, shape) & unsettled
    goal = permutations
    while permutations and unsettled.any():
        for part in parts:
            _add(counts, part, goal, number, unsettled, seed=seed, count=count)
        number[unsettled] = goal
        goal = 10 * (goal + 1) - 1
        if adaptive is None or goal > adaptive.most or _settled(counts, number, tested, adaptive):
            break
        unsettled = tested & (np.minimum(*counts) < _ENOUGH)
    return Replicates(counts, number)


def _tested(adaptive: Adaptive | None, shape: tuple[int, int]) -> Booleans:
    if adaptive is None or adaptive.tested is None:
        return np.ones(shape, dtype=bool)
    tested = np.asarray(adaptive.tested, dtype=bool)
    tested = tested.reshape(len(tested), -1).T
    if tested.shape != shape:
        message = (
            f"`tested` must have the shape of the values, {shape[1]} units by {shape[0]} "
            f"variables: it has {tested.shape[1]} by {tested.shape[0]}."
        )
        raise GeoError(message)
    return tested


def _add(
    counts: TailCounts,
    part: Part,
    goal: int,
    number: Counts,
    unsettled: Booleans,
    *,
    seed: int,
    count: Callable[..., TailCounts],
) -> None:
    """Count the replicates up to `goal` of the unsettled units of one part, in place."""
    open_ = unsettled[part.place]
    some = np.any(open_, axis=1, keepdims=False)
    if not some.any():
        return
    done = int(number[part.place][open_][:1][0])
    if not some.all():
        part, open_ = part.only(some), open_[some]
    so_far = TailCounts(*(total[part.place] for total in counts))
    for draws in _draws(part, goal, done, seed):
        # At first all units are counted, also the few that have no neighbours.
        count(part.values, part.rows, draws, only=open_ if done else None, onto=so_far)
    for total, part_of_it in zip(counts, so_far, strict=True):
        if not np.shares_memory(total, part_of_it):
            total[part.place] = part_of_it


def _draws(part: Part, goal: int, done: int, seed: int) -> Iterator[Integers]:
    units = part.values.shape[1]
    size = min(int(part.rows.neighbours.max()) + 1, units)
    rng = np.random.default_rng([seed, units, goal])
    for start in range(done, goal, _DRAWS_PER_BLOCK):
        length = min(_DRAWS_PER_BLOCK, goal - start)
        yield neighbour_draws(units, size, permutations=length, rng=rng)


def _settled(counts: TailCounts, number: Counts, tested: Booleans, adaptive: Adaptive) -> bool:
    """Whether no more replicates could help a unit across the correction."""
    smaller = np.minimum(*counts)[tested]
    unreached = smaller == 0
    if not unreached.any():
        return True
    q = q_values(np.minimum(1, 2 * (1 + smaller) / (1 + number[tested])))
    return bool(q[unreached].max() <= adaptive.significance)
