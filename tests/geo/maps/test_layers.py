from __future__ import annotations

import geopandas as gpd
import narwhals as nw
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from geo.maps.layers import (
    cells_layer,
    firms_layer,
    institutions_layer,
    local_ties_layer,
    map_layers,
    regions_layer,
)
from geo.vocabulary import Language


def _cells(inputs, **rest):
    return cells_layer(
        inputs["classification"],
        regions=inputs["regions"],
        language=Language.EN,
        year=2023,
        **rest,
    )


def _firms(inputs, **rest):
    return firms_layer(
        inputs["establishments"],
        inputs["classification"],
        parties=inputs["parties"],
        regions=inputs["regions"],
        industries=inputs["industries"],
        language=Language.EN,
        year=2023,
        **rest,
    )


def _ties(inputs, **rest):
    given = {
        k: inputs[k]
        for k in ("establishments", "parties", "institutions", "region_classification", "regions")
    }
    return local_ties_layer(inputs["ties"], **given, language=Language.EN, year=2023, **rest)


def test_every_layer_has_a_meaning_for_every_column(inputs):
    for layer in map_layers(**inputs, language=Language.ZH_HANT):
        assert [c.name for c in layer.columns] == [c for c in layer.frame if c != "geometry"]


def test_firms_carry_their_tier_of_the_year_in_words(inputs):
    tiers = pd.DataFrame(
        {"party_id": ["F02", "F03", "F04"], "year": [2023, 2023, 2022], "tier": ["core"] * 3}
    )
    rows = _firms(inputs, tiers=tiers).frame.set_index("firm_id")["tier"]
    assert rows[["F02", "F03"]].tolist() == ["core firm", "core firm"]
    assert rows.drop(["F02", "F03"]).isna().all()


def test_map_shows_the_last_year_by_default(inputs):
    for layer in map_layers(**inputs, language=Language.EN):
        assert set(layer.frame["year"]) == {2023}


def test_layers_without_rows_are_left_out(inputs):
    made = map_layers(**{**inputs, "ties": None}, language=Language.EN, year=2021)
    assert [layer.name for layer in made] == ["regions", "cells", "firms", "institutions"]


def test_region_without_establishments_is_drawn_without_class(inputs):
    layer = regions_layer(
        inputs["region_classification"],
        regions=inputs["regions"],
        language=Language.EN,
        year=2023,
    )
    last = layer.frame.iloc[-1]
    assert (last["region_id"], last["region_name"]) == ("R11", "Region 11")
    assert last.isna()[["class", "class_label"]].all()


def test_simplified_regions_stay_neighbours(inputs):
    # Twelve squares with a wavy border: 4 x 3 unit squares cover 12 square degrees.
    regions = inputs["regions"].assign(geometry=inputs["regions"].geometry.segmentize(0.01))
    layer = regions_layer(
        inputs["region_classification"],
        regions=regions,
        language=Language.EN,
        year=2023,
        max_vertices=500,
    )
    assert shapely.get_num_coordinates(layer.frame.geometry.to_numpy()).sum() <= 500
    assert layer.frame.union_all().area == pytest.approx(12)
    assert "simplified" in layer.description.en


def test_cells_lie_in_their_region_and_apart(inputs):
    frame = _cells(inputs).frame
    boxes = inputs["regions"].set_index("region_id").geometry
    for region_id, rows in frame.groupby("region_id"):
        assert rows.within(boxes[region_id]).all()
        points = shapely.get_coordinates(rows.geometry.to_numpy())
        apart = np.linalg.norm(points[:, None] - points[None], axis=2)[np.triu_indices(3, 1)]
        assert apart.min() * 111_320 >= rows["symbol_size"].iloc[0]


def test_most_advanced_cell_lies_innermost(inputs):
    rows = _cells(inputs).frame.query("region_id == 'R06'")
    assert rows.iloc[0]["class_label"] == "cluster"
    away = shapely.distance(rows.geometry.to_numpy(), shapely.Point(112.5, 31.5))
    assert away.argmin() == 0


def test_large_maps_leave_out_dispersed_cells_and_say_so(inputs):
    layer = _cells(inputs, max_cells=20)
    # 36 cells, of which seven garment cells have a class of their own, one of them dispersed.
    assert len(layer.frame) == 6
    assert "30 dispersed cells are left out" in layer.description.en


def test_firm_has_the_class_of_its_cell_and_its_own_name(inputs):
    rows = _firms(inputs).frame.set_index("firm_id")
    assert rows.loc["F12", ["firm_name", "class", "industry_name", "region_name"]].tolist() == [
        "Name F12",
        "cluster",
        "Garments",
        "Region 6",
    ]


def test_too_many_firms_keep_whole_cells_of_the_most_advanced_classes(inputs):
    # Two firms each in R06 (cluster), R05 (emerging), R04 (potential): 5 has room for two cells.
    layer = _firms(inputs, max_firms=5)
    assert sorted(layer.frame["region_id"]) == ["R05", "R05", "R06", "R06"]
    assert "Of 20 firms" in layer.description.en


def test_institutions_that_closed_are_not_drawn(inputs):
    layer = institutions_layer(
        inputs["institutions"], regions=inputs["regions"], language=Language.ZH_HANS, year=2023
    )
    assert layer.frame["institution_id"].tolist() == ["B1", "U1"]
    assert layer.frame["family"].tolist() == ["service", "innovation"]
    assert layer.frame["kind_label"].tolist() == ["金融机构", "大学"]


def test_only_ties_inside_one_region_are_drawn(inputs):
    frame = _ties(inputs).frame
    assert list(zip(frame["source_id"], frame["target_id"], strict=True)) == [
        ("F02", "F03"),
        ("U1", "F02"),
    ]
    assert frame.geometry.iloc[0].wkt == "LINESTRING (111.25 30.5, 111.75 30.5)"


def test_too_many_ties_keep_whole_regions_and_say_so(inputs):
    layer = _ties(inputs, max_ties=1)
    assert len(layer.frame) == 0
    assert "Of 2 such ties" in layer.description.en


def test_official_statistics_alone_still_make_a_map(inputs):
    # Without microdata the firm-sized tables are there and empty.
    bare = {
        **inputs,
        "establishments": inputs["establishments"].filter(nw.col("firm_key") < 0),
        "ties": inputs["ties"].filter(nw.col("year") < 0),
        "parties": inputs["parties"].filter(nw.col("party_key") < 0),
        "institutions": inputs["institutions"].iloc[:0],
        "drivers": gpd.GeoDataFrame({"kind": [], "value": []}, geometry=[], crs="EPSG:4326"),
    }
    assert [layer.name for layer in map_layers(**bare, language=Language.EN)] == [
        "regions",
        "cells",
    ]


def test_row_order_of_the_inputs_changes_nothing(inputs):
    mixed = {
        **inputs,
        "classification": inputs["classification"].sample(frac=1, random_state=3),
        "region_classification": inputs["region_classification"].sample(frac=1, random_state=3),
        "institutions": inputs["institutions"].iloc[::-1],
        "ties": inputs["ties"].sort("target_key", descending=True),
        "establishments": inputs["establishments"].sort("firm_key", descending=True),
    }
    ordered = map_layers(**inputs, language=Language.EN)
    for one, other in zip(ordered, map_layers(**mixed, language=Language.EN), strict=True):
        assert_geodataframe_equal(one.frame, other.frame)
