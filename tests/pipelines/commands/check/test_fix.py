"""`jiqun check --fix` writes settings under which less is lost, and changes nothing else."""

import pytest
import yaml

from geo.dataset import read_dataset

SQUARE = "POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"


@pytest.fixture
def findings(tmp_path):
    """Kinds of faults and gaps of a folder with a file of settings; None where it stops."""

    def of(folder, settings):
        into = tmp_path / f"work{settings.stem}"
        return read_dataset(folder, into=into, settings_file=settings).findings

    return of


def fixed(jiqun, folder, tmp_path):
    target = tmp_path / "mended.yaml"
    code, out, err = jiqun("check", folder, "--fix", target)
    assert (code, err) == (0, ""), (out, err)
    return target, yaml.safe_load(target.read_text("utf-8"))


def cells(folder, rows, header="region_id,industry,year,establishments,employment\n"):
    (folder / "firms.csv").unlink()
    (folder / "cells.csv").write_text(header + rows)
    return folder


def test_words_and_codes_for_not_known_are_named(jiqun, raw, tmp_path, findings):
    # 3 of 101 rows: a word that cannot be read, and a code that is rejected as negative.
    rows = "a,C1,0.5,0.5,n.k.,2020\nb,C1,0.5,0.5,-9,2020\nc,C1,0.5,0.5,-9,2020\n"
    folder = raw(rows=rows)
    target, settings = fixed(jiqun, folder, tmp_path)
    assert sorted(settings["missing_values"]) == ["-9", "n.k."]
    assert findings(folder, target) == ()


def test_a_slip_is_no_mark(jiqun, raw, tmp_path):
    folder = raw(rows="a,C1,0.5,0.5,12o,2020\nb,C1,0.5,0.5,-153,2020\n")
    target = tmp_path / "mended.yaml"
    _, out, _ = jiqun("check", folder, "--fix", target)
    assert not target.exists()
    assert "nothing is written" in out


def test_counts_that_could_be_two_numbers_are_whole(jiqun, raw, tmp_path):
    folder = raw(rows="a,C1,0.5,0.5,1.500,2020\n")
    _, settings = fixed(jiqun, folder, tmp_path)
    assert settings["decimal"] == {"firms.employment": ","}


def test_mixed_levels_have_one_picked(jiqun, raw, tmp_path):
    lines = [("31", 6, 60), ("311", 3, 30), ("312", 3, 30), ("52", 4, 40), ("521", 4, 40)]
    rows = "".join(f"A,{c},{y},{n},{e}\n" for y in (2020, 2021) for c, n, e in lines)
    _, settings = fixed(jiqun, cells(raw(), rows), tmp_path)
    assert settings["level"] == 3


def test_parts_of_cells_are_summed(jiqun, raw, tmp_path, findings):
    rows = "A,31,2020,6,60\nA,31,2020,2,20\nA,32,2020,3,30\nA,33,2020,3,30\n"
    folder = cells(raw(), rows)
    target, settings = fixed(jiqun, folder, tmp_path)
    assert settings["sum_repeated"] == ["cells"]
    assert findings(folder, target) == ()


def test_columns_under_other_names_are_renamed(jiqun, raw, tmp_path):
    folder = raw(header="firm number,NAICS,lng,lat,employees,year\n".replace(" ", "_"))
    _, settings = fixed(jiqun, folder, tmp_path)
    assert settings["columns"]["firms"] == {
        "firm_id": "firm_number", "industry": "NAICS", "longitude": "lng", "latitude": "lat",
        "employment": "employees",
    }  # fmt: skip


def test_an_optional_column_under_another_name_is_renamed_too(jiqun, raw, tmp_path):
    folder = raw(header="firm_id,industry,longitude,latitude,employees,year\n")
    _, settings = fixed(jiqun, folder, tmp_path)
    assert settings["columns"] == {"firms": {"employment": "employees"}}


def test_years_of_the_republic_beside_slips_have_a_calendar(jiqun, raw, tmp_path):
    folder = raw()
    good = "".join(f"g{i},C1,0.5,0.5,10,{101 + i % 9}\n" for i in range(40))
    (folder / "firms.csv").write_text(
        "firm_id,industry,longitude,latitude,employment,year\n" + good + "x,C1,0.5,0.5,1,?!\n"
    )
    _, settings = fixed(jiqun, folder, tmp_path)
    assert settings["calendar"] == "republic"


def test_coordinates_in_metres_have_a_system(jiqun, raw, tmp_path, findings):
    import pyproj

    to_metres = pyproj.Transformer.from_crs(4326, 27700, always_xy=True).transform
    folder = raw()
    square = "POLYGON ((-2 52, -1 52, -1 53, -2 53, -2 52))"
    (folder / "regions.csv").write_text(f'region_id,geometry\nA,"{square}"\n')
    points = [to_metres(-1.9 + 0.01 * i, 52.5) for i in range(80)]
    rows = "".join(f"f{i},C1,{x:.0f},{y:.0f},1,2020\n" for i, (x, y) in enumerate(points))
    (folder / "firms.csv").write_text(
        "firm_id,industry,longitude,latitude,employment,year\n" + rows
    )
    target, settings = fixed(jiqun, folder, tmp_path)
    assert settings["crs"] == {"firms": "EPSG:27700"}
    assert findings(folder, target) == ()


def test_an_id_that_looks_like_a_missing_value_is_kept(jiqun, raw, tmp_path, findings):
    folder = raw()
    other = "POLYGON ((1 0, 2 0, 2 1, 1 1, 1 0))"
    (folder / "regions.csv").write_text(f'region_id,geometry\nA,"{SQUARE}"\nNA,"{other}"\n')
    target, settings = fixed(jiqun, folder, tmp_path)
    assert settings["not_missing"] == ["NA"]
    assert findings(folder, target) == ()


def test_what_is_set_already_stays_as_it_is_written(jiqun, raw, tmp_path):
    folder = raw(rows="a,C1,0.5,0.5,n.k.,2020\n")
    old = "language: en   # mine\nmissing_values: [zz]\n# kept\nyears: 2019-2021\n"
    (folder / "dataset.yaml").write_text(old)
    target, settings = fixed(jiqun, folder, tmp_path)
    text = target.read_text("utf-8")
    assert text.startswith("language: en   # mine\n# kept\nyears: 2019-2021\n")
    assert settings["missing_values"] == ["zz", "n.k."]
    assert (folder / "dataset.yaml").read_text() == old


def test_no_file_is_replaced_without_force(jiqun, raw):
    folder = raw(rows="a,C1,0.5,0.5,n.k.,2020\n")
    code, _, err = jiqun("check", folder, "--fix", folder)
    assert code == 2
    assert "dataset.yaml is there already" in err
    code, _, _ = jiqun("check", folder, "--fix", folder, "--force")
    assert code == 0
    assert "n.k." in (folder / "dataset.yaml").read_text()


def test_the_exit_code_is_that_of_the_new_settings(jiqun, raw, tmp_path):
    # 20 of 118 rows are rejected: without the setting the dataset stops.
    folder = raw(rows="".join(f"f{i},C1,0.5,0.5,-9,2020\n" for i in range(20)))
    assert jiqun("check", folder)[0] == 2
    target, _ = fixed(jiqun, folder, tmp_path)
    assert jiqun("check", folder, "--settings", target)[0] == 0


def test_comments_say_why_in_the_language_of_the_dataset(jiqun, raw, tmp_path):
    folder = raw(rows="a,C1,0.5,0.5,n.k.,2020\n", language="zh-Hant")
    target, _ = fixed(jiqun, folder, tmp_path)
    assert "似表示未知" in target.read_text("utf-8")


def test_points_that_a_datum_brings_onto_the_map_have_one(jiqun, raw, tmp_path, findings):
    import numpy as np

    from geo.datum import gcj02_from_wgs84

    # A town of some 400 m; GCJ-02 is shifted by more than that, BD-09 by twice as much.
    rng = np.random.default_rng(5)
    x, y = 116.4 + rng.uniform(-0.002, 0.002, 40), 39.9 + rng.uniform(-0.002, 0.002, 40)
    corners = ("116.397 39.897", "116.403 39.897", "116.403 39.903", "116.397 39.903")
    square = f"POLYGON (({', '.join([*corners, corners[0]])}))"
    folder = raw()
    (folder / "regions.csv").write_text(f'region_id,geometry\nA,"{square}"\n')
    rows = "".join(
        f"f{i},C1,{a:.6f},{b:.6f},1,2020\n"
        for i, (a, b) in enumerate(zip(*gcj02_from_wgs84(x, y), strict=True))
    )
    (folder / "firms.csv").write_text(
        "firm_id,industry,longitude,latitude,employment,year\n" + rows
    )
    target, settings = fixed(jiqun, folder, tmp_path)
    assert settings["datum"] == {"firms": "GCJ-02"}
    assert findings(folder, target) == ()


def test_classes_of_size_are_read_as_ranges(jiqun, raw, tmp_path, findings):
    folder = raw(rows="a,C1,0.5,0.5,10-19,2020\nb,C1,0.5,0.5,500+,2020\n")
    target, settings = fixed(jiqun, folder, tmp_path)
    assert settings["ranges"] == ["firms.employment"]
    assert findings(folder, target) == ()


def test_every_proposal_stands_there_as_it_would_in_the_file(jiqun, raw):
    _, out, _ = jiqun("check", raw(rows="a,C1,0.5,0.5,n.k.,2020\n"))
    assert "`--fix FILE` writes them" in out
    assert "+ missing_values: [n.k.]" in out
