"""What an input-output table may say against ties that are seen in part."""

import pandas as pd
import pytest

from geo.classification.truth_table import judgements
from geo.settings import Thresholds
from tests.geo.classification.evidence_by_hand import CLUSTER

SPARSE = {
    "reach_p": 0.3, "reach_q": 0.9, "excess_local_share": 0.1, "excess_local_share_low": -0.4,
    "excess_local_share_high": 0.6, "usual_linked_share": 0.01, "locally_linked_share": 0.05,
    "locally_linked_share_high": 0.15, "link_coverage": 0.2,
}  # fmt: skip


def class_of(**changes):
    cell = pd.DataFrame([CLUSTER | SPARSE | {"chain_partners_here": False} | changes])
    return judgements(cell, Thresholds()).iloc[0]["class"]


def test_a_stable_local_partner_under_thin_links_leaves_open_what_a_table_denies():
    assert class_of() == "undetermined"


@pytest.mark.parametrize(
    "known",
    [
        {"locally_linked_share": 0.0},  # nobody is seen with one
        {"link_coverage": 1.0, "locally_linked_share_high": 0.35},  # all ties are seen
    ],
)
def test_without_such_a_partner_or_without_gaps_the_table_is_heard(known):
    assert class_of(**known) == "agglomeration"


def test_taking_links_away_from_a_cluster_never_leaves_an_agglomeration_while_a_partner_is_seen():
    # A cluster at full coverage; at every thinner one its share of linked firms thins alike.
    for coverage in (0.9, 0.6, 0.3, 0.1):
        share = 0.8 * coverage
        seen = {
            "link_coverage": coverage,
            "locally_linked_share": share,
            "locally_linked_share_high": min(share + 0.1, 1.0),
        }
        assert class_of(**seen) == "undetermined"
