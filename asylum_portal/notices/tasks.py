from uuid import UUID

from celery import shared_task

from asylum_portal import clock

from . import actions


@shared_task(ignore_result=True)
def send_notice(notice_id: str) -> None:
    """Send one notice that has just been queued."""
    actions.send(UUID(notice_id), now=clock.now())


@shared_task(ignore_result=True)
def send_due_notices() -> None:
    """Send every notice that is due, also those that the broker has forgotten."""
    actions.send_due(now=clock.now())
