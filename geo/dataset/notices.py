"""What a reader of the results should know of the data behind them, in three languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.dataset.ledger import LARGE_SHARE
from geo.dataset.parties import STACK
from geo.vocabulary import REJECTIONS, Text

if TYPE_CHECKING:
    import pandas as pd

    from geo.dataset.ledger import Ledger
    from geo.settings import Settings

__all__ = ["notices_of_codes", "notices_of_local", "notices_of_rows", "notices_of_years"]


def notices_of_rows(ledger: Ledger, *, largest_stack: int) -> list[Text]:
    """Gaps that concern many rows of a table, and stacked coordinates.

    Parameters
    ----------
    ledger : Ledger
        Account of all rows.
    largest_stack : int
        Most firms on one point in a year.
    """
    notices = []
    for entry, reasons in zip(ledger.entries, ledger.reasons, strict=True):
        for why in sorted(reasons, key=lambda r: (-r["rows"], r["reason"])):
            is_large = why["rows"] / entry["rows_read"] >= LARGE_SHARE
            if is_large and not REJECTIONS[why["reason"]].is_fault:
                notices.append(_gap(entry, why))
    firms = next((e for e in ledger.entries if e["table"] == "firms"), None)
    stacked = sum(r["rows"] for r in ledger.repairs if r["code"] == "stacked_point")
    if firms and stacked >= LARGE_SHARE * firms["rows_used"]:
        share = stacked / firms["rows_used"]
        notices.append(
            Text(
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
        )
    return notices


def _gap(entry: dict[str, Any], gap: dict[str, Any]) -> Text:
    reason, rows, column, value = (gap[k] for k in ("reason", "rows", "column", "value"))
    why, file, read = REJECTIONS[reason].text, entry["file"], entry["rows_read"]
    share = rows / read
    named, such = (f" ({column})" if reason == "value_missing" else ""), ""
    if value and value.strip(", "):
        named, such = f" (such as {value!r})", f"（如 {value!r}）"
    return Text(
        f"{file}: {rows:,} of {read:,} rows ({share:.0%}) are not used: {why.en}{named}.",
        f"{file}：{read:,} 行中有 {rows:,} 行（{share:.0%}）未使用：{why.zh_hant}{such or named}。",
        f"{file}：{read:,} 行中有 {rows:,} 行（{share:.0%}）未使用：{why.zh_hans}{such or named}。",
    )


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
    told = [
        Text(
            "The setting `local` holds for tests B and C, confidence, value chains and the "
            "survival of ties. By region stay: tiers and forms of networks, chain gaps, spillover, "
            "brokerage, resilience and formation; functional clusters have a reach of their own. "
            "The usual distance of trade is not known then (linkage_grade), and no border cuts a "
            "cluster.",
            "設定 `local` 適用於問題 B 與 C、可信度、產業鏈與關聯存續；層級與網絡形態、補鏈缺口、"
            "溢出、中介、韌性與成因仍按區域；功能集群自有範圍。此時常見交易距離未知"
            "（linkage_grade），亦無邊界切開集群。",
            "设置 `local` 适用于问题 B 与 C、可信度、产业链与关联存续；层级与网络形态、补链缺口、"
            "溢出、中介、韧性与成因仍按区域；功能集群自有范围。此时常见交易距离未知"
            "（linkage_grade），亦无边界切开集群。",
        )
    ]
    if settings.thresholds.asks_distance:
        told.append(
            Text(
                "The strict profile asks for the usual distance of trade, which is known where "
                "`local` is the region alone: no collaboration can be shown; leave one of the two "
                "settings out.",
                "嚴格標準要求與常見交易距離比較，而此僅在 `local` 為區域時可知："
                "無從證明協作；請去掉其中一項設定。",
                "严格标准要求与常见交易距离比较，而此仅在 `local` 为区域时可知："
                "无从证明协作；请去掉其中一项设置。",
            )
        )
    return told


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
    a, b = min(ours), ends.iloc[0, 0]
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
