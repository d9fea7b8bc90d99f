"""What is written in the outbox, and what can never be."""

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from asylum_portal.accounts.models import User
from asylum_portal.notices import actions
from asylum_portal.notices.kinds import KINDS
from asylum_portal.notices.models import Channel, Notice

pytestmark = pytest.mark.django_db
MakeReader = Callable[..., User]


def tell(reader: User, now: datetime, **changes: Any) -> Notice | None:
    fields: dict[str, Any] = {
        "recipient": reader,
        "kind": "deadline_coming",
        "key": "deadline:1:before-07",
        "context": {"due_on": date(2026, 4, 8), "path": "/my-case/"},
        "about": "deadline:1",
        "due_at": now,
        "now": now,
    }
    return actions.queue(**fields | changes)


def test_the_same_key_twice_is_told_once(make_reader: MakeReader, now: datetime) -> None:
    reader = make_reader()
    first = tell(reader, now)
    assert first is not None
    assert tell(reader, now, context={"due_on": date(2026, 5, 1)}) is None
    assert Notice.objects.get() == first
    assert Notice.objects.get().context == {"due_on": "2026-04-08", "path": "/my-case/"}


@pytest.mark.django_db(transaction=True)
def test_five_that_queue_the_same_key_at_once_write_one_row(make_reader: MakeReader, now: datetime) -> None:
    reader = make_reader()
    gate, told = threading.Barrier(5), []

    def work() -> None:
        try:
            gate.wait()
            with transaction.atomic():
                told.append(tell(reader, now + timedelta(days=1), due_at=now + timedelta(days=2)))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 5
    assert sum(notice is not None for notice in told) == 1
    assert Notice.objects.count() == 1


def test_a_person_without_an_address_reads_it_in_the_portal_at_once(
    make_reader: MakeReader, now: datetime
) -> None:
    notice = tell(make_reader(email="", language="ti"), now)
    assert notice is not None
    assert (notice.channel, notice.sent_at, notice.language) == (Channel.PORTAL, now, "ti")


def test_what_is_for_later_waits_in_the_portal_too(make_reader: MakeReader, now: datetime) -> None:
    reader = make_reader(email="")
    notice = tell(reader, now, due_at=now + timedelta(hours=1))
    assert notice is not None
    assert notice.sent_at is None
    assert not Notice.objects.visible_to(reader).told(now=now).exists()
    assert actions.send(notice.pk, now=now + timedelta(hours=1))
    assert Notice.objects.visible_to(reader).told(now=now).get() == notice


def test_the_system_itself_is_told_nothing(now: datetime) -> None:
    assert tell(User.objects.system(), now) is None
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    "context",
    [
        {},  # the date is missing
        {"due_on": "2026-02-30"},
        {"due_on": "2026-04-08", "name": "Selamawit"},
        {"due_on": "2026-04-08", "days": "many"},
        {"due_on": "2026-04-08", "path": "https://elsewhere.example/"},
        {"due_on": "2026-04-08", "path": "//elsewhere.example/"},
        {"due_on": "2026-04-08", "path": "/files/ሰላማዊት/"},
        {"due_on": "2026-04-08", "path": "/search?name=x"},
    ],
)
def test_a_notice_holds_dates_counts_and_paths_alone(
    make_reader: MakeReader, now: datetime, context: dict[str, object]
) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        tell(make_reader(), now, context=context)


def test_an_unknown_kind_and_a_key_with_a_name_are_refused(make_reader: MakeReader, now: datetime) -> None:
    with pytest.raises(ValueError, match="no notice of kind"):
        tell(make_reader(), now, kind="gossip")
    with pytest.raises(ValueError, match="codes and ids"):
        tell(make_reader(), now, key="case of Selamawit")
    with pytest.raises(ValueError, match="codes and ids"):
        tell(make_reader(), now, about="case of Selamawit")


def test_a_moment_near_midnight_keeps_its_day_in_amsterdam(make_reader: MakeReader, now: datetime) -> None:
    late = datetime(2026, 4, 8, 22, 30, tzinfo=timezone.get_fixed_timezone(0))
    notice = tell(make_reader(), now, context={"due_on": late})
    assert notice is not None
    assert notice.context == {"due_on": "2026-04-09"}


def test_what_no_longer_holds_is_taken_back_with_its_reason(make_reader: MakeReader, now: datetime) -> None:
    reader = make_reader()
    later = now + timedelta(days=3)
    tell(reader, now, key="a", due_at=later)
    tell(reader, now, key="b", due_at=later, kind="deadline_today")
    tell(reader, now, key="c", due_at=later, about="deadline:2")
    assert actions.suppress(about="deadline:1", reason="met", now=now, kinds=["deadline_today"]) == 1
    assert actions.suppress(about="deadline:1", reason="met", now=now) == 1
    assert actions.suppress(about="deadline:1", reason="met", now=now) == 0
    assert set(Notice.objects.waiting().values_list("key", flat=True)) == {"c"}
    assert actions.send_due(now=later) == 1


def test_a_row_is_never_both_sent_and_taken_back(make_reader: MakeReader, now: datetime) -> None:
    notice = tell(make_reader(), now)
    assert notice is not None
    with pytest.raises(IntegrityError, match="sent_xor_suppressed"), transaction.atomic():
        Notice.objects.update(sent_at=now, suppressed_at=now, suppressed_reason="met")
    with pytest.raises(IntegrityError, match="suppressed_with_reason"), transaction.atomic():
        Notice.objects.update(suppressed_at=now)


def test_what_was_said_to_whom_never_changes(make_reader: MakeReader, now: datetime) -> None:
    notice = tell(make_reader(), now)
    assert notice is not None
    other = make_reader()
    changes: list[dict[str, Any]] = [
        {"context": {"due_on": "2027-01-01"}},
        {"recipient": other},
        {"kind": "step_taken"},
        {"key": "other"},
        {"about": "other"},
        {"message_id": "<other@portal.example>"},
    ]
    for change in changes:
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            Notice.objects.filter(pk=notice.pk).update(**change)
    Notice.objects.filter(pk=notice.pk).update(sent_at=now)
    with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(sent_at=None)
    assert actions.mark_read(reader=notice.recipient, now=now) == 1


def test_the_sweep_finds_its_rows_by_an_index_of_what_waits(make_reader: MakeReader, now: datetime) -> None:
    with connection.cursor() as cursor:
        # The table is empty here: what is cheapest then says nothing about a full one.
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    plan = Notice.objects.due(now=now).order_by("next_attempt_at")[:500].explain()
    assert "Index Scan using notices_waiting" in plan
    assert "Sort" not in plan


def test_kind_codes_fit_their_column_and_name_existing_kinds() -> None:
    for code, kind in KINDS.items():
        assert code == kind.code
        assert len(code) <= Notice._meta.get_field("kind").max_length
        assert not kind.on_the_day or kind.on_the_day in KINDS
