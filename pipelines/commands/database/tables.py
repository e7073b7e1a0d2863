"""Which tables and views a database gets from published results, and of what columns.

What belongs here: names, types, keys, indexes, comments and rows. What does not: any connection.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.schema import RESULT_TABLES, Column, Table, Type
from geo.vocabulary import Language, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    import pyarrow as pa

__all__ = ["MAP_VIEW", "Part", "View", "parts_of_results", "view_of"]

_BATCH = 32_768  # rows held at once
_FILTERED = ("region_id", "industry", "chain", "year", "class")
# Layers of the map that say nothing beyond a published table or the view over two of them.
_SAME_AS_TABLES = {"borders", "regions", "industries", "functional_clusters", "footprints"}
_CELLS, _REGIONS = "region_industry_classification", "region_classification"
MAP_VIEW = "map_industries"
_OF_VIEW = Text(
    "cells on their regions: region_industry_classification with geometry",
    "各單元及其區域：帶幾何圖形的 region_industry_classification",
)
_OF_RUN = Text("the run that the tables are from", "這些表所出自的運行")
_OF_RECORD = Text(
    "run.json: versions, seed, parameters, inputs and their hashes, rows, seconds",
    "run.json：版本、種子、參數、輸入及其雜湊、行數、秒數",
)
_OF_LAYER = Text("layer {name} of the map", "地圖圖層 {name}")
_OF_SHAPE = Text("where it is drawn", "所在位置")
_OF_NUMBER = Text("number of the feature", "圖徵編號")


@dataclass(frozen=True, kw_only=True)
class Part:
    """One table of the database and where its rows come from."""

    name: str
    comment: str
    columns: tuple[tuple[str, str, str], ...]
    """Name, PostgreSQL type and comment; geometry is `geometry(KIND,SRID)`."""
    key: tuple[str, ...]
    batches: Callable[[], Iterator[pa.Table]]
    """Rows as plain columns: geometry is the hexadecimal text of PostGIS."""

    @property
    def geometry(self) -> tuple[str, ...]:
        """Columns of geometry."""
        return tuple(name for name, kind, _ in self.columns if kind.startswith("geometry("))

    @property
    def indexed(self) -> tuple[str, ...]:
        """Columns that a reader filters by and the key does not find already."""
        names = {name for name, _, _ in self.columns}
        return tuple(name for name in _FILTERED if name in names and name not in self.key[:1])


@dataclass(frozen=True, kw_only=True)
class View:
    """A view over two tables: the rows of `of`, with the geometry of `shapes`."""

    name: str
    comment: str
    of: str
    shapes: str
    columns: tuple[tuple[str, str], ...]
    """Name and comment."""


def parts_of_results(folder: Path, language: Language) -> list[Part]:
    """Tables of the results in `folder`: those published, the map's other layers, the run."""
    published = [
        _published(table, folder / f"{name}.parquet", language)
        for name, table in RESULT_TABLES.items()
        if (folder / f"{name}.parquet").exists()
    ]
    return [*published, *_layers(folder / "maps" / "jiqun.gpkg", language), _run(folder, language)]


def view_of(parts: list[Part], language: Language) -> View | None:
    """The cells with the geometry of their regions; nothing where one of the two is missing."""
    by_name = {part.name: part for part in parts}
    if not {_CELLS, _REGIONS} <= set(by_name):
        return None
    shape = RESULT_TABLES[_REGIONS].column("geometry").meaning.in_language(language)
    columns = [(name, comment) for name, _, comment in by_name[_CELLS].columns]
    return View(
        name=MAP_VIEW,
        comment=_OF_VIEW.in_language(language),
        of=_CELLS,
        shapes=_REGIONS,
        columns=(*columns, ("geometry", shape)),
    )


def _published(table: Table, path: Path, language: Language) -> Part:
    """One published table; of geometry all are areas."""
    has_geometry = any(column.type is Type.GEOMETRY for column in table.columns)
    return Part(
        name=table.name,
        comment=table.meaning.in_language(language),
        columns=tuple(
            (c.name, _sql_type(c), c.meaning.in_language(language)) for c in table.columns
        ),
        key=table.key,
        batches=lambda: _areas(path) if has_geometry else _rows(path, table.names),
    )


def _sql_type(column: Column) -> str:
    kinds = {
        Type.TEXT: "text",
        Type.INTEGER: "bigint",
        Type.NUMBER: "double precision",
        Type.YEAR: "bigint",
        Type.YES_NO: "boolean",
        Type.GEOMETRY: "geometry(MultiPolygon,4326)",
    }
    return kinds[column.type]


def _rows(path: Path, names: tuple[str, ...]) -> Iterator[pa.Table]:
    """A table without geometry, some rows at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(path).iter_batches(_BATCH, columns=list(names)):
        yield pa.Table.from_batches([batch]).select(list(names))


def _areas(path: Path) -> Iterator[pa.Table]:
    import geopandas as gpd

    table = gpd.read_parquet(path)
    yield _as_plain(table, "MultiPolygon")


def _layers(path: Path, language: Language) -> Iterator[Part]:
    """The map's layers that are no published table: firms, institutions, ties, drivers."""
    import pyogrio

    if not path.exists():
        return
    words = pyogrio.read_dataframe(path, layer="data_dictionary", read_geometry=False)
    for name, kind in pyogrio.list_layers(path):
        if kind is not None and name not in _SAME_AS_TABLES:
            meanings = words[words["layer"] == name].set_index("column")
            yield _layer(path, name, meanings[f"meaning_{language.column_suffix}"], language)


def _layer(path: Path, name: str, meanings: pd.Series[str], language: Language) -> Part:
    import geopandas as gpd
    import pyogrio

    info = pyogrio.read_info(path, layer=name)
    kind = "Geometry" if info["geometry_type"] == "Unknown" else info["geometry_type"]

    def batches() -> Iterator[pa.Table]:
        frame = gpd.read_file(path, layer=name, fid_as_index=True)
        yield _as_plain(frame.reset_index(names="fid"), kind)

    return Part(
        name=f"map_{name}",
        comment=_OF_LAYER.in_language(language).format(name=name),
        columns=(
            ("fid", "bigint", _OF_NUMBER.in_language(language)),
            *(
                (field, _OGR_TYPES[ogr_type, subtype], str(meanings.get(field, "")))
                for field, ogr_type, subtype in zip(
                    info["fields"], info["ogr_types"], info["ogr_subtypes"], strict=True
                )
            ),
            ("geometry", f"geometry({kind},4326)", _OF_SHAPE.in_language(language)),
        ),
        key=("fid",),
        batches=batches,
    )


_OGR_TYPES = {
    ("OFTString", "OFSTNone"): "text",
    ("OFTInteger", "OFSTBoolean"): "boolean",
    ("OFTInteger64", "OFSTNone"): "bigint",
    ("OFTReal", "OFSTNone"): "double precision",
    ("OFTDateTime", "OFSTNone"): "timestamp with time zone",
}
"""Types of PostgreSQL by those that the map's layers have."""


def _as_plain(frame: gpd.GeoDataFrame, kind: str) -> pa.Table:
    """Rows with their geometry as the text that PostGIS reads, all of one kind."""
    import pandas as pd
    import pyarrow as pa
    import shapely

    shapes = frame.geometry.to_crs(4326)
    if kind.startswith("Multi"):
        shapes = shapes.map(_as_multi)
    with_srid = shapely.set_srid(shapes.to_numpy(), 4326)
    texts = shapely.to_wkb(with_srid, hex=True, include_srid=True)
    plain = pd.DataFrame(frame.drop(columns=frame.geometry.name)).assign(
        **{frame.geometry.name: pd.Series(texts, index=frame.index, dtype="str")}
    )
    return pa.Table.from_pandas(plain[list(frame.columns)], preserve_index=False)


def _as_multi(shape: Any) -> Any:  # noqa: ANN401 - shapely's kinds have no common maker
    import shapely

    return shapely.multipolygons([shape]) if shape.geom_type == "Polygon" else shape


def _run(folder: Path, language: Language) -> Part:
    """The record of the run, in a table of one row."""
    # The database's JSON knows no character of number 0, which a file's name or value may hold.
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    text = json.dumps(record, ensure_ascii=False).replace("\\u0000", "\ufffd")

    def batches() -> Iterator[pa.Table]:
        import pyarrow as pa

        yield pa.table({"record": pa.array([text], pa.string())})

    return Part(
        name="run",
        comment=_OF_RUN.in_language(language),
        columns=(("record", "jsonb", _OF_RECORD.in_language(language)),),
        key=(),
        batches=batches,
    )
