"""`manage.py plan_days`: dates of a schedule, without a database. Touching one would fail the test."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from procedure.management.commands.plan_days import Command

ROOT = Path(__file__).resolve().parents[2]
SIX_DAYS = ["--package", "nl-2021", "--schedule", "AA6", "--start", "2026-04-01"]


@pytest.fixture
def plan_days(capsys):
    """Run the command as from a shell; answers exit code, output, errors."""

    def run(*arguments):
        code = 0
        try:
            Command().run_from_argv(["manage.py", "plan_days", *arguments])
        except SystemExit as end:
            code = end.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_six_days_over_easter(plan_days):
    code, out, err = plan_days(*SIX_DAYS, "--json")
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert (answer["package"], answer["schedule"]) == ("nl-2021", "AA6")
    assert [(day["day"], day["date"], day["weekday"]) for day in answer["days"]] == [
        (1, "2026-04-01", "Wednesday"),
        (2, "2026-04-02", "Thursday"),
        (3, "2026-04-03", "Friday"),
        (4, "2026-04-07", "Tuesday"),
        (5, "2026-04-08", "Wednesday"),
        (6, "2026-04-09", "Thursday"),
    ]
    assert answer["skipped"] == [
        {"date": "2026-04-04", "name": "weekend: Saturday"},
        {"date": "2026-04-05", "name": "weekend: Sunday"},
        {"date": "2026-04-06", "name": "Easter Monday"},
    ]
    assert [day["closes"] for day in answer["days"]] == [
        ["AA-INT"],
        ["AA-COR"],
        ["AA-OUT"],
        ["AA-VIEW"],
        [],
        ["AA-DEC"],
    ]
    assert answer["days"][2]["closed_offices"] == "Good Friday"


@pytest.mark.parametrize(
    ("schedule", "start", "more", "dates"),
    [
        (
            "AA6",
            "2026-04-01",
            ["--set", "aa_counts_equated_days=false"],
            "04-01 04-02 04-07 04-08 04-09 04-10",
        ),
        ("AA9", "2026-04-23", [], "04-23 04-24 04-28 04-29 04-30 05-01 05-04 05-06 05-07"),
        ("SCH6", "2026-04-03", [], "04-03 04-04 04-05 04-06 04-07 04-08"),
        ("SCH9", "2026-04-03", [], "04-03 04-04 04-05 04-06 04-07 04-08 04-09 04-10 04-11"),
        ("HASA3", "2026-04-02", [], "04-02 04-07 04-08"),
        (
            "HASA3",
            "2026-04-02",
            ["--set", "one_day_test_counts_equated_days=true"],
            "04-02 04-03 04-07",
        ),
        ("HASA6", "2026-04-02", [], "04-02 04-03 04-07 04-08 04-09 04-10"),
        ("AA6", "2026-04-01", ["--pause", "2026-04-02:2026-04-07"], "04-01 04-08 04-09 04-10 04-13 04-14"),
        ("AA6", "2026-04-01", ["--days", "2"], "04-01 04-02"),
    ],
)
def test_other_schedules_settings_and_lengths(plan_days, schedule, start, more, dates):
    arguments = ["--package", "nl-2021", "--schedule", schedule, "--start", start, *more, "--json"]
    code, out, _ = plan_days(*arguments)
    assert code == 0
    assert [day["date"].removeprefix("2026-") for day in json.loads(out)["days"]] == dates.split()


@pytest.mark.parametrize(
    ("schedule", "start", "number", "last"),
    [
        ("AA6", "2026-04-01", 18, "2026-04-28"),
        ("AA6", "2026-04-01", 20, "2026-04-30"),
        ("AA6", "2026-04-01", 26, "2026-05-11"),
        ("AA9", "2026-04-23", 21, "2026-05-27"),
    ],
)
def test_the_last_day_of_an_extension(plan_days, schedule, start, number, last):
    _, out, _ = plan_days(
        *["--package", "nl-2021", "--schedule", schedule, "--start", start, "--days", str(number), "--json"]
    )
    assert json.loads(out)["days"][-1]["date"] == last


@pytest.mark.parametrize(
    ("more", "last_days"),
    [
        ([], {18: "2026-04-28", 20: "2026-04-30", 26: "2026-05-11"}),
        (["--ground", "f"], {20: "2026-04-30"}),
        (["--extends", "HASA6"], {12: "2026-04-17", 14: "2026-04-21", 20: "2026-04-30"}),
        (["--extends", "SCH6", "--ground", "a"], {18: "2026-04-18"}),
    ],
)
def test_an_extended_procedure_has_a_last_day_for_each_ground(plan_days, more, last_days):
    code, out, err = plan_days(
        *["--package", "nl-2021", "--schedule", "AAX", "--start", "2026-04-01", *more, "--json"]
    )
    days = json.loads(out)["days"]
    assert (code, err) == (0, "")
    assert {day["day"]: day["date"] for day in days if day["closes"] == ["AA-EXT"]} == last_days
    assert len(days) == max(last_days)
    assert days[0]["closes"] == []


def test_the_nine_days_extended_over_ascension_and_whit_monday(plan_days):
    arguments = ["--package", "nl-2021", "--schedule", "AAX", "--extends", "AA9", "--start", "2026-04-23"]
    _, out, _ = plan_days(*arguments)
    assert any(
        "day 21" in line and "2026-05-27" in line and "a, b, c, d, e" in line for line in out.splitlines()
    )


def test_the_text_for_people_names_days_and_what_is_passed_over_in_order(plan_days):
    code, out, _ = plan_days(*SIX_DAYS)
    assert code == 0
    lines = out.splitlines()
    assert [line.split("2026-")[1][:5] for line in lines[1:]] == [
        f"04-{day:02}" for day in (1, 2, 3, 4, 5, 6, 7, 8, 9)
    ]
    assert "Easter Monday" in lines[6]
    assert "Good Friday" in lines[3]
    assert "AA-VIEW" in lines[7]


def bent(**changes):
    values = {"--package": "nl-2021", "--schedule": "AA6", "--start": "2026-04-01"} | changes
    return [part for pair in values.items() if pair[1] is not None for part in pair]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "required: --package, --schedule, --start"),
        (bent(**{"--start": None}), "required: --start"),
        (bent(**{"--package": "nl-1999"}), "no package 'nl-1999'; known: nl-2021"),
        (bent(**{"--package": "../nl-2021"}), "no package '../nl-2021'"),
        (bent(**{"--schedule": "AA7"}), "no schedule 'AA7'; known: AA6, AA9"),
        (bent(**{"--start": "2026-02-30"}), "no date '2026-02-30'"),
        (bent(**{"--start": "2026-02-31"}), "no date '2026-02-31': February 2026 has 28 days"),
        (bent(**{"--start": "2028-02-30"}), "February 2028 has 29 days"),
        (
            bent(**{"--schedule": "AAX", "--extends": "HASA3"}),
            "HASA3 cannot be extended; these can: AA6",
        ),
        (bent(**{"--schedule": "AAX", "--ground": "h"}), "no ground 'h'; known: a, b"),
        (bent(**{"--schedule": "AAX", "--extends": "AA7"}), "no schedule 'AA7'"),
        (bent(**{"--schedule": "AAX", "--package": "nl-2026"}), "no schedule 'AAX'"),
        (bent(**{"--ground": "a"}), "--extends and --ground belong to schedule AAX"),
        (bent(**{"--pause": "2026-04-02"}), "a pause needs two days"),
        (bent(**{"--pause": "2026-04-05:2026-04-02"}), "cannot end before it begins"),
        (bent(**{"--pause": "2026-04-31:2026-05-02"}), "April 2026 has 30 days"),
        (bent(**{"--start": "tomorrow"}), "no date 'tomorrow'"),
        (bent(**{"--start": ""}), "no date ''"),
        (bent(**{"--start": "2026-04-06"}), "not a day of the procedure (Easter Monday)"),
        (bent(**{"--start": "2026-04-04"}), "the next one is Tuesday 2026-04-07"),
        (bent(**{"--start": "2029-01-02"}), "no calendar data for the year 2029"),
        (bent(**{"--start": "2022-12-30"}), "no calendar data for the year 2022"),
        (bent(**{"--start": "2028-12-28"}), "no calendar data for the year 2029"),
        (bent(**{"--start": "9999-12-31"}), "no calendar data for the year 9999"),
        (bent(**{"--days": "0"}), "at least one day, not 0"),
        (bent(**{"--days": "-3"}), "at least one day, not -3"),
        (bent(**{"--days": "six"}), "--days"),
        (bent(**{"--days": "100000000"}), "no calendar data for the year 2029"),
        (bent(**{"--set": "no_such=1"}), "no setting 'no_such'; known: aa_counts_equated_days"),
        (bent(**{"--set": "aa_counts_equated_days=perhaps"}), "must be true or false, not 'perhaps'"),
        (bent(**{"--set": "aa_counts_equated_days"}), "needs KEY=VALUE"),
        (bent(**{"--set": "decision_period_most_months=x"}), "must be a whole number, not 'x'"),
        (
            bent(**{"--set": "new_decision_months=-5"}),
            "new_decision_months must be 0 or more, not -5",
        ),
        (
            bent(**{"--set": "reporting_slot_on_closed_day=x"}),
            "or stays, not 'x'",
        ),
        (bent(**{"--start": "20260401"}), "no date '20260401'; write it as 2026-04-01"),
        (bent(**{"--start": "2026-W14"}), "no date '2026-W14'; write it as 2026-04-01"),
        (bent(**{"--start": "2026-W14-3"}), "no date '2026-W14-3'"),
        (bent(**{"--start": "2026-04-01T10:00"}), "no date '2026-04-01T10:00'; write it as 2026-04-01"),
        (bent(**{"--start": "٢٠٢٦-٠٤-٠١"}), "no date '٢٠٢٦-٠٤-٠١'"),
        (bent(**{"--pause": "20260402:20260403"}), "no date '20260402'"),
        ([*bent(), "--colour", "red"], "unrecognized arguments: --colour red"),
    ],
)
def test_wrong_input_gives_one_line_and_exit_code_two(plan_days, arguments, says):
    code, out, err = plan_days(*arguments)
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert says in err


@pytest.mark.parametrize(
    ("arguments", "code", "lines"), [(SIX_DAYS, 0, 10), ([*SIX_DAYS[:-1], "2026-04-06"], 2, 1), ([], 2, 1)]
)
def test_from_a_shell_without_any_database(arguments, code, lines):
    found = subprocess.run(
        [sys.executable, "manage.py", "plan_days", *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": "postgres://nobody:x@127.0.0.1:1/none",
            "REDIS_URL": "redis://127.0.0.1:1/0",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert found.returncode == code, found.stderr
    assert len((found.stdout or found.stderr).splitlines()) == lines
