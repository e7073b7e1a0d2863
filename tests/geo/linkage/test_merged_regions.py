"""Cells of merged regions are those of a map without the border, whatever else is on it."""

import numpy as np
import pandas as pd
import pytest

from geo.concentration.false_discovery import q_values
from geo.linkage.collaboration import linkage_by_cell
from geo.linkage.dense import held, sizes_of
from geo.linkage.located import located_supply_ties, supply_pairs, supply_years
from geo.linkage.matching import CELL
from geo.linkage.merged_regions import country_of, linkage_of_merged
from tests.geo.linkage.test_collaboration import FIRMS, a_world, lazy

MERGED = {2: 1}  # region 2 becomes part of region 1; region 0 stays


def asked(industries):
    return pd.DataFrame([(r, i) for r in (1, 2) for i in industries],
                        columns=["region_key", "industry_key"])  # fmt: skip


def together(world, cells, **options):
    establishments, links, institutions = world
    firms, ties = lazy(establishments), lazy(links)
    sizes = sizes_of(firms, firms=FIRMS)
    pairs = supply_pairs(ties, firms=FIRMS)
    years = supply_years(pairs)
    supply = held(located_supply_ties(firms, pairs, years, sizes=sizes))
    alone = linkage_by_cell(firms, ties, institutions, firms=FIRMS)
    country = country_of(firms, ties, institutions, supply, alone, cells, years=years, sizes=sizes)
    return linkage_of_merged(country, MERGED, cells, **options), alone


def without_the_border(world):
    establishments, links, institutions = (
        t.assign(region_key=t["region_key"].replace(MERGED)) if "region_key" in t else t
        for t in world
    )
    return linkage_by_cell(lazy(establishments), lazy(links), institutions, firms=FIRMS)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("wanted", [[0], [0, 1, 2]])
def test_every_figure_but_the_rates_is_that_of_the_map_without_the_border(
    seed, wanted, monkeypatch
):
    # What the source forgets is asked once, of the map as it is.
    for module in ("collaboration", "merged_regions"):
        monkeypatch.setattr(f"geo.linkage.{module}.source_completeness", lambda _: 0.9)
    world = a_world(seed, ties=150)
    cells = asked(wanted)
    found, _ = together(world, cells, asks_distance=True)
    whole = without_the_border(world)
    whole = whole[(whole["region_key"] == 1) & whole["industry_key"].isin(wanted)]
    rates = ("matching_q", "distance_q")
    same = [c for c in found.columns if not c.startswith(rates)]
    assert {"tie_persistence", "locally_linked_share", "institution_q", "distance_p"} <= set(same)
    pd.testing.assert_frame_equal(
        found[same].sort_values(CELL, ignore_index=True),
        whole[same].sort_values(CELL, ignore_index=True),
        check_dtype=False,
    )


def test_rates_are_among_the_other_cells_of_the_year():
    world = a_world(3, ties=150)
    cells = asked([0])
    found, alone = together(world, cells)
    year = found["year"].min()
    mine = found[found["year"] == year]
    gone = alone["region_key"].isin([1, 2]) & (alone["industry_key"] == 0)
    others = alone[(alone["year"] == year) & ~gone]
    for variant in ("", "_without_hub"):
        p = np.concatenate([mine[f"matching_p{variant}"], others[f"matching_p{variant}"]])
        expected = q_values(p, groups=np.full(len(p), year))[: len(mine)]
        np.testing.assert_allclose(mine[f"matching_q{variant}"], expected)


def test_the_distance_null_is_left_out_unless_asked():
    cells = asked([0])
    found, _ = together(a_world(0, ties=150), cells)
    assert not [c for c in found.columns if "distance" in c]


def test_the_order_of_rows_changes_nothing():
    world = a_world(1, ties=150)
    cells = asked([0, 1])
    found, _ = together(world, cells)
    shuffled = tuple(t.sample(frac=1, random_state=4) for t in world)
    again, _ = together(shuffled, cells)
    pd.testing.assert_frame_equal(found, again, check_exact=True)
