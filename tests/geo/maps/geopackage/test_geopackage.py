from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from dataclasses import replace
from xml.etree import ElementTree as ET

import pyogrio
import pytest

from geo.maps.geopackage import geopackage
from geo.maps.geopackage.geopackage import GeoPackageError, column_aliases, write_geopackage
from geo.maps.layers.all_layers import map_layers
from geo.schema import RESULT_TABLES
from geo.vocabulary import Language

_PLAIN = ["class_names", "reasons", "changes", "cells", "cell_details"]


@pytest.fixture(scope="module")
def layers(inputs):
    return map_layers(**inputs, language=Language.ZH_HANS)


@pytest.fixture(scope="module")
def path(layers, tmp_path_factory):
    file = tmp_path_factory.mktemp("maps") / "new" / "jiqun.gpkg"
    write_geopackage(file, layers, language=Language.ZH_HANS, about={"年份": "2023"})
    return file


def _query(path, sql):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_file_holds_every_layer_and_the_tables_under_the_views(path):
    plain = ["data_dictionary", "about", "layer_styles", "region_years", "industry_years", *_PLAIN]
    assert dict(pyogrio.list_layers(path).tolist()) == {
        "borders": "MultiPolygon",
        "regions": "MultiPolygon",
        "industries": "MultiPolygon",
        "region_ties": "LineString",
        "local_ties": "LineString",
        "firms": "Point",
        "institutions": "Point",
    } | dict.fromkeys(plain)


def test_rows_come_back_as_they_were(path, layers):
    for layer in layers:
        back = pyogrio.read_dataframe(path, layer=layer.name)
        assert len(back) == len(layer.frame)
        assert back.crs == "EPSG:4326"
        assert [c for c in back if c != "geometry"] == [c.name for c in layer.columns]


def test_a_view_gives_every_cell_its_polygon_and_its_own_numbers(path, classification, regions):
    back = pyogrio.read_dataframe(path, layer="industries", where="industry = '3610'")
    expected = classification[classification["industry"] == "3610"]
    keys = ["year", "region_id"]
    back, expected = back.set_index(keys).sort_index(), expected.set_index(keys).sort_index()
    assert back["location_quotient"].tolist() == expected["location_quotient"].tolist()
    assert back["class"].tolist() == expected["class"].tolist()
    polygons = regions.set_index("region_id").geometry
    assert all(g.equals(polygons[r]) for (_, r), g in back.geometry.items())


def test_the_first_day_of_the_year_is_a_date(path):
    for layer in ("regions", "industries"):
        fields = dict(zip(*[pyogrio.read_info(path, layer=layer)[k] for k in ("fields", "dtypes")],
                          strict=True))  # fmt: skip
        assert fields["from_date"] == "datetime64[ms]"
        assert fields["reason" if layer == "industries" else "class"] == "object"


def test_an_industry_is_found_without_reading_the_others(path):
    query = "EXPLAIN QUERY PLAN SELECT * FROM industries WHERE industry = '1810'"
    steps = [step for *_, step in _query(path, query)]
    assert "SEARCH i USING INDEX" in steps[0]
    assert "SEARCH c USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in steps[1]


def test_not_known_stays_null(path):
    found = _query(path, "SELECT DISTINCT is_concentrated FROM industries ORDER BY 1")
    assert found == [(None,), (0,), (1,)]


def test_same_layers_give_same_bytes(path, layers, tmp_path):
    again = tmp_path / path.name
    write_geopackage(again, layers, language=Language.ZH_HANS, about={"年份": "2023"})
    digests = {hashlib.sha256(p.read_bytes()).hexdigest() for p in (path, again)}
    assert len(digests) == 1


def test_version_is_one_that_older_readers_know(path):
    assert _query(path, "PRAGMA user_version") == [(10300,)]


def _styles(path):
    return _query(
        path,
        "SELECT f_table_name, f_geometry_column, styleName, useAsDefault, styleQML "
        "FROM layer_styles",
    )


def test_style_names_the_geometry_column_of_its_layer(path):
    columns = dict(_query(path, "SELECT table_name, column_name FROM gpkg_geometry_columns"))
    assert {name: column for name, column, *_ in _styles(path)} == columns
    for *_, qml in _styles(path):
        assert ET.fromstring(qml).tag == "qgis"  # noqa: S314 - our own text


def test_every_layer_has_one_default_style_and_others_by_name(path):
    defaults = [name for name, _, _, default, _ in _styles(path) if default]
    assert len(defaults) == len(set(defaults)) == 7
    names = [style for name, _, style, *_ in _styles(path) if name == "industries"]
    assert names[0] == "类型"
    assert "区位商（按企业）" in names


def _rules(path, layer, style="类型"):
    qml = next(q for name, _, s, _, q in _styles(path) if (name, s) == (layer, style))
    return {r.get("label"): r.get("filter") for r in ET.fromstring(qml).iter("rule")}  # noqa: S314


def test_classes_are_labelled_in_the_language_and_the_rest_has_a_symbol(path):
    found = _rules(path, "regions")
    assert "\"class\" = 'cluster'" in found["集群"]
    assert '"class" IS NULL' in found["无企业"]
    assert '"year" = 2023' in found["集群"]


def test_legend_has_what_is_there_and_nothing_else(path):
    # The last region has no establishments; every industry that there is has a class.
    assert len(_rules(path, "regions")) == 8 + 1  # one more names no labels
    assert "无企业" not in _rules(path, "industries")
    assert "未知" not in _rules(path, "industries", "区位商（按企业）")


def test_metadata_tells_what_the_file_is(path):
    ((text,),) = _query(path, "SELECT metadata FROM gpkg_metadata")
    document = json.loads(text)
    assert document["about"] == {"年份": "2023"}
    assert document["layers"]["industries"][0] == "单一行业的分布"


def test_every_column_has_an_alias_and_a_meaning(path, layers):
    found = _query(path, "SELECT table_name, column_name, name, description FROM gpkg_data_columns")
    assert {(t, c) for t, c, _, _ in found} == {(y.name, c.name) for y in layers for c in y.columns}
    assert all(name and description for *_, name, description in found)


def test_aliases_of_a_table_are_unique_in_every_language():
    for language in Language:
        for table in RESULT_TABLES.values():
            aliases = column_aliases(table.columns, language)
            assert len(set(aliases.values())) == len(table.columns)


def test_layer_without_rows_is_left_out_and_named(layers, tmp_path):
    bare = [y if y.name != "firms" else _emptied(y) for y in layers]
    write_geopackage(tmp_path / "a.gpkg", bare, language=Language.EN, about={})
    about = dict(_query(tmp_path / "a.gpkg", "SELECT item, text FROM about"))
    assert about == {"layers without rows, left out": "Firms by class of their cell"}


def _emptied(layer):
    return replace(layer, frame=layer.frame.iloc[:0])


def test_failed_write_leaves_the_old_file_and_nothing_else(layers, tmp_path, monkeypatch):
    target = tmp_path / "jiqun.gpkg"
    target.write_bytes(b"old")
    monkeypatch.setattr(geopackage, "_style", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_geopackage(target, layers, language=Language.EN, about={})
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["jiqun.gpkg"]


def test_broken_references_are_not_put_in_place(layers, tmp_path, monkeypatch):
    orphan = (
        "CREATE TABLE orphan (x REFERENCES gpkg_contents (table_name))",
        "INSERT INTO orphan VALUES ('nowhere')",
    )
    monkeypatch.setattr(geopackage, "_TABLES", (*geopackage._TABLES, *orphan))
    with pytest.raises(GeoPackageError, match="1 broken references"):
        write_geopackage(tmp_path / "jiqun.gpkg", layers, language=Language.EN, about={})


def test_what_a_killed_run_left_is_swept_and_a_younger_file_is_not(layers, tmp_path):
    stale, young = tmp_path / ".jiqun.abcdefgh.gpkg", tmp_path / ".jiqun.hgfedcba.gpkg"
    stale.touch()
    young.touch()
    os.utime(stale, (0, 0))
    write_geopackage(tmp_path / "jiqun.gpkg", layers, language=Language.EN, about={})
    assert sorted(p.name for p in tmp_path.iterdir()) == [young.name, "jiqun.gpkg"]


@pytest.mark.slow
def test_gdal_calls_the_file_valid(path):
    pytest.importorskip("osgeo_utils.samples.validate_gpkg")
    command = [sys.executable, "-m", "osgeo_utils.samples.validate_gpkg", "-k", "--extra", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _project(path):
    ((content,),) = _query(path, "SELECT content FROM qgis_projects WHERE name = 'jiqun'")
    with zipfile.ZipFile(io.BytesIO(bytes.fromhex(content))) as archive:
        return ET.fromstring(archive.read("jiqun.qgs"))  # noqa: S314 - our own text


def test_project_finds_its_layers_beside_itself(path, layers):
    sources = [e.text for e in _project(path).iter("datasource")]
    chosen = {"industries": "|subset=\"industry\" = '1810'"}
    assert sources == [
        f"./jiqun.gpkg|layername={layer.name}{chosen.get(layer.name, '')}" for layer in layers
    ]


def test_project_lists_points_above_lines_above_polygons(path):
    listed = [e.get("id") for e in _project(path).iter("layer-tree-layer")]
    assert listed == [
        f"jiqun_layer_{name}"
        for name in (
            "institutions",
            "firms",
            "local_ties",
            "region_ties",
            "industries",
            "regions",
            "borders",
        )
    ]


def test_project_opens_with_the_regions_alone(path):
    shown = [
        e.get("id")
        for e in _project(path).iter("layer-tree-layer")
        if e.get("checked") == "Qt::Checked"
    ]
    assert shown == ["jiqun_layer_regions"]


def test_every_theme_names_styles_that_its_layers_have(path):
    project = _project(path)
    styles = {
        layer.find("id").text: {e.get("name") for e in layer.iter("map-layer-style")}
        for layer in project.iter("maplayer")
    }
    themes = list(project.iter("visibility-preset"))
    assert len(themes) > 5
    for theme in themes:
        assert all(e.get("style") in styles[e.get("id")] for e in theme)


def test_time_slider_steps_through_the_years(path):
    project = _project(path)
    span = project.find("ProjectTimeSettings/TemporalRange")
    assert [e.text[:10] for e in span] == ["2021-01-01", "2024-01-01"]
    fields = {e.get("startField") for e in project.iter("temporal")}
    assert fields == {"from_date"}
