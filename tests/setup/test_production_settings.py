"""The production settings refuse to start half configured, and pass Django's own checks without a warning."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def complete() -> dict[str, str]:
    lines = (ROOT / "tests/setup/production.env").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    return {**kept, **given, "DJANGO_SETTINGS_MODULE": "asylum_portal.settings.production"}


def load(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import asylum_portal.settings.production"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_with_everything_given_they_load() -> None:
    loaded = load(complete())
    assert loaded.returncode == 0, loaded.stderr


@pytest.mark.parametrize(
    "name",
    [
        "SECRET_KEY",
        "FIELD_KEYS",
        "DOCUMENT_KEYS",
        "DATABASE_URL",
        "REDIS_URL",
        "PORTAL_URL",
        "ALLOWED_HOSTS",
        "EMAIL_HOST",
    ],
)
def test_without_a_value_they_refuse_and_name_it(name: str) -> None:
    # Compose passes an empty text for what is not filled in, a shell passes nothing: both must be refused.
    environment = complete() | {name: ""}
    if name in {"SECRET_KEY", "PORTAL_URL"}:
        del environment[name]
    loaded = load(environment)
    assert loaded.returncode != 0
    last = loaded.stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in last
    assert name in last


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"DEBUG": "1"}, "DEBUG"),
        ({"DEBUG": "True"}, "DEBUG"),
        ({"DEBUG": "on"}, "DEBUG"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "portal.example,*"}, "ALLOWED_HOSTS"),
        ({"PORTAL_URL": "https://another.example"}, "PORTAL_URL"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
    ],
)
def test_what_would_be_unsafe_is_refused(changed: dict[str, str], words: str) -> None:
    loaded = load(complete() | changed)
    assert loaded.returncode != 0
    last = loaded.stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in last
    assert words in last
    assert "short" not in last or "shorter" in last


def test_the_deployment_checks_have_no_warning() -> None:
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=complete(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
