"""Every way in which a database cannot be used is told in one sentence, never with a password."""

import json
import socket
import sys

import pytest

from geo.vocabulary import Language
from pipelines.commands.database.address import DatabaseError, connected, place_of
from tests.postgresql import PASSWORD

TOLD = {
    Language.EN: "Error: ",
    Language.ZH_HANT: "錯誤：",
    Language.ZH_HANS: "错误：",
}


@pytest.fixture(params=Language)
def told(request, jiqun, tmp_path):
    """What `jiqun export` says of an address in a language, after the word for error."""
    record = {"parameters": {"language": str(request.param)}}
    (tmp_path / "run.json").write_text(json.dumps(record))

    def of(address, *more):
        code, out, err = jiqun("export", tmp_path, "--to", address, *more)
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
        assert err.startswith(TOLD[request.param])
        for secret in (PASSWORD, "geheim", "p%40ss"):
            assert secret not in err
        assert [path.name for path in tmp_path.iterdir()] == ["run.json"]
        return err

    return of


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:geheim@host:port/db",
        "postgresql://me:no@geheim@host/db",
        "postgresql://me:no/geheim@host/db",
        "postgresql://me:12/geheim@host/db",
        "postgresql://me:geheim%zz@host/db",
        "postgresql://me:geheim@host:99999/db",
        "postgresql://host/db?geheim=1",
        "postgres://[geheim",
    ],
)
def test_an_address_that_cannot_be_read(told, address):
    assert "postgresql://user@host:5432/database" in told(address)


def test_no_server(told):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert f"127.0.0.1:{port}" in told(f"postgresql://me:geheim@127.0.0.1:{port}/db")


def test_no_such_host(told):
    assert "nowhere.invalid:5432" in told("postgresql://me:geheim@nowhere.invalid/db")


def test_a_server_that_never_answers(monkeypatch, told):
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "2")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        assert "PostgreSQL" in told(f"postgresql://me:geheim@127.0.0.1:{port}/db")


def test_a_wrong_password(told, server):
    err = told(server.address("postgres", password="geheim"))
    assert "~/.pgpass" in err
    assert "jiqun" in err


def test_no_password(told, server, monkeypatch):
    monkeypatch.delenv("PGPASSWORD", raising=False)
    assert "~/.pgpass" in told(f"postgresql://jiqun@127.0.0.1:{server.port}/postgres")


def test_no_such_user(told, server):
    assert "~/.pgpass" in told(server.address("postgres", user="nobody"))


def test_no_such_database(told, server):
    err = told(server.address("nothing"))
    assert "nothing" in err
    assert "~/.pgpass" not in err


def test_encryption_that_the_server_does_not_offer(told, server):
    assert "sslmode" in told(server.address("postgres") + "?sslmode=require")


def test_no_postgis(told, server):
    assert "CREATE EXTENSION postgis" in told(server.address(server.new_database(postgis=False)))


def test_no_right_to_make_a_schema(told, server):
    database = server.new_database(owner="postgres")
    assert database in told(server.address(database))


def test_a_database_that_cannot_hold_every_name(told, server):
    latin = {"ENCODING": "'LATIN1'", "LOCALE": "'C'", "TEMPLATE": "template0"}
    assert "LATIN1" in told(server.address(server.new_database(postgis=False, **latin)))


@pytest.mark.parametrize("schema", ["pg_mine", "information_schema", "", "深" * 22])
def test_a_schema_that_cannot_be(told, schema):
    assert "--schema" in told("postgresql://me@host/db", "--schema", schema)


def test_a_schema_beside_a_form_of_files(told):
    assert "--schema" in told("csv", "--schema", "mine")


def test_a_missing_driver(told, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert 'pip install "jiqun[postgresql]"' in told("postgresql://me@host/db")


def test_a_connection_that_is_lost_halfway(server):
    database = server.new_database(postgis=False)

    def cut():
        with connected(server.address(database)) as connection:
            pid = connection.info.backend_pid
            server.ask("postgres", f"SELECT pg_terminate_backend({pid})")
            connection.execute("SELECT 1")

    with pytest.raises(DatabaseError, match="the connection to the database was lost"):
        cut()


def test_what_the_server_refuses_is_told_in_its_words(server):
    with (
        pytest.raises(DatabaseError, match="nothing was changed: division by zero"),
        connected(server.address("postgres")) as connection,
    ):
        connection.execute("SELECT 1 / 0")


def test_a_password_may_come_from_the_environment(server, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with connected(f"postgresql://jiqun@127.0.0.1:{server.port}/postgres") as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("jiqun",)


def test_a_place_is_told_without_user_and_password():
    assert place_of("postgresql://me:geheim@db.example:6543/map") == "db.example:6543/map"
