"""Signs of life of database, broker, worker and beat, for /healthz and the health checks of containers."""

import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from datetime import UTC, datetime
from typing import Any

from celery import shared_task
from celery.signals import after_task_publish, beat_init
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from kombu.exceptions import OperationalError as BrokerError

from asylum_portal.celery import app

logger = logging.getLogger(__name__)

HEARTBEAT = "asylum_portal.health.heartbeat"
# Four beats missed: a worker may be busy with one long batch, and a restart takes a moment.
STALE_SECONDS = 60
ANSWER_WITHIN_SECONDS = 2.5
Report = dict[str, Any]


def _key(name: str) -> str:
    # A cache that is full drops its lowest keys; this one sorts last.
    return f"~sign-of-life:{name}"


def record_sign_of_life(name: str) -> None:
    """Worker or beat is alive at this moment: by the real clock, also where the demo's clock is moved."""
    cache.set(_key(name), time.time(), timeout=None)


@shared_task(name=HEARTBEAT, expires=STALE_SECONDS)
def heartbeat() -> None:
    """Beat sends it every few seconds; the worker that runs it shows that it is alive."""
    record_sign_of_life("worker")


@after_task_publish.connect(sender=HEARTBEAT)
def _beat_has_sent(**_: Any) -> None:
    # Nobody but beat sends this task, so having sent it is beat's own sign of life.
    try:
        record_sign_of_life("beat")
    except (DatabaseError, InterfaceError) as error:
        logger.warning("the database does not take beat's sign of life: %s", type(error).__name__)
    finally:
        # Beat lives for weeks and has no request whose end would drop a broken connection.
        if not connection.in_atomic_block:
            connection.close()


@beat_init.connect
def _first_sign(**_: Any) -> None:
    try:
        heartbeat.apply_async()
    except BrokerError as error:
        logger.warning("the broker does not take the first sign of life: %s", type(error).__name__)


def signs_of_life() -> Report:
    """What database, broker, worker and beat say of themselves; answers in time whatever is gone."""
    pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="health")
    deadline = time.monotonic() + ANSWER_WITHIN_SECONDS
    asked = {"database": pool.submit(_ask_database), "broker": pool.submit(_ask_broker)}
    told = {name: _answer(name, future, deadline) for name, future in asked.items()}
    pool.shutdown(wait=False)
    seen = told["database"] or {}
    report: Report = {
        "database": {"ok": told["database"] is not None},
        "broker": {"ok": told["broker"] is not None},
        "worker": _age(seen.get("worker")),
        "beat": _age(seen.get("beat")),
    }
    well = all(part["ok"] for part in report.values())
    return {"status": "ok" if well else "unwell", **report}


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when all are alive, otherwise 503; the body says which one is not."""
    report = signs_of_life()
    return JsonResponse(report, status=200 if report["status"] == "ok" else 503)


def _ask_database() -> dict[str, float]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return {name: seen for name in ("worker", "beat") if (seen := cache.get(_key(name))) is not None}
    finally:
        connection.close()  # this thread's own


def _ask_broker() -> dict[str, float]:
    options = {"socket_timeout": ANSWER_WITHIN_SECONDS, "socket_connect_timeout": ANSWER_WITHIN_SECONDS}
    with app.connection_for_write(transport_options=options) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=1)
    return {}


def _answer(name: str, future: "Future[dict[str, float]]", deadline: float) -> dict[str, float] | None:
    try:
        return future.result(timeout=max(0.0, deadline - time.monotonic()))
    except TookTooLong:
        logger.warning("health check: the %s does not answer in time", name)
    except Exception as error:  # whatever it is, the answer is that it is not well
        logger.warning("health check: the %s does not answer: %s", name, type(error).__name__)
    return None


def _age(seen: float | None) -> Report:
    if seen is None:
        return {"ok": False, "last_seen": None, "age_seconds": None}
    age = max(0.0, time.time() - seen)
    moment = datetime.fromtimestamp(seen, UTC).isoformat(timespec="seconds")
    return {"ok": age <= STALE_SECONDS, "last_seen": moment, "age_seconds": round(age, 1)}
