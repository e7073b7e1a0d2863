"""Which files are tables, what is missing, and the settings."""

import pytest

from geo.dataset import read_dataset
from geo.errors import DatasetError


def told(folder):
    with pytest.raises(DatasetError) as caught:
        folder.read()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_missing_folder_is_told(tmp_path):
    with pytest.raises(DatasetError, match="there is no such folder"):
        read_dataset(tmp_path / "nowhere", into=tmp_path / "work")


def test_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "raw").write_text("x", encoding="utf-8")
    with pytest.raises(DatasetError, match="is a file; give the folder"):
        read_dataset(tmp_path / "raw", into=tmp_path / "work")


def test_two_files_of_one_stem_are_both_named(folder):
    folder.put("firms.parquet", b"PAR1")
    assert "firms.csv and firms.parquet both hold the table firms" in told(folder)


def test_case_of_file_names_does_not_matter(folder):
    content = (folder.raw / "firms.csv").read_text(encoding="utf-8")
    folder.drop("firms.csv").put("Firms.CSV", content)
    assert folder.read().firms == 3


def test_no_regions_is_told(folder):
    assert "there is no table regions" in told(folder.drop("regions.csv"))


def test_neither_firms_nor_cells_is_told(folder):
    assert "neither a table firms nor a table cells" in told(folder.drop("firms.csv"))


def test_format_that_cannot_be_read_is_named_where_the_table_is_needed(folder):
    folder.drop("firms.csv").put("firms.xls", "x")
    assert "firms.xls is in no format that can be read" in told(folder)


def test_optional_table_in_a_format_that_cannot_be_read_is_no_silent_loss(folder):
    folder.put("links.xls", "x")
    assert any("links.xls" in notice.en for notice in folder.read().notices)


def test_unknown_files_and_columns_are_left_alone(folder):
    folder.put("notes.txt", "x").put("truth.csv", "a,b\n1,2").put("firms_old.csv", "a\n1")
    assert folder.read().firms == 3


@pytest.mark.parametrize("missing", ["firm_id", "industry", "longitude", "latitude"])
def test_missing_required_column_is_named_with_those_that_are_there(folder, missing):
    columns = [c for c in ("firm_id", "industry", "longitude", "latitude") if c != missing]
    folder.put("firms.csv", ",".join(columns) + "\n1,2,3\n")
    message = told(folder)
    assert f"firms.csv: the column {missing}" in message
    assert all(repr(column) in message for column in columns)


def test_column_names_match_whatever_their_case_and_white_space(folder):
    folder.put("firms.csv", "Firm_ID , INDUSTRY,\ufeffLongitude,latitude \n1,C36,0.5,0.5\n")
    folder.put("dataset.yaml", "years: 2020")
    assert folder.read().firms == 1


def test_two_columns_of_one_name_are_told(folder):
    folder.put("firms.csv", "firm_id,industry,longitude,latitude,Industry\n1,C36,0.5,0.5,C37\n")
    # An exact name comes before one that only looks like it.
    folder.put("dataset.yaml", "years: 2020")
    assert folder.read().industries["industry"].tolist() == ["C36"]
    folder.put("firms.csv", "firm_id,industry,longitude,latitude,industry\n1,C36,0.5,0.5,C37\n")
    assert "two columns are called industry" in told(folder)


def test_settings_rename_columns(folder):
    folder.put("firms.csv", "统一社会信用代码,行业,经度,纬度\n91A,C36,0.5,0.5\n")
    folder.put(
        "dataset.yaml",
        "years: 2020\ncolumns:\n  firms: {firm_id: 统一社会信用代码, industry: 行业, "
        "longitude: 经度, latitude: 纬度}",
    )
    assert folder.read().parties.collect()["party_id"].to_list() == ["91A"]


def test_renamed_column_that_is_not_there_is_told(folder):
    folder.put("dataset.yaml", "columns: {firms: {firm_id: uscc}}")
    assert "firms.csv: there is no column uscc, which dataset.yaml names for firm_id" in told(
        folder
    )


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("years: [", "cannot be read as YAML in UTF-8 at line"),
        ("- a\n- b", "must hold settings"),
        ("thresholds: {significance: 2}", "`thresholds.significance` is '2'"),
        ("colour: red", "there is no setting `colour`"),
        ("thresholds: {lq: 2}", "no setting `thresholds.lq`; the settings are significance, loc"),
        ("years: soon", "years must look like"),
        ("columns: {factories: {a: b}}", "names the table 'factories'"),
        ("columns: {firms: {shoe_size: b}}", "names the column 'shoe_size'"),
        ("datum: GCJ02", "`datum` is 'GCJ02'"),
        ("crs: EPSG:0", "there is no coordinate system 'EPSG:0'"),
    ],
)
def test_settings_that_are_wrong_are_told(folder, text, part):
    assert part in told(folder.put("dataset.yaml", text))


def test_settings_in_another_encoding_are_told(folder):
    folder.put("dataset.yaml", "language: zh-Hant # 苏州".encode("gb18030"))
    assert "cannot be read as YAML in UTF-8" in told(folder)


def test_empty_settings_are_defaults(folder):
    assert folder.put("dataset.yaml", "# nothing").read().settings.max_rejected_share == 0.1


def test_table_without_rows_is_told_where_it_is_required(folder):
    folder.put("firms.csv", "firm_id,industry,longitude,latitude\n")
    assert "firms.csv holds no rows" in told(folder)


def test_every_file_read_has_its_fingerprint(folder):
    import hashlib

    folder.put("dataset.yaml", "years: 2020").put("notes.txt", "x")
    hashes = folder.read().input_hashes
    assert list(hashes) == ["dataset.yaml", "firms.csv", "regions.csv"]
    content = (folder.raw / "firms.csv").read_bytes()
    assert hashes["firms.csv"] == hashlib.sha256(content).hexdigest()


def test_settings_under_another_name_are_no_silent_loss(folder):
    folder.put("dataset.yml", "language: zh-Hans")
    assert any("dataset.yml is not read" in notice.en for notice in folder.read().notices)
