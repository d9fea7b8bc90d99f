"""Reads rule packages (TOML) and refuses any with a mistake, naming file, key and reason."""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
import tomllib
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from procedure.calendars import CannotCompute, DayKind, good_friday_of, holidays_of
from procedure.package_checks import check_package, check_rule
from procedure.package_table import REQUIRED, PackageMistake, Table
from procedure.rule_rows import (
    EXTENDED_SCHEDULE,
    NEVER_MISSED,
    OUTCOMES,
    ROLES,
    TRACKS,
    TRANSITIONS,
    CalendarData,
    EquatedDay,
    Mode,
    ReminderProfile,
    Rule,
    RulePackage,
    Schedule,
    ScheduleDay,
    SettingSpec,
    Source,
    StartFact,
    Unit,
    UnknownName,
    WrongSetting,
)

__all__ = [
    "EXTENDED_SCHEDULE",
    "PACKAGES",
    "Mode",
    "PackageMistake",
    "ReminderProfile",
    "Rule",
    "RulePackage",
    "Schedule",
    "ScheduleDay",
    "SettingSpec",
    "StartFact",
    "Unit",
    "UnknownName",
    "WrongSetting",
    "find_package",
    "load_package",
    "package_names",
    "parse_package",
]

PACKAGES = Path(__file__).parent / "packages"

DOCUMENT_CODE = re.compile(r"DOC-[A-Z0-9]+(-[A-Z0-9]+)*")
RULE_CODE = re.compile(r"[A-Z0-9]{2,4}-[A-Z0-9]{2,4}")
SETTING_TYPES = {"bool": bool, "int": int, "str": str}


def package_names() -> tuple[str, ...]:
    """The packages that the portal brings along."""
    return tuple(sorted(path.stem for path in PACKAGES.glob("*.toml")))


def find_package(name: str) -> RulePackage:
    """The package of this name among those that the portal brings along."""
    if name not in package_names():
        raise UnknownName("package", name, known=package_names())
    return load_package(PACKAGES / f"{name}.toml")


def load_package(path: Path) -> RulePackage:
    """Read one package file; its name must be the name in it."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise PackageMistake(path.name, "file", f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise PackageMistake(path.name, "file", f"is not UTF-8 text (byte {error.start})") from None
    package = parse_package(text, file=path.name)
    if package.name != path.stem:
        raise PackageMistake(
            path.name, "package.name", f"is {package.name!r} but the file is called {path.name!r}"
        )
    return package


@functools.lru_cache(maxsize=16)
def parse_package(text: str, *, file: str) -> RulePackage:
    """Turn the text of a package into its rows, or refuse it."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _toml_mistake(text, file, error) from None
    root = Table(file, "", values)
    head = root.table("package")
    sources = {code: _source(code, table) for code, table in root.table("sources").tables()}
    settings = {key: _setting(key, table, sources) for key, table in root.table("settings").tables()}
    calendar = _calendar(root.table("calendar"), sources)
    schedules = _schedules(root.table("schedules"), sources)
    rule_table = root.table("rules")
    rules = {code: _rule(code, table, sources) for code, table in rule_table.tables()}
    package = RulePackage(
        name=head.text("name"),
        title=head.text("title"),
        valid_from=head.day("valid_from"),
        status=head.one_of("status", {"published", "draft"}),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        sources=sources,
        settings=settings,
        calendar=calendar,
        schedules=schedules,
        rules=rules,
    )
    head.finish()
    root.finish()
    check_package(package, file)
    return package


def _toml_mistake(text: str, file: str, error: tomllib.TOMLDecodeError) -> PackageMistake:
    message = " ".join(str(error).split())
    found = re.search(r"at line (\d+)", message)
    number = int(found.group(1)) if found else len(text.splitlines())
    line = text.splitlines()[number - 1] if 0 < number <= len(text.splitlines()) else ""
    key = line.split("=")[0].strip() if "=" in line else ""
    return PackageMistake(file, f"line {number}" + (f" ({key})" if key else ""), message)


def _source(code: str, table: Table) -> Source:
    row = Source(code, table.text("title"), table.text("version"), table.confidence())
    table.finish()
    return row


def _setting(key: str, table: Table, sources: Iterable[str]) -> SettingSpec:
    type_name = table.one_of("type", SETTING_TYPES)
    value = table.take("value", SETTING_TYPES[type_name], f"of type {type_name}", REQUIRED)
    row = SettingSpec(key, value, type_name, table.text("note"), table.confidence(), table.citation(sources))
    table.finish()
    return row


def _calendar(table: Table, sources: Iterable[str]) -> CalendarData:
    equated: dict[int, tuple[EquatedDay, ...]] = {}
    for name, year_table in table.table("years").tables():
        if not re.fullmatch(r"(19|20|21)\d\d", name):
            year_table.fail("", "is not a year")
        year = int(name)
        days: list[EquatedDay] = []
        for row in year_table.rows("equated"):
            day = EquatedDay(row.day("on"), row.citation(sources), row.confidence())
            if reason := _no_equated_day(day.on, year):
                row.fail("on", f"{day.on} {reason}")
            if days and day.on <= days[-1].on:
                row.fail("on", f"{day.on} does not come after {days[-1].on}")
            row.finish()
            days.append(day)
        year_table.finish()
        equated[year] = tuple(days)
    table.finish()
    if not equated:
        table.fail("years", "names no year")
    return CalendarData(equated)


def _no_equated_day(on: date, year: int) -> str:
    if on.year != year:
        return f"is not in {year}"
    if on.weekday() >= 5:
        return "falls on a weekend"
    try:
        name = holidays_of(year).get(on)
        is_good_friday = on == good_friday_of(year)
    except CannotCompute as error:
        return f"cannot be checked: {error}"
    if name:
        return f"is already a public holiday ({name})"
    return "is Good Friday, which the Atw equates itself" if is_good_friday else ""


def _schedules(table: Table, sources: Iterable[str]) -> dict[str, Schedule]:
    schedules: dict[str, Schedule] = {}
    for code, entry in table.tables():
        if code == EXTENDED_SCHEDULE:
            entry.fail("", "is reserved for an extended general procedure")
        like = entry.one_of("days_like", schedules, default="")
        days = schedules[like].days if like else tuple(_schedule_day(row) for row in entry.rows("days"))
        if not days:
            entry.fail("days", "is empty")
        for before, after in itertools.pairwise(days):
            if after.day <= before.day:
                entry.fail("days", f"day {after.day} does not come after day {before.day}")
        closed = [rule for day in days for rule in day.closes]
        if twice := {rule for rule in closed if closed.count(rule) > 1}:
            entry.fail("days", f"{', '.join(sorted(twice))} is closed twice")
        schedules[code] = Schedule(
            code=code,
            title=entry.text("title"),
            calendar=entry.one_of("calendar", set(DayKind)),
            days=days,
            source=entry.citation(sources),
            confidence=entry.confidence(),
            closed_office_note=entry.text("closed_office_note", ""),
        )
        entry.finish()
    return schedules


def _schedule_day(row: Table) -> ScheduleDay:
    day = ScheduleDay(
        day=row.number("day", least=1),
        step=row.text("step"),
        owner=row.texts("owner", ROLES.__contains__, "a role", required=True),
        closes=row.texts("closes", _matches(RULE_CODE), "the code of a rule"),
        documents=row.texts("documents", _matches(DOCUMENT_CODE), "the code of a document"),
        applicant=row.text("applicant", ""),
        lawyer=row.text("lawyer", ""),
        ind=row.text("ind", ""),
    )
    row.finish()
    return day


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: pattern.fullmatch(value) is not None


def _rule(code: str, table: Table, sources: Iterable[str]) -> Rule:
    if not RULE_CODE.fullmatch(code):
        table.fail("", "is not the code of a rule, as AA-COR is")
    mode = Mode(table.one_of("mode", set(Mode)))
    unit = None if mode == Mode.LETTER else Unit(table.one_of("unit", set(Unit)))
    last_day_table = table.table("last_day", required=False)
    steps, documents = TRANSITIONS.__contains__, _matches(DOCUMENT_CODE)
    rule = Rule(
        code=code,
        title=table.text("title"),
        mode=mode,
        unit=unit,
        length=table.number("length", None),
        length_by_ground=table.numbers("length_by_ground"),
        last_day={name: last_day_table.numbers(name) for name in last_day_table.names()},
        source=table.citation(sources),
        confidence=table.confidence(),
        owes=table.texts("owes", ROLES.__contains__, "a role", required=True),
        when_missed=table.text("when_missed"),
        reminder_profile=ReminderProfile(table.one_of("reminder_profile", set(ReminderProfile))),
        starts=table.texts("starts", steps, "a step of the procedure"),
        started_by_documents=table.texts("started_by_documents", documents, "the code of a document"),
        start_fact=StartFact(table.one_of("start_fact", set(StartFact), StartFact.EVENT_ON.value)),
        due_of=table.text("due_of", ""),
        tracks=table.texts("tracks", TRACKS.__contains__, "a track (general, extended)"),
        outcomes=table.texts("outcomes", OUTCOMES.__contains__, "an outcome"),
        outcomes_in_any_track=table.texts("outcomes_in_any_track", OUTCOMES.__contains__, "an outcome"),
        met_by=table.texts("met_by", steps, "a step of the procedure"),
        met_by_documents=table.texts("met_by_documents", documents, "the code of a document"),
        cancelled_by=table.texts("cancelled_by", steps, "a step of the procedure"),
        follows=table.text("follows", ""),
        least_days=table.number("least_days", None, least=1),
        instead_of=table.text("instead_of", ""),
        soft=table.flag("soft", mode in NEVER_MISSED),
        by_analogy=table.flag("by_analogy"),
        counts_first_day=table.flag("counts_first_day"),
        due_time=table.moment("due_time"),
        postal_grace_weeks=table.number("postal_grace_weeks", None, least=1),
        opens_months_before=table.text("opens_months_before", ""),
        extension=table.text("extension", ""),
        note=table.text("note", ""),
    )
    table.finish()
    check_rule(rule, table)
    return rule
