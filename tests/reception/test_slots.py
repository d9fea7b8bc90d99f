"""The day of the weekly report: golden weeks, and every week against a slow search of its own."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedure.calendars import CalendarDataMissing, CannotCompute, LegalCalendar, Skipped, WhyClosed
from procedure.rules import PACKAGES, load_package
from reception.slots import Week, weekly_slot

CALENDAR = LegalCalendar(load_package(PACKAGES / "nl-2021.toml"))
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(1, 6)


@pytest.mark.parametrize(
    ("usual", "on", "passed"),
    [
        ("2026-04-13", "2026-04-13", []),
        ("2026-04-27", "2026-04-28", [("2026-04-27", "King's Day")]),
        ("2026-04-06", "2026-04-07", [("2026-04-06", "Easter Monday")]),
        # Nothing is left of the week after Good Friday, so the day before.
        (
            "2026-04-03",
            "2026-04-02",
            [
                ("2026-04-03", "Good Friday"),
                ("2026-04-04", "weekend: Saturday"),
                ("2026-04-05", "weekend: Sunday"),
            ],
        ),
        # Ascension Day, and the Friday after it equated by decree.
        (
            "2026-05-14",
            "2026-05-13",
            [
                ("2026-05-14", "Ascension Day"),
                ("2026-05-15", "equated day (royal decree)"),
                ("2026-05-16", "weekend: Saturday"),
                ("2026-05-17", "weekend: Sunday"),
            ],
        ),
        # New Year: the week has days of two years.
        ("2026-01-01", "2025-12-31", None),
        ("2026-12-25", "2026-12-24", None),
        ("2027-04-27", "2027-04-28", [("2027-04-27", "King's Day")]),
    ],
)
def test_a_closed_day_moves_within_its_week_and_says_what_it_passed_over(
    usual: str, on: str, passed: list[tuple[str, str]] | None
) -> None:
    day = date.fromisoformat(usual)
    slot = weekly_slot(Week.of(day), weekday=day.isoweekday(), calendar=CALENDAR)
    assert slot.on.isoformat() == on
    if passed is not None:
        assert [(skipped.on.isoformat(), skipped.name) for skipped in slot.moved_over] == passed


def test_the_report_is_in_time_until_the_last_second_in_amsterdam() -> None:
    slot = weekly_slot(Week.of(date(2026, 3, 30)), weekday=MONDAY, calendar=CALENDAR)
    assert slot.due_at.isoformat() == "2026-03-30T23:59:59+02:00"
    slot = weekly_slot(Week.of(date(2026, 3, 23)), weekday=MONDAY, calendar=CALENDAR)
    assert slot.due_at.isoformat() == "2026-03-23T23:59:59+01:00"


def test_a_year_without_data_refuses() -> None:
    with pytest.raises(CalendarDataMissing) as refusal:
        weekly_slot(Week(2031, 10), weekday=MONDAY, calendar=CALENDAR)
    assert refusal.value.year == 2031


def test_a_week_without_any_working_day_refuses() -> None:
    class NeverOpen:
        def why_closed(self, on: date) -> Skipped:
            return Skipped(on, "closed", WhyClosed.HOLIDAY)

    with pytest.raises(CannotCompute, match="no working day"):
        weekly_slot(Week(2026, 10), weekday=MONDAY, calendar=NeverOpen())  # type: ignore[arg-type]


def test_weeks_go_on_over_the_turn_of_the_year() -> None:
    assert Week.of(date(2026, 12, 28)) == Week(2026, 53)
    assert Week(2026, 53).after(1) == Week(2027, 1)
    assert Week.of(date(2027, 1, 3)) == Week(2026, 53)


@given(
    on=st.dates(date(2023, 1, 2), date(2028, 12, 24)),
    weekday=st.integers(MONDAY, FRIDAY),
)
def test_each_week_has_one_working_day_as_near_after_the_usual_one_as_can_be(on: date, weekday: int) -> None:
    slot = weekly_slot(Week.of(on), weekday=weekday, calendar=CALENDAR)
    monday = on - timedelta(days=on.weekday())
    open_days = [
        day for day in (monday + timedelta(days=n) for n in range(7)) if CALENDAR.why_closed(day) is None
    ]
    usual = monday + timedelta(days=weekday - 1)
    later = [day for day in open_days if day >= usual]
    assert slot.on == (later[0] if later else open_days[-1])
    assert (slot.moved_over == ()) == (slot.on == usual)
    assert all(CALENDAR.why_closed(day.on) == day for day in slot.moved_over)
    # Every day between the usual one and the chosen one is named.
    low, high = sorted((usual, slot.on))
    between = {low + timedelta(days=n) for n in range((high - low).days + 1)} - {slot.on}
    assert between <= {day.on for day in slot.moved_over}
