import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from geo.worlds import sized_recipe, world, write_world
from tests.postgresql import PASSWORD

ROOT = Path(__file__).resolve().parents[2]


class Deployment:
    """An instance as deploy/dagster.yaml has it, with a raw and a results folder of its own."""

    def __init__(self, folder, server, database):
        self.home, self.raw, self.out = folder / "home", folder / "raw", folder / "out"
        self.home.mkdir()
        shutil.copy(ROOT / "deploy" / "dagster.yaml", self.home)
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

    def call(self, program, *words):
        done = subprocess.run(
            self.command(program, *words),
            cwd=ROOT,
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
    made = Deployment(folder, server, server.new_database(postgis=False))
    write_world(world(sized_recipe("small"), seed=3), made.raw)
    return made
