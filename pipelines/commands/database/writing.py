"""Tables of a database replaced in one transaction, so that a reader sees the old or the new.

Rows are deleted and copied anew where a table is as it would be made: that hides nothing from
those who are reading, and keeps rights, and views of others, that hang on it. A table of another
make is dropped and made again.

What belongs here: the transaction. What does not: of what the tables are (`tables` beside it).
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
from typing import TYPE_CHECKING, Any

from geo.vocabulary import Text
from pipelines.cells import ResultsError
from pipelines.commands.database.address import DatabaseError, connected, place_of
from pipelines.commands.database.tables import parts_of_results, view_of
from pipelines.results import language_of_results

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import psycopg
    import pyarrow as pa
    from psycopg import sql

    from pipelines.commands.database.tables import Part, View

__all__ = ["export_to_database"]

_NO_RESULTS = Text(
    "{out} holds no results; make them first: jiqun run --out {out}.",
    "{out} 中沒有結果；請先運行：jiqun run --out {out}。",
)
_NO_POSTGIS = Text(
    "the database has no PostGIS: have its owner run CREATE EXTENSION postgis; in it.",
    "資料庫沒有 PostGIS：請由其擁有者在庫中執行 CREATE EXTENSION postgis;。",
)
_NOT_UNICODE = Text(
    "the database is encoded in {encoding}, which cannot hold every name: use one in UTF8.",
    "資料庫的編碼是 {encoding}，無法容納所有名稱：請用 UTF8 的資料庫。",
)
_BAD_SCHEMA = Text(
    "--schema cannot be {schema}: PostgreSQL keeps it, or it is empty or too long; name another.",
    "--schema 不可為 {schema}：它由 PostgreSQL 保留、為空或過長；請另取名稱。",
)
_NOT_OURS = Text(
    "{name} in the schema {schema} was not written by jiqun and would be replaced: rename it, or "
    "choose another schema with --schema.",
    "綱要 {schema} 中的 {name} 並非 jiqun 所寫，將被取代：請改其名，或以 --schema 另選綱要。",
)
_LEANT_ON = Text(
    "{name} in the schema {schema} has to be made anew, but something of yours hangs on it, such "
    "as a view: drop that first.",
    "綱要 {schema} 中的 {name} 須重建，但有您的物件（如檢視）依賴於它：請先刪除該物件。",
)
_LONGEST = 63  # bytes of a name
# After the meaning in the comment: the version, and of what make the table is.
_MARK = re.compile(r"\[jiqun \S+ ([0-9a-f]{8})\]$")


def export_to_database(out: Path, address: str, schema: str) -> str:
    """Write the published tables of `out` into a schema, and return where they are.

    Parameters
    ----------
    out : Path
        Results folder.
    address : str
        `postgresql://user@host:port/database`, as libpq reads it.
    schema : str
        Made where it is not there. Tables of an earlier export are replaced, those that have gone
        from the results are dropped, and tables of others stay.

    Raises
    ------
    ResultsError
        If there are no results.
    DatabaseError
        If the database cannot be reached or written to, or something of others would be replaced.
    """
    if not (out / "run.json").exists():
        raise ResultsError(Text(*(text.format(out=out) for text in _NO_RESULTS)))
    _assert_name(schema)
    # All from one run, also when another is published meanwhile.
    folder = (out / "run.json").resolve().parent
    language = language_of_results(folder)
    parts = parts_of_results(folder, language)
    with connected(address) as connection:
        _Writing(connection, schema).replace(parts, view_of(parts, language))
    return f"{place_of(address)}, schema {schema}"


def _assert_name(schema: str) -> None:
    size = len(schema.encode())
    is_kept = schema.startswith("pg_") or schema == "information_schema"
    if is_kept or not 0 < size <= _LONGEST or "\0" in schema:
        raise DatabaseError(_BAD_SCHEMA, schema=repr(schema))


class _Writing:
    """One transaction on one schema."""

    def __init__(self, connection: psycopg.Connection[Any], schema: str) -> None:
        self.connection = connection
        self.schema = schema

    def replace(self, parts: Sequence[Part], view: View | None) -> None:
        """Replace what an earlier export wrote by `parts` and `view`."""
        # Two exports into one schema wait for each other.
        self._do("SELECT pg_advisory_xact_lock(hashtextextended('jiqun ' || %s, 0))", self.schema)
        self._assert_can_hold()
        if not self._ask("SELECT 1 FROM pg_namespace WHERE nspname = %s", self.schema):
            self._do("CREATE SCHEMA {schema}")
        makes = {part.name: _make(part) for part in parts}
        if view is not None:
            names = [name for name, _ in view.columns]
            makes[view.name] = _fingerprint([names, makes[view.of], makes[view.shapes]])
        kept = self._without_others(makes)
        for part in parts:
            self._fill(part, is_there=part.name in kept)
            self._comment("TABLE", part.name, part.comment, makes[part.name])
            self._comment_columns(part.name, [(name, words) for name, _, words in part.columns])
        if view is not None:
            if view.name not in kept:
                self._create_view(view)
            self._comment("VIEW", view.name, view.comment, makes[view.name])
            self._comment_columns(view.name, view.columns)

    def _assert_can_hold(self) -> None:
        ((encoding,),) = self._ask("SHOW server_encoding")
        if encoding != "UTF8":
            raise DatabaseError(_NOT_UNICODE, encoding=encoding)
        found = self._ask(
            "SELECT nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace "
            "WHERE extname = 'postgis'"
        )
        if not found:
            raise DatabaseError(_NO_POSTGIS)
        # PostGIS may stand in a schema of its own; names of ours are always written in full.
        self._do("SET LOCAL search_path = {postgis}, pg_catalog", postgis=found[0][0])

    def _without_others(self, makes: dict[str, str]) -> set[str]:
        """Names that are there as they would be made, once all else of ours is dropped."""
        found = self._ask(
            "SELECT relname, relkind::text, obj_description(c.oid, 'pg_class') FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = %s",
            self.schema,
        )
        ours = {}
        for name, kind, comment in found:
            mark = _MARK.search(comment or "")
            if mark is not None and kind in {"r", "v"}:
                ours[name] = (kind, mark[1])
            elif name in makes:
                raise DatabaseError(_NOT_OURS, name=name, schema=self.schema)
        old = [name for name, (_, make) in ours.items() if makes.get(name) != make]
        # Views first: they hang on tables.
        for name in sorted(old, key=lambda name: ours[name][0] != "v"):
            self._drop("VIEW" if ours[name][0] == "v" else "TABLE", name)
        return set(ours) - set(old)

    def _drop(self, what: str, name: str) -> None:
        from psycopg import errors

        try:
            self._do(f"DROP {what} {{name}}", name=name)
        except errors.DependentObjectsStillExist as error:
            raise DatabaseError(_LEANT_ON, name=name, schema=self.schema) from error

    def _fill(self, part: Part, *, is_there: bool) -> None:
        if is_there:
            self._do("DELETE FROM {name}", name=part.name)
        else:
            self._create(part)
        self._copy(part)
        if not is_there:
            # After the rows, since one sorting is faster than many searches.
            self._index(part)
        self._do("ANALYZE {name}", name=part.name)

    def _create(self, part: Part) -> None:
        from psycopg import sql

        columns = sql.SQL(", ").join(
            # The types are words of ours, never of the data.
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind))
            for name, kind, _ in part.columns
        )
        self._do("CREATE TABLE {name} ({columns})", name=part.name, columns=columns)

    def _index(self, part: Part) -> None:
        if part.key:
            self._do("ALTER TABLE {name} ADD PRIMARY KEY ({key})", name=part.name, key=part.key)
        for column in part.indexed:
            self._do("CREATE INDEX ON {name} ({key})", name=part.name, key=(column,))
        for column in part.geometry:
            self._do("CREATE INDEX ON {name} USING gist ({key})", name=part.name, key=(column,))

    def _copy(self, part: Part) -> None:
        names = tuple(name for name, _, _ in part.columns)
        statement = self._sql(
            "COPY {name} ({key}) FROM STDIN (FORMAT csv)", name=part.name, key=names
        )
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for batch in part.batches():
                copy.write(_csv(batch.select(list(names))))

    def _create_view(self, view: View) -> None:
        from psycopg import sql

        columns = sql.SQL(", ").join(
            sql.Identifier("s" if name == "geometry" else "o", name) for name, _ in view.columns
        )
        self._do(
            "CREATE VIEW {name} AS SELECT {columns} FROM {of} o JOIN {shapes} s "
            "ON s.region_id = o.region_id AND s.year = o.year",
            name=view.name,
            columns=columns,
            of=view.of,
            shapes=view.shapes,
        )

    def _comment(self, what: str, name: str, words: str, make: str) -> None:
        from psycopg import sql

        mark = f"{words} [jiqun {importlib.metadata.version('jiqun')} {make}]"
        self._do(f"COMMENT ON {what} {{name}} IS {{words}}", name=name, words=sql.Literal(mark))

    def _comment_columns(self, table: str, columns: Sequence[tuple[str, str]]) -> None:
        from psycopg import sql

        with self.connection.pipeline():
            for name, words in columns:
                self._do(
                    "COMMENT ON COLUMN {column} IS {words}",
                    column=sql.Identifier(self.schema, table, name),
                    words=sql.Literal(words or None),
                )

    def _sql(self, statement: str, **parts: str | tuple[str, ...] | sql.Composable) -> sql.Composed:
        """A statement with names in the schema, lists of columns, and what is SQL already."""
        from psycopg import sql

        def written(word: str, part: str | tuple[str, ...] | sql.Composable) -> sql.Composable:
            if isinstance(part, tuple):
                return sql.SQL(", ").join(map(sql.Identifier, part))
            if isinstance(part, str):
                names = (part,) if word == "postgis" else (self.schema, part)
                return sql.Identifier(*names)
            return part

        words = {word: written(word, part) for word, part in parts.items()}
        return sql.SQL(statement).format(schema=sql.Identifier(self.schema), **words)

    def _do(
        self, statement: str, *values: str, **parts: str | tuple[str, ...] | sql.Composable
    ) -> None:
        self.connection.execute(self._sql(statement, **parts), values or None)

    def _ask(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(self._sql(query), values or None).fetchall()


def _make(part: Part) -> str:
    """What makes a table another: columns, types, key and indexes, but no words."""
    kinds = [(name, kind) for name, kind, _ in part.columns]
    return _fingerprint([kinds, part.key, part.indexed])


def _fingerprint(facts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:8]


def _csv(table: pa.Table) -> bytes:
    """Rows as COPY reads them: what is not known is empty, every text stands in quotes."""
    import io

    import pyarrow as pa
    from pyarrow import csv

    plain = pa.table({name: _plain(table[name]) for name in table.column_names})
    buffer = io.BytesIO()
    csv.write_csv(plain, buffer, csv.WriteOptions(include_header=False))
    return buffer.getvalue()


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column whose words are plain texts; PostgreSQL has no character of number 0."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.string())
    is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    if is_text and pc.any(pc.match_substring(column, "\0")).as_py():
        return pc.replace_substring(column, "\0", "\ufffd")
    return column
