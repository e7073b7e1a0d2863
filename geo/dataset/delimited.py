"""CSV to Parquet: encoding, separator, and rows that do not fit their header."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import polars as pl

from geo.dataset.encodings import encoding_of, open_bytes, utf8_copy
from geo.errors import DatasetError

if TYPE_CHECKING:
    from pathlib import Path

    from geo.dataset.folder import TableFile

__all__ = ["ROW", "TOO_MANY", "delimited_to_parquet", "signature_of"]

ROW = "_row"
TOO_MANY = "_too_many"
"""Column with what stands in a row beyond the last column of the header."""

_SEPARATORS = (",", ";", "\t")
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


def delimited_to_parquet(file: TableFile, target: Path) -> None:
    """Write the rows of a CSV file as text columns, numbered from 0, blank rows left out.

    Raises
    ------
    DatasetError
        If it is no text in a known encoding, has no header, or a quotation mark stays open.
    """
    path = file.path
    is_packed = path.name.lower().endswith(".gz")
    found = signature_of(path)
    if found is not None and not (is_packed and found == "a gzip file"):
        raise DatasetError(f"{path.name} is {found}, not CSV; correct the file or its name.")
    if is_packed and found is None and path.stat().st_size:
        raise DatasetError(f"{path.name} is not a gzip file; name it {path.name[:-3]}.")
    encoding = encoding_of(path)
    text = target.with_suffix(".utf8.csv")
    if is_packed or encoding != "utf-8-sig":
        utf8_copy(path, text, encoding=encoding)
        path = text
    if _has_old_line_ends(path):
        # Excel on the Macintosh still offers them; nothing after the header would be seen.
        content = path.read_bytes().replace(b"\r", b"\n")
        path = text
        path.write_bytes(content)
    separator = _separator(path)
    try:
        _convert(path, target, separator)
    except pl.exceptions.PolarsError:
        fitted = target.with_suffix(".fitted.csv")
        _fit_rows(path, fitted, separator, name=file.name)
        _convert(fitted, target, ",")
        fitted.unlink()
    text.unlink(missing_ok=True)


def _has_old_line_ends(path: Path) -> bool:
    with open_bytes(path) as stream:
        head = stream.read(1 << 20)
    return b"\r" in head and b"\n" not in head


def _separator(path: Path) -> str:
    with open_bytes(path) as stream:
        header = stream.readline(1 << 20).decode("utf-8-sig", errors="replace")
    return max(_SEPARATORS, key=header.count)


def _convert(path: Path, target: Path, separator: str) -> None:
    rows = pl.scan_csv(
        path, separator=separator, infer_schema=False, row_index_name=ROW, glob=False
    )
    names = [name for name in rows.collect_schema().names() if name != ROW]
    is_blank = pl.all_horizontal([pl.col(name).is_null() | (pl.col(name) == "") for name in names])
    rows.filter(~is_blank).sink_parquet(target, compression="lz4")


def _fit_rows(path: Path, target: Path, separator: str, *, name: str) -> None:
    """Copy in which every row has as many values as the header; the rest goes to one column."""
    with path.open("rb") as raw, target.open("w", encoding="utf-8", newline="") as out:
        lines = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
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
                f"{name}: row {row + 1} cannot be read as CSV ({error}); "
                "look for a quotation mark that is not closed."
            ) from error
