"""Ties that bunch by firm, and a test that is not fooled by them."""

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

from geo.linkage.collaboration.linkage_table import linkage_by_cell
from geo.linkage.collaboration.overdispersion import (
    BUNCHES,
    bunches,
    dispersion,
    firm_ends,
    own_ends,
    partner_ends,
)
from geo.linkage.matching import matching_table
from geo.study.keys import Sizes
from tests.geo.studies import study_of


def sums(ties, local):
    d, y = np.array(ties, dtype=float), np.array(local, dtype=float)
    values = [d.sum(), y.sum(), (d**2).sum(), (d * y).sum(), (y**2).sum()]
    return pd.DataFrame([values], columns=BUNCHES)


EVEN = sums([1] * 9, [1, 0, 0] * 3)


def test_firms_with_one_tie_each_do_not_bunch():
    assert dispersion(EVEN, EVEN).tolist() == [1.0]


def test_firms_with_all_or_nothing_local_bunch_by_their_number_of_ties():
    # Ten firms with five ties each, half of them all local: one firm says as much as one tie.
    assert dispersion(sums([5] * 10, [5, 0] * 5), EVEN)[0] == pytest.approx(5.0)


def test_independent_ties_disperse_by_one_on_average():
    rng = np.random.default_rng(4)
    drawn = [dispersion(sums([6] * 40, rng.binomial(6, 0.4, 40)), EVEN)[0] for _ in range(300)]
    # Values below one are raised to it; the standard deviation of each is about 0.23.
    assert np.mean(drawn) == pytest.approx(1.09, abs=0.05)


def test_one_firm_alone_is_one_bunch():
    assert dispersion(sums([100], [90]), EVEN).tolist() == [100.0]


def test_dispersion_of_no_ties_is_one():
    nothing = pd.DataFrame([[np.nan] * 5], columns=BUNCHES)
    assert dispersion(nothing, nothing).tolist() == [1.0]


def test_both_sides_add_up_less_the_one_they_share():
    half = sums([5] * 10, [5, 0] * 5)
    assert dispersion(half, half)[0] == pytest.approx(9.0)


def test_ends_of_ties_by_firm_and_partner_industry():
    # Firm 0 of industry 0 sells to firms 1 and 2 of industry 1; 2 is in another region.
    supply = nw.from_native(
        pl.LazyFrame(
            {
                "year": [2020, 2020],
                "source_key": [0, 0],
                "target_key": [1, 2],
                "supplier_region": [0, 0],
                "customer_region": [0, 1],
                "supplier_industry": [0, 0],
                "customer_industry": [1, 1],
                "is_local": [True, False],
                "is_stable": [True, False],
                "lives_long": [True, True],
            }
        )
    )
    sizes = Sizes(first_year=2020, years=1, regions=2, industries=2, firms=3)
    ends = firm_ends(supply, sizes=sizes)
    own = own_ends(ends, sizes=sizes).collect().to_pandas().set_index("firm_key")
    assert own["ties"].to_dict() == {0: 2, 1: 1, 2: 1}
    assert own["stable"].to_dict() == {0: 1, 1: 1, 2: 0}
    assert own["lasting"].to_dict() == {0: 2, 1: 1, 2: 1}
    partners = bunches(partner_ends(ends), sizes=sizes).collect().to_pandas()
    # Cell (region 0, industry 1) has the partner 0, with two ties of which one is local.
    row = partners[(partners["region_key"] == 0) & (partners["industry_key"] == 1)].iloc[0]
    assert row[BUNCHES].tolist() == [2, 1, 4, 2, 1]


def a_country(seed, *, bunched):
    """Firms of four industries in twenty regions that buy at random, or each in one region."""
    rng = np.random.default_rng(seed)
    weight = rng.gamma(1, 1, 20) + 0.2
    weight /= weight.sum()
    region, industry = rng.choice(20, 600, p=weight), rng.integers(0, 4, 600)
    pairs = set()
    for customer in range(600):
        pool = np.flatnonzero(industry == (industry[customer] + 1) % 4)
        if bunched:
            there = pool[region[pool] == rng.choice(20, p=weight)]
            pool = there if len(there) else pool
        pairs |= {(int(s), customer) for s in rng.choice(pool, rng.poisson(8))}
    establishments = pd.DataFrame(
        {"firm_key": range(600), "year": 2020, "region_key": region, "industry_key": industry}
    )
    establishments["longitude"] = establishments["region_key"] + establishments["firm_key"] / 1000
    establishments["latitude"] = 0.0
    ties = pd.DataFrame(sorted(pairs), columns=["source_key", "target_key"])
    ties = ties.assign(year=2020, kind="supply")
    return linkage_by_cell(study_of(establishments, ties, firms=600)).cells


def test_one_hub_with_all_the_ties_does_not_make_a_cluster():
    # Two of ten ties would be local by chance, eight are; but all eight are of one firm.
    row = pd.DataFrame(
        {"year": [2020], "supply_ties": 10.0, "local": 8.0, "mean": 2.0, "variance": 1.5,
         "third": 0.9, "least": 0.0, "most": 10.0}
    )  # fmt: skip
    assert matching_table(row)["matching_p"][0] < 0.001
    assert matching_table(row, dispersion=10.0)["matching_p"][0] > 0.1


@pytest.mark.slow
@pytest.mark.parametrize("bunched", [False, True])
def test_p_values_hold_whether_or_not_firms_buy_in_one_place(bunched):
    p = pd.concat(
        [a_country(seed, bunched=bunched)["matching_p"].dropna() for seed in range(25)]
    ).to_numpy()
    for level in (0.01, 0.05, 0.2):
        assert np.mean(p <= level) < level
