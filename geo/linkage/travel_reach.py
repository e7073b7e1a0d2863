"""Ties within an hour: the essay's own test of a chain that is near enough to be coordinated.

Here belongs how far the two firms of a tie are from each other, whatever borders lie between them:
as the crow flies, or by a table of travel times between regions. What distance explains of local
trade is in `distance_null`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from geo.linkage.matching import CELL
from geo.study.keys import Sizes, grouped, lazy_like, looked_up, packed
from geo.study.locality import regions_within

if TYPE_CHECKING:
    import pandas as pd

    Lazy = nw.LazyFrame[Any]

__all__ = ["HOUR_KM", "near_ties"]

HOUR_KM = 40.0
"""An hour's drive as the crow flies, as Nakajima, Saito and Uesugi (2012) take it."""

_EARTH_KM = 6371.0
_STEPS = 100_000  # per degree: a metre
_LATITUDES = 180 * _STEPS + 1


def near_ties(
    supply: Lazy,
    establishments: Lazy,
    *,
    sizes: Sizes,
    km: float = HOUR_KM,
    travel_times: pd.DataFrame | None = None,
) -> Lazy:
    """Supply ties of every cell whose two firms are at most `km`, or an hour, apart.

    Parameters
    ----------
    supply : LazyFrame
        As `located.located_ties` returns it.
    establishments : LazyFrame
        Columns firm_key, year, longitude, latitude (degrees); one row per firm and year.
    sizes : Sizes
        Of the keys.
    km : float, default 40
        Great-circle distance in kilometres.
    travel_times : DataFrame, optional
        As for `geo.study.locality.regions_within`. Where given, a tie is near where the way from
        its supplier's region to its customer's takes an hour at most; distance then plays no part.

    Returns
    -------
    LazyFrame
        One row per cell with a supply tie: year, region_key, industry_key, near_supply_ties; a tie
        with both ends in the cell counts once, one with an end without coordinates does not count.
    """
    if travel_times is None:
        told = _by_distance(supply, establishments, sizes=sizes, km=km)
    else:
        told = _by_table(supply, travel_times, sizes=sizes)
    is_inside = (nw.col("supplier_region") == nw.col("customer_region")) & (
        nw.col("supplier_industry") == nw.col("customer_industry")
    )
    views = [
        rows.select(
            "year",
            "near_supply_ties",
            region_key=f"{end}_region",
            industry_key=f"{end}_industry",
        )
        for end, rows in (("supplier", told), ("customer", told.filter(~is_inside)))
    ]
    return grouped(nw.concat(views), CELL, sizes, nw.col("near_supply_ties").sum())


def _by_table(supply: Lazy, travel_times: pd.DataFrame, *, sizes: Sizes) -> Lazy:
    """Ties with near_supply_ties: 1 where the table has an hour at most between their regions."""
    near = regions_within(travel_times, regions=sizes.regions)
    ends = dict(zip(("supplier_region", "customer_region"), near.columns, strict=True))
    named = lazy_like(supply, {end: near[column].tolist() for end, column in ends.items()})
    kinds = supply.collect_schema()
    keys = named.select(
        *(nw.col(end).cast(kinds[end]) for end in ends), near_supply_ties=nw.lit(1).cast(nw.Int64)
    )
    joined = supply.join(keys, on=list(ends), how="left")
    return joined.with_columns(nw.col("near_supply_ties").fill_null(0))


def _by_distance(supply: Lazy, establishments: Lazy, *, sizes: Sizes, km: float) -> Lazy:
    """Ties with near_supply_ties: 1 where both firms have coordinates and lie within `km`."""
    at = [(nw.col(c) + half) * _STEPS for c, half in (("longitude", 180), ("latitude", 90))]
    longitude, latitude = (x.round().cast(nw.Int64) for x in at)
    places = establishments.filter(
        ~nw.col("longitude").is_null(), ~nw.col("latitude").is_null()
    ).select(slot=packed(["firm_key", "year"], sizes), value=longitude * _LATITUDES + latitude)
    ends = {"supplier": "source_key", "customer": "target_key"}
    return looked_up(
        supply.with_columns(
            **{f"{end}_slot": packed([k, "year"], sizes) for end, k in ends.items()}
        ),
        {f"{end}_place": f"{end}_slot" for end in ends},
        places,
        size=sizes.firms * sizes.years,
    ).with_columns(near_supply_ties=_is_near(km).cast(nw.Int64))


def _is_near(km: float) -> nw.Expr:
    """Whether both ends have coordinates and lie within `km`, by the haversine of their angle."""
    supplier, customer = nw.col("supplier_place"), nw.col("customer_place")
    degree = np.pi / 180 / _STEPS
    apart = ((supplier // _LATITUDES) - (customer // _LATITUDES)) * degree
    north, south = ((end % _LATITUDES) * degree - np.pi / 2 for end in (supplier, customer))
    across, along = ((north - south) / 2).sin(), (apart / 2).sin()
    haversine = across * across + north.cos() * south.cos() * along * along
    most = float(np.sin(km / _EARTH_KM / 2) ** 2)
    return (haversine <= most) & (supplier >= 0) & (customer >= 0)
