"""Institutions, and the ties that firms have with them.

Ties between firms are in `geo.worlds.drawn_ties`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.vocabulary import INSTITUTION_KINDS
from geo.worlds.geography import points_inside, uniform_inside

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.worlds.firms import Firms, Place
    from geo.worlds.geography import Country
    from geo.worlds.recipes import Recipe

__all__ = ["Institutions", "draw_institution_ties", "draw_institutions"]

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
