"""Where parties stand, those whose coordinates are not known at the middle of their region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from geo.study.keys import lazy_like

if TYPE_CHECKING:
    Lazy = nw.LazyFrame[Any]

__all__ = ["placed", "placed_institutions", "region_centres"]

_DIGITS = 5  # of a degree: a metre; the last digits of a mean depend on the order of its parts


def region_centres(establishments: Lazy, *, regions: int) -> pd.DataFrame:
    """Mean direction of the firms of every region, as a place.

    Parameters
    ----------
    establishments : LazyFrame
        Columns region_key, longitude, latitude (degrees).
    regions : int
        Number of regions.

    Returns
    -------
    DataFrame
        Indexed by region_key: longitude, latitude. A region without coordinates is at the mean of
        the others, or at 0, 0 where there are none, so that nothing is known of any distance.

    Examples
    --------
    >>> import polars as pl
    >>> firms = pl.LazyFrame({"region_key": [0, 0], "longitude": [179.0, -179.0], "latitude": 0.0})
    >>> region_centres(nw.from_native(firms), regions=1).to_numpy().tolist()
    [[180.0, 0.0]]
    """
    longitude, latitude = (nw.col(c) * (np.pi / 180) for c in ("longitude", "latitude"))
    sums = (
        establishments.filter(~nw.col("longitude").is_null(), ~nw.col("latitude").is_null())
        .select(
            nw.col("region_key").cast(nw.Int64),
            x=latitude.cos() * longitude.cos(),
            y=latitude.cos() * longitude.sin(),
            z=latitude.sin(),
        )
        .group_by("region_key")
        .agg(nw.col("x", "y", "z").mean())
        .collect()
        .to_pandas()
        .set_index("region_key")
        .reindex(range(regions))
    )
    middle = sums.mean()
    filled = sums.fillna(middle if middle.notna().all() else pd.Series({"x": 1.0, "y": 0, "z": 0}))
    x, y, z = (filled[c].to_numpy(dtype=np.float64) for c in ("x", "y", "z"))
    return pd.DataFrame(
        {
            "longitude": np.degrees(np.arctan2(y, x)).round(_DIGITS),
            "latitude": np.degrees(np.arctan2(z, np.hypot(x, y))).round(_DIGITS),
        },
        index=filled.index,
    )


def placed(parties: Lazy, centres: pd.DataFrame) -> Lazy:
    """Parties with coordinates, those that lack one at the middle of their region.

    Parameters
    ----------
    parties : LazyFrame
        Columns region_key, longitude, latitude, and others.
    centres : DataFrame
        As `region_centres` returns it.
    """
    table = lazy_like(
        parties,
        {
            "centre_key": centres.index.to_list(),
            "centre_longitude": centres["longitude"].to_list(),
            "centre_latitude": centres["latitude"].to_list(),
        },
    ).with_columns(
        nw.col("centre_key").cast(nw.Int64),
        nw.col("centre_longitude", "centre_latitude").cast(nw.Float64),
    )
    names = parties.collect_schema().names()
    joined = parties.with_columns(centre_key=nw.col("region_key").cast(nw.Int64)).join(
        table, on="centre_key", how="left"
    )
    is_known = ~nw.col("longitude").is_null() & ~nw.col("latitude").is_null()
    return joined.with_columns(
        **{
            c: nw.when(is_known).then(nw.col(c).cast(nw.Float64)).otherwise(nw.col(f"centre_{c}"))
            for c in ("longitude", "latitude")
        }
    ).select(*names)


def placed_institutions(institutions: pd.DataFrame, centres: pd.DataFrame) -> pd.DataFrame:
    """Institutions with coordinates, those that lack one at the middle of their region."""
    there = institutions.reindex(columns=[*institutions.columns.union(["longitude", "latitude"])])
    is_known = there[["longitude", "latitude"]].notna().all(axis=1)
    middle = centres.reindex(there["region_key"]).set_axis(there.index)
    return there.assign(
        **{c: there[c].where(is_known, middle[c]) for c in ("longitude", "latitude")}
    )
