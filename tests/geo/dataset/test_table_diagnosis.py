import numpy as np
import pandas as pd
import pytest

from geo.dataset.table_diagnosis import diagnosis, notices_of_coefficients
from geo.errors import InputOutputError


def kinds(coefficients):
    return [fault.kind for fault in diagnosis(coefficients)]


def test_a_sound_table_has_no_fault():
    assert kinds([[0.2, 0.3], [0.4, 0.1]]) == []


def test_a_table_of_no_industry_has_no_fault():
    assert kinds(np.zeros((0, 0))) == []


def test_the_column_that_sums_highest_above_one_is_named_with_its_sum():
    faults = diagnosis([[0.5, 0.9, 0.0], [0.6, 0.3, 0.1], [0, 0, 0]], names=["a", "b", "c"])
    assert (faults[0].kind, faults[0].column) == ("column_above_one", 1)
    assert faults[0].value == pytest.approx(1.2)
    assert faults[0].sentence.en.startswith("Inputs of b sum to 1.2 per unit of output (2 column")


def test_a_column_of_just_one_beside_others_is_no_fault():
    assert kinds([[0.5, 0.1], [0.5, 0.1]]) == []


def test_the_lowest_negative_coefficient_is_named():
    (fault,) = diagnosis([[0.1, -0.2], [-0.3, 0.1]])
    assert (fault.kind, fault.column, fault.value) == ("negative", 0, -0.3)
    assert "2 coefficient(s) are negative, the lowest -0.3 from 1 to 0" in fault.sentence.en


def test_shares_of_purchases_are_singular():
    faults = diagnosis([[0.5, 0.5], [0.5, 0.5]])
    assert [fault.kind for fault in faults] == ["singular"]
    assert "shares of purchases" in faults[0].sentence.en


def test_rounds_of_suppliers_that_never_end_are_a_fault_though_an_inverse_exists():
    # One unit takes 1.2 of itself: 1 / (1 - 1.2) = -5, which is no output.
    assert kinds([[1.2]]) == ["column_above_one", "not_productive"]


def test_a_column_above_one_may_still_be_productive():
    # Largest eigenvalue of [[0, 1.5], [0.5, 0]] is the root of 0.75.
    assert kinds([[0.0, 1.5], [0.5, 0.0]]) == ["column_above_one"]


def test_every_sentence_is_in_three_languages():
    for table in ([[-0.1]], [[1.2]], [[1.0]]):
        for fault in diagnosis(table):
            assert all(fault.sentence)


def test_a_table_that_is_not_finite_is_refused():
    with pytest.raises(InputOutputError, match="row 0, column 1"):
        diagnosis([[0, np.nan], [0, 0]])


def test_every_year_of_a_table_is_judged_by_itself_and_flows_are_passed_over():
    table = pd.DataFrame(
        {
            "supplying_industry": ["a", "b", "a"],
            "using_industry": ["b", "b", "a"],
            "coefficient": [0.7, 0.6, np.nan],
            "year": [2019.0, 2019.0, 2020.0],
        }
    )
    notices = notices_of_coefficients(table)
    assert [notice.en[:34] for notice in notices] == ["2019: Inputs of b sum to 1.3 per u"]
