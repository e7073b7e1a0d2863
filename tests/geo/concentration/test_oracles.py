"""Figures of independent implementations that no other test of the measures reads.

Each file of the oracles on areal measures and maps is named by some test, or stands in `UNUSED`
with what it is.
"""

import json
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from geo.concentration.cells.quotients import location_quotient_from_totals
from geo.concentration.industries.glaeser_indices import ellison_glaeser
from geo.concentration.industries.indices import krugman, locational_gini
from geo.concentration.industries.plants import plant_herfindahl
from geo.concentration.map.autocorrelation import local_moran, local_moran_pairs, moran_i
from geo.concentration.map.neighbours import nearest_graph
from geo.concentration.pairs.coagglomeration_indices import group_coagglomeration

ORACLES = Path(__file__).resolve().parents[3] / "../shared/oracles"
FOLDERS = ("REAT", "EconGeo", "spdep", "rgeoda_guerry", "dbmss")
UNUSED = {
    "EU28.emp.csv": "data of an example without any output",
    "Automotive.csv": "data of an example without any output",
    "GoettingenHealth1.csv": "the points of the distance-based oracles before projection",
    "G.counties.gdp.csv": "the one vector used of it stands in expected_reat.json as well",
    "Guerry.dbf": "part of the shapefile",
    "Guerry.prj": "part of the shapefile",
    "Guerry.shx": "part of the shapefile",
    "CSBIGS.Rdata": "points of an example without any output, in R's binary form",
}


def oracle(*parts):
    path = ORACLES.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    return path


def reat(case):
    return json.loads(oracle("REAT", "expected_reat.json").read_text())[case]


def names_read(text, files):
    """Files that a test names in one string, or puts together of strings that it holds."""
    words = set(re.findall(r'"([\w.]+)"', text))
    patterns = {
        re.sub(r"\\{\w+\\}", r"(\\w+)", re.escape(name))
        for name in re.findall(r'"([\w{}.]+\.\w+)"', text)
    }
    fits = ((name, re.fullmatch(pattern, name)) for pattern in patterns for name in files)
    return {name for name, fit in fits if fit and words.issuperset(fit.groups())}


def test_every_file_is_read_by_a_test_or_said_not_to_be():
    oracle("README.md")
    files = {p.name for f in FOLDERS for p in (ORACLES / f).iterdir()} - {"README.md"}
    tests = [p.read_text("utf-8") for p in Path(__file__).parents[1].rglob("test_*.py")]
    read = set().union(*(names_read(text, files) for text in tests))
    assert files - read - set(UNUSED) == set()
    assert set(UNUSED) - files == set()


def test_a_name_put_together_reads_the_files_whose_parts_stand_in_the_test():
    text = 'for kind in ["a", "b"]: table(f"expected_{kind}.csv")'
    assert names_read(text, {"expected_a.csv", "expected_c.csv"}) == {"expected_a.csv"}


def quotients(here, everywhere):
    here, everywhere = np.asarray(here, dtype=float), np.asarray(everywhere, dtype=float)
    return location_quotient_from_totals(here, here.sum(), everywhere, everywhere.sum())


@pytest.mark.parametrize(
    ("case", "everywhere"), [("gini.conc_FK2013", "E_j"), ("gini.spec_FK2013", "E_i")]
)
def test_gini_of_quotients_agrees_with_the_textbook_examples_of_reat(case, everywhere):
    data = reat(case)
    ours = locational_gini(quotients(data["E_ij"], data[everywhere]))
    assert ours == pytest.approx(data["documented"], abs=5e-8)


def test_gini_of_freiburg_agrees_with_reat():
    table = pd.read_csv(oracle("REAT", "Freiburg.csv"))
    ours = locational_gini(quotients(table["e_Freiburg2014"], table["e_Germany2014"]))
    assert ours == pytest.approx(reat("gini.spec_Freiburg2014")["run"], rel=1e-11)


def test_specialisation_of_goettingen_agrees_with_reat():
    table = pd.read_csv(oracle("REAT", "Goettingen.csv"), index_col=0).drop(index="A-R")
    here, nation = table["Goettingen2017"], table["BRD2017"]
    assert krugman(here, nation) == pytest.approx(
        reat("krugman.spec_Goettingen2017")["run"], rel=1e-11
    )
    assert locational_gini(quotients(here, nation)) == pytest.approx(
        reat("gini.spec_Goettingen2017")["run"], rel=1e-11
    )


@pytest.mark.parametrize("year", [2008, 2014])
def test_gini_of_german_sectors_agrees_with_reat(year):
    table = pd.read_csv(oracle("REAT", "G.regions.emp.csv")).query("year == @year")
    jobs = table.pivot_table(index="region", columns="industry", values="emp")
    jobs = jobs.drop(index="Insgesamt")
    for sector, expected in reat("gini.conc_G.regions.emp")[str(year)].items():
        # The published total, not the sum of the sectors: manufacturing is in there twice.
        ours = locational_gini(quotients(jobs[sector], jobs["Insgesamt"]))
        assert ours == pytest.approx(expected, rel=1e-11)


def sums_as_reat_takes_them(plants, gamma, herfindahl, pair):
    """Ellison and Glaeser's group index of a pair, but for three departures of REAT's."""
    jobs = plants.pivot_table(index="region", columns="industry", values="emp_firm", aggfunc="sum")
    region = plants.groupby("region")["emp_region"].mean()
    x, h = region / region.sum(), herfindahl[pair]
    # 1. Industries weigh by their share of all jobs of the regions, not of the pair's.
    w = jobs[pair].sum() / region.sum()
    # 2. The regional shares of the pair are added up, without the weights.
    raw = (((jobs / jobs.sum())[pair].sum(axis=1) - x) ** 2).sum()
    # 3. The own indices are those of all four industries, each times the sum of the squared weights
    # and 1 - H of the pair, over and over.
    own = (gamma * np.resize(1 - h, len(gamma)) * (w**2).sum()).sum()
    return (raw / (1 - (x**2).sum()) - (w**2 * h).sum() - own) / (1 - (w**2).sum())


def pair_put_right(plants, herfindahl, pair):
    """The same without the departures, the own indices from the regions' jobs as well."""
    jobs = plants.pivot_table(index="region", columns="industry", values="emp_firm", aggfunc="sum")
    region = plants.groupby("region")["emp_region"].mean()
    x, h, w = region / region.sum(), herfindahl[pair], jobs[pair].sum() / jobs[pair].sum().sum()
    raw = (((jobs / jobs.sum())[pair] @ w - x) ** 2).sum()
    own = sum(
        w[i] ** 2 * (1 - h[i]) * ellison_glaeser(jobs[i], region, herfindahl=h[i]) for i in pair
    )
    return (raw / (1 - (x**2).sum()) - (w**2 * h).sum() - own) / (1 - (w**2).sum())


def test_coagglomeration_of_reat_is_the_formula_with_three_departures_and_ours_without():
    plants = pd.read_csv(oracle("REAT", "FK2014_EGC.csv"))
    alone = pd.read_csv(oracle("REAT", "expected_ellison_a2_FK2014_EGC.csv"), index_col=0)
    expected = pd.read_csv(oracle("REAT", "expected_ellison_c2_FK2014_EGC.csv"), index_col=0)
    gamma, h = alone["Gamma i"], alone["HHI i"]
    jobs = plants.pivot_table(index="region", columns="industry", values="emp_firm", aggfunc="sum")
    region = plants.groupby("region")["emp_region"].mean()
    for name, theirs in expected["Gamma c"].items():
        pair = sorted(name.split("-"))
        assert sums_as_reat_takes_them(plants, gamma, h, pair) == pytest.approx(theirs, rel=1e-12)
        ours = group_coagglomeration(jobs[pair], region, herfindahl=h[pair])
        assert ours == pytest.approx(pair_put_right(plants, h, pair), rel=1e-11)
        assert abs(ours) < 1 < theirs
    everyone = sums_as_reat_takes_them(plants, gamma, h, list(jobs.columns))
    assert everyone == pytest.approx(reat("ellison.c_FK2014_EGC")["run"], rel=1e-12)


@pytest.mark.parametrize(("column", "expected"), [("emp_firm", -0.0358), ("emp_region", 0.0890)])
def test_coagglomeration_of_four_austrian_industries_is_that_of_the_textbook(column, expected):
    plants = pd.read_csv(oracle("REAT", "FK2014_EGC.csv"))
    jobs = plants.pivot_table(index="region", columns="industry", values="emp_firm", aggfunc="sum")
    region = plants.groupby("region")[column].agg("sum" if column == "emp_firm" else "mean")
    h = [plant_herfindahl(plants.loc[plants["industry"] == i, "emp_firm"]) for i in jobs]
    ours = group_coagglomeration(jobs, region, herfindahl=h)
    assert ours == pytest.approx(expected, abs=5e-5)


def columbus():
    table = gpd.read_file(oracle("spdep", "columbus.geojson")).set_crs(None, allow_override=True)
    return table, Graph.build_contiguity(table, rook=False)


@pytest.mark.parametrize("variable", ["CRIME", "HOVAL", "INC"])
def test_columbus_by_queen_contiguity_has_the_global_values_of_spdep(variable):
    expected = json.loads(oracle("spdep", "expected_spdep.json").read_text())["columbus_queen_W"]
    table, graph = columbus()
    assert graph.n_edges == expected["n_links"]
    ours = moran_i(table[variable], graph, permutations=0)
    assert ours.moran_i == pytest.approx(expected[variable]["statistic"], rel=1e-11)
    assert ours.variance_randomisation == pytest.approx(expected[variable]["variance"], rel=1e-11)


def test_columbus_by_queen_contiguity_has_the_local_values_of_spdep():
    expected = pd.read_csv(oracle("spdep", "expected_columbus_localmoran_CRIME_queenW.csv"))
    table, graph = columbus()
    order = np.argsort(table["POLYID"].to_numpy(), kind="stable")
    ours = local_moran(table["CRIME"], graph, permutations=0)
    # They divide the sum of squares by n = 49, this by n - 1; their moments hold the unit fixed.
    np.testing.assert_allclose(ours.moran_i[order] * 49 / 48, expected["Ii"], rtol=1e-11)
    np.testing.assert_allclose(ours.expectation[order] * 49 / 48, expected["E.Ii"], rtol=1e-10)
    variance = ours.variance[order] * (49 / 48) ** 2
    np.testing.assert_allclose(variance, expected["Var.Ii"], rtol=1e-10)


def test_moments_with_all_units_permuted_are_others_than_with_the_unit_held_fixed():
    free = pd.read_csv(oracle("spdep", "expected_oldcol_localmoran_unconditional.csv"))
    fixed = pd.read_csv(oracle("spdep", "expected_oldcol_localmoran_conditional.csv"))
    np.testing.assert_array_equal(free["Ii"], fixed["Ii"])
    # Permuting everything gives every unit the same expectation, -1 / (n - 1); ours is the other.
    np.testing.assert_allclose(free["E.Ii"], -1 / 48, rtol=1e-12)
    assert fixed["E.Ii"].nunique() > 40


def test_guerry_has_the_published_numbers_of_neighbours():
    expected = json.loads(oracle("rgeoda_guerry", "expected_rgeoda_guerry.json").read_text())
    table = gpd.read_file(oracle("rgeoda_guerry", "Guerry.shp"))
    queen = Graph.build_contiguity(table, rook=False)
    assert queen.cardinalities.tolist() == expected["queen_num_nbrs"]
    assert 100 * queen.n_edges / queen.n**2 == pytest.approx(
        100 * expected["queen_summary"]["sparsity"], rel=1e-12
    )
    nearest = nearest_graph(table.to_crs(4326), k=6)
    assert nearest.n_edges / nearest.n**2 == pytest.approx(expected["knn6_sparsity"], rel=1e-12)


def test_guerry_has_the_published_chances_within_the_error_of_999_draws():
    expected = json.loads(oracle("rgeoda_guerry", "expected_rgeoda_guerry.json").read_text())
    table = gpd.read_file(oracle("rgeoda_guerry", "Guerry.shp"))
    queen = Graph.build_contiguity(table, rook=False)
    ours = local_moran(table["Crm_prp"], queen, permutations=9999, seed=3)
    # They give the smaller tail, of other draws.
    theirs = np.array(expected["local_moran_Crm_prp_pvalues_9999"])
    smaller = np.minimum(ours.p_upper, ours.p_lower)
    error = np.sqrt(2 * np.maximum(theirs, 1e-3) * (1 - theirs) / 9999)
    assert (np.abs(smaller - theirs) < 5 * error).all()


def test_guerry_pair_with_itself_is_the_variable_alone():
    table = gpd.read_file(oracle("rgeoda_guerry", "Guerry.shp"))
    queen = Graph.build_contiguity(table, rook=False)
    pair = local_moran_pairs(table["Crm_prp"], table["Crm_prp"], queen, permutations=0)
    alone = local_moran(table["Crm_prp"], queen, permutations=0)
    np.testing.assert_allclose(pair.moran_i, alone.moran_i, rtol=1e-12)
