"""Who is there: plain firms, the members of plantings, and where each of them stands.

The map is in `geo.worlds.geography`; who trades with whom in `geo.worlds.drawn_ties`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import GeoError
from geo.worlds.geography import points_inside, uniform_inside

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.worlds.geography import Country
    from geo.worlds.recipes import Planting, Recipe, Setting

__all__ = ["Firms", "Place", "choose_places", "draw_firms"]

_LARGEST = 40.0  # jobs of the largest plants, in medians
_OPEN = 9999  # a year after any other: not closed


@dataclass(frozen=True, kw_only=True)
class Place:
    """A planting, once it is known where it stands."""

    planting: Planting
    regions: tuple[int, ...]
    """Regions it lies across, the main one first."""
    far_region: int
    """The one region that all far ties go to, where the archetype has such."""
    industries: tuple[int, ...]
    town: tuple[float, float]
    """Longitude and latitude of the middle of the huddle."""


@dataclass(frozen=True, kw_only=True)
class Firms:
    """Firms as arrays of one length; `place` is -1 for those that belong to no planting."""

    region: npt.NDArray[np.int64]
    industry: npt.NDArray[np.int64]
    jobs: npt.NDArray[np.float64]
    opened: npt.NDArray[np.int64]
    closed: npt.NDArray[np.int64]
    """First year it is gone; 9999 where it lives on."""
    place: npt.NDArray[np.int64]
    group: npt.NDArray[np.int64]
    """Ownership group; -1 for none."""
    lonlat: npt.NDArray[np.float64]

    def alive(self, year: int) -> npt.NDArray[np.bool_]:
        """Which of them exist in `year`."""
        living: npt.NDArray[np.bool_] = (self.opened <= year) & (year < self.closed)
        return living


def choose_places(
    recipe: Recipe, country: Country, *, rng: np.random.Generator
) -> tuple[Place, ...]:
    """Regions for all plantings, one region for each place, never two places in one region.

    Raises
    ------
    GeoError
        If there are more places than regions left for them.
    """
    codes = [i.code for i in recipe.industries]
    taken: set[int] = set()
    known: dict[str, tuple[tuple[int, ...], tuple[float, float]]] = {}
    names = list(country.regions["name"])
    places = []
    for k, planting in enumerate(recipe.plantings):
        key = planting.place or f"#{k}"
        if key not in known:
            main = _choose(planting.setting, country, taken, rng=rng)
            if planting.place in names and names.index(planting.place) not in taken:
                main = names.index(planting.place)
            regions = _with_neighbours(main, planting.spread, country, taken)
            taken.update(regions)
            town = uniform_inside(country.regions.geometry.iloc[main], 1, rng=rng)[0]
            known[key] = (regions, (float(town[0]), float(town[1])))
        regions, town_at = known[key]
        distance = country.distance_km[regions[0]]
        far = np.argsort(-country.weight * (distance > np.median(distance)), kind="stable")
        places.append(
            Place(
                planting=planting,
                regions=regions,
                far_region=int(far[rng.integers(max(1, len(far) // 8))]),
                industries=tuple(codes.index(c) for c in planting.industries),
                town=town_at,
            )
        )
    return tuple(places)


def _choose(
    setting: Setting, country: Country, taken: set[int], *, rng: np.random.Generator
) -> int:
    free = np.array([r for r in range(len(country.weight)) if r not in taken])
    if not len(free):
        raise GeoError("there are more places to plant than regions")
    rank = np.argsort(np.argsort(country.weight))[free] / len(country.weight)
    fits = {
        "any": rank < 0.85,
        "small": rank < 0.5,
        "large": rank >= 0.6,
        "metropolis": rank >= rank.max(),
        "coast": country.is_coast[free] & (rank < 0.85),
        "inland": ~country.is_coast[free] & (rank < 0.85),
    }[setting]
    fitting = free[fits]
    # Where no region of the kind is left, the nearest in size will do.
    fallback = free[np.argsort(-rank if setting == "large" else rank)][: max(1, len(free) // 4)]
    return int(rng.choice(fitting if len(fitting) else fallback))


def _with_neighbours(main: int, spread: int, country: Country, taken: set[int]) -> tuple[int, ...]:
    near = [int(r) for r in np.argsort(country.distance_km[main], kind="stable") if r != main]
    beside = [r for r in near if country.touches[main, r] and r not in taken]
    return (main, *beside[: spread - 1])


def draw_firms(
    recipe: Recipe,
    country: Country,
    places: tuple[Place, ...],
    *,
    rng: np.random.Generator,
    again: np.random.Generator | None = None,
) -> Firms:
    """All firms of the country: `recipe.firms` plain ones and those that the plantings add.

    With `again`, the firms that `rng` would draw only say how large every planting is meant to be
    and where the towns are. Plain firms are drawn anew, the members of a planting as many as a
    Poisson number around its size, giants apart: those are there in every draw.
    """
    joined = _join(_plain(recipe, country, rng=rng), places, rng=rng)
    sizes = _sizes(recipe, country, places, joined)
    chance = rng
    if again is not None:
        chance = again
        joined = _join(_plain(recipe, country, rng=again), places, rng=again)
        sizes = [_sizes_again(p, size, rng=again) for p, size in zip(places, sizes, strict=True)]
    added = [_members(k, p, sizes[k], recipe, rng=chance) for k, p in enumerate(places)]
    firms = _stack([joined, *added])
    firms = _with_giants(firms, places)
    firms = _with_groups(firms, places, rng=chance)
    return _located(firms, country, places, rng=chance, on_towns=rng)


def _plain(recipe: Recipe, country: Country, *, rng: np.random.Generator) -> Firms:
    n = recipe.firms
    share = np.array([i.share for i in recipe.industries])
    industry = rng.choice(len(share), n, p=share / share.sum())
    opened = _openings(recipe, n, rng=rng)
    return Firms(
        region=rng.choice(len(country.weight), n, p=country.weight),
        industry=industry,
        jobs=_jobs(recipe, industry, rng=rng),
        opened=opened,
        closed=_closings(recipe, opened, recipe.deaths, rng=rng),
        place=np.full(n, -1),
        group=np.full(n, -1),
        lonlat=np.zeros((n, 2)),
    )


def _openings(recipe: Recipe, n: int, *, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    first, last = recipe.years
    before = first - np.minimum(rng.geometric(0.08, n), 60) + 1
    # Of all firms ever there, the share that opens in each later year.
    when = rng.random(n) / max(recipe.births, 1e-12)
    late = when < last - first
    return np.where(late, first + 1 + np.floor(when).astype(np.int64), before).astype(np.int64)


def _closings(
    recipe: Recipe, opened: npt.NDArray[np.int64], chance: float, *, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    first, last = recipe.years
    lived = rng.geometric(max(chance, 1e-12), len(opened))
    closed = np.maximum(opened, first) + lived
    return np.where((closed > last) | (chance <= 0), _OPEN, closed).astype(np.int64)


def _jobs(
    recipe: Recipe, industry: npt.NDArray[np.int64], *, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    median = np.array([i.jobs for i in recipe.industries])[industry]
    if recipe.size_tail is None:
        noise = np.exp(recipe.size_spread * rng.standard_normal(len(industry)))
    else:
        noise = np.minimum(
            (2 * (1 - rng.random(len(industry)))) ** (-1 / recipe.size_tail), _LARGEST
        )
    jobs: npt.NDArray[np.float64] = np.maximum(1.0, np.round(median * noise))
    return jobs


def _join(firms: Firms, places: tuple[Place, ...], *, rng: np.random.Generator) -> Firms:
    place = firms.place.copy()
    for k, p in enumerate(places):
        here = np.isin(firms.region, p.regions) & np.isin(firms.industry, p.industries)
        joins = rng.random(len(place)) < p.planting.archetype.joins
        place[here & joins & (place < 0)] = k
    return _changed(firms, place=place)


def _sizes(
    recipe: Recipe, country: Country, places: tuple[Place, ...], plain: Firms
) -> list[npt.NDArray[np.int64]]:
    """Firms that each planting adds, per industry (rows) and region (columns) of the place.

    What is asked for, shared among the regions; and more where the location quotient would stay
    below the archetype's least, since plantings enlarge their own regions (thrice what was asked
    for at most).
    """
    there = np.zeros((len(recipe.industries), len(country.weight)))
    alive = plain.alive(recipe.years[0])
    np.add.at(there, (plain.industry[alive], plain.region[alive]), 1)
    sizes = []
    for p in places:
        kind = p.planting.archetype
        asked = kind.firms if p.planting.firms is None else p.planting.firms
        parts = np.full(len(p.regions), asked // len(p.regions))
        parts[: asked % len(p.regions)] += 1
        sizes.append(np.tile(parts, (len(p.industries), 1)))
    most = [3 * s for s in sizes]
    for _ in range(20):
        count = there.copy()
        for p, size in zip(places, sizes, strict=True):
            count[np.ix_(p.industries, p.regions)] += size
        for k, p in enumerate(places):
            block = np.ix_(p.industries, p.regions)
            fair = np.outer(count.sum(1), count.sum(0))[block] / count.sum()
            short = p.planting.archetype.least_quotient * fair - there[block]
            sizes[k] = np.clip(np.ceil(short).astype(np.int64), sizes[k], most[k])
    return sizes


def _sizes_again(
    place: Place, size: npt.NDArray[np.int64], *, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Numbers of firms around `size`; a giant is one of them and comes in any case."""
    least = np.zeros_like(size)
    if place.planting.archetype.giant_share is not None:
        least[0, 0] = min(1, size[0, 0])
    again: npt.NDArray[np.int64] = least + rng.poisson(size - least)
    return again


def _members(
    k: int,
    place: Place,
    size: npt.NDArray[np.int64],
    recipe: Recipe,
    *,
    rng: np.random.Generator,
) -> Firms:
    kind = place.planting.archetype
    rows, columns = np.divmod(np.repeat(np.arange(size.size), size.ravel()), size.shape[1])
    industry = np.array(place.industries, dtype=np.int64)[rows]
    region = np.array(place.regions, dtype=np.int64)[columns]
    n = len(industry)
    first, last = recipe.years
    opened = first - np.minimum(rng.geometric(0.08, n), 60) + 1
    arrives = first + 1 + np.floor(rng.random(n) * max(1, last - first)).astype(np.int64)
    opened = np.where(rng.random(n) < kind.late, arrives, opened).astype(np.int64)
    return Firms(
        region=region,
        industry=industry,
        jobs=np.round(kind.jobs * _jobs(recipe, industry, rng=rng)),
        opened=opened,
        closed=_closings(recipe, opened, kind.closures, rng=rng),
        place=np.full(n, k),
        group=np.full(n, -1),
        lonlat=np.zeros((n, 2)),
    )


def _with_giants(firms: Firms, places: tuple[Place, ...]) -> Firms:
    jobs, opened, closed = firms.jobs.copy(), firms.opened.copy(), firms.closed.copy()
    for k, p in enumerate(places):
        share = p.planting.archetype.giant_share
        mine = np.flatnonzero((firms.place == k) & (firms.industry == p.industries[0]))
        if share is None or not len(mine):
            continue
        giant = mine[0]
        same = (firms.region == firms.region[giant]) & (firms.industry == firms.industry[giant])
        rest = jobs[same].sum() - jobs[giant]
        jobs[giant] = np.round(max(1_500.0, share / (1.0 - share) * rest))
        opened[giant], closed[giant] = min(opened.min(), opened[giant]), _OPEN
    return _changed(firms, jobs=jobs, opened=opened, closed=closed)


def _with_groups(firms: Firms, places: tuple[Place, ...], *, rng: np.random.Generator) -> Firms:
    """Ownership groups: a few of three plain firms each, and those that plantings ask for."""
    group = firms.group.copy()
    plain = np.flatnonzero(firms.place < 0)
    chosen = rng.permutation(plain)[: 3 * (len(plain) // 200)]
    group[chosen] = np.arange(len(chosen)) // 3
    for k, p in enumerate(places):
        mine = np.flatnonzero(firms.place == k)
        inside = rng.random(len(mine)) < p.planting.archetype.groups
        group[mine[inside]] = group.max() + 1
    return _changed(firms, group=group)


def _located(
    firms: Firms,
    country: Country,
    places: tuple[Place, ...],
    *,
    rng: np.random.Generator,
    on_towns: np.random.Generator,
) -> Firms:
    lonlat = firms.lonlat.copy()
    for r, shape in enumerate(country.regions.geometry):
        here = np.flatnonzero(firms.region == r)
        towns = uniform_inside(shape, 3, rng=on_towns)
        centre = towns[rng.choice(3, len(here), p=[0.6, 0.25, 0.15])]
        scatter = np.full(len(here), 9.0)
        # One in seven stands alone in the country.
        alone = rng.random(len(here)) < 0.15
        centre[alone] = uniform_inside(shape, int(alone.sum()), rng=rng)
        for k, p in enumerate(places):
            mine = firms.place[here] == k
            if r == p.regions[0]:
                centre[mine] = p.town
            scatter[mine] = p.planting.archetype.scatter_km
        lonlat[here] = points_inside(shape, centre, scatter_km=scatter, rng=rng)
    return _changed(firms, lonlat=lonlat)


def _changed(firms: Firms, **arrays: npt.NDArray[np.generic]) -> Firms:
    return Firms(**({name: getattr(firms, name) for name in Firms.__annotations__} | arrays))


def _stack(parts: list[Firms]) -> Firms:
    return Firms(
        **{n: np.concatenate([getattr(p, n) for p in parts]) for n in Firms.__annotations__}
    )
