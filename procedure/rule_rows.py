"""What a rule package says, as frozen rows: settings, calendar, schedules and time limits."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum

SettingValue = bool | int | str


class Mode(StrEnum):
    """How a length becomes a last day."""

    ATW = "ATW"  # general act on time limits: two working days at least, rolls over weekends and holidays
    MONTHS_NO_ATW = "MONTHS_NO_ATW"  # longer than three months (Atw 4): ends where it ends
    HOURS_OR_LIBERTY = "HOURS_OR_LIBERTY"  # hours, or deprivation of liberty: to the minute
    AA_DAY = "AA_DAY"  # days of the general procedure; the schedule may put the border calendar in its place
    WORKING_DAY = "WORKING_DAY"
    CALENDAR = "CALENDAR"  # calendar days under a text that the Atw does not reach
    CALENDAR_MIN = "CALENDAR_MIN"  # a minimum: the next step is possible on the day after it
    EU = "EU"  # terms of EU regulations
    SOFT = "SOFT"  # planning norm, never missed, only late
    LETTER = "LETTER"  # no length in the law: the letter gives the date


class Unit(StrEnum):
    """What a length counts."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    HOURS = "hours"
    DAY_OF_SCHEDULE = "day_of_schedule"  # the end of the schedule's day which closes the rule


class StartFact(StrEnum):
    """From which date a rule counts when one of its transitions is taken."""

    EVENT_ON = "event_on"
    LODGED_ON = "lodged_on"
    APPLICATION_PHASE_ENDED_ON = "application_phase_ended_on"
    DAY_ONE_ON = "day_one_on"
    DUE_OF_RULE = "due_of_rule"  # the end of another time limit, named in `due_of`


class ReminderProfile(StrEnum):
    """Which series of reminders a time limit gets."""

    ONE_DAY = "D"
    WEEKS = "W"
    SHORT = "C"
    STAFF = "S"
    REPORTING = "R"
    INFORMATION = "I"


# After an extension (T17) the days of the base schedule no longer close anything but AA-EXT.
EXTENDED_SCHEDULE = "AAX"

# Running past a planning norm or a minimum breaks no duty: these are soft.
NEVER_MISSED = frozenset({Mode.SOFT, Mode.CALENDAR_MIN})

# The switch that the counting of a mode asks.
SETTING_OF_MODE = {
    Mode.AA_DAY: "aa_counts_equated_days",
    Mode.CALENDAR_MIN: "preparation_minimum_rolls_over",
    Mode.EU: "eu_terms_roll_over",
}

TRACKS = frozenset({"general", "extended"})

ROLES = frozenset(
    {
        "applicant",
        "guardian",
        "lawyer",
        "caseworker",
        "planner",
        "supervisor",
        "reception",
        "counsellor",
        "administrator",
        "system",
    }
)

OUTCOMES = frozenset(
    {
        "GRANT_A",
        "GRANT_B1",
        "GRANT_B2",
        "GRANT_B3",
        "GRANT_FAM",
        "UNFOUNDED",
        "MANIFESTLY_UNFOUNDED",
        "INADMISSIBLE",
        "NOT_CONSIDERED",
        "DISCONTINUED",
        "WITHDRAWN",
        "WITHDRAWAL_OF_PERMIT",
        "EXT_REFUSED",
    }
)

TRANSITIONS = frozenset(
    {
        "express_wish",
        "start_registration",
        "lodge_application",
        "start_application_interview",
        "finish_application_interview",
        "begin_preparation",
        "complete_preparation",
        "choose_nine_days",
        "start_general_procedure",
        "close_interview",
        "close_corrections",
        "issue_intended_decision",
        "close_response",
        "reconsider",
        "refer_to_extended",
        "extend_general_procedure",
        "plan_extended_interview",
        "close_extended_interview",
        "skip_extended_interview",
        "extend_decision_period",
        "extend_response_term",
        "grant",
        "refuse",
        "request_withdrawal",
        "retract_withdrawal",
        "confirm_withdrawal",
        "close",
        "assign_lawyer",
        "change_lawyer",
    }
)


class UnknownName(LookupError):
    """A package, rule, schedule or setting of this name does not exist; the text lists those that do."""

    def __init__(self, what: str, name: str, *, known: Iterable[str] = ()) -> None:
        self.what, self.name, self.known = what, name, tuple(sorted(known))
        super().__init__(f"there is no {what} {name!r}; known: {', '.join(self.known) or 'none'}")

    def __str__(self) -> str:
        return str(self.args[0])


class WrongSetting(ValueError):
    """A setting was given a value of another type."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text of law or a page, and which version of it was read."""

    code: str
    title: str
    version: str
    confidence: str


@dataclass(frozen=True, slots=True)
class SettingSpec:
    """An uncertain point of law as a switch, with the note that says why it is uncertain."""

    key: str
    value: SettingValue
    type: str
    note: str
    confidence: str
    source: str

    def read(self, text: str) -> SettingValue:
        """The value that somebody typed, in the type of this setting."""
        if self.type == "bool":
            if text.lower() not in ("true", "false"):
                raise WrongSetting(f"setting {self.key} must be true or false, not {text!r}")
            return text.lower() == "true"
        if self.type == "int":
            try:
                return int(text)
            except ValueError:
                raise WrongSetting(f"setting {self.key} must be a whole number, not {text!r}") from None
        return text

    def with_value(self, value: SettingValue) -> SettingSpec:
        """The same switch in another position."""
        # A bool is an int in Python, so the exact type is compared.
        if type(value).__name__ != self.type:
            raise WrongSetting(f"setting {self.key} must be of type {self.type}, not {value!r}")
        return dataclasses.replace(self, value=value)


@dataclass(frozen=True, slots=True)
class EquatedDay:
    """A day equated with a public holiday by royal decree (Atw 3(3))."""

    on: date
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class CalendarData:
    """The years that somebody has entered, each with its equated days."""

    equated: Mapping[int, tuple[EquatedDay, ...]]

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted(self.equated))


@dataclass(frozen=True, slots=True)
class ScheduleDay:
    """One day of a schedule: what happens, who acts, which time limits end with it."""

    day: int
    step: str
    owner: tuple[str, ...]
    closes: tuple[str, ...]
    documents: tuple[str, ...] = ()
    applicant: str = ""
    lawyer: str = ""
    ind: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The days of a procedure in order; iterates over its days."""

    code: str
    title: str
    calendar: str
    days: tuple[ScheduleDay, ...]
    source: str
    confidence: str
    closed_office_note: str = ""

    def __iter__(self) -> Iterator[ScheduleDay]:
        return iter(self.days)

    def __len__(self) -> int:
        return self.last_day

    @property
    def last_day(self) -> int:
        return self.days[-1].day

    def day(self, number: int) -> ScheduleDay | None:
        """What is planned on day `number`, if anything."""
        return next((entry for entry in self.days if entry.day == number), None)

    def closing_day(self, rule_code: str) -> int | None:
        """The day at whose end this time limit ends."""
        return next((entry.day for entry in self.days if rule_code in entry.closes), None)


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
    length_by_ground: Mapping[str, int] = field(default_factory=dict)
    last_day: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    starts: tuple[str, ...] = ()
    started_by_documents: tuple[str, ...] = ()
    start_fact: StartFact = StartFact.EVENT_ON
    due_of: str = ""
    tracks: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    outcomes_in_any_track: tuple[str, ...] = ()
    met_by: tuple[str, ...] = ()
    met_by_documents: tuple[str, ...] = ()
    cancelled_by: tuple[str, ...] = ()
    follows: str = ""
    least_days: int | None = None
    instead_of: str = ""
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

    def concerns(self, *, track: str, outcome: str | None, schedule: str | None = None) -> bool:
        """Whether it runs in this track, for this outcome and in this schedule."""
        if schedule == EXTENDED_SCHEDULE and self.on_schedule and not (self.least_days or self.last_day):
            return False
        if outcome is not None and outcome in self.outcomes_in_any_track:
            return True
        if self.tracks and track not in self.tracks:
            return False
        return not self.outcomes or outcome in self.outcomes


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
    overrides: Mapping[str, SettingValue] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, SettingValue]:
        """The settings in force, by key."""
        return {key: spec.value for key, spec in self.settings.items()}

    def rule(self, code: str) -> Rule:
        """The time limit of this code."""
        try:
            return self.rules[code]
        except KeyError:
            raise UnknownName("rule", code, known=self.rules) from None

    def schedule(self, code: str) -> Schedule:
        """The schedule of this code."""
        try:
            return self.schedules[code]
        except KeyError:
            raise UnknownName("schedule", code, known=self.schedules) from None

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
        self, transition: str, *, track: str, outcome: str | None = None, schedule: str | None = None
    ) -> tuple[Rule, ...]:
        """The time limits that this step opens; those counted from the end of another come after it."""
        opened = [
            rule
            for rule in self.rules.values()
            if transition in rule.starts and rule.concerns(track=track, outcome=outcome, schedule=schedule)
        ]
        return tuple(sorted(opened, key=lambda rule: rule.start_fact == StartFact.DUE_OF_RULE))

    def met_by(self, transition: str) -> tuple[Rule, ...]:
        """The time limits that this step satisfies."""
        return tuple(rule for rule in self.rules.values() if transition in rule.met_by)

    def cancelled_by(self, transition: str) -> tuple[Rule, ...]:
        """The time limits that no longer matter after this step."""
        return tuple(rule for rule in self.rules.values() if transition in rule.cancelled_by)

    def msgids(self) -> frozenset[str]:
        """Every sentence of the package that people read, for the catalogues."""
        texts = [self.title]
        for rule in self.rules.values():
            texts += [rule.title, rule.when_missed, rule.extension]
        for schedule in self.schedules.values():
            texts += [schedule.title, schedule.closed_office_note]
            for entry in schedule:
                texts += [entry.step, entry.applicant, entry.lawyer, entry.ind]
        return frozenset(text for text in texts if text)
