"""Parquet where it is: one file or a folder of parts, with or without geometry."""

from __future__ import annotations

import json
import urllib.parse
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from geo.dataset.files.delimited import ROW, signature_of
from geo.errors import DatasetError
from geo.schema import RAW_TABLES
from geo.vocabulary import Text

if TYPE_CHECKING:
    from pathlib import Path

    from geo.dataset.files.folder import TableFile

__all__ = ["parquet_parts"]


class _Geometry(NamedTuple):
    """What a file says of its geometry."""

    column: str
    crs: Any
    encoding: str


def parquet_parts(file: TableFile, target: Path) -> tuple[list[tuple[str, pl.LazyFrame]], Any]:
    """Parts by name, with numbered rows, and the coordinate system of their geometry.

    Parameters
    ----------
    file : TableFile
        A Parquet file, or a folder of them.
    target : Path
        Where to write a table whose geometry has to be brought to WKB first.

    Raises
    ------
    DatasetError
        If there is no part, or one of them is no Parquet or is cut off.
    """
    if not file.parts:
        raise DatasetError(
            Text(
                f"{file.name} is a folder without Parquet files; put part files there, or take it "
                "out.",
                f"{file.name} 資料夾中沒有 Parquet 檔；請放入檔案，或移除該資料夾。",
                f"{file.name} 文件夹中没有 Parquet 文件；请放入文件，或移除该文件夹。",
            )
        )
    for path in file.parts:
        _assert_parquet(path, path.relative_to(file.path.parent).as_posix())
        _assert_footer(path)
    geometry = _geometry(file)
    if geometry is not None and geometry.encoding != "WKB":
        import geopandas as gpd

        gpd.read_parquet(file.path).to_wkb().to_parquet(target)
        return [(file.name, _renamed(_scan(target), geometry))], geometry.crs
    parts = []
    for path in file.parts:
        inside = path.relative_to(file.path.parent)
        scan = _scan(path)
        # Folders such as year=2019 hold the value of a column.
        pairs = (folder.partition("=") for folder in inside.parts[1:-1])
        for name, _, value in (p for p in pairs if p[1]):
            text = None if value == "__HIVE_DEFAULT_PARTITION__" else urllib.parse.unquote(value)
            if name not in scan.collect_schema():
                scan = scan.with_columns(pl.lit(text, dtype=pl.String).alias(name))
        parts.append((inside.as_posix(), _renamed(scan, geometry)))
    return parts, None if geometry is None else geometry.crs


def _scan(path: Path) -> pl.LazyFrame:
    return pl.scan_parquet(path, glob=False, hive_partitioning=False, row_index_name=ROW)


def _renamed(scan: pl.LazyFrame, geometry: _Geometry | None) -> pl.LazyFrame:
    """Rows whose geometry has our name, whatever the file calls it."""
    names = scan.collect_schema().names()
    if geometry is None or geometry.column not in names or "geometry" in names:
        return scan
    return scan.rename({geometry.column: "geometry"})


def _assert_parquet(path: Path, name: str) -> None:
    with path.open("rb") as stream:
        head = stream.read(4)
        stream.seek(0, 2)
        size = stream.tell()
        stream.seek(max(size - 4, 0))
        tail = stream.read(4)
    if size == 0:
        raise DatasetError(
            Text(
                f"{name} is empty; write it again, or take it out.",
                f"{name} 是空的；請重新輸出，或移除該檔。",
                f"{name} 是空的；请重新输出，或移除该文件。",
            )
        )
    if head == b"PAR1" and tail != b"PAR1":
        raise DatasetError(
            Text(
                f"{name} is cut off: the end of the Parquet file is missing; copy it again.",
                f"{name} 不完整：缺少 Parquet 檔尾；請重新複製。",
                f"{name} 不完整：缺少 Parquet 文件尾；请重新拷贝。",
            )
        )
    if head != b"PAR1":
        found = signature_of(path) or "something else"
        raise DatasetError(
            Text(
                f"{name} is not Parquet but {found}; write it again, or correct its name.",
                f"{name} 不是 Parquet（{found}）；請重新輸出，或改正檔名。",
                f"{name} 不是 Parquet（{found}）；请重新输出，或改正文件名。",
            )
        )


def _assert_footer(path: Path) -> None:
    """Stop where the table of contents is damaged, over which the engine would panic."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        pq.read_metadata(path)
    except (pa.ArrowException, OSError) as error:
        raise ValueError("it is damaged") from error


def _geometry(file: TableFile) -> _Geometry | None:
    """Geometry of GeoParquet, of either generation; None where there is none."""
    if "geometry" not in RAW_TABLES[file.table].names:
        return None
    try:
        return _told_geometry(file.parts[0])
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError("what it says of its geometry is damaged") from error


def _told_geometry(path: Path) -> _Geometry | None:
    import pyarrow.parquet as pq

    metadata = pq.read_metadata(path).metadata or {}
    if b"geo" in metadata:
        geo = json.loads(metadata[b"geo"])
        name = geo["primary_column"]
        column = geo["columns"][name]
        # The GeoParquet standard: no `crs` means longitude and latitude.
        crs = column.get("crs", "OGC:CRS84")
        return _Geometry(name, crs, str(column.get("encoding", "WKB")).upper())
    for name, dtype in pl.scan_parquet(path, glob=False).collect_schema().items():
        if isinstance(dtype, pl.BaseExtension) and dtype.ext_name() == "geoarrow.wkb":
            crs = json.loads(dtype.ext_metadata() or "{}").get("crs")
            return _Geometry(name, crs, "WKB")
    return None
