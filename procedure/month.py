"""The month as a planner reads it: which days count and why not, what is planned, which can be day 1."""

import calendar as weeks_of
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from procedure.calendars import ONE_DAY, CalendarDataMissing, CannotCompute, DayKind, LegalCalendar, WhyClosed


class NotAMonth(ValueError):
    """This is no month of the calendar."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One month of one year."""

    year: int
    number: int

    @classmethod
    def of(cls, on: date) -> Self:
        """The month in which a day lies."""
        return cls(on.year, on.month)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The month of `2026-04`; raises NotAMonth."""
        written = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text)
        if written is None:
            raise NotAMonth(text)
        month = cls(int(written[1]), int(written[2]))
        if not (date.min.year <= month.year and 1 <= month.number <= 12):
            raise NotAMonth(text)
        return month

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    def later(self, months: int) -> Self | None:
        """The month so many months on, or back when negative; None beyond the years that there are."""
        years, rest = divmod(self.number - 1 + months, 12)
        year = self.year + years
        return type(self)(year, rest + 1) if date.min.year <= year <= date.max.year else None

    def weeks(self) -> tuple[tuple[date | None, ...], ...]:
        """Its weeks from Monday to Sunday; None for a day of another month."""
        return tuple(
            tuple(date(self.year, self.number, day) if day else None for day in week)
            for week in weeks_of.Calendar().monthdayscalendar(self.year, self.number)
        )


class WhyRefused(StrEnum):
    """Why a day cannot be day 1."""

    RESTING = "resting"
    PAST = "past"
    NOT_COUNTED = "not_counted"


class DayOneRefused(CannotCompute):
    """This day cannot be day 1; says why and which day is the first that can."""

    def __init__(self, on: date, *, why: WhyRefused, next_on: date, name: str = "") -> None:
        self.on, self.why, self.next_on, self.name = on, why, next_on, name
        super().__init__(f"{on.isoformat()} cannot be day 1 ({name or why}); {next_on.isoformat()} can")


@dataclass(frozen=True, slots=True)
class DayOneChoice:
    """From which days day 1 is chosen: those that count, after rest and preparation, from today on."""

    calendar: LegalCalendar
    kind: DayKind
    length: int
    today: date
    earliest: date | None = None

    def first(self) -> date:
        """The first day that can be day 1."""
        return self.calendar.first_counted(max(self.today, self.earliest or self.today), self.kind)[0]

    def check(self, on: date) -> None:
        """Refuse a day that cannot be day 1: DayOneRefused, or CalendarDataMissing where nobody can say."""
        if self.earliest and on < self.earliest:
            raise DayOneRefused(on, why=WhyRefused.RESTING, next_on=self.first())
        if on < self.today:
            raise DayOneRefused(on, why=WhyRefused.PAST, next_on=self.first())
        if skipped := self.calendar.skips(on, self.kind):
            next_on, _passed = self.calendar.first_counted(on, self.kind)
            raise DayOneRefused(on, why=WhyRefused.NOT_COUNTED, next_on=next_on, name=skipped.name)
        # The year of the last day may be one for which nobody has entered the holidays.
        self.calendar.days(on, self.length, self.kind)

    def allows(self, on: date) -> bool:
        """Can this be day 1?"""
        try:
            self.check(on)
        except CannotCompute:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Meeting:
    """An appointment as the month shows it."""

    on: date
    starts_at: datetime
    title: str
    place: str


@dataclass(frozen=True, slots=True)
class Standstill:
    """Days on which time stands still; without a last day it still does."""

    first_on: date
    last_on: date | None
    title: str

    def covers(self, on: date) -> bool:
        return self.first_on <= on and (self.last_on is None or on <= self.last_on)


@dataclass(frozen=True, slots=True)
class CaseDays:
    """What is known of the days of one case."""

    today: date
    # By schedule, the case's own first: the number of each planned day.
    plans: Mapping[str, Mapping[date, int]] = field(default_factory=dict)
    rest_from: date | None = None
    earliest: date | None = None
    meetings: Sequence[Meeting] = ()
    standstills: Sequence[Standstill] = ()
    refused_on: date | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A day of the procedure on this date, and in which schedules it has that number."""

    number: int
    schedules: tuple[str, ...]
    # Whether the schedule of the case itself has it, or only the one that it is compared with.
    own: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of a month: whether it counts, and everything that is known of it."""

    on: date
    # Why it does not count: the weekend, the holiday or the equated day by name.
    why_not: str | None = None
    # The name of a holiday or an equated day, also of one that counts although many offices are closed.
    name: str | None = None
    planned: tuple[Planned, ...] = ()
    can_be_day_one: bool = False
    resting: bool = False
    rest_ends: bool = False
    standstill: Standstill | None = None
    meetings: tuple[Meeting, ...] = ()
    is_today: bool = False
    refused: bool = False

    @property
    def counts(self) -> bool:
        return self.why_not is None

    @property
    def own_day(self) -> bool:
        """Is it a day in the schedule of the case?"""
        return any(planned.own for planned in self.planned)

    @property
    def has_news(self) -> bool:
        """Is there more to say than whether it counts?"""
        begins = self.standstill is not None and self.standstill.first_on == self.on
        return bool(self.name or self.meetings or self.rest_ends or begins)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A month laid out in weeks; without weeks where the calendar has no data for its year."""

    month: Month
    weeks: tuple[tuple[Cell | None, ...], ...] = ()
    missing_year: int | None = None

    def cells(self) -> Iterator[Cell]:
        """Its days in order."""
        return (cell for week in self.weeks for cell in week if cell is not None)

    def news(self) -> tuple[Cell, ...]:
        """The days about which there is more to say, in order."""
        return tuple(cell for cell in self.cells() if cell.has_news)


def lay_out(month: Month, *, case: CaseDays, choice: DayOneChoice, choosing: bool = True) -> Sheet:
    """The sheet of a month; `choosing` marks the days that can be day 1."""
    try:
        weeks = tuple(
            tuple(_cell(on, case=case, choice=choice, choosing=choosing) if on else None for on in week)
            for week in month.weeks()
        )
    except CalendarDataMissing as missing:
        return Sheet(month, missing_year=missing.year)
    return Sheet(month, weeks)


def _cell(on: date, *, case: CaseDays, choice: DayOneChoice, choosing: bool) -> Cell:
    skipped = choice.calendar.skips(on, choice.kind)
    closed = choice.calendar.why_closed(on)
    resting = bool(case.rest_from and case.earliest and case.rest_from <= on < case.earliest)
    return Cell(
        on,
        why_not=skipped.name if skipped else None,
        name=closed.name if closed and closed.why != WhyClosed.WEEKEND else None,
        planned=_planned(on, case.plans),
        can_be_day_one=choosing and choice.allows(on),
        resting=resting,
        rest_ends=resting and on + ONE_DAY == case.earliest,
        standstill=next((entry for entry in case.standstills if entry.covers(on)), None),
        meetings=tuple(meeting for meeting in case.meetings if meeting.on == on),
        is_today=on == case.today,
        refused=on == case.refused_on,
    )


def _planned(on: date, plans: Mapping[str, Mapping[date, int]]) -> tuple[Planned, ...]:
    own = next(iter(plans), None)
    numbers: dict[int, list[str]] = {}
    for schedule, days in plans.items():
        if on in days:
            numbers.setdefault(days[on], []).append(schedule)
    return tuple(Planned(number, tuple(schedules), own in schedules) for number, schedules in numbers.items())
