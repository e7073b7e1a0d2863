import numpy as np
import pandas as pd
import pytest

from geo.classification.sensitivity.threshold_changes import (
    standing,
    threshold_sensitivity,
    threshold_variants,
)
from geo.classification.truth_table import judgements
from geo.settings import Thresholds
from tests.geo.classification.evidence_by_hand import CLUSTER, NO_SUPPLY, SUPPLY_NOT_KNOWN

CELL = CLUSTER | {"chain_partners_here": pd.NA}


def sensitivity(**changes):
    return threshold_sensitivity(pd.DataFrame([CELL | changes]), Thresholds()).iloc[0]


def test_a_clear_cluster_stands_under_all_neighbouring_thresholds():
    row = sensitivity()
    assert row["threshold_agreement"] == 1
    assert row["rests_on"] is None


def test_a_quotient_between_two_neighbours_rests_on_the_quotient_alone():
    # Above 1.25 but below 1.5: one of the variants, two for each threshold, says 'networked'.
    row = sensitivity(location_quotient=1.4, location_quotient_asked=1.4)
    variants = 2 * len(Thresholds.model_fields)
    assert row["threshold_agreement"] == pytest.approx(1 - 1 / variants)
    assert row["rests_on"] == "location_quotient"


def test_a_verdict_that_random_matching_would_turn_rests_on_the_null():
    # As local as such ties usually are, and far more than at random: 41 of 200 against 4.
    random = {"expected_local_supply_ties": 4.0, "matching_p": 1e-12, "matching_q": 1e-11}
    row = sensitivity(**NO_SUPPLY, **random)
    assert row["rests_on"] == "null"
    assert sensitivity(**random)["rests_on"] is None
    # A cluster whose ties random matching would explain.
    random = {"expected_local_supply_ties": 119.0, "matching_p": 0.4, "matching_q": 0.6}
    assert sensitivity(**random)["rests_on"] == "null"


def test_a_plain_cell_stands_as_if_every_variant_had_been_judged():
    plain = {"location_quotient": 0.9, "location_quotient_asked": 0.9, "concentration_q": 0.8}
    cells = pd.DataFrame([CELL | plain | SUPPLY_NOT_KNOWN])
    classes = {
        judgements(cells, variant)["class"].iloc[0]
        for pair in threshold_variants(Thresholds()).values()
        for variant in pair
    }
    assert classes == {"dispersed"}
    row = threshold_sensitivity(cells, Thresholds()).iloc[0]
    assert row.tolist() == [1.0, None]


def test_every_threshold_has_a_lower_and_a_higher_neighbour_that_differ():
    chosen = Thresholds()
    variants = threshold_variants(chosen)
    assert set(variants) == set(Thresholds.model_fields)
    for name, (lower, higher) in variants.items():
        assert getattr(lower, name) < getattr(chosen, name) < getattr(higher, name)
        assert lower.model_copy(update={name: getattr(chosen, name)}) == chosen


def test_variants_of_extreme_thresholds_stay_allowed():
    extreme = Thresholds(establishments=1, locally_linked_share=1.0, effective_establishments=1)
    for pair in threshold_variants(extreme).values():
        for variant in pair:
            assert Thresholds.model_validate(variant.model_dump()) == variant


def test_a_variant_that_did_not_judge_a_cell_does_not_count():
    base = pd.Series(["cluster", "dispersed"], index=["a", "b"])
    judged = standing(base, {"merged": pd.Series(["cluster"], index=["a"])})
    assert judged.loc["a", ["variants", "standing"]].tolist() == [1, 1.0]
    assert judged.loc["b", "variants"] == 0
    assert np.isnan(judged.loc["b", "standing"])


def test_variants_that_turn_a_verdict_are_named_in_order():
    base = pd.Series(["cluster"])
    other, same = pd.Series(["dispersed"]), pd.Series(["cluster"])
    judged = standing(base, {"one": other, "two": same, "three": other})
    assert judged["turned_by"].tolist() == ["one, three"]
    assert judged["standing"].tolist() == pytest.approx([1 / 3])
