"""The layer of functional clusters, and how it looks."""

import xml.etree.ElementTree as ET

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely import box

from geo.maps.geopackage.geopackage import column_aliases
from geo.maps.geopackage.qml import layer_qml
from geo.maps.layers.region_layers import footprints_layer, functional_clusters_layer
from geo.schema import RESULT_TABLES
from geo.vocabulary import Language


def layer(*, year=2021):
    names = [c for c in RESULT_TABLES["functional_clusters"].names if c != "geometry"]
    rows = {c: [None, None] for c in names} | {"year": [2020, 2021], "industry_names": "Cars"}
    shapes = [box(0, 0, 1, 1), box(0, 0, 2, 1)]
    return functional_clusters_layer(gpd.GeoDataFrame(rows, geometry=shapes, crs=4326), year=year)


def test_the_layer_has_the_clusters_of_the_year_and_the_columns_of_the_schema():
    made = layer()
    assert made.frame["year"].tolist() == [2021]
    assert tuple(made.frame.columns) == RESULT_TABLES["functional_clusters"].names


@pytest.mark.parametrize("language", list(Language))
def test_it_is_an_outline_labelled_with_its_industries(language):
    made = layer()
    style = ET.fromstring(  # noqa: S314 - ours
        layer_qml(made, language=language, aliases=column_aliases(made.columns, language))
    )
    options = {o.get("name"): o.get("value") for o in style.iter("Option")}
    assert options["outline_style"] == "dash"
    assert style.find(".//text-style").get("fieldName") == '"industry_names"'
    assert made.title.in_language(language)


def test_small_footprints_are_drawn_above_large_ones_of_the_same_year():
    names = [n for n in RESULT_TABLES["footprints"].names if n != "geometry"]
    rows = pd.DataFrame(
        {
            "industry": ["C13", "C36", "C36"],
            "year": [2023, 2023, 2022],
            "footprint": 1,
            "area_km2": [80.0, 700.0, 9.0],
        }
    ).reindex(columns=names)
    shapes = [shapely.Point(0, 0).buffer(k) for k in (1, 3, 1)]
    layer = footprints_layer(gpd.GeoDataFrame(rows, geometry=shapes, crs=4326), year=2023)
    assert layer.frame["industry"].tolist() == ["C36", "C13"]
    style = ET.fromstring(layer_qml(layer, language=Language.ZH_HANT, aliases={}))  # noqa: S314 - our own
    assert style.get("labelsEnabled") == "1"
    assert style.find(".//text-style").get("fieldName") == '"industry_name"'
