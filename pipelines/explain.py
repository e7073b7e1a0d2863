"""`jiqun explain` and `jiqun gaps`: one cell of the results, in sentences."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from geo.errors import GeoError
from geo.schema import RESULT_TABLES
from geo.vocabulary import CLASSES, INSTITUTION_KINDS, Class, Language, Text
from pipelines.explain_structure import print_structure
from pipelines.gap_partners import print_partners

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ResultsError", "cell_of", "print_explanation", "print_gaps"]

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
    years = sorted(int(known) for known in table["year"])
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
    _print_verdict(console, row, language)
    schema = RESULT_TABLES[_CLASSIFICATION]
    table = Table(show_header=False)
    share = "-" if pd.isna(row["confidence"]) else f"{row['confidence']:.0%}"
    table.add_row(schema.column("confidence").meaning.in_language(language), share)
    table.add_section()
    for question, columns in _QUESTIONS.items():
        answer = _answer(row[question]).in_language(language)
        meaning = schema.column(question).meaning.in_language(language)
        table.add_row(f"[bold]{meaning}[/bold]", f"[bold]{answer}[/bold]")
        for column in columns:
            table.add_row(schema.column(column).meaning.in_language(language), _number(row[column]))
        table.add_section()
    console.print(table)
    print_structure(console, out, row, language)


def _print_verdict(console: Console, row: pd.Series[Any], language: Language) -> None:
    label = CLASSES[Class(str(row["class"]))].label.in_language(language)
    console.print(
        f"{row['region_name']} ({row['region_id']}) · {row['industry_name']} ({row['industry']}) "
        f"· {row['year']}: [bold]{label}[/bold]",
        highlight=False,
    )
    console.print(str(row[f"reason_{language.column_suffix}"]), markup=False, highlight=False)


_GAP_COLUMNS = (
    Text("input it falls short of", "短缺的投入", "短缺的投入"),
    Text("share of inputs", "占投入", "占投入"),
    Text("location quotient here", "本地區位商", "本地区位商"),
    Text("plants here", "本地企業", "本地企业"),
    Text("plants in related industries", "相關行業企業", "相关行业企业"),
)
_NO_TABLE = Text(
    "Chain gaps are not known: no input-output table speaks of this industry.",
    "補鏈缺口未知：沒有涉及該行業的投入產出表。",
    "补链缺口未知：没有涉及该行业的投入产出表。",
)
_ABSENT = Text(
    "Kinds of institution that the region lacks",
    "本區域缺少的機構類別",
    "本区域缺少的机构类别",
)
_NO_INSTITUTIONS = Text(
    "Institutions that are missing are not known: none are given.",
    "缺少的機構未知：未提供機構數據。",
    "缺少的机构未知：未提供机构数据。",
)
_MOST_GAPS = 10


def print_gaps(
    out: Path, region: str, industry: str, *, year: int | None, language: Language
) -> None:
    """Print what is missing before a cell is a cluster: inputs, and kinds of institution.

    Raises
    ------
    ResultsError
        As `cell_of`, or if the tables of the run are not there any more.
    """
    row = cell_of(out, region, industry, year=year)
    tables = out / ".jiqun" / "tables"
    if not (tables / "cells" / f"{row['year']}.parquet").exists():
        message = f"{tables} does not hold the run's tables any more; run jiqun run once more."
        raise ResultsError(message)
    console = Console()
    _print_verdict(console, row, language)
    _print_chain_gaps(console, tables, row, language)
    _print_absent_institutions(console, tables, row, language)


def _print_chain_gaps(
    console: Console, tables: Path, row: pd.Series[Any], language: Language
) -> None:
    from geo.classification.table import industry_names
    from geo.linkage.gaps import chain_gaps
    from geo.linkage.potential import table_of_year

    industries = pd.read_parquet(tables / "industries")
    gaps = chain_gaps(
        pd.read_parquet(tables / "cells" / f"{row['year']}.parquet"),
        table_of_year(pd.read_parquet(tables / "io_table"), int(row["year"])),
        industries,
        region_key=_position(pd.read_parquet(tables / "regions"), "region_id", row),
        industry_key=_position(industries, "industry", row),
    ).head(_MOST_GAPS)
    if gaps.empty:
        console.print(_NO_TABLE.in_language(language), highlight=False)
        _print_partners(console, tables, row, [], language)
        return
    names = industry_names(industries, language.column_suffix)
    table = Table()
    for index, text in enumerate(_GAP_COLUMNS):
        table.add_column(text.in_language(language), justify="right" if index else "left")
    for gap in gaps.to_dict("records"):
        table.add_row(
            str(names[gap["industry_key"]]),
            f"{gap['input_share']:.1%}",
            f"{gap['location_quotient']:.2f}",
            f"{gap['establishments']:,}",
            f"{gap['related_establishments']:,}",
        )
    console.print(table)
    _print_partners(console, tables, row, [int(key) for key in gaps["industry_key"]], language)


def _print_partners(
    console: Console, tables: Path, row: pd.Series[Any], gap_keys: list[int], language: Language
) -> None:
    """Firms and ties behind the gaps, where the run read firms."""
    if not pd.read_parquet(tables / "parties", columns=["party_id"]).empty:
        print_partners(
            console,
            tables,
            region_key=_position(pd.read_parquet(tables / "regions"), "region_id", row),
            industry_key=_position(pd.read_parquet(tables / "industries"), "industry", row),
            year=int(row["year"]),
            gap_keys=gap_keys,
            language=language,
        )


def _print_absent_institutions(
    console: Console, tables: Path, row: pd.Series[Any], language: Language
) -> None:
    institutions = pd.read_parquet(tables / "institutions")
    if institutions.empty:
        console.print(_NO_INSTITUTIONS.in_language(language), highlight=False)
        return
    here = institutions["region_key"] == _position(
        pd.read_parquet(tables / "regions"), "region_id", row
    )
    absent = [kind for kind in INSTITUTION_KINDS if kind not in set(institutions["kind"][here])]
    names = ", ".join(INSTITUTION_KINDS[kind].in_language(language) for kind in absent) or "-"
    console.print(f"{_ABSENT.in_language(language)}: {names}", highlight=False)


def _position(table: pd.DataFrame, column: str, row: pd.Series[Any]) -> int:
    """Key of the row's region or industry: its position in the table that made the keys."""
    return int(table.index[table[column] == row[column]][0])


def _answer(value: object) -> Text:
    if pd.isna(value):  # type: ignore[call-overload]
        return _UNKNOWN
    return _YES if value else _NO


def _number(value: object) -> str:
    if pd.isna(value):  # type: ignore[call-overload]
        return "-"
    return f"{value:,.3g}" if isinstance(value, float) else f"{value:,}"
