"""What happens to data between the world and the analyst: each function spoils one thing.

They take a `World` and return another, with the truth adapted: where the data can no longer
answer, the verdict *undetermined* becomes right too. How countries come about is not here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import GeoError
from geo.vocabulary import Class
from geo.worlds.geography import draw_country

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from geo.worlds.recipes import Geography, World

__all__ = [
    "as_cells",
    "with_borders_redrawn",
    "with_empty_far_region",
    "with_firms_in_gcj02",
    "with_link_coverage",
    "with_rows_shuffled",
    "with_stacked_geocodes",
    "with_swapped_coordinates",
    "with_thin_year",
    "without_links_in",
]

_PLAIN = "plain"


def with_link_coverage(
    world: World, share: float, *, seed: int, by_size: bool = False, keep_io: bool = True
) -> World:
    """World in which only a share of the firms is in the source that the links come from.

    A tie is seen where all firms in it are covered. With no coverage there is no link table.

    Parameters
    ----------
    world : World
        With firms and links.
    share : float
        Share of the firms covered, from 0 to 1.
    seed : int
        Of who is covered.
    by_size : bool
        Whether the largest firms are covered rather than any.
    keep_io : bool
        Whether the input-output table stays.
    """
    if world.firms is None or world.links is None:
        raise GeoError("coverage can be reduced only where there are firms and links")
    firms, links = world.firms, world.links
    rng = np.random.default_rng(seed)
    rank = firms["employment"].rank(method="first", ascending=False) if by_size else None
    order = rank.to_numpy() - 1 if rank is not None else rng.permutation(len(firms))
    hidden = set(firms["firm_id"][order >= share * len(firms)])
    seen = ~(links["source_id"].isin(hidden) | links["target_id"].isin(hidden))
    truth = world.truth
    if share <= 0:
        truth = _accept(truth, _concentrated(truth), _without_ties(keep_io=keep_io), only=True)
    elif share < 1:
        open_classes = [Class.UNDETERMINED] + [Class.POTENTIAL_CLUSTER] * keep_io
        truth = _accept(truth, _concentrated(truth), open_classes)
    return replace(
        world,
        links=links[seen].reset_index(drop=True) if share > 0 else None,
        io_table=world.io_table if keep_io else None,
        truth=truth,
    )


def without_links_in(world: World, years: Iterable[int]) -> World:
    """World whose links of some years are lost; those years' verdicts may be left open."""
    if world.links is None:
        raise GeoError("there are no links to lose")
    lost = set(years)
    links = world.links[~world.links["year"].isin(lost)].reset_index(drop=True)
    gone = world.truth["year"].isin(lost) & _concentrated(world.truth)
    truth = _accept(world.truth, gone, [Class.UNDETERMINED, *_without_ties(keep_io=True)])
    return replace(world, links=links, truth=truth)


def with_thin_year(world: World, year: int, share: float, *, seed: int) -> World:
    """World in which only a share of one year's links was recorded.

    Any verdict between the true one and less is borne out by that year's data; the other years'
    should not flicker.
    """
    if world.links is None:
        raise GeoError("there are no links to thin out")
    links = world.links
    lost = (links["year"] == year) & (np.random.default_rng(seed).random(len(links)) >= share)
    thin = (world.truth["year"] == year) & _concentrated(world.truth)
    less = [Class.UNDETERMINED, Class.AGGLOMERATION, Class.EMERGING_CLUSTER]
    truth = _accept(world.truth, thin, less)
    return replace(world, links=links[~lost].reset_index(drop=True), truth=truth)


def as_cells(world: World, *, withheld: float | None = None) -> World:
    """World as a statistics office publishes it: cells, small ones withheld, and margins.

    Jobs of a cell are withheld where it has fewer than three establishments or one of them has
    four fifths of the jobs. There are no firms and no links.

    Parameters
    ----------
    world : World
        With firms.
    withheld : float, optional
        What stands where jobs are withheld: nothing if not given; -9, say, which
        `dataset.yaml` then declares; or 0, which it does not, since nobody would.
    """
    if world.firms is None:
        raise GeoError("cells are counted from firms, and there are none")
    firms = _living(world)
    keys = ["region_id", "industry", "year"]
    cells = firms.groupby(keys)["employment"].agg(["size", "sum", "max"]).reset_index()
    secret = (cells["size"] < 3) | (cells["max"] > 0.8 * cells["sum"])
    jobs = cells["sum"].mask(secret, np.nan if withheld is None else withheld)
    tables = []
    for by in (["year"], ["year", "industry"], ["year", "region_id"]):
        total = firms.groupby(by)["employment"].agg(["size", "sum"]).reset_index()
        tables.append(total.rename(columns={"size": "establishments", "sum": "employment"}))
    margins = pd.concat(tables, ignore_index=True).reindex(
        columns=["region_id", "industry", "year", "establishments", "employment"]
    )
    truth = _accept(world.truth, _concentrated(world.truth), _without_ties(keep_io=True), only=True)
    everywhere = pd.Series(data=True, index=truth.index)
    return replace(
        world,
        firms=None,
        links=None,
        institutions=None,
        cells=cells[keys].assign(establishments=cells["size"], employment=jobs),
        margins=margins,
        settings=dict(world.settings) | ({"missing_values": [withheld]} if withheld else {}),
        truth=_accept(truth, everywhere, [Class.UNDETERMINED]),
    )


def with_borders_redrawn(world: World, geography: Geography, *, seed: int) -> World:
    """World with the same firms on another map of the same land.

    A planted cell's class goes to the new region that holds at least six in ten of its firms.
    Cells of regions with fewer, but with one in twenty, are not judged.
    """
    if world.firms is None:
        raise GeoError("borders can be redrawn only around firms")
    country = draw_country(geography, rng=np.random.default_rng(seed))
    moved = replace(world, regions=country.regions)
    firms = _living(moved)
    members = firms.merge(world.members, on="firm_id").drop_duplicates(["firm_id"])
    here = members.groupby(["planting", "industry", "region_id"]).size().rename("n").reset_index()
    here["share"] = here["n"] / here.groupby(["planting", "industry"])["n"].transform("sum")
    names = world.members.drop_duplicates("planting")[["planting", "planted"]]
    here = here.merge(names, on="planting")
    keys = ["region_id", "industry", "year"]
    old = world.truth.drop_duplicates(["planted", "industry", "year"]).drop(columns="region_id")
    planted = here[here["share"] >= 0.6].merge(old, on=["planted", "industry"])
    fringe = set(map(tuple, here.loc[here["share"] >= 0.05, ["region_id", "industry"]].to_numpy()))
    pairs = firms[keys].drop_duplicates()
    is_plain = [
        pair not in fringe for pair in zip(pairs["region_id"], pairs["industry"], strict=True)
    ]
    plain = world.truth[world.truth["planted"] == _PLAIN].iloc[:1]
    plain = pairs[is_plain].merge(plain.drop(columns=keys), how="cross")
    truth = pd.concat([planted[world.truth.columns], plain[world.truth.columns]])
    return replace(moved, truth=truth.sort_values(keys, ignore_index=True))


def with_empty_far_region(world: World) -> World:
    """World with one more region, far away, in which there is nothing."""
    left, low, _, _ = world.regions.total_bounds
    far = gpd.GeoDataFrame(
        {"region_id": ["R999"], "name": ["R999"], "parent_id": ["P99"], "population": [0.0]},
        geometry=[shapely.box(left - 6, low - 6, left - 5, low - 5)],
        crs=world.regions.crs,
    )
    return replace(world, regions=pd.concat([world.regions, far], ignore_index=True))


def with_swapped_coordinates(world: World, share: float, *, seed: int) -> World:
    """World in which a share of the firms has longitude and latitude the wrong way round."""
    firms, hit = _struck(world, share, seed=seed)
    longitude = firms["longitude"].where(~hit, firms["latitude"])
    latitude = firms["latitude"].where(~hit, firms["longitude"])
    return replace(world, firms=firms.assign(longitude=longitude, latitude=latitude))


def with_stacked_geocodes(world: World, share: float, *, seed: int) -> World:
    """World in which a share of the firms is known by its region alone, and set to its middle."""
    firms, hit = _struck(world, share, seed=seed)
    middle = {
        region: shape.representative_point()
        for region, shape in zip(world.regions["region_id"], world.regions.geometry, strict=True)
    }
    points = [middle[r] for r in _regions_of(world)]
    x = np.round(shapely.get_x(points), 6)
    y = np.round(shapely.get_y(points), 6)
    return replace(
        world,
        firms=firms.assign(
            longitude=firms["longitude"].mask(hit, x), latitude=firms["latitude"].mask(hit, y)
        ),
    )


def with_firms_in_gcj02(world: World, share: float, *, seed: int) -> World:
    """World in which a share of the firms is in the Chinese datum GCJ-02.

    With a share of one, institutions are too and `dataset.yaml` says so; else nothing does.

    References
    ----------
    .. [1] The offset as published by mapping libraries since 2010 (semi-major axis 6378245 m,
       squared eccentricity 0.00669342162296594323).
    """
    firms, hit = _struck(world, share, seed=seed)
    x, y = _to_gcj02(firms["longitude"].to_numpy(), firms["latitude"].to_numpy())
    moved = firms.assign(
        longitude=firms["longitude"].mask(hit, x), latitude=firms["latitude"].mask(hit, y)
    )
    if share < 1 or world.institutions is None:
        return replace(world, firms=moved)
    at = world.institutions
    x, y = _to_gcj02(at["longitude"].to_numpy(), at["latitude"].to_numpy())
    return replace(
        world,
        firms=moved,
        institutions=at.assign(longitude=x, latitude=y),
        settings=dict(world.settings) | {"datum": "GCJ-02"},
    )


def with_rows_shuffled(world: World, *, seed: int) -> World:
    """World whose tables hold the same rows in another order."""
    rng = np.random.default_rng(seed)

    def shuffled(table: pd.DataFrame | None) -> pd.DataFrame | None:
        return None if table is None else table.iloc[rng.permutation(len(table))]

    return replace(
        world,
        regions=world.regions.iloc[rng.permutation(len(world.regions))],
        firms=shuffled(world.firms),
        cells=shuffled(world.cells),
        margins=shuffled(world.margins),
        links=shuffled(world.links),
        institutions=shuffled(world.institutions),
        io_table=shuffled(world.io_table),
        industries=shuffled(world.industries),
    )


def _concentrated(truth: pd.DataFrame) -> pd.Series[bool]:
    return ~truth["class"].isin([Class.DISPERSED, Class.NETWORKED])


def _without_ties(*, keep_io: bool) -> list[Class]:
    # What is right about a concentrated cell of which no tie is known.
    if keep_io:
        return [Class.UNDETERMINED, Class.POTENTIAL_CLUSTER, Class.AGGLOMERATION]
    return [Class.UNDETERMINED]


def _accept(
    truth: pd.DataFrame, rows: pd.Series[bool], classes: list[Class], *, only: bool = False
) -> pd.DataFrame:
    """Truth in which `classes` are right too in those rows, or right `only`."""
    more = [c.value for c in classes]
    acceptable = [
        "|".join(dict.fromkeys(([] if only else old.split("|")) + more)) if hit else old
        for old, hit in zip(truth["acceptable"], rows, strict=True)
    ]
    return truth.assign(acceptable=acceptable)


def _struck(world: World, share: float, *, seed: int) -> tuple[pd.DataFrame, npt.NDArray[np.bool_]]:
    if world.firms is None:
        raise GeoError("there are no firms to strike")
    hit = np.random.default_rng(seed).random(len(world.firms)) < share
    return world.firms, hit


def _regions_of(world: World) -> npt.NDArray[np.object_]:
    """Region id of every firm."""
    if world.firms is None:
        raise GeoError("there are no firms")
    points = shapely.points(world.firms[["longitude", "latitude"]].to_numpy())
    tree = shapely.STRtree(world.regions.geometry.to_numpy())
    firm, region = tree.query(points, predicate="intersects")
    _, first = np.unique(firm, return_index=True)
    ids: npt.NDArray[np.object_] = world.regions["region_id"].to_numpy(dtype=object)[region[first]]
    return ids


def _living(world: World) -> pd.DataFrame:
    """One row per firm and year of its life, with its region."""
    if world.firms is None:
        raise GeoError("there are no firms")
    firms = world.firms.assign(region_id=_regions_of(world))
    years = np.sort(world.truth["year"].unique())
    closed = firms["closed"].fillna(9999)
    parts = [firms[(firms["opened"] <= y) & (closed > y)].assign(year=int(y)) for y in years]
    living: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return living


def _to_gcj02(
    longitude: npt.NDArray[np.float64], latitude: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    x, y, pi = longitude - 105.0, latitude - 35.0, np.pi
    root = np.sqrt(np.abs(x))
    wave = (20 * np.sin(6 * pi * x) + 20 * np.sin(2 * pi * x)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20 * np.sin(pi * y) + 40 * np.sin(pi / 3 * y)) * 2 / 3
    north += (160 * np.sin(pi / 12 * y) + 320 * np.sin(pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20 * np.sin(pi * x) + 40 * np.sin(pi / 3 * x)) * 2 / 3
    east += (150 * np.sin(pi / 12 * x) + 300 * np.sin(pi / 30 * x)) * 2 / 3
    axis, eccentricity = 6_378_245.0, 0.00669342162296594323
    angle = np.radians(latitude)
    magic = 1 - eccentricity * np.sin(angle) ** 2
    north = np.degrees(north * magic**1.5 / (axis * (1 - eccentricity)))
    east = np.degrees(east * np.sqrt(magic) / (axis * np.cos(angle)))
    return np.round(longitude + east, 6), np.round(latitude + north, 6)
