"""Row checks: which rows are used, which are rejected and why, and when a table is unusable.

Every check is a condition with a reason and a column; the first that fails decides, in the order
given. Which checks a table has stands in the module of the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from geo.dataset.files.formats import ROW, TOO_MANY
from geo.dataset.judging.typed_values import is_wrong, shown
from geo.engine import scan, sink
from geo.errors import DatasetError, brief
from geo.schema import RAW_TABLES, Type
from geo.vocabulary import REJECTIONS, Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.dataset.files.formats import Source
    from geo.schema.column import Column

__all__ = [
    "Check",
    "advice",
    "assert_usable",
    "duplicates",
    "is_essential",
    "required_checks",
    "sort_out",
    "value_checks",
]


_FAILED = "_failed"
LARGEST = 9e17
"""Largest sum of money; anything above is a slip."""
_MONTHS = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_BY_SPREADSHEET = (
    r"(?i)^(?:[12][0-9]{3}-[0-9]{2}-[0-9]{2}(?:[ T]00:00:00.*)?"
    rf"|[0-9]{{1,2}}-{_MONTHS}(?:-[0-9]{{2,4}})?|{_MONTHS}-[0-9]{{2,4}}"
    r"|[0-9]{1,2}月[0-9]{1,2}日|[0-9](?:\.[0-9]+)?E\+[0-9]{2,3}"
    r"|#(?:REF|VALUE|DIV/0|NAME|NUM|SPILL|CALC)[!?])$"
)
_OF_OTHER_YEARS = {"outside_years", "party_not_alive", "party_rejected"}


class Check(NamedTuple):
    """A row for which `fails` holds is rejected; null counts as passed."""

    reason: str
    column: str
    fails: nw.Expr


def required_checks(source: Source) -> list[Check]:
    """Rows with more values than columns, without id, or without another required text or year."""
    table = RAW_TABLES[source.table]
    ids = [c.name for c in table.columns if c.required and c.name.endswith("_id")]
    ids = ids or [k for k in table.key if table.column(k).required][:1]
    checks = [Check("too_many_values", table.columns[-1].name, ~nw.col(TOO_MANY).is_null())]
    codes = [c.name for c in table.columns if c.type is Type.TEXT and c.required and not c.allowed]
    checks += [
        Check("code_is_date", name, nw.col(shown(name)).str.contains(_BY_SPREADSHEET))
        for name in codes
    ]
    checks += [Check("id_missing", name, nw.col(name).is_null()) for name in ids]
    for column in table.columns:
        is_other = column.required and not column.nullable and column.name not in ids
        if is_other and column.type in (Type.TEXT, Type.YEAR):
            is_wrong_year = column.type is Type.YEAR
            missing = nw.col(column.name).is_null()
            missing = missing & ~nw.col(is_wrong(column.name)) if is_wrong_year else missing
            checks.append(Check("value_missing", column.name, missing))
    return checks


def is_essential(table: str, column: Column) -> bool:
    """Whether a row cannot be used where this value cannot be read."""
    return column.required or column.name in RAW_TABLES[table].key


def value_checks(source: Source) -> list[Check]:
    """Values that are not of their column's type, below its least, or not among those allowed.

    Where a value that cannot be read is none that the row needs, it is not known, and the row
    stays.
    """
    checks = []
    for column in RAW_TABLES[source.table].columns:
        if column.name not in source.columns or column.type is Type.GEOMETRY:
            continue
        value = nw.col(column.name)
        if is_essential(source.table, column) and column.type is not Type.TEXT:
            reason = "not_a_year" if column.type is Type.YEAR else "not_a_number"
            checks.append(Check(reason, column.name, nw.col(is_wrong(column.name))))
        if column.minimum == 0:
            checks.append(Check("negative_value", column.name, value < 0))
        if column.type in (Type.NUMBER, Type.INTEGER):
            most = LARGEST if column.maximum is None else column.maximum
            checks.append(Check("too_large", column.name, (value > most) | (value < -most)))
        if column.allowed is not None:
            checks.append(Check("unknown_kind", column.name, ~value.is_in(column.allowed)))
    return checks


def duplicates(
    frame: nw.LazyFrame[Any], keys: Sequence[str], said: Sequence[str]
) -> nw.LazyFrame[Any]:
    """Rows whose keys stand in another row too: `_row`, the keys, and `_contradict`.

    Where all rows of a key say the same, the later ones; where they contradict each other, all. No
    value equals none.
    """
    types = frame.collect_schema()
    filled = [
        nw.col(k).fill_null("" if types[k] == nw.String else -1).alias(f"_key_{k}") for k in keys
    ]
    names = [f"_key_{k}" for k in keys]
    columns = [nw.col(name) for name in dict.fromkeys([*keys, *said])]
    rows = frame.select(nw.col(ROW), *columns, *filled)
    first = rows.group_by(*names).agg(nw.col(ROW).min().alias("_first"), nw.len().alias("_times"))
    again = first.filter(nw.col("_times") > 1).select(*names, "_first", "_times")
    rows = rows.join(again, on=names, how="inner")
    spread = rows.group_by(*names).agg(
        *(nw.col(name).n_unique().alias(f"_of_{name}") for name in said)
    )
    differ = nw.any_horizontal(
        nw.lit(value=False), *(nw.col(f"_of_{name}") > 1 for name in said), ignore_nulls=True
    )
    spread = spread.select(*names, differ.alias("_contradict"))
    joined = rows.join(spread, on=names, how="inner")
    later = nw.col(ROW) > nw.col("_first")
    return joined.filter(later | nw.col("_contradict")).select(ROW, *keys, "_contradict")


def sort_out(
    frame: nw.LazyFrame[Any],
    checks: Sequence[Check],
    *,
    keep: Sequence[str],
    key: Sequence[str],
    weight: str | None,
    path: Path,
) -> tuple[nw.LazyFrame[Any], nw.LazyFrame[Any]]:
    """Rows that pass every check, and those that do not, with why.

    Parameters
    ----------
    frame : LazyFrame
        Typed rows.
    checks : sequence of Check
        In the order in which they decide.
    keep : sequence of str
        Columns of the rows that pass.
    key : sequence of str
        Columns that make the key of a rejected row, as text; the first is its id.
    weight : str, optional
        Column with the jobs of a row.
    path : Path
        File that the judged rows are written to, in one pass.

    Returns
    -------
    tuple of LazyFrame
        Rows that pass, with `keep`; and rejected rows with _row, _id, key, column, value, reason,
        weight.
    """
    failed: nw.Expr = nw.lit(None, nw.Int32)
    for number, check in reversed(list(enumerate(checks))):
        failed = nw.when(check.fails).then(nw.lit(number, nw.Int32)).otherwise(failed)
    texts = dict.fromkeys([*key, *(name for check in checks for name in _told_by(check))])
    is_rejected = ~nw.col(_FAILED).is_null()
    nothing = nw.lit(None, nw.Float64)
    judged = frame.with_columns(failed.alias(_FAILED)).select(
        *(nw.col(name) for name in keep),
        nw.col(_FAILED),
        # What the file says is written for rejected rows alone.
        *(nw.when(is_rejected).then(nw.col(t).cast(nw.String)).alias(f"told:{t}") for t in texts),
        nw.when(is_rejected).then(nothing if weight is None else nw.col(weight)).alias("weight"),
    )
    sink({path: judged}, in_order=False)
    rows = scan(path)
    accepted = rows.filter(nw.col(_FAILED).is_null()).select(*keep)
    refused = rows.filter(is_rejected).select(
        nw.col(ROW),
        nw.col(f"told:{key[0]}").alias("_id"),
        _joined_text(key).alias("key"),
        _chosen([nw.lit(check.column) for check in checks]).alias("column"),
        _chosen([_joined_text(_told_by(check)) for check in checks]).alias("value"),
        _chosen([nw.lit(check.reason) for check in checks]).alias("reason"),
        nw.col("weight"),
    )
    return accepted, refused


def _told_by(check: Check) -> list[str]:
    """Columns that show what is wrong with a row."""
    if check.reason == "too_many_values":
        return [TOO_MANY]
    if check.column == "geometry":
        return []
    if check.reason.startswith("coordinates_") or check.reason == "outside_regions":
        return [shown("longitude"), shown("latitude")]
    return [shown(check.column)]


def _chosen(by_check: list[nw.Expr]) -> nw.Expr:
    chosen: nw.Expr = nw.lit(None, nw.String)
    for number, value in reversed(list(enumerate(by_check))):
        chosen = nw.when(nw.col(_FAILED) == number).then(value).otherwise(chosen)
    return chosen


def _joined_text(columns: Sequence[str]) -> nw.Expr:
    if len(columns) < 2:
        return nw.col(f"told:{columns[0]}") if columns else nw.lit(None, nw.String)
    texts = [nw.col(f"told:{name}").fill_null("") for name in columns]
    return nw.concat_str(*texts, separator=", ")


def assert_usable(
    source: Source,
    counts: Sequence[dict[str, Any]],
    *,
    used: int,
    max_share: float,
    hole: Text | None = None,
    map_name: str = "",
) -> None:
    """Stop where too many rows of a table are wrong, or none can be used.

    A table that only speaks of other years than those of the run has no usable row, and is right.

    Parameters
    ----------
    source : Source
        The table.
    counts : sequence of dict
        Reasons counted: reason, rows, and of its first row _row, column, value.
    used : int
        Rows used.
    max_share : float
        Share of faulty rows above which to stop.
    hole : Text, optional
        What is missing on the map, which explains points outside all regions.
    map_name : str
        File of the map.

    Raises
    ------
    DatasetError
        Naming the file, the most frequent fault, its first value and row, and what to do.
    """
    faults = [c for c in counts if REJECTIONS[c["reason"]].is_fault]
    total = sum(c["rows"] for c in faults)
    if not used and source.table != "regions" and {c["reason"] for c in counts} <= _OF_OTHER_YEARS:
        return
    gap = next(
        (c for c in counts if c["rows"] > _MOST_GAPS.get(c["reason"], 2) * source.rows), None
    )
    worst = max(faults or counts, key=lambda c: (c["rows"], -c["_row"]), default=None)
    if worst is None or (total <= max_share * source.rows and used and gap is None):
        return
    if total <= max_share * source.rows and gap is not None:
        worst, total, max_share = gap, gap["rows"], _MOST_GAPS[gap["reason"]]
    if worst["reason"] == "coordinates_swapped" and worst["rows"] >= 0.9 * source.rows:
        raise DatasetError(_map_is_swapped(source, worst, map_name))
    why = REJECTIONS[worst["reason"]].text
    if worst["reason"] == "outside_regions" and hole is not None:
        why = Text(*(a + b for a, b in zip(why, hole, strict=True)))
    raise DatasetError(_too_many(source, worst, why, total=total, used=used, max_share=max_share))


_MOST_GAPS = {"region_unknown": 0.9}
"""Share of a table up to which its rows may be gaps of one kind."""


def _too_many(
    source: Source, worst: dict[str, Any], why: Text, *, total: int, used: int, max_share: float
) -> Text:
    part, row = source.place_of(worst["_row"])
    column, rows, read = worst["column"], worst["rows"], source.rows
    value = f" ({brief(worst['value'])})" if worst["value"] else ""
    such = f"（{brief(worst['value'])}）" if worst["value"] else ""
    if used:
        scale = Text(
            f"{total:,} of {read:,} rows cannot be used, more than the {max_share:.0%} allowed",
            f"{read:,} 行中有 {total:,} 行無法使用，超過容許的 {max_share:.0%}",
            f"{read:,} 行中有 {total:,} 行无法使用，超过容许的 {max_share:.0%}",
        )
    else:
        scale = Text(
            f"none of the {read:,} rows can be used",
            f"{read:,} 行全部無法使用",
            f"{read:,} 行全部无法使用",
        )
    what_to_do = advice(source, worst)
    return Text(
        f"{part}: {scale.en}; most often ({rows:,} times), and first in row {row:,}, "
        f"column {column}{value}: {why.en}; {what_to_do.en}.",
        f"{part}：{scale.zh_hant}；最多的是（{rows:,} 次，首見於第 {row:,} 行欄 {column}{such}）："
        f"{why.zh_hant}；{what_to_do.zh_hant}。",
        f"{part}：{scale.zh_hans}；最多的是（{rows:,} 次，首见于第 {row:,} 行列 {column}{such}）："
        f"{why.zh_hans}；{what_to_do.zh_hans}。",
    )


def _map_is_swapped(source: Source, worst: dict[str, Any], map_name: str) -> Text:
    rows, read = worst["rows"], source.rows
    return Text(
        f"{map_name} has latitude before longitude, it seems: {rows:,} of {read:,} points of "
        f"{source.name} lie on it only with longitude and latitude swapped; write the map with "
        f"longitude first (or, if it is {source.name} that is wrong, exchange its two columns).",
        f"{map_name} 似乎把緯度寫在經度之前：{source.name} 的 {read:,} 個點中有 {rows:,} 個"
        f"須對調座標才落在圖上；請將地圖改為經度在前（若錯在 {source.name}，則對調其兩欄）。",
        f"{map_name} 似乎把纬度写在经度之前：{source.name} 的 {read:,} 个点中有 {rows:,} 个"
        f"须对调坐标才落在图上；请将地图改为经度在前（若错在 {source.name}，则对调其两列）。",
    )


def advice(source: Source, worst: dict[str, Any]) -> Text:
    """What to do about a fault, without losing what could be kept.

    Parameters
    ----------
    source : Source
        The table.
    worst : dict
        The fault: reason, column, and the first value.
    """
    reason, table = worst["reason"], source.table
    setting = _setting(reason, table)
    said = (worst["value"] or "").strip()
    if setting is not None and "{said}" not in setting.en:
        return setting
    if setting is not None and said and len(said) <= _LONGEST_MARK:
        return Text(*(text.replace("{said}", said) for text in setting))
    if reason == "unknown_kind":
        allowed = ", ".join(RAW_TABLES[table].column(worst["column"]).allowed or ())
        return Text(f"use one of {allowed}", f"請用 {allowed} 之一", f"请用 {allowed} 之一")
    return _ADVICE.get(reason, _LAST_RESORT)


def _setting(reason: str, table: str) -> Text | None:
    """The setting that would read what is a fault without it."""
    if reason == "rows_contradict" and table in ("cells", "margins", "io_table", "cell_links"):
        return Text(
            f"say `sum_repeated: {table}` in dataset.yaml if they are parts to be added up (by "
            "ownership, for instance), or keep one row for each key",
            f"若這些行為應加總的部分（如按所有制分列），請在 dataset.yaml 中設 "
            f"`sum_repeated: {table}`；否則每鍵只留一行",
            f"若这些行为应加总的部分（如按所有制分列），请在 dataset.yaml 中设 "
            f"`sum_repeated: {table}`；否则每键只留一行",
        )
    return _SETTINGS.get(reason)


_LONGEST_MARK = 20
_NOT_KNOWN = Text(
    "correct them, or say `missing_values: ['{said}']` in dataset.yaml if that means 'not known'",
    "請改正；若該值表示未知，請在 dataset.yaml 中設 `missing_values: ['{said}']`",
    "请改正；若该值表示未知，请在 dataset.yaml 中设 `missing_values: ['{said}']`",
)
_SETTINGS = {
    "negative_value": _NOT_KNOWN,
    "too_large": _NOT_KNOWN,
    "not_a_number": _NOT_KNOWN,
    "not_a_year": _NOT_KNOWN,
    "id_missing": Text(
        "fill in the ids, or say `not_missing: ['{said}']` in dataset.yaml if that is one",
        "請補上編號；若該值確為編號，請在 dataset.yaml 中設 `not_missing: ['{said}']`",
        "请补上编号；若该值确为编号，请在 dataset.yaml 中设 `not_missing: ['{said}']`",
    ),
    "outside_regions": Text(
        "correct the coordinates, or name their `datum` or `crs` in dataset.yaml",
        "請改正座標，或在 dataset.yaml 中註明 `datum` 或 `crs`",
        "请改正坐标，或在 dataset.yaml 中注明 `datum` 或 `crs`",
    ),
    "coordinates_invalid": Text(
        "correct the coordinates, or name their `datum` or `crs` in dataset.yaml",
        "請改正座標，或在 dataset.yaml 中註明 `datum` 或 `crs`",
        "请改正坐标，或在 dataset.yaml 中注明 `datum` 或 `crs`",
    ),
}
_FILL = Text(
    "fill in the column, or take these rows out",
    "請補上該欄，或刪去這些行",
    "请补上该列，或删去这些行",
)
_ADVICE = {
    "value_missing": _FILL,
    "coordinates_missing": _FILL,
    "id_missing": _FILL,
    "geometry_missing": _FILL,
    "region_unknown": Text(
        "use the ids of the map, or give a map that has these regions",
        "請使用地圖上的編號，或提供含這些區域的地圖",
        "请使用地图上的编号，或提供含这些区域的地图",
    ),
    "coordinates_swapped": Text(
        "exchange longitude and latitude of these rows",
        "請對調這些行的經緯度",
        "请对调这些行的经纬度",
    ),
    "code_is_date": Text(
        "format the column as text in the spreadsheet and enter the codes again",
        "請在試算表中將該欄設為文字格式後重新輸入代碼",
        "请在电子表格中将该列设为文本格式后重新输入代码",
    ),
}
_LAST_RESORT = Text(
    "correct them, or raise `max_rejected_share` in dataset.yaml to go on without them",
    "請改正，或在 dataset.yaml 中提高 `max_rejected_share` 以略去這些行",
    "请改正，或在 dataset.yaml 中提高 `max_rejected_share` 以略去这些行",
)
