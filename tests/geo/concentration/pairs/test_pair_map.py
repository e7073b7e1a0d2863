import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from scipy import stats

from geo.concentration.map.autocorrelation import local_moran_pairs
from geo.concentration.pairs.pair_map import pair_neighbourhoods


def ring(n):
    here = np.arange(n)
    ends = np.concatenate([here, here]), np.concatenate([(here + 1) % n, (here - 1) % n])
    return Graph.from_arrays(*ends, np.ones(2 * n))


def cells_of(quotients, *, year=2020):
    region, industry = np.nonzero(quotients)
    return pd.DataFrame(
        {
            "year": year,
            "region_key": region,
            "industry_key": industry,
            "location_quotient": quotients[region, industry],
        }
    )


def trade(*pairs):
    return pd.DataFrame(pairs, columns=["industry_key", "other_industry_key", "input_output"])


def some(seed=0, *, regions=40, industries=4):
    rng = np.random.default_rng(seed)
    return np.where(rng.random((regions, industries)) < 0.6, rng.random((regions, industries)), 0)


def test_figures_are_those_of_the_bivariate_statistic_where_the_industry_stands():
    quotients = some()
    quotients[:, 3] = 1 + some(1)[:, 3]  # so that every region is on the map
    table = pair_neighbourhoods(cells_of(quotients), trade((0, 1, 0.5)), graph=ring(40))
    expected = local_moran_pairs(quotients[:, 0], quotients[:, 1], ring(40), permutations=0)
    first = table.query("industry_key == 0")
    assert first["region_key"].tolist() == np.flatnonzero(quotients[:, 0]).tolist()
    np.testing.assert_allclose(
        first["pair_moran_i"], expected.moran_i[first["region_key"]], rtol=1e-12
    )


def test_both_sides_of_a_pair_are_looked_at():
    table = pair_neighbourhoods(cells_of(some()), trade((0, 1, 0.5)), graph=ring(40))
    pairs = table[["industry_key", "other_industry_key"]].drop_duplicates()
    assert pairs.to_numpy().tolist() == [[0, 1], [1, 0]]


def test_pairs_that_depend_most_on_each_other_come_first_and_an_industry_is_no_pair_alone():
    pairs = trade((0, 0, 0.9), (0, 1, 0.2), (2, 3, 0.5), (1, 2, 0.0))
    table = pair_neighbourhoods(cells_of(some()), pairs, graph=ring(40), most_pairs=1)
    assert set(table["industry_key"]) == {2, 3}
    every = pair_neighbourhoods(cells_of(some()), pairs, graph=ring(40))
    assert set(every["industry_key"]) == {0, 1, 2, 3}
    assert not ((every["industry_key"] == 1) & (every["other_industry_key"] == 2)).any()


def test_an_industry_planted_beside_another_is_found_and_nowhere_else():
    quotients = some(3, regions=500) * 0.1 + 0.01
    quotients[10:20:2, 0] = 5
    quotients[11:20:2, 1] = 5
    table = pair_neighbourhoods(cells_of(quotients), trade((0, 1, 0.5)), graph=ring(500))
    found = table.query("pair_moran_q <= 0.05 and pair_moran_quadrant == 'high-high'")
    here = found.query("industry_key == 0")["region_key"].tolist()
    assert here
    assert set(here) <= set(range(10, 20, 2))


def test_without_trade_there_is_an_empty_table():
    table = pair_neighbourhoods(cells_of(some()), trade(), graph=ring(40))
    assert len(table) == 0
    assert "pair_moran_i" in table


def test_years_do_not_touch_each_other():
    both = pd.concat([cells_of(some(1), year=2020), cells_of(some(2), year=2021)])
    together = pair_neighbourhoods(both, trade((0, 1, 0.5)), graph=ring(40), permutations=99)
    alone = pair_neighbourhoods(
        cells_of(some(2), year=2021), trade((0, 1, 0.5)), graph=ring(40), permutations=99
    )
    pd.testing.assert_frame_equal(together.query("year == 2021").reset_index(drop=True), alone)


@pytest.mark.slow
def test_chances_of_unrelated_industries_are_uniform():
    chances = []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        quotients = rng.random((30, 2)) + 0.5
        result = local_moran_pairs(
            quotients[:, 0], quotients[:, 1], ring(30), permutations=199, seed=seed
        )
        chances.append(result.p_upper[seed % 30])
    assert stats.kstest(chances, "uniform").pvalue > 0.01
