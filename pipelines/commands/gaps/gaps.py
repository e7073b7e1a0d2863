"""`jiqun gaps`: what is missing before a cell is a cluster, nearest first.

What belongs here: the floors of the three questions and the data that would answer them. What does
not: how far each is (`geo.classification.counterfactuals.cluster_requirements`), and who could fill
a gap (`gap_partners`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console

from geo.classification.counterfactuals.cluster_requirements import requirements
from geo.vocabulary import Class, Language
from pipelines.cells import ResultsError, cell_of, evidence_of
from pipelines.commands.explain.explain import print_verdict
from pipelines.commands.gaps.gap_partners import print_chain, print_institutions, print_lost
from pipelines.commands.gaps.gap_words import ITEMS, MISSING_DATA, WORDS
from pipelines.commands.numbers import as_count, is_known, short_share
from pipelines.commands.printing import say, table_of

if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path

    import pandas as pd

    from geo.vocabulary import Text
    from pipelines.cells import Cell

__all__ = ["print_gaps"]


def print_gaps(
    out: Path, region: str, industry: str, *, year: int | None, language: Language
) -> None:
    """Print what a cell lacks, or, of a cluster, what it would take to lose it.

    Raises
    ------
    ResultsError
        As `cell_of`, or if the tables of the run are not there any more.
    """
    cell = cell_of(out, region, industry, year=year, language=language)
    if not cell.has_tables:
        message = f"{cell.tables} does not hold the run's tables any more; run jiqun run once more."
        raise ResultsError(message)
    console = Console()
    print_verdict(console, cell, language)
    cells, at = evidence_of(cell)
    evidence = cells.iloc[at]
    asked = requirements(cells, cell.thresholds, at=at)
    if cell.row["class"] == Class.CLUSTER:
        _print_losses(console, cell, asked, evidence, language)
    else:
        is_open = {
            question
            for question in asked["question"].unique()
            if not (is_known(cell.row[question]) and cell.row[question])
        }
        lacking = asked[asked["question"].isin(is_open) & ~asked["is_met"].fillna(value=False)]
        _print_lacks(console, lacking, evidence, language)
        _print_not_known(console, lacking, language)
        if "has_ecosystem" in is_open:
            print_institutions(console, cell, lacking["item"].tolist(), language)
    print_chain(console, cell, language)
    print_lost(console, cell, language)


def _print_lacks(
    console: Console, lacking: pd.DataFrame, evidence: pd.Series[Any], language: Language
) -> None:
    """Print the table of lacks that are counted, nearest first."""
    counted = lacking[lacking["there"].notna()].sort_values("distance", kind="stable")
    if counted.empty:
        return
    table = table_of(
        _columns("what", "there", "needed", "lacking", "distance"), language, title=WORDS["missing"]
    )
    for row in counted.to_dict("records"):
        mark = "  " if is_known(row["is_met"]) else " ?"
        table.add_row(
            ITEMS[row["item"]].in_language(language),
            _there(row, evidence, language),
            as_count(row["needed"]),
            as_count(row["needed"] - row["there"]),
            short_share(row["distance"]) + mark,
        )
    console.print(table)
    for note, is_needed in (
        ("undecided", counted["is_met"].isna().any()),
        ("not_alone", counted["needed"].isna().any()),
    ):
        if is_needed:
            say(console, WORDS[note].in_language(language))


def _columns(*words: str) -> list[tuple[Text, str]]:
    """Columns of a table, the first set to the left and the numbers to the right."""
    return [(WORDS[word], "right" if index else "left") for index, word in enumerate(words)]


def _there(row: dict[Hashable, Any], evidence: pd.Series[Any], language: Language) -> str:
    """How much is there, of how much there could be where that is a fact."""
    there = as_count(row["there"])
    whole = evidence.get(_WHOLES.get(row["item"], ""))
    if whole is None or not is_known(whole) or not whole >= row["there"]:
        return there
    return WORDS["of"].in_language(language).format(part=there, whole=as_count(float(whole)))


_WHOLES = {
    "local_ties": "supply_ties",
    "local_ties_without_hub": "supply_ties_without_hub",
    "linked_firms": "living_firms",
    "lasting_ties": "persistence_trials",
    "local_knowledge_ties": "knowledge_ties",
    "knowledge_firms": "living_firms",
    "tied_firms": "living_firms",
    "innovation_firms": "living_firms",
    "service_firms": "living_firms",
}


def _print_not_known(console: Console, lacking: pd.DataFrame, language: Language) -> None:
    """Print what is not known, by the table that would tell."""
    has_reason = lacking["lacking_data"].notna() | lacking["there"].isna()
    unknown = lacking[lacking["is_met"].isna() & has_reason]
    unknown = unknown.fillna({"lacking_data": "undecided"})
    # What is told by the same data as its sibling needs no words of its own.
    for variant, item in _VARIANTS.items():
        is_told = bool(unknown["item"].eq(item).any())
        unknown = unknown[unknown["item"].ne(variant) | (not is_told)]
    if unknown.empty:
        return
    say(console, WORDS["unknown"].in_language(language), style="bold")
    joint, colon = (WORDS[word].in_language(language) for word in ("joint", "colon"))
    for data, rows in unknown.groupby("lacking_data", sort=False):
        items = joint.join(ITEMS[item].in_language(language) for item in rows["item"])
        tells = MISSING_DATA[str(data)].in_language(language)
        say(console, f"• {items}{colon}")
        say(console, tells, indent=2)


_VARIANTS = {"local_ties_without_hub": "local_ties", "institution_ties": "tied_firms"}


def _print_losses(
    console: Console,
    cell: Cell,
    asked: pd.DataFrame,
    evidence: pd.Series[Any],
    language: Language,
) -> None:
    """Print the table of what a cluster could lose, nearest first."""
    met = asked[asked["is_met"].fillna(value=False) & asked["loss"].notna()]
    is_across = is_known(cell.row["region_across"])
    if is_across:
        met = met[met["question"] == "is_concentrated"]
    met = met.assign(share=met["loss"] / met["there"]).sort_values("share", kind="stable")
    table = table_of(
        _columns("what", "there", "needed", "loss", "share"), language, title=WORDS["losing"]
    )
    for row in met.to_dict("records"):
        table.add_row(
            ITEMS[row["item"]].in_language(language),
            _there(row, evidence, language),
            as_count(row["needed"]),
            as_count(row["loss"]),
            short_share(row["share"]),
        )
    console.print(table)
    if is_across:
        across = WORDS["across"].in_language(language).format(region=cell.row["region_across"])
        say(console, across)
