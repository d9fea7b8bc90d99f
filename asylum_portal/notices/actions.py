"""Telling somebody something: queue it in the outbox, send it once, take it back."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import partial
from uuid import UUID, uuid4

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import InterfaceError, OperationalError, transaction

from asylum_portal import dates
from asylum_portal.accounts.models import Role, User

from .doorbell import ring
from .kinds import KINDS, checked_context, checked_reference
from .models import Channel, Notice
from .profiles import after_quiet_hours
from .words import mail, reader_language, too_late

logger = logging.getLogger(__name__)

# How long a failed attempt waits, the last of these again and again; the first is also how long a sender that
# was killed is believed to be at work.
WAITS = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1))
# About a day of failing: from then on the notice stands in the portal alone.
MAX_ATTEMPTS = 30


def queue(
    *,
    recipient: User,
    kind: str,
    key: str,
    context: Mapping[str, object],
    about: str = "",
    due_at: datetime,
    now: datetime,
    any_hour: bool = False,
) -> Notice | None:
    """Write a notice in the outbox, in the caller's transaction; None when this key has been told already.

    `context` holds dates (`due_on`), counts and the `path` of the page, and nothing else. `any_hour` is for
    what cannot wait for the end of the quiet hours.
    """
    context = checked_context(kind, context)
    if recipient.role == Role.SYSTEM:
        return None
    notice_id = uuid4()
    notice = Notice(
        id=notice_id,
        key=checked_reference(key),
        recipient=recipient,
        kind=kind,
        channel=Channel.EMAIL if recipient.email else Channel.PORTAL,
        context=context,
        about=checked_reference(about),
        any_hour=any_hour or KINDS[kind].any_hour,
        created_at=now,
        due_at=due_at,
        next_attempt_at=due_at,
        message_id=f"<{notice_id}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].rstrip('>')}>",
    )
    if notice.channel == Channel.PORTAL and due_at <= now and recipient.is_active:
        notice.sent_at = now
        notice.language = reader_language(recipient.language)
    # ON CONFLICT DO NOTHING: of two at the same moment one waits for the other and then finds the key taken.
    Notice.objects.bulk_create([notice], ignore_conflicts=True)
    if not Notice.objects.filter(pk=notice_id).exists():
        return None
    if notice.sent_at is None and due_at <= now:
        transaction.on_commit(partial(ring, notice_id), robust=True)
    return notice


def send(notice_id: UUID, *, now: datetime) -> bool:
    """Send one notice if it is due and nobody else has or does; True when it went out by this call.

    The attempt is counted and committed before the mail is handed over, so that a sender that dies in between
    leaves a trace: the notice goes out again, with the same Message-ID, and is marked as perhaps sent twice.
    """
    attempt = _begin(notice_id, now=now)
    if attempt is None:
        return False
    if attempt == 0:
        return True
    with transaction.atomic():
        # Waits: whoever holds the row for a moment only looks whether there is something to do.
        notice = Notice.objects.select_for_update(of=("self",)).select_related("recipient").get(pk=notice_id)
        if notice.is_settled or notice.attempts != attempt:
            return False
        try:
            with transaction.atomic():
                _hand_over(notice, now=now)
        except Exception as error:
            # The class alone: what a mail server answers often repeats the address.
            notice.last_error = type(error).__name__[:100]
            notice.save(update_fields=["last_error"])
            logger.warning("notice %s was not sent: %s", notice_id, notice.last_error)
            return False
        notice.sent_at = now
        notice.save(update_fields=["sent_at", "language"])
        return True


def send_due(*, now: datetime, limit: int = 500) -> int:
    """Send what is due, each in a transaction of its own; returns how many went out.

    The safety net: it finds what the broker has forgotten.
    """
    sent = 0
    due = Notice.objects.due(now=now).order_by("next_attempt_at").values_list("pk", flat=True)[:limit]
    for notice_id in list(due):
        try:
            sent += send(notice_id, now=now)
        except (OperationalError, InterfaceError):
            raise  # the database is gone: the next sweep finds the rest
        except Exception as error:
            name = type(error).__name__[:100]
            logger.error("notice %s stays in the outbox: %s", notice_id, name)
            # Out of the way, or enough rows like this one would fill every sweep.
            stuck = Notice.objects.waiting().filter(pk=notice_id)
            stuck.update(next_attempt_at=now + WAITS[-1], last_error=name)
    return sent


def suppress(*, about: str, reason: str, now: datetime, kinds: Iterable[str] | None = None) -> int:
    """Take back what waits to be told about something that no longer holds; returns how many."""
    waiting = Notice.objects.waiting().filter(about=about)
    if kinds is not None:
        waiting = waiting.filter(kind__in=list(kinds))
    with transaction.atomic():
        # One that is being handed over at this moment can no longer be taken back, and nobody waits for it.
        found = list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True))
        return Notice.objects.filter(pk__in=found).update(suppressed_at=now, suppressed_reason=reason[:200])


def mark_read(*, reader: User, ids: Iterable[UUID] | None = None, now: datetime) -> int:
    """Mark one's own notices as read, all or those named; returns how many were not yet."""
    unread = Notice.objects.visible_to(reader).told(now=now).unread()
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.update(read_at=now)


def _begin(notice_id: UUID, *, now: datetime) -> int | None:
    """Claim a notice: the number of the attempt, 0 if the portal alone tells it, None if nothing is to do."""
    with transaction.atomic():
        notice = (
            Notice.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("recipient")
            .filter(pk=notice_id)
            .first()
        )
        if notice is None or notice.is_settled or max(notice.due_at, notice.next_attempt_at) > now:
            return None
        if reason := _reason_against(notice, now=now):
            notice.suppressed_at, notice.suppressed_reason = now, reason
            notice.save(update_fields=["suppressed_at", "suppressed_reason"])
            return None
        if notice.channel == Channel.EMAIL and (
            not notice.recipient.email or notice.attempts >= MAX_ATTEMPTS
        ):
            notice.channel = Channel.PORTAL
        if notice.channel == Channel.PORTAL:
            notice.sent_at, notice.language = now, reader_language(notice.recipient.language)
            notice.save(update_fields=["channel", "sent_at", "language"])
            return 0
        quiet = None if notice.any_hour else settings.QUIET_HOURS
        if (later := after_quiet_hours(now, quiet)) > now:
            notice.next_attempt_at = later
            notice.save(update_fields=["next_attempt_at"])
            return None
        if notice.attempts and not notice.last_error:
            notice.perhaps_twice = True
        notice.next_attempt_at = now + WAITS[min(notice.attempts, len(WAITS) - 1)]
        notice.attempts += 1
        notice.last_error = ""
        notice.save(update_fields=["attempts", "next_attempt_at", "last_error", "perhaps_twice"])
        return notice.attempts


def _reason_against(notice: Notice, *, now: datetime) -> str:
    """Why a notice is not sent any more, for the record; empty when it is."""
    if not notice.recipient.is_active:
        return "the account is closed"
    if notice.kind not in KINDS:
        return "this kind of notice no longer exists"
    if too_late(notice.kind, notice.context, on=dates.wall_day(now)):
        return "its date has passed"
    return ""


def _hand_over(notice: Notice, *, now: datetime) -> None:
    reader = notice.recipient
    notice.language = reader_language(reader.language)
    written = mail(
        notice.kind,
        notice.context,
        notice_id=notice.id,
        language=notice.language,
        at_work=reader.role not in (Role.APPLICANT, Role.GUARDIAN),
        now=now,
    )
    message = EmailMultiAlternatives(
        subject=written.subject,
        body=written.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[reader.email],
        headers={
            "Message-ID": notice.message_id,
            "Date": format_datetime(now),
            "Auto-Submitted": "auto-generated",
            "Content-Language": written.language,
        },
    )
    message.attach_alternative(written.html, "text/html")
    if message.send() != 1:
        raise ConnectionError("the mail backend did not take the message")
