"""How the columns of a file become ours, as `dataset.yaml` says: names, parts, rows, texts.

What belongs here: what is done to a file's own texts before anything is read of them. What does
not: what a text means (`geo.dataset.values`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from geo.dataset.files.columns import bare_name, has_required, used_columns
from geo.dataset.values.ranges import middle_of
from geo.errors import DatasetError, brief
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.settings import Settings

__all__ = ["Layout", "Prepared"]


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
