"""`manage.py explain_term`: when a time limit ends and why, without a database."""

import json

import pytest

from procedure.management.commands.explain_term import Command
from procedure.rules import Mode, find_package


@pytest.fixture
def explain_term(capsys):
    """Run the command as from a shell; answers exit code, output, errors."""

    def run(*arguments):
        code = 0
        try:
            package = [] if "--package" in arguments else ["--package", "nl-2021"]
            Command().run_from_argv(["manage.py", "explain_term", *package, *arguments])
        except SystemExit as end:
            code = end.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_a_response_that_would_end_on_ascension_day(explain_term):
    code, out, err = explain_term("--rule", "VA-VIEW", "--start", "2026-04-16", "--json")
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert answer["rule"] == "VA-VIEW"
    assert answer["due_on"] == "2026-05-18"
    assert answer["due_at"] == "2026-05-18T23:59:59+02:00"
    assert answer["nominal"] == "2026-05-14"
    assert answer["skipped"] == [
        {"date": "2026-05-14", "name": "Ascension Day"},
        {"date": "2026-05-15", "name": "equated day (royal decree)"},
        {"date": "2026-05-16", "name": "weekend: Saturday"},
        {"date": "2026-05-17", "name": "weekend: Sunday"},
    ]
    assert answer["source"].startswith("Vb 3.116")
    assert (answer["confidence"], answer["mode"]) == ("P 2015", "ATW")
    assert answer["received_by_post_until"] == "2026-05-26"


@pytest.mark.parametrize(
    ("arguments", "due_on"),
    [
        ("--rule AA-VIEW --start 2026-04-30 --schedule AA9", "2026-05-04"),
        ("--rule AA-DEC --start 2026-05-04 --schedule AA9 --day-one 2026-04-23", "2026-05-07"),
        ("--rule AA-OUT --start 2026-04-02 --set aa_counts_equated_days=false", "2026-04-07"),
        ("--rule AA-EXT --start 2026-04-01 --ground f", "2026-04-30"),
        ("--rule AA-EXT --start 2026-04-23 --schedule AA9 --ground a", "2026-05-27"),
        ("--rule AA-VIEW --start 2026-04-10 --schedule AAX", "2026-04-13"),
        ("--rule RVT-01 --start 2026-03-19", "2026-03-26"),
        ("--rule BOR-01 --start 2026-03-27T14:30", "2026-04-24"),
        ("--rule REC-01 --start 2026-03-28T14:30", "2026-03-29"),
        ("--rule DUB-02 --start 2026-03-02 --ground take_back_with_hit", "2026-03-16"),
        ("--rule DUB-03 --start 2026-03-02 --circumstance detained", "2026-03-09"),
        ("--rule HAS-03 --start 2026-04-02", "2026-04-07"),
        ("--rule HAS-04 --start 2026-04-07 --day-one 2026-04-02", "2026-04-08"),
        ("--rule HAS-05 --start 2026-04-02", "2026-04-10"),
        ("--rule VA-VIEW --start 2026-04-16 --pause 2026-04-20:2026-04-24", "2026-05-19"),
        ("--rule PER-03 --start 2026-04-01", "2031-03-04"),
    ],
)
def test_schedules_grounds_settings_and_times(explain_term, arguments, due_on):
    code, out, err = explain_term(*arguments.split(), "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["due_on"] == due_on


@pytest.mark.parametrize("code", sorted(find_package("nl-2021").rules))
def test_every_rule_can_be_explained(explain_term, code):
    rule = find_package("nl-2021").rule(code)
    start = "2026-04-01T14:30" if rule.mode == Mode.HOURS_OR_LIBERTY else "2026-04-01"
    grounds = ["--ground", rule.grounds[0]] if rule.last_day else []
    code_of_exit, out, err = explain_term("--rule", code, "--start", start, *grounds)
    assert (code_of_exit, err) == (0, "")
    assert out.startswith(f"{code}: {rule.title}")
    assert rule.source in out
    assert ("the letter decides" in out) is (rule.mode == Mode.LETTER)
    _, out, _ = explain_term("--rule", code, "--start", start, *grounds, "--json")
    answer = json.loads(out)
    assert (answer["rule"], answer["letter_decides"]) == (code, rule.mode == Mode.LETTER)
    assert (answer["due_on"] is None) is (rule.mode == Mode.LETTER)


@pytest.mark.parametrize("arguments", ["--rule ACC-02", "--rule RET-01 --ground departure_days"])
def test_where_the_letter_decides_no_date_is_made_up(explain_term, arguments):
    code, out, err = explain_term(*arguments.split(), "--start", "2026-04-01", "--json")
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert (answer["letter_decides"], answer["due_on"], answer["due_at"]) == (True, None, None)
    assert answer["check_the_letter"]


def test_a_response_to_a_plan_to_stop_is_never_due_before_the_time_for_an_explanation(explain_term):
    _, out, _ = explain_term("--rule", "DIS-01", "--start", "2026-04-01", "--json")
    assert json.loads(out)["not_before"] == "NOS-01"


def test_a_setting_that_nobody_confirmed_sends_to_the_letter(explain_term):
    arguments = ["--package", "nl-2026", "--start", "2026-07-01", "--json"]
    _, out, _ = explain_term(*arguments, "--rule", "OVA-REG")
    assert json.loads(out)["letter_decides"]
    _, out, _ = explain_term(*arguments, "--rule", "OVA-REG", "--set", "registration_days=5")
    assert not json.loads(out)["letter_decides"]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("RET-03", "It counts from the last day of RET-01: start is that day."),
        ("REP-02", "It counts from the same day as REP-03: start is that day."),
        ("RVT-03", "It counts from day 1: start is that day."),
        ("AA-EXT --ground a", "It counts from day 1: start is that day."),
        ("HAS-05", "It counts from day 1: start is that day."),
        ("PER-02", "It counts from the last day of the permit: start is that day."),
        ("DUB-01", "It counts from the day on which fingerprints or a visa were found: start is that day."),
        (
            "DEC-06M",
            "It counts from the day on which the application was lodged: start is that day. After "
            "take_responsibility, record_lapsed_transfer it counts from the day on which the Netherlands was "
            "found responsible.",
        ),
        ("HAP-01", "It counts from the day on which the court sent its judgment: start is that day."),
        (
            "RET-01",
            "After resume_departure_term it counts from the day on which the court sent its judgment.",
        ),
        (
            "RVT-01",
            "It counts from the end of the application phase: start is that day. After take_responsibility, "
            "record_lapsed_transfer, move_to_general it counts from the day of the step.",
        ),
    ],
)
def test_what_the_start_must_be_is_said_where_it_is_not_the_day_of_the_event(explain_term, code, says):
    _, out, _ = explain_term("--rule", *code.split(), "--start", "2026-04-01")
    assert f"          {says}\n" in out


def test_the_day_of_the_event_needs_no_words(explain_term):
    _, out, _ = explain_term("--rule", "VA-VIEW", "--start", "2026-04-16")
    assert "It counts" not in out and "it counts" not in out


@pytest.mark.parametrize(
    ("arguments", "possible_from"),
    [
        ("RVT-01 --start 2026-03-19", "Thu 2026-03-26"),
        ("BOR-02 --start 2026-04-01", "Fri 2026-04-03"),
        ("PER-03 --start 2026-04-01", "Tue 2031-03-04"),
        # The last day of the minimum is a Saturday.
        ("RVT-01 --start 2026-03-22 --set preparation_minimum_rolls_over=true", "Tue 2026-03-31"),
    ],
)
def test_what_only_becomes_possible_has_no_end(explain_term, arguments, possible_from):
    code, out, _ = explain_term("--rule", *arguments.split())
    assert code == 0
    assert f"\nPossible  from {possible_from}\n" in out
    for wrong in ("Ends ", "23:59:59", "would have been"):
        assert wrong not in out


def test_what_is_possible_until_its_end_says_both(explain_term):
    _, out, _ = explain_term("--rule", "PER-02", "--start", "2027-04-01")
    assert "\nEnds      Thu 2027-04-01 23:59:59\nPossible  from Fri 2027-01-01\n" in out


def test_a_pause_is_named_day_by_day(explain_term):
    _, out, _ = explain_term(
        "--rule", "APP-1W", "--start", "2026-04-09", "--pause", "2026-04-10:2026-04-10:ill"
    )
    assert "Fri 2026-04-10  passed over: ill" in out
    assert "Fri 2026-04-17 23:59:59" in out


@pytest.mark.parametrize("offset", ["+02:00", "+01:00"])
def test_in_the_hour_that_comes_twice_the_offset_says_which_one_it_was(explain_term, offset):
    code, out, _ = explain_term("--rule", "REC-01", "--start", f"2026-10-25T02:30{offset}", "--json")
    assert code == 0
    assert json.loads(out)["start"] == f"2026-10-25T02:30:00{offset}"
    ends = {"+02:00": "2026-10-26T01:30:00+01:00", "+01:00": "2026-10-26T02:30:00+01:00"}
    assert json.loads(out)["due_at"] == ends[offset]


def test_a_time_that_comes_twice_is_printed_with_its_offset(explain_term):
    _, out, _ = explain_term("--rule", "REC-01", "--start", "2026-10-25T02:30+02:00")
    assert "Starts    Sun 2026-10-25 02:30:00 (+02:00)\n" in out
    assert "Ends      Mon 2026-10-26 01:30:00\n" in out
    _, out, _ = explain_term("--rule", "REC-01", "--start", "2026-10-24T03:30+02:00")
    assert "Ends      Sun 2026-10-25 02:30:00 (+01:00)\n" in out


def test_settings_that_were_changed_are_part_of_the_answer(explain_term):
    _, out, _ = explain_term(
        *["--rule", "VA-COR", "--start", "2026-03-23", "--set", "analogy_rolls_over=false"],
        *["--set", "aa_counts_equated_days=false", "--json"],
    )
    answer = json.loads(out)
    assert answer["due_on"] == "2026-04-06"
    assert answer["settings"] == {"aa_counts_equated_days": False, "analogy_rolls_over": False}


def test_the_text_for_people_names_every_day_passed_over_and_the_source(explain_term):
    code, out, _ = explain_term("--rule", "VA-VIEW", "--start", "2026-04-16")
    assert code == 0
    for part in (
        "Thu 2026-05-14  passed over: Ascension Day",
        "equated day",
        "Mon 2026-05-18 23:59:59",
        "Vb 3.116",
    ):
        assert part in out
    assert "check the letter" not in out


def test_the_text_for_people_says_when_the_letter_must_be_checked(explain_term):
    _, out, _ = explain_term("--rule", "DEF-01", "--start", "2026-07-15")
    assert "Please check the letter" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("", "required: --rule, --start"),
        ("--rule VA-VIEW", "required: --start"),
        ("--rule VA-VUE --start 2026-04-16", "no rule 'VA-VUE'; known: AA-COR"),
        ("--rule VA-VIEW --start 2026-04-31", "no date '2026-04-31': April 2026 has 30 days"),
        ("--rule VA-VIEW --start 2026-02-31T10:00", "February 2026 has 28 days"),
        ("--rule VA-VIEW --start 2026-13-01", "no date '2026-13-01'; write it as"),
        (
            "--rule BOR-01 --start 2026-03-29T02:30",
            "there is no 2026-03-29 02:30 in Amsterdam: write a time until 01:59 or from 03:00 on",
        ),
        ("--rule BOR-01 --start 2026-10-25T02:30", "add the offset, +02:00 before"),
        ("--rule DIS-01 --start 2026-03-29T02:30", "there is no 2026-03-29 02:30 in Amsterdam"),
        ("--rule DIS-01 --start 0001-01-01T00:00+14:00", "beyond the calendar"),
        ("--rule VA-VIEW --start 2026-04-16 --circumstance rain", "invalid choice: 'rain'"),
        ("--rule BOR-01 --start 2026-03-27T14:30 --pause 2026-04-01:2026-04-02", "never stands still"),
        ("--rule VA-VIEW --start 2026-04-16 --pause 2026-04-17:9999-12-31", "beyond the calendar"),
        ("--rule VA-VIEW --start 2026-04-16T25:00", "no date '2026-04-16T25:00'"),
        # Python reads all of these; some of them as another moment than was meant.
        ("--rule BOR-01 --start 2026-03-27T14.30", "no date '2026-03-27T14.30'; write it as"),
        ("--rule BOR-01 --start 2026-03-27T14", "no date '2026-03-27T14'"),
        ("--rule BOR-01 --start 2026-03-27T1430", "no date '2026-03-27T1430'"),
        ("--rule BOR-01 --start 2026-03-27T14:30:15", "no date '2026-03-27T14:30:15'"),
        ("--rule BOR-01 --start 2026-03-27T14:30+0100", "no date '2026-03-27T14:30+0100'"),
        ("--rule BOR-01 --start 20260327T14:30", "no date '20260327T14:30'"),
        ("--rule BOR-01 --start 2026-W13-5T14:30", "no date '2026-W13-5T14:30'"),
        ("--rule VA-VIEW --start 2026-W14", "no date '2026-W14'"),
        ("--rule VA-VIEW --start 20260401", "no date '20260401'; write it as 2026-04-01 or 2026-04-01T14:30"),
        ("--rule DEC-NEW --start 2026-04-01 --set new_decision_months=-5", "must be 0 or more, not -5"),
        # What the rule does not look at is not answered as if it had been looked at.
        ("--rule VA-VIEW --start 2026-04-16 --schedule XX", "no schedule 'XX'; known: AA6"),
        (
            "--rule VA-VIEW --start 2026-04-16 --schedule AA6",
            "VA-VIEW ends with no day of a schedule: leave --schedule out",
        ),
        ("--rule VA-VIEW --start 2026-04-16 --schedule AAX", "VA-VIEW ends with no day of a schedule"),
        ("--rule ACC-02 --start 2026-04-16 --schedule AA6", "ACC-02 ends with no day of a schedule"),
        (
            "--rule VA-VIEW --start 2026-04-16 --day-one 2026-04-01",
            "VA-VIEW does not count from day 1: leave --day-one out",
        ),
        ("--rule ACC-02 --start 2026-04-16 --ground z", "no ground 'z'; known: none"),
        (
            "--rule RET-01 --start 2026-04-16 --ground z",
            "no ground 'z'; known: leaves_at_once, departure_days",
        ),
        (
            "--rule VA-VIEW --start 2026-04-16 --circumstance detained",
            "VA-VIEW does not run with detained; instead: VW-DET",
        ),
        ("--rule VA-VIEW --start 2026-04-16 --circumstance continued_beyond_days", "instead: BOR-03"),
        (
            "--rule APP-4W --start 2026-04-16 --circumstance one_week_appeal",
            "APP-4W does not run with one_week_appeal",
        ),
        ("--rule VA-VIEW --start 2028-12-15", "no calendar data for the year 2029"),
        ("--rule VA-VIEW --start 2026-04-16 --ground a", "no ground 'a'; known: none"),
        ("--rule VA-VIEW --start 2026-04-16 --set x=y", "no setting 'x'"),
        ("--rule AA-COR --start 2026-04-06", "Easter Monday"),
        ("--rule AA-COR --start 2026-04-07 --day-one 2026-04-06", "not a day of the procedure"),
        ("--rule AA-COR --start 2026-04-07 --day-one 2026-04-99", "no date '2026-04-99'"),
        ("--rule AA-COR --start 2026-04-07 --day-one 2026-04-08", "before day 1"),
        ("--rule AA-COR --start 2026-04-07 --schedule AA7", "no schedule 'AA7'"),
        ("--rule AA-COR --start 2026-04-07 --schedule HASA3", "no day in schedule HASA3"),
        ("--rule AA-EXT --start 2026-04-01", "needs a ground: a, b, c"),
        ("--rule AA-DEC --start 2026-04-01 --schedule AAX", "does not run in an extended"),
        ("--rule BOR-01 --start 2026-03-27", "give date and time"),
        ("--rule DEC-06M --start 9999-12-31", "ends beyond the calendar"),
        ("--rule BOR-01 --start 0001-01-01T00:00+14:00", "beyond the calendar"),
        ("--rule BOR-01 --start 9999-12-31T23:59", "beyond the calendar"),
    ],
)
def test_wrong_input_gives_one_line_and_exit_code_two(explain_term, arguments, says):
    code, out, err = explain_term(*arguments.split())
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert says in err
