"""Ingest: the raw folder as typed tables, with every row that could not be used."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import geopandas as gpd
import narwhals as nw
import pandas as pd

from geo.errors import DatasetError
from geo.study import Study
from geo.vocabulary import Text
from pipelines.metadata import preview
from pipelines.resources import Places

_TABLES = {
    "facts": "What holds for the whole dataset: years, settings, which tables there are.",
    "regions": "The map: one row per region, valid polygons in WGS84.",
    "industries": "One row per industry that occurs anywhere, with its names and chain.",
    "parties": "One row per firm or institution: its key, id and name.",
    "establishments": "One row per firm and year in which it lives, with its region and industry.",
    "ties": "One row per distinct tie of a year between two living parties.",
    "cell_links": "One row per year, kind and pair of cells with ties or flows, where given.",
    "institutions": "One row per institution, with its region.",
    "reported_cells": "Official statistics by region, industry and year, where given.",
    "margins": "Published totals, used in place of sums over withheld cells, where given.",
    "io_table": "The input-output table in long form, where given.",
    "drivers": "What could have drawn firms from outside: parks, resources, ports, where given.",
    "travel_times": "Minutes from region to region, where given.",
    "rejected": "Every row that could not be used, with its reason.",
    "reconciliation": "Rows read = rows used + rows rejected, for every table.",
    "rejected_reasons": "How many rows of which table were rejected, and why.",
    "repairs": "How many rows of which table were repaired, and how.",
}


@dg.multi_asset(
    group_name="ingest",
    outs={
        name: dg.AssetOut(description=meaning, kinds={"parquet"}, dagster_type=dg.Any)
        for name, meaning in _TABLES.items()
    },
    check_specs=[
        dg.AssetCheckSpec(
            "rows_reconcile",
            asset="reconciliation",
            blocking=True,
            description="Every row read is either used or rejected with a reason.",
        )
    ],
)
def raw_tables(places: dg.ResourceParam[Places]) -> Iterator[dg.Output[Any] | dg.AssetCheckResult]:
    """Read, check and type every table of the raw folder."""
    dataset = places.dataset()
    counted = {"rejected_reasons": dataset.rejected_by_reason(), "repairs": dataset.repairs}
    for name, table in (dataset.tables() | counted).items():
        metadata = preview(table) if isinstance(table, pd.DataFrame) else {}
        yield dg.Output(table, output_name=name, metadata=metadata)
    rows = dataset.reconciliation
    yield dg.AssetCheckResult(
        asset_key="reconciliation",
        check_name="rows_reconcile",
        passed=bool((rows["rows_read"] == rows["rows_used"] + rows["rows_rejected"]).all()),
    )


@dg.asset(group_name="ingest", kinds={"narwhals"})
def study(
    facts: dict[str, Any],
    establishments: nw.LazyFrame,  # type: ignore[type-arg]
    ties: nw.LazyFrame,  # type: ignore[type-arg]
    institutions: pd.DataFrame,
    travel_times: pd.DataFrame,
    regions: gpd.GeoDataFrame,
) -> dg.Output[Study]:
    """The country as every test asks it: ties with the places of both ends, who adjoins whom."""
    from geo.concentration.map.neighbours import contiguity_graph
    from geo.settings import Settings

    country = Study(
        establishments=establishments,
        ties=ties,
        institutions=institutions,
        firms=facts["firms"],
        settings=Settings.model_validate(facts["settings"]),
        adjoining=contiguity_graph(regions).adjacency.rename("weight").reset_index(),
        travel_times=travel_times if len(travel_times) else None,
    )
    years = {"years of supply ties": str(country.supply_years)}
    return dg.Output(country, metadata=years)


@dg.asset(group_name="ingest", kinds={"pandas"}, dagster_type=dg.Any)
def cells(
    facts: dict[str, Any],
    establishments: nw.LazyFrame,  # type: ignore[type-arg]
    reported_cells: pd.DataFrame,
    industries: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """One row per year, region and industry: establishments, jobs and their squares."""
    from geo.concentration.cells.coding import notices_of_coding, with_common_key
    from geo.dataset import all_cells
    from geo.dataset.values.levels import coarser_codes

    codes = industries["industry"].astype(str).tolist()
    table = with_common_key(all_cells(establishments, reported_cells), codes, coarser_codes(codes))
    if not (table["establishments"] != 0).any():
        first, last = facts["years"][0], facts["years"][-1]
        name = facts["name"]
        raise DatasetError(
            Text(
                f"{name}: no region has an establishment in any year of {first}-{last}; "
                "correct the tables, or choose other years.",
                f"{name}：{first}-{last} 各年沒有任何區域有企業；請改正各表，或另選年份。",
                f"{name}：{first}-{last} 各年没有任何区域有企业；请改正各表，或另选年份。",
            )
        )
    told = dg.MetadataValue.json([list(text) for text in notices_of_coding(table)])
    return dg.Output(table, metadata={"notices": told} | preview(table))
