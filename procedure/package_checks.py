"""What must hold between the rows of a package before anybody may rely on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from procedure.calendars import DayKind
from procedure.package_table import PackageMistake
from procedure.rule_rows import (
    CIRCUMSTANCES,
    EXTENSION_OF_DAYS,
    SCHEDULES_TO_EXTEND,
    SETTING_OF_MODE,
    Mode,
    Rule,
    RulePackage,
    Unit,
)


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
    for code in package.rules:
        _check_links(code, package, fail)
    _check_circles(package, fail)
    _check_chains(package, fail)
    switches, lengths = {"aa_counts_equated_days"}, {}
    switches |= {schedule.calendar_setting for schedule in package.schedules.values()} - {""}
    for code, rule in package.rules.items():
        _check_schedule_of(rule, package, fail)
        for key in ("opens_months_before", "length_setting"):
            if setting := getattr(rule, key):
                lengths[f"rules.{code}.{key}"] = setting
        for key in ("ground_settings", "start_settings"):
            for name, setting in getattr(rule, key).items():
                _check_switch(setting, package, f"rules.{code}.{key}.{name}", fail)
        switches |= {setting for setting in switches_of(rule) if setting}
    for where, key in lengths.items():
        spec = package.settings.get(key)
        if spec is None or spec.type != "int":
            fail(where, f"{key!r} is no setting of type int")
    for key in sorted(switches):
        spec = package.settings.get(key)
        if spec is None or spec.type != "bool" or spec.value is None:
            fail(f"settings.{key}", "is needed by the calculation, as a setting of type bool")
    _check_changes(package, fail)
    _check_graph(package, fail)
    _check_replacements(package, fail)
    _check_extension_of_days(package, fail)


def circle_in(links: Mapping[str, str]) -> tuple[str, ...]:
    """The names that lead back to themselves when one follows where each points; empty when none does."""
    for start in links:
        path = [start]
        while (after := links.get(path[-1], "")) and after not in path:
            path.append(after)
        if after:
            return (*path[path.index(after) :], after)
    return ()


# The keys of a rule that name another rule. The first two are one: both say where counting starts.
LINKS = (("due_of", "start_of"), ("follows",), ("instead_of",), ("not_before",))


def _check_links(code: str, package: RulePackage, fail: Callable[[str, str], None]) -> None:
    for key in (key for keys in LINKS for key in keys):
        other = getattr(package.rules[code], key)
        if other and other not in package.rules:
            fail(f"rules.{code}.{key}", f"{other!r} is no other rule of this package")


def _check_circles(package: RulePackage, fail: Callable[[str, str], None]) -> None:
    for keys in LINKS:
        links = {
            code: next((other for key in keys if (other := getattr(rule, key))), "")
            for code, rule in package.rules.items()
        }
        if circle := circle_in(links):
            first = package.rules[circle[0]]
            key = next(key for key in keys if getattr(first, key))
            fail(f"rules.{first.code}.{key}", f"goes round in a circle: {', '.join(circle)}")


def _check_chains(package: RulePackage, fail: Callable[[str, str], None]) -> None:
    """Whoever moves the first of three terms would find the second and not the third."""
    for code, rule in package.rules.items():
        other = package.rules.get(rule.due_of or rule.start_of)
        if other is not None and (further := other.due_of or other.start_of):
            fail(
                f"rules.{code}.{'due_of' if rule.due_of else 'start_of'}",
                f"{other.code} itself counts from {further}; name a rule that counts from an event or a day",
            )


def _check_switch(key: str, package: RulePackage, where: str, fail: Callable[[str, str], None]) -> None:
    spec = package.settings.get(key)
    if spec is None or spec.type != "bool":
        fail(where, f"{key!r} is no setting of type bool")
    elif spec.value is None:
        # Read as "off" it would decide a point of law that nobody has decided.
        fail(where, f"{key!r} has no value; a switch is true or false")


def _check_replacements(package: RulePackage, fail: Callable[[str, str], None]) -> None:
    """A rule that is taken in place of another runs neither beside it nor beside its other replacements."""
    for rule in package.rules.values():
        if not rule.instead_of:
            continue
        others = [other for other in package.rules.values() if other.instead_of == rule.instead_of]
        for other in (package.rules[rule.instead_of], *others):
            if other is not rule and (step := _step_of_both(rule, other)):
                needed = ", ".join(sorted(_needed(rule, step))) or "what decides between them"
                fail(
                    f"rules.{rule.code}.instead_of",
                    f"{other.code} would run beside it after {step}: "
                    f"put {needed} in rules.{other.code}.unless",
                )


def _step_of_both(rule: Rule, other: Rule) -> str:
    """A step that may open both rules for one and the same event."""
    if not (rule.outcomes_in_any_track or other.outcomes_in_any_track):
        for ours, theirs in ((rule.tracks, other.tracks), (rule.outcomes, other.outcomes)):
            if ours and theirs and set(ours).isdisjoint(theirs):
                return ""
    for step in rule.starts:
        apart = _needed(rule, step) & set(other.unless) or _needed(other, step) & set(rule.unless)
        if step in other.starts and not apart:
            return step
    return ""


def _needed(rule: Rule, step: str) -> set[str]:
    """The circumstances without which this step does not open the rule."""
    return {*rule.when, *([rule.starts_when[step]] if step in rule.starts_when else [])}


def _check_extension_of_days(package: RulePackage, fail: Callable[[str, str], None]) -> None:
    """Where the days of the general procedure can be extended, it is known until when."""
    step = "extend_general_procedure"
    if step not in package.graph.steps:
        return
    rule = package.rules.get(EXTENSION_OF_DAYS)
    where = f"rules.{EXTENSION_OF_DAYS}"
    if rule is None:
        fail(where, f"is missing: {step} is among graph.steps, and this rule says until when")
    elif step not in rule.starts:
        fail(f"{where}.starts", f"lacks {step}")
    elif lacking := sorted(SCHEDULES_TO_EXTEND & package.schedules.keys() - rule.last_day.keys()):
        fail(f"{where}.last_day", f"lacks {', '.join(lacking)}, whose days {step} may extend")


def _check_changes(package: RulePackage, fail: Callable[[str, str], None]) -> None:
    """Suspensions and extensions: their rules are there and can change."""
    for kind, entries in (("suspensions", package.suspensions), ("extensions", package.extensions)):
        for name, entry in entries.items():
            for code in entry.rules:
                if code not in package.rules:
                    fail(f"{kind}.{name}.rules", f"{code!r} is no rule of this package")
                rule = package.rules[code]
                # Time in detention neither waits nor grows; hours to arrive somewhere may grow.
                if rule.mode == Mode.HOURS_OR_LIBERTY and (kind == "suspensions" or rule.unit != Unit.HOURS):
                    fail(f"{kind}.{name}.rules", f"{code} runs to the minute and never waits")


def _check_graph(package: RulePackage, fail: Callable[[str, str], None]) -> None:
    """No rule hangs on a step or a track that this law does not have."""
    graph = package.graph
    for code, rule in package.rules.items():
        for key in ("starts", "met_by", "cancelled_by"):
            if strange := set(getattr(rule, key)) - graph.steps:
                fail(f"rules.{code}.{key}", f"{', '.join(sorted(strange))} is not among graph.steps")
        if strange := set(rule.tracks) - graph.tracks:
            fail(f"rules.{code}.tracks", f"{', '.join(sorted(strange))} is not among graph.tracks")
        for ground in rule.ground_settings:
            if ground not in CIRCUMSTANCES:
                fail(f"rules.{code}.ground_settings.{ground}", "is not a circumstance")


def switches_of(rule: Rule) -> set[str | None]:
    """The settings that the counting of this rule asks."""
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
