"""Reminders of time limits: which is due, for whom, and when to look again."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from asylum_portal.accounts.models import Role, User
from asylum_portal.notices.actions import queue
from asylum_portal.notices.profiles import Audience, Moment, latest_due, moments, next_after
from cases.actions import people_of_applicant
from cases.models import Case
from procedure.models import Deadline
from procedure.rules import Mode

_APPLICANTS_SIDE = {Role.APPLICANT, Role.GUARDIAN, Role.LAWYER}


def schedule_reminder(deadline: Deadline, *, after: datetime) -> None:
    """Set when this term is to be looked at next; the caller saves."""
    plans = [_moments(deadline, audience, now=after) for audience in _audiences(deadline)]
    coming = [next_after(plan, now=after) for plan in plans]
    at_once = [latest_due(plan, now=after, after=None) for plan in plans]
    times = [moment.at for moment in coming if moment] + [after for moment in at_once if moment]
    deadline.next_reminder_at = min(times, default=None)
    deadline.reminded_until = None


def remind(deadline: Deadline, *, now: datetime) -> int:
    """Queue the reminder that applies now for each audience, and set the next look; returns how many notices.

    A sweep that was late sends the latest reminder only; the key of a notice keeps it from going out twice.
    """
    queued = 0
    plans = {audience: _moments(deadline, audience, now=now) for audience in _audiences(deadline)}
    for audience, plan in plans.items():
        moment = latest_due(plan, now=now, after=deadline.reminded_until)
        if moment is None:
            continue
        for person in _people(deadline, audience, now=now):
            notice = queue(
                recipient=person,
                kind=moment.kind,
                key=f"deadline:{deadline.pk}:{deadline.effective_due_on}:{moment.code}:{person.pk}",
                context={
                    "due_on": deadline.effective_due_on,
                    "path": reverse("procedure:why", args=[deadline.pk]),
                },
                about=f"deadline:{deadline.pk}",
                due_at=moment.at,
                now=now,
            )
            queued += notice is not None
    coming = [next_after(plan, now=now) for plan in plans.values()]
    deadline.next_reminder_at = min((moment.at for moment in coming if moment), default=None)
    deadline.reminded_until = now
    deadline.save(update_fields=["next_reminder_at", "reminded_until"])
    return queued


def remind_of_due(*, now: datetime, limit: int = 500, case: Case | None = None) -> int:
    """Look at every term whose time has come, of all cases or one, each by itself; how many notices."""
    due = Deadline.objects.to_remind(at=now)
    if case is not None:
        due = due.filter(procedure__case=case)
    queued = 0
    for pk in list(due.order_by("next_reminder_at").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            deadline = (
                Deadline.objects.to_remind(at=now)
                .select_for_update(skip_locked=True, of=("self",))
                .select_related("procedure__case__applicant__user", "procedure__package")
                .filter(pk=pk)
                .first()
            )
            if deadline is not None:
                queued += remind(deadline, now=now)
    return queued


def _audiences(deadline: Deadline) -> Iterator[Audience]:
    owed_by = set(deadline.owed_by)
    if owed_by & {Role.APPLICANT, Role.GUARDIAN}:
        yield Audience.PERSON
    if Role.LAWYER in owed_by:
        yield Audience.LAWYER
    yield Audience.STAFF
    if deadline.reminder_profile == "D":
        yield Audience.LEAD


def _moments(deadline: Deadline, audience: Audience, *, now: datetime) -> list[Moment]:
    """The reminders of a term for one audience; of those that repeat daily, as far as the next one."""
    if deadline.state not in (Deadline.State.OPEN, Deadline.State.LAPSED):
        return []
    on = timezone.localdate(max(deadline.due_at, now))
    plan = moments(
        deadline.reminder_profile,
        due_at=deadline.due_at,
        opened_at=deadline.opened_at,
        audience=audience,
        quiet=settings.QUIET_HOURS,
        until=on + timedelta(days=2),
    )
    if deadline.rule.mode == Mode.HOURS_OR_LIBERTY and audience in (Audience.STAFF, Audience.LEAD):
        # Somebody is held: lifting the measure is thought of three days before (model B02).
        before = deadline.due_at - timedelta(days=3)
        plan.append(Moment("liberty-3d", before, "staff_coming", expires_at=deadline.due_at))
    if deadline.soft:
        # Nobody is late for a planning norm or a minimum: what would be said after its day is left out.
        return [moment for moment in plan if moment.expires_at is not None]
    return plan


def alarm(deadline: Deadline, *, now: datetime) -> int:
    """Tell everybody involved within the hour that the time for which somebody may be held is over (B03).

    Of other terms nobody is told here: theirs is the morning after. Returns how many notices.
    """
    if deadline.rule.mode != Mode.HOURS_OR_LIBERTY:
        return 0
    case, on = deadline.procedure.case, timezone.localdate(now)
    parts = case.involvements.current(on=on).filter(role=Role.BORDER_POLICE)
    people = [*_people(deadline, Audience.LAWYER, now=now), *_people(deadline, Audience.STAFF, now=now)]
    people += _people(deadline, Audience.LEAD, now=now)
    if parts.exists():
        people += User.objects.filter(role=Role.BORDER_POLICE, is_active=True).order_by("pk")
    queued = 0
    for person in dict.fromkeys(people):
        kind = "step_taken" if person.role == Role.LAWYER else "staff_overrun"
        notice = queue(
            recipient=person,
            kind=kind,
            key=f"alarm:{deadline.pk}:{person.pk}",
            context={
                "due_on": deadline.effective_due_on,
                "path": reverse("procedure:case", args=[case.pk]),
            },
            about=f"procedure:{deadline.procedure_id}",
            due_at=now,
            now=now,
            any_hour=True,
        )
        queued += notice is not None
    return queued


def _people(deadline: Deadline, audience: Audience, *, now: datetime) -> list[User]:
    case = deadline.procedure.case
    on = timezone.localdate(now)
    match audience:
        case Audience.PERSON:
            return [person for person in people_of_applicant(case, on=on) if person.role != Role.LAWYER]
        case Audience.LAWYER:
            return [person for person in people_of_applicant(case, on=on) if person.role == Role.LAWYER]
        case Audience.LEAD:
            return list(
                User.objects.filter(
                    role=Role.SUPERVISOR, team=case.team_id, team__isnull=False, is_active=True
                )
            )
        case _:
            return case.current_workers(on=on)
