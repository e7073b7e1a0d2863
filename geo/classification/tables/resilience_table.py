"""Resilience of the cells that a verdict finds concentrated or collaborating, as a result table.

What belongs here: which cells are asked, and names for keys. What does not: the shocks
(`geo.linkage.networks.resilience`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import pandas as pd

from geo.classification.tables.classification_table import as_schema, industry_names
from geo.linkage.networks.resilience import resilience_by_cell, supply_network

if TYPE_CHECKING:
    from geo.study import Study

    Lazy = nw.LazyFrame[Any]

__all__ = ["resilience_table"]

_MANY_TIES = 1_000_000
_TWINS, _FEW_TWINS = 99, 39


def resilience_table(
    study: Study,
    classification: pd.DataFrame,
    *,
    parties: Lazy,
    regions: pd.DataFrame,
    industries: pd.DataFrame,
    language: str,
    seed: int,
) -> pd.DataFrame:
    """One row per shock and cell of the latest year that is concentrated or collaborates.

    Parameters
    ----------
    study : Study
        The country.
    classification : DataFrame
        The result `region_industry_classification`.
    parties : LazyFrame
        party_key, party_id.
    regions, industries : DataFrame
        Indexed by key, with ids and names.
    language : str
        Language of the industries' names: en, zh_hant or zh_hans.
    seed : int
        Of the shuffled networks, of which there are 99; 39 where a year has more than a million
        ties.

    Returns
    -------
    DataFrame
        The columns of `resilience`; no row where the year has no supply ties.
    """
    year = int(classification["year"].max())
    found = classification[
        (classification["year"] == year)
        & (
            classification["is_concentrated"].fillna(value=False)
            | classification["is_collaborating"].fillna(value=False)
        )
    ]
    region_keys = pd.Series(regions.index, index=regions["region_id"])
    industry_keys = pd.Series(industries.index, index=industries["industry"])
    cells = pd.DataFrame(
        {
            "region_key": found["region_id"].map(region_keys),
            "industry_key": found["industry"].map(industry_keys),
        }
    ).astype("int64")
    network = supply_network(study, year=year)
    twins = _TWINS if len(network.supplier) <= _MANY_TIES else _FEW_TWINS
    table = resilience_by_cell(network, cells, seed=seed, twins=twins)
    lost = sorted(set(table["lost_key"]))
    known = parties.filter(nw.col("party_key").is_in(lost)).collect()
    ids = dict(zip(known["party_key"].to_list(), known["party_id"].to_list(), strict=True))
    named = table.assign(
        year=year,
        region_id=table["region_key"].map(regions["region_id"]),
        region_name=table["region_key"].map(regions["name"]),
        industry=table["industry_key"].map(industries["industry"]),
        industry_name=table["industry_key"].map(industry_names(industries, language)),
        lost_firm=table["lost_key"].map(ids).where(table["shock"] == "core_firm"),
    )
    ordered: pd.DataFrame = as_schema(named, "resilience").sort_values(
        ["region_id", "industry", "shock"], ignore_index=True
    )
    return ordered
