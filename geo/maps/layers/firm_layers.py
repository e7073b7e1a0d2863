"""Layers of firms and of institutions.

What belongs here: which of them a map shows. What does not: the ties between them
(`geo.maps.layers.tie_layers`) and the regions (`geo.maps.layers.region_layers`).

Firms come as lazy frames and are collected only after they were cut to one year and to what a map
can bear; whatever is left out is said in the layer's description.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import narwhals as nw
import numpy as np
import pandas as pd
import shapely

from geo.classification.tables.classification_table import industry_names
from geo.maps.layers.layer import (
    CLASS_LABEL,
    CLASSIFICATION,
    KIND_LABEL,
    RANK,
    Layer,
    class_labels,
    joined,
    positions,
    words_for,
)
from geo.schema import RAW_TABLES, Column, Type
from geo.vocabulary import (
    INNOVATION_KINDS,
    INSTITUTION_KINDS,
    TIERS,
    Class,
    Language,
    Text,
)

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["firms_layer", "institutions_layer"]

MAX_FIRMS = 500_000


def firms_layer(
    establishments: nw.LazyFrame[Any],
    classification: pd.DataFrame,
    *,
    regions: gpd.GeoDataFrame,
    industries: pd.DataFrame,
    language: Language,
    year: int,
    parties: nw.LazyFrame[Any] | None = None,
    tiers: pd.DataFrame | None = None,
    max_firms: int = MAX_FIRMS,
) -> Layer:
    """Points of the firms that live in the year, with the class of their cell and their tier.

    Where there are more than `max_firms`, whole cells are taken, the most advanced classes first
    and the larger cells first within a class, until the next cell would not fit.
    """
    cells = classification[classification["year"] == year]
    cells = cells.assign(
        rank=cells["class"].map(RANK),
        code=positions(cells["region_id"], regions["region_id"]) * len(industries)
        + positions(cells["industry"], industries["industry"]),
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
    names = industry_names(industries, language.column_suffix)
    verdicts = cells.set_index("code")["class"]
    classes = verdicts.reindex(region * len(industries) + industry).to_numpy()
    rows = pd.DataFrame(
        {
            "firm_id": firms["party_id"].to_numpy(),
            "firm_name": firms["name"].to_numpy(),
            "class": classes,
            "class_label": class_labels(pd.Series(classes, dtype=object), language).to_numpy(),
            "tier": _tiers(firms["party_id"], tiers, language, year),
            "industry": industries["industry"].to_numpy()[industry],
            "industry_name": names.to_numpy()[industry],
            "region_id": regions["region_id"].to_numpy()[region],
            "region_name": regions["name"].to_numpy()[region],
            "employment": firms["employment"].to_numpy(),
            "year": year,
        }
    )
    points = shapely.points(firms["longitude"].to_numpy(), firms["latitude"].to_numpy())
    return Layer(
        name="firms",
        title=Text("Firms by class of their cell", "企業（按所在單元類型）"),
        description=joined(described),
        frame=gpd.GeoDataFrame(rows, geometry=points, crs="EPSG:4326"),
        columns=_FIRM_COLUMNS,
        geometry_type="Point",
    )


def _tiers(
    ids: pd.Series[str], tiers: pd.DataFrame | None, language: Language, year: int
) -> npt.NDArray[np.object_]:
    """Tiers of firms in words; missing for a firm that has none."""
    if tiers is None:
        return np.full(len(ids), None, dtype=object)
    of_year = tiers[tiers["year"] == year].set_index("party_id")["tier"]
    words = of_year.map({tier: text.in_language(language) for tier, text in TIERS.items()})
    found = words.reindex(ids.to_numpy()).astype(object)
    return found.where(found.notna(), None).to_numpy()


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
            "kind_label": words_for(kinds, INSTITUTION_KINDS, language),
            "family": families,
            "region_id": regions["region_id"].to_numpy()[rows["region_key"].to_numpy(dtype=int)],
            "year": year,
        }
    )
    points = shapely.points(rows["longitude"].to_numpy(), rows["latitude"].to_numpy())
    return Layer(
        name="institutions",
        title=Text("Institutions", "支撐機構"),
        description=Text(
            f"Institutions open in {year}, of innovation or of service.",
            f"{year} 年在營的創新類與服務類機構。",
            f"{year} 年在营的创新类与服务类机构。",
        ),
        frame=gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4326"),
        columns=_INSTITUTION_COLUMNS,
        geometry_type="Point",
    )


_FIRM_COLUMNS = (
    RAW_TABLES["firms"].column("firm_id"),
    Column(name="firm_name", type=Type.TEXT, meaning=Text("name of the firm", "企業名稱")),
    Column(
        name="class",
        type=Type.TEXT,
        meaning=Text("verdict on its cell", "所在單元的類型"),
        allowed=tuple(Class),
    ),
    CLASS_LABEL,
    Column(
        name="tier",
        type=Type.TEXT,
        meaning=Text(
            "core firm or supporting firm; empty = neither, or not known",
            "核心企業或配套企業（空=兩者皆非或未知）",
        ),
    ),
    *(
        CLASSIFICATION.column(n)
        for n in ("industry", "industry_name", "region_id", "region_name", "employment", "year")
    ),
)

_INSTITUTION_COLUMNS = (
    RAW_TABLES["institutions"].column("institution_id"),
    RAW_TABLES["institutions"].column("name"),
    RAW_TABLES["institutions"].column("kind"),
    KIND_LABEL,
    Column(
        name="family",
        type=Type.TEXT,
        meaning=Text("innovation or service", "創新類或服務類"),
        allowed=("innovation", "service"),
    ),
    CLASSIFICATION.column("region_id"),
    CLASSIFICATION.column("year"),
)
