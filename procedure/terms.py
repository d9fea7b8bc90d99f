"""Time limits: an event and a rule in, the last day and its derivation out. No database, no clock."""

from __future__ import annotations

import calendar as months
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from procedure.calendars import ONE_DAY, DayKind, LegalCalendar, Pause, Plan, Skipped, WhyClosed
from procedure.legal_time import AMSTERDAM, END_OF_DAY, hours_later, in_amsterdam, same_time_later
from procedure.rule_rows import (
    EXTENDED_SCHEDULE,
    Extension,
    Mode,
    Rule,
    RulePackage,
    Schedule,
    StartFact,
    Unit,
)
from procedure.term_rows import STEP_TEXTS, LetterDecides, Step, StepKind, Term, TermMistake

__all__ = [
    "AMSTERDAM",
    "END_OF_DAY",
    "STEP_TEXTS",
    "LetterDecides",
    "Step",
    "StepKind",
    "Term",
    "TermMistake",
    "add_months",
    "compute",
    "latest_extension",
]


@dataclass(frozen=True, slots=True)
class _Count:
    """What counting found, before the hour of the day is added."""

    due_on: date
    nominal_on: date
    steps: tuple[Step, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    earliest_on: date | None = None
    due_at: datetime | None = None
    schedule: str | None = None


def compute(
    rule: Rule,
    start: date | datetime,
    *,
    package: RulePackage,
    schedule: str | None = None,
    day_one: date | None = None,
    ground: str | None = None,
    day_kind: str | None = None,
    circumstances: Collection[str] = frozenset(),
    pauses: Iterable[tuple[date, date] | tuple[date, date, str]] = (),
) -> Term:
    """The end of a time limit that this event starts.

    `schedule` and `day_one` matter to rules that end with a day of a schedule. Give "AAX" as schedule once
    the general procedure has been extended; `day_kind` puts another calendar in place of the schedule's.
    Without a `ground`, one of the `circumstances` may be it. The days of `pauses` do not count: each has a
    first and a last day, both included, and may have a name.
    """
    stood_still = _pauses(rule, pauses)
    try:
        moment = in_amsterdam(start) if isinstance(start, datetime) else None
    except OverflowError:
        raise TermMistake(f"{start} lies beyond the calendar") from None
    on = moment.date() if moment else start
    if rule.start_fact == StartFact.DAY_ONE_ON and day_one is not None:
        on, moment = day_one, None
    calendar = LegalCalendar(package, pauses=stood_still)
    if rule.takes_letter(package.values, circumstances={*circumstances, ground or ""}):
        raise LetterDecides(rule)
    ground = ground or rule.ground_in(circumstances, values=package.values)
    _check_ground(rule, ground)
    try:
        if rule.on_schedule:
            count = _on_schedule(rule, on, package, calendar, schedule, day_one, ground, day_kind)
        else:
            count = _by_length(rule, on, moment, package, calendar, ground)
        earliest_on = count.earliest_on or _window_opens(rule, count.due_on, package)
        posted = _post_until(rule, count.due_on, package, calendar)
    except OverflowError:
        raise TermMistake(f"rule {rule.code} from {on} ends beyond the calendar") from None
    return Term(
        rule_code=rule.code,
        package=package.name,
        start=moment or on,
        due_on=count.due_on,
        due_at=count.due_at or datetime.combine(count.due_on, rule.due_time or END_OF_DAY, AMSTERDAM),
        nominal_on=count.nominal_on,
        counted=count.steps,
        skipped=count.skipped,
        mode=rule.mode.value,
        source=rule.source,
        confidence=rule.confidence,
        check_the_letter=rule.check_the_letter,
        schedule=count.schedule,
        day_one=day_one if rule.on_schedule or rule.start_fact == StartFact.DAY_ONE_ON else None,
        ground=ground,
        earliest_on=earliest_on,
        received_by_post_until=posted,
        settings=tuple(sorted(package.overrides.items())),
        pauses=stood_still,
        circumstances=tuple(sorted(circumstances)),
    )


def _pauses(rule: Rule, pauses: Iterable[tuple[date, date] | tuple[date, date, str]]) -> tuple[Pause, ...]:
    found = tuple(sorted(Pause(*pause) for pause in pauses))
    if found and rule.mode == Mode.HOURS_OR_LIBERTY:
        raise TermMistake(f"rule {rule.code} runs to the minute and never stands still")
    for pause in found:
        if pause.last_on < pause.first_on:
            raise TermMistake(f"a pause cannot end on {pause.last_on}, before it begins on {pause.first_on}")
    return found


def _check_ground(rule: Rule, ground: str | None) -> None:
    if ground is None:
        if rule.grounds and rule.length is None:
            raise TermMistake(f"rule {rule.code} needs a ground: {', '.join(rule.grounds)}")
    elif ground not in rule.grounds:
        known = ", ".join(rule.grounds) or "none"
        raise TermMistake(f"rule {rule.code} has no ground {ground!r}; known: {known}")


# Days of a schedule


def _on_schedule(
    rule: Rule,
    on: date,
    package: RulePackage,
    calendar: LegalCalendar,
    schedule_code: str | None,
    day_one: date | None,
    ground: str | None,
    day_kind: str | None,
) -> _Count:
    if schedule_code == EXTENDED_SCHEDULE:
        count = _extended(rule, on, calendar, DayKind(day_kind or DayKind.AA_DAY))
        return replace(count, schedule=EXTENDED_SCHEDULE)
    schedule = _schedule_for(rule, package, schedule_code)
    kind = DayKind(day_kind or schedule.calendar)
    if rule.last_day:
        number = rule.last_day[schedule.code][ground or ""]
    else:
        number = schedule.closing_day(rule.code) or 0
    if day_one is None and rule.follows:
        # Only the event is known: it stands on the day that closes the rule before this one.
        calendar.require(on, kind)
        event_day = schedule.closing_day(rule.follows) or 0
        plan = calendar.days_after(on, number - event_day, kind)
        count = _last_of(plan, event=on, first_number=event_day + 1)
    else:
        day_one = day_one or on
        if on < day_one:
            raise TermMistake(f"rule {rule.code} cannot start on {on}, before day 1 on {day_one}")
        count = _last_of(calendar.days(day_one, number, kind), event=day_one, first_number=1)
        if rule.least_days and count.due_on <= on:
            # The day of the schedule is over already: nobody owes something before it is asked.
            count = _extended(rule, on, calendar, kind)
    return replace(count, schedule=schedule.code)


def _schedule_for(rule: Rule, package: RulePackage, code: str | None) -> Schedule:
    fitting = [
        schedule.code
        for schedule in package.schedules.values()
        if schedule.closing_day(rule.code) or schedule.code in rule.last_day
    ]
    if code is None:
        return package.schedule(fitting[0])
    schedule = package.schedule(code)
    if code not in fitting:
        raise TermMistake(f"rule {rule.code} has no day in schedule {code}; it has in {', '.join(fitting)}")
    return schedule


def _extended(rule: Rule, on: date, calendar: LegalCalendar, kind: DayKind) -> _Count:
    if rule.last_day:
        raise TermMistake(
            f"rule {rule.code} needs the schedule that was extended: {', '.join(rule.last_day)}"
        )
    if not rule.least_days:
        raise TermMistake(f"rule {rule.code} does not run in an extended general procedure")
    return _last_of(calendar.days_after(on, rule.least_days, kind), event=on, first_number=1)


def _last_of(plan: Plan, *, event: date, first_number: int) -> _Count:
    steps = [Step(StepKind.COUNTED, day.on, first_number + at) for at, day in enumerate(plan.days)]
    if not steps or steps[0].on != event:
        steps.insert(0, Step(StepKind.EVENT, event, first_number - 1 or None))
    due_on = steps[-1].on
    return _Count(due_on, due_on, tuple(steps), plan.skipped)


# Lengths


def _by_length(
    rule: Rule,
    on: date,
    moment: datetime | None,
    package: RulePackage,
    calendar: LegalCalendar,
    ground: str | None,
) -> _Count:
    assert rule.unit is not None, "only a rule of the letter has no unit"
    length = _length(rule, ground, package)
    if rule.mode == Mode.HOURS_OR_LIBERTY:
        return _to_the_minute(rule, moment, length)
    if length == 0 and rule.mode != Mode.CALENDAR_MIN:
        return _Count(on, on, (Step(StepKind.EVENT, on),))
    if rule.mode in (Mode.WORKING_DAY, Mode.AA_DAY):
        plan = calendar.days_after(on, length, DayKind(rule.mode))
        return _last_of(plan, event=on, first_number=1)
    if rule.counts_first_day:
        length -= 1
    unit = rule.unit_by_ground.get(ground or "", rule.unit)
    plain_on = _add(on, length, unit)
    nominal_on, stood_still = _with_pauses(on, plain_on, calendar, rule.counts_first_day)
    # A short term stays a short one, however long it stood still.
    count = _end_of_length(rule, on, nominal_on, package, calendar, days=(plain_on - on).days)
    return replace(count, skipped=tuple(sorted({*stood_still, *count.skipped}, key=lambda day: day.on)))


def _length(rule: Rule, ground: str | None, package: RulePackage) -> int:
    base = package.values[rule.length_setting] if rule.length_setting else rule.length
    if ground and package.values.get(rule.ground_settings.get(ground, ""), True):
        return rule.length_by_ground.get(ground, int(base or 0))
    return int(base or 0)


def _with_pauses(
    event: date, nominal_on: date, calendar: LegalCalendar, counts_first_day: bool
) -> tuple[date, list[Skipped]]:
    """The last day when each paused day is made up for by a later one that is not paused."""
    stood_still: dict[date, Skipped] = {}
    next_on = event if counts_first_day else event + ONE_DAY
    for pause in calendar.pauses:
        first_on = max(pause.first_on, next_on)
        if first_on > nominal_on or pause.last_on < first_on:
            continue
        # Added at once, so that a pause without end is refused and not counted through.
        nominal_on += pause.last_on - first_on + ONE_DAY
        next_on = pause.last_on + ONE_DAY
        while first_on < next_on:
            stood_still[first_on] = Skipped(first_on, pause.name, WhyClosed.PAUSED)
            first_on += ONE_DAY
    return nominal_on, list(stood_still.values())


def _end_of_length(
    rule: Rule, on: date, nominal_on: date, package: RulePackage, calendar: LegalCalendar, *, days: int
) -> _Count:
    steps = [Step(StepKind.EVENT, on)]
    if not rule.counts_first_day:
        steps.append(Step(StepKind.FIRST_DAY, on + ONE_DAY))
    if rule.mode == Mode.CALENDAR_MIN:
        rolls = package.values["preparation_minimum_rolls_over"]
        return _minimum(nominal_on, steps, calendar, rolls=bool(rolls))
    steps.append(Step(StepKind.NOMINAL_END, nominal_on))
    if rule.less_weeks:
        earliest = nominal_on - timedelta(weeks=rule.less_weeks)
        steps.append(Step(StepKind.EARLIEST, earliest))
        return _Count(earliest, nominal_on, tuple(steps), earliest_on=earliest)
    if rule.mode == Mode.ATW and not (rule.by_analogy and not package.values["analogy_rolls_over"]):
        return _atw(on, nominal_on, steps, calendar, days=days)
    if rule.mode == Mode.EU and package.values["eu_terms_roll_over"]:
        return _rolled_over(nominal_on, steps, calendar)
    return _Count(nominal_on, nominal_on, tuple(steps))


def _atw(event: date, nominal_on: date, steps: list[Step], calendar: LegalCalendar, *, days: int) -> _Count:
    """Atw 2 (two working days in a term of three days or more), then Atw 1 (no end on a closed day)."""
    if days < 3 or _has_two_working_days(event, nominal_on, calendar):
        return _rolled_over(nominal_on, steps, calendar)
    plan = calendar.days_after(event, 2, DayKind.WORKING_DAY)
    steps.append(Step(StepKind.TWO_WORKING_DAYS, plan.on(2)))
    return _Count(plan.on(2), nominal_on, tuple(steps), plan.skipped)


def _has_two_working_days(event: date, last: date, calendar: LegalCalendar) -> bool:
    found, on = 0, event + ONE_DAY
    while on <= last and found < 2:
        found += calendar.skips(on, DayKind.WORKING_DAY) is None
        on += ONE_DAY
    return found == 2


def _rolled_over(nominal_on: date, steps: list[Step], calendar: LegalCalendar) -> _Count:
    due_on, skipped = calendar.first_counted(nominal_on, DayKind.WORKING_DAY)
    if skipped:
        steps.append(Step(StepKind.ROLLED_OVER, due_on))
    return _Count(due_on, nominal_on, tuple(steps), tuple(skipped))


def _minimum(last: date, steps: list[Step], calendar: LegalCalendar, *, rolls: bool) -> _Count:
    """RVT-01: the next step is possible on the day after the last day of the minimum."""
    end, skipped = calendar.first_counted(last, DayKind.WORKING_DAY) if rolls else (last, [])
    earliest = end + ONE_DAY
    while paused := calendar.paused(earliest):
        skipped.append(paused)
        earliest += ONE_DAY
    steps += [Step(StepKind.MINIMUM_ENDS, end), Step(StepKind.EARLIEST, earliest)]
    return _Count(earliest, last + ONE_DAY, tuple(steps), tuple(skipped), earliest_on=earliest)


def _to_the_minute(rule: Rule, moment: datetime | None, length: int) -> _Count:
    if moment is None:
        raise TermMistake(f"rule {rule.code} runs to the minute: give date and time, as 2026-03-27T14:30")
    if rule.unit == Unit.HOURS:
        due_at = hours_later(moment, length)
    else:
        due_at = same_time_later(moment, length * (7 if rule.unit == Unit.WEEKS else 1))
    due_on = due_at.date()
    return _Count(due_on, due_on, (Step(StepKind.EVENT, moment.date()),), due_at=due_at)


# By-products


def _window_opens(rule: Rule, due_on: date, package: RulePackage) -> date | None:
    if not rule.opens_months_before:
        return None
    before = package.values[rule.opens_months_before]
    return None if before is None else _add(due_on, -int(before), Unit.MONTHS)


def _post_until(rule: Rule, due_on: date, package: RulePackage, calendar: LegalCalendar) -> date | None:
    """Vb 3.116(4): posted before the end and received within a week after it is in time."""
    if rule.postal_grace_weeks is None:
        return None
    last = _add(due_on, rule.postal_grace_weeks, Unit.WEEKS)
    if package.values["postal_grace_rolls_over"]:
        last, _ = calendar.first_counted(last, DayKind.WORKING_DAY)
    return last


def _add(on: date, length: int, unit: Unit) -> date:
    if unit in (Unit.MONTHS, Unit.YEARS):
        length *= 12 if unit == Unit.YEARS else 1
        year, month = divmod(on.year * 12 + on.month - 1 + length, 12)
        if not 1 <= year <= 9999:
            raise OverflowError
        # No such day in that month: the last one (31 August and six months is 28 February).
        return date(year, month + 1, min(on.day, months.monthrange(year, month + 1)[1]))
    return on + timedelta(days=length * (7 if unit == Unit.WEEKS else 1))


def add_months(on: date, months_more: int) -> date:
    """The same day so many months on, or the last of a shorter month."""
    return _add(on, months_more, Unit.MONTHS)


# Extensions


def latest_extension(
    extension: Extension,
    *,
    package: RulePackage,
    start: date,
    due_on: date,
    obstacle_until: date | None = None,
) -> date | None:
    """The last day that this extension may give to a term from `start` to `due_on`; None without a limit.

    `obstacle_until` is the last day of what stood in the way, as an illness.
    """
    ends = []
    if extension.most_days is not None:
        ends.append(_add(due_on, extension.most_days, Unit.DAYS))
    if extension.most_months is not None:
        ends.append(_add(due_on, extension.most_months, Unit.MONTHS))
    if extension.most_total_months is not None:
        ends.append(_add(start, extension.most_total_months, Unit.MONTHS))
    if extension.working_days_after_obstacle is not None:
        if obstacle_until is None:
            raise TermMistake(
                f"extension {extension.code} counts from the end of the obstacle: give that day"
            )
        calendar, days = LegalCalendar(package), extension.working_days_after_obstacle
        ends.append(calendar.days_after(obstacle_until, days, DayKind.WORKING_DAY).on(days))
    return min(ends, default=None)
