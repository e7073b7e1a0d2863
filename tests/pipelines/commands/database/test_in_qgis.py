"""The database as QGIS opens it; skipped where QGIS is not installed."""

import json
import os
import subprocess
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from geo.schema import RESULT_TABLES
from tests.postgresql import PASSWORD

pytestmark = pytest.mark.slow

PYTHON = Path("/usr/bin/python3")


@pytest.fixture(scope="module")
def told(server, exported):
    probe = [PYTHON, "-c", "import qgis.core"]
    if not PYTHON.exists() or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("QGIS is not installed")
    session = Path(__file__).with_name("session.py")
    done = subprocess.run(
        [PYTHON, session, str(server.port), exported, PASSWORD],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_tables_with_geometry_open_as_layers_with_all_their_features(told, copied):
    cells = pd.read_parquet(copied / "region_industry_classification.parquet")
    rows = {
        "region_classification": len(pd.read_parquet(copied / "region_classification.parquet")),
        "functional_clusters": len(pd.read_parquet(copied / "functional_clusters.parquet")),
        "map_firms": len(gpd.read_file(copied / "maps" / "jiqun.gpkg", layer="firms")),
        "map_industries": int((cells["class"] == "cluster").sum()),
    }
    assert all(rows.values())
    for name, layer in told["layers"].items():
        assert (layer["valid"], layer["crs"]) == (True, "EPSG:4326")
        assert layer["features"] == rows[name]


def test_qgis_shows_what_tables_and_columns_mean(told):
    table = RESULT_TABLES["region_classification"]
    comments = told["layers"]["region_classification"]["comments"]
    assert comments["clusters"] == table.column("clusters").meaning.en
    assert told["tables"]["region_classification"].startswith(table.meaning.en)
    assert set(RESULT_TABLES) <= set(told["tables"])
