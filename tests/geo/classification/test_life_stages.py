"""Stages of hand-written paths."""

import numpy as np
import pandas as pd
import pytest

from geo.classification.life_stages import Rungs, leaving_thresholds, rungs, stage_paths, stages
from geo.settings import Thresholds
from geo.vocabulary import STAGES
from tests.geo.classification.evidence_by_hand import CLUSTER

_NAMES = ["not_known", "declining", "at_risk", "forming", "upgrading", "mature", "steady"]


def path(years: str, plants: list[float] | None = None) -> str:
    """Stages of one cell beside a large one: its rung in every year, `?` where nothing is told.

    Two letters a year where the lower floors tell another rung than the upper, as `1/2`.
    """
    tokens = years.split()
    ladders = []
    for side in (0, -1):
        told = [token.split("/")[side] for token in tokens]
        low = [0 if t == "?" else int(t.rstrip("+")) for t in told]
        high = [3 if t == "?" or t.endswith("+") else int(t) for t in told]
        nowhere = [0] * len(tokens)
        ladders.append(Rungs(*(np.array([b, nowhere], dtype=np.int8) for b in (low, high))))
    count = np.array([plants or [20.0] * len(tokens), [1000.0] * len(tokens)])
    codes = stage_paths(ladders[0], ladders[1], establishments=count)[0]
    letters = dict(zip(range(7), ".DRFUMS", strict=True))
    return "".join(letters[int(code)] for code in codes)


def test_letters_stand_for_every_stage() -> None:
    assert set(_NAMES) == set(STAGES)


def test_rise_plateau_and_decline() -> None:
    # Two years on the ground, two on each rung up, three on top, two on each rung down.
    years = "0 0 0 1 1 2 2 3 3 3 3 3 2 2 1 1 0 0"
    assert path(years) == "..SSFFUUUUUMMRRRRD"


@pytest.mark.parametrize("year", range(2, 8))
@pytest.mark.parametrize("noise", "012?")
def test_one_noisy_year_does_not_flicker(year: int, noise: str) -> None:
    years = ["3"] * 9
    years[year] = noise
    assert path(" ".join(years)).lstrip(".") == "M" * (7 if year > 2 or noise != "?" else 6)


@pytest.mark.parametrize("noise", "123")
def test_one_year_up_from_the_ground_is_noise_too(noise: str) -> None:
    assert path(f"0 0 0 {noise} 0 0 {noise} 0") == "..SSSSSS"


def test_first_year_alone_is_no_change() -> None:
    assert path("1 0 0 0") == "..SS"
    assert path("0 1 1 1") == "..SS"


def test_undetermined_year_does_not_reset_the_clock() -> None:
    # The second year on the first rung comes after one that tells nothing.
    assert path("0 0 0 1 ? 1 1") == "..SSSFF"


def test_undetermined_year_does_not_count_either() -> None:
    assert path("0 0 0 1 ? ? 0 0") == "..SSSSSS"
    assert path("0 ? 0 ? 0") == "....S"


def test_fewer_than_three_years_make_no_path() -> None:
    assert path("3 3") == ".."
    assert path("3 3 3") == "..M"


def test_concentration_known_and_collaboration_not_is_a_path_on_the_first_rung() -> None:
    assert path("0 0 0 1+ 1+ 1+ 1+ 1+") == "..SSFFFS"


def test_what_meets_the_lower_floors_is_kept() -> None:
    # Below the upper floors for good (rung 1), yet above the lower ones (rung 2).
    assert path("2 2 2 1/2 1/2 1/2 1/2") == "..SSSSS"
    assert path("2 2 2 1 1 1 1") == "..SSRRR"


def test_what_only_meets_the_lower_floors_is_not_entered() -> None:
    assert path("0 0 0 0/1 0/1 0/1") == "..SSSS"


def test_agglomeration_that_empties_is_at_risk_and_then_declines() -> None:
    # Peak of two years 40; below 32 twice in the fifth year, below 24 twice in the eighth.
    plants = [40, 40, 38, 31, 30, 26, 22, 20]
    assert path("1 1 1 1 1 1 1 1", [float(n) for n in plants]) == "..SSRRRD"


def test_plants_come_back_after_two_years() -> None:
    plants = [40, 40, 40, 30, 30, 38, 38, 39]
    assert path("1 1 1 1 1 1 1 1", [float(n) for n in plants]) == "..SSRRSS"


def test_one_bad_year_of_plants_and_one_good_one_are_noise() -> None:
    assert path("1 1 1 1 1", [40.0, 40, 20, 40, 40]) == "..SSS"
    assert path("1 1 1 1 1", [40.0, 40, 90, 40, 40]) == "..SSS"


def test_few_plants_fewer_are_noise() -> None:
    # Five to four is a fifth, but less than the square root of five.
    assert path("1 1 1 1 1", [5.0, 5, 4, 4, 4]) == "..SSS"


def test_dispersed_industry_that_shrinks_is_no_stage() -> None:
    assert path("0 0 0 0 0", [40.0, 40, 20, 20, 20]) == "..SSS"


def test_register_that_shrinks_is_no_decline() -> None:
    # All cells lose half of their plants at once: the share of each stays.
    plants = np.array([[40.0, 40, 20, 20, 20], [80.0, 80, 40, 40, 40]])
    ladder = Rungs(np.ones((2, 5), dtype=np.int8), np.ones((2, 5), dtype=np.int8))
    codes = stage_paths(ladder, ladder, establishments=plants)
    assert [_NAMES[code] for code in codes[0]][2:] == ["steady"] * 3


def test_later_years_change_no_earlier_stage() -> None:
    rng = np.random.default_rng(7)
    low = rng.integers(0, 4, (200, 9)).astype(np.int8)
    high = np.maximum(low, rng.integers(0, 4, (200, 9)).astype(np.int8))
    plants = rng.poisson(20, (200, 9)).astype(np.float64)
    whole = stage_paths(Rungs(low, high), Rungs(low, high), establishments=plants)
    for years in range(1, 9):
        seen = Rungs(low[:, :years], high[:, :years])
        part = stage_paths(seen, seen, establishments=plants[:, :years])
        assert np.array_equal(part, whole[:, :years])


def test_rungs_follow_kleene_logic() -> None:
    answered = pd.DataFrame(
        {
            "is_concentrated": [False, True, True, True, None],
            "is_collaborating": [True, False, None, True, True],
            "has_ecosystem": [True, True, True, None, True],
        },
        dtype="boolean",
    )
    low, high = rungs(answered)
    assert low.tolist() == [0, 1, 1, 2, 0]
    assert high.tolist() == [0, 1, 3, 3, 3]


def test_lower_floors_are_lower() -> None:
    upper, lower = Thresholds(), leaving_thresholds(Thresholds())
    assert lower.location_quotient == 1.0
    assert lower.establishments == 4
    assert lower.significance == 2 * upper.significance
    assert lower.tie_persistence < upper.tie_persistence


def evidence(years: list[int], quotients: list[float]) -> pd.DataFrame:
    """One cell that is concentrated where its quotient says so, without any ties."""
    table = pd.DataFrame(
        {
            "year": years,
            "region_key": 0,
            "industry_key": 0,
            "establishments": 20.0,
            "location_quotient": quotients,
        }
    )
    table["location_quotient_asked"] = table["location_quotient"]
    table["location_quotient_asked_low"] = table["location_quotient"] * 0.9
    table["concentration_q"] = (table["location_quotient"] < 1.2) * 0.9
    table["effective_establishments"] = 10.0
    missing = [c for c in CLUSTER if c not in table]
    return table.assign(**dict.fromkeys(missing, np.nan))


def test_missing_years_and_shuffled_rows_make_the_same_path() -> None:
    table = evidence([2010, 2011, 2012, 2015, 2016, 2017], [0.5, 0.5, 0.5, 2.0, 2.0, 2.0])
    told = stages(table, Thresholds())
    assert told.tolist() == ["not_known", "not_known", "steady", "steady", "forming", "forming"]
    shuffled = stages(table.sample(frac=1, random_state=1), Thresholds())
    assert shuffled.sort_index().equals(told)


def test_no_cells_no_stages() -> None:
    assert len(stages(evidence([], []), Thresholds())) == 0
