"""Layers that know no borders: functional clusters, and the footprints of industries.

What belongs here: the rows these layers show. What does not: where the polygons come from
(`geo.linkage.clusters.functional_shapes`, `geo.concentration.distance.firm_footprints`), regions
and firms (`geo.maps.region_layers`, `firm_layers`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.maps.layer import Layer, joined
from geo.schema import RESULT_TABLES
from geo.vocabulary import Text

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["footprints_layer", "functional_clusters_layer"]


def functional_clusters_layer(functional_clusters: gpd.GeoDataFrame, *, year: int) -> Layer:
    """Polygons of the functional clusters of the year, those with most firms drawn first.

    Names of industries are in the language that the result table was written in.
    """
    table = RESULT_TABLES["functional_clusters"]
    columns = tuple(c for c in table.columns if c.name != "geometry")
    rows = functional_clusters[functional_clusters["year"] == year]
    frame = rows[[*(c.name for c in columns), "geometry"]].reset_index(drop=True)
    about = Text(
        f"Functional clusters of {year}: the places where their linked firms stand.",
        f"{year} 年的功能集群：有關聯企業所在範圍。",
        f"{year} 年的功能集群：有关联企业所在范围。",
    )
    return Layer(
        name="functional_clusters",
        title=Text(
            "Functional clusters across borders", "功能集群（跨區域）", "功能集群（跨区域）"
        ),
        description=joined([about, table.meaning]),
        frame=frame,
        columns=columns,
        geometry_type="MultiPolygon",
    )


def footprints_layer(footprints: gpd.GeoDataFrame, *, year: int) -> Layer:
    """Polygons where industries huddle in the year, the largest at the bottom.

    Names of industries are in the language that the result table was written in.
    """
    table = RESULT_TABLES["footprints"]
    columns = tuple(c for c in table.columns if c.name != "geometry")
    rows = footprints[footprints["year"] == year]
    rows = rows.sort_values(["area_km2", "industry", "footprint"], ascending=[False, True, True])
    frame = rows[[*(c.name for c in columns), "geometry"]].reset_index(drop=True)
    about = Text(f"Footprints of {year}.", f"{year} 年的足跡。", f"{year} 年的足迹。")
    return Layer(
        name="footprints",
        title=Text("Footprints of industries", "行業集聚足跡", "行业集聚足迹"),
        description=joined([about, table.meaning]),
        frame=frame,
        columns=columns,
        geometry_type="MultiPolygon",
    )
