"""Everything that Dagster loads: assets, checks, the job, its schedule and its sensor."""

import os

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

defs = dg.Definitions(
    assets=assets,
    jobs=[classify],
    schedules=[monthly],
    sensors=[raw_folder_changed],
    resources={
        "places": _places,
        "options": Options(),
        "io_manager": TableIOManager(_places.tables),
    },
    executor=dg.in_process_executor,
)
