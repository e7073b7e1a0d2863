"""Pairs of possible partners of a giver, by region of both and kind.

A region pair has so many pairs of parties in every class of distance. Most region pairs have all of
theirs in the last bin, at different places; these are the product of the parties of both, less
what the near region pairs have in other classes. So only near region pairs are held one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.linkage.usual_reach.trade.distance_classes import BINS, CLASSES, EDGES_KM
from geo.sphere import cosine_of_km

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.linkage.usual_reach.trade.points import Nearness, NearRegions, Places

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

__all__ = ["FAR", "NOBODY", "Entries", "Pairs", "possible_pairs"]

FAR = 2 * (BINS - 1)
"""Class of the last bin, at different places."""

NOBODY = CLASSES
"""Kind of the pairs of a party with itself, which are none."""

_COSINES = cosine_of_km(EDGES_KM)
_CROSSES = 2


class Entries(NamedTuple):
    """Region pairs with pairs of parties of some kind, one by one."""

    row: Integers
    column: Integers
    kind: Integers
    weight: Floats


class Pairs(NamedTuple):
    """Pairs of parties by region of both and kind, in runs of one row, kind and label.

    Rows and columns are places of regions among suppliers and customers. Pairs of the kind `FAR`
    are the rest of what rows and columns have together; they have an entry only where the two
    regions count as one place across a border.
    """

    row: npt.NDArray[np.int32]
    kind: npt.NDArray[np.int8]
    label: npt.NDArray[np.int8]
    """1 where both regions are in one union, 2 where they count as one place across a border."""
    start: Integers
    """Position of the first entry of every run; one more than runs."""
    column: npt.NDArray[np.int32]
    weight: Floats

    @property
    def crosses(self) -> Bools:
        """Runs of region pairs that count as one place across a border."""
        found: Bools = self.label == _CROSSES
        return found

    def entries(self, runs: Integers) -> Entries:
        """Entries of some runs."""
        sizes = self.start[runs + 1] - self.start[runs]
        ends = np.cumsum(sizes)
        at = np.repeat(self.start[runs] - (ends - sizes), sizes) + np.arange(int(sizes.sum()))
        row, kind = (np.repeat(x[runs], sizes).astype(np.int64) for x in (self.row, self.kind))
        return Entries(row, self.column[at].astype(np.int64), kind, self.weight[at])

    def run_sums(self, values: Floats, runs: Integers | None = None) -> Floats:
        """Weighted sum over its columns' `values` of every run, or of some."""
        from geo.linkage.usual_reach.trade import _kernels

        begin, end = self.start[:-1], self.start[1:]
        if runs is not None:
            begin, end = begin[runs], end[runs]
        found = np.empty(len(begin))
        _kernels.run_sums(begin, end, self.column, self.weight, values, found)
        return found

    def column_sums(self, one: Floats, two: Floats, size: int) -> tuple[Floats, Floats]:
        """Weighted sums over runs of two factors of each, by column."""
        from geo.linkage.usual_reach.trade import _kernels

        begin, end = self.start[:-1], self.start[1:]
        found, other = np.zeros(size), np.zeros(size)
        _kernels.column_sums(begin, end, self.column, self.weight, one, two, found, other)
        return found, other

    @classmethod
    def joined(cls, parts: list[Pairs], rows: Integers, columns: Integers) -> Pairs:
        """Pairs of strata, one after the other.

        Parameters
        ----------
        parts : list of Pairs
            Of every stratum.
        rows, columns : ndarray of int64
            Position of the first row, and of the first column, of every stratum.
        """
        sizes = [np.diff(part.start) for part in parts]
        return cls(
            np.concatenate([p.row + np.int32(at) for p, at in zip(parts, rows, strict=True)]),
            np.concatenate([p.kind for p in parts]),
            np.concatenate([p.label for p in parts]),
            np.concatenate([[0], np.cumsum(np.concatenate(sizes))]),
            np.concatenate([p.column + np.int32(at) for p, at in zip(parts, columns, strict=True)]),
            np.concatenate([p.weight for p in parts]),
        )


def possible_pairs(
    sellers: Places,
    buyers: Places,
    nearness: Nearness,
    near: NearRegions,
    *,
    crossing: tuple[Integers, Integers],
    unions: tuple[Integers, Integers],
) -> Pairs:
    """Pairs of suppliers and customers of one stratum.

    A party is no partner of itself.

    Parameters
    ----------
    sellers, buyers : Places
        As `CellPoints.of_groups` returns them.
    nearness : Nearness
        When two of them are at one place.
    near : NearRegions
        Regions that are looked at one by one.
    crossing, unions : tuple of ndarray of int64
        As `Concentration.crossing` and `unions_of` return them.
    """
    from geo.linkage.usual_reach.trade._kernels import count_pairs

    position = np.full(len(near.start) - 1, -1)
    position[buyers.regions] = np.arange(len(buyers.regions))
    related = np.empty((0, 0), dtype=bool) if nearness.related is None else nearness.related
    within = np.inf if nearness.km is None else float(cosine_of_km(nearness.km))
    row, kind, label, size, column, weight = count_pairs(
        sellers.regions, sellers.start, sellers.xyz, sellers.weight, sellers.party,
        buyers.regions, buyers.start, buyers.xyz, buyers.weight, buyers.party,
        position, near.start, near.region, related, within, _COSINES,
        crossing[0] * len(buyers.regions) + crossing[1], *unions,
    )  # fmt: skip
    return Pairs(
        row.astype(np.int32),
        kind.astype(np.int8),
        label.astype(np.int8),
        np.concatenate([[0], np.cumsum(size)]),
        column,
        weight,
    )
