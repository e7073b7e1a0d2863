"""Layers of ties: between firms inside a region, and between regions.

What belongs here: which ties a map shows. What does not: firms and institutions
(`geo.maps.layers.firm_layers`).

Ties come as lazy frames and are collected only after they were cut to one year and to what a map
can bear; whatever is left out is said in the layer's description.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import narwhals as nw
import numpy as np
import pandas as pd
import shapely

from geo.maps.layers.layer import CLASSIFICATION, KIND_LABEL, RANK, Layer, joined, words_for
from geo.maps.simplified import MAX_VERTICES, simplified
from geo.schema import RAW_TABLES, Column, Type
from geo.vocabulary import TIE_KINDS, Language, Text

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["local_ties_layer", "region_ties_layer"]

MAX_TIES = 200_000
MAX_PAIRS = 20_000
_BOW_POINTS = 9


def region_ties_layer(
    ties: nw.LazyFrame[Any],
    establishments: nw.LazyFrame[Any],
    *,
    regions: gpd.GeoDataFrame,
    language: Language,
    year: int,
    institutions: pd.DataFrame | None = None,
    max_pairs: int = MAX_PAIRS,
) -> Layer:
    """One line per pair of regions, direction and kind, from the giver to the taker.

    Ties inside a region have no line here: its form counts them. Beyond `max_pairs` lines those
    with the most ties are drawn.
    """
    places = _places(establishments, institutions, year).select("party_key", "region_key")
    there = nw.col("region_key") != nw.col("other_region")
    counted = (
        ties.filter(nw.col("year") == year)
        .join(places, left_on="source_key", right_on="party_key", how="inner")
        .join(
            places.rename({"region_key": "other_region"}),
            left_on="target_key",
            right_on="party_key",
            how="inner",
        )
        .filter(there)
        .group_by("region_key", "other_region", "kind")
        .agg(ties=nw.len())
        .collect()
        .to_pandas()
        .sort_values(["ties", "region_key", "other_region", "kind"], ascending=[False] + [True] * 3)
    )
    described = [
        Text(
            f"Ties of {year} between regions, one line per pair, direction and kind; the width "
            "grows with their number.",
            f"{year} 年區域間的關聯：每對區域、方向與類別一線，線寬隨數量增加。",
            f"{year} 年区域间的关联：每对区域、方向与类别一线，线宽随数量增加。",
        )
    ]
    rows = counted.head(max_pairs)
    if len(rows) < len(counted):
        most = int(counted["ties"].iloc[len(rows)])
        described.append(
            Text(
                f"{len(counted) - len(rows):,} lines of at most {most} ties are left out.",
                f"略去 {len(counted) - len(rows):,} 條至多 {most} 條關聯的線。",
                f"略去 {len(counted) - len(rows):,} 条至多 {most} 条关联的线。",
            )
        )
    # The most ties are drawn last, over the others.
    rows = rows.iloc[::-1].astype({"region_key": "int64", "other_region": "int64"})
    ends = rows[["region_key", "other_region"]].to_numpy()
    ids, names = (regions[c].to_numpy(dtype=object) for c in ("region_id", "name"))
    kinds = rows["kind"].astype(object)
    frame = pd.DataFrame(
        {
            "from_region_id": ids[ends[:, 0]],
            "from_region": names[ends[:, 0]],
            "to_region_id": ids[ends[:, 1]],
            "to_region": names[ends[:, 1]],
            "kind": kinds.to_numpy(),
            "kind_label": words_for(kinds, TIE_KINDS, language),
            "ties": rows["ties"].to_numpy(dtype=np.int64),
            "year": year,
        }
    )
    polygons = simplified(regions.geometry.to_numpy(), max_vertices=MAX_VERTICES).shapes
    inside = shapely.get_coordinates(shapely.point_on_surface(polygons))
    return Layer(
        name="region_ties",
        title=Text("Ties between regions", "區域間關聯", "区域间关联"),
        description=joined(described),
        frame=gpd.GeoDataFrame(
            frame, geometry=_bows(inside[ends[:, 0]], inside[ends[:, 1]], kinds), crs="EPSG:4326"
        ),
        columns=_PAIR_COLUMNS,
        geometry_type="LineString",
    )


def _bows(
    start: npt.NDArray[np.float64], end: npt.NDArray[np.float64], kinds: pd.Series[str]
) -> npt.NDArray[np.object_]:
    """Lines bent to their right, each kind a little further: no two of a pair hide each other."""
    order = {kind: k for k, kind in enumerate(TIE_KINDS)}
    bend = 0.08 + 0.03 * kinds.map(order).fillna(len(order)).to_numpy(dtype=float)
    along = end - start
    middle = (start + end) / 2 + bend[:, None] * np.column_stack([along[:, 1], -along[:, 0]])
    t = np.linspace(0, 1, _BOW_POINTS)[None, :, None]
    ends, control = (start[:, None], end[:, None]), middle[:, None]
    points = (1 - t) ** 2 * ends[0] + 2 * t * (1 - t) * control + t**2 * ends[1]
    return np.asarray(shapely.linestrings(points), dtype=object)


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
            "kind_label": words_for(kinds, TIE_KINDS, language),
            "value": rows["value"].to_numpy(),
            "region_id": regions["region_id"].to_numpy()[rows["region_key"].to_numpy(dtype=int)],
            "year": year,
        }
    )
    ends = rows[["x0", "y0", "x1", "y1"]].to_numpy(dtype=float).reshape(-1, 2, 2)
    return Layer(
        name="local_ties",
        title=Text("Local ties", "本地關聯", "本地关联"),
        description=joined(described),
        frame=gpd.GeoDataFrame(frame, geometry=shapely.linestrings(ends), crs="EPSG:4326"),
        columns=_TIE_COLUMNS,
        geometry_type="LineString",
    )


def _local_ties(
    ties: nw.LazyFrame[Any],
    establishments: nw.LazyFrame[Any],
    institutions: pd.DataFrame | None,
    year: int,
) -> nw.LazyFrame[Any]:
    """Ties of the year with both ends in one region, with the coordinates of both."""
    places = _places(establishments, institutions, year)
    at_source = places.rename({"longitude": "x0", "latitude": "y0"})
    at_target = places.rename({"longitude": "x1", "latitude": "y1", "region_key": "other_region"})
    return (
        ties.filter(nw.col("year") == year)
        .join(at_source, left_on="source_key", right_on="party_key", how="inner")
        .join(at_target, left_on="target_key", right_on="party_key", how="inner")
        .filter(nw.col("region_key") == nw.col("other_region"))
        .select("source_key", "target_key", "kind", "value", "region_key", "x0", "y0", "x1", "y1")
    )


def _places(
    establishments: nw.LazyFrame[Any], institutions: pd.DataFrame | None, year: int
) -> nw.LazyFrame[Any]:
    """Region and coordinates of every firm of the year and every institution."""
    places = establishments.filter(nw.col("year") == year).select(
        nw.col("firm_key").alias("party_key"), "region_key", "longitude", "latitude"
    )
    if institutions is None or not len(institutions):
        return places
    found = institutions[["institution_key", "region_key", "longitude", "latitude"]]
    found = found.rename(columns={"institution_key": "party_key"})
    return nw.concat([places, _beside(found, places)], how="vertical")


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
    ranks = of_year.set_index("region_id")["class"].map(RANK)
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


_TIE_COLUMNS = (
    RAW_TABLES["links"].column("source_id"),
    RAW_TABLES["links"].column("target_id"),
    RAW_TABLES["links"].column("kind"),
    KIND_LABEL,
    RAW_TABLES["links"].column("value"),
    CLASSIFICATION.column("region_id"),
    CLASSIFICATION.column("year"),
)


def _end(name: str, en: str, hant: str, hans: str) -> Column:
    return Column(name=name, type=Type.TEXT, meaning=Text(en, hant, hans))


_PAIR_COLUMNS = (
    _end("from_region_id", "id of the giving region", "供給方區域編號", "供给方区域编号"),
    _end("from_region", "giving region", "供給方區域", "供给方区域"),
    _end("to_region_id", "id of the taking region", "接受方區域編號", "接受方区域编号"),
    _end("to_region", "taking region", "接受方區域", "接受方区域"),
    RAW_TABLES["links"].column("kind"),
    KIND_LABEL,
    Column(name="ties", type=Type.INTEGER, meaning=Text("number of ties", "關聯數", "关联数")),
    CLASSIFICATION.column("year"),
)
