"""Which years are analysed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.dataset.judging.typed_values import typed
from geo.dataset.values.numerals import LATEST
from geo.errors import DatasetError, brief
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.dataset.files.formats import Source

__all__ = ["years_of_dataset"]

_MOST = 10


def years_of_dataset(
    sources: Mapping[str, Source],
    *,
    wanted: tuple[int, int] | None,
) -> tuple[tuple[int, ...], list[Text]]:
    """Years that the tables speak of, within those wanted, and what had to be assumed.

    Firms that have a year of their own live in it alone, so that years of links add none. Firms
    without live from `opened` to `closed`: in each year of links and cells (and in those between,
    where a year or two was lost), in each year wanted,
    or else up to the latest year that `opened` or `closed` names, from the year before the first
    closing on (of earlier years only the survivors are known), the last ten at most.

    Parameters
    ----------
    sources : mapping of str to Source
        Tables as read, by name.
    wanted : tuple of int, optional
        First and last year; all where not given.

    Raises
    ------
    DatasetError
        If the dataset has no year of those wanted.
    """
    firms = sources.get("firms")
    has_own = firms is not None and "year" in firms.columns
    tables = ["cells", "firms"] if has_own or firms is None else ["cells", "links", "cell_links"]
    seen = {
        year for table in tables if table in sources for year in _distinct(sources[table], "year")
    }
    notices: list[Text] = []
    if firms is not None and not has_own:
        if wanted is not None:
            seen |= set(range(wanted[0], wanted[1] + 1))
        elif seen:
            seen |= _gaps(seen)
        else:
            seen, notices = _years_of_lives(firms)
    if not seen:
        file = firms or sources["cells"]
        raise DatasetError(_no_year(file), *file.survey.proposals)
    years = tuple(sorted(y for y in seen if wanted is None or wanted[0] <= y <= wanted[1]))
    if not years:
        first, last = wanted or (0, 0)
        there = _ranges(sorted(seen))
        raise DatasetError(
            Text(
                f"there is no year from {first} to {last} in the dataset, which has {there}; "
                "choose other years.",
                f"資料集中沒有 {first} 至 {last} 年，只有 {there}；請另選年份。",
                f"数据集中没有 {first} 至 {last} 年，只有 {there}；请另选年份。",
            )
        )
    return years, notices


def _no_year(file: Source) -> Text:
    first = next((u for u in file.survey.unread if u.column == "year"), None)
    such, such_zh = "", ""
    if first is not None:
        said, row = brief(first.value), file.place_of(first.row)[1]
        such, such_zh = f" (first {said} in row {row:,})", f"（如第 {row:,} 行的 {said}）"
    return Text(
        f"{file.name}: the column year holds no year{such}; give years such as 2023 or 2023-01-01, "
        "or name their `calendar` in dataset.yaml.",
        f"{file.name}：欄 year 沒有年份{such_zh}；請寫成 2023 或 2023-01-01，"
        "或在 dataset.yaml 中以 `calendar` 註明曆法。",
        f"{file.name}：列 year 没有年份{such_zh}；请写成 2023 或 2023-01-01，"
        "或在 dataset.yaml 中以 `calendar` 注明历法。",
    )


def _distinct(source: Source, column: str) -> list[int]:
    values = typed(source).select(column).drop_nulls().unique().collect()
    return [int(year) for year in values[column].to_list()]


def _years_of_lives(firms: Source) -> tuple[set[int], list[Text]]:
    now = datetime.now(tz=UTC).year
    spans = typed(firms).select("opened", "closed")
    # Rows that will be rejected do not say which years there are.
    spans = spans.filter(~(nw.col("closed") < nw.col("opened")).fill_null(value=False))
    latest = [
        spans.filter(nw.col(name) <= LATEST).select(nw.col(name).max()).collect().item()
        for name in ("opened", "closed")
    ]
    known = [int(year) for year in latest if year is not None]
    if known:
        last = max(known)
        first = last if latest[1] is None else max(_first_closing(spans) - 1, last - _MOST + 1)
        shown = f"{first}" if first == last else f"{first}-{last}"
        return set(range(first, last + 1)), [
            Text(
                f"no table has a column year: {shown} is taken, for which firms that closed are "
                "still known; choose other years by the setting `years`.",
                f"各表均無年份列：取 {shown}，其間已關閉的企業仍有記錄；可用設定 `years` 另選。",
                f"各表均无年份列：取 {shown}，其间已关闭的企业仍有记录；可用设置 `years` 另选。",
            )
        ]
    return {now}, [
        Text(
            f"nothing in the dataset has a year: it is labelled {now}, the current one.",
            f"資料集中沒有任何年份：標為當前年份 {now}。",
            f"数据集中没有任何年份：标为当前年份 {now}。",
        )
    ]


def _gaps(seen: set[int]) -> set[int]:
    """Years between those seen, where most are seen: not between those of a census."""
    whole = set(range(min(seen), max(seen) + 1))
    return whole - seen if len(seen) > len(whole) / 2 else set()


def _first_closing(spans: nw.LazyFrame[Any]) -> int:
    return int(spans.select(nw.col("closed").min()).collect().item())


def _ranges(years: list[int]) -> str:
    is_whole = years == list(range(years[0], years[-1] + 1)) and len(years) > 1
    if is_whole:
        return f"{years[0]} to {years[-1]}"
    return ", ".join(map(str, years[:10])) + (", ..." if len(years) > 10 else "")
