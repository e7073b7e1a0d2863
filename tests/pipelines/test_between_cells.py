"""Ties and flows between cells through the whole job: verdicts, reasons, exit codes."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pymrio
import pytest

from geo.dataset import all_cells, read_dataset
from tests.geo.linkage.counted import counts_of
from tests.geo.linkage.countries_of_worlds import study_of_dataset

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:.*currently in beta")]

WIOD = Path(__file__).resolve().parents[2] / "../shared/data/wiod-2005-2011"
POTENTIAL = {"potential_cluster", "agglomeration", "dispersed", "undetermined"}


def table(out):
    return pd.read_parquet(out / "region_industry_classification.parquet")


@pytest.fixture(scope="module")
def official(small_world, tmp_path_factory):
    """The small country as an office hands it out: cells, and ties counted between them."""
    folder = tmp_path_factory.mktemp("official")
    dataset = read_dataset(small_world, into=folder / "into")
    ids, codes = dataset.regions["region_id"], dataset.industries["industry"]
    links = counts_of(study_of_dataset(dataset)).drop(columns="value")
    for end in ("source", "target"):
        links[f"{end}_region_id"] = links.pop(f"{end}_region_key").map(ids)
        links[f"{end}_industry"] = links.pop(f"{end}_industry_key").map(codes)
    cells = all_cells(dataset)
    cells = cells.assign(
        region_id=cells["region_key"].map(ids), industry=cells["industry_key"].map(codes)
    )
    raw = folder / "raw"
    raw.mkdir()
    links.to_parquet(raw / "cell_links.parquet")
    cells[["region_id", "industry", "year", "establishments", "employment"]].to_parquet(
        raw / "cells.parquet"
    )
    for file in small_world.iterdir():
        if file.name.startswith(("regions.", "industries.")):
            shutil.copy(file, raw / file.name)
    return raw


def test_a_country_without_firms_is_judged_by_ties_counted_between_its_cells(
    official, jiqun, tmp_path
):
    code, _, _ = jiqun("run", official, "--out", tmp_path / "out")
    assert code == 0
    found = table(tmp_path / "out")
    yes = found[found["class"] == "emerging_cluster"]
    assert len(yes)
    assert (yes["basis"] == "ties").all()
    assert yes["confidence"].between(0, 1).all()
    for suffix, words in (
        ("en", "Collaborating by ties counted between regions"),
        ("zh_hant", "按區域間關聯計數"),
        ("zh_hans", "按区域间关联计数"),
    ):
        assert yes[f"reason_{suffix}"].str.contains(words).all(), suffix
        assert not yes[f"reason_{suffix}"].str.contains("?", regex=False).any(), suffix
    first = yes.iloc[0]
    cell = (first["region_id"], first["industry"], "--out", tmp_path / "out")
    for command in ("explain", "gaps"):
        code, said, _ = jiqun(command, *cell)
        assert code == 0
        assert "ties counted" in " ".join(said.split())


@pytest.fixture
def six(tmp_path):
    """The six regions and eight industries of the small table of pymrio, and nothing else."""
    flows = pymrio.load_test().Z
    regions = sorted(set(flows.index.get_level_values(0)))
    square = {
        "type": "Polygon",
        "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]],
    }
    features = [
        {
            "type": "Feature",
            "properties": {"region_id": region},
            "geometry": square
            | {"coordinates": [[[x + k, y] for x, y in square["coordinates"][0]]]},
        }
        for k, region in enumerate(regions)
    ]
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "regions.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": features})
    )
    flows.columns.names = flows.index.names = [None, None]
    flows.to_excel(raw / "cell_links.xlsx")
    (raw / "dataset.yaml").write_text("constants: {cell_links: {year: 2010}}\n")
    return raw


def test_a_table_of_flows_alone_gives_potentials_and_never_more(six, jiqun, tmp_path):
    code, _, errors = jiqun("run", six, "--out", tmp_path / "out")
    assert code == 0, errors
    found = table(tmp_path / "out")
    assert len(found) == 48
    assert set(found["class"]) <= POTENTIAL
    potential = found[found["class"] == "potential_cluster"]
    assert len(potential)
    assert (potential["basis"] == "flows").all()
    assert (potential["concentrated_by"] == "output").all()
    assert found[["reach_p", "reach_q", "supply_ties"]].isna().all(axis=None)
    assert potential["reason"].str.contains("By the flows between regions").all()
    cell = potential.iloc[0]
    code, said, _ = jiqun("explain", cell["region_id"], cell["industry"], "--out", tmp_path / "out")
    assert code == 0
    assert "flows between regions, without a test" in " ".join(said.split())


def test_ties_without_firms_cells_or_flows_are_one_sentence(six, jiqun, tmp_path):
    (six / "cell_links.xlsx").unlink()
    (six / "dataset.yaml").unlink()
    (six / "cell_links.csv").write_text(
        "source_region_id,source_industry,target_region_id,target_industry,year,ties\n"
        "reg1,mining,reg2,food,2010,5\n"
    )
    code, _, errors = jiqun("run", six, "--out", tmp_path / "out")
    assert code == 2
    assert "neither a table firms nor a table cells" in " ".join(errors.split())


@pytest.mark.skipif(not WIOD.exists(), reason="the table is not here")
def test_the_world_table_gives_potentials_by_flows(jiqun, tmp_path):
    code, _, errors = jiqun("run", WIOD, "--out", tmp_path / "out")
    assert code == 0, errors
    found = table(tmp_path / "out")
    assert set(found["class"]) <= POTENTIAL
    potential = found[found["class"] == "potential_cluster"]
    assert len(potential) > 100
    assert (potential["basis"] == "flows").all()
    assert (potential["excess_local_share"] >= 0.1).all()
