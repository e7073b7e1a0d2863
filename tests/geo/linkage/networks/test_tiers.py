"""Tiers against a plain count over sets, and in places where it is plain who is core."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson

from geo.linkage.networks.structure import structure_by_cell
from tests.geo.studies import NOBODY, study_of

FIRMS, YEARS = 60, (2019, 2020, 2021)
CELL = ["year", "region_key", "industry_key"]


def living(region, industry, years=YEARS):
    one = pd.DataFrame(
        {"firm_key": range(len(region)), "region_key": region, "industry_key": industry}
    ).assign(longitude=0.0, latitude=0.0, employment=10.0, group_key=np.nan)
    return pd.concat([one.assign(year=year) for year in years], ignore_index=True)


def linked(pairs, years=YEARS, kind="supply"):
    one = pd.DataFrame(pairs, columns=["source_key", "target_key"]).astype("int64")
    return pd.concat([one.assign(year=year, kind=kind) for year in years], ignore_index=True)


def structure(firms, ties, institutions=NOBODY, seed=1):
    count = int(firms["firm_key"].max()) + 1
    return structure_by_cell(study_of(firms, ties, institutions, firms=count), seed=seed)


def firm_rows(found, year):
    table = found.tiers.firms.collect().to_pandas()
    return table[table["year"] == year].set_index("firm_key").sort_index()


def cell(found, year, industry, region=0):
    return found.cells.set_index(CELL).loc[(year, region, industry)]


def a_chain(suppliers=12):
    """Car maker 0 buys from all suppliers but the last, each of which serves one small firm too."""
    makers = [0, *range(20, 20 + suppliers)]
    pairs = [(s, 0) for s in range(1, suppliers)]
    pairs += [(s, 19 + s) for s in range(1, suppliers + 1)]
    industry = [0 if firm in makers else 1 for firm in range(40)]
    return living([0] * 40, industry), linked(pairs)


def test_a_car_maker_that_everybody_supplies_is_core_and_its_suppliers_support():
    found = structure(*a_chain())
    # 23 pairs among 25 firms: an equal share is 1.84 partners, and eleven are far more.
    rows = firm_rows(found, 2020)
    assert rows.index[rows["is_core"]].tolist() == [0]
    assert rows.loc[0, ["partners", "suppliers", "customers"]].tolist() == [11, 11, 0]
    assert rows.loc[0, ["network_pairs", "equal_share"]].tolist() == [23, pytest.approx(46 / 25)]
    supporting = rows[~rows["is_core"]]
    assert supporting.index.tolist() == list(range(1, 12))
    assert (supporting["core_customers"] == 1).all()
    assert (supporting["core_key"] == 0).all()
    counts = ["core_firms", "supporting_firms", "core_tie_share"]
    assert cell(found, 2020, 0)[counts].tolist() == [1, 0, 11 / 23]
    assert cell(found, 2020, 1)[counts].tolist() == [0, 11, 11 / 23]


def test_ties_that_change_every_year_make_nobody_core():
    firms, ties = a_chain()
    shifted = ties.assign(
        source_key=np.where(
            ties["target_key"] == 0, 1 + (ties["source_key"] + 3 * ties["year"]) % 12, -1
        )
    )
    churning = shifted[shifted["source_key"] > 0]
    churning = churning[churning["source_key"] % 3 == churning["year"] % 3]
    found = structure(firms, churning)
    assert not len(found.tiers.firms.collect())
    assert (found.cells[["core_firms", "supporting_firms"]] == 0).all(axis=None)


def test_everybody_with_as_many_partners_has_no_core():
    # Eight sellers and eight buyers, all with all: eight partners each.
    pairs = [(s, 8 + c) for s in range(8) for c in range(8)]
    found = structure(living([0] * 16, [0] * 8 + [1] * 8), linked(pairs))
    assert (found.cells["core_firms"] == 0).all()
    assert set(found.cells["shape"]) == {"layered"}
    assert (found.cells["flow_hierarchy"] == 1).all()
    assert (found.cells["trophic_incoherence"] == 0).all()


def test_a_network_of_one_hub_is_hub_and_spoke_and_as_core_as_its_numbers_say():
    # Firm 0 buys from twelve firms and sells to twelve; three pairs more are anybody's.
    pairs = [(s, 0) for s in range(1, 13)] + [(0, c) for c in range(13, 25)]
    pairs += [(1, 13), (2, 14), (3, 15)]
    found = structure(living([0] * 25, [0] + [1] * 12 + [2] * 12), linked(pairs))
    here = cell(found, 2020, 0)
    assert here[["core_firms", "core_tie_share", "shape"]].tolist() == [1, 1, "hub_and_spoke"]
    # Whoever the three pairs join, the hub touches the rest: no network of these numbers fits less.
    assert here["core_periphery_p"] == 1


def test_a_partner_in_another_region_does_not_count():
    firms, ties = a_chain()
    firms.loc[firms["firm_key"].between(1, 12), "region_key"] = 1
    assert not len(structure(firms, ties).tiers.firms.collect())


def test_one_year_of_ties_is_taken_as_it_is_and_said_so():
    firms, ties = a_chain()
    found = structure(firms[firms["year"] == 2019], ties[ties["year"] == 2019])
    rows = firm_rows(found, 2019)
    assert rows["is_core"].sum() == 1
    assert not rows["is_lasting"].any()


def test_a_year_without_supply_ties_leaves_tiers_open():
    firms, ties = a_chain()
    found = structure(firms, ties[ties["year"] != 2021])
    columns = ["core_firms", "supporting_firms", "supporting_institutions"]
    by_year = found.cells.groupby("year")[columns].count()
    assert (by_year.loc[2021] == 0).all()
    assert by_year.loc[2020, ["core_firms", "supporting_firms"]].tolist() == [2, 2]
    # Nobody is tied to any institution, so nothing is known of them.
    assert (by_year["supporting_institutions"] == 0).all()


def test_an_institution_supports_where_it_is_tied_to_the_chain_of_its_region():
    firms, ties = a_chain()
    institutions = pd.DataFrame(
        {"institution_key": [40, 41, 42], "kind": "university", "region_key": [0, 0, 1]}
    )
    # The first is tied to the car maker and a supplier, the second to a firm without a tier, the
    # third sits elsewhere.
    tied = linked([(40, 0), (1, 40), (41, 30), (42, 0)], kind="research")
    found = structure(firms, pd.concat([ties, tied], ignore_index=True), institutions)
    rows = found.tiers.institutions.collect().to_pandas()
    assert set(rows["institution_key"]) == {40}
    of_year = rows[rows["year"] == 2020].set_index("industry_key")
    assert of_year.loc[0, ["core_firms", "supporting_firms"]].tolist() == [1, 0]
    assert of_year.loc[1, ["core_firms", "supporting_firms"]].tolist() == [0, 1]
    assert cell(found, 2020, 0)["supporting_institutions"] == 1


def plainly_tiered(firms, ties, year):
    """Tiers of one year by loops over sets."""
    place = {
        f: (r, i)
        for f, r, i in firms.loc[
            firms["year"] == year, ["firm_key", "region_key", "industry_key"]
        ].itertuples(index=False)
    }
    by_year = {y: set(zip(t["source_key"], t["target_key"], strict=True))
               for y, t in ties.groupby("year")}  # fmt: skip
    lasting = {
        (s, t)
        for s, t in by_year[year]
        if any((s, t) in by_year[y] for y in by_year if 0 < abs(y - year) <= 2)
        and place[s][0] == place[t][0]
    }
    partners = {f: {t for s, t in lasting if s == f} | {s for s, t in lasting if t == f}
                for f in place}  # fmt: skip
    core = set()
    for at in set(place.values()):
        pairs = {frozenset(p) for p in lasting if at in (place[p[0]], place[p[1]])}
        inside = {f for pair in pairs for f in pair}
        if not pairs:
            continue
        share = 2 * len(pairs) / len(inside)
        for f in (f for f in place if place[f] == at):
            found = len(partners[f])
            is_rare = poisson.sf(found - 1, share) <= 0.05 / len(inside)
            if is_rare and found >= 5 and found >= 2 * share:
                core.add(f)
    return core, {f for f in place if f not in core and partners[f] & core}


@pytest.mark.parametrize("seed", range(6))
def test_tiers_are_those_of_a_plain_count(seed):
    rng = np.random.default_rng(seed)
    firms = living(rng.integers(0, 2, FIRMS), rng.integers(0, 3, FIRMS))
    # A few firms are sought by many.
    weight = np.where(np.arange(FIRMS) % 11 == 0, 15.0, 1.0)
    drawn = rng.choice(FIRMS, (300, 2), p=weight / weight.sum())
    pairs = np.unique(drawn[drawn[:, 0] != drawn[:, 1]], axis=0)
    ties = linked(pairs)
    ties = ties[rng.random(len(ties)) < 0.8]
    found = structure(firms, ties)
    cores = 0
    for year in YEARS:
        rows = firm_rows(found, year)
        core, supporting = plainly_tiered(firms, ties, year)
        assert set(rows.index[rows["is_core"]]) == core
        assert set(rows.index[~rows["is_core"]]) == supporting
        counts = found.cells[found.cells["year"] == year]
        assert counts["core_firms"].sum() == len(core)
        assert counts["supporting_firms"].sum() == len(supporting)
        cores += len(core)
    assert cores


def test_order_of_rows_changes_nothing():
    rng = np.random.default_rng(3)
    firms = living([0] * FIRMS, rng.integers(0, 3, FIRMS))
    drawn = rng.integers(0, FIRMS, (200, 2))
    ties = linked(np.unique(drawn[drawn[:, 0] != drawn[:, 1]], axis=0))
    one = structure(firms, ties)
    other = structure(firms.sample(frac=1, random_state=1), ties.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(one.cells, other.cells, check_exact=True)
    keys = ["year", "firm_key"]
    tables = [
        found.tiers.firms.collect().to_pandas().sort_values(keys, ignore_index=True)
        for found in (one, other)
    ]
    pd.testing.assert_frame_equal(*tables, check_exact=True)
    assert one.cells["core_periphery_p"].notna().any()


def test_no_ties_and_no_firms_leave_everything_open():
    firms, ties = a_chain()
    found = structure(firms, ties[ties["year"] < 0])
    assert len(found.cells) == 2 * len(YEARS)
    open_columns = ["core_firms", "supporting_firms", "shape", "customer_likeness", "homogeneity"]
    assert found.cells[open_columns].isna().all(axis=None)
    # All firms have ten jobs.
    assert (found.cells["size_likeness"] == 1).all()
    nobody, nothing_sold = firms[firms["year"] < 0], ties[ties["year"] < 0]
    nothing = structure_by_cell(study_of(nobody, nothing_sold, firms=0), seed=1)
    assert nothing.cells.empty
    assert not len(nothing.tiers.firms.collect())
