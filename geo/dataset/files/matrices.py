"""Inter-regional input-output tables: two headings down, two across, or one that holds both."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from geo.dataset.files.delimited import as_utf8
from geo.dataset.files.encodings import open_bytes
from geo.dataset.files.layout import HEADINGS, SEPARATORS
from geo.dataset.files.workbook import open_workbook, rows_of_sheet
from geo.errors import DatasetError
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from geo.dataset.files.folder import TableFile

__all__ = ["flows_of_matrix", "matrix_rows", "year_of_grid"]


_HEADS, _SIDES = 10, 6
"""Rows and columns among which the headings are looked for."""
_SPLITS = ("_", "|", ":", "/", ".", "-", " ")
_FEWEST = 2
_YEAR = re.compile(r"(?<!\d)(19[5-9]\d|20[0-9]\d)(?!\d)")
_BLANK = re.compile(r"\s+")

Pair = tuple[str, str]


class _Heading(NamedTuple):
    """What the labels of rows or of columns say: a region and an industry each, or nothing."""

    pairs: list[Pair | None]
    known: int
    """Distinct regions among them that are on the map."""


def flows_of_matrix(grid: pl.DataFrame, regions: Collection[str]) -> pl.DataFrame | None:
    """Flows of a table that gives suppliers in rows and users in columns; None where it is none.

    The cells are the pairs of region and industry that head both a row and a column: totals, value
    added and final uses head only one of them, and are left out without being listed. Flows of 0
    and empty ones are left out.

    Parameters
    ----------
    grid : DataFrame
        Texts as they stand in the file, headings and all.
    regions : collection of str
        Ids and names of the regions on the map, which tell regions from industries.

    Returns
    -------
    DataFrame or None
        source_region_id, source_industry, target_region_id, target_industry, and value: Float64, or
        text where one of them is no plain number.

    Examples
    --------
    >>> rows = [["", "", "A", "", "B"], ["", "", "1", "2", "1"],
    ...         ["A", "1", "5", "0", "7"], ["", "2", "", "3", "8"], ["B", "1", "9", "1", "2"]]
    >>> grid = pl.DataFrame(rows, orient="row")
    >>> flows_of_matrix(grid, ["A", "B"]).select("source_industry", "target_region_id",
    ...     "target_industry", "value").rows()[:3]
    [('1', 'A', '1', 5.0), ('1', 'A', '1', 9.0), ('2', 'A', '2', 3.0)]
    """
    names = {_flat(name) for name in regions}
    across = list(_headings([list(row) for row in grid.head(_HEADS).rows()], names))
    down = list(_headings([grid.to_series(k).to_list() for k in range(min(_SIDES, grid.width))],
                          names))  # fmt: skip
    best: tuple[tuple[int, int], _Heading, _Heading] | None = None
    for one in across:
        columns = {p for p in one.pairs if p}
        for other in down:
            common = len(columns & {p for p in other.pairs if p})
            rank = (common, min(one.known, other.known))
            if common >= _FEWEST and (best is None or rank > best[0]):
                best = (rank, one, other)
    if best is None:
        return None
    _, columns_by, rows_by = best
    common_pairs = {p for p in columns_by.pairs if p} & {p for p in rows_by.pairs if p}
    places = [k for k, pair in enumerate(columns_by.pairs) if pair in common_pairs]
    lines = [k for k, pair in enumerate(rows_by.pairs) if pair in common_pairs]
    return _long(grid, places, lines, columns_by.pairs, rows_by.pairs)


def _headings(lines: list[list[str | None]], regions: Collection[str]) -> Iterator[_Heading]:
    """Every way to read lines of labels as regions with industries."""
    flat = [[_flat(cell or "") for cell in line] for line in lines]
    filled = [_filled(line) for line in flat]
    for i, line in enumerate(filled):
        known = len(set(line) & set(regions))
        for j, other in enumerate(flat):
            if i != j and (known or not regions):
                pairs = [(r, o) if r and o else None for r, o in zip(line, other, strict=True)]
                yield _Heading(pairs, known)
    for line in flat:
        for mark in _SPLITS:
            parts = [cell.partition(mark) for cell in line]
            known = len({left for left, _, right in parts if right} & set(regions))
            if known or not regions:
                yield _Heading(
                    [(left, right) if left and right else None for left, _, right in parts], known
                )


def _flat(text: str) -> str:
    return _BLANK.sub(" ", text).strip()


def _filled(line: Sequence[str]) -> list[str]:
    """Labels of merged cells, which stand in the first of them alone."""
    last, result = "", []
    for cell in line:
        last = cell or last
        result.append(last)
    return result


def _long(
    grid: pl.DataFrame,
    places: list[int],
    lines: list[int],
    columns_by: Sequence[Pair | None],
    rows_by: Sequence[Pair | None],
) -> pl.DataFrame:
    inside = grid[lines].select(
        grid.to_series(place).gather(lines).str.strip_chars().alias(str(place)) for place in places
    )
    numbers = inside.select(pl.all().cast(pl.Float64, strict=False))
    lost = inside.select(
        (pl.col(name) != "") & numbers[name].is_null() for name in inside.columns
    ).select(pl.sum_horizontal(pl.all().sum())).item()  # fmt: skip
    # Where every flow is a plain number they stay numbers, which takes a fifth of the memory.
    values = inside if lost else numbers
    long = values.with_row_index("_line").unpivot(
        index="_line", variable_name="_place", value_name="value"
    )
    is_nothing = pl.col("value").cast(pl.Float64, strict=False) == 0
    is_nothing = is_nothing.fill_null(value=False) | pl.col("value").is_null()
    if lost:
        is_nothing |= pl.col("value") == ""
    long = long.filter(~is_nothing)
    by_line = pl.DataFrame(
        {"_line": range(len(lines)), "source_region_id": _part(rows_by, lines, 0),
         "source_industry": _part(rows_by, lines, 1)},
        schema_overrides={"_line": pl.UInt32},
    )  # fmt: skip
    by_place = pl.DataFrame(
        {"_place": list(map(str, places)), "target_region_id": _part(columns_by, places, 0),
         "target_industry": _part(columns_by, places, 1)}
    )  # fmt: skip
    joined = long.join(by_line, on="_line", how="left", maintain_order="left")
    joined = joined.join(by_place, on="_place", how="left", maintain_order="left")
    return joined.select(
        "source_region_id", "source_industry", "target_region_id", "target_industry", "value"
    )


def _part(pairs: Sequence[Pair | None], places: list[int], part: int) -> list[str]:
    return [pair[part] for place in places if (pair := pairs[place]) is not None]


def year_of_grid(title: str, grid: pl.DataFrame) -> str | None:
    """The one year that a sheet's title, or else the cells up to its first heading, names.

    Examples
    --------
    >>> grid = pl.DataFrame([["Flows, 2017", None, None], [None, "A", "A"]], orient="row")
    >>> year_of_grid("Z", grid), year_of_grid("2012", grid)
    ('2017', '2012')
    """
    corner: list[str] = []
    for number, row in enumerate(grid.head(_HEADS).rows()):
        corner += [cell for cell in row[:2] if cell]
        # Two headings are the least; titles come before them.
        if number >= 2 and sum(bool(cell) for cell in row) > 2:
            break
    for text in (title, " ".join(corner)):
        found = set(_YEAR.findall(text))
        if len(found) == 1:
            return str(found.pop())
    return None


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
