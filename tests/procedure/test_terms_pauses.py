"""Pauses: days on which a time limit stands still, against the calculator that counts one day at a time."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procedure.calendars import CalendarDataMissing, NotAProcedureDay, WhyClosed
from procedure.rules import find_package
from procedure.terms import TermMistake, compute
from tests.procedure import oracle
from tests.procedure.packages_for_tests import with_rule

NL = find_package("nl-2021")


def on(text):
    return date.fromisoformat(text)


def pause(first, last, *name):
    return (on(first), on(last), *name)


def due(code, start, *pauses, **given):
    return compute(NL.rule(code), on(start), package=NL, pauses=pauses, **given).due_on.isoformat()


# By hand


@pytest.mark.parametrize(
    ("code", "start", "pauses", "expected"),
    [
        # four weeks from 16 April end on 14 May; five days stood still, so Tuesday 19 May
        ("VA-VIEW", "2026-04-16", [pause("2026-04-20", "2026-04-24")], "2026-05-19"),
        # the pause begins on the very last day
        ("APP-1W", "2026-04-09", [pause("2026-04-16", "2026-04-16")], "2026-04-17"),
        # before the event and after the end nothing changes
        ("APP-1W", "2026-04-09", [pause("2026-04-01", "2026-04-09")], "2026-04-16"),
        ("APP-1W", "2026-04-09", [pause("2026-04-17", "2026-04-30")], "2026-04-16"),
        # the days made up for fall into a second pause
        ("APP-1W", "2026-04-09", [pause("2026-04-14", "2026-04-15"), pause("2026-04-17", "2026-04-20")],
         "2026-04-22"),
        # six months roll over nothing
        ("DEC-06M", "2026-03-17", [pause("2026-04-01", "2026-04-30")], "2026-10-17"),
        # a term would end on a Saturday and run on to a Monday that is paused
        ("APP-1W", "2026-04-11", [pause("2026-04-20", "2026-04-21")], "2026-04-22"),
        ("REG-01", "2026-03-17", [pause("2026-03-19", "2026-03-19")], "2026-03-23"),
        ("RVT-01", "2026-03-19", [pause("2026-03-24", "2026-03-25")], "2026-03-28"),
        ("RVT-01", "2026-03-19", [pause("2026-03-26", "2026-03-27")], "2026-03-28"),
        ("REG-02", "2026-03-17", [pause("2026-03-17", "2026-03-17")], "2026-03-20"),
    ],
)  # fmt: skip
def test_days_that_stood_still_do_not_count(code, start, pauses, expected):
    assert due(code, start, *pauses) == expected


def test_a_short_term_has_two_working_days_besides_those_that_stood_still():
    # From a Friday: Saturday, Sunday and Wednesday count, and of them only Wednesday is a working day.
    rule = rule_that_counts("ATW", "days", 3)
    stood_still = [pause("2026-06-08", "2026-06-09")]
    found = compute(rule, on("2026-06-05"), package=NL, pauses=stood_still)
    assert (found.nominal_on, found.due_on) == (on("2026-06-10"), on("2026-06-11"))
    # Two days stay two days, also when they stood still for some: Saturday, and Wednesday after the pause.
    rule = rule_that_counts("ATW", "days", 2)
    stood_still = [pause("2026-06-07", "2026-06-09")]
    assert compute(rule, on("2026-06-05"), package=NL, pauses=stood_still).due_on == on("2026-06-10")


def test_days_of_the_procedure_are_taken_up_after_a_pause_where_they_were_left():
    stood_still = pause("2026-04-02", "2026-04-08", "the person did not come")
    given = {"schedule": "AA6", "day_one": on("2026-04-01")}
    assert due("AA-COR", "2026-04-01", stood_still, **given) == "2026-04-09"
    assert due("AA-DEC", "2026-04-13", stood_still, **given) == "2026-04-15"
    assert due("AA-EXT", "2026-04-01", stood_still, **given, ground="a") == "2026-05-04"
    assert due("AA-VIEW", "2026-04-03", pause("2026-04-07", "2026-04-07"), schedule="AAX") == "2026-04-08"


def test_a_paused_day_bears_the_name_of_its_pause_and_a_weekend_keeps_its_own():
    stood_still = pause("2026-04-02", "2026-04-08", "the person did not come")
    found = compute(
        NL.rule("AA-COR"), on("2026-04-01"), package=NL, day_one=on("2026-04-01"), pauses=[stood_still]
    )
    names = {day.on.day: (day.name, day.why) for day in found.skipped}
    assert names[2] == names[3] == names[8] == ("the person did not come", WhyClosed.PAUSED)
    assert names[4] == ("weekend: Saturday", WhyClosed.WEEKEND)
    assert names[6] == ("Easter Monday", WhyClosed.HOLIDAY)


def test_the_derivation_keeps_its_pauses():
    found = compute(
        NL.rule("APP-1W"), on("2026-04-09"), package=NL, pauses=[pause("2026-04-10", "2026-04-12", "ill")]
    )
    stored = found.as_json()
    assert stored["pauses"] == [{"from": "2026-04-10", "to": "2026-04-12", "name": "ill"}]
    assert stored["skipped"][0] == {"date": "2026-04-10", "name": "ill", "why": "paused"}
    assert stored["nominal"] == "2026-04-19"
    assert stored["due_on"] == "2026-04-20"


def test_detention_and_hours_never_stand_still():
    for code in ("BOR-01", "REC-01"):
        with pytest.raises(TermMistake, match="never stands still"):
            compute(
                NL.rule(code),
                datetime(2026, 3, 27, 14, 30),
                package=NL,
                pauses=[pause("2026-04-01", "2026-04-02")],
            )


def test_a_pause_that_ends_before_it_begins_is_refused():
    with pytest.raises(TermMistake, match="cannot end on 2026-04-01, before it begins on 2026-04-02"):
        due("APP-1W", "2026-04-09", pause("2026-04-02", "2026-04-01"))


def test_a_pause_without_end_in_sight_is_refused_in_one_line():
    for code in ("APP-1W", "DEC-06M", "REG-01"):
        with pytest.raises((TermMistake, CalendarDataMissing)) as caught:
            due(code, "2026-04-09", pause("2026-04-10", "9999-12-31"))
        assert "\n" not in str(caught.value)


def test_a_pause_does_not_make_a_holiday_a_first_day():
    with pytest.raises(NotAProcedureDay, match="Easter Monday"):
        due("AA-COR", "2026-04-07", pause("2026-04-08", "2026-04-09"), day_one=on("2026-04-06"))


# Against the second calculator

STARTS = st.dates(min_value=date(2023, 1, 2), max_value=date(2026, 6, 30))
# Where pauses lie: how many days after the event they begin, and how long they last.
PAUSES = st.lists(st.tuples(st.integers(-5, 40), st.integers(1, 20)), max_size=4)
WAYS = st.sampled_from(
    [
        ("ATW", "days", 2),
        ("ATW", "days", 3),
        ("ATW", "days", 5),
        ("ATW", "weeks", 1),
        ("ATW", "weeks", 4),
        ("ATW", "months", 1),
        ("ATW", "months", 3),
        ("EU", "weeks", 2),
        ("EU", "months", 2),
        ("WORKING_DAY", "days", 3),
        ("WORKING_DAY", "days", 10),
        ("MINIMUM", "days", 6),
        ("PLAIN", "weeks", 2),
        ("PLAIN", "months", 6),
        ("PLAIN", "years", 1),
        ("FIRST_DAY_COUNTS", "days", 3),
    ]
)
MODES = {
    "MINIMUM": 'mode = "CALENDAR_MIN"',
    "PLAIN": 'mode = "MONTHS_NO_ATW"',
    "FIRST_DAY_COUNTS": 'mode = "SOFT"\ncounts_first_day = true',
}
SWITCHES = "".join(
    f'\n[settings.{key}]\ntype = "bool"\nvalue = false\nnote = "n"\nsource = "Atw"\nconfidence = "P"\n'
    for key in ("eu_terms_roll_over", "preparation_minimum_rolls_over")
)
_RULES = {}


def rule_that_counts(mode, unit, length):
    """A rule of this kind, in the real package with its real calendar and settings."""
    if (mode, unit, length) not in _RULES:
        keys = MODES.get(mode, f'mode = "{mode}"')
        made = with_rule(f'{keys}\nunit = "{unit}"\nlength = {length}', settings=SWITCHES)
        _RULES[mode, unit, length] = made.rule("TST-02")
    return _RULES[mode, unit, length]


def pauses_and_days(event, drawn):
    pauses, days = [], set()
    for offset, lasting in drawn:
        first = event + timedelta(days=offset)
        last = first + timedelta(days=lasting - 1)
        pauses.append((first, last))
        days |= {first + timedelta(days=number) for number in range(lasting)}
    return pauses, frozenset(days)


@settings(max_examples=250, deadline=None)
@given(STARTS, WAYS, PAUSES)
def test_each_way_of_counting_agrees_with_the_second_calculator_over_pauses(event, way, drawn):
    mode, unit, length = way
    pauses, days = pauses_and_days(event, drawn)
    found = compute(rule_that_counts(mode, unit, length), event, package=NL, pauses=pauses)
    assert found.due_on == oracle.ends(mode, length, unit, event, days)
    assert {day.on for day in found.skipped if day.why == WhyClosed.PAUSED} <= days


@settings(max_examples=100, deadline=None)
@given(STARTS, st.sampled_from(sorted(oracle.SCHEDULES)), PAUSES)
def test_each_schedule_agrees_with_the_second_calculator_over_pauses(start, schedule, drawn):
    counts, last, closing = oracle.SCHEDULES[schedule]
    day_one = oracle.block(start, 1, counts)[0]
    # Day 1 itself is held: what stands still lies after it.
    pauses, paused = pauses_and_days(day_one, [(abs(offset) + 1, lasting) for offset, lasting in drawn])
    days = oracle.days_of(schedule, day_one, last, paused)
    for code, (event, end) in closing.items():
        found = compute(
            NL.rule(code), days[event - 1], package=NL, schedule=schedule, day_one=day_one, pauses=pauses
        )
        assert found.due_on == days[end - 1], code


@settings(max_examples=100, deadline=None)
@given(STARTS, st.sampled_from(["VA-VIEW", "DEC-06M", "REG-01", "RVT-01", "FAM-01", "DUB-01"]), PAUSES)
def test_a_pause_never_makes_a_term_end_earlier_nor_on_a_paused_day(event, code, drawn):
    pauses, days = pauses_and_days(event, drawn)
    paused = compute(NL.rule(code), event, package=NL, pauses=pauses)
    assert paused.due_on >= compute(NL.rule(code), event, package=NL).due_on
    assert paused.due_on not in days


@settings(max_examples=50, deadline=None)
@given(STARTS, PAUSES)
def test_pauses_that_overlap_or_come_in_another_order_count_each_day_once(event, drawn):
    pauses, _ = pauses_and_days(event, drawn)
    once = compute(NL.rule("VA-VIEW"), event, package=NL, pauses=pauses)
    again = compute(NL.rule("VA-VIEW"), event, package=NL, pauses=[*reversed(pauses), *pauses])
    assert (again.due_on, again.skipped) == (once.due_on, once.skipped)
