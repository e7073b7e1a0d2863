import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.concentration.industries.plants import plant_herfindahl, plants_of_herfindahl
from geo.errors import InvalidCountsError


def test_plant_herfindahl_by_hand():
    assert plant_herfindahl([2, 1, 1]) == 6 / 16


def test_no_jobs_have_no_herfindahl():
    assert np.isnan(plant_herfindahl([0, 0]))


def test_negative_plant_is_refused():
    with pytest.raises(InvalidCountsError, match="not negative"):
        plant_herfindahl([3, -1])


@given(st.floats(1e-4, 1))
def test_stand_in_plants_have_the_herfindahl_index(h):
    sizes, plants = plants_of_herfindahl(h)
    assert sizes @ plants == pytest.approx(1)
    assert sizes**2 @ plants == pytest.approx(h)
    assert 0 <= sizes[1] <= sizes[0] + 1e-12


def test_stand_in_plants_are_equal_where_their_number_is_whole():
    sizes, plants = plants_of_herfindahl(1 / 4)
    assert sizes.tolist() == pytest.approx([1 / 4, 0])
    assert plants[0] == 4


def test_herfindahl_of_no_plants_is_refused():
    with pytest.raises(InvalidCountsError, match="herfindahl"):
        plants_of_herfindahl(0.0)
