"""Classes of distance between the two ends of a tie, each split by same place or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from geo.sphere import haversine_of_km
from geo.study.keys import Sizes, looked_up, packed

if TYPE_CHECKING:
    Lazy = nw.LazyFrame[Any]

__all__ = ["BINS", "CLASSES", "EDGES_KM", "with_distance_class"]

EDGES_KM = np.array([2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0])
"""Kilometres at which one bin of distance ends and the next begins."""

BINS = len(EDGES_KM) + 1
"""Bins of distance."""

CLASSES = 2 * BINS
"""Classes: bin b of ends at different places is class 2 b, of ends at one place 2 b + 1."""

_STEPS = 100_000  # per degree: a metre
_LATITUDES = 180 * _STEPS + 1


def with_distance_class(ties: Lazy, places: Lazy, *, sizes: Sizes, parties: int) -> Lazy:
    """Ties with the class of their distance.

    Parameters
    ----------
    ties : LazyFrame
        Columns year, source_key, target_key, supplier_region, customer_region, is_local.
    places : LazyFrame
        Columns party_key, year, longitude, latitude (degrees); one row per party and year.
    sizes : Sizes
        Of the keys.
    parties : int
        Number of party keys.

    Returns
    -------
    LazyFrame
        `ties` with distance_class (Int8).
    """
    at = [(nw.col(c) + half) * _STEPS for c, half in (("longitude", 180), ("latitude", 90))]
    longitude, latitude = (x.round().cast(nw.Int64) for x in at)
    table = places.select(slot=_slot("party_key", sizes), value=longitude * _LATITUDES + latitude)
    ends = {"source_place": "source_key", "target_place": "target_key"}
    placed = looked_up(
        ties.with_columns(**{f"{end}_slot": _slot(key, sizes) for end, key in ends.items()}),
        {end: f"{end}_slot" for end in ends},
        table,
        size=parties * sizes.years,
    )
    bins = nw.sum_horizontal(
        *((_haversine() > float(limit)).cast(nw.Int8) for limit in haversine_of_km(EDGES_KM))
    )
    classed = bins * 2 + nw.col("is_local").cast(nw.Int8)
    return placed.with_columns(distance_class=classed.cast(nw.Int8)).drop(
        *ends, *(f"{end}_slot" for end in ends)
    )


def _slot(key: str, sizes: Sizes) -> nw.Expr:
    """Place of a party's year in a dense array."""
    return nw.col(key).cast(nw.Int64) * sizes.years + packed(["year"], sizes)


def _haversine() -> nw.Expr:
    """Haversine of the angle between the two ends."""
    source, target = nw.col("source_place"), nw.col("target_place")
    degree = np.pi / 180 / _STEPS
    apart = ((source // _LATITUDES) - (target // _LATITUDES)) * degree
    north, south = ((end % _LATITUDES) * degree - np.pi / 2 for end in (source, target))
    across, along = ((north - south) / 2).sin(), (apart / 2).sin()
    return across * across + north.cos() * south.cos() * along * along
