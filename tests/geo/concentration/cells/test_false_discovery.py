import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from geo.concentration.cells.false_discovery import q_values
from geo.errors import GeoError, InvalidCountsError

CHANCES = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def test_three_tests_by_hand():
    # Sorted 0.01, 0.02, 0.5: times 3/1, 3/2, 3/3 = 0.03, 0.03, 0.5.
    np.testing.assert_allclose(q_values([0.01, 0.5, 0.02]), [0.03, 0.5, 0.03])


def test_yekutieli_multiplies_by_the_harmonic_number():
    # 1 + 1/2 + 1/3 = 11/6.
    np.testing.assert_allclose(
        q_values([0.01, 0.5, 0.02], method="by"), [0.055, 0.5 * 11 / 6, 0.055]
    )


def test_tests_not_made_stay_unknown_and_do_not_count():
    np.testing.assert_allclose(q_values([np.nan, 0.02, np.nan, 0.5]), [np.nan, 0.04, np.nan, 0.5])


def test_every_family_is_corrected_alone():
    q = q_values([0.01, 0.02, 0.5, 0.04], groups=[2020, 2021, 2020, 2021])
    np.testing.assert_allclose(q, [0.02, 0.04, 0.5, 0.04])


def test_no_tests_no_values():
    assert q_values([]).shape == (0,)


def test_only_tests_not_made():
    assert np.isnan(q_values([np.nan, np.nan])).all()


@given(CHANCES)
def test_single_family_equals_scipy(p):
    np.testing.assert_allclose(q_values(p), stats.false_discovery_control(p))


@given(CHANCES)
def test_correction_never_lowers_a_chance_nor_exceeds_one(p):
    q = q_values(p)
    assert (q >= np.array(p)).all()
    assert (q <= 1).all()


@given(CHANCES, st.randoms(use_true_random=False))
def test_order_does_not_matter(p, random):
    order = random.sample(range(len(p)), len(p))
    np.testing.assert_allclose(q_values(np.array(p)[order]), q_values(p)[order])


def test_chance_above_one_is_refused():
    with pytest.raises(InvalidCountsError, match=r"\[0, 1\]"):
        q_values([0.5, 1.5])


def test_matrix_is_refused():
    with pytest.raises(InvalidCountsError, match="one-dimensional"):
        q_values([[0.5]])


def test_families_of_another_length_are_refused():
    with pytest.raises(InvalidCountsError, match="one label per test"):
        q_values([0.5, 0.1], groups=[1])


def test_unknown_rule_is_refused():
    with pytest.raises(GeoError, match="'bonferroni'"):
        q_values([0.5], method="bonferroni")
