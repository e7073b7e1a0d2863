"""What must not change what is said of ties in an ordinary country, where trade decays and no more.

Asked of the evidence of supply ties and of whether they are beyond the usual reach, cell by cell.
"""

import narwhals as nw
import numpy as np
import polars as pl

from geo.classification.families import SUPPLY
from geo.classification.questions import is_beyond_reach
from geo.linkage.collaboration.linkage_table import linkage_by_cell
from geo.settings import Thresholds
from geo.study import Study
from tests.geo.linkage.null_countries import a_country

CELL = ["year", "region_key", "industry_key"]
MEASURES = ["supply_ties", "local_supply_ties", "usual_local_supply_ties", "excess_local_share"]


def country():
    return a_country(3, firms=400, per_firm=5, decay_km=15, heavy=1.3, kept=0.8, years=2)


def evidence(establishments, ties, institutions, firms):
    study = Study(
        establishments=nw.from_native(establishments.lazy()),
        ties=nw.from_native(ties.lazy()),
        institutions=institutions,
        firms=firms,
    )
    return linkage_by_cell(study).cells.set_index(CELL).sort_index()


def beyond(table):
    return is_beyond_reach(SUPPLY, table, Thresholds())


def test_an_ordinary_country_has_no_cell_that_trades_beyond_the_usual_reach():
    assert not beyond(evidence(*country())).fillna(value=False).any()


def test_other_keys_of_firms_change_nothing():
    establishments, ties, institutions, firms = country()
    key = np.random.default_rng(1).permutation(firms)
    renamed = establishments.with_columns(firm_key=pl.Series(key[establishments["firm_key"]]))
    ends = {c: pl.Series(key[ties[c].to_numpy()]) for c in ("source_key", "target_key")}
    again = evidence(renamed, ties.with_columns(**ends), institutions, firms)
    before = evidence(establishments, ties, institutions, firms)
    np.testing.assert_allclose(again[MEASURES], before[MEASURES], rtol=1e-6, atol=1e-6)
    assert beyond(again).equals(beyond(before))


def test_another_country_far_away_that_trades_with_nobody_changes_no_answer():
    # What is usual is learned from both, so the numbers move a little; nobody is called more.
    establishments, ties, institutions, firms = country()
    before = beyond(evidence(establishments, ties, institutions, firms))
    regions = int(establishments["region_key"].max()) + 1
    far = establishments.with_columns(
        firm_key=pl.col("firm_key") + firms,
        region_key=pl.col("region_key") + regions,
        longitude=pl.col("longitude") + 60.0,
    )
    silent = pl.concat([establishments, far])
    after = beyond(evidence(silent, ties, institutions, 2 * firms)).reindex(before.index)
    assert before.fillna(value=False).equals(after.fillna(value=False))


def test_ties_thinned_to_half_turn_no_no_into_a_yes():
    establishments, ties, institutions, firms = country()
    before = beyond(evidence(establishments, ties, institutions, firms))
    half = ties.filter(pl.Series(np.random.default_rng(2).random(len(ties)) < 0.5))
    after = beyond(evidence(establishments, half, institutions, firms))
    assert before.eq(other=False).any()
    is_no = before.eq(other=False).fillna(value=False)
    assert not after.reindex(before.index)[is_no].fillna(value=False).any()
