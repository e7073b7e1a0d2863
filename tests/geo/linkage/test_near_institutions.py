"""Chances of ties with institutions nearby, against permutations, plain loops and the region's."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom

from geo.linkage.dense import Sizes
from geo.linkage.institutions import ecosystem_by_cell, institution_test
from geo.linkage.locality import Locality
from geo.linkage.matching import CELL
from geo.linkage.near_institutions import (
    chances_by_activity,
    chances_by_degrees,
    near_institution_test,
)
from geo.linkage.tails import hypergeometric_moments
from tests.geo.linkage.test_collaboration import lazy

PLACES = 4
RELATED = pd.DataFrame(
    [(0, 0), (0, 1), (1, 1), (2, 3), (3, 0)], columns=["place_key", "other_place"]
)
PAIRS = set(RELATED.itertuples(index=False, name=None))


def ties_of(seed, number=6):
    """Ties of firms with institutions: cells and places of the firms, places of the others."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "year": 2020,
            "region_key": 0,
            "industry_key": rng.integers(0, 2, number),
            "firm_place": rng.integers(0, PLACES, number),
            "institution_place": rng.integers(0, PLACES, number),
        }
    )


@pytest.mark.parametrize("seed", range(6))
def test_moments_are_those_of_all_ways_to_pair_firms_with_institutions(seed):
    ties = ties_of(seed)
    table = chances_by_degrees(lazy(ties), RELATED).set_index("industry_key")
    firms, others = ties["firm_place"].to_numpy(), ties["institution_place"].to_numpy()
    is_near = np.array([[(int(f), int(i)) in PAIRS for i in others] for f in firms])
    for cell in (0, 1):
        mine = np.flatnonzero(ties["industry_key"] == cell)
        counts = np.array(
            [sum(is_near[k, order[k]] for k in mine) for order in permutations(range(len(ties)))]
        )
        if not is_near[mine].any():
            assert cell not in table.index
            continue
        row = table.loc[cell]
        assert row["mean"] == pytest.approx(counts.mean())
        assert row["variance"] == pytest.approx(counts.var(), abs=1e-9)
        assert row["third"] == pytest.approx(((counts - counts.mean()) ** 3).mean(), abs=1e-9)
        assert row["least"] <= counts.min()
        assert counts.max() <= row["most"]


def test_activity_counts_the_ends_of_firms_near_every_tie_of_an_institution():
    # Firm 0 at place 0 has three ends, firm 1 at place 2 one; firm 2 of the other industry two.
    firms = pd.DataFrame(
        {"firm_key": [0, 1, 2], "year": 2020, "region_key": 0, "industry_key": [0, 0, 1]}
    )
    ties = pd.DataFrame(
        [(0, 2), (0, 3), (4, 0), (1, 2)], columns=["source_key", "target_key"]
    ).assign(year=2020, kind="service")
    places = lazy(pd.DataFrame({"firm_key": [0, 1, 2], "year": 2020, "place_key": [0, 2, 1]}))
    homes = pd.DataFrame({"institution_key": [3, 4], "place_key": [1, 0]})
    located = lazy(
        pd.DataFrame({"year": 2020, "institution_place": [1, 1, 0]})  # two ties at 1, one at 0
    )
    table = chances_by_activity(
        lazy(firms), lazy(ties), located, Locality(places, RELATED, homes),
        sizes=Sizes(2020, 1, 1, 2, 3),
    ).set_index("industry_key")  # fmt: skip
    # Of six ends, firm 0 has half. Places 0 and 1 are both near it, and 1 is near firm 2.
    assert table.loc[0, ["near_institution_ties", "expected_by_activity"]].tolist() == [3.0, 1.5]
    assert table.loc[1, ["near_institution_ties", "expected_by_activity"]].tolist() == [
        2.0,
        pytest.approx(2 * 2 / 6),
    ]


@pytest.mark.parametrize(("local", "own", "others", "n"), [(6, 10, 10, 40), (9, 20, 12, 60)])
def test_where_near_is_the_region_the_chance_is_nearly_hypergeometric(local, own, others, n):
    moments = hypergeometric_moments(*(np.array([float(x)]) for x in (own, others, n)))
    table = pd.DataFrame(moments._asdict()).assign(
        local_institution_ties=float(local),
        near_institution_ties=float(others),
        expected_by_activity=1.0,
    )
    found = near_institution_test(table).iloc[0]
    assert found["institution_null"] == "degrees"
    assert found["institution_p"] == pytest.approx(hypergeom.sf(local - 1, n, own, others), rel=0.3)


def test_where_no_null_of_degrees_can_speak_activity_does_as_for_regions():
    # All ties of the year are of one cell.
    region = institution_test(
        pd.DataFrame(
            {"year": [2020], "institution_ties": 8.0, "region_institution_ties": 8.0,
             "all_institution_ties": 8.0, "local_institution_ties": 8.0, "tie_ends": 8.0}
        ).pipe(lambda t: pd.concat([t, t.assign(
            institution_ties=0.0, region_institution_ties=0.0, local_institution_ties=0.0,
            tie_ends=24.0)], ignore_index=True))
    ).iloc[0]  # fmt: skip
    near = near_institution_test(
        pd.DataFrame(
            {"local_institution_ties": [8.0], "mean": 8.0, "variance": 0.0, "third": 0.0,
             "least": 0.0, "most": 8.0, "near_institution_ties": 8.0, "expected_by_activity": 2.0}
        )
    ).iloc[0]  # fmt: skip
    assert near["institution_null"] == region["institution_null"] == "activity"
    assert near["institution_p"] == pytest.approx(region["institution_p"])


def test_an_institution_over_the_border_is_local_within_reach():
    firms = pd.DataFrame(
        {"firm_key": range(6), "year": 2020, "region_key": [0, 0, 1, 1, 2, 2], "industry_key": 0}
    )
    ties = pd.DataFrame({"source_key": [6, 6, 6], "target_key": [0, 2, 4]}).assign(
        year=2020, kind="research"
    )
    university = pd.DataFrame({"institution_key": [6], "kind": "university", "region_key": 0})
    living = firms.groupby(CELL).size().rename("living_firms").reset_index().assign(tie_ends=1.0)
    reach = pd.DataFrame({"place_key": [0, 1, 2, 1], "other_place": [0, 1, 2, 0]})
    places = lazy(firms[["firm_key", "year"]].assign(place_key=firms["region_key"]))
    homes = pd.DataFrame({"institution_key": [6], "place_key": [0]})
    shares = [
        ecosystem_by_cell(lazy(firms), lazy(ties), university, living, firms=6, locality=locality)[
            "institution_tied_share"
        ].tolist()
        for locality in (None, Locality(places, reach, homes))
    ]
    assert shares == [[0.5, 0.0, 0.0], [0.5, 0.5, 0.0]]
