"""What a rule package says beside its time limits: sources, settings, calendar, schedules."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

SettingValue = bool | int | str


class UnknownName(LookupError):
    """A package, rule, schedule or setting of this name does not exist; the text lists those that do."""

    def __init__(self, what: str, name: str, *, known: Iterable[str] = ()) -> None:
        self.what, self.name, self.known = what, name, tuple(sorted(known))
        super().__init__(f"there is no {what} {name!r}; known: {', '.join(self.known) or 'none'}")

    def __str__(self) -> str:
        return str(self.args[0])


class WrongSetting(ValueError):
    """A setting was given a value that it cannot have."""


def one_of(names: Sequence[str]) -> str:
    """The names as a choice in a sentence: a, b or c."""
    return " or ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


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
    value: SettingValue | None  # None: nobody has confirmed one, so the letter decides
    type: str
    note: str
    confidence: str
    source: str

    choices: tuple[str, ...] = ()  # of a text: those that mean something; empty where any does

    def read(self, text: str) -> SettingValue:
        """The value that somebody typed, in the type of this setting."""
        value: SettingValue = text
        if self.type == "bool":
            if text.lower() not in ("true", "false"):
                raise WrongSetting(f"setting {self.key} must be true or false, not {text!r}")
            value = text.lower() == "true"
        elif self.type == "int":
            try:
                value = int(text)
            except ValueError:
                raise WrongSetting(f"setting {self.key} must be a whole number, not {text!r}") from None
        return self._within_bounds(value)

    def with_value(self, value: SettingValue) -> SettingSpec:
        """The same switch in another position."""
        # A bool is an int in Python, so the exact type is compared.
        if type(value).__name__ != self.type:
            raise WrongSetting(f"setting {self.key} must be of type {self.type}, not {value!r}")
        return dataclasses.replace(self, value=self._within_bounds(value))

    def _within_bounds(self, value: SettingValue) -> SettingValue:
        if isinstance(value, int) and value < 0:
            raise WrongSetting(f"setting {self.key} must be 0 or more, not {value}")
        if self.choices and value not in self.choices:
            raise WrongSetting(f"setting {self.key} must be {one_of(self.choices)}, not {value!r}")
        return value


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
    calendar_setting: str = ""  # when this setting is on, its days are those of the general procedure

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
