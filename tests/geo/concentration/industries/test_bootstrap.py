import numpy as np
import pytest

from geo.concentration.cells.quotient_intervals import employment_quotient_interval
from geo.concentration.cells.quotients import location_quotient
from geo.concentration.industries.bootstrap import (
    bootstrap_ellison_glaeser,
    bootstrap_ellison_glaeser_by_region,
    bootstrap_location_quotient,
)
from geo.concentration.industries.glaeser_indices import ellison_glaeser
from geo.concentration.industries.plants import plant_herfindahl
from geo.errors import InvalidCountsError


def random_plants(seed, n, *, regions=4, industries=3):
    rng = np.random.default_rng(seed)
    return rng.lognormal(2, 1, n), rng.integers(regions, size=n), rng.integers(industries, size=n)


def matrix(values, region, industry):
    totals = np.zeros((region.max() + 1, industry.max() + 1))
    np.add.at(totals, (region, industry), values)
    return totals


def test_drawn_interval_agrees_with_the_linearised_one():
    # 6,000 plants in twelve cells: the linearisation holds to first order. The limits of 4,000
    # draws are sure to a twentieth of the spread; what curvature shifts is another tenth.
    sizes, region, industry = random_plants(1, 6000)
    drawn = bootstrap_location_quotient(
        sizes, regions=region, industries=industry, draws=4000, rng=np.random.default_rng(2)
    )
    sums = [matrix(values, region, industry) for values in (sizes, sizes**2)]
    totals, squares = ((x, x.sum(axis=1, keepdims=True), x.sum(axis=0), x.sum()) for x in sums)
    closed = employment_quotient_interval(totals, squares)
    spread = np.log(closed.high / closed.low) / 4
    for ours, theirs in zip(drawn, closed, strict=True):
        assert (np.abs(np.log(ours / theirs)) < 0.25 * spread).all()
    np.testing.assert_allclose(np.log(drawn.high / drawn.low), 4 * spread, rtol=0.08)


def test_interval_holds_the_quotient():
    sizes, region, industry = random_plants(3, 300)
    low, high = bootstrap_location_quotient(
        sizes, regions=region, industries=industry, draws=300, rng=np.random.default_rng(0)
    )
    quotient = location_quotient(matrix(sizes, region, industry))
    assert (low < quotient).all()
    assert (quotient < high).all()


def test_empty_cell_is_zero_for_certain():
    low, high = bootstrap_location_quotient(
        [5, 5, 5], regions=[0, 0, 1], industries=[0, 1, 1], rng=np.random.default_rng(0)
    )
    assert (low[1, 0], high[1, 0]) == (0, 0)


def test_region_without_jobs_is_nan():
    low, high = bootstrap_location_quotient(
        [5, 5, 0], regions=[0, 1, 2], industries=[0, 1, 1], rng=np.random.default_rng(0)
    )
    assert np.isnan(low[2]).all()
    assert np.isnan(high[2]).all()


def test_same_generator_state_same_interval():
    sizes, region, industry = random_plants(3, 50)
    first, second = (
        bootstrap_location_quotient(
            sizes, regions=region, industries=industry, draws=50, rng=np.random.default_rng(7)
        )
        for _ in range(2)
    )
    np.testing.assert_array_equal(first.low, second.low)


def test_unit_of_jobs_does_not_matter_to_the_index():
    sizes, region, _ = random_plants(5, 60)
    first, ten = (
        bootstrap_ellison_glaeser(
            unit * sizes,
            regions=region,
            reference=[1, 2, 3, 4],
            draws=99,
            rng=np.random.default_rng(7),
        )
        for unit in (1, 10)
    )
    np.testing.assert_allclose(first, ten)


def test_interval_of_the_index_holds_the_index():
    sizes, region, _ = random_plants(5, 60)
    low, high = bootstrap_ellison_glaeser(
        sizes, regions=region, reference=[1, 2, 3, 4], rng=np.random.default_rng(1)
    )
    jobs = np.bincount(region, sizes)
    assert low < ellison_glaeser(jobs, [1, 2, 3, 4], herfindahl=plant_herfindahl(sizes)) < high


def test_single_plant_has_no_interval():
    limits = bootstrap_ellison_glaeser(
        [5], regions=[0], reference=[1, 2], rng=np.random.default_rng(1), draws=50
    )
    assert np.isnan(limits).all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"regions": [0, 2]}, "below the number of regions, 2"),
        ({"regions": [0, -1]}, "one integer per plant"),
        ({"regions": [0.5, 1]}, "one integer per plant"),
        ({"regions": [0]}, "one integer per plant"),
        ({"sizes": [1, -1]}, "not negative"),
        ({"draws": 0}, "`draws`"),
        ({"level": 1}, "`level`"),
    ],
)
def test_wrong_input_is_named(changes, words):
    given = {"sizes": [3, 4], "regions": [0, 1], "reference": [1, 1]} | changes
    sizes = given.pop("sizes")
    with pytest.raises(InvalidCountsError, match=words):
        bootstrap_ellison_glaeser(sizes, rng=np.random.default_rng(0), **given)


@pytest.mark.slow
@pytest.mark.parametrize("plants", [25, 120])
def test_interval_of_the_index_covers_what_the_plants_are_drawn_from(plants):
    rng = np.random.default_rng(0)
    reference = rng.dirichlet(np.ones(40))
    places = rng.dirichlet(30 * reference + 1e-3)
    truth = ((places - reference) ** 2).sum() / (1 - (reference**2).sum())
    covered = 0
    for _ in range(200):
        region = rng.choice(40, plants, p=places)
        low, high = bootstrap_ellison_glaeser(
            rng.lognormal(2, 1, plants), regions=region, reference=reference, draws=299, rng=rng
        )
        covered += low <= truth <= high
    # 95 % nominal: below 0.86 or above 0.995 is not chance.
    assert 0.86 <= covered / 200 <= 0.995


def test_interval_by_sums_is_that_of_the_plants_where_they_are_equal():
    rng = np.random.default_rng(3)
    region = rng.choice(5, 200, p=[0.5, 0.2, 0.1, 0.1, 0.1])
    counts = np.bincount(region, minlength=5)
    drawn = bootstrap_ellison_glaeser(
        np.ones(200), regions=region, reference=np.ones(5), rng=rng, draws=4000
    )
    summed = bootstrap_ellison_glaeser_by_region(
        counts, counts, reference=np.ones(5), rng=rng, draws=4000
    )
    # 4,000 samples place a limit within some two hundredths of the interval's width.
    np.testing.assert_allclose(summed, drawn, atol=0.05 * (drawn.high - drawn.low))


def test_interval_by_sums_of_a_single_plant_is_not_known():
    limits = bootstrap_ellison_glaeser_by_region(
        [9, 0], [81, 0], reference=[1, 1], rng=np.random.default_rng(0), draws=50
    )
    assert np.isnan(limits).all()


def test_interval_by_sums_wants_one_number_a_region():
    with pytest.raises(InvalidCountsError, match="each region"):
        bootstrap_ellison_glaeser_by_region(
            [9, 1], [81], reference=[1, 1], rng=np.random.default_rng(0)
        )
