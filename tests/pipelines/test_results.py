import subprocess
import sys

import pytest

from pipelines.results import (
    NotOursError,
    assert_ours,
    keep_tables,
    left_as_it_was,
    locked,
    published,
    tables_of_results,
)


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


def test_results_keep_the_tables_they_were_made_from_when_a_later_run_writes_others(tmp_path):
    tables = tmp_path / "working"
    (tables / "cells").mkdir(parents=True)
    for file in ("regions", "cells/2020.parquet", "not_asked"):
        (tables / file).write_text("of this town")
    with published(tmp_path) as folder:
        keep_tables(tables, ("regions", "cells"), folder)
        (folder / "table.parquet").write_text("results")
    # A killed run on other data leaves its working tables behind.
    for file in ("regions", "cells/2020.parquet"):
        (tables / "new").write_text("of another town")
        (tables / "new").replace(tables / file)
    kept = tables_of_results(tmp_path)
    assert (kept / "regions").read_text() == "of this town"
    assert (kept / "cells" / "2020.parquet").read_text() == "of this town"
    assert not (kept / "not_asked").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == [".jiqun", "table.parquet", "working"]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_run_that_is_refused_leaves_an_empty_folder_empty(tmp_path, is_there):
    out = tmp_path / "out"
    if is_there:
        out.mkdir()
    with pytest.raises(RuntimeError), left_as_it_was(out), locked(out):
        raise RuntimeError
    assert not any(out.iterdir()) if is_there else not out.exists()


def test_a_run_that_is_refused_leaves_earlier_results(tmp_path):
    publish(tmp_path, "first")
    with pytest.raises(RuntimeError), left_as_it_was(tmp_path), locked(tmp_path):
        raise RuntimeError
    assert (tmp_path / "table.parquet").read_text() == "first"
