"""The dated days of a procedure: planned from day 1, held by a pause, planned again after it."""

from datetime import date

from procedure.calendars import DayKind, LegalCalendar, NotAProcedureDay, Skipped
from procedure.models import Procedure, ProcedureDay, Suspension
from procedure.recompute import left_behind, stood_still
from procedure.rules import RulePackage, Schedule
from procedure.states import AT_BORDER, State, Track

# In the others the days of the schedule no longer say when something happens.
_WITH_DAYS = (Track.GENERAL, Track.REPEAT)


def plan(procedure: Procedure) -> list[ProcedureDay]:
    """Write the dated days of the procedure's schedule from its day 1; raises NotAProcedureDay.

    Those that a pause without an end reaches stand still, whatever it is that plans them again.
    """
    law = procedure.package.law
    dates, skipped = _planned(procedure, law=law)
    still = _still_since(procedure, law)
    procedure.days.all().delete()
    rows = []
    before = date.min
    for on, entry in zip(dates, law.schedule(procedure.schedule), strict=True):
        rows.append(
            ProcedureDay(
                procedure=procedure,
                number=entry.day,
                on=on,
                step=entry.step,
                closes=list(entry.closes),
                stands_still=still is not None and on >= still,
                skipped_before=[
                    {"date": day.on.isoformat(), "name": day.name} for day in skipped if before < day.on < on
                ],
            )
        )
        before = on
    return ProcedureDay.objects.bulk_create(rows)


def pause(procedure: Procedure, suspension: Suspension) -> None:
    """The days that a pause reaches stand still, or come later when its end is known."""
    if not _reaches_days(procedure, suspension):
        return
    if suspension.ends_on is None:
        procedure.days.filter(on__gte=suspension.starts_on).update(stands_still=True)
    else:
        resume(procedure, suspension)


def resume(procedure: Procedure, suspension: Suspension) -> None:
    """Plan the days again now that it is known how long they stood still."""
    day_one = procedure.day_one_on
    if not _reaches_days(procedure, suspension) or day_one is None:
        return
    if procedure.state == State.READY and _stood_still(procedure, day_one):
        # Nobody may be expected on a day 1 that nobody has announced.
        procedure.days.update(stands_still=True)
    else:
        plan(procedure)


def plan_by_other_rules(procedure: Procedure) -> None:
    """Plan the days again under the rules that hold now, unless another day 1 must be announced anyway."""
    if procedure.state != State.READY or not procedure.days.filter(number=1, stands_still=True).exists():
        plan(procedure)


def leave_border(procedure: Procedure) -> None:
    """Days that were announced for the border are planned as they count elsewhere.

    Those that have begun stand still by a pause, and go on at the same point after it (Vb 3.109b(4)).
    """
    if procedure.state != State.READY or procedure.track not in _WITH_DAYS or procedure.day_one_on is None:
        return
    try:
        plan(procedure)
    except NotAProcedureDay:
        # Another day 1 must be announced: this one counts at the border alone.
        procedure.days.update(stands_still=True)


def by_law(procedure: Procedure, *, law: RulePackage, since: date) -> dict[int, tuple[date, date]]:
    """The days that this law would put on another date, by number; none once the last of them is over.

    Raises NotAProcedureDay when day 1 itself would no longer count.
    """
    rows = list(procedure.days.all())
    if not rows or rows[-1].on < since or any(row.stands_still for row in rows):
        return {}
    if procedure.track not in _WITH_DAYS or not procedure.is_open:
        return {}
    dates, _skipped = _planned(procedure, law=law)
    return {row.number: (row.on, on) for row, on in zip(rows, dates, strict=False) if row.on != on}


def _planned(procedure: Procedure, *, law: RulePackage) -> tuple[list[date], list[Skipped]]:
    assert procedure.day_one_on is not None, "the days are planned from day 1"
    schedule = law.schedule(procedure.schedule)
    kind = DayKind(schedule.calendar)
    suspensions = list(procedure.suspensions.all())
    calendar = LegalCalendar(
        law, pauses={pause for code in _closed_by(schedule) for pause in stood_still(suspensions, code, law)}
    )
    left = left_behind(suspensions, procedure.day_one_on)
    if left is not None and left.ends_on is not None and schedule.code in AT_BORDER:
        # Begun at the border, where every day counts; after it was left they count as anywhere (Vb 3.109b).
        begun = calendar.days(procedure.day_one_on, schedule.last_day, DayKind.AA_DAY_SCHIPHOL)
        done = [day.on for day in begun.days if day.on < left.starts_on]
        rest = calendar.days_after(left.ends_on, schedule.last_day - len(done), kind)
        passed = [day for day in begun.skipped if day.on <= left.ends_on]
        return [*done, *(day.on for day in rest.days)], [*passed, *rest.skipped]
    LegalCalendar(law).require(procedure.day_one_on, kind)
    planned = calendar.days(procedure.day_one_on, schedule.last_day, kind)
    return [day.on for day in planned.days], list(planned.skipped)


def _still_since(procedure: Procedure, law: RulePackage) -> date | None:
    """Since which day the days stand still by a pause whose end is not known; None when they do not."""
    closed = _closed_by(law.schedule(procedure.schedule))
    standing = procedure.suspensions.standing()
    return min((pause.starts_on for pause in standing if _concerns_any(pause, closed, law)), default=None)


def _stood_still(procedure: Procedure, on: date) -> bool:
    """Was this a day of a pause whose end is known?"""
    law = procedure.package.law
    closed = _closed_by(law.schedule(procedure.schedule))
    over = procedure.suspensions.filter(starts_on__lte=on, ends_on__gte=on)
    return any(_concerns_any(pause, closed, law) for pause in over)


def _concerns_any(suspension: Suspension, codes: set[str], law: RulePackage) -> bool:
    return any(suspension.concerns(code, law) for code in codes)


def _closed_by(schedule: Schedule) -> set[str]:
    return {code for day in schedule for code in day.closes}


def _reaches_days(procedure: Procedure, suspension: Suspension) -> bool:
    """Do terms that close with a planned day stand still on its ground, and is such a day still to come?"""
    coming = procedure.days.filter(on__gte=suspension.starts_on)
    if procedure.track not in _WITH_DAYS or not coming.exists():
        # Nor is there a schedule to look at where a law has no days.
        return False
    law = procedure.package.law
    return _concerns_any(suspension, _closed_by(law.schedule(procedure.schedule)), law)
