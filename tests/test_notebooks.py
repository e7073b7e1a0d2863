"""The notebooks run from top to bottom, as a reader would run them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.md"))


def script_of(notebook):
    cells = re.findall(
        r"^```python\n(.*?)^```$", notebook.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    # A notebook shows the last value of a cell; a script has to be told to.
    return "\n".join(["import matplotlib", 'matplotlib.use("Agg")', *cells])


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(notebook):
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", script_of(notebook)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_notebook_is_named_in_the_readme():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert len(NOTEBOOKS) == 3
    assert all(f"docs/notebooks/{path.name}" in readme for path in NOTEBOOKS)
