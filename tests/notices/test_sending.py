"""Each notice goes out once, whatever breaks."""

import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connections, transaction

from asylum_portal.accounts.models import Role, User
from asylum_portal.celery import app
from asylum_portal.notices import actions, doorbell
from asylum_portal.notices.mailbox import FolderBackend, read_mailbox
from asylum_portal.notices.models import Channel, Notice

MakeReader = Callable[..., User]


@pytest.fixture(autouse=True)
def no_quiet_hours(settings: Any) -> None:
    settings.QUIET_HOURS = None


def tell(reader: User, now: datetime, **changes: Any) -> Notice:
    fields: dict[str, Any] = {
        "recipient": reader,
        "kind": "deadline_coming",
        "key": f"deadline:{Notice.objects.count()}:before-07",
        "context": {"due_on": date(2026, 4, 8)},
        "due_at": now,
        "now": now,
    }
    notice = actions.queue(**fields | changes)
    assert notice is not None
    return notice


class Post(socketserver.ThreadingTCPServer):
    """A mail server that first refuses as often as it is told to."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), PostHandler)
        self.refusals = 0
        self.received: list[str] = []


class PostHandler(socketserver.StreamRequestHandler):
    server: Post

    def handle(self) -> None:
        self.say("220 post")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "DATA":
                if self.server.refusals:
                    self.server.refusals -= 1
                    self.say("451 not now, reader1@post.example")
                    continue
                self.say("354 go on")
                text = ""
                while (part := self.rfile.readline().decode()) != ".\r\n":
                    text += part
                self.server.received.append(text)
            self.say("221 bye" if verb == "QUIT" else "250 ok")
            if verb == "QUIT":
                return

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    with Post() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        yield server
        server.shutdown()


@pytest.mark.django_db
def test_a_mail_goes_out_once_and_carries_what_mail_needs(
    make_reader: MakeReader, now: datetime, settings: Any
) -> None:
    reader = make_reader(language="ar")
    notice = tell(reader, now)
    assert actions.send(notice.pk, now=now)
    assert not actions.send(notice.pk, now=now)
    assert not actions.send(notice.pk, now=now + timedelta(days=1))
    notice.refresh_from_db()
    assert (notice.sent_at, notice.language, notice.attempts) == (now, "ar", 1)
    message = mail.outbox[0].message()
    assert len(mail.outbox) == 1
    assert message["To"] == reader.email
    assert message["From"] == settings.DEFAULT_FROM_EMAIL
    assert message["Message-ID"] == notice.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "ar"
    assert message["Date"] == "Wed, 01 Apr 2026 12:00:00 +0000"


@pytest.mark.django_db
def test_the_language_is_that_of_the_reader_at_the_moment_of_sending(
    make_reader: MakeReader, now: datetime
) -> None:
    reader = make_reader(language="nl")
    notice = tell(reader, now)
    User.objects.filter(pk=reader.pk).update(language="ti")
    actions.send(notice.pk, now=now)
    notice.refresh_from_db()
    assert notice.language == "ti"
    assert mail.outbox[0].extra_headers["Content-Language"] == "ti"


@pytest.mark.django_db
def test_nothing_goes_out_before_its_time(make_reader: MakeReader, now: datetime) -> None:
    notice = tell(make_reader(), now, due_at=now + timedelta(minutes=5))
    assert not actions.send(notice.pk, now=now)
    assert actions.send_due(now=now + timedelta(minutes=4)) == 0
    assert actions.send_due(now=now + timedelta(minutes=5)) == 1


@pytest.mark.django_db
def test_a_closed_account_and_a_date_that_has_passed_are_recorded_and_not_mailed(
    make_reader: MakeReader, now: datetime
) -> None:
    closed = tell(make_reader(is_active=False), now)
    stale = tell(make_reader(), now, kind="deadline_today", context={"due_on": date(2026, 3, 31)})
    missed = tell(make_reader(), now, kind="deadline_missed", context={"due_on": date(2026, 3, 31)})
    assert actions.send_due(now=now) == 1
    for notice in (closed, stale, missed):
        notice.refresh_from_db()
    assert (closed.suppressed_at, closed.suppressed_reason) == (now, "the account is closed")
    assert (stale.suppressed_at, stale.suppressed_reason) == (now, "its date has passed")
    assert missed.sent_at == now
    assert not Notice.objects.visible_to(stale.recipient).exists()


@pytest.mark.django_db
def test_an_address_that_was_removed_leaves_the_notice_in_the_portal(
    make_reader: MakeReader, now: datetime
) -> None:
    reader = make_reader()
    notice = tell(reader, now)
    User.objects.filter(pk=reader.pk).update(email="")
    assert actions.send(notice.pk, now=now)
    notice.refresh_from_db()
    assert (notice.channel, notice.sent_at) == (Channel.PORTAL, now)
    assert mail.outbox == []


@pytest.mark.django_db
def test_in_quiet_hours_mail_waits_for_the_morning_except_what_the_reader_waits_for(
    make_reader: MakeReader, settings: Any
) -> None:
    settings.QUIET_HOURS = ("21:00", "07:30")
    night = datetime.fromisoformat("2026-04-01T23:30:00+02:00")
    morning = datetime.fromisoformat("2026-04-02T07:30:00+02:00")
    reminder = tell(make_reader(), night)
    receipt = tell(make_reader(role=Role.LAWYER), night, kind="filing_received", context={})
    urgent = tell(make_reader(), night, any_hour=True)
    assert actions.send_due(now=night) == 2
    for notice in (reminder, receipt, urgent):
        notice.refresh_from_db()
    assert receipt.sent_at == urgent.sent_at == night
    assert (reminder.sent_at, reminder.attempts) == (None, 0)
    assert actions.send_due(now=morning - timedelta(seconds=1)) == 0
    assert actions.send_due(now=morning) == 1


@pytest.mark.django_db
def test_a_mail_server_that_refuses_is_asked_again_and_gets_the_mail_once(
    make_reader: MakeReader, now: datetime, post: Post
) -> None:
    post.refusals = 5
    notice = tell(make_reader(), now)
    waits = []
    for _attempt in range(6):
        actions.send_due(now=now)
        notice.refresh_from_db()
        if notice.sent_at:
            break
        assert notice.last_error == "SMTPDataError"
        assert actions.send_due(now=notice.next_attempt_at - timedelta(seconds=1)) == 0
        waits.append(notice.next_attempt_at - now)
        now = notice.next_attempt_at
    assert waits == [
        timedelta(seconds=30),
        timedelta(minutes=2),
        timedelta(minutes=10),
        timedelta(hours=1),
        timedelta(hours=1),
    ]
    assert actions.send_due(now=now + timedelta(days=1)) == 0
    assert len(post.received) == 1
    assert f"Message-ID: {notice.message_id}" in post.received[0]
    assert (notice.attempts, notice.perhaps_twice, notice.last_error) == (6, False, "")


@pytest.mark.django_db
def test_a_mail_server_that_is_away_for_a_day_leaves_the_notice_in_the_portal(
    make_reader: MakeReader, now: datetime, settings: Any, post: Post
) -> None:
    post.refusals = 10_000
    notice = tell(make_reader(), now, kind="step_taken", context={})
    for _attempt in range(actions.MAX_ATTEMPTS + 1):
        actions.send_due(now=now)
        notice.refresh_from_db()
        now = notice.next_attempt_at
    assert notice.channel == Channel.PORTAL
    assert notice.sent_at is not None
    assert notice.last_error == "SMTPDataError"


@pytest.mark.django_db
def test_one_bad_row_does_not_stall_the_others(make_reader: MakeReader, now: datetime) -> None:
    good = [tell(make_reader(), now) for _ in range(2)]
    # Its date cannot be read, and the trigger keeps such a row from being mended.
    bad = Notice.objects.create(
        key="bad",
        recipient=make_reader(),
        kind="deadline_coming",
        channel=Channel.EMAIL,
        context={"due_on": "never"},
        created_at=now,
        due_at=now - timedelta(hours=1),
        next_attempt_at=now - timedelta(hours=1),
        message_id="<bad@portal.example>",
    )
    assert actions.send_due(now=now, limit=1) == 0
    assert actions.send_due(now=now, limit=2) == 2
    assert Notice.objects.filter(pk__in=[n.pk for n in good], sent_at=now).count() == 2
    bad.refresh_from_db()
    assert (bad.sent_at, bad.last_error) == (None, "ValueError")


@pytest.mark.django_db(transaction=True)
def test_five_senders_send_one_mail(make_reader: MakeReader, now: datetime) -> None:
    notices = [tell(make_reader(), now) for _ in range(6)]
    gate, sent = threading.Barrier(5), []

    def work() -> None:
        try:
            gate.wait()
            sent.append(actions.send_due(now=now))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sent) == len(notices)
    assert sorted(message.extra_headers["Message-ID"] for message in mail.outbox) == sorted(
        notice.message_id for notice in notices
    )
    assert set(Notice.objects.values_list("attempts", "perhaps_twice")) == {(1, False)}


@pytest.mark.django_db
def test_a_sender_that_was_held_up_finds_that_another_has_sent(
    make_reader: MakeReader, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = tell(make_reader(), now)
    begin = actions._begin

    def begin_and_sleep(notice_id: Any, *, now: datetime) -> int | None:
        attempt = begin(notice_id, now=now)
        monkeypatch.setattr(actions, "_begin", begin)
        assert actions.send(notice_id, now=now + timedelta(seconds=30))
        return attempt

    monkeypatch.setattr(actions, "_begin", begin_and_sleep)
    assert not actions.send(notice.pk, now=now)
    assert len(mail.outbox) == 1


class Killed(BaseException):
    """What ends a process cannot be caught; this stands for it within one."""


@pytest.mark.django_db(transaction=True)
def test_a_sender_that_dies_after_handing_over_repeats_with_the_same_message_id_and_says_so(
    make_reader: MakeReader, now: datetime, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_BACKEND = "asylum_portal.notices.mailbox.FolderBackend"
    settings.DEMO_MAIL_DIR = tmp_path
    notice = tell(make_reader(), now)
    hand_over = FolderBackend.send_messages

    def hand_over_and_die(self: FolderBackend, messages: Any) -> int:
        hand_over(self, messages)
        raise Killed

    with monkeypatch.context() as fault:
        fault.setattr(FolderBackend, "send_messages", hand_over_and_die)
        with pytest.raises(Killed):
            actions.send(notice.pk, now=now)
    notice.refresh_from_db()
    assert (notice.sent_at, notice.attempts) == (None, 1)
    assert not actions.send(notice.pk, now=now + timedelta(seconds=29))
    assert actions.send(notice.pk, now=now + timedelta(seconds=30))
    assert [letter.message_id for letter in read_mailbox(tmp_path)] == [notice.message_id]
    assert Notice.objects.perhaps_twice().get() == notice


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_neither_breaks_nor_delays_the_action(
    make_reader: MakeReader, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    monkeypatch.setattr(doorbell, "_silent_until", 0.0)
    monkeypatch.setenv("CELERY_BROKER_WRITE_URL", f"redis+socket://{tmp_path}/nobody.sock")
    reader = make_reader()
    start = time.monotonic()
    for _ in range(5):
        assert not tell(reader, now).is_settled
    assert time.monotonic() - start < 2
    assert caplog.text.count("the broker does not answer (OperationalError)") == 1
    assert actions.send_due(now=now) == 5


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_for_what_is_due_once_the_action_is_committed(
    make_reader: MakeReader, now: datetime, settings: Any
) -> None:
    with app.connection_for_write() as connection:
        redis = connection.default_channel.client
        redis.flushdb()
        with transaction.atomic():
            tell(make_reader(), now)
            tell(make_reader(), now, due_at=now + timedelta(days=1))
            tell(make_reader(email=""), now)
            assert redis.llen("celery") == 0
        assert redis.llen("celery") == 1
        redis.flushdb()
