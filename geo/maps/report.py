"""The report: one page that opens anywhere, asks the network for nothing, in three languages.

What belongs here: choosing what the page shows and in which order. What does not: its words
(`geo.maps.wording`), its figures (`geo.maps.figures`) and its look (`report_template.html`).

All three languages stand in the page and one of them is shown; the switch works without a
server and, in browsers of our day, without a script.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.maps.chapters import chapters
from geo.maps.figures import classes_svg, map_svg, scatter_svg
from geo.maps.report_blocks import (
    LED,
    answers,
    by_year,
    drawn_regions,
    empty_columns,
    filled,
    industry_block,
    industry_names,
    open_reasons,
    rows_by_reason,
    rows_read,
    tally,
    verdict_block,
)
from geo.maps.report_sections import result_sections
from geo.maps.wording import CLASS_MEANINGS, WORDS
from geo.vocabulary import CLASSES, REJECTIONS, REPAIRS, Class, Language, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from geo.settings import Thresholds

__all__ = ["report_html"]

_LANGUAGES = ((Language.EN, "English"), (Language.ZH_HANT, "繁體"), (Language.ZH_HANS, "简体"))


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
    interest: Sequence[str] = (),
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
    interest : sequence of str
        Codes of the industries whose measures are shown in full.
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
    names = industry_names(classification, industries)
    years = sorted(int(y) for y in classification["year"].unique())
    spoken = {"year": str(year), "years": f"{years[0]}–{years[-1]}" if years[1:] else str(year)}
    tables = {
        **(results or {}),
        "region_industry_classification": classification,
        "industry_concentration": industry_concentration,
    }
    counts = pd.crosstab(classification["class"], classification["year"])
    made = result_sections(
        tables,
        year=year,
        industries=names,
        interest=interest,
    )
    undetermined = verdict_block(of_year, Class.UNDETERMINED, names, min(top, 8))
    page: dict[str, Any] = {
        "language": str(language),
        "languages": _LANGUAGES,
        "title": f"{filled('subtitle', **spoken).in_language(language)} · {name}",
        "name": name,
        "words": WORDS,
        "subtitle": filled("subtitle", **spoken),
        "in_short": filled(
            "in_short",
            **spoken,
            regions=f"{of_year['region_id'].nunique():,}",
            industries=f"{of_year['industry'].nunique():,}",
            cells=f"{len(of_year):,}",
        ),
        "tally": tally(of_year),
        "map_title": filled("map", **spoken),
        "map_figure": _markup(
            map_svg(drawn_regions(region_classification, regions, year), language=None)
        ),
        "leading_caption": filled("leading_caption", **spoken),
        "leading": [block for c in LED if (block := verdict_block(of_year, c, names, top))],
        "years_figure": _markup(classes_svg(classification, language=None)),
        "by_year": by_year(counts),
        "scatter_figure": _markup(scatter_svg(of_year, language=None, thresholds=thresholds)),
        "scatter_caption": filled("scatter_caption", **spoken),
        "answers": answers(of_year),
        "open_reasons": open_reasons(of_year),
        "notices": notices,
        "undetermined": undetermined,
        "empty_columns": empty_columns(of_year),
        "industries_caption": filled("industries_caption", **spoken),
        "industry_block": industry_block(industry_concentration, names, year),
        "chapters": chapters(made, year=year),
        "reconciliation": rows_read(reconciliation),
        "rejected": rows_by_reason(rejected, "reason", {k: r.text for k, r in REJECTIONS.items()}),
        "repairs": rows_by_reason(repairs, "code", REPAIRS),
        "classes": [{"style": CLASSES[c], "meaning": m} for c, m in CLASS_MEANINGS.items()],
        "about": dict(about or {}),
    }
    page["contents"] = _contents(page)
    rendered: str = _template().render(page)
    return rendered


def _contents(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every chapter with the anchors and titles of its parts, in the order of the page."""
    fixed = {
        "verdict": [
            ("map", page["map_title"]),
            ("verdicts", WORDS["leading"]),
            ("years", WORDS["years"]),
            *([("scatter", WORDS["scatter"])] if page["scatter_figure"] else []),
        ],
        "concentration": [("industries", WORDS["industries"])],
        "quality": [("open", WORDS["open"]), ("read", WORDS["read"])],
    }
    return [
        {
            "key": chapter.key,
            "title": chapter.title,
            "parts": fixed.get(chapter.key, []) + [(s.key, s.title) for s in chapter.sections],
        }
        for chapter in page["chapters"]
    ]


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
