import warnings

import numpy as np
import pandas as pd
import pytest

from geo.linkage.networks.survival import (
    Spell,
    local_tie_difference,
    spells_of,
    survival_curve,
    tie_spells,
    tie_survival,
)
from tests.geo.studies import study_of

YEARS = [2015, 2016, 2018, 2022, 2023]  # 2018 and 2022 are too far apart to be compared


def spells(entry, leave, ended):
    return pd.DataFrame({"entry": entry, "exit": leave, "ended": ended, "ties": 1})


@pytest.mark.parametrize(
    ("seen", "alive", "expected"),
    [
        # There in the first year: nobody knows since when.
        (0b00001, 0b00001, []),
        # Begins in 2016 and is gone in 2018, both firms alive: ended at age 2.
        (0b00010, 0b00010, [Spell(0, 2, ended=True)]),
        # A firm dies after 2016: lost from sight at once, nothing watched.
        (0b00010, 0b00000, []),
        # There from 2016 to 2018, then the gap: lost at age 2; back at age 6, watched to age 7.
        (0b11110, 0b11111, [Spell(0, 2, ended=False), Spell(6, 7, ended=False)]),
    ],
)
def test_spells_of_one_pair(seen, alive, expected):
    assert spells_of(seen, alive, YEARS) == expected


@pytest.mark.parametrize("seed", range(5))
def test_curves_and_bounds_are_those_of_lifelines(seed):
    fitters = pytest.importorskip("lifelines")
    rng = np.random.default_rng(seed)
    entry = rng.integers(0, 3, 300) * (rng.random(300) < 0.3)
    leave, ended = entry + rng.integers(1, 5, 300), rng.random(300) < 0.5
    curve = survival_curve(spells(entry, leave, ended))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of lifelines against itself
        other = fitters.KaplanMeierFitter().fit(leave, ended, entry=entry)
    expected = other.survival_function_at_times(curve["age"]).to_numpy()
    assert curve["survival"].to_numpy() == pytest.approx(expected, abs=1e-12)
    known = curve["survival_low"].notna().to_numpy()
    bounds = other.confidence_interval_.reindex(curve["age"]).ffill().to_numpy()[known]
    ours = curve.loc[known, ["survival_low", "survival_high"]].to_numpy()
    assert ours == pytest.approx(bounds, abs=1e-12)


def test_the_difference_is_the_logrank_test_of_lifelines():
    pytest.importorskip("lifelines")
    from lifelines.statistics import logrank_test

    rng = np.random.default_rng(1)
    leave, ended = rng.integers(1, 5, 400), rng.random(400) < 0.6
    mine = rng.random(400) < 0.5
    curves = [survival_curve(spells(0, leave[q], ended[q])) for q in (mine, ~mine)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of lifelines against pandas
        expected = logrank_test(leave[mine], leave[~mine], ended[mine], ended[~mine]).p_value
    assert local_tie_difference(*curves) == pytest.approx(expected, abs=1e-12)


def test_once_all_ties_have_ended_late_entries_do_not_revive_the_curve():
    curve = survival_curve(spells([0, 0, 2], [1, 1, 3], [True, True, True]))
    assert curve["survival"].tolist() == [1.0, 0.0, 0.0, 0.0]
    assert curve["survival_low"].isna().all()


def test_without_spells_there_is_no_curve():
    assert survival_curve(spells([], [], [])).empty
    names = pd.DataFrame({"industry": [], "name": []})
    assert tie_survival(spells([], [], []).assign(industry_key=[], is_local=[]), names).empty


def test_the_order_of_rows_changes_nothing():
    rng = np.random.default_rng(2)
    firms = pd.DataFrame(
        {"firm_key": np.tile(np.arange(20), 4), "year": np.repeat([2019, 2020, 2021, 2022], 20),
         "region_key": np.tile(np.arange(20) % 3, 4), "industry_key": 0, "group_key": np.nan}
    )  # fmt: skip
    ties = pd.DataFrame(
        {"source_key": rng.integers(0, 20, 150), "target_key": rng.integers(0, 20, 150),
         "year": rng.integers(2019, 2023, 150), "kind": "supply"}
    ).query("source_key != target_key").drop_duplicates()  # fmt: skip

    def counted(order):
        return tie_spells(study_of(firms, ties.iloc[order], firms=20))

    pd.testing.assert_frame_equal(
        counted(np.arange(len(ties))), counted(rng.permutation(len(ties)))
    )


def test_without_ties_there_are_no_spells():
    firms = pd.DataFrame({"firm_key": [0], "year": 2020, "region_key": 0, "industry_key": 0})
    nobody = pd.DataFrame({"source_key": [0], "target_key": [0], "year": [2020], "kind": "supply"})
    assert tie_spells(study_of(firms, nobody[:0], firms=1)).empty


@pytest.mark.parametrize(("first", "told"), [(1962, 0), (1961, 1), (1958, 1)])
def test_years_of_ties_that_are_too_many_to_watch_are_told(first, told):
    years = np.arange(first, 2024)  # 62 years from 1962 on
    firms = pd.DataFrame({"year": np.repeat(years, 2), "firm_key": np.tile([0, 1], len(years))})
    firms = firms.assign(region_key=0, industry_key=0, group_key=np.nan)
    ties = pd.DataFrame({"source_key": 0, "target_key": 1, "year": years, "kind": "supply"})
    notices = tie_spells(study_of(firms, ties, firms=2)).attrs["warnings"]
    assert len(notices) == told
    assert all(f"from {first} to 1961" in notice.en for notice in notices)
