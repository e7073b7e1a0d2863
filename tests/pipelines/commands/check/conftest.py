import pytest

SQUARE = "POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"
HEADER = "firm_id,industry,longitude,latitude,employment,year\n"


@pytest.fixture
def raw(tmp_path):
    """A folder of 98 good firms of ten jobs each, with the rows that a test adds."""

    def put(name="raw", rows="", language="en", region="A", header=HEADER):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "regions.csv").write_text(f'region_id,name,geometry\nA,{region},"{SQUARE}"\n')
        good = "".join(f"g{i},C1,0.5,0.5,10,2020\n" for i in range(98))
        (folder / "firms.csv").write_text(header + good + rows)
        (folder / "dataset.yaml").write_text(f"language: {language}\n")
        return folder

    return put
