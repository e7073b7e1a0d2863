"""The reason of every verdict: one text of the numbers that decided, in three languages.

What belongs here: filling the sentences of `geo.classification.text.wording` for all cells at once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import polars as pl

from geo.classification.families import SUPPLY
from geo.classification.questions import is_testable
from geo.classification.text._numerals_in_text import about, chance, decimals, percent, whole, word
from geo.classification.text.sentences import says_what_is_local
from geo.classification.text.wording import GROUPS, POTENTIAL
from geo.vocabulary import CLASSES, Language

if TYPE_CHECKING:
    import pandas as pd

    from geo.classification.text.wording import Sentence
    from geo.settings import Nearby, Thresholds

__all__ = ["reasons"]


def reasons(
    cells: pd.DataFrame,
    thresholds: Thresholds,
    *,
    has_ties: bool,
    has_institutions: bool,
    local: Literal["region"] | Nearby = "region",
) -> pd.DataFrame:
    """Reason of every cell's verdict.

    Parameters
    ----------
    cells : DataFrame
        The evidence, the answers, `class`, `other_region` (name of the region that a cell goes on
        into), and the parts `is_beyond_chance`, `is_broad`,
        `is_stable` of the answer on collaboration.
    thresholds : Thresholds
        Floors that the sentences name.
    has_ties, has_institutions : bool
        Whether the dataset gives any supply ties, any institutions.
    local : 'region' or Nearby
        The setting `local`, which the sentences name where it is not the region.

    Returns
    -------
    DataFrame
        Columns `reason_en`, `reason_zh_hant`, `reason_zh_hans`, on the index of `cells`.
    """
    cells = cells.assign(is_testable=is_testable(SUPPLY, cells, thresholds))
    optional = (*_ACROSS, *_BOUNDS, *_POTENTIAL, *_KNOWLEDGE, *_BETWEEN_CELLS, "jobs_q")
    absent = [column for column in optional if column not in cells]
    frame = pl.from_pandas(cells).with_columns(
        *(pl.lit(None, pl.Float64).alias(column) for column in absent),
        has_ties=pl.lit(has_ties),
        has_institutions=pl.lit(has_institutions),
        floor_establishments=pl.lit(thresholds.establishments),
        floor_effective=pl.lit(thresholds.effective_establishments),
        floor_quotient=pl.lit(thresholds.location_quotient),
        floor_complete=pl.lit(thresholds.chain_completeness),
        significance=pl.lit(thresholds.significance),
    )
    # The separator: English sentences are set apart by a space, Chinese ones are not.
    texts = frame.select(
        pl.concat_str(
            [_label(language), *(_first_that_holds(group, language, local) for group in GROUPS)],
            separator=" " if language is Language.EN else "",
            ignore_nulls=True,
        ).alias(f"reason_{language.column_suffix}")
        for language in Language
    )
    return texts.to_pandas().set_index(cells.index)


def _label(language: Language) -> pl.Expr:
    stop = "." if language is Language.EN else "。"
    labels = {
        str(name): _capitalised(style.label.in_language(language)) + stop
        for name, style in CLASSES.items()
    }
    return pl.col("class").replace_strict(labels, return_dtype=pl.String)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _first_that_holds(
    group: tuple[Sentence, ...], language: Language, local: Literal["region"] | Nearby
) -> pl.Expr:
    """Text of the group's first sentence whose condition holds; null where none does."""
    # What an input-output table makes possible is asked of the region, whatever is local.
    notion: Literal["region"] | Nearby = (
        "region" if any(group is potential for potential in POTENTIAL) else local
    )
    return pl.coalesce(
        pl.when(sentence.when.fill_null(value=False)).then(
            _filled(
                says_what_is_local(sentence.text.in_language(language), notion, language=language)
            )
        )
        for sentence in group
    )


_PLACE = re.compile(r"\{(\w+)(?:\|([^|}]+)\|([^|}]+))?\}")


def _filled(text: str) -> pl.Expr:
    """`text` with the cell's numbers, and with words that agree with them.

    `{n}` is a number, `{n|one|many}` the word that goes with it.
    """
    parts = _PLACE.findall(text)
    return pl.format(
        _PLACE.sub("{}", text),
        *(word(_COUNTS[name], one, many) if many else _NUMBERS[name] for name, one, many in parts),
    )


_ACROSS = [
    f"{column}_across"
    for column in (
        "local_supply_ties",
        "supply_ties",
        "usual_local_supply_ties",
        "excess_local_share",
        "locally_linked_share",
        "tie_persistence",
    )
]
"""What is known only where a cell was judged together with an adjoining region."""

_BOUNDS = [
    f"{column}_{end}"
    for column in (
        "establishments",
        "location_quotient",
        "location_quotient_low",
        "concentration_q",
    )
    for end in ("least", "most")
]
"""What is known only where totals bound what is withheld."""

_POTENTIAL = [
    "chain_completeness_value",
    "sales_completeness_value",
    "distinctive_input_coverage",
    "distinctive_output_coverage",
    "expected_input_coverage",
    "expected_output_coverage",
    "is_local_market",
]
"""What is known of industries alone, and not of whole chains."""

_KNOWLEDGE = [
    "knowledge_ties",
    "local_knowledge_ties",
    "usual_local_knowledge_ties",
    "knowledge_excess_local_share",
    "knowledge_linked_share",
    "knowledge_persistence",
]
"""What is known only where the dataset has knowledge ties."""

_BETWEEN_CELLS = [
    "ties_are_counted",
    "hub_most",
    "locally_linked_share_high",
    "flow_partners_here",
    "flow_local_share",
    "usual_flow_share",
    "flow_rank",
    "flow_cells",
    "size_quotient",
]
"""What is known only where ties are counted, or flows given, between cells."""

_COUNTS = {
    "n": "establishments",
    "least": "floor_establishments",
    "n_least": "establishments_least",
    "n_most": "establishments_most",
    "local": "local_supply_ties",
    "ties": "supply_ties",
    "local_across": "local_supply_ties_across",
    "ties_across": "supply_ties_across",
    "local_alone": "local_supply_ties_without_hub",
    "ties_alone": "supply_ties_without_hub",
    "knowledge_ties": "knowledge_ties",
    "local_knowledge": "local_knowledge_ties",
    "institutions": "tied_institutions",
    "kinds": "institution_kinds",
}
"""Counts by their names in the sentences; words can agree with them."""

_NUMBERS = {
    **{name: whole(column) for name, column in _COUNTS.items()},
    "lq_least": decimals("location_quotient_least", 2),
    "lq_most": decimals("location_quotient_most", 2),
    "effective": decimals("effective_establishments", 1),
    "lq": decimals("location_quotient", 2),
    "low": decimals("location_quotient_low", 2),
    "high": decimals("location_quotient_high", 2),
    "q": chance("concentration_q"),
    "lq_jobs": decimals("location_quotient_employment", 2),
    "lq_rest": decimals("location_quotient_asked", 2),
    "q_jobs": chance("jobs_q"),
    "usual": about("usual_local_supply_ties"),
    "usual_alone": about("usual_local_supply_ties_without_hub"),
    "excess": percent("excess_local_share"),
    "usual_linked": percent("usual_linked_share"),
    "linked": percent("locally_linked_share"),
    "kept": percent("tie_persistence"),
    "covered": percent("link_coverage"),
    "complete": percent("chain_completeness_value"),
    "floor_complete": percent("floor_complete"),
    "inputs": percent("distinctive_input_coverage"),
    "inputs_elsewhere": percent("expected_input_coverage"),
    "sales": percent("sales_completeness_value"),
    "outputs": percent("distinctive_output_coverage"),
    "outputs_elsewhere": percent("expected_output_coverage"),
    "other": pl.col("other_region"),
    "usual_across": about("usual_local_supply_ties_across"),
    "excess_across": percent("excess_local_share_across"),
    "usual_knowledge": about("usual_local_knowledge_ties"),
    "excess_knowledge": percent("knowledge_excess_local_share"),
    "linked_knowledge": percent("knowledge_linked_share"),
    "kept_knowledge": percent("knowledge_persistence"),
    "linked_across": percent("locally_linked_share_across"),
    "kept_across": percent("tie_persistence_across"),
    "tied": percent("institution_tied_share"),
    "hub_most": whole("hub_most"),
    "linked_most": percent("locally_linked_share_high"),
    "lq_output": decimals("size_quotient", 2),
    "flow_local": percent("flow_local_share"),
    "flow_usual": percent("usual_flow_share"),
    "flow_rank": whole("flow_rank"),
    "flow_cells": whole("flow_cells"),
}
