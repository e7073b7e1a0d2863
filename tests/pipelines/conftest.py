import contextlib
import io
import sys

import pytest

from geo.worlds import sized_recipe, world, write_world


@pytest.fixture(scope="session")
def small_world(tmp_path_factory):
    """Folder of a small stylised country, with its truth beside it."""
    folder = tmp_path_factory.mktemp("world") / "raw"
    write_world(world(sized_recipe("small"), seed=3), folder)
    return folder


@pytest.fixture
def jiqun():
    """Runs the command line in this process; returns exit code, what it printed, and errors."""
    return call


@pytest.fixture(scope="session")
def jiqun_once():
    """The same for fixtures that outlive a test."""
    return call


def call(*words):
    from pipelines.cli import main

    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["jiqun", *map(str, words)])
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as left,
        ):
            main()
    return left.value.code, out.getvalue(), err.getvalue()


@pytest.fixture(scope="session")
def results(small_world, tmp_path_factory):
    """Results folder of one whole run on the small country."""
    from pipelines.commands.run import run_job

    out = tmp_path_factory.mktemp("results") / "out"
    run_job(small_world, out, years=None, seed=1, engine="polars")
    return out
