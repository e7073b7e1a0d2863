"""Linkage: tests B and C over ties, and what an input-output table makes possible."""

from typing import Any

import dagster as dg
import narwhals as nw
import pandas as pd

from pipelines.metadata import preview
from pipelines.partitions import YEARLY, years_of


@dg.asset(group_name="linkage", kinds={"narwhals"}, **YEARLY)
def linkages(
    context: dg.AssetExecutionContext,
    facts: dict[str, Any],
    establishments: nw.LazyFrame,  # type: ignore[type-arg]
    ties: nw.LazyFrame,  # type: ignore[type-arg]
    institutions: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """Matching, breadth, persistence and institution ties of every cell."""
    from geo.linkage.collaboration import linkage_by_cell

    # Lasting is judged over all the years of ties, whatever years are asked for.
    table = linkage_by_cell(establishments, ties, institutions, firms=facts["firms"])
    table = table[table["year"].isin(years_of(context))]
    return dg.Output(table, metadata=preview(table))


@dg.asset(group_name="linkage", kinds={"numpy"}, **YEARLY)
def chain_potentials(
    cells: pd.DataFrame, io_table: pd.DataFrame, margins: pd.DataFrame, industries: pd.DataFrame
) -> dg.Output[pd.DataFrame]:
    """Share of inputs and sales that industries of the region could cover."""
    from geo.linkage.potential import chain_potential

    published = margins if len(margins) else None
    table = chain_potential(cells, io_table, published, industries=len(industries))
    return dg.Output(table, metadata=preview(table))
