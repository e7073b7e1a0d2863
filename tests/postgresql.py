"""A PostgreSQL server of the tests' own: a passing data directory on a free port."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

__all__ = ["PASSWORD", "Server", "programs", "running"]

PASSWORD = "p@ss:word/%"  # every sign that an address has to escape
ROOT_CANNOT = "postgres"  # who runs a server where the tests are run by root


@dataclass(frozen=True)
class Server:
    """A running server with the users `postgres` (all rights) and `jiqun` (none but its own)."""

    port: int
    folder: Path

    def address(self, database: str, user: str = "jiqun", password: str = PASSWORD) -> str:
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def ask(self, database: str, query: str, user: str = "postgres"):
        import psycopg

        with psycopg.connect(self.address(database, user), autocommit=True) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []

    def new_database(
        self, *, name: str = "", postgis: bool = True, owner: str = "jiqun", **choices: str
    ) -> str:
        name = name or f"d{uuid.uuid4().hex[:8]}"
        words = " ".join(f"{key} {value}" for key, value in choices.items())
        self.ask("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.ask("postgres", f"CREATE DATABASE {name} OWNER {owner} {words}")
        if postgis:
            self.ask(name, "CREATE EXTENSION postgis")
        return name


def programs() -> Path | None:
    """Folder of `initdb` and `postgres`, the newest of those that are installed with PostGIS."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name)
    )
    found = [
        path
        for path in folders
        if Path("/usr/share/postgresql", path.parent.name, "extension/postgis.control").exists()
    ]
    return found[-1] if found else None


@contextlib.contextmanager
def running():
    """A server, stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="jiqun-postgresql-"))
    try:
        with _started(folder) as port:
            server = Server(port, folder)
            server.ask("postgres", f"CREATE ROLE jiqun LOGIN PASSWORD '{PASSWORD}'")
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_nobody_special(words):
    """The words of a command for a server, which refuses to be run by root."""
    return ["runuser", "-u", ROOT_CANNOT, "--", *words] if os.getuid() == 0 else words


@contextlib.contextmanager
def _started(folder: Path):
    bin_ = programs()
    assert bin_ is not None
    data, secret = folder / "data", folder / "secret"
    secret.write_text(PASSWORD)
    if os.getuid() == 0:
        for path in (folder, secret):
            shutil.chown(path, ROOT_CANNOT)
    choices = ["-A", "scram-sha-256", "-U", "postgres", "--pwfile", secret, "-E", "UTF8"]
    make = [bin_ / "initdb", "-D", data, *choices, "--locale", "C.UTF-8", "--no-sync"]
    subprocess.run(_as_nobody_special(make), check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    start = [bin_ / "postgres", "-D", data, "-p", str(port), "-k", folder, *settings]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            _as_nobody_special(start), stdout=log, stderr=log, start_new_session=True
        )
    try:
        _await(folder, port)
        yield port
    finally:
        _stop(data)
        process.wait(timeout=30)


def _await(folder: Path, port: int) -> None:
    import psycopg

    for _ in range(150):
        with contextlib.suppress(psycopg.OperationalError):
            Server(port, folder).ask("postgres", "SELECT 1")
            return
        time.sleep(0.1)
    raise RuntimeError((folder / "log").read_text())


def _stop(data: Path) -> None:
    """End the server by the number in its own file: its connections are cut."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
