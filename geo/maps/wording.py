"""Words of the report page in three languages.

What belongs here: headings, captions, column heads and explanations of the page. What does not:
the words of the field (`geo.vocabulary`), what columns mean (`geo.schema`) and the reasons of
verdicts (`geo.classification`).
"""

from __future__ import annotations

from geo.vocabulary import Class, Text

__all__ = ["CLASS_MEANINGS", "QUESTIONS", "THRESHOLDS", "WORDS"]

WORDS: dict[str, Text] = {
    "subtitle": Text(
        "Clusters and agglomerations, {years}",
        "產業集群與產業集聚，{years}",
        "产业集群与产业集聚，{years}",
    ),
    "dataset": Text("Dataset:", "資料集：", "数据集："),
    "contents": Text("Contents", "目錄", "目录"),
    "language": Text("Language", "語言", "语言"),
    "summary": Text("In short", "概要", "概要"),
    "in_short": Text(
        "{regions} regions, {industries} industries and {cells} cells (one region and one "
        "industry) are judged for {year}.",
        "{year} 年共判定 {regions} 個區域、{industries} 個行業、{cells} 個單元（一區域一行業）。",
        "{year} 年共判定 {regions} 个区域、{industries} 个行业、{cells} 个单元（一区域一行业）。",
    ),
    "map": Text("Regions by class, {year}", "各區域的類型，{year} 年", "各区域的类型，{year} 年"),
    "map_caption": Text(
        "A region shows the most advanced class among its concentrated or collaborating "
        "industries.",
        "區域顏色表示其集聚或協作行業中最高的類型。",
        "区域颜色表示其集聚或协作行业中最高的类型。",
    ),
    "years": Text("Classes over the years", "歷年類型", "历年类型"),
    "years_caption": Text(
        "Cells by class and year; dispersed cells are not drawn. At the right, cells drawn of all "
        "cells.",
        "各年各類型的單元數，分散單元未繪出；右側為繪出數 / 全部單元數。",
        "各年各类型的单元数，分散单元未绘出；右侧为绘出数 / 全部单元数。",
    ),
    "scatter": Text("Concentration and linkage", "集聚與關聯", "集聚与关联"),
    "scatter_caption": Text(
        "One point per cell of {year}. To the right: more concentrated. Upwards: more linked. "
        "Dashed lines are the floors that a verdict asks for, beside its tests.",
        "{year} 年每單元一點。越右越集聚，越上越關聯。虛線為判定所需的下限（另有檢驗）。",
        "{year} 年每单元一点。越右越集聚，越上越关联。虚线为判定所需的下限（另有检验）。",
    ),
    "leading": Text("The verdicts", "判定結果", "判定结果"),
    "leading_caption": Text(
        "The largest of each class in {year}, with the numbers that decided.",
        "{year} 年各類型中規模最大者及判定所據數字。",
        "{year} 年各类型中规模最大者及判定所据数字。",
    ),
    "shown_of": Text(
        "{shown} of {all}", "共 {all} 個，列出 {shown} 個", "共 {all} 个，列出 {shown} 个"
    ),
    "none_of": Text("None.", "無。", "无。"),
    "open": Text(
        "What could not be known, and why", "未能得知的事項及原因", "未能得知的事项及原因"
    ),
    "open_caption": Text(
        "Missing data never decides a question. It is left open, and these are the openings.",
        "缺失的資料從不作為判斷依據，問題保持未決。以下為未決之處。",
        "缺失的数据从不作为判断依据，问题保持未决。以下为未决之处。",
    ),
    "question": Text("question", "問題", "问题"),
    "yes": Text("yes", "是", "是"),
    "no": Text("no", "否", "否"),
    "not_known": Text("not known", "未知", "未知"),
    "why": Text("why", "原因", "原因"),
    "cells": Text("cells", "單元", "单元"),
    "notices": Text("Notices", "提示", "提示"),
    "undetermined": Text(
        "The largest undetermined cells", "規模最大的待定單元", "规模最大的待定单元"
    ),
    "empty_columns": Text(
        "Not computed or not known for any cell: {columns}.",
        "所有單元均未計算或未知：{columns}。",
        "所有单元均未计算或未知：{columns}。",
    ),
    "industries": Text("Industries", "行業", "行业"),
    "industries_caption": Text(
        "Industries of {year} that are most concentrated, beyond what large plants alone would "
        "give (Ellison-Glaeser) or over neighbouring regions (Moran).",
        "{year} 年集聚程度最高的行業：超出大廠自身效應（EG 指數），或跨相鄰區域成片（莫蘭指數）。",
        "{year} 年集聚程度最高的行业：超出大厂自身效应（EG 指数），或跨相邻区域成片（莫兰指数）。",
    ),
    "read": Text("What was read", "讀入的資料", "读入的数据"),
    "read_caption": Text(
        "Every row read is either used or rejected; the rejected stand in rejected.parquet with "
        "their reasons.",
        "每一行要麼使用、要麼拒絕；拒絕的行及原因見 rejected.parquet。",
        "每一行要么使用、要么拒绝；拒绝的行及原因见 rejected.parquet。",
    ),
    "table": Text("table", "表", "表"),
    "file": Text("file", "檔案", "文件"),
    "year": Text("year", "年份", "年份"),
    "rows_read": Text("rows read", "讀入行數", "读入行数"),
    "rows_used": Text("used", "使用", "使用"),
    "rows_rejected": Text("rejected", "拒絕", "拒绝"),
    "rows": Text("rows", "行數", "行数"),
    "rejected": Text("Rejected, by reason", "拒絕原因", "拒绝原因"),
    "repaired": Text("Repaired, and used", "已修復並使用", "已修复并使用"),
    "how": Text("How to read it", "閱讀說明", "阅读说明"),
    "how_questions": Text(
        "Three questions are asked of every cell. Each is answered yes, no or not known: yes "
        "needs an effect that is large enough and that chance does not explain.",
        "對每個單元提出三個問題，回答為是、否或未知：「是」要求效應足夠大且不能由偶然解釋。",
        "对每个单元提出三个问题，回答为是、否或未知：“是”要求效应足够大且不能由偶然解释。",
    ),
    "how_classes": Text("The answers give the class:", "三個回答決定類型：", "三个回答决定类型："),
    "how_limits": Text(
        "A class is evidence about the data that were given. It is no forecast and no claim "
        "about causes; ties that nobody recorded are not seen.",
        "類型只反映所提供資料中的證據，不是預測，也不斷言因果；未記錄的關聯無從得見。",
        "类型只反映所提供数据中的证据，不是预测，也不断言因果；未记录的关联无从得见。",
    ),
    "class": Text("class", "類型", "类型"),
    "meaning": Text("meaning", "含義", "含义"),
    "region_industry": Text("region and industry", "區域與行業", "区域与行业"),
    "industry": Text("industry", "行業", "行业"),
    "establishments": Text("firms", "企業", "企业"),
    "employment": Text("jobs", "就業", "就业"),
    "location_quotient": Text("location quotient", "區位商", "区位商"),
    "matching_ratio": Text("local ties over chance", "本地配套倍數", "本地配套倍数"),
    "locally_linked_share": Text("locally linked", "本地配套企業", "本地配套企业"),
    "tie_persistence": Text("ties kept", "關聯留存", "关联留存"),
    "institution_tied_share": Text("tied to institutions", "機構關聯企業", "机构关联企业"),
    "chain_completeness": Text("chain complete", "鏈條完整度", "链条完整度"),
    "confidence": Text("confidence", "置信度", "置信度"),
    "stage": Text("stage", "階段", "阶段"),
    "ellison_glaeser": Text("Ellison-Glaeser", "EG 指數", "EG 指数"),
    "ellison_glaeser_p": Text("its p", "EG 機率", "EG 概率"),
    "moran_i": Text("Moran's I", "莫蘭指數", "莫兰指数"),
    "moran_p": Text("its p", "莫蘭機率", "莫兰概率"),
    "gini": Text("Gini", "基尼係數", "基尼系数"),
    "regions_with_industry": Text("regions", "區域數", "区域数"),
    "seed": Text("seed", "隨機種子", "随机种子"),
    "unnamed": Text("unnamed", "無名稱", "无名称"),
    "joint": Text(", ", "、", "、"),
}

QUESTIONS: dict[str, tuple[str, Text, Text]] = {
    "is_concentrated": (
        "A",
        Text("Is it concentrated?", "是否集聚？", "是否集聚？"),
        Text(
            "More plants than the region's share of all plants would bring, several of them, and "
            "not one giant.",
            "企業數高於該區域應占份額，且為多家，並非一家獨大。",
            "企业数高于该区域应占份额，且为多家，并非一家独大。",
        ),
    ),
    "is_collaborating": (
        "B",
        Text(
            "Is there stable supply-chain collaboration?",
            "有無穩定的供應鏈協作？",
            "有无稳定的供应链协作？",
        ),
        Text(
            "More local supply ties than random matching of the same industries would give, "
            "spread over many firms, and lasting.",
            "本地供應關聯多於同行業隨機配對，覆蓋眾多企業，且持續。",
            "本地供应关联多于同行业随机配对，覆盖众多企业，且持续。",
        ),
    ),
    "has_ecosystem": (
        "C",
        Text(
            "Is there an ecosystem of institutions?",
            "有無服務與創新機構的生態？",
            "有无服务与创新机构的生态？",
        ),
        Text(
            "Firms actually tied to local institutions of innovation and of service; presence "
            "alone counts for nothing.",
            "企業與本地創新、服務機構確有關聯；僅僅存在不算。",
            "企业与本地创新、服务机构确有关联；仅仅存在不算。",
        ),
    ),
}

CLASS_MEANINGS: dict[Class, Text] = {
    Class.CLUSTER: Text(
        "concentrated, collaborating, and with an ecosystem of institutions",
        "集聚、協作，且有機構生態",
        "集聚、协作，且有机构生态",
    ),
    Class.EMERGING_CLUSTER: Text(
        "concentrated and collaborating; the ecosystem is missing or not known",
        "集聚且協作；機構生態缺失或未知",
        "集聚且协作；机构生态缺失或未知",
    ),
    Class.POTENTIAL_CLUSTER: Text(
        "concentrated; ties are not known, but by the input-output table its chain partners are "
        "here",
        "集聚；關聯未知，但據投入產出表產業鏈夥伴在本地",
        "集聚；关联未知，但据投入产出表产业链伙伴在本地",
    ),
    Class.AGGLOMERATION: Text(
        "concentrated, but its firms do not live off each other",
        "集聚，但企業之間並不相互依存",
        "集聚，但企业之间并不相互依存",
    ),
    Class.NETWORKED: Text(
        "collaborating without being concentrated", "有協作而未集聚", "有协作而未集聚"
    ),
    Class.DISPERSED: Text("neither", "兩者皆無", "两者皆无"),
    Class.UNDETERMINED: Text(
        "what is missing would decide", "缺失的資料恰是關鍵", "缺失的数据恰是关键"
    ),
}

THRESHOLDS: dict[str, Text] = {
    "significance": Text("significance", "顯著水平", "显著水平"),
    "location_quotient": Text("location quotient", "區位商", "区位商"),
    "establishments": Text("number of firms", "企業數", "企业数"),
    "effective_establishments": Text("effective number of firms", "有效企業數", "有效企业数"),
    "excess_local_share": Text("excess local share", "本地超額占比", "本地超额占比"),
    "locally_linked_share": Text("locally linked firms", "本地配套企業占比", "本地配套企业占比"),
    "tie_persistence": Text("persistence of ties", "關聯穩定性", "关联稳定性"),
    "tie_persistence_gain": Text(
        "persistence over its base rate", "穩定性高於基準之幅", "稳定性高于基准之幅"
    ),
    "institution_tied_share": Text(
        "firms tied to institutions", "機構關聯企業占比", "机构关联企业占比"
    ),
    "institution_kind_reach": Text(
        "reach of a kind of institution", "每類機構的覆蓋面", "每类机构的覆盖面"
    ),
}
