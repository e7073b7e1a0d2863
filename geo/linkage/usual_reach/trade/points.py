"""Where the firms of every cell are: a few of its places, each standing for so many firms."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np

from geo.linkage.usual_reach.trade.sums import sums_at
from geo.sphere import unit_vectors

if TYPE_CHECKING:
    import numpy.typing as npt

    Lazy = nw.LazyFrame[Any]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["CellPoints", "Places", "cell_points"]

_MOST = 48  # places of a cell: some two thousand pairs between two of them


@dataclass(frozen=True)
class CellPoints:
    """Places of parties by region and group; a group is an industry or a kind of institution."""

    groups: int
    code: Integers
    """region_key * groups + group, ascending: the cells that have a party."""
    start: Integers
    """Position of each cell's first place; one more than cells."""
    xyz: Floats
    """Unit vectors, shape (places, 3)."""
    party: Integers
    """Key of the party at each place."""
    weight: Floats
    """Parties that a place stands for, on average over the years."""

    @cached_property
    def group(self) -> Integers:
        """Group of every cell."""
        found: Integers = self.code % self.groups
        return found

    @cached_property
    def region(self) -> Integers:
        """Region of every cell."""
        found: Integers = self.code // self.groups
        return found

    @cached_property
    def _by_group(self) -> tuple[Integers, Integers]:
        """Cells in the order of groups, and the position of the first cell of each."""
        order = np.argsort(self.group, kind="stable")
        return order, np.searchsorted(self.group[order], np.arange(self.groups + 1))

    def parties(self) -> Floats:
        """Parties of every cell, in the order of `code`."""
        return _sums(self.weight, self.start)

    def of_groups(self, groups: list[int], weights: Floats) -> Places:
        """Places of some groups, each group's weighted, in the order of cells.

        Parameters
        ----------
        groups : list of int
            Groups.
        weights : ndarray of float64, shape (groups,)
            What a party of each of all groups counts.
        """
        if len(groups) == 1:
            order, first = self._by_group
            cells = order[first[groups[0]] : first[groups[0] + 1]]
        else:
            is_of = np.zeros(self.groups, dtype=bool)
            is_of[groups] = True
            cells = np.flatnonzero(is_of[self.group])
        sizes = self.start[cells + 1] - self.start[cells]
        ends = np.cumsum(sizes)
        at = np.repeat(self.start[cells] - (ends - sizes), sizes) + np.arange(sizes.sum())
        # Cells are in the order of regions, and so are their places.
        regions, row = np.unique(self.region[cells], return_inverse=True)
        row = np.repeat(row, sizes)
        weight = self.weight[at] * np.repeat(weights[self.group[cells]], sizes)
        return Places(
            regions=regions,
            start=np.searchsorted(row, np.arange(len(regions) + 1)),
            xyz=self.xyz[at],
            party=self.party[at],
            weight=weight,
            parties=sums_at(row, weight, len(regions)),
        )


class Places(NamedTuple):
    """Places of one side of a stratum."""

    regions: Integers
    start: Integers
    """Position of the first place of every region; one more than regions."""
    xyz: Floats
    party: Integers
    weight: Floats
    parties: Floats
    """Parties of every region."""


def cell_points(parties: Lazy, *, groups: int, years: int) -> CellPoints:
    """Places of the parties of every cell, pooled over the years.

    Of a cell with more than 48 parties, 48 stand for all, evenly taken in the order of keys.

    Parameters
    ----------
    parties : LazyFrame
        Columns party_key, year, region_key, group, longitude, latitude (degrees); one row per
        party and year.
    groups : int
        Number of groups.
    years : int
        Number of years, over which the numbers of parties are averaged.

    Examples
    --------
    >>> import polars as pl
    >>> firms = nw.from_native(pl.LazyFrame({"party_key": [0, 1, 0, 1], "year": [1, 1, 2, 2],
    ...     "region_key": 0, "group": 0, "longitude": 0.0, "latitude": 0.0}))
    >>> points = cell_points(firms, groups=1, years=2)
    >>> points.code.tolist(), points.weight.tolist()
    ([0], [1.0, 1.0])
    """
    table = (
        parties.group_by("region_key", "group", "party_key")
        .agg(
            nw.col("longitude", "latitude").cast(nw.Float64).min(),
            weight=nw.len().cast(nw.Float64),
        )
        .sort("region_key", "group", "party_key")
        .collect()
    )
    region, group, party = (
        table[c].to_numpy().astype(np.int64) for c in ("region_key", "group", "party_key")
    )
    xyz = unit_vectors(table["longitude"].to_numpy(), table["latitude"].to_numpy())
    code, first, count = np.unique(region * groups + group, return_index=True, return_counts=True)
    weight = table["weight"].to_numpy() / years
    total = _sums(weight, np.append(first, len(weight)))
    taken = np.minimum(count, _MOST)
    start = np.concatenate([[0], np.cumsum(taken)])
    cell = np.repeat(np.arange(len(code)), taken)
    nth = np.arange(len(cell)) - start[cell]
    # The middle of each of so many equal parts of the cell's parties.
    at = first[cell] + ((nth + 0.5) * count[cell] / taken[cell]).astype(np.int64)
    kept = weight[at]
    weight = kept * (total / _sums(kept, start))[cell]
    return CellPoints(groups, code, start, xyz[at], party[at], weight)


def _sums(values: Floats, start: Integers) -> Floats:
    """Sums of `values` between each two of the positions `start`."""
    if len(start) <= 1:
        return np.empty(0)
    sums: Floats = np.add.reduceat(values, start[:-1])
    return sums
