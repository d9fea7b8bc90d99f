"""Real PostgreSQL, real Redis and a real Celery worker that is killed: each mail arrives once."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal_settings

from asylum_portal import clock, processes
from asylum_portal.accounts.models import User
from asylum_portal.celery import app
from asylum_portal.notices import actions, tasks
from asylum_portal.notices.mailbox import read_mailbox
from asylum_portal.notices.models import Notice

pytestmark = [pytest.mark.slow(20), pytest.mark.django_db(transaction=True)]

CONCURRENCY = 2


@pytest.fixture
def worker(portal_environment: dict[str, str], tmp_path: Path) -> Iterator[processes.Child]:
    options = f"--concurrency {CONCURRENCY} --loglevel WARNING --without-gossip --without-mingle"
    child = processes.Child(
        [sys.executable, "-m", "celery", "-A", "asylum_portal", "worker", *options.split()],
        name="worker",
        log=tmp_path / "worker.log",
        environment=portal_environment,
        directory=portal_settings.BASE_DIR,
    )
    forget_everything()
    yield child
    child.kill()
    forget_everything()


def broker(ask: Callable[[Any], Any]) -> Any:
    """What Redis answers; its database belongs to this test process alone."""
    with app.connection_for_write() as connection:
        return ask(connection.default_channel.client)


def forget_everything() -> None:
    broker(lambda redis: redis.flushdb())


def wait_until(condition: Callable[[], bool], *, worker: processes.Child, seconds: float = 25) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert worker.running(), worker.log.read_text()[-3000:]
        assert time.monotonic() < end, f"not within {seconds} s\n{worker.log.read_text()[-3000:]}"
        time.sleep(0.01)


def tell_all(readers: list[User], *, first: int, last: int) -> None:
    now = clock.now()
    for number in range(first, last):
        actions.queue(
            recipient=readers[number % len(readers)],
            kind="step_taken",
            key=f"step:{number}",
            context={},
            due_at=now,
            now=now,
            any_hour=True,  # the suite runs at night as well
        )


def test_each_mail_arrives_once_though_the_worker_is_killed_and_redis_forgets(
    make_reader: Callable[..., User], worker: processes.Child, portal_environment: dict[str, str]
) -> None:
    mail = Path(portal_environment["PORTAL_TEST_MAIL_DIR"])
    readers = [make_reader(language=language) for language, _name in portal_settings.LANGUAGES]
    tell_all(readers, first=0, last=200)
    worker.start()
    wait_until(lambda: len(list(mail.glob("*.eml"))) >= 5, worker=worker)
    worker.kill()
    assert Notice.objects.waiting().count() > 20, "the worker was too fast to be killed in the middle"

    tell_all(readers, first=200, last=230)
    forget_everything()
    assert broker(lambda redis: redis.keys("*")) == []

    worker.start()
    # Half a minute passes for those that the killed worker was about to send.
    Notice.objects.waiting().filter(attempts__gt=0).update(next_attempt_at=clock.now())
    tasks.send_due_notices.delay()  # as beat does
    wait_until(lambda: not Notice.objects.waiting().exists(), worker=worker)

    notices = {notice.message_id: notice for notice in Notice.objects.select_related("recipient")}
    letters = read_mailbox(mail, limit=1000)
    assert len(notices) == 230
    assert sorted(letter.message_id for letter in letters) == sorted(notices)
    for letter in letters:
        reader = notices[letter.message_id].recipient
        assert (letter.to, letter.language) == (reader.email, reader.language)
    # Handed over again only if the worker died over it, and then it says so.
    assert {notice.attempts for notice in notices.values() if not notice.perhaps_twice} == {1}
    assert Notice.objects.perhaps_twice().count() <= CONCURRENCY

    written = {path.name: path.stat().st_mtime_ns for path in mail.iterdir()}
    for notice in list(notices.values())[:20]:
        for _time in range(3):
            tasks.send_notice.delay(str(notice.pk))
    tasks.send_due_notices.delay()
    wait_until(lambda: not broker(lambda redis: redis.llen("celery")), worker=worker)
    worker.stop()  # it ends what it has begun
    assert {path.name: path.stat().st_mtime_ns for path in mail.iterdir()} == written
