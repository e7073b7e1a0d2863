import shutil

import pandas as pd
import pytest

collect_ignore = ["session.py"]  # QGIS's own Python runs it

CELLS = "region_industry_classification"


@pytest.fixture(scope="module")
def copied(results, tmp_path_factory):
    """The results with odd texts in them, in a folder that a test may change."""
    out = tmp_path_factory.mktemp("copied") / "out"
    shutil.copytree(results, out, ignore=shutil.ignore_patterns(".jiqun"))
    path = out / f"{CELLS}.parquet"
    cells = pd.read_parquet(path)
    odd = ['a "quoted", 深灣\nname', "\\.", "", "\0", "\\N"]
    names = [*odd, *cells["region_name"].iloc[len(odd) :]]
    cells.assign(region_name=names).to_parquet(path)
    return out


@pytest.fixture(scope="module")
def database(server):
    """Name of an empty database with PostGIS."""
    return server.new_database()


@pytest.fixture(scope="module")
def exported(jiqun_once, copied, server, database):
    """The database after one export."""
    code, said, err = jiqun_once("export", copied, "--to", server.address(database))
    assert (code, err) == (0, "")
    assert said == f"The tables are in 127.0.0.1:{server.port}/{database}, schema jiqun.\n"
    return database
