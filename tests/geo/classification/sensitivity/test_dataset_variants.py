import numpy as np
import pandas as pd
import pytest

from geo.classification.sensitivity.dataset_variants import (
    coarser_industries,
    larger_regions,
    local_as,
    merged_io_table,
)
from geo.dataset import all_cells, read_dataset
from geo.settings import Nearby

SQUARE = "POLYGON (({0} 0, {1} 0, {1} 1, {0} 1, {0} 0))"


@pytest.fixture
def dataset(tmp_path):
    """Regions A and B are in P, C is in none; C36 and C37 are one division."""
    raw = tmp_path / "raw"
    raw.mkdir()
    rows = [
        f'{r},{parent},{people},"{SQUARE.format(i, i + 1)}"'
        for i, (r, parent, people) in enumerate([("A", "P", 10), ("B", "P", 20), ("C", "", 30)])
    ]
    header = "region_id,parent_id,population,geometry"
    (raw / "regions.csv").write_text("\n".join([header, *rows]))
    (raw / "firms.csv").write_text(
        "firm_id,industry,longitude,latitude,employment,year\n"
        "f1,C36,0.5,0.5,10,2020\nf2,C37,1.5,0.5,20,2020\nf3,D10,2.5,0.5,5,2020\n"
    )
    return read_dataset(raw, into=tmp_path / "work")


def cells(dataset):
    table = all_cells(dataset)
    return {
        (dataset.regions["region_id"][r], dataset.industries["industry"][i]): n
        for r, i, n in zip(
            table["region_key"], table["industry_key"], table["employment"], strict=True
        )
    }


def test_industries_one_level_up_keep_their_firms(dataset):
    variant = coarser_industries(dataset)
    assert variant.units == {"C36": "C3", "C37": "C3", "D10": "D1"}
    assert cells(variant.dataset) == {("A", "C3"): 10, ("B", "C3"): 20, ("C", "D1"): 5}


def test_regions_become_their_parents_and_those_without_stay(dataset):
    variant = larger_regions(dataset)
    assert variant.units == {"A": "P", "B": "P", "C": "C"}
    assert cells(variant.dataset) == {("P", "C36"): 10, ("P", "C37"): 20, ("C", "D10"): 5}
    regions = variant.dataset.regions.set_index("region_id")
    assert regions.loc["P", "population"] == 30
    assert regions.loc["P", "geometry"].equals(
        dataset.regions.geometry.iloc[0].union(dataset.regions.geometry.iloc[1])
    )


def test_where_there_is_no_level_above_there_is_no_variant(dataset):
    assert coarser_industries(coarser_industries(dataset).dataset) is None
    assert larger_regions(larger_regions(dataset).dataset) is None


def test_flows_add_up_and_coefficients_are_averaged_over_users():
    table = pd.DataFrame(
        {
            "supplying_industry_key": [0, 1, 0],
            "using_industry_key": [2, 2, 3],
            "coefficient": [0.1, 0.3, 0.2],
            "flow": [10.0, 30.0, np.nan],
            "year": 2020.0,
        }
    )
    merged = merged_io_table(table, np.array([0, 0, 1, 1]))
    # Users 2 and 3 buy 0.4 and 0.2 from the suppliers together.
    assert merged[["coefficient", "flow"]].to_numpy().tolist() == [[pytest.approx(0.3), 40.0]]


@pytest.fixture
def with_links(dataset):
    """The same dataset with a tie, and with travel times where they are handed in."""

    def read(*, times=None, setting=""):
        raw = dataset.folder
        (raw / "links.csv").write_text("source_id,target_id,year\nf1,f2,2020\n")
        (raw / "dataset.yaml").write_text(setting)
        if times is not None:
            (raw / "travel_times.csv").write_text(f"from_region,to_region,minutes\n{times}\n")
        return read_dataset(raw, into=raw.parent / "again")

    return read


def test_another_notion_of_local_changes_the_setting_alone(with_links):
    variant = local_as(with_links(), local=Nearby(radius_km=20))
    assert variant.dataset.settings.local.km == 20
    assert variant.dataset.settings.thresholds == with_links().settings.thresholds
    assert variant.units == {}


def test_a_notion_that_holds_anyway_is_no_variant(with_links):
    near = with_links(setting="local: {radius_km: 20}")
    assert local_as(near, local=Nearby(radius_km=20)) is None
    assert local_as(near, local="region").dataset.settings.local == "region"
    assert local_as(with_links(), local="region") is None


def test_a_travel_time_is_asked_where_there_is_a_table(with_links):
    assert local_as(with_links(), local=Nearby(minutes=60)) is None
    by_table = local_as(with_links(times="A,B,30"), local=Nearby(minutes=60))
    assert by_table.dataset.settings.local.minutes == 60


def test_a_dataset_without_ties_has_no_notion_of_local(dataset):
    assert local_as(dataset, local=Nearby(radius_km=20)) is None


def test_ways_between_parents_are_the_shortest_between_their_parts(with_links):
    data = with_links(times="A,B,5\nA,C,90\nB,C,40\nC,B,50")
    times = larger_regions(data).dataset.travel_times
    ids = larger_regions(data).dataset.regions["region_id"]
    named = times.assign(
        start=times["from_region_key"].map(ids), end=times["to_region_key"].map(ids)
    )
    assert named[["start", "end", "minutes"]].to_numpy().tolist() == [
        ["C", "P", 50.0],
        ["P", "C", 40.0],
    ]
