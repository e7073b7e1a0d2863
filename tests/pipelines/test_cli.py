import re
import shutil

import pandas as pd
import pytest


@pytest.fixture
def broken(small_world, tmp_path):
    raw = tmp_path / "raw"
    shutil.copytree(small_world, raw)
    return raw


def one_sentence(err):
    lines = [line for line in err.splitlines() if line.startswith("Error:")]
    assert len(lines) == 1
    assert "Traceback" not in err
    return lines[0]


def test_help_of_every_command_has_an_example(jiqun):
    for command in ("run", "check", "world", "explain", "gaps"):
        code, out, _ = jiqun(command, "--help")
        assert code == 0
        assert f"jiqun {command}" in out
        assert "Example" in out
        assert "\\b" not in out
        assert f"\n    jiqun {command}" in out


def test_an_unknown_command_is_a_wrong_call(jiqun):
    assert jiqun("clasify")[0] == 2


def test_a_missing_folder_is_told_in_one_sentence(jiqun, tmp_path):
    code, _, err = jiqun("run", tmp_path / "nowhere", "--out", tmp_path / "out")
    assert code == 2
    assert "nowhere" in one_sentence(err)


def test_years_that_are_none_are_a_wrong_call(jiqun, small_world):
    assert jiqun("run", small_world, "--years", "2023-2019")[0] == 2


def test_an_unknown_engine_is_a_wrong_call(jiqun, small_world, tmp_path):
    code, _, err = jiqun("run", small_world, "--out", tmp_path, "--engine", "abacus")
    assert code == 2
    assert "abacus" in one_sentence(err)


def test_a_missing_column_names_file_and_column(jiqun, broken, tmp_path):
    firms = pd.read_parquet(broken / "firms.parquet")
    firms.drop(columns="industry").to_parquet(broken / "firms.parquet")
    code, _, err = jiqun("run", broken, "--out", tmp_path / "out")
    assert code == 2
    sentence = one_sentence(err)
    assert "firms.parquet" in sentence
    assert "industry" in sentence
    assert not (tmp_path / "out" / "run.json").exists()


def test_a_truncated_file_is_told_in_one_sentence(jiqun, broken):
    links = broken / "links.parquet"
    links.write_bytes(links.read_bytes()[:1000])
    code, _, err = jiqun("check", broken)
    assert code == 2
    assert "links.parquet" in one_sentence(err)


def test_swapped_coordinates_stop_the_run_and_are_named(jiqun, broken, tmp_path):
    firms = pd.read_parquet(broken / "firms.parquet")
    swapped = firms.rename(columns={"longitude": "latitude", "latitude": "longitude"})
    swapped.to_parquet(broken / "firms.parquet")
    code, _, err = jiqun("run", broken, "--out", tmp_path / "out")
    assert code == 2
    assert "swapped" in one_sentence(err)


def test_check_shows_rows_and_reasons(jiqun, broken):
    links = pd.read_parquet(broken / "links.parquet")
    links.loc[0, "target_id"] = "nobody"
    links.to_parquet(broken / "links.parquet")
    code, out, _ = jiqun("check", broken)
    assert code == 0
    assert f"{len(links):,}" in out
    assert "neither a firm nor an institution" in " ".join(out.replace("│", " ").split())


def test_world_does_not_write_into_a_folder_that_holds_something(jiqun, small_world):
    assert jiqun("world", small_world)[0] == 2


def test_explain_gives_the_verdict_in_the_language_asked_for(jiqun, results):
    table = pd.read_parquet(results / "region_industry_classification.parquet")
    cell = table[table["class"] != "dispersed"].iloc[-1]
    words = ("explain", cell["region_id"], cell["industry"], "--out", results)
    code, out, _ = jiqun(*words, "--year", cell["year"], "--lang", "zh-Hans")
    assert code == 0
    assert cell["reason_zh_hans"][:12] in out.replace("\n", "")


def test_a_travel_time_without_a_speed_and_a_table_stops_with_a_sentence(jiqun, tmp_path):
    (tmp_path / "regions.csv").write_text(
        'region_id,geometry\nA,"POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"\n'
    )
    (tmp_path / "firms.csv").write_text("firm_id,industry,longitude,latitude\nf,C1,0.5,0.5\n")
    (tmp_path / "dataset.yaml").write_text("local: {minutes: 60}\n")
    code, _, err = jiqun("check", tmp_path)
    assert code == 2
    assert "there is no table travel_times with rows" in " ".join(err.split())
    (tmp_path / "travel_times.csv").write_text("from_region,to_region,minutes\nA,A,-3\n")
    code, _, err = jiqun("check", tmp_path)
    assert code == 2
    assert "travel_times.csv: none of the 1 rows can be used" in " ".join(err.split())


def test_explain_shows_the_share_of_ties_within_an_hour(jiqun, results):
    table = pd.read_parquet(results / "region_industry_classification.parquet")
    cell = table[table["within_hour_share"].notna()].iloc[-1]
    words = ("explain", cell["region_id"], cell["industry"], "--year", cell["year"])
    code, text, _ = jiqun(*words, "--out", results, "--lang", "zh-Hant")
    assert code == 0
    assert "一小時內的供應關聯" in text


def test_explain_names_the_core_firms_and_those_that_its_firms_support(jiqun, results):
    tiers = pd.read_parquet(results / "party_tiers.parquet")
    core = tiers[tiers["tier"] == "core"].iloc[-1]
    words = ("explain", core["region_id"], core["industry"], "--out", results)
    code, out, _ = jiqun(*words, "--year", core["year"])
    assert code == 0
    assert core["party_id"] in out
    abroad = tiers.merge(
        tiers[["party_id", "year", "industry"]],
        left_on=["main_core_id", "year"],
        right_on=["party_id", "year"],
        suffixes=("", "_main"),
    )
    abroad = abroad[abroad["industry"] != abroad["industry_main"]].iloc[-1]
    words = ("explain", abroad["region_id"], abroad["industry"], "--out", results)
    _, out, _ = jiqun(*words, "--year", abroad["year"], "--lang", "zh-Hant")
    assert abroad["main_core_id"] in out
    assert "核心企業" in out


def test_explain_says_which_name_is_near(jiqun, results):
    table = pd.read_parquet(results / "region_industry_classification.parquet")
    name = table["region_id"].iloc[0]
    code, _, err = jiqun("explain", name + "x", "C1", "--out", results)
    assert code == 2
    assert name in one_sentence(err)


def test_gaps_lists_inputs_or_says_that_they_are_not_known(jiqun, results):
    table = pd.read_parquet(results / "region_industry_classification.parquet")
    cell = table[table["class"] == "agglomeration"].iloc[-1]
    code, out, _ = jiqun("gaps", cell["region_id"], cell["industry"], "--out", results)
    assert code == 0
    assert re.search(r"short of \d+ % of all inputs", out) or "Chain gaps are not known" in out


def test_commands_on_results_that_are_not_there_say_how_to_make_them(jiqun, tmp_path):
    code, _, err = jiqun("explain", "R1", "C1", "--out", tmp_path)
    assert code == 2
    assert "jiqun run" in one_sentence(err)


def test_a_seed_below_zero_is_a_wrong_call(jiqun, small_world):
    assert jiqun("run", small_world, "--seed", "-5")[0] == 2


def test_statistics_without_any_establishment_are_told(jiqun, small_world, tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    shutil.copy(small_world / "regions.geojson", raw)
    regions = pd.read_parquet(small_world / "firms.parquet", columns=["industry"])
    industry = regions["industry"].iloc[0]
    row = f"R001,{industry},2020,0,0"
    (raw / "cells.csv").write_text(f"region_id,industry,year,establishments,employment\n{row}\n")
    code, _, err = jiqun("run", raw, "--out", tmp_path / "out")
    assert code == 2
    assert "establishment" in one_sentence(err)
