"""The month as a planner reads it: every mark on it agrees with the calendar of the law."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procedure.calendars import CalendarDataMissing, CannotCompute, DayKind, LegalCalendar
from procedure.month import (
    CaseDays,
    Cell,
    DayOneChoice,
    DayOneRefused,
    Meeting,
    Month,
    NotAMonth,
    Sheet,
    Standstill,
    WhyRefused,
    lay_out,
)
from procedure.rules import find_package

LAW = find_package("nl-2021")
CALENDAR = LegalCalendar(LAW)
APRIL, MAY = Month(2026, 4), Month(2026, 5)
TODAY, EARLIEST = date(2026, 3, 24), date(2026, 3, 26)
DAY_ONE = date(2026, 4, 1)


def choice(kind: DayKind = DayKind.AA_DAY, **more) -> DayOneChoice:
    given = {"length": 6, "today": TODAY, "earliest": EARLIEST} | more
    return DayOneChoice(CALENDAR, kind, **given)


def numbered(day_one: date, length: int, kind: DayKind = DayKind.AA_DAY) -> dict[date, int]:
    return {day.on: day.number for day in CALENDAR.days(day_one, length, kind).days}


def cells(sheet: Sheet) -> dict[int, Cell]:
    return {cell.on.day: cell for cell in sheet.cells()}


# Months


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-13",
        "2026-00",
        "0000-05",
        "2026-4",
        "04-2026",
        "2026-04-01",
        "2026-04\n",
        "٢٠٢٦-٠٤",
        "x",
    ],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(NotAMonth):
        Month.parse(text)


@given(st.dates())
def test_a_month_reads_back_what_it_writes_and_goes_on_to_the_next(on: date) -> None:
    month = Month.of(on)
    assert Month.parse(str(month)) == month
    following = month.later(1)
    assert following is None or following.later(-1) == month
    assert (following is None) == (str(month) == "9999-12")
    days = [day for week in month.weeks() for day in week if day]
    assert on in days
    assert days == sorted(days)
    assert {day.month for day in days} == {on.month}
    assert all(
        day is None or day.weekday() == place for week in month.weeks() for place, day in enumerate(week)
    )


def test_there_is_no_month_before_the_first_and_none_after_the_last() -> None:
    assert Month(1, 1).later(-1) is None
    assert Month(9999, 12).later(1) is None


# Which days count


@pytest.mark.parametrize(
    ("kind", "closed"),
    [
        (DayKind.AA_DAY, {4, 5, 6, 11, 12, 18, 19, 25, 26, 27}),
        (DayKind.WORKING_DAY, {3, 4, 5, 6, 11, 12, 18, 19, 25, 26, 27}),
        (DayKind.AA_DAY_SCHIPHOL, set()),
    ],
)
def test_april_2026_as_each_schedule_counts_it(kind: DayKind, closed: set[int]) -> None:
    found = cells(lay_out(APRIL, case=CaseDays(TODAY), choice=choice(kind)))
    assert {day for day, cell in found.items() if not cell.counts} == closed
    assert {day: cell.name for day, cell in found.items() if cell.name} == {
        3: "Good Friday",
        6: "Easter Monday",
        27: "King's Day",
    }


def test_a_day_that_does_not_count_says_why() -> None:
    april = cells(lay_out(APRIL, case=CaseDays(TODAY), choice=choice()))
    may = cells(lay_out(MAY, case=CaseDays(TODAY), choice=choice(DayKind.WORKING_DAY)))
    assert [april[day].why_not for day in (3, 4, 5, 6)] == [
        None,
        "weekend: Saturday",
        "weekend: Sunday",
        "Easter Monday",
    ]
    assert may[15].why_not == may[15].name == "equated day (royal decree)"


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2023, 1, 1), date(2028, 12, 31)), st.sampled_from(DayKind), st.integers(1, 9), st.data())
def test_every_mark_agrees_with_the_calendar_of_the_law(
    on: date, kind: DayKind, length: int, data: st.DataObject
) -> None:
    today = data.draw(st.dates(on - timedelta(days=40), on + timedelta(days=40)))
    earliest = data.draw(st.none() | st.dates(on - timedelta(days=40), on + timedelta(days=40)))
    choosing = choice(kind, length=length, today=today, earliest=earliest)
    sheet = lay_out(Month.of(on), case=CaseDays(today), choice=choosing)
    assert [cell.on for cell in sheet.cells()] == [
        day for week in Month.of(on).weeks() for day in week if day
    ]
    for cell in sheet.cells():
        assert cell.why_not == CALENDAR.why_not_counted(cell.on, kind)
        assert cell.is_today == (cell.on == today)
        if cell.can_be_day_one:
            assert cell.counts and cell.on >= max(today, earliest or today)
            assert CALENDAR.days(cell.on, length, kind).on(1) == cell.on
        elif cell.counts and cell.on >= max(today, earliest or today):
            with pytest.raises(CalendarDataMissing):
                CALENDAR.days(cell.on, length, kind)


def test_a_year_without_data_has_no_days_rather_than_guesses() -> None:
    sheet = lay_out(Month(2029, 1), case=CaseDays(TODAY), choice=choice())
    assert (sheet.weeks, sheet.missing_year) == ((), 2029)
    assert list(sheet.cells()) == list(sheet.news()) == []


def test_a_day_whose_plan_would_end_in_a_year_without_data_cannot_be_day_1() -> None:
    december = cells(lay_out(Month(2028, 12), case=CaseDays(TODAY), choice=choice()))
    assert [day for day, cell in december.items() if cell.can_be_day_one][-1] == 20
    assert december[21].counts


# Day 1


@pytest.mark.parametrize(
    ("on", "why", "next_on"),
    [
        ("2026-03-25", WhyRefused.RESTING, "2026-03-26"),
        ("2026-03-22", WhyRefused.RESTING, "2026-03-26"),  # a Sunday within rest and preparation
        ("2026-03-01", WhyRefused.RESTING, "2026-03-26"),
        ("2026-03-28", WhyRefused.NOT_COUNTED, "2026-03-30"),
        ("2026-04-04", WhyRefused.NOT_COUNTED, "2026-04-07"),
        ("2026-04-06", WhyRefused.NOT_COUNTED, "2026-04-07"),
        ("2026-04-27", WhyRefused.NOT_COUNTED, "2026-04-28"),
    ],
)
def test_a_day_that_cannot_be_day_1_is_refused_with_the_first_that_can(
    on: str, why: WhyRefused, next_on: str
) -> None:
    with pytest.raises(DayOneRefused) as refused:
        choice().check(date.fromisoformat(on))
    assert (refused.value.why, refused.value.next_on) == (why, date.fromisoformat(next_on))


def test_a_day_that_is_over_is_refused_with_the_first_from_today() -> None:
    with pytest.raises(DayOneRefused) as refused:
        choice(today=date(2026, 4, 4)).check(date(2026, 3, 30))
    assert (refused.value.why, refused.value.next_on) == (WhyRefused.PAST, date(2026, 4, 7))


@settings(max_examples=200, deadline=None)
@given(st.dates(date(2026, 1, 1), date(2027, 12, 1)), st.sampled_from(DayKind), st.data())
def test_the_first_day_that_is_named_can_be_day_1_and_none_before_it(
    on: date, kind: DayKind, data: st.DataObject
) -> None:
    near = st.dates(on - timedelta(days=20), on + timedelta(days=20))
    choosing = choice(kind, today=data.draw(near), earliest=data.draw(st.none() | near))
    if choosing.allows(on):
        choosing.check(on)
        return
    with pytest.raises(DayOneRefused) as refused:
        choosing.check(on)
    assert choosing.allows(refused.value.next_on)
    between = (refused.value.next_on - on).days
    assert between > 0
    assert not any(choosing.allows(on + timedelta(days=day)) for day in range(between))


def test_where_nothing_is_to_be_chosen_no_day_is_offered() -> None:
    sheet = lay_out(APRIL, case=CaseDays(TODAY), choice=choice(), choosing=False)
    assert not any(cell.can_be_day_one for cell in sheet.cells())


@given(st.dates(date(2029, 1, 1)))
def test_beyond_the_data_nobody_says_that_a_day_can_be_day_1(on: date) -> None:
    with pytest.raises(CannotCompute):
        choice().check(on)
    assert not choice().allows(on)


# What is known of the case


def test_the_days_of_six_and_nine_share_their_marks_and_the_case_has_its_own() -> None:
    plans = {"AA6": numbered(DAY_ONE, 6), "AA9": numbered(DAY_ONE, 9)}
    found = cells(lay_out(APRIL, case=CaseDays(TODAY, plans=plans), choice=choice()))
    own = {day: cell.planned[0].number for day, cell in found.items() if cell.own_day}
    assert own == {1: 1, 2: 2, 3: 3, 7: 4, 8: 5, 9: 6}
    other = {day: cell.planned[0] for day, cell in found.items() if cell.planned and not cell.own_day}
    assert {day: planned.number for day, planned in other.items()} == {10: 7, 13: 8, 14: 9}
    assert found[1].planned[0].schedules == ("AA6", "AA9")
    assert other[10].schedules == ("AA9",)


def test_two_schedules_that_count_otherwise_have_a_mark_each() -> None:
    plans = {
        "HASA3": numbered(date(2026, 4, 2), 3, DayKind.WORKING_DAY),
        "HASA6": numbered(date(2026, 4, 2), 5),
    }
    found = cells(lay_out(APRIL, case=CaseDays(TODAY, plans=plans), choice=choice(DayKind.WORKING_DAY)))
    assert [(planned.number, planned.own) for planned in found[3].planned] == [(2, False)]
    assert [(planned.number, planned.own) for planned in found[7].planned] == [(2, True), (3, False)]
    assert not found[3].own_day and found[7].own_day


def test_rest_and_preparation_are_marked_to_their_last_day() -> None:
    case = CaseDays(TODAY, rest_from=date(2026, 3, 19), earliest=EARLIEST)
    march = cells(lay_out(Month(2026, 3), case=case, choice=choice()))
    assert [day for day, cell in march.items() if cell.resting] == list(range(19, 26))
    assert [day for day, cell in march.items() if cell.rest_ends] == [25]
    assert [cell.on.day for cell in lay_out(Month(2026, 3), case=case, choice=choice()).news()] == [25]


def test_pauses_meetings_today_and_a_refused_day_stand_on_their_days() -> None:
    at_nine = datetime(2026, 4, 1, 9)
    case = CaseDays(
        date(2026, 4, 2),
        meetings=[Meeting(DAY_ONE, starts_at=at_nine, title="Detailed interview", place="Ter Apel")],
        standstills=[
            Standstill(date(2026, 4, 8), date(2026, 4, 10), "did not come"),
            Standstill(date(2026, 4, 29), None, "moratorium"),
            Standstill(date(2026, 4, 15), date(2026, 4, 14), "ended on its first day"),
        ],
        refused_on=date(2026, 4, 6),
    )
    found = cells(lay_out(APRIL, case=case, choice=choice()))
    assert {day: cell.standstill.title for day, cell in found.items() if cell.standstill} == {
        8: "did not come",
        9: "did not come",
        10: "did not come",
        29: "moratorium",
        30: "moratorium",
    }
    assert [day for day, cell in found.items() if cell.meetings] == [1]
    assert [day for day, cell in found.items() if cell.is_today] == [2]
    assert [day for day, cell in found.items() if cell.refused] == [6]
    sheet = lay_out(APRIL, case=case, choice=choice())
    assert [cell.on.day for cell in sheet.news()] == [1, 3, 6, 8, 27, 29]
    # A pause that began in the month before is told of there.
    assert [cell.on.day for cell in lay_out(MAY, case=case, choice=choice()).news()] == [5, 14, 15, 25]
