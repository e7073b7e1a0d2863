"""What 'local' means: the same region, or places within a radius or a travel time of each other.

A firm's *place* is a small square of ground, and two places are *related* where their centres are
within the radius; or it is the firm's region, and a table of travel times tells which are related.
A tie is local where the place of its supplier is related to that of its customer. Here belong the
places and which of them are related; what the ties then say is in `nearness`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from geo.errors import DatasetError
from geo.study.keys import held, lazy_like

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.settings import Nearby

    Lazy = nw.LazyFrame[Any]
    Floats = npt.NDArray[np.float64]

__all__ = [
    "HOUR_MINUTES",
    "Locality",
    "locality_as_set",
    "locality_by_travel",
    "locality_within",
    "regions_within",
    "related_places",
]


HOUR_MINUTES = 60.0

_PAIR = ["from_region_key", "to_region_key"]


def regions_within(
    travel_times: pd.DataFrame, *, regions: int, minutes: float = HOUR_MINUTES
) -> pd.DataFrame:
    """Every ordered pair of regions whose way takes at most `minutes`.

    A way that is listed in one direction alone takes as long in the other. A pair that is listed in
    neither, or without minutes, is out of reach, as tables of travel times are cut at their longest
    way. A region is within reach of itself, unless a row for the way within it says otherwise.

    Parameters
    ----------
    travel_times : DataFrame
        Columns from_region_key, to_region_key, minutes (NaN = out of reach); each ordered pair
        once.
    regions : int
        Number of regions; pairs with a key from there on are left out.
    minutes : float, default 60
        Longest travel time.

    Returns
    -------
    DataFrame
        from_region_key, to_region_key (int64), sorted.

    Examples
    --------
    Half an hour from region 0 to region 1, back by a longer road, and a wide region 2:

    >>> times = pd.DataFrame({"from_region_key": [0, 1, 2], "to_region_key": [1, 0, 2],
    ...                       "minutes": [30.0, 70.0, 80.0]})
    >>> regions_within(times, regions=3).values.tolist()
    [[0, 0], [0, 1], [1, 1]]
    """
    start, end = (travel_times[c].to_numpy(dtype=np.int64) for c in _PAIR)
    is_there = (start < regions) & (end < regions)
    start, end = start[is_there], end[is_there]
    is_near = travel_times["minutes"].to_numpy(dtype=np.float64)[is_there] <= minutes
    listed = start * regions + end
    # Of a large table few ways are short: only these, and the way back of these, are looked at.
    back = end[is_near] * regions + start[is_near]
    itself = np.arange(regions) * (regions + 1)
    unlisted = np.union1d(back, itself)
    near = np.union1d(listed[is_near], unlisted[~np.isin(unlisted, listed)])
    return pd.DataFrame({_PAIR[0]: near // max(regions, 1), _PAIR[1]: near % max(regions, 1)})


_EARTH_KM = 6371.0
_DEGREE_KM = _EARTH_KM * np.pi / 180
_PARTS = 8  # squares along the radius: a border of the circle is blurred by a sixteenth of it
_ROW = 10_000_000  # more than the squares of a parallel


class Locality(NamedTuple):
    """Places of firms, and which places are near each other."""

    places: Lazy
    """firm_key, year, place_key: one row per firm and year."""
    related: pd.DataFrame
    """place_key (of the supplier, or the firm), other_place (of the customer, or the institution):
    every two places that are related. Within a radius, both ways round and each with itself."""
    institutions: pd.DataFrame
    """institution_key, place_key: those whose place is known."""


def locality_as_set(
    establishments: Lazy,
    institutions: pd.DataFrame,
    local: Literal["region"] | Nearby,
    *,
    travel_times: pd.DataFrame | None = None,
) -> Locality | None:
    """The locality that a setting asks for; None where local is the region.

    Parameters
    ----------
    establishments, institutions
        As for `locality_within` and `locality_by_travel`.
    local : 'region' or Nearby
        The setting `local`.
    travel_times : DataFrame, optional
        As for `regions_within`; used where the setting gives minutes and no speed.

    Raises
    ------
    DatasetError
        If the setting gives minutes and no speed, and there is no table.
    """
    if isinstance(local, str):
        return None
    if local.km is not None:
        return locality_within(establishments, institutions, km=local.km)
    if travel_times is None or travel_times.empty:
        message = (
            f"`local` is {local.minutes:g} minutes without a speed, and there is no table "
            "travel_times; give the table, or `speed_kmh`."
        )
        raise DatasetError(message)
    return locality_by_travel(
        establishments, institutions, travel_times=travel_times, minutes=float(local.minutes or 0)
    )


def locality_by_travel(
    establishments: Lazy,
    institutions: pd.DataFrame | None = None,
    *,
    travel_times: pd.DataFrame,
    minutes: float,
) -> Locality:
    """Regions as places, related where the way from supplier to customer takes `minutes` at most.

    Parameters
    ----------
    establishments : LazyFrame
        Columns firm_key, year, region_key; one row per firm and year.
    institutions : DataFrame, optional
        Columns institution_key, region_key.
    travel_times : DataFrame
        As for `regions_within`.
    minutes : float
        Longest travel time.

    Examples
    --------
    >>> import polars as pl
    >>> firms = pl.LazyFrame({"firm_key": [0, 1, 2], "year": 2020, "region_key": [0, 1, 2]})
    >>> times = pd.DataFrame({"from_region_key": [0, 1], "to_region_key": [1, 2],
    ...                       "minutes": [45.0, 90.0]})
    >>> near = locality_by_travel(nw.from_native(firms), travel_times=times, minutes=60)
    >>> near.related.values.tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1], [2, 2]]
    """
    last = establishments.select(nw.col("region_key").max()).collect()["region_key"].to_list()[0]
    homes = pd.DataFrame(columns=["institution_key", "place_key"], dtype="int64")
    if institutions is not None:
        homes = institutions[["institution_key", "region_key"]].set_axis(homes.columns, axis=1)
    regions = max(-1 if last is None else int(last), *homes["place_key"], -1) + 1
    related = regions_within(travel_times, regions=regions, minutes=minutes)
    places = establishments.select("firm_key", "year", place_key=nw.col("region_key"))
    return Locality(places, related.set_axis(["place_key", "other_place"], axis=1), homes)


def locality_within(
    establishments: Lazy, institutions: pd.DataFrame | None = None, *, km: float
) -> Locality:
    """Squares of a side of `km` / 8, related where their centres are at most `km` apart.

    Parameters
    ----------
    establishments : LazyFrame
        Columns firm_key, year, longitude, latitude (degrees); one row per firm and year. A firm
        without coordinates has no place, and is near nobody.
    institutions : DataFrame, optional
        Columns institution_key, longitude, latitude (degrees).
    km : float
        Radius in kilometres, as the crow flies.

    Returns
    -------
    Locality
        Places numbered from south to north and from west to east.

    Examples
    --------
    Two firms 20 km from each other, and one far away:

    >>> import polars as pl
    >>> firms = pl.LazyFrame({"firm_key": [0, 1, 2], "year": 2020, "longitude": [0.0, 0.18, 5.0],
    ...                       "latitude": 0.0})
    >>> locality_within(nw.from_native(firms), km=40).related.values.tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1], [2, 2]]
    """
    side = km / _PARTS
    known = establishments.filter(~nw.col("longitude").is_null(), ~nw.col("latitude").is_null())
    row = ((nw.col("latitude") + 90) * (_DEGREE_KM / side)).floor()
    # Squares of one row are as many as its middle parallel is long.
    middle = ((nw.col("row_") + 0.5) * (side / _DEGREE_KM) - 90) * (np.pi / 180)
    column = ((nw.col("longitude") + 180) * (_DEGREE_KM / side) * middle.cos()).floor()
    squares = held(
        known.with_columns(row_=row).select(
            "firm_key",
            "year",
            square=nw.col("row_").cast(nw.Int64) * _ROW + column.cast(nw.Int64),
        )
    )
    homes = _squares_of(institutions, side)
    found = squares.select("square").unique().collect()["square"].to_numpy()
    codes = np.union1d(found, homes["square"].to_numpy(dtype=np.int64))
    numbered = lazy_like(
        squares, {"square": codes.tolist(), "place_key": list(range(len(codes)))}
    ).with_columns(nw.col("square", "place_key").cast(nw.Int64))
    places = held(squares.join(numbered, on="square").drop("square"))
    rows, columns = codes // _ROW, codes % _ROW
    latitude = (rows + 0.5) * side / _DEGREE_KM - 90
    longitude = (columns + 0.5) * side / (_DEGREE_KM * np.cos(np.radians(latitude))) - 180
    related = related_places(longitude, latitude, km=km)
    at = np.searchsorted(codes, homes["square"].to_numpy(dtype=np.int64))
    return Locality(places, related, homes.assign(place_key=at)[["institution_key", "place_key"]])


def _squares_of(institutions: pd.DataFrame | None, side: float) -> pd.DataFrame:
    """Institutions whose coordinates are known, with their square: institution_key, square."""
    if institutions is None:
        return pd.DataFrame(columns=["institution_key", "square"], dtype="int64")
    known = institutions.dropna(subset=["longitude", "latitude"])
    row = np.floor((known["latitude"] + 90) * (_DEGREE_KM / side))
    middle = ((row + 0.5) * (side / _DEGREE_KM) - 90) * (np.pi / 180)
    column = np.floor((known["longitude"] + 180) * (_DEGREE_KM / side) * np.cos(middle))
    square = row.astype("int64") * _ROW + column.astype("int64")
    return known[["institution_key"]].assign(square=square)


def related_places(longitude: Floats, latitude: Floats, *, km: float) -> pd.DataFrame:
    """Every two points at most `km` apart on the globe, both ways round, and each with itself.

    Parameters
    ----------
    longitude, latitude : ndarray of float64, shape (n,)
        In degrees.
    km : float
        Great-circle distance in kilometres.

    Returns
    -------
    DataFrame
        place_key, other_place (int64, positions in the arrays), sorted.

    Examples
    --------
    >>> related_places(np.array([0.0, 1.0]), np.array([0.0, 0.0]), km=100).values.tolist()
    [[0, 0], [1, 1]]
    """
    from scipy.spatial import cKDTree

    x, y = np.radians(longitude), np.radians(latitude)
    points = np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])
    # Squares lie at exact multiples of their side: those just at the radius are within it.
    chord = 2 * np.sin(min(km / _EARTH_KM, np.pi) / 2) * (1 + 1e-6)
    found = cKDTree(points).query_pairs(chord, output_type="ndarray") if len(points) else ()
    pairs = np.asarray(found, dtype=np.int64).reshape(-1, 2)
    itself = np.repeat(np.arange(len(points), dtype=np.int64)[:, None], 2, axis=1)
    both = np.concatenate([pairs, pairs[:, ::-1], itself])
    return pd.DataFrame(both, columns=["place_key", "other_place"]).sort_values(
        ["place_key", "other_place"], ignore_index=True
    )
