import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from geo.concentration.cells.quotients import location_quotient
from geo.concentration.industries.indices import hoover, locational_gini, theil
from geo.concentration.industries.specialisation import (
    diversity,
    hachman,
    krugman_specialisation,
    region_specialisation,
    theil_specialisation,
    variety,
)
from geo.errors import InvalidCountsError

ORACLES = Path(__file__).resolve().parents[4] / "../shared/oracles"
CASES = ["man_example_5x5", "man_example_seed31_5x4", "shared_G.regions.industries_16x17"]
COUNTS = hnp.arrays(
    np.int64, st.tuples(st.integers(2, 6), st.integers(2, 6)), elements=st.integers(0, 60)
)
MEASURES = [krugman_specialisation, hachman, theil_specialisation, diversity]


def oracle(*parts):
    path = ORACLES.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    return path


def econgeo(case):
    data = json.loads(oracle("EconGeo", "expected_econgeo.json").read_text())[case]
    return np.array(data["input"]["values"], dtype=float), data


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
        (krugman_specialisation, [1 / 2, 1 / 2]),  # |1/2 - 1/4| + |1/2 - 3/4|
        (hachman, [3 / 4, 3 / 4]),  # 1 / (1/4 / 1/4 + 1/4 / 3/4) and 1 / (1 / 3/4)
        (theil_specialisation, [np.log(2 / np.sqrt(3)), np.log(4 / 3)]),
        (diversity, [1, 0]),
    ],
)
def test_two_regions_by_hand(measure, expected):
    np.testing.assert_allclose(measure([[2, 2], [0, 4]]), expected)


@pytest.mark.parametrize("measure", MEASURES)
def test_region_of_nothing_is_nan(measure):
    assert np.isnan(measure([[1, 2], [0, 0]])).tolist() == [False, True]


@pytest.mark.parametrize("measure", MEASURES)
def test_vector_is_refused(measure):
    with pytest.raises(InvalidCountsError, match="two dimensions"):
        measure([1, 2])


@pytest.mark.parametrize("measure", MEASURES)
def test_negative_count_is_refused(measure):
    with pytest.raises(InvalidCountsError, match=r"first -1.0"):
        measure([[1, -1]])


@pytest.mark.parametrize("measure", MEASURES)
@given(counts=COUNTS)
def test_unit_of_measurement_does_not_matter(measure, counts):
    np.testing.assert_allclose(measure(10 * counts), measure(counts), atol=1e-12)


@pytest.mark.parametrize("measure", MEASURES)
@given(counts=COUNTS, random=st.randoms(use_true_random=False))
def test_order_of_regions_and_industries_does_not_matter(measure, counts, random):
    rows = random.sample(range(counts.shape[0]), counts.shape[0])
    columns = random.sample(range(counts.shape[1]), counts.shape[1])
    np.testing.assert_allclose(measure(counts[rows][:, columns]), measure(counts)[rows], atol=1e-12)


def test_overall_mix_is_not_special():
    counts = [[1, 2, 3], [2, 4, 6]]
    np.testing.assert_allclose(krugman_specialisation(counts), 0, atol=1e-15)
    np.testing.assert_allclose(hachman(counts), 1)
    np.testing.assert_allclose(theil_specialisation(counts), 0, atol=1e-15)


def test_leave_one_out_compares_with_the_other_regions():
    # Nothing in common with the rest: the largest value, which the region itself would dampen.
    assert krugman_specialisation([[5, 0], [0, 3]], leave_one_out=True).tolist() == [2, 2]
    assert krugman_specialisation([[5, 0], [0, 3]])[0] == pytest.approx(2 * 3 / 8)


def test_only_region_has_no_others_to_compare_with():
    assert np.isnan(krugman_specialisation([[5, 1]], leave_one_out=True)).all()


def test_leave_one_out_of_a_given_reference_is_refused():
    with pytest.raises(InvalidCountsError, match="`leave_one_out`"):
        krugman_specialisation([[5, 1]], reference=[3, 4], leave_one_out=True)


def test_given_reference_is_used():
    assert krugman_specialisation([[2, 2]], reference=[1, 3]).tolist() == [0.5]


def test_reference_of_another_length_is_refused():
    with pytest.raises(InvalidCountsError, match="one value per industry, 2"):
        hachman([[5, 1]], reference=[3, 4, 5])


def test_industry_that_the_reference_lacks_is_as_special_as_can_be():
    assert hachman([[1, 1]], reference=[1, 0]).tolist() == [0]
    assert theil_specialisation([[1, 1]], reference=[1, 0]).tolist() == [np.inf]


@given(COUNTS)
def test_hachman_is_the_inverse_of_the_mean_quotient_of_a_job(counts):
    assume(counts.sum(axis=1).all())
    shares = counts / counts.sum(axis=1, keepdims=True)
    mean = (shares * np.nan_to_num(location_quotient(counts))).sum(axis=1)
    np.testing.assert_allclose(hachman(counts), 1 / mean)


@given(COUNTS)
def test_mutual_information_is_the_same_from_both_sides(counts):
    assume(counts.sum(axis=0).all() and counts.sum(axis=1).all())
    regions, industries = counts.sum(axis=1) / counts.sum(), counts.sum(axis=0) / counts.sum()
    by_region = regions @ theil_specialisation(counts)
    by_industry = industries @ theil(counts, counts.sum(axis=1))
    assert by_region == pytest.approx(by_industry, abs=1e-12)


@given(COUNTS)
def test_diversity_is_the_entropy_of_scipy(counts):
    assume(counts.sum(axis=1).all())
    expected = stats.entropy(counts, base=2, axis=1)
    np.testing.assert_allclose(diversity(counts), expected, atol=1e-12)


@given(COUNTS, st.integers(1, 4))
def test_two_varieties_add_up_to_diversity(counts, groups):
    parts = variety(counts, np.arange(counts.shape[1]) % groups)
    np.testing.assert_allclose(parts.related + parts.unrelated, diversity(counts), atol=1e-12)


def test_one_group_has_related_variety_only():
    related, unrelated = variety([[1, 1, 2]], ["a", "a", "a"])
    assert (related[0], unrelated[0]) == (1.5, 0)


def test_groups_of_one_industry_have_unrelated_variety_only():
    related, unrelated = variety([[1, 1, 2]], ["a", "b", "c"])
    assert (related[0], unrelated[0]) == (0, 1.5)


def test_related_variety_by_hand():
    # Groups of 3/4 (shares 1/3, 2/3 inside) and 1/4 (one industry).
    related, unrelated = variety([[1, 2, 1]], [7, 7, 8])
    assert related[0] == pytest.approx(0.75 * (np.log2(3) - 2 / 3))
    assert unrelated[0] == pytest.approx(2 - 0.75 * np.log2(3))


def test_groups_of_another_length_are_refused():
    with pytest.raises(InvalidCountsError, match="one label per industry, 3"):
        variety([[1, 2, 1]], [7, 7])


@pytest.mark.parametrize("case", CASES)
def test_krugman_agrees_with_econgeo(case):
    counts, data = econgeo(case)
    ours = krugman_specialisation(counts)
    np.testing.assert_allclose(ours, list(data["Krugman.index"].values()), rtol=1e-11)
    # Its coefficient of specialisation is half of it.
    np.testing.assert_allclose(ours / 2, list(data["spec.coeff"].values()), rtol=1e-11)


@pytest.mark.parametrize("case", CASES)
def test_hachman_agrees_with_econgeo(case):
    counts, data = econgeo(case)
    np.testing.assert_allclose(hachman(counts), list(data["Hachman"].values()), rtol=1e-11)


@pytest.mark.parametrize("case", CASES)
def test_diversity_agrees_with_econgeo_to_its_three_decimals(case):
    counts, data = econgeo(case)
    np.testing.assert_allclose(diversity(counts), list(data["entropy"].values()), atol=5.01e-4)


def test_regions_of_german_states_agree_with_reat():
    jobs = german_jobs()
    expected = pd.read_csv(oracle("REAT", "expected_spec_G.regions.industries.csv"), index_col=0)
    expected = expected.loc[jobs.index]
    # H is the Hoover coefficient, half of Krugman's index; G the Gini of the region's quotients,
    # each industry counting alike.
    np.testing.assert_allclose(krugman_specialisation(jobs) / 2, expected["H j"], rtol=1e-12)
    np.testing.assert_allclose(hoover(jobs.T, jobs.sum()), expected["H j"], rtol=1e-12)
    quotients = location_quotient(jobs)
    np.testing.assert_allclose(locational_gini(quotients.T), expected["G j"], rtol=1e-12)


def test_krugman_of_german_states_agrees_with_reat_against_the_mean_of_other_regions():
    shares = german_jobs().to_numpy()
    shares = shares / shares.sum(axis=1, keepdims=True)
    expected = pd.read_csv(oracle("REAT", "expected_spec_G.regions.industries.csv"), index_col=0)
    # REAT's reference is the unweighted mean of the other regions' shares, ours all jobs.
    others = (shares.sum(axis=0) - shares) / (len(shares) - 1)
    ours = [
        krugman_specialisation([b], reference=x)[0] for b, x in zip(shares, others, strict=True)
    ]
    np.testing.assert_allclose(ours, expected["K j"], rtol=1e-12)


def test_table_by_hand():
    cells = cells_of((0, 0, 2, np.nan), (0, 1, 2, np.nan), (1, 1, 4, np.nan))
    table = region_specialisation(cells, {0: "food", 1: "cars"})
    assert table["krugman_specialisation"].tolist() == [0.5, 0.5]
    assert table["hachman"].tolist() == pytest.approx([0.75, 0.75])
    assert table["unrelated_variety"].tolist() == [1, 0]
    assert table["related_variety"].tolist() == [0, 0]
    assert table["industries"].tolist() == [2, 1]
    assert table["measured_by"].tolist() == ["establishments"] * 2


def test_industries_without_a_group_stand_alone():
    cells = cells_of((0, 0, 1, np.nan), (0, 1, 1, np.nan), (0, 2, 1, np.nan), (0, 3, 1, np.nan))
    table = region_specialisation(cells, {0: "2", 1: "2", 2: None})
    # A group of a half and two quarters: 1.5 bits, and one bit within the half.
    assert table[["related_variety", "unrelated_variety"]].iloc[0].tolist() == [0.5, 1.5]


def test_varieties_without_groups_are_not_known():
    table = region_specialisation(cells_of((0, 0, 1, np.nan), (0, 1, 1, np.nan)))
    assert table[["related_variety", "unrelated_variety"]].isna().all(axis=None)
    assert table["diversity"].tolist() == [1]


def test_withheld_jobs_leave_establishments_to_measure():
    cells = cells_of((0, 0, 50, 10), (0, 1, 49, 10), (1, 0, 1, np.nan), (1, 1, 1, 10))
    assert region_specialisation(cells)["measured_by"].tolist() == ["employment", "establishments"]


def test_published_industry_totals_are_the_reference():
    cells = cells_of((0, 0, 2, np.nan), (0, 1, 2, np.nan))
    margins = pd.DataFrame(
        {
            "year": 2020,
            "region_key": pd.array([None, None], dtype="Int64"),
            "industry_key": pd.array([0, 1], dtype="Int64"),
            "establishments": [10.0, 30.0],
            "employment": np.nan,
        }
    )
    assert region_specialisation(cells, margins=margins)["krugman_specialisation"].tolist() == [0.5]


def test_every_year_stands_alone_whatever_the_order():
    first = cells_of((0, 0, 1, 5), (1, 0, 3, 2), (1, 1, 4, 1))
    second = cells_of((2, 0, 9, np.nan), (3, 0, 3, np.nan), (2, 2, 4, np.nan), year=2021)
    both = region_specialisation(pd.concat([second, first]).iloc[::-1])
    alone = pd.concat([region_specialisation(first), region_specialisation(second)])
    pd.testing.assert_frame_equal(both, alone.reset_index(drop=True))


def test_no_cells_give_no_rows():
    assert len(region_specialisation(cells_of())) == 0
