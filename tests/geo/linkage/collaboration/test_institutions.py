"""Test C: what counts as a tie with an institution, and what the usual reach of such ties says."""

import numpy as np
import pandas as pd
import pytest

from geo.linkage.collaboration.breadth import living_firms
from geo.linkage.collaboration.institutions import ecosystem_by_cell, known_families
from tests.geo.studies import study_of

REGIONS, FIRMS_OF_REGION = 12, 20
FIRMS = REGIONS * FIRMS_OF_REGION
UNIVERSITY, BANK = FIRMS, FIRMS + REGIONS
"""Each region has a university and a bank; region r has those of these keys plus r."""


def a_country(ties, *, kinds=("university", "finance"), year=2020):
    """Regions 30 km apart, twenty firms of one industry in each."""
    region = np.arange(FIRMS) // FIRMS_OF_REGION
    establishments = pd.DataFrame(
        {"firm_key": range(FIRMS), "year": year, "region_key": region, "industry_key": 0}
    )
    establishments["longitude"] = region * 30 / 111.2 + (np.arange(FIRMS) % 20) * 0.001
    establishments["latitude"] = 0.0
    places = np.arange(REGIONS)
    institutions = pd.concat(
        pd.DataFrame(
            {"institution_key": first + places, "kind": kind, "region_key": places,
             "longitude": places * 30 / 111.2, "latitude": 0.01}
        )
        for first, kind in zip((UNIVERSITY, BANK), kinds, strict=True)
    )  # fmt: skip
    links = pd.DataFrame(ties, columns=["source_key", "target_key"])
    return study_of(
        establishments,
        links.assign(year=year, kind="research"),
        institutions.reset_index(drop=True),
        firms=FIRMS,
    )


def ecosystem(ties, **options):
    study = a_country(ties, **options)
    nowhere = np.zeros((REGIONS, 1), dtype=bool)
    found = ecosystem_by_cell(study, living_firms(study.establishments), nowhere)
    return found.set_index("region_key")


def wherever(seed, *, regions, each=1):
    """Ties of the firms of some regions with universities anywhere, each at another one."""
    rng = np.random.default_rng(seed)
    return [
        (firm, UNIVERSITY + int(there))
        for firm in range(FIRMS)
        if firm // FIRMS_OF_REGION in regions
        for there in rng.choice(REGIONS, each, replace=False)
    ]


def test_firms_and_institutions_are_counted_once_however_many_ties_they_have():
    # Firms 0 and 1 with the university, 1 and 2 with the bank, 3 with a university elsewhere.
    row = ecosystem(
        [(0, UNIVERSITY), (1, UNIVERSITY), (BANK, 1), (2, BANK), (3, UNIVERSITY + 1)]
    ).loc[0]
    assert row["institution_tied_share"] == 3 / 20
    assert row["tied_institutions"] == 2
    assert row[["institution_ties", "local_institution_ties"]].tolist() == [5, 4]
    assert row[["innovation_kind_reach", "service_kind_reach"]].tolist() == [2 / 20, 2 / 20]
    assert row["institution_kinds"] == 2


def test_a_kind_that_reaches_fewer_than_a_tenth_of_the_firms_is_not_counted():
    row = ecosystem([(0, UNIVERSITY), (1, BANK), (2, BANK)]).loc[0]
    assert row[["innovation_kind_reach", "service_kind_reach"]].tolist() == [1 / 20, 2 / 20]
    assert row["institution_kinds"] == 1


def test_an_idle_institution_counts_for_nothing():
    table = ecosystem(wherever(1, regions=range(1, REGIONS)))
    idle = table.loc[0]
    assert idle[["institution_tied_share", "tied_institutions", "institution_kinds"]].eq(0).all()
    assert not idle["institution_q"] <= 0.05


def test_only_firms_that_keep_to_their_own_institutions_are_embedded():
    # In one region all are tied to their own university, elsewhere to any.
    own = [(firm, UNIVERSITY) for firm in range(FIRMS_OF_REGION)]
    table = ecosystem(own + wherever(1, regions=range(1, REGIONS)))
    assert table.loc[0, "institution_q"] < 0.001
    assert (table.loc[1:, "institution_q"] > 0.05).all()


def test_where_firms_everywhere_keep_to_their_own_institutions_it_is_the_usual_reach():
    # Seven in ten at home, in every region.
    rng = np.random.default_rng(2)
    ties = [
        (firm, UNIVERSITY + int(firm // FIRMS_OF_REGION if rng.random() < 0.7 else there))
        for firm, there in enumerate(rng.integers(0, REGIONS, FIRMS))
    ]
    table = ecosystem(ties)
    assert (table["institution_q"] > 0.05).all()
    assert table["local_institution_ties"].mean() > 13
    assert table["usual_local_institution_ties"].mean() == pytest.approx(
        table["local_institution_ties"].mean(), rel=0.15
    )


def test_of_a_year_without_any_tie_nothing_is_known():
    table = ecosystem([(0, 1)])  # two firms, no institution
    assert (
        table[["institution_tied_share", "institution_q", "innovation_kind_reach"]]
        .isna()
        .all(axis=None)
    )


def test_a_family_that_is_nowhere_in_the_data_is_not_known():
    table = ecosystem([(0, UNIVERSITY)], kinds=("university", "testing"))
    assert table["innovation_kind_reach"].notna().all()
    assert table["service_kind_reach"].isna().all()
    assert not table["service_known"].any()


def test_families_are_known_by_their_kinds():
    table = pd.DataFrame({"kind": ["testing", "university"]})
    assert known_families(table) == {"innovation": True, "service": False}
