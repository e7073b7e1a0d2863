"""The sentences of a reason, in three languages, and when each is said.

What belongs here: the texts and their conditions. What does not: filling in the numbers
(`geo.classification.text.reason_texts`), the sentences on question A (`concentration_wording`).
Within a group the first sentence whose condition holds is said.
"""

from __future__ import annotations

import polars as pl

from geo.classification.text.concentration_wording import CONCENTRATION, SIZES
from geo.classification.text.counted_wording import COUNTED, TIES_ARE_COUNTED
from geo.classification.text.sentences import Sentence
from geo.vocabulary import Text

__all__ = ["GROUPS", "POTENTIAL", "Sentence"]


_LEFT_OPEN = pl.col("is_concentrated").fill_null(value=False) & pl.col("is_collaborating").is_null()
_HERE = pl.col("chain_partners_here")
_IS_LOCAL = pl.col("is_local_market").cast(pl.Boolean).fill_null(value=False)
_ASKED = _LEFT_OPEN & _HERE.is_not_null() & ~_IS_LOCAL

_BY_FLOWS = _LEFT_OPEN & pl.col("flow_partners_here").is_not_null() & ~_IS_LOCAL
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
        _LEFT_OPEN & ~_IS_LOCAL & _HERE.is_null() & pl.col("flow_rank").is_not_null(),
        Text(
            f"The flows between regions leave it open whether a chain is here: {_FLOWS.en}; it is "
            "at least an agglomeration.",
            f"區域間流量不足以判斷產業鏈夥伴是否在本地：{_FLOWS.zh_hant}；至少是集聚。",
            f"区域间流量不足以判断产业链伙伴是否在本地：{_FLOWS.zh_hans}；至少是集聚。",
        ),
    ),
    Sentence(
        _LEFT_OPEN & _IS_LOCAL & _HERE.is_not_null(),
        Text(
            "It is a local industry, which follows people: no chain is looked for.",
            "屬本地服務型行業，隨人口分布：不論其產業鏈。",
            "属本地服务型行业，随人口分布：不论其产业链。",
        ),
    ),
    Sentence(
        _LEFT_OPEN & _HERE.fill_null(value=False),
        Text(
            "By the input-output table its chain partners are here.",
            "據投入產出表，產業鏈夥伴在本地。",
            "据投入产出表，产业链伙伴在本地。",
        ),
    ),
    Sentence(
        _LEFT_OPEN & ~_HERE.fill_null(value=True),
        Text(
            "By the input-output table its chain partners are not here.",
            "據投入產出表，產業鏈夥伴不在本地。",
            "据投入产出表，产业链伙伴不在本地。",
        ),
    ),
    Sentence(
        _LEFT_OPEN & pl.col("is_beyond_reach").fill_null(value=False),
        Text(
            "Local ties are more than such trade usually has, so it is at least an agglomeration.",
            "本地關聯超出此類交易的常見水平：至少是集聚。",
            "本地关联超出此类交易的常见水平：至少是集聚。",
        ),
    ),
    Sentence(
        _LEFT_OPEN,
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


def _is(column: str) -> pl.Expr:
    return pl.col(column).fill_null(value=False)


def _is_not(column: str) -> pl.Expr:
    return ~pl.col(column).fill_null(value=True)


_A, _B, _C = "is_concentrated", "is_collaborating", "has_ecosystem"
_SUPPLY = "collaborates_by_supply"
_NOT_BY_SUPPLY = pl.col(_SUPPLY).is_null()
_OPEN = _is(_A) & pl.col(_B).is_null()

_LOCAL_OF_TIES = "{local} of {ties} supply {ties|tie|ties} {local|is|are} local"

_COLLABORATION = (
    *COUNTED,
    Sentence(
        _is("is_collaborating_across") & ~_is("collaborates_by_supply"),
        Text(
            "Collaborating across the border, together with {other}: {local_across} of "
            "{ties_across} supply {ties_across|tie|ties} {local_across|stays|stay} in these "
            "regions; such trade at such distances gives {usual_across}, an excess of "
            "{excess_across} % of its ties. {linked_across} % of firms have a lasting partner "
            "there, {kept_across} % of such ties last.",
            "跨界協作，與相鄰的{other}合計：{ties_across} 條供應關聯中 {local_across} 條在此範圍內"
            "；此類交易在此等距離上通常為 {usual_across} 條，超出其關聯的 {excess_across} %。"
            "{linked_across} % 的企業在其中有穩定夥伴，{kept_across} % 的此類關聯得以持續。",
            "跨界协作，与相邻的{other}合计：{ties_across} 条供应关联中 {local_across} 条在此范围内"
            "；此类交易在此等距离上通常为 {usual_across} 条，超出其关联的 {excess_across} %。"
            "{linked_across} % 的企业在其中有稳定伙伴，{kept_across} % 的此类关联得以持续。",
        ),
    ),
    Sentence(
        _is("collaborates_by_supply"),
        Text(
            f"Collaborating: {_LOCAL_OF_TIES}; such trade at such distances gives {{usual}}, an "
            "excess of {excess} % of its ties. {linked} % of firms have a lasting local partner "
            "({usual_linked} % would by usual trade), and {kept} % of local ties last.",
            "有協作：{ties} 條供應關聯中 {local} 條在本地；此類交易在此等距離上通常為 {usual} 條，"
            "超出其關聯的 {excess} %。{linked} % 的企業有穩定的本地夥伴（按常見交易為 "
            "{usual_linked} %），{kept} % 的本地關聯得以持續。",
            "有协作：{ties} 条供应关联中 {local} 条在本地；此类交易在此等距离上通常为 {usual} 条，"
            "超出其关联的 {excess} %。{linked} % 的企业有稳定的本地伙伴（按常见交易为 "
            "{usual_linked} %），{kept} % 的本地关联得以持续。",
        ),
    ),
    Sentence(
        _is_not(_SUPPLY) & _is_not("is_beyond_reach"),
        Text(
            f"No collaboration by supply: {_LOCAL_OF_TIES}; such trade at such distances gives "
            "{usual}.",
            "無供應協作：{ties} 條供應關聯中 {local} 條在本地；此類交易在此等距離上通常為 "
            "{usual} 條。",
            "无供应协作：{ties} 条供应关联中 {local} 条在本地；此类交易在此等距离上通常为 "
            "{usual} 条。",
        ),
    ),
    Sentence(
        _is_not(_SUPPLY) & _is_not("is_stable"),
        Text(
            f"No lasting collaboration by supply: {_LOCAL_OF_TIES}, where such trade gives "
            "{usual}, but only {kept} % of local ties are there again.",
            "無穩定的供應協作：{ties} 條供應關聯中 {local} 條在本地（通常為 {usual} 條），"
            "但僅 {kept} % 其後仍在。",
            "无稳定的供应协作：{ties} 条供应关联中 {local} 条在本地（通常为 {usual} 条），"
            "但仅 {kept} % 其后仍在。",
        ),
    ),
    Sentence(
        _is_not(_SUPPLY) & _is_not("is_broad"),
        Text(
            "No broad collaboration by supply: {linked} % of firms have a lasting local partner, "
            "and {usual_linked} % would by usual trade.",
            "無廣泛的供應協作：{linked} % 的企業有穩定的本地夥伴，按常見交易為 {usual_linked} %。",
            "无广泛的供应协作：{linked} % 的企业有稳定的本地伙伴，按常见交易为 {usual_linked} %。",
        ),
    ),
    Sentence(
        _is_not(_SUPPLY),
        Text(
            "No collaboration by supply: without its largest hub {local_alone} of {ties_alone} "
            "supply ties are local, where such trade gives {usual_alone}.",
            "無供應協作：去掉最大樞紐後，{ties_alone} 條供應關聯中 {local_alone} 條在本地，"
            "通常為 {usual_alone} 條。",
            "无供应协作：去掉最大枢纽后，{ties_alone} 条供应关联中 {local_alone} 条在本地，"
            "通常为 {usual_alone} 条。",
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
            f"Collaboration not known: {_LOCAL_OF_TIES}, where such trade gives {{usual}}, but "
            "ties of one year cannot show that they last.",
            "協作與否未知：{ties} 條供應關聯中 {local} 條在本地（通常為 {usual} 條），"
            "但僅一年的關聯無法判斷是否穩定。",
            "协作与否未知：{ties} 条供应关联中 {local} 条在本地（通常为 {usual} 条），"
            "但仅一年的关联无法判断是否稳定。",
        ),
    ),
    Sentence(
        _OPEN & (pl.col("supply_ties").fill_null(0) == 0),
        Text(
            "Collaboration by supply not known: no supply tie of its firms is recorded.",
            "供應協作與否未知：未記錄其企業的供應關聯。",
            "供应协作与否未知：未记录其企业的供应关联。",
        ),
    ),
    Sentence(
        _OPEN & ~_is("is_testable") & _NOT_BY_SUPPLY,
        Text(
            f"Collaboration not known: {_LOCAL_OF_TIES}, and such trade at such distances gives "
            "{usual} anyway, so that nothing beyond it could show.",
            "協作與否未知：{ties} 條供應關聯中 {local} 條在本地，此類交易在此等距離上本就有 "
            "{usual} 條，無從顯示更多。",
            "协作与否未知：{ties} 条供应关联中 {local} 条在本地，此类交易在此等距离上本就有 "
            "{usual} 条，无从显示更多。",
        ),
    ),
    Sentence(
        _OPEN & (pl.col("link_coverage") < 0.995),
        Text(
            f"Collaboration not known: {_LOCAL_OF_TIES} where such trade gives {{usual}}, "
            "{linked} % of firms have a lasting local partner and {kept} % of local ties last, "
            "but the links cover only {covered} % of its firms or of their ties, which does not "
            "decide.",
            "協作與否未知：{ties} 條供應關聯中 {local} 條在本地（通常為 {usual} 條），"
            "{linked} % 的企業有穩定的本地夥伴，{kept} % 的本地關聯得以持續，"
            "但關聯資料僅覆蓋其 {covered} % 的企業或關聯，尚不足以判斷。",
            "协作与否未知：{ties} 条供应关联中 {local} 条在本地（通常为 {usual} 条），"
            "{linked} % 的企业有稳定的本地伙伴，{kept} % 的本地关联得以持续，"
            "但关联数据仅覆盖其 {covered} % 的企业或关联，尚不足以判断。",
        ),
    ),
    Sentence(
        _OPEN,
        Text(
            f"Collaboration not known: {_LOCAL_OF_TIES} where such trade gives {{usual}}, "
            "{linked} % of firms have a lasting local partner ({usual_linked} % would by usual "
            "trade) and {kept} % of local ties last, which does not decide.",
            "協作與否未知：{ties} 條供應關聯中 {local} 條在本地（通常為 {usual} 條），"
            "{linked} % 的企業有穩定的本地夥伴（按常見交易為 {usual_linked} %），"
            "{kept} % 的本地關聯得以持續，尚不足以判斷。",
            "协作与否未知：{ties} 条供应关联中 {local} 条在本地（通常为 {usual} 条），"
            "{linked} % 的企业有稳定的本地伙伴（按常见交易为 {usual_linked} %），"
            "{kept} % 的本地关联得以持续，尚不足以判断。",
        ),
    ),
)

_LEARNING = (
    Sentence(
        _is("collaborates_by_knowledge"),
        Text(
            "Collaborating by knowledge: {local_knowledge} of {knowledge_ties} ties of research, "
            "standards and talent are local, where such firms at such distances have "
            "{usual_knowledge}, an excess of {excess_knowledge} % of its ties. "
            "{linked_knowledge} % of firms have a local partner in them, and {kept_knowledge} % "
            "of these have one again.",
            "有知識協作：{knowledge_ties} 條研發、標準與人才關聯中 {local_knowledge} 條在本地；"
            "此類企業在此等距離上通常為 {usual_knowledge} 條，超出其關聯的 {excess_knowledge} %。"
            "{linked_knowledge} % 的企業在其中有本地夥伴，其中 {kept_knowledge} % 其後再有。",
            "有知识协作：{knowledge_ties} 条研发、标准与人才关联中 {local_knowledge} 条在本地；"
            "此类企业在此等距离上通常为 {usual_knowledge} 条，超出其关联的 {excess_knowledge} %。"
            "{linked_knowledge} % 的企业在其中有本地伙伴，其中 {kept_knowledge} % 其后再有。",
        ),
    ),
    Sentence(
        _is(_A) & _is_not("collaborates_by_knowledge") & (pl.col("knowledge_ties") > 0),
        Text(
            "Nor by knowledge: {local_knowledge} of {knowledge_ties} ties of research, standards "
            "and talent are local, where such firms at such distances have {usual_knowledge}.",
            "亦無知識協作：{knowledge_ties} 條研發、標準與人才關聯中 {local_knowledge} 條在本地，"
            "此類企業在此等距離上通常為 {usual_knowledge} 條。",
            "亦无知识协作：{knowledge_ties} 条研发、标准与人才关联中 {local_knowledge} 条在本地，"
            "此类企业在此等距离上通常为 {usual_knowledge} 条。",
        ),
    ),
    Sentence(
        _is(_A) & pl.col("collaborates_by_knowledge").is_null() & (pl.col("knowledge_ties") > 0),
        Text(
            "By knowledge not known: {local_knowledge} of {knowledge_ties} ties of research, "
            "standards and talent are local, where such firms at such distances have "
            "{usual_knowledge}, which does not decide.",
            "知識協作與否未知：{knowledge_ties} 條研發、標準與人才關聯中 {local_knowledge} 條在本地"
            "，此類企業在此等距離上通常為 {usual_knowledge} 條，尚不足以判斷。",
            "知识协作与否未知：{knowledge_ties} 条研发、标准与人才关联中 {local_knowledge} 条在本地"
            "，此类企业在此等距离上通常为 {usual_knowledge} 条，尚不足以判断。",
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
        _is(_A) & _is(_B) & pl.col("has_institutions") & TIES_ARE_COUNTED,
        Text(
            "Ecosystem not known: ties counted between regions tell of no institution.",
            "生態與否未知：區域間關聯計數不涉及機構。",
            "生态与否未知：区域间关联计数不涉及机构。",
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
    _LEARNING,
    *POTENTIAL,
    _ECOSYSTEM,
)
"""Groups in the order of reading; each says at most one sentence."""
