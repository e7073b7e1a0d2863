"""A few damaged datasets of every run: each is read and accounted for, or refused in words."""

import warnings

import numpy as np
import pytest

from benchmarks.mutations import __main__ as mutations
from benchmarks.mutations.bases import files


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Shapefile cuts names
        return files(tmp_path_factory.mktemp("bases"))


def put(folder, content):
    folder.mkdir()
    for name, data in content.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.mark.parametrize("number", range(10))
def test_a_damaged_dataset_is_used_or_refused(bases, tmp_path, number):
    content, name, way = mutations.one_file(*bases, np.random.default_rng([9, number]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        end, words = mutations.outcome(put(tmp_path / "raw", content), tmp_path / "into")
    assert end in ("used", "refused"), (name, way, words)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("table", ["cell_links", "places"])
def test_every_form_of_a_table_is_used_as_it_stands(bases, tmp_path, table):
    plain, forms = bases
    for number, form in enumerate(forms[table]):
        content = {n: d for n, d in plain.items() if not n.startswith(f"{table}.")} | form
        if table == "cell_links":
            del content["links.csv"]
        raw = put(tmp_path / f"raw{number}", content)
        assert mutations.outcome(raw, tmp_path / f"into{number}") == ("used", "")
