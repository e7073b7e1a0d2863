"""Evidence of cells that tests write out: a cluster far from every floor, and a software town."""

SUPPLY_TIES = {
    # 120 of 200 ties are local where 40 are usual: (120 - 40) / 200. The spread is the root of
    # 120 * 0.4 + 16, which is 8, and 1.645 of these are 13.2 ties.
    "supply_ties": 200.0,
    "local_supply_ties": 120.0,
    "usual_local_supply_ties": 40.0,
    "usual_variance": 16.0,
    "tie_dispersion": 1.0,
    "lack_of_fit": 0.0,
    "excess_local_share": 0.4,
    "excess_local_share_low": 0.334,
    "excess_local_share_high": 0.466,
    "reach_p": 1e-12,
    "reach_q": 1e-11,
    # The hub has twenty of them: (100 - 36) / 180.
    "supply_ties_without_hub": 180.0,
    "local_supply_ties_without_hub": 100.0,
    "usual_local_supply_ties_without_hub": 36.0,
    "usual_variance_without_hub": 16.0,
    "tie_dispersion_without_hub": 1.0,
    "excess_local_share_without_hub": 0.356,
    "excess_local_share_low_without_hub": 0.284,
    "excess_local_share_high_without_hub": 0.427,
    "reach_p_without_hub": 1e-10,
    "locally_linked_share": 0.7,
    "locally_linked_share_low": 0.52,
    "locally_linked_share_high": 0.85,
    "usual_linked_share": 0.3,
    "link_coverage": 1.0,
    "tie_persistence": 0.85,
    "tie_persistence_low": 0.75,
    "tie_persistence_high": 0.9,
    "persistence_trials": 100.0,
    "persistence_base_rate": 0.8,
}

CLUSTER = {
    "year": 2020,
    "establishments": 30.0,
    "living_firms": 30.0,
    "location_quotient": 3.0,
    "location_quotient_low": 2.0,
    "location_quotient_asked": 3.0,
    "location_quotient_asked_low": 2.0,
    "concentration_p": 1e-9,
    "concentration_q": 1e-6,
    "effective_establishments": 12.0,
    **SUPPLY_TIES,
    "tie_coverage": 1.0,
    "institution_tied_share": 0.4,
    "institution_tied_share_high": 0.55,
    "institution_q": 1e-4,
    "innovation_kind_reach": 0.3,
    "service_kind_reach": 0.2,
}
"""A cell that passes everything; of knowledge ties the dataset has none."""

NO_SUPPLY = {
    # 41 of 200 ties are local where 40 are usual: at most 13.2 and 1 more.
    "local_supply_ties": 41.0,
    "excess_local_share": 0.005,
    "excess_local_share_low": -0.061,
    "excess_local_share_high": 0.071,
    "reach_p": 0.45,
    "reach_q": 0.6,
    "local_supply_ties_without_hub": 37.0,
    "excess_local_share_without_hub": 0.006,
    "excess_local_share_low_without_hub": -0.06,
    "excess_local_share_high_without_hub": 0.07,
    "reach_p_without_hub": 0.45,
}
"""Supply ties that are as local as such ties usually are."""

SUPPLY_NOT_KNOWN = dict.fromkeys(SUPPLY_TIES, float("nan"))
"""A year without any supply tie."""

EXCHANGE = {
    # 50 of 80 ties are local where 20 are usual: (50 - 20) / 80.
    "knowledge_ties": 80.0,
    "local_knowledge_ties": 50.0,
    "usual_local_knowledge_ties": 20.0,
    "usual_knowledge_variance": 4.0,
    "knowledge_dispersion": 1.0,
    "knowledge_lack_of_fit": 0.0,
    "knowledge_excess_local_share": 0.375,
    "knowledge_excess_local_share_low": 0.28,
    "knowledge_excess_local_share_high": 0.47,
    "knowledge_reach_p": 1e-8,
    "knowledge_reach_q": 1e-7,
    # The hub has ten: (40 - 18) / 70.
    "knowledge_ties_without_hub": 70.0,
    "local_knowledge_ties_without_hub": 40.0,
    "usual_local_knowledge_ties_without_hub": 18.0,
    "usual_knowledge_variance_without_hub": 4.0,
    "knowledge_dispersion_without_hub": 1.0,
    "knowledge_excess_local_share_without_hub": 0.314,
    "knowledge_excess_local_share_low_without_hub": 0.21,
    "knowledge_excess_local_share_high_without_hub": 0.42,
    "knowledge_reach_p_without_hub": 1e-5,
    "knowledge_linked_share": 0.6,
    "knowledge_linked_share_low": 0.42,
    "knowledge_linked_share_high": 0.75,
    "usual_knowledge_linked_share": 0.25,
    "knowledge_persistence": 0.9,
    "knowledge_persistence_low": 0.75,
    "knowledge_persistence_high": 0.97,
    "knowledge_coverage": 1.0,
}
"""Knowledge ties of a software town."""

NO_EXCHANGE = {
    **EXCHANGE,
    # 21 of 80 where 20 are usual.
    "local_knowledge_ties": 21.0,
    "knowledge_excess_local_share": 0.0125,
    "knowledge_excess_local_share_low": -0.08,
    "knowledge_excess_local_share_high": 0.105,
    "knowledge_reach_p": 0.4,
    "knowledge_reach_q": 0.6,
}
"""Knowledge ties that are as local as such ties usually are."""
