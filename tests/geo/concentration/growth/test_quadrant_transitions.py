import numpy as np
import pandas as pd
import pytest

from geo.concentration.growth.quadrant_transitions import (
    long_run_shares,
    quadrant_transitions,
    transition_table,
)
from geo.errors import GeoError

HH, LH, LL, HL = "high-high", "low-high", "low-low", "high-low"


def table(*rows):
    return pd.DataFrame(
        rows, columns=["year", "region_key", "industry_key", "local_moran_quadrant"]
    )


def cells(found, before, after):
    return int(found.cells[(found.before == before) & (found.after == after)].iloc[0])


def test_moves_are_counted_from_year_to_year():
    found = quadrant_transitions(
        table(
            (2020, 0, 0, LL), (2021, 0, 0, HL), (2022, 0, 0, HH), (2020, 1, 0, LL), (2021, 1, 0, LL)
        )
    )
    assert len(found) == 16
    assert found.cells.sum() == 3
    assert [cells(found, *pair) for pair in ((LL, HL), (HL, HH), (LL, LL))] == [1, 1, 1]


def test_shares_of_a_quadrant_sum_to_one_or_are_unknown():
    found = quadrant_transitions(
        table((2020, 0, 0, LL), (2021, 0, 0, HL), (2020, 1, 0, LL), (2021, 1, 0, LL))
    )
    sums = found.groupby("before").share.sum(min_count=4)
    assert sums[LL] == 1
    assert sums[[HH, LH, HL]].isna().all()


def test_a_missing_year_is_not_bridged():
    assert quadrant_transitions(table((2020, 0, 0, LL), (2022, 0, 0, HH))).cells.sum() == 0


def test_cells_without_a_quadrant_do_not_count():
    found = quadrant_transitions(table((2020, 0, 0, None), (2021, 0, 0, HH), (2022, 0, 0, None)))
    assert found.cells.sum() == 0


def test_cells_of_another_industry_are_other_cells():
    found = quadrant_transitions(table((2020, 0, 0, LL), (2021, 0, 1, HH)))
    assert found.cells.sum() == 0


def test_each_industry_has_its_table():
    found = quadrant_transitions(
        table((2020, 0, 3, LL), (2021, 0, 3, HH), (2020, 0, 5, LL), (2021, 0, 5, LL)),
        by_industry=True,
    )
    assert found.groupby("industry_key").cells.agg(["size", "sum"]).to_numpy().tolist() == [
        *([16, 1], [16, 1])
    ]
    assert cells(found[found.industry_key == 5], LL, LL) == 1


def test_order_of_rows_does_not_matter():
    rows = table((2020, 0, 0, LL), (2021, 0, 0, HL), (2020, 1, 0, LL), (2021, 1, 0, LL))
    pd.testing.assert_frame_equal(
        quadrant_transitions(rows), quadrant_transitions(rows.sample(frac=1, random_state=1))
    )


def test_missing_column_is_an_error():
    with pytest.raises(GeoError, match="local_moran_quadrant"):
        quadrant_transitions(table().drop(columns="local_moran_quadrant"))


def test_long_run_is_where_as_many_come_as_go():
    chances = np.random.default_rng(0).dirichlet(np.ones(4), size=4)
    names = [HH, LH, LL, HL]
    transitions = pd.DataFrame(
        {"before": np.repeat(names, 4), "after": names * 4, "share": chances.ravel()}
    )
    shares = long_run_shares(transitions)
    np.testing.assert_allclose(shares, np.linalg.matrix_power(chances, 200)[0])
    pd.testing.assert_series_equal(long_run_shares(transitions.iloc[::-1]), shares)


@pytest.mark.parametrize("chances", [np.eye(4), np.where(np.eye(4) > 0, np.nan, 1 / 3)])
def test_long_run_is_unknown_without_a_single_end(chances):
    names = [HH, LH, LL, HL]
    transitions = pd.DataFrame(
        {"before": np.repeat(names, 4), "after": names * 4, "share": chances.ravel()}
    )
    assert long_run_shares(transitions).isna().all()


def test_long_run_of_several_industries_is_an_error():
    found = quadrant_transitions(
        table((2020, 0, 3, LL), (2021, 0, 3, HH), (2020, 0, 5, LL), (2021, 0, 5, LL)),
        by_industry=True,
    )
    with pytest.raises(GeoError, match="choose one industry"):
        long_run_shares(found)


def test_table_of_all_industries_says_where_it_leads():
    # High stays high in three of four years, low stays low in half of them: 2 : 1 in the end.
    moves = [(HH, HH)] * 3 + [(HH, LL)] + [(LL, LL)] * 2 + [(LL, HH)] * 2
    moves += [(LH, HH), (HL, HH)]
    rows = [
        (2020 + year, region, 0, quadrant)
        for region, pair in enumerate(moves)
        for year, quadrant in enumerate(pair)
    ]
    found = transition_table(table(*rows)).groupby("after")["long_run_share"].first()
    assert found[HH] == pytest.approx(2 / 3)
    assert found[LL] == pytest.approx(1 / 3)
    assert found[[LH, HL]].tolist() == pytest.approx([0, 0])
