"""The plan of the days: a calendar that shows which days count, and what follows from a day 1."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from asylum_portal import clock, dates
from asylum_portal.accounts.requests import SignedInRequest
from procedure import deadlines
from procedure.access import SERVICE_ROLES, may_take, visible_procedure_or_404
from procedure.actions import fits_state, unmet_reasons
from procedure.calendars import CalendarDataMissing, CannotCompute, DayKind, LegalCalendar
from procedure.forms import DayOneForm
from procedure.models import Procedure
from procedure.month import (
    CaseDays,
    DayOneChoice,
    DayOneRefused,
    Meeting,
    Month,
    NotAMonth,
    Standstill,
    WhyRefused,
    lay_out,
)
from procedure.states import AT_BORDER, INTAKE, TRACKS_WITH_DAYS, Schedule, State, Track

# The steps by which a day 1 is announced, and the states in which it can still be another day.
DAY_ONE_STEPS = ("complete_preparation", "announce_other_day_one", "plan_one_day_test")
BEFORE_DAY_ONE = (*INTAKE, State.PREPARATION, State.READY, State.REPEAT_NOTIFIED, State.REPEAT_INCOMPLETE)
MONDAY = date(2026, 1, 5)  # any Monday: only the names of the weekdays are shown
# The schedules that a planner weighs against each other.
COMPARED: tuple[tuple[str, ...], ...] = (
    tuple(AT_BORDER),
    tuple(AT_BORDER.values()),
    (Schedule.ONE_DAY_TEST, Schedule.REPEAT_SIX),
)


@never_cache
@require_safe
@login_required
def plan(request: SignedInRequest, pk) -> HttpResponse:
    """Two months with every day that counts, and two schedules side by side from a day 1 that is tried."""
    today = clock.today()
    procedure = visible_procedure_or_404(request.user, pk, on=today)
    if request.user.role not in SERVICE_ROLES:
        raise PermissionDenied
    choice = _choice(procedure, today=today)
    choosing = procedure.state in BEFORE_DAY_ONE and procedure.schedule in procedure.package.law.schedules
    given = "start" in request.GET
    guess = _first_guess(procedure, choice, choosing=choosing)
    form = DayOneForm(request.GET if given else {"start": guess.isoformat()} if guess else None)
    start = form.cleaned_data.get("start") if form.is_valid() else None
    next_on, schedules = None, []
    if start is not None:
        try:
            schedules = _tried(procedure, start, choice)
        except CannotCompute as mistake:
            form.add_error("start", _why_not(mistake))
            next_on = getattr(mistake, "next_on", None)
    month, month_error = _month(request, otherwise=_opens_on(choice, schedules, start or guess or today))
    case_days = CaseDays(
        today=today,
        plans={
            schedule["code"]: {day["date"]: day["number"] for day in schedule["days"] if "number" in day}
            for schedule in sorted(schedules, key=lambda schedule: not schedule["chosen"])
        },
        rest_from=procedure.application_phase_ended_on,
        earliest=choice.earliest,
        meetings=_meetings(procedure),
        standstills=_standstills(procedure),
        refused_on=start if form.errors else None,
    )
    months = [shown for shown in (month, month.later(1)) if shown]
    context: dict[str, Any] = {
        "procedure": procedure,
        "case": procedure.case,
        "form": form,
        "start": start if schedules else None,
        "is_announced": bool(schedules) and start == procedure.day_one_on,
        "earliest": choice.earliest,
        "schedules": schedules,
        "next_on": next_on,
        "choosing": choosing,
        "meetings": case_days.meetings,
        "pauses": case_days.standstills,
        "sheets": [lay_out(shown, case=case_days, choice=choice, choosing=choosing) for shown in months],
        "week": [MONDAY + timedelta(days=day) for day in range(7)],
        "month": month,
        "month_before": month.later(-1),
        "month_after": month.later(1),
        "month_error": month_error,
        "this_month": None if Month.of(today) in months else Month.of(today),
        "step_name": _step_that_plans(request, procedure, on=today),
    }
    wrong = month_error or (given and form.errors)
    return render(request, "procedure/days.html", context, status=400 if wrong else 200)


def _choice(procedure: Procedure, *, today: date) -> DayOneChoice:
    law = procedure.package.law
    schedule = law.schedules.get(procedure.schedule)
    repeated = procedure.track == Track.REPEAT  # without rest and preparation (model C2, T48)
    return DayOneChoice(
        LegalCalendar(law),
        # A law without planned days still knows which days are working days.
        DayKind(law.schedule(schedule.code).calendar) if schedule else DayKind.WORKING_DAY,
        length=schedule.last_day if schedule else 1,
        today=today,
        earliest=None if repeated else deadlines.earliest_day_one(procedure),
    )


def _first_guess(procedure: Procedure, choice: DayOneChoice, *, choosing: bool) -> date | None:
    """The day that was announced, or else the first that can be."""
    announced = procedure.day_one_on if procedure.track in TRACKS_WITH_DAYS else None
    # A day 1 that was missed makes room for another one.
    if announced and procedure.is_open and not (choosing and announced < choice.today):
        return announced
    try:
        return choice.first() if choosing else None
    except CannotCompute:
        return None


def _tried(procedure: Procedure, start: date, choice: DayOneChoice) -> list[dict[str, Any]]:
    """The days from this day 1 in each schedule that is compared; raises CannotCompute."""
    announced = start == procedure.day_one_on
    if not announced:
        choice.check(start)
    schedules = []
    for code in compared_with(procedure.schedule):
        if code not in procedure.package.law.schedules:
            continue
        chosen = code == procedure.schedule
        try:
            found = _announced(procedure) if announced and chosen else None
            schedules.append(found or days_of(procedure, code, start))
        except CannotCompute:
            # The other schedule may count other days, or end in a year without data: then only this one.
            if chosen:
                raise
    return schedules


def compared_with(schedule: str) -> tuple[str, ...]:
    """The schedules that a planner weighs against each other, with this one among them."""
    return next((codes for codes in COMPARED if schedule in codes), COMPARED[0])


def _month(request: SignedInRequest, *, otherwise: date) -> tuple[Month, str]:
    """The first month to show, and what is wrong with the one that was asked for."""
    asked = request.GET.get("month", "")
    try:
        return Month.parse(asked) if asked else Month.of(otherwise), ""
    except NotAMonth:
        return Month.of(otherwise), _("This is no month. A month looks like this: 2026-04.")


def _opens_on(choice: DayOneChoice, schedules: list[dict[str, Any]], start: date) -> date:
    """The day whose month stands first: the first that can be day 1, if the whole plan shows from there."""
    try:
        first = choice.first()
    except CannotCompute:
        return start
    following = Month.of(first).later(1)
    last = max((schedule["last_on"] for schedule in schedules), default=start)
    return first if first <= start and following and Month.of(last) <= following else start


def _step_that_plans(request: SignedInRequest, procedure: Procedure, *, on: date) -> str:
    """The step by which this person can announce a day 1 now; empty when there is none."""
    for name in DAY_ONE_STEPS:
        if fits_state(procedure, name) and may_take(request.user, name, procedure):
            return "" if unmet_reasons(procedure, name, on=on) else name
    return ""


def _meetings(procedure: Procedure) -> list[Meeting]:
    return [
        Meeting(
            dates.wall_day(meeting.starts_at),
            starts_at=meeting.starts_at,
            title=meeting.get_kind_display(),
            place=meeting.place,
        )
        for meeting in procedure.appointments.standing()
    ]


def _standstills(procedure: Procedure) -> list[Standstill]:
    return [
        Standstill(pause.starts_on, pause.ends_on, str(pause.title)) for pause in procedure.suspensions.all()
    ]


def _why_not(mistake: CannotCompute) -> str:
    match mistake:
        case DayOneRefused(why=WhyRefused.NOT_COUNTED):
            return _("%(day)s is no day of the procedure: %(reason)s. The next one is %(next)s.") % {
                "day": dates.long_date(mistake.on),
                "reason": _(mistake.name),
                "next": dates.long_date(mistake.next_on),
            }
        case DayOneRefused(why=why):
            reason = (
                _("This day lies within rest and preparation. It is possible only with an exception.")
                if why == WhyRefused.RESTING
                else _("Day 1 lies in the past.")
            )
            first = _("The first day that can be day 1 is %(day)s.") % {
                "day": dates.long_date(mistake.next_on)
            }
            return f"{reason} {first}"
        case CalendarDataMissing():
            return _("The calendar has no data for the year %(year)s. Ask an administrator to add it.") % {
                "year": mistake.year
            }
        case _:
            return _("The days cannot be worked out from this date.")


def _announced(procedure: Procedure) -> dict[str, Any] | None:
    """The days as they were announced, and as pauses have moved them since."""
    rows: list[dict[str, Any]] = []
    for day in procedure.days.all():
        rows += [
            {"name": _(skipped["name"]), "date": date.fromisoformat(skipped["date"]), "state": "skipped"}
            for skipped in day.skipped_before
        ]
        note = _("stands still") if day.stands_still else ""
        rows.append(
            {"number": day.number, "name": _(day.step), "date": day.on, "state": "next", "note": note}
        )
    return _listed(procedure, procedure.schedule, rows) if rows else None


def days_of(procedure: Procedure, schedule_code: str, day_one: date) -> dict[str, Any]:
    """The days of a schedule as the road shows them, each skipped day by its name; raises CannotCompute."""
    law = procedure.package.law
    schedule = law.schedule(schedule_code)
    planned = LegalCalendar(law).days(day_one, schedule.last_day, DayKind(schedule.calendar))
    rows: list[dict[str, Any]] = [
        {"name": _(skipped.name), "date": skipped.on, "state": "skipped"} for skipped in planned.skipped
    ]
    for day in planned.days:
        entry = schedule.day(day.number)
        rows.append(
            {
                "number": day.number,
                "name": _(entry.step) if entry else "",
                "date": day.on,
                "state": "next",
                "note": f"{_(day.closed)}: {_(schedule.closed_office_note)}" if day.closed else "",
            }
        )
    rows.sort(key=lambda row: row["date"])
    return _listed(procedure, schedule_code, rows)


def _listed(procedure: Procedure, schedule_code: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    schedule = procedure.package.law.schedule(schedule_code)
    return {
        "code": schedule_code,
        "title": _(schedule.title),
        "days": rows,
        "last_on": rows[-1]["date"],
        "chosen": procedure.schedule == schedule_code,
        "check_the_letter": not schedule.confidence.startswith("P"),
        "source": schedule.source,
    }
