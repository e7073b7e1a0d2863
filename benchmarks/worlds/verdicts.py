"""From a world to the verdicts on it: the whole program up to the classification table."""

import json
import os
import tempfile
from pathlib import Path

import pandas as pd

TABLE = "region_industry_classification"
KEY = ["region_id", "industry", "year"]


def verdicts(made):
    """Truth of a world with the verdict of every rule beside it; missing where a row is.

    The world is written to files and read again, so ingest is tried as well as the tests. Columns:
    those of the truth, `jiqun`, and one for each rule of `benchmarks.worlds.rules`.
    """
    from benchmarks.worlds.rules import RULES
    from geo.worlds import write_world

    with tempfile.TemporaryDirectory() as folder:
        raw, out = Path(folder, "raw"), Path(folder, "out")
        write_world(made, raw)
        table = evidence(raw, out)
    named = {name: rule(table) for name, rule in RULES.items()}
    given = table[KEY].assign(jiqun=table["class"], **named)
    return made.truth.merge(given, on=KEY, how="left", validate="one_to_one")


def evidence(raw, out):
    """The classification table of a dataset, with the chance of local Moran's I."""
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    import dagster as dg

    from geo.dataset import read_dataset
    from pipelines.definitions import assets
    from pipelines.io import TableIOManager
    from pipelines.partitions import range_tags
    from pipelines.resources import Options, Places

    into = out / ".jiqun" / "ingested"
    into.mkdir(parents=True)
    dataset = read_dataset(raw, into=into)
    places = Places(raw=str(raw), out=str(out), read=dataset)
    wanted = dg.AssetSelection.assets(TABLE).upstream().required_multi_asset_neighbors()
    job = dg.Definitions(
        assets=assets,
        jobs=[dg.define_asset_job("verdicts", wanted, executor_def=dg.in_process_executor)],
        resources={
            "places": places,
            "options": Options(),
            "io_manager": TableIOManager(places.tables),
        },
    ).resolve_job_def("verdicts")
    with dg.DagsterInstance.ephemeral() as instance:
        job.execute_in_process(
            instance=instance,
            tags=dict(range_tags(dataset.years)),
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    table = _table(places, TABLE)
    moran = _table(places, "local_moran")
    regions, industries = _table(places, "regions"), _table(places, "industries")
    moran = moran.assign(
        region_id=moran["region_key"].map(regions["region_id"]),
        industry=moran["industry_key"].map(industries["industry"]),
    )
    return table.merge(moran[[*KEY, "local_moran_p"]], on=KEY, how="left", validate="one_to_one")


def _table(places, name):
    facts = json.loads((places.tables / "facts").read_text(encoding="utf-8"))
    path = places.tables / name
    if path.is_file():
        return pd.read_parquet(path)
    return pd.concat(pd.read_parquet(path / f"{year}.parquet") for year in facts["years"])
