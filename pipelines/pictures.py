"""Figures as metadata, which the Dagster UI shows, and those of the last run beside each asset.

The UI shows a picture in metadata after a click, and one in a description at once. Descriptions
are read when the code location is loaded, so that is when the last pictures get into them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import dagster as dg
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    import geopandas as gpd
    from matplotlib.axes import Axes

    from geo.concentration.distance.distance_table import DistanceTables
    from geo.vocabulary import Language

__all__ = [
    "curve_pictures",
    "keep_pictures",
    "key_figures",
    "pictures",
    "spillover_pictures",
    "with_last_pictures",
]


_SIGNIFICANT = 0.05


def key_figures(local: pd.DataFrame, overall: pd.DataFrame) -> dict[str, Any]:
    """Numbers of significant cells and industries of the latest year, and of those without any."""
    latest = local[local["year"] == local["year"].max()]
    industries = overall[overall["year"] == overall["year"].max()]
    significant = latest[latest["local_moran_q"] <= _SIGNIFICANT]
    counts = significant["local_moran_quadrant"].value_counts().sort_index()
    reasons = latest["local_moran_reason"].value_counts().sort_index()
    return (
        {
            "industries with alike neighbours (p <= 0.05)": int(
                (industries["moran_p"] <= _SIGNIFICANT).sum()
            ),
            "industries": len(industries),
        }
        | {f"significant cells, {name}": int(n) for name, n in counts.items()}
        | {f"cells without an answer, {name}": int(n) for name, n in reasons.items()}
    )


def spillover_pictures(
    local: pd.DataFrame,
    overall: pd.DataFrame,
    *,
    cells: pd.DataFrame,
    links: pd.DataFrame,
    regions: gpd.GeoDataFrame,
    industries: pd.DataFrame,
    facts: dict[str, Any],
) -> dict[str, Any]:
    """Map of quadrants and Moran scatter of the industry of interest in the latest year.

    That is the first that the dataset names, else the one with the largest Moran's I.
    """
    from geo.concentration.map.map_table import moran_scatter as scatter_points
    from geo.concentration.map.neighbours import graph_of_links
    from geo.figures import measure_map, moran_scatter
    from geo.vocabulary import Language

    year = overall["year"].max()
    known = overall[(overall["year"] == year) & overall["moran_i"].notna()]
    if known.empty:
        return {}
    named = facts["settings"].get("industries_of_interest") or []
    wanted = known[known["industry_key"].map(industries["industry"]).isin(named[:1])]
    chosen = int((wanted if len(wanted) else known.nlargest(1, "moran_i"))["industry_key"].iloc[0])
    code = str(industries["industry"].loc[chosen])
    here = local[(local["year"] == year) & (local["industry_key"] == chosen)]
    here = here.set_index("region_key")
    clear = here["local_moran_quadrant"].where(here["local_moran_q"] <= _SIGNIFICANT, None)
    drawn = regions[["geometry"]].assign(
        local_moran_quadrant=clear.reindex(regions.index),
        industry=pd.Series(code, index=here.index).reindex(regions.index),
    )
    points = scatter_points(cells, graph_of_links(links), year=year, industry_key=chosen)
    return pictures(
        {
            f"map of {code}, {year}": lambda ax, language: measure_map(
                drawn, "local_moran_quadrant", ax=ax, language=language
            ),
            f"Moran scatter of {code}, {year}": lambda ax, language: moran_scatter(
                points, ax=ax, language=language
            ),
        },
        language=Language(facts["language"]),
    )


def curve_pictures(tables: DistanceTables, *, language: Language) -> dict[str, Any]:
    """K_d, M and m of the industries that M was tested for."""
    from geo.figures import distance_curve

    def drawn(code: str, measure: str, ax: Axes, language: Language) -> Axes:
        return distance_curve(tables.curves, code, measure=measure, ax=ax, language=language)

    tested = tables.industries.dropna(subset="neighbour_ratio_p")["industry"]
    drawings = {
        f"{measure} of {code}": partial(drawn, code, measure)
        for code in tested
        for measure in ("K_d", "M", "m")
    }
    return pictures(drawings, language=language)


_IS_PICTURE = "![", "](data:image/"


def pictures(
    drawings: Mapping[str, Callable[[Axes, Language], Axes]], *, language: Language
) -> dict[str, Any]:
    """Pictures by name.

    What cannot be drawn, for want of data, is left out. Where no font has Chinese, words are in
    English: a preview in boxes helps nobody.

    Parameters
    ----------
    drawings : mapping of str to callable
        Name -> what draws it on given Axes in a language.
    language : Language
        Language of the words.
    """
    from geo.errors import GeoError
    from geo.figures import NoFontError, chinese_font, markdown_picture, new_axes
    from geo.vocabulary import Language

    if language is not Language.EN:
        try:
            chinese_font(language)
        except NoFontError:
            language = Language.EN
    made = {}
    for name, draw in drawings.items():
        try:
            ax = draw(new_axes(), language)
        except GeoError:
            continue
        made[name] = dg.MetadataValue.md(markdown_picture(ax, name))
    return made


def keep_pictures(metadata: Mapping[str, Any], file: Path) -> None:
    """Write the first picture among the metadata of an asset to a file, if there is one.

    One alone, since the UI asks for all descriptions at once.
    """
    shown = next((value.value for value in metadata.values() if _is_picture(value)), None)
    if shown is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(shown, encoding="utf-8")


def _is_picture(value: object) -> bool:
    text = value.value if isinstance(value, dg.MarkdownMetadataValue) else None
    return text is not None and text.startswith(_IS_PICTURE[0]) and _IS_PICTURE[1] in text


def with_last_pictures(
    assets: Iterable[dg.AssetsDefinition], folder: Path
) -> list[dg.AssetsDefinition]:
    """Assets whose descriptions end in the pictures that the last run left in a folder."""

    def described(spec: dg.AssetSpec) -> dg.AssetSpec:
        file = folder / f"{spec.key.to_user_string()}.md"
        if not file.is_file():
            return spec
        text = f"{spec.description or ''}\n\n{file.read_text(encoding='utf-8')}"
        return spec.replace_attributes(description=text)

    return [asset.map_asset_specs(described) for asset in assets]
