"""How many firms the supply ties cover: a firm without a tie is missed, or has none by chance."""

import numpy as np
import pandas as pd
import pytest

from geo.linkage.collaboration.breadth import living_firms, supply_coverage
from geo.linkage.collaboration.linkage_table import linkage_by_cell
from tests.geo.studies import study_of


def a_cell(ties, *, firms=20, kinds=None):
    """A region of one industry with so many firms, and these ties."""
    establishments = pd.DataFrame({"firm_key": range(firms), "year": 2020, "region_key": 0,
                                   "industry_key": 0, "longitude": np.arange(firms) / 1e3,
                                   "latitude": 0.0})  # fmt: skip
    links = pd.DataFrame(ties, columns=["source_key", "target_key"])
    return study_of(establishments, links.assign(year=2020, kind=kinds or "supply"), firms=firms)


def coverage(study):
    cells = living_firms(study.establishments)
    return supply_coverage(study.supply, study.establishments, cells, sizes=study.sizes)[0]


def test_of_firms_with_many_ties_those_without_any_are_missed_by_the_source():
    # Ten firms have nine ties each, ten have none: hardly anybody has none by chance.
    study = a_cell([(s, t) for s in range(10) for t in range(s)])
    assert coverage(study) == pytest.approx(0.5)


def test_of_firms_with_one_tie_each_many_have_none_by_chance():
    # Ten firms with one tie: 10 * 9 / 1 = 90 more could have none, so that all are covered.
    assert coverage(a_cell([(2 * k, 2 * k + 1) for k in range(5)])) == 1


def test_the_estimate_of_firms_without_a_tie_by_hand():
    # A star: four firms with one tie, one with four, and a pair chain of two ties at its middle.
    study = a_cell([(0, k) for k in range(1, 5)] + [(5, 6), (6, 7)])
    # Once: 1 to 4, 5, 7, six firms; twice: 6. So 6 * 5 / 2 = 15 have none by chance; of twenty
    # firms eight are in a tie, of which 8 / 23 should be: (8 / 20) / (8 / 23), at most 1.
    assert coverage(study) == 1
    # Of sixty firms eight are in a tie: (8 / 60) / (8 / 23).
    study = a_cell([(0, k) for k in range(1, 5)] + [(5, 6), (6, 7)], firms=60)
    assert coverage(study) == pytest.approx(23 / 60)


def test_ties_of_knowledge_cover_no_supply():
    ties = [(s, t) for s in range(10) for t in range(s)]
    study = a_cell(ties, kinds=["research"] * len(ties))
    cells = linkage_by_cell(study).cells
    assert not cells["link_coverage"].gt(0).any()
    # Nobody has to cooperate, so the source of knowledge ties covers all that it says it does.
    assert cells["knowledge_coverage"].tolist() == [1]
    assert cells["tie_coverage"].tolist() == [0.5]
