"""Tables between assets: Parquet files in the working folder."""

from __future__ import annotations

import json
import os
import resource
import shutil
import typing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg

from geo.study import LOCATED, Study
from pipelines.pictures import keep_pictures

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import narwhals as nw
    import pandas as pd

__all__ = ["TableIOManager", "peak_memory_mb"]


@dataclass
class TableIOManager(dg.IOManager):
    """Stores pandas, GeoPandas and Narwhals tables as Parquet, and facts as JSON.

    What an asset gets back depends on the annotation of its input: a `narwhals.LazyFrame` is a
    scan, a `GeoDataFrame` has geometry, a `dict` is JSON, a `Study` is opened over the tables that
    it was made from, everything else is a pandas frame.
    """

    folder: Path
    on_stored: Callable[[str, int | None], None] | None = None
    """Called with the asset's name and rows whenever one is stored."""

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:  # noqa: ANN401
        """Store `obj`, with its rows and the peak memory so far as metadata."""
        path = self._path(context.asset_key)
        _store(obj, path)
        rows = _rows(obj, path)
        context.add_output_metadata(
            {"peak_memory_mb": peak_memory_mb()}
            | ({} if rows is None else {"dagster/row_count": rows})
        )
        name = context.asset_key.to_user_string()
        keep_pictures(context.output_metadata, self.folder.parent / "pictures" / f"{name}.md")
        if self.on_stored is not None:
            self.on_stored(context.asset_key.to_user_string(), rows)

    def load_input(self, context: dg.InputContext) -> Any:  # noqa: ANN401
        """Load what the asset stored, as the type that the input is annotated with."""
        path = self._path(context.asset_key)
        if context.dagster_type.typing_type is Study:
            return self._study(path)
        return _load(path, context.dagster_type.typing_type)

    def _path(self, key: dg.AssetKey) -> Path:
        return self.folder.joinpath(*key.path)

    def _study(self, located: Path) -> Study:
        """The study whose located ties are in a folder, over the tables beside it."""
        import pandas as pd

        from geo.engine import scan
        from geo.settings import Settings

        facts = json.loads((self.folder / "facts").read_text(encoding="utf-8"))
        travel_times = pd.read_parquet(self.folder / "travel_times")
        return Study(
            establishments=scan([self.folder / "establishments"]),
            ties=scan([self.folder / "ties"]),
            institutions=pd.read_parquet(self.folder / "institutions"),
            firms=facts["firms"],
            settings=Settings.model_validate(facts["settings"]),
            adjoining=pd.read_parquet(located / "adjoining.parquet"),
            travel_times=travel_times if len(travel_times) else None,
            stored={name: scan([located / f"{name}.parquet"]) for name in LOCATED},
        )


def peak_memory_mb() -> float:
    """Peak memory of this process so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _store(table: Any, path: Path) -> None:  # noqa: ANN401
    """Write `table` to `path`; a reader sees the old file or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    if isinstance(table, Study):
        for name in LOCATED:
            _store(getattr(table, name), path / f"{name}.parquet")
        _store(table.adjoining, path / "adjoining.parquet")
        return
    if path.is_dir():  # an earlier version kept a file for every year
        shutil.rmtree(path)
    if isinstance(table, dict):
        temporary.write_text(json.dumps(table, ensure_ascii=False), encoding="utf-8")
    elif hasattr(table, "sink_parquet"):
        table.sink_parquet(temporary)
    else:
        table.to_parquet(temporary, compression="zstd")
    temporary.replace(path)


def _load(path: Path, wanted: type) -> nw.LazyFrame[Any] | pd.DataFrame | dict[str, Any]:
    import narwhals as nw

    if typing.get_origin(wanted) is dict:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return facts
    if wanted is nw.LazyFrame:
        from geo.engine import scan

        return scan([path])
    import geopandas as gpd
    import pandas as pd

    read = gpd.read_parquet if wanted is gpd.GeoDataFrame else pd.read_parquet
    table: pd.DataFrame = read(path)
    return table


def _rows(table: Any, path: Path) -> int | None:  # noqa: ANN401
    if isinstance(table, dict | Study):
        return None
    if hasattr(table, "sink_parquet"):
        import pyarrow.parquet as pq

        return int(pq.read_metadata(path).num_rows)
    return len(table)
