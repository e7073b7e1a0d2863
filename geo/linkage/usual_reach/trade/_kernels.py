"""The compiled loops of the usual reach; imported only where they run, and kept on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.compiled import njit

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Columns = npt.NDArray[np.int32]
    Rows = npt.NDArray[np.int32]
    Kinds = npt.NDArray[np.int8]
    Bools = npt.NDArray[np.bool_]

__all__ = [
    "class_sums",
    "column_potentials",
    "column_sums",
    "count_pairs",
    "row_potentials",
    "run_sums",
]


@njit(cache=True, nogil=True)
def count_pairs(  # noqa: C901, PLR0912, PLR0915 - one loop that is compiled as one
    regions: Integers, start: Integers, xyz: Floats, weight: Floats, party: Integers,
    other_regions: Integers, other_start: Integers, other_xyz: Floats, other_weight: Floats,
    other_party: Integers, position: Integers, near_start: Integers, near_region: Columns,
    related: Bools, within: float, cosines: Floats, crossing: Integers, union: Integers,
    other_union: Integers,
) -> tuple[Integers, Integers, Integers, Integers, Columns, Floats]:  # fmt: skip # pragma: no cover
    """Weight of the pairs of parties of near regions by kind: row, kind, label, length of runs.

    The product of two unit vectors is the cosine of their angle, which falls with distance; so a
    pair is in the first bin whose edge has a smaller cosine. `within` is infinite where regions
    decide what is one place, `related` is empty where a region is the only one. Kinds are classes
    of distance, and one more of pairs of a party with itself. `position` is that of every region
    among `other_regions`, -1 where it is not there; `crossing` has the codes of crossing pairs.
    """
    bins = len(cosines)
    kinds = 2 * bins + 3
    far, nobody = 2 * bins, 2 * bins + 2
    others = len(other_regions)
    column, value = np.empty(1024, np.int32), np.empty(1024, np.float64)
    entries = 0
    shape = 256
    row = np.empty(shape, np.int64)
    kind, label, size = (np.empty(shape, np.int64), np.empty(shape, np.int64),
                         np.empty(shape, np.int64))  # fmt: skip
    runs = 0
    of_row_slot, of_row_column = np.empty(1024, np.int64), np.empty(1024, np.int32)
    of_row_value = np.empty(1024, np.float64)
    counts = np.zeros(3 * kinds + 1, np.int64)
    weights = np.zeros(kinds, np.float64)
    crosses = 0
    for r in range(len(regions)):
        region = regions[r]
        found = 0
        for k in range(near_start[region], near_start[region + 1]):
            q = position[near_region[k]]
            if q < 0:
                continue
            code = r * others + q
            while crosses < len(crossing) and crossing[crosses] < code:
                crosses += 1
            of_pair = 0
            if crosses < len(crossing) and crossing[crosses] == code:
                of_pair = 2
            elif union[r] >= 0 and union[r] == other_union[q]:
                of_pair = 1
            if related.size > 0:
                same = related[region, other_regions[q]]
            else:
                same = region == other_regions[q]
            for i in range(start[r], start[r + 1]):
                for m in range(other_start[q], other_start[q + 1]):
                    pair = weight[i] * other_weight[m]
                    if party[i] == other_party[m]:
                        weights[nobody] += pair
                        continue
                    cosine = (
                        xyz[i, 0] * other_xyz[m, 0]
                        + xyz[i, 1] * other_xyz[m, 1]
                        + xyz[i, 2] * other_xyz[m, 2]
                    )
                    # Most pairs are far; places that are not known count as near.
                    at = bins if cosine == cosine else 0  # noqa: PLR0124
                    while at > 0 and cosine >= cosines[at - 1]:
                        at -= 1
                    is_one = cosine >= within if within <= 1.0 else same
                    weights[2 * at + (1 if is_one else 0)] += pair
            if found + kinds > len(of_row_slot):
                of_row_slot = np.append(of_row_slot, np.empty_like(of_row_slot))
                of_row_column = np.append(of_row_column, np.empty_like(of_row_column))
                of_row_value = np.append(of_row_value, np.empty_like(of_row_value))
            for c in range(kinds):
                # Far pairs are the rest; only across a border are they asked for by themselves.
                if weights[c] > 0.0 and (c != far or of_pair == 2):
                    of_row_slot[found] = of_pair * kinds + c
                    of_row_column[found], of_row_value[found] = q, weights[c]
                    counts[of_pair * kinds + c + 1] += 1
                    found += 1
                weights[c] = 0.0
        while entries + found > len(column):
            column = np.append(column, np.empty_like(column))
            value = np.append(value, np.empty_like(value))
        if runs + 3 * kinds > len(row):
            row, kind = np.append(row, np.empty_like(row)), np.append(kind, np.empty_like(kind))
            label, size = (
                np.append(label, np.empty_like(label)),
                np.append(size, np.empty_like(size)),
            )
        for slot in range(3 * kinds):
            if counts[slot + 1] > 0:
                row[runs], kind[runs], label[runs] = r, slot % kinds, slot // kinds
                size[runs] = counts[slot + 1]
                runs += 1
            counts[slot + 1] += counts[slot]
        for k in range(found):
            at = entries + counts[of_row_slot[k]]
            counts[of_row_slot[k]] += 1
            column[at], value[at] = of_row_column[k], of_row_value[k]
        entries += found
        counts[:] = 0
    return (row[:runs].copy(), kind[:runs].copy(), label[:runs].copy(), size[:runs].copy(),
            column[:entries].copy(), value[:entries].copy())  # fmt: skip


@njit(cache=True, nogil=True)
def run_sums(begin: Integers, end: Integers, column: Columns, weight: Floats, values: Floats,
             found: Floats) -> None:  # fmt: skip  # pragma: no cover
    """Put the weighted sum of the values of its columns into `found` for every run."""
    for k in range(len(begin)):
        total = 0.0
        for e in range(begin[k], end[k]):
            total += weight[e] * values[column[e]]
        found[k] = total


@njit(cache=True, nogil=True)
def column_sums(begin: Integers, end: Integers, column: Columns, weight: Floats, one: Floats,
                two: Floats, found: Floats, other: Floats) -> None:  # fmt: skip  # pragma: no cover
    """Add the weight of every entry, times either factor of its run, to its column."""
    for k in range(len(begin)):
        a, b = one[k], two[k]
        for e in range(begin[k], end[k]):
            found[column[e]] += weight[e] * a
            other[column[e]] += weight[e] * b


@njit(cache=True, nogil=True)
def row_potentials(row: Rows, kind: Kinds, state: Kinds, sums: Floats, pull: Floats,
                   at_home: Floats, found: Floats) -> None:  # fmt: skip # pragma: no cover
    """Add what every run sums to the four potentials of its row, shape (rows, 4).

    Near partners that are kept in, parties that are kept in, and both of those left out. `pull` is
    what a pair of each kind weighs; `state` is 1 of a run that is left out, 2 where the parties
    of its region pairs are, too. Pairs of an even kind do not weigh by `at_home`; the last but one
    kind is of a party with itself, and pairs of the kind before the last two fill nothing.
    """
    far = len(pull) - 3
    for k in range(len(row)):
        r, c = row[k], kind[k]
        near = sums[k] * pull[c]
        if c % 2 == 1:
            near *= at_home[r]
        found[r, 0 if state[k] == 0 else 2] += near
        if c != far:
            found[r, 1 if state[k] < 2 else 3] += sums[k]


@njit(cache=True, nogil=True)
def column_potentials(begin: Integers, end: Integers, column: Columns, weight: Floats, row: Rows,
                      kind: Kinds, state: Kinds, active: Floats, pull: Floats, at_home: Floats,
                      found: Floats) -> None:  # fmt: skip # pragma: no cover
    """The same of every column, by the activity of rows."""
    far = len(pull) - 3
    for k in range(len(row)):
        r, c = row[k], kind[k]
        near, filled = active[r] * pull[c], active[r]
        if c % 2 == 1:
            near *= at_home[r]
        if c == far:
            filled = 0.0
        one, other = 0 if state[k] == 0 else 2, 1 if state[k] < 2 else 3
        for e in range(begin[k], end[k]):
            found[column[e], one] += weight[e] * near
            found[column[e], other] += weight[e] * filled


@njit(cache=True, nogil=True)
def class_sums(row: Rows, kind: Kinds, state: Kinds, sums: Floats, active: Floats,
               at_home: Floats, by_kind: Floats,
               filled: Floats) -> None:  # fmt: skip # pragma: no cover
    """Add the runs that are kept in to their kinds, and the parties that are to their rows."""
    far = len(by_kind) - 3
    for k in range(len(row)):
        r, c = row[k], kind[k]
        ties = active[r] * sums[k]
        if c != far and state[k] < 2:
            filled[r] += ties
        if state[k] == 0:
            by_kind[c] += ties * at_home[r] if c % 2 == 1 else ties
