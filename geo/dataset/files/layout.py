"""Where the header of a table stands, and how its columns become ours, as `dataset.yaml` says.

What belongs here: what is done to a file's own texts before anything is read of them. What does
not: what a text means (`geo.dataset.values`).
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from geo.dataset.files.columns import bare_name, has_required, used_columns
from geo.dataset.files.encodings import open_bytes
from geo.dataset.values.numerals import middle_of
from geo.errors import DatasetError, brief
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geo.settings import Settings


__all__ = [
    "HEADINGS",
    "SEPARATORS",
    "Heading",
    "Layout",
    "Prepared",
    "first_of_many",
    "header_of_text",
    "heading_of_text",
    "notices_of_titles",
]


HEADINGS = 20
"""Rows among which the header is looked for."""
SEPARATORS = (",", ";", "\t", "|")
_HEAD = 1 << 20


class Heading(NamedTuple):
    """Where the header of a text stands."""

    separator: str
    lines: int
    """Lines above it."""
    titles: tuple[str, ...]
    """What they say, blank ones aside."""


def heading_of_text(path: Path, layout: Layout) -> Heading:
    """The header of a CSV file in UTF-8: the first row that is one, or else that has two names.

    Parameters
    ----------
    path : Path
        The file.
    layout : Layout
        Which columns are looked for.
    """
    with open_bytes(path) as stream:
        head = stream.read(_HEAD).decode("utf-8-sig", errors="replace")
    first = head.partition("\n")[0]
    rows = {s: _rows(head, s) for s in SEPARATORS}
    found = [
        (place, s)
        for s in SEPARATORS
        for place, (_, row) in enumerate(rows[s])
        if layout.is_heading([name for name in row if name])
    ]
    separator = max(SEPARATORS, key=first.count)
    if not any(map(first.count, SEPARATORS)):
        # A title has no separators: the first line that has some is the header.
        separator = max(SEPARATORS, key=lambda s: max((len(r) for _, r in rows[s]), default=0))
    place, separator = min(
        found, default=(first_of_many([row for _, row in rows[separator]]), separator)
    )
    above = rows[separator][:place]
    titles = tuple(t for _, row in above if (t := " ".join(filter(None, map(str.strip, row)))))
    return Heading(separator, above[-1][0] if above else 0, titles)


def header_of_text(path: Path, heading: Heading) -> list[str]:
    """Names in the header of a CSV file in UTF-8."""
    with open_bytes(path) as stream:
        lines = stream.read(_HEAD).decode("utf-8-sig", errors="replace").split("\n")
    below = io.StringIO("\n".join(lines[heading.lines :]), newline="")
    return [name for name in next(csv.reader(below, delimiter=heading.separator), []) if name]


def first_of_many(rows: Sequence[Sequence[str | None]]) -> int:
    """Place of the first row of two names or more, since a title is one; 0 where there is none.

    Examples
    --------
    >>> first_of_many([["Flows of 2020", ""], ["", "01", "02"]])
    1
    """
    many = [k for k, row in enumerate(rows) if sum(bool((c or "").strip()) for c in row) > 1]
    return many[0] if many else 0


def _rows(head: str, separator: str) -> list[tuple[int, list[str]]]:
    """First rows that hold anything, with the lines that were read up to their end."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            if any(map(str.strip, row)):
                rows.append((reader.line_num, row))
            elif rows:
                rows[-1] = (reader.line_num, rows[-1][1])
            if len(rows) > HEADINGS:
                break
    except csv.Error:
        pass
    return rows


def notices_of_titles(file: str, titles: Sequence[str]) -> list[Text]:
    """That lines above the header were left out; nothing where there are none."""
    if not titles:
        return []
    first, number = brief(titles[0]), len(titles)
    return [
        Text(
            f"{file}: {number} line(s) above the header are titles and not used, such as {first}.",
            f"{file}：標題列之上有 {number} 行說明（如 {first}），未使用。",
            f"{file}：标题行之上有 {number} 行说明（如 {first}），未使用。",
        )
    ]


@dataclass
class Prepared:
    """What was done to the rows of a table on the way."""

    notices: list[Text] = field(default_factory=list)
    middles: int = 0
    """Ranges that were read as their middle."""
    read: int = 0
    """Rows before `filters`."""
    kept: int = 0
    """Rows after it."""


@dataclass(frozen=True)
class Layout:
    """What `dataset.yaml` says of the file of one table."""

    table: str
    renames: Mapping[str, str]
    """Our name of a column to the name in the file, or to that of columns put together."""
    joins: Mapping[str, tuple[str, ...]]
    """Name of columns put together to those columns."""
    constants: Mapping[str, str]
    filters: Mapping[str, tuple[str, ...]]
    missing_where: Mapping[str, Mapping[str, tuple[str, ...]]]
    patterns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    ranges: tuple[str, ...]
    encoding: str | None = None

    @classmethod
    def of(cls, settings: Settings, table: str) -> Layout:
        """Layout of a table.

        Examples
        --------
        >>> from geo.settings import Settings
        >>> columns = {"cells": {"region_id": ["state", "county"]}}
        >>> Layout.of(Settings(columns=columns), "cells").renames
        {'region_id': 'state + county'}
        """
        given = settings.columns.get(table, {})
        many = {ours: names for ours, names in given.items() if not isinstance(names, str)}
        return cls(
            table,
            {ours: names if isinstance(names, str) else _joined(names)
             for ours, names in given.items()},
            {_joined(names): names for names in many.values()},
            settings.constants.get(table, {}),
            settings.filters.get(table, {}),
            settings.missing_where.get(table, {}),
            settings.patterns.get(table, {}),
            settings.values.get(table, {}),
            tuple(name.partition(".")[2] for name in settings.ranges
                  if name.partition(".")[0] == table),
            settings.encoding_of(table),
        )  # fmt: skip

    def seen(self, found: Sequence[str]) -> list[str]:
        """Columns that a file has, and those that are put together of them."""
        bare = {bare_name(name) for name in found}
        return [
            *found,
            *(n for n, parts in self.joins.items() if {bare_name(p) for p in parts} <= bare),
        ]

    def is_heading(self, found: Sequence[str]) -> bool:
        """Whether names are the heading of the table: all that it needs is there."""
        return has_required(self.table, [*self.seen(found), *self.constants], self.renames)

    def used(self, found: Sequence[str | None]) -> set[int]:
        """Places of the columns of a heading that are read."""
        names = {bare_name(name): place for place, name in enumerate(found) if name}
        others = {
            *(part for parts in self.joins.values() for part in parts),
            *self.filters,
            *(flag for flags in self.missing_where.values() for flag in flags),
        }
        return used_columns(self.table, found, self.renames) | {
            names[bare_name(name)] for name in others if bare_name(name) in names
        }

    def with_joins(self, scan: pl.LazyFrame, name: str) -> pl.LazyFrame:
        """Rows with the columns that are put together.

        Raises
        ------
        DatasetError
            If one of them is not there.
        """
        found = scan.collect_schema().names()
        texts = []
        for joined, parts in self.joins.items():
            columns = _there(parts, found, name, "columns")
            pieces = [pl.col(column).cast(pl.String).str.strip_chars() for column in columns]
            texts.append(pl.concat_str(pieces).alias(joined))
        return scan.with_columns(texts)

    def kept(self, scan: pl.LazyFrame, name: str, told: Prepared) -> pl.LazyFrame:
        """Rows that `filters` keeps, which are counted.

        Raises
        ------
        DatasetError
            If a column of them is not there.
        """
        if not self.filters:
            return scan
        columns = _there(list(self.filters), scan.collect_schema().names(), name, "filters")
        pairs = zip(columns, self.filters.values(), strict=True)
        kept = scan.filter(*(_is_one_of(column, values) for column, values in pairs))
        told.read += int(scan.select(pl.len()).collect().item())
        told.kept += int(kept.select(pl.len()).collect().item())
        return kept

    def notices_of_filters(self, name: str, told: Prepared) -> list[Text]:
        """How many rows `filters` keeps; nothing where there are none.

        Raises
        ------
        DatasetError
            If it keeps none.
        """
        if not self.filters:
            return []
        said = ", ".join(f"{c}: {'/'.join(v)}" for c, v in self.filters.items())
        if told.read and not told.kept:
            raise DatasetError(_nothing_kept(name, said, told.read))
        return [_kept(name, said, told.read, told.kept)]

    def text(self, column: pl.Expr, ours: str, found: Sequence[str], name: str) -> pl.Expr:
        """Text of a column of ours, as flags, patterns and values of the settings make it.

        Raises
        ------
        DatasetError
            If a column that says which values are missing is not there.
        """
        if ours in self.missing_where:
            flags = self.missing_where[ours]
            columns = _there(list(flags), found, name, "missing_where")
            pairs = zip(columns, flags.values(), strict=True)
            flagged = [_is_one_of(column, values) for column, values in pairs]
            column = pl.when(~pl.any_horizontal(flagged)).then(column)
        if ours in self.patterns or ours in self.values:
            column = column.cast(pl.String).str.strip_chars()
        if ours in self.patterns:
            column = column.str.extract(self.patterns[ours], 1)
        if ours in self.values:
            mapping = self.values[ours]
            column = column.replace(list(mapping), [value or None for value in mapping.values()])
        return column

    def unmatched(self, scan: pl.LazyFrame, ours: Mapping[str, str], name: str) -> list[Text]:
        """How many texts of a column its pattern does not fit."""
        notices = []
        for column, pattern in self.patterns.items():
            if column not in ours:
                continue
            text = pl.col(ours[column]).cast(pl.String).str.strip_chars()
            odd = scan.select(text.alias("text")).filter(
                (pl.col("text") != "") & pl.col("text").str.extract(pattern, 1).is_null()
            )
            counted = odd.select(pl.len().alias("rows"), pl.col("text").first()).collect()
            if counted["rows"][0]:
                notices.append(_no_match(name, column, counted["rows"][0], counted["text"][0]))
        return notices

    def with_middles(self, frame: pl.LazyFrame, told: Prepared) -> pl.LazyFrame:
        """Rows in which ranges are numbers: their middle, or the least where they have no end."""
        for column in self.ranges:
            if frame.collect_schema().get(column) != pl.String:
                continue
            text = pl.col(column).str.strip_chars()
            counted = frame.group_by(text.alias("text")).agg(pl.len().alias("rows")).collect()
            pairs = [
                (t, f"{middle:g}", n)
                for t, n in counted.drop_nulls().rows()
                if (middle := middle_of(t)) is not None
            ]
            told.middles += sum(rows for _, _, rows in pairs)
            frame = frame.with_columns(
                text.replace([p[0] for p in pairs], [p[1] for p in pairs]).alias(column)
            )
        return frame


def _joined(names: Sequence[str]) -> str:
    return " + ".join(names)


def _is_one_of(column: str, values: Sequence[str]) -> pl.Expr:
    """Whether a column has one of some texts, or the number that one of them is."""
    text = pl.col(column).cast(pl.String).str.strip_chars()
    numbers = [number for value in values if (number := _number(value)) is not None]
    same = text.is_in(list(values))
    if numbers:
        same |= text.cast(pl.Float64, strict=False).is_in(numbers)
    return same.fill_null(value=False)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _there(wanted: Sequence[str], found: Sequence[str], file: str, setting: str) -> list[str]:
    """The columns as the file writes them, whatever their letter case and the space around them."""
    names = {bare_name(name): name for name in reversed(found)}
    lost = next((name for name in wanted if bare_name(name) not in names), None)
    if lost is not None:
        listed = ", ".join(repr(name[:30]) for name in found[:12] if not name.startswith("_"))
        raise DatasetError(
            Text(
                f"{file}: there is no column {lost}, which `{setting}` in dataset.yaml names; the "
                f"file has {listed}; correct the name there.",
                f"{file}：沒有 dataset.yaml 的 `{setting}` 所指的欄 {lost}；該檔有 {listed}；"
                "請在設定中改正。",
                f"{file}：没有 dataset.yaml 的 `{setting}` 所指的列 {lost}；该文件有 {listed}；"
                "请在设置中改正。",
            )
        )
    return [names[bare_name(name)] for name in wanted]


def _nothing_kept(file: str, said: str, rows: int) -> Text:
    return Text(
        f"{file}: `filters` in dataset.yaml ({said}) keeps none of the {rows:,} rows; correct it.",
        f"{file}：dataset.yaml 的 `filters`（{said}）未保留 {rows:,} 行中的任何一行；請改正。",
        f"{file}：dataset.yaml 的 `filters`（{said}）未保留 {rows:,} 行中的任何一行；请改正。",
    )


def _kept(file: str, said: str, rows: int, left: int) -> Text:
    return Text(
        f"{file}: `filters` ({said}) keeps {left:,} of {rows:,} rows; the others are not read.",
        f"{file}：`filters`（{said}）保留 {rows:,} 行中的 {left:,} 行；其餘未讀。",
        f"{file}：`filters`（{said}）保留 {rows:,} 行中的 {left:,} 行；其余未读。",
    )


def _no_match(file: str, column: str, rows: int, first: str) -> Text:
    return Text(
        f"{file}: the pattern of the column {column} does not fit {rows:,} value(s), such as "
        f"{brief(first)}: they are taken for missing.",
        f"{file}：欄 {column} 有 {rows:,} 個值不合其樣式（如 {brief(first)}），視為缺失。",
        f"{file}：列 {column} 有 {rows:,} 个值不合其样式（如 {brief(first)}），视为缺失。",
    )
