"""Unseen countries: recipes drawn at random, with other maps, industries, sizes and plantings.

The ranges are what a sceptical outsider would try, not what is easy to tell: small huddles beside
large ones, weak local trade, base rates of persistence from fickle to faithful, plain firms that
join or do not. The world that a recipe makes still takes a seed of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geo.vocabulary import INNOVATION_KINDS, SERVICE_KINDS, Class, Text
from geo.worlds.archetypes import (
    CHAIN_WITH_INSTITUTIONS,
    CHAIN_WITHOUT_INSTITUTIONS,
    GIANT_PLANT,
    HUDDLE_CHURNING,
    HUDDLE_ONE_FAR_REGION,
    HUDDLE_TIES_ANYWHERE,
    IDLE_INSTITUTIONS,
    IDLE_INSTITUTIONS_UNLINKED,
    INDUSTRIES,
    INPUTS,
    LONG_DISTANCE_NETWORK,
)
from geo.worlds.recipes import (
    Archetype,
    Geography,
    IndustrySpec,
    PlainTies,
    Planting,
    Recipe,
    place_names,
)

if TYPE_CHECKING:
    from geo.worlds.recipes import Setting

__all__ = ["borderline_recipe", "null_recipe", "random_recipe"]

_PLANTED = (
    HUDDLE_TIES_ANYWHERE,
    HUDDLE_CHURNING,
    HUDDLE_ONE_FAR_REGION,
    IDLE_INSTITUTIONS,
    IDLE_INSTITUTIONS_UNLINKED,
    CHAIN_WITHOUT_INSTITUTIONS,
    CHAIN_WITH_INSTITUTIONS,
    GIANT_PLANT,
    LONG_DISTANCE_NETWORK,
)


def null_recipe(seed: int) -> Recipe:
    """Country of unseen shape in which nothing is planted; see `random_recipe`.

    Examples
    --------
    >>> null_recipe(3).plantings
    ()
    """
    return random_recipe(seed, plantings=0)


def borderline_recipe(seed: int) -> Recipe:
    """Country whose plantings lie about the floors: few firms, weak trade, loose institutions.

    Numbers of firms, shares of local ties, their persistence and the shares of firms that work
    with institutions are spread evenly from well below what a cluster needs to well above, each by
    itself. No class is the truth of such a place, so all of them are right; what can be asked is
    whether it keeps the class that it is given when the country is drawn again.

    Parameters
    ----------
    seed : int
        Of the recipe, not of the world; not negative.

    Examples
    --------
    >>> len(borderline_recipe(1).plantings)
    12
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0xB07D]))
    ties = PlainTies(
        per_firm=2.5,
        persistence=float(rng.uniform(0.4, 0.9)),
        decay_km=float(rng.uniform(60, 300)) if rng.random() < 0.5 else None,
        institutions_per_region=1.0,
        institution_share=float(rng.uniform(0.0, 0.1)),
    )
    return Recipe(
        name=f"borderline {seed}",
        geography=Geography(regions=40, width_km=500.0, shape="grid"),
        firms=4_000,
        years=(2018, 2021),
        industries=INDUSTRIES,
        inputs=INPUTS,
        ties=ties,
        plantings=tuple(_weak(rng=rng) for _ in range(12)),
    )


_WEAK = Archetype(
    name="borderline",
    note=Text(
        "about the floors of the verdict: every class has its chance",
        "處於判定門檻附近：各類皆有可能",
        "处于判定门槛附近：各类皆有可能",
    ),
    truth=((0, Class.UNDETERMINED),),
    also_right=tuple(c for c in Class if c is not Class.UNDETERMINED),
    least_quotient=0.0,
)


def _weak(*, rng: np.random.Generator) -> Planting:
    innovation = rng.choice(list(INNOVATION_KINDS), 2, replace=False)
    service = rng.choice(list(SERVICE_KINDS), 2, replace=False)
    kind = replace(
        _WEAK,
        joins=float(rng.uniform(0.5, 1.0)),
        ties=float(rng.uniform(2.0, 5.0)),
        local_share=float(rng.uniform(0.1, 0.6)),
        local_persistence=float(rng.uniform(0.4, 0.85)),
        institutions=(*map(str, innovation), *map(str, service)),
        tied_share=float(rng.uniform(0.05, 0.45)),
    )
    chain = _chain(INDUSTRIES, INPUTS, int(rng.integers(1, 4)), rng=rng)
    return Planting(archetype=kind, industries=chain, firms=int(rng.integers(3, 40)))


def random_recipe(
    seed: int,
    *,
    regions: int | None = None,
    firms: int | None = None,
    plantings: int | None = None,
) -> Recipe:
    """Country of unseen shape with a random mix of planted archetypes.

    Parameters
    ----------
    seed : int
        Of the recipe, not of the world; not negative.
    regions : int, optional
        Number of regions; 25 to 120 if not given.
    firms : int, optional
        Number of plain firms; 60 to 200 a region, at most 12,000, if not given.
    plantings : int, optional
        Number of planted places; from 6 to 16, one region in three at most, if not given.

    Examples
    --------
    >>> random_recipe(7) == random_recipe(7)
    True
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0x6A71]))
    n_regions = int(rng.integers(25, 121)) if regions is None else regions
    n_firms = min(12_000, int(n_regions * rng.uniform(60, 200))) if firms is None else firms
    industries, inputs = _economy(rng=rng)
    first = int(rng.integers(2005, 2021))
    years = (first, first + int(rng.integers(2, 6)))
    geography = Geography(
        regions=n_regions,
        shape="voronoi" if rng.random() < 0.5 else "grid",
        centre=(float(rng.uniform(-150, -100)), float(rng.uniform(-55, -20))),
        width_km=float(rng.uniform(200, 1_500)),
        inequality=float(rng.uniform(0.2, 0.9)),
        names=place_names(n_regions, rng=rng),
    )
    ties = PlainTies(
        per_firm=float(rng.uniform(1.5, 4.0)),
        size_exponent=float(rng.uniform(0.0, 1.0)),
        persistence=float(rng.uniform(0.3, 0.95)),
        decay_km=float(rng.uniform(0.2, 0.8)) * geography.width_km if rng.random() < 0.4 else None,
        institutions_per_region=float(rng.uniform(0.2, 1.5)),
        institution_share=float(rng.uniform(0.0, 0.1)),
    )
    n = int(rng.integers(6, 17)) if plantings is None else plantings
    if plantings is None:
        n = min(n, n_regions // 3)
    return Recipe(
        name=f"random {seed}" if n else f"null {seed}",
        geography=geography,
        firms=n_firms,
        years=years,
        industries=industries,
        inputs=inputs,
        ties=ties,
        size_spread=float(rng.uniform(0.8, 1.3)),
        births=float(rng.uniform(0.0, 0.06)),
        deaths=float(rng.uniform(0.0, 0.06)),
        plantings=tuple(_planting(industries, inputs, rng=rng) for _ in range(n)),
    )


def _economy(
    *, rng: np.random.Generator
) -> tuple[tuple[IndustrySpec, ...], tuple[tuple[str, str, float], ...]]:
    """Industries of unlike sizes, each buying from a few others and mostly from its own kind."""
    n = int(rng.integers(10, 31))
    codes = [f"X{k + 1:02d}" for k in range(n)]
    industries = tuple(
        IndustrySpec(
            code=code,
            name=f"Industry {code}",
            name_zh=f"行業{code}",
            share=float(np.exp(0.5 * rng.standard_normal())),
            jobs=float(np.round(np.exp(rng.uniform(np.log(6), np.log(80))))),
        )
        for code in codes
    )
    inputs = []
    for user in range(n):
        others = [k for k in range(n) if k != user]
        suppliers = list(rng.choice(others, int(rng.integers(3, 7)), replace=False))
        suppliers += [user] if rng.random() < 0.8 else []
        part = rng.dirichlet(np.full(len(suppliers), 1.5)) * rng.uniform(0.35, 0.65)
        inputs += [
            (codes[int(s)], codes[user], round(float(p), 4))
            for s, p in zip(suppliers, part, strict=True)
            if p >= 0.005
        ]
    return industries, tuple(inputs)


def _planting(
    industries: tuple[IndustrySpec, ...],
    inputs: tuple[tuple[str, str, float], ...],
    *,
    rng: np.random.Generator,
) -> Planting:
    kind = _PLANTED[int(rng.integers(len(_PLANTED)))]
    width = int(rng.integers(2, 4)) if kind.local_share else int(rng.integers(1, 4))
    if kind.giant_share:
        width = 1
    chain = _chain(industries, inputs, width, rng=rng)
    share = {i.code: i.share / sum(j.share for j in industries) for i in industries}
    # A place with much of every trade is a large city, not a huddle of its own trades.
    while len(chain) > 1 and sum(share[c] for c in chain) > 0.25:
        chain = chain[:-1]
    setting: Setting = "large" if not kind.firms else "any"
    return Planting(
        archetype=_varied(kind, rng=rng),
        industries=chain,
        setting=setting,
    )


def _chain(
    industries: tuple[IndustrySpec, ...],
    inputs: tuple[tuple[str, str, float], ...],
    width: int,
    *,
    rng: np.random.Generator,
) -> tuple[str, ...]:
    """`width` industries, each trading with one that came before it."""
    chain = [str(rng.choice([i.code for i in industries]))]
    while len(chain) < width:
        near: dict[str, float] = {}
        for supplier, user, coefficient in inputs:
            for here, there in ((supplier, user), (user, supplier)):
                if here in chain and there not in chain:
                    near[there] = near.get(there, 0.0) + coefficient
        weight = np.array(list(near.values()))
        chain.append(str(rng.choice(list(near), p=weight / weight.sum())))
    return tuple(chain)


def _varied(kind: Archetype, *, rng: np.random.Generator) -> Archetype:
    """`kind` with its sizes, shares and rates drawn anew; what makes its class stays."""
    changes: dict[str, object] = {
        "ties": float(rng.uniform(3, 8)),
        "closures": float(rng.uniform(0, 0.08)),
        "late": float(rng.uniform(0, 0.3)),
        "scatter_km": float(rng.uniform(1, 12)),
        "other_persistence": float(rng.uniform(0.3, 0.95)) if rng.random() < 0.5 else None,
    }
    if kind.firms:
        changes |= {
            "firms": int(rng.integers(15, 81)),
            "joins": float(rng.uniform(0, 1)),
            "least_quotient": float(rng.uniform(2.0, 3.5)) if kind.least_quotient else 0.0,
        }
    if kind.local_share:
        changes["local_share"] = float(rng.uniform(0.35, 0.8))
        churns = kind.local_persistence < 0.5
        changes["local_persistence"] = float(rng.uniform(*((0.0, 0.25) if churns else (0.7, 0.95))))
        changes["local_size_exponent"] = float(rng.uniform(0.0, 0.6))
    if kind.one_region_share:
        changes["other_persistence"] = float(rng.uniform(0.7, 0.95))
    if kind.giant_share:
        changes |= {
            "firms": int(rng.integers(1, 13)),
            "giant_share": float(rng.uniform(0.7, 0.95)),
            "closures": 0.0,
        }
    if kind.institutions:
        innovation = rng.choice(list(INNOVATION_KINDS), int(rng.integers(1, 4)), replace=False)
        service = rng.choice(list(SERVICE_KINDS), int(rng.integers(1, 4)), replace=False)
        changes["institutions"] = (*map(str, innovation), *map(str, service))
    if kind.tied_share:
        changes["tied_share"] = float(rng.uniform(0.35, 0.8))
    return replace(kind, **changes)  # type: ignore[arg-type]
