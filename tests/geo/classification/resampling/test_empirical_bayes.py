import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom

from geo.classification.resampling.empirical_bayes import (
    QuotientPrior,
    learned_prior,
    seen_and_expected,
)
from geo.classification.resampling.resampled_plants import (
    expected_plants,
    learned_priors,
    plant_totals,
)

MEANS = 2.0 ** np.arange(-6.0, 9.5, 0.5)


def prior_of(*means):
    weights = np.isin(MEANS, means) / len(means)
    return QuotientPrior(weights)


def country(quotients, *, expected, seed):
    """Plants of cells with these true quotients, drawn twice."""
    rng = np.random.default_rng(seed)
    return (rng.poisson(quotients * expected).astype(float) for _ in range(2))


def test_plants_drawn_again_follow_those_of_cells_that_looked_the_same():
    # Quotients drawn from the prior itself; of the cells with 8 plants seen where 4 are expected,
    # the next draw tells how many have 6 or more.
    rng = np.random.default_rng(0)
    true = rng.choice([1.0, 4.0], size=400_000) * rng.gamma(16, 1 / 16, size=400_000)
    first, second = country(true, expected=4.0, seed=1)
    alike = second[first == 8]
    prior = prior_of(1.0, 4.0)
    one = np.ones(1)
    assert prior.at_least(6 * one, 8 * one, 4 * one)[0] == pytest.approx(
        (alike >= 6).mean(), abs=0.01
    )
    assert prior.exactly(9 * one, 8 * one, 4 * one)[0] == pytest.approx(
        (alike == 9).mean(), abs=0.01
    )


def test_chances_of_all_numbers_add_up_to_one_and_to_the_tail():
    prior = prior_of(0.5, 1.0, 8.0)
    numbers = np.arange(400.0)
    seen, expected = np.full(400, 7.0), np.full(400, 3.0)
    chances = prior.exactly(numbers, seen, expected)
    assert chances.sum() == pytest.approx(1, abs=1e-4)
    tail = prior.at_least(np.full(1, 10.0), seen[:1], expected[:1])[0]
    assert tail == pytest.approx(chances[10:].sum(), abs=1e-4)


def test_quotients_are_drawn_by_the_same_law():
    prior = prior_of(1.0, 4.0)
    seen, expected = np.array([8.0, 0.0, 8.0]), np.array([4.0, 2.0, 4.0])
    drawn = prior.drawn(seen, expected, draws=40_000, rng=np.random.default_rng(2))
    assert drawn.shape == (40_000, 3)
    for cell in range(3):
        least = np.full(1, 5.0)
        share = prior.at_least(least, seen[cell : cell + 1], expected[cell : cell + 1])[0]
        plants = drawn[:, cell] * expected[cell]
        assert (plants >= 4.999).mean() == pytest.approx(share, abs=0.01)


def test_what_a_country_teaches_is_borne_out_when_it_is_drawn_again():
    # Of the cells about which the prior says so many in a hundred, so many have that many plants
    # again. The rule that knows the cell alone is surprised by luck that does not return.
    rng = np.random.default_rng(3)
    true = np.exp(rng.normal(0, 0.4, 40_000))
    expected = rng.uniform(1, 12, 40_000)
    first, second = country(true, expected=expected, seed=4)
    prior = learned_prior(first, expected, np.ones(40_000))
    least = np.ceil(1.5 * expected)
    kept = second >= least

    def largest_gap(claims):
        tenths = np.floor(claims * 10).clip(0, 9)
        cells = pd.DataFrame({"claims": claims, "kept": kept}).groupby(tenths)
        gaps = cells["claims"].mean() - cells["kept"].mean()
        return gaps[cells.size() > 100].abs().max()

    assert largest_gap(prior.at_least(least, first, expected)) < 0.07
    assert largest_gap(nbinom.sf(least - 1, first, 0.5)) > 0.15


def test_a_country_of_one_cell_teaches_next_to_nothing():
    one = np.ones(1)
    prior = learned_prior(30 * one, 20 * one, one)
    alone = nbinom.sf(np.array([20.0, 30.0, 40.0]) - 1, 30, 0.5)
    says = prior.at_least(np.array([20.0, 30.0, 40.0]), np.full(3, 30.0), np.full(3, 20.0))
    assert says == pytest.approx(alone, abs=0.07)


def cells_of(plants):
    region, industry = np.nonzero(np.ones_like(plants))
    cells = pd.DataFrame(
        {
            "year": 2020,
            "region_key": region,
            "industry_key": industry,
            "establishments": np.asarray(plants, float).ravel(),
            "employment": np.nan,
        }
    )
    cells = cells[cells["establishments"] != 0].reset_index(drop=True)
    return cells.merge(plant_totals(cells), on=["year", "region_key", "industry_key"])


@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.integers(2, 6))
def test_every_pair_of_a_region_and_an_industry_is_counted_once(seed, regions, industries):
    rng = np.random.default_rng(seed)
    plants = rng.poisson(1.5, size=(regions, industries)) * 1.0
    plants[0] += 1  # every region and industry has plants
    plants[:, 0] += 1
    cells = cells_of(plants)
    seen, expected, number = seen_and_expected(cells, cells["establishments"] > 0)
    assert number.sum() == regions * industries
    assert (seen * number).sum() == plants.sum()
    # Totals are put together in steps of a tenth of their logarithm.
    assert (expected * number).sum() == pytest.approx(plants.sum(), rel=0.12)


def test_withheld_plants_are_left_out():
    cells = cells_of([[3, 2], [2, 4]])
    cells.loc[0, "establishments"] = np.nan
    seen, _, number = seen_and_expected(cells, cells["region_key"] >= 0)
    assert number.sum() == 3
    assert 0 not in seen


def test_the_rows_may_come_in_any_order():
    rng = np.random.default_rng(5)
    cells = cells_of(rng.poisson(2.0, size=(8, 6)) + np.eye(8, 6))
    shuffled = cells.sample(frac=1, random_state=1)
    one, other = (learned_priors(table, nobody(table)) for table in (cells, shuffled))
    assert (one[2020, False].weights == other[2020, False].weights).all()


def nobody(cells):
    return pd.Series(data=False, index=cells.index)


def test_cells_that_collaborate_teach_of_their_like_alone():
    # Forty regions with their share of everything, but for one industry each that is there in
    # force because its firms work together.
    cells = cells_of(10 + 90 * np.eye(40))
    collaborates = cells["establishments"] == 100
    priors = learned_priors(cells, collaborates)
    twenty, expected = np.full(1, 20.0), np.full(1, 12.0)
    again = {
        is_one: priors[2020, is_one].at_least(twenty, twenty, expected)[0]
        for is_one in (True, False)
    }
    assert again[True] > 2 * again[False]
    assert (
        learned_priors(cells, nobody(cells))[2020, False].at_least(twenty, twenty, expected)[0]
        < again[True]
    )


def test_plants_expected_are_the_share_of_the_region_in_the_plants_of_the_industry():
    cells = cells_of([[3, 2], [2, 3]])
    assert expected_plants(cells).tolist() == [2.5, 2.5, 2.5, 2.5]


def test_a_year_without_plants_teaches_nothing():
    cells = cells_of([[3, 2], [2, 4]])
    cells[["establishments", "plants_of_region", "plants_of_industry", "plants_of_all"]] = 0.0
    seen, expected, number = seen_and_expected(cells, cells["region_key"] >= 0)
    assert len(seen) == len(expected) == len(number) == 0
    assert np.isnan(expected_plants(cells)).all()
    weights = learned_priors(cells, nobody(cells))[2020, False].weights
    assert weights == pytest.approx(1 / len(weights))
