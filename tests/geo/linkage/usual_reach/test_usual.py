"""Usual local ties, and usual flows, are those of dense matrices."""

import numpy as np
import pandas as pd
import pytest

from geo.linkage.usual_reach import usual_flows, usual_ties
from geo.linkage.usual_reach.trade.strata import seen_ties
from tests.geo.linkage.usual_reach import dense
from tests.geo.linkage.usual_reach.countries import a_country, both_ways, crowded_cells

KEYS = ["year", "market", "sells", "region", "group"]


@pytest.fixture(scope="module", params=[40.0, 300.0])
def fitted(request):
    study = a_country(km=request.param, move=0.05)
    return study, both_ways(study, crowded_cells(study))


@pytest.mark.parametrize("across", [False, True])
def test_usual_ties_are_those_of_dense_matrices(fitted, across):
    study, both = fitted
    family = both.family
    seen = seen_ties(family.ties, sizes=study.sizes, across=True) if across else family.seen
    industries = family.industry_of_giver
    found = usual_ties(family.reach, seen, industries, across=across).table()
    found = found.rename(columns={"stratum": "market"}).sort_values(KEYS, ignore_index=True)
    expected = dense.usual_ties(both.reach, seen, industries, across=across).table()
    expected = expected.sort_values(KEYS, ignore_index=True)
    pd.testing.assert_frame_equal(found, expected, rtol=2e-4, atol=1e-7)
    assert (found["usual"] > 0).any()


def test_across_borders_more_is_local(fitted):
    study, both = fitted
    family = both.family
    seen = seen_ties(family.ties, sizes=study.sizes, across=True)
    alone, together = (
        usual_ties(family.reach, s, family.industry_of_giver, across=across).table()
        for s, across in ((family.seen, False), (seen, True))
    )
    assert together["usual"].sum() > alone["usual"].sum()


def test_usual_flows_are_those_of_dense_matrices(fitted):
    study, both = fitted
    regions = np.arange(study.sizes.regions)
    near = pd.DataFrame(
        [(a, b) for a in regions for b in regions if abs(a - b) in (0, 1, 6, 23)],
        columns=["supplier_region", "customer_region"],
    )
    is_near = np.zeros((len(regions), len(regions)), dtype=bool)
    is_near[near["supplier_region"], near["customer_region"]] = True
    totals = both.family.seen.bought.groupby(["giver_key", "customer_industry", "region_key"])
    family = both.family._replace(reach=both.reach)
    parts = [
        dense.usual_flows_of_market(family, market, is_near, totals["ties"].sum())
        for market in both.markets
    ]
    expected = pd.concat(parts).groupby(dense.ENDS, as_index=False)[["usual"]].sum()
    found = usual_flows(both.family, near, sizes=study.sizes)
    named = expected.merge(found, on=dense.ENDS, how="outer", suffixes=("", "_found"))
    named = named.fillna({"usual": 0.0})
    np.testing.assert_allclose(named["usual_found"], named["usual"], rtol=5e-4, atol=1e-5)


def test_strata_are_numbered_through_all_trades(fitted):
    _, both = fitted
    reach = both.family.reach
    for number, market in enumerate(both.markets):
        for customer in market.stratum.customers:
            giver = np.array([market.stratum.giver])
            assert reach.stratum(giver, np.array([customer])) == number
            assert reach.stratum(giver, np.array([-1])) == -1
            assert reach.stratum(giver, np.array([99])) == -1
