"""A small dataset that can be used, which each test spoils or replaces in one place."""

import textwrap

import pandas as pd
import pytest

from geo.dataset import read_dataset

# Three squares side by side, each of one degree: A from 0 to 1, B from 1 to 2, C from 2 to 3.
SQUARE = "POLYGON (({0} 0, {1} 0, {1} 1, {0} 1, {0} 0))"


class Folder:
    """A dataset on disk: tables are written as CSV text, or put there in another format."""

    def __init__(self, path):
        self.raw = path / "raw"
        self.into = path / "work"
        self.raw.mkdir()
        self.put(
            "regions.csv",
            "region_id,name,geometry\n"
            + "".join(f'{r},Name {r},"{SQUARE.format(i, i + 1)}"\n' for i, r in enumerate("ABC")),
        )
        self.put(
            "firms.csv",
            """
            firm_id,industry,longitude,latitude,employment,year
            f1,C36,0.5,0.5,10,2020
            f2,C36,1.5,0.5,20,2020
            f3,C37,2.5,0.5,,2020
            """,
        )

    def put(self, name, content):
        """Write a file; text is stripped of indentation, bytes stay."""
        if isinstance(content, bytes):
            (self.raw / name).write_bytes(content)
        else:
            text = textwrap.dedent(content).strip("\n")
            (self.raw / name).write_text(f"{text}\n", encoding="utf-8")
        return self

    def drop(self, name):
        (self.raw / name).unlink()
        return self

    def read(self, **options):
        return read_dataset(self.raw, into=self.into, **options)


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


@pytest.fixture
def reasons():
    """Rejected rows as (table, row, reason), in order."""

    def of(dataset):
        table = dataset.rejected.collect().to_pandas()
        return list(zip(table["table"], table["row"], table["reason"], strict=True))

    return of


@pytest.fixture
def establishments():
    """Establishments as a pandas frame with ids in place of keys."""

    def of(dataset):
        table = dataset.establishments.collect().to_pandas()
        parties = dataset.parties.collect().to_pandas().set_index("party_key")["party_id"]
        table["firm_id"] = table["firm_key"].map(parties)
        table["region_id"] = table["region_key"].map(dataset.regions["region_id"])
        table["industry"] = table["industry_key"].map(dataset.industries["industry"])
        return table

    return of


@pytest.fixture
def rows_of():
    """Reconciliation of one table as a dict."""

    def of(dataset, table):
        table = dataset.reconciliation.set_index("table").loc[table]
        return pd.Series(table).drop("file").to_dict()

    return of
