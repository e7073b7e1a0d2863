"""What assets are handed: the raw dataset, the options of the run, the results folder."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

if TYPE_CHECKING:
    from geo.dataset import Dataset

__all__ = ["OUT", "Options", "Places", "chosen_places"]

RAW = os.environ.get("JIQUN_RAW", "data/raw")
"""Folder of the dataset where none is chosen."""
OUT = os.environ.get("JIQUN_OUT", "data/processed")
"""Folder of the results where none is chosen."""


@dataclass
class Places:
    """The raw folder and the results folder, with the working folder inside the latter.

    A plain object, so that a dataset that was read before the run can be handed over.
    """

    raw: str
    out: str
    years: tuple[int, int] | None = None
    """First and last year to analyse; all where not given."""
    read: Dataset | None = field(default=None, repr=False)
    """The raw dataset, where it was read already."""

    @property
    def out_folder(self) -> Path:
        """Folder that the results are published in."""
        return Path(self.out)

    @property
    def tables(self) -> Path:
        """Working folder of the tables between the assets."""
        return self.out_folder / ".jiqun" / "tables"

    @property
    def pictures(self) -> Path:
        """Folder of the pictures of the last run, as the Dagster UI shows them."""
        return self.out_folder / ".jiqun" / "pictures"

    @property
    def ingested(self) -> Path:
        """Working folder of the typed tables that ingest writes."""
        return self.out_folder / ".jiqun" / "ingested"

    @property
    def map_file(self) -> Path:
        """GeoPackage before it is published."""
        return self.out_folder / ".jiqun" / "maps" / "jiqun.gpkg"

    @property
    def report_file(self) -> Path:
        """Report page before it is published."""
        return self.out_folder / ".jiqun" / "report" / "index.html"

    def dataset(self) -> Dataset:
        """The raw dataset, typed and checked.

        Raises
        ------
        geo.errors.DatasetError
            If it cannot be used.
        """
        if self.read is not None:
            return self.read
        from geo.dataset import read_dataset

        self.ingested.mkdir(parents=True, exist_ok=True)
        return read_dataset(Path(self.raw), into=self.ingested, years=self.years)


@dg.resource(
    description="Which dataset is classified for which years, and where its results go.",
    config_schema={
        "raw": dg.Field(
            str,
            default_value=RAW,
            description="Folder of the dataset.",
        ),
        "out": dg.Field(
            str,
            default_value=OUT,
            description="Folder of the results.",
        ),
        "years": dg.Field(
            str,
            default_value="",
            description="First and last year, such as 2019-2023; all where empty.",
        ),
    },
)
def chosen_places(context: dg.InitResourceContext) -> Places:
    """The folders and years as chosen in the launchpad.

    Raises
    ------
    ValueError
        If the years are neither a year nor a first and a last one.
    """
    from geo.settings import years_from_text

    chosen = context.resource_config
    years = years_from_text(chosen["years"]) if chosen["years"].strip() else None
    return Places(raw=chosen["raw"], out=chosen["out"], years=years)


class Options(dg.ConfigurableResource):  # type: ignore[type-arg]
    """What a run can be told besides the dataset."""

    seed: int = Field(default=20260101, description="Random seed.")
    permutations: int = Field(default=999, description="Random maps that each local test draws.")
