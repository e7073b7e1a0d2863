"""Persistence of ties, counted by hand."""

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from geo.linkage.collaboration.persistence import base_rates, persistence_by_cell
from geo.study.keys import Sizes

SIZES = Sizes(first_year=2020, years=1, regions=2, industries=2, firms=20)

# supplier industry, customer industry, region, local, lives on, lasts
ROWS = [
    (0, 1, 0, True, True, True),
    (0, 1, 0, True, True, False),
    (0, 1, 0, True, False, False),
    (0, 0, 0, True, True, True),
    (0, 1, 1, False, True, False),
    (0, 1, 1, False, True, False),
]


def supply(rows):
    columns = [
        "supplier_industry",
        "customer_industry",
        "supplier_region",
        "is_local",
        "lives_on",
        "lasts",
    ]
    table = pl.DataFrame(rows, schema=columns, orient="row")
    return nw.from_native(
        table.lazy().with_columns(
            year=2020,
            source_key=pl.int_range(len(rows)),
            target_key=pl.int_range(len(rows)) + len(rows),
            customer_region="supplier_region",
            is_stable=True,
            is_seen_later=False,
        )
    )


def test_share_kept_is_of_local_ties_whose_ends_live_on():
    table = persistence_by_cell(supply(ROWS), sizes=SIZES)
    # Industry 0 has the tie with itself as well; industry 1 has two trials only.
    assert table["industry_key"].tolist() == [0, 1]
    assert table["persistence_trials"].tolist() == [3, 2]
    assert table["tie_persistence"].tolist() == [2 / 3, 1 / 2]


def test_a_tie_that_comes_back_after_a_gap_of_one_year_is_kept():
    again = supply(ROWS).with_columns(is_seen_later=nw.col("source_key") == 1)
    table = persistence_by_cell(again, sizes=SIZES)
    assert table["persistence_kept"].tolist() == [3, 2]
    rates = base_rates(again, sizes=SIZES)["persistence_base_rate"].tolist()
    assert rates == pytest.approx([3 / 5, 2 / 4])


def test_base_rate_is_of_all_ties_of_the_industry():
    rates = base_rates(supply(ROWS), sizes=SIZES).set_index("industry_key")["persistence_base_rate"]
    assert rates[0] == pytest.approx(2 / 5)
    assert rates[1] == pytest.approx(1 / 4)


def test_interval_holds_the_share():
    table = persistence_by_cell(supply(ROWS), sizes=SIZES)
    assert np.all(table["tie_persistence_low"] < table["tie_persistence"])
    assert np.all(table["tie_persistence_high"] > table["tie_persistence"])


def test_region_without_local_ties_has_no_row():
    assert persistence_by_cell(supply(ROWS), sizes=SIZES)["region_key"].tolist() == [0, 0]


def test_without_ties_the_tables_are_empty():
    nothing = supply(ROWS).filter(nw.col("supplier_region") > 9)
    assert len(persistence_by_cell(nothing, sizes=SIZES)) == 0
    assert len(base_rates(nothing, sizes=SIZES)) == 0


def test_partners_that_one_firm_leaves_at_once_are_one_ending():
    # Two customers buy from five suppliers each; one keeps all of them, the other none.
    ties = [(0, 1, 0, True, True, kept) for kept in (True, False) for _ in range(5)]
    frame = supply(ties).with_columns(target_key=nw.col("lasts").cast(nw.Int64) + 10)
    at_once = persistence_by_cell(frame, sizes=SIZES).set_index("industry_key").loc[1]
    # Two firms say as much as two ties would: Wilson's bounds of one out of two.
    assert at_once["persistence_dispersion"] == pytest.approx(5.0)
    assert at_once["tie_persistence_low"] == pytest.approx(0.0945, abs=1e-4)
    one_by_one = persistence_by_cell(supply(ties), sizes=SIZES).set_index("industry_key").loc[1]
    assert one_by_one["persistence_dispersion"] == pytest.approx(1.0, abs=0.12)
    assert one_by_one["tie_persistence_low"] > 2 * at_once["tie_persistence_low"]
