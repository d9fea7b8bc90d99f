"""Time limits: an event and a rule in, the last day and its derivation out. No database, no clock."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from procedure.calendars import ONE_DAY, CannotCompute, DayKind, LegalCalendar, Plan, Skipped, gettext_noop
from procedure.rule_rows import EXTENDED_SCHEDULE, Mode, Rule, RulePackage, Schedule, StartFact, Unit

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
END_OF_DAY = time(23, 59, 59)


class TermMistake(CannotCompute):
    """The question does not fit the rule; the text says how."""


class StepKind(StrEnum):
    """The steps of a derivation."""

    EVENT = "event"
    FIRST_DAY = "first_day"
    COUNTED = "counted"
    NOMINAL_END = "nominal_end"
    TWO_WORKING_DAYS = "two_working_days"
    ROLLED_OVER = "rolled_over"
    MINIMUM_ENDS = "minimum_ends"
    EARLIEST = "earliest"


STEP_TEXTS = {
    StepKind.EVENT: gettext_noop("This happened. The time starts with it."),
    StepKind.FIRST_DAY: gettext_noop("The first day that counts."),
    StepKind.COUNTED: gettext_noop("This day counts."),
    StepKind.NOMINAL_END: gettext_noop("The time would end here."),
    StepKind.TWO_WORKING_DAYS: gettext_noop("A short time must contain two working days, so it ends here."),
    StepKind.ROLLED_OVER: gettext_noop("The first working day after it. The time ends here."),
    StepKind.MINIMUM_ENDS: gettext_noop("The last day of the minimum time."),
    StepKind.EARLIEST: gettext_noop("From this day on it is possible."),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a derivation; `number` is the day of the schedule or the count."""

    kind: StepKind
    on: date
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """When a time limit ends, and how that date came about."""

    rule_code: str
    package: str
    start: date | datetime
    due_on: date
    due_at: datetime
    nominal_on: date
    counted: tuple[Step, ...]
    skipped: tuple[Skipped, ...]
    mode: str
    source: str
    confidence: str
    check_the_letter: bool
    schedule: str | None = None
    day_one: date | None = None
    ground: str | None = None
    earliest_on: date | None = None
    received_by_post_until: date | None = None
    settings: tuple[tuple[str, bool | int | str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The derivation as it is stored beside a deadline."""
        return {
            "package": self.package,
            "rule": self.rule_code,
            "mode": self.mode,
            "start": self.start.isoformat(),
            "schedule": self.schedule,
            "day_one": _iso(self.day_one),
            "ground": self.ground,
            "due_on": self.due_on.isoformat(),
            "due_at": self.due_at.isoformat(),
            "nominal": self.nominal_on.isoformat(),
            "earliest_on": _iso(self.earliest_on),
            "received_by_post_until": _iso(self.received_by_post_until),
            "counted": [
                {"kind": step.kind.value, "date": step.on.isoformat(), "number": step.number}
                for step in self.counted
            ],
            "skipped": [
                {"date": day.on.isoformat(), "name": day.name, "why": day.why.value} for day in self.skipped
            ],
            "source": self.source,
            "confidence": self.confidence,
            "check_the_letter": self.check_the_letter,
            "settings": dict(self.settings),
        }


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
) -> Term:
    """The end of a time limit that this event starts.

    `schedule` and `day_one` matter to rules that end with a day of a schedule. Give "AAX" as schedule once
    the general procedure has been extended; `day_kind` puts another calendar in place of the schedule's.
    """
    try:
        moment = _in_amsterdam(start) if isinstance(start, datetime) else None
    except OverflowError:
        raise TermMistake(f"{start} lies beyond the calendar") from None
    on = moment.date() if moment else start
    if rule.start_fact == StartFact.DAY_ONE_ON and day_one is not None:
        on, moment = day_one, None
    calendar = LegalCalendar(package)
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
    )


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
    if rule.mode == Mode.LETTER or rule.unit is None:
        raise TermMistake(f"rule {rule.code} has no length in the law: take the date from the letter")
    length = rule.length_by_ground.get(ground or "", rule.length or 0)
    if rule.mode == Mode.HOURS_OR_LIBERTY:
        return _to_the_minute(rule, moment, length)
    if length == 0 and rule.mode != Mode.CALENDAR_MIN:
        return _Count(on, on, (Step(StepKind.EVENT, on),))
    if rule.mode in (Mode.WORKING_DAY, Mode.AA_DAY):
        plan = calendar.days_after(on, length, DayKind(rule.mode))
        return _last_of(plan, event=on, first_number=1)
    if rule.counts_first_day:
        length -= 1
    nominal_on = _add(on, length, rule.unit)
    steps = [Step(StepKind.EVENT, on)]
    if not rule.counts_first_day:
        steps.append(Step(StepKind.FIRST_DAY, on + ONE_DAY))
    if rule.mode == Mode.CALENDAR_MIN:
        rolls = package.values["preparation_minimum_rolls_over"]
        return _minimum(nominal_on, steps, calendar, rolls=bool(rolls))
    steps.append(Step(StepKind.NOMINAL_END, nominal_on))
    if rule.mode == Mode.ATW and not (rule.by_analogy and not package.values["analogy_rolls_over"]):
        return _atw(on, nominal_on, steps, calendar)
    if rule.mode == Mode.EU and package.values["eu_terms_roll_over"]:
        return _rolled_over(nominal_on, steps, calendar)
    return _Count(nominal_on, nominal_on, tuple(steps))


def _atw(event: date, nominal_on: date, steps: list[Step], calendar: LegalCalendar) -> _Count:
    """Atw 2 (two working days in a term of three days or more), then Atw 1 (no end on a closed day)."""
    if (nominal_on - event).days < 3 or _has_two_working_days(event, nominal_on, calendar):
        return _rolled_over(nominal_on, steps, calendar)
    plan = calendar.days_after(event, 2, DayKind.WORKING_DAY)
    steps.append(Step(StepKind.TWO_WORKING_DAYS, plan.on(2)))
    return _Count(plan.on(2), nominal_on, tuple(steps), plan.skipped)


def _has_two_working_days(event: date, last: date, calendar: LegalCalendar) -> bool:
    found, on = 0, event + ONE_DAY
    while on <= last and found < 2:
        found += calendar.why_closed(on) is None
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
    steps += [Step(StepKind.MINIMUM_ENDS, earliest - ONE_DAY), Step(StepKind.EARLIEST, earliest)]
    return _Count(earliest, last + ONE_DAY, tuple(steps), tuple(skipped), earliest_on=earliest)


def _to_the_minute(rule: Rule, moment: datetime | None, length: int) -> _Count:
    if moment is None:
        raise TermMistake(f"rule {rule.code} runs to the minute: give date and time, as 2026-03-27T14:30")
    if rule.unit == Unit.HOURS:
        # Hours pass in real time, also in the nights when the clock is changed.
        due_at = (moment.astimezone(UTC) + timedelta(hours=length)).astimezone(AMSTERDAM)
    else:
        days = length * (7 if rule.unit == Unit.WEEKS else 1)
        # The same time on the clock; the way through UTC makes a time that the spring night skips a real one.
        due_at = (moment + timedelta(days=days)).astimezone(UTC).astimezone(AMSTERDAM)
    due_on = due_at.date()
    return _Count(due_on, due_on, (Step(StepKind.EVENT, moment.date()),), due_at=due_at)


# By-products


def _window_opens(rule: Rule, due_on: date, package: RulePackage) -> date | None:
    if not rule.opens_months_before:
        return None
    return _add(due_on, -int(package.values[rule.opens_months_before]), Unit.MONTHS)


def _post_until(rule: Rule, due_on: date, package: RulePackage, calendar: LegalCalendar) -> date | None:
    """Vb 3.116(4): posted before the end and received within a week after it is in time."""
    if rule.postal_grace_weeks is None:
        return None
    last = _add(due_on, rule.postal_grace_weeks, Unit.WEEKS)
    if package.values["postal_grace_rolls_over"]:
        last, _ = calendar.first_counted(last, DayKind.WORKING_DAY)
    return last


def _add(on: date, length: int, unit: Unit) -> date:
    if unit == Unit.MONTHS:
        year, month = divmod(on.year * 12 + on.month - 1 + length, 12)
        if not 1 <= year <= 9999:
            raise OverflowError
        # No such day in that month: the last one (31 August and six months is 28 February).
        return date(year, month + 1, min(on.day, months.monthrange(year, month + 1)[1]))
    return on + timedelta(days=length * (7 if unit == Unit.WEEKS else 1))


def add_months(on: date, months_more: int) -> date:
    """The same day so many months on, or the last of a shorter month."""
    return _add(on, months_more, Unit.MONTHS)


def _in_amsterdam(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=AMSTERDAM)
    return moment.astimezone(AMSTERDAM)


def _iso(on: date | None) -> str | None:
    return on.isoformat() if on else None
