import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import box

from geo.classification.tables.region_summary import region_classification
from geo.schema import RESULT_TABLES

REGIONS = gpd.GeoDataFrame(
    {"region_id": ["A", "B"], "name": ["Alpha", "Beta"]},
    geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
    crs=4326,
)


def regions_of(*cells):
    columns = ["region_id", "industry", "class", "establishments", "employment"]
    table = pd.DataFrame(cells, columns=columns).assign(year=2020, confidence=np.nan)
    return region_classification(table, REGIONS).set_index("region_id")


def test_a_region_has_the_most_advanced_class_of_its_cells():
    table = regions_of(
        ("A", "x", "agglomeration", 50, 100.0), ("A", "y", "emerging_cluster", 9, 10.0)
    )
    assert table.loc["A", ["class", "leading_industry"]].tolist() == ["emerging_cluster", "y"]


def test_the_larger_of_two_equal_classes_leads():
    table = regions_of(("A", "x", "cluster", 9, 1.0), ("A", "y", "cluster", 10, 1.0))
    assert table.loc["A", "leading_industry"] == "y"


def test_a_region_without_firms_is_dispersed_and_led_by_none():
    table = regions_of(("A", "x", "cluster", 9, 1.0))
    assert table.loc["B", "class"] == "dispersed"
    assert pd.isna(table.loc["B", "leading_industry"])


def test_jobs_in_clusters_are_shared_out_of_all_known_jobs():
    table = regions_of(("A", "x", "cluster", 9, 30.0), ("A", "y", "dispersed", 9, 90.0))
    assert table.loc["A", "employment_in_clusters_share"] == 0.25


def test_unknown_jobs_leave_the_share_open():
    table = regions_of(("A", "x", "cluster", 9, np.nan))
    assert pd.isna(table.loc["A", "employment_in_clusters_share"])


def test_columns_are_those_of_the_schema():
    table = regions_of(("A", "x", "cluster", 9, 30.0)).reset_index()
    assert set(table.columns) == set(RESULT_TABLES["region_classification"].names)
