"""The map as QGIS opens, draws and prints it; skipped where QGIS is not installed."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from geo.maps.geopackage.geopackage import write_geopackage
from geo.maps.layers.all_layers import map_layers
from geo.maps.palette import AROUND
from geo.vocabulary import CLASSES, Class, Language

pytestmark = pytest.mark.slow

PYTHON = Path("/usr/bin/python3")
GARMENTS = [CLASSES[c].colour for c in Class]  # region k's garments are of class k


@pytest.fixture(scope="module")
def told(inputs, tmp_path_factory):
    probe = [PYTHON, "-c", "import qgis.core"]
    if not PYTHON.exists() or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("QGIS is not installed")
    folder = tmp_path_factory.mktemp("qgis")
    file = folder / "jiqun.gpkg"
    layers = map_layers(**inputs, language=Language.ZH_HANS)
    write_geopackage(file, layers, language=Language.ZH_HANS, about={"数据集": "手造"})
    done = subprocess.run(
        [PYTHON, Path(__file__).with_name("session.py"), file, folder],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_layer_is_valid(told):
    assert told["read"]
    assert len(told["valid"]) == 7
    assert all(told["valid"].values())


def test_the_first_view_is_of_the_classes_and_stands_in_three_seconds(told):
    assert set(GARMENTS) <= set(told["first"])
    assert told["seconds"] < 3


def test_a_layer_opened_without_the_project_has_its_default_style(told):
    assert told["styled alone"] == "RuleRenderer"


def test_every_theme_shows_its_layers_in_the_colours_of_the_report(told):
    themes = told["themes"]
    assert themes["区域（按类型）"]["layers"] == ["regions"]
    assert set(GARMENTS) <= set(themes["单一行业: 类型"]["colours"])
    assert len(set(AROUND) & set(themes["单一行业: 区位商（按企业）"]["colours"])) > 2
    assert "firms" in themes["企业与机构"]["layers"]
    assert "region_ties" in themes["区域间关联"]["layers"]


def test_the_time_slider_shows_the_year_that_it_is_at(told):
    # Garments in region 6 are a cluster in 2023 alone; without a year the last one is drawn.
    cluster = CLASSES[Class.CLUSTER].colour
    assert cluster in told["years"]["2023"]
    assert cluster not in {*told["years"]["2021"], *told["years"]["2022"]}


def test_map_tip_and_form_speak_the_language(told):
    assert "服装" in told["tip"] or "Garments" in told["tip"]
    assert "判定" in told["tabs"]
    assert "是否集聚？" in told["tabs"]
    assert told["class widget"] == "ValueMap"


def test_the_slide_names_the_industry_that_the_filter_chose(told):
    first, second = told["slides"]["1810"], told["slides"]["3610"]
    assert (first["code"], second["code"]) == (0, 0)
    assert "Garments 2023" in first["words"]
    assert "Cars 2023" in second["words"]
    assert any("手造" in words for words in first["words"])
    assert first["legend follows the map"]
