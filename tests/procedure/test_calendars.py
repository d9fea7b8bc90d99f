"""Which days count, against the tables of the law and against a second calculator."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedure import calendars
from procedure.calendars import (
    CalendarDataMissing,
    CannotCompute,
    DayKind,
    LegalCalendar,
    NotAProcedureDay,
    WhyClosed,
    good_friday_of,
    holidays_of,
)
from procedure.rules import find_package
from tests.procedure import oracle

NL = find_package("nl-2021")
CALENDAR = LegalCalendar(NL)
STRICT = LegalCalendar(NL.with_settings(aa_counts_equated_days=False))
WITH_DATA = st.dates(min_value=date(2023, 1, 1), max_value=date(2028, 12, 31))
NOT_AT_THE_END = st.dates(min_value=date(2023, 1, 1), max_value=date(2028, 10, 31))


@pytest.mark.parametrize(
    ("day", "name", "why"),
    [
        ("2026-01-01", "New Year's Day", WhyClosed.HOLIDAY),
        ("2026-01-02", "equated day (royal decree)", WhyClosed.EQUATED),
        ("2026-04-03", "Good Friday", WhyClosed.EQUATED),
        ("2026-04-04", "weekend: Saturday", WhyClosed.WEEKEND),
        ("2026-04-05", "weekend: Sunday", WhyClosed.WEEKEND),
        ("2026-04-06", "Easter Monday", WhyClosed.HOLIDAY),
        ("2026-04-27", "King's Day", WhyClosed.HOLIDAY),
        ("2026-05-05", "Liberation Day", WhyClosed.HOLIDAY),
        ("2026-05-14", "Ascension Day", WhyClosed.HOLIDAY),
        ("2026-05-15", "equated day (royal decree)", WhyClosed.EQUATED),
        ("2026-05-24", "weekend: Sunday", WhyClosed.WEEKEND),
        ("2026-05-25", "Whit Monday", WhyClosed.HOLIDAY),
        ("2026-12-25", "Christmas Day", WhyClosed.HOLIDAY),
        ("2026-12-26", "Second Christmas Day", WhyClosed.HOLIDAY),
    ],
)
def test_the_closed_days_of_2026_have_their_names(day, name, why):
    closed = CALENDAR.why_closed(date.fromisoformat(day))
    assert closed is not None
    assert (closed.name, closed.why) == (name, why)


def test_the_first_of_may_is_a_working_day():
    assert CALENDAR.why_closed(date(2026, 5, 1)) is None


def test_kings_day_moves_to_saturday_when_it_falls_on_a_sunday():
    assert holidays_of(2025)[date(2025, 4, 26)] == "King's Day"
    assert date(2025, 4, 27) not in holidays_of(2025)


@pytest.mark.parametrize("year", range(2023, 2029))
def test_liberation_day_counts_every_year_and_not_only_every_fifth(year):
    assert holidays_of(year)[date(year, 5, 5)] == "Liberation Day"


# From 2014 on: before that the birthday of another monarch was celebrated.
@pytest.mark.parametrize("year", range(2014, 2100))
def test_the_holidays_of_a_year_are_those_of_the_second_calculator(year):
    every_day = [date(year, 1, 1) + step * oracle.DAY for step in range(366)]
    assert set(holidays_of(year)) == {on for on in every_day if on.year == year and oracle.is_holiday(on)}
    assert good_friday_of(year) == oracle.easter_sunday(year) - 2 * oracle.DAY


@given(WITH_DATA)
def test_a_day_counts_exactly_when_the_second_calculator_says_so(on):
    assert (CALENDAR.why_not_counted(on, DayKind.AA_DAY) is None) == oracle.is_aa_day(on)
    assert (STRICT.why_not_counted(on, DayKind.AA_DAY) is None) == oracle.is_aa_day(on, equated_count=False)
    assert (CALENDAR.why_not_counted(on, DayKind.WORKING_DAY) is None) == oracle.is_working_day(on)
    assert CALENDAR.why_not_counted(on, DayKind.AA_DAY_SCHIPHOL) is None


@given(NOT_AT_THE_END, st.integers(min_value=1, max_value=30))
def test_a_block_is_the_block_of_the_second_calculator(start, n):
    if not oracle.is_aa_day(start):
        with pytest.raises(NotAProcedureDay):
            CALENDAR.days(start, n, DayKind.AA_DAY)
        return
    plan = CALENDAR.days(start, n, DayKind.AA_DAY)
    assert [day.on for day in plan.days] == oracle.block(start, n, oracle.is_aa_day)
    assert [day.number for day in plan.days] == list(range(1, n + 1))
    between = {start + step * oracle.DAY for step in range((plan.on(n) - start).days + 1)}
    assert {day.on for day in plan.skipped} == between - {day.on for day in plan.days}
    assert all(day.name for day in plan.skipped)


@given(NOT_AT_THE_END, st.integers(min_value=1, max_value=30))
def test_days_after_an_event_leave_the_day_of_the_event_out(event, n):
    plan = CALENDAR.days_after(event, n, DayKind.WORKING_DAY)
    assert [day.on for day in plan.days] == oracle.block(event + oracle.DAY, n, oracle.is_working_day)


def test_no_days_after_an_event_are_no_days():
    assert CALENDAR.days_after(date(2026, 4, 1), 0, DayKind.AA_DAY).days == ()


@pytest.mark.parametrize("kind", list(DayKind))
@pytest.mark.parametrize("on", [date(2022, 12, 31), date(2029, 1, 1)])
def test_a_year_without_data_is_refused_and_named(on, kind):
    with pytest.raises(CalendarDataMissing, match=str(on.year)) as refused:
        CALENDAR.why_not_counted(on, kind)
    assert refused.value.year == on.year


def test_a_block_that_runs_into_a_year_without_data_is_refused():
    with pytest.raises(CalendarDataMissing, match="2029"):
        CALENDAR.days(date(2028, 12, 27), 6, DayKind.AA_DAY)


def test_a_holiday_that_the_library_lost_is_refused_and_not_forgotten(monkeypatch):
    calendars._library_days.cache_clear()
    names = {**calendars._ATW_3_1, "A Day Of Another Library": "gone"}
    monkeypatch.setattr(calendars, "_ATW_3_1", names)
    with pytest.raises(CalendarDataMissing, match="A Day Of Another Library"):
        calendars._library_days(2026)
    calendars._library_days.cache_clear()


def test_a_first_day_that_does_not_count_is_refused_with_the_next_that_does():
    with pytest.raises(NotAProcedureDay, match=r"Easter Monday.*Tuesday 2026-04-07") as refused:
        CALENDAR.days(date(2026, 4, 6), 6, DayKind.AA_DAY)
    assert refused.value.next_on == date(2026, 4, 7)


@pytest.mark.parametrize("n", [0, -1])
def test_a_block_of_no_days_is_refused(n):
    with pytest.raises(CannotCompute, match="at least one day"):
        CALENDAR.days(date(2026, 4, 1), n, DayKind.AA_DAY)


def test_a_day_that_counts_while_offices_are_closed_says_so():
    plan = CALENDAR.days(date(2026, 4, 2), 2, DayKind.AA_DAY)
    assert [day.closed for day in plan.days] == [None, "Good Friday"]


def test_at_schiphol_weekends_and_holidays_count_and_are_named():
    plan = CALENDAR.days(date(2026, 4, 3), 6, DayKind.AA_DAY_SCHIPHOL)
    assert plan.on(6) == date(2026, 4, 8)
    assert plan.skipped == ()
    assert [day.closed for day in plan.days] == [
        "Good Friday",
        "weekend: Saturday",
        "weekend: Sunday",
        "Easter Monday",
        None,
        None,
    ]


def test_a_timestamp_is_taken_as_its_date():
    assert CALENDAR.why_not_counted(datetime(2026, 4, 6, 10, 0), DayKind.AA_DAY) == "Easter Monday"
