"""Which days count: public holidays, equated days and weekends of the Algemene termijnenwet (Atw)."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import holidays

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from procedure.rules import RulePackage

ONE_DAY = timedelta(days=1)


def gettext_noop(message: str) -> str:
    """Mark a text for the catalogues; Django's function of this name wants settings, and the law has none."""
    return message


SATURDAY = gettext_noop("weekend: Saturday")
SUNDAY = gettext_noop("weekend: Sunday")
GOOD_FRIDAY = gettext_noop("Good Friday")
EQUATED_DAY = gettext_noop("equated day (royal decree)")
PAUSED_DAY = gettext_noop("the time stood still")

# Atw 3(1) names eight public holidays; the left side is what the library calls them. Liberation Day is a paid
# day off only once in five years, but for terms a holiday every year: hence the category "optional" below.
_ATW_3_1 = {
    "New Year's Day": gettext_noop("New Year's Day"),
    "Easter Monday": gettext_noop("Easter Monday"),
    "King's Day": gettext_noop("King's Day"),
    "Liberation Day": gettext_noop("Liberation Day"),
    "Ascension Day": gettext_noop("Ascension Day"),
    "Pentecost Monday": gettext_noop("Whit Monday"),
    "Christmas Day": gettext_noop("Christmas Day"),
    "Second Day of Christmas": gettext_noop("Second Christmas Day"),
}
# Atw 3(2): equated with a public holiday.
_LIBRARY_GOOD_FRIDAY = "Good Friday"


class DayKind(StrEnum):
    """The three ways in which days are counted one by one."""

    AA_DAY = "AA_DAY"  # general procedure: Vb 3.110(3)
    AA_DAY_SCHIPHOL = "AA_DAY_SCHIPHOL"  # general procedure at the border: every day counts
    WORKING_DAY = "WORKING_DAY"  # neither weekend, nor holiday, nor equated day


class WhyClosed(StrEnum):
    """Why a day does not count."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    EQUATED = "equated"
    PAUSED = "paused"


class Pause(NamedTuple):
    """Days on which a time limit stands still, the first and the last included, and why."""

    first_on: date
    last_on: date
    name: str = PAUSED_DAY


class CannotCompute(ValueError):
    """A date cannot be worked out; the text says why in one line."""


class CalendarDataMissing(CannotCompute):
    """The package or the library knows no holidays for this year, so nothing is guessed."""

    def __init__(self, year: int, reason: str) -> None:
        self.year = year
        super().__init__(f"no calendar data for the year {year}: {reason}")


class NotAProcedureDay(CannotCompute):
    """This date cannot be a day of the procedure; says why and which day is the next that can."""

    def __init__(self, on: date, *, name: str, kind: DayKind, next_on: date) -> None:
        self.on, self.name, self.kind, self.next_on = on, name, kind, next_on
        super().__init__(
            f"{on:%A} {on.isoformat()} is not a day of the procedure ({name}); "
            f"the next one is {next_on:%A} {next_on.isoformat()}"
        )


@dataclass(frozen=True, slots=True)
class Skipped:
    """A day that was passed over, with its name."""

    on: date
    name: str
    why: WhyClosed


@dataclass(frozen=True, slots=True)
class PlannedDate:
    """Day `number` of a block; `closed` names why many offices are shut although the day counts."""

    number: int
    on: date
    closed: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The days of a block and those passed over between them."""

    days: tuple[PlannedDate, ...]
    skipped: tuple[Skipped, ...]

    def on(self, number: int) -> date:
        """The date of day `number`."""
        return self.days[number - 1].on


@functools.lru_cache(maxsize=64)
def holidays_of(year: int) -> dict[date, str]:
    """The eight public holidays of Atw 3(1) in this year, by date."""
    return {on: name for on, name in _library_days(year).items() if name != GOOD_FRIDAY}


@functools.lru_cache(maxsize=64)
def good_friday_of(year: int) -> date:
    """Good Friday (Goede Vrijdag), equated with a holiday by Atw 3(2)."""
    return next(on for on, name in _library_days(year).items() if name == GOOD_FRIDAY)


@functools.lru_cache(maxsize=64)
def _library_days(year: int) -> dict[date, str]:
    # The language is fixed because the library otherwise answers in Dutch; names are matched, never dates.
    found = holidays.NL(years=year, categories=("public", "optional"), language="en_US")
    wanted = {**_ATW_3_1, _LIBRARY_GOOD_FRIDAY: GOOD_FRIDAY}
    days: dict[date, str] = {}
    seen: set[str] = set()
    for on in sorted(found):
        for library_name in found.get_list(on):
            if library_name in wanted:
                seen.add(library_name)
                # Two on one day (Ascension Day on 5 May 2016): the first keeps the day.
                days.setdefault(on, wanted[library_name])
    if missing := set(wanted) - seen:
        raise CalendarDataMissing(year, f"the holiday library does not name {', '.join(sorted(missing))}")
    return days


class LegalCalendar:
    """The calendar of one rule package: asks for any day whether it counts, and if not, why."""

    def __init__(
        self,
        package: RulePackage,
        settings: Mapping[str, object] | None = None,
        *,
        pauses: Iterable[Pause] = (),
    ) -> None:
        self._package = package.name
        self._equated = package.calendar.equated
        values = package.values if settings is None else settings
        self._aa_counts_equated_days = bool(values["aa_counts_equated_days"])
        self.pauses = tuple(sorted(pauses))

    def why_closed(self, on: date) -> Skipped | None:
        """Why this is not a working day, or None when it is one."""
        on = _plain(on)
        if on.year not in self._equated:
            known = ", ".join(str(year) for year in sorted(self._equated)) or "none"
            raise CalendarDataMissing(on.year, f"package {self._package} has the years {known}")
        if name := holidays_of(on.year).get(on):
            return Skipped(on, name, WhyClosed.HOLIDAY)
        if on.weekday() >= 5:
            return Skipped(on, SATURDAY if on.weekday() == 5 else SUNDAY, WhyClosed.WEEKEND)
        if on == good_friday_of(on.year):
            return Skipped(on, GOOD_FRIDAY, WhyClosed.EQUATED)
        if any(day.on == on for day in self._equated[on.year]):
            return Skipped(on, EQUATED_DAY, WhyClosed.EQUATED)
        return None

    def paused(self, on: date) -> Skipped | None:
        """The day as one on which time stood still, or None."""
        for pause in self.pauses:
            if pause.first_on <= on <= pause.last_on:
                return Skipped(on, pause.name, WhyClosed.PAUSED)
        return None

    def skips(self, on: date, kind: DayKind) -> Skipped | None:
        """The day as passed over when counting days of this kind, or None when it counts."""
        return self._skips_by_law(on, kind) or self.paused(_plain(on))

    def _skips_by_law(self, on: date, kind: DayKind) -> Skipped | None:
        closed = self.why_closed(on)  # asked first, so that a year without data refuses for every kind
        if closed is None or kind == DayKind.AA_DAY_SCHIPHOL:
            return None
        if kind == DayKind.AA_DAY and closed.why == WhyClosed.EQUATED and self._aa_counts_equated_days:
            return None
        return closed

    def why_not_counted(self, on: date, kind: DayKind) -> str | None:
        """The name of the reason why a day does not count, or None when it counts."""
        skipped = self.skips(on, kind)
        return skipped.name if skipped else None

    def first_counted(self, on: date, kind: DayKind) -> tuple[date, list[Skipped]]:
        """The first day that counts, from `on` itself onwards, and the days passed over before it."""
        on, passed = _plain(on), []
        while skipped := self.skips(on, kind):
            passed.append(skipped)
            on += ONE_DAY
        return on, passed

    def require(self, on: date, kind: DayKind) -> None:
        """Refuse a date that is no day of this kind, naming the next one that is."""
        # A pause does not change which days the law counts, so it forbids no day 1.
        if skipped := self._skips_by_law(on, kind):
            next_on, _ = self.first_counted(on, kind)
            raise NotAProcedureDay(_plain(on), name=skipped.name, kind=kind, next_on=next_on)

    def days(self, start: date, n: int, kind: DayKind) -> Plan:
        """The n days of a block that begins on `start`, which must itself count."""
        if n < 1:
            raise CannotCompute(f"a block has at least one day, not {n}")
        self.require(start, kind)
        return self._block(_plain(start), n, kind, first_number=1)

    def days_after(self, event: date, n: int, kind: DayKind) -> Plan:
        """The n days that count after an event; the day of the event is day 0."""
        if n < 1:
            return Plan((), ())
        return self._block(_plain(event) + ONE_DAY, n, kind, first_number=1)

    def _block(self, on: date, n: int, kind: DayKind, *, first_number: int) -> Plan:
        planned: list[PlannedDate] = []
        skipped: list[Skipped] = []
        for number in range(first_number, first_number + n):
            on, passed = self.first_counted(on, kind)
            skipped += passed
            closed = self.why_closed(on)
            planned.append(PlannedDate(number, on, closed.name if closed else None))
            on += ONE_DAY
        return Plan(tuple(planned), tuple(skipped))


def _plain(on: date) -> date:
    # A datetime is a date too, but the two never compare equal.
    return on.date() if isinstance(on, datetime) else on
