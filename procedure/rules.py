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
from procedure.package_checks import check_package, circle_in
from procedure.package_rows import one_of
from procedure.package_table import PackageMistake, Table
from procedure.rule_checks import check_rule
from procedure.rule_rows import (
    CIRCUMSTANCES,
    DOCUMENTS,
    EXTENDED_SCHEDULE,
    NEVER_MISSED,
    OUTCOMES,
    ROLES,
    TRACKS,
    TRANSITIONS,
    CalendarData,
    EquatedDay,
    Extension,
    Graph,
    Mode,
    ReminderProfile,
    Rule,
    RulePackage,
    Schedule,
    ScheduleDay,
    SettingSpec,
    Source,
    StartFact,
    Suspension,
    Unit,
    UnknownName,
    WrongSetting,
)

__all__ = [
    "EXTENDED_SCHEDULE",
    "PACKAGES",
    "Extension",
    "Graph",
    "Mode",
    "PackageMistake",
    "ReminderProfile",
    "Rule",
    "RulePackage",
    "Schedule",
    "ScheduleDay",
    "SettingSpec",
    "StartFact",
    "Suspension",
    "Unit",
    "UnknownName",
    "WrongSetting",
    "find_package",
    "load_package",
    "package_names",
    "parse_package",
]

PACKAGES = Path(__file__).parent / "packages"

RULE_CODE = re.compile(r"[A-Z0-9]{2,6}-[A-Z0-9]{2,4}")
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
    suspension_table = root.table("suspensions", required=False)
    extension_table = root.table("extensions", required=False)
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
        graph=_graph(root.table("graph", required=False)),
        suspensions={code: _suspension(code, row, sources) for code, row in suspension_table.tables()},
        extensions={code: _extension(code, row, sources) for code, row in extension_table.tables()},
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
    # Empty is an answer too: nobody has confirmed a value yet.
    value = table.take("value", SETTING_TYPES[type_name], f"of type {type_name}", None)
    if type_name == "int" and value is not None and value < 0:
        table.fail("value", f"must be at least 0, not {value}")
    choices = _choices(table, type_name)
    if value is not None and choices and value not in choices:
        table.fail("value", f"must be {one_of(choices)}, not {value!r}")
    row = SettingSpec(
        key=key,
        value=value,
        type=type_name,
        note=table.text("note"),
        confidence=table.confidence(),
        source=table.citation(sources),
        choices=choices,
    )
    table.finish()
    return row


def _choices(table: Table, type_name: str) -> tuple[str, ...]:
    if "choices" not in table.names():
        return ()
    if type_name != "str":
        table.fail("choices", f"has no place with type {type_name}")
    choices = table.texts("choices", lambda word: word == " ".join(word.split()) != "", "a text")
    if not choices:
        table.fail("choices", "is empty; leave it out to take any text")
    return choices


def _calendar(table: Table, sources: Iterable[str]) -> CalendarData:
    equated: dict[int, tuple[EquatedDay, ...]] = {}
    for name, year_table in table.table("years").tables():
        if not re.fullmatch(r"(19|20|21)\d\d", name):
            year_table.fail("", "is not a year")
        year = int(name)
        days: list[EquatedDay] = []
        for row in year_table.rows("equated"):
            day = EquatedDay(row.day("on"), row.citation(sources), row.confidence())
            if reason := no_equated_day(day.on, year):
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


def no_equated_day(on: date, year: int) -> str:
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
    entries = dict(table.tables())
    likes = {code: entry.one_of("days_like", entries, default="") for code, entry in entries.items()}
    if circle := circle_in(likes):
        entries[circle[0]].fail("days_like", f"goes round in a circle: {', '.join(circle)}")
    own = {code: _own_days(entry) for code, entry in entries.items() if not likes[code]}
    schedules: dict[str, Schedule] = {}
    for code, entry in entries.items():
        if code == EXTENDED_SCHEDULE:
            entry.fail("", "is reserved for an extended general procedure")
        like = code
        while likes[like]:
            like = likes[like]
        schedules[code] = Schedule(
            code=code,
            title=entry.text("title"),
            calendar=entry.one_of("calendar", set(DayKind)),
            days=own[like],
            source=entry.citation(sources),
            confidence=entry.confidence(),
            closed_office_note=entry.text("closed_office_note", ""),
            calendar_setting=entry.text("calendar_setting", ""),
        )
        entry.finish()
    return schedules


def _own_days(entry: Table) -> tuple[ScheduleDay, ...]:
    days = tuple(_schedule_day(row) for row in entry.rows("days"))
    if not days:
        entry.fail("days", "is empty")
    if days[0].day != 1:
        entry.fail("days", f"day 1 is missing before day {days[0].day}")
    for before, after in itertools.pairwise(days):
        if after.day <= before.day:
            entry.fail("days", f"day {after.day} does not come after day {before.day}")
        if after.day > before.day + 1:
            entry.fail("days", f"day {before.day + 1} is missing before day {after.day}")
    closed = [rule for day in days for rule in day.closes]
    if twice := {rule for rule in closed if closed.count(rule) > 1}:
        entry.fail("days", f"{', '.join(sorted(twice))} is closed twice")
    return days


def _schedule_day(row: Table) -> ScheduleDay:
    day = ScheduleDay(
        day=row.number("day", least=1),
        step=row.text("step"),
        owner=row.texts("owner", ROLES.__contains__, "a role", required=True),
        closes=row.texts("closes", _matches(RULE_CODE), "the code of a rule"),
        documents=row.texts("documents", DOCUMENTS.__contains__, "the code of a document"),
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
    steps, documents = TRANSITIONS.__contains__, DOCUMENTS.__contains__
    units = table.words("unit_by_ground", set(Unit).__contains__, "a unit")
    facts_after = table.words("start_fact_after", set(StartFact).__contains__, "a date to count from")
    rule = Rule(
        code=code,
        title=table.text("title"),
        mode=mode,
        unit=unit,
        length=table.number("length", None),
        length_setting=table.text("length_setting", ""),
        length_by_ground=table.numbers("length_by_ground"),
        unit_by_ground={ground: Unit(name) for ground, name in units.items()},
        ground_settings=table.words("ground_settings"),
        letter_when=table.texts("letter_when", CIRCUMSTANCES.__contains__, "a circumstance"),
        less_weeks=table.number("less_weeks", None, least=1),
        last_day={name: last_day_table.numbers(name) for name in last_day_table.names()},
        source=table.citation(sources),
        confidence=table.confidence(),
        owes=table.texts("owes", ROLES.__contains__, "a role", required=True),
        when_missed=table.text("when_missed"),
        reminder_profile=ReminderProfile(table.one_of("reminder_profile", set(ReminderProfile))),
        starts=table.texts("starts", steps, "a step of the procedure"),
        started_by_documents=table.texts("started_by_documents", documents, "the code of a document"),
        starts_when=table.words("starts_when", CIRCUMSTANCES.__contains__, "a circumstance"),
        start_settings=table.words("start_settings"),
        start_fact=StartFact(table.one_of("start_fact", set(StartFact), StartFact.EVENT_ON.value)),
        start_fact_after={step: StartFact(fact) for step, fact in facts_after.items()},
        due_of=table.text("due_of", ""),
        start_of=table.text("start_of", ""),
        when=table.texts("when", CIRCUMSTANCES.__contains__, "a circumstance"),
        unless=table.texts("unless", CIRCUMSTANCES.__contains__, "a circumstance"),
        tracks=table.texts("tracks", TRACKS.__contains__, f"a track ({', '.join(sorted(TRACKS))})"),
        outcomes=table.texts("outcomes", OUTCOMES.__contains__, "an outcome"),
        outcomes_in_any_track=table.texts("outcomes_in_any_track", OUTCOMES.__contains__, "an outcome"),
        met_by=table.texts("met_by", steps, "a step of the procedure"),
        met_by_documents=table.texts("met_by_documents", documents, "the code of a document"),
        cancelled_by=table.texts("cancelled_by", steps, "a step of the procedure"),
        follows=table.text("follows", ""),
        least_days=table.number("least_days", None, least=1),
        instead_of=table.text("instead_of", ""),
        not_before=table.text("not_before", ""),
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


def _graph(table: Table) -> Graph:
    whole = Graph()
    graph = Graph(
        states=_part(table, "states", whole.states, "a state"),
        tracks=_part(table, "tracks", whole.tracks, "a track"),
        steps=_part(table, "steps", whole.steps, "a step of the procedure"),
        titles=table.words("titles"),
    )
    for track in graph.titles:
        if track not in graph.tracks:
            table.fail(f"titles.{track}", "is not among graph.tracks")
    table.finish()
    return graph


def _part(table: Table, key: str, whole: frozenset[str], what: str) -> frozenset[str]:
    """The part of the machine that a package names; all of it where the key is not there."""
    if key not in table.names():
        return whole
    named = frozenset(table.texts(key, whole.__contains__, what))
    if not named:
        # Nothing at all would be no law, and read as "everything" it would widen the machine.
        table.fail(key, "is empty; leave it out to use them all")
    return named


def _suspension(code: str, table: Table, sources: Iterable[str]) -> Suspension:
    suspension = Suspension(
        code=code,
        title=table.text("title"),
        rules=table.texts("rules", _matches(RULE_CODE), "the code of a rule", required=True),
        source=table.citation(sources),
        confidence=table.confidence(),
        note=table.text("note", ""),
    )
    table.finish()
    return suspension


def _extension(code: str, table: Table, sources: Iterable[str]) -> Extension:
    extension = Extension(
        code=code,
        title=table.text("title"),
        rules=table.texts("rules", _matches(RULE_CODE), "the code of a rule", required=True),
        by=table.texts("by", ROLES.__contains__, "a role", required=True),
        grounds=table.words("grounds"),
        proof=table.flag("proof"),
        source=table.citation(sources),
        confidence=table.confidence(),
        unless=table.texts("unless", CIRCUMSTANCES.__contains__, "a circumstance"),
        most_days=table.number("most_days", None, least=1),
        most_months=table.number("most_months", None, least=1),
        most_total_months=table.number("most_total_months", None, least=1),
        working_days_after_obstacle=table.number("working_days_after_obstacle", None, least=1),
        note=table.text("note", ""),
    )
    if not extension.grounds:
        table.fail("grounds", "is empty")
    table.finish()
    return extension
