"""On which day of a week somebody reports: weekday and calendar in, day out. No database, no clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from procedure.calendars import CannotCompute, LegalCalendar, Skipped

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """A week from Monday to Sunday, numbered as in ISO 8601."""

    year: int
    number: int

    @classmethod
    def of(cls, on: date) -> "Week":
        year, number, _ = on.isocalendar()
        return cls(year, number)

    def day(self, weekday: int) -> date:
        """The date of a weekday, 1 for Monday to 7 for Sunday."""
        return date.fromisocalendar(self.year, self.number, weekday)

    def after(self, count: int) -> "Week":
        """The week so many weeks later."""
        return Week.of(self.day(1) + timedelta(weeks=count))

    def weeks_until(self, other: "Week") -> int:
        """How many weeks later the other one is; below nothing when it is earlier."""
        return (other.day(1) - self.day(1)).days // DAYS_A_WEEK


@dataclass(frozen=True, slots=True)
class WeeklySlot:
    """The day of one week, and the days passed over to find it, in the order in which they were tried."""

    on: date
    moved_over: tuple[Skipped, ...] = ()

    @property
    def due_at(self) -> datetime:
        """The last second of the day in Amsterdam."""
        return datetime.combine(self.on, time(23, 59, 59), tzinfo=AMSTERDAM)


def weekly_slot(week: Week, *, weekday: int, calendar: LegalCalendar, stays: bool = False) -> WeeklySlot:
    """The day in this week on which somebody with this weekday reports (model C6, weekly slot).

    A day that is no working day moves to the next one of the same week, or else to the last one before it, so
    that one report a week remains. Where a report `stays`, a closed day is no reason to move it. Raises
    CalendarDataMissing for a year without data: no day is guessed.
    """
    if stays:
        return WeeklySlot(week.day(weekday))
    passed: list[Skipped] = []
    for day in _days_to_try(weekday):
        on = week.day(day)
        closed = calendar.why_closed(on)
        if closed is None:
            return WeeklySlot(on, tuple(passed))
        passed.append(closed)
    raise CannotCompute(f"week {week.number} of {week.year} has no working day")


def _days_to_try(weekday: int) -> Iterator[int]:
    yield from range(weekday, DAYS_A_WEEK + 1)
    yield from range(weekday - 1, 0, -1)
