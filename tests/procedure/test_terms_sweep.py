"""Every rule, ground and schedule of nl-2021 from every day of five years, against the slow calculator."""

from datetime import UTC, date, datetime, timedelta

import pytest

from procedure.calendars import CannotCompute, DayKind, LegalCalendar
from procedure.law_words import EXTENDED_SCHEDULE, Mode
from procedure.rules import find_package
from procedure.terms import LetterDecides, compute
from tests.procedure import oracle

NL = find_package("nl-2021")
DAYS = [date(2024, 1, 1) + timedelta(days=number) for number in range(1827)]
# One time of day after another, the hour in which the clock is changed among them.
MINUTES = [(0, 0), (2, 30), (9, 5), (14, 30), (2, 0), (23, 59), (3, 0)]


def test_the_sweep_covers_five_years():
    assert (DAYS[0], DAYS[-1]) == (date(2024, 1, 1), date(2028, 12, 31))


def test_the_slow_calculator_knows_each_rule_and_each_ground_and_no_other():
    on_schedule = {code for _, _, closing in oracle.SCHEDULES.values() for code in closing} | {"AA-EXT"}
    assert {code for code, _ in oracle.LENGTHS} | oracle.BY_LETTER | on_schedule == set(NL.rules)
    for code, rule in NL.rules.items():
        if code not in oracle.BY_LETTER | on_schedule:
            assert {ground for known, ground in oracle.LENGTHS if known == code} == {None, *rule.grounds}
    assert set(oracle.SCHEDULES) == set(NL.schedules)


def answer(code, start, **given):
    """What the portal says: the last day, the moment for a rule to the minute, or that it refuses."""
    try:
        found = compute(NL.rule(code), start, package=NL, **given)
    except CannotCompute:
        return "refused"
    if found.mode == Mode.HOURS_OR_LIBERTY:
        return found.due_at.astimezone(UTC).replace(tzinfo=None)
    return found.due_on


def expected(code, start, **given):
    try:
        return oracle.due(code, start, **given)
    except oracle.NoAnswer:
        return "refused"


@pytest.mark.parametrize(("code", "ground"), sorted(oracle.LENGTHS, key=str))
def test_each_rule_with_a_length_agrees_from_every_day(code, ground):
    wrong = []
    for at, day in enumerate(DAYS):
        start = day
        if NL.rule(code).mode == Mode.HOURS_OR_LIBERTY:
            start = datetime(day.year, day.month, day.day, *MINUTES[at % len(MINUTES)])
        found, should_be = answer(code, start, ground=ground), expected(code, start, ground=ground)
        if found != should_be:
            wrong.append((start.isoformat(), str(found), str(should_be)))
    assert wrong == []


@pytest.mark.parametrize("code", ["BOR-01", "REC-01", "REC-02"])
def test_in_the_nights_of_the_clock_change_each_minute_agrees_or_is_refused(code):
    nights = [oracle.last_sunday(year, month) for year in (2024, 2026, 2028) for month in (3, 10)]
    for night in nights:
        for minute in range(0, 5 * 60, 5):
            start = datetime(night.year, night.month, night.day) + timedelta(minutes=minute)
            assert answer(code, start) == expected(code, start), start
            # Four weeks and one or two days earlier, so that it is the end that falls into that night.
            for before in (timedelta(weeks=4), timedelta(days=1), timedelta(days=2)):
                assert answer(code, start - before) == expected(code, start - before), start


@pytest.mark.parametrize("code", ["VA-VIEW", "WD-01"])
def test_what_is_posted_in_time_may_arrive_as_long_as_the_slow_calculator_says(code):
    for day in DAYS[::3]:
        if expected(code, day) == "refused":
            continue
        found = compute(NL.rule(code), day, package=NL)
        assert found.received_by_post_until == oracle.post_until(found.due_on)


@pytest.mark.parametrize("schedule", sorted(oracle.SCHEDULES))
def test_each_schedule_agrees_from_every_day(schedule):
    _, last, closing = oracle.SCHEDULES[schedule]
    calendar, kind = LegalCalendar(NL), DayKind(NL.schedule(schedule).calendar)
    for day_one in DAYS:
        try:
            should_be = oracle.days_of(schedule, day_one)
        except oracle.NoAnswer:
            should_be = None
        try:
            found = [planned.on for planned in calendar.days(day_one, last, kind).days]
        except CannotCompute:
            found = None
        assert found == should_be, day_one
        for code, (event, end) in closing.items():
            if should_be is None:
                break
            given = {"schedule": schedule, "day_one": day_one}
            assert answer(code, should_be[event - 1], **given) == should_be[end - 1], (code, day_one)


@pytest.mark.parametrize("schedule", sorted(oracle.EXTENDED))
def test_each_extension_agrees_from_every_day(schedule):
    for day_one in DAYS:
        for number, ground in zip(oracle.EXTENDED[schedule], "afg", strict=True):
            try:
                should_be = oracle.days_of(schedule, day_one, number)[-1]
            except oracle.NoAnswer:
                should_be = "refused"
            given = {"schedule": schedule, "day_one": day_one, "ground": ground}
            assert answer("AA-EXT", day_one, **given) == should_be, (ground, day_one)


@pytest.mark.parametrize("code", ["AA-COR", "AA-VIEW"])
def test_in_an_extended_procedure_each_response_is_due_on_the_next_day_that_counts(code):
    for day in DAYS:
        try:
            should_be = oracle.block(day + oracle.DAY, 1, oracle.is_aa_day)[0]
        except oracle.NoAnswer:
            should_be = "refused"
        assert answer(code, day, schedule=EXTENDED_SCHEDULE) == should_be, day


@pytest.mark.parametrize("code", sorted(oracle.BY_LETTER))
def test_from_no_day_a_date_is_made_up_where_the_letter_decides(code):
    for day in DAYS[::30]:
        with pytest.raises(LetterDecides):
            compute(NL.rule(code), day, package=NL)
