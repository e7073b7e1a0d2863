"""What a database holds after `jiqun export`: every value, with types, keys and meanings."""

import json

import geopandas as gpd
import pandas as pd
import pandas.testing as pdt
import pyogrio
import pytest
import sqlalchemy

from geo.schema import RESULT_TABLES, Type

CELLS, REGIONS = "region_industry_classification", "region_classification"
WITH_GEOMETRY = [REGIONS, "functional_clusters", "footprints"]


@pytest.fixture(scope="module")
def engine(server, exported):
    address = server.address(exported).replace("postgresql:", "postgresql+psycopg:")
    engine = sqlalchemy.create_engine(address)
    yield engine
    engine.dispose()


def plain(table, key):
    """Rows in the order of the key, with Python's own values and None for not known."""
    values = table.astype("object").sort_values(list(key), ignore_index=True)
    return values.where(values.notna(), None)


@pytest.mark.parametrize("name", [name for name in RESULT_TABLES if name not in WITH_GEOMETRY])
def test_every_value_of_a_published_table_comes_back(engine, copied, name):
    table = RESULT_TABLES[name]
    found = pd.read_sql_table(name, engine, schema="jiqun")
    written = pd.read_parquet(copied / f"{name}.parquet")
    assert tuple(found.columns) == table.names
    key = table.key or ("table", "file", "row", "reason")
    expected = plain(written, key)
    if name == CELLS:
        # A database has no character of number 0.
        expected["region_name"] = [text.replace("\0", "\ufffd") for text in expected["region_name"]]
    pdt.assert_frame_equal(plain(found, key), expected, check_dtype=False, rtol=0, atol=0)


@pytest.mark.parametrize("name", WITH_GEOMETRY)
def test_geopandas_reads_the_same_areas_from_the_database(engine, copied, name):
    key = list(RESULT_TABLES[name].key)
    found = gpd.read_postgis(f"SELECT * FROM jiqun.{name}", engine, geom_col="geometry")
    written = gpd.read_parquet(copied / f"{name}.parquet")
    assert found.crs == "EPSG:4326"
    found, written = (t.sort_values(key, ignore_index=True) for t in (found, written))
    assert len(written)
    assert found.geometry.geom_equals(written.geometry).all()
    assert set(found.geometry.geom_type) == {"MultiPolygon"}


def test_layers_of_the_map_are_tables_with_geometry(engine, copied):
    layers = dict(pyogrio.list_layers(copied / "maps" / "jiqun.gpkg"))
    for name in ("firms", "institutions", "region_ties"):
        layer = gpd.read_file(copied / "maps" / "jiqun.gpkg", layer=name, fid_as_index=True)
        found = gpd.read_postgis(
            f"SELECT * FROM jiqun.map_{name} ORDER BY fid", engine, geom_col="geometry"
        )
        assert found["fid"].tolist() == layer.index.tolist()
        assert found.geometry.geom_equals(layer.geometry.reset_index(drop=True)).all()
        assert set(found.geometry.geom_type) == {layers[name]}


def test_cells_have_the_shape_of_their_region_in_a_view(engine, copied):
    found = gpd.read_postgis(
        "SELECT * FROM jiqun.map_industries WHERE class = 'cluster'", engine, geom_col="geometry"
    )
    cells = pd.read_parquet(copied / f"{CELLS}.parquet").query("`class` == 'cluster'")
    shapes = gpd.read_parquet(copied / f"{REGIONS}.parquet")[["region_id", "year", "geometry"]]
    both = found.merge(shapes, on=["region_id", "year"], suffixes=("", "_written"))
    assert len(both) == len(cells) > 0
    assert both.geometry.geom_equals(gpd.GeoSeries(both["geometry_written"], crs=4326)).all()


def test_types_keys_and_indexes_are_those_of_the_schema(server, exported):
    inspector = sqlalchemy.inspect(
        sqlalchemy.create_engine(
            server.address(exported).replace("postgresql:", "postgresql+psycopg:"),
            poolclass=sqlalchemy.NullPool,
        )
    )
    kinds = {
        Type.TEXT: "TEXT",
        Type.INTEGER: "BIGINT",
        Type.NUMBER: "DOUBLE PRECISION",
        Type.YES_NO: "BOOLEAN",
    }
    for name, table in RESULT_TABLES.items():
        with_types = {c["name"]: str(c["type"]) for c in inspector_columns(inspector, name)}
        for column in table.columns:
            if column.type is not Type.GEOMETRY:
                assert with_types[column.name] == kinds[column.type]
        key = inspector.get_pk_constraint(name, schema="jiqun")["constrained_columns"]
        assert tuple(key) == table.key
    indexed = {tuple(i["column_names"]) for i in inspector.get_indexes(CELLS, schema="jiqun")}
    assert indexed == {("industry",), ("year",), ("class",)}


@pytest.mark.filterwarnings("ignore:Did not recognize type 'geometry'")
def inspector_columns(inspector, name):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sqlalchemy.exc.SAWarning)
        return inspector.get_columns(name, schema="jiqun")


def test_geometry_is_registered_and_has_a_spatial_index(server, exported):
    found = server.ask(
        exported,
        "SELECT f_table_name, type, srid FROM geometry_columns WHERE f_table_schema = 'jiqun'",
    )
    kinds = {name: (kind, srid) for name, kind, srid in found}
    for name in (*WITH_GEOMETRY, "map_industries"):
        assert kinds[name] == ("MULTIPOLYGON", 4326)
    assert kinds["map_firms"] == ("POINT", 4326)
    indexed = server.ask(
        exported,
        "SELECT tablename FROM pg_indexes WHERE schemaname = 'jiqun' AND indexdef LIKE '%gist%'",
    )
    assert {name for (name,) in indexed} == set(kinds) - {"map_industries"}


def test_tables_and_columns_say_what_they_mean(server, exported):
    said = server.ask(
        exported,
        "SELECT relname, obj_description(oid, 'pg_class') FROM pg_class "
        "WHERE relnamespace = 'jiqun'::regnamespace AND relkind IN ('r', 'v')",
    )
    by_name = dict(said)
    for name, table in RESULT_TABLES.items():
        assert by_name[name].startswith(f"{table.meaning.en} [jiqun ")
    columns = server.ask(
        exported,
        "SELECT relname, attname, col_description(attrelid, attnum) FROM pg_attribute "
        "JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'jiqun'::regnamespace "
        "AND relkind IN ('r', 'v') AND attnum > 0",
    )
    assert not [row for row in columns if not row[2]]
    meanings = {(table, column): words for table, column, words in columns}
    quotient = RESULT_TABLES[CELLS].column("location_quotient").meaning.en
    assert meanings[CELLS, "location_quotient"] == quotient
    assert meanings["map_industries", "location_quotient"] == quotient


def test_the_record_of_the_run_can_be_asked(server, exported, copied):
    ((seed,),) = server.ask(exported, "SELECT record -> 'seed' FROM jiqun.run")
    assert seed == json.loads((copied / "run.json").read_text("utf-8"))["seed"]
