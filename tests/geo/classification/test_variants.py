import numpy as np
import pandas as pd
import pytest

from geo.classification.variants import coarser_industries, larger_regions, merged_io_table
from geo.dataset import all_cells, read_dataset

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
