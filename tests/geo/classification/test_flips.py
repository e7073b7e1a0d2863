"""The smallest change: with it the question asked again turns, with one less it does not."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.classification.answers import has_ecosystem, is_broad, is_concentrated, is_stable
from geo.classification.flip_wording import LACKS, LOSSES, flip_sentences, with_flips
from geo.classification.flips import flips
from geo.classification.judgements import judgements
from geo.classification.least_change import least_that_turns, local_ties_to_turn
from geo.classification.plants_again import critical_p, plant_totals
from geo.concentration.cells import cell_concentration
from geo.linkage.matching import matching_table
from geo.linkage.tails import hypergeometric_moments, wilson_interval
from geo.settings import Thresholds
from geo.vocabulary import FLIPS, Language

FLOORS = Thresholds()
FIRMS = 40


def sure(**changes):
    """A cluster of 40 plants far from every floor, one of a year's cells."""
    row = {
        "year": 2020, "region_key": 0, "industry_key": 0, "establishments": FIRMS,
        "living_firms": FIRMS, "effective_establishments": 30.0, "location_quotient": 4.0,
        "location_quotient_low": 3.0, "concentration_p": 1e-9, "concentration_q": 1e-8,
        "plants_of_region": 1_000, "plants_of_industry": 100, "plants_of_all": 10_000,
        "supply_ties": 200, "tie_dispersion": 1.0, "link_coverage": 1.0, "distance_q": 0.0,
        "locally_linked_share": 0.8, "locally_linked_share_high": 0.9, "persistence_trials": 300,
        "persistence_base_rate": 0.5, "institution_q": 1e-6, "institution_tied_share": 0.5,
        "institution_tied_share_high": 0.65, "innovation_kind_reach": 0.4,
        "service_kind_reach": 0.4,
    }  # fmt: skip
    for suffix in ("", "_without_hub"):
        row |= {
            f"local_supply_ties{suffix}": 120, f"expected_local_supply_ties{suffix}": 40.0,
            f"variance_local_supply_ties{suffix}": 25.0, f"matching_p{suffix}": 1e-12,
            f"matching_q{suffix}": 1e-11, f"matching_degree{suffix}": 0.5,
            f"matching_degree_high{suffix}": 0.6, f"tie_dispersion{suffix}": 1.0,
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
        assert bool(is_broad(again, FLOORS).fillna(value=False).iloc[0]) is is_enough


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
        assert bool(is_stable(again, FLOORS).fillna(value=False).iloc[0]) is is_enough


def test_the_ties_that_would_have_to_end_are_the_fewest():
    # Only the lasting of ties is near its floor.
    cells = sure(kept=190)
    row, _ = flipped(cells)
    assert row["flip_down"] == "lasting_ties"
    fewer = row["flip_down_amount"]
    for ties, is_stable_still in ((fewer, False), (fewer - 1, True)):
        again = cells.assign(**kept_of(190 - int(ties), 300))
        assert bool(is_stable(again, FLOORS).fillna(value=False).iloc[0]) is is_stable_still


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


@pytest.mark.parametrize("local", [5, 22, 60, 100])
def test_ties_turned_to_local_partners_turn_the_matching_test_measured_again(local):
    # One stratum: 150 of 1,000 ties are sold here and 160 bought, 24 local by chance.
    moments = hypergeometric_moments(*(np.array([n]) for n in (150.0, 160.0, 1_000.0)))

    def matched(ties):
        sums = pd.DataFrame(moments._asdict()).assign(year=2020, supply_ties=286.0, local=ties)
        return matching_table(sums)

    test = matched(float(local))
    both = test.join(test.add_suffix("_without_hub"))
    cells = sure().assign(**{c: both[c].to_numpy() for c in both})
    every = np.array([True])
    is_yes = (test["matching_q"] <= 0.05) & (test["matching_degree"] >= 0.25)
    change = local_ties_to_turn(cells, FLOORS, rising=every, falling=is_yes.to_numpy())
    step = change.fewer[0] if is_yes.iloc[0] else change.more[0]
    sign = -1 if is_yes.iloc[0] else 1
    critical = 0.05

    def passes(ties):
        again = matched(float(ties))
        return bool(
            ((again["matching_p"] <= critical) & (again["matching_degree"] >= 0.25)).iloc[0]
        )

    assert passes(local + sign * step) is not bool(is_yes.iloc[0])
    assert passes(local + sign * (step - 1)) is bool(is_yes.iloc[0])


def test_without_links_the_way_up_is_links_and_with_one_year_a_second():
    missing = dict.fromkeys(
        (c for c in sure() if c.startswith(("matching", "local", "tie_", "expected", "variance"))
         and not c.startswith("location")),
        np.nan,
    )  # fmt: skip
    none = sure(supply_ties=np.nan, persistence_base_rate=np.nan).assign(**missing)
    assert flipped(none)[0]["flip_up"] == "links"
    one = sure(persistence_base_rate=np.nan)
    row, name = flipped(one)
    assert name == "undetermined"
    assert all_lacks(row) == {"years": pytest.approx(np.nan, nan_ok=True)}


@pytest.mark.parametrize(
    ("changes", "lack"),
    [
        ({"region_key": 1, "location_quotient": 1.0, "concentration_q": 1.0}, "comparison"),
        ({"effective_establishments": np.nan}, "job_data"),
        ({"establishments": np.nan}, "plant_data"),
        ({"location_quotient": np.nan, "concentration_q": np.nan}, "plant_data"),
    ],
)
def test_what_leaves_concentration_open_is_what_is_lacking(changes, lack):
    cells = pd.concat([sure(**changes), sure(region_key=1, industry_key=1)], ignore_index=True)
    row, name = flipped(cells)
    assert name == "undetermined"
    assert row["flip_up"] == lack
    assert np.isnan(row["flip_up_amount"])


def test_coverage_that_would_decide_is_named_where_coverage_leaves_breadth_open():
    cells = sure(locally_linked_share=0.05, locally_linked_share_high=0.1, link_coverage=0.5)
    row, _ = flipped(cells)
    assert all_lacks(row)["coverage"] == pytest.approx(0.8)
    decided = cells.assign(link_coverage=0.81)
    assert not bool(is_broad(decided, FLOORS).iloc[0])
    assert is_broad(cells.assign(link_coverage=0.79), FLOORS).isna().iloc[0]


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
        "Missing to move up, nearest first: firms with a stable local partner (3 more); supply "
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
