"""`jiqun export`: the published tables as CSV or as one workbook, for those who read no Parquet."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import GeoError, brief
from geo.schema import RESULT_TABLES, Type
from geo.vocabulary import Text
from pipelines.cells import ResultsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

__all__ = ["FORMS", "assert_no_schema", "export_results"]

FORMS = ("csv", "xlsx")
_FOLDER = "export"
_MARK = ".jiqun"
_WORKBOOK = "jiqun.xlsx"
_MOST_ROWS = 1_048_575  # of a sheet, below its heads
_LONGEST = 32_767  # characters of a cell of a sheet
_FORMULA = ("=", "+", "-", "@")

_NO_RESULTS = Text(
    "{out} holds no results; make them first: jiqun run --out {out}.",
    "{out} 中沒有結果；請先運行：jiqun run --out {out}。",
)
_UNKNOWN = Text(
    "the form {to} is not there; use --to csv, xlsx or postgresql://user@host/database.",
    "沒有 {to} 這種形式；請用 --to csv、xlsx 或 postgresql://user@host/database。",
)
_NO_SCHEMA = Text(
    "files have no schema: --schema goes with --to postgresql://user@host/database.",
    "檔案沒有綱要：--schema 須與 --to postgresql://user@host/database 同用。",
)
_NOT_OURS = Text(
    "{folder} was not written by jiqun and would be replaced: move it away.",
    "{folder} 並非 jiqun 所寫，將被取代：請移走。",
)
_TOO_LONG = Text(
    "the table {name} has {rows} rows, more than a sheet holds (1,048,575): use --to csv.",
    "表 {name} 有 {rows} 列，超過工作表上限（1,048,575）：請用 --to csv。",
    "表 {name} 有 {rows} 行，超过工作表上限（1,048,575）：请用 --to csv。",
)


def export_results(out: Path, to: str) -> Path:
    """Write the published tables of `out` into its folder `export`, and return where.

    CSV is UTF-8 with a mark that Excel knows it by, geometry as text (WKT, EPSG:4326). A workbook
    has a sheet a table, without geometry; texts stay texts, whatever they begin with.

    Raises
    ------
    geo.errors.GeoError
        If there are no results, the form is not known, a table is too long for a sheet, or
        something of others stands where the export would be.
    """
    if to not in FORMS:
        # An address of a database can hold a password.
        form = brief(to.partition(":")[0])
        raise GeoError(Text(*(text.format(to=form) for text in _UNKNOWN)))
    if not (out / "run.json").exists():
        raise ResultsError(Text(*(text.format(out=out) for text in _NO_RESULTS)))
    folder = out / _FOLDER
    if folder.exists() and not (folder / _MARK).exists():
        raise GeoError(Text(*(text.format(folder=folder) for text in _NOT_OURS)))
    with tempfile.TemporaryDirectory(dir=out, prefix=".export-") as fresh:
        written = _as_csv(out, Path(fresh)) if to == "csv" else _as_workbook(out, Path(fresh))
        folder.mkdir(exist_ok=True)
        (folder / _MARK).touch()
        # What the other form left there stays; each file is the old one or the new one.
        for file in written:
            file.replace(folder / file.name)
    return folder


def assert_no_schema(schema: str | None) -> None:
    """Refuse the option of databases beside a form of files.

    Raises
    ------
    geo.errors.GeoError
        If a schema is named.
    """
    if schema is not None:
        raise GeoError(_NO_SCHEMA)


def _as_csv(out: Path, fresh: Path) -> list[Path]:
    written = []
    for name, table in _tables(out):
        path = fresh / f"{name}.csv"
        table.to_csv(path, index=False, encoding="utf-8-sig")
        written.append(path)
    shutil.copyfile(out / "run.json", fresh / "run.json")
    return [*written, fresh / "run.json"]


def _as_workbook(out: Path, fresh: Path) -> list[Path]:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name, table in _tables(out):
        if len(table) > _MOST_ROWS:
            rows = f"{len(table):,}"
            raise GeoError(Text(*(text.format(name=name, rows=rows) for text in _TOO_LONG)))
        shown = table.drop(columns=_geometry(name), errors="ignore")
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        sheet.append(list(shown.columns))
        for row in shown.astype("object").itertuples(index=False, name=None):
            sheet.append([_value(value, sheet) for value in row])
    path = fresh / _WORKBOOK
    book.save(path)
    return [path]


def _value(value: object, sheet: Any) -> object:  # noqa: ANN401 - openpyxl has no types
    """What a cell of a sheet holds: nothing where not known; a text is never a formula."""
    import pandas as pd
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if pd.isna(value):  # type: ignore[call-overload]
        return None
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST]
    if not text.startswith(_FORMULA):
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell


def _tables(out: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    """Published tables by name; geometry as text."""
    import geopandas as gpd
    import pandas as pd

    for name in RESULT_TABLES:
        path = out / f"{name}.parquet"
        if not path.exists():
            continue
        if not _geometry(name):
            yield name, pd.read_parquet(path)
            continue
        table = gpd.read_parquet(path)
        yield name, pd.DataFrame(table).assign(geometry=table.geometry.to_wkt())


def _geometry(name: str) -> list[str]:
    """Columns of a table that hold geometry."""
    return [c.name for c in RESULT_TABLES[name].columns if c.type is Type.GEOMETRY]
