"""Countries in which nothing is planted: ties follow one thing and nothing else."""

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl

from geo.linkage.collaboration.linkage_table import linkage_by_cell
from geo.study import Study

REGIONS, INDUSTRIES, KM = 25, 3, 50.0
INSTITUTION_KINDS = ("university", "finance")


def linkage_of(seed, **what):
    """Tests B and C of every cell of `a_country`."""
    establishments, ties, institutions, firms = a_country(seed, **what)
    return linkage_by_cell(
        Study(
            establishments=nw.from_native(establishments.lazy()),
            ties=nw.from_native(ties.lazy()),
            institutions=institutions,
            firms=firms,
        )
    ).cells


def a_country(
    seed, *, firms=500, per_firm=4, heavy=None, decay_km=None, kept=None, years=1, institutions=0
):
    """Firms on a grid of regions 50 km apart, each buying from the next industry in turn.

    Parameters
    ----------
    per_firm : float
        Mean number of suppliers.
    heavy : float, optional
        Pareto exponent of sizes; suppliers, and how many a firm has, follow them. All firms are
        of one size where not given.
    decay_km : float, optional
        Partners are drawn by 1 / (1 + (km / decay_km)^2), wherever where not given.
    kept : float, optional
        Chance of a tie to stay from year to year, the others being drawn anew.
    institutions : int
        Number of institutions; ties with them follow the sizes of both.
    """
    rng = np.random.default_rng(seed)
    weight = rng.gamma(2, 1, REGIONS)
    region = rng.choice(REGIONS, firms, p=weight / weight.sum())
    industry = rng.integers(0, INDUSTRIES, firms)
    size = rng.pareto(heavy, firms) + 1 if heavy else np.ones(firms)
    place = np.column_stack([region % 5, region // 5]) * KM + rng.normal(0, 10, (firms, 2))
    customers = _customers(rng, size / size.mean() * per_firm)
    drawn = [_suppliers(rng, customers, industry, size, place, decay_km)]
    for _ in range(years - 1):
        anew = rng.random(len(customers)) >= (1 if kept is None else kept)
        again = _suppliers(rng, customers, industry, size, place, decay_km)
        drawn.append(np.where(anew, again, drawn[-1]))
    by_year = [
        pl.DataFrame({"source_key": suppliers, "target_key": customers}).with_columns(
            year=pl.lit(2020 + k), kind=pl.lit("supply")
        )
        for k, suppliers in enumerate(drawn)
    ]
    parties = pd.DataFrame(
        {
            "institution_key": firms + np.arange(institutions),
            "kind": [INSTITUTION_KINDS[k % 2] for k in range(institutions)],
            "region_key": rng.choice(REGIONS, institutions, p=weight / weight.sum()),
        }
    )
    by_year += _institution_ties(rng, size, parties, years)
    establishments = pl.concat(
        pl.DataFrame(
            {
                "firm_key": np.arange(firms),
                "region_key": region,
                "industry_key": industry,
                "longitude": place[:, 0] / 111.2,
                "latitude": place[:, 1] / 111.2,
            }
        ).with_columns(year=pl.lit(2020 + k), group_key=pl.lit(None, dtype=pl.Float64))
        for k in range(years)
    )
    return establishments, pl.concat(by_year).unique(maintain_order=True), parties, firms


def _customers(rng, mean):
    """Buying firm of every tie: as many as Poisson counts of these means say."""
    return np.repeat(np.arange(len(mean)), rng.poisson(mean))


def _suppliers(rng, customers, industry, size, place, decay_km):
    """Supplier of every tie, drawn by size and distance from the next industry."""
    suppliers = np.empty(len(customers), dtype=np.int64)
    for bought in range(INDUSTRIES):
        pool = np.flatnonzero(industry == bought)
        at = np.flatnonzero((industry[customers] + 1) % INDUSTRIES == bought)
        pull = np.broadcast_to(size[pool], (len(at), len(pool)))
        if decay_km:
            km = np.linalg.norm(place[customers[at], None] - place[None, pool], axis=2)
            pull = pull / (1 + (km / decay_km) ** 2)
        reach = pull.cumsum(axis=1)
        chosen = (reach < rng.random(len(at))[:, None] * reach[:, -1:]).sum(axis=1)
        suppliers[at] = pool[np.minimum(chosen, len(pool) - 1)]
    return suppliers


def _institution_ties(rng, size, parties, years):
    """Ties of half as many as there are firms, between firms and institutions, every year."""
    if parties.empty:
        return []
    keys = parties["institution_key"].to_numpy()
    pull = rng.gamma(0.7, 1, len(keys)) + 0.1
    ties = len(size) // 2
    return [
        pl.DataFrame(
            {
                "source_key": rng.choice(keys, ties, p=pull / pull.sum()),
                "target_key": rng.choice(len(size), ties, p=size / size.sum()),
            }
        ).with_columns(year=pl.lit(2020 + k), kind=pl.lit("research"))
        for k in range(years)
    ]
