"""Curves over distance: what is drawn where, on the page and on the map."""

import re
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.maps.cluster_layers import footprints_layer
from geo.maps.curves import curve_svg
from geo.maps.qml import layer_qml
from geo.schema import RESULT_TABLES
from geo.vocabulary import Language, Text

CARS = {"C36": Text("cars", "汽車", "汽车"), "C13": Text("food", "食品", "食品")}


@pytest.fixture
def curves():
    return pd.DataFrame(
        {
            "industry": "C36",
            "year": 2023,
            "measure": "M",
            "distance_km": [1.0, 5.0, 10.0, 20.0],
            "value": [np.nan, 4.0, 2.0, 1.0],
            "low": [np.nan, 0.5, 0.8, 0.9],
            "high": [np.nan, 1.5, 1.2, 1.1],
        }
    )


def numbers(path):
    return [float(number) for number in re.findall(r"[\d.]+", path)]


def test_a_curve_runs_above_its_band_where_the_industry_is_concentrated(curves):
    svg = ET.fromstring(curve_svg(curves, "C36", language=Language.EN, measure="M"))  # noqa: S314 - our own
    band, line = (path.get("d") for path in svg.iter("{http://www.w3.org/2000/svg}path"))
    # Three points are known; the band goes there along its upper border and back.
    assert len(numbers(line)) == 6
    assert len(numbers(band)) == 12
    heights, upper = numbers(line)[1::2], numbers(band)[1:6:2]
    assert heights[0] < upper[0]
    assert heights[1] < upper[1]
    assert heights[2] > upper[2]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.EN, "distance, km"),
        (Language.ZH_HANT, "距離（公里）"),
        (Language.ZH_HANS, "距离（公里）"),
    ],
)
def test_a_curve_has_words_in_every_language(curves, language, words):
    assert words in curve_svg(curves, "C36", language=language, measure="M")
    assert words in curve_svg(curves, "C36", language=None, measure="M")


def test_an_industry_without_a_curve_has_no_figure(curves):
    assert curve_svg(curves, "C36", language=None, measure="K_d") == ""
    assert curve_svg(curves, "C13", language=None, measure="M") == ""


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
    assert style.find(".//text-style").get("fieldName") == "industry_name"
