"""The verdicts on a dataset without maps and reports, for asking again under other choices."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from geo.dataset import Dataset
    from pipelines.resources import Places

__all__ = ["made", "stored", "verdicts_of"]

_TABLE = "region_industry_classification"


def verdicts_of(dataset: Dataset, out: Path, *, seed: int | None = None) -> pd.DataFrame:
    """The classification table of `dataset`: the job as far as that table needs it.

    Parameters
    ----------
    dataset : Dataset
        As it was read, or as it was changed after.
    out : Path
        Working folder; tables between the assets stay there.
    seed : int, optional
        Seed of the run; the default one where not given.
    """
    places = made(dataset, out, (_TABLE,), seed=seed)
    return stored(places, _TABLE)


def made(dataset: Dataset, out: Path, names: Sequence[str], *, seed: int | None = None) -> Places:
    """Where the tables `names` of `dataset` are, after the job as far as they need it.

    Parameters as for `verdicts_of`; `names` are those of assets, to be read by `stored`.
    """
    import dagster as dg

    from pipelines.definitions import assets
    from pipelines.io import TableIOManager
    from pipelines.resources import Options, Places

    places = Places(raw=str(dataset.folder), out=str(out), read=dataset)
    wanted = dg.AssetSelection.assets(*names).upstream().required_multi_asset_neighbors()
    job = dg.Definitions(
        assets=assets,
        jobs=[dg.define_asset_job("verdicts", wanted, executor_def=dg.in_process_executor)],
        resources={
            "places": places,
            "options": Options() if seed is None else Options(seed=seed),
            "io_manager": TableIOManager(places.tables),
        },
    ).resolve_job_def("verdicts")
    with dg.DagsterInstance.ephemeral() as instance:
        job.execute_in_process(
            instance=instance,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    return places


def stored(places: Places, name: str) -> pd.DataFrame:
    """A table that a run left in its working folder."""
    import pandas as pd

    return pd.read_parquet(places.tables / name)
