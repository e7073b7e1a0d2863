"""From a world to the verdicts on it: the whole program up to the classification table."""

import tempfile
from pathlib import Path

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
    from geo.dataset import read_dataset
    from pipelines.resources import Places
    from pipelines.verdicts import stored, verdicts_of

    into = out / ".jiqun" / "ingested"
    into.mkdir(parents=True)
    dataset = read_dataset(raw, into=into)
    table = verdicts_of(dataset, out)
    places = Places(raw=str(raw), out=str(out))
    moran = stored(places, "local_moran", dataset.years)
    moran = moran.assign(
        region_id=moran["region_key"].map(dataset.regions["region_id"]),
        industry=moran["industry_key"].map(dataset.industries["industry"]),
    )
    return table.merge(moran[[*KEY, "local_moran_p"]], on=KEY, how="left", validate="one_to_one")
