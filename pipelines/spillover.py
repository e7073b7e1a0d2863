"""What the Dagster UI shows of an industry over the map: key figures, a map, the Moran scatter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

__all__ = ["key_figures", "spillover_pictures"]

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
    from geo.concentration.map_table import moran_scatter
    from geo.concentration.neighbours import graph_of_links
    from geo.maps.figures import markdown_image, moran_scatter_svg, quadrants_svg
    from geo.vocabulary import Language

    year = overall["year"].max()
    known = overall[(overall["year"] == year) & overall["moran_i"].notna()]
    if known.empty:
        return {}
    named = facts["settings"].get("industries_of_interest") or []
    wanted = known[known["industry_key"].map(industries["industry"]).isin(named[:1])]
    chosen = int((wanted if len(wanted) else known.nlargest(1, "moran_i"))["industry_key"].iloc[0])
    code, language = str(industries["industry"].loc[chosen]), Language(facts["language"])
    here = local[(local["year"] == year) & (local["industry_key"] == chosen)]
    quadrant = here["local_moran_quadrant"].where(here["local_moran_q"] <= _SIGNIFICANT, "unclear")
    points = moran_scatter(cells, graph_of_links(links), year=year, industry_key=chosen)
    drawings = {
        f"map of {code}, {year}": quadrants_svg(
            regions, quadrant.set_axis(here["region_key"]), language=language
        ),
        f"Moran scatter of {code}, {year}": moran_scatter_svg(points, language=language),
    }
    return {
        name: dg.MetadataValue.md(markdown_image(svg, alt=name, max_bytes=_PICTURE_BYTES))
        for name, svg in drawings.items()
        if svg
    }


_PICTURE_BYTES = 200_000
