"""A country of twelve square regions on which every class occurs once, made by hand."""

from __future__ import annotations

import geopandas as gpd
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
import shapely

from geo.schema import RESULT_TABLES, Type
from geo.settings import Settings
from geo.vocabulary import Class

collect_ignore = ["geopackage/session.py"]  # for the Python of QGIS
YEARS = (2021, 2022, 2023)
INDUSTRIES = pd.DataFrame(
    {
        "industry": ["1810", "3610", "3841"],
        "name": ["Garments", "Cars", "Batteries"],
        "name_zh": ["服装", "汽车", "电池"],
    }
)


@pytest.fixture(scope="session")
def industries() -> pd.DataFrame:
    return INDUSTRIES


@pytest.fixture(scope="session")
def regions() -> gpd.GeoDataFrame:
    names = ["Plain & Sons", "深圳", "<North>", *(f"Region {i}" for i in range(3, 12))]
    boxes = [shapely.box(110 + i % 4, 30 + i // 4, 111 + i % 4, 31 + i // 4) for i in range(12)]
    return gpd.GeoDataFrame(
        {
            "region_id": [f"R{i:02d}" for i in range(12)],
            "name": names,
            "parent_id": None,
            "population": 1000.0,
        },
        geometry=boxes,
        crs="EPSG:4326",
    )


@pytest.fixture(scope="session")
def classification(regions: gpd.GeoDataFrame) -> pd.DataFrame:
    """Every region has every industry; region k's garments are of class k for the first seven."""
    rng = np.random.default_rng(7)
    table = RESULT_TABLES["region_industry_classification"]
    rows = []
    for year in YEARS:
        for r, (region_id, name) in enumerate(
            zip(regions["region_id"], regions["name"], strict=True)
        ):
            for i, (code, industry) in enumerate(
                zip(INDUSTRIES["industry"], INDUSTRIES["name"], strict=True)
            ):
                verdict = list(Class)[r] if i == 0 and r < 7 else Class.DISPERSED
                if verdict is Class.CLUSTER and year < 2023:
                    verdict = Class.EMERGING_CLUSTER
                row = {c.name: None for c in table.columns}
                row |= {
                    "region_id": region_id,
                    "region_name": name,
                    "industry": code,
                    "industry_name": industry,
                    "year": year,
                    "establishments": 2 + i,
                    "employment": 100.0 * (r + 1),
                    "location_quotient": float(rng.uniform(0.4, 3)),
                    "matching_ratio": float(rng.uniform(0.5, 4)),
                    "locally_linked_share": float(rng.uniform(0, 1)),
                    "is_concentrated": None if verdict is Class.UNDETERMINED else r > 2,
                    "is_collaborating": bool(r > 4),
                    "has_ecosystem": None,
                    "class": str(verdict),
                    "basis": "ties",
                    "reason": f"LQ < {r} & more",
                    "reason_en": f"LQ < {r} & more",
                    "reason_zh_hant": f"區位商 {r}",
                    "reason_zh_hans": f"区位商 {r}",
                }
                rows.append(row)
    frame = pd.DataFrame(rows)
    kinds = {
        Type.TEXT: "str",
        Type.INTEGER: "Int64",
        Type.NUMBER: "float64",
        Type.YES_NO: "boolean",
    }
    return frame.astype({c.name: kinds[c.type] for c in table.columns})


@pytest.fixture(scope="session")
def region_classification(regions: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Region k is of class k; the last region has no establishments in any year."""
    frames = []
    for year in YEARS:
        shown = regions.iloc[:11]
        classes = [str(list(Class)[r]) if r < 7 else "dispersed" for r in range(11)]
        frames.append(
            gpd.GeoDataFrame(
                {
                    "region_id": shown["region_id"],
                    "region_name": shown["name"],
                    "year": year,
                    "class": classes,
                    "leading_industry": "1810",
                    "clusters": [int(c == "cluster") for c in classes],
                    "emerging_clusters": [int(c == "emerging_cluster") for c in classes],
                    "agglomerations": [int(c == "agglomeration") for c in classes],
                    "employment_in_clusters_share": 0.25,
                    "confidence": np.nan,
                },
                geometry=shown.geometry.to_numpy(),
                crs="EPSG:4326",
            )
        )
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="session")
def industry_concentration() -> pd.DataFrame:
    rows = [
        {
            "industry": code,
            "industry_name": name,
            "year": year,
            "moran_i": 0.1 * i,
            "moran_p": 0.01,
            "gini": 0.4,
            "hoover": 0.3,
            "theil": 0.2,
            "herfindahl": 0.1,
            "ellison_glaeser": 0.02 * i if i else np.nan,
            "ellison_glaeser_p": 0.03,
            "regions_with_industry": 12,
        }
        for year in YEARS
        for i, (code, name) in enumerate(
            zip(INDUSTRIES["industry"], INDUSTRIES["name"], strict=True)
        )
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def establishments() -> nw.LazyFrame:
    """Two garment firms in each of the first ten regions, living in all years."""
    firm = np.arange(20)
    one = pl.DataFrame(
        {
            "firm_key": firm,
            "region_key": firm // 2,
            "industry_key": 0 * firm,
            "longitude": 110.25 + (firm // 2) % 4 + 0.5 * (firm % 2),
            "latitude": 30.5 + firm // 8,
            "employment": np.where(firm == 3, np.nan, 10.0 + firm),
            "output": 1.0 * firm,
        }
    ).with_columns(pl.col("employment").fill_nan(None))
    both = pl.concat([one.with_columns(year=pl.lit(y, dtype=pl.Int64)) for y in YEARS])
    return nw.from_native(both.lazy())


@pytest.fixture(scope="session")
def institutions() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "institution_key": [20, 21, 22],
            "institution_id": ["U1", "B1", "GONE"],
            "kind": ["university", "finance", "testing"],
            "name": ["大学", "Bank", "Closed lab"],
            "region_key": [1, 1, 1],
            "longitude": [111.5, 111.6, 111.7],
            "latitude": [30.2, 30.3, 30.4],
            "opened": [np.nan, 2000.0, np.nan],
            "closed": [np.nan, np.nan, 2022.0],
        }
    )


@pytest.fixture(scope="session")
def parties() -> nw.LazyFrame:
    ids = [f"F{k:02d}" for k in range(20)] + ["U1", "B1", "GONE"]
    return nw.from_native(
        pl.LazyFrame({"party_key": range(23), "party_id": ids, "name": [f"Name {i}" for i in ids]})
    )


@pytest.fixture(scope="session")
def ties() -> nw.LazyFrame:
    """In 2023: one local supply tie, one to a local university, one between regions."""
    return nw.from_native(
        pl.LazyFrame(
            {
                "source_key": [2, 20, 0, 4],
                "target_key": [3, 2, 7, 5],
                "year": [2023, 2023, 2023, 2022],
                "kind": ["supply", "research", "supply", "supply"],
                "value": [5.0, None, 1.0, 1.0],
            }
        )
    )


@pytest.fixture(scope="session")
def inputs(
    regions,
    industries,
    establishments,
    institutions,
    parties,
    ties,
    classification,
    region_classification,
) -> dict:
    return {
        "classification": classification,
        "region_classification": region_classification,
        "regions": regions,
        "industries": industries,
        "establishments": establishments,
        "institutions": institutions,
        "parties": parties,
        "ties": ties,
        "settings": Settings(),
    }
