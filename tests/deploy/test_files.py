"""What the files of a deployment name is there, and they agree with each other."""

import functools
import importlib.util
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.deploy.conftest import ROOT

DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
DOCUMENT = (ROOT / "docs" / "operating.md").read_text("utf-8")


def read(name):
    return yaml.safe_load((DEPLOY / name).read_text("utf-8"))


COMPOSE_FILE = DEPLOY / "compose.yaml"
COMPOSE, HELM, INSTANCE = (
    read(name) for name in ("compose.yaml", "helm-values.yaml", "dagster.yaml")
)
SERVICES = COMPOSE["services"]
CONTAINERFILE = (DEPLOY / "Containerfile").read_text("utf-8").replace("\\\n", " ")
IMAGE = dict(
    re.findall(r"(\w+)=(\S+)", re.search(r"^ENV (.*)$", CONTAINERFILE, flags=re.MULTILINE)[1])
)
START = yaml.safe_load(re.search(r"^CMD (.*)$", CONTAINERFILE, flags=re.MULTILINE)[1])
(CODE,) = HELM["dagster-user-deployments"]["deployments"]


def instructions(word):
    return re.findall(rf"^{word} (.*)$", CONTAINERFILE, flags=re.MULTILINE)


def versions(lock):
    return dict(re.findall(r"^([\w.-]+)(?:\[\w+\])?==([^ ;]+)", lock.read_text(), re.MULTILINE))


@functools.cache
def help_of(*words):
    done = subprocess.run([BIN / words[0], *words[1:], "--help"], capture_output=True, check=True)
    return done.stdout.decode()


def assert_known(words):
    """That a command is there and has the options that are used."""
    names = [w for w in words if not w.startswith("-")]
    depth = {"dagster": 3 if names[1] in GROUPS else 2, "jiqun": 2}.get(names[0], 1)
    told = help_of(*(BASES.get(names[0], names[:depth])))
    for word in words:
        if word.startswith("-"):
            assert re.search(rf"(?<![\w-]){re.escape(word.split('=')[0])}(?![\w-])", told), word


GROUPS = {"code-server", "instance", "schedule", "sensor", "job"}
BASES = {"dagster-daemon": ["dagster-daemon", "run"]}


def commands(kind):
    """Commands of the page in blocks of a kind, without comments."""
    blocks = re.findall(rf"^```{kind}\n(.*?)^```", DOCUMENT, flags=re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines]


OURS = [
    [word for word in words if not re.match(r"[A-Z]+=", word)]
    for kind in ("sh", "sh-help", "sh-with-results")
    for words in commands(kind)
    if not words[0].startswith("pg_")
]


@pytest.mark.parametrize("words", OURS, ids=lambda words: " ".join(words[:3]))
def test_commands_of_the_page_are_there_with_their_options(words):
    assert_known(words)


@pytest.mark.parametrize(
    "words", [START, *(s["command"] for s in SERVICES.values() if "command" in s)],
    ids=lambda words: words[0],
)  # fmt: skip
def test_commands_of_containers_are_there_with_their_options(words):
    assert_known(words)


def test_an_option_that_is_not_there_is_found():
    with pytest.raises(AssertionError):
        assert_known(["dagster-webserver", "--hosts", "127.0.0.1"])


def test_the_compose_file_is_one():
    done = subprocess.run(
        [
            BIN / "check-jsonschema",
            "--builtin-schema",
            "vendor.compose-spec",
            DEPLOY / "compose.yaml",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_what_the_image_copies_is_there_and_not_ignored():
    kept = {
        line[1:] for line in (ROOT / ".containerignore").read_text().splitlines() if line[:1] == "!"
    }
    sources = [
        word
        for line in instructions("COPY")
        if not line.startswith("--from")
        for word in line.split()[:-1]
    ]
    assert "deploy/dagster.yaml" in sources
    for source in sources:
        assert (ROOT / source).exists()
        assert source.split("/")[0] in kept


def test_the_image_is_run_by_a_user_without_rights_and_by_the_python_that_is_tested():
    assert instructions("USER") == ["1000"]
    assert CODE["podSecurityContext"] == {"runAsNonRoot": True, "fsGroup": 1000}
    of = {re.match(r"\S+python:(\d\.\d+)-slim", line)[1] for line in instructions("FROM")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert of == {project["tool"]["mypy"]["python_version"]}


def test_the_variables_of_the_instance_are_set_where_it_is_used():
    parts = INSTANCE["storage"]["postgres"]["postgres_db"].values()
    needed = {part["env"] for part in parts}
    for name in ("jiqun", "webserver", "daemon"):
        assert needed == set(SERVICES[name]["environment"])
    postgres = SERVICES["postgres"]["environment"]
    ours = SERVICES["jiqun"]["environment"]
    assert ours["DAGSTER_POSTGRES_HOST"] in SERVICES
    for part in ("USER", "PASSWORD", "DB"):
        assert postgres[f"POSTGRES_{part}"] == ours[f"DAGSTER_POSTGRES_{part}"]
    example = (DEPLOY / ".env.example").read_text()
    asked = re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text())
    assert {f"{name}=" for name in asked} <= set(example.splitlines())


def test_the_variables_of_the_image_are_those_that_the_code_reads():
    code = (ROOT / "pipelines" / "resources.py").read_text("utf-8")
    assert set(re.findall(r'"(JIQUN_\w+)"', code)) == {n for n in IMAGE if n.startswith("JIQUN")}
    for name in [*IMAGE, *SERVICES["jiqun"]["environment"]]:
        assert name in DOCUMENT or name.replace("DAGSTER_POSTGRES", "") in DOCUMENT


@pytest.mark.parametrize(
    "paths",
    [
        [
            volume.split(":")[1 if "}" not in volume else -2]
            for volume in SERVICES["jiqun"]["volumes"]
        ],
        [mount["mountPath"] for mount in CODE["volumeMounts"]],
    ],
    ids=["compose", "helm"],
)
def test_volumes_stand_where_the_image_looks(paths):
    assert {IMAGE["JIQUN_RAW"], IMAGE["JIQUN_OUT"]} < set(paths)
    assert all(IMAGE[n].startswith(paths[2]) for n in ("NUMBA_CACHE_DIR", "MPLCONFIGDIR"))
    made = CONTAINERFILE.split("install --directory")[1].split("\nCOPY")[0].split()
    assert all(path in made for path in paths)


def test_what_runs_print_is_kept_where_the_webserver_reads_it():
    kept = f"logs:{IMAGE['DAGSTER_HOME']}/storage"
    assert all(kept in SERVICES[name]["volumes"] for name in ("jiqun", "webserver", "daemon"))


def test_the_code_location_is_found_where_it_serves():
    (server,) = read("workspace.yaml")["load_from"]
    served = dict(zip(START[3::2], START[4::2], strict=True))
    assert server["grpc_server"]["host"] in SERVICES
    assert str(server["grpc_server"]["port"]) == served["--port"] == str(CODE["port"])
    assert CODE["codeServerArgs"] == ["--module-name", served["--module-name"]]
    assert importlib.util.find_spec(served["--module-name"])
    assert_known([*START[:3], *CODE["codeServerArgs"]])


def test_the_ui_is_on_the_loopback_address_alone():
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:3000:3000"]
    assert "127.0.0.1:3000" in (DEPLOY / "Caddyfile").read_text()


def test_the_cluster_queues_and_tries_again_as_the_instance_does():
    daemon = HELM["dagsterDaemon"]
    queue = daemon["runCoordinator"]["config"]["queuedRunCoordinator"]
    assert queue["maxConcurrentRuns"] == INSTANCE["concurrency"]["runs"]["max_concurrent_runs"]
    retries = INSTANCE["run_retries"]
    assert daemon["runRetries"] == {
        "enabled": retries["enabled"],
        "maxRetries": retries["max_retries"],
        "retryOnAssetOrOpFailure": retries["retry_on_asset_or_op_failure"],
    }
    longest = daemon["runMonitoring"]["maxRuntimeSeconds"]
    assert longest == INSTANCE["run_monitoring"]["max_runtime_seconds"]


def test_versions_are_those_of_the_lock_file():
    tested, shipped = versions(ROOT / "requirements.lock"), versions(DEPLOY / "requirements.lock")
    both = set(tested) & set(shipped)
    assert {"dagster", "dagster-webserver", "dagster-postgres", "psycopg"} <= both
    assert {name: shipped[name] for name in both} == {name: tested[name] for name in both}
    assert shipped["dagster-k8s"] == shipped["dagster-postgres"]
    chart = re.findall(r"--version (\S+)", (DEPLOY / "helm-values.yaml").read_text("utf-8"))
    assert chart == [tested["dagster"]]
    assert "pytest" not in shipped


def test_the_page_and_the_files_link_to_what_is_there():
    links = re.findall(r"\]\((\.\./[^)]+)\)", DOCUMENT)
    assert len(links) > 4
    assert all((ROOT / "docs" / link).exists() for link in links)
