"""What a cluster asks of a cell, against the answers themselves and counts by brute force."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from geo.classification.answers import answers
from geo.classification.requirements import ITEMS, requirements
from geo.settings import Thresholds
from tests.geo.classification.test_table import MEASURES

CELL = {
    **MEASURES,
    "year": 2020,
    "establishments": 30.0,
    "living_firms": 30.0,
    "persistence_trials": 100.0,
    "variance_local_supply_ties": 4.0,
    "tie_dispersion": 1.0,
    "local_supply_ties_without_hub": 40.0,
    "expected_local_supply_ties_without_hub": 5.0,
    "variance_local_supply_ties_without_hub": 4.0,
    "tie_dispersion_without_hub": 1.0,
    "distance_q": np.nan,
    "distance_degree": 0.1,
    "distance_degree_high": 0.2,
    "innovation_known": True,
    "service_known": True,
    "plants_of_region": 100.0,
    "plants_of_industry": 100.0,
    "plants_of_all": 1000.0,
    "concentration_p": 1e-9,
    "matching_p": 1e-9,
    "matching_p_without_hub": 1e-9,
}
TESTS = ("concentration", "matching")
IN_VAIN = {f"{test}_{end}": 1.0 for test in TESTS for end in ("p", "q")}


def asked(thresholds=None, tests=1, **changes):
    """What is asked of the first cell of a year in which so many are tested, the others in vain."""
    cells = pd.DataFrame([CELL | changes] + [CELL | changes | IN_VAIN] * (tests - 1))
    given = answers(cells, thresholds or Thresholds())
    table = requirements(cells.join(given), thresholds or Thresholds(), at=0)
    return table.set_index("item"), given.iloc[0]


def conjunction(parts):
    if (parts == False).fillna(value=False).any():  # noqa: E712 - three values
        return False
    return None if parts.isna().any() else True


share = st.one_of(st.none(), st.sampled_from([0.0, 0.04, 0.12, 0.2, 0.35, 0.6, 1.0]))
CHANGES = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        (
            "concentration_q",
            "matching_q",
            "matching_degree",
            "matching_degree_high",
            "matching_q_without_hub",
            "matching_degree_high_without_hub",
            "locally_linked_share",
            "locally_linked_share_high",
            "tie_persistence",
            "tie_persistence_low",
            "tie_persistence_high",
            "institution_tied_share",
            "institution_tied_share_high",
            "institution_q",
            "innovation_kind_reach",
            "service_kind_reach",
        ),
        share,
    )
    | {
        "link_coverage": st.sampled_from([0.0, 0.5, 1.0]),
        "establishments": st.sampled_from([2.0, 6.0, 30.0]),
        "effective_establishments": st.sampled_from([1.0, 2.9, 3.0, 12.0]),
        "location_quotient": st.sampled_from([0.5, 1.25, 3.0]),
        "location_quotient_low": st.sampled_from([0.4, 1.1, 2.0]),
    },
)


@settings(max_examples=60, deadline=None)
@given(CHANGES)
def test_a_question_is_answered_as_the_things_it_asks_for_are(changes):
    numbers = {k: np.nan if v is None else v for k, v in changes.items()}
    table, given = asked(**numbers)
    for question in ("is_concentrated", "is_collaborating", "has_ecosystem"):
        parts = table.loc[table["question"] == question, "is_met"]
        answer = None if pd.isna(given[question]) else bool(given[question])
        assert conjunction(parts) == answer, question


def passing_plants(plants):
    """By the definitions: 30 plants were counted; a plant more is one in every total."""
    region, industry, whole = (t + plants - 30 for t in (100, 100, 1000))
    share = region / whole
    low = 0.0
    for candidate in np.arange(0.0, 1.0, 1e-3):
        if binom.sf(plants - 1, industry, candidate) <= 0.025:
            low = candidate
    return (
        plants >= 5
        and plants / industry / share >= 1.25
        and low / share > 1
        and binom.sf(plants - 1, industry, share) <= 0.05
    )


def test_plants_needed_and_plants_to_lose_are_as_counted_one_by_one():
    table, _ = asked()
    loss = int(table.loc["plants", "loss"])
    assert not passing_plants(30 - loss)
    assert passing_plants(30 - loss + 1)
    assert table.loc["plants", "needed"] == 30 - loss + 1


def test_plants_that_are_lacking_are_the_fewest_that_suffice():
    few = {"establishments": 4.0, "location_quotient": 0.4, "location_quotient_low": 0.1}
    table, _ = asked(**few, concentration_q=1.0)
    needed = int(table.loc["plants", "needed"])
    # As above, with 4 plants counted of the same totals.
    enough = [
        n
        for n in range(4, 60)
        if n >= 5
        and n * (1000 + n - 4) >= 1.25 * (100 + n - 4) ** 2
        and binom.sf(n - 1, 100 + n - 4, (100 + n - 4) / (1000 + n - 4)) <= 0.025
    ]
    assert needed == enough[0]
    assert table.loc["plants", "distance"] == pytest.approx((needed - 4) / needed)


def test_local_ties_needed_are_a_quarter_of_the_way_from_chance_to_all_that_could_be():
    # Five by chance, and the degree of 0.1 says that (15 - 5) / 0.1 = 100 more could be.
    few = {"local_supply_ties": 15.0, "matching_degree": 0.1, "matching_degree_high": 0.2}
    table, _ = asked(**few)
    assert table.loc["local_ties", ["there", "needed"]].tolist() == [15, 30]
    assert not table.loc["local_ties", "is_met"]


def test_chance_that_must_be_ruled_out_asks_for_more_ties_than_the_floor():
    # Five by chance and twenty more that could be: the floor of a quarter is at ten.
    few = {"local_supply_ties": 6.0, "matching_degree": 0.05, "matching_degree_high": 0.2}
    floor, _ = asked(**few)
    strict, _ = asked(**few, tests=1000)
    assert floor.loc["local_ties", "needed"] == 10
    assert 10 < strict.loc["local_ties", "needed"] <= 25


def test_firms_needed_are_the_floor_of_all_firms_rounded_up():
    table, _ = asked(locally_linked_share=0.1, locally_linked_share_high=0.2, living_firms=31.0)
    # 30 % of 31 are 9.3.
    assert table.loc["linked_firms", ["there", "needed", "is_met"]].tolist() == [3, 10, False]
    assert table.loc["linked_firms", "distance"] == pytest.approx(0.7)


def test_lasting_ties_needed_have_a_wilson_bound_above_the_floor():
    few = {"tie_persistence": 0.2, "tie_persistence_low": 0.13, "tie_persistence_high": 0.29}
    table, _ = asked(**few)

    def low(kept, z=1.959964):  # Wilson's lower bound by its formula, of 100 ties
        p = kept / 100
        centre, spread = p + z**2 / 200, z * np.sqrt(p * (1 - p) / 100 + z**2 / 40_000)
        return (centre - spread) / (1 + z**2 / 100)

    enough = next(kept for kept in range(101) if low(kept) > 0.5 and kept >= 50)
    assert table.loc["lasting_ties", ["there", "needed"]].tolist() == [20, enough]


@pytest.mark.parametrize(
    ("changes", "item", "data"),
    [
        ({"establishments": np.nan, "location_quotient": np.nan}, "plants", "plants"),
        ({"effective_establishments": np.nan, "concentration_q": 0.9}, "effective_plants", "jobs"),
        ({"persistence_base_rate": np.nan}, "lasting_ties", "years"),
        ({"persistence_base_rate": np.nan, "supply_ties": 0.0}, "lasting_ties", "ties"),
        (
            {"locally_linked_share": 0.1, "locally_linked_share_high": 0.2, "link_coverage": 0.4},
            "linked_firms",
            "coverage",
        ),
        ({"service_kind_reach": np.nan, "service_known": False}, "service_firms", "service"),
        ({"innovation_kind_reach": np.nan}, "innovation_firms", "institution_ties"),
    ],
)
def test_what_is_not_known_names_the_data_that_would_tell(changes, item, data):
    table, _ = asked(**changes)
    assert pd.isna(table.loc[item, "is_met"])
    assert table.loc[item, "lacking_data"] == data


def test_the_distance_of_trade_is_asked_only_where_the_profile_asks():
    assert "distance" not in asked()[0].index
    strict, _ = asked(Thresholds(asks_distance=True), distance_q=0.5)
    assert not strict.loc["distance", "is_met"]


def test_where_there_is_one_region_only_the_comparison_is_lacking():
    one = {"region_key": 0, "industry_key": 0, "location_quotient": 1.0, "concentration_q": 1.0}
    table, given = asked(**one)
    assert pd.isna(given["is_concentrated"])
    assert table.loc["plants", "lacking_data"] == "comparison"


def test_the_items_are_in_the_order_of_the_questions():
    table, _ = asked(Thresholds(asks_distance=True))
    assert list(table.index) == list(ITEMS)
