"""The one door to the engine that carries firm- and tie-sized tables.

Polars is built in and runs on one machine; Spark is an extra, for those who outgrow it. What goes
through the door: scanning and writing Parquet, and mapping a NumPy function over columns. What is
done with the tables is written once, in Narwhals, wherever it belongs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.errors import GeoError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import polars as pl

__all__ = ["Engine", "map_batches", "open_engine", "scan", "sink"]


_BATCH = 1 << 19
"""Rows of a batch: large enough for NumPy, small enough for any memory."""


@dataclass(frozen=True)
class Engine:
    """An opened engine: Polars where `session` is None, else a Spark session."""

    name: str
    session: Any = None

    def scan(self, paths: Path | Sequence[Path]) -> nw.LazyFrame[Any]:
        """Rows of one or several Parquet files of one schema, read when they are needed."""
        files = [paths] if isinstance(paths, Path) else list(paths)
        if self.session is not None:
            frame: nw.LazyFrame[Any] = nw.from_native(self.session.read.parquet(*map(str, files)))
            return frame
        import polars as pl

        return nw.from_native(pl.scan_parquet(files, glob=False))

    def sink(self, frames: Mapping[Path, nw.LazyFrame[Any]], *, in_order: bool = True) -> None:
        """Write each frame to its path, in one pass over what they have in common.

        Rows whose order does not matter (`in_order` false) need less memory.
        """
        if self.session is not None:
            for path, frame in frames.items():
                frame.to_native().write.mode("overwrite").parquet(str(path))
            return
        import polars as pl

        pl.collect_all(
            [
                frame.to_native().sink_parquet(
                    path, compression="lz4", lazy=True, maintain_order=in_order
                )
                for path, frame in frames.items()
            ],
            engine="streaming",
        )


def map_batches(
    frame: nw.LazyFrame[Any], function: Callable[[pl.DataFrame], pl.DataFrame], path: Path
) -> None:
    """Write what a function makes of each batch of rows, one after the other, to one file.

    The function is called in the caller's thread alone: PROJ and GEOS, which it may use, do not
    bear the threads of the engine.

    Parameters
    ----------
    frame : LazyFrame
        Rows, on the engine that is built in.
    function : callable
        From a batch of rows to a batch with the same columns and types every time.
    path : Path
        Parquet file to write.
    """
    import polars as pl
    import pyarrow.parquet as pq

    native: pl.LazyFrame = frame.to_native()
    empty = function(pl.DataFrame(schema=native.collect_schema())).to_arrow()
    with pq.ParquetWriter(path, empty.schema, compression="lz4") as writer:
        for batch in native.collect_batches(chunk_size=_BATCH, engine="streaming"):
            writer.write_table(function(batch).to_arrow())


def open_engine(name: str = "polars") -> Engine:
    """Engine called `name`: `polars`, or the address of a Spark master.

    Raises
    ------
    GeoError
        If the name is neither, Spark is not installed, or its master cannot be reached.

    Examples
    --------
    >>> open_engine().name
    'polars'
    """
    if name == "polars":
        return Engine(name)
    if name.startswith(("spark://", "local[", "yarn", "k8s://")):
        return Engine(name, _spark_session(name))
    message = (
        f"there is no engine {name!r}; use polars, or a Spark master such as spark://host:7077."
    )
    raise GeoError(message)


def _spark_session(master: str) -> Any:  # noqa: ANN401 - pyspark is an extra
    try:
        from pyspark.sql import SparkSession  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        message = (
            f"the engine {master!r} needs Spark, which is not installed: "
            "run `pip install pyspark` (and have Java 17), or use the engine polars."
        )
        raise GeoError(message) from error
    try:
        return SparkSession.builder.master(master).appName("jiqun").getOrCreate()
    except Exception as error:
        message = f"the Spark master {master!r} cannot be reached: {_first_line(error)}"
        raise GeoError(message) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def scan(paths: Path | Sequence[Path]) -> nw.LazyFrame[Any]:
    """Rows of Parquet files, on the engine that is built in."""
    return open_engine().scan(paths)


def sink(frames: Mapping[Path, nw.LazyFrame[Any]], *, in_order: bool = True) -> None:
    """Write each frame to its path, on the engine that is built in; see `Engine.sink`."""
    open_engine().sink(frames, in_order=in_order)
