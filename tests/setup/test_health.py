"""/healthz tells the truth about database, broker, worker and beat, in time, whatever is gone."""

import json
import time
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from asylum_portal import health
from asylum_portal.celery import app

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_signs_before() -> None:
    cache.clear()


def ask(client: Client) -> tuple[int, dict[str, Any], float]:
    started = time.monotonic()
    response = client.get("/healthz")
    return response.status_code, json.loads(response.content), time.monotonic() - started


@pytest.fixture
def broker_at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Point the health check at another broker."""

    def point(url: str) -> None:
        real = app.connection_for_write
        monkeypatch.setattr(app, "connection_for_write", lambda **options: real(url, **options))

    return point


def test_all_is_well_when_worker_and_beat_were_seen_just_now(client: Client) -> None:
    health.record_sign_of_life("worker")
    health.record_sign_of_life("beat")
    status, report, _ = ask(client)
    assert status == 200
    assert report["status"] == "ok"
    assert report["database"] == {"ok": True}
    assert report["broker"] == {"ok": True}
    assert report["worker"]["ok"] and report["worker"]["age_seconds"] < 5
    assert report["beat"]["last_seen"].endswith("+00:00")


def test_without_any_sign_of_life_worker_and_beat_are_unwell(client: Client) -> None:
    status, report, _ = ask(client)
    assert status == 503
    assert report["worker"] == {"ok": False, "last_seen": None, "age_seconds": None}
    assert report["beat"] == {"ok": False, "last_seen": None, "age_seconds": None}


def test_an_old_sign_of_life_counts_as_none_and_tells_its_age(client: Client) -> None:
    health.record_sign_of_life("beat")
    cache.set(health._key("worker"), time.time() - health.STALE_SECONDS - 1, timeout=None)
    status, report, _ = ask(client)
    assert status == 503
    assert report["worker"]["ok"] is False
    assert report["worker"]["age_seconds"] > health.STALE_SECONDS
    assert report["beat"]["ok"] is True


def test_the_heartbeat_task_is_the_workers_sign_and_not_beats(client: Client) -> None:
    health.heartbeat.apply()
    _, report, _ = ask(client)
    assert report["worker"]["ok"] is True
    assert report["beat"]["ok"] is False


def test_sending_the_heartbeat_is_beats_sign_and_not_the_workers(client: Client) -> None:
    health.heartbeat.apply_async()
    _, report, _ = ask(client)
    assert report["beat"]["ok"] is True
    assert report["worker"]["ok"] is False


@pytest.mark.parametrize(
    "url",
    [
        "redis+socket:///nowhere/redis.sock",
        "redis://127.0.0.1:1/0",
        "redis://:a-password@192.0.2.1:6379/0",  # an address that swallows everything
    ],
)
def test_a_broker_that_is_gone_is_told_within_three_seconds(client: Client, broker_at: Any, url: str) -> None:
    broker_at(url)
    status, report, seconds = ask(client)
    assert status == 503
    assert report["broker"] == {"ok": False}
    assert report["database"] == {"ok": True}
    assert seconds < 3
    assert "a-password" not in json.dumps(report)


@pytest.mark.parametrize("host", ["/nowhere", "192.0.2.1"])
def test_a_database_that_is_gone_is_told_within_three_seconds(client: Client, host: str) -> None:
    gone = {**connection.settings_dict, "HOST": host, "PORT": "1", "PASSWORD": "a-password"}
    before = dict(connection.settings_dict)
    connection.settings_dict.update(gone)
    try:
        status, report, seconds = ask(client)
    finally:
        connection.settings_dict.update(before)
    assert status == 503
    assert report["database"] == {"ok": False}
    assert report["broker"] == {"ok": True}
    assert report["worker"]["ok"] is False
    assert seconds < 3
    assert "a-password" not in json.dumps(report)


def test_the_answer_is_never_kept_by_a_cache_on_the_way(client: Client) -> None:
    assert "no-store" in client.get("/healthz").headers["Cache-Control"]
