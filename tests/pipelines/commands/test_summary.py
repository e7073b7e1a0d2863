"""What a run prints at its end."""

from pathlib import Path

import pandas as pd
import pytest

from pipelines.commands.summary import print_summary


def results(folder: Path, *, fallen: int) -> None:
    pd.DataFrame({"year": [2023, 2023], "class": ["cluster", "dispersed"]}).to_parquet(
        folder / "region_industry_classification.parquet"
    )
    pd.DataFrame(
        {
            "year": 2023,
            "profile": ["us_strong_cluster", "china_sme_cluster"],
            "class": "cluster",
            "cells_met": [1, 0],
            "cells_not_met": 0,
            "cells_not_known": [0, 1],
        }
    ).to_parquet(folder / "profile_concordance.parquet")
    pd.DataFrame(
        {
            "year": 2023,
            "stage_from": "steady",
            "stage_to": "at_risk",
            "sentence_en": [f"Cell {i} fell." for i in range(fallen)],
        }
    ).to_parquet(folder / "transitions.parquet")


def printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    print_summary(folder, {"parameters": {"language": "en"}, "notices": []})
    return capsys.readouterr().out


def test_cells_that_fell_at_risk_are_told_and_the_rest_counted(tmp_path, capsys) -> None:
    results(tmp_path, fallen=7)
    text = printed(tmp_path, capsys)
    assert "! Cell 0 fell." in text
    assert "Cell 5 fell." not in text
    assert "2 more fell at risk" in text


def test_official_rules_stand_beside_the_classes_and_what_is_open_is_no_zero(
    tmp_path, capsys
) -> None:
    results(tmp_path, fallen=0)
    text = printed(tmp_path, capsys)
    assert "1 / 1" in text
    assert "? / 1" in text
    assert "0 / 1" not in text
