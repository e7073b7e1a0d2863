"""What a reason says of collaboration where ties are counted between regions, in three languages.

What belongs here: the sentences that differ from those of pairs of firms (`wording`), since counts
tell at least, and at most, how many firms take part, and never which.
"""

from __future__ import annotations

import polars as pl

from geo.classification.text.sentences import Sentence
from geo.vocabulary import Text

__all__ = ["COUNTED", "TIES_ARE_COUNTED"]

TIES_ARE_COUNTED = pl.col("ties_are_counted").cast(pl.Boolean).fill_null(value=False)
"""Whether nobody tells whose ties they are."""

_SUPPLY = "collaborates_by_supply"
_OPEN = (
    TIES_ARE_COUNTED
    & pl.col("is_concentrated").fill_null(value=False)
    & pl.col("is_collaborating").is_null()
    & (pl.col("supply_ties") > 0)
)
_YES, _NO = (
    {name: pl.col(name).fill_null(value=word) for name in (_SUPPLY, "is_beyond_reach", "is_broad")}
    for word in (False, True)
)
_LOCAL_OF_TIES = "{local} of {ties} supply {ties|tie|ties} {local|is|are} local"
_BY_COUNTS = Text("by ties counted between regions", "按區域間關聯計數", "按区域间关联计数")
_NOT_KNOWN = Text(
    f"Collaboration not known {_BY_COUNTS.en}: {_LOCAL_OF_TIES}; such trade at such distances "
    "gives {usual}",
    f"協作與否未知（{_BY_COUNTS.zh_hant}）：{{ties}} 條供應關聯中 {{local}} 條在本地；"
    "此類交易在此等距離上通常為 {usual} 條",
    f"协作与否未知（{_BY_COUNTS.zh_hans}）：{{ties}} 条供应关联中 {{local}} 条在本地；"
    "此类交易在此等距离上通常为 {usual} 条",
)


def _open(en: str, zh_hant: str, zh_hans: str) -> Text:
    """What is known, and why it does not decide."""
    return Text(
        f"{_NOT_KNOWN.en}, {en}.",
        f"{_NOT_KNOWN.zh_hant}，{zh_hant}。",
        f"{_NOT_KNOWN.zh_hans}，{zh_hans}。",
    )


COUNTED = (
    Sentence(
        TIES_ARE_COUNTED
        & pl.col("is_collaborating_across").fill_null(value=False)
        & ~_YES[_SUPPLY],
        Text(
            f"Collaborating across the border {_BY_COUNTS.en}, together with {{other}}: "
            "{local_across} of {ties_across} supply {ties_across|tie|ties} "
            "{local_across|stays|stay} in these regions; such trade at such distances gives "
            "{usual_across}, an excess of {excess_across} % of its ties. At least "
            "{linked_across} % of firms have a partner there, and {kept_across} % of such ties are "
            "seen again.",
            f"跨界協作（{_BY_COUNTS.zh_hant}），與相鄰的{{other}}合計："
            "{ties_across} 條供應關聯中 {local_across} 條在此範圍內；"
            "此類交易在此等距離上通常為 {usual_across} 條，"
            "超出其關聯的 {excess_across} %。至少 {linked_across} % 的企業在其中有夥伴，"
            "{kept_across} % 的此類關聯次年仍在。",
            f"跨界协作（{_BY_COUNTS.zh_hans}），与相邻的{{other}}合计："
            "{ties_across} 条供应关联中 {local_across} 条在此范围内；"
            "此类交易在此等距离上通常为 {usual_across} 条，"
            "超出其关联的 {excess_across} %。至少 {linked_across} % 的企业在其中有伙伴，"
            "{kept_across} % 的此类关联次年仍在。",
        ),
    ),
    Sentence(
        TIES_ARE_COUNTED & _YES[_SUPPLY],
        Text(
            f"Collaborating {_BY_COUNTS.en}: {_LOCAL_OF_TIES}; such trade at such distances gives "
            "{usual}, an excess of {excess} % of its ties, and no one firm can have more than "
            "{hub_most} of them. At least {linked} % of firms have a local partner (at most "
            "{usual_linked} % would by usual trade), and {kept} % of local ties are seen again.",
            f"有協作（{_BY_COUNTS.zh_hant}）：{{ties}} 條供應關聯中 {{local}} 條在本地；"
            "此類交易在此等距離上通常為 {usual} 條，超出其關聯的 {excess} %，且任一企業至多占其中 "
            "{hub_most} 條。至少 {linked} % 的企業有本地夥伴（按常見交易至多 {usual_linked} %），"
            "{kept} % 的本地關聯次年仍在。",
            f"有协作（{_BY_COUNTS.zh_hans}）：{{ties}} 条供应关联中 {{local}} 条在本地；"
            "此类交易在此等距离上通常为 {usual} 条，超出其关联的 {excess} %，且任一企业至多占其中 "
            "{hub_most} 条。至少 {linked} % 的企业有本地伙伴（按常见交易至多 {usual_linked} %），"
            "{kept} % 的本地关联次年仍在。",
        ),
    ),
    Sentence(
        TIES_ARE_COUNTED & ~_NO[_SUPPLY] & ~_NO["is_beyond_reach"],
        Text(
            f"No collaboration by supply, {_BY_COUNTS.en}: {_LOCAL_OF_TIES}; such trade at such "
            "distances gives {usual}.",
            f"無供應協作（{_BY_COUNTS.zh_hant}）：{{ties}} 條供應關聯中 {{local}} 條在本地；"
            "此類交易在此等距離上通常為 {usual} 條。",
            f"无供应协作（{_BY_COUNTS.zh_hans}）：{{ties}} 条供应关联中 {{local}} 条在本地；"
            "此类交易在此等距离上通常为 {usual} 条。",
        ),
    ),
    Sentence(
        TIES_ARE_COUNTED & ~_NO[_SUPPLY] & ~_NO["is_broad"],
        Text(
            f"No broad collaboration by supply, {_BY_COUNTS.en}: at most {{linked_most}} % of "
            "firms have a local partner.",
            f"無廣泛的供應協作（{_BY_COUNTS.zh_hant}）：至多 {{linked_most}} % 的企業有本地夥伴。",
            f"无广泛的供应协作（{_BY_COUNTS.zh_hans}）：至多 {{linked_most}} % 的企业有本地伙伴。",
        ),
    ),
    Sentence(
        _OPEN & pl.col("persistence_base_rate").is_null(),
        _open(
            "but nothing says how many ties are seen again the year after",
            "但未說明其中多少次年仍在",
            "但未说明其中多少次年仍在",
        ),
    ),
    Sentence(
        _OPEN & pl.col("hub_most").is_null(),
        _open(
            "but nothing says how many firms are in these ties",
            "但未說明有多少企業參與",
            "但未说明有多少企业参与",
        ),
    ),
    Sentence(
        _OPEN
        & _YES["is_beyond_reach"]
        & _YES["is_broad"]
        & pl.col("is_stable").fill_null(value=False),
        _open(
            "but one firm could have {hub_most} of them, and without it nothing may be beyond the "
            "usual",
            "但單一企業可能占其中 {hub_most} 條，除去後未必超出常見水平",
            "但单一企业可能占其中 {hub_most} 条，除去后未必超出常见水平",
        ),
    ),
    Sentence(
        _OPEN & _YES["is_beyond_reach"] & _YES["is_broad"],
        _open(
            "but {kept} % of local ties are seen again the year after, and ties that come back "
            "later are not told from new ones",
            "但次年仍在者為 {kept} %，且其後復現的關聯與新關聯無從區分",
            "但次年仍在者为 {kept} %，且其后复现的关联与新关联无从区分",
        ),
    ),
    Sentence(
        _OPEN & pl.col("is_testable").fill_null(value=True),
        _open(
            "{linked} to {linked_most} % of firms have a local partner and {kept} % of local ties "
            "are seen again, which does not decide",
            "{linked} 至 {linked_most} % 的企業有本地夥伴，{kept} % 的本地關聯次年仍在，"
            "尚不足以判斷",
            "{linked} 至 {linked_most} % 的企业有本地伙伴，{kept} % 的本地关联次年仍在，"
            "尚不足以判断",
        ),
    ),
)
"""The answer by counts; where none of them holds, what is said of pairs holds of counts, too."""
