"""Parquet files with wrong bytes: one sentence, and no stack of the engine on the terminal."""

import os
import random

import polars as pl
import pytest

from geo.dataset.panics import without_panics
from geo.errors import DatasetError

TABLE = pl.DataFrame(
    {
        "firm_id": [f"f{i}" for i in range(400)],
        "industry": ["C1", "C2"] * 200,
        "longitude": [0.5] * 400,
        "latitude": [i / 500 for i in range(400)],
        "year": [2020] * 400,
    }
)


@pytest.mark.parametrize("compression", ["snappy", "zstd", "uncompressed"])
def test_wrong_bytes_are_told_in_a_sentence_or_read(folder, capfd, compression, tmp_path):
    folder.drop("firms.csv")
    whole = tmp_path / "whole.parquet"
    TABLE.write_parquet(whole, compression=compression)
    draw = random.Random(7)  # noqa: S311
    for _ in range(40):
        damaged = bytearray(whole.read_bytes())
        for _ in range(draw.randint(1, 6)):
            damaged[draw.randrange(4, len(damaged) - 4)] = draw.randrange(256)
        folder.put("firms.parquet", bytes(damaged))
        try:
            folder.read()
        except DatasetError as error:
            assert "firms" in str(error)  # noqa: PT017
    assert capfd.readouterr().err == ""


def test_what_others_say_meanwhile_is_passed_on_at_once(capfd):
    with without_panics():
        os.write(2, b"one\n")
        os.write(2, b"thread '<unnamed>' (1) panicked at a.rs:1:2:\nno\nnote: run with more\n")
        os.write(2, b"two\n")
    assert capfd.readouterr().err == "one\ntwo\n"


def test_a_panic_is_an_exception_all_the_same(capfd):
    with pytest.raises(ValueError, match="x"), without_panics():
        raise ValueError("x")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"
