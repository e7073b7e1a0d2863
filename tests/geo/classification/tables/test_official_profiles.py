"""Official rules on cells small enough to judge by hand."""

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

from geo.classification.tables.official_profiles import (
    cell_sizes,
    manufacturing_industries,
    profile_numbers,
    profile_rules,
    profiles,
)
from geo.concentration.cells.cell_table import cell_concentration, cell_indices
from geo.official_rules import PROFILES

REGIONS = pd.DataFrame(
    {"region_id": ["R0", "R1"], "area_km2": [50.0, 150.0], "population": [100.0, 300.0]}
)
INDUSTRIES = pd.DataFrame({"industry": ["C36", "I64"], "parent": ["C", "I"]})
# Jobs: region 0 has 90 in cars and 10 in platforms, region 1 has 10 and 90. Ten plants each.
CELLS = pd.DataFrame(
    {
        "year": 2020,
        "region_key": [0, 0, 1, 1],
        "industry_key": [0, 1, 0, 1],
        "establishments": [9.0, 1.0, 1.0, 9.0],
        "employment": [90.0, 10.0, 10.0, 90.0],
        "employment_square_sum": np.nan,
    }
)
SIZES = CELLS[["year", "region_key", "industry_key"]].assign(
    sized_jobs=CELLS["employment"],
    small_jobs=[90.0, 10.0, 0.0, 90.0],
    sized_output=100.0,
    sme_output=[80.0, 100.0, 20.0, np.nan],
)


def numbers(cells: pd.DataFrame = CELLS, regions: pd.DataFrame = REGIONS) -> pd.DataFrame:
    quotient = cell_concentration(cells)["location_quotient_employment"]
    index = cell_indices(cells, area=regions["area_km2"], population=regions["population"])
    return profile_numbers(
        cells.assign(location_quotient_employment=quotient, cluster_index=index["cluster_index"]),
        sizes=SIZES,
        regions=regions,
        is_manufacturing=manufacturing_industries(INDUSTRIES),
    )


# What the rules read off our own table.
PUBLISHED = {"establishments": 9, "location_quotient": 1.8, "local_knowledge_ties": np.nan}


def told(
    found: pd.DataFrame, *, verdict: str = "agglomeration", **published: object
) -> pd.DataFrame:
    classification = pd.DataFrame(
        {
            "region_id": found["region_key"].map(REGIONS["region_id"]),
            "industry": found["industry_key"].map(INDUSTRIES["industry"]),
            "year": found["year"],
            "region_name": None,
            "industry_name": None,
            "class": verdict,
            **PUBLISHED,
            **published,
        }
    )
    table, _ = profiles(found, classification, regions=REGIONS, industries=INDUSTRIES)
    return table.set_index(["profile", "region_id", "industry"]).sort_index()


def test_numbers_of_the_first_cell_by_hand() -> None:
    first = numbers().iloc[0]
    assert first["location_quotient_employment"] == pytest.approx(0.9 / 0.5)
    assert first["size_rank"] == 0.5  # the larger of two
    assert first["focus_rank"] == 0.5  # two cells of four have nine jobs in ten of their region
    assert first["quotient_rank"] == 0.5
    # Nine jobs in ten on a quarter of the area, and a quarter of the people.
    assert first["industry_density"] == pytest.approx(0.9 / 0.25)
    assert first["industry_stock"] == pytest.approx(0.9 / 0.25)
    assert first["manufacturing_quotient"] == pytest.approx(0.9 / 0.5)
    # All its manufacturing jobs are in small plants, nine in ten overall.
    assert first["small_plant_quotient"] == pytest.approx(1 / 0.9)
    assert first["sme_output_share"] == 0.8


def test_litzenberger_and_sternberg_call_the_dense_cell_a_cluster_and_no_other() -> None:
    met = told(numbers()).loc["litzenberger_sternberg", "met"]
    assert met[("R0", "C36")]
    assert not met.drop(("R0", "C36")).any()


def test_cluster_index_without_population_is_not_known() -> None:
    regions = REGIONS.assign(population=[np.nan, 300.0])
    found = numbers(regions=regions).assign(cluster_index=np.nan)
    table = told(found).loc[("litzenberger_sternberg", "R0", "C36")]
    assert pd.isna(table["met"])
    assert table["not_testable"] == "cluster_index; industry_stock"


def test_known_no_decides_though_the_rest_is_not_known() -> None:
    # Large plants make most of the output of cars in region 1; seven criteria cannot be tested.
    table = told(numbers())
    assert table.loc[("china_sme_cluster", "R1", "C36"), "met"] == False  # noqa: E712 - nullable
    assert pd.isna(table.loc[("china_sme_cluster", "R0", "C36"), "met"])


def test_chinese_standard_is_never_met_by_what_a_dataset_says() -> None:
    assert not told(numbers()).loc["china_sme_cluster", "met"].fillna(value=False).any()


def test_area_of_a_large_region_says_nothing_of_the_cluster() -> None:
    assert numbers()["area_km2"].tolist()[:2] == [50.0, 50.0]
    assert numbers()["area_km2"].isna().tolist()[2:] == [True, True]


def test_the_rule_of_the_united_kingdom_is_missed_below_ten_firms_and_never_met() -> None:
    few = told(numbers()).loc["uk_innovation_cluster"].iloc[0]
    assert not few["met"]
    assert few["failed"] == "establishments"
    many = told(numbers(), establishments=10, local_knowledge_ties=1)
    cell = many.loc["uk_innovation_cluster"].iloc[0]
    assert pd.isna(cell["met"])
    # Diverse, specialised and collaborating; whether its firms do research is not told.
    assert (cell["criteria_met"], cell["not_testable"]) == (3, "research_active")
    diverse = told(numbers(), establishments=10, location_quotient=1.0, local_knowledge_ties=0)
    assert diverse.loc["uk_innovation_cluster"].iloc[0]["failed"] == (
        "location_quotient; local_knowledge_ties"
    )


def test_stars_are_counted() -> None:
    found = numbers().assign(
        size_rank=0.05, location_quotient_employment=2.0, focus_rank=[0.1, 0.2, np.nan, 0.2]
    )
    stars = told(found).loc["european_stars"]
    assert stars["criteria_met"].tolist() == [3, 2, 2, 2]
    assert stars["met"].all()


def test_district_needs_codes_that_tell_what_manufacturing_is() -> None:
    codes = pd.DataFrame({"industry": ["3361", "C10", "x"], "parent": ["336", None, "C"]})
    assert manufacturing_industries(codes).isna().tolist() == [True, False, False]
    unknown = pd.Series([pd.NA, pd.NA], dtype="boolean")
    quotient = cell_concentration(CELLS)["location_quotient_employment"]
    found = profile_numbers(
        CELLS.assign(location_quotient_employment=quotient, cluster_index=1.0),
        sizes=SIZES,
        regions=REGIONS,
        is_manufacturing=unknown,
    )
    assert (
        found[["manufacturing_quotient", "small_plant_quotient", "main_industry"]]
        .isna()
        .all(axis=None)
    )


def test_dispersed_cells_that_no_rule_calls_a_cluster_are_counted_only() -> None:
    found = numbers()
    table = told(found, verdict="dispersed")
    assert table["met"].all()
    classification = table.reset_index()
    assert len(classification) < len(PROFILES) * len(found)


def test_every_cell_is_counted_once_by_each_rule() -> None:
    found = numbers()
    classes = pd.DataFrame(
        {
            "region_id": found["region_key"].map(REGIONS["region_id"]),
            "industry": found["industry_key"].map(INDUSTRIES["industry"]),
            "year": 2020,
            "region_name": None,
            "industry_name": None,
            "class": ["cluster", "dispersed", "dispersed", "undetermined"],
            **PUBLISHED,
        }
    )
    _, counts = profiles(found, classes, regions=REGIONS, industries=INDUSTRIES)
    cells = counts[["cells_met", "cells_not_met", "cells_not_known"]].sum(axis=1)
    assert cells.groupby(counts["profile"]).sum().eq(4).all()


def test_sizes_of_plants() -> None:
    plants = nw.from_native(
        pl.LazyFrame(
            {
                "year": 2020,
                "region_key": [0, 0, 0, 1],
                "industry_key": 0,
                "employment": [249.0, 250.0, 1000.0, None],
                "output": [1.0, 2.0, 4.0, 8.0],
            }
        )
    )
    table = cell_sizes(plants)
    columns = ["sized_jobs", "small_jobs", "sized_output", "sme_output"]
    assert table.loc[0, columns].tolist() == [1499.0, 249.0, 7.0, 3.0]
    assert table.loc[1, columns].isna().all()


def test_every_rule_names_its_source_and_its_doubts_in_three_languages() -> None:
    rules = profile_rules()
    assert set(rules["profile"]) == set(PROFILES)
    for column in ("source", "doubt_en", "doubt_zh_hant", "doubt_zh_hans", "rule_zh_hans"):
        assert rules[column].str.len().gt(5).all()
