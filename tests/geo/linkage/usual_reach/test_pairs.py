"""Pairs of parties over near regions, the far ones being what is left, are all pairs."""

from itertools import product

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from geo.linkage.usual_reach.trade.distance_classes import BINS
from geo.linkage.usual_reach.trade.points import Nearness, cell_points, near_regions
from geo.linkage.usual_reach.trade.runs import FAR, NOBODY, possible_pairs
from geo.linkage.usual_reach.trade.strata import unions_of
from geo.sphere import great_circle_km
from tests.geo.linkage.usual_reach import dense

REGIONS, GROUPS = 12, 3
NONE = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


def places(seed=0, *, km=120.0, move=False, unknown=False, firms=240):
    """Points of parties in a row of regions."""
    rng = np.random.default_rng(seed)
    region = rng.integers(0, REGIONS, firms)
    longitude = (region * km + rng.uniform(0, km, firms)) / 111.2
    latitude = rng.uniform(0, 0.5, firms)
    if unknown:
        longitude[:3] = latitude[:3] = np.nan
    table = pl.DataFrame({"party_key": np.arange(firms), "year": 1, "region_key": region,
                          "group": rng.integers(0, GROUPS, firms),
                          "longitude": longitude, "latitude": latitude})  # fmt: skip
    if move:
        later = table.with_columns(
            region_key=(pl.col("region_key") + 7) % REGIONS,
            longitude=((pl.col("region_key") + 7) % REGIONS) * km / 111.2,
            year=pl.lit(2),
        )
        table = pl.concat(
            [table, later.with_columns(pl.col("year").cast(pl.Int32)).cast(table.schema)]
        )
    return cell_points(nw.from_native(table.lazy()), groups=GROUPS, years=1)


def sides(points):
    """Suppliers of the first group, and customers of all of them, weighted."""
    weights = np.array([1.0, 0.5, 0.25])
    return points.of_groups([0], weights), points.of_groups([0, 1, 2], weights)


def unfolded(pairs, sellers, buyers):
    """Pairs as dense matrices, apart and together, the far ones being what is left."""
    shape = (len(sellers.regions), len(buyers.regions))
    found = np.zeros((*shape, NOBODY + 1))
    entries = pairs.entries(np.arange(len(pairs.row)))
    np.add.at(found, (entries.row, entries.column, entries.kind), entries.weight)
    whole = np.outer(sellers.parties, buyers.parties)
    found[:, :, FAR] = whole - np.delete(found, FAR, axis=2).sum(axis=2)
    return found[:, :, :NOBODY:2], found[:, :, 1:NOBODY:2]


VARIANTS = {
    "regions": Nearness(),
    "radius": Nearness(km=50.0),
    "wide radius": Nearness(km=600.0),
    "ways": Nearness(related=np.abs(np.subtract.outer(range(REGIONS), range(REGIONS))) % 5 == 0),
}


@pytest.mark.parametrize("nearness", VARIANTS.values(), ids=VARIANTS)
@pytest.mark.parametrize("move", [False, True])
def test_pairs_are_those_counted_one_by_one(nearness, move):
    points = places(move=move)
    sellers, buyers = sides(points)
    near = near_regions((points, points), nearness, NONE, regions=REGIONS)
    unions = np.full(len(sellers.regions), -1), np.full(len(buyers.regions), -1)
    pairs = possible_pairs(sellers, buyers, nearness, near, crossing=NONE, unions=unions)
    found = unfolded(pairs, sellers, buyers)
    for one, other in zip(found, dense.possible_pairs(sellers, buyers, nearness), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-6)


def test_a_place_that_is_not_known_is_near_to_all():
    points = places(unknown=True)
    near = near_regions((points, points), Nearness(), NONE, regions=REGIONS)
    region = points.region[np.searchsorted(points.start, np.flatnonzero(np.isnan(points.xyz[:, 0])),
                                           side="right") - 1]  # fmt: skip
    one, other = near.pairs
    for r in region:
        assert set(other[one == r]) == set(range(REGIONS))
    sellers, buyers = sides(points)
    unions = np.full(len(sellers.regions), -1), np.full(len(buyers.regions), -1)
    pairs = possible_pairs(sellers, buyers, Nearness(), near, crossing=NONE, unions=unions)
    found = unfolded(pairs, sellers, buyers)
    for one, other in zip(found, dense.possible_pairs(sellers, buyers, Nearness()), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-6)


def test_regions_with_two_parties_within_the_last_edge_are_near():
    points = places(3, km=40.0)
    near = near_regions((points, points), Nearness(), NONE, regions=REGIONS)
    pairs = set(zip(*near.pairs, strict=True))
    region = np.repeat(points.region, np.diff(points.start))
    km = great_circle_km(points.xyz[:, None], points.xyz[None, :])
    seen = {(region[a], region[b]) for a, b in np.argwhere(km <= 320)}
    assert seen <= pairs
    assert len(pairs) < REGIONS**2


def test_labels_tell_crossing_pairs_and_unions():
    points = places(4)
    sellers, buyers = sides(points)
    crossing = np.array([2, 3]), np.array([3, 2])
    first, second, number = unions_of(sellers.regions, buyers.regions, crossing)
    assert number == 1
    near = near_regions((points, points), Nearness(), NONE, regions=REGIONS)
    pairs = possible_pairs(
        sellers, buyers, Nearness(), near, crossing=crossing, unions=(first, second)
    )
    for run in range(len(pairs.row)):
        for column in pairs.column[pairs.start[run] : pairs.start[run + 1]]:
            ends = (int(pairs.row[run]), int(column))
            if ends in zip(*crossing, strict=True):
                assert pairs.label[run] == 2
            else:
                inside = first[ends[0]] >= 0 and first[ends[0]] == second[ends[1]]
                assert pairs.label[run] == int(inside)


def test_far_pairs_have_no_entry_but_across_a_border():
    points = places(5, km=500.0)
    sellers, buyers = sides(points)
    near = near_regions((points, points), Nearness(), (np.array([0]), np.array([9])),
                        regions=REGIONS)  # fmt: skip
    crossing = np.array([0]), np.array([9])
    unions = unions_of(sellers.regions, buyers.regions, crossing)[:2]
    pairs = possible_pairs(sellers, buyers, Nearness(), near, crossing=crossing, unions=unions)
    runs = np.flatnonzero(pairs.kind == FAR)
    entries = pairs.entries(runs)
    assert entries.row.tolist() == [0]
    assert entries.column.tolist() == [9]
    np.testing.assert_allclose(entries.weight, [sellers.parties[0] * buyers.parties[9]])


def test_entries_grow_with_the_country_and_not_with_its_square():
    sizes = []
    for wide in (1, 2, 4):
        rng = np.random.default_rng(0)
        regions, firms = 40 * wide, 400 * wide
        region = rng.integers(0, regions, firms)
        table = pl.LazyFrame({"party_key": np.arange(firms), "year": 1, "region_key": region,
                              "group": 0, "longitude": region * 0.9, "latitude": 0.0})  # fmt: skip
        points = cell_points(nw.from_native(table), groups=1, years=1)
        near = near_regions((points, points), Nearness(), NONE, regions=regions)
        side = points.of_groups([0], np.ones(1))
        none = np.full(len(side.regions), -1)
        pairs = possible_pairs(side, side, Nearness(), near, crossing=NONE, unions=(none, none))
        sizes.append(len(pairs.column))
    assert sizes[1] < 2.3 * sizes[0]
    assert sizes[2] < 2.3 * sizes[1]


def test_classes_are_bins_twice():
    assert (FAR, NOBODY) == (2 * BINS - 2, 2 * BINS)


def test_places_of_groups_are_the_cells_of_these_groups():
    points = places(6)
    weights = np.array([2.0, 1.0, 3.0])
    for groups in ([1], [0, 2]):
        found = points.of_groups(groups, weights)
        expected = [
            (code // GROUPS, party, weight * weights[code % GROUPS])
            for k, code in enumerate(points.code)
            for party, weight in zip(
                *(x[points.start[k] : points.start[k + 1]] for x in (points.party, points.weight)),
                strict=True,
            )
            if code % GROUPS in groups
        ]
        rows = np.repeat(found.regions, np.diff(found.start))
        assert list(zip(rows, found.party, found.weight, strict=True)) == expected
        totals = [sum(w for r, _, w in expected if r == region) for region in found.regions]
        np.testing.assert_allclose(found.parties, totals)


def test_unions_join_what_crossing_pairs_chain():
    sellers = buyers = np.arange(6)
    chained = [(0, 1), (1, 2), (4, 5)]
    first, second, number = unions_of(sellers, buyers, tuple(np.array(chained).T))
    assert number == 2
    for a, b in product([0, 1], [1, 2]):
        assert first[a] == second[b]
    assert first[0] != first[4] >= 0
    assert first[3] == second[3] == -1
