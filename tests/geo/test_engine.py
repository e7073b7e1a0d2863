"""The door to the engine."""

from importlib.util import find_spec

import narwhals as nw
import polars as pl
import pytest

from geo.engine import map_batches, open_engine, scan, sink
from geo.errors import GeoError


def test_what_is_written_is_scanned_again(tmp_path):
    frame = nw.from_native(pl.LazyFrame({"x": [1, 2, 3]}))
    sink({tmp_path / "a": frame, tmp_path / "b": frame.filter(nw.col("x") > 1)})
    assert scan(tmp_path / "a").collect()["x"].to_list() == [1, 2, 3]
    assert scan([tmp_path / "a", tmp_path / "b"]).collect()["x"].to_list() == [1, 2, 3, 2, 3]


def test_function_is_mapped_over_every_row_in_order(tmp_path):
    frame = nw.from_native(pl.LazyFrame({"x": range(1_200_000)}))
    map_batches(frame, lambda batch: batch.select(pl.col("x") * 2), tmp_path / "doubled")
    doubled = scan(tmp_path / "doubled").collect()["x"]
    assert doubled.to_list() == list(range(0, 2_400_000, 2))


def test_unknown_engine_is_told():
    with pytest.raises(GeoError, match="there is no engine 'duck'; use polars"):
        open_engine("duck")


@pytest.mark.skipif(find_spec("pyspark") is not None, reason="Spark is installed")
def test_spark_that_is_not_installed_is_told_with_the_way_out():
    with pytest.raises(GeoError, match="pip install pyspark"):
        open_engine("spark://somewhere:7077")
