"""Flows between cells: an effect and a rank, whatever the currency, and no test."""

import numpy as np
import pandas as pd
import pytest

from geo.linkage.cell_counts.cell_flows import flow_potential, size_quotients
from geo.linkage.cell_counts.counted_ties import Country

REGIONS, INDUSTRIES = 12, 2


def country(establishments=np.nan):
    keys = pd.MultiIndex.from_product([[2020], range(REGIONS), range(INDUSTRIES)])
    cells = keys.to_frame(index=False, name=["year", "region_key", "industry_key"])
    side = np.arange(REGIONS)
    return Country(
        cells=cells.assign(establishments=establishments),
        places=pd.DataFrame({"longitude": side * 0.3, "latitude": 0.0}),
        industries=INDUSTRIES,
        adjoins=np.zeros((REGIONS, REGIONS), dtype=bool),
        concentrated=np.zeros((REGIONS, INDUSTRIES), dtype=bool),
    )


def flows(*, more_at=None, unit=1.0):
    """Industry 0 sells to 1 by gravity, regions of unlike size; one keeps more at home."""
    size = 10.0 ** np.linspace(0, 0.5, REGIONS)
    one, other = np.meshgrid(np.arange(REGIONS), np.arange(REGIONS), indexing="ij")
    value = np.outer(size, size) * np.exp(-np.abs(one - other) / 3.0) * np.where(one == other, 3, 1)
    if more_at is not None:
        value[more_at, more_at] *= 8
    return pd.DataFrame(
        {
            "source_region_key": one.ravel(), "source_industry_key": 0,
            "target_region_key": other.ravel(), "target_industry_key": 1,
            "year": 2020, "kind": "supply", "value": unit * value.ravel(),
            **dict.fromkeys(["ties", "suppliers", "customers", "ties_seen_again"], np.nan),
        }
    )  # fmt: skip


def potential(links, establishments=np.nan):
    table = flow_potential(links, country(establishments), floor=0.05)
    return table.set_index(["region_key", "industry_key"])


@pytest.mark.parametrize("establishments", [np.nan, 20.0])
def test_a_region_that_keeps_more_than_usual_ranks_first(establishments):
    table = potential(flows(more_at=5), establishments)
    assert table["flow_rank"].nsmallest(2).index.get_level_values(0).tolist() == [5, 5]
    assert table.loc[5, "flow_partners_here"].all()
    assert table.loc[5, "excess_local_share"].min() > 0.15


def test_where_all_trade_by_distance_alone_nobody_has_partners_here():
    table = potential(flows())
    assert not table["flow_partners_here"].fillna(value=False).any()
    assert table["excess_local_share"].abs().max() < 0.1


def test_the_currency_changes_nothing():
    one, other = potential(flows(more_at=5)), potential(flows(more_at=5, unit=1e-6))
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)


def test_shares_are_shares_and_a_cell_without_flows_is_not_known():
    table = potential(flows(more_at=5).query("source_region_key != 3 and target_region_key != 3"))
    shares = table[["flow_local_share", "usual_flow_share"]]
    assert shares.loc[3].isna().all(axis=None)
    assert table.loc[3, "flow_partners_here"].isna().all()
    assert shares.drop(index=3, level=0).melt()["value"].between(0, 1).all()


def test_output_is_as_reported_or_else_what_is_sold():
    links = pd.DataFrame(
        {"source_region_key": [0, 1, 1], "source_industry_key": [0, 0, 1], "year": 2020,
         "value": [30.0, 20.0, 10.0]}
    )  # fmt: skip
    keys = {"year": 2020, "region_key": [0, 1, 1], "industry_key": [0, 0, 1]}
    cells = pd.DataFrame(keys).assign(establishments=np.nan, employment=np.nan)
    # Half of all is in either region: each is compared with the other.
    assert size_quotients(links, cells.head(0), cells).round(3).tolist() == [1.5, 0.667, 2.0]
    told = pd.DataFrame(keys).assign(output=[10.0, 5.0, 5.0])
    assert size_quotients(links, told, cells).round(3).tolist() == [2.0, 0.5, 2.0]
    counted = size_quotients(links, told, cells.assign(employment=[1.0, np.nan, np.nan]))
    assert counted.isna().all()
