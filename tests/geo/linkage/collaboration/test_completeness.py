"""A source that forgets is found out; ties that end and partners who meet again are not it."""

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from geo.linkage.collaboration.completeness import source_completeness
from geo.study.keys import sizes_of
from geo.study.located import located_ties


def seen_over_years(is_there, is_told):
    """Supply ties with what became of them, of ties by pair (rows) and year (columns)."""
    pairs, years = np.nonzero(is_there & is_told)
    firms = 2 * len(is_there)
    establishments = nw.from_native(
        pl.LazyFrame(
            {
                "firm_key": np.tile(np.arange(firms), is_there.shape[1]),
                "year": np.repeat(2020 + np.arange(is_there.shape[1]), firms),
                "region_key": 0,
                "industry_key": 0,
                "group_key": None,
            },
            schema_overrides={"group_key": pl.Float64},
        )
    )
    ties = nw.from_native(
        pl.LazyFrame(
            {"source_key": pairs, "target_key": pairs + len(is_there), "year": 2020 + years}
        )
    )
    sizes = sizes_of(establishments, firms=firms)
    told = sorted(set((2020 + years).tolist()))
    return located_ties(establishments, ties, told, sizes=sizes)


def living_on(share, *, pairs=2_000, years=4, seed=0):
    """Ties of which so many live on from year to year, and never come back."""
    rng = np.random.default_rng(seed)
    lives = rng.random((pairs, years)) < share
    lives[:, 0] = True
    return np.logical_and.accumulate(lives, axis=1)


@pytest.mark.parametrize("told", [0.2, 0.5, 0.8])
def test_a_source_that_tells_of_ties_now_and_then_is_found_out(told):
    there = living_on(0.9)
    is_told = np.random.default_rng(1).random(there.shape) < told
    assert source_completeness(seen_over_years(there, is_told)) == pytest.approx(told, abs=0.05)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_ties_that_end_for_good_say_nothing_against_the_source(share):
    there = living_on(share)
    assert source_completeness(seen_over_years(there, np.ones_like(there))) == 1


def test_few_ties_and_two_years_say_nothing_of_the_source():
    few = np.array([[True, False, True]] * 29)
    assert source_completeness(seen_over_years(few, np.ones_like(few))) == 1
    two_years = living_on(0.5, years=2)
    assert source_completeness(seen_over_years(two_years, np.ones_like(two_years))) == 1


def test_years_that_are_not_compared_are_not_in_between():
    # Nothing is told of four years in the middle: no tie could have been seen there.
    there = np.ones((100, 7), dtype=bool)
    told = np.zeros_like(there)
    told[:, [0, 1, 6]] = True
    assert source_completeness(seen_over_years(there, told)) == 1


def drawn_anew(*, keep, told, spread, seed=0, firms=300, years=4):
    """Ties of firms that keep some of their customers every year, and draw the others anew."""
    rng = np.random.default_rng(seed)
    region, weight = rng.integers(0, 6, firms), rng.lognormal(0, spread, firms)
    suppliers = rng.permutation(firms)[: firms // 2]
    customers = np.setdiff1d(np.arange(firms), suppliers)

    def drawn(supplier):
        near = customers[region[customers] == region[supplier]]
        choice = near if rng.random() < 0.5 else customers
        return supplier, int(rng.choice(choice, p=weight[choice] / weight[choice].sum()))

    ties = {drawn(s) for s in suppliers for _ in range(6)}
    rows = []
    for year in range(2020, 2020 + years):
        ordered = sorted(ties)
        rows += [(year, s, c) for s, c in ordered if rng.random() < told]
        kept = {tie for tie in ordered if rng.random() < keep}
        ties = kept | {drawn(s) for s, _ in ordered if (s, _) not in kept}
    establishments = pl.LazyFrame(
        {
            "firm_key": np.tile(np.arange(firms), years),
            "year": np.repeat(2020 + np.arange(years), firms),
            "region_key": np.tile(region, years),
            "industry_key": np.tile(np.isin(np.arange(firms), customers).astype(int), years),
            "group_key": None,
        },
        schema_overrides={"group_key": pl.Float64},
    )
    places = nw.from_native(establishments)
    links = pl.LazyFrame(rows, schema=["year", "source_key", "target_key"], orient="row")
    return located_ties(places, nw.from_native(links), list(range(2020, 2020 + years)),
                               sizes=sizes_of(places, firms=firms))  # fmt: skip


@pytest.mark.parametrize("spread", [0.0, 0.7])
@pytest.mark.parametrize("keep", [0.0, 0.3])
def test_partners_who_meet_again_by_chance_say_nothing_against_the_source(keep, spread):
    supply = drawn_anew(keep=keep, told=1, spread=spread)
    around = supply.filter(nw.col("is_seen_later")).collect()
    assert len(around) > 100
    assert around["lasts"].mean() < 0.8  # which would say that the source forgets
    assert source_completeness(supply) == 1


def test_a_source_that_forgets_is_found_out_among_partners_who_meet_again():
    supply = drawn_anew(keep=0.8, told=0.5, spread=0.7)
    assert source_completeness(supply) == pytest.approx(0.5, abs=0.1)


def test_the_order_of_rows_changes_nothing():
    supply = drawn_anew(keep=0.8, told=0.5, spread=0.7).collect().to_polars()
    again = nw.from_native(supply.sample(fraction=1, shuffle=True, seed=3).lazy())
    assert source_completeness(again) == source_completeness(nw.from_native(supply.lazy()))
