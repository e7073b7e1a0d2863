from __future__ import annotations

import geopandas as gpd
import narwhals as nw
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal

from geo.maps.layers.all_layers import (
    borders_layer,
    firms_layer,
    industries_layer,
    institutions_layer,
    local_ties_layer,
    map_layers,
    region_ties_layer,
    regions_layer,
)
from geo.settings import Settings
from geo.vocabulary import Language


def _industries(inputs, **rest):
    given = {k: inputs[k] for k in ("classification", "regions", "settings")} | rest
    return industries_layer(given.pop("classification"), **given, language=Language.EN)


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
        if layer.query is None:
            assert [c.name for c in layer.columns] == [c for c in layer.frame if c != "geometry"]


def test_firms_carry_their_tier_of_the_year_in_words(inputs):
    tiers = pd.DataFrame(
        {"party_id": ["F02", "F03", "F04"], "year": [2023, 2023, 2022], "tier": ["core"] * 3}
    )
    rows = _firms(inputs, tiers=tiers).frame.set_index("firm_id")["tier"]
    assert rows[["F02", "F03"]].tolist() == ["core firm", "core firm"]
    assert rows.drop(["F02", "F03"]).isna().all()


def test_regions_and_industries_have_all_years_and_everything_else_the_last(inputs):
    for layer in map_layers(**inputs, language=Language.EN):
        if "year" in layer.frame:
            yearly = layer.name in {"regions", "industries"}
            assert set(layer.frame["year"]) == ({2021, 2022, 2023} if yearly else {2023})


def test_layers_without_rows_are_left_out(inputs):
    made = map_layers(**{**inputs, "ties": None}, language=Language.EN, year=2021)
    names = ["borders", "regions", "industries", "firms", "institutions"]
    assert [layer.name for layer in made] == names


def _regions(inputs):
    return regions_layer(
        inputs["region_classification"],
        inputs["classification"],
        regions=inputs["regions"],
        language=Language.EN,
    )


def test_region_without_establishments_is_drawn_without_class(inputs):
    last = _regions(inputs).frame.iloc[-1]
    assert (last["region_id"], last["region_name"]) == ("R11", "Region 11")
    assert last.isna()[["class", "class_label"]].all()


def test_clusters_of_a_region_are_named_and_nothing_else_is(inputs):
    names = _regions(inputs).frame.query("year == 2023").set_index("region_id")["cluster_names"]
    assert names.dropna().to_dict() == {"R05": "Garments", "R06": "Garments"}


def test_more_than_three_clusters_are_counted(inputs):
    rows = inputs["classification"].query("region_id == 'R06' and year == 2023")
    many = pd.concat([rows.assign(industry=[f"{k}{n}" for n in range(3)]) for k in "ab"])
    many = many.assign(**{"class": "cluster"})
    frame = _regions({**inputs, "classification": many}).frame
    assert frame["cluster_names"].dropna().tolist() == ["Batteries, Batteries, Cars +3"]


def test_parent_is_named_where_the_map_has_it_and_else_its_id_stands(inputs):
    parents = ["R01", "99", *[None] * 10]
    rows = borders_layer(inputs["regions"].assign(parent_id=parents)).frame
    assert rows["parent_name"].fillna("").tolist() == ["深圳", "#99", *[""] * 10]


def test_simplified_regions_stay_neighbours(inputs):
    # Twelve squares with a wavy border: 4 x 3 unit squares cover 12 square degrees.
    regions = inputs["regions"].assign(geometry=inputs["regions"].geometry.segmentize(0.01))
    layer = borders_layer(regions, max_vertices=500)
    assert shapely.get_num_coordinates(layer.frame.geometry.to_numpy()).sum() <= 500
    assert layer.frame.union_all().area == pytest.approx(12)
    assert "Simplified" in layer.description.en


def test_the_map_opens_with_the_most_clustered_industry(inputs):
    # Garments alone have a cluster.
    assert _industries(inputs).filtered == "\"industry\" = '1810'"


def test_the_map_opens_with_the_industry_that_the_dataset_names(inputs):
    settings = Settings(industries_of_interest=("9999", "3841"))
    assert _industries(inputs, settings=settings).filtered == "\"industry\" = '3841'"


def test_what_is_known_of_no_cell_is_no_column_and_no_colour(inputs):
    layer = _industries(inputs)
    assert "location_quotient" in [m.column for m in layer.measures]
    assert "confidence" not in [m.column for m in layer.measures]
    assert "confidence" not in [c.name for c in layer.columns]


def test_large_maps_keep_less_of_dispersed_cells_and_say_so(inputs, monkeypatch):
    monkeypatch.setattr("geo.maps.layers.industry_layer.MANY", 20)
    monkeypatch.setattr("geo.maps.measures.MANY", 20)
    layer = _industries(inputs)
    # 108 cells, of which six garment cells a year have a class that is not dispersed.
    details = next(table for table in layer.tables if table.name == "cell_details")
    assert len(details.frame) == 18
    assert "90 dispersed cells keep" in layer.description.en


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("Cluster. LQ 2. It would move down by losing: firms (3).", "It would move down by"),
        ("Dispersed. Missing to move up, nearest first: x. It would", "Missing to move up"),
        ("集群。區位商 2。失去企業（3），判定即下降。", "失去企業"),
        ("分散。上升尚缺（由近及遠）：企業。失去企業，判定即下降。", "上升尚缺"),
    ],
)
def test_a_reason_is_cut_where_it_turns_to_what_would_change_it(inputs, reason, change):
    cells = inputs["classification"].head(1).assign(reason=reason)
    row = _industries(inputs, classification=cells).frame.iloc[0]
    assert row["change"].startswith(change)
    assert (row["reason"] + row["change"]).replace(" ", "") == reason.replace(" ", "")


def test_ties_between_regions_are_counted_by_direction_and_kind(inputs):
    given = {k: inputs[k] for k in ("establishments", "institutions", "regions")}
    frame = region_ties_layer(inputs["ties"], **given, language=Language.EN, year=2023).frame
    # F00 of R00 supplies F07 of R03; both other ties of 2023 are inside R01.
    columns = ["from_region_id", "to_region_id", "kind_label", "ties"]
    assert frame[columns].to_numpy().tolist() == [["R00", "R03", "supply", 1]]


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
        "borders",
        "regions",
        "industries",
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
        assert_frame_equal(pd.DataFrame(one.frame), pd.DataFrame(other.frame))
