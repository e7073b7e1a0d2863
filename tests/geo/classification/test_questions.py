import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.classification.families import SUPPLY
from geo.classification.questions import (
    answers,
    is_beyond_reach,
    is_broad,
    is_concentrated,
    is_lasting_family,
)
from geo.settings import Thresholds
from tests.geo.classification.evidence_by_hand import CLUSTER, EXCHANGE, NO_SUPPLY


def one(**changes):
    return pd.DataFrame([CLUSTER | changes])


def answer(name, **changes):
    value = answers(one(**changes), Thresholds())[name].iloc[0]
    return None if value is pd.NA else bool(value)


def test_a_cell_that_passes_everything_is_answered_yes_three_times():
    row = answers(one(), Thresholds()).iloc[0]
    assert row[["is_concentrated", "is_collaborating", "has_ecosystem"]].all()
    assert row[["concentrated_by", "collaboration_by"]].tolist() == ["plants", "supply"]


ACROSS = {f"{c}_across": v for c, v in CLUSTER.items() if c not in {"year", "establishments"}}
HALF = {
    "reach_p": 0.9,
    "reach_q": 0.9,
    "excess_local_share": 0.02,
    "excess_local_share_low": -0.02,
    "excess_local_share_high": 0.1,
    "institution_tied_share": 0.05,
    "institution_tied_share_high": 0.1,
}


def test_a_cell_that_collaborates_together_with_the_adjoining_region_collaborates():
    row = answers(one(**HALF, **ACROSS), Thresholds()).iloc[0]
    assert row["is_collaborating_across"]
    assert row["is_collaborating"]
    assert row["has_ecosystem"]


def test_what_two_regions_do_not_show_together_leaves_the_answer_of_the_one():
    weak = {"excess_local_share_across": 0.04, "excess_local_share_high_across": 0.2}
    alone = answers(one(**HALF), Thresholds())
    together = answers(one(**HALF, **ACROSS | weak), Thresholds())
    pd.testing.assert_frame_equal(together, alone)


def test_what_is_not_known_of_two_regions_together_leaves_the_answer_of_the_one():
    # Across a border only a yes counts: of its own ties the cell's own answer is the better one.
    lost = {"tie_persistence_low_across": np.nan}
    together = answers(one(**HALF, **ACROSS | lost), Thresholds())
    pd.testing.assert_frame_equal(together, answers(one(**HALF), Thresholds()))
    assert together["is_collaborating"].tolist() == [False]


def test_a_region_that_collaborates_alone_does_so_whatever_is_not_known_across():
    row = answers(one(**ACROSS | {"tie_persistence_low_across": np.nan}), Thresholds()).iloc[0]
    assert row[["is_collaborating", "has_ecosystem"]].all()


@pytest.mark.parametrize(
    "changes",
    [
        {"establishments": 4.0},
        {"effective_establishments": 2.9},
        {"location_quotient_asked": 1.24},
        {"location_quotient_asked_low": 1.0},
        {"concentration_q": 0.051},
    ],
)
def test_one_failed_condition_makes_concentration_no(changes):
    assert answer("is_concentrated", **changes) is False


def test_unknown_number_of_establishments_leaves_concentration_open():
    unknown = dict.fromkeys(
        (
            "establishments",
            "location_quotient_asked",
            "location_quotient_asked_low",
            "concentration_q",
        ),
        np.nan,
    )
    assert answer("is_concentrated", **unknown) is None


def test_plant_sizes_are_not_asked_in_a_year_that_knows_none():
    assert answer("is_concentrated", effective_establishments=np.nan) is True


def test_plants_of_unknown_size_could_make_a_lone_plant_one_of_many():
    # Effective ones of the known plants 2.5; two more of unknown size make it 4.5 at most.
    lone = {"effective_establishments": 2.5}
    assert answer("is_concentrated", **lone, effective_establishments_most=2.5) is False
    assert answer("is_concentrated", **lone, effective_establishments_most=4.5) is None


def test_a_cell_without_plant_sizes_is_open_in_a_year_that_knows_others():
    cells = pd.DataFrame([CLUSTER, CLUSTER | {"effective_establishments": np.nan}])
    assert is_concentrated(cells, Thresholds()).isna().tolist() == [False, True]


def test_local_ties_that_churn_are_no_collaboration():
    assert answer("is_collaborating", tie_persistence_low=0.2, tie_persistence_high=0.4) is False


def test_too_few_ties_to_see_whether_they_last_leaves_collaboration_open():
    assert answer("is_collaborating", tie_persistence_low=0.3, tie_persistence_high=0.95) is None


def test_one_year_of_ties_leaves_collaboration_open_even_where_they_are_no_more_than_usual():
    assert answer("is_collaborating", **NO_SUPPLY) is False
    assert answer("is_collaborating", **NO_SUPPLY, persistence_base_rate=np.nan) is None


def test_one_hub_makes_no_collaboration():
    no_excess = {c: value for c, value in NO_SUPPLY.items() if c.endswith("_without_hub")}
    assert answer("is_collaborating", **no_excess) is False


@pytest.mark.parametrize(
    ("changes", "beyond"),
    [
        ({}, True),
        # Significant, but a twentieth of the ties is the least that matters.
        ({"excess_local_share": 0.04, "excess_local_share_low": 0.03}, None),
        # Enough, and a half of the floor is not ruled out.
        ({"excess_local_share_low": 0.025}, None),
        ({"reach_q": 0.051}, None),
        (NO_SUPPLY, False),
        # Something speaks for an excess, though less than it takes.
        (NO_SUPPLY | {"reach_p": 0.1}, None),
        # A quarter of the ties is not ruled out.
        (NO_SUPPLY | {"excess_local_share_high": 0.25}, None),
        # Of 200 ties 151 would be local anyway: 49 are less than the quarter that must be free.
        (NO_SUPPLY | {"usual_local_supply_ties": 151.0}, None),
        (NO_SUPPLY | {"usual_local_supply_ties": 150.0}, False),
    ],
)
def test_beyond_the_usual_reach_asks_for_existence_and_size_and_no_for_an_upper_bound(
    changes, beyond
):
    found = is_beyond_reach(SUPPLY, one(**changes), Thresholds())
    assert found.astype(object).where(found.notna(), None).tolist() == [beyond]


def test_ties_that_nobody_covers_could_all_be_local():
    # At most 7.1 % of nine tenths and all of one tenth: 16 %; of four fifths and a fifth: 26 %.
    for covered, open_ in ((0.9, False), (0.8, True)):
        found = is_beyond_reach(SUPPLY, one(**NO_SUPPLY, link_coverage=covered), Thresholds())
        assert found.isna().tolist() == [open_]


def test_a_local_partner_that_many_ties_bring_by_chance_is_no_breadth():
    # 70 % have one, and of firms with so many ties 80 % would by the usual reach.
    cells = one(usual_linked_share=0.8)
    assert is_broad(SUPPLY, cells, Thresholds()).tolist() == [False]
    # Where all would have one anyway, all of them is as many as there can be.
    all_of_them = one(locally_linked_share=1.0, usual_linked_share=0.99)
    assert is_broad(SUPPLY, all_of_them, Thresholds()).tolist() == [True]


def test_persistence_above_a_low_base_rate_is_stable():
    # A quarter of the way from 0.3 to 1 is 0.475.
    bounds = {"tie_persistence_low": 0.4, "tie_persistence_high": 0.55}
    cells = one(**bounds, tie_persistence=0.48, persistence_base_rate=0.3)
    assert is_lasting_family(SUPPLY, cells, Thresholds()).tolist() == [True]


def test_persistence_above_a_low_base_rate_by_little_is_not_stable():
    bounds = {"tie_persistence_low": 0.33, "tie_persistence_high": 0.43}
    cells = one(**bounds, tie_persistence=0.38, persistence_base_rate=0.31)
    assert is_lasting_family(SUPPLY, cells, Thresholds()).tolist() == [False]


def test_uncovered_firms_could_all_be_linked_so_breadth_stays_open():
    # 10 % linked at most 15 %, but half of the firms are in no link: 15 % + 50 % > 30 %.
    cells = one(locally_linked_share=0.1, locally_linked_share_high=0.15, link_coverage=0.5)
    assert is_broad(SUPPLY, cells, Thresholds()).isna().tolist() == [True]


def test_institutions_of_one_family_alone_are_no_ecosystem():
    assert answer("has_ecosystem", service_kind_reach=0.05) is False


def test_a_family_that_is_nowhere_in_the_data_leaves_the_ecosystem_open():
    assert answer("has_ecosystem", service_kind_reach=np.nan) is None


# Measures with their bounds: what is lost is lost together.
MEASURES = (
    ("establishments",),
    ("location_quotient_asked_low", "location_quotient_asked"),
    ("concentration_q",),
    *(
        (
            *(f"{c}{suffix}" for c in ("reach_p", "reach_q")),
            *(f"excess_local_share{end}{suffix}" for end in ("_low", "", "_high")),
            *(f"{c}{suffix}" for c in ("usual_local_supply_ties", "supply_ties")),
        )
        for suffix in ("", "_without_hub")
    ),
    ("locally_linked_share", "locally_linked_share_high"),
    ("usual_linked_share",),
    ("link_coverage",),
    ("tie_coverage",),
    ("tie_persistence_low", "tie_persistence", "tie_persistence_high"),
    ("persistence_base_rate",),
    ("institution_q", "institution_tied_share", "institution_tied_share_high"),
    ("innovation_kind_reach",),
    ("service_kind_reach",),
)


@pytest.mark.parametrize("lost", MEASURES, ids=lambda names: names[0])
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=5)
def test_losing_a_measure_never_turns_an_answer_into_its_opposite(lost, seed):
    rng = np.random.default_rng(seed)
    keys = {"year": 2020, "effective_establishments": 9.0, "location_quotient": 2.0}
    cells = pd.DataFrame(keys | {"living_firms": 20.0}, index=range(2000))
    for names in MEASURES:
        draws = np.sort(rng.beta(0.5, 0.5, size=(len(cells), len(names))), axis=1)
        cells[list(names)] = draws * (12 if names[0] == "establishments" else 1)
    cells[["location_quotient_asked_low", "location_quotient_asked"]] *= 4
    full = answers(cells, Thresholds())
    less = answers(cells.assign(**dict.fromkeys(lost, np.nan)), Thresholds())
    for name in ("is_concentrated", "is_collaborating", "has_ecosystem"):
        known = less[name].notna()
        assert (less[name][known] == full[name][known]).all()


WITHHELD = dict.fromkeys(
    (
        "establishments",
        "location_quotient_asked",
        "location_quotient_asked_low",
        "concentration_q",
    ),
    np.nan,
)


def ends(least, most):
    """A withheld cell; what question A reads at the fewest and the most establishments."""
    names = ("establishments", "location_quotient", "location_quotient_low", "concentration_q")
    sides = zip(("least", "most"), (least, most), strict=True)
    return WITHHELD | {
        f"{name}_{end}": value
        for end, values in sides
        for name, value in zip(names, values, strict=True)
    }


def test_withheld_establishments_that_are_too_few_at_most_are_no_concentration():
    assert answer("is_concentrated", **ends((0.0, 0.0, 0.0, 1.0), (4.0, 9.0, 3.0, 1e-6))) is False


def test_withheld_establishments_that_pass_at_both_ends_are_a_concentration():
    assert answer("is_concentrated", **ends((9.0, 3.0, 2.0, 1e-6), (12.0, 4.0, 3.0, 1e-9))) is True


def test_withheld_establishments_whose_ends_disagree_are_not_known():
    assert answer("is_concentrated", **ends((0.0, 0.0, 0.0, 1.0), (12.0, 4.0, 3.0, 1e-9))) is None


def test_withheld_establishments_without_a_bound_are_not_known():
    assert answer("is_concentrated", **ends((0.0, 0.0, 0.0, 1.0), (np.nan,) * 4)) is None


def test_withheld_jobs_leave_a_concentration_open_where_sizes_of_others_are_known():
    cells = pd.concat([one(effective_establishments=np.nan), one()], ignore_index=True)
    found = is_concentrated(cells, Thresholds())
    assert found.isna().tolist() == [True, False]


def test_no_more_plants_than_the_floor_of_effective_ones_is_no_whatever_their_jobs():
    few = one(effective_establishments=np.nan, establishments=5.0)
    cells = pd.concat([few, one()], ignore_index=True)
    found = is_concentrated(cells, Thresholds(effective_establishments=6))
    assert found.tolist() == [False, True]


def test_a_kind_of_institution_that_uncovered_firms_may_be_tied_to_stays_open():
    # 5 % reached, but half of the firms are in no link: up to 55 %.
    cells = one(innovation_kind_reach=0.05, tie_coverage=0.5)
    assert answers(cells, Thresholds())["has_ecosystem"].isna().tolist() == [True]
    assert answers(one(innovation_kind_reach=0.05), Thresholds())["has_ecosystem"].tolist() == [
        False
    ]


def test_without_its_hub_a_cell_is_held_against_the_plain_level():
    # It has passed among all cells of the year already, so a chance of 0.04 is small enough.
    assert answer("is_collaborating", reach_p_without_hub=0.04) is True
    assert answer("is_collaborating", reach_p_without_hub=0.06) is None
    assert answer("is_collaborating", reach_p=0.04, reach_q=0.06) is None


NO_PLANTS = {"concentration_q": 0.5}
JOBS = {"jobs_quotient_asked": 4.0, "jobs_quotient_asked_low": 2.0, "jobs_q": 1e-6}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        (JOBS, "both"),
        (JOBS | NO_PLANTS, "jobs"),
        (JOBS | {"jobs_q": 0.5}, "plants"),
        (JOBS | NO_PLANTS | {"jobs_q": 0.5}, None),
        (JOBS | NO_PLANTS | {"jobs_q": float("nan")}, None),
        ({"size_quotient": 2.0}, "output"),
    ],
)
def test_what_shows_the_concentration_is_named(changes, word):
    assert answers(one(**changes), Thresholds())["concentrated_by"].iloc[0] == word


NO_SUPPLY_HERE = NO_SUPPLY | {"locally_linked_share": 0.1, "locally_linked_share_high": 0.2}


@pytest.mark.parametrize(
    ("changes", "word", "by_supply", "by_knowledge"),
    [
        (EXCHANGE, "both", True, True),
        (EXCHANGE | NO_SUPPLY_HERE, "knowledge", False, True),
        (EXCHANGE | {"knowledge_reach_q": 0.9, "knowledge_reach_p": 0.9}, "supply", True, None),
        (NO_SUPPLY_HERE, None, False, None),
    ],
)
def test_the_ties_that_collaborate_are_named(changes, word, by_supply, by_knowledge):
    row = answers(one(**changes), Thresholds()).iloc[0]
    assert row["collaboration_by"] == word
    assert bool(row["collaborates_by_supply"]) is by_supply
    if by_knowledge is not None:
        assert bool(row["collaborates_by_knowledge"]) is by_knowledge


def test_the_parts_of_collaboration_are_told_one_by_one():
    row = answers(one(locally_linked_share=0.1, locally_linked_share_high=0.2), Thresholds())
    parts = row[["is_beyond_reach", "is_broad", "is_stable"]].iloc[0]
    assert parts.tolist() == [True, False, True]


def test_a_cell_that_does_not_go_on_across_a_border_collaborates_with_nobody_there():
    assert answer("is_collaborating_across") is False
