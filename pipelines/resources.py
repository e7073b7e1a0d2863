"""What assets are handed: the raw dataset, the options of the run, the results folder."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.dataset import Dataset

__all__ = ["Options", "Places"]


@dataclass
class Places:
    """The raw folder and the results folder, with the working folder inside the latter.

    A plain object, so that a dataset that was read before the run can be handed over.
    """

    raw: str
    out: str
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
        self.ingested.mkdir(parents=True, exist_ok=True)
        return self._read(self.ingested)

    def years(self) -> Sequence[int]:
        """Years that the raw dataset speaks of, read without touching the working folder.

        Raises
        ------
        geo.errors.DatasetError
            If the dataset cannot be used.
        """
        with tempfile.TemporaryDirectory() as folder:
            return self._read(Path(folder)).years

    def _read(self, into: Path) -> Dataset:
        from geo.dataset import read_dataset

        return read_dataset(Path(self.raw), into=into)


class Options(dg.ConfigurableResource):  # type: ignore[type-arg]
    """What a run can be told besides the dataset."""

    seed: int = 20260101
    permutations: int = 999
