"""Files as grids of texts, whatever stands in them: for tables with several headings."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import polars as pl

from geo.dataset.files.delimited import as_utf8
from geo.dataset.files.encodings import open_bytes
from geo.dataset.files.headings import HEADINGS, SEPARATORS
from geo.dataset.files.wide.matrices import flows_of_matrix, year_of_grid
from geo.dataset.files.workbook import open_workbook, rows_of_sheet
from geo.errors import DatasetError
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from geo.dataset.files.folder import TableFile

__all__ = ["matrix_rows"]

_HEAD = 1 << 22


def matrix_rows(
    file: TableFile,
    target: Path,
    regions: Collection[str],
    *,
    year: str | None = None,
    encoding: str | None = None,
) -> tuple[pl.DataFrame, list[Text]] | None:
    """Flows of an inter-regional table in a file, and what was left alone; None where it is none.

    Parameters
    ----------
    file : TableFile
        CSV, a workbook (every sheet that holds such a table), or Parquet.
    target : Path
        A name in the working folder.
    regions : collection of str
        Ids and names of the regions on the map.
    year : str, optional
        The year of a table that does not name its own.
    encoding : str, optional
        Of its text, where the settings name it.

    Raises
    ------
    DatasetError
        If two sheets hold the same year, or a table has no year.
    """
    found: dict[str, pl.DataFrame] = {}
    others: list[str] = []
    for title, grid in _grids(file, target, encoding):
        flows = flows_of_matrix(grid, regions)
        if flows is None:
            others.append(title)
            continue
        named = year_of_grid(title, grid) or year
        if named is None:
            raise DatasetError(_no_year(file.name))
        if named in found:
            raise DatasetError(_twice(file.name, title, named))
        found[named] = flows.with_columns(pl.lit(named).alias("year"))
    if not found:
        return None
    rows = pl.concat(_alike(list(found.values())))
    return rows, [_left_alone(file.name, others)] if others else []


def _alike(tables: list[pl.DataFrame]) -> list[pl.DataFrame]:
    if all(table.schema["value"] == pl.Float64 for table in tables):
        return tables
    return [table.with_columns(pl.col("value").cast(pl.String)) for table in tables]


def _grids(
    file: TableFile, target: Path, encoding: str | None
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Title and texts of each sheet; a file without sheets is one."""
    if file.format == "excel":
        with open_workbook(file) as book:
            for sheet in book.worksheets:
                sheet.reset_dimensions()
                yield sheet.title, _framed([row for _, row in rows_of_sheet(file, sheet)])
    elif file.format == "csv":
        yield file.path.stem, _of_text(as_utf8(file, target, encoding))
    elif file.format == "parquet" and file.path.is_file():
        table = pl.read_parquet(file.path, glob=False)
        texts = table.select(pl.all().cast(pl.String))
        names = pl.DataFrame({name: [name] for name in texts.columns}, schema=texts.schema)
        yield file.path.stem, pl.concat([names, texts])


def _framed(rows: list[list[str | None]]) -> pl.DataFrame:
    width = max(map(len, rows), default=0)
    columns: dict[str, Any] = {
        str(k): [row[k] if k < len(row) else None for row in rows] for k in range(width)
    }
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _of_text(path: Path) -> pl.DataFrame:
    with open_bytes(path) as stream:
        head = stream.read(_HEAD).decode("utf-8-sig", errors="replace")
    lines = head.splitlines()[:HEADINGS]
    separator = max(SEPARATORS, key=lambda s: max((line.count(s) for line in lines), default=0))
    rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator))
    width = max(map(len, rows), default=0)
    return pl.scan_csv(
        path, separator=separator, has_header=False, truncate_ragged_lines=True, glob=False,
        schema={str(k): pl.String for k in range(width)}, missing_columns="insert",
    ).collect()  # fmt: skip


def _no_year(file: str) -> Text:
    return Text(
        f"{file}: the table does not say of which year it is; say `constants: {{cell_links: "
        "{year: 2017}}` in dataset.yaml, or put the year into the name of the sheet.",
        f"{file}：該表未註明年份；請在 dataset.yaml 中設 `constants: {{cell_links: "
        "{year: 2017}}`，或將年份寫入工作表名稱。",
        f"{file}：该表未注明年份；请在 dataset.yaml 中设 `constants: {{cell_links: "
        "{year: 2017}}`，或将年份写入工作表名称。",
    )


def _twice(file: str, title: str, year: str) -> Text:
    return Text(
        f"{file}: the sheet {title} is a second table of {year}; keep one sheet a year.",
        f"{file}：工作表 {title} 是 {year} 年的第二張表；每年請只留一張。",
        f"{file}：工作表 {title} 是 {year} 年的第二张表；每年请只留一张。",
    )


def _left_alone(file: str, titles: list[str]) -> Text:
    named = ", ".join(titles[:6])
    return Text(
        f"{file}: no flows from cell to cell were found in {named}; not used.",
        f"{file}：{named} 中沒有單元之間的流量，未使用。",
        f"{file}：{named} 中没有单元之间的流量，未使用。",
    )
