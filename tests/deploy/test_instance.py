"""A deployment as it runs: storage in PostgreSQL, sensor, queue, and a second try after a crash."""

import contextlib
import json
import os
import signal
import time
import urllib.request
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from geo.schema import RESULT_TABLES
from pipelines.automation import _fingerprint
from tests.deploy.conftest import ENDED, free_port, worker_of
from tests.deploy.test_files import SERVICES

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

YEARS = [2019, 2020, 2021, 2022]  # of the small country
WORKSPACE = ("-w", "workspace.yaml")


def test_runs_and_events_are_stored_in_postgresql(deployment, server):
    deployment.call(
        "dagster",
        "asset",
        "materialize",
        "--select",
        "profile_rules",
        "-m",
        "pipelines.definitions",
    )
    database = deployment.environment["DAGSTER_POSTGRES_DB"]
    ((run, status),) = server.ask(database, "SELECT run_id, status FROM runs")
    assert status == "SUCCESS"
    stored = server.ask(
        database, f"SELECT asset_key FROM event_logs WHERE run_id = '{run}' AND asset_key <> ''"
    )
    assert {json.loads(key)[0] for (key,) in stored} == {"profile_rules"}
    # Nothing but the settings is kept on the disk of one machine.
    assert not list(deployment.home.rglob("*.db"))


@pytest.fixture(scope="module")
def daemon(deployment, code_location):
    assert code_location.poll() is None
    with deployment.running(*SERVICES["daemon"]["command"]) as process:
        yield process


@pytest.fixture(scope="module")
def webserver(deployment, code_location):
    """Address of the UI, as its container starts it."""
    assert code_location.poll() is None
    words = list(SERVICES["webserver"]["command"])
    port = free_port()
    words[words.index("--host") + 1] = "127.0.0.1"
    words[words.index("--port") + 1] = str(port)
    with deployment.running(*words):
        yield f"http://127.0.0.1:{port}"


def seen(condition, seconds):
    """What `condition` finds within some seconds, or nothing."""
    for _ in range(seconds * 4):
        found = condition()
        if found:
            return found
        time.sleep(0.25)
    return None


def launch(deployment, instance):
    """Ask for a run; it is queued."""
    known = {run.run_id for run in instance.get_runs()}
    deployment.call("dagster", "job", "launch", "-j", "classify", *WORKSPACE)
    (fresh,) = {run.run_id for run in instance.get_runs()} - known
    return fresh


def status(instance, run_id):
    return instance.get_run_by_id(run_id).status


def retries(instance, run_id):
    return instance.get_runs(filters=dg.RunsFilter(tags={"dagster/parent_run_id": run_id}))


@pytest.fixture(scope="module")
def refused(deployment, instance, daemon):
    """A run on a dataset that cannot be used."""
    away = deployment.raw.with_name("firms.parquet")
    (deployment.raw / "firms.parquet").rename(away)
    run = launch(deployment, instance)
    assert seen(lambda: status(instance, run) in ENDED, 60)
    assert daemon.poll() is None
    away.rename(deployment.raw / "firms.parquet")
    return run


def test_a_dataset_that_is_refused_is_not_tried_again(instance, refused):
    assert status(instance, refused) is dg.DagsterRunStatus.FAILURE
    tags = instance.get_run_by_id(refused).tags
    assert tags["dagster/failure_reason"] == "STEP_FAILURE"
    assert tags["dagster/will_retry"] == "false"


@pytest.fixture(scope="module")
def by_sensor(deployment, instance, refused):
    """The run that the sensor asks for when the raw folder lies still."""
    known = {run.run_id for run in instance.get_runs()}
    assert refused in known
    # As though a tick had seen the folder before: the second comes a minute later.
    cursor = json.dumps([None, _fingerprint(Path(deployment.raw))])
    deployment.call(
        "dagster", "sensor", "cursor", "raw_folder_changed", "--set", cursor, *WORKSPACE
    )
    deployment.call("dagster", "sensor", "start", "raw_folder_changed", *WORKSPACE)
    found = seen(lambda: {run.run_id for run in instance.get_runs()} - known, 45)
    assert found, (deployment.home / "dagster-daemon.log").read_text("utf-8")[-5000:]
    (run,) = found
    return run


@pytest.fixture(scope="module")
def second(deployment, instance, by_sensor):
    """A run that is asked for while that of the sensor is under way."""
    assert seen(lambda: status(instance, by_sensor) is dg.DagsterRunStatus.STARTED, 30)
    return launch(deployment, instance)


def test_a_second_run_waits_until_the_first_has_ended(instance, by_sensor, second):
    while (first := status(instance, by_sensor)) not in ENDED:
        # Read after the first, which may end in between.
        if status(instance, second) is not dg.DagsterRunStatus.QUEUED:
            assert status(instance, by_sensor) in ENDED
        time.sleep(0.5)
    assert first is dg.DagsterRunStatus.SUCCESS


def test_the_run_of_the_sensor_has_published_its_results(deployment, instance, by_sensor):
    assert seen(lambda: status(instance, by_sensor) in ENDED, 90)
    assert status(instance, by_sensor) is dg.DagsterRunStatus.SUCCESS
    assert instance.get_run_by_id(by_sensor).tags["dagster/sensor_name"] == "raw_folder_changed"
    for name in RESULT_TABLES:
        assert len(pd.read_parquet(deployment.out / f"{name}.parquet").columns)
    record = json.loads((deployment.out / "run.json").read_text("utf-8"))
    assert record["years"] == YEARS


def test_a_run_whose_process_is_killed_is_tried_again_from_the_start(instance, second):
    assert seen(lambda: status(instance, second) is dg.DagsterRunStatus.STARTED, 120)
    os.kill(worker_of(instance, second), signal.SIGKILL)
    assert seen(lambda: status(instance, second) is dg.DagsterRunStatus.FAILURE, 60)
    (again,) = seen(lambda: retries(instance, second), 60)
    assert again.tags["dagster/retry_number"] == "1"
    assert again.step_keys_to_execute is None
    assert seen(lambda: status(instance, again.run_id) is dg.DagsterRunStatus.STARTED, 60)


def asked(webserver, query):
    """Answer of the UI's own interface; webserver is an address of ours."""
    request = urllib.request.Request(  # noqa: S310
        f"{webserver}/graphql",
        json.dumps({"query": query}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        return json.load(answer)["data"]


def test_the_webserver_shows_the_code_location_and_its_runs(webserver, by_sensor):
    def answers():
        with contextlib.suppress(OSError):
            return asked(webserver, "{ version }")

    assert seen(answers, 40)
    location = "{ workspaceOrError { ... on Workspace { locationEntries { name loadStatus } } } }"
    entries = asked(webserver, location)["workspaceOrError"]["locationEntries"]
    assert entries == [{"name": "jiqun", "loadStatus": "LOADED"}]
    runs = asked(webserver, "{ runsOrError { ... on Runs { results { runId } } } }")
    assert by_sensor in {run["runId"] for run in runs["runsOrError"]["results"]}


def test_the_settings_are_in_force(instance):
    storages = (instance.run_storage, instance.event_log_storage, instance.schedule_storage)
    assert all(type(storage).__name__.startswith("Postgres") for storage in storages)
    assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 1
    assert instance.run_retries_max_retries == 2
    assert not instance.run_retries_retry_on_asset_or_op_failure
    assert instance.run_monitoring_enabled
    assert not instance.telemetry_enabled
