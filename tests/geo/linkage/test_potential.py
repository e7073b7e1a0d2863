import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.linkage.potential import (
    chain_completeness,
    chain_potential,
    coefficient_matrix,
    input_coverage,
    output_coverage,
)

NAN = np.nan


def cells(rows):
    columns = ["region_key", "industry_key", "establishments", "employment"]
    return pd.DataFrame(rows, columns=columns).assign(year=2020)


def table(rows, year=NAN):
    columns = ["supplying_industry_key", "using_industry_key", "coefficient", "flow"]
    return pd.DataFrame(rows, columns=columns).astype(float).assign(year=year)


# Region 0 has half of its plants in industry 0, region 1 all of them in industry 1. Of all
# plants a quarter is in industry 0 and three quarters in industry 1, so the quotients are
# 0.5 / 0.25 = 2 and 0.5 / 0.75 = 2/3 in region 0, 0 and 4/3 in region 1.
TWO = cells([(0, 0, 10, NAN), (0, 1, 10, NAN), (1, 1, 20, NAN)])
# Industry 1 buys a third of its inputs from industry 0, two thirds from itself.
BUYS = table([(0, 1, 0.1, NAN), (1, 1, 0.2, NAN)])


def measured(name, rows=TWO, io_table=BUYS):
    return chain_potential(rows, io_table, industries=2)[name].tolist()


def test_inputs_are_covered_in_proportion_to_quotients_below_one():
    # Region 0: 1/3 x 1 + 2/3 x 2/3 = 7/9. Region 1: 1/3 x 0 + 2/3 x 1 = 2/3.
    assert measured("local_input_coverage") == pytest.approx([NAN, 7 / 9, 2 / 3], nan_ok=True)


def test_what_the_industry_finds_elsewhere_leaves_the_region_itself_out():
    assert measured("expected_input_coverage")[1:] == pytest.approx([2 / 3, 7 / 9])


def test_an_industry_without_inputs_in_the_table_is_not_known():
    result = chain_potential(TWO, BUYS, industries=2)
    assert result["chain_completeness"].isna().tolist() == [True, False, False]
    assert result["chain_partners_here"].isna().tolist() == [True, False, False]


def test_partners_are_here_where_the_chain_is_complete_and_better_covered_than_elsewhere():
    # Main inputs of industry 1 are both (2/3 < 80 %): one of two is strong in either region, and
    # only region 0 covers more than is found elsewhere.
    assert measured("chain_completeness")[1:] == [0.5, 0.5]
    assert measured("chain_partners_here")[1:] == [True, False]


def test_without_a_table_nothing_is_known():
    result = chain_potential(TWO, table([]), industries=2)
    assert result.drop(columns=["year", "region_key", "industry_key"]).isna().all(axis=None)


def test_main_inputs_are_the_fewest_that_make_up_four_fifths():
    # 0.5 + 0.3 = 80 % of purchases: the third input is not a main one, so its absence is no gap.
    shares = np.array([[0.5, 0, 0], [0.3, 0, 0], [0.2, 0, 0]])
    assert chain_completeness(np.array([[1.0, 1.0, 0.0]]), shares)[0, 0] == 1


def test_sales_are_covered_along_the_rows():
    flows = np.array([[0.0, 30.0], [0.0, 0.0]])
    assert output_coverage(np.array([[9.0, 0.5]]), flows)[0, 0] == 0.5


def test_flows_stand_in_for_coefficients():
    flows = coefficient_matrix(table([(0, 1, NAN, 5), (1, 1, NAN, 10)]), industries=2)
    shares = coefficient_matrix(BUYS, industries=2)
    assert flows[:, 1] / flows[:, 1].sum() == pytest.approx(shares[:, 1] / shares[:, 1].sum())


def test_each_year_uses_the_latest_table_of_its_time():
    later = table([(1, 1, 1.0, NAN)], year=2021)
    both = pd.concat([BUYS.assign(year=2015.0), later])
    assert measured("local_input_coverage", io_table=both) == pytest.approx(
        measured("local_input_coverage"), nan_ok=True
    )


@given(st.lists(st.floats(0, 5), min_size=3, max_size=3), st.integers(0, 2))
def test_a_stronger_industry_never_lowers_coverage(quotients, which):
    shares = np.array([[0.1, 0.3, 0.0], [0.2, 0.1, 0.5], [0.3, 0.0, 0.1]])
    before = np.array([quotients])
    after = before.copy()
    after[0, which] += 1
    assert (input_coverage(after, shares) >= input_coverage(before, shares) - 1e-12).all()
