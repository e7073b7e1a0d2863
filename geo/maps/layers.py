"""Result tables turned into the layers of one map: pure functions, one per layer.

What belongs here: which rows a layer shows, where a row is drawn, and what each column means.
What does not: how a layer looks (`geo.maps.qml`), how it is stored (`geo.maps.geopackage`), and
pictures (`geo.maps.figures`).

A map speaks of one year. Firms and ties come as lazy frames and are collected only after they
were cut to that year and to what a map can bear; whatever is left out is said in the layer's
description.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import narwhals as nw
import numpy as np
import pandas as pd
import shapely

from geo.maps.simplified import simplified
from geo.schema import RAW_TABLES, RESULT_TABLES, Column, Type
from geo.vocabulary import (
    CLASSES,
    INNOVATION_KINDS,
    INSTITUTION_KINDS,
    TIE_KINDS,
    Class,
    Language,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

__all__ = [
    "Layer",
    "cells_layer",
    "drivers_layer",
    "firms_layer",
    "institutions_layer",
    "local_ties_layer",
    "map_layers",
    "regions_layer",
]

GeometryType = Literal["MultiPolygon", "Point", "LineString", "Unknown"]

MAX_CELLS = 100_000
MAX_FIRMS = 500_000
MAX_TIES = 200_000
MAX_VERTICES = 300_000

_RANK = {str(c): rank for rank, c in enumerate(Class)}
_METRES_PER_DEGREE = 111_320.0
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer: its rows, and what a reader has to know about them."""

    name: str
    """Table name in the file."""
    title: Text
    description: Text
    """What a row is, and what was left out."""
    frame: gpd.GeoDataFrame
    """Rows in WGS 84; its columns are those of `columns`, then `geometry`."""
    columns: tuple[Column, ...]
    """Meaning of every column but the geometry."""
    geometry_type: GeometryType


def map_layers(
    classification: pd.DataFrame,
    region_classification: gpd.GeoDataFrame,
    *,
    regions: gpd.GeoDataFrame,
    industries: pd.DataFrame,
    language: Language,
    establishments: nw.LazyFrame[Any] | None = None,
    parties: nw.LazyFrame[Any] | None = None,
    institutions: pd.DataFrame | None = None,
    ties: nw.LazyFrame[Any] | None = None,
    drivers: gpd.GeoDataFrame | None = None,
    year: int | None = None,
) -> tuple[Layer, ...]:
    """Layers of the map of one year, those without rows left out.

    Parameters
    ----------
    classification, region_classification : DataFrame, GeoDataFrame
        Result tables, of all years.
    regions, industries : GeoDataFrame, DataFrame
        Tables whose row numbers are the keys in `establishments`, `institutions` and `ties`.
    language : Language
        Language of the labels in the rows.
    establishments, parties, ties : LazyFrame, optional
        Firm-sized and tie-sized tables; no layer where not given.
    institutions, drivers : DataFrame, GeoDataFrame, optional
        No layer where not given.
    year : int, optional
        Year to show; the last of `classification` where not given.

    Returns
    -------
    tuple of Layer
        In drawing order, the first at the bottom: regions, drivers, local_ties, cells, firms,
        institutions.
    """
    if year is None:
        year = int(classification["year"].max())
    made = [regions_layer(region_classification, regions=regions, language=language, year=year)]
    if drivers is not None:
        made.append(drivers_layer(drivers))
    if ties is not None and establishments is not None:
        made.append(
            local_ties_layer(
                ties,
                establishments,
                parties=parties,
                institutions=institutions,
                region_classification=region_classification,
                regions=regions,
                language=language,
                year=year,
            )
        )
    made.append(cells_layer(classification, regions=regions, language=language, year=year))
    if establishments is not None:
        made.append(
            firms_layer(
                establishments,
                classification,
                parties=parties,
                regions=regions,
                industries=industries,
                language=language,
                year=year,
            )
        )
    if institutions is not None:
        made.append(institutions_layer(institutions, regions=regions, language=language, year=year))
    return tuple(layer for layer in made if len(layer.frame))


def regions_layer(
    region_classification: gpd.GeoDataFrame,
    *,
    regions: gpd.GeoDataFrame,
    language: Language,
    year: int,
    max_vertices: int = MAX_VERTICES,
) -> Layer:
    """Polygons of the regions with their class.

    Every region is drawn: one without establishments in that year has no class. Where there are
    more than `max_vertices` vertices the borders are simplified together, so that neighbours
    still touch.
    """
    table = RESULT_TABLES["region_classification"]
    names = [n for n in table.names if n not in {"geometry", "class"}]
    of_year = pd.DataFrame(region_classification.drop(columns="geometry"))
    of_year = of_year[of_year["year"] == year].set_index("region_id")
    rows = of_year.reindex(regions["region_id"]).reset_index()
    rows["region_name"] = rows["region_name"].fillna(
        pd.Series(regions["name"].to_numpy(), rows.index)
    )
    rows["year"] = year
    rows["class_label"] = class_labels(rows["class"], language)
    polygons, tolerance = simplified(regions.geometry.to_numpy(), max_vertices=max_vertices)
    frame = gpd.GeoDataFrame(
        rows[["region_id", "region_name", "class", "class_label", *names[2:]]],
        geometry=polygons,
        crs="EPSG:4326",
    )
    described = [
        Text(f"Regions by class, {year}.", f"{year} 年各區域的類型。", f"{year} 年各区域的类型。")
    ]
    if tolerance:
        described.append(
            Text(
                f"Borders are simplified for display (about {tolerance:.2g} degrees).",
                f"邊界已為顯示而簡化（約 {tolerance:.2g} 度）。",
                f"边界已为显示而简化（约 {tolerance:.2g} 度）。",
            )
        )
    return Layer(
        name="regions",
        title=Text("Regions by class", "區域（按類型）", "区域（按类型）"),
        description=_joined(described),
        frame=frame,
        columns=(
            table.column("region_id"),
            table.column("region_name"),
            table.column("class"),
            _CLASS_LABEL,
            *(table.column(n) for n in names[2:]),
        ),
        geometry_type="MultiPolygon",
    )


def cells_layer(
    classification: pd.DataFrame,
    *,
    regions: gpd.GeoDataFrame,
    language: Language,
    year: int,
    max_cells: int = MAX_CELLS,
) -> Layer:
    r"""One point per region and industry, laid out inside the region so that none hides another.

    The points of a region lie on a sunflower spiral about the centre of its largest inscribed
    circle: the k-th of n at radius :math:`R\sqrt{(k + 1/2)/n}` and angle k times the golden
    angle, the most advanced and then the largest cells innermost. The place inside the region
    has no other meaning. Beyond `max_cells` cells the dispersed ones are left out.
    """
    table = RESULT_TABLES["region_industry_classification"]
    rows = classification[classification["year"] == year]
    described = [
        Text(
            f"Industries of each region, {year}: one point per region and industry. Where in the "
            "region a point lies means nothing; the most advanced classes lie innermost.",
            f"{year} 年各區域的行業：每區域、行業一點。點在區域內的位置沒有意義，"
            "類型最高者在最內側。",
            f"{year} 年各区域的行业：每区域、行业一点。点在区域内的位置没有意义，"
            "类型最高者在最内侧。",
        )
    ]
    if len(rows) > max_cells:
        dispersed = rows["class"] == str(Class.DISPERSED)
        described.append(
            Text(
                f"{int(dispersed.sum()):,} dispersed cells are left out.",
                f"略去 {int(dispersed.sum()):,} 個分散單元。",
                f"略去 {int(dispersed.sum()):,} 个分散单元。",
            )
        )
        rows = rows[~dispersed]
    rows = rows.assign(
        class_label=class_labels(rows["class"], language),
        rank=rows["class"].map(_RANK),
        region_key=_positions(rows["region_id"], regions["region_id"]),
    )
    rows = rows[rows["region_key"] >= 0].sort_values(
        ["region_key", "rank", "establishments", "industry"],
        ascending=[True, False, False, True],
        kind="stable",
    )
    points, sizes = _sunflowers(rows["region_key"].to_numpy(), regions.geometry.to_numpy())
    rows = rows.assign(symbol_size=sizes)
    frame = gpd.GeoDataFrame(
        rows[[c.name for c in _CELL_COLUMNS]].reset_index(drop=True),
        geometry=points,
        crs="EPSG:4326",
    )
    return Layer(
        name="cells",
        title=Text(
            "Industries of each region by class", "各區域的行業（按類型）", "各区域的行业（按类型）"
        ),
        description=_joined([*described, table.meaning]),
        frame=frame,
        columns=_CELL_COLUMNS,
        geometry_type="Point",
    )


def firms_layer(
    establishments: nw.LazyFrame[Any],
    classification: pd.DataFrame,
    *,
    regions: gpd.GeoDataFrame,
    industries: pd.DataFrame,
    language: Language,
    year: int,
    parties: nw.LazyFrame[Any] | None = None,
    max_firms: int = MAX_FIRMS,
) -> Layer:
    """Points of the firms that live in the year, with the class of their cell.

    Where there are more than `max_firms`, whole cells are taken, the most advanced classes first
    and the larger cells first within a class, until the next cell would not fit.
    """
    cells = classification[classification["year"] == year]
    cells = cells.assign(
        rank=cells["class"].map(_RANK),
        code=_positions(cells["region_id"], regions["region_id"]) * len(industries)
        + _positions(cells["industry"], industries["industry"]),
    ).sort_values(["rank", "establishments", "code"], ascending=[False, False, True])
    lf = establishments.filter(nw.col("year") == year)
    described = [
        Text(
            f"Firms of {year} by the class of their cell.",
            f"{year} 年的企業（按所在單元的類型）。",
            f"{year} 年的企业（按所在单元的类型）。",
        )
    ]
    total = int(lf.select(nw.len()).collect().item())
    if total > max_firms:
        kept = cells[cells["establishments"].fillna(0).cumsum() <= max_firms]
        code = nw.col("region_key") * len(industries) + nw.col("industry_key")
        lf = lf.filter(code.is_in(kept["code"].tolist()))
        described.append(
            Text(
                f"Of {total:,} firms those of the most advanced and largest {len(kept):,} cells "
                "are drawn.",
                f"共 {total:,} 家企業，僅繪出類型最高、規模最大的 {len(kept):,} 個單元。",
                f"共 {total:,} 家企业，仅绘出类型最高、规模最大的 {len(kept):,} 个单元。",
            )
        )
    if parties is not None:
        lf = lf.join(parties, left_on="firm_key", right_on="party_key", how="left")
    else:
        lf = lf.with_columns(
            party_id=nw.col("firm_key").cast(nw.String), name=nw.lit(None, dtype=nw.String)
        )
    wanted = ["firm_key", "party_id", "name", "region_key", "industry_key", "employment"]
    firms = (
        lf.select(*wanted, "longitude", "latitude").collect().to_pandas().sort_values("firm_key")
    )
    region, industry = firms["region_key"].to_numpy(), firms["industry_key"].to_numpy()
    verdicts = cells.set_index("code")["class"]
    classes = verdicts.reindex(region * len(industries) + industry).to_numpy()
    rows = pd.DataFrame(
        {
            "firm_id": firms["party_id"].to_numpy(),
            "firm_name": firms["name"].to_numpy(),
            "class": classes,
            "class_label": class_labels(pd.Series(classes, dtype=object), language).to_numpy(),
            "industry": industries["industry"].to_numpy()[industry],
            "industry_name": _industry_names(industries, language)[industry],
            "region_id": regions["region_id"].to_numpy()[region],
            "region_name": regions["name"].to_numpy()[region],
            "employment": firms["employment"].to_numpy(),
            "year": year,
        }
    )
    points = shapely.points(firms["longitude"].to_numpy(), firms["latitude"].to_numpy())
    return Layer(
        name="firms",
        title=Text(
            "Firms by class of their cell", "企業（按所在單元類型）", "企业（按所在单元类型）"
        ),
        description=_joined(described),
        frame=gpd.GeoDataFrame(rows, geometry=points, crs="EPSG:4326"),
        columns=_FIRM_COLUMNS,
        geometry_type="Point",
    )


def institutions_layer(
    institutions: pd.DataFrame,
    *,
    regions: gpd.GeoDataFrame,
    language: Language,
    year: int,
) -> Layer:
    """Points of the institutions that are open in the year."""
    opened = institutions["opened"].fillna(-math.inf) <= year
    closed = institutions["closed"].fillna(math.inf) <= year
    rows = institutions[opened & ~closed].sort_values("institution_id")
    kinds = rows["kind"].astype(object)
    families = ["innovation" if k in INNOVATION_KINDS else "service" for k in kinds]
    frame = pd.DataFrame(
        {
            "institution_id": rows["institution_id"].to_numpy(),
            "name": rows["name"].to_numpy(),
            "kind": kinds.to_numpy(),
            "kind_label": _labels(kinds, INSTITUTION_KINDS, language),
            "family": families,
            "region_id": regions["region_id"].to_numpy()[rows["region_key"].to_numpy(dtype=int)],
            "year": year,
        }
    )
    points = shapely.points(rows["longitude"].to_numpy(), rows["latitude"].to_numpy())
    return Layer(
        name="institutions",
        title=Text("Institutions", "支撐機構", "支撑机构"),
        description=Text(
            f"Institutions open in {year}, of innovation or of service.",
            f"{year} 年在營的創新類與服務類機構。",
            f"{year} 年在营的创新类与服务类机构。",
        ),
        frame=gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4326"),
        columns=_INSTITUTION_COLUMNS,
        geometry_type="Point",
    )


def local_ties_layer(
    ties: nw.LazyFrame[Any],
    establishments: nw.LazyFrame[Any],
    *,
    region_classification: gpd.GeoDataFrame,
    regions: gpd.GeoDataFrame,
    language: Language,
    year: int,
    parties: nw.LazyFrame[Any] | None = None,
    institutions: pd.DataFrame | None = None,
    max_ties: int = MAX_TIES,
) -> Layer:
    """Lines between the parties of ties whose two ends are in one region.

    A tie whose ends share their coordinates has no line to draw and is left out. Beyond
    `max_ties` ties whole regions are taken, those of the most advanced class first, then those
    with the fewest ties, until the next would not fit.
    """
    lf = _local_ties(ties, establishments, institutions, year)
    counts = lf.group_by("region_key").agg(ties=nw.len()).collect().to_pandas()
    described = [
        Text(
            f"Ties of {year} whose two ends are in the same region.",
            f"{year} 年兩端在同一區域的關聯。",
            f"{year} 年两端在同一区域的关联。",
        )
    ]
    total = int(counts["ties"].sum())
    if total > max_ties:
        kept = _regions_that_fit(counts, region_classification, regions, year, max_ties)
        lf = lf.filter(nw.col("region_key").is_in(kept))
        described.append(
            Text(
                f"Of {total:,} such ties those of {len(kept):,} regions are drawn, the most "
                "advanced first.",
                f"共 {total:,} 條，僅繪出類型最高的 {len(kept):,} 個區域。",
                f"共 {total:,} 条，仅绘出类型最高的 {len(kept):,} 个区域。",
            )
        )
    rows = lf.collect().to_pandas().sort_values(["source_key", "target_key", "kind"])
    stacked = (rows["x0"] == rows["x1"]) & (rows["y0"] == rows["y1"])
    if stacked.any():
        described.append(
            Text(
                f"{int(stacked.sum()):,} ties between parties at one point have no line.",
                f"{int(stacked.sum()):,} 條關聯兩端同點，無線可繪。",
                f"{int(stacked.sum()):,} 条关联两端同点，无线可绘。",
            )
        )
        rows = rows[~stacked]
    ids = _party_ids(parties, rows, institutions)
    kinds = rows["kind"].astype(object)
    frame = pd.DataFrame(
        {
            "source_id": ids.reindex(rows["source_key"]).to_numpy(),
            "target_id": ids.reindex(rows["target_key"]).to_numpy(),
            "kind": kinds.to_numpy(),
            "kind_label": _labels(kinds, TIE_KINDS, language),
            "value": rows["value"].to_numpy(),
            "region_id": regions["region_id"].to_numpy()[rows["region_key"].to_numpy(dtype=int)],
            "year": year,
        }
    )
    ends = rows[["x0", "y0", "x1", "y1"]].to_numpy(dtype=float).reshape(-1, 2, 2)
    return Layer(
        name="local_ties",
        title=Text("Local ties", "本地關聯", "本地关联"),
        description=_joined(described),
        frame=gpd.GeoDataFrame(frame, geometry=shapely.linestrings(ends), crs="EPSG:4326"),
        columns=_TIE_COLUMNS,
        geometry_type="LineString",
    )


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
        description=_joined([table.meaning]),
        frame=frame,
        columns=columns,
        geometry_type="Unknown",
    )


def class_labels(classes: pd.Series[str], language: Language) -> pd.Series[str]:
    """Names of `classes` in `language`; missing where the class is.

    Examples
    --------
    >>> class_labels(pd.Series(["cluster", None]), Language.ZH_HANS).tolist()
    ['集群', None]
    """
    words = {str(c): style.label.in_language(language) for c, style in CLASSES.items()}
    labels = [words.get(c) for c in classes.astype(object)]
    return pd.Series(labels, index=classes.index, dtype=object)


def _labels(kinds: Iterable[str], words: dict[str, Text], language: Language) -> list[str]:
    return [words[k].in_language(language) if k in words else k for k in kinds]


def _industry_names(industries: pd.DataFrame, language: Language) -> npt.NDArray[np.object_]:
    names = industries["name"]
    if language is not Language.EN and "name_zh" in industries:
        names = industries["name_zh"].fillna(names)
    filled: npt.NDArray[np.object_] = names.astype(object).to_numpy()
    return filled


def _joined(texts: Sequence[Text]) -> Text:
    en, hant, hans = zip(*texts, strict=True)
    return Text(" ".join(en), "".join(hant), "".join(hans))


def _positions(values: pd.Series[str], among: pd.Series[str]) -> npt.NDArray[np.int64]:
    return pd.Index(among).get_indexer(pd.Index(values)).astype(np.int64)


def _sunflowers(
    region_keys: npt.NDArray[np.int64], polygons: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.float64]]:
    """Places of the rows, which are sorted by region, and the room (metres) that each has.

    Longitudes are shrunk by the cosine of the latitude while circles are drawn, so that a
    spiral is round on the ground.
    """
    present, index, counts = np.unique(region_keys, return_inverse=True, return_counts=True)
    shapes = simplified(polygons, max_vertices=MAX_VERTICES).shapes[present]
    bounds = shapely.bounds(shapes)
    shrink = np.cos(np.radians((bounds[:, 1] + bounds[:, 3]) / 2)).clip(0.05)
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    points[:, 0] *= shrink[owner]
    round_shapes = shapely.set_coordinates(shapes.copy(), points)
    tolerance = np.sqrt(shapely.area(round_shapes)) / 50
    spokes = shapely.maximum_inscribed_circle(round_shapes, tolerance=tolerance.clip(1e-9))
    centres = shapely.get_coordinates(shapely.get_point(spokes, 0)).reshape(-1, 2)
    radii = 0.9 * shapely.length(spokes)
    first = np.cumsum(counts) - counts
    k = np.arange(len(region_keys)) - first[index]
    # A lone point sits in the middle.
    radius = radii[index] * np.sqrt(np.where(counts[index] == 1, 0, (k + 0.5) / counts[index]))
    angle = k * _GOLDEN_ANGLE
    x = (centres[index, 0] + radius * np.cos(angle)) / shrink[index]
    y = centres[index, 1] + radius * np.sin(angle)
    # Points 0 and 3 are the closest neighbours on this spiral: 1.546 R / sqrt(n) apart.
    room = np.minimum(1.5 / np.sqrt(counts), 0.5) * radii * _METRES_PER_DEGREE
    return shapely.points(x, y), room[index]


def _local_ties(
    ties: nw.LazyFrame[Any],
    establishments: nw.LazyFrame[Any],
    institutions: pd.DataFrame | None,
    year: int,
) -> nw.LazyFrame[Any]:
    """Ties of the year with both ends in one region, with the coordinates of both."""
    places = establishments.filter(nw.col("year") == year).select(
        nw.col("firm_key").alias("party_key"), "region_key", "longitude", "latitude"
    )
    if institutions is not None and len(institutions):
        found = institutions[["institution_key", "region_key", "longitude", "latitude"]]
        found = found.rename(columns={"institution_key": "party_key"})
        places = nw.concat([places, _beside(found, places)], how="vertical")
    at_source = places.rename({"longitude": "x0", "latitude": "y0"})
    at_target = places.rename({"longitude": "x1", "latitude": "y1", "region_key": "other_region"})
    return (
        ties.filter(nw.col("year") == year)
        .join(at_source, left_on="source_key", right_on="party_key", how="inner")
        .join(at_target, left_on="target_key", right_on="party_key", how="inner")
        .filter(nw.col("region_key") == nw.col("other_region"))
        .select("source_key", "target_key", "kind", "value", "region_key", "x0", "y0", "x1", "y1")
    )


def _beside(frame: pd.DataFrame, like: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Small table of keys and coordinates as a lazy frame of the engine of `like`."""
    typed = frame.astype(
        {"party_key": "int64", "region_key": "int64", "longitude": "float64", "latitude": "float64"}
    )
    if like.implementation.is_pyspark():
        spark_frame: nw.LazyFrame[Any] = nw.from_native(
            nw.to_native(like).sparkSession.createDataFrame(typed)
        )
        return spark_frame
    columns = {name: typed[name].to_numpy() for name in typed.columns}
    return nw.from_dict(columns, backend=like.implementation).lazy()


def _regions_that_fit(
    counts: pd.DataFrame,
    region_classification: gpd.GeoDataFrame,
    regions: gpd.GeoDataFrame,
    year: int,
    room: int,
) -> list[int]:
    of_year = region_classification[region_classification["year"] == year]
    ranks = of_year.set_index("region_id")["class"].map(_RANK)
    ids = regions["region_id"].to_numpy()[counts["region_key"].to_numpy(dtype=int)]
    order = counts.assign(rank=ranks.reindex(ids).fillna(-1).to_numpy()).sort_values(
        ["rank", "ties", "region_key"], ascending=[False, True, True]
    )
    return order.loc[order["ties"].cumsum() <= room, "region_key"].astype(int).tolist()


def _party_ids(
    parties: nw.LazyFrame[Any] | None, rows: pd.DataFrame, institutions: pd.DataFrame | None
) -> pd.Series[str]:
    keys = np.unique(rows[["source_key", "target_key"]].to_numpy())
    if parties is not None:
        found = parties.filter(nw.col("party_key").is_in(keys.tolist()))
        table = found.select("party_key", "party_id").collect().to_pandas()
        return table.set_index("party_key")["party_id"].astype(object)
    ids = pd.Series(keys.astype(str), index=keys, dtype=object)
    if institutions is not None:
        known = institutions.set_index("institution_key")["institution_id"].astype(object)
        ids.update(known[known.index.isin(keys)])
    return ids


_CLASSIFICATION = RESULT_TABLES["region_industry_classification"]
_CLASS_LABEL = Column(
    name="class_label",
    type=Type.TEXT,
    meaning=Text("verdict in words", "類型（文字）", "类型（文字）"),
)
_CELL_COLUMNS = (
    *(
        _CLASSIFICATION.column(n)
        for n in ("region_id", "region_name", "industry", "industry_name", "class")
    ),
    _CLASS_LABEL,
    *(
        _CLASSIFICATION.column(n)
        for n in (
            "establishments",
            "employment",
            "location_quotient",
            "location_quotient_low",
            "location_quotient_employment",
            "concentration_q",
            "is_concentrated",
            "supply_ties",
            "local_supply_ties",
            "matching_ratio",
            "locally_linked_share",
            "tie_persistence",
            "is_collaborating",
            "tied_institutions",
            "institution_tied_share",
            "has_ecosystem",
            "chain_completeness",
            "basis",
            "confidence",
            "stage",
            "reason",
            "year",
        )
    ),
    Column(
        name="symbol_size",
        type=Type.NUMBER,
        meaning=Text(
            "room for the symbol, in metres", "符號可用的直徑（公尺）", "符号可用的直径（米）"
        ),
    ),
)
_FIRM_COLUMNS = (
    RAW_TABLES["firms"].column("firm_id"),
    Column(
        name="firm_name", type=Type.TEXT, meaning=Text("name of the firm", "企業名稱", "企业名称")
    ),
    Column(
        name="class",
        type=Type.TEXT,
        meaning=Text("verdict on its cell", "所在單元的類型", "所在单元的类型"),
        allowed=tuple(Class),
    ),
    _CLASS_LABEL,
    *(
        _CLASSIFICATION.column(n)
        for n in ("industry", "industry_name", "region_id", "region_name", "employment", "year")
    ),
)
_KIND_LABEL = Column(
    name="kind_label", type=Type.TEXT, meaning=Text("kind in words", "類別（文字）", "类别（文字）")
)
_INSTITUTION_COLUMNS = (
    RAW_TABLES["institutions"].column("institution_id"),
    RAW_TABLES["institutions"].column("name"),
    RAW_TABLES["institutions"].column("kind"),
    _KIND_LABEL,
    Column(
        name="family",
        type=Type.TEXT,
        meaning=Text("innovation or service", "創新類或服務類", "创新类或服务类"),
        allowed=("innovation", "service"),
    ),
    _CLASSIFICATION.column("region_id"),
    _CLASSIFICATION.column("year"),
)
_TIE_COLUMNS = (
    RAW_TABLES["links"].column("source_id"),
    RAW_TABLES["links"].column("target_id"),
    RAW_TABLES["links"].column("kind"),
    _KIND_LABEL,
    RAW_TABLES["links"].column("value"),
    _CLASSIFICATION.column("region_id"),
    _CLASSIFICATION.column("year"),
)
