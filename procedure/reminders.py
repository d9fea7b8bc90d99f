"""Reminders of time limits: which is due, for whom, and when to look again."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from asylum_portal.accounts.models import Role, User
from asylum_portal.notices.actions import queue
from asylum_portal.notices.profiles import (
    MORNING,
    Audience,
    Moment,
    after_quiet_hours,
    at_local,
    latest_due,
    moments,
    next_after,
)
from cases.actions import people_of_applicant
from cases.models import Case
from procedure import partners
from procedure.models import Deadline
from procedure.rules import Mode, Rule

# Days after the event on which the person is reminded, beside those of the profile (model C3, PER-01).
_ALSO_AFTER_DAYS = {"PER-01": (14, 28)}


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
    if audience == Audience.PERSON:
        plan += _after_days(deadline)
    if _takes_liberty(deadline.rule) and audience in (Audience.STAFF, Audience.LEAD):
        # Somebody is held: lifting the measure is thought of three days before (model B02).
        before = deadline.due_at - timedelta(days=3)
        plan.append(Moment("liberty-3d", before, "staff_coming", expires_at=deadline.due_at))
    if deadline.soft:
        # Nobody is late for a planning norm or a minimum: what would be said after its day is left out.
        return [moment for moment in plan if moment.expires_at is not None]
    return plan


def _after_days(deadline: Deadline) -> list[Moment]:
    """Reminders that count from the event; of the last day itself the profile reminds."""
    found = []
    for days in _ALSO_AFTER_DAYS.get(deadline.rule_code, ()):
        day = deadline.started_on + timedelta(days=days)
        at = after_quiet_hours(at_local(day, MORNING), settings.QUIET_HOURS)
        if deadline.opened_at < at and day < deadline.effective_due_on:
            found.append(Moment(f"after-{days:02}", at, "deadline_coming", expires_at=deadline.due_at))
    return found


def _takes_liberty(rule: Rule) -> bool:
    """Whether somebody is held while this term runs; the hours to arrive at a centre count the same way."""
    return rule.mode == Mode.HOURS_OR_LIBERTY and "impose_border_measure" in rule.starts


def alarm(deadline: Deadline, *, now: datetime) -> int:
    """Tell everybody involved within the hour that the time for which somebody may be held is over (B03).

    Of other terms nobody is told here: theirs is the morning after. Returns how many notices.
    """
    if not _takes_liberty(deadline.rule):
        return 0
    case, queued = deadline.procedure.case, 0
    everybody = (Audience.LAWYER, Audience.STAFF, Audience.LEAD)
    people = [person for audience in everybody for person in _people(deadline, audience, now=now)]
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
            return _leads(case)
        case _:
            return [*case.current_workers(on=on), *_partners(deadline, on=on)]


def _leads(case: Case) -> list[User]:
    """Who leads the team of a case; where it has none, everybody who leads one, or nobody would hear."""
    team = {} if case.team_id is None else {"team": case.team_id}
    return list(User.objects.filter(role=Role.SUPERVISOR, is_active=True, **team).order_by("pk"))


def _partners(deadline: Deadline, *, on: date) -> list[User]:
    """The people of the partners whose part in the case runs and who owe this term or work with it."""
    return [
        person
        for part in deadline.procedure.case.involvements.current(on=on).order_by("pk")
        if partners.concerns(part.role, deadline.rule_code, owed_by=deadline.owed_by)
        for person in part.people()
    ]
