"""Taking evidence away never turns an answer or a verdict into its opposite.

What is lost is drawn cell by cell and column by column. A verdict is read as the set of classes
that it leaves possible: with less evidence that set may only grow.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.classification.families import KNOWLEDGE, SUPPLY
from geo.classification.questions import (
    answers,
    collaborates_by,
    is_beyond_reach,
    is_concentrated,
    is_lasting_family,
)
from geo.classification.truth_table import judgements
from geo.settings import Thresholds
from geo.vocabulary import Class

QUESTIONS = (
    "is_beyond_reach", "is_broad", "is_stable", "collaborates_by_supply",
    "collaborates_by_knowledge", "is_concentrated", "is_collaborating", "has_ecosystem",
)  # fmt: skip
CELLS = 400

# What every question reads, with the value between its bounds. A chance is never more than the
# same corrected for many tests.
SUPPLY_EVIDENCE = (
    *(
        names
        for suffix in ("", "_without_hub")
        for names in (
            tuple(f"excess_local_share{end}{suffix}" for end in ("_low", "", "_high")),
            (f"reach_p{suffix}", f"reach_q{suffix}"),
        )
    ),
    ("locally_linked_share", "locally_linked_share_high"),
    ("tie_persistence_low", "tie_persistence", "tie_persistence_high"),
    ("usual_linked_share",), ("link_coverage",), ("persistence_base_rate",),
)  # fmt: skip
KNOWLEDGE_EVIDENCE = (
    *(
        names
        for suffix in ("", "_without_hub")
        for names in (
            tuple(f"knowledge_excess_local_share{end}{suffix}" for end in ("_low", "", "_high")),
            (f"knowledge_reach_p{suffix}", f"knowledge_reach_q{suffix}"),
        )
    ),
    ("knowledge_linked_share", "knowledge_linked_share_high"),
    ("knowledge_persistence_low", "knowledge_persistence", "knowledge_persistence_high"),
    ("usual_knowledge_linked_share",), ("knowledge_coverage",),
)  # fmt: skip
INSTITUTION_EVIDENCE = (
    ("institution_tied_share", "institution_tied_share_high"),
    ("institution_q",), ("tie_coverage",), ("innovation_kind_reach",), ("service_kind_reach",),
)  # fmt: skip
TIES = {
    "": ("supply_ties", "usual_local_supply_ties"),
    "knowledge": ("knowledge_ties", "usual_local_knowledge_ties"),
}
QUOTIENTS = ("location_quotient_low", "location_quotient")


def linkage(
    rng: np.random.Generator, evidence: tuple[tuple[str, ...], ...], suffix: str = ""
) -> dict[str, np.ndarray]:
    """Evidence of questions B and C: of half of the cells strong, so that some pass everything."""
    is_strong = rng.random(CELLS) < 0.5
    columns = {}
    for names in evidence:
        draws = np.sort(rng.beta(0.6, 1.0, size=(CELLS, len(names))), axis=1)
        is_test = any("_q" in name for name in names)
        is_usual = names[0].startswith("usual")
        power = np.where(is_strong, 0.3, 1.0)
        power = np.where(is_strong, 9.0, 3.0) if is_test else 4.0 if is_usual else power
        # Sources cover most firms, or else nobody could say no.
        power = 0.1 if names[0].endswith("coverage") else power
        for i, name in enumerate(names):
            columns[f"{name}{suffix}"] = draws[:, i] ** power
    return columns


def ties(rng: np.random.Generator, family: str, suffix: str = "") -> dict[str, np.ndarray]:
    """Numbers of ties, and of usual local ones, which are mostly few."""
    columns = {}
    for hub in ("", "_without_hub"):
        number, usual = TIES[family]
        columns[f"{number}{hub}{suffix}"] = rng.integers(1, 200, CELLS).astype(float)
        share = rng.random(CELLS) ** 2
        columns[f"{usual}{hub}{suffix}"] = share * columns[f"{number}{hub}{suffix}"]
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
    for name in QUOTIENTS:
        columns[name.replace("quotient", "quotient_asked")] = columns[name]
    columns["concentration_q"] = rng.random(CELLS) ** 6
    # The fewest and the most establishments that totals allow lie around the true number.
    for end, turn in (("least", rng.random(CELLS)), ("most", 1 + rng.random(CELLS))):
        for name in ("establishments", *QUOTIENTS):
            columns[f"{name}_{end}"] = columns[name] * turn
        columns[f"concentration_q_{end}"] = columns["concentration_q"] ** turn
    beside = SUPPLY_EVIDENCE + INSTITUTION_EVIDENCE
    columns |= linkage(rng, beside) | ties(rng, "")
    columns |= linkage(rng, KNOWLEDGE_EVIDENCE) | ties(rng, "knowledge")
    # Of what two regions show together only a yes counts, so losing it can only take that away.
    evidence = [*columns, "chain_partners_here"]
    columns |= linkage(rng, beside, "_across") | ties(rng, "", "_across")
    cells = pd.DataFrame(columns)
    goes_on = rng.random(CELLS) < 0.4
    across = [name for name in columns if name.endswith("_across")]
    cells.loc[~goes_on, across] = np.nan
    partners = pd.Series(rng.integers(0, 2, CELLS) == 1, dtype="boolean")
    keys = {
        "year": np.repeat([2020, 2021], CELLS // 2),
        "living_firms": plants,
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
    # Nor does a dataset that has no knowledge tie at all ask for any.
    lost[0, evidence.index("knowledge_ties")] = False
    kept = cells.copy()
    kept[evidence] = cells[evidence].mask(pd.DataFrame(lost, columns=evidence))
    return kept


seeds = st.integers(0, 2**32 - 1)


@given(seeds)
@settings(max_examples=40)
def test_lost_evidence_leaves_an_answer_or_opens_it(seed: int) -> None:
    cells, evidence = drawn_cells(seed)
    thresholds = Thresholds()
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


@given(seeds)
@settings(max_examples=25)
def test_lost_evidence_rules_no_class_out(seed: int) -> None:
    cells, evidence = drawn_cells(seed)
    thresholds = Thresholds()
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
    ("is_beyond_reach", "excess_local_share", ("reach_p", "reach_q"), 0.25, "link_coverage"),
    ("is_broad", "locally_linked_share", (), 0.3, "link_coverage"),
    ("is_stable", "tie_persistence", (), 0.5, "link_coverage"),
    ("has_ecosystem", "institution_tied_share", ("institution_q",), 0.15, "tie_coverage"),
)
PASSING = {
    "link_coverage": 1.0, "tie_coverage": 1.0, "persistence_base_rate": 0.9,
    "tie_persistence_low": 0.0, "excess_local_share_low": -0.1, "usual_linked_share": 0.0,
    "supply_ties": 100.0, "usual_local_supply_ties": 10.0, "innovation_kind_reach": 1.0,
    "service_kind_reach": 1.0, "reach_p": 1.0, "reach_q": 1.0, "institution_q": 1.0,
}  # fmt: skip


@pytest.mark.parametrize(("question", "effect", "tests", "floor", "_coverage"), EFFECTS)
def test_no_is_said_by_the_upper_bound_of_the_effect_and_never_by_a_failed_test(
    question: str, effect: str, tests: tuple[str, ...], floor: float, _coverage: str
) -> None:
    cells, _ = drawn_cells(3)
    highs = [floor, floor - 0.01]
    # Not significant, and the effect itself below its floor.
    low = {effect: 0.02, f"{effect}_high": highs, **dict.fromkeys(tests, 1.0)}
    two = cells.head(2).drop(columns=[c for c in cells if c.endswith("_across")])
    given_answers = answers(two.assign(**PASSING | low), Thresholds())[question]
    assert given_answers.isna().tolist() == [True, False]
    assert not given_answers.iloc[1]


@pytest.mark.parametrize(("question", "effect", "_tests", "floor", "coverage"), EFFECTS)
def test_firms_outside_the_link_source_widen_the_upper_bound_of_every_effect(
    question: str, effect: str, _tests: tuple[str, ...], floor: float, coverage: str
) -> None:
    cells, _ = drawn_cells(3)
    # The bound lies five hundredths below the floor, and six more firms of a hundred are unseen
    # (seven of an excess, of which the seen part weighs less then, too).
    low = {effect: 0.01, f"{effect}_high": floor - 0.05, coverage: [1.0, 0.93]}
    two = cells.head(2).drop(columns=[c for c in cells if c.endswith("_across")])
    assert answers(two.assign(**PASSING | low), Thresholds())[question].isna().tolist() == [
        False,
        True,
    ]


def test_lasting_is_open_where_the_usual_is_not_known() -> None:
    # With the usual at 30 % it lasts; with the usual at 90 % it does not; so nobody knows.
    cells, _ = drawn_cells(3)
    bounds = {"tie_persistence_low": 0.4, "tie_persistence": 0.48, "tie_persistence_high": 0.49}
    three = cells.head(3).assign(
        **bounds, persistence_base_rate=[0.3, 0.9, np.nan], link_coverage=1.0
    )
    found = is_lasting_family(SUPPLY, three, Thresholds())
    assert found.isna().tolist() == [False, False, True]
    assert found.iloc[:2].tolist() == [True, False]


def test_a_chance_that_is_not_known_speaks_neither_for_an_excess_nor_against_one() -> None:
    cells, _ = drawn_cells(3)
    small = PASSING | {"excess_local_share": 0.0, "excess_local_share_high": 0.1}
    two = cells.head(2).assign(**small | {"reach_p": [0.8, np.nan], "reach_q": [0.9, np.nan]})
    assert is_beyond_reach(SUPPLY, two, Thresholds()).isna().tolist() == [False, True]


def test_of_a_family_without_any_tie_in_the_data_knowledge_is_a_no_and_supply_is_open() -> None:
    cells, _ = drawn_cells(3)
    none = [c for c in cells if c.startswith(("knowledge", "supply", "usual_knowledge"))]
    for table in (cells.assign(**dict.fromkeys(none, np.nan)), cells.drop(columns=none)):
        assert collaborates_by(SUPPLY, table, Thresholds()).isna().any()
        assert collaborates_by(KNOWLEDGE, table, Thresholds()).eq(other=False).all()


def test_withheld_cells_are_asked_for_plant_sizes_where_their_year_knows_some() -> None:
    names = ("establishments", *QUOTIENTS)
    ends = {f"{name}_{end}": 9.0 for name in names for end in ("least", "most")}
    ends |= {"concentration_q_least": 0.0, "concentration_q_most": 0.0}
    cells = pd.DataFrame({"year": [2020, 2020], **ends})
    asked = [f"location_quotient_asked{end}" for end in ("", "_low")]
    cells[[*names, "concentration_q", "effective_establishments", *asked]] = [
        [np.nan] * 7,
        [9.0, 9.0, 9.0, 0.0, 9.0, 9.0, 9.0],
    ]
    assert is_concentrated(cells, Thresholds()).isna().tolist() == [True, False]
