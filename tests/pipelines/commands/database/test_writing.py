"""One export after another: readers see the old or the new, and nothing of others is touched."""

import json
import shutil
import threading

import pandas as pd
import psycopg
import pytest

from geo.schema import RESULT_TABLES
from pipelines.commands.database import export_to_database, tables, writing

CELLS, RULES = "region_industry_classification", "profile_rules"
SMALL = (CELLS, "region_classification", RULES)


@pytest.fixture
def database(server):
    return server.new_database()


@pytest.fixture
def small(results, tmp_path):
    """Three tables of the results, which a test may change."""
    out = tmp_path / "small"
    out.mkdir()
    for name in SMALL:
        shutil.copy(results / f"{name}.parquet", out)
    shutil.copy(results / "run.json", out)
    return out


@pytest.fixture
def export(server, database, small):
    def once(schema="jiqun"):
        return export_to_database(small, server.address(database), schema)

    return once


def shorten(out, rows):
    path = out / f"{CELLS}.parquet"
    pd.read_parquet(path).head(rows).to_parquet(path)


def rows(server, database, name=CELLS, schema="jiqun"):
    return server.ask(database, f"SELECT count(*) FROM {schema}.{name}")[0][0]


def relations(server, database, schema="jiqun"):
    query = (
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v') "
        f"AND relnamespace = '{schema}'::regnamespace"
    )
    return {name for (name,) in server.ask(database, query)}


def test_a_second_export_replaces_the_first_and_keeps_rights_and_views_on_it(
    server, database, small, export
):
    export()
    server.ask(database, "CREATE ROLE reader" if not has_role(server) else "SELECT 1")
    server.ask(database, f"GRANT SELECT ON jiqun.{CELLS} TO reader")
    server.ask(database, f"CREATE VIEW public.mine AS SELECT * FROM jiqun.{CELLS}")
    shorten(small, 7)
    export()
    assert rows(server, database) == rows(server, database, "mine", "public") == 7
    granted = f"SELECT has_table_privilege('reader', 'jiqun.{CELLS}', 'SELECT')"
    assert server.ask(database, granted) == [(True,)]


def test_another_language_changes_the_words_and_makes_nothing_anew(server, database, small, export):
    export()
    server.ask(database, "CREATE VIEW public.mine AS SELECT * FROM jiqun.map_industries")
    record = json.loads((small / "run.json").read_text("utf-8"))
    record["parameters"]["language"] = "zh-Hans"
    (small / "run.json").write_text(json.dumps(record), encoding="utf-8")
    export()
    said = f"SELECT obj_description('jiqun.{CELLS}'::regclass, 'pg_class')"
    assert RESULT_TABLES[CELLS].meaning.zh_hans in server.ask(database, said)[0][0]
    assert rows(server, database, "mine", "public") == rows(server, database)


def has_role(server):
    return bool(server.ask("postgres", "SELECT 1 FROM pg_roles WHERE rolname = 'reader'"))


def test_a_reader_in_the_middle_of_an_export_sees_the_old_tables_without_waiting(
    server, database, small, export, monkeypatch
):
    export()
    before = rows(server, database)
    shorten(small, 7)
    halfway, go_on = threading.Event(), threading.Event()
    fill = writing._Writing._fill

    def fill_and_wait(self, part, **rest):
        if part.name == "run":  # the last one: all others are written by now
            halfway.set()
            assert go_on.wait(60)
        fill(self, part, **rest)

    monkeypatch.setattr(writing._Writing, "_fill", fill_and_wait)
    exporting = threading.Thread(target=export)
    exporting.start()
    assert halfway.wait(60)
    query = f"SELECT count(*) FROM jiqun.{CELLS}"
    with psycopg.connect(server.address(database)) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.execute("SET statement_timeout = '10s'")
        seen = [reader.execute(query).fetchone()]
        go_on.set()
        exporting.join()
        seen.append(reader.execute(query).fetchone())
        assert rows(server, database) == 7
    assert seen == [(before,), (before,)]


def test_an_export_that_fails_halfway_changes_nothing(server, database, small, export, monkeypatch):
    export()
    before = rows(server, database)
    shorten(small, 7)

    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(writing._Writing, "_create_view", fail)
    monkeypatch.setattr(tables, "MAP_VIEW", "another")
    with pytest.raises(KeyboardInterrupt):
        export()
    assert rows(server, database) == before
    assert relations(server, database) == {*SMALL, "run", "map_industries"}


def test_two_exports_at_once_wait_for_each_other(server, database, export):
    threads = [threading.Thread(target=export) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(server, database, "run") == 1


def test_a_table_that_has_gone_from_the_results_goes_from_the_database(
    server, database, small, export
):
    export()
    (small / f"{RULES}.parquet").unlink()
    server.ask(database, "CREATE TABLE jiqun.notes (mine text)")
    export()
    assert relations(server, database) == {*SMALL, "run", "map_industries", "notes"} - {RULES}


def test_a_table_of_another_make_is_made_anew(server, database, export):
    export()
    server.ask(database, f"ALTER TABLE jiqun.{CELLS} RENAME COLUMN homogeneity TO other")
    older = "older table [jiqun 0.0.1 00000000]"
    server.ask(database, f"COMMENT ON TABLE jiqun.{CELLS} IS '{older}'")
    server.ask(database, "COMMENT ON VIEW jiqun.map_industries IS 'older [jiqun 0.0.1 00000000]'")
    export()
    query = f"SELECT count(homogeneity) >= 0 FROM jiqun.{CELLS}"
    assert server.ask(database, query) == [(True,)]


def test_a_table_of_another_make_that_something_hangs_on_is_refused(
    server, database, export, jiqun, small
):
    export()
    server.ask(database, f"CREATE VIEW public.mine AS SELECT 1 FROM jiqun.{RULES}")
    server.ask(database, f"COMMENT ON TABLE jiqun.{RULES} IS 'older [jiqun 0.0.1 00000000]'")
    code, _, err = jiqun("export", small, "--to", server.address(database))
    assert code == 2
    assert err.startswith(f"Error: {RULES} in the schema jiqun has to be made anew")
    assert rows(server, database, "mine", "public") > 0


@pytest.mark.parametrize(
    "make",
    [
        f"CREATE TABLE jiqun.{RULES} (mine text)",
        f"CREATE VIEW jiqun.{RULES} AS SELECT 'mine' AS mine",
        f"CREATE SEQUENCE jiqun.{RULES}",
    ],
)
def test_what_others_made_is_refused_in_one_sentence_and_left_alone(
    server, database, jiqun, small, make
):
    server.ask(database, f"CREATE SCHEMA jiqun AUTHORIZATION jiqun; {make}")
    code, _, err = jiqun("export", small, "--to", server.address(database))
    assert code == 2
    assert err == (
        f"Error: {RULES} in the schema jiqun was not written by jiqun and would be replaced: "
        "rename it, or choose another schema with --schema.\n"
    )
    assert relations(server, database) <= {RULES}
    assert jiqun("export", small, "--to", server.address(database), "--schema", "Other 1")[0] == 0
    assert rows(server, database, schema='"Other 1"') > 0


def test_postgis_may_stand_in_a_schema_of_its_own(server, small):
    database = server.new_database(postgis=False)
    server.ask(database, "CREATE SCHEMA gis; CREATE EXTENSION postgis SCHEMA gis")
    server.ask(database, "GRANT USAGE ON SCHEMA gis TO jiqun")
    for _ in range(2):
        export_to_database(small, server.address(database), "jiqun")
    found = server.ask(database, "SELECT type FROM gis.geometry_columns")
    assert found == [("MULTIPOLYGON",)] * 2


def test_a_key_that_does_not_hold_is_a_fault_of_ours(jiqun, server, database, small):
    path = small / f"{RULES}.parquet"
    table = pd.read_parquet(path)
    pd.concat([table, table]).to_parquet(path)
    code, _, err = jiqun("export", small, "--to", server.address(database))
    assert code == 1
    assert "a fault of jiqun itself" in err
    assert not server.ask(database, "SELECT 1 FROM pg_namespace WHERE nspname = 'jiqun'")
