"""Excel workbooks to Parquet: the sheet, the heading, the cells.

Cells are read one row at a time, so that a cell far away costs nothing but the rows before it.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from contextlib import closing, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from geo.dataset.files.delimited import ROW, TOO_MANY, FileFacts
from geo.dataset.files.layout import HEADINGS, first_of_many, notices_of_titles
from geo.errors import DatasetError
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from geo.dataset.files.folder import TableFile
    from geo.dataset.files.layout import Layout

__all__ = ["first_rows", "open_workbook", "rows_of_sheet", "workbook_to_parquet"]

_LONGEST_GAP = 10_000
"""Blank rows or columns after which a cell is a slip, not a table."""
_LARGEST = 2_000_000_000
"""Bytes that a sheet may unpack to."""
_NO_VALUE = re.compile(rb"<c\b[^>]*>\s*<f\b[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")


def workbook_to_parquet(file: TableFile, target: Path, layout: Layout) -> FileFacts:
    """Write the rows of a sheet as text columns, numbered from 0, blank rows left out.

    Raises
    ------
    DatasetError
        If it is empty, several sheets could be meant, two columns have one name, formulas have no
        values, or a cell stands far from the others.
    ValueError
        If it is no workbook, or a damaged one.
    """
    with open_workbook(file) as book:
        sheet, notices = _sheet(file, book.worksheets)
        empty = _formulas_without_values(file, sheet)
        rows = list(rows_of_sheet(file, sheet))
    if not rows:
        raise DatasetError(
            Text(
                f"{file.name} is empty; put a header and rows there, or take it out.",
                f"{file.name} 是空的；請加入標題列與資料，或移除該檔。",
                f"{file.name} 是空的；请加入标题行与数据，或移除该文件。",
            )
        )
    place = next(
        (
            i
            for i, (_, row) in enumerate(rows[:HEADINGS])
            if layout.is_heading([n for n in row if n])
        ),
        first_of_many([row for _, row in rows[:HEADINGS]]),
    )
    _assert_values(file, empty, rows[place], layout)
    titles = [" ".join(filter(None, row)) for _, row in rows[:place]]
    _frame(file, rows, place).write_parquet(target, compression="lz4")
    return FileFacts(notices=[*notices, *notices_of_titles(file.name, titles)])


def _frame(file: TableFile, rows: list[tuple[int, list[str | None]]], place: int) -> pl.DataFrame:
    first, heading = rows[place]
    while heading and heading[-1] is None:
        heading = heading[:-1]
    header = [name or f"column {i + 1}" for i, name in enumerate(heading)]
    for name in header:
        if header.count(name) > 1:
            raise DatasetError(
                Text(
                    f"{file.name}: two columns are called {name}; rename or remove one of them.",
                    f"{file.name}：有兩欄都叫 {name}；請改名或刪去其一。",
                    f"{file.name}：有两列都叫 {name}；请改名或删去其一。",
                )
            )
    width = len(header)
    fitted = [
        [number - first - 1, *row[:width], *[None] * (width - len(row)),
         ", ".join(filter(None, row[width:])) or None]
        for number, row in rows[place + 1 :]
    ]  # fmt: skip
    schema: dict[str, Any] = {ROW: pl.UInt32} | dict.fromkeys([*header, TOO_MANY], pl.String)
    return pl.DataFrame(fitted, schema=schema, orient="row")


@contextmanager
def open_workbook(file: TableFile) -> Iterator[Any]:
    """The workbook, to be read one row at a time.

    Raises
    ------
    ValueError
        If it is none, would unpack to more than anybody's table, or turns out to be damaged while
        it is read.
    """
    import openpyxl

    if not zipfile.is_zipfile(file.path):
        raise ValueError("it is not a workbook")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            _assert_small(file)
            with closing(openpyxl.load_workbook(file.path, read_only=True, data_only=True)) as book:
                yield book
        except (DatasetError, MemoryError):
            raise
        except Exception as error:  # openpyxl raises whatever its parts do
            raise ValueError("it is damaged, or no workbook") from error


def first_rows(file: TableFile) -> list[list[str]]:
    """The first rows of every sheet, among which a header may stand."""
    with open_workbook(file) as book:
        return [
            [text for value in row if (text := _cell_text(value))]
            for sheet in book.worksheets
            for row in sheet.iter_rows(max_row=HEADINGS, values_only=True)
        ]


def _assert_small(file: TableFile) -> None:
    with zipfile.ZipFile(file.path) as archive:
        if sum(part.file_size for part in archive.infolist()) > _LARGEST:
            raise ValueError("it unpacks to more than 2 GB")


def _sheet(file: TableFile, sheets: Sequence[Any]) -> tuple[Any, list[Text]]:
    """The sheet that has the table's name, or the only one that holds anything."""
    if not sheets:
        raise ValueError("it has no worksheet")
    same = [sheet for sheet in sheets if sheet.title.strip().casefold() == file.table]
    full = [sheet for sheet in sheets if _holds_anything(sheet)]
    if same or len(full) <= 1:
        sheet = (same or full or list(sheets))[0]
        others = ", ".join(s.title for s in full if s is not sheet)
        if not others:
            return sheet, []
        return sheet, [
            Text(
                f"{file.name}: the sheet {sheet.title} is read; {others} beside it is not used.",
                f"{file.name}：讀取工作表 {sheet.title}；其餘工作表 {others} 未使用。",
                f"{file.name}：读取工作表 {sheet.title}；其余工作表 {others} 未使用。",
            )
        ]
    names = ", ".join(s.title for s in full)
    raise DatasetError(
        Text(
            f"{file.name} has the sheets {names}, and none is called {file.table}; "
            "rename the one that is meant.",
            f"{file.name} 有工作表 {names}，但沒有名為 {file.table} 的；請將所需工作表改為此名。",
            f"{file.name} 有工作表 {names}，但没有名为 {file.table} 的；请将所需工作表改为此名。",
        )
    )


def _holds_anything(sheet: Any) -> bool:  # noqa: ANN401 - of openpyxl
    sheet.reset_dimensions()
    return any(c is not None for row in sheet.values for c in row)


class _Empty(NamedTuple):
    """A cell with a formula whose result was never stored."""

    column: int
    """Counted from 0."""
    row: int
    cell: str


def _formulas_without_values(file: TableFile, sheet: Any) -> list[_Empty]:  # noqa: ANN401
    """Cells whose formulas were never calculated, which read as empty ones."""
    from openpyxl.utils import column_index_from_string

    found, tail = [], b""
    with zipfile.ZipFile(file.path) as archive, archive.open(sheet._worksheet_path) as part:  # noqa: SLF001
        while chunk := part.read(1 << 20):
            text = tail + chunk
            for match in _NO_VALUE.finditer(text):
                cell = re.search(rb'\br="([A-Z]{1,3})([0-9]+)"', match[0])
                # A result that is an empty text is one.
                if cell and b't="str"' not in match[0].partition(b">")[0]:
                    column, row = cell[1].decode(), int(cell[2])
                    place = column_index_from_string(column) - 1
                    found.append(_Empty(place, row, f"{column}{row}"))
            cut = text.rfind(b"<c ")
            tail = text[cut:] if cut >= 0 and b"</c>" not in text[cut:] else b""
    return found


def _assert_values(
    file: TableFile,
    empty: list[_Empty],
    heading: tuple[int, list[str | None]],
    layout: Layout,
) -> None:
    """Stop at formulas without results below the header, in columns that are read."""
    first, names = heading
    used = layout.used(names)
    # A header that is none of ours is that of a wide table, which is read as a whole.
    cells = [e for e in empty if e.row > first and (not used or e.column in used)]
    if cells:
        found, first_cell = len(cells), cells[0].cell
        raise DatasetError(
            Text(
                f"{file.name}: {found:,} cell(s) hold formulas without results, the first "
                f"{first_cell}: a program wrote them that does not calculate; open the file in "
                "Excel or LibreOffice and save it again, or save it as CSV there.",
                f"{file.name}：有 {found:,} 個儲存格只有公式而無結果，首個為 {first_cell}："
                "寫出該檔的程式不會計算；請用 Excel 或 LibreOffice 開啟後重新儲存，或另存為 CSV。",
                f"{file.name}：有 {found:,} 个单元格只有公式而无结果，首个为 {first_cell}："
                "写出该文件的程序不会计算；"
                "请用 Excel 或 LibreOffice 打开后重新保存，或另存为 CSV。",
            )
        )


def rows_of_sheet(file: TableFile, sheet: Any) -> Iterator[tuple[int, list[str | None]]]:  # noqa: ANN401
    """Rows that hold anything, by their number in the sheet."""
    last = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        row = [_cell_text(value) for value in values]
        while row and row[-1] is None:
            row.pop()
        if not row:
            continue
        if number - last > _LONGEST_GAP or _widest_gap(row) > 1000:
            raise DatasetError(
                Text(
                    f"{file.name}: a cell in row {number:,}, column {len(row):,} of the sheet "
                    f"{sheet.title} stands far from the table; clear it.",
                    f"{file.name}：工作表 {sheet.title} 第 {number:,} 行第 {len(row):,} 欄"
                    "有一個遠離表格的儲存格；請清除。",
                    f"{file.name}：工作表 {sheet.title} 第 {number:,} 行第 {len(row):,} 列"
                    "有一个远离表格的单元格；请清除。",
                )
            )
        last = number
        yield number, row


def _widest_gap(row: list[str | None]) -> int:
    filled = [i for i, value in enumerate(row) if value is not None]
    return max((b - a for a, b in zip([0, *filled], filled, strict=False)), default=0)


def _cell_text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)
