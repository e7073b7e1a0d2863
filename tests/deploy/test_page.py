"""The commands of docs/operating.md that need no container do what the page says."""

import pytest

from tests.deploy.test_files import commands
from tests.postgresql import PASSWORD, programs

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def test_the_commands_of_the_page_in_their_order(
    deployment, server, instance, code_location, monkeypatch
):
    assert code_location.poll() is None
    for name, value in {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(server.port),
        "PGUSER": "jiqun",
        "PGPASSWORD": PASSWORD,
    }.items():
        monkeypatch.setitem(deployment.environment, name, value)
    told = {}
    for words in commands("sh"):
        if words[0].startswith("pg_"):
            deployment.call_any(programs() / words[0], *words[1:])
        else:
            told[" ".join(words[:3])] = deployment.call(*words)
    assert "run_storage: PostgresRunStorage" in told["dagster instance info"]
    assert "dagster instance migrate" in told
    started = {s.instigator_name: s.status.value for s in instance.all_instigator_state()}
    assert started == {"monthly": "RUNNING", "raw_folder_changed": "RUNNING"}
    # What was dumped has come back: the run that was asked for by hand, with its years.
    (run,) = instance.get_runs()
    assert run.run_config["resources"]["places"]["config"]["years"] == "2019-2022"
    assert run.tags["dagster/retry_strategy"] == "ALL_STEPS"
