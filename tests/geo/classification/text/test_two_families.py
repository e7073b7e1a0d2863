"""Collaboration by supply, by knowledge, by both or by neither, and what the reason says of it."""

import numpy as np
import pandas as pd
import pytest

from geo.classification.questions import answers
from geo.classification.tables.classification_table import classification_table, evidence
from geo.classification.truth_table import judgements
from geo.settings import Settings, Thresholds
from tests.geo.classification.evidence_by_hand import (
    CLUSTER,
    EXCHANGE,
    NO_EXCHANGE,
    NO_SUPPLY,
    SUPPLY_NOT_KNOWN,
)
from tests.geo.classification.tables.test_classification_table import INDUSTRIES, MEASURES, REGIONS

YES, NO, OPEN = True, False, None
SUPPLY = {YES: {}, NO: NO_SUPPLY, OPEN: SUPPLY_NOT_KNOWN}
KNOWLEDGE = {YES: EXCHANGE, NO: NO_EXCHANGE, OPEN: dict.fromkeys(EXCHANGE, np.nan)}


def two_cells(supply, knowledge):
    """A cell of these two answers, and another whose year has knowledge ties."""
    cells = [CLUSTER | SUPPLY[supply] | KNOWLEDGE[knowledge], CLUSTER | EXCHANGE]
    return pd.DataFrame(cells).assign(chain_partners_here=pd.array([None] * 2, dtype="boolean"))


@pytest.mark.parametrize(
    ("supply", "knowledge", "either", "by"),
    [
        (YES, YES, YES, "both"),
        (YES, NO, YES, "supply"),
        (YES, OPEN, YES, "supply"),
        (NO, YES, YES, "knowledge"),
        (OPEN, YES, YES, "knowledge"),
        (NO, NO, NO, None),
        (NO, OPEN, OPEN, None),
        (OPEN, NO, OPEN, None),
        (OPEN, OPEN, OPEN, None),
    ],
)
def test_either_family_is_enough_and_no_takes_both(supply, knowledge, either, by):
    row = answers(two_cells(supply, knowledge), Thresholds()).iloc[0]
    assert (None if pd.isna(row["is_collaborating"]) else bool(row["is_collaborating"])) is either
    assert row["collaboration_by"] == by or (by is None and pd.isna(row["collaboration_by"]))


def test_a_software_town_without_a_purchase_is_a_cluster_and_without_exchange_is_not():
    assert judgements(two_cells(OPEN, YES), Thresholds())["class"].iloc[0] == "cluster"
    assert judgements(two_cells(NO, YES), Thresholds())["class"].iloc[0] == "cluster"
    assert judgements(two_cells(NO, NO), Thresholds())["class"].iloc[0] == "agglomeration"


@pytest.mark.parametrize("firms", [5, 12, 40])
def test_a_cell_without_a_knowledge_tie_where_others_have_some_does_not_exchange(firms):
    # Nobody has to cooperate, so that firms without a tie tell, however few they are.
    nothing = dict.fromkeys(EXCHANGE, np.nan) | {
        "knowledge_ties": 0.0,
        "local_knowledge_ties": 0.0,
        "usual_local_knowledge_ties": 0.8,
        "knowledge_linked_share": 0.0,
        "knowledge_linked_share_high": 3.84 / (firms + 3.84),  # Wilson's bound of 0 of n
        "usual_knowledge_linked_share": 0.0,
        "knowledge_coverage": 1.0,
    }
    size = {"living_firms": float(firms), "establishments": float(firms)}
    cells = pd.DataFrame([CLUSTER | NO_SUPPLY | nothing | size, CLUSTER | EXCHANGE])
    given = answers(cells, Thresholds())
    assert given["collaborates_by_knowledge"].tolist() == [False, True]
    assert given["is_collaborating"].tolist() == [False, True]
    # A source that covers half of the firms may have missed their ties.
    half = answers(cells.assign(knowledge_coverage=0.5), Thresholds())
    assert pd.isna(half["collaborates_by_knowledge"].iloc[0])


def test_one_hub_or_fleeting_exchange_is_no_collaboration_by_knowledge():
    hub = {c: NO_EXCHANGE[c.removesuffix("_without_hub")] for c in EXCHANGE if "_hub" in c}
    fleeting = {
        "knowledge_persistence": 0.2,
        "knowledge_persistence_low": 0.1,
        "knowledge_persistence_high": 0.4,
    }
    for changes in (hub, fleeting):
        cells = pd.DataFrame([CLUSTER | NO_SUPPLY | EXCHANGE | changes])
        given = answers(cells, Thresholds())
        assert given["collaborates_by_knowledge"].tolist() == [False]


def reason(supply, knowledge):
    keys = [{"year": 2020, "region_key": k, "industry_key": 0} for k in (0, 1)]
    cells = pd.DataFrame([key | {"establishments": 30.0, "employment": 900.0} for key in keys])
    rows = [key | MEASURES | SUPPLY[supply] | KNOWLEDGE[knowledge] for key in keys]
    table = classification_table(
        evidence(cells, [pd.DataFrame(rows)]),
        REGIONS,
        INDUSTRIES,
        Settings(),
        has_ties=True,
        has_institutions=True,
    )
    return table.iloc[0]


def test_the_reason_says_which_family_shows_the_collaboration():
    row = reason(NO, YES)
    assert row["collaboration_by"] == "knowledge"
    assert "No collaboration by supply: 41 of 200 supply ties are local" in row["reason_en"]
    assert (
        "Collaborating by knowledge: 50 of 80 ties of research, standards and talent are local, "
        "where such firms at such distances have 20, an excess of 38 % of its ties. 60 % of firms "
        "have a local partner in them, and 90 % of these have one again."
    ) in row["reason_en"]
    assert "有知識協作" in row["reason_zh_hant"]
    assert "有知识协作" in row["reason_zh_hans"]
    assert "by knowledge" not in reason(YES, OPEN)["reason_en"]


def test_the_reason_of_a_no_speaks_of_both_families():
    told = reason(NO, NO)["reason_en"]
    assert "No collaboration by supply" in told
    assert "Nor by knowledge: 21 of 80 ties" in told
