"""Time limits, against a second calculator that counts one day at a time."""

import dataclasses
from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from procedure.rules import RulePackage, find_package
from procedure.terms import StepKind, compute
from tests.procedure import oracle
from tests.procedure.packages_for_tests import with_rule

NL = find_package("nl-2021")
STRICT = NL.with_settings(aa_counts_equated_days=False)

# Ends of terms may lie a year further, so starts stay away from the last year with data.
STARTS = st.dates(min_value=date(2023, 1, 1), max_value=date(2027, 12, 31))
MONTH_ENDS = st.sampled_from(
    [
        date(2023, 8, 31),
        date(2023, 11, 30),
        date(2024, 2, 29),
        date(2024, 8, 29),
        date(2025, 1, 31),
        date(2026, 8, 31),
        date(2027, 3, 31),
        date(2027, 11, 30),
    ]
)
CLOCK_CHANGES = st.sampled_from(
    [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25), date(2027, 3, 28)]
)
DATES = STARTS | MONTH_ENDS | CLOCK_CHANGES


def term(code, start, *, package=NL, **given):
    return compute(package.rule(code), start, package=package, **given)


@given(DATES, st.integers(min_value=1, max_value=90))
def test_days_under_the_act_end_where_the_second_calculator_ends(event, n):
    package = _atw("days", n)
    found = compute(package.rule("TST-02"), event, package=package)
    nominal = event + n * oracle.DAY
    assert found.nominal_on == nominal
    assert found.due_on == oracle.atw_end(event, nominal)


@given(DATES, st.integers(min_value=1, max_value=12))
def test_weeks_under_the_act_end_where_the_second_calculator_ends(event, n):
    package = _atw("weeks", n)
    found = compute(package.rule("TST-02"), event, package=package)
    assert found.due_on == oracle.atw_end(event, event + 7 * n * oracle.DAY)
    assert found.due_on.weekday() < 5


@given(DATES, st.integers(min_value=1, max_value=3))
def test_months_under_the_act_end_where_the_second_calculator_ends(event, n):
    package = _atw("months", n)
    found = compute(package.rule("TST-02"), event, package=package)
    assert found.nominal_on == oracle.months_later(event, n)
    assert found.due_on == oracle.atw_end(event, oracle.months_later(event, n))


_PACKAGES: dict[tuple[str, int], RulePackage] = {}


def _atw(unit, n):
    years = (2023, 2024, 2025, 2027, 2028)
    if (unit, n) not in _PACKAGES:
        bent = with_rule(f'mode = "ATW"\nunit = "{unit}"\nlength = {n}', years=years)
        # The royal decrees are those of the real package.
        _PACKAGES[unit, n] = dataclasses.replace(bent, calendar=NL.calendar)
    return _PACKAGES[unit, n]


@given(DATES)
def test_what_the_act_skips_is_closed_and_what_it_ends_on_is_open(event):
    for code in ("VA-VIEW", "APP-1W", "FAM-01", "ADR-01"):
        found = term(code, event)
        assert all(not oracle.is_working_day(day.on) for day in found.skipped)
        assert oracle.is_working_day(found.due_on)
        assert found.due_on >= found.nominal_on > event
        between = [found.nominal_on + n * oracle.DAY for n in range((found.due_on - found.nominal_on).days)]
        if found.counted[-1].kind != StepKind.TWO_WORKING_DAYS:
            assert [day.on for day in found.skipped] == between


@given(DATES)
def test_six_months_end_on_the_same_day_of_the_month_or_on_its_last(event):
    assert term("DEC-06M", event).due_on == oracle.months_later(event, 6)


@given(DATES)
def test_working_days_are_those_of_the_second_calculator(event):
    assert term("REG-01", event).due_on == oracle.block(event + oracle.DAY, 3, oracle.is_working_day)[-1]
    six = term("REG-01", event, ground="other_authority")
    assert six.due_on == oracle.block(event + oracle.DAY, 6, oracle.is_working_day)[-1]


@given(DATES, st.sampled_from(["AA6", "AA9"]), st.booleans())
def test_days_of_the_general_procedure_are_those_of_the_second_calculator(day_one, schedule, equated_count):
    package = NL if equated_count else STRICT
    assume(oracle.is_aa_day(day_one, equated_count))
    days = oracle.block(day_one, 29, lambda on: oracle.is_aa_day(on, equated_count))
    closing = {
        "AA6": {"AA-INT": (1, 1), "AA-COR": (1, 2), "AA-OUT": (2, 3), "AA-VIEW": (3, 4), "AA-DEC": (4, 6)},
        "AA9": {"AA-INT": (1, 2), "AA-COR": (2, 4), "AA-OUT": (4, 5), "AA-VIEW": (5, 7), "AA-DEC": (7, 9)},
    }[schedule]
    for code, (event_day, last_day) in closing.items():
        start = days[event_day - 1]
        anchored = term(code, start, package=package, schedule=schedule, day_one=day_one)
        counted = term(code, start, package=package, schedule=schedule)
        assert anchored.due_on == counted.due_on == days[last_day - 1]
    last = {"AA6": (18, 20, 26), "AA9": (21, 23, 29)}[schedule]
    for ground, number in zip("afg", last, strict=True):
        found = term("AA-EXT", days[2], package=package, schedule=schedule, day_one=day_one, ground=ground)
        assert found.due_on == days[number - 1]


@given(DATES)
def test_the_minimum_of_rest_ends_a_week_after_the_application_phase(event):
    found = term("RVT-01", event)
    assert found.due_on == found.earliest_on == event + 7 * oracle.DAY


@given(DATES, st.sampled_from(["VA-VIEW", "APP-1W", "RET-01", "FAM-01", "DEC-06M", "REG-01", "RVT-01"]))
def test_a_later_event_never_ends_earlier(event, code):
    assert term(code, event).due_on <= term(code, event + oracle.DAY).due_on
