"""Checks of assets say what they found."""

import dagster as dg
import pandas as pd

from pipelines.checks import fell_at_risk, moran_as_esda


def changes(**columns: object) -> pd.DataFrame:
    row = {"region_id": "R1", "industry": "C36", "year": 2023, "stage_from": "steady",
           "stage_to": "at_risk", "sentence_en": "Cars shrink.", "sentence_zh_hant": "汽車萎縮。",
           "sentence_zh_hans": "汽车萎缩。"}  # fmt: skip
    return pd.DataFrame([row | columns])


def test_cell_that_falls_at_risk_is_a_warning_that_names_it() -> None:
    result = fell_at_risk(changes(), year=2023)
    assert not result.passed
    assert result.severity == dg.AssetCheckSeverity.WARN
    assert result.metadata["cells"].value == ["R1 C36"]
    assert "汽车萎缩" in result.metadata["what happened (zh-Hans)"].value


def test_fall_of_an_earlier_year_warns_no_more() -> None:
    assert fell_at_risk(changes(year=2021), year=2023).passed


def test_other_changes_warn_of_nothing() -> None:
    assert fell_at_risk(changes(stage_to="upgrading"), year=2023).passed
    assert fell_at_risk(changes().head(0), year=2023).passed


def moran(**columns: object) -> dg.AssetCheckResult:
    row = {"year": 2023, "industry_key": 1, "moran_i": 0.31, "moran_i_esda": 0.31}
    industries = pd.DataFrame({"industry": ["C35", "C36"]})
    return moran_as_esda(pd.DataFrame([row | columns]), industries)


def test_the_same_moran_as_that_of_esda_passes_and_shows_both() -> None:
    result = moran()
    assert result.passed
    assert "2023 | C36 | 0.31 | 0.31" in result.metadata["preview"].value


def test_another_moran_than_that_of_esda_fails() -> None:
    assert not moran(moran_i_esda=0.3101).passed
