import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from geo.concentration.cells.cell_table import cell_concentration
from geo.concentration.cells.false_discovery import q_values
from geo.concentration.cells.suppression import (
    concentration_bounds,
    employment_bounds,
    quotient_bounds,
)
from geo.errors import InvalidCountsError

LEAST, MOST = "location_quotient_employment_least", "location_quotient_employment_most"


def cells_of(*rows, year=2020):
    """Rows of region, industry, establishments, employment."""
    names = ["region_key", "industry_key", "establishments", "employment"]
    table = pd.DataFrame(rows, columns=names)
    table["employment_square_sum"] = np.nan
    return table.astype({"establishments": float, "employment": float}).assign(year=year)


def margins_of(*rows, year=2020):
    """Rows of region or None, industry or None, employment."""
    table = pd.DataFrame(rows, columns=["region_key", "industry_key", "employment"])
    types = {"region_key": "Int64", "industry_key": "Int64", "employment": float}
    return table.astype(types).assign(year=year, establishments=np.nan)


NAN = np.nan
WITHHELD = cells_of((0, 0, 2, 7), (0, 1, 3, NAN), (1, 0, 2, NAN), (1, 1, 2, 8))


def test_known_cells_are_what_they_are():
    bounds = employment_bounds(WITHHELD)
    assert bounds["employment_low"].tolist() == [7, 0, 0, 8]
    assert bounds["employment_high"].tolist()[::3] == [7, 8]


def test_nothing_bounds_a_withheld_cell_without_margins():
    assert np.isinf(employment_bounds(WITHHELD)["employment_high"][[1, 2]]).all()


def test_smaller_of_two_rests_is_the_most():
    # Region 0 leaves 10 - 7 = 3, industry 1 leaves 13 - 8 = 5; region 1 leaves 4 for the other.
    margins = margins_of((0, None, 10), (1, None, 12), (None, 1, 13))
    bounds = employment_bounds(WITHHELD, margins)
    assert bounds["employment_high"].tolist() == [7, 3, 4, 8]
    assert bounds["employment_low"].tolist() == [7, 0, 0, 8]


def test_least_of_the_others_goes_off_the_rest():
    # Ten jobs for two withheld cells of three and two establishments with a job each at least.
    cells = cells_of((0, 0, 3, NAN), (0, 1, 2, NAN))
    bounds = employment_bounds(cells, margins_of((0, None, 10)), least_per_establishment=1)
    assert bounds["employment_low"].tolist() == [3, 2]
    assert bounds["employment_high"].tolist() == [8, 7]


def test_single_withheld_cell_of_an_exhaustive_total_is_found_out():
    bounds = employment_bounds(WITHHELD, margins_of((0, None, 10)), exhaustive=True)
    assert bounds.loc[1, ["employment_low", "employment_high"]].tolist() == [3, 3]


def test_exhaustive_totals_pass_on_what_they_find():
    # Region 0: one withheld cell, so 3. Industry 1 has 6 in all: 3 left in region 1, which has
    # 5 in all: 2 left in its third industry.
    cells = cells_of((0, 0, 1, 7), (0, 1, 1, NAN), (1, 1, 1, NAN), (1, 2, 1, NAN))
    margins = margins_of((0, None, 10), (1, None, 5), (None, 1, 6))
    bounds = employment_bounds(cells, margins, exhaustive=True)
    assert bounds["employment_low"].tolist() == [7, 3, 3, 2]
    assert bounds["employment_high"].tolist() == [7, 3, 3, 2]


def test_total_below_its_own_cells_bounds_nothing():
    bounds = employment_bounds(WITHHELD, margins_of((0, None, 6)))
    assert np.isinf(bounds["employment_high"][1])


def test_rows_come_back_in_their_order_with_their_labels():
    shuffled = WITHHELD.iloc[[2, 0, 3, 1]].set_axis(["a", "b", "b", "c"])
    margins = margins_of((0, None, 10), (1, None, 12), (None, 1, 13))
    for function in (employment_bounds, quotient_bounds):
        expected = function(WITHHELD, margins).iloc[[2, 0, 3, 1]].set_axis(["a", "b", "b", "c"])
        pd.testing.assert_frame_equal(function(shuffled, margins), expected)


def test_negative_employment_is_refused():
    with pytest.raises(InvalidCountsError, match="finite employment"):
        employment_bounds(cells_of((0, 0, 1, -9)))


def test_negative_least_is_refused():
    with pytest.raises(InvalidCountsError, match="least_per_establishment"):
        employment_bounds(WITHHELD, least_per_establishment=-1)


def test_quotient_between_published_totals_by_hand():
    # Up to 3 of the region's 10, and of the industry's 30 of 100.
    margins = margins_of((0, None, 10), (None, 1, 30), (None, None, 100))
    bounds = quotient_bounds(cells_of((0, 0, 4, 7), (0, 1, 2, NAN)), margins)
    assert bounds[[LEAST, MOST]].iloc[1].tolist() == [0, pytest.approx(1)]


def test_withheld_cell_is_unbounded_without_margins():
    bounds = quotient_bounds(WITHHELD)
    assert bounds[LEAST].tolist()[1:3] == [0, 0]
    assert np.isinf(bounds[MOST][1:3]).all()


def test_known_cell_has_one_quotient_where_its_totals_are_published():
    margins = margins_of((0, None, 10), (None, 0, 9), (None, None, 30))
    bounds = quotient_bounds(WITHHELD, margins)
    assert bounds[[LEAST, MOST]].iloc[0].tolist() == [pytest.approx(0.7 / 0.3)] * 2


def test_known_cells_have_the_quotients_of_the_table():
    cells = cells_of((0, 0, 2, 7), (0, 1, 3, 5), (1, 0, 2, 1), (1, 1, 2, 8))
    bounds = quotient_bounds(cells)
    expected = cell_concentration(cells)["location_quotient_employment"]
    np.testing.assert_allclose(bounds[LEAST], expected)
    np.testing.assert_allclose(bounds[MOST], expected)


def test_cell_without_jobs_has_quotient_zero_whatever_is_withheld():
    cells = cells_of((0, 0, 2, 7), (0, 1, 3, 0), (1, 1, 2, NAN))
    assert quotient_bounds(cells)[[LEAST, MOST]].iloc[1].tolist() == [0, 0]


def test_no_cells_give_no_bounds():
    assert len(quotient_bounds(WITHHELD.iloc[:0])) == 0


@given(
    seed=st.integers(0, 2**32 - 1),
    exhaustive=st.booleans(),
    shape=st.tuples(st.integers(1, 5), st.integers(1, 5)),
)
@settings(max_examples=25, deadline=None)
def test_truth_lies_within_the_bounds(seed, exhaustive, shape):
    # Any cells withheld, any totals published; those of other employers too unless exhaustive.
    rng = np.random.default_rng(seed)
    jobs = rng.poisson(6, shape).astype(float)
    outside = np.zeros(3) if exhaustive else rng.poisson(3, 3)
    rows = [(r, None, jobs[r].sum() + outside[0]) for r in range(shape[0])]
    rows += [(None, i, jobs[:, i].sum() + outside[1]) for i in range(shape[1])]
    rows += [(None, None, jobs.sum() + outside.sum())]
    margins = margins_of(*(row for row in rows if rng.random() < 0.6))
    cells = cells_of(*((*cell, 1, e) for cell, e in np.ndenumerate(jobs)))
    withheld = cells.assign(employment=cells["employment"].mask(rng.random(len(cells)) < 0.5))
    bounds = quotient_bounds(withheld, margins, exhaustive=exhaustive)
    truth = cells["employment"]
    assert (bounds["employment_low"] <= truth + 1e-9).all()
    assert (truth <= bounds["employment_high"] + 1e-9).all()
    quotient = cell_concentration(cells, margins)["location_quotient_employment"].dropna()
    assert (bounds[LEAST][quotient.index] <= quotient + 1e-9).all()
    assert (quotient <= bounds[MOST][quotient.index] + 1e-9).all()


def withheld_plants(most):
    """One withheld cell beside known ones, in a region that leaves at most so many plants."""
    cells = pd.DataFrame(
        {
            "year": 2020,
            "region_key": [0, 0, 1, 1],
            "industry_key": [0, 1, 0, 1],
            "establishments": [np.nan, 50.0, 10.0, 900.0],
            "employment": [np.nan, 500.0, np.nan, 9000.0],
        }
    )
    margins = pd.DataFrame(
        {
            "year": 2020,
            "region_key": pd.array([0, 1, None, None, None], dtype="Int64"),
            "industry_key": pd.array([None, None, 0, 1, None], dtype="Int64"),
            "establishments": [50.0 + most, 910.0, 10.0 + most, 950.0, 960.0 + most],
            "employment": np.nan,
        }
    )
    return cells, margins


def test_what_is_withheld_is_named():
    bounds = concentration_bounds(*withheld_plants(30.0))
    assert bounds["withheld"].fillna("").tolist() == ["both", "", "employment", ""]


def test_known_numbers_are_their_own_bounds():
    bounds = concentration_bounds(*withheld_plants(30.0))
    known = bounds.iloc[1:]
    np.testing.assert_array_equal(known["establishments_least"], [50.0, 10.0, 900.0])
    np.testing.assert_array_equal(known["establishments_most"], [50.0, 10.0, 900.0])
    assert known["concentration_q_most"].isna().all()


def test_the_plant_test_stands_at_both_ends_of_a_withheld_cell():
    cell = concentration_bounds(*withheld_plants(30.0)).iloc[0]
    assert (cell["establishments_least"], cell["establishments_most"]) == (0, 30)
    # 30 of the region's 80, against 40 of the nation's 990.
    assert cell["location_quotient_most"] == pytest.approx(30 / 80 * 990 / 40)
    small, large = 80 / 990, 910 / 990
    throws = ((30, 40, small), (50, 950, small), (10, 40, large), (900, 950, large))
    tails = [stats.binom.sf(k - 1, n, x) for k, n, x in throws]
    assert cell["concentration_q_most"] == pytest.approx(q_values(tails)[0])
    assert cell["concentration_q_least"] == 1


def test_without_published_totals_the_plant_test_is_not_known():
    cells, _ = withheld_plants(30.0)
    bounds = concentration_bounds(cells)
    assert bounds[["concentration_q_least", "concentration_q_most"]].isna().all(axis=None)
    assert np.isnan(bounds["establishments_most"].iloc[0])
