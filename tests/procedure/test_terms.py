"""Time limits, against the worked examples and against a second calculator."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from procedure.calendars import CalendarDataMissing, NotAProcedureDay
from procedure.legal_time import NoSuchTime
from procedure.rules import Mode, find_package
from procedure.terms import AMSTERDAM, LetterDecides, TermMistake, compute, latest_extension
from tests.procedure import oracle
from tests.procedure.packages_for_tests import with_rule

NL = find_package("nl-2021")
STRICT = NL.with_settings(aa_counts_equated_days=False)


def term(code, start, *, package=NL, **given):
    start = start if isinstance(start, date) else date.fromisoformat(start)
    for key in ("day_one",):
        if isinstance(given.get(key), str):
            given[key] = date.fromisoformat(given[key])
    return compute(package.rule(code), start, package=package, **given)


def due(code, start, **given):
    return term(code, start, **given).due_on.isoformat()


def names(found):
    return [f"{day.on.isoformat()} {day.name}" for day in found.skipped]


# The worked examples


@pytest.mark.parametrize(
    ("code", "start", "given", "expected"),
    [
        # 1: six days over Easter
        ("REG-01", "2026-03-17", {}, "2026-03-20"),
        ("REG-02", "2026-03-17", {}, "2026-03-19"),
        ("RVT-01", "2026-03-19", {}, "2026-03-26"),
        ("RVT-03", "2026-03-25", {"day_one": "2026-04-01"}, "2026-04-01"),
        ("AA-INT", "2026-04-01", {}, "2026-04-01"),
        ("AA-COR", "2026-04-01", {}, "2026-04-02"),
        ("AA-OUT", "2026-04-02", {}, "2026-04-03"),
        ("AA-VIEW", "2026-04-03", {}, "2026-04-07"),
        ("AA-DEC", "2026-04-07", {}, "2026-04-09"),
        ("AA-INT", "2026-04-01", {"schedule": "AA6", "day_one": "2026-04-01"}, "2026-04-01"),
        ("AA-COR", "2026-04-01", {"schedule": "AA6", "day_one": "2026-04-01"}, "2026-04-02"),
        ("AA-OUT", "2026-04-02", {"schedule": "AA6", "day_one": "2026-04-01"}, "2026-04-03"),
        ("AA-VIEW", "2026-04-03", {"schedule": "AA6", "day_one": "2026-04-01"}, "2026-04-07"),
        ("AA-DEC", "2026-04-07", {"schedule": "AA6", "day_one": "2026-04-01"}, "2026-04-09"),
        ("APP-1W", "2026-04-09", {}, "2026-04-16"),
        ("RET-01", "2026-04-09", {}, "2026-05-07"),
        ("RET-03", "2026-05-07", {}, "2026-05-07"),
        ("DEC-06M", "2026-03-17", {}, "2026-09-17"),
        ("AA-EXT", "2026-04-01", {"ground": "a"}, "2026-04-28"),
        ("AA-EXT", "2026-04-01", {"ground": "e"}, "2026-04-28"),
        ("AA-EXT", "2026-04-01", {"ground": "f"}, "2026-04-30"),
        ("AA-EXT", "2026-04-01", {"ground": "g"}, "2026-05-11"),
        ("AA-OUT", "2026-04-02", {"package": STRICT}, "2026-04-07"),
        ("AA-VIEW", "2026-04-07", {"package": STRICT}, "2026-04-08"),
        ("AA-DEC", "2026-04-08", {"package": STRICT}, "2026-04-10"),
        # 2: nine days over King's Day and 5 May
        ("RVT-01", "2026-04-13", {}, "2026-04-20"),
        ("AA-INT", "2026-04-23", {"schedule": "AA9"}, "2026-04-24"),
        ("AA-COR", "2026-04-24", {"schedule": "AA9"}, "2026-04-29"),
        ("AA-OUT", "2026-04-29", {"schedule": "AA9"}, "2026-04-30"),
        ("AA-VIEW", "2026-04-30", {"schedule": "AA9"}, "2026-05-04"),
        ("AA-DEC", "2026-05-04", {"schedule": "AA9"}, "2026-05-07"),
        ("AA-COR", "2026-04-24", {"schedule": "AA9", "day_one": "2026-04-23"}, "2026-04-29"),
        ("AA-VIEW", "2026-04-30", {"schedule": "AA9", "day_one": "2026-04-23"}, "2026-05-04"),
        ("AA-DEC", "2026-05-04", {"schedule": "AA9", "day_one": "2026-04-23"}, "2026-05-07"),
        ("APP-1W", "2026-05-07", {}, "2026-05-18"),
        ("RET-01", "2026-05-07", {}, "2026-06-04"),
        ("AA-EXT", "2026-04-23", {"schedule": "AA9", "ground": "a"}, "2026-05-27"),
        # 4: extended procedure
        ("DEC-06M", "2026-01-14", {}, "2026-07-14"),
        ("VA-COR", "2026-03-23", {}, "2026-04-07"),
        ("VA-VIEW", "2026-04-16", {}, "2026-05-18"),
        ("APP-4W", "2026-05-28", {}, "2026-06-25"),
        ("APP-1W", "2026-05-28", {}, "2026-06-04"),
        ("DEF-01", "2026-07-15", {}, "2026-07-29"),
        ("FAM-01", "2026-02-25", {}, "2026-05-26"),
        # 6: Schiphol
        ("RVT-01", "2026-03-27", {}, "2026-04-03"),
        ("AA-DEC", "2026-04-06", {"schedule": "SCH6", "day_one": "2026-04-03"}, "2026-04-08"),
        ("AA-DEC", "2026-04-06", {"schedule": "SCH6"}, "2026-04-08"),
        # 9: a short term
        ("ADR-01", "2026-04-02", {}, "2026-04-08"),
    ],
)
def test_the_worked_examples_hold(code, start, given, expected):
    assert due(code, start, **given) == expected


def test_three_days_from_maundy_thursday_end_on_the_second_working_day():
    package = with_rule('mode = "ATW"\nunit = "days"\nlength = 3')
    found = term("TST-02", "2026-04-02", package=package)
    assert (found.nominal_on, found.due_on) == (date(2026, 4, 5), date(2026, 4, 8))
    assert names(found) == [
        "2026-04-03 Good Friday",
        "2026-04-04 weekend: Saturday",
        "2026-04-05 weekend: Sunday",
        "2026-04-06 Easter Monday",
    ]


def test_two_days_need_no_two_working_days():
    package = with_rule('mode = "ATW"\nunit = "days"\nlength = 2')
    assert due("TST-02", "2026-04-02", package=package) == "2026-04-07"


def test_border_detention_ends_four_weeks_later_to_the_minute_and_does_not_roll_over():
    found = term("BOR-01", datetime(2026, 3, 27, 14, 30))
    assert found.due_at == datetime(2026, 4, 24, 14, 30, tzinfo=AMSTERDAM)
    assert term("BOR-01", datetime(2026, 3, 9, 8, 15)).due_on == date(2026, 4, 6)  # Easter Monday


# Each skipped day by name


def test_a_response_that_would_end_on_ascension_day_names_the_four_days_it_passes_over():
    found = term("VA-VIEW", "2026-04-16")
    assert found.nominal_on == date(2026, 5, 14)
    assert names(found) == [
        "2026-05-14 Ascension Day",
        "2026-05-15 equated day (royal decree)",
        "2026-05-16 weekend: Saturday",
        "2026-05-17 weekend: Sunday",
    ]


def test_days_of_the_general_procedure_name_the_days_between_them():
    found = term("AA-VIEW", "2026-04-03")
    assert names(found) == [
        "2026-04-04 weekend: Saturday",
        "2026-04-05 weekend: Sunday",
        "2026-04-06 Easter Monday",
    ]
    assert [(step.number, step.on.day) for step in found.counted] == [(3, 3), (4, 7)]
    from_day_one = term("AA-VIEW", "2026-04-03", day_one="2026-04-01")
    assert [(step.number, step.on.day) for step in from_day_one.counted] == [(1, 1), (2, 2), (3, 3), (4, 7)]
    assert names(from_day_one) == names(found)


def test_the_switch_for_equated_days_names_good_friday_as_passed_over():
    assert "2026-04-03 Good Friday" in names(
        term("AA-DEC", "2026-04-08", day_one="2026-04-01", package=STRICT)
    )


def test_a_term_that_rolls_over_nothing_skips_nothing():
    assert names(term("APP-1W", "2026-04-09")) == []
    assert names(term("DEC-06M", "2026-03-17")) == []


# The hour


def test_a_term_runs_to_the_last_second_of_its_day_in_amsterdam():
    winter, summer = term("APP-1W", "2026-02-02").due_at, term("APP-1W", "2026-06-01").due_at
    assert winter.isoformat() == "2026-02-09T23:59:59+01:00"
    assert summer.isoformat() == "2026-06-08T23:59:59+02:00"


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-03-22", "2026-03-30T23:59:59+02:00"),
        ("2026-10-18", "2026-10-26T23:59:59+01:00"),
    ],
)
def test_the_nights_of_the_clock_change_move_no_date(start, expected):
    # Both Sundays themselves are weekend days, so the term ends on the Monday after.
    assert term("APP-1W", start).due_at.isoformat() == expected


@pytest.mark.parametrize("on", ["2026-03-29", "2026-10-25"])
def test_a_term_can_end_on_the_day_of_the_clock_change_to_its_last_second(on):
    found = term("REP-01", on)
    assert found.due_at.astimezone(UTC) + timedelta(seconds=1) == datetime.combine(
        date.fromisoformat(on) + oracle.DAY, datetime.min.time(), AMSTERDAM
    ).astimezone(UTC)


def test_corrections_to_the_first_interview_are_due_at_nine_in_the_morning_of_day_one():
    assert (
        term("RVT-03", "2026-03-25", day_one="2026-04-01").due_at.isoformat() == "2026-04-01T09:00:00+02:00"
    )


def test_a_timestamp_counts_from_its_day_in_amsterdam():
    late_evening_utc = datetime(2026, 4, 8, 22, 30, tzinfo=UTC)  # 00:30 on the 9th in Amsterdam
    assert due("APP-1W", late_evening_utc) == "2026-04-16"
    new_york = timezone(timedelta(hours=-4))
    assert due("APP-1W", datetime(2026, 4, 8, 18, 30, tzinfo=new_york)) == "2026-04-16"


def test_deprivation_of_liberty_in_days_counts_days():
    package = with_rule('mode = "HOURS_OR_LIBERTY"\nunit = "days"\nlength = 3')
    assert (
        term("TST-02", datetime(2026, 4, 2, 14, 0), package=package).due_at.isoformat()
        == "2026-04-05T14:00:00+02:00"
    )


HOURS = with_rule('mode = "HOURS_OR_LIBERTY"\nunit = "hours"\nlength = 24')


def test_hours_pass_in_real_time_over_a_clock_change():
    spring = compute(HOURS.rule("TST-02"), datetime(2026, 3, 28, 14, 0), package=HOURS)
    autumn = compute(HOURS.rule("TST-02"), datetime(2026, 10, 24, 14, 0), package=HOURS)
    assert spring.due_at.isoformat() == "2026-03-29T15:00:00+02:00"
    assert autumn.due_at.isoformat() == "2026-10-25T13:00:00+01:00"


def test_four_weeks_to_a_time_that_the_spring_night_skips_end_at_a_real_time():
    found = term("BOR-01", datetime(2026, 3, 1, 2, 30))
    assert found.due_at.isoformat() == "2026-03-29T03:30:00+02:00"


@given(st.datetimes(min_value=datetime(2023, 1, 1), max_value=datetime(2028, 11, 1)))
def test_border_detention_never_lasts_longer_than_four_weeks_and_one_hour(moment):
    assume(not oracle.clock_never_shows(moment) and not oracle.clock_shows_twice(moment))
    found = term("BOR-01", moment)
    lasted = found.due_at.astimezone(UTC) - moment.replace(tzinfo=AMSTERDAM).astimezone(UTC)
    assert timedelta(days=27, hours=23) <= lasted <= timedelta(days=28, hours=1)


def test_a_time_that_the_spring_night_skips_is_refused():
    for minute in (0, 30, 59):
        with pytest.raises(NoSuchTime, match=rf"there is no 2026-03-29 02:{minute:02} in Amsterdam"):
            term("BOR-01", datetime(2026, 3, 29, 2, minute))
    assert term("BOR-01", datetime(2026, 3, 29, 3, 0)).due_at.isoformat() == "2026-04-26T03:00:00+02:00"


def test_a_time_that_the_autumn_night_repeats_needs_its_offset():
    with pytest.raises(NoSuchTime, match=r"comes twice in Amsterdam: .*\+02:00 .*\+01:00"):
        term("BOR-01", datetime(2026, 10, 25, 2, 30))
    for text in ("2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"):
        found = term("BOR-01", datetime.fromisoformat(text))
        assert found.start.isoformat() == text.replace("02:30+", "02:30:00+")
        assert found.due_at.isoformat() == "2026-11-22T02:30:00+01:00"
    assert term("BOR-01", datetime(2026, 10, 25, 3, 0)).due_at.isoformat() == "2026-11-22T03:00:00+01:00"


def test_hours_from_the_first_and_the_second_half_past_two_end_an_hour_apart():
    ends = [
        compute(HOURS.rule("TST-02"), datetime.fromisoformat(f"2026-10-25T02:30{offset}"), package=HOURS)
        for offset in ("+02:00", "+01:00")
    ]
    assert [found.due_at.isoformat() for found in ends] == [
        "2026-10-26T01:30:00+01:00",
        "2026-10-26T02:30:00+01:00",
    ]


def test_no_rule_counts_from_a_time_that_never_was():
    with pytest.raises(NoSuchTime):
        term("APP-1W", datetime(2026, 3, 29, 2, 30))


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-08-31", "2027-02-28"),
        ("2027-08-31", "2028-02-29"),
        ("2027-08-29", "2028-02-29"),
        ("2024-02-29", "2024-08-29"),
        ("2026-12-31", "2027-06-30"),
    ],
)
def test_six_months_at_the_ends_of_months(start, expected):
    assert due("DEC-06M", start) == expected


# Extensions


def test_in_an_extended_general_procedure_the_response_is_due_on_the_next_day_that_counts():
    assert due("AA-VIEW", "2026-04-10", schedule="AAX", day_one="2026-04-01") == "2026-04-13"
    assert due("AA-COR", "2026-04-24", schedule="AAX") == "2026-04-28"  # King's Day between
    at_the_border = due("AA-VIEW", "2026-04-10", schedule="AAX", day_kind="AA_DAY_SCHIPHOL")
    assert at_the_border == "2026-04-11"


@pytest.mark.parametrize("code", ["AA-INT", "AA-OUT", "AA-DEC"])
def test_in_an_extended_general_procedure_the_other_days_no_longer_run(code):
    with pytest.raises(TermMistake, match="does not run in an extended"):
        due(code, "2026-04-01", schedule="AAX")


def test_the_end_of_an_extension_needs_the_schedule_that_was_extended():
    with pytest.raises(TermMistake, match="AA6, AA9"):
        due("AA-EXT", "2026-04-01", schedule="AAX", ground="a")


def test_after_a_new_intention_on_day_five_the_response_is_due_on_day_six_and_not_in_the_past():
    assert due("AA-VIEW", "2026-04-08", day_one="2026-04-01") == "2026-04-09"
    # Nor on the day of the intention itself, when that is day 4.
    assert due("AA-VIEW", "2026-04-07", day_one="2026-04-01") == "2026-04-08"


def test_a_decision_that_starts_after_its_last_day_is_late_at_once():
    assert due("AA-DEC", "2026-04-10", day_one="2026-04-01") == "2026-04-09"


def test_the_longer_period_for_deciding_depends_on_its_ground():
    assert due("DEC-EXT", "2026-07-14") == "2027-04-14"
    assert due("DEC-EXT", "2026-07-14", ground="42(4)(b)") == "2027-04-14"
    assert due("DEC-EXT", "2026-07-14", ground="42(5)") == "2027-07-14"  # eighteen months in all


def test_a_departure_term_shortened_to_nothing_ends_on_the_day_itself_even_on_a_holiday():
    assert due("RET-01", "2026-05-14", ground="leaves_at_once") == "2026-05-14"
    assert due("RET-01", "2026-05-14", circumstances={"leaves_at_once"}) == "2026-05-14"


# Settings


def test_posted_in_time_it_may_arrive_a_week_later_and_after_whit_monday():
    assert term("VA-VIEW", "2026-04-16").received_by_post_until == date(2026, 5, 26)
    fixed = NL.with_settings(postal_grace_rolls_over=False)
    assert term("VA-VIEW", "2026-04-16", package=fixed).received_by_post_until == date(2026, 5, 25)
    assert term("AA-VIEW", "2026-04-03").received_by_post_until is None


def test_a_term_of_policy_rolls_over_only_by_analogy():
    strict = NL.with_settings(analogy_rolls_over=False)
    assert due("VA-COR", "2026-03-23", package=strict) == "2026-04-06"
    assert due("VA-VIEW", "2026-04-16", package=strict) == "2026-05-18"


def test_the_minimum_of_rest_rolls_over_only_when_the_switch_says_so():
    rolling = NL.with_settings(preparation_minimum_rolls_over=True)
    found = term("RVT-01", "2026-04-13", package=rolling)  # six days end on Sunday 19 April
    assert found.due_on == date(2026, 4, 21)
    assert found.nominal_on == date(2026, 4, 20)
    assert names(found) == ["2026-04-19 weekend: Sunday"]


def test_the_window_to_extend_a_permit_opens_as_many_months_before_as_the_setting_says():
    assert term("PER-02", "2028-05-31").earliest_on == date(2028, 2, 29)
    six = NL.with_settings(permit_extension_months_before=6)
    assert term("PER-02", "2028-05-31", package=six).earliest_on == date(2027, 11, 30)


def test_a_term_of_eu_law_leaves_the_first_day_out_and_rolls_over_by_its_switch():
    switch = """
[settings.eu_terms_roll_over]
type = "bool"
value = {}
note = "not seen"
source = "Atw 1"
confidence = "M"
"""
    rule = 'mode = "EU"\nunit = "months"\nlength = 2'
    on, off = (with_rule(rule, settings=switch.format(value)) for value in ("true", "false"))
    assert (
        due("TST-02", "2026-03-14", package=on) == "2026-05-15"
    )  # Ascension Day on the 14th; no decree here
    assert due("TST-02", "2026-03-14", package=off) == "2026-05-14"


# Circumstances and settings without a value


@pytest.mark.parametrize(
    ("code", "start", "circumstance", "without", "with_it"),
    [
        ("REG-01", "2026-03-17", "other_authority", "2026-03-20", "2026-03-25"),
        ("DUB-01", "2026-03-02", "hit", "2026-06-02", "2026-05-04"),
        ("DUB-02", "2026-03-02", "take_back_with_hit", "2026-04-02", "2026-03-16"),
        ("DUB-03", "2026-03-02", "detained", "2026-03-16", "2026-03-09"),
        ("APP-RUL", "2026-03-02", "one_week_appeal", "2026-08-10", "2026-03-30"),
        ("HAP-01", "2026-03-02", "one_week_appeal", "2026-03-30", "2026-03-09"),
        ("PER-04", "2026-03-02", "advice", "2026-09-02", "2027-03-02"),
    ],
)
def test_a_circumstance_is_the_ground_when_none_is_given(code, start, circumstance, without, with_it):
    assert due(code, start) == without
    assert due(code, start, circumstances={circumstance}) == with_it
    assert due(code, start, ground=circumstance) == with_it
    assert term(code, start, circumstances={circumstance, "suspensive"}).ground == circumstance


def test_the_week_for_a_higher_appeal_is_a_setting():
    four = NL.with_settings(higher_appeal_one_week=False)
    for reason in ({"circumstances": {"one_week_appeal"}}, {"ground": "one_week_appeal"}):
        assert due("HAP-01", "2026-03-02", package=four, **reason) == "2026-03-30"


def test_a_new_decision_takes_as_many_months_as_the_setting_says_and_none_without():
    assert due("DEC-NEW", "2026-03-02") == "2026-09-02"
    assert due("DEC-NEW", "2026-03-02", package=NL.with_settings(new_decision_months=3)) == "2026-06-02"
    empty = with_rule(
        'mode = "CALENDAR"\nunit = "days"\nlength_setting = "open"',
        settings='[settings.open]\ntype = "int"\nnote = "n"\nsource = "Atw"\nconfidence = "M"\n',
    )
    with pytest.raises(LetterDecides, match="take the date from the letter"):
        due("TST-02", "2026-04-01", package=empty)


def test_a_permanent_permit_can_be_asked_for_four_weeks_before_five_years_are_full():
    found = term("PER-03", "2026-04-01")
    assert (found.nominal_on, found.due_on) == (date(2031, 4, 1), date(2031, 3, 4))
    assert found.earliest_on == found.due_on
    assert term("PER-03", "2024-02-29").nominal_on == date(2029, 2, 28)


# More time


def test_more_time_lasts_until_five_working_days_after_the_obstacle():
    response = NL.extension("response")
    given = {"package": NL, "start": date(2026, 4, 16), "due_on": date(2026, 5, 18)}
    # King's Day and 5 May lie between.
    assert latest_extension(response, **given, obstacle_until=date(2026, 4, 24)) == date(2026, 5, 4)
    with pytest.raises(TermMistake, match="give that day"):
        latest_extension(response, **given)


def test_more_time_has_the_lowest_of_its_limits_or_none():
    given = {"package": NL, "start": date(2026, 1, 31), "due_on": date(2026, 7, 31)}
    assert latest_extension(NL.extension("permit_advice"), **given) == date(2027, 1, 31)
    assert latest_extension(NL.extension("family"), **given) == date(2026, 10, 31)
    assert latest_extension(NL.extension("registration"), **given) is None


# Refusals


@pytest.mark.parametrize("code", ["AA-INT", "AA-COR", "AA-VIEW", "AA-DEC"])
def test_a_start_that_is_no_day_of_the_procedure_is_refused_with_the_next_that_is(code):
    with pytest.raises(NotAProcedureDay, match=r"Easter Monday.*2026-04-07"):
        due(code, "2026-04-06")


def test_a_day_one_that_is_no_day_of_the_procedure_is_refused():
    with pytest.raises(NotAProcedureDay, match=r"King's Day.*2026-04-28"):
        due("AA-DEC", "2026-04-30", day_one="2026-04-27")


def test_an_event_before_day_one_is_refused():
    with pytest.raises(TermMistake, match=r"before day 1 on 2026-04-02"):
        due("AA-COR", "2026-04-01", day_one="2026-04-02")


def test_a_year_without_data_is_refused_where_holidays_matter():
    for code, start in [("VA-VIEW", "2028-12-15"), ("VA-VIEW", "2029-03-01"), ("REG-01", "2022-12-30")]:
        with pytest.raises(CalendarDataMissing, match=r"2029|2022"):
            due(code, start)
    # Six months roll over nothing, so no holiday of 2029 is asked for.
    assert due("DEC-06M", "2028-12-15") == "2029-06-15"
    assert due("DUB-05", "2030-12-31") == "2032-06-30"
    assert due("PER-03", "2028-12-31") == "2033-12-03"
    assert due("REP-02", "2035-01-01") == "2035-01-15"


@pytest.mark.parametrize(
    ("code", "start", "given", "reason"),
    [
        ("AA-EXT", "2026-04-01", {}, "needs a ground: a, b, c, d, e, f, g"),
        ("AA-EXT", "2026-04-01", {"ground": "h"}, "has no ground 'h'; known: a, b"),
        ("VA-VIEW", "2026-04-01", {"ground": "a"}, "has no ground 'a'; known: none"),
        ("AA-COR", "2026-04-01", {"schedule": "HASA3"}, "has no day in schedule HASA3; it has in AA6, AA9"),
        ("BOR-01", "2026-03-27", {}, "give date and time"),
        ("DEC-06M", "9999-12-01", {}, "ends beyond the calendar"),
        ("REP-02", "9999-12-31", {}, "ends beyond the calendar"),
    ],
)
def test_a_question_that_does_not_fit_the_rule_is_refused_in_one_line(code, start, given, reason):
    with pytest.raises(TermMistake) as caught:
        due(code, start, **given)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_moment_at_the_edge_of_time_is_refused():
    edge = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    with pytest.raises(TermMistake, match="beyond the calendar"):
        compute(NL.rule("BOR-01"), edge, package=NL)


def test_a_rule_without_a_length_sends_to_the_letter():
    package = with_rule('mode = "LETTER"')
    with pytest.raises(TermMistake, match="take the date from the letter"):
        due("TST-02", "2026-04-01", package=package)


# What is stored


def test_the_derivation_can_be_stored_and_says_all_that_led_to_the_date():
    found = term("AA-VIEW", "2026-04-07", day_one="2026-04-01", schedule="AA6", package=STRICT)
    stored = json.loads(json.dumps(found.as_json()))
    assert stored["rule"] == "AA-VIEW"
    assert stored["package"] == "nl-2021"
    assert stored["due_on"] == "2026-04-08"
    assert stored["due_at"] == "2026-04-08T23:59:59+02:00"
    assert stored["day_one"] == "2026-04-01"
    assert stored["schedule"] == "AA6"
    assert stored["settings"] == {"aa_counts_equated_days": False}
    assert stored["confidence"] == "P 2015"
    assert stored["skipped"][0] == {"date": "2026-04-03", "name": "Good Friday", "why": "equated"}
    assert stored["counted"][-1] == {"kind": "counted", "date": "2026-04-08", "number": 4}


def test_the_same_question_has_the_same_answer():
    assert term("VA-VIEW", "2026-04-16") == term("VA-VIEW", "2026-04-16")


@pytest.mark.parametrize("code", sorted(NL.rules))
def test_every_rule_of_the_package_can_be_computed_or_sends_to_the_letter(code):
    rule = NL.rule(code)
    start = datetime(2026, 6, 1, 9, 0) if rule.mode == Mode.HOURS_OR_LIBERTY else date(2026, 6, 1)
    for ground in rule.grounds or (None,):
        if rule.mode == Mode.LETTER:
            with pytest.raises(LetterDecides):
                compute(rule, start, package=NL, ground=ground)
            continue
        found = compute(rule, start, package=NL, ground=ground)
        assert found.due_on >= date(2026, 6, 1)
        assert found.source
        assert found.due_at.utcoffset() is not None
