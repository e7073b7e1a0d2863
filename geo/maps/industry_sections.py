"""Sections of the report on industries: those of interest, pairs, survival of ties.

What belongs here: how measures of industries are chosen and laid out. What does not: the curves
themselves (`geo.maps.curves`, `geo.maps.survival`, `geo.maps.pairs`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo.maps.curves import curve_svg
from geo.maps.pairs import pairs_svg
from geo.maps.sections import NOTHING, Section, as_text, shown_value, table_section
from geo.maps.survival import survival_svg
from geo.schema import RESULT_TABLES
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["interest_section", "pairs_section", "survival_section"]

_MOST = 12
_MOST_FIGURES = 3
_MOST_OF_INTEREST = 6
_POOLED = "all"
_NOT_MEASURES = {"industry", "industry_name", "year", "reason_en", "reason_zh_hant", "moran_reason",
                 "reason_zh_hans"}  # fmt: skip


def interest_section(
    results: Mapping[str, pd.DataFrame],
    *,
    year: int,
    industries: Mapping[str, Text],
    interest: Sequence[str],
) -> Section | None:
    """All measures of concentration of the industries of interest, with their curves.

    Parameters
    ----------
    results : mapping of str to DataFrame
        Result tables by name; `industry_concentration` and `industry_distances` are shown.
    year : int
        Year that the page speaks of.
    industries : mapping of str to Text
        Name of every industry by its code.
    interest : sequence of str
        Codes; the first few are shown.
    """
    shown = [code for code in interest if code in industries][:_MOST_OF_INTEREST]
    rows: list[list[Text]] = []
    for name in ("industry_concentration", "industry_distances"):
        if name in results:
            rows += _measures(name, results[name], year=year, codes=shown)
    if not shown or not rows:
        return None
    curves = results.get("distance_curves")
    figures = [] if curves is None else _curves(curves, year, industries, shown)
    return Section(
        key="industries-of-interest",
        title=Text("Industries of interest", "關注的行業", "关注的行业"),
        caption=Text(
            f"Every measure of concentration in {year} of the industries that the dataset names.",
            f"資料集所列關注行業在 {year} 年的全部集聚度量。",
            f"数据集所列关注行业在 {year} 年的全部集聚度量。",
        ),
        figures=figures,
        columns=[_MEASURE, *(industries[code] for code in shown)],
        kinds=["s", *("n" for _ in shown)],
        rows=rows,
    )


_MEASURE = Text("measure", "度量", "度量")


def _measures(
    name: str, table: pd.DataFrame, *, year: int, codes: Sequence[str]
) -> list[list[Text]]:
    """One row per column of a result in which something is known, one value per industry."""
    of_year = table[table["year"] == year].drop_duplicates("industry").set_index("industry")
    mine = of_year.reindex(list(codes))
    rows = []
    for column in RESULT_TABLES[name].columns:
        if column.name in _NOT_MEASURES or column.name not in mine:
            continue
        values = [shown_value(column, value) for value in mine[column.name]]
        if any(value != NOTHING for value in values):
            rows.append([column.meaning, *values])
    return rows


def _curves(
    curves: pd.DataFrame, year: int, industries: Mapping[str, Text], codes: Sequence[str]
) -> list[str]:
    of_year = curves[curves["year"] == year]
    drawn = [
        curve_svg(of_year, code, language=None, measure=measure, title=industries[code])
        for code in codes[:_MOST_FIGURES]
        for measure in ("K_d", "M")
    ]
    return [figure for figure in drawn if figure]


def pairs_section(
    table: pd.DataFrame, *, year: int, industries: Mapping[str, Text]
) -> Section | None:
    """Pairs that trade most; by co-agglomeration where no trade is known.

    Parameters
    ----------
    table : DataFrame
        Result `industry_pairs`.
    year : int
        Year that the page speaks of.
    industries : mapping of str to Text
        Name of every industry by its code.
    """
    of_year = table[(table["year"] == year) & table["coagglomeration"].notna()]
    if of_year.empty:
        return None
    trades = bool((of_year["input_output"] > 0).any())
    shown = of_year.sort_values(
        ["input_output" if trades else "coagglomeration", "industry", "other_industry"],
        ascending=[False, True, True],
    ).head(_MOST)
    listed, every = f"{len(shown):,}", f"{len(of_year):,}"
    if trades:
        order = Text("those that trade most first", "交易最多者在前", "交易最多者在前")
    else:
        order = Text(
            "no input-output strength is known, so those most together come first",
            "投入產出強度未知，最為集聚者在前",
            "投入产出强度未知，最为集聚者在前",
        )
    figure = pairs_svg(of_year, language=None) if trades else ""
    columns = [
        "industry",
        "other_industry",
        "input_output",
        "coagglomeration",
        "coagglomeration_heap_p",
        "proximity",
        "neighbour_ratio_20km",
    ]
    return table_section(
        "industry_pairs",
        shown,
        [c for c in columns if shown[c].notna().any()],
        title=Text("Do those who trade sit together?", "有交易者是否相鄰？", "有交易者是否相邻？"),
        caption=Text(
            "Co-agglomeration (Ellison, Glaeser and Kerr) is above 0 where two industries share "
            "regions more than all plants do; its p is that of heaps thrown at random. M is one's "
            f"share of the firms near the other, over its share elsewhere. {listed} of {every} "
            f"pairs, {order.en}.",
            "共同集聚指數大於 0，表示兩行業共處同一區域的程度高於全部企業；"
            "p 值以各行業集中地隨機落點計。M 為一行業在另一行業近旁的份額與別處之比。"
            f"共 {every} 對，列出 {listed} 對，{order.zh_hant}。",
            "共同集聚指数大于 0，表示两行业共处同一区域的程度高于全部企业；"
            "p 值以各行业集中地随机落点计。M 为一行业在另一行业近旁的份额与别处之比。"
            f"共 {every} 对，列出 {listed} 对，{order.zh_hans}。",
        ),
        industries=industries,
        figures=[figure] if figure else [],
        headings={
            "input_output": Text("trade", "交易", "交易"),
            "coagglomeration": Text("co-agglomeration", "共同集聚", "共同集聚"),
            "coagglomeration_heap_p": Text("p", "p 值", "p 值"),
            "proximity": Text("share of regions with both", "共處區域占比", "共处区域占比"),
            "neighbour_ratio_20km": Text("M, 20 km", "M（20 公里）", "M（20 公里）"),
        },
    )


def survival_section(
    table: pd.DataFrame, *, industries: Mapping[str, Text], interest: Sequence[str] = ()
) -> Section | None:
    """How long ties last within each industry, local ones against others.

    Industries are never pooled: those whose ties change fast may also buy nearby, and would make
    local ties look shorter, or longer, than they are in any of them.

    Parameters
    ----------
    table : DataFrame
        Result `tie_survival`.
    industries : mapping of str to Text
        Name of every industry by its code.
    interest : sequence of str
        Codes of the industries that come first.
    """
    begun = table[(table["industry"] != _POOLED) & (table["age"] == 1)]
    watched = begun.pivot_table(index="industry", columns="is_local", values="at_risk")
    watched = watched.reindex(columns=[True, False]).dropna()
    if watched.empty:
        return None
    order = pd.DataFrame({"last": ~watched.index.isin(interest), "local": -watched[True]})
    codes = [
        str(code) for code in order.rename_axis("code").sort_values(["last", "local", "code"]).index
    ]
    shown = codes[:_MOST]
    figures = [
        survival_svg(table, code, language=None, title=industries.get(code, as_text(code)))
        for code in shown[:_MOST_FIGURES]
    ]
    oldest = int(table["age"].max())
    ages = [1] if oldest == 1 else [1, oldest]
    columns, rows = _survival_rows(table, shown, ages, industries)
    return Section(
        key="tie-survival",
        title=Text("How long ties last", "關聯能持續多久", "关联能持续多久"),
        caption=Text(
            "Supply ties still there after a year and at the greatest age seen, local ones beside "
            "those to elsewhere, each industry by itself: industries pooled would mix how long "
            "ties last with who buys nearby. Ties that were there when observation began have no "
            "known age and are left out; those still there at its end, or of firms that closed, "
            "count as long as they were seen. One in twenty of the tests (logrank) is below 0.05 "
            f"by chance. {len(shown)} of {len(codes):,} industries.",
            "供應關聯滿一年及所見最大年齡時的尚存比例，本地與外地並列，逐行業分列："
            "若各行業合併，關聯壽命將與就近採購的構成混淆。觀察開始時已存在的關聯年齡未知，故不計入；"
            "觀察結束時仍在或企業已關閉者，計至最後所見。"
            "檢驗（對數秩）中每二十個約有一個偶然低於 0.05。"
            f"共 {len(codes):,} 個行業，列出 {len(shown)} 個。",
            "供应关联满一年及所见最大年龄时的尚存比例，本地与外地并列，逐行业分列："
            "若各行业合并，关联寿命将与就近采购的构成混淆。观察开始时已存在的关联年龄未知，故不计入；"
            "观察结束时仍在或企业已关闭者，计至最后所见。"
            "检验（对数秩）中每二十个约有一个偶然低于 0.05。"
            f"共 {len(codes):,} 个行业，列出 {len(shown)} 个。",
        ),
        figures=[figure for figure in figures if figure],
        columns=columns,
        kinds=["w", *("n" for _ in columns[1:])],
        rows=rows,
    )


def _survival_rows(
    table: pd.DataFrame, codes: Sequence[str], ages: Sequence[int], industries: Mapping[str, Text]
) -> tuple[list[Text], list[list[Text]]]:
    schema = RESULT_TABLES["tie_survival"]
    columns = [_INDUSTRY, _WATCHED]
    for age in ages:
        columns += [Text(*(w.format(age) for w in words)) for words in (_LOCAL, _ELSEWHERE)]
    columns.append(_P)
    at = {
        (row["industry"], bool(row["is_local"]), int(row["age"])): row
        for row in table.to_dict("records")
    }
    rows = []
    for code in codes:
        begun = at[code, True, 1]
        shares = [
            at.get((code, is_local, age), {}).get("survival")
            for age in ages
            for is_local in (True, False)
        ]
        rows.append(
            [
                industries.get(code, as_text(code)),
                shown_value(schema.column("at_risk"), begun["at_risk"]),
                *(shown_value(schema.column("survival"), share) for share in shares),
                shown_value(schema.column("difference_p"), begun["difference_p"]),
            ]
        )
    return columns, rows


_INDUSTRY = Text("industry", "行業", "行业")
_WATCHED = Text("local ties watched", "觀察的本地關聯", "观察的本地关联")
_LOCAL = Text("local, {} y", "本地（{} 年）", "本地（{} 年）")
_ELSEWHERE = Text("elsewhere, {} y", "外地（{} 年）", "外地（{} 年）")
_P = Text("p of the difference", "差異 p 值", "差异 p 值")
