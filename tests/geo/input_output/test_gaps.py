import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo.input_output.gaps import (
    candidate_industries,
    chain_gaps,
    input_similarity,
    institution_gaps,
)
from geo.input_output.potential import chain_potential

NAN = np.nan


def cells(rows, year=2020):
    columns = ["region_key", "industry_key", "establishments", "employment"]
    return pd.DataFrame(rows, columns=columns).assign(year=year)


def table(rows, year=NAN):
    columns = ["supplying_industry_key", "using_industry_key", "coefficient", "flow"]
    return pd.DataFrame(rows, columns=columns).astype(float).assign(year=year)


def industries(*parents):
    return pd.DataFrame({"parent": parents})


# Three industries; region 0 has a quarter of all plants: 10 of 20 of industry 0, none of 40 of
# industry 1, 10 of 20 of industry 2. Quotients 2, 0 and 2 in it.
HERE = cells([(0, 0, 10, NAN), (0, 2, 10, NAN), (1, 0, 10, NAN), (1, 1, 40, NAN), (1, 2, 10, NAN)])
# Industry 0 buys a quarter from itself and three quarters from 1; industry 2 buys from 1 only.
BUYS = table([(0, 0, 0.1, NAN), (1, 0, 0.3, NAN), (1, 2, 0.5, NAN)])


def gaps(parents=("m", "m", "s"), rows=HERE, io_table=BUYS, **options):
    options = {"region_key": 0, "industry_key": 0} | options
    return chain_gaps(rows, io_table, industries(*parents), **options)


def test_the_shortfall_is_what_is_bought_less_what_is_here():
    result = gaps()
    assert result["industry_key"].tolist() == [1]
    assert result["input_share"].tolist() == pytest.approx([0.75])
    assert result["location_quotient"].tolist() == [0]
    assert result["shortfall"].tolist() == pytest.approx([0.75])


def test_plants_of_the_same_parent_are_related():
    assert gaps()["related_establishments"].tolist() == [10]


def test_industries_without_a_parent_have_no_relations():
    assert gaps(parents=(None, None, None))["related_establishments"].tolist() == [0]


def test_plants_that_buy_the_same_are_alike():
    # Industry 1 buys from itself as industry 2 does, and is of another parent.
    both = pd.concat([BUYS, table([(1, 1, 0.2, NAN)])])
    assert gaps(io_table=both)["similar_establishments"].tolist() == [10]
    assert gaps(io_table=both, parents=("m", "s", "s"))["similar_establishments"].tolist() == [10]


def test_shortfalls_and_coverage_make_up_all_inputs():
    covered = chain_potential(HERE, BUYS, industries=3)["local_input_coverage"]
    assert gaps()["shortfall"].sum() == pytest.approx(1 - covered[0])


def test_the_largest_shortfall_comes_first_and_of_equals_the_first_industry():
    even = table([(2, 0, 0.1, NAN), (1, 0, 0.1, NAN), (3, 0, 0.3, NAN)])
    found = gaps(parents=(None,) * 4, rows=HERE[HERE["industry_key"] != 2], io_table=even)
    assert found["industry_key"].tolist() == [3, 1, 2]


def test_an_industry_without_inputs_in_the_table_has_no_gaps_that_are_known():
    assert gaps(industry_key=1).empty


def test_a_region_without_cells_has_no_gaps_that_are_known():
    assert gaps(region_key=7).empty


def test_the_cells_and_the_table_of_a_year_are_chosen():
    later = cells([(0, 0, 10, NAN), (0, 1, 40, NAN), (1, 2, 9, NAN)], year=2021)
    dated = pd.concat([BUYS.assign(year=2019.0), table([(2, 0, 0.1, NAN)], year=2021)])
    rows = pd.concat([HERE, later])
    assert gaps(rows=rows, io_table=dated, year=2020)["industry_key"].tolist() == [1]
    assert gaps(rows=rows, io_table=dated, year=2021)["industry_key"].tolist() == [2]


def test_the_order_of_rows_changes_nothing():
    shuffled = gaps(rows=HERE.iloc[[3, 1, 4, 0, 2]], io_table=BUYS.iloc[[2, 0, 1]])
    pd.testing.assert_frame_equal(shuffled, gaps(), check_exact=True)


def test_the_gaps_own_industry_comes_before_its_kin_and_these_before_those_alike():
    # Region 0 has all four; industry 1 is short by its quotient. 2 is of 1's parent, 3 buys alike.
    rows = cells([(0, 0, 5, NAN), (0, 1, 1, NAN), (0, 2, 2, NAN), (0, 3, 9, NAN), (1, 1, 90, NAN)])
    buys = table([(0, 1, 0.5, NAN), (0, 3, 0.2, NAN), (1, 0, 0.2, NAN)])
    result = candidate_industries(
        rows, buys, industries("a", "m", "m", "s"), region_key=0, industry_keys=[1]
    )
    assert result["industry_key"].tolist() == [1, 2, 3]
    assert result["relation"].tolist() == ["same", "parent", "inputs"]
    assert result["establishments"].tolist() == [1, 2, 9]


def test_no_gap_has_no_candidates():
    result = candidate_industries(
        HERE, BUYS, industries("m", "m", "s"), region_key=0, industry_keys=[]
    )
    assert result.empty


def test_institutions_count_while_they_are_open():
    table = pd.DataFrame(
        {
            "kind": ["university", "university", "legal"],
            "region_key": [0, 0, 0],
            "opened": [2021, NAN, NAN],
            "closed": [NAN, NAN, 2020],
        }
    )
    result = institution_gaps(table, region_key=0, year=2020)
    assert result.loc["university", "here"] == 1
    assert result.loc["legal", ["here", "elsewhere"]].tolist() == [0, 0]


def test_a_kind_that_is_nowhere_is_not_known_to_be_missing():
    empty = pd.DataFrame({"kind": [], "region_key": [], "opened": [], "closed": []}, dtype=object)
    assert institution_gaps(empty, region_key=0, year=2020)["is_missing"].isna().all()


@given(hnp.arrays(float, (4, 4), elements=st.just(0.0) | st.floats(0.01, 1)))
def test_likeness_is_mutual_and_does_not_depend_on_how_much_is_bought(a):
    alike = input_similarity(a)
    assert alike == pytest.approx(alike.T)
    assert input_similarity(a * [1, 2, 5, 10]) == pytest.approx(alike)
    assert ((alike >= 0) & (alike <= 1)).all()
