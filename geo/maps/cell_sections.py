"""Sections of the report that tell more of the cells with a verdict: institutions, form, doubt.

What belongs here: what of the classification is shown below the verdicts. What does not: the
verdicts themselves (`geo.maps.report_blocks`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.maps.sections import Section, table_section
from geo.vocabulary import Class, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["cell_sections"]

_MOST = 15
_TABLE = "region_industry_classification"
_RANKED = [str(verdict) for verdict in reversed(Class)]
_SILENT = (str(Class.DISPERSED), str(Class.UNDETERMINED))


def cell_sections(
    classification: pd.DataFrame, *, year: int, industries: Mapping[str, Text]
) -> list[Section]:
    """Sections on institutions, networks and thresholds, those that have something to show.

    Parameters
    ----------
    classification : DataFrame
        Result `region_industry_classification`.
    year : int
        Year that the page speaks of.
    industries : mapping of str to Text
        Name of every industry by its code.
    """
    of_year = classification[classification["year"] == year]
    spoken = _ranked(of_year[~of_year["class"].isin(_SILENT)])
    made = (
        _institutions(spoken, industries),
        _networks(spoken, industries),
        _thresholds(of_year, industries),
    )
    return [section for section in made if section is not None]


def _ranked(cells: pd.DataFrame) -> pd.DataFrame:
    """The most advanced class first, in it the largest cell."""
    size = cells["establishments"].astype("float64").fillna(cells["employment"].astype("float64"))
    rank = cells["class"].map({name: k for k, name in enumerate(_RANKED)})
    return cells.assign(size=-size, rank=rank).sort_values(
        ["rank", "size", "region_id", "industry"], kind="stable"
    )


def _institutions(spoken: pd.DataFrame, industries: Mapping[str, Text]) -> Section | None:
    known = spoken[spoken["tied_institutions"].notna()]
    if not (known["tied_institutions"] > 0).any():
        return None
    return table_section(
        _TABLE,
        known.head(_MOST),
        [
            "region_id",
            "industry",
            "class",
            "tied_institutions",
            "institution_kinds",
            "institution_tied_share",
            "institution_q",
            "institution_brokerage",
        ],
        key="institutions",
        title=Text("Firms and institutions", "企業與機構", "企业与机构"),
        caption=Text(
            "Local institutions that firms are actually tied to, the kinds of them that reach "
            "enough firms, and how much of the firms' ties would fall apart without them. "
            f"{_said(known).en}.",
            "與企業確有關聯的本地機構、覆蓋足夠企業的機構類別數，"
            f"以及若無機構則企業聯繫斷開的程度。{_said(known).zh_hant}。",
            "与企业确有关联的本地机构、覆盖足够企业的机构类别数，"
            f"以及若无机构则企业联系断开的程度。{_said(known).zh_hans}。",
        ),
        industries=industries,
        headings={
            "tied_institutions": Text("institutions", "關聯機構", "关联机构"),
            "institution_kinds": Text("kinds", "類別", "类别"),
            "institution_tied_share": Text("firms tied", "關聯企業", "关联企业"),
            "institution_q": Text("chance", "機率", "概率"),
            "institution_brokerage": Text("brokerage", "中介作用", "中介作用"),
            "class": Text("class", "類型", "类型"),
        },
    )


def _networks(spoken: pd.DataFrame, industries: Mapping[str, Text]) -> Section | None:
    known = spoken[spoken["shape"].notna()]
    if known.empty:
        return None
    return table_section(
        _TABLE,
        known.head(_MOST),
        [
            "region_id",
            "industry",
            "class",
            "shape",
            "core_firms",
            "supporting_firms",
            "core_tie_share",
            "homogeneity",
        ],
        key="networks",
        title=Text("Forms of local networks", "本地網絡的形態", "本地网络的形态"),
        caption=Text(
            "A pyramid sends goods one way to a few core firms, a web supplies itself in circles, "
            "a layered network has nobody at its centre; at hub and spoke, half of all ties are "
            "one firm's. Alike: the chance that two firms are of one size class and sell to one "
            f"industry, which is head-on competition. {_said(known).en}.",
            "金字塔：貨物單向流向少數核心企業；網狀：相互循環供應；分層：單向而無核心；"
            "輪軸式：半數關聯屬一家企業。同質性：兩家企業規模同級且客戶行業相同的機率，即正面競爭。"
            f"{_said(known).zh_hant}。",
            "金字塔：货物单向流向少数核心企业；网状：相互循环供应；分层：单向而无核心；"
            "轮轴式：半数关联属一家企业。同质性：两家企业规模同级且客户行业相同的概率，即正面竞争。"
            f"{_said(known).zh_hans}。",
        ),
        industries=industries,
        headings={
            "class": Text("class", "類型", "类型"),
            "shape": Text("form", "形態", "形态"),
            "core_firms": Text("core firms", "核心企業", "核心企业"),
            "supporting_firms": Text("supporting firms", "配套企業", "配套企业"),
            "core_tie_share": Text("ties of core firms", "核心企業關聯", "核心企业关联"),
            "homogeneity": Text("alike", "同質性", "同质性"),
        },
    )


def _thresholds(of_year: pd.DataFrame, industries: Mapping[str, Text]) -> Section | None:
    """Verdicts that turn when a threshold moves, and how many do not."""
    tried = of_year[of_year["threshold_agreement"].notna()]
    if tried.empty:
        return None
    turning = _ranked(tried[tried["rests_on"].notna()])
    shown = turning.sort_values(["rank", "threshold_agreement", "size"], kind="stable").head(_MOST)
    standing, every = f"{len(tried) - len(turning):,}", f"{len(tried):,}"
    listed = f"{len(shown):,}"
    return table_section(
        _TABLE,
        shown,
        ["region_id", "industry", "class", "threshold_agreement", "rests_on"],
        key="thresholds",
        title=Text("Under other thresholds", "換用其他門檻", "换用其他门槛"),
        caption=Text(
            f"Every threshold was moved to its neighbours on both sides: {standing} of {every} "
            f"verdicts stay as they are. {listed} of the {len(turning):,} that turn are listed. "
            "jiqun sensitivity also varies what is local and how industries and regions are cut.",
            f"各門檻逐一上下移動：{every} 個判定中 {standing} 個不變；"
            f"會變的 {len(turning):,} 個，列出 {listed} 個。"
            "命令 jiqun sensitivity 另可改變本地的定義、行業與區域的劃分。",
            f"各门槛逐一上下移动：{every} 个判定中 {standing} 个不变；"
            f"会变的 {len(turning):,} 个，列出 {listed} 个。"
            "命令 jiqun sensitivity 另可改变本地的定义、行业与区域的划分。",
        ),
        industries=industries,
        headings={
            "class": Text("class", "類型", "类型"),
            "threshold_agreement": Text(
                "thresholds that agree", "判定不變的門檻", "判定不变的门槛"
            ),
            "rests_on": Text("turns with", "隨之改變", "随之改变"),
        },
    )


def _said(known: pd.DataFrame) -> Text:
    shown, every = f"{min(len(known), _MOST):,}", f"{len(known):,}"
    return Text(
        f"{shown} of {every} cells",
        f"共 {every} 個單元，列出 {shown} 個",
        f"共 {every} 个单元，列出 {shown} 个",
    )
