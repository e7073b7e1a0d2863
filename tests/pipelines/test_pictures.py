"""Pictures of the last run stand in the descriptions of the assets that drew them."""

import dagster as dg

from pipelines.pictures import keep_pictures, with_last_pictures

PICTURE = "![map](data:image/png;base64,AAAA)"


@dg.asset
def regions():
    """Regions by class."""


def described(folder):
    (asset,) = with_last_pictures([regions], folder)
    return next(iter(asset.specs)).description


def test_the_first_picture_among_the_metadata_is_kept(tmp_path):
    metadata = {
        "rows": dg.MetadataValue.int(3),
        "preview": dg.MetadataValue.md("a | b"),
        "map": dg.MetadataValue.md(PICTURE),
        "curve": dg.MetadataValue.md(PICTURE.replace("map", "curve")),
    }
    keep_pictures(metadata, tmp_path / "regions.md")
    assert (tmp_path / "regions.md").read_text() == PICTURE
    assert described(tmp_path) == f"Regions by class.\n\n{PICTURE}"


def test_an_asset_without_a_picture_keeps_its_description(tmp_path):
    keep_pictures({"preview": dg.MetadataValue.md("a | b")}, tmp_path / "regions.md")
    assert not (tmp_path / "regions.md").exists()
    assert described(tmp_path) == "Regions by class."
