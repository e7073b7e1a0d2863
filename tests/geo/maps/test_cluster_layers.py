"""The layer of functional clusters, and how it looks."""

import xml.etree.ElementTree as ET

import geopandas as gpd
import pytest
from shapely import box

from geo.maps.cluster_layers import functional_clusters_layer
from geo.maps.geopackage import column_aliases
from geo.maps.qml import layer_qml
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
