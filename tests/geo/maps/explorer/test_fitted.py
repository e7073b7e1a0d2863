import numpy as np

from geo.maps.explorer.fitted import as_product, as_ratio

ROW = np.array([0, 0, 1, 1])
COLUMN = np.array([0, 1, 0, 1])
SIZE = np.array([2.0, 6.0, 4.0, 3.0])


def test_a_location_quotient_follows_from_its_plants():
    # 2 of 8 plants of the first region, 6 of 15 of all: LQ = (2 / 8) / (6 / 15).
    matrix = SIZE.reshape(2, 2)
    quotient = matrix / matrix.sum(1, keepdims=True) / (matrix.sum(0) / matrix.sum())
    found = as_product(quotient.ravel(), SIZE, row=ROW, column=COLUMN)
    assert np.allclose(found.numbers, quotient.ravel(), rtol=1e-6)


def test_a_size_of_nought_gives_nought():
    found = as_product(SIZE * [1, 0, 1, 1], SIZE * [1, 0, 1, 1], row=ROW, column=COLUMN)
    assert found.numbers[1] == 0


def test_values_that_do_not_follow_are_not_written_as_if_they_did():
    assert as_product(SIZE * [1, 1, 1, 2], SIZE, row=ROW, column=COLUMN) is None


def test_a_value_known_without_its_size_does_not_follow():
    size = np.array([2.0, np.nan, 4.0, 3.0])
    assert as_product(SIZE, size, row=ROW, column=COLUMN) is None


def test_bounds_are_right_to_a_ten_thousandth():
    rng = np.random.default_rng(1)
    middle, plants = rng.uniform(0.1, 9, 50), rng.integers(1, 9, 50).astype(float)
    bounds = middle * rng.uniform(0.2, 0.9, 50)
    found = as_ratio(bounds, middle, by=plants)
    assert np.abs(found.numbers / bounds - 1).max() <= 1e-4 + 1e-9


def test_a_bound_of_nought_has_no_ratio():
    assert as_ratio(np.array([0.0]), np.array([1.0]), by=np.array([1.0])) is None


def test_a_bound_without_a_middle_has_no_ratio():
    assert as_ratio(np.array([1.0]), np.array([np.nan]), by=np.array([1.0])) is None
