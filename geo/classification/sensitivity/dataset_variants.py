"""The same dataset as somebody else could have cut it: industries, regions, what is local.

What belongs here: which units are put together, and the dataset in those units. What does not:
adding up tables (`aggregation`), and what becomes of the verdicts (`threshold_changes`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from geo.classification.sensitivity.aggregation import (
    regrouped_cell_links,
    regrouped_cells,
    regrouped_establishments,
    regrouped_margins,
    regrouped_regions,
    regrouped_travel_times,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from geo.dataset import Dataset
    from geo.settings import Nearby

    Keys = npt.NDArray[np.int64]

__all__ = [
    "Variant",
    "coarser_industries",
    "larger_regions",
    "local_as",
    "merged_io_table",
]


class Variant(NamedTuple):
    """A dataset in larger units, and the unit that each of the smaller ones went into."""

    dataset: Dataset
    units: dict[str, str]
    """Id of the larger unit by that of the smaller."""


def coarser_industries(dataset: Dataset) -> Variant | None:
    """The dataset with its industries one level up; None where there is no such level.

    None where ties are counted between cells, too: nobody knows how many firms are in those of
    larger cells.

    One level up is the `parent` of each industry where most have one, else its code without the
    last character. Industries that stand alone there stay as they are.
    """
    if _counts_ties(dataset):
        return None
    table = dataset.industries
    parents = table["parent"] if table["parent"].notna().mean() > 0.5 else _shorter(table)
    groups = parents.fillna(table["industry"]).astype("str")
    if groups.nunique() in {1, len(groups)}:
        return None
    codes = sorted(groups.unique())
    keys = groups.map({code: k for k, code in enumerate(codes)}).to_numpy(dtype=np.int64)
    told = ("name_zh", "parent", "chain", "market")
    merged = pd.DataFrame(
        {"industry": codes, "name": codes, **dict.fromkeys(told)}, dtype="str"
    ).rename_axis("industry_key")
    changed = replace(
        dataset,
        industries=merged,
        establishments=None
        if dataset.establishments is None
        else regrouped_establishments(dataset.establishments, industries=keys),
        cells=None if dataset.cells is None else regrouped_cells(dataset.cells, industries=keys),
        margins=None
        if dataset.margins is None
        else regrouped_margins(dataset.margins, industries=keys),
        io_table=None if dataset.io_table is None else merged_io_table(dataset.io_table, keys),
        cell_links=None
        if dataset.cell_links is None
        else regrouped_cell_links(dataset.cell_links, industries=keys),
    )
    return Variant(changed, dict(zip(table["industry"], groups, strict=True)))


def larger_regions(dataset: Dataset) -> Variant | None:
    """The dataset on the map of the regions' parents; None where regions have none.

    None where ties are counted between cells, as for `coarser_industries`.

    A region without a parent stays as it is.
    """
    if _counts_ties(dataset):
        return None
    regions = dataset.regions
    groups = regions["parent_id"].fillna(regions["region_id"]).astype("str")
    if regions["parent_id"].isna().all() or groups.nunique() in {1, len(groups)}:
        return None
    ids = sorted(groups.unique())
    keys = groups.map({region: k for k, region in enumerate(ids)}).to_numpy(dtype=np.int64)
    changed = replace(
        dataset,
        regions=_dissolved(regions, groups, ids),
        establishments=None
        if dataset.establishments is None
        else regrouped_establishments(dataset.establishments, regions=keys),
        cells=None if dataset.cells is None else regrouped_cells(dataset.cells, regions=keys),
        margins=None
        if dataset.margins is None
        else regrouped_margins(dataset.margins, regions=keys),
        cell_links=None
        if dataset.cell_links is None
        else regrouped_cell_links(dataset.cell_links, regions=keys),
        institutions=regrouped_regions(dataset.institutions, regions=keys),
        travel_times=None
        if dataset.travel_times is None
        else regrouped_travel_times(dataset.travel_times, regions=keys),
    )
    return Variant(changed, dict(zip(regions["region_id"], groups, strict=True)))


def local_as(dataset: Dataset, *, local: Literal["region"] | Nearby) -> Variant | None:
    """The dataset with another notion of what is local.

    None without ties between firms, where that is its notion anyway, and where it is a travel time
    without a speed and there is no table of travel times.

    Parameters
    ----------
    dataset : Dataset
        As it was read.
    local : 'region' or Nearby
        The setting `local`.
    """
    by_table = not isinstance(local, str) and local.km is None
    if (
        dataset.ties is None
        or dataset.establishments is None
        or dataset.settings.local == local
        or (by_table and dataset.travel_times is None)
    ):
        return None
    settings = dataset.settings.model_copy(update={"local": local})
    return Variant(replace(dataset, settings=settings), {})


def merged_io_table(io_table: pd.DataFrame, industries: Keys) -> pd.DataFrame:
    """An input-output table of larger industries.

    Flows add up. Coefficients add up over suppliers and are averaged over users, each of which
    counts alike, since the table does not tell their output.

    Parameters
    ----------
    io_table : DataFrame
        supplying_industry_key, using_industry_key, coefficient, flow, year.
    industries : ndarray of int64
        New key of every industry, by its present key.

    Examples
    --------
    >>> table = pd.DataFrame({"supplying_industry_key": [0, 1], "using_industry_key": [2, 3],
    ...     "coefficient": [0.2, 0.4], "flow": [np.nan, np.nan], "year": [np.nan, np.nan]})
    >>> merged_io_table(table, np.array([0, 0, 1, 1]))["coefficient"].round(3).tolist()
    [0.3]
    """
    names = ["supplying_industry_key", "using_industry_key"]
    users = io_table.groupby(["year", names[1]], dropna=False).size().reset_index()
    users = users.assign(group=industries[users[names[1]].to_numpy(dtype=np.int64)])
    number = users.groupby(["year", "group"], dropna=False).size().rename("users").reset_index()
    keyed = io_table.assign(**{n: industries[io_table[n].to_numpy(dtype=np.int64)] for n in names})
    # Sums of floating-point numbers depend on their order.
    keyed = keyed.sort_values(["year", *names, "coefficient", "flow"])
    sums = keyed.groupby(["year", *names], dropna=False)[["coefficient", "flow"]]
    table = sums.sum(min_count=1).reset_index()
    table = table.merge(number, left_on=["year", names[1]], right_on=["year", "group"])
    table["coefficient"] /= table["users"]
    merged: pd.DataFrame = table[[*names, "coefficient", "flow", "year"]]
    return merged


def _counts_ties(dataset: Dataset) -> bool:
    """Whether ties are counted between cells."""
    if dataset.cell_links is None:
        return False
    number = dataset.cell_links.select(nw.col("ties").max()).collect()["ties"].to_list()[0]
    return number is not None


def _shorter(table: pd.DataFrame) -> pd.Series[str]:
    codes = table["industry"].astype("str")
    return codes.where(codes.str.len() < 3, codes.str[:-1])


def _dissolved(
    regions: gpd.GeoDataFrame, groups: pd.Series[str], ids: list[str]
) -> gpd.GeoDataFrame:
    columns = regions[["population", "geometry"]].assign(region_id=groups)
    known = columns["population"].notna().groupby(groups).all()
    merged = columns.dissolve("region_id", aggfunc={"population": "sum"}).reindex(ids)
    named = merged.assign(
        region_id=ids, name=ids, parent_id=None, population=merged["population"].where(known)
    ).reset_index(drop=True)
    named.index.name = "region_key"
    return named[regions.columns]
