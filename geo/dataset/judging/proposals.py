"""Settings that would read what a table lost: found in its rejected rows and unread values.

What belongs here: which setting fits what stands in the rows. What does not: which settings there
are (`geo.settings`), and how they are written (`geo.dataset.files.settings_file`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.dataset.values.numerals import middle_of
from geo.errors import Proposal, brief
from geo.schema import RAW_TABLES, Type
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import polars as pl

    from geo.dataset.files.formats import Source

__all__ = ["is_mark", "proposals_of_rows", "proposals_of_unread"]

_SUMMED = ("cells", "margins", "io_table", "cell_links")
_NUMBERS = ("negative_value", "too_large", "not_a_number", "not_a_year")
_LONGEST, _OFTEN = 20, 3
_MOST_MARKS = 12
_CONTRADICT_SHARE = 0.01
# -9, -99, 999, 99999999, -1, -7, -8: what programs of surveys write for 'no answer'.
_CODED = re.compile(r"-9+|9{3,}|-[178]{1,3}|0+|-0*[178]", re.ASCII)


def is_mark(text: str, rows: int) -> bool:
    """Whether a text that is no sensible number stands for 'not known' rather than being a slip.

    Words do, and the numbers that surveys use for it; what else holds digits does where it stands
    there again and again.

    Examples
    --------
    >>> [is_mark(text, 1) for text in ("n.k.", "-9", "99999999", "12o", "-153")]
    [True, True, True, False, False]
    >>> is_mark("<5", 7)
    True
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return False
    if not any(c.isdigit() for c in text):
        return True
    return rows >= _OFTEN or bool(_CODED.fullmatch(_as_typed(text)))


def proposals_of_rows(
    source: Source, reasons: Sequence[dict[str, Any]], rejected: Sequence[nw.LazyFrame[Any]]
) -> list[Proposal]:
    """Settings that would read rows which were rejected.

    Parameters
    ----------
    source : Source
        Their table.
    reasons : sequence of dict
        Reasons counted: reason, rows, and the column and value of the first.
    rejected : sequence of LazyFrame
        The rows: reason, column, value.
    """
    found: list[Proposal] = []
    for why in reasons:
        share = why["rows"] / source.rows
        if why["reason"] == "rows_contradict" and share >= _CONTRADICT_SHARE:
            found += [_parts(source)] if source.table in _SUMMED else []
        named = (why["value"] or "").strip()
        if why["reason"] == "id_missing" and named and source.table == "regions":
            found.append(_name(source, why["column"], named))
    if any(why["reason"] in _NUMBERS for why in reasons):
        found += _marks(source, rejected)
    return found


def proposals_of_unread(source: Source) -> list[Proposal]:
    """Settings that would read values which are not needed and could not be read."""
    columns = {unread.column for unread in source.survey.unread}
    numbers = {c.name for c in RAW_TABLES[source.table].columns if c.type is Type.NUMBER}
    marks, ranges = [], []
    for column, texts in source.survey.readings.items():
        if column not in columns:
            continue
        wrong = texts.filter("wrong").sort("rows", descending=True)
        pairs = wrong.select("text", "rows").head(_MOST_MARKS).rows()
        are_ranges = [column in numbers and middle_of(text) is not None for text, _ in pairs]
        if any(are_ranges):
            ranges.append(_ranges(source, column, pairs[are_ranges.index(True)][0]))
        rest = zip(pairs, are_ranges, strict=True)
        marks += [(column, text, rows) for (text, rows), is_range in rest if not is_range]
    return [*ranges, *_proposed_marks(source, marks)]


def _ranges(source: Source, column: str, first: str) -> Proposal:
    return Proposal(
        "ranges",
        [f"{source.table}.{column}"],
        Text(
            f"{source.name}: the column {column} holds ranges such as {brief(first)}: read as "
            "their middle",
            f"{source.name}：欄 {column} 含區間（如 {brief(first)}）：取其中點",
            f"{source.name}：列 {column} 含区间（如 {brief(first)}）：取其中点",
        ),
    )


def _marks(source: Source, rejected: Sequence[nw.LazyFrame[Any]]) -> list[Proposal]:
    rows = nw.concat(list(rejected)).filter(nw.col("reason").is_in(_NUMBERS))
    counted: pl.DataFrame = (
        rows.group_by("column", "value")
        .agg(nw.len().alias("rows"))
        .sort("rows", descending=True)
        .head(_MOST_MARKS)
        .collect()
        .to_native()
    )
    return _proposed_marks(source, counted.drop_nulls("value").rows())


def _proposed_marks(source: Source, marks: Iterable[tuple[str, str, int]]) -> list[Proposal]:
    return [
        Proposal(
            "missing_values",
            [_as_typed(text.strip())],
            Text(
                f"{source.name}: {brief(text.strip())} stands in {rows:,} row(s) of the column "
                f"{column}, and seems to mean 'not known'",
                f"{source.name}：欄 {column} 有 {rows:,} 行為 {brief(text.strip())}，似表示未知",
                f"{source.name}：列 {column} 有 {rows:,} 行为 {brief(text.strip())}，似表示未知",
            ),
        )
        for column, text, rows in marks
        if is_mark(text, rows)
    ]


def _as_typed(text: str) -> str:
    """A whole number as it would be typed, where a program wrote -9.0."""
    return re.sub(r"(?<=\d)\.0+$", "", text)


def _parts(source: Source) -> Proposal:
    table = source.table
    return Proposal(
        "sum_repeated",
        [table],
        Text(
            f"{source.name}: several rows have the same key and differ: parts (by ownership, for "
            "instance), to be added up",
            f"{source.name}：多行同鍵而內容不同，應為待加總的部分（如按所有制分列）",
            f"{source.name}：多行同键而内容不同，应为待加总的部分（如按所有制分列）",
        ),
    )


def _name(source: Source, column: str, value: str) -> Proposal:
    return Proposal(
        "not_missing",
        [value],
        Text(
            f"{source.name}: {brief(value)} is an id in the column {column}, not a missing value",
            f"{source.name}：欄 {column} 中的 {brief(value)} 是編號，不是缺失值",
            f"{source.name}：列 {column} 中的 {brief(value)} 是编号，不是缺失值",
        ),
    )
