"""What must hold inside a rule and between the rows of a package before anybody may rely on it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from procedure.calendars import DayKind
from procedure.package_table import PackageMistake, Table
from procedure.rule_rows import NEVER_MISSED, SETTING_OF_MODE, Mode, Rule, RulePackage, StartFact, Unit

# Atw 4: longer terms are outside the act, so they may not use its rules of counting.
ATW_LONGEST = {Unit.DAYS: 90, Unit.WEEKS: 12, Unit.MONTHS: 3}

_LENGTHS = {Unit.DAYS, Unit.WEEKS, Unit.MONTHS}
UNITS_OF_MODE: Mapping[Mode, Collection[Unit | None]] = {
    Mode.ATW: _LENGTHS,
    Mode.MONTHS_NO_ATW: _LENGTHS,
    Mode.HOURS_OR_LIBERTY: {Unit.HOURS, Unit.DAYS, Unit.WEEKS},
    Mode.AA_DAY: {Unit.DAYS, Unit.DAY_OF_SCHEDULE},
    Mode.WORKING_DAY: {Unit.DAYS, Unit.DAY_OF_SCHEDULE},
    Mode.CALENDAR: _LENGTHS,
    Mode.CALENDAR_MIN: {Unit.DAYS, Unit.WEEKS},
    Mode.EU: _LENGTHS,
    Mode.SOFT: _LENGTHS,
    Mode.LETTER: {None},
}


def check_rule(rule: Rule, table: Table) -> None:
    """Refuse a rule whose own keys contradict one another."""
    if rule.unit not in UNITS_OF_MODE[rule.mode]:
        table.fail("unit", f"{rule.unit} does not go with mode {rule.mode}")
    lengths = [*rule.length_by_ground.values(), *([] if rule.length is None else [rule.length])]
    if rule.mode == Mode.LETTER or rule.on_schedule:
        if lengths:
            table.fail(
                "length",
                "has no place here: the " + ("schedule" if rule.on_schedule else "letter") + " decides",
            )
    elif not lengths:
        table.fail("length", "is missing")
    if rule.last_day and not rule.on_schedule:
        table.fail("last_day", "needs unit day_of_schedule")
    longest = ATW_LONGEST.get(rule.unit) if rule.mode == Mode.ATW and rule.unit else None
    if longest is not None and any(length > longest for length in lengths):
        table.fail("length", f"is more than {longest} {rule.unit}, which the Atw does not cover (Atw 4)")
    if (rule.start_fact == StartFact.DUE_OF_RULE) != bool(rule.due_of):
        table.fail("due_of", "and start_fact due_of_rule need each other")
    if rule.mode in NEVER_MISSED and not rule.soft:
        table.fail("soft", f"cannot be false with mode {rule.mode}")
    if rule.counts_first_day and (rule.unit != Unit.DAYS or rule.mode not in (Mode.SOFT, Mode.CALENDAR)):
        table.fail("counts_first_day", "needs unit days and mode SOFT or CALENDAR")
    if rule.least_days and not rule.on_schedule:
        table.fail("least_days", "needs unit day_of_schedule")
    if rule.postal_grace_weeks and rule.mode != Mode.ATW:
        table.fail("postal_grace_weeks", "needs mode ATW")
    if rule.by_analogy and rule.mode != Mode.ATW:
        table.fail("by_analogy", "needs mode ATW")
    if both := set(rule.met_by) & set(rule.cancelled_by):
        table.fail("cancelled_by", f"{', '.join(sorted(both))} is in met_by too")


def check_package(package: RulePackage, file: str) -> None:
    """Refuse a package whose rows point at rows that are not there."""

    def fail(key: str, reason: str) -> None:
        raise PackageMistake(file, key, reason)

    for schedule in package.schedules.values():
        for day in schedule:
            for code in day.closes:
                where = f"schedules.{schedule.code}.days"
                if code not in package.rules:
                    fail(where, f"day {day.day} closes {code}, which is no rule of this package")
                if not package.rules[code].on_schedule:
                    fail(where, f"day {day.day} closes {code}, whose unit is not day_of_schedule")
    needed = {"aa_counts_equated_days"}
    for code, rule in package.rules.items():
        for key in ("due_of", "follows", "instead_of"):
            other = getattr(rule, key)
            if other and (other not in package.rules or other == code):
                fail(f"rules.{code}.{key}", f"{other!r} is no other rule of this package")
        if rule.due_of and package.rules[rule.due_of].due_of:
            fail(f"rules.{code}.due_of", f"{rule.due_of} itself counts from another rule")
        _check_schedule_of(rule, package, fail)
        if rule.opens_months_before:
            spec = package.settings.get(rule.opens_months_before)
            if spec is None or spec.type != "int":
                fail(
                    f"rules.{code}.opens_months_before",
                    f"{rule.opens_months_before!r} is no setting of type int",
                )
        needed |= {setting for setting in _settings_read_by(rule) if setting}
    for key in sorted(needed):
        spec = package.settings.get(key)
        if spec is None or spec.type != "bool":
            fail(f"settings.{key}", "is needed by the calculation, as a setting of type bool")


def _settings_read_by(rule: Rule) -> set[str | None]:
    return {
        SETTING_OF_MODE.get(rule.mode),
        "analogy_rolls_over" if rule.by_analogy else None,
        "postal_grace_rolls_over" if rule.postal_grace_weeks else None,
    }


def _check_schedule_of(rule: Rule, package: RulePackage, fail: Callable[[str, str], None]) -> None:
    if not rule.on_schedule:
        return
    where = f"rules.{rule.code}"
    closed_in = [schedule for schedule in package.schedules.values() if schedule.closing_day(rule.code)]
    if bool(closed_in) == bool(rule.last_day):
        fail(f"{where}.unit", "day_of_schedule needs either a schedule that closes it or last_day")
    for name, days in rule.last_day.items():
        if name not in package.schedules:
            fail(f"{where}.last_day.{name}", "is no schedule of this package")
        for ground, day in days.items():
            if day <= package.schedules[name].last_day:
                fail(f"{where}.last_day.{name}.{ground}", f"day {day} is not after the schedule itself")
        if set(days) != set(rule.grounds):
            fail(f"{where}.last_day.{name}", f"must name the grounds {', '.join(rule.grounds)}")
    for schedule in closed_in:
        if rule.mode == Mode.WORKING_DAY and schedule.calendar != DayKind.WORKING_DAY:
            fail(f"{where}.mode", f"is WORKING_DAY but schedule {schedule.code} counts {schedule.calendar}")
        before = schedule.closing_day(rule.follows) if rule.follows else 1
        if before is None:
            fail(f"{where}.follows", f"{rule.follows} is not closed in schedule {schedule.code}")
        elif before > (schedule.closing_day(rule.code) or 0):
            fail(f"{where}.follows", f"{rule.follows} is closed later in schedule {schedule.code}")
