"""Where the firms of every cell are: a few of its places, each standing for so many firms.

Pairs of regions with parties within the last edge are looked at one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from geo.linkage.usual_reach.trade.distance_classes import EDGES_KM
from geo.sphere import EARTH_KM, unit_vectors

if TYPE_CHECKING:
    import numpy.typing as npt

    Lazy = nw.LazyFrame[Any]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]


__all__ = [
    "CellPoints",
    "NearRegions",
    "Nearness",
    "Places",
    "cell_points",
    "near_regions",
    "sums_at",
]


_BLOCK = 512  # regions whose distances to all others are held at once
_SLACK_KM = 1.0  # beyond all rounding


class Nearness(NamedTuple):
    """When two parties are at one place: in one region, within a radius, or as a table says."""

    km: float | None = None
    """Radius; None where regions decide."""
    related: npt.NDArray[np.bool_] | None = None
    """Whether the way from each region to each other is short, shape (regions, regions)."""

    @property
    def is_region(self) -> bool:
        """Whether one place is one region."""
        return self.km is None and self.related is None


class NearRegions(NamedTuple):
    """Regions near every region, itself among them."""

    start: Integers
    """Position of the first of each region; one more than regions."""
    region: npt.NDArray[np.int32]
    """Ascending for each."""

    @property
    def pairs(self) -> tuple[Integers, Integers]:
        """All pairs of near regions, in order."""
        one = np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))
        return one, self.region.astype(np.int64)


def near_regions(
    points: tuple[CellPoints, CellPoints],
    nearness: Nearness,
    also: tuple[Integers, Integers],
    *,
    regions: int,
) -> NearRegions:
    """Pairs of regions of which any two parties could be nearer than the last edge of distance.

    All pairs of parties of other regions are in the last bin, at different places, so they need
    no looking at.

    Parameters
    ----------
    points : tuple of CellPoints
        Of suppliers and of customers.
    nearness : Nearness
        When two parties are at one place; pairs of regions that can be are looked at, too.
    also : tuple of ndarray of int64
        Further pairs to look at.
    regions : int
        Number of regions.
    """
    centre, radius = _circles(points, regions)
    reach = (max(float(EDGES_KM[-1]), nearness.km or 0.0) + _SLACK_KM) / EARTH_KM
    named = [*also, *_moved(points)]
    if nearness.related is not None:
        named.extend(np.nonzero(nearness.related))
    codes = np.unique(np.concatenate(named[::2]) * regions + np.concatenate(named[1::2]))
    counts, found = [np.zeros(1, dtype=np.int64)], []
    for first in range(0, regions, _BLOCK):
        last = min(first + _BLOCK, regions)
        angle = np.arccos(np.clip(centre[first:last] @ centre.T, -1.0, 1.0))
        near = angle <= reach + radius[first:last, None] + radius[None, :]
        low, high = np.searchsorted(codes, [first * regions, last * regions])
        near.ravel()[codes[low:high] - first * regions] = True
        counts.append(near.sum(axis=1))
        found.append(np.nonzero(near)[1].astype(np.int32))
    return NearRegions(np.cumsum(np.concatenate(counts)), np.concatenate(found))


def _circles(points: tuple[CellPoints, CellPoints], regions: int) -> tuple[Floats, Floats]:
    """Middle of the places of every region, and the angle from there to the farthest.

    A region without a place is nowhere near; one with a place that is not known is everywhere.
    """
    region = np.concatenate([_region_of_places(side) for side in points])
    xyz = np.concatenate([side.xyz for side in points])
    known = ~np.isnan(xyz).any(axis=1)
    sums = [sums_at(region[known], xyz[known, k], regions) for k in range(3)]
    middle = np.column_stack(sums)
    length = np.linalg.norm(middle, axis=1)
    centre = np.where(length[:, None] > 0, middle / np.maximum(length, 1e-300)[:, None], [1, 0, 0])
    chord = np.linalg.norm(xyz[known] - centre[region[known]], axis=1)
    radius = np.full(regions, -np.inf)
    np.maximum.at(radius, region[known], 2 * np.arcsin(np.clip(chord / 2, 0.0, 1.0)))
    radius[region[~known]] = np.inf
    # One region that is everywhere meets one that is nowhere: neither has a party to look at.
    return centre, np.nan_to_num(radius, nan=0.0, posinf=2 * np.pi, neginf=-2 * np.pi)


def _region_of_places(points: CellPoints) -> Integers:
    """Region of every place."""
    return np.repeat(points.code // points.groups, np.diff(points.start))


def _moved(points: tuple[CellPoints, CellPoints]) -> tuple[Integers, Integers]:
    """Pairs of regions in both of which there is one and the same party, in its time."""
    ends = pd.DataFrame(
        {
            "party": np.concatenate([side.party for side in points]),
            "region": np.concatenate([_region_of_places(side) for side in points]),
        }
    ).drop_duplicates()
    ends = ends[ends["party"].duplicated(keep=False)]
    both = ends.merge(ends, on="party", suffixes=("", "_other"))
    return both["region"].to_numpy(np.int64), both["region_other"].to_numpy(np.int64)


def sums_at(place: npt.NDArray[Any], values: npt.ArrayLike, size: int) -> npt.NDArray[np.float64]:
    """Sum of the values at every place, added in their order.

    Parameters
    ----------
    place : ndarray of int, shape (n,)
        Where each value belongs.
    values : array_like of float, shape (n,)
        Values.
    size : int
        Number of places.

    Examples
    --------
    >>> sums_at(np.array([0, 2, 2]), [1.0, 2.0, 3.0], 3)
    array([1., 0., 5.])
    """
    found: npt.NDArray[np.float64] = np.bincount(place, values, size).astype(np.float64, copy=False)
    return found


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
