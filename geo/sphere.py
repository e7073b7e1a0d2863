"""Distances on the globe, taken for a sphere: unit vectors, chords and great circles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["EARTH_KM", "cosine_of_km", "great_circle_km", "haversine_of_km", "unit_vectors"]

EARTH_KM = 6371.0088
"""Mean radius of the Earth (IUGG), in kilometres."""


def unit_vectors(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> Floats:
    """Places as points on a sphere of radius one.

    Parameters
    ----------
    longitude, latitude : array_like of float, shape (n,)
        In degrees; NaN = not known.

    Returns
    -------
    ndarray of float64, shape (n, 3)
        NaN where a place is not known.

    Examples
    --------
    >>> unit_vectors([0.0, 90.0], [0.0, 0.0]).round(6)
    array([[1., 0., 0.],
           [0., 1., 0.]])
    """
    x, y = np.radians(np.asarray(longitude, float)), np.radians(np.asarray(latitude, float))
    return np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])


def great_circle_km(one: Floats, other: Floats) -> Floats:
    r"""Kilometres between points of the sphere, :math:`2 R \arcsin(|x - y| / 2)`.

    Parameters
    ----------
    one, other : ndarray of float64, shape (..., 3)
        Unit vectors.

    Examples
    --------
    A quarter of the way round the Earth:

    >>> places = unit_vectors([0.0, 90.0], [0.0, 0.0])
    >>> float(great_circle_km(places[0], places[1]).round(1))
    10007.6
    """
    chord = np.linalg.norm(one - other, axis=-1)
    km: Floats = EARTH_KM * 2 * np.arcsin(np.clip(chord / 2, 0.0, 1.0))
    return km


def cosine_of_km(km: npt.ArrayLike) -> Floats:
    """Cosine of the angle between two places `km` apart: the product of their unit vectors.

    Examples
    --------
    >>> float(cosine_of_km(0.0))
    1.0
    """
    cosine: Floats = np.cos(np.clip(np.asarray(km, float) / EARTH_KM, 0.0, np.pi))
    return cosine


def haversine_of_km(km: npt.ArrayLike) -> Floats:
    r"""Haversine of the angle between two places `km` apart, :math:`\sin^2(d / 2R)`.

    Examples
    --------
    Half way round the Earth:

    >>> float(haversine_of_km(EARTH_KM * np.pi))
    1.0
    """
    half = np.clip(np.asarray(km, float) / EARTH_KM / 2, 0.0, np.pi / 2)
    haversine: Floats = np.sin(half) ** 2
    return haversine
