"""Matching where local is a radius, against permutations, plain counts and the region's formula."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.linkage.collaboration.linkage_table import linkage_by_cell
from geo.linkage.collaboration.nearness import related_moments
from geo.linkage.matching import CELL
from geo.study.locality import locality_within
from tests.geo.linkage.collaboration.test_linkage_table import FIRMS, REGIONS, a_world, linkage
from tests.geo.studies import NOBODY, lazy, study_of


def by_radius(world, km=40.0, firms=FIRMS):
    return linkage_by_cell(study_of(*world, firms=firms, local={"radius_km": km})).cells


def blocks(related, u, v):
    """The blocks of `related` (places x places) that are 1, as one group."""
    one, other = np.nonzero(related)
    return pd.DataFrame({"group": 0, "one": one, "other": other}).assign(
        u=u[one].astype(float), v=v[other].astype(float), is_own_one=True, is_own_other=True
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_moments_are_those_of_all_permutations(seed):
    rng = np.random.default_rng(seed)
    places, ends = 4, 6
    sellers, buyers = rng.integers(0, places, (2, ends))
    related = rng.random((places, places)) < 0.4
    counts = np.array(
        [related[sellers, buyers[list(p)]].sum() for p in permutations(range(ends))], dtype=float
    )
    u, v = (np.bincount(x, minlength=places) for x in (sellers, buyers))
    moments = related_moments(blocks(related, u, v), np.array([float(ends)]))
    if not related.any():
        return
    mean = counts.mean()
    assert moments.mean[0] == pytest.approx(mean)
    assert moments.variance[0] == pytest.approx(counts.var(), abs=1e-9)
    assert moments.third[0] == pytest.approx(((counts - mean) ** 3).mean(), abs=1e-9)
    assert counts.max() <= moments.most[0]


@pytest.mark.parametrize("seed", range(3))
def test_a_locality_of_regions_is_the_region(seed):
    world = a_world(seed, ties=120)
    # Within a region the way is none, to every other it is too long.
    far = [(a, b, 99.0) for a in range(REGIONS) for b in range(REGIONS) if a != b]
    ways = pd.DataFrame(far, columns=["from_region_key", "to_region_key", "minutes"])
    near = linkage_by_cell(
        study_of(*world, firms=FIRMS, travel_times=ways, local={"minutes": 60})
    ).cells
    region = linkage(world)
    # Chances of random matching are from moments and bounds here, and exact there.
    other = ("matching_p", "matching_q", "within_hour")
    same = [c for c in region.columns if not c.startswith(other)]
    pd.testing.assert_frame_equal(near[same], region[same], check_dtype=False, rtol=1e-4, atol=1e-6)


def test_a_table_of_travel_times_is_read_from_supplier_to_customer():
    establishments, links, institutions = a_world(7, ties=150, groups=False)
    # One way is short, the way back is long, and in region 2 even the ways within are.
    ways = {(0, 1): 30.0, (1, 0): 90.0, (2, 2): 90.0}
    listed = pd.DataFrame(
        [(a, b, minutes) for (a, b), minutes in ways.items()],
        columns=["from_region_key", "to_region_key", "minutes"],
    )
    study = study_of(
        *(establishments, links, institutions),
        firms=FIRMS,
        travel_times=listed,
        local={"minutes": 60},
    )
    table = linkage_by_cell(study).cells.set_index(CELL)
    homes = establishments.set_index(["firm_key", "year"])["region_key"].to_dict()
    trades = establishments.set_index(["firm_key", "year"])["industry_key"].to_dict()
    counts = {}
    for s, t, y in links.loc[
        links["kind"] == "supply", ["source_key", "target_key", "year"]
    ].itertuples(index=False):
        way = (homes[s, y], homes[t, y])
        is_near = ways.get(way, 0.0 if way[0] == way[1] else 999.0) <= 60
        for cell in {(y, homes[f, y], trades[f, y]) for f in (s, t)}:
            of_cell = counts.setdefault(cell, [0, 0])
            of_cell[0] += 1
            of_cell[1] += is_near
    assert 0 < sum(near for _, near in counts.values()) < sum(ties for ties, _ in counts.values())
    for cell, (ties, near) in counts.items():
        row = table.loc[cell]
        assert (row["supply_ties"], row["local_supply_ties"]) == (ties, near)
        assert row["within_hour_share"] == pytest.approx(near / ties)


def test_counts_by_radius_are_those_of_a_plain_loop():
    establishments, links, institutions = a_world(5, ties=150, groups=False)
    km = 60.0
    table = by_radius((establishments, links, institutions), km).set_index(CELL)
    near = locality_within(lazy(establishments), km=km)
    place = near.places.collect().to_pandas().set_index(["firm_key", "year"])["place_key"]
    related = set(near.related.itertuples(index=False, name=None))
    home = establishments.set_index(["firm_key", "year"])[["region_key", "industry_key"]]
    cell_of = {key: tuple(row) for key, row in zip(home.index, home.to_numpy(), strict=True)}
    supply = links[links["kind"] == "supply"]
    for (year, region, industry), row in table.iterrows():
        mine = [
            (s, t)
            for s, t, y in supply[["source_key", "target_key", "year"]].itertuples(index=False)
            if y == year and (region, industry) in {cell_of[s, y], cell_of[t, y]}
        ]
        local = [(s, t) for s, t in mine if (place[s, year], place[t, year]) in related]
        assert row["supply_ties"] == len(mine)
        assert row["local_supply_ties"] == len(local)
        if local:
            hub = int(row["hub_key"])
            assert row["hub_ties"] == sum(hub in tie for tie in local)
            left = [tie for tie in local if hub not in tie]
            assert row["local_supply_ties_without_hub"] == len(left)


def test_neighbours_over_a_border_are_local_within_a_radius():
    firms = pd.DataFrame(
        {
            "firm_key": list(range(8)) * 2,
            "year": [2020] * 8 + [2021] * 8,
            "region_key": [0, 1, 0, 1, 2, 2, 2, 2] * 2,
            "industry_key": [0, 1] * 8,
            "longitude": [9.99, 10.01, 9.98, 10.02, 20, 23, 26, 29] * 2,
            "latitude": 30.0,
            "group_key": np.nan,
        }
    )
    ties = pd.DataFrame(
        {
            "source_key": [0, 2, 4, 6] * 2,
            "target_key": [1, 3, 7, 5] * 2,
            "year": [2020] * 4 + [2021] * 4,
            "kind": "supply",
        }
    )
    world = (firms, ties, NOBODY)
    by_region = linkage(world, firms=8)
    near = by_radius(world, firms=8)
    assert by_region["local_supply_ties"].head(2).tolist() == [0, 0]
    assert near["local_supply_ties"].head(3).tolist() == [2, 2, 0]
    assert near["tie_persistence"].head(2).tolist() == [1.0, 1.0]
    assert near["locally_linked_share"].head(2).tolist() == [1.0, 1.0]
