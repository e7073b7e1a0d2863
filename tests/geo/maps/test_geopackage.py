from __future__ import annotations

import hashlib
import io
import os
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pyogrio
import pytest

from geo.maps import geopackage
from geo.maps.geopackage import GeoPackageError, column_aliases, write_geopackage
from geo.maps.layers import map_layers
from geo.schema import RESULT_TABLES
from geo.vocabulary import Language


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


def test_file_holds_every_layer_and_two_plain_tables(path):
    assert [name for name, _ in pyogrio.list_layers(path)] == [
        "regions",
        "local_ties",
        "cells",
        "firms",
        "institutions",
        "data_dictionary",
        "about",
        "layer_styles",
    ]


def test_rows_come_back_as_they_were(path, layers):
    for layer in layers:
        back = pyogrio.read_dataframe(path, layer=layer.name)
        assert len(back) == len(layer.frame)
        assert back.crs == "EPSG:4326"
        if "class" in back:
            assert back["class"].tolist()[:11] == layer.frame["class"].tolist()[:11]


def test_not_known_stays_null(path):
    found = _query(path, "SELECT DISTINCT is_concentrated, has_ecosystem FROM cells ORDER BY 1")
    assert found == [(None, None), (0, None), (1, None)]


def test_same_layers_give_same_bytes(path, layers, tmp_path):
    again = tmp_path / path.name
    write_geopackage(again, layers, language=Language.ZH_HANS, about={"年份": "2023"})
    digests = {hashlib.sha256(p.read_bytes()).hexdigest() for p in (path, again)}
    assert len(digests) == 1


def test_version_is_one_that_older_readers_know(path):
    assert _query(path, "PRAGMA user_version") == [(10300,)]


def test_style_names_the_geometry_column_of_its_layer(path):
    styles = _query(
        path, "SELECT f_table_name, f_geometry_column, useAsDefault, styleQML FROM layer_styles"
    )
    columns = dict(_query(path, "SELECT table_name, column_name FROM gpkg_geometry_columns"))
    assert {name: column for name, column, _, _ in styles} == columns
    assert all(default == 1 for *_, default, _ in styles)
    for *_, qml in styles:
        assert ET.fromstring(qml).tag == "qgis"  # noqa: S314 - our own text


def test_classes_are_labelled_in_the_language_and_the_rest_has_a_symbol(path):
    ((qml,),) = _query(path, "SELECT styleQML FROM layer_styles WHERE f_table_name = 'regions'")
    found = {c.get("value"): c.get("label") for c in ET.fromstring(qml).iter("category")}  # noqa: S314
    assert found["cluster"] == "集群"
    assert found[""] == "无企业"
    assert len(found) == 8


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
    assert sources == [f"./jiqun.gpkg|layername={layer.name}" for layer in layers]


def test_project_lists_points_above_lines_above_regions(path):
    listed = [e.get("id") for e in _project(path).iter("layer-tree-layer")]
    assert listed == [
        f"jiqun_layer_{name}"
        for name in ("institutions", "firms", "cells", "local_ties", "regions")
    ]


def test_project_hides_cells_where_firms_are_drawn(path):
    hidden = [
        e.get("id")
        for e in _project(path).iter("layer-tree-layer")
        if e.get("checked") == "Qt::Unchecked"
    ]
    assert hidden == ["jiqun_layer_cells"]


_QGIS = """
import sys
from qgis.core import QgsApplication, QgsProject, QgsVectorLayer
app = QgsApplication([], False)
app.initQgis()
layer = QgsVectorLayer(sys.argv[1] + "|layername=regions", "regions", "ogr")
print(layer.renderer().type(), layer.renderer().categories()[0].label())
project = QgsProject.instance()
project.read("geopackage:" + sys.argv[1] + "?projectName=jiqun")
nodes = project.layerTreeRoot().findLayers()
print(sum(node.layer().isValid() for node in nodes), project.crs().toProj().split()[0])
project.clear()
del layer, project, nodes
app.exitQgis()
"""


@pytest.mark.slow
def test_qgis_opens_the_regions_coloured_and_the_project_whole(path):
    python = Path("/usr/bin/python3")
    probe = [python, "-c", "import qgis.core"]
    if not python.exists() or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("QGIS is not installed")
    done = subprocess.run(
        [python, "-c", _QGIS, path],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.stdout.split() == ["categorizedSymbol", "集群", "5", "+proj=laea"]
