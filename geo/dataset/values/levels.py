"""Levels of a classification: which one a code is of, and tables that mix them.

A level is the number of digits: 31-33 and C10 are of level 2, 3111 of level 4, C of level 0.
Totals are lines that hold the sum of others, whatever they are called.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl

from geo.errors import DatasetError, Proposal
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd

__all__ = [
    "TOTALS",
    "assert_one_level",
    "coarser_codes",
    "level_of",
    "notices_of_levels",
    "of_level",
    "proposals_of_levels",
    "with_level",
]

TOTALS = (
    "total", "totals", "all", "all industries", "total, all industries", "all regions",
    "grand total", "sum", "tot", "合计", "合計", "总计", "總計", "小计", "小計", "全部", "全国",
    "全國", "insgesamt", "gesamt", "ensemble", "totale", "suma",
)  # fmt: skip
"""What lines of totals are called, in lower case."""
_LEFT = "_other_level"
_SHOWN = 6
_MIXED, _MANY = 0.01, 0.1


def level_of(code: str) -> int:
    """Digits of a code; of a range, those of its first end.

    Examples
    --------
    >>> [level_of(code) for code in ("31-33", "C10.71", "3111", "C")]
    [2, 4, 4, 0]
    """
    first = re.split(r"[-–~](?=\d)", code)[0]
    return sum(c.isdigit() for c in first)


def of_level(code: str, level: int) -> str | None:
    """A code cut to a level; None where it is coarser.

    Examples
    --------
    >>> of_level("C10.71", 2), of_level("3111", 3), of_level("31", 4)
    ('C10', '311', None)
    """
    if level_of(code) < level:
        return None
    digits, end = 0, 0
    for end, character in enumerate(code, start=1):  # noqa: B007 - where the cut is
        digits += character.isdigit()
        if digits == level and (level or not character.isalpha()):
            break
    return code if level_of(code) == level else code[:end].rstrip(" .-/_")


def with_level(
    frame: nw.LazyFrame[Any], level: int | None, *, cuts: bool
) -> tuple[nw.LazyFrame[Any], nw.Expr]:
    """Rows with industries of one level, and the condition that a row is of another.

    Parameters
    ----------
    frame : LazyFrame
        Column industry.
    level : int, optional
        Level to keep; all where not given.
    cuts : bool
        Whether finer codes are cut to the level (firms), rather than left out (totals beside
        their parts).
    """
    if level is None:
        return frame, nw.lit(value=False)
    codes = frame.select("industry").drop_nulls().unique().collect()["industry"].to_list()
    cut = {
        code: of_level(code, level) if cuts or level_of(code) == level else None for code in codes
    }
    table = pl.LazyFrame(
        {"industry": list(cut), "_at_level": list(cut.values())},
        schema={"industry": pl.String, "_at_level": pl.String},
    )
    names = frame.collect_schema().names()
    joined = frame.join(nw.from_native(table), on="industry", how="left")
    is_other = nw.col("_at_level").is_null() & ~nw.col("industry").is_null()
    joined = joined.with_columns(
        is_other.alias(_LEFT), nw.coalesce("_at_level", "industry").alias("industry")
    )
    return joined.select(*names, _LEFT), nw.col(_LEFT)


def coarser_codes(codes: Collection[str]) -> dict[str, list[str]]:
    """Codes that hold others, and the nearest of those.

    Examples
    --------
    >>> coarser_codes(["31-33", "311", "3111", "3112", "5112"])
    {'31-33': ['311'], '311': ['3111', '3112']}
    """
    bare = {code: re.sub(r"[^0-9A-Za-z]", "", code) for code in codes}
    ordered = sorted(codes)
    found = {}
    for code in ordered:
        starts = _starts(code, bare[code])
        if level_of(code) < 2 and not code.isalpha():
            continue  # C1 is no parent of C10
        inside = [
            other
            for other in ordered
            if level_of(other) > level_of(code) and bare[other].startswith(starts)
        ]
        if inside:
            nearest = min(level_of(other) for other in inside)
            found[code] = [other for other in inside if level_of(other) == nearest]
    return found


def _starts(code: str, bare: str) -> tuple[str, ...]:
    ends = re.fullmatch(r"(\D*)(\d+)[-–~](\d+)", code)
    if ends and len(ends[2]) == len(ends[3]) and int(ends[2]) <= int(ends[3]) < int(ends[2]) + 100:
        return tuple(
            f"{ends[1]}{n:0{len(ends[2])}d}" for n in range(int(ends[2]), int(ends[3]) + 1)
        )
    return (bare,)


def assert_one_level(cells: pd.DataFrame, file: str) -> None:
    """Stop where lines of a table of cells hold the sum of others of its lines.

    Parameters
    ----------
    cells : DataFrame
        year, region_key, industry, establishments, employment (NaN = withheld).
    file : str
        Name of its file.

    Raises
    ------
    DatasetError
        Naming the codes, and the setting that picks a level.
    """
    codes = sorted(set(cells["industry"]))
    parts = coarser_codes(codes)
    totals = _totals(cells, codes, parts)
    if not totals:
        return
    rest = [code for code in codes if code not in totals]
    level = max((level_of(code) for code in rest), default=0)
    named = ", ".join(totals[:_SHOWN]) + (", ..." if len(totals) > _SHOWN else "")
    raise DatasetError(
        Text(
            f"{file}: levels of the classification are mixed: {len(totals)} of the {len(codes)} "
            f"industries are sums of others ({named}), and would be counted twice; say "
            f"`level: {level}` in dataset.yaml to keep the codes of {level} digits, or take those "
            "rows out.",
            f"{file}：混有不同層級的行業代碼：{len(codes)} 個代碼中有 {len(totals)} 個是其他代碼的"
            f"合計（{named}），會重複計算；請在 dataset.yaml 中設 `level: {level}` 以保留 {level} "
            "位代碼，或刪去這些行。",
            f"{file}：混有不同层级的行业代码：{len(codes)} 个代码中有 {len(totals)} 个是其他代码的"
            f"合计（{named}），会重复计算；请在 dataset.yaml 中设 `level: {level}` 以保留 {level} "
            "位代码，或删去这些行。",
        ),
        _of_level(level, file),
    )


def _of_level(level: int, file: str) -> Proposal:
    return Proposal(
        "level",
        str(level),
        Text(
            f"{file}: the table mixes levels of the classification; codes of {level} digits are "
            "kept",
            f"{file}：該表混有不同層級的代碼；保留 {level} 位代碼",
            f"{file}：该表混有不同层级的代码；保留 {level} 位代码",
        ),
    )


def _totals(cells: pd.DataFrame, codes: list[str], parts: Mapping[str, list[str]]) -> list[str]:
    """Codes whose lines are, nearly everywhere, at least the sum of those that they hold."""
    sizes = ("establishments", "employment", "output")
    size = next((s for s in sizes if s in cells and cells[s].notna().any()), "employment")
    wide = cells.pivot_table(
        index=["year", "region_key"], columns="industry", values=size, aggfunc="sum", min_count=1
    )
    found = []
    for code in (c for c in codes if c in wide):
        inside = [p for p in parts.get(code, []) if p in wide]
        others = [c for c in wide.columns if c != code and c not in parts]
        for these in (inside, others):
            if _is_sum(wide[code], wide[these], strict=these is others):
                found.append(code)
                break
    return found


def _is_sum(line: pd.Series[float], parts: pd.DataFrame, *, strict: bool) -> bool:
    sums = parts.sum(axis=1, min_count=1)
    both = line.notna() & sums.notna() & (sums > 0)
    if parts.shape[1] < (2 if strict else 1) or both.sum() < 2:
        return False
    ratio = line[both] / sums[both]
    holds = (ratio >= 0.999) & ((ratio <= 1.001) if strict else True)
    # Without nesting only exact sums, and of several lines, are proof.
    return bool(holds.mean() >= 0.9) and (strict or parts.shape[1] > 1 or bool((ratio < 20).any()))


def proposals_of_levels(codes: Mapping[str, int], file: str) -> list[Proposal]:
    """The level that firms coded at several of them have in common; parameters as of the notice."""
    if not notices_of_levels(codes, file):
        return []
    return [_of_level(min(level_of(code) for code in coarser_codes(list(codes))), file)]


def notices_of_levels(codes: Mapping[str, int], file: str) -> list[Text]:
    """Whether firms are coded at several levels of a classification.

    Parameters
    ----------
    codes : mapping of str to int
        Rows by code.
    file : str
        Name of the table's file.

    Examples
    --------
    >>> notices_of_levels({"3111": 60, "3112": 20, "31": 20}, "firms.csv")[0].en[:62]
    'firms.csv: 20 of 100 rows (20%) have codes that are coarser th'
    """
    parts, total = coarser_codes(list(codes)), sum(codes.values())
    coarse = list(parts)
    rows = sum(codes[c] for c in coarse)
    # A single finer code beside its parent is a choice of the classification's user.
    is_mixed = rows >= _MANY * total or any(len(inside) > 1 for inside in parts.values())
    if not total or rows / total < _MIXED or not is_mixed:
        return []
    level = max(map(level_of, codes))
    lowest = min(level_of(c) for c in coarse)
    named = ", ".join(sorted(coarse, key=lambda c: (-codes[c], c))[:_SHOWN])
    return [
        Text(
            f"{file}: {rows:,} of {total:,} rows ({rows / total:.0%}) have codes that are coarser "
            f"than others of the table ({named}): an industry then stands there at two levels; say "
            f"`level: {lowest}` in dataset.yaml to cut all codes to {lowest} digits, or "
            f"`level: {level}` to leave coarser rows out.",
            f"{file}：{total:,} 行中有 {rows:,} 行（{rows / total:.0%}）的行業代碼比表中其他代碼粗"
            f"（{named}），同一行業分列兩級；請在 dataset.yaml 中設 `level: {lowest}` 將代碼截至 "
            f"{lowest} 位，或設 `level: {level}` 以略去較粗的行。",
            f"{file}：{total:,} 行中有 {rows:,} 行（{rows / total:.0%}）的行业代码比表中其他代码粗"
            f"（{named}），同一行业分列两级；请在 dataset.yaml 中设 `level: {lowest}` 将代码截至 "
            f"{lowest} 位，或设 `level: {level}` 以略去较粗的行。",
        )
    ]
