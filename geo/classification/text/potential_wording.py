"""The sentences on what an input-output table makes possible, where ties leave it open.

What belongs here: the texts and their conditions. They speak of the region, whatever is local.
"""

from __future__ import annotations

import polars as pl

from geo.classification.text.sentence import Sentence
from geo.vocabulary import Text

__all__ = ["POTENTIAL"]

_OPEN = pl.col("is_concentrated").fill_null(value=False) & pl.col("is_collaborating").is_null()
_HERE = pl.col("chain_partners_here")
_IS_LOCAL = pl.col("is_local_market").cast(pl.Boolean).fill_null(value=False)
_ASKED = _OPEN & _HERE.is_not_null() & ~_IS_LOCAL

_BY_FLOWS = _OPEN & pl.col("flow_partners_here").is_not_null() & ~_IS_LOCAL
_FLOWS = Text(
    "{flow_local} % of its flows stay in the region, where such trade at such distances gives "
    "{flow_usual} % (rank {flow_rank} of {flow_cells} by the excess, without a test)",
    "其流量的 {flow_local} % 留在本地，此類交易在此等距離上通常為 {flow_usual} %"
    "（超額在 {flow_cells} 個單元中列第 {flow_rank}，無檢驗）",
    "其流量的 {flow_local} % 留在本地，此类交易在此等距离上通常为 {flow_usual} %"
    "（超额在 {flow_cells} 个单元中列第 {flow_rank}，无检验）",
)

_ANSWER = (
    Sentence(
        _BY_FLOWS & _HERE.fill_null(value=False),
        Text(
            f"By the flows between regions its chain partners are here: {_FLOWS.en}.",
            f"據區域間流量，產業鏈夥伴在本地：{_FLOWS.zh_hant}。",
            f"据区域间流量，产业链伙伴在本地：{_FLOWS.zh_hans}。",
        ),
    ),
    Sentence(
        _BY_FLOWS & ~_HERE.fill_null(value=True),
        Text(
            f"The flows between regions show no chain here: {_FLOWS.en}.",
            f"區域間流量未顯示本地產業鏈：{_FLOWS.zh_hant}。",
            f"区域间流量未显示本地产业链：{_FLOWS.zh_hans}。",
        ),
    ),
    Sentence(
        _OPEN & ~_IS_LOCAL & _HERE.is_null() & pl.col("flow_rank").is_not_null(),
        Text(
            f"The flows between regions leave it open whether a chain is here: {_FLOWS.en}; it is "
            "at least an agglomeration.",
            f"區域間流量不足以判斷產業鏈夥伴是否在本地：{_FLOWS.zh_hant}；至少是集聚。",
            f"区域间流量不足以判断产业链伙伴是否在本地：{_FLOWS.zh_hans}；至少是集聚。",
        ),
    ),
    Sentence(
        _OPEN & _IS_LOCAL & _HERE.is_not_null(),
        Text(
            "It is a local industry, which follows people: no chain is looked for.",
            "屬本地服務型行業，隨人口分布：不論其產業鏈。",
            "属本地服务型行业，随人口分布：不论其产业链。",
        ),
    ),
    Sentence(
        _OPEN & _HERE.fill_null(value=False),
        Text(
            "By the input-output table its chain partners are here.",
            "據投入產出表，產業鏈夥伴在本地。",
            "据投入产出表，产业链伙伴在本地。",
        ),
    ),
    Sentence(
        _OPEN & ~_HERE.fill_null(value=True),
        Text(
            "By the input-output table its chain partners are not here.",
            "據投入產出表，產業鏈夥伴不在本地。",
            "据投入产出表，产业链伙伴不在本地。",
        ),
    ),
    Sentence(
        _OPEN & pl.col("is_beyond_reach").fill_null(value=False),
        Text(
            "Local ties are more than such trade usually has, so it is at least an agglomeration.",
            "本地關聯超出此類交易的常見水平：至少是集聚。",
            "本地关联超出此类交易的常见水平：至少是集聚。",
        ),
    ),
    Sentence(
        _OPEN,
        Text(
            "No input-output table speaks of it either: it is at least an agglomeration.",
            "亦無投入產出表可據：至少是集聚。",
            "亦无投入产出表可据：至少是集聚。",
        ),
    ),
)

_INPUTS = (
    Sentence(
        _ASKED & pl.col("expected_input_coverage").is_not_null(),
        Text(
            "Of the inputs that set it apart, {complete} % are made by industries strong here "
            "({floor_complete} % asked), and {inputs} % could come from the region "
            "({inputs_elsewhere} % elsewhere).",
            "使其有別於他業的投入中，{complete} % 由本地優勢行業生產（須達 {floor_complete} %），"
            "{inputs} % 可由本地供應（他處為 {inputs_elsewhere} %）。",
            "使其有别于他业的投入中，{complete} % 由本地优势行业生产（须达 {floor_complete} %），"
            "{inputs} % 可由本地供应（他处为 {inputs_elsewhere} %）。",
        ),
    ),
    Sentence(
        _ASKED & pl.col("chain_completeness_value").is_not_null(),
        Text(
            "Of the inputs that set it apart, {complete} % are made by industries strong here "
            "({floor_complete} % asked).",
            "使其有別於他業的投入中，{complete} % 由本地優勢行業生產（須達 {floor_complete} %）。",
            "使其有别于他业的投入中，{complete} % 由本地优势行业生产（须达 {floor_complete} %）。",
        ),
    ),
)

_SALES = (
    Sentence(
        _ASKED
        & pl.col("sales_completeness_value").is_not_null()
        & pl.col("expected_output_coverage").is_not_null(),
        Text(
            "Of the sales that set it apart, {sales} % go to industries strong here, and the "
            "region could take {outputs} % ({outputs_elsewhere} % elsewhere).",
            "使其有別於他業的銷售中，{sales} % 面向本地優勢行業，"
            "本地可吸收 {outputs} %（他處為 {outputs_elsewhere} %）。",
            "使其有别于他业的销售中，{sales} % 面向本地优势行业，"
            "本地可吸收 {outputs} %（他处为 {outputs_elsewhere} %）。",
        ),
    ),
    Sentence(
        _ASKED & pl.col("sales_completeness_value").is_not_null(),
        Text(
            "Of the sales that set it apart, {sales} % go to industries strong here.",
            "使其有別於他業的銷售中，{sales} % 面向本地優勢行業。",
            "使其有别于他业的销售中，{sales} % 面向本地优势行业。",
        ),
    ),
)

POTENTIAL = (_ANSWER, _INPUTS, _SALES)
