"""The smallest change: with it the question asked again turns, with one less it does not."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.classification.counterfactuals.flips_of_cells import flips
from geo.classification.counterfactuals.least_change import least_that_turns, local_ties_to_turn
from geo.classification.families import SUPPLY
from geo.classification.questions import (
    has_ecosystem,
    is_broad,
    is_concentrated,
    is_lasting_family,
)
from geo.classification.resampling.resampled_plants import critical_p, plant_totals
from geo.classification.text.flip_wording import LACKS, LOSSES, flip_sentences, with_flips
from geo.classification.truth_table import judgements
from geo.concentration.cells.cell_table import cell_concentration
from geo.linkage.tails import wilson_interval
from geo.linkage.usual_reach.excess import Excess, excess_of
from geo.settings import Thresholds
from geo.vocabulary import FLIPS, Language
from tests.geo.classification.evidence_by_hand import CLUSTER, EXCHANGE, SUPPLY_TIES

FLOORS = Thresholds()
FIRMS = 40


def sure(**changes):
    """A cluster of 40 plants far from every floor, one of a year's cells."""
    row = CLUSTER | {
        "region_key": 0, "industry_key": 0, "establishments": FIRMS, "living_firms": FIRMS,
        "effective_establishments": 30.0, "location_quotient": 4.0, "location_quotient_low": 3.0,
        "location_quotient_asked": 4.0, "location_quotient_asked_low": 3.0,
        "plants_of_region": 400, "plants_of_industry": 250, "plants_of_all": 10_000,
        "locally_linked_share": 0.8, "locally_linked_share_high": 0.9, "persistence_trials": 300,
        "persistence_base_rate": 0.5, "institution_tied_share": 0.5,
        "institution_tied_share_high": 0.65, "innovation_kind_reach": 0.4,
        "service_kind_reach": 0.4,
    }  # fmt: skip
    row |= changes
    row |= kept_of(row.pop("kept", 250), row["persistence_trials"])
    cells = pd.DataFrame([row])
    return cells.assign(chain_partners_here=pd.array([None], dtype="boolean"))


def kept_of(kept, trials):
    low, high = (float(end[0]) for end in wilson_interval(np.array([kept]), np.array([trials])))
    return {"tie_persistence": kept / trials, "tie_persistence_low": low,
            "tie_persistence_high": high}  # fmt: skip


def flipped(cells, thresholds=FLOORS):
    given_answers = judgements(cells, thresholds)
    judged = cells.drop(columns="chain_partners_here").join(given_answers)
    return flips(judged, thresholds).iloc[0], given_answers["class"].iloc[0]


def lasts(cells):
    return bool(is_lasting_family(SUPPLY, cells, FLOORS).fillna(value=False).iloc[0])


def all_lacks(row):
    """Code -> amount (None where it is not a number), nearest first."""
    found = {row["flip_up"]: row["flip_up_amount"]}
    for part in (row["flip_up_also"] or "").split(", "):
        code, _, amount = part.partition(" ")
        found |= {code: float(amount) if amount else None} if code else {}
    return found


def test_halving_finds_the_first_number_that_turns():
    limits = np.array([1.0, 7.0, 100.0, 101.0])
    found = least_that_turns(lambda k, rows: k >= limits[rows], np.full(4, 100.0))
    assert found[:3].tolist() == [1, 7, 100]
    assert np.isnan(found[3])


def test_a_cluster_has_no_way_up_and_a_loss_that_would_take_it_down():
    row, name = flipped(sure())
    assert name == "cluster"
    assert row["flip_up"] is None
    assert row["flip_down"] in LOSSES
    assert row["flip_down_amount"] >= 1


@pytest.mark.parametrize("linked", [0, 3, 11])
def test_with_the_firms_that_are_lacking_the_collaboration_is_broad_and_with_one_less_not(linked):
    cells = sure(locally_linked_share=linked / FIRMS, locally_linked_share_high=linked / FIRMS)
    row, name = flipped(cells)
    assert name == "agglomeration"
    assert row["flip_up"] == "linked_firms"
    more = row["flip_up_amount"]
    for firms, is_enough in ((more, True), (more - 1, False)):
        again = cells.assign(locally_linked_share=(linked + firms) / FIRMS)
        assert bool(is_broad(SUPPLY, again, FLOORS).fillna(value=False).iloc[0]) is is_enough


@pytest.mark.parametrize(("kept", "trials", "base"), [(30, 300, 0.5), (3, 4, 0.9), (100, 300, 0.2)])
def test_with_the_ties_that_are_lacking_collaboration_lasts_and_with_one_less_not(
    kept, trials, base
):
    cells = sure(kept=kept, persistence_trials=trials, persistence_base_rate=base)
    row, _ = flipped(cells)
    more = all_lacks(row)["lasting_ties"]
    for ties, is_enough in ((more, True), (more - 1, False)):
        lasting = kept + int(ties)
        again = cells.assign(**kept_of(lasting, max(trials, lasting)))
        assert lasts(again) is is_enough


def test_the_ties_that_would_have_to_end_are_the_fewest():
    # Only the lasting of ties is near its floor.
    cells = sure(kept=190)
    row, _ = flipped(cells)
    assert row["flip_down"] == "lasting_ties"
    fewer = row["flip_down_amount"]
    for ties, is_stable_still in ((fewer, False), (fewer - 1, True)):
        again = cells.assign(**kept_of(190 - int(ties), 300))
        assert lasts(again) is is_stable_still


@settings(max_examples=40, deadline=None)
@given(tied=st.integers(0, 40), innovation=st.integers(0, 40), service=st.integers(0, 40))
def test_all_that_an_emerging_cluster_lacks_together_makes_an_ecosystem(tied, innovation, service):
    columns = {
        "tied_firms": "institution_tied_share",
        "innovation_firms": "innovation_kind_reach",
        "service_firms": "service_kind_reach",
    }
    firms = dict(zip(columns, (tied, innovation, service), strict=True))
    cells = sure(**{columns[code]: n / FIRMS for code, n in firms.items()})
    cells["institution_tied_share_high"] = cells["institution_tied_share"]
    row, name = flipped(cells)
    lacks = all_lacks(row) if row["flip_up"] else {}
    assert (name == "cluster") is (not lacks)
    again = cells.assign(
        **{columns[code]: (n + (lacks.get(code) or 0)) / FIRMS for code, n in firms.items()}
    )
    assert bool(has_ecosystem(again, FLOORS).iloc[0])
    for code in lacks:
        short = again.assign(**{columns[code]: again[columns[code]] - 1 / FIRMS})
        assert not bool(has_ecosystem(short, FLOORS).fillna(value=False).iloc[0])


def counts(seed, regions=12, industries=8):
    rng = np.random.default_rng(seed)
    plants = rng.poisson(rng.gamma(0.7, 12, size=(regions, industries)))
    region, industry = np.indices(plants.shape).reshape(2, -1)
    cells = pd.DataFrame({"year": 2020, "region_key": region, "industry_key": industry})
    n = plants.ravel().astype(float)
    return cells.assign(establishments=n, employment=10 * n, employment_square_sum=100 * n)


def measured(cells):
    table = cell_concentration(cells).merge(
        cells[["year", "region_key", "industry_key", "establishments"]]
    )
    return table[table["establishments"] > 0].reset_index(drop=True)


@pytest.mark.parametrize("seed", range(4))
def test_plants_put_up_or_closed_turn_concentration_when_everything_is_measured_again(seed):
    cells = counts(seed)
    first = measured(cells)
    critical = critical_p(first["concentration_p"], first["concentration_q"], 0.05).iloc[0]
    unknown = sure().drop(columns=[*first.columns, "plants_of_region", "plants_of_industry",
                                   "plants_of_all"], errors="ignore")  # fmt: skip
    judged = first.merge(plant_totals(cells), on=["year", "region_key", "industry_key"]).assign(
        **dict.fromkeys(set(unknown) - {"chain_partners_here"}, np.nan),
        chain_partners_here=pd.array([None] * len(first), dtype="boolean"),
    )
    given_answers = judgements(judged, FLOORS)
    judged = judged.drop(columns="chain_partners_here").join(given_answers)
    found = judged.join(flips(judged, FLOORS))

    def is_yes(row, change):
        place = (cells["region_key"] == row.region_key) & (
            cells["industry_key"] == row.industry_key
        )
        plants = cells["establishments"] + change * place
        again = measured(
            cells.assign(
                establishments=plants, employment=10 * plants, employment_square_sum=100 * plants
            )
        )
        q = np.where(again["concentration_p"] <= critical, 0.0, 1.0)
        answer = is_concentrated(again.assign(concentration_q=q), FLOORS)
        here = (again["region_key"] == row.region_key) & (again["industry_key"] == row.industry_key)
        return bool(answer[here].fillna(value=False).any())

    rises = found[found["flip_up"] == "plants"]
    falls = found[found["flip_down"] == "plants"]
    assert len(rises) > 3
    assert len(falls) > 3
    for row in rises.itertuples():
        # Jobs spread over more plants where they were too few to be spread.
        assert is_yes(row, row.flip_up_amount) or "spread" in (row.flip_up_also or "")
        assert not is_yes(row, row.flip_up_amount - 1)
    for row in falls.itertuples():
        assert not is_yes(row, -row.flip_down_amount)
        assert is_yes(row, 1 - row.flip_down_amount)


@pytest.mark.parametrize("local", [5, 28, 60, 150])
@pytest.mark.parametrize("unsure", [0.0, 9.0])
def test_ties_turned_to_local_partners_turn_the_test_of_reach_measured_again(local, unsure):
    # Of 286 ties 24 are local by the usual reach.
    def tested(ties):
        cell = {"ties": 286.0, "local": float(ties), "usual": 24.0, "unsure": unsure}
        rows = pd.DataFrame([cell | {"year": 2020, "dispersion": 1.5, "is_concentrated": True}])
        return Excess(*(float(x[0]) for x in excess_of(rows, spread=0.01)))

    def passes(ties):
        found = tested(ties)
        return found.q <= 0.05 and found.share >= 0.05 and found.low > 0.025

    found = tested(local)
    measured = {
        "supply_ties": 286.0, "local_supply_ties": float(local), "usual_local_supply_ties": 24.0,
        "usual_variance": unsure, "tie_dispersion": 1.5, "reach_p": found.p, "reach_q": found.q,
    }  # fmt: skip
    both = measured | {f"{c}_without_hub": value for c, value in measured.items()}
    cells = sure(**both, lack_of_fit=0.01)
    every, is_yes = np.array([True]), passes(local)
    change = local_ties_to_turn(SUPPLY, cells, FLOORS, rising=every, falling=every & is_yes)
    step = int(change.fewer[0] if is_yes else change.more[0])
    sign = -1 if is_yes else 1
    assert passes(local + sign * step) is not is_yes
    assert passes(local + sign * (step - 1)) is is_yes


def test_crowded_cells_are_corrected_apart_from_the_others():
    # Of two crowded cells one passes, so a fortieth is asked of the other; of a hundred that are
    # not crowded none does, which would ask for a two-thousandth.
    asked = sure(reach_p=0.04, reach_q=0.04, local_supply_ties=51.0).assign(is_crowded=True)
    other = asked.assign(reach_p=1e-9, reach_q=1e-9)
    plain = asked.assign(reach_p=0.9, reach_q=0.9, is_crowded=False)
    cells = pd.concat([asked, other, *[plain] * 100], ignore_index=True)
    every = np.arange(len(cells)) == 0
    apart = local_ties_to_turn(
        SUPPLY, cells, FLOORS, rising=every, falling=~every & every, suffixes=("",)
    )
    together = local_ties_to_turn(
        SUPPLY, cells.drop(columns="is_crowded"), FLOORS, rising=every, falling=~every & every,
        suffixes=("",),
    )  # fmt: skip
    assert apart.more[0] < together.more[0]


def test_without_links_the_way_up_is_links_and_with_one_year_a_second():
    none = sure().assign(**dict.fromkeys(SUPPLY_TIES, np.nan))
    assert flipped(none)[0]["flip_up"] == "links"
    one = sure(persistence_base_rate=np.nan)
    row, name = flipped(one)
    assert name == "undetermined"
    assert all_lacks(row) == {"years": pytest.approx(np.nan, nan_ok=True)}


def test_where_all_such_trade_is_local_anyway_trade_that_could_go_elsewhere_is_lacking():
    # 198 of 200 ties would be local by the usual reach: two more are no twentieth.
    local = dict.fromkeys(("local_supply_ties", "supply_ties"), 200.0)
    usual = {"usual_local_supply_ties": 198.0, "excess_local_share": 0.01, "reach_q": 0.9}
    row, name = flipped(sure(**local, **usual))
    assert name == "undetermined"
    assert "elsewhere" in all_lacks(row)


def test_a_cluster_that_exchanges_knowledge_too_loses_nothing_with_its_supply_ties():
    row, name = flipped(sure(kept=190, **EXCHANGE))
    assert name == "cluster"
    assert row["flip_down"] == "plants"
    assert flipped(sure(kept=190))[0]["flip_down"] == "lasting_ties"


@pytest.mark.parametrize(
    ("changes", "lack"),
    [
        ({"region_key": 1, "location_quotient": 1.0, "concentration_q": 1.0}, "comparison"),
        ({"effective_establishments": np.nan}, "job_data"),
        ({"establishments": np.nan}, "plant_data"),
        (
            dict.fromkeys(
                ("location_quotient", "location_quotient_asked", "concentration_q"), np.nan
            ),
            "plant_data",
        ),
    ],
)
def test_what_leaves_concentration_open_is_what_is_lacking(changes, lack):
    cells = pd.concat([sure(**changes), sure(region_key=1, industry_key=1)], ignore_index=True)
    row, name = flipped(cells)
    assert name == "undetermined"
    assert row["flip_up"] == lack
    assert np.isnan(row["flip_up_amount"])


# A tenth linked at most: with more than four fifths covered fewer than 30 % can be. A twentieth
# linked: with three quarters covered no more can be than the 30 % that usual trade gives.
@pytest.mark.parametrize(("usual", "deciding"), [(0.0, 0.8), (0.3, 0.75)])
def test_coverage_that_would_decide_is_named_where_coverage_leaves_breadth_open(usual, deciding):
    cells = sure(
        locally_linked_share=0.05,
        locally_linked_share_high=0.1,
        usual_linked_share=usual,
        link_coverage=0.5,
    )
    row, _ = flipped(cells)
    assert all_lacks(row)["coverage"] == pytest.approx(deciding)
    decided = cells.assign(link_coverage=deciding + 0.01)
    assert not bool(is_broad(SUPPLY, decided, FLOORS).iloc[0])
    open_ = cells.assign(link_coverage=deciding - 0.01)
    assert is_broad(SUPPLY, open_, FLOORS).isna().iloc[0]


def test_every_change_has_its_words_in_three_languages():
    assert set(LACKS) == set(FLIPS)
    assert set(LOSSES) <= set(FLIPS)
    for words in (LACKS, LOSSES):
        for said in words.values():
            assert len({"{n}" in text for text in said}) == 1


def test_sentences_name_all_that_is_lacking_nearest_first_and_the_loss():
    row = {
        "flip_up": "linked_firms", "flip_up_amount": 3.0, "flip_up_also": "local_ties 1200, years",
        "flip_down": "plants", "flip_down_amount": 12.0,
    }  # fmt: skip
    said = flip_sentences(pd.DataFrame([row])).iloc[0]
    assert said["flips_en"] == (
        "Missing to move up, nearest first: firms with a lasting local partner (3 more); supply "
        "ties with local instead of distant partners (1,200 more); a second year of ties. "
        "It would move down by losing: establishments (12)."
    )
    assert "再有 3 家企業" in said["flips_zh_hant"]
    assert "减少 12 家企业" in said["flips_zh_hans"]


def test_a_reason_without_a_near_change_stays_as_it_is():
    reasons = pd.DataFrame({f"reason_{language.column_suffix}": ["A."] for language in Language})
    none = flip_sentences(
        pd.DataFrame([dict.fromkeys(
            ("flip_up", "flip_up_amount", "flip_up_also", "flip_down", "flip_down_amount")
        )])
    )  # fmt: skip
    assert with_flips(reasons, none)["reason_en"].tolist() == ["A."]
