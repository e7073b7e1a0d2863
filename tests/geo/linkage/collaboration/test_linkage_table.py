"""The table of linkage against a slow and plain count over sets of ties."""

from itertools import pairwise

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.linkage.collaboration.linkage_table import linkage_by_cell
from geo.linkage.matching import CELL
from tests.geo.studies import NOBODY, study_of

FIRMS, YEARS, REGIONS, INDUSTRIES = 30, (2019, 2020, 2021), 3, 3


def a_world(seed, *, firms=FIRMS, ties=60, groups=True):
    rng = np.random.default_rng(seed)
    region, industry = rng.integers(0, REGIONS, firms), rng.integers(0, INDUSTRIES, firms)
    group = np.where(rng.random(firms) < 0.3 * groups, rng.integers(0, 3, firms), np.nan)
    rows = [
        (f, y, region[f], industry[f], group[f])
        for y in YEARS
        for f in range(firms)
        if rng.random() < 0.9
    ]
    columns = ["firm_key", "year", "region_key", "industry_key", "group_key"]
    establishments = pd.DataFrame(rows, columns=columns)
    establishments["longitude"] = establishments["region_key"] + rng.random(len(rows)) / 3
    establishments["latitude"] = rng.random(len(rows)) / 3
    alive = set(zip(establishments["firm_key"], establishments["year"], strict=True))
    wanted = rng.integers(0, firms, (ties, 2))
    supply = [
        (int(s), int(t), y, "supply", 1.0)
        for y in YEARS
        for s, t in wanted
        if s != t and {(s, y), (t, y)} <= alive and rng.random() < 0.7
    ]
    institutions = pd.DataFrame(
        {
            "institution_key": range(firms, firms + 4),
            "kind": ["university", "testing", "finance", "legal"],
            "region_key": [0, 0, 0, 1],
        }
    )
    others = [
        (int(i), int(f), y, "service", np.nan)
        for f, y in sorted(alive)
        for i in institutions["institution_key"]
        if rng.random() < 0.15
    ]
    columns = ["source_key", "target_key", "year", "kind", "value"]
    links = pd.DataFrame([*supply, *others], columns=columns).drop_duplicates(columns[:4])
    return establishments, links, institutions


def linkage(world, firms=FIRMS):
    return linkage_by_cell(study_of(*world, firms=firms)).cells


def plainly_counted(world, firms=FIRMS):  # noqa: C901, PLR0915 - plain on purpose
    """The same figures by loops over sets."""
    establishments, links, institutions = world
    at = {
        (f, y): (r, i)
        for f, y, r, i in establishments[["firm_key", "year", "region_key", "industry_key"]]
        .itertuples(index=False)
    }  # fmt: skip
    group = dict(zip(establishments["firm_key"], establishments["group_key"], strict=True))
    pairs = {
        (s, t, y)
        for s, t, y, kind in links[["source_key", "target_key", "year", "kind"]].itertuples(
            index=False
        )
        if kind == "supply"
    }
    supply = {(s, t, y) for s, t, y in pairs if group[s] != group[t]}
    years = sorted({y for *_, y in pairs})
    next_of = dict(pairwise(years))
    others = {
        y: [years[k] for k in range(n - 2, n + 3) if k != n and 0 <= k < len(years)]
        for n, y in enumerate(years)
    }
    later = {y: [b for b in others[y] if b > y] for y in years}
    place = {k: (r, k2) for k, k2, r in institutions[["institution_key", "kind", "region_key"]]
             .itertuples(index=False)}  # fmt: skip
    tied = {
        (min(s, t), max(s, t), y)
        for s, t, y in links[["source_key", "target_key", "year"]].itertuples(index=False)
        if (s >= firms) != (t >= firms)
    }
    in_ties = {(e, y) for s, t, y in links[["source_key", "target_key", "year"]]
               .itertuples(index=False) for e in (s, t)}  # fmt: skip

    def is_local(tie):
        s, t, y = tie
        return at[s, y][0] == at[t, y][0]

    where = {
        (f, y): np.radians([x, z])
        for f, y, x, z in establishments[["firm_key", "year", "longitude", "latitude"]].itertuples(
            index=False
        )
    }

    def is_near(tie):
        s, t, y = tie
        (a, b), (c, d) = where[s, y], where[t, y]
        cosine = np.sin(b) * np.sin(d) + np.cos(b) * np.cos(d) * np.cos(a - c)
        return 6371 * np.arccos(min(cosine, 1.0)) <= 40

    def of_cell(tie, r, i):
        s, t, y = tie
        return (r, i) in {at[s, y], at[t, y]}

    def expected(ties, r, i, year):
        strata = {(at[s, y][1], at[t, y][1]) for s, t, y in ties if y == year}
        total = 0.0
        for a_industry, b_industry in strata:
            if i in (a_industry, b_industry):
                all_of = [
                    (s, t)
                    for s, t, y in ties
                    if y == year and (at[s, y][1], at[t, y][1]) == (a_industry, b_industry)
                ]
                a = sum(at[s, year][0] == r for s, _ in all_of)
                b = sum(at[t, year][0] == r for _, t in all_of)
                total += a * b / len(all_of)
        return total

    def spread(by_firm):
        """Dispersion by firms, from the ties of each."""
        d = np.array([len(t) for t in by_firm], dtype=float)
        here = np.array([sum(map(is_local, t)) for t in by_firm], dtype=float)
        if not d.sum():
            return 1.0
        share = (here.sum() + 0.5) / (d.sum() + 1)
        enough, most = d.sum() ** 2 / (d**2).sum(), (d**2).sum() / d.sum()
        if enough <= 1 + 1e-9:
            return max(most, 1.0)
        phi = ((here - share * d) ** 2).sum() / (share * (1 - share) * d.sum())
        return max(min(phi * enough / (enough - 1), most), 1.0)

    def bunching(ties, r, i, year, without=None):
        of_year = [t for t in ties if t[2] == year]
        here = sorted({f for f, y in at if y == year and at[f, y][0] == r} - {without})
        own = [[t for t in of_year if f in t[:2]] for f in here if at[f, year][1] == i]
        partners = [
            [
                t
                for t in of_year
                if any(f == e and at[o, year][1] == i for e, o in (t[:2], t[1::-1]))
            ]
            for f in here
        ]
        return max(spread(own) + spread(partners) - 1, 1.0)

    rows = []
    for (y, r, i), keys in establishments.groupby(CELL)["firm_key"]:
        members = set(keys)
        cell_ties = {t for t in supply if t[2] == y and of_cell(t, r, i)}
        local = {t for t in cell_ties if is_local(t)}
        ends = pd.Series([e for s, t, _ in local for e in (s, t)], dtype="int64").value_counts()
        hub = min(ends.index[ends == ends.max()], default=None)
        without = {t for t in supply if hub not in t[:2]} if hub is not None else supply
        left = {t for t in without if t[2] == y and of_cell(t, r, i)}
        stable = {t for t in local if any((t[0], t[1], b) in pairs for b in others[y])}
        pooled = {t for t in supply if of_cell(t, r, i) and is_local(t) and t[2] in next_of}
        trials = {t for t in pooled if {(t[0], next_of[t[2]]), (t[1], next_of[t[2]])} <= set(at)}
        kept = {t for t in trials if any((t[0], t[1], b) in pairs for b in later[t[2]])}
        usual = {
            t
            for t in supply
            if t[2] in next_of
            and i in (at[t[0], t[2]][1], at[t[1], t[2]][1])
            and {(t[0], next_of[t[2]]), (t[1], next_of[t[2]])} <= set(at)
        }
        usual_kept = {t for t in usual if any((t[0], t[1], b) in pairs for b in later[t[2]])}
        mine = {t for t in tied if t[2] == y and t[0] in members}
        here = {t for t in mine if place[t[1]][0] == r}
        reach = {
            k: len({f for f, n, _ in here if place[n][1] == k}) / len(members)
            for k in ("university", "testing", "finance", "legal")
        }
        linked = {e for s, t, _ in stable for e in (s, t)} & members
        linked_left = {e for s, t, _ in stable & without for e in (s, t)} & members
        left_firms = len(members - {hub})
        rows.append(
            {
                "year": y,
                "region_key": r,
                "industry_key": i,
                "living_firms": len(members),
                "supply_ties": len(cell_ties),
                "local_supply_ties": len(local),
                "expected_local_supply_ties": expected(supply, r, i, y),
                "tie_dispersion": bunching(supply, r, i, y),
                "tie_dispersion_without_hub": bunching(without, r, i, y, hub)
                if hub is not None
                else bunching(supply, r, i, y),
                "hub_key": hub,
                "hub_share": ends.max() / len(local) if local else np.nan,
                "supply_ties_without_hub": len(left),
                "local_supply_ties_without_hub": sum(is_local(t) for t in left),
                "persistence_trials": len(trials) or np.nan,
                "persistence_kept": len(kept) if trials else np.nan,
                "persistence_base_rate": len(usual_kept) / len(usual) if usual else np.nan,
                "locally_linked_share": len(linked) / len(members),
                "locally_linked_share_without_hub": len(linked_left) / left_firms
                if left_firms
                else 0.0,
                "within_hour_share": sum(map(is_near, cell_ties)) / len(cell_ties)
                if cell_ties
                else np.nan,
                "tie_coverage": sum((f, y) in in_ties for f in members) / len(members),
                "tied_institutions": len({n for _, n, _ in here}),
                "institution_kinds": sum(share >= 0.1 for share in reach.values()),
                "institution_tied_share": len({f for f, *_ in here}) / len(members),
                "innovation_kind_reach": max(reach["university"], reach["testing"]),
                "service_kind_reach": max(reach["finance"], reach["legal"]),
                "institution_ties": len(mine),
                "local_institution_ties": len(here),
            }
        )
    return pd.DataFrame(rows)


@settings(max_examples=4)
@given(st.integers(0, 10**6))
def test_every_count_is_that_of_a_plain_count(seed):
    world = a_world(seed)
    expected = plainly_counted(world)
    table = linkage(world)[expected.columns]
    pd.testing.assert_frame_equal(table, expected, check_dtype=False)


@settings(max_examples=4)
@given(st.integers(0, 10**6))
def test_order_of_rows_and_values_of_ties_change_nothing(seed):
    establishments, links, institutions = a_world(seed)
    other = (
        establishments.sample(frac=1, random_state=1),
        links.sample(frac=1, random_state=2).assign(value=lambda t: 2 * t["value"]),
        institutions.sample(frac=1, random_state=3),
    )
    table = linkage((establishments, links, institutions))
    pd.testing.assert_frame_equal(table, linkage(other), check_exact=True)


@settings(max_examples=4)
@given(st.integers(0, 10**6), st.permutations(range(REGIONS)))
def test_renaming_regions_changes_nothing_else(seed, names):
    establishments, links, institutions = a_world(seed)
    renamed = [
        t.assign(region_key=np.array(names)[t["region_key"]])
        for t in (establishments, institutions)
    ]
    table = linkage((establishments, links, institutions))
    table["region_key"] = np.array(names)[table["region_key"]]
    # Sums over regions are taken in another order.
    pd.testing.assert_frame_equal(
        table.sort_values(CELL, ignore_index=True),
        linkage((renamed[0], links, renamed[1])),
        rtol=1e-4,
        atol=1e-5,
    )


def test_a_year_without_supply_ties_is_not_known():
    establishments, links, institutions = a_world(1)
    links = links[(links["kind"] != "supply") | (links["year"] != 2021)]
    table = linkage((establishments, links, institutions))
    of_year = table[table["year"] == 2021]
    names = ["supply_ties", "local_supply_ties", "matching_ratio", "locally_linked_share"]
    assert of_year[names].isna().all(axis=None)
    assert of_year["institution_ties"].notna().all()


def test_one_year_of_ties_says_nothing_of_stability():
    establishments, links, institutions = a_world(1)
    table = linkage((establishments, links[links["year"] == 2020], institutions))
    names = ["locally_linked_share", "tie_persistence", "persistence_base_rate"]
    assert table[names].isna().all(axis=None)
    assert table["supply_ties"].notna().any()


def test_without_any_tie_nothing_is_known_but_the_firms():
    establishments, links, institutions = a_world(1)
    table = linkage((establishments, links[:0], institutions))
    assert table["living_firms"].sum() == len(establishments)
    names = ["supply_ties", "matching_q", "tie_persistence", "institution_tied_share"]
    assert table[names].isna().all(axis=None)
    assert (table["tie_coverage"] == 0).all()


def test_a_missing_year_is_bridged():
    establishments, links, institutions = a_world(1)
    table = linkage((establishments, links[links["year"] != 2020], institutions))
    assert table.loc[table["year"] == 2019, "locally_linked_share"].notna().all()
    assert table.loc[table["year"] == 2020, "locally_linked_share"].isna().all()


def test_without_institutions_test_c_is_not_known():
    establishments, links, _ = a_world(1)
    table = linkage((establishments, links[links["kind"] == "supply"], NOBODY))
    names = ["institution_tied_share", "innovation_kind_reach", "service_kind_reach"]
    assert table[names].isna().all(axis=None)
    assert not table[["innovation_known", "service_known"]].any(axis=None)


def test_a_family_that_is_nowhere_is_not_known():
    establishments, links, institutions = a_world(1)
    institutions = institutions.assign(kind="university")
    table = linkage((establishments, links, institutions))
    assert table["service_kind_reach"].isna().all()
    assert table["innovation_kind_reach"].notna().all()


def test_ties_inside_a_group_do_not_count():
    establishments, links, institutions = a_world(1, groups=False)
    owned = establishments.assign(group_key=7.0)
    assert linkage((establishments, links, institutions))["supply_ties"].sum() > 0
    assert linkage((owned, links, institutions))["supply_ties"].isin([0, np.nan]).all()


def test_one_hub_with_all_the_ties_leaves_nothing_when_taken_out():
    # Firm 0 of industry 0 buys from eight of industry 1 in its region; four of region 1 from four.
    establishments = pd.DataFrame(
        {
            "firm_key": range(17),
            "year": 2020,
            "region_key": [0] * 9 + [1] * 8,
            "industry_key": [0] + [1] * 8 + [0] * 4 + [1] * 4,
            "longitude": np.linspace(0, 1, 17),
            "latitude": 0.0,
            "group_key": np.nan,
        }
    )
    links = pd.DataFrame(
        {
            "source_key": [*range(1, 9), *range(13, 17)],
            "target_key": [0] * 8 + [*range(9, 13)],
            "year": 2020,
            "kind": "supply",
        }
    )
    table = linkage((establishments, links, NOBODY), firms=17)
    hub = table[(table["region_key"] == 0) & (table["industry_key"] == 1)].iloc[0]
    assert (hub["hub_key"], hub["hub_share"], hub["local_supply_ties"]) == (0, 1, 8)
    assert (hub["supply_ties_without_hub"], hub["local_supply_ties_without_hub"]) == (0, 0)
    assert np.isnan(hub["reach_p_without_hub"])


def test_empty_establishments_give_an_empty_table():
    establishments, links, institutions = a_world(1)
    assert len(linkage((establishments[:0], links[:0], institutions[:0]))) == 0
