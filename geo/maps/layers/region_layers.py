"""Layers of regions: their borders, their class year by year, and what drew firms there.

What belongs here: which rows these layers show. What does not: the industries in a region
(`geo.maps.layers.industry_layer`), firms, institutions and ties (`geo.maps.layers.firm_layers`).
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.maps.layers.layer import (
    CLASS_LABEL,
    FROM_DATE,
    PARENT_NAME,
    RANK,
    Layer,
    PlainTable,
    class_labels,
    joined,
    sql_type,
)
from geo.maps.measures import MEASURES
from geo.maps.simplified import MAX_VERTICES, simplified
from geo.schema import RAW_TABLES, RESULT_TABLES, Column, Type
from geo.vocabulary import Class, Language, Text

__all__ = [
    "borders_layer",
    "drivers_layer",
    "footprints_layer",
    "functional_clusters_layer",
    "named_parents",
    "regions_layer",
]


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


_NAMED = 3
_CLUSTER_NAMES = Column(
    name="cluster_names",
    type=Type.TEXT,
    meaning=Text(
        "industries that are clusters or emerging clusters here, the largest first",
        "本地為集群或成長型集群的行業，由大到小",
        "本地为集群或成长型集群的行业，由大到小",
    ),
)


def borders_layer(regions: gpd.GeoDataFrame, *, max_vertices: int = MAX_VERTICES) -> Layer:
    """Polygons of the regions, which all layers of regions share.

    Where there are more than `max_vertices` vertices the borders are simplified together, so that
    neighbours still touch.
    """
    polygons, tolerance = simplified(regions.geometry.to_numpy(), max_vertices=max_vertices)
    rows = pd.DataFrame(
        {
            "region_id": regions["region_id"].to_numpy(dtype=object),
            "region_name": regions["name"].to_numpy(dtype=object),
            "parent_name": named_parents(regions),
        }
    )
    described = [Text("Borders of the regions.", "區域邊界。", "区域边界。")]
    if tolerance:
        described.append(
            Text(
                f"Simplified for display (about {tolerance:.2g} degrees).",
                f"已為顯示而簡化（約 {tolerance:.2g} 度）。",
                f"已为显示而简化（约 {tolerance:.2g} 度）。",
            )
        )
    table = RESULT_TABLES["region_classification"]
    return Layer(
        name="borders",
        title=Text("Borders", "邊界", "边界"),
        description=joined(described),
        frame=gpd.GeoDataFrame(rows, geometry=polygons, crs="EPSG:4326"),
        columns=(table.column("region_id"), table.column("region_name"), PARENT_NAME),
        geometry_type="MultiPolygon",
    )


def named_parents(regions: gpd.GeoDataFrame) -> list[str | None]:
    """Name of the region that each one is part of; `#` and its id where the map has no name."""
    if "parent_id" not in regions:
        return [None] * len(regions)
    parents = regions["parent_id"].astype(object)
    names = regions.drop_duplicates("region_id").set_index("region_id")["name"].reindex(parents)
    found = pd.Series(names.to_numpy(), index=regions.index, dtype=object)
    shown = found.where(found.notna(), "#" + parents.astype("string"))
    return [None if pd.isna(name) else str(name) for name in shown]


def regions_layer(
    region_classification: gpd.GeoDataFrame,
    classification: pd.DataFrame,
    *,
    regions: gpd.GeoDataFrame,
    language: Language,
) -> Layer:
    """Regions with their class in every year, and the clusters in each by name.

    Every region has a row in every year: one without establishments has no class.
    """
    table = RESULT_TABLES["region_classification"]
    names = [n for n in table.names if n not in {"geometry", "region_id", "region_name", "year"}]
    of_years = pd.DataFrame(region_classification.drop(columns="geometry"))
    years = sorted(of_years["year"].unique())
    every = pd.MultiIndex.from_product(
        [years, regions["region_id"].to_numpy(dtype=object)], names=["year", "region_id"]
    )
    rows = of_years.set_index(["year", "region_id"])[names].reindex(every).reset_index()
    rows["class_label"] = class_labels(rows["class"], language)
    rows["region_name"] = np.tile(regions["name"].to_numpy(dtype=object), len(years))
    rows["parent_name"] = np.tile(np.array(named_parents(regions), dtype=object), len(years))
    rows["cluster_names"] = _cluster_names(classification, language).reindex(every).to_numpy()
    rows["from_date"] = [f"{year}-01-01T00:00:00.000Z" for year in rows["year"]]
    stored = ["year", "from_date", "class", "class_label", "cluster_names", *names[1:]]
    columns = {c.name: c for c in (*table.columns, CLASS_LABEL, _CLUSTER_NAMES, FROM_DATE)}
    shown = ["region_id", "region_name", "parent_name", *stored]
    columns["parent_name"] = PARENT_NAME
    keys = {"region_fid": np.tile(np.arange(1, len(regions) + 1), len(years))}
    types = {"region_fid": "INTEGER"} | {n: sql_type(columns[n]) for n in stored}
    picked = ", ".join(f"y.{name}" for name in stored)
    return Layer(
        name="regions",
        title=Text("Regions by class", "區域（按類型）", "区域（按类型）"),
        description=Text(
            "Class of every region, year by year: the most advanced class of any of its "
            "industries.",
            "各區域逐年的類型：其行業中最高者。",
            "各区域逐年的类型：其行业中最高者。",
        ),
        frame=rows[shown],
        columns=tuple(columns[n] for n in shown),
        geometry_type="MultiPolygon",
        query=(
            "SELECT y.fid AS OGC_FID, b.region_id, b.region_name, b.parent_name, "  # noqa: S608 - our own names
            f"{picked}, b.geom FROM region_years AS y JOIN borders AS b ON b.fid = y.region_fid"
        ),
        tables=(
            PlainTable(
                name="region_years",
                meaning=Text("regions by year", "區域與年份", "区域与年份"),
                frame=rows.assign(**keys)[[*types]].set_axis(rows.index + 1),
                types=types,
            ),
        ),
        measures=tuple(m for m in MEASURES if m.column == "class"),
    )


def _cluster_names(classification: pd.DataFrame, language: Language) -> pd.Series[str]:
    """Names of the clusters of each year and region, the most advanced and largest first."""
    best = classification["class"].isin([str(Class.CLUSTER), str(Class.EMERGING_CLUSTER)])
    rows = classification[best]
    rows = rows.assign(rank=rows["class"].astype(object).map(RANK))
    rows = rows.sort_values(["rank", "establishments", "industry"], ascending=[False, False, True])
    comma = ", " if language is Language.EN else "、"

    def told(names: pd.Series[str]) -> str:
        rest = len(names) - _NAMED
        return comma.join(names.iloc[:_NAMED]) + (f" +{rest}" if rest > 0 else "")

    names = rows["industry_name"].fillna(rows["industry"]).astype(object)
    found = names.groupby([rows["year"].astype("int64"), rows["region_id"]], sort=False).agg(told)
    return found.astype(object)


def drivers_layer(drivers: gpd.GeoDataFrame) -> Layer:
    """What could have drawn firms from outside, as it was given."""
    table = RAW_TABLES["drivers"]
    columns = tuple(c for c in table.columns if c.name in drivers.columns and c.name != "geometry")
    shapes = drivers.to_crs("EPSG:4326") if drivers.crs is not None else drivers
    frame = gpd.GeoDataFrame(
        pd.DataFrame({c.name: drivers[c.name].to_numpy() for c in columns}),
        geometry=shapes.geometry.to_numpy(),
        crs="EPSG:4326",
    )
    return Layer(
        name="drivers",
        title=Text("Outside drivers", "外部因素", "外部因素"),
        description=joined([table.meaning]),
        frame=frame,
        columns=columns,
        geometry_type="Unknown",
    )
