"""The sentences of a reason, in three languages, and when each is said.

What belongs here: the texts and their conditions. What does not: filling in the numbers
(`geo.classification.reasons`), the sentences on question A (`concentration_wording`). Within a
group the first sentence whose condition holds is said.
"""

from __future__ import annotations

import polars as pl

from geo.classification.concentration_wording import CONCENTRATION, SIZES
from geo.classification.sentence import Sentence
from geo.vocabulary import Text

__all__ = ["GROUPS", "POTENTIAL", "Sentence"]


def _is(column: str) -> pl.Expr:
    return pl.col(column).fill_null(value=False)


def _is_not(column: str) -> pl.Expr:
    return ~pl.col(column).fill_null(value=True)


_A, _B, _C = "is_concentrated", "is_collaborating", "has_ecosystem"
_OPEN = _is(_A) & pl.col(_B).is_null()

_COLLABORATION = (
    Sentence(
        _is("is_collaborating_across"),
        Text(
            "Collaborating across the border, together with {other}: {local_across} of "
            "{ties_across} supply {ties_across|tie|ties} {local_across|stays|stay} in the two "
            "regions where chance gives {expected_across}, {linked_across} % of firms have a "
            "stable partner there, {kept_across} % of such ties last a year.",
            "跨界協作，與相鄰的{other}合計：{ties_across} 條供應關聯中 {local_across} 條"
            "在兩地之內（隨機期望 {expected_across} 條），"
            "{linked_across} % 的企業在其中有穩定夥伴，{kept_across} % 的此類關聯一年後仍在。",
            "跨界协作，与相邻的{other}合计：{ties_across} 条供应关联中 {local_across} 条"
            "在两地之内（随机期望 {expected_across} 条），"
            "{linked_across} % 的企业在其中有稳定伙伴，{kept_across} % 的此类关联一年后仍在。",
        ),
    ),
    Sentence(
        _is(_B),
        Text(
            "Collaborating: {local} of {ties} supply {ties|tie|ties} {local|is|are} local where "
            "chance gives {expected}, {linked} % of firms have a stable local partner, {kept} % "
            "of local ties last a year.",
            "有協作：{ties} 條供應關聯中 {local} 條在本地（隨機期望 {expected} 條），"
            "{linked} % 的企業有穩定的本地夥伴，{kept} % 的本地關聯一年後仍在。",
            "有协作：{ties} 条供应关联中 {local} 条在本地（随机期望 {expected} 条），"
            "{linked} % 的企业有稳定的本地伙伴，{kept} % 的本地关联一年后仍在。",
        ),
    ),
    Sentence(
        _is_not(_B) & _is_not("is_beyond_chance"),
        Text(
            "Not collaborating: {local} of {ties} supply {ties|tie|ties} {local|is|are} local, "
            "chance gives {expected}.",
            "無協作：{ties} 條供應關聯中 {local} 條在本地，隨機期望為 {expected} 條。",
            "无协作：{ties} 条供应关联中 {local} 条在本地，随机期望为 {expected} 条。",
        ),
    ),
    Sentence(
        _is_not(_B) & _is_not("is_stable"),
        Text(
            "Not collaborating: {local} of {ties} supply {ties|tie|ties} {local|is|are} local, "
            "but only {kept} % of local ties last a year.",
            "無穩定協作：{ties} 條供應關聯中 {local} 條在本地，但僅 {kept} % 一年後仍在。",
            "无稳定协作：{ties} 条供应关联中 {local} 条在本地，但仅 {kept} % 一年后仍在。",
        ),
    ),
    Sentence(
        _is_not(_B) & _is_not("is_broad"),
        Text(
            "Not collaborating: only {linked} % of firms have a stable local partner.",
            "無廣泛協作：僅 {linked} % 的企業有穩定的本地夥伴。",
            "无广泛协作：仅 {linked} % 的企业有稳定的本地伙伴。",
        ),
    ),
    Sentence(
        _is_not(_B) & _is_not("is_beyond_distance"),
        Text(
            "Not collaborating by the strict profile: {local} of {ties} supply {ties|tie|ties} "
            "{local|is|are} local, which the usual distance of trade explains.",
            "按嚴格標準無協作：{ties} 條供應關聯中 {local} 條在本地，常見的交易距離即可解釋。",
            "按严格标准无协作：{ties} 条供应关联中 {local} 条在本地，常见的交易距离即可解释。",
        ),
    ),
    Sentence(
        _is_not(_B),
        Text(
            "Not collaborating: without its largest hub the local ties are no more than chance "
            "gives.",
            "無協作：去掉最大樞紐後，本地關聯不超過隨機水平。",
            "无协作：去掉最大枢纽后，本地关联不超过随机水平。",
        ),
    ),
    Sentence(
        _OPEN & ~pl.col("has_ties"),
        Text(
            "Collaboration not known: no ties between firms are given.",
            "協作與否未知：未提供企業間關聯。",
            "协作与否未知：未提供企业间关联。",
        ),
    ),
    Sentence(
        _OPEN & pl.col("persistence_base_rate").is_null() & (pl.col("supply_ties") > 0),
        Text(
            "Collaboration not known: ties of one year cannot show that they last.",
            "協作與否未知：僅一年的關聯無法判斷是否穩定。",
            "协作与否未知：仅一年的关联无法判断是否稳定。",
        ),
    ),
    Sentence(
        _OPEN & (pl.col("supply_ties").fill_null(0) == 0),
        Text(
            "Collaboration not known: no supply tie of its firms is recorded.",
            "協作與否未知：未記錄其企業的供應關聯。",
            "协作与否未知：未记录其企业的供应关联。",
        ),
    ),
    Sentence(
        _OPEN & (pl.col("link_coverage") < 0.995),
        Text(
            "Collaboration not known: {local} of {ties} supply ties are local where chance gives "
            "{expected}, {linked} % of firms have a stable local partner and {kept} % of local "
            "ties last a year, but the links cover only {covered} % of its firms or of their ties, "
            "which does not decide.",
            "協作與否未知：{ties} 條供應關聯中 {local} 條在本地（隨機期望 {expected} 條），"
            "{linked} % 的企業有穩定的本地夥伴，{kept} % 的本地關聯一年後仍在，"
            "但關聯資料僅覆蓋其 {covered} % 的企業或關聯，尚不足以判斷。",
            "协作与否未知：{ties} 条供应关联中 {local} 条在本地（随机期望 {expected} 条），"
            "{linked} % 的企业有稳定的本地伙伴，{kept} % 的本地关联一年后仍在，"
            "但关联数据仅覆盖其 {covered} % 的企业或关联，尚不足以判断。",
        ),
    ),
    Sentence(
        _OPEN,
        Text(
            "Collaboration not known: {local} of {ties} supply {ties|tie|ties} {local|is|are} "
            "local where chance gives {expected}, {linked} % of firms have a stable local partner "
            "and {kept} % of local ties last a year, which does not decide.",
            "協作與否未知：{ties} 條供應關聯中 {local} 條在本地（隨機期望 {expected} 條），"
            "{linked} % 的企業有穩定的本地夥伴，{kept} % 的本地關聯一年後仍在，尚不足以判斷。",
            "协作与否未知：{ties} 条供应关联中 {local} 条在本地（随机期望 {expected} 条），"
            "{linked} % 的企业有稳定的本地伙伴，{kept} % 的本地关联一年后仍在，尚不足以判断。",
        ),
    ),
)

POTENTIAL = (
    Sentence(
        _OPEN & _is("chain_partners_here"),
        Text(
            "By the input-output table its chain partners are here: {complete} % of what it mainly "
            "buys is made by industries strong here; {inputs} % of its inputs could come from, "
            "and {outputs} % of its sales to industries could go to, the region.",
            "據投入產出表，產業鏈夥伴在本地：主要投入的 {complete} % 來自本地優勢行業，"
            "{inputs} % 的投入可由本地供應，{outputs} % 的中間銷售可由本地吸收。",
            "据投入产出表，产业链伙伴在本地：主要投入的 {complete} % 来自本地优势行业，"
            "{inputs} % 的投入可由本地供应，{outputs} % 的中间销售可由本地吸收。",
        ),
    ),
    Sentence(
        _OPEN & _is_not("chain_partners_here"),
        Text(
            "By the input-output table its chain partners are not here: {complete} % of what it "
            "mainly buys is made by industries strong here; {inputs} % of its inputs could come "
            "from, and {outputs} % of its sales to industries could go to, the region.",
            "據投入產出表，產業鏈夥伴不在本地：主要投入的 {complete} % 來自本地優勢行業，"
            "{inputs} % 的投入可由本地供應，{outputs} % 的中間銷售可由本地吸收。",
            "据投入产出表，产业链伙伴不在本地：主要投入的 {complete} % 来自本地优势行业，"
            "{inputs} % 的投入可由本地供应，{outputs} % 的中间销售可由本地吸收。",
        ),
    ),
    Sentence(
        _OPEN & _is("is_beyond_chance"),
        Text(
            "Local ties are beyond chance, so it is at least an agglomeration.",
            "本地關聯超出隨機水平：至少是集聚。",
            "本地关联超出随机水平：至少是集聚。",
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

_ECOSYSTEM = (
    Sentence(
        _is(_A) & _is(_B) & _is(_C),
        Text(
            "Ecosystem: {tied} % of firms are tied to {institutions} local "
            "{institutions|institution|institutions} of {kinds} {kinds|kind|kinds}.",
            "有生態：{tied} % 的企業與 {institutions} 家本地機構（{kinds} 類）有關聯。",
            "有生态：{tied} % 的企业与 {institutions} 家本地机构（{kinds} 类）有关联。",
        ),
    ),
    Sentence(
        _is(_A) & _is(_B) & _is_not(_C) & (pl.col("tied_institutions") == 0),
        Text(
            "No ecosystem: none of its firms is tied to a local institution.",
            "無生態：沒有企業與本地機構有關聯。",
            "无生态：没有企业与本地机构有关联。",
        ),
    ),
    Sentence(
        _is(_A) & _is(_B) & _is_not(_C) & (pl.col("institution_kinds") == 0),
        Text(
            "No ecosystem: {tied} % of firms are tied to {institutions} local "
            "{institutions|institution|institutions}, and no kind of institution reaches a tenth "
            "of them.",
            "無生態：{tied} % 的企業與 {institutions} 家本地機構有關聯，沒有一類機構覆蓋一成企業。",
            "无生态：{tied} % 的企业与 {institutions} 家本地机构有关联，没有一类机构覆盖一成企业。",
        ),
    ),
    Sentence(
        _is(_A) & _is(_B) & _is_not(_C),
        Text(
            "No ecosystem: {tied} % of firms are tied to {institutions} local "
            "{institutions|institution|institutions} of {kinds} {kinds|kind|kinds} that "
            "{kinds|reaches|reach} a tenth of them.",
            "無生態：{tied} % 的企業與 {institutions} 家本地機構有關聯，"
            "覆蓋一成企業的有 {kinds} 類。",
            "无生态：{tied} % 的企业与 {institutions} 家本地机构有关联，"
            "覆盖一成企业的有 {kinds} 类。",
        ),
    ),
    Sentence(
        _is(_A) & _is(_B) & ~pl.col("has_institutions"),
        Text(
            "Ecosystem not known: no institutions are given.",
            "生態與否未知：未提供機構。",
            "生态与否未知：未提供机构。",
        ),
    ),
    Sentence(
        _is(_A) & _is(_B),
        Text(
            "Ecosystem not known: the ties to institutions that are given do not decide.",
            "生態與否未知：所提供的機構關聯不足以判斷。",
            "生态与否未知：所提供的机构关联不足以判断。",
        ),
    ),
)

GROUPS: tuple[tuple[Sentence, ...], ...] = (
    CONCENTRATION,
    SIZES,
    _COLLABORATION,
    POTENTIAL,
    _ECOSYSTEM,
)
"""Groups in the order of reading; each says at most one sentence."""
