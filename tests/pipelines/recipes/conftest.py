"""The settings of a recipe beside a small cut in the layout of the real files."""

import re
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.dataset import read_dataset

PAGES = Path(__file__).resolve().parents[3] / "docs" / "recipes"


def settings_of(page):
    """The `dataset.yaml` that a page of recipes shows."""
    return re.search(r"```yaml\n(.*?)```", (PAGES / f"{page}.md").read_text("utf-8"), re.DOTALL)[1]


@pytest.fixture
def recipe(tmp_path, jiqun):
    """Checks a cut with the settings of a page, and reads it."""

    def read(page, files, regions, id_name, **names):
        raw = tmp_path / "raw"
        raw.mkdir()
        (raw / "dataset.yaml").write_text(settings_of(page), encoding="utf-8")
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode("utf-8")
            (raw / name).write_bytes(data)
        columns = {id_name: list(regions)} | {k: list(v) for k, v in names.items()}
        layer = gpd.GeoDataFrame(columns, geometry=[shapely.box(*b) for b in regions.values()])
        layer.set_crs(4326).to_file(raw / "regions.geojson")
        code, out, err = jiqun("check", raw)
        assert (code, err) == (0, ""), out
        return read_dataset(raw, into=tmp_path / "work")

    return read


@pytest.fixture
def cells():
    """Cells by region, industry and year: establishments and employment."""

    def of(dataset):
        table = dataset.cells.where(dataset.cells.notna(), None)
        return {
            (
                dataset.regions["region_id"][row.region_key],
                dataset.industries["industry"][row.industry_key],
                row.year,
            ): (row.establishments, None if row.employment != row.employment else row.employment)
            for row in table.itertuples()
        }

    return of


@pytest.fixture
def plants():
    """Firms by id: region, industry and employment."""

    def of(dataset):
        parties = dataset.parties.collect().to_pandas().set_index("party_key")["party_id"]
        table = dataset.establishments.collect().to_native()
        return {
            parties[row["firm_key"]]: (
                dataset.regions["region_id"][row["region_key"]],
                dataset.industries["industry"][row["industry_key"]],
                row["employment"],
            )
            for row in table.iter_rows(named=True)
        }

    return of
