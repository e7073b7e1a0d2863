from pathlib import Path

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import stats

from geo.concentration.distance.marcon_puech import neighbour_ratio, neighbour_ratio_test
from geo.concentration.distance.projection import local_plane
from geo.concentration.pairs.pair_distances import (
    neighbour_ratios_by_pair,
    pair_neighbour_ratio_p,
    pair_neighbour_ratios,
    with_neighbour_ratios,
)
from geo.errors import InvalidCountsError

SHARED = Path(__file__).resolve().parents[4] / "../shared/oracles/dbmss"


def table(name):
    if not (SHARED / name).exists():
        pytest.skip("the shared folder is not beside the checkout")
    return pd.read_csv(SHARED / name)


def scattered(n, industries, seed=0):
    rng = np.random.default_rng(seed)
    return rng.random((n, 2)) * 100, rng.integers(0, industries, n), rng.lognormal(2, 1, n)


@pytest.mark.parametrize(
    ("data", "around", "looked_for", "expected"),
    [
        ("paracou16", "V. Americana", "Q. Rosea", "paracou_M_Vamericana_Qrosea"),
        ("paracou16", "Q. Rosea", "Q. Rosea", "paracou_M_Qrosea"),
        ("goettingen_health_xy_km", "pharm", "phys_gen", "goettingen_M_pharm_physgen"),
    ],
)
def test_every_pair_agrees_with_dbmss(data, around, looked_for, expected):
    sites, theirs = table(f"{data}.csv"), table(f"expected_{expected}.csv")
    kinds, kind = np.unique(sites["PointType"], return_inverse=True)
    at = tuple(np.searchsorted(kinds, [around, looked_for]))
    ours = [
        pair_neighbour_ratios(sites[["X", "Y"]], kind, radius=r, weights=sites["PointWeight"])[at]
        for r in theirs.r
    ]
    np.testing.assert_allclose(ours, theirs.M, rtol=1e-11)


def test_every_pair_is_that_pair_alone():
    points, industry, w = scattered(300, 4)
    found = pair_neighbour_ratios(points, industry, radius=9, weights=w)
    for i in range(4):
        for j in range(4):
            others = {} if i == j else {"neighbours": industry == j}
            alone = neighbour_ratio(points, industry == i, [9], weights=w, **others)
            assert found[i, j] == pytest.approx(alone[0], rel=1e-12)


def test_firms_without_jobs_are_nobody():
    points, industry, w = scattered(100, 3)
    more = np.vstack([points, points[:5] + 0.01])
    found = pair_neighbour_ratios(
        more, np.r_[industry, 0, 1, 2, 0, 1], radius=9, weights=np.r_[w, np.zeros(5)]
    )
    empty_around = neighbour_ratio(
        more,
        np.r_[industry == 0, True, False, False, True, False],
        [9],
        neighbours=np.r_[industry == 1, False, True, False, False, True],
        weights=np.r_[w, np.zeros(5)],
    )
    assert found[0, 1] == pytest.approx(empty_around[0])


def test_everybody_around_gives_one_for_every_pair():
    points, industry, w = scattered(60, 3)
    found = pair_neighbour_ratios(points, industry, radius=500, weights=w)
    np.testing.assert_allclose(found, 1, rtol=1e-12)


def test_industry_of_one_firm_has_no_ratio_around_itself():
    found = pair_neighbour_ratios([[0, 0], [1, 0], [2, 0]], [0, 1, 1], radius=5)
    assert np.isnan(found[0, 0])
    assert found[0, 1] == 1


def test_order_of_firms_changes_nothing():
    points, industry, w = scattered(200, 5)
    turned = np.random.default_rng(1).permutation(200)
    np.testing.assert_array_equal(
        pair_neighbour_ratios(points, industry, radius=9, weights=w),
        pair_neighbour_ratios(points[turned], industry[turned], radius=9, weights=w[turned]),
    )


@pytest.mark.parametrize(
    "change",
    [
        {"industry": [0, -1]},
        {"industry": [0.0, 1.0]},
        {"industry": [0]},
        {"points": [[0, 0], [np.nan, 0]]},
        {"radius": -1},
        {"weights": [1, -1]},
    ],
)
def test_values_out_of_range_are_refused(change):
    given = {"points": [[0, 0], [1, 0]], "industry": [0, 1], "radius": 1, "weights": None}
    given |= change
    with pytest.raises(InvalidCountsError):
        pair_neighbour_ratios(given.pop("points"), given.pop("industry"), **given)


def test_chance_is_that_of_draws():
    # Industries of 30 to 50 firms among 200; M by draws, the one industry staying.
    points = np.random.default_rng(4).random((200, 2)) * 100
    industry = np.repeat([0, 1, 2, 3, 4], [30, 40, 50, 30, 50])
    closed = pair_neighbour_ratio_p(points, industry, radius=12)
    for i, j in [(0, 1), (2, 3), (1, 4), (4, 2)]:
        drawn = neighbour_ratio_test(
            points,
            industry == i,
            [12.0],
            neighbours=industry == j,
            seed=1,
            draws=1999,
            alternative="greater",
        )
        assert closed[i, j] == pytest.approx(drawn.envelope.p, abs=0.035)


def test_chance_by_hand():
    # The firm that stays has two of the four other places around it, the sum is the share of these
    # two that the other industry's two firms take: of 6 samples one takes both, four take one.
    points = [[0, 0], [1, 0], [2, 0], [50, 0], [51, 0]]
    found = pair_neighbour_ratio_p(points, [0, 1, 1, 2, 2], radius=3)
    # Mean 1/2, variance 1/4 x 2 x 2 / 3 / 4 = 1/12, no skewness: the normal tail of sqrt(3).
    assert found[0, 1] == pytest.approx(stats.norm.sf(np.sqrt(3)), abs=1e-9)
    assert found[0, 2] == pytest.approx(stats.norm.sf(-np.sqrt(3)), abs=1e-9)


@pytest.mark.parametrize("radius", [6, 25])
def test_chances_are_uniform_where_one_industry_is_anywhere(radius):
    p = []
    for seed in range(2000):
        rng = np.random.default_rng([7, seed])
        points = np.r_[rng.normal(50, 8, (80, 2)), rng.random((160, 2)) * 100]
        # The industry that stays huddles, the other is a sample of the rest.
        industry = np.r_[np.zeros(30, dtype=int), rng.permutation(np.repeat([1, 2], [25, 185]))]
        p.append(pair_neighbour_ratio_p(points, industry, radius=radius)[0, 1])
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_few_firms_far_apart_are_rarely_called_near():
    # Some three firms in a hundred are near one of the ten that stay, so that chances are coarse.
    p = []
    for seed in range(600):
        rng = np.random.default_rng(seed)
        industry = rng.permutation(np.repeat([0, 1, 2], [10, 10, 480]))
        p.append(pair_neighbour_ratio_p(rng.random((500, 2)) * 100, industry, radius=3)[0, 1])
    assert np.mean(np.array(p) <= 0.05) < 0.08
    assert np.mean(np.array(p) <= 0.01) < 0.03


def test_no_other_place_is_no_surprise():
    points, _, _ = scattered(30, 2)
    found = pair_neighbour_ratio_p(points, np.repeat([0, 1], 15), radius=20)
    assert found[0, 1] == found[1, 0] == 1


def test_firm_that_nobody_is_near_has_no_chance():
    points = [[0, 0], [50, 0], [51, 0], [52, 0]]
    found = pair_neighbour_ratio_p(points, [0, 1, 1, 2], radius=5)
    assert np.isnan(found[0]).all()
    assert np.isnan(np.diag(found)).all()
    assert np.isfinite(found[1, 0])


def firms_of(industry, longitude, latitude, years=(2023,)):
    n = len(industry)
    rows = [
        pd.DataFrame(
            {
                "firm_key": np.arange(n),
                "year": year,
                "industry_key": industry,
                "longitude": longitude,
                "latitude": latitude,
                "employment": 1.0,
            }
        )
        for year in years
    ]
    return nw.from_native(pl.from_pandas(pd.concat(rows)).lazy())


def country(seed=0, years=(2023,)):
    """Industries 3 and 5 in one town, 8 anywhere, and 9 of four firms."""
    rng = np.random.default_rng(seed)
    industry = np.repeat([3, 5, 8, 9], [30, 30, 60, 4])
    place = rng.uniform([8, 48], [12, 51], (124, 2))
    place[:60] = rng.normal([9, 49], 0.05, (60, 2))
    return firms_of(industry, *place.T, years=years)


def test_industries_of_one_town_stand_around_each_other():
    found = neighbour_ratios_by_pair(country(), [2023], seed=1)
    pairs = found.set_index(["industry_key", "other_industry_key"])
    town = pairs.loc[(3, 5)]
    assert min(town["neighbour_ratio_20km"], town["other_neighbour_ratio_20km"]) > 1.5
    assert town["neighbour_ratio_p"] < 1e-6
    assert pairs.loc[(3, 8), "neighbour_ratio_p"] > 0.9
    assert pairs.loc[(3, 8), "neighbour_ratio_20km"] < 0.5


def test_table_is_m_on_the_plane_in_kilometres():
    found = neighbour_ratios_by_pair(country(), [2023], seed=1)
    firms = country().collect().to_pandas()
    points = local_plane(firms["longitude"], firms["latitude"]).points
    member, other = (firms["industry_key"].to_numpy() == k for k in (5, 8))
    pair = found.set_index(["industry_key", "other_industry_key"]).loc[(5, 8)]
    for name, sides in {
        "neighbour_ratio_20km": (member, other),
        "other_neighbour_ratio_20km": (other, member),
    }.items():
        expected = neighbour_ratio(points, sides[0], [20.0], neighbours=sides[1])[0]
        assert pair[name] == pytest.approx(expected)


def test_industry_of_four_firms_is_not_known_and_says_why():
    found = neighbour_ratios_by_pair(country(), [2023], seed=1)
    small = found[found["other_industry_key"] == 9]
    assert small[["neighbour_ratio_20km", "neighbour_ratio_p"]].isna().all(axis=None)
    assert set(small["neighbour_ratio_reason"]) == {"few_firms"}


def test_industry_far_from_everybody_says_so():
    # Ten firms half a degree apart from each other and from the ten of the other industry.
    industry, at = np.repeat([0, 1], 10), np.r_[np.arange(10) / 1000, 20 + np.arange(10) / 2]
    pair = neighbour_ratios_by_pair(firms_of(industry, at, 0.0), [2023], seed=1).iloc[0]
    assert pair["neighbour_ratio_20km"] == 0
    assert np.isnan(pair["other_neighbour_ratio_20km"])
    assert pair["neighbour_ratio_reason"] == "nobody_near"


def test_large_country_is_measured_by_an_even_sample():
    rng = np.random.default_rng(2)
    industry, place = rng.integers(0, 2, 14_000), rng.uniform([8, 48], [12, 51], (14_000, 2))
    pair = neighbour_ratios_by_pair(firms_of(industry, *place.T), [2023], seed=1).iloc[0]
    points = local_plane(*place.T).points
    whole = neighbour_ratio(points, industry == 0, [20.0], neighbours=industry == 1)[0]
    assert pair["neighbour_ratio_20km"] == pytest.approx(whole, rel=0.02)
    assert pair["neighbour_ratio_20km"] != whole


def test_years_are_measured_alone():
    found = neighbour_ratios_by_pair(country(years=(2022, 2023)), [2022, 2023], seed=1)
    first, second = (part.drop(columns="year") for _, part in found.groupby("year"))
    pd.testing.assert_frame_equal(first.reset_index(drop=True), second.reset_index(drop=True))


def test_pairs_without_places_say_so():
    found = neighbour_ratios_by_pair(country().filter(nw.col("year") < 0), [2023], seed=1)
    pairs = pd.DataFrame({"year": [2023], "industry_key": [0], "other_industry_key": [1]})
    pair = with_neighbour_ratios(pairs, found).iloc[0]
    assert np.isnan(pair["neighbour_ratio_20km"])
    assert np.isnan(pair["larger_neighbour_ratio"])
    assert pair["neighbour_ratio_reason"] == "no_places"
