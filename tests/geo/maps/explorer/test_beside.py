"""Ties, firms, tiers and the facts of industries beside the cells."""

import geopandas as gpd
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
import shapely

from geo.maps.explorer.industry_cards import curves, facts, footprints, main_inputs, pairs, survival
from geo.maps.explorer.packed_cells import ordered_cells
from geo.maps.explorer.parties_and_ties import (
    firms_of_year,
    packed_firms,
    packed_tiers,
    packed_ties,
    ties_by_cell,
)

PLACES = nw.from_native(
    pl.LazyFrame(
        {
            "firm_key": [0, 1, 2],
            "year": [2023] * 3,
            "region_key": [0, 1, 1],
            "industry_key": [0, 0, 1],
            "employment": [5.0, None, 50.0],
        }
    )
)
INSTITUTIONS = pd.DataFrame({"institution_key": [3, 4], "region_key": [1, -1]})


def ties(*rows):
    schema = {"source_key": pl.Int64, "target_key": pl.Int64, "year": pl.Int64, "kind": pl.String}
    return nw.from_native(pl.LazyFrame(rows, schema=schema, orient="row"))


def test_a_tie_stands_at_both_its_ends():
    found = ties_by_cell(ties((0, 1, 2023, "supply")), PLACES, INSTITUTIONS)
    assert found[["region_key", "is_out", "partner_key", "ties"]].to_numpy().tolist() == [
        [0, 1, 1, 1],
        [1, 0, 0, 1],
    ]


def test_kinds_of_one_family_are_counted_together():
    rows = [(0, 1, 2023, "research"), (0, 1, 2023, "talent"), (0, 1, 2023, "supply")]
    found = ties_by_cell(ties(*rows), PLACES, INSTITUTIONS)
    out = found[found["is_out"] == 1]
    assert dict(zip(out["family"], out["ties"], strict=True)) == {0: 1, 1: 2}


def test_a_tie_with_an_institution_is_one_of_its_firm():
    found = ties_by_cell(ties((3, 0, 2023, "finance")), PLACES, INSTITUTIONS)
    assert found[["region_key", "is_out", "family", "partner_key"]].to_numpy().tolist() == [
        [0, 0, 2, 1]
    ]


def test_no_ties_are_no_columns():
    assert packed_ties(ties_by_cell(ties(), PLACES, INSTITUTIONS), pd.Series(), spoken=[]) == {}


def test_of_too_many_ties_those_of_spoken_cells_are_kept(monkeypatch):
    monkeypatch.setattr("geo.maps.explorer.parties_and_ties._MOST", 1)
    found = ties_by_cell(ties((0, 1, 2023, "supply")), PLACES, INSTITUTIONS)
    keys = pd.MultiIndex.from_tuples([(2023, 0, 0), (2023, 1, 0)])
    packed = packed_ties(found, pd.Series([0, 1], index=keys), spoken=np.array([False, True]))
    assert packed["cell"].numbers.tolist() == [1]


def test_firms_are_named_by_their_id_where_they_have_no_name():
    names = {"party_key": [0, 1], "party_id": ["F0", "F1"], "name": ["Acme", None]}
    firms = firms_of_year(PLACES, nw.from_native(pl.LazyFrame(names)), year=2023)
    packed = packed_firms(firms[firms["firm_key"] < 2], pd.DataFrame())
    assert packed["name"].data == b"Acme\nF1"


def test_of_too_many_firms_those_with_a_tier_come_first(monkeypatch):
    monkeypatch.setattr("geo.maps.explorer.parties_and_ties._MOST_FIRMS", 1)
    names = {"party_key": [0, 1, 2], "party_id": ["F0", "F1", "F2"], "name": ["a", "b", "c"]}
    firms = firms_of_year(PLACES, nw.from_native(pl.LazyFrame(names)), year=2023)
    assert packed_firms(firms, pd.DataFrame({"party_id": ["F1"]}))["name"].data == b"b"


def test_tiers_name_the_best_linked_first(classification, regions, industries):
    cells = ordered_cells(
        classification, regions=regions["region_id"], industries=industries["industry"]
    )
    tiers = pd.DataFrame(
        {
            "party_id": ["F1", "F2"],
            "party_name": ["One", None],
            "tier": "core",
            "region_id": "R03",
            "industry": "3610",
            "year": 2023,
            "local_partners": [3, 9],
        }
    )
    packed = packed_tiers(tiers, cells)
    assert packed["name"].data == b"F2\nOne"
    assert set(cells.table.iloc[packed["cell"].numbers]["region_id"]) == {"R03"}


def test_facts_are_named_as_the_schema_means_them(industry_concentration):
    (told,) = facts({"industry_concentration": industry_concentration})
    labels = [column["label"][0] for column in told["columns"]]
    assert "locational Gini" in labels
    assert not [label for label in labels if "_" in label]
    assert told["rows"][0][:3] == [None, "1810", 2021]


def test_curves_leave_out_industries_that_are_not_listed():
    table = pd.DataFrame(
        {"industry": ["a", "b"], "year": 2023, "measure": "K_d", "distance_km": 1.0,
         "value": [np.nan, 2.0], "low": 0.5, "high": 1.5}
    )  # fmt: skip
    (curve,) = curves(table, ["a"])
    assert curve["value"] == [None]


def test_survival_keeps_local_and_other_ties_apart():
    table = pd.DataFrame(
        {"industry": ["a", "a"], "is_local": [True, False], "age": 1, "at_risk": [9, 8],
         "survival": [0.5, 0.25]}
    )  # fmt: skip
    assert [line["local"] for line in survival(table, ["a"])] == [False, True]


def test_a_pair_stands_with_both_its_industries():
    table = pd.DataFrame(
        {"industry": ["a"], "other_industry": ["b"], "year": [2023], "coagglomeration": [0.1],
         "coagglomeration_heap_p": [0.01], "input_output": [0.3]}
    )  # fmt: skip
    assert [row[:2] for row in pairs(table, ["a", "b"])] == [[0, 1], [1, 0]]


def test_main_inputs_are_shares_of_all_that_is_bought():
    table = pd.DataFrame(
        {"supplying_industry_key": [0, 1], "using_industry_key": [0, 0],
         "coefficient": [0.1, 0.3], "flow": np.nan, "year": np.nan}
    )  # fmt: skip
    assert main_inputs(table, year=2023, industries=2) == [[0, 1, 0.75], [0, 0, 0.25]]


@pytest.mark.parametrize("make", [curves, survival, pairs])
def test_a_result_that_is_not_there_tells_nothing(make):
    assert make(None, ["a"]) == []


def test_footprints_are_those_of_the_last_year_with_the_region_of_their_middle():
    regions = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    rows = {
        "industry": ["b", "b", "b", "gone"],
        "year": [2023, 2023, 2022, 2023],
        "establishments": [5, 9, 99, 7],
        "employment": [50.0, np.nan, 1.0, 1.0],
        "area_km2": [12.34567, 3.0, 1.0, 1.0],
    }
    middles = [shapely.Point(x, 0.5).buffer(0.1) for x in (1.5, 0.5, 0.5, 0.5)]
    told = footprints(gpd.GeoDataFrame(rows, geometry=middles), ["a", "b"], regions=regions)
    assert told == [[2023, 1, 0, 9, None, 3.0], [2023, 1, 1, 5, 50.0, 12.35]]
    assert footprints(None, ["a"], regions=regions) == []
