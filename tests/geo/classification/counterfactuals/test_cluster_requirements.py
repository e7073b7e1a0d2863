"""What a cluster asks of a cell, against the answers themselves and counts by brute force."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, nbinom

from geo.classification.counterfactuals.cluster_requirements import ITEMS, requirements
from geo.classification.questions import answers
from geo.settings import Thresholds
from tests.geo.classification.evidence_by_hand import CLUSTER, EXCHANGE, NO_SUPPLY

CELL = {
    **CLUSTER,
    "innovation_known": True,
    "service_known": True,
    "plants_of_region": 40.0,
    "plants_of_industry": 250.0,
    "plants_of_all": 1000.0,
}
TESTS = ("concentration", "reach")
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
            "reach_p",
            "reach_q",
            "excess_local_share",
            "excess_local_share_low",
            "excess_local_share_high",
            "reach_p_without_hub",
            "excess_local_share_high_without_hub",
            "locally_linked_share",
            "locally_linked_share_high",
            "usual_linked_share",
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
        "tie_coverage": st.sampled_from([0.0, 0.5, 1.0]),
        "usual_local_supply_ties": st.sampled_from([0.0, 40.0, 190.0]),
        "establishments": st.sampled_from([2.0, 6.0, 30.0]),
        "effective_establishments": st.sampled_from([1.0, 2.9, 3.0, 12.0]),
        "location_quotient_asked": st.sampled_from([0.5, 1.25, 3.0]),
        "location_quotient_asked_low": st.sampled_from([0.4, 1.1, 2.0]),
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


def passing_plants(plants, counted=30):
    """By the definitions: so many plants were counted; a plant more is one in every total."""
    region, industry, whole = (t + plants - counted for t in (40, 250, 1000))
    share = region / whole
    low = 0.0
    for candidate in np.arange(0.0, 1.0, 1e-4):
        if binom.sf(plants - 1, industry, candidate) <= 0.025:
            low = candidate
    return (
        plants >= 5
        and plants / industry / share >= 1.25
        and low / share > 1
        and binom.sf(plants - 1, industry, share) <= 0.05
    )


def test_plants_needed_and_plants_to_lose_are_as_counted_one_by_one():
    # The region holds less than a twentieth of all, so that its quotient is the classic one.
    table, _ = asked()
    loss = int(table.loc["plants", "loss"])
    assert not passing_plants(30 - loss)
    assert passing_plants(30 - loss + 1)
    assert table.loc["plants", "needed"] == 30 - loss + 1


def test_plants_that_are_lacking_are_the_fewest_that_suffice():
    few = {"establishments": 4.0, "location_quotient": 0.4, "location_quotient_low": 0.1}
    table, _ = asked(**few, concentration_q=1.0)
    needed = int(table.loc["plants", "needed"])

    def elsewhere(n):  # share here over the share in the rest, with a region above a twentieth
        region, industry, whole = 40 + n - 4, 250 + n - 4, 1000 + n - 4
        rest = (industry - n) / (whole - region)
        is_large = region > 0.05 * whole
        return n / region / (rest if is_large else industry / whole)

    enough = [
        n
        for n in range(5, 60)
        if elsewhere(n) >= 1.25
        and binom.sf(n - 1, 250 + n - 4, (40 + n - 4) / (1000 + n - 4)) <= 0.025
    ]
    assert needed == enough[0]
    assert table.loc["plants", "distance"] == pytest.approx((needed - 4) / needed)


def test_local_ties_needed_are_a_twentieth_of_all_ties_beyond_the_usual():
    # Forty of 200 by the usual reach, and fifty at least; the root of 50 * 0.75 + 16 is 7.3, so
    # that with 50 + 7 the lower bound reaches a half of the floor: (57 - 40 - 12.2) / 200.
    few = {"local_supply_ties": 50.0, "excess_local_share": 0.05, "excess_local_share_low": 0.0}
    table, _ = asked(**few)

    def low(local):
        return (local - 40 - 1.6448536 * np.sqrt(local * (1 - local / 200) + 16)) / 200

    # With one test of the year the tail of a negative binomial count asks for no more.
    enough = next(n for n in range(50, 200) if (n - 40) / 200 >= 0.05 and low(n) > 0.025)
    assert nbinom_tail(enough, mean=40, variance=40 + 16) <= 0.05
    assert table.loc["local_ties", ["there", "needed"]].tolist() == [50, enough]
    assert pd.isna(table.loc["local_ties", "is_met"])


def nbinom_tail(count, *, mean, variance):
    p = mean / variance
    return nbinom.sf(count - 1, mean * p / (1 - p), p)


def test_chance_that_must_be_ruled_out_asks_for_more_ties_than_the_floor():
    few = {"local_supply_ties": 50.0, "excess_local_share": 0.05, "excess_local_share_low": 0.0}
    floor, _ = asked(**few, reach_p=0.1, reach_q=0.1)
    strict, _ = asked(**few, reach_p=0.1, reach_q=0.9, tests=1000)
    needed = strict.loc["local_ties", "needed"]
    assert needed > floor.loc["local_ties", "needed"]
    # One of a thousand tests may pass, at a chance of 0.05 / 1000.
    assert nbinom_tail(needed, mean=40, variance=56) <= 0.05 / 1000
    assert nbinom_tail(needed - 1, mean=40, variance=56) > 0.05 / 1000


def test_no_more_ties_than_usual_is_a_no_and_says_how_many_it_would_take():
    table, given = asked(**NO_SUPPLY)
    assert not table.loc["local_ties", "is_met"]
    assert table.loc["local_ties", "there"] == 41
    assert table.loc["local_ties", "needed"] > 50
    assert not given["is_collaborating"]


def test_where_such_ties_are_local_anyway_trade_with_elsewhere_is_lacking():
    anyway = {"usual_local_supply_ties": 198.0, "local_supply_ties": 199.0, "reach_q": 0.9}
    table, _ = asked(**anyway, excess_local_share=0.005, excess_local_share_low=-0.1)
    assert pd.isna(table.loc["local_ties", "is_met"])
    assert table.loc["local_ties", "lacking_data"] == "elsewhere"


def test_firms_needed_are_the_floor_of_all_firms_rounded_up():
    few = {"locally_linked_share": 0.1, "locally_linked_share_high": 0.2}
    table, _ = asked(**few, living_firms=31.0, usual_linked_share=0.05)
    # 30 % of 31 are 9.3.
    assert table.loc["linked_firms", ["there", "needed", "is_met"]].tolist() == [3, 10, False]
    assert table.loc["linked_firms", "distance"] == pytest.approx(0.7)


def test_firms_needed_are_more_than_usual_trade_would_link():
    table, _ = asked(locally_linked_share=0.4, usual_linked_share=0.5, living_firms=30.0)
    # Half of thirty is fifteen, and one more.
    assert table.loc["linked_firms", ["there", "needed", "is_met"]].tolist() == [12, 16, False]


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
        ({"establishments": np.nan, "location_quotient_asked": np.nan}, "plants", "plants"),
        ({"effective_establishments": np.nan, "concentration_q": 0.9}, "effective_plants", "jobs"),
        ({"persistence_base_rate": np.nan}, "lasting_ties", "years"),
        ({"persistence_base_rate": np.nan, "supply_ties": 0.0}, "lasting_ties", "ties"),
        (
            {
                "locally_linked_share": 0.1,
                "locally_linked_share_high": 0.2,
                "usual_linked_share": 0.1,
                "link_coverage": 0.4,
            },
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


def test_knowledge_is_asked_of_a_cell_that_has_such_ties_only():
    knowledge = ["local_knowledge_ties", "knowledge_firms", "lasting_exchange"]
    assert not set(knowledge) & set(asked()[0].index)
    table, given = asked(**EXCHANGE)
    assert table.loc[knowledge, "is_met"].all()
    assert given["collaborates_by_knowledge"]
    assert table.loc["knowledge_firms", "there"] == 18  # 60 % of thirty firms
    assert table.loc["local_knowledge_ties", "there"] == 50


def test_where_there_is_one_region_only_the_comparison_is_lacking():
    one = {"region_key": 0, "industry_key": 0, "concentration_q": 1.0}
    one |= dict.fromkeys(("location_quotient", "location_quotient_asked"), 1.0)
    table, given = asked(**one)
    assert pd.isna(given["is_concentrated"])
    assert table.loc["plants", "lacking_data"] == "comparison"


def test_the_items_are_in_the_order_of_the_questions():
    table, _ = asked(**EXCHANGE)
    assert list(table.index) == list(ITEMS)
