import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo.linkage.gaps import (
    candidate_firms,
    candidate_industries,
    chain_gaps,
    input_similarity,
    institution_gaps,
    outside_suppliers,
)
from geo.linkage.potential import chain_potential

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


FIRMS = nw.from_native(
    pl.LazyFrame(
        {
            "firm_key": [0, 1, 2, 3, 4, 0],
            "year": [2020, 2020, 2020, 2020, 2020, 2021],
            "region_key": [0, 0, 1, 2, 1, 0],
            "industry_key": [0, 0, 1, 1, 1, 0],
            "employment": [5.0, None, 7.0, 8.0, 9.0, 6.0],
            "longitude": [0.0, 0.0, 1.0, 3.0, None, 0.0],
            "latitude": [0.0, 0.0, 0.0, 0.0, None, 0.0],
        }
    )
)


def ties(rows):
    schema = {"source_key": pl.Int64, "target_key": pl.Int64, "year": pl.Int64, "kind": pl.String}
    return nw.from_native(pl.LazyFrame(rows, schema=schema, orient="row"))


def outside(rows, **options):
    options = {"region_key": 0, "industry_key": 0, "year": 2020} | options
    return outside_suppliers(ties(rows), FIRMS, **options)


def test_firms_of_unknown_size_come_after_the_known():
    found = candidate_firms(FIRMS, region_key=0, year=2020, industry_keys=[0])
    assert found["firm_key"].tolist() == [0, 1]
    assert found["employment"].isna().tolist() == [False, True]


def test_no_more_firms_than_asked_for():
    found = candidate_firms(FIRMS, region_key=0, year=2020, industry_keys=[0], most=1)
    assert found["firm_key"].tolist() == [0]


def test_no_industry_has_no_firms():
    assert candidate_firms(FIRMS, region_key=0, year=2020, industry_keys=[]).empty


def test_the_most_used_region_comes_first_then_the_nearest():
    rows = [(2, 0, 2020, "supply"), (3, 0, 2020, "supply"), (3, 1, 2020, "supply")]
    found = outside(rows)
    assert found["region_key"].tolist() == [2, 1]
    assert found["ties"].tolist() == [2, 1]
    # Three degrees and one along the equator, 6371.0088 km x pi / 180 each.
    assert found["nearest_km"].tolist() == pytest.approx([333.585, 111.195], abs=1e-3)
    nearest = outside([(3, 0, 2020, "supply"), (2, 1, 2020, "supply")])
    assert nearest["region_key"].tolist() == [1, 2]


@pytest.mark.parametrize(
    "tie",
    [
        (1, 0, 2020, "supply"),  # from the region itself
        (2, 0, 2019, "supply"),  # in another year
        (2, 0, 2020, "research"),  # of another kind
        (0, 2, 2020, "supply"),  # a sale
        (9, 0, 2020, "supply"),  # from an institution
    ],
)
def test_what_is_no_purchase_from_outside_this_year_does_not_count(tie):
    assert outside([tie]).empty


def test_only_the_industries_asked_for_are_listed():
    assert outside([(2, 0, 2020, "supply")], industry_keys=[5]).empty
    assert len(outside([(2, 0, 2020, "supply")], industry_keys=[1])) == 1


def test_suppliers_without_a_place_are_at_an_unknown_distance():
    assert outside([(4, 0, 2020, "supply")])["nearest_km"].isna().tolist() == [True]


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
