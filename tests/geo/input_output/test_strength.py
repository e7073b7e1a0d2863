import numpy as np
import pandas as pd
import pytest
from scipy import stats

from geo.errors import InvalidCountsError
from geo.input_output.strength import input_output_strength, trade_correlation


def io_of(*rows):
    names = ["supplying_industry_key", "using_industry_key", "flow", "coefficient"]
    return pd.DataFrame(rows, columns=names).astype({"flow": float, "coefficient": float})


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
