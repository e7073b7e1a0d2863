"""Every format to one lazy frame: our columns, numbered rows, a few plain types.

Text stays text here; what it means is found in `geo.dataset.values`. Parquet is scanned where it
is; anything else is first written to the working folder as Parquet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

import narwhals as nw
import polars as pl

from geo.dataset.files.columns import assert_required, matched_columns
from geo.dataset.files.delimited import (
    ROW,
    TOO_MANY,
    FileFacts,
    as_utf8,
    delimited_to_parquet,
    signature_of,
)
from geo.dataset.files.layout import Layout, Prepared, header_of_text, heading_of_text
from geo.dataset.files.matrices import matrix_rows
from geo.dataset.files.parquet import parquet_parts
from geo.dataset.files.vector import vector_to_parquet
from geo.dataset.files.wide_tables import flows_of_wide
from geo.dataset.files.workbook import first_rows, workbook_to_parquet
from geo.dataset.values.survey import Survey, survey_of
from geo.errors import DatasetError
from geo.schema import RAW_TABLES, Type
from geo.settings import Settings
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from geo.dataset.files.folder import TableFile

__all__ = [
    "FAILURES",
    "ROW",
    "TOO_MANY",
    "Source",
    "assert_disk",
    "cannot_be_read",
    "open_source",
]

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
    survey: Survey
    """How its texts are read."""
    notices: tuple[Text, ...] = ()
    """What was left alone in the file."""
    crs: Any = None
    """Coordinate system of the geometry, None where the file does not say."""
    others: tuple[str, ...] = ()
    """Columns of the file that are none of ours."""
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


def open_source(
    file: TableFile, *, into: Path, settings: Settings, regions: Collection[str] = ()
) -> Source:
    """Table of `file`, its columns found and brought to text, Float64, Int64 or binary.

    Parameters
    ----------
    file : TableFile
        What to read.
    into : Path
        Working folder for what is not Parquet.
    settings : Settings
        Of the dataset: names of columns, marks of missing values and of decimals.
    regions : collection of str
        Ids and names of the regions on the map, which tell the headings of inter-regional tables.

    Raises
    ------
    DatasetError
        If it cannot be read, is not what its name says, lacks a required column, or two of its
        columns are the same column of ours.
    """
    target = into / f"{file.table}.raw.parquet"
    layout = Layout.of(settings, file.table)
    try:
        if file.table == "cell_links" and not _is_long(file, target, layout):
            rows = matrix_rows(
                file, target, regions, year=_year_of_matrix(settings), encoding=layout.encoding
            )
            if rows is not None:
                return _from_matrix(file, *rows, into=into, settings=settings)
        if file.format == "parquet":
            scans, crs = parquet_parts(file, target)
            facts = FileFacts(crs=crs)
        else:
            facts = _written(file, target, layout)
            scans = [(file.name, pl.scan_parquet(target, glob=False))]
        wide = _wide(file, scans, layout, settings, facts)
        if wide is not None:
            long, survey = wide
            long.with_row_index(ROW).write_parquet(into / "io_table.long.parquet")
            scans = [(file.name, pl.scan_parquet(into / "io_table.long.parquet", glob=False))]
            plain = Layout.of(Settings(), file.table)
            source = _joined(file, scans, plain, settings, FileFacts(notices=facts.notices))
            return replace(source, was_wide=True, survey=survey)
        return _joined(file, scans, layout, settings, facts)
    except DatasetError:
        raise
    except FAILURES as error:
        cannot_be_read(file, error)


def _written(file: TableFile, target: Path, layout: Layout) -> FileFacts:
    try:
        if file.format == "csv":
            return delimited_to_parquet(file, target, layout)
        if file.format == "excel":
            return workbook_to_parquet(file, target, layout)
        return vector_to_parquet(file, target)
    except (NameError, LookupError, TypeError, AttributeError) as error:
        # Readers stumble over damaged files in ways that their authors did not foresee.
        raise ValueError("it is damaged") from error


def _wide(
    file: TableFile,
    scans: list[tuple[str, pl.LazyFrame]],
    layout: Layout,
    settings: Settings,
    facts: FileFacts,
) -> tuple[pl.DataFrame, Survey] | None:
    """Long form of an input-output table that is published wide; None of any other table."""
    if file.table != "io_table" or len(scans) != 1:
        return None
    found = tuple(n for n in scans[0][1].collect_schema() if n not in (ROW, TOO_MANY))
    known = {n: theirs for n, theirs in layout.renames.items() if theirs in found}
    if {"supplying_industry", "using_industry"} <= set(matched_columns(file, found, renames=known)):
        return None
    return flows_of_wide(
        scans[0][1].select(found).collect(), file.name, settings,
        codes=known.get("supplying_industry"), semicolons=facts.semicolons,
    )  # fmt: skip


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
        "parquet": Text("Parquet", "Parquet", "Parquet"),
        "csv": Text("CSV", "CSV", "CSV"),
        "excel": Text(
            "an Excel workbook (.xlsx)", "Excel 活頁簿（.xlsx）", "Excel 工作簿（.xlsx）"
        ),
        "vector": Text("a map layer", "圖層", "图层"),
    }[file.format]
    path = file.path
    why = " ".join(str(error).split()) or type(error).__name__
    if path.is_file():
        found = signature_of(path)
        if path.stat().st_size == 0:
            raise DatasetError(
                Text(
                    f"{file.name} is empty; put rows there, or take it out.",
                    f"{file.name} 是空的；請加入資料，或移除該檔。",
                    f"{file.name} 是空的；请加入数据，或移除该文件。",
                )
            ) from error
        if found is not None:
            is_own = path.suffix.lower() in _OWN_SUFFIXES.get(found, ())
            why = "it is damaged" if is_own else f"it looks like {found}"
    assert_disk(error)
    why = "".join(c for c in why[:160] if c.isprintable()).rstrip(".")
    raise DatasetError(
        Text(
            f"{file.name} cannot be read as {expected.en}: {why}; "
            "write it again, or correct its name.",
            f"{file.name} 無法按{expected.zh_hant}讀取：{why}；請重新輸出，或改正檔名。",
            f"{file.name} 无法按{expected.zh_hans}读取：{why}；请重新输出，或改正文件名。",
        )
    ) from error


def assert_disk(error: BaseException) -> None:
    """Say that the disk is full, where that is what kept a file from being read."""
    if "No space left on device" in str(error) or "os error 28" in str(error):
        raise DatasetError(
            Text(
                "The disk with the working files is full; free some space, or set TMPDIR to "
                "another disk (for `run`: --out).",
                "存放工作檔的磁碟已滿；請騰出空間，或將 TMPDIR（`run` 則用 --out）指向另一磁碟。",
                "存放工作文件的磁盘已满；请腾出空间，或将 TMPDIR（`run` 则用 --out）指向另一磁盘。",
            )
        ) from error


def _joined(
    file: TableFile,
    scans: list[tuple[str, pl.LazyFrame]],
    layout: Layout,
    settings: Settings,
    facts: FileFacts,
) -> Source:
    types = {column.name: column.type for column in RAW_TABLES[file.table].columns}
    is_short = file.path.suffix.lower() in (".shp", ".dbf")
    frames: list[pl.LazyFrame] = []
    parts: list[tuple[str, int]] = []
    seen: dict[str, None] = {}
    used = {part for parts in layout.joins.values() for part in parts}
    told = Prepared()
    first = 0
    for name, whole in scans:
        rows = int(whole.select(pl.len()).collect().item())
        scan = layout.with_joins(layout.kept(whole, name, told), name)
        schema = dict(scan.collect_schema())
        found = tuple(n for n in schema if n not in (ROW, TOO_MANY))
        seen |= dict.fromkeys(found)
        ours = matched_columns(
            file, found, renames=_in_file(layout.renames, found, len(scans)), ten_letters=is_short
        )
        used |= set(ours.values())
        told.notices += layout.unmatched(scan, ours, name)
        columns = [
            layout.text(
                _plain(theirs, schema[theirs], types[column], file), column, found, name
            ).alias(column)
            for column, theirs in ours.items()
        ]
        columns += _constants(layout, ours, file)
        more = [pl.col(TOO_MANY)] if TOO_MANY in schema else []
        frames.append(scan.select(pl.col(ROW).cast(pl.Int64) + first, *columns, *more))
        parts.append((name, first))
        first += rows
    frame = pl.concat(_alike(frames), how="diagonal") if len(frames) > 1 else frames[0]
    told.notices += layout.notices_of_filters(file.name, told)
    names = [c for c in frame.collect_schema().names() if not c.startswith("_")]
    assert_required(file, names, found=tuple(seen))
    frame = layout.with_middles(frame, told)
    survey = survey_of(frame, file.table, file.name, settings, semicolons=facts.semicolons)
    survey.count("range_middle", told.middles)
    others = tuple(name for name in seen if name not in used)
    number = told.kept if layout.filters else first
    notices = (*facts.notices, *told.notices)
    return Source(
        file, nw.from_native(frame), number, tuple(parts), survey, notices, facts.crs, others
    )


def _constants(layout: Layout, ours: Mapping[str, str], file: TableFile) -> list[pl.Expr]:
    for name in layout.constants:
        if name in ours:
            raise DatasetError(
                Text(
                    f"{file.name} has a column {ours[name]}, and `constants` in dataset.yaml sets "
                    f"{name}; take it out of one of them.",
                    f"{file.name} 有欄 {ours[name]}，而 dataset.yaml 的 `constants` 又設了 "
                    f"{name}；請刪去其一。",
                    f"{file.name} 有列 {ours[name]}，而 dataset.yaml 的 `constants` 又设了 "
                    f"{name}；请删去其一。",
                )
            )
    return [pl.lit(value, dtype=pl.String).alias(n) for n, value in layout.constants.items()]


def _is_long(file: TableFile, target: Path, layout: Layout) -> bool:
    """Whether a table of ties between cells has a column for each end of a tie."""
    if file.format == "parquet":
        parts, _ = parquet_parts(file, target)
        return layout.is_heading(parts[0][1].collect_schema().names())
    if file.format == "csv":
        # Whatever is wrong with the text is told by those who read it.
        path = as_utf8(file, target, layout.encoding)
        return layout.is_heading(header_of_text(path, heading_of_text(path, layout)))
    if file.format == "excel":
        return any(layout.is_heading(names) for names in first_rows(file))
    return True


def _year_of_matrix(settings: Settings) -> str | None:
    """Year of an inter-regional table that does not name its own."""
    constant = settings.constants.get("cell_links", {}).get("year")
    if constant is not None or settings.years is None:
        return constant
    return str(settings.years[0]) if settings.years[0] == settings.years[1] else None


def _from_matrix(
    file: TableFile, rows: pl.DataFrame, notices: list[Text], *, into: Path, settings: Settings
) -> Source:
    path = into / f"{file.table}.long.parquet"
    rows.with_row_index(ROW).write_parquet(path, compression="lz4")
    scans = [(file.name, pl.scan_parquet(path, glob=False))]
    plain = Layout.of(Settings(), file.table)
    source = _joined(file, scans, plain, settings, FileFacts(notices=notices))
    return replace(source, was_wide=True)


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
            Text(
                f"{file.name}: the column {name} holds lists or records; write one value a row.",
                f"{file.name}：欄 {name} 為清單或記錄；請每行只寫一個值。",
                f"{file.name}：列 {name} 为清单或记录；请每行只写一个值。",
            )
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
