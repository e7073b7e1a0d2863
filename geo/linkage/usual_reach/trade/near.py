"""Which pairs of regions are looked at one by one: those with parties within the last edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.linkage.usual_reach.trade.distance_classes import EDGES_KM
from geo.linkage.usual_reach.trade.sums import sums_at
from geo.sphere import EARTH_KM

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.linkage.usual_reach.trade.points import CellPoints

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["NearRegions", "Nearness", "near_regions"]

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
