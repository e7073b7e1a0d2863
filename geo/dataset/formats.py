"""Every format to one lazy frame: our columns, numbered rows, a few plain types.

Text stays text here; what it means is found in `geo.dataset.values`. Parquet is scanned where it
is; anything else is first written to the working folder as Parquet.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

import narwhals as nw
import polars as pl

from geo.dataset.columns import assert_required, matched_columns
from geo.dataset.delimited import ROW, TOO_MANY, delimited_to_parquet, signature_of
from geo.dataset.parquet import parquet_parts
from geo.dataset.wide_tables import long_from_wide
from geo.errors import DatasetError, InputOutputError
from geo.schema import RAW_TABLES, Type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geo.dataset.folder import TableFile

__all__ = ["FAILURES", "ROW", "TOO_MANY", "Source", "cannot_be_read", "open_source"]

FAILURES = (
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    nw.exceptions.NarwhalsError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What engines and readers raise on a file that is broken."""


@dataclass(frozen=True)
class Source:
    """A table as read: columns under our names, and `_row`, counted from 0 over all parts."""

    file: TableFile
    frame: nw.LazyFrame[Any]
    rows: int
    parts: tuple[tuple[str, int], ...]
    """Name of each part, and the number of its first row."""
    crs: Any = None
    """Coordinate system of the geometry, None where the file does not say."""
    was_wide: bool = False
    """Whether rows are flows of a table that the file holds wide, suppliers by users."""

    @property
    def table(self) -> str:
        """Name of the table."""
        return self.file.table

    @property
    def name(self) -> str:
        """How messages call the file."""
        return self.file.name

    @property
    def columns(self) -> tuple[str, ...]:
        """Our columns that the file has."""
        return tuple(c for c in self.frame.collect_schema().names() if not c.startswith("_"))

    def place_of(self, row: int) -> tuple[str, int]:
        """Part that a row stands in, and its number there, the first after the header being 1."""
        part, first = next(p for p in reversed(self.parts) if p[1] <= row)
        return part, row - first + 1


def open_source(file: TableFile, *, into: Path, renames: Mapping[str, str]) -> Source:
    """Table of `file`, its columns found and brought to text, Float64, Int64 or binary.

    Parameters
    ----------
    file : TableFile
        What to read.
    into : Path
        Working folder for what is not Parquet.
    renames : mapping of str to str
        Our column name to the name in the file.

    Raises
    ------
    DatasetError
        If it cannot be read, is not what its name says, lacks a required column, or two of its
        columns are the same column of ours.
    """
    target = into / f"{file.table}.raw.parquet"
    try:
        if file.format == "parquet":
            scans, crs = parquet_parts(file, target)
        else:
            crs = {"csv": _csv, "excel": _excel, "vector": _vector}[file.format](file, target)
            scans = [(file.name, pl.scan_parquet(target, glob=False))]
        long = _long_form(file, scans, renames, into=into)
        if long is None:
            return _joined(file, scans, renames, crs=crs)
        return replace(_joined(file, [(file.name, long)], {}, crs=None), was_wide=True)
    except DatasetError:
        raise
    except FAILURES as error:
        cannot_be_read(file, error)


def _long_form(
    file: TableFile,
    scans: list[tuple[str, pl.LazyFrame]],
    renames: Mapping[str, str],
    *,
    into: Path,
) -> pl.LazyFrame | None:
    """Long form of an input-output table that is published wide; None of any other table."""
    if file.table != "io_table" or len(scans) != 1:
        return None
    found = tuple(n for n in scans[0][1].collect_schema() if n not in (ROW, TOO_MANY))
    known = {n: theirs for n, theirs in renames.items() if theirs in found}
    if {"supplying_industry", "using_industry"} <= set(matched_columns(file, found, renames=known)):
        return None
    wide = scans[0][1].select(found).collect().to_pandas()
    try:
        long = long_from_wide(wide, codes=known.get("supplying_industry"))
    except InputOutputError:
        return None  # what is missing is told of the table as it is
    target = into / "io_table.long.parquet"
    pl.from_pandas(long, nan_to_null=True).with_row_index(ROW).write_parquet(target)
    return pl.scan_parquet(target, glob=False)


_OWN_SUFFIXES = {
    "a Parquet file": (".parquet", ".pq", ".geoparquet"),
    "a ZIP archive or an Excel file": (".xlsx",),
    "a GeoPackage or SQLite file": (".gpkg",),
}


def cannot_be_read(file: TableFile, error: BaseException) -> NoReturn:
    """Say in one sentence that `file` is not what its name says.

    Raises
    ------
    DatasetError
        Always.
    """
    expected = {
        "parquet": "Parquet", "csv": "CSV", "excel": "an Excel workbook (.xlsx)",
        "vector": "a map layer",
    }[file.format]  # fmt: skip
    path = file.path
    why = " ".join(str(error).split()) or type(error).__name__
    if path.is_file():
        found = signature_of(path)
        if path.stat().st_size == 0:
            raise DatasetError(f"{file.name} is empty; put rows there, or take it out.") from error
        if found is not None:
            is_own = path.suffix.lower() in _OWN_SUFFIXES.get(found, ())
            why = "it is damaged" if is_own else f"it looks like {found}"
    raise DatasetError(
        f"{file.name} cannot be read as {expected}: {why[:160].rstrip('.')}; "
        "write it again, or correct its name."
    ) from error


def _joined(
    file: TableFile,
    scans: list[tuple[str, pl.LazyFrame]],
    renames: Mapping[str, str],
    *,
    crs: Any,  # noqa: ANN401
) -> Source:
    table = RAW_TABLES[file.table]
    is_short = file.path.suffix.lower() == ".shp"
    frames: list[pl.LazyFrame] = []
    parts: list[tuple[str, int]] = []
    seen: dict[str, None] = {}
    first = 0
    for name, scan in scans:
        schema = dict(scan.collect_schema())
        found = tuple(n for n in schema if n not in (ROW, TOO_MANY))
        seen |= dict.fromkeys(found)
        ours = matched_columns(
            file, found, renames=_in_file(renames, found, len(scans)), ten_letters=is_short
        )
        columns = [
            _plain(theirs, schema[theirs], table.column(column).type, file).alias(column)
            for column, theirs in ours.items()
        ]
        more = [pl.col(TOO_MANY)] if TOO_MANY in schema else []
        frames.append(scan.select(pl.col(ROW).cast(pl.Int64) + first, *columns, *more))
        parts.append((name, first))
        first += int(scan.select(pl.len()).collect().item())
    frame = pl.concat(_alike(frames), how="diagonal") if len(frames) > 1 else frames[0]
    source = Source(file, nw.from_native(frame), first, tuple(parts), crs)
    assert_required(file, source.columns, found=tuple(seen))
    return source


def _in_file(renames: Mapping[str, str], found: tuple[str, ...], parts: int) -> dict[str, str]:
    # Of several parts, one may lack a column that another has.
    return {o: t for o, t in renames.items() if parts == 1 or t in found}


def _alike(frames: list[pl.LazyFrame]) -> list[pl.LazyFrame]:
    """Parts whose columns have one type: text where they differ."""
    schemas = [frame.collect_schema() for frame in frames]
    names = dict.fromkeys(name for schema in schemas for name in schema)
    mixed = [n for n in names if len({s[n] for s in schemas if n in s}) > 1]
    return [
        frame.with_columns(pl.col(n).cast(pl.String) for n in mixed if n in schema)
        for frame, schema in zip(frames, schemas, strict=True)
    ]


def _plain(name: str, dtype: pl.DataType, wanted: Type, file: TableFile) -> pl.Expr:
    """Column as String, Float64 or Int64 (binary or text for geometry)."""
    column = pl.col(name)
    if dtype.is_extension():
        column, dtype = column.ext.storage(), dtype.ext_storage()  # type: ignore[attr-defined]
    if dtype.is_nested() or dtype.is_object():
        raise DatasetError(
            f"{file.name}: the column {name} holds lists or records; write one value a row."
        )
    if wanted is Type.GEOMETRY:
        return column
    if wanted in (Type.NUMBER, Type.INTEGER):
        return column.cast(pl.Float64) if dtype.is_numeric() else column.cast(pl.String)
    if wanted is Type.YEAR and dtype.is_integer():
        return column.cast(pl.Int64)
    if dtype.is_float():
        # Codes and years become floats where a table had gaps: 3711.0 is meant as 3711.
        is_whole = (column == column.round()) & (column.abs() < 2**53)
        whole = column.cast(pl.Int64, strict=False).cast(pl.String)
        return (
            pl.when(column.is_nan())
            .then(None)
            .when(is_whole)
            .then(whole)
            .otherwise(column.cast(pl.String))
        )
    return column.cast(pl.String, strict=dtype != pl.Binary)


def _csv(file: TableFile, target: Path) -> None:
    delimited_to_parquet(file, target)


def _vector(file: TableFile, target: Path) -> Any:  # noqa: ANN401 - what pyproj reads
    import pyogrio

    path = file.path
    with path.open("rb") as stream:
        head = stream.read(512).lstrip(b"\xef\xbb\xbf \t\r\n")
    # GDAL would try every format that it knows, whatever the name says.
    if not head.startswith(_VECTOR_STARTS[path.suffix.lower()]):
        raise ValueError("its first bytes are those of something else")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        meta, table = pyogrio.read_arrow(
            path, layer=_layer(file), encoding=_shapefile_encoding(path), datetime_as_string=True
        )
    name = meta["geometry_name"] or "wkb_geometry"
    frame = pl.DataFrame(pl.from_arrow(table))
    if name not in frame.columns:
        raise ValueError("it has no geometry")
    dtype = frame.schema[name]
    if dtype.is_extension():
        frame = frame.with_columns(pl.col(name).ext.storage())
    others = [c for c in frame.columns if c.casefold() == "geometry" and c != name]
    frame = frame.drop(others).rename({name: "geometry"})
    frame.with_row_index(ROW).write_parquet(target, compression="lz4")
    return meta["crs"]


_VECTOR_STARTS = {
    ".gpkg": b"SQLite format 3\0",
    ".geojson": b"{",
    ".json": b"{",
    ".shp": b"\x00\x00\x27\x0a",
}


def _layer(file: TableFile) -> str | None:
    import pyogrio

    layers = [str(name) for name in pyogrio.list_layers(file.path)[:, 0]]
    same = [name for name in layers if name.casefold() == file.table]
    if same or len(layers) <= 1:
        return same[0] if same else None
    raise DatasetError(
        f"{file.name} has the layers {', '.join(layers)}, and none is called {file.table}; "
        "rename the one that is meant."
    )


def _shapefile_encoding(path: Path) -> str | None:
    """Encoding of a Shapefile's table where no .cpg file names it."""
    table = path.with_suffix(".dbf")
    if path.suffix.lower() != ".shp" or path.with_suffix(".cpg").exists() or not table.exists():
        return None
    content = table.read_bytes()
    text = content[int.from_bytes(content[8:10], "little") :]
    for encoding in ("UTF-8", "GB18030"):
        try:
            text.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise DatasetError(
        f"{table.name} is not text in UTF-8 or GB18030; name its encoding in a .cpg file."
    )


def _excel(file: TableFile, target: Path) -> None:
    import zipfile

    import openpyxl

    if not zipfile.is_zipfile(file.path):
        raise ValueError("it is not a workbook")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(file.path, read_only=True, data_only=True)
        except Exception as error:  # openpyxl raises whatever its parts do
            raise ValueError("it is a ZIP archive, but no workbook") from error
        if not book.worksheets:
            raise ValueError("it has no worksheet")
        sheet = _sheet(file, book.worksheets)
        rows = [[_cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
        book.close()
    if not rows:
        raise DatasetError(f"{file.name} is empty; put a header and rows there, or take it out.")
    header = [name or f"column {i + 1}" for i, name in enumerate(rows[0])]
    for name in header:
        if header.count(name) > 1:
            raise DatasetError(
                f"{file.name}: two columns are called {name}; rename or remove one of them."
            )
    width = len(header)
    fitted = [
        [*row[:width], *[None] * (width - len(row)), ", ".join(filter(None, row[width:])) or None]
        for row in rows[1:]
    ]
    schema = dict.fromkeys([*header, TOO_MANY], pl.String)
    frame = pl.DataFrame(fitted, schema=schema, orient="row")
    is_blank = pl.all_horizontal(pl.exclude(ROW).is_null())
    frame.with_row_index(ROW).filter(~is_blank).write_parquet(target, compression="lz4")


def _sheet(file: TableFile, sheets: Sequence[Any]) -> Any:  # noqa: ANN401 - of openpyxl
    """The sheet that has the table's name, or the only one that holds anything."""
    same = [sheet for sheet in sheets if sheet.title.casefold() == file.table]
    full = [s for s in sheets if any(c is not None for row in s.values for c in row)]
    if same or len(full) <= 1:
        return (same or full or sheets)[0]
    raise DatasetError(
        f"{file.name} has the sheets {', '.join(s.title for s in full)}, and none is called "
        f"{file.table}; rename the one that is meant."
    )


def _cell_text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)
