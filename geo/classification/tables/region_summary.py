"""One row per region and year: what its industries add up to.

What belongs here: summing cells up to regions. What does not: the verdict on a cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.vocabulary import Class

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["region_classification"]

# From the least to the most advanced; what is open outranks only what is plain.
_RANK: Sequence[Class] = (
    Class.DISPERSED,
    Class.UNDETERMINED,
    Class.NETWORKED,
    Class.AGGLOMERATION,
    Class.POTENTIAL_CLUSTER,
    Class.EMERGING_CLUSTER,
    Class.CLUSTER,
)


def region_classification(
    classification: pd.DataFrame, regions: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Most advanced class of each region and year, with its leading industry and counts.

    Parameters
    ----------
    classification : DataFrame
        Columns of `region_industry_classification`, one row per cell.
    regions : GeoDataFrame
        Columns region_id, name, geometry. Every region appears in every year; one without
        firms is dispersed and has no leading industry.

    Returns
    -------
    GeoDataFrame
        Columns of `region_classification`, sorted by region and year. A region's class is the
        most advanced among its cells that are concentrated or collaborating; where none is, it
        is undetermined if any of its cells is, else dispersed. `employment_in_clusters_share`
        is NaN where jobs are not known.
    """
    cells = classification.assign(
        rank=classification["class"].map({str(c): i for i, c in enumerate(_RANK)})
    )
    key = ["region_id", "year"]
    leading = cells.sort_values(
        [*key, "rank", "establishments", "employment", "industry"],
        ascending=[True, True, False, False, False, True],
    ).drop_duplicates(key)[[*key, "class", "industry", "confidence", "rank"]]
    counts = _counts(cells, key)
    jobs = _employment_in_clusters_share(cells, key)
    years = pd.DataFrame({"year": np.sort(classification["year"].unique())})
    table = (
        regions[["region_id", "name", "geometry"]]
        .rename(columns={"name": "region_name"})
        .merge(years, how="cross")
        .merge(leading, on=key, how="left")
        .merge(counts, on=key, how="left")
        .merge(jobs, on=key, how="left")
        .sort_values(key, ignore_index=True)
    )
    dispersed = _RANK.index(Class.DISPERSED)
    table["leading_industry"] = table["industry"].where(table["rank"] > dispersed)
    table["class"] = table["class"].fillna(str(Class.DISPERSED))
    for count in counts.columns.drop(key):
        table[count] = table[count].fillna(0).astype("int64")
    return gpd.GeoDataFrame(
        table[
            [
                "region_id",
                "region_name",
                "year",
                "class",
                "leading_industry",
                *counts.columns.drop(key),
                "employment_in_clusters_share",
                "confidence",
                "geometry",
            ]
        ],
        geometry="geometry",
        crs=regions.crs,
    )


def _counts(cells: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    is_class = {
        "clusters": cells["class"] == Class.CLUSTER,
        "emerging_clusters": cells["class"] == Class.EMERGING_CLUSTER,
        "agglomerations": cells["class"] == Class.AGGLOMERATION,
    }
    return cells[key].assign(**is_class).groupby(key, as_index=False).sum()


def _employment_in_clusters_share(cells: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    in_clusters = cells["employment"].where(cells["class"] == Class.CLUSTER)
    sums = (
        cells[key]
        .assign(all=cells["employment"], clustered=in_clusters)
        .groupby(key)[["all", "clustered"]]
        .sum(min_count=1)
    )
    share = sums["clustered"].fillna(0) / sums["all"].where(sums["all"] > 0)
    return share.rename("employment_in_clusters_share").reset_index()
