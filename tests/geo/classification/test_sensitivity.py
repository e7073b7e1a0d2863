import numpy as np
import pandas as pd
import pytest

from geo.classification.judgements import judgements
from geo.classification.sensitivity import standing, threshold_sensitivity, threshold_variants
from geo.settings import Thresholds

CLUSTER = {
    "year": 2020,
    "establishments": 30.0,
    "location_quotient": 3.0,
    "location_quotient_low": 2.0,
    "concentration_q": 1e-6,
    "effective_establishments": 12.0,
    "supply_ties": 200.0,
    "matching_q": 1e-6,
    "matching_degree": 0.4,
    "matching_degree_high": 0.5,
    "matching_q_without_hub": 1e-6,
    "matching_degree_without_hub": 0.35,
    "matching_degree_high_without_hub": 0.45,
    "locally_linked_share": 0.7,
    "locally_linked_share_high": 0.85,
    "link_coverage": 1.0,
    "tie_persistence": 0.85,
    "tie_persistence_low": 0.75,
    "tie_persistence_high": 0.9,
    "persistence_base_rate": 0.8,
    "institution_tied_share": 0.4,
    "institution_tied_share_high": 0.55,
    "institution_q": 1e-4,
    "innovation_kind_reach": 0.3,
    "service_kind_reach": 0.2,
    "chain_partners_here": pd.NA,
}


def sensitivity(**changes):
    return threshold_sensitivity(pd.DataFrame([CLUSTER | changes]), Thresholds()).iloc[0]


def test_a_clear_cluster_stands_under_all_neighbouring_thresholds():
    row = sensitivity()
    assert row["threshold_agreement"] == 1
    assert row["rests_on"] is None


def test_a_quotient_between_two_neighbours_rests_on_the_quotient_alone():
    # Above 1.25 but below 1.5: one of the twenty variants says 'networked'.
    row = sensitivity(location_quotient=1.4)
    assert row["threshold_agreement"] == pytest.approx(19 / 20)
    assert row["rests_on"] == "location_quotient"


def test_a_plain_cell_stands_as_if_every_variant_had_been_judged():
    plain = {"location_quotient": 0.9, "location_quotient_low": 0.7, "concentration_q": 0.8}
    ties = {c: np.nan for c in CLUSTER if c.startswith(("matching", "locally", "tie", "persist"))}
    cells = pd.DataFrame([CLUSTER | plain | ties | {"supply_ties": np.nan}])
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
    assert set(variants) == set(Thresholds.model_fields) - {"asks_distance"}
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
