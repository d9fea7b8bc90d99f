"""What must hold inside a single rule before anybody may rely on it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from procedure.package_table import Table
from procedure.rule_rows import (
    CIRCUMSTANCES,
    GROUNDS_OF_STEPS,
    NEVER_MISSED,
    Mode,
    Rule,
    StartFact,
    Unit,
)

# Atw 4: longer terms are outside the act, so they may not use its rules of counting.
ATW_LONGEST = {Unit.DAYS: 90, Unit.WEEKS: 12, Unit.MONTHS: 3}

_LENGTHS = {Unit.DAYS, Unit.WEEKS, Unit.MONTHS}
_LONG = {*_LENGTHS, Unit.YEARS}
UNITS_OF_MODE: Mapping[Mode, Collection[Unit | None]] = {
    Mode.ATW: _LENGTHS,
    Mode.MONTHS_NO_ATW: _LONG,
    Mode.HOURS_OR_LIBERTY: {Unit.HOURS, Unit.DAYS, Unit.WEEKS},
    Mode.AA_DAY: {Unit.DAYS, Unit.DAY_OF_SCHEDULE},
    Mode.WORKING_DAY: {Unit.DAYS, Unit.DAY_OF_SCHEDULE},
    Mode.CALENDAR: _LONG,
    Mode.CALENDAR_MIN: {Unit.DAYS, Unit.WEEKS},
    Mode.EU: _LENGTHS,
    Mode.SOFT: _LENGTHS,
    Mode.LETTER: {None},
}


def check_rule(rule: Rule, table: Table) -> None:
    """Refuse a rule whose own keys contradict one another, or say what nobody would look at."""
    _check_length(rule, table)
    _check_grounds(rule, table)
    _check_start(rule, table)
    _check_unused(rule, table)
    if both := set(rule.when) & set(rule.unless):
        table.fail("unless", f"{', '.join(sorted(both))} is in when too")
    if rule.mode in NEVER_MISSED and not rule.soft:
        table.fail("soft", f"cannot be false with mode {rule.mode}")
    if both := set(rule.met_by) & set(rule.cancelled_by):
        table.fail("cancelled_by", f"{', '.join(sorted(both))} is in met_by too")


def _check_length(rule: Rule, table: Table) -> None:
    if rule.unit not in UNITS_OF_MODE[rule.mode]:
        table.fail("unit", f"{rule.unit} does not go with mode {rule.mode}")
    lengths = [*rule.length_by_ground.values(), *([] if rule.length is None else [rule.length])]
    if rule.mode == Mode.LETTER or rule.on_schedule:
        if lengths:
            decides = "schedule" if rule.on_schedule else "letter"
            table.fail("length", f"has no place here: the {decides} decides")
        if rule.length_setting:
            table.fail("length_setting", "has no place here: nothing is counted")
    elif not lengths and not rule.length_setting:
        table.fail("length", "is missing")
    if rule.length_setting and rule.length is not None:
        table.fail("length_setting", "and length exclude each other")
    if rule.mode == Mode.ATW:
        for ground, length in [("", rule.length or 0), *rule.length_by_ground.items()]:
            counted = rule.unit_by_ground.get(ground) or rule.unit
            if counted in ATW_LONGEST and length > ATW_LONGEST[counted]:
                longest = f"{ATW_LONGEST[counted]} {counted}"
                table.fail("length", f"is more than {longest}, which the Atw does not cover (Atw 4)")


# Grounds


def _check_grounds(rule: Rule, table: Table) -> None:
    for key in ("ground_settings", "unit_by_ground"):
        for ground in getattr(rule, key):
            if ground not in rule.length_by_ground:
                table.fail(f"{key}.{ground}", "is no ground of length_by_ground")
    for ground, unit in rule.unit_by_ground.items():
        if unit == Unit.DAY_OF_SCHEDULE:
            table.fail(f"unit_by_ground.{ground}", f"{unit} is no unit of a length")
        if unit not in UNITS_OF_MODE[rule.mode]:
            table.fail(f"unit_by_ground.{ground}", f"{unit} does not go with mode {rule.mode}")
    given = {step: GROUNDS_OF_STEPS.get(step, frozenset()) for step in rule.starts}
    for ground in rule.length_by_ground:
        if ground not in CIRCUMSTANCES.union(*given.values()):
            table.fail(f"length_by_ground.{ground}", _unknown_ground(given))
    if rule.length_by_ground and rule.length is None:
        if not rule.starts or rule.started_by_documents:
            table.fail("length", "is missing, and nothing gives a ground that would take its place")
        for step, grounds in given.items():
            if not grounds:
                table.fail("length", f"is missing, and {step} gives no ground that would take its place")
    for key in ("length_by_ground", "last_day"):
        if getattr(rule, key) and rule.length is None:
            _check_each_ground(rule, key, given, table)


def _unknown_ground(given: Mapping[str, Collection[str]]) -> str:
    if not given:
        return "is not a circumstance, and no step starts this rule"
    said = [f"{step} gives" + (f" ({', '.join(sorted(own))})" if own else "") for step, own in given.items()]
    return f"is neither a circumstance nor a ground that {' or '.join(said)}"


def _check_each_ground(rule: Rule, key: str, given: Mapping[str, Collection[str]], table: Table) -> None:
    """Nothing else says how long it is, so no ground that a step may give can be left out."""
    for step, grounds in given.items():
        if not grounds:
            table.fail(key, f"is by ground, and {step} gives none")
        if lacking := sorted(set(grounds) - set(rule.grounds)):
            table.fail(key, f"lacks {', '.join(lacking)}, which {step} may give")


# What it counts from


def _check_start(rule: Rule, table: Table) -> None:
    for key in ("starts_when", "start_settings", "start_fact_after"):
        for step in getattr(rule, key):
            if step not in rule.starts:
                table.fail(f"{key}.{step}", "is not among the steps of starts")
    facts = {rule.start_fact, *rule.start_fact_after.values()}
    if (StartFact.DUE_OF_RULE in facts) != bool(rule.due_of):
        table.fail("due_of", "and start_fact due_of_rule need each other")
    if (StartFact.START_OF_RULE in facts) != bool(rule.start_of):
        table.fail("start_of", "and start_fact start_of_rule need each other")
    if rule.mode == Mode.HOURS_OR_LIBERTY:
        # It counts from the minute of the event, and the other facts are days.
        for key, elsewhere in (
            ("start_fact", rule.start_fact != StartFact.EVENT_ON),
            ("start_fact_after", bool(rule.start_fact_after)),
        ):
            if elsewhere:
                table.fail(key, f"has no place with mode {rule.mode}, which counts from the event")


# Keys that counting would not look at

_TO_A_DAY = "needs unit day_of_schedule, and no last_day"
_PLAIN = (Mode.CALENDAR, Mode.MONTHS_NO_ATW, Mode.SOFT)
NEEDS: Mapping[str, tuple[Callable[[Rule], bool], str]] = {
    "last_day": (lambda rule: rule.on_schedule, "needs unit day_of_schedule"),
    "follows": (lambda rule: rule.on_schedule and not rule.last_day, _TO_A_DAY),
    "least_days": (lambda rule: rule.on_schedule and not rule.last_day, _TO_A_DAY),
    "less_weeks": (lambda rule: rule.mode in _PLAIN, "needs mode CALENDAR, MONTHS_NO_ATW or SOFT"),
    "counts_first_day": (
        lambda rule: rule.unit == Unit.DAYS and rule.mode in (Mode.SOFT, Mode.CALENDAR),
        "needs unit days and mode SOFT or CALENDAR",
    ),
    "postal_grace_weeks": (lambda rule: rule.mode == Mode.ATW, "needs mode ATW"),
    "by_analogy": (lambda rule: rule.mode == Mode.ATW, "needs mode ATW"),
}
HAS_NO_PLACE: Mapping[str, Collection[Mode]] = {
    "due_time": (Mode.HOURS_OR_LIBERTY, Mode.LETTER),
    "opens_months_before": (Mode.HOURS_OR_LIBERTY, Mode.LETTER, Mode.CALENDAR_MIN),
    "letter_when": (Mode.LETTER,),
    "unit_by_ground": (Mode.HOURS_OR_LIBERTY,),
}


def _check_unused(rule: Rule, table: Table) -> None:
    for key, (holds, what) in NEEDS.items():
        if getattr(rule, key) and not holds(rule):
            table.fail(key, what)
    for key, modes in HAS_NO_PLACE.items():
        if getattr(rule, key) and rule.mode in modes:
            table.fail(key, f"has no place with mode {rule.mode}")
    if rule.opens_months_before and rule.less_weeks:
        table.fail("opens_months_before", "and less_weeks exclude each other")
