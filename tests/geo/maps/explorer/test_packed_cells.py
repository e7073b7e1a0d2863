import numpy as np
import pandas as pd
import pytest

from geo.maps.explorer.packed_cells import is_kept, ordered_cells, packed_cells, read_columns
from geo.settings import Thresholds

FLOORS = Thresholds()


@pytest.fixture
def cells(classification, regions, industries):
    return ordered_cells(
        classification, regions=regions["region_id"], industries=industries["industry"]
    )


def test_the_cells_of_a_year_and_industry_stand_together_by_region(cells):
    table = cells.table
    first, last = cells.starts[4], cells.starts[5]  # second year, second industry
    mine = table.iloc[first:last]
    assert set(mine["year"]) == {2022}
    assert set(mine["industry"]) == {"3610"}
    assert mine["region_id"].is_monotonic_increasing
    assert cells.starts[-1] == len(table)


def test_an_industry_without_cells_in_a_year_has_an_empty_stretch(
    classification, regions, industries
):
    some = classification[classification["industry"] != "3610"]
    found = ordered_cells(some, regions=regions["region_id"], industries=industries["industry"])
    assert found.starts[1] == found.starts[2]


def test_a_column_that_the_results_lack_is_not_offered(cells):
    without = cells._replace(table=cells.table.drop(columns="confidence"))
    assert "confidence" not in packed_cells(without, thresholds=FLOORS)


def test_a_column_of_which_nothing_is_known_is_not_offered(cells):
    assert "tie_persistence" not in packed_cells(cells, thresholds=FLOORS)


def test_a_stage_that_is_known_nowhere_is_not_offered(cells):
    unknown = cells._replace(table=cells.table.assign(stage="not_known"))
    assert "stage" not in packed_cells(unknown, thresholds=FLOORS)
    known = cells._replace(table=cells.table.assign(stage="steady"))
    assert "stage" in packed_cells(known, thresholds=FLOORS)


def test_few_cells_keep_all_their_details(cells):
    assert is_kept(cells.table, "spoken", thresholds=FLOORS).all()


def test_of_many_cells_details_are_kept_of_the_tested_and_the_spoken(monkeypatch):
    monkeypatch.setattr("geo.maps.measures.MANY", 1)
    plants = pd.Series([4, 5, 4], dtype="Int64")
    table = pd.DataFrame({"class": ["dispersed", "dispersed", "cluster"], "establishments": plants})
    assert is_kept(table, "tested", thresholds=FLOORS).tolist() == [False, True, True]
    assert is_kept(table, "spoken", thresholds=FLOORS).tolist() == [False, False, True]


def test_what_is_left_out_is_read_as_not_known(cells, monkeypatch):
    monkeypatch.setattr("geo.maps.measures.MANY", 1)
    many = cells._replace(table=cells.table.assign(effective_establishments=4.0))
    packed = packed_cells(many, thresholds=FLOORS)
    read = read_columns(many, packed, thresholds=FLOORS)["effective_establishments"]
    kept = is_kept(many.table, "tested", thresholds=FLOORS)
    assert packed["effective_establishments"].spec["kept"] == "tested"
    assert np.isnan(read).tolist() == (~kept).tolist()


def test_local_moran_is_kept_where_it_is_significant(cells):
    chances = np.where(np.arange(len(cells.table)) == 7, 0.01, 0.6)
    table = cells.table.assign(
        local_moran_q=chances, local_moran_i=1.5, local_moran_quadrant="high-high"
    )
    packed = packed_cells(cells._replace(table=table), thresholds=FLOORS)
    assert packed["significant"].numbers.tolist() == [7]
    assert packed["local_moran_i"].numbers.tolist() == [1.5]


def test_answers_are_yes_no_or_not_known(cells):
    packed = packed_cells(cells, thresholds=FLOORS)["is_concentrated"]
    assert packed.spec["words"] == ["no", "yes"]
    known = cells.table["is_concentrated"].notna().to_numpy()
    assert np.isfinite(packed.numbers).tolist() == known.tolist()
