"""Taking evidence away never turns an answer or a verdict into its opposite.

What is lost is drawn cell by cell and column by column. A verdict is read as the set of classes
that it leaves possible: with less evidence that set may only grow.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.classification.answers import answers, is_beyond_distance, is_concentrated, is_stable
from geo.classification.judgements import judgements
from geo.settings import Thresholds
from geo.vocabulary import Class

PROFILES = (Thresholds(), Thresholds(asks_distance=True))
QUESTIONS = (
    "is_beyond_chance", "is_broad", "is_stable", "is_beyond_distance", "is_concentrated",
    "is_collaborating", "has_ecosystem",
)  # fmt: skip
CELLS = 400

# What every question reads, with the value between its bounds.
LINKAGE = (
    ("matching_degree", "matching_degree_high"),
    ("matching_degree_without_hub", "matching_degree_high_without_hub"),
    ("distance_degree", "distance_degree_high"),
    ("locally_linked_share", "locally_linked_share_high"),
    ("tie_persistence_low", "tie_persistence", "tie_persistence_high"),
    ("institution_tied_share", "institution_tied_share_high"),
    *((name,) for name in (
        "matching_q", "matching_q_without_hub", "distance_q", "institution_q", "link_coverage",
        "persistence_base_rate", "innovation_kind_reach", "service_kind_reach",
    )),
)  # fmt: skip
QUOTIENTS = ("location_quotient_low", "location_quotient")


def linkage(rng: np.random.Generator, suffix: str = "") -> dict[str, np.ndarray]:
    """Evidence of questions B and C: of half of the cells strong, so that some pass everything."""
    is_strong = rng.random(CELLS) < 0.5
    columns = {}
    for names in LINKAGE:
        draws = np.sort(rng.beta(0.6, 1.0, size=(CELLS, len(names))), axis=1)
        is_test = names[0].endswith(("_q", "_q_without_hub"))
        power = np.where(is_strong, 9.0, 3.0) if is_test else np.where(is_strong, 0.3, 1.0)
        for i, name in enumerate(names):
            columns[f"{name}{suffix}"] = draws[:, i] ** power
    return columns


def drawn_cells(seed: int) -> tuple[pd.DataFrame, list[str]]:
    """Cells of two years and the names of their evidence."""
    rng = np.random.default_rng(seed)
    plants = rng.integers(1, 14, CELLS).astype(float)
    equality = rng.random(CELLS) ** 0.5
    columns = {"establishments": plants, "effective_establishments": 1 + (plants - 1) * equality}
    columns["location_quotient_low"], columns["location_quotient"] = np.sort(
        4 * rng.random((2, CELLS)), axis=0
    )
    columns["concentration_q"] = rng.random(CELLS) ** 6
    # The fewest and the most establishments that totals allow lie around the true number.
    for end, turn in (("least", rng.random(CELLS)), ("most", 1 + rng.random(CELLS))):
        for name in ("establishments", *QUOTIENTS):
            columns[f"{name}_{end}"] = columns[name] * turn
        columns[f"concentration_q_{end}"] = columns["concentration_q"] ** turn
    columns |= linkage(rng) | linkage(rng, "_across")
    evidence = [*columns, "chain_partners_here"]
    cells = pd.DataFrame(columns)
    goes_on = rng.random(CELLS) < 0.4
    across = [name for name in columns if name.endswith("_across")]
    cells.loc[~goes_on, across] = np.nan
    partners = pd.Series(rng.integers(0, 2, CELLS) == 1, dtype="boolean")
    keys = {
        "year": np.repeat([2020, 2021], CELLS // 2),
        "other_region_key": np.where(goes_on, 1.0, np.nan),
        "chain_partners_here": partners,
    }
    return cells.assign(**keys), evidence


def less_known(cells: pd.DataFrame, evidence: list[str], *, seed: int) -> pd.DataFrame:
    """The cells without one to all of the pieces of evidence, another choice in each cell."""
    rng = np.random.default_rng([seed, 1])
    chance = np.where(rng.random(CELLS) < 0.5, 1.5 / len(evidence), rng.random(CELLS))
    lost = rng.random((CELLS, len(evidence))) < chance[:, None]
    # A year that knows no plant size does not ask for it, which is another question.
    lost[[0, CELLS // 2], evidence.index("effective_establishments")] = False
    kept = cells.copy()
    kept[evidence] = cells[evidence].mask(pd.DataFrame(lost, columns=evidence))
    return kept


seeds = st.integers(0, 2**32 - 1)


@given(seeds, st.sampled_from(PROFILES))
@settings(max_examples=40)
def test_lost_evidence_leaves_an_answer_or_opens_it(seed: int, thresholds: Thresholds) -> None:
    cells, evidence = drawn_cells(seed)
    full = answers(cells, thresholds)
    less = answers(less_known(cells, evidence, seed=seed), thresholds)
    for question in QUESTIONS:
        known = less[question].notna()
        assert less[question][known].eq(full[question][known]).all(), question


CONCENTRATED = {Class.AGGLOMERATION, Class.EMERGING_CLUSTER, Class.CLUSTER}
EVERY = CONCENTRATED | {Class.DISPERSED, Class.NETWORKED}


def left_possible(row: pd.Series) -> set[str]:
    """Classes that full evidence could still give, as the verdict reads."""
    by_answers = {
        (Class.DISPERSED, "ties"): {Class.DISPERSED},
        (Class.DISPERSED, "none"): {Class.DISPERSED, Class.NETWORKED},
        (Class.NETWORKED, "ties"): {Class.NETWORKED},
        (Class.AGGLOMERATION, "ties"): {Class.AGGLOMERATION},
        # What a table expects is no tie seen, and none ruled out.
        (Class.AGGLOMERATION, "input_output"): CONCENTRATED,
        (Class.POTENTIAL_CLUSTER, "input_output"): CONCENTRATED,
        (Class.CLUSTER, "ties"): {Class.CLUSTER},
        (Class.EMERGING_CLUSTER, "ties"): {Class.EMERGING_CLUSTER}
        | ({Class.CLUSTER} if pd.isna(row["has_ecosystem"]) else set()),
        (Class.UNDETERMINED, "none"): EVERY if pd.isna(row["is_concentrated"]) else CONCENTRATED,
        (Class.UNDETERMINED, "ties"): EVERY,
    }
    return by_answers[Class(row["class"]), row["basis"]]


@given(seeds, st.sampled_from(PROFILES))
@settings(max_examples=25)
def test_lost_evidence_rules_no_class_out(seed: int, thresholds: Thresholds) -> None:
    cells, evidence = drawn_cells(seed)
    full = judgements(cells, thresholds)
    less = judgements(less_known(cells, evidence, seed=seed), thresholds)
    for (_, before), (_, after) in zip(full.iterrows(), less.iterrows(), strict=True):
        assert left_possible(before) <= left_possible(after)


def test_the_draws_reach_every_class_and_lose_every_answer() -> None:
    # Otherwise the two properties above could hold for want of cases.
    cells, evidence = drawn_cells(1)
    full = judgements(cells, Thresholds())
    less = judgements(less_known(cells, evidence, seed=1), Thresholds())
    assert set(full["class"]) | set(less["class"]) == {str(name) for name in Class}
    for question in ("is_concentrated", "is_collaborating", "has_ecosystem"):
        assert {True, False} <= set(full[question].dropna())
        assert (less[question].isna() & full[question].notna()).any()
        assert (less[question].notna() & full[question].notna()).any()


# No is said by the upper bound of the effect: with it at its floor, whatever the test says.
EFFECTS = (
    ("is_beyond_chance", "matching_degree", "matching_q", 0.25),
    ("is_broad", "locally_linked_share", None, 0.3),
    ("is_stable", "tie_persistence", None, 0.5),
    ("is_beyond_distance", "distance_degree", "distance_q", 0.25),
    ("has_ecosystem", "institution_tied_share", "institution_q", 0.15),
)
PASSING = {"link_coverage": 1.0, "persistence_base_rate": 0.9, "tie_persistence_low": 0.0}
PASSING |= {"innovation_kind_reach": 1.0, "service_kind_reach": 1.0}


@pytest.mark.parametrize(("question", "effect", "test", "floor"), EFFECTS)
def test_no_is_said_by_the_upper_bound_of_the_effect_and_never_by_a_failed_test(
    question: str, effect: str, test: str | None, floor: float
) -> None:
    cells, _ = drawn_cells(3)
    highs = [floor, floor - 0.01]
    # Not significant, and the effect itself below its floor.
    two = cells.head(2).assign(**PASSING, **{effect: floor / 2, f"{effect}_high": highs})
    given_answers = answers(two.assign(**({test: 1.0} if test else {})), PROFILES[1])[question]
    assert given_answers.isna().tolist() == [True, False]
    assert not given_answers.iloc[1]


@pytest.mark.parametrize(
    ("question", "effect", "floor"), [(q, e, f) for q, e, _, f in EFFECTS if "distance" not in e]
)
def test_firms_outside_the_link_source_widen_the_upper_bound_of_every_effect(
    question: str, effect: str, floor: float
) -> None:
    cells, _ = drawn_cells(3)
    low = {effect: 0.0, f"{effect}_high": floor - 0.05}
    two = cells.head(2).assign(**PASSING | low | {"link_coverage": [1.0, 0.94]})
    assert answers(two, Thresholds())[question].isna().tolist() == [False, True]


def test_lasting_is_open_where_the_usual_is_not_known() -> None:
    # With the usual at 30 % it lasts; with the usual at 90 % it does not; so nobody knows.
    cells, _ = drawn_cells(3)
    bounds = {"tie_persistence_low": 0.4, "tie_persistence": 0.48, "tie_persistence_high": 0.49}
    three = cells.head(3).assign(
        **bounds, persistence_base_rate=[0.3, 0.9, np.nan], link_coverage=1.0
    )
    found = is_stable(three, Thresholds())
    assert found.isna().tolist() == [False, False, True]
    assert found.iloc[:2].tolist() == [True, False]


def test_local_ties_within_what_distance_leaves_open_are_not_explained_by_it() -> None:
    cells, _ = drawn_cells(3)
    one = cells.head(1).assign(distance_q=0.3, distance_degree=0.2, distance_degree_high=0.6)
    assert is_beyond_distance(one, PROFILES[1]).isna().all()


def test_withheld_cells_are_asked_for_plant_sizes_where_their_year_knows_some() -> None:
    names = ("establishments", *QUOTIENTS)
    ends = {f"{name}_{end}": 9.0 for name in names for end in ("least", "most")}
    ends |= {"concentration_q_least": 0.0, "concentration_q_most": 0.0}
    cells = pd.DataFrame({"year": [2020, 2020], **ends})
    cells[[*names, "concentration_q", "effective_establishments"]] = [
        [np.nan] * 5,
        [9.0, 9.0, 9.0, 0.0, 9.0],
    ]
    assert is_concentrated(cells, Thresholds()).isna().tolist() == [True, False]
