import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from inequality.gini import Gini
from inequality.theil import Theil

from geo.concentration.cells.quotients import location_quotient
from geo.concentration.industries.indices import (
    herfindahl,
    hoover,
    industry_indices,
    krugman,
    locational_gini,
    theil,
)
from geo.errors import InvalidCountsError

ORACLES = Path(__file__).resolve().parents[4] / "../shared/oracles"
MEASURES = [locational_gini, hoover, krugman, theil]
PAIRS = hnp.arrays(np.int64, st.tuples(st.integers(2, 12), st.just(2)), elements=st.integers(0, 90))


def oracle(*parts):
    path = ORACLES.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    return path


def econgeo(case):
    return json.loads(oracle("EconGeo", "expected_econgeo.json").read_text())[case]


def reat(case):
    return json.loads(oracle("REAT", "expected_reat.json").read_text())[case]


def german_jobs():
    table = pd.read_csv(oracle("REAT", "G.regions.industries.csv"))
    return table.pivot_table(index="region_code", columns="ind_code", values="emp_all")


def cells_of(*rows, year=2020):
    """Rows of region, industry, establishments, employment."""
    names = ["region_key", "industry_key", "establishments", "employment"]
    table = pd.DataFrame(rows, columns=names)
    return table.astype({"establishments": float, "employment": float}).assign(year=year)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (locational_gini, 1 / 4),  # 1 - (1/2 * 1/4 + 1/2 * (1/4 + 1))
        (hoover, 1 / 4),
        (krugman, 1 / 2),
        (theil, 0.75 * np.log(1.5) + 0.25 * np.log(0.5)),
    ],
)
def test_two_regions_by_hand(measure, expected):
    assert measure([1, 3], [2, 2]) == pytest.approx(expected)


@pytest.mark.parametrize("measure", MEASURES)
def test_industry_spread_like_the_reference_is_zero(measure):
    assert measure([1, 2, 3], [10, 20, 30]) == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [(locational_gini, 0.9), (hoover, 0.9), (krugman, 1.8), (theil, np.log(10))],
)
def test_industry_in_one_tenth_of_the_country_is_at_its_largest(measure, expected):
    assert measure([5, 0, 0], [1, 4, 5]) == pytest.approx(expected)


@pytest.mark.parametrize("measure", MEASURES)
def test_industry_of_nothing_is_nan(measure):
    assert np.isnan(measure([[0, 1], [0, 2]], [1, 2])).tolist() == [True, False]


@pytest.mark.parametrize("measure", MEASURES)
def test_reference_of_nothing_is_nan(measure):
    assert np.isnan(measure([1, 2], [0, 0]))


@pytest.mark.parametrize("measure", MEASURES)
def test_one_region_has_nothing_to_be_unequal_about(measure):
    assert measure([7], [9]) == pytest.approx(0)


@pytest.mark.parametrize("measure", MEASURES)
def test_matrix_is_measured_column_by_column(measure):
    counts = np.array([[1, 5], [3, 0], [2, 2]])
    columns = [measure(column, [2, 3, 4]) for column in counts.T]
    np.testing.assert_allclose(measure(counts, [2, 3, 4]), columns)


@pytest.mark.parametrize("measure", MEASURES)
def test_missing_value_is_refused(measure):
    with pytest.raises(InvalidCountsError, match=r"first nan at region 1"):
        measure([1, np.nan], [1, 1])


@pytest.mark.parametrize("measure", MEASURES)
def test_negative_reference_is_refused(measure):
    with pytest.raises(InvalidCountsError, match="`reference` must be finite and >= 0"):
        measure([1, 2], [1, -1])


@pytest.mark.parametrize("measure", MEASURES)
def test_reference_of_another_length_is_refused(measure):
    with pytest.raises(InvalidCountsError, match="one value per region"):
        measure([1, 2], [1, 2, 3])


def test_theil_is_infinite_where_the_reference_has_nothing():
    assert theil([1, 1], [1, 0]) == np.inf


def test_herfindahl_by_hand():
    assert herfindahl([1, 3]) == 10 / 16


def test_herfindahl_of_equal_regions_is_one_over_their_number():
    assert herfindahl([2, 2, 2, 2]) == 1 / 4


def test_herfindahl_example_of_doersam():
    # Documented in REAT: 0.34, and the equivalent number 2.94.
    shares = np.array([0.4, 0.4, 0.1, 0.1])
    assert herfindahl(shares) == pytest.approx(0.34)
    assert 1 / herfindahl(shares) == pytest.approx(2.94, abs=5e-3)


@pytest.mark.parametrize("measure", MEASURES)
@given(pairs=PAIRS)
def test_unit_of_measurement_does_not_matter(measure, pairs):
    industry, reference = pairs[:, 0], pairs.sum(axis=1)
    assume(industry.sum() > 0)
    np.testing.assert_allclose(
        measure(10 * industry, 3 * reference), measure(industry, reference), atol=1e-14
    )


@pytest.mark.parametrize("measure", MEASURES)
@given(pairs=PAIRS, random=st.randoms(use_true_random=False))
def test_order_of_regions_does_not_matter(measure, pairs, random):
    industry, reference = pairs[:, 0], pairs.sum(axis=1)
    assume(industry.sum() > 0)
    order = random.sample(range(len(pairs)), len(pairs))
    np.testing.assert_allclose(
        measure(industry[order], reference[order]), measure(industry, reference), atol=1e-14
    )


@pytest.mark.parametrize("measure", MEASURES)
@given(pairs=PAIRS)
def test_empty_far_region_does_not_matter(measure, pairs):
    industry, reference = pairs[:, 0], pairs.sum(axis=1)
    assume(industry.sum() > 0)
    np.testing.assert_allclose(
        measure([*industry, 0], [*reference, 0]), measure(industry, reference), atol=1e-14
    )


@pytest.mark.parametrize("measure", MEASURES)
@given(pairs=PAIRS)
def test_region_cut_into_proportional_halves_does_not_matter(measure, pairs):
    industry, reference = pairs[:, 0] / 1.0, pairs.sum(axis=1) / 1.0
    assume(industry.sum() > 0)
    cut = [np.r_[values[0] / 2, values[0] / 2, values[1:]] for values in (industry, reference)]
    np.testing.assert_allclose(measure(*cut), measure(industry, reference), atol=1e-14)


@given(pairs=PAIRS)
def test_gini_lies_between_hoover_and_one(pairs):
    industry, reference = pairs[:, 0], pairs.sum(axis=1)
    assume(industry.sum() > 0)
    assert hoover(industry, reference) <= locational_gini(industry, reference) + 1e-12
    assert locational_gini(industry, reference) <= 1


@given(hnp.arrays(np.float64, st.integers(2, 20), elements=st.floats(0.5, 100)))
def test_gini_without_reference_is_that_of_inequality(values):
    assert locational_gini(values) == pytest.approx(Gini(values).g, abs=1e-12)


# inequality adds the smallest float to every value against the logarithm of zero; with no zeros
# among them that changes no digit.
@given(hnp.arrays(np.float64, st.integers(2, 20), elements=st.floats(0.5, 100)))
def test_theil_without_reference_is_that_of_inequality(values):
    assert theil(values) == pytest.approx(float(Theil(values).T), abs=1e-12)


def test_regional_measures_of_german_states_agree_with_reat():
    jobs = german_jobs()
    expected = pd.read_csv(oracle("REAT", "expected_conc_G.regions.industries.csv"), index_col=0)
    expected = expected.loc[jobs.columns]
    np.testing.assert_allclose(hoover(jobs, jobs.sum(axis=1)), expected["H i"], rtol=1e-12)
    # Its Gini is that of the quotients, in which each region counts alike.
    quotients = location_quotient(jobs)
    np.testing.assert_allclose(locational_gini(quotients), expected["G i"], rtol=1e-12)


def test_krugman_of_german_states_agrees_with_reat_against_the_mean_of_other_industries():
    shares = (german_jobs() / german_jobs().sum()).to_numpy()
    expected = pd.read_csv(oracle("REAT", "expected_conc_G.regions.industries.csv"), index_col=0)
    # REAT's reference is the unweighted mean of the other industries' shares, ours all jobs.
    others = (shares.sum(axis=1, keepdims=True) - shares) / (shares.shape[1] - 1)
    ours = [krugman(s, x) for s, x in zip(shares.T, others.T, strict=True)]
    np.testing.assert_allclose(ours, expected["K i"], rtol=1e-12)


def test_gini_of_quotients_agrees_with_the_example_in_reat():
    # gini.conc: 0.4068966, the Gini of the five quotients 1/4, 1/3, 1/2, 7/4, 2.
    jobs, reference = [500, 500, 1000, 7000, 1000], [20000, 15000, 20000, 40000, 5000]
    quotients = np.array(jobs) / sum(jobs) / (np.array(reference) / sum(reference))
    assert locational_gini(quotients) == pytest.approx(0.4068966, abs=5e-8)
    # Against the regions' sizes: 1 - (0.2 0.05 + 0.15 0.15 + 0.2 0.3 + 0.4 1.1 + 0.05 1.9).
    assert locational_gini(jobs, reference) == pytest.approx(0.3725)


def test_income_of_german_states_agrees_with_reat():
    data = reat("hoover_DE2015")
    assert hoover(data["gdp"], data["pop"]) == pytest.approx(data["run"], rel=1e-12)
    assert herfindahl(data["gdp"]) == pytest.approx(reat("herf_gdp")["run"], rel=1e-11)
    assert locational_gini(data["gdp"]) == pytest.approx(reat("gini_gdp")["run"], rel=1e-11)
    # REAT's theil is Theil's second measure, the mean logarithmic deviation: the same relative
    # entropy with the two distributions changed over. Theil's first is 0.4253.
    equal = np.ones(len(data["gdp"]))
    assert theil(equal, data["gdp"]) == pytest.approx(reat("theil_gdp"), rel=1e-11)
    assert theil(data["gdp"]) == pytest.approx(0.4253, abs=5e-5)


def test_locational_gini_of_econgeo_is_half_of_ours():
    # It returns the area between the curve and the diagonal, we twice that area.
    for case in ("man_example_5x5", "man_example_seed31_5x4", "shared_G.regions.industries_16x17"):
        data = econgeo(case)
        counts = np.array(data["input"]["values"], dtype=float)
        expected = [row["Loc.Gini"] for row in data["locational.Gini"]]
        np.testing.assert_allclose(
            locational_gini(counts, counts.sum(axis=1)) / 2, expected, rtol=1e-9
        )


def test_gini_of_econgeo_agrees_to_its_three_decimals():
    data = econgeo("shared_G.regions.industries_16x17")
    expected = [row["Gini"] for row in data["Gini"]]
    np.testing.assert_allclose(locational_gini(data["input"]["values"]), expected, atol=5.01e-4)


def test_hoover_of_econgeo_agrees_to_its_two_decimals_in_percent():
    data = econgeo("shared_G.regions.industries_16x17")
    table = pd.read_csv(oracle("REAT", "G.regions.industries.csv"))
    people = table.drop_duplicates("region_code").set_index("region_code")["pop"]
    people = people.loc[data["input"]["rownames"]]
    for function, name, unit in (
        (hoover, "Hoover.index", 100),
        (locational_gini, "Hoover.Gini", 1),
    ):
        expected = [row[name] for row in data[f"{name}_pop"]]
        ours = unit * function(data["input"]["values"], people)
        np.testing.assert_allclose(ours, expected, atol=unit * 5.01e-5 if unit > 1 else 5.01e-4)


def test_table_by_hand():
    # Four of eight plants in each region; industry 0 has one and three.
    cells = cells_of((0, 0, 1, np.nan), (1, 0, 3, np.nan), (0, 1, 3, np.nan), (1, 1, 1, np.nan))
    table = industry_indices(cells)
    assert table["hoover"].tolist() == [0.25, 0.25]
    assert table["gini"].tolist() == [0.25, 0.25]
    assert table["herfindahl"].tolist() == [0.625, 0.625]
    assert table["regions_with_industry"].tolist() == [2, 2]
    assert table["measured_by"].tolist() == ["establishments"] * 2


def test_known_jobs_are_what_is_measured():
    cells = cells_of((0, 0, 1, 10), (1, 0, 3, 10), (0, 1, 3, 10), (1, 1, 1, 10))
    table = industry_indices(cells)
    assert table["hoover"].tolist() == [0, 0]
    assert table["measured_by"].tolist() == ["employment"] * 2


def test_withheld_jobs_leave_establishments_to_measure():
    cells = cells_of((0, 0, 1, 10), (1, 0, 3, np.nan), (0, 1, 3, 10), (1, 1, 1, 10))
    assert industry_indices(cells)["measured_by"].tolist() == ["establishments"] * 2


def test_few_withheld_jobs_touch_their_own_industry_alone():
    # One plant in 101 is withheld, but a half of industry 1.
    cells = cells_of((0, 0, 50, 10), (1, 0, 49, 10), (0, 1, 1, np.nan), (1, 1, 1, 10))
    assert industry_indices(cells)["measured_by"].tolist() == ["employment", "establishments"]


def test_jobs_alone_are_enough():
    cells = cells_of((0, 0, np.nan, 10), (1, 0, np.nan, 30), (1, 1, np.nan, 40))
    table = industry_indices(cells)
    assert table["measured_by"].tolist() == ["employment"] * 2
    np.testing.assert_allclose(table["hoover"], [1 / 8, 1 / 8])


def test_industry_without_known_values_is_nan():
    cells = cells_of((0, 0, np.nan, np.nan), (1, 1, 4, np.nan))
    table = industry_indices(cells)
    assert table["gini"].isna().tolist() == [True, False]
    assert table["measured_by"].isna().tolist() == [True, False]
    assert table["regions_with_industry"].tolist() == [0, 1]


def test_published_region_totals_are_the_reference():
    cells = cells_of((0, 0, 1, np.nan), (1, 0, 1, np.nan))
    margins = pd.DataFrame(
        {
            "year": 2020,
            "region_key": pd.array([0, 1, 2], dtype="Int64"),
            "industry_key": pd.array([None] * 3, dtype="Int64"),
            "establishments": [10.0, 30.0, 40.0],
            "employment": np.nan,
        }
    )
    # Half, half and nothing against an eighth, three and four.
    assert industry_indices(cells, margins)["hoover"].tolist() == [0.5]


def test_every_year_stands_alone():
    first = cells_of((0, 0, 1, np.nan), (1, 0, 3, np.nan), (1, 1, 4, np.nan))
    second = cells_of((2, 0, 9, np.nan), (3, 0, 3, np.nan), (2, 2, 4, np.nan), year=2021)
    both = industry_indices(pd.concat([second, first]))
    alone = pd.concat([industry_indices(first), industry_indices(second)], ignore_index=True)
    pd.testing.assert_frame_equal(both, alone)


def test_order_of_rows_does_not_matter():
    rng = np.random.default_rng(3)
    jobs = rng.lognormal(3, 2, (30, 5))
    cells = cells_of(*((r, i, 1, jobs[r, i]) for r in range(30) for i in range(5)))
    shuffled = cells.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        industry_indices(shuffled), industry_indices(cells), check_exact=True
    )


def test_no_cells_give_no_rows():
    table = industry_indices(cells_of())
    assert len(table) == 0
    assert "gini" in table
