"""Years: how the yearly tables are cut, and which of them a run asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["FIRST_YEAR", "LAST_YEAR", "YEARLY", "YEARS", "range_tags", "years_of"]

FIRST_YEAR, LAST_YEAR = 1950, 2049
YEARS = dg.StaticPartitionsDefinition([str(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)])

YEARLY = {
    "partitions_def": YEARS,
    # One run computes a range of years: ties of neighbouring years are judged together.
    "backfill_policy": dg.BackfillPolicy.single_run(),
    # Tables are checked by asset checks; Dagster's own type check compares values with `==`.
    "dagster_type": dg.Any,
}
"""Arguments that every asset with one table a year shares."""


def years_of(context: dg.AssetExecutionContext) -> list[int]:
    """Years that the run of `context` asks for."""
    return [int(key) for key in context.partition_keys]


def range_tags(years: Sequence[int]) -> Mapping[str, str]:
    """Run tags that ask for one run over all years from the first to the last of `years`."""
    return {
        "dagster/asset_partition_range_start": str(min(years)),
        "dagster/asset_partition_range_end": str(max(years)),
    }
