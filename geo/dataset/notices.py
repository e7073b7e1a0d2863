"""What a reader of the results should know of the data behind them, in three languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.dataset.judging.checks import advice
from geo.dataset.judging.ledger import LARGE_SHARE
from geo.dataset.tables.parties import STACK
from geo.errors import brief
from geo.vocabulary import REJECTIONS, Text

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geo.dataset.files.formats import Source
    from geo.dataset.judging.ledger import Ledger
    from geo.dataset.values.ids import Matched
    from geo.dataset.values.survey import Unread
    from geo.settings import Settings

__all__ = [
    "notices_of_codes",
    "notices_of_empty_regions",
    "notices_of_local",
    "notices_of_names",
    "notices_of_owners",
    "notices_of_rows",
    "notices_of_years",
]


TOLD_SHARE = 0.01
"""Share of a table's rows from which those that are not used are told."""
TOLD_JOBS = 0.1
"""Share of a table's jobs from which they are told, however few."""
_ALWAYS = {"code_is_date", "rows_contradict", "total_row", "too_large"}


def notices_of_rows(ledger: Ledger, *, largest_stack: int) -> list[Text]:
    """Rows that are not used, where they are many or weigh much; values not read; stacked points.

    Parameters
    ----------
    ledger : Ledger
        Account of all rows.
    largest_stack : int
        Most firms on one point in a year.
    """
    notices = []
    for (source, _), entry, reasons in zip(
        ledger.rejected, ledger.entries, ledger.reasons, strict=True
    ):
        for why in sorted(reasons, key=lambda r: (-r["rows"], r["reason"])):
            jobs = (why["weight"] or 0.0) / entry["weight"] if entry["weight"] else 0.0
            is_large = why["rows"] / entry["rows_read"] >= TOLD_SHARE or jobs >= TOLD_JOBS
            if is_large or why["reason"] in _ALWAYS:
                row = source.place_of(why["_row"])[1]
                told = _not_used(entry, why, row=row, jobs=jobs)
                notices.append(_with_advice(told, source, why))
    notices += [_not_read(source, unread) for source, unread in ledger.unread]
    for source, column, found in ledger.written_otherwise:
        notices += _otherwise(source, column, found)
    firms = next((e for e in ledger.entries if e["table"] == "firms"), None)
    stacked = sum(r["rows"] for r in ledger.repairs if r["code"] == "stacked_point")
    if firms and stacked >= LARGE_SHARE * firms["rows_used"]:
        notices.append(_stacked(firms, stacked, largest_stack))
    return notices


_MENDED_BY_SETTING = {"id_missing", "negative_value", "not_a_number", "not_a_year",
                      "rows_contradict", "coordinates_invalid"}  # fmt: skip


def _with_advice(told: Text, source: Source, why: dict[str, Any]) -> Text:
    """The sentence with what to do, where a setting would read the rows."""
    if why["reason"] not in _MENDED_BY_SETTING or not why["value"]:
        return told
    colons, stops = (": ", "：", "："), (".", "。", "。")
    do = advice(source, why)
    return Text(
        *(
            f"{one.removesuffix(stop)}{colon}{what}{stop}"
            for one, what, colon, stop in zip(told, do, colons, stops, strict=True)
        )
    )


def _stacked(firms: dict[str, Any], stacked: int, largest_stack: int) -> Text:
    share = stacked / firms["rows_used"]
    return Text(
        f"{firms['file']}: {stacked:,} of {firms['rows_used']:,} rows used ({share:.0%}) "
        f"share their point with at least {STACK} others, up to {largest_stack} on one: "
        "centroids rather than addresses, so that distances within a place mean little.",
        f"{firms['file']}：所用 {firms['rows_used']:,} 行中有 {stacked:,} 行（{share:.0%}）"
        f"與至少 {STACK} 家同點，最多一點 {largest_stack} 家：應為質心而非地址，"
        "其間距離意義不大。",
        f"{firms['file']}：所用 {firms['rows_used']:,} 行中有 {stacked:,} 行（{share:.0%}）"
        f"与至少 {STACK} 家同点，最多一点 {largest_stack} 家：应为质心而非地址，"
        "其间距离意义不大。",
    )


_WEIGHS = {
    "employment": Text("jobs", "就業", "就业"),
    "establishments": Text("establishments", "企業數", "企业数"),
    "output": Text("output", "產值", "产值"),
    "ties": Text("ties", "關聯", "关联"),
    "value": Text("flows", "流量", "流量"),
}


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 or share == 0 else "< 1%"


def _not_used(entry: dict[str, Any], lost: dict[str, Any], *, row: int, jobs: float) -> Text:
    reason, rows, column, value = (lost[k] for k in ("reason", "rows", "column", "value"))
    why, file, read = REJECTIONS[reason].text, entry["file"], entry["rows_read"]
    share = _percent(rows / read)
    such_en = such_zh = ""
    if value and value.strip(", "):
        such_en, such_zh = f", such as {brief(value)}", f"，如 {brief(value)}"
    what = _WEIGHS.get(entry["weighs"], _WEIGHS["employment"])
    with_en = f", nor {jobs:.0%} of all {what.en} with them" if jobs >= TOLD_SHARE else ""
    with_hant = f"，連同 {jobs:.0%} 的{what.zh_hant}" if jobs >= TOLD_SHARE else ""
    with_hans = f"，连同 {jobs:.0%} 的{what.zh_hans}" if jobs >= TOLD_SHARE else ""
    return Text(
        f"{file}: {rows:,} of {read:,} rows ({share}) are not used{with_en}: {why.en} "
        f"({column}{such_en}; first in row {row:,}).",
        f"{file}：{read:,} 行中有 {rows:,} 行（{share}）未使用{with_hant}：{why.zh_hant}"
        f"（{column}{such_zh}；首見於第 {row:,} 行）。",
        f"{file}：{read:,} 行中有 {rows:,} 行（{share}）未使用{with_hans}：{why.zh_hans}"
        f"（{column}{such_zh}；首见于第 {row:,} 行）。",
    )


def _not_read(source: Source, unread: Unread) -> Text:
    part, row = source.place_of(unread.row)
    rows, column, value = unread.rows, unread.column, brief(unread.value)
    return Text(
        f"{part}: {rows:,} value(s) of {column} cannot be read, such as {value} in row {row:,}: "
        "they are taken for not known and their rows stay; words that mean so can be named under "
        "`missing_values` in dataset.yaml.",
        f"{part}：{column} 有 {rows:,} 個值無法讀取，如第 {row:,} 行的 {value}：視為未知，"
        "該行保留；表示未知的詞可在 dataset.yaml 的 `missing_values` 中列出。",
        f"{part}：{column} 有 {rows:,} 个值无法读取，如第 {row:,} 行的 {value}：视为未知，"
        "该行保留；表示未知的词可在 dataset.yaml 的 `missing_values` 中列出。",
    )


def _otherwise(source: Source, column: str, found: Matched) -> list[Text]:
    """That ids were found though they are written otherwise than in the table that has them."""
    if found.example is None:
        return []
    rows = found.rows
    given, known = (brief(text) for text in found.example)
    return [
        Text(
            f"{source.name}: {rows:,} row(s) write {column} otherwise than it is known, such as "
            f"{given} for {known}: taken for the same.",
            f"{source.name}：有 {rows:,} 行的 {column} 寫法不同，如以 {given} 表示 {known}，"
            "視為相同。",
            f"{source.name}：有 {rows:,} 行的 {column} 写法不同，如以 {given} 表示 {known}，"
            "视为相同。",
        )
    ]


def notices_of_empty_regions(
    ledger: Ledger, regions: gpd.GeoDataFrame, filled: set[int]
) -> list[Text]:
    """Regions of the map that get nothing, where rows of others are not used.

    Parameters
    ----------
    ledger : Ledger
        Account of all rows.
    regions : GeoDataFrame
        Index region_key: region_id.
    filled : set of int
        Keys of the regions that a firm or a cell is in.
    """
    strange = {
        reason["reason"]
        for entry, reasons in zip(ledger.entries, ledger.reasons, strict=True)
        for reason in reasons
        if reason["rows"] / entry["rows_read"] >= TOLD_SHARE
    }
    empty = [key for key in range(len(regions)) if key not in filled]
    if not empty or not strange & {"region_unknown", "outside_regions"}:
        return []
    named = ", ".join(brief(i) for i in regions["region_id"].iloc[empty[:5]])
    named += ", ..." if len(empty) > 5 else ""
    return [
        Text(
            f"{len(empty):,} of the {len(regions):,} regions of the map get nothing ({named}), "
            "while rows of areas that are not on the map are not used: are the ids those of the "
            "map?",
            f"地圖的 {len(regions):,} 個區域中有 {len(empty):,} 個毫無資料（{named}），"
            "而另有不在圖上之區域的行未使用：編號是否與地圖一致？",
            f"地图的 {len(regions):,} 个区域中有 {len(empty):,} 个毫无数据（{named}），"
            "而另有不在图上之区域的行未使用：编号是否与地图一致？",
        )
    ]


def notices_of_local(settings: Settings) -> list[Text]:
    """What goes by the setting `local` where it is not the region, and what does not.

    Parameters
    ----------
    settings : Settings
        Of the dataset.
    """
    local = settings.local
    if isinstance(local, str):
        return []
    return [
        Text(
            "The setting `local` holds for tests B and C, confidence, value chains and the "
            "survival of ties. By region stay: tiers and forms of networks, chain gaps, brokerage, "
            "resilience and formation; functional clusters have a reach of their own. No border "
            "cuts a cluster then.",
            "設定 `local` 適用於問題 B 與 C、可信度、產業鏈與關聯存續；層級與網絡形態、補鏈缺口、"
            "中介、韌性與成因仍按區域；功能集群自有範圍。此時無邊界切開集群。",
            "设置 `local` 适用于问题 B 与 C、可信度、产业链与关联存续；层级与网络形态、补链缺口、"
            "中介、韧性与成因仍按区域；功能集群自有范围。此时无边界切开集群。",
        )
    ]


def notices_of_codes(file: str, io_table: pd.DataFrame, ours: set[str]) -> list[Text]:
    """Whether an input-output table links most of the industries that there are.

    Parameters
    ----------
    file : str
        Name of the table's file.
    io_table : DataFrame
        supplying_industry, using_industry.
    ours : set of str
        Codes of the industries of firms and cells.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"supplying_industry": ["35", "36"], "using_industry": "36"})
    >>> notices_of_codes("io_table.csv", table, {"C35", "C36"})[0].en[:51]
    'io_table.csv links 0 of the 2 industries of the fir'
    >>> notices_of_codes("io_table.csv", table, {"35", "36"})
    []
    """
    ends = io_table[["supplying_industry", "using_industry"]]
    linked = ends[ends.isin(ours).all(axis=1)]
    known, total = len(set(linked.to_numpy().ravel())), len(ours)
    if 2 * known >= total:
        return []
    theirs = set(ends.to_numpy().ravel())
    a, b = min(ours - theirs, default=min(ours)), min(theirs - ours, default=ends.iloc[0, 0])
    return [
        Text(
            f"{file} links {known} of the {total} industries of the firms or cells: nothing "
            f"follows from it for the others; use the same codes (here {a!r}, there {b!r}).",
            f"{file} 僅聯繫企業或單元的 {total} 個行業中的 {known} 個，其餘行業無從據此判斷；"
            f"請用同一套代碼（此處如 {a!r}，彼處如 {b!r}）。",
            f"{file} 仅联系企业或单元的 {total} 个行业中的 {known} 个，其余行业无从据此判断；"
            f"请用同一套代码（此处如 {a!r}，彼处如 {b!r}）。",
        )
    ]


def notices_of_names(file: str, listed: set[str], ours: set[str]) -> list[Text]:
    """Whether a table of industries, or of their totals, speaks of most industries that there are.

    Examples
    --------
    >>> notices_of_names("industries.csv", {"31"}, {"3111", "3112"})[0].en[:66]
    'industries.csv speaks of 0 of the 2 industries of the firms or cel'
    """
    known = len(listed & ours)
    if 2 * known >= len(ours) or not listed - ours:
        return []
    a, b = brief(min(ours - listed)), brief(min(listed - ours))
    return [
        Text(
            f"{file} speaks of {known} of the {len(ours)} industries of the firms or cells; use "
            f"the same codes (here {a}, there {b}).",
            f"{file} 僅涉及企業或單元的 {len(ours)} 個行業中的 {known} 個；"
            f"請用同一套代碼（此處如 {a}，彼處如 {b}）。",
            f"{file} 仅涉及企业或单元的 {len(ours)} 个行业中的 {known} 个；"
            f"请用同一套代码（此处如 {a}，彼处如 {b}）。",
        )
    ]


def notices_of_owners(file: str, *, ties: int, inside: int, owner: tuple[str, float]) -> list[Text]:
    """Ties between firms of one owner, which say nothing of collaboration; and a vast owner.

    Parameters
    ----------
    file : str
        File of the links.
    ties, inside : int
        All ties of supply, and those inside one owner.
    owner : tuple of str and float
        The owner of most firms, and its share of all firms.
    """
    notices = []
    if ties and inside / ties >= TOLD_SHARE:
        share = _percent(inside / ties)
        notices.append(
            Text(
                f"{file}: {inside:,} of {ties:,} ties of supply ({share}) are between firms of one "
                "owner (group_id), and do not count as collaboration.",
                f"{file}：{ties:,} 筆供應關聯中有 {inside:,} 筆（{share}）屬同一集團（group_id），"
                "不計為協作。",
                f"{file}：{ties:,} 笔供应关联中有 {inside:,} 笔（{share}）属同一集团（group_id），"
                "不计为协作。",
            )
        )
    if owner[1] >= 0.2:
        name, share = brief(owner[0]), _percent(owner[1])
        notices.append(
            Text(
                f"One owner, group_id {name}, has {share} of all firms: if it means 'not known', "
                f"say `missing_values: [{name}]` in dataset.yaml.",
                f"同一集團（group_id {name}）擁有 {share} 的企業：若該值表示未知，"
                f"請在 dataset.yaml 中設 `missing_values: [{name}]`。",
                f"同一集团（group_id {name}）拥有 {share} 的企业：若该值表示未知，"
                f"请在 dataset.yaml 中设 `missing_values: [{name}]`。",
            )
        )
    return notices


def notices_of_years(
    counted: set[int], cells: pd.DataFrame | None, years: tuple[int, ...]
) -> list[Text]:
    """What covers which year, where firms and cells do, and years that nothing covers.

    Parameters
    ----------
    counted : set of int
        Years with establishments.
    cells : DataFrame, optional
        Reported cells.
    years : tuple of int
        Years of the run.
    """
    reported = set() if cells is None else set(cells["year"].astype(int))
    notices = []
    if counted and cells is not None:
        left = ", ".join(map(str, sorted(reported - counted)))
        notices.append(
            Text(
                "Firms and cells are both given: cells are counted from firms in the years that "
                f"firms cover, and taken as reported in {left or 'no other year'}.",
                "企業與單元兩表並存：企業所及年份由企業計數，"
                f"{'其餘年份無單元可用' if not left else f'{left} 年取自單元表'}。",
                "企业与单元两表并存：企业所及年份由企业计数，"
                f"{'其余年份无单元可用' if not left else f'{left} 年取自单元表'}。",
            )
        )
    empty = ", ".join(map(str, sorted(set(years) - counted - reported)))
    if empty:
        notices.append(
            Text(
                f"No usable row speaks of {empty}: there is nothing to say of these years.",
                f"{empty} 年沒有可用的資料行，無從判定。",
                f"{empty} 年没有可用的数据行，无从判定。",
            )
        )
    return notices
