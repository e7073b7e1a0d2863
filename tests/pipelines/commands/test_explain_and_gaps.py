"""`jiqun explain` and `jiqun gaps` on the results of a small country, and of one without ties."""

import shutil

import pandas as pd
import pytest

from geo.concentration.growth.shift_share_analysis import growth_of_cells
from geo.vocabulary import CLASSES, Class, Language
from pipelines.cells import ResultsError, cell_of
from pipelines.commands.explain.growth import signed
from pipelines.results import tables_of_results

LANGUAGES = [str(language) for language in Language]


@pytest.fixture(scope="session")
def verdicts(results):
    return pd.read_parquet(results / "region_industry_classification.parquet")


@pytest.fixture(scope="session")
def unlinked(small_world, tmp_path_factory):
    """Results of the same country without links, institutions and input-output table."""
    from pipelines.commands.run import run_job

    folder = tmp_path_factory.mktemp("unlinked")
    raw = folder / "raw"
    shutil.copytree(small_world, raw)
    for stem in ("links", "institutions", "io_table", "drivers"):
        for file in raw.glob(f"{stem}.*"):
            file.unlink()
    run_job(raw, folder / "out", years=None, seed=1, engine="polars")
    return folder / "out"


def some(verdicts, name):
    return verdicts[verdicts["class"] == name].iloc[-1]


def joined_words(text):
    """What was printed on one line."""
    return " ".join(text.split())


def joined(text):
    """What was printed, with its line breaks undone."""
    return "".join(text.split())


def test_explain_prints_the_three_tests_with_floors_chance_and_answers(jiqun, results, verdicts):
    cell = some(verdicts, "agglomeration")
    words = ("explain", cell["region_id"], cell["industry"], "--year", cell["year"])
    code, out, _ = jiqun(*words, "--out", results)
    assert code == 0
    text = joined(out)
    low, high = cell["location_quotient_low"], cell["location_quotient_high"]
    assert f"{cell['location_quotient']:.2f}({low:.2f}–{high:.2f})≥1.25" in text
    assert f"{cell['local_supply_ties']}of{cell['supply_ties']}" in text
    assert f"{cell['usual_local_supply_ties']:.1f}" in text
    assert f"{cell['confidence']:.0%}ofworlds" in text
    for title in ("A.Concentrationyes", "B.Collaborationno", "C.Ecosystem"):
        assert title in text


def test_explain_tells_the_classes_over_the_years(jiqun, results, verdicts):
    classes = verdicts.groupby(["region_id", "industry"])["class"]
    region, industry = classes.nunique().idxmax()
    cell = verdicts[(verdicts["region_id"] == region) & (verdicts["industry"] == industry)]
    code, out, _ = jiqun("explain", region, industry, "--out", results, "--lang", "zh-Hant")
    assert code == 0
    text = joined(out)
    assert "歷年：" in text
    for name in cell["class"].unique():
        assert CLASSES[Class(name)].label.zh_hant in text
    assert "→" in text


def test_explain_tells_what_of_the_growth_is_the_country_s_the_industry_s_and_the_place_s(
    jiqun, results, verdicts
):
    cell = some(verdicts, "cluster")
    ends = verdicts[verdicts["year"].isin([verdicts["year"].min(), verdicts["year"].max()])]
    growth = growth_of_cells(ends, "establishments").set_index(["region_id", "industry"])
    row = growth.loc[(cell["region_id"], cell["industry"])]
    _, out, _ = jiqun("explain", cell["region_id"], cell["industry"], "--out", results)
    told = f"establishments from {row['before']:.0f} to {row['after']:.0f}; "
    told += f"{signed(row['from_country'])} with the country, "
    told += f"{signed(row['from_industry'])} with its industry, "
    told += f"{signed(row['from_place'])} by the place itself"
    assert joined(told) in joined(out)


def test_results_that_were_copied_elsewhere_explain_themselves_and_gaps_says_what_it_lacks(
    jiqun, results, verdicts, tmp_path
):
    copied = tmp_path / "copied"
    shutil.copytree(results, copied, ignore=shutil.ignore_patterns(".jiqun"))
    cell = some(verdicts, "cluster")
    words = (cell["region_id"], cell["industry"], "--out", copied)
    code, out, _ = jiqun("explain", *words)
    assert code == 0
    assert "A. Concentration" in out
    code, _, err = jiqun("gaps", *words)
    assert code == 2
    assert "run jiqun run once more" in joined_words(err)


def test_explain_knows_what_gaps_knows_of_a_cluster_without_its_hub(jiqun, results, verdicts):
    cell = some(verdicts[verdicts["region_across"].isna()], "cluster")
    words = ("explain", cell["region_id"], cell["industry"], "--year", cell["year"])
    _, out, _ = jiqun(*words, "--out", results)
    (line,) = (line for line in out.splitlines() if "without its hub" in line)
    assert line.split()[-1] == "yes"


@pytest.mark.parametrize("command", ["explain", "gaps"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_class_is_told_in_every_language(jiqun, results, verdicts, command, language):
    for name in verdicts["class"].unique():
        cell = some(verdicts, name)
        words = (command, cell["region_id"], cell["industry"], "--year", cell["year"])
        code, out, err = jiqun(*words, "--out", results, "--lang", language)
        assert (code, err) == (0, "")
        assert CLASSES[Class(name)].label.in_language(Language(language)) in out
        assert "nan" not in out.lower().replace("finance", "")


def test_gaps_sorts_what_is_missing_by_how_near_it_is(jiqun, results, verdicts):
    cell = some(verdicts, "dispersed")
    words = ("gaps", cell["region_id"], cell["industry"], "--year", cell["year"])
    _, out, _ = jiqun(*words, "--out", results, "--lang", "zh-Hans")
    table = out[out.index("由近及远") : out.index("本区域缺少的机构")]
    shares = [int(line.split("%")[0].split()[-1]) for line in table.splitlines() if "%" in line]
    assert len(shares) > 2
    assert shares == sorted(shares)


def test_gaps_of_a_cluster_says_that_it_is_one_and_what_it_could_lose(jiqun, results, verdicts):
    cell = some(verdicts[verdicts["region_across"].isna()], "cluster")
    words = ("gaps", cell["region_id"], cell["industry"], "--year", cell["year"])
    _, out, _ = jiqun(*words, "--out", results)
    assert "It is a cluster." in out
    assert "What is missing" not in out
    firms = round(cell["locally_linked_share"] * cell["establishments"])
    assert f"{firms}of{cell['establishments']}" in joined(out)


def test_gaps_names_the_nearest_institution_of_a_kind_that_the_region_lacks(
    jiqun, results, verdicts
):
    institutions = pd.read_parquet(tables_of_results(results) / "institutions")
    regions = pd.read_parquet(tables_of_results(results) / "regions", columns=["region_id"])
    here = set(institutions["region_key"].dropna())
    without = [i for key, i in regions["region_id"].items() if key not in here]
    open_cells = verdicts[verdicts["region_id"].isin(without) & (verdicts["class"] != "cluster")]
    cell = open_cells.iloc[-1]
    words = ("gaps", cell["region_id"], cell["industry"], "--year", cell["year"])
    _, out, _ = jiqun(*words, "--out", results)
    shown = joined(out)
    for kind, of_kind in institutions.groupby("kind"):
        named = [joined(name) in shown for name in of_kind["name"]]
        assert sum(named) == 1, kind


def test_without_ties_gaps_names_the_tables_that_would_tell(jiqun, unlinked):
    table = pd.read_parquet(unlinked / "region_industry_classification.parquet")
    cell = some(table, "undetermined")
    words = ("gaps", cell["region_id"], cell["industry"], "--year", cell["year"])
    code, out, _ = jiqun(*words, "--out", unlinked)
    assert code == 0
    for name in ("`links`", "`institutions`", "`io_table`"):
        assert name in out
    code, out, _ = jiqun("explain", *words[1:], "--out", unlinked)
    assert code == 0
    assert "not known: the data leave the class open" in out


@pytest.mark.parametrize("command", ["explain", "gaps"])
def test_what_the_results_do_not_hold_is_a_wrong_call_in_one_sentence(jiqun, results, command):
    table = pd.read_parquet(results / "region_industry_classification.parquet")
    region, industry = table.loc[0, ["region_id", "industry"]]
    calls = {
        (region + "x", industry): region,
        (region, industry + "x"): industry,
        (region, industry, "--year", "1900"): str(table["year"].max()),
    }
    for words, hint in calls.items():
        code, out, err = jiqun(command, *words, "--out", results)
        assert (code, out) == (2, "")
        assert len(err.splitlines()) == 1
        assert hint in err


def test_such_a_sentence_is_in_the_language_asked_for(jiqun, results):
    code, _, err = jiqun("gaps", "X", "Y", "--out", results, "--lang", "zh-Hant")
    assert code == 2
    assert "沒有名為" in err


def made_results(tmp_path, *rows):
    """Results with cells of (region_id, region_name, industry, year), and no tables."""
    table = pd.DataFrame(rows, columns=["region_id", "region_name", "industry", "year"])
    table = table.assign(industry_name=table["industry"])
    table.to_parquet(tmp_path / "region_industry_classification.parquet")
    (tmp_path / "run.json").write_text('{"parameters": {"thresholds": {}}}', encoding="utf-8")
    return tmp_path


def found(out, region, industry, year=None):
    return cell_of(out, region, industry, year=year, language=Language.EN).row


def test_a_name_that_several_regions_have_is_not_guessed(tmp_path):
    rows = [("01", "Franklin", "C1", 2020), ("02", "Franklin", "C1", 2020)]
    with pytest.raises(ResultsError, match="2 regions are called 'franklin', such as 01, 02"):
        found(made_results(tmp_path, *rows), "franklin", "C1")


def test_one_word_of_a_name_in_two_scripts_is_enough(tmp_path):
    out = made_results(tmp_path, ("01", "深灣 Shenwan", "C1", 2020), ("02", "魯河", "C1", 2020))
    assert found(out, "shenwan", "c1")["region_id"] == "01"
    assert found(out, "深灣", "C1")["region_id"] == "01"


def test_a_cell_without_firms_says_in_which_years_there_are_some(tmp_path):
    rows = [("01", "A", "C1", y) for y in (2018, 2019, 2021)] + [("02", "B", "C2", 2020)]
    out = made_results(tmp_path, *rows)
    with pytest.raises(ResultsError, match="no establishment of C1 in 2020; it has in 2018–2019, "):
        found(out, "01", "C1", 2020)
    with pytest.raises(ResultsError, match="no establishment of C2 in any year"):
        found(out, "01", "C2")
    assert found(out, "01", "C1")["year"] == 2021
