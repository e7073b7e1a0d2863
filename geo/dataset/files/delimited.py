"""CSV to Parquet: encoding, separator, and rows that do not fit their header."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from geo.dataset.files.encodings import encoding_of, open_bytes, utf8_copy
from geo.dataset.files.layout import (
    Heading,
    heading_of_text,
    notices_of_titles,
)
from geo.dataset.values.surveyed import ROW
from geo.errors import DatasetError, brief
from geo.vocabulary import Text

if TYPE_CHECKING:
    from pathlib import Path

    from geo.dataset.files.folder import TableFile
    from geo.dataset.files.layout import Layout

__all__ = ["ROW", "TOO_MANY", "FileFacts", "as_utf8", "delimited_to_parquet", "signature_of"]

TOO_MANY = "_too_many"
"""Column with what stands in a row beyond the last column of the header."""


@dataclass(frozen=True)
class FileFacts:
    """What a file says besides its rows."""

    crs: Any = None
    """Coordinate system of its geometry, None where it does not say."""
    semicolons: bool = False
    """Whether it is CSV with semicolons, as programs write it that put commas before decimals."""
    notices: list[Text] = field(default_factory=list)
    """What was left alone in it."""


_SIGNATURES = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive or an Excel file",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls)",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "a GeoPackage or SQLite file",
    b"\x1f\x8b": "a gzip file",
}


def signature_of(path: Path) -> str | None:
    """What the first bytes of a file say that it is, None where they say nothing known."""
    with path.open("rb") as stream:
        head = stream.read(16)
    return next((what for mark, what in _SIGNATURES.items() if head.startswith(mark)), None)


def delimited_to_parquet(file: TableFile, target: Path, layout: Layout) -> FileFacts:
    """Write the rows of a CSV file as text columns, numbered from 0, blank rows left out.

    Lines of titles above the header are left out, and told.

    Parameters
    ----------
    file : TableFile
        What to read.
    target : Path
        The Parquet file to write.
    layout : Layout
        What the settings say of the table.

    Raises
    ------
    DatasetError
        If it is no text in a known encoding, has no header, or a quotation mark stays open or
        swallows lines.
    """
    path = as_utf8(file, target, layout.encoding)
    heading = heading_of_text(path, layout)
    separator = heading.separator
    try:
        _convert(path, target, separator, skipped=heading.lines)
    except pl.exceptions.PolarsError:
        fitted = target.with_suffix(".fitted.csv")
        _fit_rows(path, fitted, heading, name=file.name)
        _convert(fitted, target, ",", skipped=0)
        fitted.unlink()
    _assert_no_line_swallowed(target, separator, name=file.name)
    _assert_all_lines(path, target, name=file.name, skipped=heading.lines)
    target.with_suffix(".utf8.csv").unlink(missing_ok=True)
    return FileFacts(
        semicolons=separator == ";", notices=notices_of_titles(file.name, heading.titles)
    )


def as_utf8(file: TableFile, target: Path, declared: str | None = None) -> Path:
    """The file, or a copy of it beside `target`, as text in UTF-8 with lines as they are today.

    Parameters
    ----------
    file : TableFile
        What to read.
    target : Path
        A name in the working folder.
    declared : str, optional
        Its encoding, where the settings name it.

    Raises
    ------
    DatasetError
        If it is no text in a known encoding.
    """
    path = file.path
    is_packed = path.name.lower().endswith(".gz")
    found = signature_of(path)
    if found is not None and not (is_packed and found == "a gzip file"):
        raise DatasetError(
            Text(
                f"{path.name} is {found}, not CSV; correct the file or its name.",
                f"{path.name} 不是 CSV，而像是另一種檔案（{found}）；請改正檔案或檔名。",
                f"{path.name} 不是 CSV，而像是另一种文件（{found}）；请改正文件或文件名。",
            )
        )
    if is_packed and found is None and path.stat().st_size:
        raise DatasetError(
            Text(
                f"{path.name} is not a gzip file; name it {path.name[:-3]}.",
                f"{path.name} 不是 gzip 檔；請改名為 {path.name[:-3]}。",
                f"{path.name} 不是 gzip 文件；请改名为 {path.name[:-3]}。",
            )
        )
    encoding = declared or encoding_of(path)
    text = target.with_suffix(".utf8.csv")
    if is_packed or encoding != "utf-8-sig":
        try:
            utf8_copy(path, text, encoding=encoding)
        except UnicodeDecodeError as error:
            raise DatasetError(_not_encoded(path.name, encoding)) from error
        path = text
    if _has_old_line_ends(path):
        # Excel on the Macintosh still offers them; nothing after the header would be seen.
        content = path.read_bytes().replace(b"\r", b"\n")
        path = text
        path.write_bytes(content)
    return path


def _not_encoded(name: str, encoding: str) -> Text:
    return Text(
        f"{name} is not text in {encoding}, which `encoding` in dataset.yaml names; correct it.",
        f"{name} 不是 dataset.yaml 的 `encoding` 所指的 {encoding} 文字；請改正。",
        f"{name} 不是 dataset.yaml 的 `encoding` 所指的 {encoding} 文本；请改正。",
    )


def _has_old_line_ends(path: Path) -> bool:
    with open_bytes(path) as stream:
        head = stream.read(1 << 20)
    return b"\r" in head and b"\n" not in head


def _convert(path: Path, target: Path, separator: str, *, skipped: int) -> None:
    rows = pl.scan_csv(
        path, separator=separator, infer_schema=False, row_index_name=ROW, glob=False,
        skip_lines=skipped,
    )  # fmt: skip
    names = [name for name in rows.collect_schema().names() if name != ROW]
    is_blank = pl.all_horizontal(
        [pl.col(name).is_null() | (pl.col(name).str.strip_chars() == "") for name in names]
    )
    rows.filter(~is_blank).sink_parquet(target, compression="lz4")


def _fit_rows(path: Path, target: Path, heading: Heading, *, name: str) -> None:
    """Copy in which every row has as many values as the header; the rest goes to one column."""
    with path.open("rb") as raw, target.open("w", encoding="utf-8", newline="") as out:
        lines = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
        for _ in range(heading.lines):
            next(lines)
        separator = heading.separator
        rows = csv.reader(lines, delimiter=separator, strict=True)
        writer = csv.writer(out)
        row = 0
        try:
            header = next(rows)
            width = len(header)
            writer.writerow([*header, TOO_MANY])
            for values in rows:
                row += 1
                few = [""] * (width - len(values))
                writer.writerow([*values[:width], *few, separator.join(values[width:])])
        except csv.Error as error:
            raise DatasetError(
                Text(
                    f"{name}: row {row + 1} cannot be read as CSV ({error}); "
                    "look for a quotation mark that is not closed.",
                    f"{name}：第 {row + 1} 行無法按 CSV 讀取（{error}）；請檢查未閉合的引號。",
                    f"{name}：第 {row + 1} 行无法按 CSV 读取（{error}）；请检查未闭合的引号。",
                )
            ) from error


def _assert_no_line_swallowed(target: Path, separator: str, *, name: str) -> None:
    """Stop where a value holds whole lines: a quotation mark opens in one row, closes in another.

    The value then begins with the rest of its row and ends with the beginning of another, so that
    the separators in it are those of a row, which an address of several lines seldom has.
    """
    rows = pl.scan_parquet(target, glob=False)
    columns = [c for c in rows.collect_schema().names() if c not in (ROW, TOO_MANY)]
    broken = pl.any_horizontal(pl.col(c).str.contains("\n", literal=True) for c in columns)
    for row in rows.filter(broken).collect().iter_rows(named=True):
        for place, column in enumerate(columns):
            lines = (row[column] or "").split("\n")
            separators = [line.count(separator) for line in lines]
            width = len(columns) - 1
            is_row = width > 0 and separators[0] == width - place and separators[-1] == place
            if len(lines) > 1 and (is_row or (width in separators[1:-1] and width > 0)):
                raise DatasetError(
                    Text(
                        f"{name}: the value of {column} in row {row[ROW] + 1:,} opens with a "
                        f"quotation mark and swallows {len(lines) - 1:,} more line(s), from "
                        f"{brief(lines[0])} to {brief(lines[-1])}; take out the two marks, or "
                        "double them.",
                        f"{name}：第 {row[ROW] + 1:,} 行的 {column} 以引號開頭，吞掉了其後 "
                        f"{len(lines) - 1:,} 行（自 {brief(lines[0])} 至 {brief(lines[-1])}）；"
                        "請刪去這對引號，或將其重複書寫。",
                        f"{name}：第 {row[ROW] + 1:,} 行的 {column} 以引号开头，吞掉了其后 "
                        f"{len(lines) - 1:,} 行（自 {brief(lines[0])} 至 {brief(lines[-1])}）；"
                        "请删去这对引号，或将其重复书写。",
                    )
                )


def _assert_all_lines(path: Path, target: Path, *, name: str, skipped: int) -> None:
    """Stop where rows, the line breaks in their values and blank lines are not all the lines."""
    with open_bytes(path) as stream:
        lines, last = 0, b"\n"
        while chunk := stream.read(1 << 24):
            lines += chunk.count(b"\n")
            last = chunk[-1:]
    lines += last != b"\n"
    rows = pl.scan_parquet(target, glob=False)
    columns = [c for c in rows.collect_schema().names() if c != ROW]
    inside = [pl.col(c).str.count_matches("\n", literal=True).sum() for c in columns]
    found = rows.select(
        pl.len().alias("rows"), pl.sum_horizontal(inside).alias("inside"), pl.col(ROW).max()
    ).collect().row(0, named=True)  # fmt: skip
    # Blank rows are numbered, but not kept; the header is a line, too.
    told = skipped + 1 + (found[ROW] + 1 if found["rows"] else 0) + int(found["inside"] or 0)
    if told < lines and not _ends_blank(path, lines - told):
        raise DatasetError(
            Text(
                f"{name}: only {told:,} of its {lines:,} lines were read; look for a quotation "
                "mark that is not closed.",
                f"{name}：{lines:,} 行中只讀到 {told:,} 行；請檢查未閉合的引號。",
                f"{name}：{lines:,} 行中只读到 {told:,} 行；请检查未闭合的引号。",
            )
        )


def _ends_blank(path: Path, lines: int) -> bool:
    """Whether that many lines are blank, wherever they stand: readers pass them over."""
    blank = 0
    with open_bytes(path) as stream:
        for line in stream:
            blank += not line.strip(b' \t\r\n,;|"\x00')
    return blank >= lines
