"""What changed from one year to the next: classes and stages, and the numbers behind them.

What belongs here: comparing every cell with itself in its previous year, and telling the
difference in a sentence. What does not: class and stage themselves. The quadrants of the local
Moran map have their own transitions in `geo.concentration.growth.quadrant_transitions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from geo.classification.tables.classification_table import as_schema, industry_names
from geo.classification.text._numerals_in_text import decimals, percent, whole
from geo.vocabulary import CLASSES, STAGES, Language, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["falls_at_risk", "transitions"]

_CELL = ["region_id", "industry"]


class _Number(NamedTuple):
    """A number that an answer rests on, and how it is named and shown."""

    column: str
    name: Text
    decimals: int = 0
    is_share: bool = False


_PLANTS = _Number("establishments", Text("establishments", "企業", "企业"))
_NUMBERS: Mapping[str, tuple[Text, tuple[_Number, ...]]] = {
    "is_concentrated": (
        Text("Concentrated", "集聚", "集聚"),
        (
            _Number("location_quotient", Text("location quotient", "區位商", "区位商"), 2),
            _PLANTS,
        ),
    ),
    "is_collaborating": (
        Text("Collaborating", "協作", "协作"),
        (
            _Number(
                "locally_linked_share",
                Text(
                    "firms with a lasting local partner",
                    "有穩定本地夥伴的企業",
                    "有稳定本地伙伴的企业",
                ),
                is_share=True,
            ),
            _Number("local_supply_ties", Text("local supply ties", "本地供應關聯", "本地供应关联")),
        ),
    ),
    "has_ecosystem": (
        Text("Ecosystem of institutions", "機構生態", "机构生态"),
        (
            _Number(
                "institution_tied_share",
                Text(
                    "firms tied to a local institution",
                    "與本地機構有關聯的企業",
                    "与本地机构有关联的企业",
                ),
                is_share=True,
            ),
        ),
    ),
}
_SHOWN = [number for _, numbers in _NUMBERS.values() for number in numbers]
_COMPARED = ["year", "class", "stage", *_NUMBERS, *(number.column for number in _SHOWN)]
_ANSWERS = {True: Text("yes", "是", "是"), False: Text("no", "否", "否")}
_NOT_KNOWN = Text("not known", "未知", "未知")
_CLASS_WORDS = {str(name): style.label for name, style in CLASSES.items()}
_HEAD = Text("{} {}, {}: ", "{} {}，{} 年：", "{} {}，{} 年：")
_CLASS_CHANGE = Text("{} became {}.", "由{}變為{}。", "由{}变为{}。")
_STAGE_CHANGE = Text("The stage went from {} to {}.", "階段由{}轉為{}。", "阶段由{}转为{}。")
_PEAK = Text("{} (at the peak {}).", "{}（最多時{}）。", "{}（最多时{}）。")
_ANSWER_CHANGE = Text("{}: {} → {} ({}).", "{}：{}→{}（{}）。", "{}：{}→{}（{}）。")


def transitions(classification: pd.DataFrame, industries: pd.DataFrame) -> pd.DataFrame:
    """Every change of a cell's class or stage from one of its years to the next.

    A stage that becomes known for the first time is no change. A cell is compared with the last
    year it was in before, however long ago that is; `year_before` says which.

    Parameters
    ----------
    classification : DataFrame
        Columns of `region_industry_classification`, all years.
    industries : DataFrame
        Columns industry, name, name_zh: what the sentences call them in each language.

    Returns
    -------
    DataFrame
        Columns of the result `transitions`, sorted by year, region and industry. `changed` names
        the answers that are not what they were; each number stands there before and after.
    """
    names = ["region_name", "industry_name"]
    frame = pl.from_pandas(classification[[*_CELL, *names, *_COMPARED]]).sort(*_CELL, "year")
    # Sorted, so that the year before stands in the row before: the first of a cell has none.
    has_before = pl.all_horizontal(pl.col(key) == pl.col(key).shift() for key in _CELL)
    lesser = pl.min_horizontal("establishments", pl.col("establishments").shift())
    frame = frame.with_columns(
        pl.col(_COMPARED).shift().name.suffix("_before"),
        # As in the stages: the most that stood for two years.
        establishments_peak=pl.when(has_before).then(lesser).cum_max().over(_CELL),
    ).filter(has_before)
    frame = frame.rechunk()  # texts in chunks of unlike lengths break concat_str of polars 2.1
    is_new_stage = _differs("stage") & ~pl.any_horizontal(
        (pl.col(c).is_null() | (pl.col(c) == "not_known")) for c in ("stage", "stage_before")
    )
    frame = frame.filter(_differs("class") | is_new_stage).with_columns(is_new_stage=is_new_stage)
    flipped = [pl.when(_differs(answer)).then(pl.lit(answer)) for answer in _NUMBERS]
    table = frame.with_columns(
        pl.concat_str(flipped, separator=", ", ignore_nulls=True).alias("changed"),
        *(_sentence(language, industries) for language in Language),
    ).rename({"class_before": "from", "class": "to", "stage_before": "stage_from"})
    renamed = {number.column: f"{number.column}_after" for number in _SHOWN}
    told = table.rename({"stage": "stage_to", **renamed}).sort("year", *_CELL)
    return as_schema(told.to_pandas(), "transitions")


def falls_at_risk(changes: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """Rows of `transitions` in which a cell fell at risk in `year`."""
    return changes[(changes["year"] == year) & (changes["stage_to"] == "at_risk")
                   & (changes["stage_from"] != "at_risk")]  # fmt: skip


def _differs(column: str) -> pl.Expr:
    return pl.col(column).ne_missing(pl.col(f"{column}_before"))


def _sentence(language: Language, industries: pd.DataFrame) -> pl.Expr:
    """One text of what changed: class, stage, and every answer with its numbers."""
    parts = [
        pl.when(_differs("class")).then(_change(_CLASS_CHANGE, "class", _CLASS_WORDS, language)),
        pl.when("is_new_stage").then(_change(_STAGE_CHANGE, "stage", STAGES, language)),
        *(_answer_change(answer, language) for answer in _NUMBERS),
        pl.when(~pl.any_horizontal(_differs(a) for a in _NUMBERS)).then(_plants(language)),
    ]
    space = " " if language is Language.EN else ""
    text = pl.concat_str(parts, separator=space, ignore_nulls=True)
    words = dict(
        zip(
            industries["industry"],
            industry_names(industries, language.column_suffix),
            strict=True,
        )
    )
    head = pl.format(
        _HEAD.in_language(language),
        pl.coalesce("region_name", "region_id"),
        pl.col("industry").replace(words),
        "year",
    )
    return pl.concat_str([head, text]).alias(f"sentence_{language.column_suffix}")


def _change(text: Text, column: str, words: Mapping[str, Text], language: Language) -> pl.Expr:
    labels = {key: word.in_language(language) for key, word in words.items()}
    ends = [
        pl.col(c).replace_strict(labels, default=None, return_dtype=pl.String)
        for c in (f"{column}_before", column)
    ]
    return pl.format(text.in_language(language), *ends)


def _answer_change(answer: str, language: Language) -> pl.Expr:
    label, numbers = _NUMBERS[answer]
    words = {key: text.in_language(language) for key, text in _ANSWERS.items()}
    unknown = _NOT_KNOWN.in_language(language)
    ends = [
        pl.col(c).replace_strict(words, default=unknown, return_dtype=pl.String).fill_null(unknown)
        for c in (f"{answer}_before", answer)
    ]
    separator = ", " if language is Language.EN else "，"
    shown = pl.concat_str([_before_after(n, language) for n in numbers], separator=separator)
    told = pl.format(
        _ANSWER_CHANGE.in_language(language), pl.lit(label.in_language(language)), *ends, shown
    )
    return pl.when(_differs(answer)).then(told)


def _plants(language: Language) -> pl.Expr:
    """Where no answer changed: the number of plants, now and at the peak."""
    text = _capitalised(_before_after(_PLANTS, language))
    return pl.format(_PEAK.in_language(language), text, whole("establishments_peak"))


def _capitalised(text: pl.Expr) -> pl.Expr:
    return text.str.slice(0, 1).str.to_uppercase() + text.str.slice(1)


def _before_after(number: _Number, language: Language) -> pl.Expr:
    ends = [_shown(number, suffix) for suffix in ("_before", "")]
    arrow = " {} → {}" if language is Language.EN else " {}→{}"
    return pl.format(number.name.in_language(language) + arrow, *ends)


def _shown(number: _Number, suffix: str) -> pl.Expr:
    column = f"{number.column}{suffix}"
    if number.is_share:
        return percent(column) + " %"
    return decimals(column, number.decimals) if number.decimals else whole(column)
