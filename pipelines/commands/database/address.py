"""Where a database is, and what is wrong where it cannot be reached.

Texts of the driver are never passed on: they can repeat parts of the address, and with them a
password that was not written as an address asks for.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from geo.errors import GeoError
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

__all__ = ["DatabaseError", "connected", "place_of"]

_NO_DRIVER = Text(
    'writing to a database needs the driver psycopg: pip install "jiqun[postgresql]".',
    '寫入資料庫需要驅動程式 psycopg：pip install "jiqun[postgresql]"。',
)
_BAD_ADDRESS = Text(
    "the address of the database cannot be read: write postgresql://user@host:5432/database, "
    "and signs such as @ : / % in a name or password as %40 %3A %2F %25.",
    "無法讀懂資料庫位址：請寫成 postgresql://user@host:5432/database，名稱或密碼中的 @ : / % 寫作 "
    "%40 %3A %2F %25。",
)
_NO_SERVER = Text(
    "no PostgreSQL server answers at {place}: is it running, and are host and port right?",
    "{place} 沒有 PostgreSQL 伺服器回應：它是否在運行，主機與連接埠是否正確？",
)
_NO_DATABASE = Text(
    "the server at {place} has no database {database}: create it, or name another.",
    "{place} 的伺服器沒有資料庫 {database}：請建立，或另指定一個。",
    "{place} 的服务器没有数据库 {database}：请创建，或另指定一个。",
)
_NOT_LET_IN = Text(
    "the server at {place} does not let the user {user} into the database {database}: the "
    "password (of the address, PGPASSWORD or ~/.pgpass) is wrong or missing, or the user has no "
    "right to it.",
    "{place} 的伺服器不讓使用者 {user} 進入資料庫 {database}：密碼（位址中、PGPASSWORD 或 "
    "~/.pgpass）有誤或缺少，或該使用者沒有權限。",
)
_NO_ENCRYPTION = Text(
    "the server at {place} and the address do not agree on encryption: see sslmode in the address.",
    "{place} 的伺服器與位址對加密的要求不一致：請看位址中的 sslmode。",
)
_LOST = Text(
    "the connection to the database was lost; the earlier tables are untouched.",
    "與資料庫的連線中斷；先前的表未動。",
)
_NO_RIGHT = Text(
    "the user of the database lacks a right, and nothing was changed: {said}.",
    "資料庫使用者缺少權限，未作任何更動：{said}。",
)
_REFUSED = Text(
    "the database refused the tables, and nothing was changed: {said}.",
    "資料庫拒絕寫入，未作任何更動：{said}。",
)
# What the driver says, always in English, where no server was reached.
_UNREACHED = (
    "refused",
    "timeout",
    "timed out",
    "could not translate host name",
    "failed to resolve host",
    "not known",
    "No address associated",
    "Temporary failure",
    "No such file or directory",
    "unreachable",
    "No route to host",
)
_PATIENCE = 10  # seconds; without a limit an address behind a firewall is waited for for minutes


class DatabaseError(GeoError):
    """A database that cannot be reached or written to; says what to do."""

    def __init__(self, text: Text, **words: str) -> None:
        super().__init__(Text(*(part.format(**words) for part in text)))


@contextmanager
def connected(address: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection whose only transaction ends with the block: kept, or undone after an error.

    Raises
    ------
    DatabaseError
        If the driver is missing, the address cannot be read, no server answers or lets us in, or
        the server refuses what is written.
    """
    try:
        import psycopg
    except ImportError as error:
        raise DatabaseError(_NO_DRIVER) from error
    parts = _parts(address)
    try:
        connection = psycopg.connect(address, **_choices(parts))
    except psycopg.Error as error:
        # Without the cause, whose text can hold a part of the password.
        raise _unreached(str(error), parts) from None
    try:
        with connection:
            yield connection
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseError(_NO_RIGHT, said=_said(error)) from error
    except psycopg.OperationalError as error:
        text = _REFUSED if error.diag.message_primary and not connection.closed else _LOST
        raise DatabaseError(text, said=_said(error)) from error
    except psycopg.IntegrityError:
        # A key that does not hold is a fault of ours, which the log tells best.
        raise
    except psycopg.Error as error:
        raise DatabaseError(_REFUSED, said=_said(error)) from error


def place_of(address: str) -> str:
    """Host, port and database of an address, without user and password.

    Raises
    ------
    DatabaseError
        If the address cannot be read.
    """
    parts = _parts(address)
    return f"{_host(parts)}/{_database(parts)}"


def _parts(address: str) -> dict[str, Any]:
    """Parts of an address by libpq's names.

    An `@` or a `/` that is not escaped in a password moves a part of it into the host, the port or
    the database; such an address is refused before any of them is repeated.
    """
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        parts = conninfo_to_dict(address)
    except psycopg.Error:
        raise DatabaseError(_BAD_ADDRESS) from None
    ports = str(parts.get("port", "")).split(",")
    odd = any("@" in str(parts.get(name, "")) for name in ("host", "dbname"))
    if odd or any(port and not (port.isdigit() and 0 < int(port) < 65536) for port in ports):
        raise DatabaseError(_BAD_ADDRESS)
    return parts


def _choices(parts: dict[str, Any]) -> dict[str, Any]:
    """What is set besides the address."""
    choices: dict[str, Any] = {"client_encoding": "utf8", "application_name": "jiqun"}
    if "connect_timeout" not in parts and "PGCONNECT_TIMEOUT" not in os.environ:
        choices["connect_timeout"] = _PATIENCE
    return choices


def _unreached(said: str, parts: dict[str, Any]) -> DatabaseError:
    """Why there is no connection, told from what the driver says."""
    words = {"place": _host(parts), "database": _database(parts), "user": _user(parts)}
    if f'database "{words["database"]}" does not exist' in said:
        return DatabaseError(_NO_DATABASE, **words)
    if "FATAL" not in said and any(sign in said for sign in _UNREACHED):
        return DatabaseError(_NO_SERVER, **words)
    if "FATAL" not in said and "SSL" in said:
        return DatabaseError(_NO_ENCRYPTION, **words)
    return DatabaseError(_NOT_LET_IN, **words)


def _host(parts: dict[str, Any]) -> str:
    host = parts.get("host") or parts.get("hostaddr") or os.environ.get("PGHOST") or "localhost"
    return f"{host}:{parts.get('port') or os.environ.get('PGPORT') or 5432}"


def _user(parts: dict[str, Any]) -> str:
    return str(parts.get("user") or os.environ.get("PGUSER") or _who_runs_this())


def _database(parts: dict[str, Any]) -> str:
    return str(parts.get("dbname") or os.environ.get("PGDATABASE") or _user(parts))


def _who_runs_this() -> str:
    """Name of who runs this process; a container may have none for its number."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _said(error: psycopg.Error) -> str:
    """What the server says in one line; it never repeats a password."""
    said = error.diag.message_primary or str(error)
    return " ".join(said.split()).rstrip(".")
