import numpy as np
import pandas as pd
import pytest
from scipy import stats

from geo.concentration.cells.false_discovery import q_values
from geo.concentration.pairs.coagglomeration_indices import (
    coagglomeration,
    coagglomeration_p,
    proximity,
)
from geo.concentration.pairs.pair_table import coagglomeration_by_pair


def cells_of(*rows, year=2020):
    """Rows of region, industry, establishments, employment, sum of squares."""
    numbers = ["establishments", "employment", "employment_square_sum"]
    table = pd.DataFrame(rows, columns=["region_key", "industry_key", *numbers])
    return table.astype(dict.fromkeys(numbers, float)).assign(year=year)


def plants_only(counts):
    """Cells of establishments from a region x industry matrix."""
    region, industry = np.nonzero(counts)
    rows = zip(region, industry, np.asarray(counts)[region, industry], strict=True)
    return cells_of(*((r, i, n, np.nan, np.nan) for r, i, n in rows))


def test_table_holds_every_pair_once_in_order():
    rng = np.random.default_rng(0)
    table = coagglomeration_by_pair(plants_only(rng.poisson(9, (8, 4))))
    pairs = table[["industry_key", "other_industry_key"]].to_numpy().tolist()
    assert pairs == [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]


def test_table_equals_the_matrix_form():
    counts = np.random.default_rng(2).poisson(9, (8, 4))
    table = coagglomeration_by_pair(plants_only(counts))
    expected = coagglomeration(counts)[np.triu_indices(4, k=1)]
    np.testing.assert_allclose(table["coagglomeration"], expected)


def test_table_holds_the_proximity_of_the_matrix_form():
    counts = np.random.default_rng(0).integers(5, 60, (12, 4))
    table = coagglomeration_by_pair(plants_only(counts))
    first, second = np.triu_indices(4, k=1)
    np.testing.assert_allclose(table["proximity"], proximity(counts)[first, second])


def test_order_of_rows_does_not_matter():
    cells = plants_only(np.random.default_rng(2).poisson(9, (8, 4)))
    shuffled = cells.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(
        coagglomeration_by_pair(shuffled), coagglomeration_by_pair(cells), check_exact=True
    )


def test_industries_of_few_plants_are_left_out():
    cells = plants_only(np.array([[9, 9, 1], [9, 2, 2]]))
    assert len(coagglomeration_by_pair(cells)) == 1
    assert len(coagglomeration_by_pair(cells, least_plants=3)) == 3


def test_jobs_are_measured_where_they_are_known():
    cells = cells_of((0, 0, 6, 80, 1100), (1, 0, 6, 20, 70), (0, 1, 6, 10, 20), (1, 1, 6, 90, 1400))
    table = coagglomeration_by_pair(cells)
    expected = coagglomeration([[80, 10], [20, 90]])[0, 1]
    assert table["coagglomeration"].tolist() == [pytest.approx(expected)]
    assert table["coagglomeration_p"].notna().all()


def test_jobs_alone_leave_the_plant_test_unknown():
    rng = np.random.default_rng(2)
    counts = rng.poisson(90, (8, 2))
    cells = plants_only(counts)
    cells = cells.assign(employment=cells["establishments"], establishments=np.nan)
    table = coagglomeration_by_pair(cells)
    assert table["coagglomeration_p"].isna().all()
    assert table["coagglomeration_heap_p"].notna().all()


def test_years_are_paired_alone():
    first = plants_only(np.random.default_rng(1).poisson(9, (5, 3)))
    second = plants_only(np.random.default_rng(2).poisson(9, (5, 3))).assign(year=2021)
    both = coagglomeration_by_pair(pd.concat([second, first]))
    alone = pd.concat([coagglomeration_by_pair(first), coagglomeration_by_pair(second)])
    pd.testing.assert_frame_equal(both, alone.reset_index(drop=True))


def test_no_cells_give_no_pairs():
    assert len(coagglomeration_by_pair(cells_of())) == 0


def test_closed_tail_agrees_with_throwing():
    # Twenty equal plants, one of the industries in a heap: the larger of both directions.
    rng = np.random.default_rng(8)
    reference = rng.dirichlet(np.ones(25))
    counts = np.column_stack(
        [
            rng.multinomial(20, reference),
            rng.multinomial(20, reference),
            rng.poisson(900 * reference),
        ]
    )
    counts[np.argmax(reference), 0] += 4
    cells = plants_only(counts)
    table = coagglomeration_by_pair(cells).set_index(["industry_key", "other_industry_key"])
    thrown = []
    for stays, other in ((0, 1), (1, 0)):
        places = np.repeat(np.arange(25), counts[:, other])
        thrown.append(
            coagglomeration_p(
                counts[:, stays],
                counts.sum(axis=1),
                sizes=np.ones(len(places)),
                places=places,
                rng=rng,
                draws=20_000,
            )
        )
    assert table.loc[(0, 1), "coagglomeration_p"] == pytest.approx(max(thrown), abs=0.02)


@pytest.mark.parametrize("heaps", [[60, 3, 2, 1, 1], [30, 25, 10, 1, 1], [9, 8, 7, 6, 5, 4]])
def test_closed_tail_of_heaps_agrees_with_throwing_them(heaps):
    rng = np.random.default_rng(8)
    reference = rng.dirichlet(np.ones(25))
    stays = rng.multinomial(200, rng.dirichlet(3 * reference))
    other = np.zeros(25, dtype=int)
    other[np.argsort(-stays)[2 : 2 + len(heaps)]] = heaps
    counts = np.column_stack([stays, other, rng.poisson(1e6 * reference)])
    table = coagglomeration_by_pair(plants_only(counts))
    places = [np.flatnonzero(counts[:, k]) for k in range(2)]
    thrown = [
        coagglomeration_p(
            counts[:, 1 - k],
            counts.sum(axis=1),
            sizes=counts[places[k], k],
            places=places[k],
            rng=rng,
            draws=10_000,
        )
        for k in range(2)
    ]
    assert table["coagglomeration_heap_p"][0] == pytest.approx(max(thrown), abs=0.03)


def test_planted_pair_is_found_and_no_other():
    rng = np.random.default_rng(5)
    reference = rng.dirichlet(np.ones(40))
    counts = np.column_stack([rng.multinomial(150, reference) for _ in range(12)])
    for region in rng.choice(40, 6, replace=False):
        counts[region, [3, 7]] += 12
    background = rng.multinomial(20_000, reference)
    table = coagglomeration_by_pair(plants_only(np.column_stack([counts, background])))
    found = table[q_values(table["coagglomeration_p"].to_numpy()) <= 0.05]
    assert found[["industry_key", "other_industry_key"]].to_numpy().tolist() == [[3, 7]]


@pytest.mark.slow
def test_closed_tails_are_uniform_where_one_industry_falls_at_random():
    # Both directions are the same here to within noise only; the larger may only be too large.
    rng = np.random.default_rng(4)
    reference = rng.dirichlet(np.full(30, 0.7))
    background = rng.multinomial(10**6, reference)
    p = []
    for _ in range(400):
        counts = [rng.multinomial(60, reference), rng.multinomial(80, reference), background]
        table = coagglomeration_by_pair(plants_only(np.column_stack(counts)))
        p.append(table["coagglomeration_p"][0])
    for level in (0.01, 0.05, 0.2):
        bound = stats.binom.ppf(0.999, 400, level) / 400
        assert np.mean(np.array(p) <= level) <= bound


def test_one_meeting_of_two_heaps_is_chance_enough_for_heaps_but_not_for_plants():
    # Each industry has sixty of its hundred plants in the same one of twenty equal regions.
    rng = np.random.default_rng(5)
    even = np.full(20, 1 / 20)
    counts = np.column_stack([rng.multinomial(40, even) for _ in range(2)])
    counts[4] += 60
    table = coagglomeration_by_pair(plants_only(np.column_stack([counts, np.full(20, 5000)])))
    pair = table.iloc[0]
    assert pair["coagglomeration_p"] < 1e-9
    # The heap of the one falls into the other's region one time in twenty.
    assert pair["coagglomeration_heap_p"] == pytest.approx(1 / 20, abs=0.03)
