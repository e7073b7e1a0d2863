"""The map of an invented country: regions, how large they are, and points inside them.

Firms and what they do are not here (`geo.worlds.firms`, `geo.worlds.drawn_ties`).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.worlds.recipes import Geography

__all__ = ["KM_PER_DEGREE", "Country", "draw_country", "points_inside", "uniform_inside"]

KM_PER_DEGREE = 111.2
_GRID = 1e-5  # degrees; about a metre, and the precision that coordinates are written with


class Country(NamedTuple):
    """The map and what the engine needs to know of it."""

    regions: gpd.GeoDataFrame
    """region_id, name, parent_id, population, geometry, from north-west to south-east."""
    weight: npt.NDArray[np.float64]
    """Share of the plain firms in each region; sums to 1."""
    distance_km: npt.NDArray[np.float64]
    """Between centroids; on the diagonal a typical distance inside the region."""
    is_coast: npt.NDArray[np.bool_]
    touches: npt.NDArray[np.bool_]
    """Whether two regions share a border; false on the diagonal."""


def draw_country(geography: Geography, *, rng: np.random.Generator) -> Country:
    """Country with `geography.regions` regions whose shared borders are the same points.

    The map has no holes and no overlaps. Coordinates are rounded to 0.00001 degrees.
    """
    draw = _voronoi if geography.shape == "voronoi" else _grid
    shapes = np.asarray(draw(geography, rng=rng), dtype=object)
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    order = np.lexsort((middle[:, 0], -np.round(middle[:, 1], 1)))
    shapes, middle = shapes[order], middle[order]

    weight = _weights(geography, rng=rng)
    rank = np.argsort(np.argsort(-weight, kind="stable"), kind="stable")
    ids = [f"R{k + 1:03d}" for k in range(len(shapes))]
    names = [
        geography.names[rank[k]] if rank[k] < len(geography.names) else ids[k]
        for k in range(len(shapes))
    ]
    flat = middle * [np.cos(np.radians(geography.centre[1])), 1.0] * KM_PER_DEGREE
    regions = gpd.GeoDataFrame(
        {
            "region_id": ids,
            "name": names,
            "parent_id": _parents(flat),
            "population": np.round(
                weight * 9_000 * len(shapes) * rng.uniform(40, 60, len(shapes)), -2
            ),
        },
        geometry=list(shapes),
        crs="EPSG:4326",
    )
    distance = np.hypot(*(flat[:, None, :] - flat[None, :, :]).transpose(2, 0, 1))
    scale = np.cos(np.radians(geography.centre[1])) * KM_PER_DEGREE**2
    np.fill_diagonal(distance, 0.4 * np.sqrt(shapely.area(shapes) * scale))
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes, predicate="touches")
    touches = np.zeros((len(shapes), len(shapes)), dtype=bool)
    touches[left, right] = True
    rim = shapely.union_all(shapes).boundary
    return Country(
        regions=regions,
        weight=weight,
        distance_km=distance,
        is_coast=shapely.length(shapely.intersection(shapely.boundary(shapes), rim)) > 0.05,
        touches=touches,
    )


def points_inside(
    region: shapely.Geometry,
    centres: npt.NDArray[np.float64],
    *,
    scatter_km: npt.NDArray[np.float64],
    rng: np.random.Generator,
) -> npt.NDArray[np.float64]:
    """One point per row of `centres`, scattered around it but well inside `region`.

    Parameters
    ----------
    region : shapely geometry
        Polygon or multipolygon, in degrees.
    centres : ndarray of float64, shape (n, 2)
        Longitude and latitude, inside the region.
    scatter_km : ndarray of float64, shape (n,)
        Standard deviation in each direction.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    ndarray of float64, shape (n, 2)
        Longitude and latitude, rounded to 0.00001 degrees; the centre itself where eight
        attempts fell outside.
    """
    inner = shapely.buffer(region, -0.002)
    points = centres.copy()
    missing = np.arange(len(centres))
    for _ in range(8):
        step = rng.standard_normal((len(missing), 2)) * scatter_km[missing, None] / KM_PER_DEGREE
        step[:, 0] /= np.cos(np.radians(centres[missing, 1]))
        tried = np.round(centres[missing] + step, 5)
        good = shapely.contains_xy(inner, tried[:, 0], tried[:, 1])
        points[missing[good]] = tried[good]
        missing = missing[~good]
        if not len(missing):
            break
    return np.round(points, 5)


def uniform_inside(
    region: shapely.Geometry, n: int, *, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """`n` points spread evenly over `region`, away from its border as far as it is large enough."""
    margins = (shapely.buffer(region, -margin) for margin in (0.02, 0.003, 0.0003))
    inner = next((m for m in margins if not m.is_empty), region)
    left, low, right, high = shapely.bounds(inner)
    found = np.empty((0, 2))
    while len(found) < n:
        tried = rng.uniform((left, low), (right, high), size=(8 * n + 32, 2))
        found = np.vstack([found, tried[shapely.contains_xy(inner, tried[:, 0], tried[:, 1])]])
    return np.round(found[:n], 5)


def _weights(geography: Geography, *, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    weight = np.exp(geography.inequality * rng.standard_normal(geography.regions))
    weight /= weight.sum()
    if geography.metropolis_share is not None:
        largest = int(np.argmax(weight))
        rest = 1.0 - weight[largest]
        weight *= (1.0 - geography.metropolis_share) / rest
        weight[largest] = geography.metropolis_share
    return weight


def _parents(flat: npt.NDArray[np.float64]) -> list[str]:
    # Provinces: each region goes to the nearest of a few seats, spread out one after another.
    seats = [0]
    while len(seats) < max(2, len(flat) // 10):
        gap = np.min([np.hypot(*(flat - flat[s]).T) for s in seats], axis=0)
        seats.append(int(np.argmax(gap)))
    nearest = np.argmin([np.hypot(*(flat - flat[s]).T) for s in seats], axis=0)
    return [f"P{k + 1:02d}" for k in nearest]


def _grid(geography: Geography, *, rng: np.random.Generator) -> list[shapely.Geometry]:
    """Rectangles in rows; as many columns as rows, and the last row shared by what is left."""
    rows = max(1, round(np.sqrt(geography.regions)))
    per_row = np.full(rows, geography.regions // rows)
    per_row[: geography.regions % rows] += 1
    y = _uneven_steps(rows, rng=rng)
    cuts = [_uneven_steps(n, rng=rng) for n in per_row]
    shapes: list[shapely.Geometry] = []
    for k, x in enumerate(cuts):
        # Corners of the rows above and below are corners here too, so that borders are shared.
        above = cuts[k + 1] if k + 1 < rows else x
        below = cuts[k - 1] if k else x
        for left, right in pairwise(x):
            low = [v for v in below if left < v < right]
            high = [v for v in above if left < v < right]
            ring = [(v, y[k]) for v in (left, *low, right)]
            ring += [(v, y[k + 1]) for v in (right, *high[::-1], left)]
            shapes.append(shapely.Polygon(_to_degrees(np.array(ring), geography)))
    return shapes


def _uneven_steps(n: int, *, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    step = rng.uniform(0.6, 1.4, n)
    return np.concatenate([[-1.0], -1.0 + 2.0 * np.cumsum(step)[:-1] / step.sum(), [1.0]])


def _voronoi(geography: Geography, *, rng: np.random.Generator) -> list[shapely.Geometry]:
    """Voronoi cells of scattered seats inside a winding coast, their borders gently bent."""
    coast = _coast(rng=rng)
    seats = _seats(coast, geography.regions, rng=rng)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(seats), extend_to=coast.buffer(1))
    lines = shapely.union_all([*(c.boundary for c in cells.geoms), coast.boundary])
    lines = shapely.segmentize(lines, 0.03)
    bend = _Bend(rng=rng)
    drawn = shapely.transform(lines, lambda xy: _to_degrees(bend(xy), geography))
    # Polygons cut from one set of noded lines share their borders to the last bit.
    noded = shapely.union_all([drawn], grid_size=_GRID)
    faces = list(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))
    inside = np.array([shapely.get_coordinates(f.representative_point())[0] for f in faces])
    plain = bend.undo(_from_degrees(inside, geography))
    nearest = np.argmin(np.hypot(*(plain[:, None, :] - seats[None, :, :]).transpose(2, 0, 1)), 1)
    on_land = shapely.contains_xy(coast, plain[:, 0], plain[:, 1])
    return [
        shapely.union_all(
            [f for f, k, land in zip(faces, nearest, on_land, strict=True) if land and k == s]
        )
        for s in range(len(seats))
    ]


def _coast(*, rng: np.random.Generator) -> shapely.Polygon:

    angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    radius = np.full_like(angle, 0.82)
    for wave in range(2, 12):
        radius += 0.16 / wave * rng.standard_normal() * np.cos(wave * angle + rng.uniform(0, 6.3))
    radius = np.clip(radius, 0.45, 1.1)
    return shapely.Polygon(np.column_stack([radius * np.cos(angle), 0.8 * radius * np.sin(angle)]))


def _seats(coast: shapely.Polygon, n: int, *, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Seats of the regions: closer together around three centres, then evened out a little."""

    def land(size: int) -> npt.NDArray[np.float64]:
        xy = rng.uniform(-1.15, 1.15, (size, 2))
        return xy[shapely.contains_xy(coast, xy[:, 0], xy[:, 1])]

    ground = land(400 * n + 4_000)
    centres = ground[:3]
    gap = np.min([np.hypot(*(ground - c).T) for c in centres], axis=0)
    density = 0.25 + np.exp(-((gap / 0.35) ** 2))
    seats = ground[rng.choice(len(ground), n, replace=False, p=density / density.sum())]
    for _ in range(3):
        owner = cKDTree(seats).query(ground)[1]
        size = np.bincount(owner, weights=density, minlength=n)
        mean = np.column_stack(
            [np.bincount(owner, weights=density * ground[:, k], minlength=n) for k in (0, 1)]
        )
        moved = np.where(size[:, None] > 0, mean / np.maximum(size, 1e-12)[:, None], seats)
        is_land = shapely.contains_xy(coast, moved[:, 0], moved[:, 1])
        seats = np.where(is_land[:, None], moved, seats)
    return seats


class _Bend:
    """A smooth displacement of the plane, small enough to be undone by iteration."""

    def __init__(self, *, rng: np.random.Generator) -> None:
        self.waves = rng.standard_normal((6, 2)) * np.array([4, 4, 9, 9, 18, 18])[:, None]
        self.phase = rng.uniform(0, 2 * np.pi, (6, 2))
        self.size = np.array([0.03, 0.03, 0.012, 0.012, 0.005, 0.005])

    def _step(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        turn = xy @ self.waves.T
        parts = [np.sin(turn + self.phase[:, k]) @ self.size for k in (0, 1)]
        return np.column_stack(parts)

    def __call__(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        bent: npt.NDArray[np.float64] = xy + self._step(xy)
        return bent

    def undo(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        plain = xy
        for _ in range(60):
            plain = xy - self._step(plain)
        return plain


def _scale(geography: Geography) -> npt.NDArray[np.float64]:
    half = geography.width_km / 2 / KM_PER_DEGREE
    return np.array([half / np.cos(np.radians(geography.centre[1])), half])


def _to_degrees(xy: npt.NDArray[np.float64], geography: Geography) -> npt.NDArray[np.float64]:
    degrees: npt.NDArray[np.float64] = np.round(xy * _scale(geography) + geography.centre, 5)
    return degrees


def _from_degrees(xy: npt.NDArray[np.float64], geography: Geography) -> npt.NDArray[np.float64]:
    plain: npt.NDArray[np.float64] = (xy - np.array(geography.centre)) / _scale(geography)
    return plain
