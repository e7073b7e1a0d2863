"""What starts runs, and that one at a time writes to a results folder."""

import json
import os
import shutil

import dagster as dg
import pytest

from pipelines.automation import raw_folder_changed
from pipelines.resources import Places, chosen_places
from pipelines.results import OutputBusyError, locked

pytestmark = pytest.mark.filterwarnings("ignore:.*currently in beta")


@pytest.fixture
def raw(small_world, tmp_path):
    return shutil.copytree(small_world, tmp_path / "raw")


def tick(raw, cursor):
    """What the sensor does with a folder, and its next cursor."""
    context = dg.build_sensor_context(
        cursor=cursor, resources={"places": Places(raw=str(raw), out="nowhere")}
    )
    return raw_folder_changed(context), context.cursor


def test_a_new_folder_is_used_at_the_second_tick_that_sees_it_alike(raw):
    first, cursor = tick(raw, None)
    assert isinstance(first, dg.SkipReason)
    second, cursor = tick(raw, cursor)
    assert isinstance(second, dg.RunRequest)
    assert isinstance(tick(raw, cursor)[0], dg.SkipReason)


def test_a_folder_that_is_still_being_copied_starts_nothing(raw):
    whole = (raw / "firms.parquet").read_bytes()
    cursor = None
    for share in (1, 2, 3):
        (raw / "firms.parquet").write_bytes(whole[: len(whole) * share // 4])
        found, cursor = tick(raw, cursor)
        assert isinstance(found, dg.SkipReason)


def test_what_is_no_table_starts_nothing(raw):
    _, cursor = tick(raw, None)
    _, cursor = tick(raw, cursor)
    os.utime(raw / "README.md", (1, 1))
    (raw / "truth.csv").unlink()
    found, after = tick(raw, cursor)
    assert isinstance(found, dg.SkipReason)
    assert after == cursor


def test_data_that_go_back_to_what_they_were_are_classified_again(raw):
    table, times = raw / "industries.csv", []
    cursor = None
    for moment in (1, 2, 1):
        os.utime(table, (moment, moment))
        _, cursor = tick(raw, cursor)
        found, cursor = tick(raw, cursor)
        times.append(found.run_key if isinstance(found, dg.RunRequest) else "skipped")
    assert times == [None, None, None]


def test_a_folder_that_is_gone_is_told_of_and_not_forgotten(raw):
    shutil.rmtree(raw)
    found, cursor = tick(raw, json.dumps(["old", "old"]))
    assert isinstance(found, dg.SkipReason)
    assert "cannot be used" in found.skip_message
    assert json.loads(cursor) == ["old", "old"]


def test_a_tick_reads_no_table(raw):
    # What is in it would be refused; the run says so, not the sensor.
    (raw / "firms.parquet").write_bytes(b"no table")
    _, cursor = tick(raw, None)
    assert isinstance(tick(raw, cursor)[0], dg.RunRequest)


@pytest.fixture
def tables(tmp_path):
    """What the assets of the UI store by, with a results folder of its own."""
    from pipelines.definitions import defs, tables_of_one_run

    assert defs.resources["io_manager"] is tables_of_one_run
    return {
        "tables": tables_of_one_run,
        "places": chosen_places.configured({"out": str(tmp_path)}),
    }


def test_a_run_of_the_ui_holds_the_results_folder(tmp_path, tables):
    with dg.build_resources(tables) as held:
        assert held.tables.folder == tmp_path / ".jiqun" / "tables"
        with pytest.raises(OutputBusyError), locked(tmp_path):
            pass
    with locked(tmp_path):
        pass


def test_a_run_of_the_ui_is_refused_where_another_holds_the_folder(tmp_path, tables):
    with (
        locked(tmp_path),
        pytest.raises(dg.DagsterResourceFunctionError) as refused,
        dg.build_resources(tables),
    ):
        pass
    assert isinstance(refused.value.__cause__, OutputBusyError)


def chosen(years):
    with dg.build_resources({"places": chosen_places.configured({"years": years})}) as made:
        return made.places


def test_years_are_chosen_in_the_launchpad():
    assert chosen("").years is None
    assert chosen("2019-2023").years == (2019, 2023)
    assert chosen("2021").years == (2021, 2021)


def test_assets_say_what_columns_they_will_have_before_anything_has_run():
    from geo.schema import RESULT_TABLES
    from pipelines.definitions import assets

    specs = {spec.key.to_user_string(): spec for asset in assets for spec in asset.specs}
    told = {name: spec.metadata.get("dagster/column_schema") for name, spec in specs.items()}
    columns = {
        name: [column.name for column in schema.columns]
        for name, schema in told.items()
        if schema is not None
    }
    assert columns == {
        name: list(RESULT_TABLES[name].names) for name in RESULT_TABLES if name in specs
    }
    assert "region_industry_classification" in columns


def test_nothing_is_cut_into_partitions_that_data_could_lack():
    from pipelines.definitions import assets

    assert not [asset for asset in assets if asset.partitions_def is not None]
