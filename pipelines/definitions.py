"""Everything that Dagster loads: assets, checks, the job, its schedule and its sensor."""

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
from pipelines.metadata import with_columns
from pipelines.pictures import with_last_pictures
from pipelines.resources import OUT, Options, Places, chosen_places
from pipelines.results import locked

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
    with_columns(asset for asset in _loaded if isinstance(asset, dg.AssetsDefinition)),
    Places(raw="", out=OUT).pictures,
)


# A generator is a resource that is closed after the run; the stubs know functions alone.
@dg.io_manager(  # type: ignore[arg-type]
    description="Tables in the results folder, which one run at a time writes to.",
    required_resource_keys={"places"},
)
def tables_of_one_run(context: dg.InitResourceContext) -> Iterator[TableIOManager]:
    """Tables between assets; the results folder is held as long as a run has them."""
    places = context.resources.places
    with locked(places.out_folder):
        yield TableIOManager(places.tables)


defs = dg.Definitions(
    assets=assets,
    jobs=[classify],
    schedules=[monthly],
    sensors=[raw_folder_changed],
    resources={
        "places": chosen_places,
        "options": Options(),
        "io_manager": tables_of_one_run,
    },
    executor=dg.in_process_executor,
)
