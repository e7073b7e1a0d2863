"""One GeoPackage with the layers of a map, their meanings and their styles.

What belongs here: how layers are stored so that QGIS opens them coloured and named, and so that
a reader sees the old file or the new one and never half of one. What does not: the rows
(`geo.maps.layers.all_layers`) and the look (`geo.maps.geopackage.qml`).

The file is a GeoPackage 1.3: QGIS releases before 3.34 warn about 1.4. Two calls with equal
layers write equal bytes.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.errors import GeoError
from geo.maps.geopackage.project import PROJECT_TABLE, project_row
from geo.maps.geopackage.qml import layer_qml, styles_of
from geo.schema import Column, Type
from geo.vocabulary import (
    CLASSES,
    INSTITUTION_KINDS,
    SHAPES,
    STAGES,
    TIE_KINDS,
    Language,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.maps.layers.layer import Layer, PlainTable

__all__ = ["GeoPackageError", "column_aliases", "write_geopackage"]

_GEOMETRY_COLUMN = "geom"
# Fixed, so that equal content is equal bytes.
_STAMP = "2000-01-01T00:00:00.000Z"
_STALE_SECONDS = 3600
_LONGEST_STYLE_NAME = 30


class GeoPackageError(GeoError):
    """A GeoPackage that did not come out whole; the previous one was left in place."""


def write_geopackage(
    path: Path | str, layers: Sequence[Layer], *, language: Language, about: dict[str, str]
) -> None:
    """Write `layers` to a GeoPackage at `path`, replacing what was there in one step.

    Beside the layers the file holds their styles (`layer_styles`), a QGIS project of the whole
    map, aliases and descriptions of every column, the words for coded values, metadata, and two
    plain tables for programs that read none of these: `data_dictionary`, one row per layer and
    column, and `about`. Layers with a query are views over plain tables.

    Parameters
    ----------
    path : path
        Where to write; the folder is made where it does not exist.
    layers : sequence of Layer
        Layers in drawing order; those without rows are left out, since they would only be
        entries in a legend with nothing to see. `about` says that they are.
    language : Language
        Language of titles, descriptions, aliases and legends.
    about : dict of str to str
        What a reader should know of the whole file: item -> text.

    Raises
    ------
    GeoPackageError
        If the file that was written fails the integrity check.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    full = [layer for layer in layers if len(layer.frame)]
    missing = [layer.title.in_language(language) for layer in layers if not len(layer.frame)]
    about = dict(about)
    if missing:
        about[_WITHOUT_ROWS.in_language(language)] = ", ".join(missing)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=".gpkg", dir=path.parent)
    os.close(handle)
    unfinished = Path(name)
    unfinished.unlink()  # GDAL wants to make it itself
    try:
        with _fixed_clock():
            for layer in full:
                if layer.query is None:
                    _write_layer(unfinished, layer, language)
            _write_table(unfinished, "data_dictionary", _dictionary(full, language), _DICTIONARY)
            _write_table(
                unfinished,
                "about",
                pd.DataFrame({"item": list(about), "text": list(about.values())}, dtype=object),
                _ABOUT,
            )
        _write_extras(unfinished, full, language, file_name=path.name, about=about)
        _replace(unfinished, path)
    finally:
        for left in path.parent.glob(f"{unfinished.name}*"):
            left.unlink(missing_ok=True)


def column_aliases(columns: Sequence[Column], language: Language) -> dict[str, str]:
    """Short name of each column in `language`, no two alike.

    In English it is the column's own name in words; in Chinese its meaning up to the first
    bracket, and of a question the question itself.

    Examples
    --------
    >>> from geo.schema import RESULT_TABLES
    >>> column = RESULT_TABLES["region_industry_classification"].column("chain_completeness")
    >>> column_aliases([column], Language.EN)
    {'chain_completeness': 'chain completeness'}
    """
    aliases: dict[str, str] = {}
    for column in columns:
        if language is Language.EN:
            alias = column.name.replace("_", " ")
        elif column.name in _ALIASES:
            alias = _ALIASES[column.name].in_language(language)
        else:
            alias = re.split(r"[（？]", column.meaning.in_language(language))[0].split("：")[-1]
        if alias in aliases.values() or not alias:
            alias = f"{alias} {column.name}".strip()
        aliases[column.name] = alias
    return aliases


def _write_layer(path: Path, layer: Layer, language: Language) -> None:
    import pyogrio

    pyogrio.write_dataframe(
        _typed(layer),
        path,
        layer=layer.name,
        driver="GPKG",
        geometry_type=layer.geometry_type,
        promote_to_multi=layer.geometry_type.startswith("Multi"),
        dataset_options={"VERSION": "1.3"} if not path.exists() else None,
        layer_options={
            "GEOMETRY_NAME": _GEOMETRY_COLUMN,
            "IDENTIFIER": layer.title.in_language(language),
            "DESCRIPTION": layer.description.in_language(language),
            "SPATIAL_INDEX": "YES",
        },
        append=path.exists(),
    )


def _write_table(path: Path, name: str, table: pd.DataFrame, title: Text) -> None:
    import pyogrio

    pyogrio.write_dataframe(
        table,
        path,
        layer=name,
        driver="GPKG",
        layer_options={"IDENTIFIER": title.en, "DESCRIPTION": " / ".join(title)},
        append=path.exists(),
    )


def _typed(layer: Layer) -> pd.DataFrame:
    """Rows with the types of the schema, so that a column of nulls keeps its type."""
    kinds = {
        Type.TEXT: "string",
        Type.INTEGER: "Int64",
        Type.YEAR: "Int64",
        Type.NUMBER: "float64",
        Type.YES_NO: "boolean",
    }
    typed: pd.DataFrame = layer.frame.astype({c.name: kinds[c.type] for c in layer.columns})
    return typed


@contextmanager
def _fixed_clock() -> Iterator[None]:
    """Let GDAL stamp what it writes with a fixed time."""
    import pyogrio

    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _STAMP})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _dictionary(layers: Sequence[Layer], language: Language) -> pd.DataFrame:
    rows = [
        (layer.name, c.name, aliases[c.name], c.type.value, *c.meaning)
        for layer in layers
        for aliases in [_aliases(layer, language)]
        for c in layer.columns
    ]
    names = ["layer", "column", "label", "type", "meaning_en", "meaning_zh_hant", "meaning_zh_hans"]
    return pd.DataFrame(rows, columns=names, dtype=object)


def _write_extras(
    path: Path,
    layers: Sequence[Layer],
    language: Language,
    *,
    file_name: str,
    about: dict[str, str],
) -> None:
    """Views, descriptions, coded values, styles, metadata and the project, in one transaction."""
    with closing(sqlite3.connect(path)) as connection:
        with connection:
            for statement in _TABLES:
                connection.execute(statement)
            for layer in layers:
                if layer.query is not None:
                    _write_view(connection, layer, language)
            _write_metadata(connection, layers, language, about)
            connection.executemany(
                "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', ?, 'read-write')",
                [
                    (table, "http://www.geopackage.org/spec121/#extension_schema")
                    for table in ("gpkg_data_columns", "gpkg_data_column_constraints")
                ],
            )
            for constraint, words in _ENUMS.items():
                connection.executemany(
                    "INSERT INTO gpkg_data_column_constraints "
                    "VALUES (?, 'enum', ?, NULL, NULL, NULL, NULL, ?)",
                    [(constraint, v, text.in_language(language)) for v, text in words.items()],
                )
            for layer in layers:
                _describe(connection, layer, language)
                _style(connection, layer, language)
            connection.execute(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, "
                "last_change) VALUES ('layer_styles', 'attributes', 'layer_styles', "
                "'QGIS styles of the layers', ?)",
                (_STAMP,),
            )
            if layers:
                project = project_row(
                    layers,
                    file_name=file_name,
                    language=language,
                    aliases={layer.name: _aliases(layer, language) for layer in layers},
                    source=_source(about, language),
                    stamp=_STAMP,
                )
                connection.execute(PROJECT_TABLE)
                connection.execute("INSERT INTO qgis_projects VALUES (?, ?, ?)", project)
        connection.execute("VACUUM")


def _source(about: dict[str, str], language: Language) -> str:
    """What stands below a printed map."""
    colon = ": " if language is Language.EN else "："
    return " · ".join(("jiqun", *(f"{item}{colon}{text}" for item, text in about.items())))


def _write_view(connection: sqlite3.Connection, layer: Layer, language: Language) -> None:
    """The plain tables of a layer and the view over them, as a layer of its own."""
    for table in layer.tables:
        _write_plain(connection, table, language)
    connection.execute(f'CREATE VIEW "{layer.name}" AS {layer.query}')
    west, south, east, north, srs = connection.execute(
        "SELECT min_x, min_y, max_x, max_y, srs_id FROM gpkg_contents WHERE table_name = 'borders'"
    ).fetchone()
    title, about = (text.in_language(language) for text in (layer.title, layer.description))
    connection.execute(
        "INSERT INTO gpkg_contents VALUES (?, 'features', ?, ?, ?, ?, ?, ?, ?, ?)",
        (layer.name, title, about, _STAMP, west, south, east, north, srs),
    )
    connection.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, 0, 0)",
        (layer.name, _GEOMETRY_COLUMN, layer.geometry_type.upper(), srs),
    )


def _write_plain(connection: sqlite3.Connection, table: PlainTable, language: Language) -> None:
    columns = ['"fid" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL']
    columns += [f'"{name}" {kind}' for name, kind in table.types.items()]
    connection.execute(f'CREATE TABLE "{table.name}" ({", ".join(columns)})')
    values = [table.frame.index.tolist(), *(_plain_values(table.frame[n]) for n in table.types)]
    marks = ", ".join("?" * len(values))
    connection.executemany(
        f'INSERT INTO "{table.name}" VALUES ({marks})',  # noqa: S608 - our own names
        zip(*values, strict=True),
    )
    for by in table.indexed:
        connection.execute(
            f'CREATE INDEX "{table.name}_{"_".join(by)}" ON "{table.name}" ({", ".join(by)})'
        )
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, "
        "last_change) VALUES (?, 'attributes', ?, ?, ?)",
        (table.name, table.name, table.meaning.in_language(language), _STAMP),
    )


def _plain_values(column: pd.Series[Any]) -> list[Any]:
    """Values as SQLite takes them: None for what is missing, whole numbers for yes and no."""
    is_answer = pd.api.types.is_bool_dtype(column.dtype)
    plain = (column.astype("Int64") if is_answer else column).astype(object)
    return plain.where(plain.notna(), None).tolist()


def _write_metadata(
    connection: sqlite3.Connection,
    layers: Sequence[Layer],
    language: Language,
    about: dict[str, str],
) -> None:
    """What the file is and holds, as the metadata extension stores it: one document in JSON."""
    document = {
        "title": "jiqun",
        "language": str(language),
        "about": about,
        "layers": {
            layer.name: [layer.title.in_language(language), layer.description.in_language(language)]
            for layer in layers
        },
    }
    connection.execute(
        "INSERT INTO gpkg_metadata VALUES (1, 'dataset', 'http://purl.org/dc/terms/', "
        "'application/json', ?)",
        (json.dumps(document, ensure_ascii=False),),
    )
    connection.execute(
        "INSERT INTO gpkg_metadata_reference VALUES ('geopackage', NULL, NULL, NULL, ?, 1, NULL)",
        (_STAMP,),
    )
    connection.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_metadata', ?, 'read-write')",
        [
            (table, "http://www.geopackage.org/spec121/#extension_metadata")
            for table in ("gpkg_metadata", "gpkg_metadata_reference")
        ],
    )


def _aliases(layer: Layer, language: Language) -> dict[str, str]:
    """Short names of the columns of a layer, its own first, no two alike."""
    aliases = column_aliases(layer.columns, language)
    for name, label in layer.labels.items():
        if name in aliases and label not in aliases.values():
            aliases[name] = label
    return aliases


def _describe(connection: sqlite3.Connection, layer: Layer, language: Language) -> None:
    aliases = _aliases(layer, language)
    connection.executemany(
        "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, ?)",
        [
            (
                layer.name,
                c.name,
                # GDAL takes the alias from `name`, others from `title`.
                aliases[c.name],
                aliases[c.name],
                c.meaning.in_language(language),
                _constraint(c),
            )
            for c in layer.columns
        ],
    )


def _constraint(column: Column) -> str | None:
    """Name of the coded values that are exactly those `column` allows."""
    if column.allowed is None:
        return None
    return next((n for n, words in _ENUMS.items() if set(words) == set(column.allowed)), None)


def _style(connection: sqlite3.Connection, layer: Layer, language: Language) -> None:
    """Every style of a layer, the first as the one that it opens with."""
    aliases = _aliases(layer, language)
    for place, style in enumerate(styles_of(layer)):
        connection.execute(
            "INSERT INTO layer_styles VALUES (NULL, '', '', ?, ?, ?, ?, NULL, ?, ?, '', NULL, ?)",
            (
                layer.name,
                _GEOMETRY_COLUMN,
                style.name.in_language(language)[:_LONGEST_STYLE_NAME],
                layer_qml(layer, language=language, aliases=aliases, style=style.key),
                place == 0,
                layer.description.in_language(language),
                _STAMP,
            ),
        )


def _replace(unfinished: Path, path: Path) -> None:
    """Check the file, see it on the disk, and put it in the place of the old one."""
    with closing(sqlite3.connect(unfinished)) as connection:
        verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    if verdict != "ok" or orphans:
        found = verdict if verdict != "ok" else f"{len(orphans)} broken references"
        message = f"{path} was not replaced: what was written failed its check ({found})."
        raise GeoPackageError(message)
    _sync(unfinished)
    unfinished.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(path: Path) -> None:
    """Remove what killed runs left behind; a file still being written is younger."""
    pattern = re.compile(rf"\.{re.escape(path.stem)}\.\w{{8}}\.gpkg(-\w+)?")
    for left in path.parent.glob(f".{path.stem}.*"):
        if pattern.fullmatch(left.name) and left.stat().st_mtime < time.time() - _STALE_SECONDS:
            left.unlink(missing_ok=True)


# Columns whose meaning is too long to stand above a column.
_ALIASES = {
    "class": Text("class", "類型代碼", "类型代码"),
    "class_label": Text("class label", "類型", "类型"),
    "kind": Text("kind", "類別代碼", "类别代码"),
    "kind_label": Text("kind label", "類別", "类别"),
    "family": Text("family", "類群", "类群"),
    "leading_industry": Text("leading industry", "主導行業", "主导行业"),
    "confidence": Text("confidence", "置信度", "置信度"),
    "concentration_p": Text("concentration p", "集聚機率", "集聚概率"),
    "concentration_q": Text("concentration q", "集聚機率（校正）", "集聚概率（校正）"),
    "location_quotient_employment": Text("location quotient by jobs", "就業區位商", "就业区位商"),
    "supply_ties": Text("supply ties", "供應關聯數", "供应关联数"),
}

_WITHOUT_ROWS = Text("layers without rows, left out", "無資料而略去的圖層", "无数据而略去的图层")
_DICTIONARY = Text("meaning of every column", "各欄位的含義", "各字段的含义")
_ABOUT = Text("about this file", "關於本檔案", "关于本文件")

_ENUMS: dict[str, dict[str, Text]] = {
    "class": {str(c): style.label for c, style in CLASSES.items()},
    "stage": STAGES,
    "shape": SHAPES,
    "tie_kind": TIE_KINDS,
    "institution_kind": INSTITUTION_KINDS,
    "basis": {
        "ties": Text("ties", "關聯", "关联"),
        "flows": Text("flows between regions", "區域間流量", "区域间流量"),
        "input_output": Text("input-output table", "投入產出表", "投入产出表"),
        "none": Text("none", "無", "无"),
    },
    "family": {
        "innovation": Text("innovation", "創新類", "创新类"),
        "service": Text("service", "服務類", "服务类"),
    },
}

_TABLES = (
    """CREATE TABLE IF NOT EXISTS gpkg_data_columns (
        table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
        description TEXT, mime_type TEXT, constraint_name TEXT,
        CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
        CONSTRAINT gdc_tn UNIQUE (table_name, name))""",
    """CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (
        constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT,
        min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN,
        description TEXT,
        CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value))""",
    """CREATE TABLE gpkg_metadata (
        id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL,
        md_scope TEXT NOT NULL DEFAULT 'dataset', md_standard_uri TEXT NOT NULL,
        mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '')""",
    """CREATE TABLE gpkg_metadata_reference (
        reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
        timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
        md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
        CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
        CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id))""",
    # As QGIS makes it.
    """CREATE TABLE layer_styles (
        id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
        f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
        styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN,
        description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)""",
)
