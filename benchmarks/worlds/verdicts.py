"""From a world to the verdicts on it: the whole program up to the classification table."""

import tempfile
from pathlib import Path

KEY = ["region_id", "industry", "year"]
MEASURES = (
    "cells",
    "location_quotients",
    "withheld_bounds",
    "local_moran",
    "linkages",
    "border_linkages",
    "chain_potentials",
)
"""Cells, and the tables that the three questions read."""


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
    """What is measured of every cell of a dataset, and the class that follows from it.

    The job is run as far as the class needs it: confidence, stages, structure and sentences hang
    on the class, and the class on none of them.
    """
    from geo.classification.tables.classification_table import evidence as joined
    from geo.classification.truth_table import judgements
    from geo.dataset import read_dataset
    from geo.settings import Settings
    from pipelines.commands.verdicts import made, stored

    into = out / ".jiqun" / "ingested"
    into.mkdir(parents=True)
    dataset = read_dataset(raw, into=into)
    places = made(dataset, out, MEASURES)
    cells, *measures = (stored(places, name) for name in MEASURES)
    # A copy puts columns that came from many tables side by side in memory.
    table = joined(cells, measures).astype({"chain_partners_here": "boolean"}).copy()
    settings = Settings.model_validate(dataset.tables()["facts"]["settings"])
    return table.assign(
        region_id=table["region_key"].map(dataset.regions["region_id"]),
        industry=table["industry_key"].map(dataset.industries["industry"]),
        **{"class": judgements(table, settings.thresholds)["class"]},
    )
