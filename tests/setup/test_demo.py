"""The demo as a person at the keyboard meets it: one command up, one key down, nothing left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import pytest

from asylum_portal import embedded
from asylum_portal.accounts.models import PARTNER_ROLES

ROOT = Path(__file__).resolve().parents[2]
NOT_PASSED_ON = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PORT", "HOST", "PORTAL_STATE_DIR"}

pytestmark = pytest.mark.slow(150)


@dataclass
class Running:
    """A demo in a state directory and at a port of its own."""

    state: Path
    port: int
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/"

    def environment(self, **changed: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if key not in NOT_PASSED_ON}
        return {**kept, "PORTAL_STATE_DIR": str(self.state), "PORT": str(self.port), **changed}

    def command(self, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "asylum_portal.demo", *arguments],
            cwd=ROOT,
            env=self.environment(**changed),
            capture_output=True,
            text=True,
            timeout=60,
        )

    def start(self) -> None:
        (self.state / "demo.json").unlink(missing_ok=True)  # of one that was killed
        self.process = subprocess.Popen(
            [sys.executable, "-m", "asylum_portal.demo"],
            cwd=ROOT,
            env=self.environment(),
            stdout=(self.state.parent / "said.txt").open("a"),
            stderr=subprocess.STDOUT,
            text=True,
        )
        wait_until(
            (self.state / "demo.json").exists, seconds=240, ended=lambda: self.process.poll() is not None
        )

    def children(self) -> list[psutil.Process]:
        assert self.process
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, words: str) -> psutil.Process:
        assert self.process
        direct = psutil.Process(self.process.pid).children()
        return next(child for child in direct if words in " ".join(child.cmdline()))

    def said(self) -> str:
        return (self.state.parent / "said.txt").read_text()

    def health(self) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(self.url + "healthz", timeout=10) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            return json.load(error)
        except OSError:
            return {"status": "no answer"}

    def count(self, table: str) -> int:
        sockets = str(embedded.socket_dir(self.state))
        connection = psycopg2.connect(host=sockets, port=5432, user="portal", dbname="portal")
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {table}")
                return cursor.fetchone()[0]
        finally:
            connection.close()

    def stop(self, *, by: signal.Signals = signal.SIGTERM) -> int:
        assert self.process
        self.process.send_signal(by)
        return self.process.wait(timeout=60)


def wait_until(condition: Any, *, seconds: float, ended: Any = lambda: False) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert not ended(), "the demo has ended"
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.2)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(state=tmp_path_factory.mktemp("demo") / ".portal", port=free_port())
    running.start()
    yield running
    if running.process and running.process.poll() is None:
        running.stop()
    embedded.remove(running.state)


def test_it_is_well_and_has_said_where_and_for_whom(demo: Running) -> None:
    assert demo.health()["status"] == "ok"
    told = json.loads((demo.state / "demo.json").read_text())
    assert told["url"] == demo.url
    assert told["accounts"]
    for account in told["accounts"]:
        assert set(account) >= {"role", "username", "password", "language", "case"}
        assert account["username"] in demo.said()
        assert (account["password"] or account["card_code"]) in demo.said()
    roles = [account["role"] for account in told["accounts"]]
    assert {"applicant", "lawyer", "caseworker", *PARTNER_ROLES} <= set(roles)
    assert "applicant" not in roles[: roles.index("municipality")], "those at work come first"
    assert demo.url in demo.said()
    with urllib.request.urlopen(demo.url, timeout=10) as page:
        assert page.status == 200


def test_a_second_start_and_a_reset_are_refused_with_one_line(demo: Running) -> None:
    second = demo.command(PORT=str(free_port()))
    assert second.returncode == 1
    assert second.stdout.splitlines() == [
        f"The portal runs already at {demo.url} (process {demo.process.pid})."
    ]
    assert second.stderr == ""
    reset = demo.command("reset")
    assert reset.returncode == 1
    assert len(reset.stdout.splitlines()) == 1
    assert demo.health()["status"] == "ok"


def test_a_port_that_is_taken_is_one_line(demo: Running, tmp_path: Path) -> None:
    other = demo.command(PORTAL_STATE_DIR=str(tmp_path / ".portal"))
    assert other.returncode == 1
    assert len(other.stdout.splitlines()) == 1
    assert f"Port {demo.port} is taken" in other.stdout
    assert other.stderr == ""


@pytest.mark.parametrize("port", ["0", "65536", "eight", "-1"])
def test_a_port_that_is_none_is_one_line(demo: Running, port: str) -> None:
    refused = demo.command(PORT=port)
    assert refused.returncode == 1
    assert len(refused.stdout.splitlines()) == 1
    assert "PORT" in refused.stdout


@pytest.mark.parametrize(
    "part",
    [
        "gunicorn",
        "celery -A asylum_portal worker",
        "celery -A asylum_portal beat",
        "redis-server",
        "bin/postgres",
    ],
)
def test_a_part_that_is_killed_is_started_again(demo: Running, part: str) -> None:
    victim = demo.child(part)
    killed_at = time.time()
    victim.kill()
    wait_until(lambda: not victim.is_running() or victim.status() == psutil.STATUS_ZOMBIE, seconds=10)

    def healed() -> bool:
        report = demo.health()
        if report["status"] != "ok":
            return False
        # Worker and beat count as healed when they have shown themselves after the blow.
        youngest = {name: time.time() - report[name]["age_seconds"] for name in ("worker", "beat")}
        return all(at > killed_at for at in youngest.values())

    wait_until(healed, seconds=60)
    assert demo.child(part).pid != victim.pid


def test_it_ends_without_a_process_left_and_a_second_start_keeps_the_data(demo: Running) -> None:
    before = {table: demo.count(table) for table in ("cases_case", "accounts_user", "procedure_procedure")}
    assert before["cases_case"] >= 40
    family = demo.children()
    assert len(family) >= 8
    assert demo.stop(by=signal.SIGINT) == 0
    _, alive = psutil.wait_procs(family, timeout=5)
    assert not alive
    assert not (demo.state / "demo.json").exists()

    demo.start()
    assert {table: demo.count(table) for table in before} == before
    assert demo.health()["status"] == "ok"


def test_what_a_killed_launcher_leaves_does_not_keep_the_next_one_from_starting(demo: Running) -> None:
    family = demo.children()
    demo.stop(by=signal.SIGKILL)
    demo.start()
    assert demo.health()["status"] == "ok"
    assert not [process for process in family if process.is_running()]


def test_a_reset_removes_everything_it_has_written(demo: Running) -> None:
    assert demo.stop() == 0
    assert demo.command("reset").returncode == 0
    assert list(demo.state.iterdir()) == []
