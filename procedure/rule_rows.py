"""What a rule package says, as frozen rows: time limits, what changes them, and the package as a whole."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time

from procedure.law_words import (
    CIRCUMSTANCES,
    DOCUMENTS,
    EXTENDED_SCHEDULE,
    EXTENSION_OF_DAYS,
    GROUNDS_OF_STEPS,
    NEVER_MISSED,
    OF_ANOTHER_RULE,
    OUTCOMES,
    ROLES,
    SCHEDULES_TO_EXTEND,
    SETTING_OF_MODE,
    STATES,
    TRACKS,
    TRANSITIONS,
    Mode,
    ReminderProfile,
    StartFact,
    Unit,
)
from procedure.package_rows import (
    CalendarData,
    EquatedDay,
    Schedule,
    ScheduleDay,
    SettingSpec,
    SettingValue,
    Source,
    UnknownName,
    WrongSetting,
)

__all__ = [
    "CIRCUMSTANCES",
    "DOCUMENTS",
    "EXTENDED_SCHEDULE",
    "EXTENSION_OF_DAYS",
    "GROUNDS_OF_STEPS",
    "NEVER_MISSED",
    "OF_ANOTHER_RULE",
    "OUTCOMES",
    "ROLES",
    "SCHEDULES_TO_EXTEND",
    "SETTING_OF_MODE",
    "STATES",
    "TRACKS",
    "TRANSITIONS",
    "CalendarData",
    "EquatedDay",
    "Extension",
    "Graph",
    "Mode",
    "ReminderProfile",
    "Rule",
    "RulePackage",
    "Schedule",
    "ScheduleDay",
    "SettingSpec",
    "SettingValue",
    "Source",
    "StartFact",
    "Suspension",
    "Unit",
    "UnknownName",
    "WrongSetting",
]


@dataclass(frozen=True, slots=True)
class Rule:
    """One time limit: when it opens, how long it is, who owes what, and where it is written."""

    code: str
    title: str
    mode: Mode
    source: str
    confidence: str
    owes: tuple[str, ...]
    when_missed: str
    reminder_profile: ReminderProfile
    unit: Unit | None = None
    length: int | None = None
    length_setting: str = ""
    length_by_ground: Mapping[str, int] = field(default_factory=dict)
    unit_by_ground: Mapping[str, Unit] = field(default_factory=dict)
    ground_settings: Mapping[str, str] = field(default_factory=dict)
    letter_when: tuple[str, ...] = ()
    less_weeks: int | None = None
    last_day: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    starts: tuple[str, ...] = ()
    started_by_documents: tuple[str, ...] = ()
    starts_when: Mapping[str, str] = field(default_factory=dict)
    start_settings: Mapping[str, str] = field(default_factory=dict)
    start_fact: StartFact = StartFact.EVENT_ON
    start_fact_after: Mapping[str, StartFact] = field(default_factory=dict)
    due_of: str = ""
    start_of: str = ""
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    outcomes_in_any_track: tuple[str, ...] = ()
    met_by: tuple[str, ...] = ()
    met_by_documents: tuple[str, ...] = ()
    cancelled_by: tuple[str, ...] = ()
    follows: str = ""
    least_days: int | None = None
    instead_of: str = ""
    not_before: str = ""
    soft: bool = False
    by_analogy: bool = False
    counts_first_day: bool = False
    due_time: time | None = None
    postal_grace_weeks: int | None = None
    opens_months_before: str = ""
    extension: str = ""
    note: str = ""

    @property
    def check_the_letter(self) -> bool:
        """Staff see "please check the letter": the length was not read in the text of a law or policy."""
        return not self.confidence.startswith("P")

    @property
    def on_schedule(self) -> bool:
        """Whether it ends with a day of the schedule and not after a length."""
        return self.unit == Unit.DAY_OF_SCHEDULE

    @property
    def grounds(self) -> tuple[str, ...]:
        """The grounds on which its length depends, if it does."""
        by_schedule = [ground for days in self.last_day.values() for ground in days]
        return tuple(dict.fromkeys([*self.length_by_ground, *by_schedule]))

    def takes_letter(
        self, values: Mapping[str, SettingValue | None], *, circumstances: Collection[str] = frozenset()
    ) -> bool:
        """Whether nobody but the letter can say when it ends: the law, or its setting, names no length."""
        if self.mode == Mode.LETTER or not circumstances_clear(self.letter_when, circumstances):
            return True
        return bool(self.length_setting) and values.get(self.length_setting) is None

    def ground_in(
        self, circumstances: Collection[str], *, values: Mapping[str, SettingValue | None]
    ) -> str | None:
        """The ground for another length that these circumstances give, if any and if its setting is on."""
        for ground in self.length_by_ground:
            if ground in circumstances and values.get(self.ground_settings.get(ground, ""), True):
                return ground
        return None

    def fact_after(self, step: str) -> StartFact:
        """From which date it counts after this step."""
        return self.start_fact_after.get(step, self.start_fact)

    def starts_with(
        self,
        step: str,
        *,
        values: Mapping[str, SettingValue | None],
        circumstances: Collection[str] = frozenset(),
    ) -> bool:
        """Whether this step opens it, in these circumstances and with these settings."""
        needed = self.starts_when.get(step)
        switched_on = values.get(self.start_settings.get(step, ""), True)
        return step in self.starts and bool(switched_on) and (needed is None or needed in circumstances)

    def concerns(
        self,
        *,
        track: str,
        outcome: str | None,
        schedule: str | None = None,
        circumstances: Collection[str] = frozenset(),
    ) -> bool:
        """Whether it runs in this track, for this outcome, in this schedule and in these circumstances."""
        if schedule == EXTENDED_SCHEDULE and self.on_schedule and not (self.least_days or self.last_day):
            return False
        if not set(self.when) <= set(circumstances) or not circumstances_clear(self.unless, circumstances):
            return False
        if outcome is not None and outcome in self.outcomes_in_any_track:
            return True
        if self.tracks and track not in self.tracks:
            return False
        return not self.outcomes or outcome in self.outcomes


def circumstances_clear(excluded: Iterable[str], circumstances: Collection[str]) -> bool:
    """Whether none of the excluded circumstances holds."""
    return set(excluded).isdisjoint(circumstances)


@dataclass(frozen=True, slots=True)
class Suspension:
    """A ground on which time limits stand still."""

    code: str
    title: str
    rules: tuple[str, ...]
    source: str
    confidence: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Extension:
    """Who may give more time for which time limits, on which grounds, with what proof and how much."""

    code: str
    title: str
    rules: tuple[str, ...]
    by: tuple[str, ...]
    grounds: Mapping[str, str]  # code of the ground and its sentence
    proof: bool
    source: str
    confidence: str
    unless: tuple[str, ...] = ()
    most_days: int | None = None
    most_months: int | None = None
    most_total_months: int | None = None
    working_days_after_obstacle: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """Which part of the machine this law uses; a package narrows it and never widens it."""

    states: frozenset[str] = STATES
    tracks: frozenset[str] = TRACKS
    steps: frozenset[str] = TRANSITIONS
    # What this law calls a track, where that is another name.
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RulePackage:
    """Everything that one set of law says about time; dated and never changed once published."""

    name: str
    title: str
    valid_from: date
    status: str
    sha256: str
    sources: Mapping[str, Source]
    settings: Mapping[str, SettingSpec]
    calendar: CalendarData
    schedules: Mapping[str, Schedule]
    rules: Mapping[str, Rule]
    graph: Graph = field(default_factory=Graph)
    suspensions: Mapping[str, Suspension] = field(default_factory=dict)
    extensions: Mapping[str, Extension] = field(default_factory=dict)
    overrides: Mapping[str, SettingValue] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, SettingValue | None]:
        """The settings in force, by key; None where no value was confirmed."""
        return {key: spec.value for key, spec in self.settings.items()}

    def rule(self, code: str) -> Rule:
        """The time limit of this code."""
        try:
            return self.rules[code]
        except KeyError:
            raise UnknownName("rule", code, known=self.rules) from None

    def schedule(self, code: str) -> Schedule:
        """The schedule of this code, with the calendar that the settings give it."""
        try:
            schedule = self.schedules[code]
        except KeyError:
            raise UnknownName("schedule", code, known=self.schedules) from None
        if schedule.calendar_setting and self.values[schedule.calendar_setting]:
            return dataclasses.replace(schedule, calendar=Mode.AA_DAY.value)
        return schedule

    def suspension(self, code: str) -> Suspension:
        """The ground of this code on which time limits stand still."""
        try:
            return self.suspensions[code]
        except KeyError:
            raise UnknownName("suspension", code, known=self.suspensions) from None

    def extension(self, code: str) -> Extension:
        """The extension of this code."""
        try:
            return self.extensions[code]
        except KeyError:
            raise UnknownName("extension", code, known=self.extensions) from None

    def suspensions_of(self, rule_code: str) -> tuple[Suspension, ...]:
        """The grounds on which this time limit may stand still."""
        return tuple(entry for entry in self.suspensions.values() if rule_code in entry.rules)

    def extensions_of(
        self, rule_code: str, *, circumstances: Collection[str] = frozenset()
    ) -> tuple[Extension, ...]:
        """The extensions that this time limit may get in these circumstances."""
        return tuple(
            entry
            for entry in self.extensions.values()
            if rule_code in entry.rules and circumstances_clear(entry.unless, circumstances)
        )

    def setting(self, key: str) -> SettingSpec:
        """The setting of this key."""
        try:
            return self.settings[key]
        except KeyError:
            raise UnknownName("setting", key, known=self.settings) from None

    def with_settings(self, **overrides: SettingValue) -> RulePackage:
        """The same package with some switches in another position."""
        changed = {key: self.setting(key).with_value(value) for key, value in overrides.items()}
        return dataclasses.replace(
            self, settings={**self.settings, **changed}, overrides={**self.overrides, **overrides}
        )

    def opened_by(
        self,
        transition: str,
        *,
        track: str,
        outcome: str | None = None,
        schedule: str | None = None,
        circumstances: Collection[str] = frozenset(),
    ) -> tuple[Rule, ...]:
        """The time limits that this step opens; those counted from the end of another come after it."""
        values = self.values
        opened = [
            rule
            for rule in self.rules.values()
            if rule.starts_with(transition, values=values, circumstances=circumstances)
            and rule.concerns(track=track, outcome=outcome, schedule=schedule, circumstances=circumstances)
        ]
        return tuple(sorted(opened, key=lambda rule: rule.fact_after(transition) in OF_ANOTHER_RULE))

    def met_by(self, transition: str) -> tuple[Rule, ...]:
        """The time limits that this step satisfies."""
        return tuple(rule for rule in self.rules.values() if transition in rule.met_by)

    def cancelled_by(self, transition: str) -> tuple[Rule, ...]:
        """The time limits that no longer matter after this step."""
        return tuple(rule for rule in self.rules.values() if transition in rule.cancelled_by)

    def msgids(self) -> frozenset[str]:
        """Every sentence of the package that people read, for the catalogues."""
        texts = [self.title, *self.graph.titles.values()]
        for rule in self.rules.values():
            texts += [rule.title, rule.when_missed, rule.extension]
        texts += [suspension.title for suspension in self.suspensions.values()]
        for extension in self.extensions.values():
            texts += [extension.title, *extension.grounds.values()]
        for schedule in self.schedules.values():
            texts += [schedule.title, schedule.closed_office_note]
            for entry in schedule:
                texts += [entry.step, entry.applicant, entry.lawyer, entry.ind]
        return frozenset(text for text in texts if text)
