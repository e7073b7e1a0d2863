"""One cell of the results, found by the ids or names of its region and industry.

What belongs here: reading the rows of one cell, and telling in a sentence why there are none. What
does not: what is printed of them (`explain`, `gaps`).
"""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from geo.errors import GeoError
from geo.settings import Thresholds
from geo.vocabulary import Language, Text, shown_name
from pipelines.results import tables_of_results

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ANSWERED_FROM", "Cell", "ResultsError", "cell_of", "evidence_of"]

ANSWERED_FROM = (
    *("cells", "linkages", "margins", "io_table"),
    *("regions", "industries", "institutions", "parties", "establishments", "ties"),
)
"""Tables of a run that questions about its results are answered from."""

_CLASSIFICATION = "region_industry_classification"
_KEY = ["region_id", "region_name", "industry", "industry_name", "year"]
_MOST_NEAR = 3
_MOST_ALIKE = 5
_LIKENESS = 0.5

_REGION = (Text("region", "區域"), Text("regions", "區域"))
_INDUSTRY = (Text("industry", "行業"), Text("industries", "行業"))
_NO_RESULTS = Text(
    "{out} holds no results; make them first: jiqun run --out {out}.",
    "{out} 中沒有結果；請先運行：jiqun run --out {out}。",
)
_UNKNOWN = Text(
    "The results in {out} hold no {what} called {wanted}; the nearest are {near}.",
    "{out} 的結果中沒有名為 {wanted} 的{what}；相近的有 {near}。",
)
_UNLIKE = Text(
    "The results in {out} hold no {what} called {wanted}, nor anything like it; there are {near}.",
    "{out} 的結果中沒有名為 {wanted} 的{what}，亦無相近者；有 {near} 等。",
)
_SEVERAL = Text(
    "{count} {what} are called {wanted}, such as {near}; name one by its id.",
    "名為 {wanted} 的{what}有 {count} 個，如 {near}；請以編號指明。",
)
_NO_YEAR = Text(
    "The results in {out} hold no year {year}, only {years}.",
    "{out} 的結果中沒有 {year} 年，只有 {years}。",
)
_NOT_THERE = Text(
    "{region} has no establishment of {industry} in {year}; it has in {years}.",
    "{region} 在 {year} 年沒有 {industry} 的企業；有企業的年份為 {years}。",
)
_NEVER_THERE = Text(
    "{region} has no establishment of {industry} in any year of the results.",
    "{region} 在結果的任何年份都沒有 {industry} 的企業。",
)
_OR = Text(" or ", "、")
_AND = Text(", ", "、")


class ResultsError(GeoError):
    """Results that are not there, or do not hold the cell that is asked for."""


class Cell(NamedTuple):
    """One cell of the results: the year asked for, and all its years."""

    row: pd.Series[Any]
    years: pd.DataFrame
    """Its rows of the classification, in the order of years."""
    out: Path
    thresholds: Thresholds
    """Floors that the run judged by."""

    @property
    def tables(self) -> Path:
        """Folder of the tables that the results were made from."""
        return tables_of_results(self.out)

    @property
    def has_tables(self) -> bool:
        """Whether those tables are there: results that were copied elsewhere come without."""
        return (self.tables / "cells").is_file()

    @property
    def keys(self) -> tuple[int, int]:
        """Keys of its region and its industry: their positions in the tables that made them."""
        ids = (("regions", "region_id"), ("industries", "industry"))
        tables = (pd.read_parquet(self.tables / t, columns=[column]) for t, column in ids)
        region, industry = (
            int(table.index[table[column] == self.row[column]][0])
            for table, (_, column) in zip(tables, ids, strict=True)
        )
        return region, industry

    def region_names(self, language: Language) -> dict[int, str]:
        """Name of every region by its key, as shown in `language`; the id where it has none."""
        regions = pd.read_parquet(self.tables / "regions", columns=["region_id", "name"])
        named = regions["name"].notna()
        shown = regions["name"].map(lambda name: shown_name(name, language), na_action="ignore")
        names = shown.where(named, regions["region_id"])
        return dict(zip(regions.index.tolist(), names, strict=True))

    def title(self, language: Language) -> str:
        """Region, industry and year, by name and id."""
        industry = self.industry_names(language).get(self.row["industry"])
        region = self.row["region_name"]
        return (
            f"{_called(self.row['region_id'], region, language)} · "
            f"{_called(self.row['industry'], industry, language)} · "
            f"{self.row['year']}"
        )

    def industry_names(self, language: Language) -> dict[str, str]:
        """Name of every industry by its code, in `language` where the dataset gives one."""
        from geo.classification.tables.classification_table import industry_names

        file = self.tables / "industries"
        if not file.exists():
            return {str(self.row["industry"]): str(self.row["industry_name"])}
        industries = pd.read_parquet(file)
        names = industry_names(industries, language.column_suffix)
        return dict(zip(industries["industry"], names, strict=True))


def evidence_of(cell: Cell) -> tuple[pd.DataFrame, int]:
    """All that is measured of the cells of the year, and the position of the one asked for."""
    from geo.classification.resampling.resampled_plants import plant_totals

    year, tables = int(cell.row["year"]), cell.tables
    of_year = [("year", "==", year)]
    linkages = pd.read_parquet(tables / "linkages", filters=of_year)
    cells = pd.read_parquet(tables / "cells", filters=of_year)
    margins = pd.read_parquet(tables / "margins")
    told = pd.read_parquet(
        cell.out / "region_industry_classification.parquet", filters=[("year", "==", year)]
    )
    keys = ["region_key", "industry_key"]
    merged = told
    for key, (name, column) in zip(
        keys, (("regions", "region_id"), ("industries", "industry")), strict=True
    ):
        ids = pd.read_parquet(tables / name, columns=[column])[column]
        merged = merged.assign(**{key: told[column].map(pd.Series(ids.index, index=ids))})
    for table in (linkages, plant_totals(cells, margins if len(margins) else None)):
        own = [c for c in table.columns if c not in merged.columns]
        merged = merged.merge(table[[*keys, *own]], on=keys, how="left", validate="one_to_one")
    is_cell = (merged["region_key"] == cell.keys[0]) & (merged["industry_key"] == cell.keys[1])
    return merged, int(is_cell.to_numpy().argmax())


def cell_of(out: Path, region: str, industry: str, *, year: int | None, language: Language) -> Cell:
    """The cell of a region and an industry, each by id or name, in a year or the latest.

    A name may be one of its words, such as the Latin part of a name in two scripts, where no other
    has it.

    Raises
    ------
    ResultsError
        If there are no results, or no such region, industry, year, or firms there; says what is
        near.
    """
    file = out / f"{_CLASSIFICATION}.parquet"
    if not file.exists():
        raise ResultsError(_NO_RESULTS.in_language(language).format(out=out))
    keys = pd.read_parquet(file, columns=_KEY)
    region_id = _found(_named(keys, "region_id", "region_name"), region, _REGION, out, language)
    names = _named(keys, "industry", "industry_name") + _other_names(out)
    code = _found(names, industry, _INDUSTRY, out, language)
    where = [("region_id", "==", region_id), ("industry", "==", code)]
    rows = pd.read_parquet(file, filters=where).sort_values("year", ignore_index=True)
    known = sorted(int(y) for y in keys["year"].unique())
    wanted = year
    if wanted is None:
        wanted = int(rows["year"].iloc[-1]) if len(rows) else known[-1]
    if wanted not in known:
        text = _NO_YEAR.in_language(language)
        raise ResultsError(text.format(out=out, year=wanted, years=_years(known)))
    of_year = rows[rows["year"] == wanted]
    if of_year.empty:
        text = (_NOT_THERE if len(rows) else _NEVER_THERE).in_language(language)
        years = _years(rows["year"].tolist())
        raise ResultsError(text.format(region=region_id, industry=code, year=wanted, years=years))
    return Cell(of_year.iloc[0], rows, out, _thresholds(out))


def _thresholds(out: Path) -> Thresholds:
    facts = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return Thresholds.model_validate(facts["parameters"]["thresholds"])


def _named(keys: pd.DataFrame, key: str, name: str) -> list[tuple[str, str | None]]:
    """Distinct ids with their names."""
    pairs = keys[[key, name]].drop_duplicates().sort_values(key)
    return [(i, None if pd.isna(n) else n) for i, n in pairs.itertuples(index=False, name=None)]


def _other_names(out: Path) -> list[tuple[str, str | None]]:
    """Names of industries in other languages than the run's, where its tables are there."""
    file = tables_of_results(out) / "industries"
    if not file.exists():
        return []
    industries = pd.read_parquet(file)
    return [
        (code, name)
        for column in ("name", "name_zh")
        for code, name in zip(industries["industry"], industries[column], strict=True)
        if not pd.isna(name)
    ]


def _found(
    named: list[tuple[str, str | None]],
    wanted: str,
    what: tuple[Text, Text],
    out: Path,
    language: Language,
) -> str:
    """Id that is `wanted`, or whose name is, or a word of whose name is."""
    asked = wanted.strip().casefold()
    one, many = (text.in_language(language) for text in what)
    matches = (
        lambda i, _: i.casefold() == asked,
        lambda _, n: n is not None and n.casefold() == asked,
        lambda _, n: n is not None and asked in n.casefold().split(),
    )
    for is_match in matches:
        ids = list(dict.fromkeys(i for i, n in named if is_match(i, n)))
        if len(ids) == 1:
            return ids[0]
        if ids:
            alike = _AND.in_language(language).join(ids[:_MOST_ALIKE])
            text = _SEVERAL.in_language(language).format(
                count=len(ids), what=many, wanted=repr(wanted), near=alike
            )
            raise ResultsError(text)
    near = _near(named, asked)
    text = (_UNKNOWN if near else _UNLIKE).in_language(language)
    shown = near or [_called(i, n) for i, n in named[:_MOST_NEAR]]
    joint = (_OR if near else _AND).in_language(language)
    message = text.format(out=out, what=one, wanted=repr(wanted), near=joint.join(shown))
    raise ResultsError(message)


def _near(named: list[tuple[str, str | None]], asked: str) -> list[str]:
    """Ids with names that look most like `asked`, by id, whole name, or a word of it."""
    by_text: dict[str, tuple[str, str | None]] = {}
    for i, name in named:
        for text in (i, *([] if name is None else [name, *name.split()])):
            by_text.setdefault(text.casefold(), (i, name))
    close = difflib.get_close_matches(asked, by_text, n=2 * _MOST_NEAR, cutoff=_LIKENESS)
    ids = dict.fromkeys(by_text[text] for text in close)
    return [_called(i, name) for i, name in ids][:_MOST_NEAR]


def _called(key: str, name: str | None, language: Language = Language.EN) -> str:
    """Name with the id; the id alone where there is no name, or it is the name."""
    if name is None or pd.isna(name) or name == key:
        return str(key)
    return f"{shown_name(str(name), language)} ({key})"


def _years(years: list[int]) -> str:
    """Years as ranges: 2015, 2018–2020."""
    ranges: list[list[int]] = []
    for year in years:
        if ranges and year == ranges[-1][1] + 1:
            ranges[-1][1] = year
        else:
            ranges.append([year, year])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in ranges)
