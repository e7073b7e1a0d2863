"""What the Dagster UI shows of an industry over the map: key figures, a map, the Moran scatter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd

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
    from geo.concentration.map.map_table import moran_scatter as scatter_points
    from geo.concentration.map.neighbours import graph_of_links
    from geo.figures import measure_map, moran_scatter
    from geo.vocabulary import Language
    from pipelines.pictures import pictures

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
