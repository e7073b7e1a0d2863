from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.concentration.cells.cell_table import cell_concentration, cell_indices
from geo.concentration.cells.quotients import (
    location_quotient,
    standardised_quotient,
    symmetric_quotient,
)
from geo.concentration.cells.totals import totals_of_cells
from geo.errors import InvalidCountsError

US = Path(__file__).resolve().parents[4] / "../shared/data/us-2016"


def cells_of(*rows, year=2020):
    """Rows of region, industry, establishments, employment, sum of squares."""
    table = pd.DataFrame(
        rows,
        columns=[
            "region_key",
            "industry_key",
            "establishments",
            "employment",
            "employment_square_sum",
        ],
    )
    return table.astype(dict.fromkeys(table.columns[2:], float)).assign(year=year)


def margins_of(*rows, year=2020):
    """Rows of region or None, industry or None, establishments, employment."""
    table = pd.DataFrame(
        rows, columns=["region_key", "industry_key", "establishments", "employment"]
    )
    types = {"region_key": "Int64", "industry_key": "Int64"}
    return table.astype(types | {"establishments": float, "employment": float}).assign(year=year)


SMALL = cells_of(
    (0, 0, 2, 20, 208),
    (0, 1, 2, 10, 50),
    (1, 1, 4, 50, 700),
    (1, 2, 2, 20, 200),
)


def matrix(counts):
    """Counts of cells from a region x industry matrix, empty cells left out."""
    region, industry = np.nonzero(counts)
    n = np.asarray(counts, dtype=float)[region, industry]
    rows = zip(region, industry, n, n, n, strict=True)
    return cells_of(*rows)


def test_small_country_by_hand():
    # Region 0 has 4 of 10 plants; industry 1 has 6 of 10: (2/4) / (6/10) = 5/6.
    table = cell_concentration(SMALL)
    np.testing.assert_allclose(table["location_quotient"], [2.5, 5 / 6, 10 / 9, 5 / 3])
    # Jobs: region 0 has 30 of 100, industry 1 has 60 of 100: (10/30) / (60/100) = 5/9.
    np.testing.assert_allclose(
        table["location_quotient_employment"], [10 / 3, 5 / 9, (5 / 7) / 0.6, 10 / 7]
    )


def test_columns_are_those_of_the_contract():
    assert cell_concentration(SMALL).columns.tolist() == [
        "year",
        "region_key",
        "industry_key",
        "location_quotient",
        "location_quotient_low",
        "location_quotient_high",
        "location_quotient_employment",
        "location_quotient_employment_low",
        "location_quotient_employment_high",
        "concentration_p",
        "concentration_q",
        "location_quotient_asked",
        "location_quotient_asked_low",
        "jobs_quotient_asked",
        "jobs_quotient_asked_low",
        "jobs_q",
        "effective_establishments",
        "effective_establishments_most",
    ]


def test_chance_by_hand():
    # Two plants of industry 0, both in the region with four tenths of all plants.
    assert cell_concentration(SMALL)["concentration_p"][0] == pytest.approx(0.16)


def test_plants_of_unknown_size_add_one_effective_plant_each_at_most():
    # Of five plants three are known: 8, 1, 1 weigh as 100 / 66; with two more of 6.6 jobs each,
    # (10 + 13.2)^2 / (66 + 2 x 43.56) = 100 / 66 + 2.
    cells = cells_of((0, 0, 5, 10, 66), (0, 1, 4, 0, 0)).assign(sized_establishments=[3.0, 0.0])
    cells.loc[1, ["employment", "employment_square_sum"]] = np.nan
    table = cell_concentration(cells)
    assert table["effective_establishments"].tolist()[0] == pytest.approx(100 / 66)
    assert table["effective_establishments_most"].tolist() == pytest.approx([100 / 66 + 2, 4])


def test_effective_establishments_by_hand():
    # Plants of 12 and 8 jobs: 20^2 / 208.
    assert cell_concentration(SMALL)["effective_establishments"][0] == pytest.approx(400 / 208)


def test_rows_come_back_in_their_order_with_their_labels():
    shuffled = SMALL.iloc[[2, 0, 3, 1]].set_axis(["a", "b", "b", "c"])
    table = cell_concentration(shuffled)
    expected = cell_concentration(SMALL).iloc[[2, 0, 3, 1]].set_axis(["a", "b", "b", "c"])
    pd.testing.assert_frame_equal(table, expected, check_exact=True)


def test_input_is_left_as_it_was():
    before = SMALL.copy()
    cell_concentration(SMALL)
    pd.testing.assert_frame_equal(SMALL, before)


def test_every_year_stands_alone():
    both = pd.concat([SMALL, SMALL.assign(year=2021, establishments=[9.0, 1.0, 1.0, 5.0])])
    table = cell_concentration(both)
    pd.testing.assert_frame_equal(table[table["year"] == 2020], cell_concentration(SMALL))


def test_missing_establishments_leave_the_employment_quotient():
    table = cell_concentration(SMALL.assign(establishments=np.nan))
    by_plants = [
        "location_quotient",
        "location_quotient_low",
        "location_quotient_high",
        "concentration_p",
        "concentration_q",
    ]
    assert table[by_plants].isna().all(axis=None)
    assert table["location_quotient_employment"].notna().all()


def test_missing_plant_sizes_leave_the_employment_quotient_without_limits():
    table = cell_concentration(SMALL.assign(employment_square_sum=np.nan))
    assert table["location_quotient_employment"].notna().all()
    assert table["location_quotient_employment_low"].isna().all()
    assert table["effective_establishments"].isna().all()


def test_missing_employment_altogether_leaves_the_plant_test():
    table = cell_concentration(SMALL.assign(employment=np.nan, employment_square_sum=np.nan))
    assert table["concentration_q"].notna().all()
    assert table["location_quotient_employment"].isna().all()


def test_withheld_cell_is_unknown_never_zero_and_others_use_the_known_sum():
    withheld = SMALL.copy()
    withheld.loc[0, ["employment", "employment_square_sum"]] = np.nan
    table = cell_concentration(withheld)
    assert np.isnan(table["location_quotient_employment"][0])
    # The known jobs: 10 in region 0, 80 in all, 60 in industry 1.
    assert table["location_quotient_employment"][1] == pytest.approx(1 / 0.75)


def test_published_totals_go_before_sums():
    withheld = SMALL.copy()
    withheld.loc[0, ["employment", "employment_square_sum"]] = np.nan
    margins = margins_of(
        (0, None, np.nan, 30),
        (1, None, np.nan, 70),
        (None, 0, np.nan, 20),
        (None, None, np.nan, 100),
    )
    table = cell_concentration(withheld, margins)
    # Industry 1 has no margin: its 60 jobs are the sum over cells.
    assert table["location_quotient_employment"][1] == pytest.approx(5 / 9)
    np.testing.assert_allclose(
        table["location_quotient"], cell_concentration(SMALL)["location_quotient"]
    )


def test_unpublished_grand_total_is_the_sum_of_published_parts():
    withheld = SMALL.copy()
    withheld.loc[0, "employment"] = np.nan
    margins = margins_of((0, None, np.nan, 30), (1, None, np.nan, 70))
    totals = totals_of_cells(withheld, margins, measure="employment")
    np.testing.assert_array_equal(totals.grand, [100] * 4)


def test_margins_of_another_year_do_not_count():
    margins = margins_of((0, None, 400, 3000), (None, None, 999, 9999), year=2019)
    pd.testing.assert_frame_equal(cell_concentration(SMALL, margins), cell_concentration(SMALL))


def test_empty_margins_are_no_margins():
    pd.testing.assert_frame_equal(
        cell_concentration(SMALL, margins_of()), cell_concentration(SMALL)
    )


def test_margin_given_twice_is_refused():
    margins = margins_of((0, None, 4, 30), (0, None, 4, 31))
    with pytest.raises(InvalidCountsError, match="stands there twice"):
        cell_concentration(SMALL, margins)


def test_cell_given_twice_is_refused():
    with pytest.raises(InvalidCountsError, match="once: 1 row"):
        cell_concentration(pd.concat([SMALL, SMALL.iloc[[1]]]))


def test_no_cells_give_no_rows():
    assert len(cell_concentration(SMALL.iloc[:0])) == 0


def test_unknown_sizes_elsewhere_are_taken_to_be_of_the_same_mix():
    # The nation's other cell of industry 1 is not known by plant: squares scale with jobs.
    part = SMALL.copy()
    part.loc[2, "employment_square_sum"] = np.nan
    limits = ["location_quotient_employment_low", "location_quotient_employment_high"]
    table = cell_concentration(part)[limits]
    assert table.loc[[0, 1, 3]].notna().all(axis=None)
    assert table.loc[2].isna().all()


@settings(max_examples=25)
@given(st.integers(2, 6), st.integers(2, 5), st.integers(0, 2**32 - 1))
def test_table_equals_the_matrix_form(regions, industries, seed):
    counts = np.random.default_rng(seed).poisson(2, (regions, industries))
    counts[0, 0] += 1
    cells = matrix(counts)
    quotients = location_quotient(counts)[cells["region_key"], cells["industry_key"]]
    table = cell_concentration(cells)
    np.testing.assert_allclose(table["location_quotient"], quotients)
    np.testing.assert_allclose(table["location_quotient_employment"], quotients)


def test_leave_one_out_reaches_the_table():
    table = cell_concentration(SMALL, leave_one_out=True)
    # Industry 1: 2 of 4 plants here against 4 of 6 elsewhere; 10 of 30 jobs against 50 of 70.
    assert table["location_quotient"][1] == pytest.approx(0.75)
    assert table["location_quotient_employment"][1] == pytest.approx((1 / 3) / (5 / 7))
    low, high = table["location_quotient_low"], table["location_quotient_high"]
    assert (low < table["location_quotient"]).all()
    assert (table["location_quotient"] <= high).all()


def test_jobs_beyond_their_own_totals_answer_nothing():
    # Twenty jobs in an industry of which the country publishes ten; a job more is rounding.
    for published, known in ((10, False), (19, True)):
        table = cell_concentration(SMALL, margins_of((None, 0, np.nan, published)))
        assert pd.notna(table["jobs_quotient_asked"][0]) is known


def test_ten_times_the_jobs_change_nothing_but_squares():
    tenfold = SMALL.assign(
        employment=SMALL["employment"] * 10,
        employment_square_sum=SMALL["employment_square_sum"] * 100,
    )
    pd.testing.assert_frame_equal(cell_concentration(tenfold), cell_concentration(SMALL))


def test_indices_equal_their_matrix_forms():
    counts = np.random.default_rng(4).poisson(2, (7, 5)) + np.eye(7, 5)
    cells = matrix(counts)
    quotients = location_quotient(counts)
    at = cells["region_key"], cells["industry_key"]
    table = cell_indices(cells)
    np.testing.assert_allclose(
        table["location_quotient_symmetric"], symmetric_quotient(quotients)[at]
    )
    np.testing.assert_allclose(
        table["location_quotient_standardised"], standardised_quotient(quotients)[at]
    )


def test_excess_by_hand():
    # Industry 1 has 6 of 10 plants, 60 of 100 jobs; region 0 has 4 plants and 30 jobs.
    table = cell_indices(SMALL)
    assert table["excess_establishments"][1] == pytest.approx(2 - 2.4)
    assert table["excess_employment"][1] == pytest.approx(10 - 18)


def test_cluster_index_of_the_published_example():
    # The industry has 1,743 of 5,740 jobs and 35 of 53 firms in a region of 50 of 576 square
    # kilometres and 488 of 4,621 people.
    cells = cells_of((0, 0, 35, 1743, np.nan), (1, 0, 18, 3997, np.nan))
    area, people = pd.Series([50.0, 526.0]), pd.Series([488.0, 4133.0])
    table = cell_indices(cells, area=area, population=people)
    assert table["cluster_index"][0] == pytest.approx(21.87491, abs=5e-6)


def test_cluster_index_without_area_is_not_known():
    assert cell_indices(SMALL)["cluster_index"].isna().all()


def test_region_of_unknown_plants_does_not_count_as_one_without():
    # Quotients of the known two: 1 and 1; the third region is not 0 but not known.
    cells = cells_of((0, 0, 2, 1, 1), (1, 0, 3, 1, 1), (2, 0, np.nan, 1, 1))
    assert cell_indices(cells)["location_quotient_standardised"].isna().all()


def test_indices_come_back_in_the_order_of_their_rows():
    shuffled = SMALL.iloc[[2, 0, 3, 1]].set_axis(["a", "b", "b", "c"])
    expected = cell_indices(SMALL).iloc[[2, 0, 3, 1]].set_axis(["a", "b", "b", "c"])
    pd.testing.assert_frame_equal(cell_indices(shuffled), expected)


def test_random_plants_are_rarely_called_concentrated():
    # Sixty regions, forty industries, 8,000 plants thrown at random: nothing is there to find.
    rng = np.random.default_rng(1)
    found = 0
    for _ in range(20):
        counts = np.zeros((60, 40))
        shares = rng.dirichlet(np.ones(60))
        for industry in range(40):
            counts[:, industry] = rng.multinomial(200, shares)
        found += (cell_concentration(matrix(counts))["concentration_q"] <= 0.05).any()
    assert found <= 3


@pytest.fixture(scope="module")
def us():
    if not US.exists():
        pytest.skip("us-2016 is not here")
    cells = pd.read_parquet(US / "cells.parquet")
    margins = pd.read_parquet(US / "margins.parquet")
    cells = cells.astype({"region_id": str, "industry": str})
    margins = margins.astype({"region_id": str, "industry": str}).replace("nan", None)
    for key, name in (("region_key", "region_id"), ("industry_key", "industry")):
        codes = pd.Index(sorted({*cells[name], *margins[name].dropna()}))
        cells[key] = codes.get_indexer(cells[name])
        margins[key] = pd.array(codes.get_indexer(margins[name]), dtype="Int64")
        margins.loc[margins[name].isna(), key] = pd.NA
    numbers = {"establishments": float, "employment": "Float64"}
    cells, margins = cells.astype(numbers), margins.astype(numbers)
    for table in (cells, margins):
        table["employment"] = table["employment"].to_numpy(dtype=float, na_value=np.nan)
    published = pd.read_parquet(US / "published_location_quotients.parquet")
    published = published.astype({"region_id": str, "industry": str})
    table = cell_concentration(cells.assign(employment_square_sum=np.nan), margins)
    table = table.assign(region_id=cells["region_id"], industry=cells["industry"])
    return table.merge(published, on=["region_id", "industry"], validate="one_to_one")


# The Bureau rounds half-way cases either way: a quotient may lie half a hundredth off and no more.
# The largest difference found is 0.0050024, 1775.58500 printed as 1775.58 in single precision.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("location_quotient", "lq_establishments"),
        ("location_quotient_employment", "lq_employment"),
    ],
)
def test_quotients_are_those_the_bureau_of_labor_statistics_published(us, ours, theirs):
    assert len(us) == 456_898
    known = us[theirs].notna()
    assert known.equals(us[ours].notna())
    theirs = us[theirs].astype(float)
    single_precision = 1e-7 * theirs[known]
    assert ((us[ours] - theirs)[known].abs() <= 0.005 + single_precision).all()
