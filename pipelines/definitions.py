"""Everything that Dagster loads: assets, checks, the job, its schedule and its sensor."""

import os
from collections.abc import Iterator

import dagster as dg

from pipelines.assets import (
    chains,
    classification,
    communities,
    concentration,
    distances,
    ingest,
    linkage,
    maps,
    paths,
    profiles,
    resilience,
    structure,
)
from pipelines.automation import classify, monthly, raw_folder_changed
from pipelines.io import TableIOManager
from pipelines.pictures import with_last_pictures
from pipelines.resources import Options, Places
from pipelines.results import locked

_places = Places(
    raw=os.environ.get("JIQUN_RAW", "data/raw"), out=os.environ.get("JIQUN_OUT", "data/processed")
)

_loaded = dg.load_assets_from_modules(
    [
        ingest,
        concentration,
        distances,
        linkage,
        structure,
        communities,
        classification,
        paths,
        profiles,
        chains,
        resilience,
        maps,
    ]
)

assets = with_last_pictures(
    [asset for asset in _loaded if isinstance(asset, dg.AssetsDefinition)], _places.pictures
)


# A generator is a resource that is closed after the run; the stubs know functions alone.
@dg.io_manager(  # type: ignore[arg-type]
    description="Tables in the results folder, which one run at a time writes to."
)
def tables_of_one_run(_: dg.InitResourceContext) -> Iterator[TableIOManager]:
    """Tables between assets; the results folder is held as long as a run has them."""
    with locked(_places.out_folder):
        yield TableIOManager(_places.tables)


defs = dg.Definitions(
    assets=assets,
    jobs=[classify],
    schedules=[monthly],
    sensors=[raw_folder_changed],
    resources={
        "places": _places,
        "options": Options(),
        "io_manager": tables_of_one_run,
    },
    executor=dg.in_process_executor,
)
