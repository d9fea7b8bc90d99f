"""The plan of the days: which dates follow from a day 1, before anything is planned."""

from datetime import date
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
from procedure.actions import unmet_reasons
from procedure.calendars import CalendarDataMissing, CannotCompute, DayKind, LegalCalendar, NotAProcedureDay
from procedure.forms import DayOneForm
from procedure.models import Procedure
from procedure.states import Schedule


@never_cache
@require_safe
@login_required
def plan(request: SignedInRequest, pk) -> HttpResponse:
    """Six days and nine side by side from a day 1 that the planner tries."""
    today = clock.today()
    procedure = visible_procedure_or_404(request.user, pk, on=today)
    if request.user.role not in SERVICE_ROLES:
        raise PermissionDenied
    earliest = deadlines.earliest_day_one(procedure)
    given = "start" in request.GET
    guess = _first_guess(procedure, earliest=earliest, today=today)
    form = DayOneForm(request.GET if given else {"start": guess.isoformat()} if guess else None)
    start = form.cleaned_data.get("start") if form.is_valid() else None
    context: dict[str, Any] = {
        "procedure": procedure,
        "case": procedure.case,
        "form": form,
        "start": start,
        "earliest": earliest,
        "too_early": bool(start and earliest and start < earliest),
    }
    if start is not None:
        try:
            context["schedules"] = [days_of(procedure, str(code), start) for code in Schedule]
        except CannotCompute as mistake:
            form.add_error("start", _why_not(mistake))
            context["next_on"] = getattr(mistake, "next_on", None)
    name = "complete_preparation"
    may_plan = may_take(request.user, name, procedure) and not unmet_reasons(procedure, name, on=today)
    context["may_plan"] = may_plan
    return render(request, "procedure/days.html", context, status=400 if given and form.errors else 200)


def _first_guess(procedure: Procedure, *, earliest: date | None, today: date) -> date | None:
    """The day that was announced, or else the first that can be."""
    if procedure.day_one_on:
        return procedure.day_one_on
    law = procedure.package.law
    try:
        kind = DayKind(law.schedule(procedure.schedule).calendar)
        return LegalCalendar(law).first_counted(max(today, earliest or today), kind)[0]
    except CannotCompute:
        return None


def _why_not(mistake: CannotCompute) -> str:
    match mistake:
        case NotAProcedureDay():
            return _("%(day)s is no day of the procedure: %(reason)s. The next one is %(next)s.") % {
                "day": dates.long_date(mistake.on),
                "reason": _(mistake.name),
                "next": dates.long_date(mistake.next_on),
            }
        case CalendarDataMissing():
            return _("The calendar has no data for the year %(year)s. Ask an administrator to add it.") % {
                "year": mistake.year
            }
        case _:
            return _("The days cannot be worked out from this date.")


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
    return {
        "code": schedule_code,
        "title": _(schedule.title),
        "days": rows,
        "last_on": planned.days[-1].on,
        "chosen": procedure.schedule == schedule_code,
        "check_the_letter": not schedule.confidence.startswith("P"),
        "source": schedule.source,
    }
