"""The report: one page that opens anywhere, asks the network for nothing, in three languages.

What belongs here: choosing what the page shows and in which order. What does not: its words
(`geo.maps.wording`), its figures (`geo.maps.figures`) and its look (`report_template.html`).

All three languages stand in the page and one of them is shown; the switch works without a
server and, in browsers of our day, without a script.
"""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.maps.figures import classes_svg, map_svg, scatter_svg
from geo.maps.geopackage import column_aliases
from geo.maps.report_sections import result_sections
from geo.maps.wording import CLASS_MEANINGS, QUESTIONS, WORDS
from geo.schema import RAW_TABLES, RESULT_TABLES
from geo.vocabulary import CLASSES, REJECTIONS, REPAIRS, STAGES, Class, Language, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from geo.settings import Thresholds

__all__ = ["report_html"]

_LANGUAGES = ((Language.EN, "English"), (Language.ZH_HANT, "繁體"), (Language.ZH_HANS, "简体"))
_LED = (
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


def report_html(
    classification: pd.DataFrame,
    region_classification: gpd.GeoDataFrame,
    industry_concentration: pd.DataFrame,
    *,
    reconciliation: pd.DataFrame,
    language: Language,
    name: str,
    rejected: pd.DataFrame | None = None,
    repairs: pd.DataFrame | None = None,
    notices: Sequence[Text] = (),
    results: Mapping[str, pd.DataFrame] | None = None,
    industries: pd.DataFrame | None = None,
    regions: gpd.GeoDataFrame | None = None,
    thresholds: Thresholds | None = None,
    about: Mapping[str, str] | None = None,
    year: int | None = None,
    top: int = 12,
) -> str:
    """Report on one run as one HTML page.

    Parameters
    ----------
    classification, region_classification, industry_concentration : DataFrame
        Result tables, of all years.
    reconciliation : DataFrame
        Columns table, file, rows_read, rows_used, rows_rejected.
    language : Language
        Language that the page opens in.
    name : str
        Name of the dataset, which heads the page.
    rejected, repairs : DataFrame, optional
        Columns table, reason (repairs: code) and rows.
    notices : sequence of Text
        What else a reader has to know of the run.
    results : mapping of str to DataFrame, optional
        Further result tables by name, shown below.
    industries : DataFrame, optional
        Columns industry, name, name_zh: names in both languages.
    regions : GeoDataFrame, optional
        The whole map, so that regions without establishments are drawn too.
    thresholds : Thresholds, optional
        Floors of the run, for the figures.
    about : mapping, optional
        Facts for the last line, such as the version and the seed.
    year : int, optional
        Year that the page speaks of; the last where not given.
    top : int
        Verdicts shown of each class.

    Returns
    -------
    str
        The page.
    """
    if year is None:
        year = int(classification["year"].max())
    of_year = classification[classification["year"] == year]
    names = _industry_names(classification, industries)
    years = sorted(int(y) for y in classification["year"].unique())
    spoken = {"year": str(year), "years": f"{years[0]}–{years[-1]}" if years[1:] else str(year)}
    counts = pd.crosstab(classification["class"], classification["year"])
    undetermined = _block(of_year, Class.UNDETERMINED, names, min(top, 8))
    page = {
        "language": str(language),
        "languages": _LANGUAGES,
        "title": f"{_filled('subtitle', **spoken).in_language(language)} · {name}",
        "name": name,
        "words": WORDS,
        "subtitle": _filled("subtitle", **spoken),
        "in_short": _filled(
            "in_short",
            **spoken,
            regions=f"{of_year['region_id'].nunique():,}",
            industries=f"{of_year['industry'].nunique():,}",
            cells=f"{len(of_year):,}",
        ),
        "tally": _tally(of_year),
        "map_title": _filled("map", **spoken),
        "map_figure": _markup(map_svg(_drawn(region_classification, regions, year), language=None)),
        "leading_caption": _filled("leading_caption", **spoken),
        "leading": [block for c in _LED if (block := _block(of_year, c, names, top))],
        "years_figure": _markup(classes_svg(classification, language=None)),
        "by_year": _by_year(counts),
        "scatter_figure": _markup(scatter_svg(of_year, language=None, thresholds=thresholds)),
        "scatter_caption": _filled("scatter_caption", **spoken),
        "answers": _answers(of_year),
        "open_reasons": _open_reasons(of_year),
        "notices": notices,
        "undetermined": undetermined,
        "empty_columns": _empty_columns(of_year),
        "industries_caption": _filled("industries_caption", **spoken),
        "industry_block": _industry_block(industry_concentration, names, year),
        "sections": result_sections(results or {}, year=year, industries=names),
        "reconciliation": _reconciliation(reconciliation),
        "rejected": _reasons(rejected, "reason", {k: r.text for k, r in REJECTIONS.items()}),
        "repairs": _reasons(repairs, "code", REPAIRS),
        "classes": [{"style": CLASSES[c], "meaning": m} for c, m in CLASS_MEANINGS.items()],
        "about": dict(about or {}),
    }
    rendered: str = _template().render(page)
    return rendered


def _template() -> Any:  # noqa: ANN401 - jinja2 is imported where it is needed
    from jinja2 import Environment, StrictUndefined

    source = (resources.files("geo.maps") / "report_template.html").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters["markup"] = _markup
    return environment.from_string(source)


def _markup(svg: str) -> Any:  # noqa: ANN401
    from markupsafe import Markup

    # Our own figures, whose labels are escaped where they are drawn.
    return Markup(svg)  # noqa: S704


def _filled(key: str, **values: str) -> Text:
    return Text(*(words.format(**values) for words in WORDS[key]))


def _industry_names(
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


def _tally(of_year: pd.DataFrame) -> list[dict[str, Any]]:
    counts = of_year["class"].value_counts()
    return [
        {"style": CLASSES[c], "cells": f"{int(counts.get(str(c), 0)):,}"}
        for c in reversed(Class)
        if c in _LED[:2] or counts.get(str(c), 0)
    ]


def _drawn(
    region_classification: gpd.GeoDataFrame, regions: gpd.GeoDataFrame | None, year: int
) -> gpd.GeoDataFrame:
    of_year = region_classification[region_classification["year"] == year]
    if regions is None:
        return of_year
    known = of_year.set_index("region_id")["class"]
    return regions.assign(
        region_name=regions["name"].fillna(regions["region_id"]),
        **{"class": known.reindex(regions["region_id"]).to_numpy()},
    )


def _by_year(counts: pd.DataFrame) -> dict[str, Any]:
    shown = [c for c in reversed(Class) if str(c) in counts.index]
    rows = [
        {"year": year, "counts": [f"{column[str(c)]:,}" for c in shown]}
        for year, column in counts.items()
    ]
    return {"styles": [CLASSES[c] for c in shown], "rows": rows}


def _block(
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
        "said": _filled("shown_of", shown=f"{len(shown):,}", all=f"{len(mine):,}"),
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
        words = f"{value:.0%}"
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


def _answers(of_year: pd.DataFrame) -> list[dict[str, Any]]:
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


def _open_reasons(of_year: pd.DataFrame, top: int = 8) -> list[dict[str, Any]]:
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


def _empty_columns(of_year: pd.DataFrame) -> Text | None:
    table = RESULT_TABLES["region_industry_classification"]
    empty = [c for c in table.columns if c.name in of_year and of_year[c.name].isna().all()]
    if not empty:
        return None
    said = []
    for language, words, joint in zip(
        Language, WORDS["empty_columns"], WORDS["joint"], strict=True
    ):
        aliases = column_aliases(table.columns, language)
        said.append(words.format(columns=joint.join(aliases[c.name] for c in empty)))
    return Text(*said)


def _industry_block(
    table: pd.DataFrame, names: Mapping[str, Text], year: int, top: int = 20
) -> dict[str, Any]:
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


def _reconciliation(table: pd.DataFrame) -> list[dict[str, Any]]:
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


def _reasons(
    table: pd.DataFrame | None, column: str, words: Mapping[str, Text]
) -> list[dict[str, Any]]:
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
