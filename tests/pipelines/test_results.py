import subprocess
import sys

import pytest

from pipelines.results import NotOursError, assert_ours, locked, published


def publish(out, text):
    with published(out) as folder:
        (folder / "maps").mkdir()
        (folder / "maps" / "map.gpkg").write_text(text)
        (folder / "table.parquet").write_text(text)


def test_published_files_stand_in_the_results_folder(tmp_path):
    publish(tmp_path, "first")
    assert (tmp_path / "table.parquet").read_text() == "first"
    assert (tmp_path / "maps" / "map.gpkg").read_text() == "first"


def test_a_second_run_replaces_the_first(tmp_path):
    publish(tmp_path, "first")
    publish(tmp_path, "second")
    assert (tmp_path / "maps" / "map.gpkg").read_text() == "second"


def test_a_run_that_fails_midway_leaves_the_previous_results_whole(tmp_path):
    publish(tmp_path, "first")

    def fail():
        with published(tmp_path) as folder:
            (folder / "table.parquet").write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (tmp_path / "table.parquet").read_text() == "first"
    assert (tmp_path / "maps" / "map.gpkg").read_text() == "first"


def test_what_two_runs_ago_was_published_is_swept_away(tmp_path):
    for text in ("first", "second", "third"):
        publish(tmp_path, text)
    assert len(list((tmp_path / ".jiqun" / "runs").iterdir())) == 2


@pytest.mark.parametrize("name", ["maps", "table.parquet"])
def test_what_others_keep_under_the_name_of_a_result_is_never_touched(tmp_path, name):
    theirs = tmp_path / name
    theirs.mkdir()
    (theirs / "notes.txt").write_text("mine")
    with pytest.raises(NotOursError, match=name):
        publish(tmp_path, "new")
    assert (theirs / "notes.txt").read_text() == "mine"
    assert not (tmp_path / ".jiqun" / "current").exists()


def test_a_link_of_others_is_not_ours(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "report").symlink_to("elsewhere")
    with pytest.raises(NotOursError):
        assert_ours(tmp_path)


def test_files_of_others_in_the_results_folder_stay(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    publish(tmp_path, "new")
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_two_runs_cannot_write_to_one_folder(tmp_path):
    other = "import sys, pathlib, pipelines.results as r\n"
    other += "with r.locked(pathlib.Path(sys.argv[1])): pass"
    with locked(tmp_path):
        refused = subprocess.run(
            [sys.executable, "-c", other, tmp_path], capture_output=True, text=True, check=False
        )
    assert refused.returncode == 1
    assert "is being written by another run" in refused.stderr
