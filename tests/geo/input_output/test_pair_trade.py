"""Pairs beside the input-output table of their own year."""

import numpy as np
import pandas as pd
from scipy import stats

from geo.classification.tables.classification_table import pair_table
from geo.input_output.strength import correlation_by_year, input_output_strength, strength_by_year
from geo.schema import RESULT_TABLES


def table(year, seed):
    rng = np.random.default_rng(seed)
    supplier, user = (side.ravel() for side in np.meshgrid(np.arange(6), np.arange(6)))
    return pd.DataFrame(
        {
            "supplying_industry_key": supplier,
            "using_industry_key": user,
            "flow": rng.random(36),
            "coefficient": np.nan,
            "year": year,
        }
    )


def pairs(year, seed):
    first, second = np.triu_indices(6, k=1)
    index = np.random.default_rng(seed).normal(size=15)
    names = {"industry_key": first, "other_industry_key": second, "coagglomeration": index}
    return pd.DataFrame(names).assign(year=year)


def test_a_single_industry_has_no_pairs_and_so_no_year_to_ask_for():
    assert strength_by_year(table(2020, 1), []) is None


def test_each_year_has_the_table_of_its_time():
    early, late = table(2015, 1), table(2020, 2)
    found = strength_by_year(pd.concat([early, late]), [2014, 2019, 2020, 2023])
    for year, expected in [(2014, early), (2019, early), (2020, late), (2023, late)]:
        of_year = found[found["year"] == year].drop(columns="year").reset_index(drop=True)
        pd.testing.assert_frame_equal(of_year, input_output_strength(expected))


def test_an_undated_table_holds_for_all_years():
    found = strength_by_year(table(np.nan, 1), [2019, 2020])
    assert found.groupby("year").size().tolist() == [15, 15]


def test_pairs_carry_the_strength_of_their_year():
    both = pd.concat([pairs(2019, 3), pairs(2020, 4)])
    strength = strength_by_year(pd.concat([table(2019, 1), table(2020, 2)]), [2019, 2020])
    unmeasured = [c for c in RESULT_TABLES["industry_pairs"].names if c not in {*both, *strength}]
    measured = both.assign(**dict.fromkeys(unmeasured, np.nan))
    named = pair_table(measured, strength, pd.DataFrame({"industry": list("ABCDEF")}))
    assert len(named) == 30
    expected = strength.set_index(["year", "industry_key", "other_industry_key"])["input_output"]
    row = named[(named.year == 2020) & (named.industry == "B") & (named.other_industry == "E")]
    assert row["input_output"].item() == expected[2020, 1, 4]


def test_the_correlation_of_a_year_is_spearmans_with_its_own_table():
    both = pd.concat([pairs(2019, 3), pairs(2020, 4)])
    strength = strength_by_year(pd.concat([table(2019, 1), table(2020, 2)]), [2019, 2020])
    found = correlation_by_year(both, strength, seed=1).set_index("year")["correlation"]
    for year in (2019, 2020):
        values = strength.loc[strength["year"] == year, "input_output"]
        index = both.loc[both["year"] == year, "coagglomeration"]
        np.testing.assert_allclose(found[year], stats.spearmanr(index, values).statistic)
