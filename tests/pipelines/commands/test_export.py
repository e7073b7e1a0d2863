"""`jiqun export`: the same tables in other forms, and nothing of others touched."""

import openpyxl
import pandas as pd
import pytest

from geo.schema import RESULT_TABLES
from pipelines.commands.export import export_results

CELLS = "region_industry_classification"


@pytest.fixture(scope="module")
def copied(results, tmp_path_factory):
    """Some of the results in a folder of their own, one name made to look like a formula."""
    out = tmp_path_factory.mktemp("copied")
    (out / "run.json").write_text((results / "run.json").read_text("utf-8"), encoding="utf-8")
    cells = pd.read_parquet(results / f"{CELLS}.parquet").head(50)
    names = ["=1+1", *cells["region_name"].iloc[1:]]
    cells.assign(region_name=names).to_parquet(out / f"{CELLS}.parquet")
    regions = (results / "region_classification.parquet").read_bytes()
    (out / "region_classification.parquet").write_bytes(regions)
    return out


def test_csv_holds_every_row_and_value_of_the_published_tables(jiqun, copied):
    code, said, _ = jiqun("export", copied, "--to", "csv")
    assert code == 0
    assert str(copied / "export") in said
    found = pd.read_csv(copied / "export" / f"{CELLS}.csv", encoding="utf-8-sig")
    cells = pd.read_parquet(copied / f"{CELLS}.parquet")
    assert tuple(found.columns) == RESULT_TABLES[CELLS].names
    for column in ("region_id", "region_name", "year", "class", "reason_zh_hant"):
        assert found[column].astype(str).tolist() == cells[column].astype(str).tolist()
    quotients = (found["location_quotient"], cells["location_quotient"])
    pd.testing.assert_series_equal(*quotients, check_dtype=False, rtol=1e-12)


def test_geometry_is_text_in_csv_and_left_out_of_the_workbook(copied):
    export_results(copied, "csv")
    export_results(copied, "xlsx")
    regions = pd.read_csv(copied / "export" / "region_classification.csv")
    assert regions["geometry"].str.contains("POLYGON").all()
    book = openpyxl.load_workbook(copied / "export" / "jiqun.xlsx")
    heads = [cell.value for cell in book["region_classification"][1]]
    assert "geometry" not in heads
    assert "class" in heads


def test_a_workbook_holds_texts_as_texts_and_nothing_where_not_known(copied):
    export_results(copied, "xlsx")
    sheet = openpyxl.load_workbook(copied / "export" / "jiqun.xlsx")[CELLS]
    assert sheet.max_row == 51
    heads = [cell.value for cell in sheet[1]]
    name = sheet.cell(2, heads.index("region_name") + 1)
    assert (name.value, name.data_type) == ("=1+1", "s")
    cells = pd.read_parquet(copied / f"{CELLS}.parquet")
    column = heads.index("knowledge_persistence") + 1
    values = [sheet.cell(row, column).value for row in range(2, 52)]
    assert [v is None for v in values] == cells["knowledge_persistence"].isna().tolist()


@pytest.mark.parametrize(
    ("to", "says"), [("pdf", "'pdf'"), ("mysql://me:secret@host/db", "postgresql://user@host")]
)
def test_a_form_that_is_not_there_is_told_without_the_password(jiqun, copied, to, says):
    code, _, err = jiqun("export", copied, "--to", to)
    assert code == 2
    assert says in err
    assert "secret" not in err


def test_without_results_nothing_is_written(jiqun, tmp_path):
    code, _, err = jiqun("export", tmp_path, "--to", "csv")
    assert code == 2
    assert "jiqun run" in err
    assert not any(tmp_path.iterdir())


def test_a_folder_of_others_is_left_alone(jiqun, tmp_path):
    out = tmp_path / "out"
    (out / "export").mkdir(parents=True)
    (out / "export" / "mine.txt").write_text("mine")
    (out / "run.json").write_text("{}")
    code, _, err = jiqun("export", out, "--to", "csv")
    assert code == 2
    assert "not written by jiqun" in err
    assert [p.name for p in (out / "export").iterdir()] == ["mine.txt"]
