"""The table of tiers: names, sentences in three languages, and its bounds."""

import narwhals as nw
import pandas as pd
import polars as pl
import pytest

from geo.classification.tables.tier_table import party_tier_table
from geo.linkage.networks.tiers import Tiers
from geo.schema import RESULT_TABLES

REGIONS = pd.DataFrame({"region_id": ["R0"], "name": ["Shenwan"]})
INDUSTRIES = pd.DataFrame(
    {"industry": ["C36", "C37"], "name": ["Cars", "Parts"], "name_zh": ["整車", "零部件"]}
)
PARTIES = nw.from_native(
    pl.LazyFrame(
        {
            "party_key": [0, 1, 2, 9],
            "party_id": ["F0", "F1", "F2", "U1"],
            "name": ["Maker", None, "Both", "Lab"],
        }
    )
)


def tiers(*, is_lasting=True, years=(2020,)):
    rows = {
        "firm_key": [0, 1, 2],
        "region_key": 0,
        "industry_key": [0, 1, 1],
        "partners": [23, 1, 2],
        "suppliers": [20, 0, 1],
        "customers": [3, 1, 1],
        "network_pairs": [56, 40, 40],
        "equal_share": [3.14159, 2.0, 2.0],
        "is_core": [True, False, False],
        "core_partners": [0, 1, 1],
        "core_customers": [0, 1, 1],
        "core_suppliers": [0, 0, 1],
        "core_key": [-1, 0, 0],
        "trophic_level": [1.5, 0.0, None],
        "is_lasting": is_lasting,
    }
    firms = pl.concat([pl.DataFrame(rows).with_columns(year=pl.lit(y)) for y in years])
    tied = {"institution_key": [9, 9], "region_key": 0, "industry_key": [0, 1]}
    tied |= {"core_firms": [1, 0], "supporting_firms": [0, 2]}
    institutions = pl.concat([pl.DataFrame(tied).with_columns(year=pl.lit(y)) for y in years])
    return Tiers(nw.from_native(firms.lazy()), nw.from_native(institutions.lazy()))


def table(found, **rest):
    given = {"language": "en", "years": [2019, 2020, 2021]} | rest
    return party_tier_table(found, PARTIES, regions=REGIONS, industries=INDUSTRIES, **given)


def test_every_tier_says_what_made_it_so():
    rows = table(tiers()).set_index("party_id")
    assert rows.loc["F0", "reason_en"] == (
        "Buys from 20 and sells to 3 local firms lastingly: an end of 41.1 % of the 56 local "
        "partnerships of its industry here; an equal share would be 3.1 partners."
    )
    assert rows.loc["F1", "reason_en"] == (
        "Supplies 1 of the core firms here lastingly, the best linked Maker."
    )
    assert rows.loc["F2", "made_by"] == "trades_with_core"
    assert rows.loc["U1", "reason_en"] == "Tied to 1 core and 2 supporting firms here."
    assert rows["tier"].to_dict() == {
        "F0": "core",
        "F1": "supporting",
        "F2": "supporting",
        "U1": "institution",
    }


def test_chinese_reasons_name_the_same_numbers():
    rows = table(tiers(), language="zh_hant").set_index("party_id")
    assert "20 家企業採購" in rows.loc["F0", "reason_zh_hant"]
    assert "20 家企业采购" in rows.loc["F0", "reason_zh_hans"]
    assert rows.loc["F1", "reason_zh_hans"].endswith("Maker。")
    assert rows.loc["F0", "industry_name"] == "整車"


def test_one_year_of_ties_is_said_to_leave_lasting_open():
    rows = table(tiers(is_lasting=False))
    assert rows["reason_en"].str.contains("whether it lasts is not known").sum() == 3


def test_columns_are_those_of_the_schema_and_core_firms_come_first():
    found = table(tiers())
    assert tuple(found.columns) == RESULT_TABLES["party_tiers"].names
    # By industry, within it by tier and the most partners; institutions have no industry.
    assert found["party_id"].tolist() == ["F0", "F2", "F1", "U1"]
    assert not found.duplicated(["party_id", "year"]).any()


@pytest.mark.parametrize(
    ("most", "kept"), [(100, [2019, 2020, 2021]), (8, [2020, 2021]), (1, [2021])]
)
def test_of_many_years_the_latest_that_fit_are_listed_and_at_least_the_last(most, kept):
    found = table(tiers(years=(2019, 2020, 2021)), most=most)
    assert sorted(set(found["year"])) == kept


def test_nobody_with_a_tier_is_an_empty_table():
    found = tiers()
    nobody = Tiers(
        found.firms.filter(nw.col("year") < 0), found.institutions.filter(nw.col("year") < 0)
    )
    empty = table(nobody)
    assert empty.empty
    assert tuple(empty.columns) == RESULT_TABLES["party_tiers"].names
