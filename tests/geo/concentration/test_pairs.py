import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from geo.concentration.dartboard import plant_herfindahl
from geo.concentration.false_discovery import q_values
from geo.concentration.pairs import (
    coagglomeration,
    coagglomeration_by_pair,
    coagglomeration_p,
    group_coagglomeration,
    input_output_strength,
    trade_correlation,
)
from geo.errors import InvalidCountsError


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


def io_of(*rows):
    names = ["supplying_industry_key", "using_industry_key", "flow", "coefficient"]
    return pd.DataFrame(rows, columns=names).astype({"flow": float, "coefficient": float})


def test_opposite_halves_by_hand():
    # (1/2)(-1/2) twice over 1/2.
    assert coagglomeration([[4, 0], [0, 4]])[0, 1] == -1


def test_same_half_by_hand():
    # Both wholly in the half of the country: (1/2)(1/2) twice over 1/2.
    assert coagglomeration([[4, 2], [0, 0]], [5, 5])[0, 1] == 1


def test_industry_spread_like_everybody_sits_with_nobody():
    assert coagglomeration([[1, 5], [3, 0]], [2, 6])[0, 1] == pytest.approx(0, abs=1e-15)


def test_own_index_is_left_to_ellison_and_glaeser():
    assert np.isnan(np.diag(coagglomeration([[1, 5], [3, 0]]))).all()


def test_industry_of_nothing_is_nan():
    assert np.isnan(coagglomeration([[1, 0], [3, 0]])).all()


def test_single_region_is_nan():
    assert np.isnan(coagglomeration([[1, 2]])).all()


def test_vector_is_refused():
    with pytest.raises(InvalidCountsError, match="two dimensions"):
        coagglomeration([1, 2])


@given(
    hnp.arrays(
        np.int64, st.tuples(st.integers(2, 6), st.integers(2, 5)), elements=st.integers(0, 40)
    )
)
def test_index_is_symmetric_and_knows_no_unit(counts):
    index = coagglomeration(counts)
    np.testing.assert_array_equal(index, index.T)
    np.testing.assert_allclose(coagglomeration(10 * counts), index, atol=1e-12)


# The raw concentration of a pool holds every industry's own plants, which its own index takes out
# again: what is left is the mean over pairs. For two industries that is the one pair.
@pytest.mark.parametrize("industries", [2, 3, 7])
@given(seed=st.integers(0, 2**32 - 1))
def test_group_form_is_the_mean_of_the_pair_form(industries, seed):
    rng = np.random.default_rng(seed)
    counts = rng.lognormal(1, 2, (9, industries))
    reference = rng.lognormal(3, 1, 9)
    h = rng.uniform(0.01, 0.9, industries)
    w = counts.sum(axis=0) / counts.sum()
    weights = np.outer(w, w) - np.diag(w**2)
    pairs = np.nan_to_num(coagglomeration(counts, reference))
    expected = (weights * pairs).sum() / weights.sum()
    group = group_coagglomeration(counts, reference, herfindahl=h)
    # The group form loses digits where one industry is nearly all of the group.
    assert group == pytest.approx(expected, abs=1e-12 / (1 - (w**2).sum()))


def test_group_form_equals_the_pair_form_to_twelve_decimals():
    rng = np.random.default_rng(1)
    counts, reference = rng.poisson(20, (30, 2)) + 1.0, rng.poisson(90, 30) + 1.0
    group = group_coagglomeration(counts, reference, herfindahl=[0.03, 0.2])
    assert abs(group - coagglomeration(counts, reference)[0, 1]) < 1e-12


def test_group_of_one_is_nan():
    assert np.isnan(group_coagglomeration([[1], [3]], [2, 2], herfindahl=[0.2]))


def test_expectation_over_every_throw_is_zero():
    # Two plants of sizes 2 and 1 anywhere among three regions; the other industry stays.
    x = np.array([0.5, 0.3, 0.2])
    total = 0.0
    for first in range(3):
        for second in range(3):
            jobs = np.zeros((3, 2))
            jobs[:, 0] = [7, 1, 2]
            jobs[first, 1] += 2
            jobs[second, 1] += 1
            total += x[first] * x[second] * coagglomeration(jobs, x)[0, 1]
    assert total == pytest.approx(0, abs=1e-15)


def test_chance_of_two_plants_by_hand():
    # Both in the region of a fifth where the other industry is: 1/25; at least one: 9/25.
    rng = np.random.default_rng(0)
    stays, reference = [1, 0, 0], [1, 2, 2]
    both = coagglomeration_p(stays, reference, sizes=[1, 1], places=[0, 0], rng=rng, draws=20_000)
    one = coagglomeration_p(stays, reference, sizes=[1, 1], places=[0, 1], rng=rng, draws=20_000)
    assert both == pytest.approx(1 / 25, abs=0.006)
    assert one == pytest.approx(9 / 25, abs=0.014)


def test_chance_is_the_same_for_the_same_generator():
    given_ = {"sizes": [3, 2, 1], "places": [0, 1, 0]}
    first, second = (
        coagglomeration_p([2, 1, 1], [1, 1, 1], rng=np.random.default_rng(4), **given_)
        for _ in range(2)
    )
    assert first == second


def test_industry_of_nothing_has_no_chance():
    rng = np.random.default_rng(0)
    assert np.isnan(coagglomeration_p([0, 0], [1, 1], sizes=[1], places=[0], rng=rng))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"places": [0, 2]}, "from 0 to 1"),
        ({"places": [0]}, "one number >= 0 per plant"),
        ({"sizes": [1, -1]}, "one number >= 0 per plant"),
        ({"draws": 0}, "`draws`"),
    ],
)
def test_wrong_input_is_named(changes, words):
    given_ = {"sizes": [1, 2], "places": [0, 1], "draws": 9} | changes
    with pytest.raises(InvalidCountsError, match=words):
        coagglomeration_p([1, 2], [1, 1], rng=np.random.default_rng(0), **given_)


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


def test_shares_of_inputs_and_sales_by_hand():
    # 1 buys 3 from 0 and 1 from itself; 0 sells 3 to 1 and 2 to 2; 2 buys from 0 alone.
    strength = input_output_strength(io_of((0, 1, 3, 0.3), (1, 1, 1, 0.1), (0, 2, 2, 0.2)))
    assert strength["input_share"].tolist() == [0.75, 1, 0]
    assert strength["output_share"].tolist() == [0.6, 0.4, 0]
    assert strength["input_output"].tolist() == [0.75, 1, 0]


def test_coefficients_alone_say_nothing_of_sales():
    strength = input_output_strength(io_of((0, 1, np.nan, 0.3), (1, 1, np.nan, 0.1)))
    assert strength["input_share"].tolist() == [pytest.approx(0.75)]
    assert strength["output_share"].isna().all()
    assert strength["input_output"].tolist() == [pytest.approx(0.75)]


def test_negative_flow_counts_as_none():
    strength = input_output_strength(io_of((0, 1, -3, 0.3), (1, 1, 1, 0.1)))
    assert strength["input_output"].tolist() == [0]


def test_two_years_of_one_table_are_refused():
    with pytest.raises(InvalidCountsError, match="one year"):
        input_output_strength(io_of((0, 1, 3, 0.3), (0, 1, 4, 0.4)))


def pairs_of(matrix, name):
    first, second = np.triu_indices(len(matrix), k=1)
    return pd.DataFrame(
        {
            "industry_key": first,
            "other_industry_key": second,
            name: np.asarray(matrix)[first, second],
        }
    )


def test_correlation_is_that_of_spearman():
    rng = np.random.default_rng(0)
    a, b = rng.random((2, 9, 9)).round(1)
    pairs = pairs_of(a, "coagglomeration").assign(year=2020)
    table = trade_correlation(pairs, pairs_of(b, "input_output"), seed=1, permutations=9)
    upper = np.triu_indices(9, k=1)
    assert table["correlation"][0] == pytest.approx(stats.spearmanr(a[upper], b[upper]).statistic)


def test_perfect_agreement_is_beyond_chance():
    a = np.random.default_rng(0).random((9, 9))
    pairs = pairs_of(a, "coagglomeration").assign(year=2020)
    table = trade_correlation(pairs, pairs_of(a, "input_output"), seed=1)
    assert table["correlation"][0] == pytest.approx(1)
    assert table["correlation_p"][0] == 0.001


def test_industries_of_neither_table_do_not_count():
    a = np.random.default_rng(0).random((9, 9))
    pairs = pairs_of(a, "coagglomeration").assign(year=2020)
    table = trade_correlation(pairs, pairs_of(a[:6, :6], "input_output"), seed=1)
    assert table["industries"][0] == 6


def test_three_industries_are_too_few_to_correlate():
    a = np.random.default_rng(0).random((3, 3))
    pairs = pairs_of(a, "coagglomeration").assign(year=2020)
    assert trade_correlation(pairs, pairs_of(a, "input_output"), seed=1)["correlation"].isna().all()


@pytest.mark.slow
def test_chances_are_uniform_where_one_industry_falls_at_random():
    # The one that stays is a heap, which the test is conditional on.
    rng = np.random.default_rng(3)
    reference = rng.dirichlet(np.full(30, 0.7))
    heap = np.bincount(rng.integers(0, 4, 200), minlength=30)
    p = []
    for _ in range(500):
        sizes, places = rng.lognormal(2, 1, 25), rng.choice(30, 25, p=reference)
        p.append(coagglomeration_p(heap, reference, sizes=sizes, places=places, rng=rng, draws=499))
    assert stats.kstest(p, "uniform").pvalue > 0.01


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


@pytest.mark.slow
def test_correlation_chances_are_uniform_without_trade():
    rng = np.random.default_rng(6)
    p = []
    for seed in range(300):
        a, b = rng.random((2, 12, 12))
        # What makes pairs depend on each other: some industries are close to everybody.
        a, b = (m + m.T + 2 * np.add.outer(m[0], m[0]) for m in (a, b))
        pairs = pairs_of(a, "coagglomeration").assign(year=2020)
        table = trade_correlation(pairs, pairs_of(b, "input_output"), seed=seed, permutations=199)
        p.append(table["correlation_p"][0])
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_herfindahl_of_the_group_form_may_come_from_plants():
    sizes = [[4, 1, 1], [2, 2]]
    h = [plant_herfindahl(one) for one in sizes]
    group = group_coagglomeration([[5, 2], [1, 2]], [9, 9], herfindahl=h)
    assert group == pytest.approx(coagglomeration([[5, 2], [1, 2]], [9, 9])[0, 1])
