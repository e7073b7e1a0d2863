from __future__ import annotations

import base64
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.maps.figures import map_svg, markdown_image
from geo.vocabulary import CLASSES, Class, Language

SVG = "{http://www.w3.org/2000/svg}"


def _tree(svg):
    return ET.fromstring(svg)  # noqa: S314 - our own text


def _texts(svg):
    return [t.text for t in _tree(svg).iter(f"{SVG}text")]


@pytest.fixture
def mapped(region_classification, regions):
    of_year = region_classification.query("year == 2023").set_index("region_id")
    return regions.assign(
        region_name=regions["name"],
        **{"class": of_year["class"].reindex(regions["region_id"]).to_numpy()},
    )


def test_map_draws_every_region_in_the_colour_of_its_class(mapped):
    tree = _tree(map_svg(mapped, language=Language.EN))
    drawn = {
        g.get("fill"): len(g.findall(f"{SVG}path")) for g in tree.iter(f"{SVG}g") if g.get("fill")
    }
    # Region k is of class k for the first seven, then dispersed; the last has no class.
    expected = {CLASSES[c].colour: 1 for c in Class} | {"#ffffff": 1}
    expected[CLASSES[Class.DISPERSED].colour] = 5
    assert drawn == expected


def test_map_names_regions_whatever_their_names_hold(mapped):
    titles = [t.text for t in _tree(map_svg(mapped, language=Language.ZH_HANT)).iter(f"{SVG}title")]
    assert "<North>: 網絡化" in titles
    assert "Plain & Sons: 待定" in titles


def test_map_legend_counts_regions_in_the_language(mapped):
    texts = _texts(map_svg(mapped, language=Language.ZH_HANS))
    assert [t for t in texts if t.startswith(("集群", "成长"))] == ["集群 1", "成长型集群 1"]


def test_map_names_on_it_are_of_regions_above_dispersed_only(mapped):
    texts = _texts(map_svg(mapped, language=Language.EN))
    # Classes of regions 2 to 6 are above dispersed; region 0 is undetermined.
    shown = [t for t in texts if t in set(mapped["region_name"])]
    assert shown == ["Region 6", "Region 5", "Region 4", "Region 3", "<North>"]


def test_map_without_language_writes_each_label_in_all_three(mapped):
    tree = _tree(map_svg(mapped, language=None))
    languages = [t.get("lang") for t in tree.iter(f"{SVG}text") if t.get("lang")]
    assert languages == ["en", "zh-Hant", "zh-Hans"] * 8


def test_large_maps_are_simplified_until_they_fit(mapped):
    wavy = mapped.geometry.segmentize(0.001)
    points = shapely.get_coordinates(wavy.to_numpy())
    # The same shift for the same point, so that neighbours still share their borders.
    shift = 0.004 * np.sin(points.sum(axis=1) * 500)
    bent = shapely.set_coordinates(wavy.to_numpy(), points + shift[:, None])
    rough = mapped.set_geometry(bent, crs="EPSG:4326")
    assert len(map_svg(rough, language=Language.EN, max_bytes=10**7)) > 20_000
    assert len(map_svg(rough, language=Language.EN, max_bytes=8_000)) < 12_000


def test_map_across_the_180th_meridian_is_not_torn(mapped):
    moved = mapped.geometry.translate(xoff=68)  # 178 to 182 degrees
    west = moved.apply(
        lambda g: shapely.transform(g, lambda p: p - [360, 0]) if g.bounds[0] >= 180 else g
    )
    tree = _tree(
        map_svg(mapped.set_geometry(west, crs="EPSG:4326"), language=Language.EN, width=840)
    )
    # Four degrees by three at 31 north: about 381 by 333 km, not a strip around the globe.
    _, _, width, height = map(float, tree.get("viewBox").split())
    assert 600 < height < 900
    assert width == 840


def test_empty_map_is_still_a_picture(mapped):
    assert _tree(map_svg(mapped.iloc[:0], language=Language.EN)).tag == f"{SVG}svg"


def test_map_is_the_same_twice(mapped):
    assert map_svg(mapped, language=None) == map_svg(mapped, language=None)


def test_markdown_image_holds_the_picture():
    image = markdown_image("<svg>集群</svg>", "a [map]")
    assert image.startswith("![a (map)](data:image/svg+xml;base64,")
    data = image.split("base64,")[1].removesuffix(")")
    assert base64.b64decode(data).decode() == "<svg>集群</svg>"


def test_markdown_image_too_large_to_show_leaves_its_words():
    assert markdown_image("x" * 1000, "large", max_bytes=1000).startswith("*large* (1,")


def test_largest_map_fits_into_a_markdown_image(mapped):
    # 972 regions of 80 vertices, whose wavy borders are 78,000 vertices.
    tiles = gpd.GeoSeries(
        [g for i in range(9) for j in range(9) for g in mapped.translate(4 * i, 3 * j)]
    ).segmentize(0.05)
    points = shapely.get_coordinates(tiles.to_numpy())
    shift = 0.02 * np.sin(points.sum(axis=1) * 100)
    bent = shapely.set_coordinates(tiles.to_numpy(), points + shift[:, None])
    many = gpd.GeoDataFrame(
        {"region_name": "a", "class": "cluster"}, index=tiles.index, geometry=bent
    )
    assert markdown_image(map_svg(many, language=None), "map").startswith("![map]")
