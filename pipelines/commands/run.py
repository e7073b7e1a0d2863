"""`jiqun run`: the Dagster job on one dataset, in this process, for a range of years."""

from __future__ import annotations

import json
import os
import time
import warnings
from typing import TYPE_CHECKING, Any

import click

from geo.errors import GeoError
from geo.vocabulary import Text
from pipelines.results import assert_ours, left_as_it_was, locked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geo.dataset import Dataset

__all__ = ["run_job"]

_NOT_KEPT = Text(
    "compiled code is not kept, so every run compiles anew, which takes half a minute: name a "
    "folder that can be written to in NUMBA_CACHE_DIR",
    "編譯結果無法保存，每次運行都須重新編譯，約半分鐘：請以 NUMBA_CACHE_DIR 指定可寫入的資料夾",
)


def run_job(
    raw: Path, out: Path, *, years: tuple[int, int] | None, seed: int, engine: str
) -> dict[str, Any]:
    """Read the dataset, run the whole job, publish the results; return what `run.json` holds.

    Raises
    ------
    geo.errors.GeoError
        If the dataset or the call cannot be used, or another run holds the results folder.
    """
    from geo.dataset import read_dataset
    from geo.engine import open_engine

    if open_engine(engine).session is not None:
        message = (
            f"the engine {engine!r} can be opened, but the job does not run on it yet; use polars."
        )
        raise GeoError(message)
    assert_ours(out)
    with left_as_it_was(out), locked(out):
        tell = _teller()
        ingested = out / ".jiqun" / "ingested"
        ingested.mkdir(parents=True, exist_ok=True)
        dataset = read_dataset(raw, into=ingested, years=years, on_progress=tell)
        _tell_if_not_kept(dataset, tell)
        _execute(dataset, raw, out, seed=seed, tell=tell)
    facts: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return facts


def _teller() -> Callable[[str], None]:
    """Prints each finished step with the seconds since the run began."""
    began = time.monotonic()

    def tell(step: str) -> None:
        click.echo(f"{time.monotonic() - began:7.1f} s  {step}", err=True)

    return tell


def _tell_if_not_kept(dataset: Dataset, tell: Callable[[str], None]) -> None:
    """Say in the language of the dataset what the library would warn of."""
    from geo.compiled import NotKeptWarning, code_is_kept

    if not code_is_kept():
        warnings.filterwarnings("ignore", category=NotKeptWarning)
        tell(_NOT_KEPT.in_language(dataset.settings.language))


def _execute(
    dataset: Dataset, raw: Path, out: Path, *, seed: int, tell: Callable[[str], None]
) -> None:
    warnings.filterwarnings("ignore", module="dagster")
    import dagster as dg

    from pipelines.automation import classify
    from pipelines.definitions import assets
    from pipelines.io import TableIOManager
    from pipelines.resources import Options, Places

    places = Places(raw=str(raw), out=str(out), read=dataset)
    io_manager = TableIOManager(
        places.tables, lambda name, rows: tell(name if rows is None else f"{name}: {rows:,} rows")
    )
    job = dg.Definitions(
        assets=assets,
        jobs=[classify],
        resources={"places": places, "options": Options(seed=seed), "io_manager": io_manager},
    ).resolve_job_def("classify")
    with _instance() as instance:
        try:
            job.execute_in_process(
                instance=instance,
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            )
        except dg.DagsterExecutionInterruptedError as stopped:
            raise KeyboardInterrupt from stopped


def _instance() -> Any:  # noqa: ANN401 - a context manager of DagsterInstance
    """The instance that DAGSTER_HOME names, so that the UI shows the run; else a passing one."""
    import dagster as dg

    if os.environ.get("DAGSTER_HOME"):
        return dg.DagsterInstance.get()
    return dg.DagsterInstance.ephemeral()
