"""What a reason says of question A, in three languages.

What belongs here: the sentences on concentration, one for each way in which the answer can be yes,
no or not known. What does not: the answer itself (`geo.classification.questions`), the sentences on
the other questions (`geo.classification.text.wording`).
"""

from __future__ import annotations

import polars as pl

from geo.classification.text.sentences import Sentence
from geo.vocabulary import Text

__all__ = ["CONCENTRATION", "SIZES"]

_YES = pl.col("is_concentrated").fill_null(value=False)
_OPEN = pl.col("is_concentrated").is_null()
_COUNTED = _OPEN & pl.col("establishments").is_not_null()
_WITHHELD = _OPEN & pl.col("establishments").is_null()
_UNCOUNTED_YEAR = _WITHHELD & ~pl.col("establishments").is_not_null().any().over("year")
_IS_BOUNDED = pl.col("establishments_least").is_not_null() & (
    pl.col("establishments_most").is_not_null()
)
_IS_TESTED = pl.all_horizontal(
    pl.col(f"{of}_{end}").is_not_null()
    for of in ("location_quotient", "concentration_q")
    for end in ("least", "most")
)
# What the fewest establishments pass, the most pass too.
_PASSES_AT_ITS_FEWEST = (
    (pl.col("establishments_least") >= pl.col("floor_establishments"))
    & (pl.col("location_quotient_least") >= pl.col("floor_quotient"))
    & (pl.col("location_quotient_low_least") > 1)
    & (pl.col("concentration_q_least") <= pl.col("significance"))
)


def _only_one(key: str) -> pl.Expr:
    """Whether the cell's year has a single region, or a single industry."""
    return pl.col(key).n_unique().over("year") == 1


_OPEN_AT_A_QUOTIENT_OF_ONE = _OPEN & (pl.col("location_quotient") == 1)

_NOTHING_TO_COMPARE = (
    Sentence(
        _OPEN_AT_A_QUOTIENT_OF_ONE & _only_one("region_key"),
        Text(
            "Concentration not known: the data hold one region only, so there is nothing to "
            "compare its {n} {n|establishment|establishments} with.",
            "集聚與否未知：資料僅含一個地區，其 {n} 家企業無從比較。",
            "集聚与否未知：资料仅含一个地区，其 {n} 家企业无从比较。",
        ),
    ),
    Sentence(
        _OPEN_AT_A_QUOTIENT_OF_ONE & _only_one("industry_key"),
        Text(
            "Concentration not known: the data hold one industry only, so there is nothing to "
            "compare its {n} {n|establishment|establishments} with.",
            "集聚與否未知：資料僅含一個行業，其 {n} 家企業無從比較。",
            "集聚与否未知：资料仅含一个行业，其 {n} 家企业无从比较。",
        ),
    ),
)

_SIZES_NOT_KNOWN = (
    Sentence(
        _COUNTED & (pl.col("location_quotient").is_null() | pl.col("concentration_q").is_null()),
        Text(
            "Concentration not known: {n} {n|establishment|establishments}, but the totals of its "
            "region, its industry and the nation contradict one another.",
            "集聚與否未知：{n} 家企業，但所在地區、所屬行業與全國的總數互相矛盾。",
            "集聚与否未知：{n} 家企业，但所在地区、所属行业与全国的总数互相矛盾。",
        ),
    ),
    Sentence(
        _COUNTED & (pl.col("employment") == 0),
        Text(
            "Concentration not known: {n} {n|establishment|establishments}, {lq} times the "
            "overall share, but all of them report zero jobs, so one large plant is not ruled out.",
            "集聚與否未知：{n} 家企業，占比為總體的 {lq} 倍，但所報就業均為零，不能排除單一大廠。",
            "集聚与否未知：{n} 家企业，占比为总体的 {lq} 倍，但所报就业均为零，不能排除单一大厂。",
        ),
    ),
    Sentence(
        _COUNTED & pl.col("employment").is_null(),
        Text(
            "Concentration not known: {n} {n|establishment|establishments}, {lq} times the "
            "overall share, but the jobs of all of them are withheld, so one large plant is not "
            "ruled out.",
            "集聚與否未知：{n} 家企業，占比為總體的 {lq} 倍，但其就業均未公布，不能排除單一大廠。",
            "集聚与否未知：{n} 家企业，占比为总体的 {lq} 倍，但其就业均未公布，不能排除单一大厂。",
        ),
    ),
    Sentence(
        _COUNTED,
        Text(
            "Concentration not known: {n} {n|establishment|establishments}, {lq} times the "
            "overall share, but the jobs of most of them are withheld, so one large plant is not "
            "ruled out.",
            "集聚與否未知：{n} 家企業，占比為總體的 {lq} 倍，但其中多數的就業未公布，"
            "不能排除單一大廠。",
            "集聚与否未知：{n} 家企业，占比为总体的 {lq} 倍，但其中多数的就业未公布，"
            "不能排除单一大厂。",
        ),
    ),
)

_COUNT_NOT_KNOWN = (
    Sentence(
        _WITHHELD & _IS_BOUNDED & _IS_TESTED & _PASSES_AT_ITS_FEWEST,
        Text(
            "Concentration not known: the number of establishments is withheld; even the fewest "
            "that the totals allow, {n_least}, are {lq_least} times the overall share, but their "
            "jobs are not known, so one large plant is not ruled out.",
            "集聚與否未知：企業數未公布；按總數推算至少 {n_least} 家，占比已為總體的 "
            "{lq_least} 倍，但其就業未知，不能排除單一大廠。",
            "集聚与否未知：企业数未公布；按总数推算至少 {n_least} 家，占比已为总体的 "
            "{lq_least} 倍，但其就业未知，不能排除单一大厂。",
        ),
    ),
    Sentence(
        _WITHHELD & _IS_BOUNDED & _IS_TESTED,
        Text(
            "Concentration not known: the number of establishments is withheld; the totals allow "
            "{n_least} to {n_most}, {lq_least} to {lq_most} times the overall share, and the two "
            "ends disagree.",
            "集聚與否未知：企業數未公布；按總數推算為 {n_least} 至 {n_most} 家，占比為總體的 "
            "{lq_least} 至 {lq_most} 倍，兩端結論不一。",
            "集聚与否未知：企业数未公布；按总数推算为 {n_least} 至 {n_most} 家，占比为总体的 "
            "{lq_least} 至 {lq_most} 倍，两端结论不一。",
        ),
    ),
    Sentence(
        _WITHHELD & _IS_BOUNDED,
        Text(
            "Concentration not known: the number of establishments is withheld; the totals allow "
            "{n_least} to {n_most}, but the published totals do not suffice to test them.",
            "集聚與否未知：企業數未公布；按總數推算為 {n_least} 至 {n_most} 家，"
            "但所公布的總數不足以檢驗。",
            "集聚与否未知：企业数未公布；按总数推算为 {n_least} 至 {n_most} 家，"
            "但所公布的总数不足以检验。",
        ),
    ),
    Sentence(
        _UNCOUNTED_YEAR & pl.col("location_quotient_employment").is_not_null(),
        Text(
            "Concentration not known: the number of establishments is not given; "
            "by jobs the share is {lq_jobs} times the overall share.",
            "集聚與否未知：未提供企業數；按就業計占比為總體的 {lq_jobs} 倍。",
            "集聚与否未知：未提供企业数；按就业计占比为总体的 {lq_jobs} 倍。",
        ),
    ),
    Sentence(
        _UNCOUNTED_YEAR,
        Text(
            "Concentration not known: the number of establishments is not given.",
            "集聚與否未知：未提供企業數。",
            "集聚与否未知：未提供企业数。",
        ),
    ),
    Sentence(
        _WITHHELD & pl.col("location_quotient_employment").is_not_null(),
        Text(
            "Concentration not known: the number of establishments is withheld here, and no "
            "published total bounds it; by jobs the share is {lq_jobs} times the overall share.",
            "集聚與否未知：此處企業數未公布，亦無總數可據以推算；按就業計占比為總體的 "
            "{lq_jobs} 倍。",
            "集聚与否未知：此处企业数未公布，亦无总数可据以推算；按就业计占比为总体的 "
            "{lq_jobs} 倍。",
        ),
    ),
    Sentence(
        _WITHHELD,
        Text(
            "Concentration not known: the number of establishments is withheld here, and no "
            "published total bounds it.",
            "集聚與否未知：此處企業數未公布，亦無總數可據以推算。",
            "集聚与否未知：此处企业数未公布，亦无总数可据以推算。",
        ),
    ),
)

_BY_OUTPUT = (
    Sentence(
        _YES & (pl.col("concentrated_by") == "output"),
        Text(
            "Concentrated by output: {lq_output} times the usual share, without a test, since "
            "neither establishments nor jobs are counted.",
            "按產值集聚：占比為常值的 {lq_output} 倍；企業與就業均無計數，故無檢驗。",
            "按产值集聚：占比为常值的 {lq_output} 倍；企业与就业均无计数，故无检验。",
        ),
    ),
    Sentence(
        ~_YES & pl.col("size_quotient").is_not_null(),
        Text(
            "Not concentrated: {lq_output} times the usual share of output.",
            "未集聚：產值占比為常值的 {lq_output} 倍。",
            "未集聚：产值占比为常值的 {lq_output} 倍。",
        ),
    ),
)

CONCENTRATION = (
    *_BY_OUTPUT,
    Sentence(
        _YES & (pl.col("concentrated_by") == "jobs"),
        Text(
            "Concentrated by jobs: {n} {n|establishment|establishments} with {lq_jobs} times the "
            "overall share of jobs (q {q_jobs}), and {lq} times that of establishments.",
            "按就業集聚：{n} 家企業，就業占比為總體的 {lq_jobs} 倍（q {q_jobs}），"
            "企業數占比為 {lq} 倍。",
            "按就业集聚：{n} 家企业，就业占比为总体的 {lq_jobs} 倍（q {q_jobs}），"
            "企业数占比为 {lq} 倍。",
        ),
    ),
    Sentence(
        _YES & (pl.col("location_quotient_asked") != pl.col("location_quotient")),
        Text(
            "Concentrated: {n} {n|establishment|establishments}, {lq_rest} times the share in the "
            "rest of the country and {lq} times the overall share (q {q}).",
            "集聚：{n} 家企業，占比為國內其餘地區的 {lq_rest} 倍、總體的 {lq} 倍（q {q}）。",
            "集聚：{n} 家企业，占比为国内其余地区的 {lq_rest} 倍、总体的 {lq} 倍（q {q}）。",
        ),
    ),
    Sentence(
        _YES,
        Text(
            "Concentrated: {n} {n|establishment|establishments}, {lq} times the overall share "
            "(95 % interval {low} to {high}, q {q}).",
            "集聚：{n} 家企業，占比為總體的 {lq} 倍（95 % 區間 {low} 至 {high}，q {q}）。",
            "集聚：{n} 家企业，占比为总体的 {lq} 倍（95 % 区间 {low} 至 {high}，q {q}）。",
        ),
    ),
    *_NOTHING_TO_COMPARE,
    *_SIZES_NOT_KNOWN,
    *_COUNT_NOT_KNOWN,
    Sentence(
        pl.col("establishments") < pl.col("floor_establishments"),
        Text(
            "Not concentrated: {n} {n|establishment|establishments}, fewer than {least}.",
            "未集聚：{n} 家企業，不足 {least} 家。",
            "未集聚：{n} 家企业，不足 {least} 家。",
        ),
    ),
    Sentence(
        pl.col("effective_establishments") < pl.col("floor_effective"),
        Text(
            "Not concentrated: its {n} {n|establishment|establishments} weigh like {effective} "
            "equal ones, a single-plant concentration.",
            "未集聚：{n} 家企業按規模僅相當於 {effective} 家，屬單一工廠集中。",
            "未集聚：{n} 家企业按规模仅相当于 {effective} 家，属单一工厂集中。",
        ),
    ),
    Sentence(
        pl.col("location_quotient") < pl.col("floor_quotient"),
        Text(
            "Not concentrated: {n} {n|establishment|establishments}, {lq} times the overall share.",
            "未集聚：{n} 家企業，占比為總體的 {lq} 倍。",
            "未集聚：{n} 家企业，占比为总体的 {lq} 倍。",
        ),
    ),
    Sentence(
        pl.lit(value=True),
        Text(
            "Not concentrated: {n} {n|establishment|establishments}, {lq} times the overall share, "
            "which chance explains (q {q}).",
            "未集聚：{n} 家企業，占比為總體的 {lq} 倍，偶然即可解釋（q {q}）。",
            "未集聚：{n} 家企业，占比为总体的 {lq} 倍，偶然即可解释（q {q}）。",
        ),
    ),
)
"""The answer; the first that holds is said."""

SIZES = (
    Sentence(
        _YES & pl.col("effective_establishments").is_null() & pl.col("size_quotient").is_null(),
        Text(
            "Plant sizes are not known, so one large plant is not ruled out.",
            "企業規模未知，不能排除單一大廠。",
            "企业规模未知，不能排除单一大厂。",
        ),
    ),
)
"""What is said besides of a yes."""
