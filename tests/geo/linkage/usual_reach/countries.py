"""Small countries, and the usual reach of their ties both ways: as built, and dense."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from geo.linkage.usual_reach import family_of
from geo.linkage.usual_reach.family import _repeated, firm_points, nearness_of
from geo.linkage.usual_reach.trade.strata import strata_of
from tests.geo.linkage.usual_reach import dense
from tests.geo.studies import study_of

INDUSTRIES = 4
DEGREE_KM = 111.2


def a_country(
    seed=0, *, wide=6, high=4, km=90.0, firms=700, per_firm=6, move=0.0, kind="supply", home=0.3,
    **settings,
):  # fmt: skip
    """Firms on a grid of regions, buying at home, next door, or anywhere; a study of them.

    Parameters
    ----------
    wide, high : int
        Regions.
    km : float
        From one to the next.
    move : float
        Share of firms that are in another region in the second of two years.
    home : float
        Share of ties inside a region; in the first three more.
    """
    rng = np.random.default_rng(seed)
    regions = wide * high
    weight = rng.gamma(0.7, 1, (regions, INDUSTRIES))
    weight[[r for r in (0, 1, wide) if r < regions], :2] *= 8
    cell = rng.choice(weight.size, firms, p=(weight / weight.sum()).ravel())
    region, industry = cell // INDUSTRIES, cell % INDUSTRIES
    later = np.where(rng.random(firms) < move, rng.integers(0, regions, firms), region)
    lives = []
    for year, at in ((2020, region), (2021, later)):
        place = np.column_stack([at % wide, at // wide]) * km / DEGREE_KM
        place = place + np.random.default_rng(seed + 1).uniform(-0.4, 0.4, (firms, 2)) * km / 111.2
        lives.append(
            pd.DataFrame({"firm_key": range(firms), "year": year, "region_key": at,
                          "industry_key": industry, "longitude": place[:, 0],
                          "latitude": place[:, 1]})
        )  # fmt: skip
    trades = [_ties(rng, region, industry, per_firm, home, wide) for _ in range(2)]
    kept = rng.random(len(trades[0][0])) < 0.6
    trades[1] = [np.where(kept, a, b) for a, b in zip(*trades, strict=True)]
    ties = pd.concat(
        pd.DataFrame({"source_key": s, "target_key": c, "year": year, "kind": kind})
        for year, (s, c) in zip((2020, 2021), trades, strict=True)
    )
    ties = ties[ties["source_key"] != ties["target_key"]].drop_duplicates()
    at = np.arange(regions)
    pairs = [(r, r + 1) for r in at if r % wide < wide - 1]
    pairs += [(r, r + wide) for r in at if r + wide < regions]
    adjoining = pd.DataFrame(pairs, columns=["focal", "neighbor"])
    return study_of(pd.concat(lives), ties, firms=firms, adjoining=adjoining, **settings)


def _ties(rng, region, industry, per_firm, home, wide):
    """Suppliers and customers."""
    firms = len(region)
    customer = np.repeat(np.arange(firms), per_firm)
    supplier = np.empty_like(customer)
    makes = (industry[customer] + rng.integers(0, 2, len(customer))) % INDUSTRIES
    draw = rng.random(len(customer))
    crowded = np.isin(region[customer], [0, 1, wide]) & (industry[customer] < 2)
    near = np.where(crowded, 0.75, home)
    for k, c in enumerate(customer):
        others = np.flatnonzero(industry == makes[k])
        away = np.abs(region[others] - region[c])
        wanted = others[away == 0] if draw[k] < near[k] else others
        if draw[k] > 0.8:
            wanted = others[away <= wide]
        supplier[k] = rng.choice(wanted if len(wanted) else others)
    return [supplier, customer]


def crowded_cells(study, *, wide=6):
    """The cells of the first two industries in the three regions that adjoin in a corner."""
    found = np.zeros((study.sizes.regions, study.sizes.industries), dtype=bool)
    found[np.ix_([0, 1, wide], [0, 1])] = True
    return found


class Both(NamedTuple):
    """The usual reach both ways."""

    family: Any
    markets: list[dense.Market]
    reach: dense.Reach


def both_ways(study, concentrated, *, given_activity=True, ties=None):
    """The family of a study, and the same fitted to dense matrices."""
    ties = study.supply if ties is None else ties
    family = family_of(study, ties, concentrated, given_activity=given_activity)
    sizes, points = study.sizes, firm_points(study)
    kinds = len(family.industry_of_giver) // sizes.industries
    parties = np.bincount(points.group, points.parties(), sizes.industries).astype(float)
    adjoins = study.adjoins if study.locality is None else np.zeros_like(study.adjoins)
    concentration = dense.Concentration(np.tile(concentrated, (1, kinds)), concentrated, adjoins)
    of_givers = points if kinds == 1 else _repeated(points, kinds)
    strata = [s for of_giver in strata_of(family.seen, parties, regions=sizes.regions)
              for s in of_giver]  # fmt: skip
    markets = [
        dense.market_of(s, (of_givers, points), nearness_of(study), concentration) for s in strata
    ]
    reach = dense.fit_reach(
        markets, givers=len(family.industry_of_giver), given_activity=given_activity
    )
    return Both(family, markets, reach)


def flat(trades, name, side=None):
    """Something of all trades, region after region."""
    of = [getattr(trade, name) for trade in trades]
    return np.concatenate(of if side is None else [both[side] for both in of])
