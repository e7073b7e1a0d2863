"""Talent and research between firms, against matching partners at random by hand."""

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

from geo.linkage.spillover import spillover_by_cell

FIRMS = 60


def country(seed, *, kind="talent", ties=80):
    rng = np.random.default_rng(seed)
    living = pd.DataFrame(
        {
            "firm_key": np.arange(FIRMS),
            "year": 2020,
            "region_key": np.arange(FIRMS) % 4,
            "industry_key": np.arange(FIRMS) // 4 % 3,
            "group_key": np.full(FIRMS, np.nan),
        }
    )
    ends = rng.integers(0, FIRMS, (ties, 2))
    moves = pd.DataFrame(ends, columns=["source_key", "target_key"]).assign(year=2020, kind=kind)
    return living, moves[moves["source_key"] != moves["target_key"]].drop_duplicates()


def measured(living, moves):
    frames = [nw.from_native(pl.from_pandas(table).lazy()) for table in (living, moves)]
    return spillover_by_cell(*frames, firms=FIRMS)


def test_counts_are_those_that_a_look_at_every_tie_gives():
    living, moves = country(1)
    place = living.set_index("firm_key")[["region_key", "industry_key"]]
    table = measured(living, moves).set_index(["region_key", "industry_key"])
    for cell, row in table.iterrows():
        gives = [tuple(place.loc[k]) == cell for k in moves["source_key"]]
        takes = [tuple(place.loc[k]) == cell for k in moves["target_key"]]
        local = [
            place.loc[s, "region_key"] == place.loc[t, "region_key"]
            for s, t in zip(moves["source_key"], moves["target_key"], strict=True)
        ]
        either = np.array(gives) | np.array(takes)
        assert row["talent_ties"] == either.sum()
        assert row["talent_ties_in"] == sum(takes)
        assert row["local_talent_ties"] == (either & np.array(local)).sum()


def test_expected_ties_are_the_mean_over_partners_matched_at_random():
    living, moves = country(2, ties=120)
    region, industry = (living[c].to_numpy() for c in ("region_key", "industry_key"))
    source, target = (moves[c].to_numpy() for c in ("source_key", "target_key"))
    stratum = industry[source] * 3 + industry[target]
    cell = (1, 2)
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(4000):
        partner = target.copy()
        for k in np.unique(stratum):
            at = np.flatnonzero(stratum == k)
            partner[at] = target[rng.permutation(at)]
        local = (region[source] == cell[0]) & (region[partner] == cell[0])
        drawn.append((local & ((industry[source] == 2) | (industry[partner] == 2))).sum())
    table = measured(living, moves).set_index(["region_key", "industry_key"])
    expected = table.loc[cell, "local_talent_ties"] / table.loc[cell, "talent_matching_ratio"]
    assert expected == pytest.approx(np.mean(drawn), abs=4 * np.std(drawn) / np.sqrt(4000))


def test_kinds_are_kept_apart_and_one_never_seen_is_not_known():
    table = measured(*country(3, kind="standard"))
    assert table["talent_ties"].isna().all()
    assert table["research_ties"].notna().all()


def test_supply_and_ties_with_institutions_are_no_spillover():
    living, moves = country(4)
    others = [
        moves.assign(kind="supply"),
        moves.assign(source_key=moves["source_key"] + FIRMS),
    ]
    pd.testing.assert_frame_equal(
        measured(living, moves), measured(living, pd.concat([moves, *others]))
    )


def test_shuffled_rows_change_nothing():
    living, moves = country(5)
    again = measured(living.sample(frac=1, random_state=1), moves.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(measured(living, moves), again)


def test_taking_people_from_next_door_alone_is_beyond_chance():
    living, _ = country(0)
    region = living["region_key"].to_numpy()
    pairs = [
        (i, j) for i in range(FIRMS) for j in range(FIRMS) if i != j and region[i] == region[j]
    ]
    moves = pd.DataFrame(pairs, columns=["source_key", "target_key"])
    table = measured(living, moves.assign(year=2020, kind="talent"))
    assert (table["talent_q"] < 0.001).all()
    assert table["talent_matching_ratio"].to_numpy() == pytest.approx(4)
