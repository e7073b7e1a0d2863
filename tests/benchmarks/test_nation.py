"""The invented nation is of the size that is asked for, and its usual reach can be fitted."""

from benchmarks.nation import YEARS, nation, study_of_nation
from benchmarks.usual_reach import work_of


def test_a_small_nation_has_the_size_that_is_asked_for():
    living, trades, concentrated, adjoining = nation(500, 3_000, 20, 5)
    assert living["firm_key"].n_unique() == 500
    assert len(living) == 500 * YEARS
    assert living["region_key"].max() < 20
    assert 0.9 * 3_000 < len(trades) <= 3_000
    assert not (trades["source_key"] == trades["target_key"]).any()
    assert set(concentrated["industry_key"]) <= set(range(5))
    assert adjoining.max().max() < 20


def test_the_usual_reach_of_a_small_nation_takes_less_than_dense_matrices():
    living, trades, concentrated, adjoining = nation(500, 3_000, 20, 5)
    work = work_of(study_of_nation(living, trades, adjoining, 500), concentrated)
    assert work.strata > 0
    assert 0 < work.entries < work.dense
