"""Question A by jobs, a dartboard of plants; and regions that are most of their country.

The chance of so many jobs is compared with plants that the test itself throws.
"""

import numpy as np
import pandas as pd
import pytest

from geo.classification.questions import concentrated_by
from geo.concentration.cells.cell_table import cell_concentration, jobs_tail
from geo.concentration.cells.totals import Totals
from geo.settings import Thresholds

KEYS = {"year": 2020}


def tail(jobs, *, share, sizes):
    """Chance by the gamma form, of an industry of these plants in a region of so much of all."""
    one = np.ones(1)
    totals = Totals(1e9 * share * one, sizes.sum() * one, 1e9 * one)
    squares = (np.zeros(1), (sizes**2).sum() * one)
    return float(jobs_tail(np.array([jobs]), totals, squares)[0])


@pytest.mark.parametrize("share", [0.05, 0.2])
@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_the_chance_is_that_of_plants_thrown_at_random(share, spread):
    rng = np.random.default_rng(3)
    sizes = np.exp(spread * rng.normal(size=150)) * 20
    thrown = (rng.random((40_000, len(sizes))) < share) @ sizes
    for chance in (0.1, 0.02, 0.005):
        jobs = np.quantile(thrown, 1 - chance)
        # Plants come whole and the form is smooth, so a tie counts half. The form is no exact one:
        # within half and twice the chance, too large for plants alike, too small for a giant.
        seen = ((thrown > jobs).mean() + (thrown >= jobs).mean()) / 2
        assert seen / 2 < tail(jobs, share=share, sizes=sizes) < 2 * seen


def cells_of(rows):
    columns = ["region_key", "industry_key", "establishments", "employment"]
    table = pd.DataFrame([row[:4] for row in rows], columns=columns).astype(float)
    table["employment_square_sum"] = [float(row[4]) for row in rows]
    return table.astype({"region_key": int, "industry_key": int}).assign(**KEYS)


def by_jobs(cells):
    table = cell_concentration(cells)
    joined = table.merge(cells, on=["year", "region_key", "industry_key"])
    return concentrated_by(joined, Thresholds())[1]


# Thirty regions of 40 plants of 20 jobs in other industries; five plants of the industry in each.
OTHERS = [(r, 1, 40, 800, 40 * 20**2) for r in range(30)]
ELSEWHERE = [(r, 0, 5, 100, 5 * 20**2) for r in range(1, 30)]


def test_hotels_ten_times_as_large_as_elsewhere_are_a_concentration_by_jobs():
    cells = cells_of([(0, 0, 8, 1600, 8 * 200**2), *ELSEWHERE, *OTHERS])
    assert by_jobs(cells).iloc[0]


def test_one_plant_with_all_the_jobs_is_no_concentration():
    # Eight plants, seven of them of a single job: effective ones 1,600^2 / (1,593^2 + 7).
    cells = cells_of([(0, 0, 8, 1600, 1593**2 + 7), *ELSEWHERE, *OTHERS])
    assert not by_jobs(cells).iloc[0]
    assert by_jobs(cells).notna().iloc[0]


def without_sizes(plants):
    """Statistics that give numbers of plants and jobs by cell only, and sizes that differ a bit."""
    rng = np.random.default_rng(1)
    rest = [(r, i, n, jobs * rng.uniform(0.8, 1.2), 0) for r, i, n, jobs, _ in ELSEWHERE + OTHERS]
    cells = cells_of([(0, 0, plants, 200 * plants, 0), *rest])
    return cells.assign(employment_square_sum=np.nan)


def test_ten_plants_suffice_where_no_sizes_are_known_and_nine_do_not():
    assert [bool(by_jobs(without_sizes(n)).iloc[0]) for n in (9, 10)] == [False, True]


# A region with most of the country: 8,000 of 10,000 plants.
def dominant(here, elsewhere):
    rest = [(1, 0, elsewhere, elsewhere, elsewhere), (1, 1, 2000 - elsewhere, 1, 1)]
    return cells_of([(0, 0, here, here, here), (0, 1, 8000 - here, 1, 1), *rest])


def test_a_region_of_most_of_the_country_is_compared_with_the_rest_of_it():
    # 480 of 8,000 here, 20 of 2,000 there: six times the share of the rest, 1.2 times that of all.
    table = cell_concentration(dominant(480, 20))
    assert table["location_quotient"].iloc[0] == pytest.approx(480 / 8000 / (500 / 10_000))
    assert table["location_quotient_asked"].iloc[0] == pytest.approx(480 / 8000 / (20 / 2000))
    assert table["location_quotient_asked_low"].iloc[0] > 1
    joined = table.merge(dominant(480, 20), on=["year", "region_key", "industry_key"])
    by_plants = concentrated_by(joined, Thresholds())[0]
    assert by_plants.iloc[0]
    # What is spread as everything is remains no concentration.
    plain = cell_concentration(dominant(400, 100))
    assert plain["location_quotient_asked"].iloc[0] == pytest.approx(1)


@pytest.mark.parametrize(("region", "rest"), [(500, 9_500), (501, 9_499)])
def test_a_region_of_a_twentieth_or_less_is_compared_with_all(region, rest):
    cells = cells_of(
        [(0, 0, 100, 1, 1), (0, 1, region - 100, 1, 1), (1, 0, 300, 1, 1), (1, 1, rest - 300, 1, 1)]
    )
    asked = cell_concentration(cells)["location_quotient_asked"].iloc[0]
    whole, elsewhere = (400 / 10_000), (300 / rest)
    against = elsewhere if region > 500 else whole
    assert asked == pytest.approx(100 / region / against)
