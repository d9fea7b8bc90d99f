"""What the clock does to procedures; each task can run twice, or late, without harm."""

from celery import shared_task

from asylum_portal import clock
from procedure import actions, reminders


@shared_task
def remind_of_deadlines() -> int:
    return reminders.remind_of_due(now=clock.now())


@shared_task
def close_lapsed_steps() -> int:
    now = clock.now()
    actions.lapse_terms(now=now)
    return actions.close_lapsed_steps(now=now)
