from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo.errors import InputOutputError
from geo.input_output.leontief import (
    allocation_coefficients,
    backward_linkages,
    content,
    forward_linkages,
    ghosh_inverse,
    industry_linkages,
    industry_linkages_by_year,
    input_multipliers,
    key_sectors,
    leontief_inverse,
    linkage_spread,
    output_multipliers,
    technical_coefficients,
    type_one_multipliers,
)
from geo.input_output.potential import implied_output

NAN = np.nan
ORACLES = Path(__file__).resolve().parents[3] / "../shared/oracles/iotables"
SECTORS = ["CPA_A", "CPA_B-E", "CPA_F", "CPA_G-I", "CPA_J-N", "CPA_O-T"]

needs_oracles = pytest.mark.skipif(not ORACLES.exists(), reason="needs the published tables")

# Two industries that buy a half of their output from each other: I - A = [[1, -.5], [-.5, 1]],
# determinant 3/4, inverse [[4/3, 2/3], [2/3, 4/3]].
HALVES = [[0.0, 0.5], [0.5, 0.0]]


def table(rows):
    columns = ["supplying_industry_key", "using_industry_key", "coefficient", "flow"]
    return pd.DataFrame(rows, columns=columns).astype({"coefficient": float, "flow": float})


def germany():
    long = pd.read_csv(ORACLES / "germany_1995.csv")
    return long.pivot(index="prod_na", columns="induse", values="values")


def test_inverse_of_two_by_two():
    assert leontief_inverse(HALVES) == pytest.approx(np.array([[4 / 3, 2 / 3], [2 / 3, 4 / 3]]))


def test_inverse_of_a_chain_of_three():
    # 0 sells half a unit to 1, and 1 half a unit to 2: nobody buys in circles, so the inverse is
    # I + A + A^2, with a quarter from 0 to 2.
    chain = [[0, 0.5, 0], [0, 0, 0.5], [0, 0, 0]]
    assert leontief_inverse(chain).tolist() == [[1, 0.5, 0.25], [0, 1, 0.5], [0, 0, 1]]


def test_without_trade_everyone_makes_what_is_asked():
    assert leontief_inverse(np.zeros((3, 3))).tolist() == np.eye(3).tolist()


def test_a_table_of_no_industry_has_an_inverse_of_none():
    assert leontief_inverse(np.zeros((0, 0))).shape == (0, 0)


def test_shares_of_purchases_cannot_be_inverted():
    with pytest.raises(InputOutputError, match="cannot be inverted"):
        leontief_inverse([[0.5, 0.5], [0.5, 0.5]])


@pytest.mark.parametrize("bad", [[[0.1, 0.2]], [0.1, 0.2], [[NAN, 0], [0, 0]], [[np.inf]]])
def test_a_table_that_is_not_square_and_finite_is_refused(bad):
    with pytest.raises(InputOutputError, match="must"):
        leontief_inverse(bad)


@pytest.mark.parametrize("output", [[1.0], [1.0, 0.0], [1.0, -1.0], [1.0, NAN]])
def test_output_that_does_not_fit_its_purchases_is_refused(output):
    with pytest.raises(InputOutputError, match="output"):
        technical_coefficients([[1, 1], [0, 0]], output)


def test_an_industry_that_makes_and_buys_nothing_has_no_coefficients():
    assert technical_coefficients([[2, 0], [0, 0]], [4, 0]).tolist() == [[0.5, 0], [0, 0]]


def test_multipliers_sum_columns_forwards_and_rows_backwards():
    assert output_multipliers([[1, 2], [3, 4]]).tolist() == [4, 6]
    assert input_multipliers([[1, 2], [3, 4]]).tolist() == [3, 7]


def test_an_even_industry_has_no_spread_and_a_single_one_none_that_is_known():
    assert linkage_spread([[2, 1], [2, 1]]).tolist() == [0, 0]
    assert linkage_spread([[3, 3], [1, 1]], forward=True).tolist() == [0, 0]
    assert np.isnan(linkage_spread([[1.5]])).all()


def test_key_sectors_of_an_unknown_linkage_have_no_name():
    assert key_sectors([NAN, 2], [2, 2]).tolist() == ["", "key"]


coefficients = hnp.arrays(float, (4, 4), elements=st.floats(0, 0.24))
outputs = hnp.arrays(float, 4, elements=st.floats(1, 100))


@given(coefficients)
def test_the_inverse_is_the_sum_of_the_rounds_of_suppliers(a):
    rounds, total = np.eye(4), np.eye(4)
    for _ in range(800):
        rounds = rounds @ a
        total += rounds
    assert leontief_inverse(a) == pytest.approx(total)


@given(coefficients)
def test_mean_linkage_is_one(a):
    inverse = leontief_inverse(a)
    assert backward_linkages(inverse).mean() == pytest.approx(1)
    assert forward_linkages(inverse).mean() == pytest.approx(1)


@given(coefficients, outputs)
def test_ghosh_is_leontief_seen_from_the_seller(a, x):
    # G = x^-1 L x (Miller and Blair 2009, Eq. 12.7).
    ghosh = ghosh_inverse(allocation_coefficients(a * x, x))
    assert ghosh == pytest.approx(leontief_inverse(a) * x / x[:, None])


@given(coefficients, st.permutations(range(4)))
def test_relabelling_industries_relabels_multipliers(a, order):
    mixed = output_multipliers(leontief_inverse(a[np.ix_(order, order)]))
    assert mixed == pytest.approx(output_multipliers(leontief_inverse(a))[list(order)])


@given(coefficients, outputs)
def test_value_added_content_of_a_closed_account_is_one(a, x):
    # What is not spent on inputs is value added, so a unit of final demand is all value added.
    value_added = 1 - technical_coefficients(a * x, x).sum(axis=0)
    assert content(value_added, leontief_inverse(a)) == pytest.approx(np.ones(4))


def test_linkages_by_industry_leave_out_those_not_in_the_table():
    result = industry_linkages(table([(0, 1, 0.5, NAN), (1, 0, 0.5, NAN)]), industries=3)
    assert result["output_multiplier"].tolist() == pytest.approx([2, 2, NAN], nan_ok=True)
    assert result["backward_linkage"].tolist() == pytest.approx([1, 1, NAN], nan_ok=True)
    assert result["input_multiplier"].isna().all()


def test_output_is_what_flow_and_coefficient_imply():
    both = table([(0, 1, 0.5, 10), (1, 0, 0.5, 20), (1, 1, NAN, 5)])
    assert implied_output(both, industries=2).tolist() == [40, 20]


def test_linkages_by_industry_agree_with_those_of_matrices():
    # Outputs 40 and 20: of the output of 0, a quarter goes to 1; all that 1 makes goes to 0.
    both = table([(0, 1, 0.5, 10), (1, 0, 0.5, 20)])
    result = industry_linkages(both, industries=2)
    ghosh = ghosh_inverse([[0, 0.25], [1, 0]])
    assert result["input_multiplier"].to_numpy() == pytest.approx(input_multipliers(ghosh))
    assert result["forward_linkage_ghosh"].to_numpy() == pytest.approx(forward_linkages(ghosh))


def test_negative_coefficients_are_not_dropped_from_multipliers():
    # 1 / (1 + 0.25) = 0.8.
    result = industry_linkages(table([(0, 0, -0.25, NAN)]), industries=1)
    assert result["output_multiplier"].tolist() == [0.8]


def test_flows_alone_are_no_inputs_per_unit_of_output():
    with pytest.raises(InputOutputError, match="coefficient"):
        industry_linkages(table([(0, 0, NAN, 3)]), industries=1)


@needs_oracles
def test_inverse_of_the_united_kingdom_2010_is_the_published_one():
    wide = pd.read_csv(ORACLES / "uk_2010_iot_pxp_wide.csv", index_col=0)
    published = pd.read_csv(ORACLES / "uk_2010_published_leontief_inverse_wide.csv", index_col=0)
    products = [name for name in published.columns if name != "Total"]
    flows = wide.loc[products, products].to_numpy(dtype=float)
    output = wide.loc["Total output", products].to_numpy(dtype=float)
    inverse = leontief_inverse(technical_coefficients(flows, output))
    assert inverse == pytest.approx(published.loc[products, products].to_numpy(), abs=1e-13)
    multipliers = published.loc["Total", products].to_numpy(dtype=float)
    assert output_multipliers(inverse) == pytest.approx(multipliers, abs=1e-12)


@needs_oracles
def test_linkages_of_germany_1995_are_the_published_ones():
    wide = germany()
    flows, output = wide.loc[SECTORS, SECTORS].to_numpy(), wide.loc["P1", SECTORS].to_numpy()
    backward = output_multipliers(leontief_inverse(technical_coefficients(flows, output)))
    forward = input_multipliers(ghosh_inverse(allocation_coefficients(flows, output)))
    # Beutel (2008), chapter 15, four decimals. The second forward linkage is printed 1.6691 and
    # recomputes to 1.6910: a slip of the printer.
    assert backward.round(4).tolist() == [1.7048, 1.8413, 1.8136, 1.6035, 1.5951, 1.3782]
    # The fourth is 1.58485 and printed rounded down.
    published = [2.1126, 1.6910, 1.3558, 1.5848, 2.1037, 1.2106]
    assert forward == pytest.approx(published, abs=6e-5)


@needs_oracles
def test_value_added_and_jobs_of_germany_1995_are_the_published_ones():
    wide = germany()
    output = wide.loc["P1", SECTORS].to_numpy()
    inverse = leontief_inverse(technical_coefficients(wide.loc[SECTORS, SECTORS], output))
    value_added = content(wide.loc["B1G", SECTORS].to_numpy() / output, inverse)
    assert value_added.round(4).tolist() == [0.8450, 0.7647, 0.8615, 0.9019, 0.9393, 0.9199]
    jobs = content(wide.loc["EMP", SECTORS].to_numpy() / output, inverse)
    assert jobs.round(4).tolist() == [0.0326, 0.0162, 0.0207, 0.0237, 0.0112, 0.0242]


@needs_oracles
def test_wages_of_the_netherlands_2000_are_the_published_ones():
    wide = pd.read_csv(ORACLES / "netherlands_2000.csv", index_col=0)
    sectors = [name for name in wide.columns if name.endswith("_group")]
    output = wide.loc["output_bp", sectors].to_numpy(dtype=float)
    inverse = leontief_inverse(technical_coefficients(wide.loc[sectors, sectors], output))
    wages = wide.loc["compensation_employees", sectors].to_numpy(dtype=float) / output
    assert content(wages, inverse).round(3).tolist() == [0.263, 0.099, 0.306, 0.212, 0.465, 0.493]
    multipliers = type_one_multipliers(wages, inverse).round(3)
    assert multipliers.tolist() == [2.466, 2.333, 1.840, 2.372, 1.953, 1.417]


def test_linkages_by_year_leave_measures_open_where_a_table_has_no_inverse():
    chain = pd.DataFrame(
        {
            "supplying_industry_key": [0, 0],
            "using_industry_key": [1, 1],
            "coefficient": [0.5, 1.0],
            "flow": NAN,
            "year": [2020.0, 2021.0],
        }
    )
    closed = pd.DataFrame(
        {
            "supplying_industry_key": [0],
            "using_industry_key": [0],
            "coefficient": [1.0],
            "flow": NAN,
            "year": [2022.0],
        }
    )
    linkages = industry_linkages_by_year(
        pd.concat([chain, closed]), industries=3, years=[2020, 2021, 2022]
    )
    multipliers = linkages.set_index(["year", "industry_key"])["output_multiplier"]
    # A unit of industry 1 takes 0.5, then 1, of industry 0, which takes nothing.
    assert multipliers.loc[:2021].to_dict() == {
        (2020, 0): 1.0,
        (2020, 1): 1.5,
        (2021, 0): 1.0,
        (2021, 1): 2.0,
    }
    assert multipliers.loc[2022].isna().tolist() == [True]


def test_a_dataset_without_a_table_has_no_linkages():
    columns = ["supplying_industry_key", "using_industry_key", "coefficient", "flow", "year"]
    assert (
        len(industry_linkages_by_year(pd.DataFrame(columns=columns), industries=2, years=[1])) == 0
    )
