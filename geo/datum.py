"""Coordinates to WGS84: the shifted Chinese datums, and any coordinate system by name.

Which region a point lies in belongs to `geo.places`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from geo.errors import GeoError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["DATUMS", "System", "bd09_from_gcj02", "gcj02_from_wgs84", "to_wgs84"]

System: TypeAlias = Any
"""A datum or coordinate system: one of `DATUMS`, or whatever pyproj reads."""

DATUMS = ("WGS84", "GCJ-02", "BD-09")

# Krasovsky 1940, as the shift is defined on it.
_SEMI_MAJOR_M = 6_378_245.0
_SQUARED_ECCENTRICITY = 0.00669342162296594323


def to_wgs84(
    longitude: npt.ArrayLike, latitude: npt.ArrayLike, *, system: System
) -> tuple[Floats, Floats]:
    """Longitude and latitude in WGS84 of points in another datum or coordinate system.

    Parameters
    ----------
    longitude, latitude : array_like of float, shape (n,)
        Degrees, or easting and northing where `system` is projected. NaN = not known.
    system : str or pyproj.CRS
        `WGS84`, `GCJ-02`, `BD-09`, or anything that pyproj reads, such as `EPSG:4547`.
        x comes first, whatever the order of axes in its definition.

    Returns
    -------
    tuple of ndarray of float64, shape (n,)
        Degrees; NaN where the input is NaN or `system` does not reach.

    Raises
    ------
    GeoError
        If there is no such datum or coordinate system.

    Notes
    -----
    GCJ-02 and BD-09 are undone by fixed-point iteration to under a millimetre. Points outside
    China are shifted too: a rectangle is no border, so the caller says what is shifted.

    Examples
    --------
    >>> x, y = to_wgs84([116.404], [39.915], system="GCJ-02")
    >>> float(x[0].round(4)), float(y[0].round(4))
    (116.3978, 39.9136)
    """
    x = np.array(longitude, dtype=np.float64, ndmin=1)
    y = np.array(latitude, dtype=np.float64, ndmin=1)
    if system == "BD-09":
        x, y = _undo(bd09_from_gcj02, x, y)
        system = "GCJ-02"
    if system == "GCJ-02":
        return _undo(gcj02_from_wgs84, x, y)
    if system == "WGS84":
        return x, y
    return _projected_back(x, y, system)


def gcj02_from_wgs84(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
    """GCJ-02 coordinates of WGS84 points, in degrees.

    The shift is 0.02 to 0.7 km in China.

    References
    ----------
    .. [1] The formula became public in 2010; it stands in the same form in the public-domain
       package prcoords (Mingye Wang, 2016 to 2019), `wgs_gcj`.

    Examples
    --------
    >>> x, y = gcj02_from_wgs84([116.3978], [39.9136])
    >>> float(x[0].round(3)), float(y[0].round(3))
    (116.404, 39.915)
    """
    longitude = np.asarray(longitude, dtype=np.float64)
    latitude = np.asarray(latitude, dtype=np.float64)
    x, y = longitude - 105.0, latitude - 35.0
    root = np.sqrt(np.abs(x))
    common = _waves(x, (20.0, 6.0), (20.0, 2.0))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += _waves(y, (20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += _waves(x, (20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))
    angle = np.radians(latitude)
    magic = 1 - _SQUARED_ECCENTRICITY * np.sin(angle) ** 2
    meridian_m = _SEMI_MAJOR_M * (1 - _SQUARED_ECCENTRICITY) / magic**1.5
    parallel_m = _SEMI_MAJOR_M / np.sqrt(magic) * np.cos(angle)
    return longitude + np.degrees(east / parallel_m), latitude + np.degrees(north / meridian_m)


def bd09_from_gcj02(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
    """BD-09 coordinates of GCJ-02 points, in degrees.

    References
    ----------
    .. [1] prcoords, `gcj_bd`: polar form with a small wave, moved by (0.0065, 0.006).

    Examples
    --------
    >>> x, y = bd09_from_gcj02([116.404], [39.915])
    >>> float(x[0].round(4)), float(y[0].round(4))
    (116.4104, 39.9213)
    """
    x = np.asarray(longitude, dtype=np.float64)
    y = np.asarray(latitude, dtype=np.float64)
    beat = np.pi * 3000 / 180
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * beat)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * beat)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _waves(position: Floats, *terms: tuple[float, float]) -> Floats:
    total = np.zeros_like(position)
    for height, frequency in terms:
        total += height * np.sin(np.pi * frequency * position)
    return total * 2 / 3


def _undo(shift: Any, x: Floats, y: Floats) -> tuple[Floats, Floats]:  # noqa: ANN401
    # The shift changes by under a hundredth of the distance moved, so that each round gains
    # two digits: ten end at the last bit.
    guess_x, guess_y = x, y
    with np.errstate(invalid="ignore", divide="ignore"):
        for _ in range(10):
            image_x, image_y = shift(guess_x, guess_y)
            guess_x, guess_y = guess_x + (x - image_x), guess_y + (y - image_y)
    return guess_x, guess_y


def _projected_back(x: Floats, y: Floats, system: Any) -> tuple[Floats, Floats]:  # noqa: ANN401
    import pyproj

    try:
        source = pyproj.CRS.from_user_input(system)
        transformer = pyproj.Transformer.from_crs(source, "EPSG:4326", always_xy=True)
    except pyproj.exceptions.ProjError as error:
        message = (
            f"there is no coordinate system {str(system)!r}; "
            "use WGS84, GCJ-02, BD-09 or a code such as EPSG:4547."
        )
        raise GeoError(message) from error
    longitude, latitude = transformer.transform(x, y)
    outside = ~(np.isfinite(longitude) & np.isfinite(latitude))
    return np.where(outside, np.nan, longitude), np.where(outside, np.nan, latitude)
