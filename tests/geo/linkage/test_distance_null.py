"""The second null: local ties against the usual distance of trade."""

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import stats

from geo.linkage import distance_null
from geo.linkage.collaboration import linkage_by_cell
from geo.linkage.distance_null import region_centres, tilted_moments
from geo.linkage.tails import hypergeometric_moments

NOBODY = pd.DataFrame(
    {
        "institution_key": pd.Series(dtype="int64"),
        "kind": pd.Series(dtype="str"),
        "region_key": pd.Series(dtype="int64"),
    }
)


def a_country(seed, *, decay_km=None, planted=0, regions=36, firms=1500, industries=4):
    """Firms on a grid of regions 50 km apart; those of region 0, industry 0 may buy at home."""
    rng = np.random.default_rng(seed)
    x, y = np.arange(regions) % 6 * 50.0, np.arange(regions) // 6 * 50.0
    weight = rng.gamma(2, 1, regions)
    region = rng.choice(regions, firms, p=weight / weight.sum())
    region[:planted], industry = 0, rng.integers(0, industries, firms)
    industry[:planted] = np.arange(planted) % 2
    # Own region: a distance of 20 km between firms.
    km = np.hypot(x[:, None] - x, y[:, None] - y) + 20 * np.eye(regions)
    pull = 1 / (1 + (km / decay_km) ** 2) if decay_km else np.ones_like(km)
    pairs = set()
    for f in range(firms):
        pool = np.flatnonzero(industry == (industry[f] + 1) % industries)
        near = pull[region[f], region[pool]]
        pairs |= {(int(s), f) for s in rng.choice(pool, rng.poisson(4), p=near / near.sum())}
        if f < planted and industry[f] == 0:
            home = np.flatnonzero((industry == 1) & (region == 0))
            pairs |= {(int(s), f) for s in rng.choice(home, 8)}
    lon, lat = x[region] / 111.2, y[region] / 111.2
    spread = rng.normal(0, 0.1, (2, firms))
    establishments = pl.LazyFrame(
        {
            "firm_key": range(firms),
            "region_key": region,
            "industry_key": industry,
            "longitude": lon + spread[0],
            "latitude": lat + spread[1],
        }
    ).with_columns(year=pl.lit(2020), group_key=pl.lit(None, dtype=pl.Float64))
    ties = pl.LazyFrame(sorted(pairs), schema=["source_key", "target_key"], orient="row")
    ties = ties.with_columns(year=pl.lit(2020), kind=pl.lit("supply"))
    return linkage_by_cell(
        nw.from_native(establishments), nw.from_native(ties), NOBODY, firms=firms
    )


def test_distance_alone_is_proximity_and_not_organisation():
    table = a_country(1, decay_km=40)
    assert (table["matching_q"] <= 0.05).mean() > 0.3
    assert (table["linkage_grade"] == "organised").mean() <= 0.01
    assert (table["linkage_grade"] == "proximity").sum() > 30


def test_chain_in_one_place_is_organised_in_spite_of_distance():
    table = a_country(2, decay_km=80, planted=60)
    cell = table[(table["region_key"] == 0) & (table["industry_key"] == 0)].iloc[0]
    assert cell["linkage_grade"] == "organised"
    others = table[table["region_key"] != 0]
    assert (others["linkage_grade"] == "organised").mean() <= 0.02


def test_degree_beyond_distance_is_that_beyond_chance_with_another_expectation():
    table = a_country(2, decay_km=80, planted=60)
    local, chance, usual = (
        table[c]
        for c in (
            "local_supply_ties",
            "expected_local_supply_ties",
            "expected_local_supply_ties_distance",
        )
    )
    # All that could be local: degree (possible - chance) = local - chance.
    known = (table["matching_degree"].abs() > 1e-6) & table["distance_degree"].notna()
    possible = chance + (local - chance) / table["matching_degree"]
    expected = (local - usual) / (possible - usual)
    assert known.sum() > 100
    assert np.allclose(table["distance_degree"][known], expected[known])
    k, n = local / table["tie_dispersion"], possible / table["tie_dispersion"]
    upper = table["tie_dispersion"] * n * stats.beta.ppf(0.95, k + 1, n - k)
    inside = known & (local < possible - 1e-6)
    expected = (upper - usual) / (possible - usual)
    assert np.allclose(table["distance_degree_high"][inside], expected[inside])


def test_expectation_lies_between_random_matching_and_what_is_seen_where_distance_is_all():
    table = a_country(3, decay_km=40)
    total = table[
        [
            "expected_local_supply_ties",
            "expected_local_supply_ties_distance",
            "local_supply_ties",
        ]
    ].sum()
    assert total.iloc[1] > 1.5 * total.iloc[0]
    assert total.iloc[1] == pytest.approx(total.iloc[2], rel=0.1)


def test_without_decay_both_nulls_expect_alike():
    table = a_country(4)
    one, other = (
        table[c].sum()
        for c in ("expected_local_supply_ties", "expected_local_supply_ties_distance")
    )
    assert other == pytest.approx(one, rel=0.1)


def test_grade_is_only_for_cells_beyond_random_matching():
    table = a_country(5, decay_km=40)
    assert table.loc[table["matching_q"] > 0.05, "linkage_grade"].isna().all()


def test_cells_of_strata_that_are_too_many_to_fit_are_not_known(monkeypatch):
    monkeypatch.setattr(distance_null, "_MOST_PAIRS", 2000)
    table = a_country(1, decay_km=40)
    assert table["distance_p"].isna().mean() > 0.4
    assert table["linkage_grade"][table["distance_q"].isna()].isna().all()


def test_odds_of_one_are_random_matching():
    a, b, n = (np.array([x]) for x in (12.0, 30.0, 100.0))
    one = tilted_moments(a, b, n, np.ones(1))
    np.testing.assert_allclose(np.array(one), np.array(hypergeometric_moments(a, b, n)), rtol=0.03)


@pytest.mark.parametrize("odds", [0.2, 3.0, 20.0])
def test_tilted_moments_are_those_of_fishers_distribution(odds):
    a, b, n = 40, 60, 200
    exact = stats.nchypergeom_fisher(n, a, b, odds)
    m = tilted_moments(*(np.array([float(x)]) for x in (a, b, n, odds)))
    assert m.mean[0] == pytest.approx(exact.mean(), rel=0.01)
    assert m.variance[0] == pytest.approx(exact.var(), rel=0.03)
    values = np.arange(b + 1)
    third = (exact.pmf(values) * (values - exact.mean()) ** 3).sum()
    assert m.third[0] == pytest.approx(third, abs=0.05 * exact.var())


def test_ties_that_must_be_local_have_no_freedom():
    # All four customers are here.
    m = tilted_moments(*(np.array([x]) for x in (2.0, 4.0, 4.0, np.nan)))
    assert (m.mean[0], m.variance[0]) == (2.0, 0.0)


def test_distance_between_regions_is_that_of_their_firms():
    # One degree along the equator is 6371 km * pi / 180 = 111.19 km.
    firms = pl.LazyFrame(
        {"region_key": [0, 1], "longitude": [179.5, -179.5], "latitude": [0.0, 0.0]}
    )
    centres = region_centres(nw.from_native(firms), regions=3)
    km = distance_null._distances(centres, np.array([0, 0, 0]), np.array([1, 0, 2]))
    assert km[0] == pytest.approx(111.19, abs=0.01)
    assert km[1] == pytest.approx(0, abs=1e-3)
    assert np.isnan(km[2])


def test_distance_inside_a_region_is_that_between_its_firms():
    rng = np.random.default_rng(0)
    place = rng.normal(0, 0.1, (2, 3000))
    firms = pl.LazyFrame({"region_key": 0, "longitude": place[0], "latitude": place[1]})
    centres = region_centres(nw.from_native(firms), regions=1)
    km = distance_null._distances(centres, np.array([0]), np.array([0]))[0]
    seen = np.hypot(*(place[:, :1500] - place[:, 1500:])).mean() * 111.19
    assert km == pytest.approx(seen, rel=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("decay_km", [None, 100, 40, 20])
def test_p_values_hold_whatever_the_decay(decay_km):
    p = pd.concat([a_country(seed, decay_km=decay_km)["distance_p"].dropna() for seed in range(8)])
    for level in (0.01, 0.05, 0.2):
        error = np.sqrt(level * (1 - level) / len(p))
        assert np.mean(p <= level) < level + 2.5 * error
