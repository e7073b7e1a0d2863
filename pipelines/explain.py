"""`jiqun explain` and `jiqun gaps`: one cell of the results, in sentences."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from geo.errors import GeoError
from geo.schema import RESULT_TABLES
from geo.vocabulary import CLASSES, Class, Language, Text

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ResultsError", "cell_of", "print_explanation"]

_CLASSIFICATION = "region_industry_classification"
_YES, _NO = Text("yes", "是", "是"), Text("no", "否", "否")
_UNKNOWN = Text("not known", "未知", "未知")

_QUESTIONS = {
    "is_concentrated": (
        "establishments",
        "location_quotient",
        "location_quotient_low",
        "concentration_q",
        "effective_establishments",
    ),
    "is_collaborating": (
        "supply_ties",
        "local_supply_ties",
        "expected_local_supply_ties",
        "matching_q",
        "locally_linked_share",
        "tie_persistence",
        "tie_persistence_low",
    ),
    "has_ecosystem": ("tied_institutions", "institution_kinds", "institution_tied_share"),
}


class ResultsError(GeoError):
    """Results that are not there, or do not hold the cell that is asked for."""


def cell_of(out: Path, region: str, industry: str, *, year: int | None) -> pd.Series[Any]:
    """Row of the classification for a region and an industry, each by id or name.

    Raises
    ------
    ResultsError
        If there are no results, or no such region, industry or year; says what is near.
    """
    file = out / f"{_CLASSIFICATION}.parquet"
    if not file.exists():
        message = f"{out} holds no results; make them first: jiqun run --out {out}."
        raise ResultsError(message)
    table = pd.read_parquet(file)
    table = table[_matches(table, ("region_id", "region_name"), region, file)]
    table = table[_matches(table, ("industry", "industry_name"), industry, file)]
    years = sorted(table["year"])
    wanted = years[-1] if year is None else year
    if wanted not in years:
        message = f"{file}: {industry} in {region} has no row for {wanted}, only for {years}."
        raise ResultsError(message)
    row: pd.Series[Any] = table[table["year"] == wanted].iloc[0]
    return row


def _matches(
    table: pd.DataFrame, columns: tuple[str, str], wanted: str, file: Path
) -> pd.Series[bool]:
    for column in columns:
        found = table[column].str.casefold() == wanted.strip().casefold()
        if found.any():
            return found
    names = [str(name) for column in columns for name in table[column].dropna().unique()]
    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else "."
    message = f"{file}: there is no {columns[0]} or {columns[1]} {wanted!r}{hint}"
    raise ResultsError(message)


def print_explanation(
    out: Path, region: str, industry: str, *, year: int | None, language: Language
) -> None:
    """Print the verdict on a cell, its reason, and the numbers of the three questions.

    Raises
    ------
    ResultsError
        As `cell_of`.
    """
    row = cell_of(out, region, industry, year=year)
    console = Console()
    label = CLASSES[Class(str(row["class"]))].label.in_language(language)
    console.print(
        f"{row['region_name']} ({row['region_id']}) · {row['industry_name']} ({row['industry']}) "
        f"· {row['year']}: [bold]{label}[/bold]",
        highlight=False,
    )
    console.print(str(row[f"reason_{language.column_suffix}"]), markup=False, highlight=False)
    schema = RESULT_TABLES[_CLASSIFICATION]
    table = Table(show_header=False)
    for question, columns in _QUESTIONS.items():
        answer = _answer(row[question]).in_language(language)
        meaning = schema.column(question).meaning.in_language(language)
        table.add_row(f"[bold]{meaning}[/bold]", f"[bold]{answer}[/bold]")
        for column in columns:
            table.add_row(schema.column(column).meaning.in_language(language), _number(row[column]))
        table.add_section()
    console.print(table)


def _answer(value: object) -> Text:
    if pd.isna(value):  # type: ignore[call-overload]
        return _UNKNOWN
    return _YES if value else _NO


def _number(value: object) -> str:
    if pd.isna(value):  # type: ignore[call-overload]
        return "-"
    return f"{value:,.3g}" if isinstance(value, float) else f"{value:,}"
