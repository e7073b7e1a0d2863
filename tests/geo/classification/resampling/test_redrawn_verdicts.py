import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, nbinom

from geo.classification.resampling.redrawn_verdicts import confidence
from geo.classification.resampling.redraws import POOLED, YEARLY_PARTS, firm_parts, redrawn_sums
from geo.classification.resampling.resampled_partners import DRAWS
from geo.classification.resampling.resampled_plants import critical_p, learned_priors
from geo.concentration.cells.false_discovery import q_values
from geo.settings import Thresholds
from tests.geo.classification.evidence_by_hand import CLUSTER
from tests.geo.studies import study_of

UNKNOWN = {*CLUSTER, "effective_establishments_most"} - {"year"}


def parts_of(firms, **columns):
    zero = dict.fromkeys([*YEARLY_PARTS, *POOLED], 0.0)
    keys = {"region_key": 0, "industry_key": 0, "year": 2020, "firm_key": range(firms)}
    return pd.DataFrame(keys | zero | {"plants": 1.0} | columns)


def test_a_firm_counts_once_on_average_with_a_variance_of_two():
    sums = next(redrawn_sums(parts_of(50), redraws=20_000, seed=1))
    plants = sums["plants"] * 50
    assert plants.mean() == pytest.approx(50, rel=0.01)
    assert plants.var() == pytest.approx(100, rel=0.05)


def test_many_firms_vary_as_few_do():
    sums = next(redrawn_sums(parts_of(4_000), redraws=5_000, seed=1))
    assert sums["plants"].mul(4_000).var() == pytest.approx(8_000, rel=0.1)


def test_a_firm_has_one_weight_in_all_its_years():
    both = pd.concat([parts_of(20), parts_of(20).assign(year=2021)])
    sums = next(redrawn_sums(both, redraws=50, seed=3))
    plants = [sums.loc[sums["year"] == year, "plants"].to_numpy() for year in (2020, 2021)]
    assert (plants[0] == plants[1]).all()


def test_what_passes_the_critical_chance_is_what_passes_the_correction():
    p = pd.Series(np.random.default_rng(0).uniform(size=200) ** 4)
    q = pd.Series(q_values(p.to_numpy()))
    assert ((p <= critical_p(p, q, 0.05)) == (q <= 0.05)).all()


def statistical_cells(**changes):
    """One region of ten has `establishments` of 200 plants; no firms, no ties are known."""
    row = {
        "year": 2020, "region_key": 0, "industry_key": 0, "establishments": 30.0,
        "location_quotient": 1.5, "location_quotient_asked": 1.5,
        "location_quotient_asked_low": 1.1, "concentration_p": 0.01,
        "concentration_q": 0.01, "plants_of_region": 400.0, "plants_of_industry": 500.0,
        "plants_of_all": 10_000.0,
    } | changes  # fmt: skip
    cells = pd.DataFrame([dict.fromkeys(UNKNOWN, np.nan) | row])
    return cells.assign(chain_partners_here=pd.array([True], dtype="boolean"))


def claimed(cells, *, partners=None):
    """Confidence of the only cell; `partners`: what the input-output table says in each draw."""
    drawn = pd.DataFrame(np.zeros((0, DRAWS), dtype=np.int8))
    if partners is not None:
        drawn = pd.DataFrame(np.resize(partners, (1, DRAWS)).astype(np.int8), index=cells.index)
    priors = learned_priors(cells, pd.Series(data=False, index=cells.index))
    return confidence(cells, parts_of(0), Thresholds(), priors, drawn, seed=1).iloc[0]


def test_plants_of_statistics_are_drawn_again_in_closed_form():
    # With n plants here the industry has 470 + n, the region 370 + n. Of more than 25 the quotient
    # is 1.25; its lower bound asks for a one-sided 0.025, which is more than chance alone asks for.
    # A country of a few cells teaches little, so the number drawn again is about that of the cell.
    least = next(
        n
        for n in range(5, 60)
        if n * (9_970 + n) >= 1.25 * (470 + n) * (370 + n)
        and binom.sf(n - 1, 470 + n, (370 + n) / (9_970 + n)) <= 0.025
    )
    assert nbinom.sf(least, 30, 0.5) < claimed(statistical_cells()) < nbinom.sf(24, 30, 0.5)
    assert least > 25


def test_plants_of_a_large_region_are_drawn_again_against_the_rest_of_the_country():
    # A tenth of all plants, 1,000 of 10,000: 26 of 200 are 1.25 times the overall share, but 25
    # are 1.25 times the share in the rest. In both it is chance that asks for more.
    large = {"plants_of_region": 1_000.0, "plants_of_industry": 200.0}
    assert nbinom.sf(30, 30, 0.5) < claimed(statistical_cells(**large)) < nbinom.sf(25, 30, 0.5)


def test_partners_that_come_and_go_take_confidence_away():
    # A potential cluster is one as often as it has the plants, and the table its partners.
    sure = claimed(statistical_cells(), partners=[1])
    assert claimed(statistical_cells(), partners=[1, 1, 1, 0]) == pytest.approx(0.75 * sure)
    assert claimed(statistical_cells(), partners=[1, -1]) == pytest.approx(0.5 * sure)
    assert claimed(statistical_cells()) == sure


def test_a_verdict_that_data_leave_open_has_no_confidence():
    cells = statistical_cells().assign(chain_partners_here=pd.array([None], dtype="boolean"))
    assert np.isnan(claimed(cells))


def test_a_cell_far_from_every_floor_keeps_its_class():
    assert claimed(statistical_cells(establishments=2.0, location_quotient=0.1)) > 0.99


def test_a_tie_within_a_cell_lasts_or_not_as_one():
    # Firms 0 and 1 are of one industry, firm 2 of another. The tie within counts twice, at its
    # supplier; that with firm 2 once, at the end that is in the cell.
    firms = pd.DataFrame(
        {
            "firm_key": [0, 1, 2] * 2,
            "year": [2020] * 3 + [2021] * 3,
            "region_key": 0,
            "industry_key": [0, 0, 1] * 2,
            "employment": 5.0,
        }
    )
    ties = pd.DataFrame(
        {"source_key": [0, 2, 0], "target_key": [1, 1, 1], "year": [2020, 2020, 2021]}
    ).assign(kind="supply")
    cell = pd.DataFrame({"region_key": [0], "industry_key": [0]})
    parts = firm_parts(study_of(firms, ties, firms=3), cell)
    first = parts[parts["year"] == 2020].set_index("firm_key")
    assert first["persistence_trials"].to_dict() == {0: 2, 1: 1}
    assert first["persistence_kept"].to_dict() == {0: 2, 1: 0}
