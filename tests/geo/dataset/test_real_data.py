"""The real datasets beside the checkout: counts that were found by hand in the files."""

from pathlib import Path

import pytest

from geo.dataset import all_cells, read_dataset

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"


def read(name, tmp_path):
    if not (DATA / name).exists():
        pytest.skip(f"{DATA / name} is not here")
    return read_dataset(DATA / name, into=tmp_path)


def counts(dataset, table):
    reasons = dataset.rejected_by_reason()
    ours = reasons[reasons["table"] == table]
    return dict(zip(ours["reason"], ours["rows"], strict=True))


def test_mississauga(tmp_path):
    dataset = read("ca-mississauga", tmp_path)
    found = counts(dataset, "firms")
    # 7,695 rows have no longitude; of the others, 65 no industry; firm 85606 stands twice in 2018.
    assert found["coordinates_missing"] == 7695
    assert found["value_missing"] == 65
    assert found["rows_contradict"] == 2
    assert dataset.years == (2018, 2019)
    assert any("7,695 of 32,046 rows (24%)" in notice.en for notice in dataset.notices)
    assert any("share their point" in notice.en for notice in dataset.notices)


def test_mexican_plants(tmp_path):
    dataset = read("mx-retc", tmp_path)
    found = counts(dataset, "firms")
    assert dataset.years == tuple(range(2004, 2023))
    # 974 rows have no longitude, 32 no latitude, of which 9 both.
    assert found["coordinates_missing"] == 997
    assert dataset.reconciliation.set_index("table").loc["firms", "rows_read"] == 50908
    assert dataset.regions["population"].isna().sum() == 2
    assert any("2004, 2005" in notice.en for notice in dataset.notices)


def test_australian_jobs(tmp_path):
    dataset = read("au-lga", tmp_path)
    assert dataset.years == (2011, 2016, 2021)
    # Two rows in three have an area name that is on no map.
    assert counts(dataset, "cells") == {"region_unknown": 25014}
    assert dataset.cells["establishments"].isna().all()
    assert all_cells(dataset)["establishments"].isna().all()


@pytest.mark.slow
def test_american_counties(tmp_path):
    dataset = read("us-2016", tmp_path)
    # 130 area codes of the cells, each with a margin, are on no map.
    assert counts(dataset, "margins") == {"region_unknown": 130}
    assert counts(dataset, "cells") == {"region_unknown": 17748}
    cells = all_cells(dataset)
    assert len(cells) == 456_898 - 17_748
    withheld = cells["employment"].isna()
    assert 0.55 < withheld.mean() < 0.65
    assert dataset.regions["region_id"].str.len().eq(5).all()
    assert (cells.loc[withheld, "establishments"] > 0).all()
