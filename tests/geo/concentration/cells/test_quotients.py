import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from geo.concentration.cells.quotient_intervals import (
    dartboard_p,
    employment_quotient_interval,
    location_quotient_interval,
)
from geo.concentration.cells.quotients import (
    effective_establishments,
    excess,
    litzenberger_sternberg,
    location_quotient,
    location_quotient_from_totals,
    standardised_quotient,
    symmetric_quotient,
)
from geo.errors import InvalidCountsError

ORACLES = Path(__file__).resolve().parents[4] / "../shared/oracles"
COUNTS = hnp.arrays(
    np.int64, st.tuples(st.integers(2, 7), st.integers(2, 6)), elements=st.integers(0, 60)
)


def oracle(*parts):
    path = ORACLES.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    return path


def german_states():
    path = oracle("REAT", "G.regions.industries.csv")
    return pd.read_csv(path)


def test_two_by_two_by_hand():
    # Overall shares of the industries: 2/8 and 6/8. Region 0 has 1/2 and 1/2, region 1 has 0 and 1.
    np.testing.assert_allclose(location_quotient([[2, 2], [0, 4]]), [[2, 2 / 3], [0, 4 / 3]])


def test_region_without_counts_is_nan_not_zero():
    quotient = location_quotient([[1, 3], [0, 0]])
    assert np.isnan(quotient[1]).all()
    np.testing.assert_allclose(quotient[0], [1, 1])


def test_industry_without_counts_is_nan_not_zero():
    assert np.isnan(location_quotient([[1, 0], [2, 0]])[:, 1]).all()


def test_one_region_is_its_own_reference():
    np.testing.assert_allclose(location_quotient([[3, 1, 6]]), [[1, 1, 1]])


def test_no_regions_give_no_quotients():
    assert location_quotient(np.empty((0, 3))).shape == (0, 3)


def test_negative_count_is_named_with_its_place():
    with pytest.raises(InvalidCountsError, match=r"first -1.0 at region 0, industry 1"):
        location_quotient([[1, -1], [2, 3]])


def test_missing_count_in_a_matrix_is_refused():
    with pytest.raises(InvalidCountsError, match="finite"):
        location_quotient([[1, np.nan]])


def test_vector_is_refused():
    with pytest.raises(InvalidCountsError, match="two dimensions"):
        location_quotient([1, 2, 3])


def test_negative_total_is_named():
    with pytest.raises(InvalidCountsError, match="`region_total`"):
        location_quotient_from_totals(1, -2, 3, 4)


def test_input_is_left_as_it_was():
    counts = np.array([[2.0, 2.0], [0.0, 4.0]])
    location_quotient(counts)
    np.testing.assert_array_equal(counts, [[2, 2], [0, 4]])


def test_unknown_cell_stays_unknown():
    assert np.isnan(location_quotient_from_totals(np.nan, 5, 6, 7))


def test_leave_one_out_compares_with_the_other_regions():
    # Region 0: 6 of 8 against 2 of 12 elsewhere; 0.75 / (1/6) = 4.5. With itself in: 0.75 / 0.4.
    counts = [[6, 2], [2, 10]]
    assert location_quotient(counts, leave_one_out=True)[0, 0] == pytest.approx(4.5)
    assert location_quotient(counts)[0, 0] == pytest.approx(1.875)


def test_leave_one_out_is_infinite_where_nobody_else_has_the_industry():
    assert location_quotient([[1, 1], [0, 2]], leave_one_out=True)[0, 0] == np.inf


def test_published_example_of_farhauer_and_kroell():
    assert location_quotient_from_totals(1714, 79006, 879213, 15593224) == pytest.approx(
        0.3847623, abs=5e-8
    )


@given(COUNTS)
def test_size_weighted_quotients_average_one(counts):
    assume(counts.sum(axis=0).all())
    region_shares = counts.sum(axis=1) / counts.sum()
    quotients = np.nan_to_num(location_quotient(counts))
    np.testing.assert_allclose(region_shares @ quotients, 1)


@given(COUNTS)
def test_ten_times_everything_changes_no_quotient(counts):
    np.testing.assert_allclose(location_quotient(10 * counts), location_quotient(counts))


@given(COUNTS)
def test_empty_far_region_changes_no_other(counts):
    far = np.vstack([counts, np.zeros((1, counts.shape[1]))])
    np.testing.assert_array_equal(location_quotient(far)[:-1], location_quotient(counts))


@given(COUNTS, st.randoms(use_true_random=False))
def test_permuted_regions_permute_the_quotients(counts, random):
    order = random.sample(range(len(counts)), len(counts))
    np.testing.assert_allclose(location_quotient(counts[order]), location_quotient(counts)[order])


@given(COUNTS)
def test_merging_two_proportional_regions_keeps_their_quotient(counts):
    assume(counts[0].sum() > 0)
    split = np.vstack([counts[0], counts])  # region 0 twice
    merged = np.vstack([2 * counts[0], counts[1:]])
    np.testing.assert_allclose(location_quotient(split)[1], location_quotient(merged)[0])


@pytest.mark.parametrize(
    "numbers",
    [(5, 4, 9, 20), (5, 9, 4, 20), (5, 21, 9, 20), (5, 9, 21, 20)],
    ids=["cell over region", "cell over industry", "region over nation", "industry over nation"],
)
def test_parts_that_exceed_their_wholes_have_no_chance_and_no_interval(numbers):
    assert np.isnan(dartboard_p(*numbers))
    assert np.isnan(location_quotient_interval(*numbers)).all()


@given(st.integers(0, 40), st.integers(1, 60), st.integers(0, 50), st.integers(1, 50))
def test_dartboard_chance_equals_the_binomial_test(cell, rest, neighbours, others):
    region, industry = cell + neighbours, cell + rest
    grand = region + rest + others
    expected = stats.binomtest(cell, industry, region / grand, alternative="greater").pvalue
    assert dartboard_p(cell, region, industry, grand) == pytest.approx(expected, rel=1e-9)


def test_far_tail_keeps_its_digits():
    # All 50 plants in a region with a thousandth of all plants: 0.001 ** 50.
    assert dartboard_p(50, 100, 50, 100_000) == pytest.approx(1e-150, rel=1e-9)


def test_empty_cell_is_no_surprise():
    assert dartboard_p(0, 5, 10, 20) == 1


def test_only_region_is_no_surprise():
    assert dartboard_p(10, 20, 10, 20) == 1


def test_cell_larger_than_its_industry_has_no_chance_but_nan():
    assert np.isnan(dartboard_p(11, 20, 10, 40))


def test_unknown_total_has_no_chance_but_nan():
    assert np.isnan(dartboard_p([1, 1], [2, np.nan], 3, 4)).tolist() == [False, True]


@given(st.integers(0, 30), st.integers(0, 30), st.sampled_from([0.8, 0.95, 0.99]))
def test_interval_equals_clopper_pearson_over_the_region_share(cell, rest, level):
    assume(cell + rest > 0)
    expected = stats.binomtest(cell, cell + rest).proportion_ci(level, method="exact")
    low, high = location_quotient_interval(cell, 30, cell + rest, 120, level=level)
    np.testing.assert_allclose([low, high], [expected.low / 0.25, expected.high / 0.25], atol=1e-12)


@given(st.integers(0, 25), st.integers(0, 25), st.integers(1, 99))
def test_lower_limit_is_above_one_where_the_tail_is_below_half_alpha(cell, rest, percent):
    assume(cell + rest > 0)
    chance = dartboard_p(cell, percent, cell + rest, 100)
    assume(abs(chance - 0.025) > 1e-6)
    low, _ = location_quotient_interval(cell, percent, cell + rest, 100)
    assert (low > 1) == (chance < 0.025)


def test_interval_narrows_with_more_plants():
    widths = [np.ptp(location_quotient_interval(n, 200, 4 * n, 1000)) for n in (5, 50, 100)]
    assert all(wide > narrow for wide, narrow in pairwise(widths))


def test_impossible_level_is_refused():
    with pytest.raises(InvalidCountsError, match="`level`"):
        location_quotient_interval(1, 2, 3, 4, level=95)


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 50), st.integers(1, 50))
def test_leave_one_out_limits_are_the_odds_of_the_limits(cell, rest, region, others):
    totals = cell, cell + region, cell + rest, cell + rest + region + others
    x = totals[1] / totals[3]
    low, high = location_quotient_interval(*totals)
    odds = [share * x / (1 - share * x) / (x / (1 - x)) for share in (low, high)]
    np.testing.assert_allclose(location_quotient_interval(*totals, leave_one_out=True), odds)


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 50), st.integers(1, 50))
def test_leave_one_out_limits_hold_the_quotient(cell, rest, region, others):
    totals = cell, cell + region, cell + rest, cell + rest + region + others
    low, high = location_quotient_interval(*totals, leave_one_out=True)
    assert low < location_quotient_from_totals(*totals, leave_one_out=True) < high


def test_leave_one_out_has_no_upper_limit_where_nobody_else_has_the_industry():
    low, high = location_quotient_interval(3, 5, 3, 10, leave_one_out=True)
    assert 0 < low < high == np.inf


def linearised_by_hand(cell, region, industry, rest):
    """Sum over plants of their squared influence on ln LQ, one plant after the other."""
    blocks = [cell, region, industry, rest]
    a, b, c, d = (sum(block) for block in blocks)
    r, i, n = a + b, a + c, a + b + c + d
    slopes = [1 / a + 1 / n - 1 / r - 1 / i, 1 / n - 1 / r, 1 / n - 1 / i, 1 / n]
    return sum((slope * e) ** 2 for slope, block in zip(slopes, blocks, strict=True) for e in block)


def test_employment_interval_is_that_of_plants_one_by_one():
    blocks = [[5, 1, 1], [10, 2], [3, 3, 3], [40, 7, 1, 1]]
    variance = linearised_by_hand(*blocks)
    a, b, c, d = (sum(block) for block in blocks)
    sa, sb, sc, sd = (sum(e * e for e in block) for block in blocks)
    low, high = employment_quotient_interval(
        (a, a + b, a + c, a + b + c + d), (sa, sa + sb, sa + sc, sa + sb + sc + sd)
    )
    quotient = (a / (a + b)) / ((a + c) / (a + b + c + d))
    half = stats.norm.ppf(0.975) * np.sqrt(variance)
    np.testing.assert_allclose([low, high], [quotient / np.exp(half), quotient * np.exp(half)])


def test_leave_one_out_employment_interval_by_hand():
    # Four plants of one job in each block: the odds are 1, the slopes 1/4 - 1/8, -1/8, 1/8 - 1/4
    # and 1/8, so V = 4 (4 / 64) = 1/4.
    limits = employment_quotient_interval((4, 8, 8, 16), (4, 8, 8, 16), leave_one_out=True)
    np.testing.assert_allclose(2 * np.log(limits), [-1.959964, 1.959964], rtol=1e-6)


@pytest.mark.parametrize("leave_one_out", [False, True])
def test_employment_interval_agrees_with_a_drawn_poisson_bootstrap(leave_one_out):
    # Large blocks, where the linearisation holds: 4,000 draws give the spread within 3 %.
    rng = np.random.default_rng(5)
    sizes = [rng.lognormal(2, 1, n) for n in (150, 600, 400, 4000)]
    totals = np.array([e.sum() for e in sizes])
    squares = np.array([(e**2).sum() for e in sizes])
    nest = np.array([[1, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 1, 1]])
    low, high = employment_quotient_interval(
        tuple(nest @ totals), tuple(nest @ squares), leave_one_out=leave_one_out
    )
    drawn = np.array([rng.poisson(1.0, (4000, len(e))) @ e for e in sizes])
    cell, region, industry, grand = nest @ drawn
    drawn = location_quotient_from_totals(
        cell, region, industry, grand, leave_one_out=leave_one_out
    )
    spread = np.std(np.log(drawn))
    assert np.log(high / low) / (2 * 1.959964) == pytest.approx(spread, rel=0.03)


def test_cell_without_jobs_has_no_employment_interval():
    limits = employment_quotient_interval((0, 5, 5, 20), (0, 9, 9, 50))
    assert np.isnan(limits).all()


def test_unknown_plant_sizes_give_no_employment_interval():
    limits = employment_quotient_interval((2, 5, 5, 20), (np.nan, 9, 9, 50))
    assert np.isnan(limits).all()


def test_only_cell_of_the_nation_is_certain():
    np.testing.assert_allclose(employment_quotient_interval((9, 9, 9, 9), (41, 41, 41, 41)), 1)


def test_equal_plants_count_in_full():
    assert effective_establishments(40, 4 * 10**2) == 4


def test_one_giant_counts_as_one():
    # 1000 jobs and nine plants of one: 1009^2 / 1,000,009.
    assert effective_establishments(1009, 1_000_009) == pytest.approx(1.018, abs=5e-4)


def test_plants_without_jobs_have_no_effective_number():
    assert np.isnan(effective_establishments(0, 0))


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=30))
def test_effective_number_lies_between_one_and_the_number(sizes):
    effective = effective_establishments(sum(sizes), sum(e * e for e in sizes))
    assert 1 - 1e-9 <= effective <= len(sizes) + 1e-9


@given(COUNTS)
def test_excess_sums_to_zero_over_regions(counts):
    assume(counts.sum() > 0)
    region, industry = counts.sum(axis=1, keepdims=True), counts.sum(axis=0)
    surplus = excess(counts, region, industry, counts.sum())
    np.testing.assert_allclose(surplus.sum(axis=0), 0, atol=1e-9)


def test_symmetric_quotient_mirrors_a_quotient_and_its_inverse():
    np.testing.assert_allclose(symmetric_quotient([4, 1 / 4, np.inf, 0]), [0.6, -0.6, 1, -1])


def test_standardised_quotients_have_mean_zero_and_deviation_one():
    z = standardised_quotient([[0.5, 2], [1.5, 2.5], [4, 9]])
    np.testing.assert_allclose(
        [z.mean(axis=0), z.std(axis=0, ddof=1)], [[0, 0], [1, 1]], atol=1e-12
    )


def test_zero_quotients_have_no_logarithm_and_are_left_out():
    # ln 1 = 0 and ln e = 1 remain: mean 1/2, deviation sqrt(1/2).
    z = standardised_quotient([0, 1, np.e], logarithm=True)
    np.testing.assert_allclose(z, [np.nan, -np.sqrt(0.5), np.sqrt(0.5)])


def test_equal_quotients_cannot_be_standardised():
    assert np.isnan(standardised_quotient([1.1, 1.1, 1.1])).all()


def test_single_known_quotient_cannot_be_standardised():
    assert np.isnan(standardised_quotient([1.1, np.nan])).all()


def test_cluster_index_of_litzenberger_and_sternberg_published():
    index = litzenberger_sternberg(
        employment=1743,
        employment_total=5740,
        area=50,
        area_total=576,
        population=488,
        population_total=4621,
        firms=35,
        firms_total=53,
    )
    assert index == pytest.approx(21.87491, abs=5e-6)


def test_cell_without_firms_has_cluster_index_zero():
    index = litzenberger_sternberg(
        employment=0,
        employment_total=5740,
        area=50,
        area_total=576,
        population=488,
        population_total=4621,
        firms=0,
        firms_total=53,
    )
    assert index == 0


def test_quotients_of_german_states_agree_with_reat():
    table = german_states()
    jobs = table.pivot_table(index="region_code", columns="ind_code", values="emp_all")
    expected = pd.read_csv(oracle("REAT", "expected_locq2_G.regions.industries.csv"))
    expected = expected.pivot_table(index="j_region", columns="i_industry", values="LQ")
    expected = expected.loc[jobs.index, jobs.columns]
    np.testing.assert_allclose(location_quotient(jobs), expected, rtol=1e-12)


def test_cluster_index_of_german_states_agrees_with_reat():
    table = german_states()
    states = table.drop_duplicates("region_code")
    industry = table.groupby("ind_code")[["emp_all", "firms"]].transform("sum")
    table["index"] = litzenberger_sternberg(
        employment=table["emp_all"],
        employment_total=industry["emp_all"],
        area=table["area_sqkm"],
        area_total=states["area_sqkm"].sum(),
        population=table["pop"],
        population_total=states["pop"].sum(),
        firms=table["firms"],
        firms_total=industry["firms"],
    )
    expected = pd.read_csv(oracle("REAT", "expected_litzenberger2_G.regions.industries.csv"))
    both = table.merge(
        expected, left_on=["region_code", "ind_code"], right_on=["j_region", "i_industry"]
    )
    # Mining in Bremen has three firms and no jobs: REAT divides 0 by 0, the limit is 0.
    assert both.loc[both["CI"].isna(), ["j_region", "i_industry", "index"]].to_numpy().tolist() == [
        ["HB", "WZ08-B", 0.0]
    ]
    np.testing.assert_allclose(both["index"], both["CI"].fillna(0), rtol=1e-12)


def test_quotients_of_goettingen_agree_with_reat():
    table = pd.read_csv(oracle("REAT", "Goettingen.csv"), index_col=0)
    here, nation = table["Goettingen2017"], table["BRD2017"]
    quotients = location_quotient_from_totals(here[1:], here.iloc[0], nation[1:], nation.iloc[0])
    expected = json.loads(oracle("REAT", "expected_reat.json").read_text())["locq_Goettingen2017"]
    np.testing.assert_allclose(quotients, expected["run"], rtol=1e-12)


@pytest.mark.parametrize("case", ["man_example_5x5"])
def test_quotients_agree_with_econgeo(case):
    data = json.loads(oracle("EconGeo", "expected_econgeo.json").read_text())[case]
    quotients = location_quotient(data["input"]["values"])
    np.testing.assert_allclose(quotients, data["location.quotient"]["values"], rtol=1e-12)
