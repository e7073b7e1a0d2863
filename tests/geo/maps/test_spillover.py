from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from geo.concentration.map_table import moran_scatter
from geo.concentration.neighbours import contiguity_graph
from geo.maps.figures import moran_scatter_svg, quadrants_svg
from geo.vocabulary import Language

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def row():
    return gpd.GeoDataFrame(geometry=[box(x, 0, x + 1, 1) for x in range(4)], crs=4326)


def texts(svg):
    return [t.text for t in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 - our own text


def test_map_of_quadrants_draws_every_region_once_in_its_colour(row):
    svg = quadrants_svg(row, pd.Series({0: "high-high", 2: "unclear"}), language=Language.EN)
    groups = ET.fromstring(svg).iter(f"{SVG}g")  # noqa: S314 - our own text
    drawn = {g.get("fill"): len(g.findall(f"{SVG}path")) for g in groups if g.get("fill")}
    assert drawn["#b2182b"] == drawn["#e4e0d8"] == 1
    assert drawn["#ffffff"] == 2
    assert sum(drawn.values()) == 4


def test_map_of_quadrants_explains_only_what_is_drawn(row):
    svg = quadrants_svg(row, pd.Series({0: "high-high", 1: "high-high"}), language=Language.ZH_HANT)
    assert texts(svg) == ["高值鄰高值", "無此行業"]


def test_slope_of_the_scatter_is_morans_i(row):
    quotients = [1.0, 2.0, 3.0, 4.0]
    cells = pd.DataFrame(
        {
            "year": 2020,
            "region_key": range(4),
            "industry_key": 0,
            "location_quotient": quotients,
        }
    )
    points = moran_scatter(cells, contiguity_graph(row), year=2020, industry_key=0)
    # Lags 2, 2, 3, 3 of 1, 2, 3, 4: (0.75 + 0.25 + 0.25 + 0.75) / 5, as Moran's I of the row.
    assert "I = 0.400" in texts(moran_scatter_svg(points, language=Language.EN))


def test_scatter_of_regions_that_are_all_alike_is_none():
    points = pd.DataFrame({"value": [1.0, 1.0], "around": [1.0, 1.0]})
    assert moran_scatter_svg(points, language=Language.EN) == ""


def test_scatter_of_many_regions_is_thinned():
    rng = np.random.default_rng(0)
    points = pd.DataFrame(rng.random((9000, 2)), columns=["value", "around"])
    svg = moran_scatter_svg(points, language=None, max_points=1000)
    assert svg.count("h0") == 1000
