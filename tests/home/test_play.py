"""`manage.py play`: whole cases in seconds, nothing kept, and one clear line for a wrong file."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command

from asylum_portal.home.plays.scenario import ScenarioMistake, read
from asylum_portal.notices.models import Notice
from cases.models import Case
from procedure.models import Deadline
from tests.cast import load_law, make_cast, walk

SCENARIOS = Path(__file__).parents[1] / "scenarios"
EASTER = SCENARIOS / "example-1-six-days-over-easter.toml"

SHORT = """\
title = "A short one"
package = "nl-2021"
begins = 2026-03-17

[[steps]]
on = 2026-03-17
what = "start_registration"
expect = { state = "registration", due = { REG-01 = 2026-03-20 } }

[[steps]]
on = 2026-03-18
what = "lodge_application"
with = { reason = "as usual" }
"""


def play(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("play", str(path), *options, stdout=out)
    return out.getvalue()


def written(tmp_path: Path, text: str, name: str = "told.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def rows() -> dict[str, int]:
    """How many rows each table has."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def kept_files() -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


@pytest.mark.django_db
def test_a_play_tells_who_did_what_and_who_was_told_day_by_day() -> None:
    told = play(EASTER)
    friday = told[told.index("Friday 3 April 2026") : told.index("Tuesday 7 April 2026")]
    assert "# Good Friday counts" in friday
    assert (
        "10:00  caseworker: Send the intended decision (T15, T25, T39, T50, issue_intended_decision)"
        in friday
    )
    assert "assessment -> intended_decision" in friday
    assert "ends     AA-OUT met" in friday
    assert "opens    AA-VIEW Tue 7 Apr 2026" in friday
    assert "on file  DOC-INT-REJ" in friday
    assert "tells    applicant in ti, Fri 03 Apr 10:00: step_taken" in friday
    assert "tells    lawyer in nl, Fri 03 Apr 10:00: step_taken" in friday
    assert "can open the case: lawyer, caseworker, planner, supervisor" in friday
    assert "the applicant reads (ti):" in friday
    assert "refused 409: Rest and preparation last until Wednesday 25 March 2026." in told
    assert told.rstrip().endswith("all as the file says. Nothing of it was kept.")


@pytest.mark.django_db
def test_the_applicant_reads_the_language_that_was_asked_for() -> None:
    told = play(EASTER, "--language", "nl")
    assert "the applicant reads (nl): \N{FIRST STRONG ISOLATE}Voornemen en zienswijze" in told
    assert "dinsdag 7 april 2026" in told
    assert "tells    applicant in nl" in told


@pytest.mark.django_db
def test_a_quiet_play_says_one_line() -> None:
    assert play(EASTER, "--quiet").splitlines() == [
        "example-1-six-days-over-easter.toml: 18 steps, all as the file says. Nothing of it was kept."
    ]


@pytest.mark.django_db
def test_nothing_of_a_play_is_kept_and_nobody_else_is_touched(tmp_path: Path) -> None:
    walk(make_cast(), until="close_interview")
    before, files = rows(), kept_files()
    terms = list(Deadline.objects.order_by("pk").values())
    notices = list(Notice.objects.order_by("pk").values())
    told = play(SCENARIOS / "a-silent-lawyer.toml")
    assert "file response" in told and "on file  DOC-VIEW" in told
    assert rows() == before and kept_files() == files
    assert list(Deadline.objects.order_by("pk").values()) == terms
    assert list(Notice.objects.order_by("pk").values()) == notices


@pytest.mark.django_db
def test_the_clock_of_a_play_runs_for_its_own_case_alone(tmp_path: Path) -> None:
    cast = walk(make_cast(), until="close_interview")
    told = play(SCENARIOS / "a-silent-lawyer.toml")
    assert told.count("AA-COR lapsed") == 1
    cast.procedure.refresh_from_db()
    assert cast.procedure.state == "corrections" and Case.objects.count() == 2


@pytest.mark.django_db
def test_a_difference_is_told_with_its_step_and_both_values(tmp_path: Path) -> None:
    path = written(tmp_path, SHORT.replace("REG-01 = 2026-03-20", "REG-01 = 2026-03-23"))
    with pytest.raises(CommandError) as caught:
        play(path)
    assert caught.value.returncode == 1
    assert str(caught.value) == (
        "told.toml, step 1 (2026-03-17 start_registration): "
        "the last day of REG-01 is Fri 20 Mar 2026, but the file says Mon 23 Mar 2026"
    )
    assert not Case.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ('{ refused = "409" }', "the step is taken, but the file says refused with 409"),
        ('{ state = "triage", track = "dublin" }', "the state is registration, but the file says triage"),
        ('{ machines = { appeal = "lodged" } }', "the machine appeal is nothing, but the file says lodged"),
        ('{ sees = ["lawyer"], sees_not = ["planner"] }', "planner can open the case is True"),
        ("{ told = [] }", "who is told is [applicant: step_taken, lawyer: step_taken], but"),
        ("{ open = [] }", "what is open is [REG-01, REG-02], but the file says []"),
        ('{ paused = ["REG-01"] }', "what stands still is [], but the file says [REG-01]"),
        ('{ documents = ["DOC-APPFORM"] }', "what is put on file is [], but"),
        ("{ next = 2026-03-20 }", "the applicant's next date is Thu 19 Mar 2026, but the file says Fri 20"),
        ('{ stage = "decision" }', "the applicant's stage is registration, but the file says decision"),
        ('{ ledger = ["REG-01 2026-03-20 -> 2026-03-23: extension"] }', "what the ledger adds is []"),
        ("{ late = true }", "late is nothing, but the file says True"),
        ("{ due = { AA-COR = 2026-04-02 } }", "the last day of AA-COR is nothing, but"),
    ],
)
def test_whatever_a_file_expects_is_compared(tmp_path: Path, expect: str, told: str) -> None:
    path = written(
        tmp_path, SHORT.replace('{ state = "registration", due = { REG-01 = 2026-03-20 } }', expect)
    )
    with pytest.raises(CommandError) as caught:
        play(path, "--quiet")
    assert caught.value.returncode == 1 and told in str(caught.value)


@pytest.mark.django_db
def test_a_draft_package_serves_no_case(tmp_path: Path) -> None:
    load_law("nl-2021")
    later = SHORT.replace('"nl-2021"', '"nl-2026"').replace("2026-03-1", "2026-07-1")
    later = later.replace(", due = { REG-01 = 2026-03-20 }", "")
    with pytest.raises(CommandError) as caught:
        play(written(tmp_path, later), "--quiet")
    assert caught.value.returncode == 1
    assert "the package is nl-2021, but the file says nl-2026" in str(caught.value)


@pytest.mark.django_db
def test_an_unexpected_refusal_is_told_with_its_reason(tmp_path: Path) -> None:
    path = written(tmp_path, SHORT.replace('with = { reason = "as usual" }', "with = { document = false }"))
    with pytest.raises(CommandError) as caught:
        play(path, "--quiet")
    assert caught.value.returncode == 1
    assert "step 2 (2026-03-18 lodge_application): the step is refused with 400" in str(caught.value)
    assert "Add the document." in str(caught.value)


WRONG = [
    # what in the short file, by what, what is told
    ("2026-03-18", "2026-02-31", "told.toml, step 2, on: invalid date or datetime (at line 11, column 6)"),
    (
        "2026-03-18",
        '"2026-03-18"',
        "told.toml, step 2, on: must be a date without quotes, such as 2026-04-01",
    ),
    ('what = "lodge', 'waht = "lodge', "told.toml, step 2, waht: unknown key; did you mean what?"),
    ("lodge_application", "lodge_aplication", "step 2 (2026-03-18 lodge_aplication), what: there is no"),
    ("lodge_application", "lodge_aplication", "did you mean lodge_application?"),
    ("REG-01 =", "REG-99 =", "step 1 (2026-03-17 start_registration), expect.due: there is no 'REG-99'"),
    (
        "state =",
        "sate =",
        "step 1 (2026-03-17 start_registration), expect.sate: unknown key; did you mean state?",
    ),
    ('"registration"', '"registered"', "expect.state: there is no 'registered'"),
    ('"registration"', "7", "expect.state: there is no 7"),
    ("reason =", "resaon =", "step 2 (2026-03-18 lodge_application), with.resaon: unknown key"),
    ("reason =", "letter_due_on =", "with.letter_due_on: must be a date without quotes"),
    ('what = "start', 'who = "neighbour"\nwhat = "start', "step 1, who: there is no 'neighbour'"),
    ("on = 2026-03-18", "on = 2026-03-16", "on: 2026-03-16 10:00:00 lies before the step above it"),
    ('"lodge_application"', '"express_wish"', "what: express_wish can only be the first step"),
    ('"lodge_application"', '"file everything"', "what: there is no 'file everything'"),
    ('what = "lodge_application"', "", "step 2, what: is missing"),
    ('package = "nl-2021"', 'package = "nl-2019"', "told.toml, head, package:"),
    ("begins = 2026-03-17\n", "", "told.toml, head, begins: is missing"),
    (
        "begins =",
        "case = { laywer = false }\nbegins =",
        "told.toml, case, laywer: unknown key; did you mean lawyer?",
    ),
    (
        "begins =",
        'case = { earlier = "told.toml" }\nbegins =',
        "case, earlier: told.toml would come before itself",
    ),
    ("begins =", 'case = { earlier = "none.toml" }\nbegins =', "none.toml: there is no such file"),
    ("on = 2026-03-18", "on = 2026-03-29\ntime = 02:30:00", "time: 02:30:00 does not exist on 2026-03-29"),
    ("[[steps]]", "[[steps]", "told.toml, head"),
    (SHORT[SHORT.index("[[steps]]") :], "steps = []", "told.toml, head, steps: there are none"),
    ("title", "title = 1\ntitel", "told.toml, head, titel: unknown key; did you mean title?"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("right", "wrong", "told"), WRONG)
def test_a_wrong_file_is_told_with_step_key_and_reason(
    tmp_path: Path, right: str, wrong: str, told: str
) -> None:
    assert right in SHORT
    with pytest.raises(CommandError) as caught:
        play(written(tmp_path, SHORT.replace(right, wrong, 1)))
    assert caught.value.returncode == 2
    assert told in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "arguments", [(), ("x.toml", "--language", "fr"), ("x.toml", "--loud"), ("no-such-file.toml",)]
)
def test_a_wrong_command_line_is_one_line_and_code_2(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("play", *arguments)
    assert caught.value.returncode == 2 and "\n" not in str(caught.value)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "photo.toml"
    path.write_bytes(b"\xff\xd8\xff")
    with pytest.raises(ScenarioMistake, match=r"photo\.toml: it cannot be read"):
        read(path)


@pytest.mark.django_db
def test_the_application_before_must_go_as_its_own_file_says(tmp_path: Path) -> None:
    written(tmp_path, SHORT.replace("REG-01 = 2026-03-20", "REG-01 = 2026-03-23"), "first.toml")
    later = SHORT.replace("begins =", 'case = { earlier = "first.toml" }\nbegins =')
    with pytest.raises(CommandError) as caught:
        play(written(tmp_path, later))
    assert caught.value.returncode == 1
    assert str(caught.value).startswith("first.toml, step 1 (2026-03-17 start_registration): the last day")


@pytest.mark.slow(20)
def test_from_the_keyboard_it_needs_no_database_and_leaves_no_server(tmp_path: Path) -> None:
    """The demo's settings, no server anywhere: it makes its own and ends it."""
    told = from_the_keyboard(tmp_path, EASTER, "--quiet")
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[-1].endswith("all as the file says. Nothing of it was kept.")
    assert not (tmp_path / "play" / "postgres" / "postmaster.pid").exists()
    path = written(tmp_path, SHORT.replace("REG-01 = 2026-03-20", "REG-01 = 2026-03-23"))
    differs = from_the_keyboard(tmp_path, path)
    assert differs.returncode == 1 and "but the file says Mon 23 Mar 2026" in differs.stderr
    assert "Traceback" not in differs.stderr


@pytest.mark.django_db
def test_from_the_keyboard_it_plays_on_the_database_that_is_named(
    tmp_path: Path, portal_environment: dict[str, str]
) -> None:
    address = portal_environment["DATABASE_URL"]
    told = from_the_keyboard(tmp_path, written(tmp_path, SHORT), "--quiet", database=address)
    assert told.returncode == 0, told.stderr
    assert told.stdout == "told.toml: 2 steps, all as the file says. Nothing of it was kept.\n"
    assert not (tmp_path / "play").exists() and not Case.objects.exists()
    silent = from_the_keyboard(tmp_path, written(tmp_path, SHORT), database="postgres://localhost:1/none")
    assert silent.returncode == 3 and "The database does not answer." in silent.stderr
    assert "Traceback" not in silent.stderr


def from_the_keyboard(state: Path, *arguments: Any, database: str = "") -> subprocess.CompletedProcess[str]:
    named = {"DATABASE_URL": database} if database else {}
    ours = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PORTAL_TEST_STATE_DIR"}
    environment = {key: value for key, value in os.environ.items() if key not in ours}
    return subprocess.run(
        [sys.executable, settings.BASE_DIR / "manage.py", "play", *arguments],
        env={**environment, **named, "PORTAL_STATE_DIR": str(state)},
        capture_output=True,
        text=True,
        timeout=300,
    )
