"""The engine: a recipe and a seed in, a world out.

It reads every archetype the same way. Map, firms, institutions and ties each draw from a random
stream of their own, so that a change in one does not disturb the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.vocabulary import INSTITUTION_KINDS, Class
from geo.worlds.drawn_ties import draw_ties
from geo.worlds.firms import choose_places, draw_firms
from geo.worlds.geography import KM_PER_DEGREE, draw_country, points_inside, uniform_inside
from geo.worlds.recipes import World, firm_names, institution_names

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.worlds.firms import Firms, Place
    from geo.worlds.geography import Country
    from geo.worlds.recipes import Recipe


__all__ = ["Institutions", "draw_institution_ties", "draw_institutions", "world"]


_TIE_KIND = {
    "university": "research",
    "research": "research",
    "testing": "standard",
    "incubator": "service",
    "finance": "finance",
    "association": "service",
    "logistics": "service",
    "legal": "service",
    "training": "talent",
    "government": "service",
}
_PERSISTENCE = 0.85  # chance that a tie with an institution lives on for a year


class Institutions(NamedTuple):
    """Institutions as arrays of one length; `place` is -1 where they stand for anyone."""

    kind: npt.NDArray[np.str_]
    region: npt.NDArray[np.int64]
    place: npt.NDArray[np.int64]
    lonlat: npt.NDArray[np.float64]


def draw_institutions(
    recipe: Recipe, country: Country, places: tuple[Place, ...], *, rng: np.random.Generator
) -> Institutions:
    """Those that plantings ask for, and some that stand anywhere."""
    n_regions = len(country.weight)
    n = round(recipe.ties.institutions_per_region * n_regions)
    kinds = list(rng.permutation(np.resize(list(INSTITUTION_KINDS), n)))
    regions = list(rng.choice(n_regions, n, p=country.weight))
    place = [-1] * n
    shapes = country.regions.geometry
    lonlat = [uniform_inside(shapes.iloc[r], 1, rng=rng)[0] for r in regions]
    for k, p in enumerate(places):
        wanted = p.planting.archetype.institutions
        kinds += wanted
        place += [k] * len(wanted)
        # A place across borders has its institutions on all sides.
        for j in range(len(wanted)):
            r = p.regions[j % len(p.regions)]
            regions.append(r)
            shape = shapes.iloc[r]
            centre = np.array([p.town]) if r == p.regions[0] else uniform_inside(shape, 1, rng=rng)
            lonlat.append(points_inside(shape, centre, scatter_km=np.array([4.0]), rng=rng)[0])
    return Institutions(
        kind=np.array(kinds, dtype=np.str_),
        region=np.array(regions, dtype=np.int64),
        place=np.array(place, dtype=np.int64),
        lonlat=np.array(lonlat, dtype=np.float64).reshape(-1, 2),
    )


def draw_institution_ties(
    recipe: Recipe,
    places: tuple[Place, ...],
    firms: Firms,
    institutions: Institutions,
    *,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Ties from institutions to firms: source (position in `institutions`), target, year, kind."""
    first, last = recipe.years
    firm, place, begins = _tied_firms(recipe, places, firms, institutions, rng=rng)
    partner = np.full(len(firm), -1)
    tables = []
    for year in range(first, last + 1):
        on = firms.alive(year)[firm] & (year - first >= begins)
        seeks = on & ((partner < 0) | (rng.random(len(firm)) >= _PERSISTENCE))
        for k in np.unique(place[seeks]):
            pool = np.flatnonzero(institutions.place == k)
            mine = np.flatnonzero(seeks & (place == k))
            partner[mine] = pool[rng.integers(len(pool), size=len(mine))]
        tables.append(pd.DataFrame({"source": partner[on], "target": firm[on], "year": year}))
    ties = pd.concat(tables, ignore_index=True).drop_duplicates(ignore_index=True)
    kind = np.array([_TIE_KIND[k] for k in institutions.kind], dtype=object)
    return ties.assign(kind=kind[ties["source"]] if len(ties) else [])


def _tied_firms(
    recipe: Recipe,
    places: tuple[Place, ...],
    firms: Firms,
    institutions: Institutions,
    *,
    rng: np.random.Generator,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Each standing wish for a tie with an institution: firm, planting, first year."""
    found, whose, when = [], [], []
    plain = np.flatnonzero(firms.place < 0)
    if (institutions.place < 0).any():
        tied = plain[rng.random(len(plain)) < recipe.ties.institution_share]
        found, whose, when = [tied], [np.full(len(tied), -1)], [np.zeros(len(tied))]
    first, _ = recipe.years
    for k, p in enumerate(places):
        kind = p.planting.archetype
        mine = np.flatnonzero(firms.place == k)
        if not kind.institutions or not len(mine) or kind.tied_share <= 0:
            continue
        tied = mine[rng.random(len(mine)) < kind.tied_share]
        wishes = 1 + rng.poisson(1.0, len(tied))
        if kind.hub_only:
            there = mine[firms.alive(first)[mine]]
            tied = there[[int(np.argmax(firms.jobs[there]))]]
            wishes = np.array([3 * len(kind.institutions)])
        found.append(np.repeat(tied, wishes))
        whose.append(np.full(wishes.sum(), k))
        when.append(np.full(wishes.sum(), kind.tied_begins))
    if not found:
        empty = np.empty(0, dtype=np.int64)
        return empty, empty, empty
    firm, place, begins = (np.concatenate(v).astype(np.int64) for v in (found, whose, when))
    return firm, place, begins


_PLAIN = "plain"


def world(recipe: Recipe, *, seed: int, draw: int | None = None) -> World:
    """Country that `recipe` describes, drawn with `seed`, and the truth about it.

    The same recipe, seed and draw give the same tables. Worlds that differ in `draw` alone are
    the same country drawn again: its map, what is planted where and how large it is meant to be,
    the towns and the institutions are those of `seed`; which firms there are, how large, since
    when, who trades with whom and who works with which institution is drawn anew from the same
    laws. The number of plants of a cell is then a Poisson number, a planted one's too.

    Parameters
    ----------
    recipe : Recipe
        What to make.
    seed : int
        Of all chance in it; not negative.
    draw : int, optional
        Of firms and ties alone, not negative; `seed` draws these too where not given, and then
        a planting has as many members as it is meant to have.

    Returns
    -------
    World
        Regions, firms, links, institutions, input-output table, industries, drivers, truth.

    Raises
    ------
    GeoError
        If the recipe plants more places than it has regions, or plants an industry that it
        does not list.
    """
    streams = np.random.SeedSequence(seed).spawn(7)
    on_map, on_places, on_firms, on_institutions, on_ties, on_tied, on_names = (
        np.random.default_rng(s) for s in streams
    )
    country = draw_country(recipe.geography, rng=on_map)
    places = choose_places(recipe, country, rng=on_places)
    country = _with_place_names(country, places)
    again = None
    if draw is not None:
        anew = np.random.SeedSequence([seed, draw, 0xD4A3]).spawn(4)
        again, on_ties, on_tied, on_names = (np.random.default_rng(s) for s in anew)
    firms = draw_firms(recipe, country, places, rng=on_firms, again=again)
    institutions = draw_institutions(recipe, country, places, rng=on_institutions)
    ties = draw_ties(recipe, country, places, firms, rng=on_ties)
    tied = draw_institution_ties(recipe, places, firms, institutions, rng=on_tied)
    # Ids in random order, so that they do not tell who was planted.
    number = on_names.permutation(len(firms.region))
    firm_ids = np.array([f"F{k + 1:06d}" for k in number], dtype=object)
    institution_ids = np.array([f"I{k + 1:05d}" for k in range(len(institutions.kind))], object)
    return World(
        name=recipe.name,
        seed=seed,
        regions=country.regions,
        firms=_firm_table(recipe, country, firms, firm_ids, rng=on_names),
        links=_link_table(ties, tied, firm_ids, institution_ids),
        institutions=pd.DataFrame(
            {
                "institution_id": institution_ids,
                "kind": institutions.kind.astype(object),
                "longitude": institutions.lonlat[:, 0],
                "latitude": institutions.lonlat[:, 1],
                "name": institution_names(
                    country.regions["name"].to_numpy()[institutions.region], institutions.kind
                ),
            }
        ),
        io_table=pd.DataFrame(
            list(recipe.inputs), columns=["supplying_industry", "using_industry", "coefficient"]
        ),
        industries=pd.DataFrame(
            [(i.code, i.name, i.name_zh, i.parent, i.chain) for i in recipe.industries],
            columns=["industry", "name", "name_zh", "parent", "chain"],
        ),
        drivers=_drivers(country, places, rng=on_institutions),
        truth=_truth(recipe, country, places, firms),
        members=_members(firms, places, firm_ids),
    )


def _with_place_names(country: Country, places: tuple[Place, ...]) -> Country:
    """Country in which the regions of named places bear their names, others' names moved."""
    name = country.regions["name"].to_numpy(dtype=object, copy=True)
    for place in places:
        wanted = place.planting.place
        if wanted is not None and name[place.regions[0]] != wanted:
            name[name == wanted] = name[place.regions[0]]
            name[place.regions[0]] = wanted
    return country._replace(regions=country.regions.assign(name=name))


def _firm_table(
    recipe: Recipe,
    country: Country,
    firms: Firms,
    ids: np.ndarray[tuple[int], np.dtype[np.object_]],
    *,
    rng: np.random.Generator,
) -> pd.DataFrame:
    codes = np.array([i.code for i in recipe.industries], dtype=object)
    per_job = np.exp(0.4 * rng.standard_normal(len(recipe.industries)))[firms.industry]
    output = np.round(80.0 * firms.jobs * per_job * np.exp(0.3 * rng.standard_normal(len(ids))))
    _, last = recipe.years
    table = pd.DataFrame(
        {
            "firm_id": ids,
            "industry": codes[firms.industry],
            "longitude": firms.lonlat[:, 0],
            "latitude": firms.lonlat[:, 1],
            "employment": firms.jobs,
            "output": output,
            "opened": firms.opened,
            "closed": pd.Series(firms.closed, dtype="Int64").mask(firms.closed > last),
            "group_id": [f"G{g + 1:03d}" if g >= 0 else None for g in firms.group],
            "name": firm_names(
                country.regions["name"].to_numpy()[firms.region],
                [recipe.industries[i].name_zh for i in firms.industry],
                rng=rng,
            ),
        }
    )
    return table.sort_values("firm_id", ignore_index=True)


def _link_table(
    ties: pd.DataFrame,
    tied: pd.DataFrame,
    firm_ids: np.ndarray[tuple[int], np.dtype[np.object_]],
    institution_ids: np.ndarray[tuple[int], np.dtype[np.object_]],
) -> pd.DataFrame:
    between = pd.DataFrame(
        {
            "source_id": firm_ids[ties["source"]],
            "target_id": firm_ids[ties["target"]],
            "year": ties["year"],
            "kind": ties["kind"],
            "value": ties["value"],
        }
    )
    with_institutions = pd.DataFrame(
        {
            "source_id": institution_ids[tied["source"].astype(int)],
            "target_id": firm_ids[tied["target"].astype(int)],
            "year": tied["year"].astype(int),
            "kind": tied["kind"].astype(object),
            "value": np.nan,
        }
    )
    both = [t for t in (between, with_institutions) if len(t)]
    links = pd.concat(both, ignore_index=True) if both else between
    return links.sort_values(["year", "kind", "source_id", "target_id"], ignore_index=True)


def _drivers(
    country: Country, places: tuple[Place, ...], *, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Parks and fields around the places that they drew, and some that drew nobody."""
    rows = []
    for p in places:
        kind = p.planting.archetype.driver
        if kind is not None:
            rows.append((kind, p.town, country.regions["name"].iloc[p.regions[0]]))
    for r in rng.choice(len(country.weight), min(4, len(country.weight)), replace=False):
        town = uniform_inside(country.regions.geometry.iloc[int(r)], 1, rng=rng)[0]
        rows.append(
            ("park", (float(town[0]), float(town[1])), country.regions["name"].iloc[int(r)])
        )
    radius = {"park": 6.0, "resource": 18.0, "port": 0.0}
    shapes = [
        shapely.Point(town) if kind == "port" else _disc(town, radius[kind])
        for kind, town, _ in rows
    ]
    return gpd.GeoDataFrame(
        {
            "kind": [kind for kind, _, _ in rows],
            "value": [round(np.pi * radius[kind] ** 2, 1) for kind, _, _ in rows],
            "name": [name for _, _, name in rows],
        },
        geometry=shapes,
        crs="EPSG:4326",
    )


def _disc(town: tuple[float, float], radius_km: float) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = np.column_stack([np.cos(angle) / np.cos(np.radians(town[1])), np.sin(angle)])
    return shapely.Polygon(np.round(np.array(town) + ring * radius_km / KM_PER_DEGREE, 5))


def _truth(
    recipe: Recipe, country: Country, places: tuple[Place, ...], firms: Firms
) -> pd.DataFrame:
    first, last = recipe.years
    ids = country.regions["region_id"].to_numpy(dtype=object)
    codes = np.array([i.code for i in recipe.industries], dtype=object)
    planted = {(int(r), int(i)): p for p in places for r in p.regions for i in p.industries}
    rows = []
    for year in range(first, last + 1):
        alive = firms.alive(year)
        cells = set(zip(firms.region[alive].tolist(), firms.industry[alive].tolist(), strict=True))
        for region, industry in sorted(cells | set(planted)):
            place = planted.get((region, industry))
            rows.append((ids[region], codes[industry], year, *_verdict(place, year - first)))
    columns = ["region_id", "industry", "year", "class", "planted", "acceptable"]
    notes = ["note_en", "note_zh_hant", "note_zh_hans"]
    table = pd.DataFrame(rows, columns=[*columns, *notes])
    return table.sort_values(["region_id", "industry", "year"], ignore_index=True)


def _verdict(place: Place | None, elapsed: int) -> tuple[str, str, str, str, str, str]:
    if place is None:
        right = f"{Class.DISPERSED}|{Class.NETWORKED}"
        return Class.DISPERSED.value, _PLAIN, right, "", "", ""
    kind = place.planting.archetype
    now = [c for start, c in kind.truth if start <= elapsed][-1]
    right = "|".join(dict.fromkeys([now.value, *(c.value for c in kind.also_right)]))
    return now.value, kind.name, right, kind.note.en, kind.note.zh_hant, kind.note.zh_hans


def _members(
    firms: Firms,
    places: tuple[Place, ...],
    ids: np.ndarray[tuple[int], np.dtype[np.object_]],
) -> pd.DataFrame:
    inside = np.flatnonzero(firms.place >= 0)
    names = [places[k].planting.archetype.name for k in firms.place[inside]]
    return pd.DataFrame({"firm_id": ids[inside], "planting": firms.place[inside], "planted": names})
