"""What the clock does to stays and weekly reports; each task can run twice, or late, without harm."""

from celery import shared_task

from asylum_portal import clock
from reception import actions, reminders, steps


@shared_task
def remind_of_reporting() -> int:
    return reminders.remind_of_due(now=clock.now())


@shared_task
def keep_reporting_slots() -> tuple[int, int]:
    kept = actions.keep_slots(now=clock.now())
    steps.propose(now=clock.now())
    return kept
