"""The record of a run: what was read, with what, in which version, at what cost."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.resources import Options

__all__ = ["notices_of_assets", "run_record"]

_PACKAGES = (
    "jiqun",
    "dagster",
    "polars",
    "narwhals",
    "numpy",
    "scipy",
    "pandas",
    "geopandas",
    "shapely",
    "pyproj",
    "libpysal",
)


def run_record(
    context: dg.AssetExecutionContext,
    facts: dict[str, Any],
    reconciliation: pd.DataFrame,
    options: Options,
) -> dict[str, Any]:
    """Content of `run.json`: versions, seed, parameters, inputs, rows, seconds and memory."""
    return {
        "versions": {"python": platform.python_version()}
        | {package: version(package) for package in _PACKAGES},
        "seed": options.seed,
        "parameters": facts["settings"] | {"permutations": options.permutations},
        "years": facts["years"],
        "inputs": facts["input_hashes"],
        "rows": {
            row["table"]: {name: int(row[f"rows_{name}"]) for name in ("read", "used", "rejected")}
            for row in reconciliation.to_dict("records")
        },
        "notices": facts["notices"] + notices_of_assets(context),
        "steps": _steps(context),
    }


def notices_of_assets(context: dg.AssetExecutionContext) -> list[list[str]]:
    """What assets of this run said that a reader of the results should know, each once."""
    told: dict[tuple[str, ...], None] = {}
    for record in context.instance.all_logs(
        context.run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
    ):
        event = record.dagster_event
        if event is not None:
            value = event.step_materialization_data.materialization.metadata.get("notices")
            told |= dict.fromkeys(map(tuple, value.value if value is not None else ()))
    return [list(texts) for texts in told]


def _steps(context: dg.AssetExecutionContext) -> dict[str, dict[str, float | None]]:
    """Seconds and peak memory of the process after each finished step of this run."""
    instance, run = context.instance, context.run
    memory: dict[str, float] = {}
    for record in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION):
        event = record.dagster_event
        if event is None or event.step_key is None:
            continue
        value = event.step_materialization_data.materialization.metadata.get("peak_memory_mb")
        if value is not None:
            memory[event.step_key] = max(float(value.value), memory.get(event.step_key, 0.0))
    return {
        step.step_key: {
            "seconds": round(step.end_time - step.start_time, 3),
            "peak_memory_mb": round(memory[step.step_key], 1) if step.step_key in memory else None,
        }
        for step in instance.get_run_step_stats(run.run_id)
        if step.start_time is not None and step.end_time is not None
    }
