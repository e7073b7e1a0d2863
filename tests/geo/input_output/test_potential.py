from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidCountsError
from geo.input_output.potential import (
    chain_completeness,
    chain_potential,
    coefficient_matrix,
    flow_matrix,
    input_coverage,
    output_coverage,
    partners_are_here,
    regional_quotients,
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
    result = chain_potential(TWO, table([(1, 1, 0.2, NAN)]), industries=2)
    assert result["chain_completeness"].isna().tolist() == [True, False, False]
    assert result["chain_partners_here"].isna().tolist() == [True, False, False]


def test_completeness_counts_main_inputs_and_weighs_them_by_value():
    # Main inputs of industry 1 are both (2/3 < 80 %): region 0 is strong in industry 0 alone, a
    # third of the value; region 1 in industry 1 alone, two thirds.
    assert measured("chain_completeness")[1:] == [0.5, 0.5]
    assert measured("chain_completeness_value")[1:] == pytest.approx([1 / 3, 2 / 3])


def test_what_every_industry_buys_says_nothing_of_a_chain():
    # Twelve industries spend half on industry 0. Industry 1 has an ore of its own (industry 2).
    everybody = [(0, i, 0.5, NAN) for i in range(1, 13)]
    rows = cells([(0, i, 10, NAN) for i in range(13)] + [(1, 0, 90, NAN), (1, 1, 10, NAN)])
    buys = table([*everybody, (2, 1, 0.1, NAN)])
    result = chain_potential(rows, buys, industries=13).set_index(["region_key", "industry_key"])
    assert result["chain_completeness_value"].loc[[(0, 1), (1, 1)]].tolist() == [1, 0]
    assert np.isnan(result["chain_completeness_value"].loc[(0, 5)])
    assert result["local_input_coverage"].loc[(0, 5)] < 1


# Industry 0 sells to industry 1 alone; in region 0 both are strong (each a third of its plants,
# and a fifth or less of all). Region 1 has industry 0 beside others.
SELLS = cells([(0, 0, 10, NAN), (0, 1, 10, NAN), (0, 2, 10, NAN), (1, 0, 10, NAN), (1, 2, 90, NAN)])


def test_partners_are_here_where_half_of_the_sales_go_to_the_strong_and_more_than_elsewhere():
    result = chain_potential(SELLS, table([(0, 1, 0.1, NAN)]), industries=3)
    of_first = result[result["industry_key"] == 0]
    assert of_first["sales_completeness_value"].tolist() == [1, 0]
    assert of_first["chain_partners_here"].iloc[0]


def test_sales_do_not_count_where_under_a_quarter_of_output_goes_to_industries():
    # Industry 0 makes 100 (10 flow / 0.1 for what it buys of industry 2) and sells 20 to
    # industries: shops, not a chain.
    few = table([(0, 1, 0.1, 20), (2, 0, 0.1, 10)])
    result = chain_potential(SELLS, few, industries=3)
    assert result.loc[result["industry_key"] == 0, "sales_completeness_value"].isna().all()


def test_a_local_industry_looks_for_no_chain():
    market = pd.DataFrame({"year": 2020, "industry_key": [0, 1], "market": ["traded", "local"]})
    result = chain_potential(TWO, BUYS, industries=2, market=market)
    assert result.loc[result["industry_key"] == 1, "chain_partners_here"].tolist() == [False, False]
    traded = chain_potential(SELLS, table([(0, 1, 0.1, NAN)]), industries=3)
    assert traded["chain_partners_here"].iloc[0]


def test_a_cell_that_falls_short_by_little_keeps_the_answer_of_the_year_before():
    # Industry 2 buys 53 of industry 0, which is strong here, and 47 of industry 1.
    buys = table([(0, 2, 0.53, NAN), (1, 2, 0.47, NAN)])
    rows = cells([(0, 0, 10, NAN), (0, 2, 10, NAN), (1, 1, 10, NAN)])
    years = pd.concat([rows.assign(year=y) for y in (2020, 2021)], ignore_index=True)
    table_of = chain_potential(years, buys, industries=3, completeness=0.55)
    of_last = table_of[table_of["industry_key"] == 2]
    assert of_last["chain_completeness_value"].tolist() == [0.53, 0.53]
    assert of_last["chain_partners_here"].tolist() == [False, False]
    was_here = of_last.assign(chain_partners_before=[False, True])
    assert partners_are_here(was_here, completeness=0.55).tolist() == [False, True]
    assert partners_are_here(was_here, completeness=0.59).tolist() == [False, False]


def test_what_was_here_the_year_before_is_remembered_by_cell():
    years = pd.concat([SELLS.assign(year=y) for y in (2020, 2021)], ignore_index=True)
    result = chain_potential(years, table([(0, 1, 0.1, NAN)]), industries=3)
    here, before = result["chain_partners_here"], result["chain_partners_before"]
    assert here.iloc[0]
    assert before.tolist() == [False] * 5 + here.iloc[:5].fillna(value=False).tolist()


def test_sales_can_decide_where_the_table_says_nothing_of_inputs():
    # Industry 0 sells to industry 1, which is strong in region 0 (0.5 / 0.2) and not in region 1.
    rows = cells([(0, 0, 10, NAN), (0, 1, 10, NAN), (1, 0, 10, NAN), (2, 2, 20, NAN)])
    sells = table([(0, 1, 0.1, NAN)])
    result = chain_potential(rows, sells, industries=3)
    assert result["chain_completeness"].isna().tolist() == [True, False, True, True]
    assert result["chain_partners_here"].tolist()[0] is True
    assert result["chain_partners_here"].isna().tolist() == [False, False, True, True]


def test_partners_cannot_be_here_where_neither_side_is_covered_as_well_as_elsewhere():
    # Industries 0 and 1 live off each other alone. Region 0 has both, region 1 only the former.
    rows = cells([(0, 0, 4, NAN), (0, 1, 4, NAN), (0, 2, 4, NAN), (1, 0, 4, NAN), (1, 2, 8, NAN)])
    buys = table([(1, 0, 0.2, NAN), (0, 1, 0.2, NAN)])
    result = chain_potential(rows, buys, industries=3).set_index(["region_key", "industry_key"])
    assert result["chain_partners_here"].loc[[(0, 0), (1, 0)]].tolist() == [True, False]


def test_an_industry_nowhere_else_is_not_measured_against_elsewhere():
    only = cells([(0, 0, 10, NAN), (0, 1, 10, NAN)])
    result = chain_potential(only, BUYS, industries=2)
    assert result["expected_input_coverage"].isna().all()
    assert result["chain_partners_here"].tolist()[1] is True


def test_an_industry_that_sells_to_none_has_no_sales_to_expect():
    result = chain_potential(TWO, table([(0, 1, 0.1, NAN)]), industries=2)
    assert result.loc[1:, "expected_output_coverage"].isna().all()


def test_published_margins_stand_in_for_sums():
    # The nation's total of industry 0 is 20 of 40 plants, half of it off the map: its quotient in
    # region 0 is 0.5 / 0.5 = 1 and not 2; that of industry 1 is 0.5 / 0.75 as before.
    margins = pd.DataFrame(
        {
            "year": 2020,
            "region_key": [pd.NA],
            "industry_key": [0],
            "establishments": [20.0],
            "employment": [NAN],
        }
    ).astype({"region_key": "Int64", "industry_key": "Int64"})
    total = margins.assign(industry_key=pd.NA, establishments=40.0).astype(margins.dtypes)
    _, quotients, _ = regional_quotients(TWO, pd.concat([margins, total]), industries=2)
    assert quotients[0] == pytest.approx([1, 2 / 3])


def test_withheld_jobs_are_measured_by_plants_and_never_zero():
    rows = cells([(r, i, 10, 100) for r in range(4) for i in range(5)])
    rows.loc[0, "employment"] = NAN
    _, quotients, _ = regional_quotients(rows, industries=5)
    assert quotients[0, 0] == 1


def test_a_cell_of_unknown_size_is_neither_present_nor_absent():
    # Half the inputs are not known to be here, the other half are: of what is known, all.
    assert input_coverage(np.array([[NAN, 1.0]]), np.array([[0.1, 0.0], [0.1, 0.0]]))[0, 0] == 1


def test_the_order_of_rows_changes_nothing():
    tables = pd.concat([BUYS, table([(0, 1, 0.07, NAN), (1, 0, 0.3, NAN)])])
    shuffled = chain_potential(TWO.iloc[[2, 0, 1]], tables.iloc[[3, 1, 2, 0]], industries=2)
    pd.testing.assert_frame_equal(
        shuffled.sort_index(), chain_potential(TWO, tables, industries=2), check_exact=True
    )


def test_arguments_are_not_changed():
    rows, buys = TWO.copy(), BUYS.copy()
    chain_potential(rows, buys, industries=2)
    assert rows.equals(TWO)
    assert buys.equals(BUYS)


def test_a_cell_given_twice_is_refused():
    with pytest.raises(InvalidCountsError, match="once"):
        chain_potential(pd.concat([TWO, TWO.head(1)], ignore_index=True), BUYS, industries=2)


def test_without_a_table_nothing_is_known():
    result = chain_potential(TWO, table([]), industries=2)
    known = ["year", "region_key", "industry_key", "is_local_market", "chain_partners_before"]
    assert result.drop(columns=known).isna().all(axis=None)


def test_main_inputs_are_the_fewest_that_make_up_four_fifths():
    # 0.5 + 0.3 = 80 % of purchases: the third input is not a main one, so its absence is no gap.
    shares = np.array([[0.5, 0, 0], [0.3, 0, 0], [0.2, 0, 0]])
    assert chain_completeness(np.array([[1.0, 1.0, 0.0]]), shares)[0, 0] == 1


def test_sales_are_covered_along_the_rows():
    flows = np.array([[0.0, 30.0], [0.0, 0.0]])
    assert output_coverage(np.array([[9.0, 0.5]]), flows)[0, 0] == 0.5


def test_size_of_the_user_stands_in_for_flows():
    # Industry 0 sells 0.1 per unit to industry 1, which has 30 plants.
    assert flow_matrix(BUYS, [10, 30], industries=2).tolist() == [[0, 3], [0, 6]]


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


def test_the_unit_of_the_table_changes_nothing():
    scaled = BUYS.assign(coefficient=BUYS["coefficient"] * 1000)
    result = chain_potential(TWO, scaled, industries=2)
    pd.testing.assert_frame_equal(result, chain_potential(TWO, BUYS, industries=2))


def test_known_chains_of_the_united_states_are_here_and_beach_hotels_are_not():
    folder = Path(__file__).resolve().parents[3] / "../shared/data/us-2016"
    if not folder.exists():
        pytest.skip("needs the county statistics of 2016")
    rows = pd.read_parquet(folder / "cells.parquet")
    rows = rows.astype({"region_id": "str", "industry": "str", "employment": "float64"})
    inputs = pd.read_csv(folder / "io_table.csv.gz", dtype={0: "str", 1: "str"})
    regions, industries = (pd.Index(sorted(rows[k].unique())) for k in ("region_id", "industry"))
    rows = rows.assign(
        region_key=regions.get_indexer(rows["region_id"]),
        industry_key=industries.get_indexer(rows["industry"]),
    )
    inputs = inputs.assign(
        supplying_industry_key=industries.get_indexer(inputs["supplying_industry"]),
        using_industry_key=industries.get_indexer(inputs["using_industry"]),
        year=NAN,
    )
    result = chain_potential(rows, inputs, industries=len(industries))
    answer = result["chain_partners_here"].set_axis(rows["region_id"] + " " + rows["industry"])
    # Cars in Detroit, carpets in Dalton, oil in Midland and Houston, furniture in Hickory,
    # caravans in Elkhart, aircraft in Wichita, films in Los Angeles, computers, chips,
    # software, web portals and research in Santa Clara.
    chains = ["26163 3361", "26125 3363", "13313 3141", "48329 2111", "48201 2111", "37035 3371"]
    chains += ["18039 3362", "20173 3364", "06037 5121", "06085 3341"]
    chains += ["06085 3344", "06085 5112", "06085 5191", "06085 5417"]
    assert answer[chains].all()
    # Casinos on the Mississippi at Tunica, hotels in Las Vegas.
    assert not answer[["28033 7132", "32003 7211"]].any()


def test_suppliers_that_the_data_hold_nowhere_decide_nothing():
    # Industry 1 buys two thirds from industry 2, of which there is no plant in any region.
    buys = table([(0, 1, 0.1, NAN), (2, 1, 0.2, NAN)])
    result = chain_potential(TWO, buys, industries=3)
    assert result["chain_partners_here"].isna().all()


def test_some_industries_alone_are_covered_as_among_all():
    rng = np.random.default_rng(0)
    quotients, inputs = rng.uniform(0, 2, (7, 4)), rng.uniform(0, 1, (4, 4))
    for measure in (input_coverage, chain_completeness):
        whole = measure(quotients, inputs)
        assert measure(quotients, inputs[:, [2]]) == pytest.approx(whole[:, [2]])
        assert measure(quotients, inputs[:, [3, 0]]) == pytest.approx(whole[:, [3, 0]])
