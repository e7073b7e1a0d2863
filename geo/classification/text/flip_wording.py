"""Flips in sentences, in three languages.

What belongs here: the words for what is lacking or would be lost. What does not: how much of it
(`geo.classification.counterfactuals.flips_of_cells`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from geo.classification.text.sentences import says_what_is_local
from geo.vocabulary import Language, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.settings import Nearby

__all__ = ["LACKS", "LOSSES", "flip_sentences", "with_flips"]

LACKS = {
    "plants": Text("establishments ({n} more)", "再增 {n} 家企業", "再增 {n} 家企业"),
    "spread": Text(
        "jobs spread over more establishments (as over {n} more of one size)",
        "就業再分散到相當於 {n} 家同等規模的企業",
        "就业再分散到相当于 {n} 家同等规模的企业",
    ),
    "comparison": Text(
        "a second region and a second industry to compare with",
        "可資比較的另一地區與另一行業",
        "可资比较的另一地区与另一行业",
    ),
    "job_data": Text("the jobs of its establishments", "其企業的就業資料", "其企业的就业数据"),
    "plant_data": Text("the number of its establishments", "企業數資料", "企业数数据"),
    "links": Text(
        "supply ties of its firms over two years or more",
        "其企業至少兩年的供應關聯",
        "其企业至少两年的供应关联",
    ),
    "years": Text("a second year of ties", "第二年的關聯資料", "第二年的关联数据"),
    "local_ties": Text(
        "supply ties with local instead of distant partners ({n} more)",
        "{n} 條供應關聯由外地轉為本地",
        "{n} 条供应关联由外地转为本地",
    ),
    "elsewhere": Text(
        "trade that could as well go elsewhere, to tell more than usual from usual",
        "可去往他處的交易（方可辨別是否超出常見水平）",
        "可去往他处的交易（方可辨别是否超出常见水平）",
    ),
    "linked_firms": Text(
        "firms with a lasting local partner ({n} more)",
        "再有 {n} 家企業擁有穩定的本地夥伴",
        "再有 {n} 家企业拥有稳定的本地伙伴",
    ),
    "coverage": Text(
        "links that cover {n} % of its firms and ties, to decide",
        "覆蓋其 {n} % 企業及關聯的資料（方可判斷）",
        "覆盖其 {n} % 企业及关联的数据（方可判断）",
    ),
    "lasting_ties": Text(
        "local ties that last a year ({n} more over all years)",
        "各年合計再有 {n} 條本地關聯保持一年",
        "各年合计再有 {n} 条本地关联保持一年",
    ),
    "tied_firms": Text(
        "firms tied to local institutions ({n} more)",
        "再有 {n} 家企業與本地機構建立關聯",
        "再有 {n} 家企业与本地机构建立关联",
    ),
    "innovation_firms": Text(
        "firms tied to one kind of innovation institution ({n} more)",
        "再有 {n} 家企業與同一類創新機構建立關聯",
        "再有 {n} 家企业与同一类创新机构建立关联",
    ),
    "service_firms": Text(
        "firms tied to one kind of service institution ({n} more)",
        "再有 {n} 家企業與同一類服務機構建立關聯",
        "再有 {n} 家企业与同一类服务机构建立关联",
    ),
    "institution_data": Text(
        "data on innovation and service institutions",
        "創新與服務機構資料",
        "创新与服务机构数据",
    ),
    "institution_ties": Text(
        "ties to institutions beyond what chance gives",
        "超出隨機水平的機構關聯",
        "超出随机水平的机构关联",
    ),
}
"""What the next class lacks; {n} of it."""

LOSSES = {
    "plants": Text("establishments ({n})", "減少 {n} 家企業", "减少 {n} 家企业"),
    "local_ties": Text(
        "local supply ties, to distant partners ({n})",
        "有 {n} 條本地供應關聯轉向外地",
        "有 {n} 条本地供应关联转向外地",
    ),
    "linked_firms": Text(
        "firms with a lasting local partner ({n})",
        "有 {n} 家企業失去穩定的本地夥伴",
        "有 {n} 家企业失去稳定的本地伙伴",
    ),
    "lasting_ties": Text(
        "local ties that last a year ({n} over all years)",
        "各年合計再有 {n} 條本地關聯於一年內中斷",
        "各年合计再有 {n} 条本地关联于一年内中断",
    ),
    "tied_firms": Text(
        "firms tied to local institutions ({n})",
        "有 {n} 家企業失去與本地機構的關聯",
        "有 {n} 家企业失去与本地机构的关联",
    ),
    "innovation_firms": Text(
        "firms tied to its widest kind of innovation institution ({n})",
        "有 {n} 家企業失去與創新機構的關聯",
        "有 {n} 家企业失去与创新机构的关联",
    ),
    "service_firms": Text(
        "firms tied to its widest kind of service institution ({n})",
        "有 {n} 家企業失去與服務機構的關聯",
        "有 {n} 家企业失去与服务机构的关联",
    ),
}
"""What would take the class away; {n} of it."""

_UP = Text(
    "Missing to move up, nearest first: {list}.",
    "上升尚缺（由近及遠）：{list}。",
    "上升尚缺（由近及远）：{list}。",
)
_DOWN = Text(
    "It would move down by losing: {list}.",
    "若{list}，判定即下降。",
    "若{list}，判定即下降。",
)


def flip_sentences(
    found: pd.DataFrame, *, local: Literal["region"] | Nearby = "region"
) -> pd.DataFrame:
    """What would move each verdict, up and down.

    Parameters
    ----------
    found : DataFrame
        As `geo.classification.counterfactuals.flips_of_cells.flips` returns it.
    local : 'region' or Nearby
        The setting `local`, which the sentences name where it is not the region.

    Returns
    -------
    DataFrame
        Columns `flips_en`, `flips_zh_hant`, `flips_zh_hans`, on the index of `found`; empty text
        where nothing near would move the verdict.

    Examples
    --------
    >>> found = pd.DataFrame({"flip_up": ["plants"], "flip_up_amount": [1.0],
    ...     "flip_up_also": ["spread 0.5"], "flip_down": [None], "flip_down_amount": [None]})
    >>> print(flip_sentences(found)["flips_en"][0])
    Missing to move up, nearest first: establishments (1 more); jobs spread over more \
establishments (as over 0.5 more of one size).
    """
    columns = ["flip_up", "flip_up_amount", "flip_up_also", "flip_down", "flip_down_amount"]
    moving = found.loc[found["flip_up"].notna() | found["flip_down"].notna(), columns]
    # Many cells lack the same: each text is written once.
    of_row = moving.groupby(columns, dropna=False, sort=False).ngroup().to_numpy()
    rows = list(moving.drop_duplicates().itertuples(index=False, name=None))
    texts = {}
    for language in Language:
        sentences = (_sentences(row, language) for row in rows)
        named = [says_what_is_local(text, local, language=language) for text in sentences]
        written = np.array(named, dtype=object)
        told = pd.Series(written[of_row], index=moving.index, dtype="object")
        texts[f"flips_{language.column_suffix}"] = told.reindex(found.index, fill_value="")
    return pd.DataFrame(texts)


def with_flips(reasons: pd.DataFrame, sentences: pd.DataFrame) -> pd.DataFrame:
    """Reasons that end in what would move the verdict.

    Parameters
    ----------
    reasons : DataFrame
        As `geo.classification.text.reason_texts.reasons` returns it.
    sentences : DataFrame
        As `flip_sentences` returns it, on the same index.
    """
    ended = {}
    for language in Language:
        suffix = language.column_suffix
        added = sentences[f"flips_{suffix}"]
        if language is Language.EN:
            added = (" " + added).where(added != "", "")
        ended[f"reason_{suffix}"] = reasons[f"reason_{suffix}"] + added
    return pd.DataFrame(ended)


def _sentences(row: tuple[object, ...], language: Language) -> str:
    up, up_amount, also, down, down_amount = row
    stop = "; " if language is Language.EN else "；"
    said = []
    if isinstance(up, str):
        lacks = [_filled(LACKS, up, up_amount, language)]
        if isinstance(also, str):
            parts = (part.partition(" ") for part in also.split(", "))
            lacks += [_filled(LACKS, code, amount, language) for code, _, amount in parts]
        said.append(_UP.in_language(language).format(list=stop.join(lacks)))
    if isinstance(down, str):
        loss = _filled(LOSSES, down, down_amount, language)
        said.append(_DOWN.in_language(language).format(list=loss))
    return (" " if language is Language.EN else "").join(said)


def _filled(words: Mapping[str, Text], code: str, amount: object, language: Language) -> str:
    text = words[code].in_language(language)
    if "{n}" not in text:
        return text
    number = float(str(amount))
    if code == "coverage":
        return text.format(n=f"{100 * number:.0f}")
    return text.format(n=f"{number:,.1f}" if number % 1 else f"{number:,.0f}")
