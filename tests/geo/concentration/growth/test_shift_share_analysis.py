"""Shift-share: parts that add up, and mean what they are called."""

import numpy as np
import pandas as pd
import pytest

from geo.concentration.growth.shift_share_analysis import growth_of_cells, shift_share
from geo.errors import GeoError


def sizes(seed):
    rng = np.random.default_rng(seed)
    return rng.poisson(20, (6, 4)).astype(float), rng.poisson(25, (6, 4)).astype(float)


@pytest.mark.parametrize("seed", range(3))
def test_the_three_parts_add_up_to_the_change(seed):
    before, after = sizes(seed)
    np.testing.assert_allclose(sum(shift_share(before, after)), after - before, atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_over_the_country_industries_and_places_add_nothing(seed):
    before, after = sizes(seed)
    parts = shift_share(before, after)
    # Places share out what an industry gains, and industries what the country gains.
    np.testing.assert_allclose(parts.place.sum(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(parts.industry.sum(), 0, atol=1e-9)
    np.testing.assert_allclose(parts.country.sum(), after.sum() - before.sum())


def test_where_all_grow_alike_all_growth_is_the_country_s():
    before, _ = sizes(1)
    parts = shift_share(before, 1.5 * before)
    np.testing.assert_allclose(parts.country, 0.5 * before)
    np.testing.assert_allclose(parts.industry, 0, atol=1e-9)
    np.testing.assert_allclose(parts.place, 0, atol=1e-9)


def test_a_textbook_case_by_hand():
    # 1,000 jobs become 1,100; the industry's 200 become 260; here 50 become 70.
    before = [[50, 300], [150, 500]]
    after = [[70, 310], [190, 530]]
    parts = shift_share(before, after)
    # 50 x 10 % = 5; 50 x (30 % - 10 %) = 10; 70 - 50 x 1.3 = 5.
    np.testing.assert_allclose([part[0, 0] for part in parts], [5, 10, 5])


def test_what_was_not_there_before_is_the_place_s():
    parts = shift_share([[0.0, 5], [10, 5]], [[4.0, 5], [10, 5]])
    assert [float(part[0, 0]) for part in parts] == [0, 0, 4]
    new_industry = shift_share([[0.0, 5]], [[4.0, 5]])
    assert float(new_industry.place[0, 0]) == 4


def test_a_cell_that_is_not_known_has_no_parts_and_counts_in_no_rate():
    before, after = sizes(2)
    hidden = before.copy()
    hidden[0, 0] = np.nan
    parts = shift_share(hidden, after)
    assert all(np.isnan(part[0, 0]) for part in parts)
    without = shift_share(np.delete(before, 0, axis=0)[:, [0]], np.delete(after, 0, axis=0)[:, [0]])
    expected = after[1, 0] - before[1, 0] * (1 + after[1:, 0].sum() / before[1:, 0].sum() - 1)
    np.testing.assert_allclose(parts.place[1, 0], expected)
    np.testing.assert_allclose(without.place[0, 0], expected)


def test_sizes_that_cannot_be_are_refused():
    with pytest.raises(GeoError, match="one shape"):
        shift_share([[1.0]], [[1.0, 2.0]])
    with pytest.raises(GeoError, match="negative"):
        shift_share([[-1.0]], [[1.0]])


def test_a_table_of_cells_is_taken_apart_as_its_matrices_are():
    rows = [
        (2018, "A", "x", 50.0), (2018, "A", "y", 300.0), (2018, "B", "x", 150.0),
        (2018, "B", "y", 500.0), (2023, "A", "x", 70.0), (2023, "A", "y", 310.0),
        (2023, "B", "x", 190.0), (2023, "B", "y", 530.0), (2023, "C", "x", np.nan),
    ]  # fmt: skip
    cells = pd.DataFrame(rows, columns=["year", "region_id", "industry", "jobs"])
    growth = growth_of_cells(cells.sample(frac=1, random_state=3), "jobs")
    row = growth.set_index(["region_id", "industry"]).loc[("A", "x")]
    assert row.round(9).tolist() == [50, 70, 5, 10, 5]
    # C was not there before, and how large it is now is not known.
    unknown = growth.set_index(["region_id", "industry"]).loc[("C", "x")]
    assert unknown["before"] == 0
    assert unknown[["after", "from_country", "from_place"]].isna().all()


def test_growth_is_between_two_years():
    cells = pd.DataFrame({"year": [2020], "region_id": "A", "industry": "x", "jobs": 1.0})
    with pytest.raises(GeoError, match="two years"):
        growth_of_cells(cells, "jobs")
