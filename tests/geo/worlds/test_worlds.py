"""Invented countries: they follow their recipe, keep the contract, and repeat from a seed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import yaml

from geo.schema import RAW_TABLES
from geo.vocabulary import Class
from geo.worlds import (
    DEFAULT_SEED,
    Geography,
    Planting,
    borderline_recipe,
    default_recipe,
    null_recipe,
    random_recipe,
    sized_recipe,
    world,
    write_world,
)
from geo.worlds.archetypes import ARCHETYPES, CHAIN_WITH_INSTITUTIONS
from geo.worlds.geography import draw_country

RAW = Path(__file__).resolve().parents[3] / "data" / "raw"
TABLES = ("regions", "firms", "links", "institutions", "io_table", "industries", "drivers", "truth")


@pytest.fixture(scope="module")
def default():
    return world(default_recipe(), seed=DEFAULT_SEED)


@pytest.fixture(scope="module")
def located(default):
    """Firms of the default country by id, with the region they lie in."""
    return locate(default)


def locate(made):
    points = gpd.GeoDataFrame(
        made.firms,
        geometry=gpd.points_from_xy(made.firms["longitude"], made.firms["latitude"]),
        crs="EPSG:4326",
    )
    found = gpd.sjoin(points, made.regions[["region_id", "geometry"]], predicate="within")
    return pd.DataFrame(found.drop(columns=["geometry", "index_right"])).set_index("firm_id")


def supply_of(made, firms, planted):
    """Supply ties with a member of `planted` at one end at least, with both ends' regions."""
    members = set(made.members.loc[made.members["planted"] == planted, "firm_id"])
    links = made.links[made.links["kind"] == "supply"]
    links = links[links["source_id"].isin(members) | links["target_id"].isin(members)]
    return links.assign(
        source_region=firms["region_id"].reindex(links["source_id"]).to_numpy(),
        target_region=firms["region_id"].reindex(links["target_id"]).to_numpy(),
        source_inside=links["source_id"].isin(members),
        target_inside=links["target_id"].isin(members),
    )


def local_share_by_year(ties):
    return (ties["source_region"] == ties["target_region"]).groupby(ties["year"]).mean()


def persistence(ties):
    """Share of ties that are there a year later, pooled over the years."""
    pairs = {
        y: set(zip(t["source_id"], t["target_id"], strict=True)) for y, t in ties.groupby("year")
    }
    kept = sum(len(pairs[y] & pairs[y + 1]) for y in pairs if y + 1 in pairs)
    return kept / sum(len(pairs[y]) for y in pairs if y + 1 in pairs)


def inside(ties, *, local):
    is_local = ties["source_region"] == ties["target_region"]
    return (
        ties[ties["source_inside"] & ties["target_inside"] & is_local] if local else ties[~is_local]
    )


def test_same_seed_gives_the_same_tables():
    recipe = sized_recipe("small")
    one, two = world(recipe, seed=3), world(recipe, seed=3)
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))


def test_other_seed_gives_other_firms():
    recipe = sized_recipe("small")
    one, two = world(recipe, seed=3), world(recipe, seed=4)
    assert not one.firms["longitude"].equals(two.firms["longitude"])


def test_changing_ties_leaves_map_and_firms_alone():
    recipe = sized_recipe("small")
    one = world(recipe, seed=3)
    two = world(replace(recipe, ties=replace(recipe.ties, persistence=0.3)), seed=3)
    pd.testing.assert_frame_equal(one.firms, two.firms)
    assert len(one.links) != len(two.links)


@pytest.mark.parametrize("shape", ["voronoi", "grid"])
@pytest.mark.parametrize("regions", [7, 60])
def test_regions_share_their_borders_and_leave_no_holes(shape, regions):
    geography = Geography(regions=regions, shape=shape)
    country = draw_country(geography, rng=np.random.default_rng(1))
    shapes = country.regions.geometry.to_numpy()
    assert len(shapes) == regions
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    land = shapely.union_all(shapes)
    assert shapely.get_num_interior_rings(shapely.get_parts(land)).sum() == 0
    assert land.area == pytest.approx(shapely.area(shapes).sum())


def test_metropolis_has_the_share_that_is_asked_for():
    geography = Geography(regions=30, metropolis_share=0.25)
    country = draw_country(geography, rng=np.random.default_rng(1))
    assert country.weight.max() == pytest.approx(0.25)
    assert country.weight.sum() == pytest.approx(1.0)


def test_default_country_has_the_size_that_is_promised(default):
    assert len(default.regions) == 60
    assert 10_000 <= len(default.firms) <= 12_000
    assert sorted(default.links["year"].unique()) == [2019, 2020, 2021, 2022, 2023]
    assert len(default.industries) >= 20


@pytest.mark.parametrize("name", sorted(set(TABLES) - {"truth"}))
def test_tables_hold_only_columns_of_the_contract(default, name):
    table = getattr(default, name)
    known = set(RAW_TABLES[name].names)
    assert set(table.columns) <= known
    needed = {c.name for c in RAW_TABLES[name].columns if not c.nullable}
    assert not table[sorted(needed)].isna().any().any()


def test_every_firm_lies_in_one_region(default, located):
    assert len(located) == len(default.firms)
    assert located.index.is_unique


def test_no_firm_closes_before_it_opens(default):
    closed = default.firms["closed"].dropna()
    assert (closed > default.firms.loc[closed.index, "opened"]).all()
    assert (default.firms["employment"] >= 1).all()


def test_both_ends_of_every_tie_exist_in_its_year(default):
    firms = default.firms.set_index("firm_id")
    institutions = set(default.institutions["institution_id"])
    for end in ("source_id", "target_id"):
        ids = default.links[end]
        is_firm = ids.isin(firms.index)
        assert ids[~is_firm].isin(institutions).all()
        year = default.links.loc[is_firm, "year"].to_numpy()
        party = firms.loc[ids[is_firm]]
        assert (party["opened"].to_numpy() <= year).all()
        assert (party["closed"].fillna(9999).to_numpy() > year).all()


def test_no_tie_is_with_oneself_or_given_twice(default):
    assert (default.links["source_id"] != default.links["target_id"]).all()
    assert not default.links.duplicated(["source_id", "target_id", "year", "kind"]).any()


def test_supply_follows_the_input_output_table(default):
    industry = default.firms.set_index("firm_id")["industry"]
    supply = default.links[default.links["kind"] == "supply"]
    traded = set(
        zip(industry.loc[supply["source_id"]], industry.loc[supply["target_id"]], strict=True)
    )
    table = default.io_table
    assert traded <= set(zip(table["supplying_industry"], table["using_industry"], strict=True))


def test_inputs_cost_less_than_output(default):
    assert (default.io_table.groupby("using_industry")["coefficient"].sum() < 1).all()


def test_every_planted_cell_is_in_the_truth_for_every_year(default):
    planted = default.truth[default.truth["planted"] != "plain"]
    asked = {(p.archetype.name, i) for p in default_recipe().plantings for i in p.industries}
    assert set(zip(planted["planted"], planted["industry"], strict=True)) == asked
    assert (planted.groupby(["planted", "region_id", "industry"])["year"].nunique() == 5).all()


def test_truth_has_a_row_for_every_cell_with_a_living_firm(default, located):
    for year, truth in default.truth.groupby("year"):
        alive = (located["opened"] <= year) & (located["closed"].fillna(9999) > year)
        cells = set(zip(located["region_id"][alive], located["industry"][alive], strict=True))
        assert cells <= set(zip(truth["region_id"], truth["industry"], strict=True))


def test_plain_cells_are_dispersed_and_classes_are_known(default):
    plain = default.truth["planted"] == "plain"
    assert (default.truth.loc[plain, "class"] == Class.DISPERSED).all()
    assert set(default.truth["class"]) <= set(Class)
    notes = default.truth.loc[~plain, ["note_en", "note_zh_hant", "note_zh_hans"]]
    assert (notes != "").all().all()


def test_all_essay_classes_are_planted(default):
    planted = default.truth[default.truth["planted"] != "plain"]
    assert set(planted["class"]) == {
        Class.DISPERSED,
        Class.NETWORKED,
        Class.AGGLOMERATION,
        Class.EMERGING_CLUSTER,
        Class.CLUSTER,
    }


def test_market_town_trades_at_home_with_others_every_year(default, located):
    ties = inside(supply_of(default, located, "small_goods_market"), local=True)
    assert len(ties) > 400
    assert persistence(ties) < 0.3


def test_coalfield_never_trades_at_home(default, located):
    ties = supply_of(default, located, "coalfield_chemicals")
    assert not (ties["source_region"] == ties["target_region"]).any()
    assert persistence(ties) > 0.7


def test_garment_town_replaces_far_orders_in_the_slump_but_keeps_local_partners(default, located):
    ties = supply_of(default, located, "garment_town_rerouting")
    slump = ties[ties["year"].isin([2020, 2021])]
    assert persistence(inside(slump, local=True)) > 0.6
    begun = slump[slump["source_inside"] | slump["target_inside"]]
    calm = ties[ties["year"].isin([2019, 2020])]
    assert persistence(inside(begun, local=False)) < persistence(inside(calm, local=False)) - 0.15


def test_upgrading_town_begins_to_source_locally_in_its_third_year(default, located):
    share = local_share_by_year(supply_of(default, located, "car_town_upgrading"))
    assert share.loc[2020] < 0.1
    assert share.loc[2021] > 0.3


def test_cheap_labour_town_trades_everywhere(default, located):
    ties = supply_of(default, located, "labour_cost_textiles")
    assert local_share_by_year(ties).max() < 0.1
    assert ties["target_region"].nunique() > 40


def test_emptied_park_loses_its_firms(default, located):
    members = located.loc[default.members.query("planted == 'emptied_park'")["firm_id"]]
    alive = [(members["closed"].fillna(9999) > y).sum() for y in (2019, 2023)]
    assert alive[1] < 0.65 * alive[0]


def test_giant_plant_has_most_of_the_jobs_of_its_cell(default, located):
    home = default.truth.query("planted == 'one_giant_plant'")["region_id"].iloc[0]
    cell = located[(located["region_id"] == home) & (located["industry"] == "C31")]
    jobs = cell.loc[cell["opened"] <= 2019, "employment"]
    assert jobs.max() / jobs.sum() > 0.8


def test_long_distance_network_goes_to_one_region_and_lasts(default, located):
    ties = supply_of(default, located, "long_distance_network")
    begun = ties["source_inside"] | ties["target_inside"]
    home = default.truth.query("planted == 'long_distance_network'")["region_id"].iloc[0]
    ends = pd.concat([ties.loc[begun, "source_region"], ties.loc[begun, "target_region"]])
    assert ends[ends != home].value_counts(normalize=True).iloc[0] > 0.3
    assert local_share_by_year(ties).max() < 0.1


def test_nobody_is_tied_to_the_idle_campus(default, located):
    home = default.truth.query("planted == 'idle_university_town'")["region_id"].iloc[0]
    members = set(default.members.query("planted == 'idle_university_town'")["firm_id"])
    tied = default.links[~default.links["source_id"].isin(located.index)]
    assert not tied["target_id"].isin(members).any()
    region = next(
        g
        for r, g in zip(default.regions["region_id"], default.regions.geometry, strict=True)
        if r == home
    )
    points = shapely.points(default.institutions[["longitude", "latitude"]].to_numpy())
    here = set(default.institutions.loc[shapely.within(points, region), "kind"])
    assert {"university", "research", "association"} <= here


def test_institutions_of_the_car_chain_reach_half_of_its_firms(default):
    members = set(default.members.query("planted == 'battery_and_car_chain'")["firm_id"])
    ties = default.links[default.links["source_id"].str.startswith("I")]
    reached = set(ties.loc[ties["year"] == 2021, "target_id"]) & members
    assert 0.35 < len(reached) / len(members) < 0.65


@pytest.mark.parametrize("name", sorted(ARCHETYPES))
def test_every_archetype_can_be_planted(name):
    recipe = replace(
        sized_recipe("small"),
        plantings=(Planting(archetype=ARCHETYPES[name], industries=("C36", "C37")),),
    )
    truth = world(recipe, seed=1).truth
    cells = truth[truth["planted"] == name]
    assert cells["industry"].nunique() == 2
    assert set(cells["class"]) == {ARCHETYPES[name].truth[0][1]}


def test_hub_takes_every_local_tie():
    recipe = replace(
        sized_recipe("small"),
        plantings=(Planting(archetype=ARCHETYPES["hub_and_spoke"], industries=("C36", "C37")),),
    )
    made = world(recipe, seed=1)
    ties = inside(supply_of(made, locate(made), "hub_and_spoke"), local=True)
    ends = pd.concat([ties["source_id"], ties["target_id"]]).value_counts()
    assert ends.iloc[0] == len(ties)


def test_place_across_a_border_has_its_firms_on_both_sides():
    planting = Planting(archetype=CHAIN_WITH_INSTITUTIONS, industries=("C36", "C37"), spread=2)
    made = world(replace(sized_recipe("small"), plantings=(planting,)), seed=1)
    members = locate(made).loc[made.members["firm_id"]]
    assert members.groupby("region_id").size().tolist() == [40, 40]
    assert made.truth.query("planted != 'plain'")["region_id"].nunique() == 2


def test_more_places_than_regions_is_an_error():
    planting = Planting(archetype=CHAIN_WITH_INSTITUTIONS, industries=("C36",))
    recipe = replace(sized_recipe("small"), plantings=(planting,) * 16)
    with pytest.raises(ValueError, match="more places to plant than regions"):
        world(recipe, seed=1)


def test_unknown_size_is_an_error():
    with pytest.raises(ValueError, match="small, medium or large"):
        sized_recipe("huge")


@pytest.mark.parametrize("seed", range(4))
def test_null_country_has_only_plain_cells(seed):
    made = world(replace(null_recipe(seed), firms=1_500), seed=seed)
    assert set(made.truth["planted"]) == {"plain"}
    assert made.members.empty


@pytest.mark.parametrize("seed", range(4))
def test_random_countries_keep_the_contract(seed):
    recipe = random_recipe(seed, regions=30, firms=1_500, plantings=8)
    made = world(recipe, seed=seed)
    assert len(locate(made)) == len(made.firms)
    assert made.truth.query("planted != 'plain'").groupby("planted").size().gt(0).all()
    alive = made.firms.set_index("firm_id")
    source = made.links[made.links["kind"] == "supply"]
    assert (alive.loc[source["source_id"], "opened"].to_numpy() <= source["year"].to_numpy()).all()


def test_random_recipes_differ_and_repeat():
    assert random_recipe(1) == random_recipe(1)
    assert random_recipe(1) != random_recipe(2)


def test_written_world_is_marked_as_invented(tmp_path):
    made = world(sized_recipe("small"), seed=1)
    written = {p.name for p in write_world(made, tmp_path)}
    assert {p.name for p in tmp_path.iterdir()} == written
    assert {"regions.geojson", "firms.parquet", "links.parquet", "truth.csv"} <= written
    readme = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# INVENTED DATA 虛構數據 虚构数据")
    assert yaml.safe_load((tmp_path / "dataset.yaml").read_text())["language"] == "en"


def test_written_map_still_shares_its_borders(tmp_path):
    write_world(world(sized_recipe("small"), seed=1), tmp_path)
    shapes = gpd.read_file(tmp_path / "regions.geojson").geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)


@pytest.mark.slow
def test_generator_reproduces_the_default_dataset(default, tmp_path):
    write_world(default, tmp_path)
    for name in ("firms", "links"):
        fresh = pd.read_parquet(tmp_path / f"{name}.parquet")
        pd.testing.assert_frame_equal(fresh, pd.read_parquet(RAW / f"{name}.parquet"))
    names = [p.name for p in tmp_path.iterdir() if p.suffix != ".parquet"]
    for name in names:
        assert (tmp_path / name).read_bytes() == (RAW / name).read_bytes(), name
    assert sum(p.stat().st_size for p in RAW.iterdir()) < 6_000_000


@pytest.mark.slow
def test_large_country_is_drawn():
    made = world(sized_recipe("large"), seed=1)
    assert len(made.regions) == 300
    assert len(made.firms) > 100_000


@pytest.fixture(scope="module")
def drawn_again():
    recipe = replace(borderline_recipe(4), firms=1_500)
    return {draw: world(recipe, seed=4, draw=draw) for draw in (0, 1)}, recipe


def test_a_country_drawn_again_is_the_same_place_with_other_firms(drawn_again):
    (first, second), _ = drawn_again[0].values(), drawn_again[1]
    assert first.regions.geom_equals(second.regions).all()
    for table in ("industries", "io_table", "institutions"):
        pd.testing.assert_frame_equal(getattr(first, table), getattr(second, table))
    both = first.firms.merge(second.firms, on=["longitude", "latitude"])
    assert both.empty
    # The same laws: numbers of firms differ by chance alone.
    assert abs(len(first.firms) - len(second.firms)) < 6 * np.sqrt(2 * len(first.firms))
    assert len(first.links) != len(second.links)


def test_the_same_draw_is_the_same_country(drawn_again):
    (first, _), recipe = drawn_again[0].values(), drawn_again[1]
    again = world(recipe, seed=4, draw=0)
    for table in ("firms", "links", "truth"):
        pd.testing.assert_frame_equal(getattr(first, table), getattr(again, table))


def test_plantings_stay_where_they_are_and_vary_in_size_as_counts_do(drawn_again):
    worlds, recipe = drawn_again
    planted = [made.truth[made.truth["planted"] != "plain"] for made in worlds.values()]
    one, other = (set(t["region_id"] + " " + t["industry"]) for t in planted)
    # A place of a few firms may have none of an industry in one of the draws.
    assert len(one & other) > 4 * len(one ^ other)
    alone = replace(recipe, firms=200, plantings=(replace(recipe.plantings[0], firms=40),))
    sizes = {len(world(alone, seed=4, draw=draw).firms) for draw in range(12)}
    assert len(sizes) > 6


def test_places_about_the_floors_get_every_class_right(drawn_again):
    truth = drawn_again[0][0].truth
    about = truth[truth["planted"] == "borderline"]
    assert len(about)
    assert about["acceptable"].str.split("|").map(len).eq(len(Class)).all()
