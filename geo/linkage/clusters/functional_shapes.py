"""Shapes and names of functional clusters, whatever borders run through them.

Here belong the polygon around a cluster's linked firms, and the table of clusters as it is
published. Which clusters there are is found in `functional_communities`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.concentration.distance.projection import local_plane
from geo.vocabulary import Language

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import shapely

    from geo.linkage.clusters.functional_communities import FunctionalClusters

    Floats = npt.NDArray[np.float64]

__all__ = ["cells_with_ids", "cluster_ids", "cluster_shapes", "cluster_table"]

_LEAST_KM, _MOST_KM = 0.5, 10.0  # radius of the disc around a firm
_FINEST = 0.03  # least radius as a share of the extent of nine in ten firms
_NEIGHBOURS = 3  # so many others of three firms in four stand within the radius
_FEWEST = 0.05  # of the firms: parts with fewer are left out


def cluster_shapes(firms: pd.DataFrame) -> gpd.GeoDataFrame:
    """Polygon around the linked firms of every functional cluster and year.

    Each firm gets a disc; the discs that overlap become one part, and parts with less than a
    twentieth of the firms, mostly single firms far off, are left out. The radius is that within
    which three in four of the cluster's firms have three others, between 0.5 and 10 km and not too
    fine for the whole, the same in all years.

    Parameters
    ----------
    firms : DataFrame
        Places of firms: year, cluster, longitude, latitude (degrees), firms (on that very place).

    Returns
    -------
    GeoDataFrame
        In EPSG:4326, one row per cluster and year, sorted: year, cluster, area_km2, geometry
        (valid polygons or multipolygons).

    Examples
    --------
    Thirty firms on one place, and one more than a kilometre off, which is left out:

    >>> shapes = cluster_shapes(pd.DataFrame({"year": 2020, "cluster": 0, "longitude": [0.0, 0.01],
    ...                                       "latitude": 0.0, "firms": [30, 1]}))
    >>> shapes.area_km2.round(1).tolist(), shapes.geom_type.tolist()
    ([0.8], ['Polygon'])
    """
    import geopandas as gpd

    parts = []
    for _, rows in firms.groupby("cluster", sort=True):
        plane = local_plane(rows["longitude"].to_numpy(), rows["latitude"].to_numpy())
        weight = rows["firms"].to_numpy(dtype=np.float64)
        latest = (rows["year"] == rows["year"].max()).to_numpy()
        radius = _radius(plane.points[latest], weight[latest])
        for year in sorted(rows["year"].unique()):
            now = (rows["year"] == year).to_numpy()
            shape = _shape(plane.points[now], weight[now], radius)
            drawn = gpd.GeoDataFrame(
                {"year": [year], "cluster": [rows["cluster"].iloc[0]]},
                geometry=[shape],
                crs=plane.crs,
            )
            parts.append(drawn.assign(area_km2=drawn.area).to_crs(4326))
    if not parts:
        empty = pd.DataFrame({"year": [], "cluster": [], "area_km2": []})
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=4326))
    table = pd.concat(parts).sort_values(["year", "cluster"], ignore_index=True)
    table["geometry"] = table.geometry.make_valid()
    return table


def _radius(points: Floats, firms: Floats) -> float:
    """Distance within which three in four firms have `_NEIGHBOURS` others, within bounds; km."""
    from scipy.spatial import KDTree

    others = min(_NEIGHBOURS, len(points) - 1)
    if not others:
        return _LEAST_KM
    nearest: Floats = np.asarray(KDTree(points).query(points, k=others + 1)[0], dtype=np.float64)
    # Those on one place have each other at no distance.
    far = np.where(firms > _NEIGHBOURS, 0.0, nearest[:, -1])
    order = np.argsort(far, kind="stable")
    share = np.cumsum(firms[order]) / firms.sum()
    # No finer than the whole can be looked at.
    extent = float(np.hypot(*np.ptp(np.quantile(points, [0.05, 0.95], axis=0), axis=0)))
    radius = max(float(far[order][np.searchsorted(share, 0.75)]), _FINEST * extent)
    return float(np.clip(radius, _LEAST_KM, _MOST_KM))


def _shape(points: Floats, firms: Floats, radius: float) -> shapely.Geometry:
    """Union of the discs around firms, but for parts with few of them."""
    import shapely

    # Firms within a third of the radius share a disc: as many discs as fit, however many firms.
    at = np.unique(np.floor(points / (radius / 3)), axis=0, return_inverse=True)[1].ravel()
    number = np.bincount(at, firms)
    middle = np.column_stack([np.bincount(at, firms * x) / number for x in points.T])
    discs = shapely.union_all(shapely.buffer(shapely.points(middle), radius, quad_segs=8))
    pieces = np.asarray(shapely.get_parts(discs))
    tree = shapely.STRtree(pieces)
    disc, piece = tree.query(shapely.points(middle), predicate="intersects")
    held = np.bincount(piece, number[disc], minlength=len(pieces))
    kept = pieces[(held >= _FEWEST * firms.sum()) | (held == held.max())]
    shape: shapely.Geometry = shapely.simplify(shapely.union_all(kept), radius / 50)
    return shape


def cluster_ids(
    clusters: FunctionalClusters, regions: pd.DataFrame, industries: pd.DataFrame
) -> pd.Series[str]:
    """Id of every cluster: region and industry of its largest cell in its first year.

    Parameters
    ----------
    clusters : FunctionalClusters
        As `functional_clusters` returns them.
    regions, industries : DataFrame
        Columns region_id and industry; the row number is the key.

    Returns
    -------
    Series of str
        On the index `cluster`; no two are equal.
    """
    cells = clusters.cells.sort_values(
        ["cluster", "year", "establishments", "region_key", "industry_key"],
        ascending=[True, True, False, True, True],
    ).drop_duplicates("cluster")
    region = regions["region_id"].astype(str).to_numpy()[cells["region_key"].to_numpy(np.int64)]
    industry = (
        industries["industry"].astype(str).to_numpy()[cells["industry_key"].to_numpy(np.int64)]
    )
    names = [f"{r}-{i}" for r, i in zip(region, industry, strict=True)]
    return pd.Series(names, index=cells["cluster"].to_numpy(), dtype=object)


def cells_with_ids(
    clusters: FunctionalClusters, regions: pd.DataFrame, industries: pd.DataFrame
) -> pd.DataFrame:
    """Cells of functional clusters with the id of theirs: year, region_key, industry_key, id.

    Parameters
    ----------
    clusters, regions, industries
        As for `cluster_ids`.

    Returns
    -------
    DataFrame
        Columns year, region_key, industry_key, functional_cluster.
    """
    ids = cluster_ids(clusters, regions, industries)
    cells = clusters.cells.assign(functional_cluster=clusters.cells["cluster"].map(ids))
    return cells[["year", "region_key", "industry_key", "functional_cluster"]]


def cluster_table(
    clusters: FunctionalClusters,
    regions: pd.DataFrame,
    industries: pd.DataFrame,
    *,
    language: Language = Language.EN,
) -> gpd.GeoDataFrame:
    """Functional clusters as they are published: one row per cluster and year.

    Parameters
    ----------
    clusters : FunctionalClusters
        As `functional_clusters` returns them.
    regions, industries : DataFrame
        Columns region_id and name; industry, name, name_zh and chain. The row number is the key.
    language : Language, default English
        Of the names of industries.

    Returns
    -------
    GeoDataFrame
        Columns of the result `functional_clusters`, by year and from most firms to fewest.
    """
    import geopandas as gpd

    names = industries["name"]
    if language is not Language.EN and "name_zh" in industries:
        names = industries["name_zh"].fillna(names)
    words = {
        "region_ids": ("region_key", regions["region_id"]),
        "region_names": ("region_key", regions["name"].fillna(regions["region_id"])),
        "industries": ("industry_key", industries["industry"]),
        "industry_names": ("industry_key", names.fillna(industries["industry"])),
        "chain": ("industry_key", industries["chain"]),
    }
    key = ["year", "cluster"]
    cells, table = clusters.cells, clusters.table.copy()
    for column, (of, known) in words.items():
        listed = _listed(cells.assign(word=known.to_numpy()[cells[of].to_numpy(np.int64)]))
        table = table.merge(listed.rename(columns={"words": column}), on=key, how="left")
    regions_in = cells.groupby(key)["region_key"].nunique().rename("regions").reset_index()
    shapes = cluster_shapes(clusters.firms)
    table = table.merge(regions_in, on=key).merge(pd.DataFrame(shapes), on=key)
    ids = cluster_ids(clusters, regions, industries)
    table = table.assign(
        functional_cluster=ids.reindex(table["cluster"]).to_numpy(),
        inside_share=table["ties_inside"] / table["supply_ties"],
        border_share=table["border_ties"] / table["ties_inside"],
    ).sort_values(["year", "linked_firms", "functional_cluster"], ascending=[True, False, True])
    return gpd.GeoDataFrame(table[list(_PUBLISHED)].reset_index(drop=True), crs=4326)


def _listed(cells: pd.DataFrame) -> pd.DataFrame:
    """Words of the cells of every cluster and year, the one with most establishments first."""
    by_word = cells.dropna(subset="word").groupby(["year", "cluster", "word"])
    sums = by_word["establishments"].sum().rename("establishments").reset_index()
    ordered = sums.sort_values(["establishments", "word"], ascending=[False, True])
    words = ordered.groupby(["year", "cluster"])["word"].agg(" | ".join)
    return words.rename("words").reset_index()


_PUBLISHED = (
    "functional_cluster",
    "year",
    "regions",
    "region_ids",
    "region_names",
    "industries",
    "industry_names",
    "chain",
    "establishments",
    "linked_firms",
    "linked_share",
    "linked_share_without_hub",
    "employment",
    "supply_ties",
    "ties_inside",
    "inside_share",
    "border_share",
    "tie_persistence",
    "usual_inside_share",
    "excess_inside_share",
    "cluster_p",
    "area_km2",
    "geometry",
)
