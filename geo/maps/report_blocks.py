"""Blocks of the report that are made of the verdicts and of what was read.

What belongs here: the tally, the tables of verdicts, the openings, the industries, the rows read.
What does not: sections of further results (`geo.maps.report_sections`) and the page as a whole
(`geo.maps.report`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.maps.geopackage import column_aliases
from geo.maps.wording import CLASS_MEANINGS, QUESTIONS, WORDS
from geo.schema import RAW_TABLES, RESULT_TABLES
from geo.vocabulary import CLASSES, STAGES, Class, Language, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

__all__ = [
    "LED",
    "answers",
    "by_year",
    "drawn_regions",
    "empty_columns",
    "filled",
    "industry_block",
    "industry_names",
    "open_reasons",
    "rows_by_reason",
    "rows_read",
    "tally",
    "verdict_block",
]

LED = (
    Class.CLUSTER,
    Class.EMERGING_CLUSTER,
    Class.POTENTIAL_CLUSTER,
    Class.AGGLOMERATION,
    Class.NETWORKED,
)
_EVIDENCE = (
    "establishments",
    "employment",
    "location_quotient",
    "matching_ratio",
    "locally_linked_share",
    "tie_persistence",
    "institution_tied_share",
    "chain_completeness",
    "confidence",
    "stage",
)
_INDUSTRY_EVIDENCE = (
    "ellison_glaeser",
    "ellison_glaeser_p",
    "moran_i",
    "moran_p",
    "gini",
    "regions_with_industry",
)
_PERCENT = {
    "locally_linked_share",
    "tie_persistence",
    "institution_tied_share",
    "chain_completeness",
    "confidence",
}
_WHOLE = {"establishments", "employment", "regions_with_industry"}
_NONE = Text("–", "–", "–")


def filled(key: str, **values: str) -> Text:
    """Words of the page with their blanks filled."""
    return Text(*(words.format(**values) for words in WORDS[key]))


def industry_names(
    classification: pd.DataFrame, industries: pd.DataFrame | None
) -> dict[str, Text]:
    """Code -> name, the Chinese one in both scripts as it was given."""
    table = classification[["industry", "industry_name"]].drop_duplicates("industry")
    plain = table["industry_name"].fillna(table["industry"])
    names = {code: Text(n, n, n) for code, n in zip(table["industry"], plain, strict=True)}
    if industries is None:
        return names
    for row in industries.to_dict("records"):
        given = [row.get("name"), row.get("name_zh")]
        english, chinese = (v if isinstance(v, str) and v else None for v in given)
        english, chinese = english or chinese, chinese or english
        if english and chinese:
            names[row["industry"]] = Text(english, chinese, chinese)
    return names


def tally(of_year: pd.DataFrame) -> list[dict[str, Any]]:
    """Number of cells of each class, those of a year that there are."""
    counts = of_year["class"].value_counts()
    return [
        {"style": CLASSES[c], "cells": f"{int(counts.get(str(c), 0)):,}"}
        for c in reversed(Class)
        if c in LED[:2] or counts.get(str(c), 0)
    ]


def drawn_regions(
    region_classification: gpd.GeoDataFrame, regions: gpd.GeoDataFrame | None, year: int
) -> gpd.GeoDataFrame:
    """Regions of the map with their class of a year; without one where no firm is."""
    of_year = region_classification[region_classification["year"] == year]
    if regions is None:
        return of_year
    known = of_year.set_index("region_id")["class"]
    return regions.assign(
        region_name=regions["name"].fillna(regions["region_id"]),
        **{"class": known.reindex(regions["region_id"]).to_numpy()},
    )


def by_year(counts: pd.DataFrame) -> dict[str, Any]:
    """Number of cells by year and class."""
    shown = [c for c in reversed(Class) if str(c) in counts.index]
    rows = [
        {"year": year, "counts": [f"{column[str(c)]:,}" for c in shown]}
        for year, column in counts.items()
    ]
    return {"styles": [CLASSES[c] for c in shown], "rows": rows}


def verdict_block(
    of_year: pd.DataFrame, verdict: Class, names: Mapping[str, Text], top: int
) -> dict[str, Any] | None:
    """The largest cells of one class with their evidence; None where there are none."""
    mine = of_year[of_year["class"] == str(verdict)]
    if mine.empty:
        return None
    size = mine["employment"] if mine["establishments"].isna().all() else mine["establishments"]
    first = mine.assign(size=size.astype(float)).sort_values(
        ["size", "location_quotient", "region_id", "industry"],
        ascending=[False, False, True, True],
        kind="stable",
    )
    shown = first.head(top)
    columns = [c for c in _EVIDENCE if shown[c].notna().any()]
    if "matching_ratio" in columns and "chain_completeness" in columns:
        columns.remove("chain_completeness")  # a potential says little where ties are known
    rows = [
        {
            "region": _region(row),
            "industry": names[row["industry"]],
            "reason": Text(row["reason_en"], row["reason_zh_hant"], row["reason_zh_hans"]),
            "figures": [_shown(c, row[c]) for c in columns],
        }
        for row in shown.to_dict("records")
    ]
    return {
        "style": CLASSES[verdict],
        "meaning": CLASS_MEANINGS[verdict],
        "said": filled("shown_of", shown=f"{len(shown):,}", all=f"{len(mine):,}"),
        "columns": columns,
        "rows": rows,
    }


def _region(row: Mapping[Any, Any]) -> str:
    name = row["region_name"]
    return name if isinstance(name, str) and name else str(row["region_id"])


def _shown(column: str, value: Any) -> Text:  # noqa: ANN401
    if pd.isna(value):
        return _NONE
    if column == "stage":
        return STAGES[value]
    if column in _PERCENT:
        words = f"{100 * value:.0f} %"
    elif column in _WHOLE:
        words = f"{value:,.0f}"
    elif column.endswith("_p"):
        words = "<0.001" if value < 0.001 else f"{value:.3f}"
    elif column == "location_quotient":
        words = f"{value:.2f}" if value < 100 else f"{value:,.0f}"
    elif column == "matching_ratio":
        words = f"{value:.1f}×"
    else:
        words = f"{value:.3f}".replace("-", "−")
    return Text(words, words, words)


def answers(of_year: pd.DataFrame) -> list[dict[str, Any]]:
    """How often each question was answered yes, no and not at all."""
    rows = []
    for column, (letter, question, meaning) in QUESTIONS.items():
        answer = of_year[column].astype("boolean")
        rows.append(
            {
                "letter": letter,
                "question": question,
                "meaning": meaning,
                "yes": f"{int(answer.sum()):,}",
                "no": f"{int((~answer).sum()):,}",
                "open": f"{int(answer.isna().sum()):,}",
            }
        )
    return rows


def open_reasons(of_year: pd.DataFrame, top: int = 8) -> list[dict[str, Any]]:
    """Sentences that say 'not known' in the reasons, alike but for their numbers, and how often."""
    import polars as pl

    columns = ["reason_en", "reason_zh_hant", "reason_zh_hans"]
    reasons = pl.DataFrame({c: of_year[c].astype(object).tolist() for c in columns}, strict=False)
    alike = (
        reasons.with_columns(pl.col(columns).str.replace_all(r"[\d.,]*\d", "…"))
        .group_by("reason_en")
        .agg(pl.len(), pl.col(columns[1:]).min())
    )
    found: dict[str, tuple[int, Text]] = {}
    for english, count, *chinese in alike.select("reason_en", "len", *columns[1:]).iter_rows():
        sentences = re.split(r"(?<=\.)\s+", english)
        translated = [re.findall(r"[^。]+。?", words) for words in chinese]
        for k, sentence in enumerate(sentences):
            if "not known" not in sentence:
                continue
            aligned = all(len(parts) == len(sentences) for parts in translated)
            text = Text(sentence, *(p[k] if aligned else sentence for p in translated))
            before, known = found.get(sentence, (0, text))
            found[sentence] = (before + count, min(known, text))
    ordered = sorted(found.values(), key=lambda entry: (-entry[0], entry[1].en))
    return [{"reason": text, "cells": f"{count:,}"} for count, text in ordered[:top]]


def empty_columns(of_year: pd.DataFrame) -> Text | None:
    """Sentence that names the columns in which nothing is known; None without such."""
    table = RESULT_TABLES["region_industry_classification"]
    empty = [c for c in table.columns if c.name in of_year and of_year[c.name].isna().all()]
    if not empty:
        return None
    said = []
    for language, words, joint in zip(
        Language, WORDS["empty_columns"], WORDS["joint"], strict=True
    ):
        aliases = column_aliases(table.columns, language)
        # The name that sets two alike aliases apart is for columns of a table, not for a sentence.
        named = [aliases[c.name].removesuffix(f" {c.name}") for c in empty]
        said.append(words.format(columns=joint.join(dict.fromkeys(named))))
    return Text(*said)


def industry_block(
    table: pd.DataFrame, names: Mapping[str, Text], year: int, top: int = 20
) -> dict[str, Any]:
    """Industries of a year that are most concentrated, with their measures."""
    of_year = table[table["year"] == year]
    measure = "ellison_glaeser" if of_year["ellison_glaeser"].notna().any() else "moran_i"
    shown = of_year.sort_values([measure, "industry"], ascending=[False, True]).head(top)
    columns = [c for c in _INDUSTRY_EVIDENCE if shown[c].notna().any()]
    rows = [
        {
            "industry": names.get(row["industry"], Text(*[str(row["industry"])] * 3)),
            "figures": [_shown(c, row[c]) for c in columns],
        }
        for row in shown.to_dict("records")
    ]
    return {"columns": columns, "rows": rows}


def rows_read(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows read, used and rejected of every file."""
    return [
        {
            "table": _table_name(row["table"]),
            "file": row["file"],
            "read": f"{int(row['rows_read']):,}",
            "used": f"{int(row['rows_used']):,}",
            "rejected": f"{int(row['rows_rejected']):,}",
        }
        for row in table.to_dict("records")
    ]


def rows_by_reason(
    table: pd.DataFrame | None, column: str, words: Mapping[str, Text]
) -> list[dict[str, Any]]:
    """Rows by table and reason, in words."""
    if table is None:
        return []
    return [
        {
            "table": _table_name(row["table"]),
            "why": words.get(row[column], Text(*[str(row[column])] * 3)),
            "rows": f"{int(row['rows']):,}",
        }
        for row in table.to_dict("records")
    ]


def _table_name(name: str) -> Text:
    if name not in RAW_TABLES:
        return Text(name, name, name)
    meaning = RAW_TABLES[name].meaning
    return Text(name, f"{name}（{meaning.zh_hant}）", f"{name}（{meaning.zh_hans}）")
