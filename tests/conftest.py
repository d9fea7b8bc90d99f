"""Servers, a browser and their addresses for the whole suite."""

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.db import connection

from asylum_portal import embedded, processes

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The tests drive a local page with a browser that must not talk to anyone else.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
_servers: list[embedded.Postgres | embedded.Redis] = []


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers once: before the worker processes of xdist, which find them by the environment."""
    if hasattr(config, "workerinput") or config.option.collectonly or config.option.help:
        return
    suite = portal_settings.SUITE_DIR
    _remove_leftovers(suite.parent)
    # A runner that gives up sends SIGTERM; pytest ends in order only on SIGINT.
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if "DATABASE_URL" not in os.environ:
            _start(embedded.Postgres(suite, throwaway=True))
        if "REDIS_URL" not in os.environ:
            _start(embedded.Redis(suite))
    except processes.ProcessFailed as error:
        _stop(suite)
        pytest.exit(str(error), returncode=3)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        _stop(portal_settings.SUITE_DIR)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The dearest files first, as their `slow` marks say: what begins last must not keep one core waiting."""
    seconds: dict[Path, float] = {}
    for item in items:
        for mark in item.iter_markers("slow"):
            seconds[item.path] = max([seconds.get(item.path, 0), *mark.args])
    items.sort(key=lambda item: -seconds.get(item.path, 0))


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _start(server: embedded.Postgres | embedded.Redis) -> None:
    _servers.append(server)
    server.start()


def _stop(suite: Path) -> None:
    started = bool(_servers)
    while _servers:
        _servers.pop().stop()
    if started:
        embedded.remove(suite)


def _remove_leftovers(folder: Path) -> None:
    """Remove the directories of runs that were killed before they could clean up."""
    for state in folder.glob("[0-9]*") if folder.is_dir() else ():
        try:
            os.kill(int(state.name), 0)
        except ProcessLookupError:
            embedded.remove(state)
        except PermissionError:
            pass


@pytest.fixture
def portal_environment(tmp_path: Path, settings: Any) -> dict[str, str]:
    """Environment for a process of the portal (worker, command) on this test's database and broker.

    The process sees committed rows only: use it with transactional_db.
    """
    database = connection.settings_dict
    address = embedded.postgres_url(
        user=database["USER"],
        password=database["PASSWORD"],
        host=database["HOST"],
        port=database["PORT"],
        database=database["NAME"],
    )
    mail = tmp_path / "mail"
    mail.mkdir(exist_ok=True)
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "asylum_portal.settings.test",
        "DATABASE_URL": address,
        "REDIS_URL": settings.REDIS_URL,
        "PORTAL_TEST_MEDIA": str(settings.MEDIA_ROOT),
        "PORTAL_TEST_MAIL_DIR": str(mail),
    }


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The machine's Chromium; without one the browser tests are skipped, in CI they fail."""
    named = os.environ.get("CHROMIUM", "")
    for candidate in (named,) if named else CHROMIUM_NAMES:
        if found := shutil.which(candidate):
            return found
    words = "no Chromium on this machine: install chromium, or name it in CHROMIUM, to run the browser tests"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(words)
    pytest.skip(words)


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Any]:
    """One headless Chromium for the session; each test opens a context of its own."""
    from playwright.sync_api import sync_playwright

    # Playwright runs an event loop in this thread, in which Django would refuse the database.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_ARGUMENTS)
        yield chromium
        with contextlib.suppress(Exception):  # a browser that a test has crashed
            chromium.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
