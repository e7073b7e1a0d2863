import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest
import yaml

from geo.worlds import sized_recipe, world, write_world
from tests.postgresql import PASSWORD

ENDED = {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}
ROOT = Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def await_port(port):
    for _ in range(400):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    message = f"nothing answers on port {port}"
    raise TimeoutError(message)


class Deployment:
    """An instance as deploy/dagster.yaml has it, with a raw and a results folder of its own."""

    def __init__(self, folder, server, database):
        self.home, self.raw, self.out = folder / "home", folder / "raw", folder / "out"
        self.home.mkdir()
        self.port = free_port()
        shutil.copy(ROOT / "deploy" / "dagster.yaml", self.home)
        workspace = (ROOT / "deploy" / "workspace.yaml").read_text("utf-8")
        here = workspace.replace("host: jiqun", "host: localhost")
        (self.home / "workspace.yaml").write_text(here.replace("4000", str(self.port)))
        self.environment = {
            **os.environ,
            "DAGSTER_HOME": str(self.home),
            "DAGSTER_POSTGRES_HOST": "127.0.0.1",
            "DAGSTER_POSTGRES_PORT": str(server.port),
            "DAGSTER_POSTGRES_USER": "jiqun",
            "DAGSTER_POSTGRES_PASSWORD": PASSWORD,
            "DAGSTER_POSTGRES_DB": database,
            "JIQUN_RAW": str(self.raw),
            "JIQUN_OUT": str(self.out),
        }

    def command(self, program, *words):
        """The words of a program that stands beside this Python."""
        return [Path(sys.executable).parent / program, *words]

    @contextlib.contextmanager
    def running(self, program, *words):
        """A process of the deployment, with its log in the home; stopped at the end."""
        with (self.home / f"{program}.log").open("w") as log:
            process = subprocess.Popen(
                self.command(program, *words),
                cwd=self.home,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()

    def call(self, program, *words):
        return self.call_any(*self.command(program, *words))

    def call_any(self, *words):
        done = subprocess.run(
            words,
            cwd=self.home,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def deployment(server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("deployment")
    made = Deployment(folder, server, server.new_database(name="dagster", postgis=False))
    write_world(world(sized_recipe("small"), seed=3), made.raw)
    return made


@pytest.fixture(scope="module")
def instance(deployment):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in deployment.environment.items():
            patch.setenv(name, value)
        with dg.DagsterInstance.from_config(str(deployment.home)) as opened:
            yield opened


def start_of_the_image():
    text = (ROOT / "deploy" / "Containerfile").read_text("utf-8")
    return yaml.safe_load(re.search(r"^CMD (.*)$", text, flags=re.MULTILINE)[1])


def worker_of(instance, run_id):
    """Number of the process that carries out a run, once it has begun."""
    for entry in instance.all_logs(run_id):
        event = entry.dagster_event
        if event and event.message and event.message.startswith("Started process for run"):
            return int(event.engine_event_data.metadata["pid"].value)
    return None


@pytest.fixture(scope="module")
def code_location(deployment, instance):
    """The server that runs are processes of, as the image starts it."""
    words = list(start_of_the_image())
    words[words.index("--host") + 1] = "127.0.0.1"
    words[words.index("--port") + 1] = str(deployment.port)
    with deployment.running(*words) as process:
        await_port(deployment.port)
        yield process
        # A server ends when its runs have; those that a test leaves behind are not waited for.
        for run in instance.get_runs():
            if run.status not in ENDED and (worker := worker_of(instance, run.run_id)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
