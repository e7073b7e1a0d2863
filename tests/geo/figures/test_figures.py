"""Figures: what is drawn where, in which words and colours."""

from __future__ import annotations

import base64
import io
import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.colors import to_hex
from matplotlib.image import imread

from geo.errors import GeoError
from geo.figures import (
    NoFontError,
    chinese_font,
    class_categories,
    class_colours,
    class_map,
    distance_curve,
    fonts,
    local_ties_scatter,
    markdown_picture,
    measure_map,
    moran_scatter,
    new_axes,
    regions_of_industry,
    survival_curve,
)
from geo.maps.palette import ABSENT, AROUND, UNKNOWN
from geo.vocabulary import CLASSES, Class, Language

CHINESE = [Language.ZH_HANT, Language.ZH_HANS]


@pytest.fixture
def regions():
    return gpd.GeoDataFrame(
        {
            "region_id": ["a", "b", "c", "d"],
            "region_name": ["Ayton", "乙", "C$1", "D"],
            "class": ["cluster", "dispersed", "agglomeration", None],
        },
        geometry=[shapely.box(k, 0, k + 1, 1) for k in range(4)],
        crs=4326,
    )


@pytest.fixture
def chinese():
    try:
        return chinese_font()
    except NoFontError:
        pytest.skip("no font with Chinese is installed")


def colours(ax):
    return [to_hex(colour) for colour in ax.collections[0].get_facecolor()]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def saved(ax):
    """Drawing turns a character that no font has into a warning, and pytest that into an error."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax.figure.savefig(buffer, format="png", dpi=50)
    return buffer.getvalue()


def test_a_class_map_has_the_colours_of_the_report_and_counts_regions(regions):
    ax = class_map(regions, ax=new_axes())
    of = {str(c): CLASSES[c].colour for c in Class}
    assert colours(ax) == [of["cluster"], of["dispersed"], of["agglomeration"], ABSENT]
    assert legend(ax) == ["cluster 1", "agglomeration 1", "dispersed 1", "no establishments 1"]


def test_a_class_map_names_regions_above_dispersed_whatever_their_names_hold(regions):
    ax = class_map(regions, ax=new_axes())
    assert [text.get_text() for text in ax.texts] == ["Ayton", r"C\$1"]
    assert saved(ax)


def test_figures_draw_on_the_axes_that_they_are_given(regions):
    ax = new_axes()
    assert class_map(regions, ax=ax) is ax


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize("language", CHINESE)
def test_chinese_words_are_drawn_in_a_font_that_has_them(regions, language):
    ax = class_map(regions.assign(region_name="集群區域"), ax=new_axes(), language=language)
    assert legend(ax)[0] == "集群 1"
    assert saved(ax)


def test_without_a_chinese_font_a_figure_in_chinese_says_so(regions, monkeypatch):
    monkeypatch.setattr(fonts, "_found", lambda _: None)
    with pytest.raises(NoFontError, match="fonts-noto-cjk"):
        class_map(regions, ax=new_axes(), language=Language.ZH_HANS)


def test_without_a_chinese_font_chinese_names_are_left_out_of_an_english_map(regions, monkeypatch):
    monkeypatch.setattr(fonts, "_found", lambda _: None)
    ax = class_map(regions.assign(**{"class": "cluster"}), ax=new_axes())
    assert sorted(text.get_text() for text in ax.texts) == ["Ayton", r"C\$1", "D"]
    assert saved(ax)


def test_a_measure_map_tells_not_there_from_not_known(regions):
    cells = pd.DataFrame(
        {
            "region_id": ["a", "b", "c", "a"],
            "industry": ["x", "x", "x", "y"],
            "year": 2023,
            "location_quotient": [0.3, 6.0, np.nan, 9.0],
        }
    )
    drawn = regions_of_industry(cells, regions, industry="x", year=2023)
    ax = measure_map(drawn, "location_quotient", ax=new_axes())
    assert colours(ax) == [AROUND[0], AROUND[-1], UNKNOWN, ABSENT]
    assert legend(ax) == ["≥ 5", "< 0.5", "not known", "not there"]


def test_a_region_on_the_line_between_two_steps_is_in_the_upper_one(regions):
    ax = measure_map(regions.assign(location_quotient=[1.25, 1.24, 2.5, 5]), "location_quotient",
                     ax=new_axes())  # fmt: skip
    assert colours(ax) == [AROUND[3], AROUND[2], AROUND[4], AROUND[5]]


def test_what_cannot_be_mapped_is_refused_with_what_can(regions):
    with pytest.raises(GeoError, match="location_quotient"):
        measure_map(regions, "nonsense", ax=new_axes())


def test_a_region_twice_is_refused(regions):
    twice = pd.concat([regions, regions])
    with pytest.raises(GeoError, match="several years"):
        regions_of_industry(pd.DataFrame(), twice, industry="x", year=2023)


def test_the_line_of_the_moran_scatter_has_moran_s_i_as_its_slope():
    # Deviations -1, 0, 1 from 2; neighbours' means 1, 2, 3: slope (1 + 0 + 1) / 2 = 1.
    points = pd.DataFrame({"value": [1, 2, 3, np.nan], "around": [1, 2, 3, 4]})
    ax = moran_scatter(points, ax=new_axes())
    assert ax.get_title(loc="right") == "I = 1.000"


def test_regions_beyond_the_axes_of_a_moran_scatter_are_counted():
    points = pd.DataFrame({"value": [*range(99), 10_000], "around": range(100)})
    ax = moran_scatter(points, ax=new_axes(), trim=0.02)
    assert ax.get_title(loc="left") == "1 of 100 regions lie beyond the axes"
    assert moran_scatter(points, ax=new_axes(), trim=0).get_title(loc="left") == ""


def test_a_moran_scatter_of_equal_quotients_is_refused():
    with pytest.raises(GeoError, match="1 different value"):
        moran_scatter(pd.DataFrame({"value": [2, 2], "around": [1, 3]}), ax=new_axes())


@pytest.fixture
def curves():
    return pd.DataFrame(
        {
            "industry": "C36",
            "measure": "K_d",
            "distance_km": [1.0, 5.0, 10.0],
            "value": [np.nan, 0.04, 0.02],
            "low": [np.nan, 0.01, 0.01],
            "high": [np.nan, 0.02, 0.03],
        }
    )


def test_a_curve_is_drawn_in_per_cent_where_it_is_known(curves):
    ax = distance_curve(curves, "C36", ax=new_axes())
    (line,) = ax.lines
    assert line.get_xydata().tolist() == [[5, 4], [10, 2]]


def test_an_industry_without_a_curve_is_refused(curves):
    with pytest.raises(GeoError, match="C13"):
        distance_curve(curves, "C13", ax=new_axes())


def test_two_curves_at_once_are_refused(curves):
    with pytest.raises(GeoError, match="several years"):
        distance_curve(pd.concat([curves, curves]), "C36", ax=new_axes())


def test_survival_begins_with_all_and_has_no_interval_there():
    table = pd.DataFrame(
        {
            "industry": "all",
            "is_local": [True, True, False, False],
            "age": [0, 1, 0, 1],
            "survival": [1, 0.6, 1, 0.4],
            "survival_low": [np.nan, 0.5, np.nan, 0.3],
            "survival_high": [np.nan, 0.7, np.nan, 0.5],
        }
    )
    ax = survival_curve(table, ax=new_axes())
    assert ax.lines[0].get_ydata().tolist() == [100, 60]
    assert legend(ax) == ["local ties", "other ties"]
    with pytest.raises(GeoError, match="C36"):
        survival_curve(table, "C36", ax=new_axes())


def test_cells_with_more_local_ties_than_usual_stand_above_the_line():
    cells = pd.DataFrame(
        {
            "class": ["cluster", "dispersed", "dispersed"],
            "local_supply_ties": [40, 1, 0],
            "expected_local_supply_ties": [10, 2.0, 0],
        }
    )
    ax = local_ties_scatter(cells, ax=new_axes())
    dispersed, cluster = ax.collections
    assert dispersed.get_offsets().tolist() == [[2, 1]]
    assert cluster.get_offsets().tolist() == [[10, 40]]


def test_a_figure_in_markdown_is_its_picture(regions):
    image = markdown_picture(class_map(regions, ax=new_axes()), "a [map]")
    assert image.startswith("![a (map)](data:image/png;base64,")
    data = base64.b64decode(image.split("base64,")[1].removesuffix(")"))
    assert imread(io.BytesIO(data), format="png").shape[2] == 4


def test_a_figure_too_large_for_markdown_is_drawn_coarser_and_then_told_in_words(regions):
    ax = class_map(regions, ax=new_axes())
    fine, coarse = (markdown_picture(ax, "m", max_bytes=n) for n in (200_000, 10_000))
    assert len(coarse) < min(len(fine), 10_000)
    assert markdown_picture(ax, "m", max_bytes=500).startswith("*m* (")


def test_explore_takes_the_order_and_the_colours_of_the_classes(regions):
    pytest.importorskip("folium")
    pytest.importorskip("mapclassify")
    known = regions.dropna(subset="class").astype({"class": class_categories()})
    page = known.explore("class", cmap=class_colours(), tiles=None).get_root().render()
    for name in ("cluster", "dispersed", "agglomeration"):
        assert CLASSES[Class(name)].colour in page
    places = [page.index(f"</span>{c}") for c in Class if f"</span>{c}" in page]
    assert places == sorted(places)
