"""Likeness against a count over all pairs of firms."""

from itertools import combinations, product

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

from geo.linkage.networks.homogeneity import homogeneity_by_cell, likeness
from geo.study.keys import sizes_of
from geo.study.located import located_ties, supply_pairs, supply_years

KEYS = ["year", "region_key", "industry_key"]


def lazy(table):
    return nw.from_native(pl.from_pandas(table).lazy())


def homogeneity(firms, ties):
    firms = firms.assign(year=2020, group_key=np.nan)
    ties = pd.DataFrame(ties, columns=["source_key", "target_key"]).astype("int64")
    ties = ties.assign(year=2020, kind="supply")
    establishments, links = lazy(firms), lazy(ties)
    sizes = sizes_of(establishments, firms=len(firms))
    pairs = supply_pairs(links, firms=len(firms))
    supply = located_ties(establishments, pairs, supply_years(pairs), sizes=sizes)
    return homogeneity_by_cell(establishments, supply, sizes=sizes).set_index(KEYS)


def random_country(seed, firms=25):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "firm_key": range(firms),
            "region_key": rng.integers(0, 2, firms),
            "industry_key": rng.integers(0, 3, firms),
            "employment": rng.choice([np.nan, 3.0, 9.0, 10.0, 60.0, 250.0], firms),
        }
    )
    ties = rng.integers(0, firms, (80, 2))
    return table, np.unique(ties[ties[:, 0] != ties[:, 1]], axis=0)


def size_of(jobs):
    return None if np.isnan(jobs) else sum(jobs >= least for least in (10, 50, 250))


def share(alike, whole):
    return alike / whole if whole else np.nan


@pytest.mark.parametrize("seed", range(4))
def test_all_four_are_shares_of_pairs(seed):
    firms, ties = random_country(seed)
    found = homogeneity(firms, ties)
    size = {
        f: size_of(jobs) for f, jobs in zip(firms["firm_key"], firms["employment"], strict=True)
    }
    industry = firms["industry_key"].tolist()
    for (_, region, trade), row in found.iterrows():
        here = firms[(firms["region_key"] == region) & (firms["industry_key"] == trade)]
        pairs = list(combinations(here["firm_key"], 2))
        known = [(a, b) for a, b in pairs if size[a] is not None and size[b] is not None]
        expected = share(sum(size[a] == size[b] for a, b in known), len(known))
        assert row["size_likeness"] == pytest.approx(expected, nan_ok=True)
        sold = {f: [industry[t] for s, t in ties if s == f] for f in here["firm_key"]}
        bought = {f: [industry[s] for s, t in ties if t == f] for f in here["firm_key"]}
        for name, kinds in (("customer_likeness", sold), ("supplier_likeness", bought)):
            drawn = [(x, y) for a, b in pairs for x, y in product(kinds[a], kinds[b])]
            expected = share(sum(x == y for x, y in drawn), len(drawn))
            assert row[name] == pytest.approx(expected, nan_ok=True)
        drawn = [
            x == y and size[a] == size[b]
            for a, b in known
            for x, y in product(sold[a], sold[b])
        ]  # fmt: skip
        assert row["homogeneity"] == pytest.approx(share(sum(drawn), len(drawn)), nan_ok=True)


def test_sellers_of_one_size_to_one_trade_are_wholly_alike():
    firms = pd.DataFrame(
        {
            "firm_key": range(4),
            "region_key": 0,
            "industry_key": [0, 0, 0, 1],
            "employment": [5.0, 6.0, 7.0, 900.0],
        }
    )
    row = homogeneity(firms, [(0, 3), (1, 3), (2, 3)]).loc[(2020, 0, 0)]
    assert row["homogeneity"] == row["size_likeness"] == row["customer_likeness"] == 1


def test_unknown_sizes_leave_homogeneity_open():
    firms = pd.DataFrame(
        {
            "firm_key": range(3),
            "region_key": 0,
            "industry_key": [0, 0, 1],
            "employment": [np.nan, np.nan, 5.0],
        }
    )
    row = homogeneity(firms, [(0, 2), (1, 2)]).loc[(2020, 0, 0)]
    assert np.isnan(row["homogeneity"])
    assert row["customer_likeness"] == 1


def test_two_items_of_one_firm_are_no_pair():
    # Firm 0 has two of the first kind, firm 1 one of each: of 2 x 2 pairs two are alike.
    assert likeness([3, 1], of_firms=[[2, 0], [1, 1]]) == 0.5
    assert np.isnan(likeness([3], of_firms=[[3]]))
