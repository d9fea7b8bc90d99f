"""Whole cases as a lawyer would tell them: each file of tests/scenarios is played against the portal.

tests/scenarios/README.md says how such a file is written.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation

from asylum_portal.notices.models import Notice
from cases import actions as case_actions
from cases.models import Case
from procedure.access import ACTORS
from procedure.actions import Letter, close_lapsed_steps, lapse_terms
from procedure.effects import Meeting
from procedure.filings import Kind
from procedure.guards import StateForbids
from procedure.models import Deadline, Filing
from procedure.reminders import remind_of_due
from reception import actions as reception_actions
from reception.models import Centre, ReportingSlot
from tests.cast import AMSTERDAM, Cast, load_law, make_cast

FOLDER = Path(__file__).parents[1] / "scenarios"
FILES = sorted(FOLDER.glob("*.toml"))
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]

HEAD = {"title", "package", "begins", "case", "steps"}
CASE = {"special_needs", "unaccompanied_minor", "guardian", "lawyer"}
STEP = {"on", "recorded_on", "time", "who", "what", "with", "expect", "note"}
WITH = {
    "schedule", "day_one_on", "outcome", "ground", "reason", "document", "unticked", "letter_due_on",
    "letter_reason",
    "lawyer", "meeting_at", "preparation_exception", "six_days_suffice", "leave_at_once",
    "no_medical_consent",
    "complete", "late_reason", "weekday",
}  # fmt: skip
EXPECT = {
    "state", "track", "refused", "fields", "because", "due", "terms", "open", "days", "skipped",
    "posted_until",
    "late", "told", "sees", "sees_not", "reports", "decided_in",
}  # fmt: skip
FACTS = ("preparation_exception", "six_days_suffice", "leave_at_once", "no_medical_consent")
ARGUMENTS = ("schedule", "day_one_on", "outcome", "ground")


@dataclass
class Scene:
    """The case while its file is played."""

    file: str
    cast: Cast
    place: str = ""
    filing: Filing | None = None
    seen_notices: set[str] = field(default_factory=set)

    def fail(self, text: str) -> None:
        pytest.fail(f"tests/scenarios/{self.file}, {self.place}: {text}", pytrace=False)

    def same(self, what: str, found: Any, wanted: Any) -> None:
        if found != wanted:
            self.fail(f"{what} is {shown(found)}, but the file says {shown(wanted)}")

    def known(self, what: str, keys: Any, allowed: set[str]) -> None:
        if strange := set(keys) - allowed:
            self.fail(
                f"{what} does not know {', '.join(sorted(strange))}; it knows {', '.join(sorted(allowed))}"
            )


def shown(value: Any) -> str:
    if isinstance(value, date):
        return f"{value:%a %d %b %Y}"
    if isinstance(value, list):
        return "[" + ", ".join(shown(entry) for entry in value) + "]"
    return str(value)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """The files quote the portal in English."""
    with translation.override("en"):
        yield


@pytest.mark.django_db
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_case_goes_as_its_file_tells(path: Path) -> None:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    scene = Scene(file=path.name, cast=make_cast(on=told["begins"]), place="head")
    scene.known("the head", told, HEAD)
    # The strangers' case only stands in the way: its terms would run and be reminded of.
    scene.cast.other_procedure.deadlines.all().delete()
    scene.same("the package", load_law(told["package"]).name, scene.cast.procedure.package_id)
    _set_up(scene, told.get("case", {}), on=told["begins"])
    for number, step in enumerate(told["steps"], start=1):
        scene.place = f"step {number} ({step.get('on')} {step.get('what')})"
        scene.known("a step", step, STEP)
        scene.known("`with`", step.get("with", {}), WITH)
        scene.known("`expect`", step.get("expect", {}), EXPECT)
        _play(scene, step)


def test_every_part_of_the_main_roads_has_its_scenario() -> None:
    steps = [step for path in FILES for step in tomllib.loads(path.read_text(encoding="utf-8"))["steps"]]
    assert set(ACTORS) <= {step["what"] for step in steps}
    assert {"409", "403", "400"} <= {step.get("expect", {}).get("refused") for step in steps}


def _set_up(scene: Scene, case_facts: dict[str, Any], *, on: date) -> None:
    scene.known("[case]", case_facts, CASE)
    cast = scene.cast
    case = cast.case
    case.special_needs = case_facts.get("special_needs", [])
    case.unaccompanied_minor = case_facts.get("unaccompanied_minor", False)
    case.save()
    if case_facts.get("guardian"):
        case_actions.appoint_guardian(
            case,
            guardian=cast.people["guardian"],
            starts_on=on,
            ends_on=None,
            actor=cast.people["supervisor"],
            at=moment(on, time(9)),
        )
    if not case_facts.get("lawyer", True):
        case.mandates.all().delete()


def moment(on: date, clock: time) -> datetime:
    return datetime.combine(on, clock, tzinfo=AMSTERDAM)


def _play(scene: Scene, step: dict[str, Any]) -> None:
    expect = step.get("expect", {})
    scene.seen_notices = set(Notice.objects.values_list("key", flat=True))
    scene.filing = None
    refusal = None
    try:
        _act(scene, step)
    except (StateForbids, PermissionDenied, ValidationError) as refused:
        refusal = refused
    scene.cast.procedure.refresh_from_db()
    _compare_refusal(scene, refusal, expect)
    _compare(scene, expect, on=step["on"])


def _act(scene: Scene, step: dict[str, Any]) -> None:
    what, on, given = step["what"], step["on"], dict(step.get("with", {}))
    usual_time = time(15) if what.startswith("file ") else time(10)
    at = moment(step.get("recorded_on", on), step.get("time", usual_time))
    who = step.get("who", "lawyer" if what.startswith("file ") else "caseworker")
    cast = scene.cast
    if what == "the clock":
        lapse_terms(now=at)
        close_lapsed_steps(now=at)
        remind_of_due(now=at)
    elif what == "arrive":
        centre, _new = Centre.objects.get_or_create(
            code="north", defaults={"name": "North", "address": "Street 1"}
        )
        weekday = WEEKDAYS.index(given["weekday"]) + 1
        reception_actions.arrive(cast.case.applicant, centre, weekday, actor=cast.people[who], on=on, at=at)
    elif what.startswith("file "):
        kind = what.removeprefix("file ")
        if kind not in Kind.values:
            scene.fail(f"there is no filing {kind!r}; there are {', '.join(Kind.values)}")
        scene.filing = cast.file(kind, on, by=who, at=at, **given)
    elif what in ACTORS:
        cast.take(what, on, by=who, at=at, **_inputs(scene, what, on, given))
    else:
        scene.fail(f"there is no step {what!r}; there are {', '.join(ACTORS)}")


def _inputs(scene: Scene, name: str, on: date, given: dict[str, Any]) -> dict[str, Any]:
    """What the file gives, in the place of what the step usually needs."""
    inputs: dict[str, Any] = {key: given[key] for key in (*ARGUMENTS, "reason") if key in given}
    if given.get("document") is False:
        inputs["document"] = None
    if "lawyer" in given:
        inputs["lawyer"] = scene.cast.people[given["lawyer"]]
    if "letter_due_on" in given:
        inputs["letter"] = Letter(given["letter_due_on"], given.get("letter_reason", ""))
    if "meeting_at" in given:
        inputs["appointment"] = Meeting(
            given["meeting_at"].replace(tzinfo=AMSTERDAM), "IND Zwolle", "Tigrinya"
        )
    facts = {key: given[key] for key in FACTS if key in given}
    unticked = given.get("unticked", [])
    if facts or unticked:
        inputs["facts"] = scene.cast.usual_facts(name) | facts | dict.fromkeys(unticked, False)
    return inputs


def _compare_refusal(scene: Scene, refusal: Exception | None, expect: dict[str, Any]) -> None:
    codes = {StateForbids: "409", PermissionDenied: "403", ValidationError: "400"}
    found = codes[type(refusal)] if refusal is not None else None
    if found != expect.get("refused"):
        scene.fail(f"refused with {found}, but the file says {expect.get('refused')}: {refusal!r}")
    if "fields" in expect and isinstance(refusal, ValidationError):
        scene.same("the wrong fields", sorted(refusal.error_dict), sorted(expect["fields"]))
    if expect.get("because", "") not in _words(refusal):
        scene.fail(f"the reason is {_words(refusal)!r}, but the file says {expect['because']!r}")


def _words(refusal: Exception | None) -> str:
    if isinstance(refusal, StateForbids):
        return " ".join(str(reason) for reason in refusal.reasons)
    if isinstance(refusal, ValidationError):
        return " ".join(refusal.messages)
    return ""


def _compare(scene: Scene, expect: dict[str, Any], *, on: date) -> None:
    procedure = scene.cast.procedure
    for key in ("state", "track", "decided_in"):
        if key in expect:
            value = procedure.decided_in_track if key == "decided_in" else getattr(procedure, key)
            scene.same(f"the {key}", str(value), expect[key])
    if "days" in expect:
        scene.same("the plan", [day.on for day in procedure.days.all()], expect["days"])
    for code, due_on in expect.get("due", {}).items():
        scene.same(f"the last day of {code}", _term(scene, code).effective_due_on, due_on)
    for code, state in expect.get("terms", {}).items():
        scene.same(f"the term {code}", str(_term(scene, code).state), state)
    for code, names in expect.get("skipped", {}).items():
        passed = [f"{day['date']} {day['name']}" for day in _term(scene, code).derivation["skipped"]]
        scene.same(f"what {code} passes over", passed, names)
    for code, until in expect.get("posted_until", {}).items():
        scene.same(
            f"{code} by post",
            date.fromisoformat(_term(scene, code).derivation["received_by_post_until"]),
            until,
        )
    if "open" in expect:
        running = procedure.deadlines.open().order_by("rule_code").values_list("rule_code", flat=True)
        scene.same("what is open", list(running), sorted(expect["open"]))
    if "late" in expect:
        assert scene.filing is not None
        scene.same("late", scene.filing.in_time is False, expect["late"])
    if "told" in expect:
        fresh = Notice.objects.exclude(key__in=scene.seen_notices).select_related("recipient")
        names = {person.pk: name for name, person in scene.cast.people.items()}
        told = sorted(f"{names[notice.recipient_id]}: {notice.kind}" for notice in fresh)
        scene.same("who is told", told, sorted(expect["told"]))
    for key, wanted in (("sees", True), ("sees_not", False)):
        for name in expect.get(key, []):
            visible = Case.objects.visible_to(scene.cast.people[name], on=on)
            scene.same(f"that {name} sees the case", visible.filter(pk=scene.cast.case.pk).exists(), wanted)
    if "reports" in expect:
        slots = ReportingSlot.objects.of(scene.cast.case.applicant).order_by("on")
        scene.same("the weekly reports", [slot.on for slot in slots], expect["reports"])


def _term(scene: Scene, code: str) -> Deadline:
    term = scene.cast.procedure.deadlines.filter(rule_code=code).order_by("opened_by_id").last()
    if term is None:
        scene.fail(f"there is no term {code}")
    assert term is not None
    return term


def test_a_scenario_that_is_wrong_is_told_with_its_file_and_step(db: None) -> None:
    scene = Scene(file="invented.toml", cast=make_cast(on=date(2026, 3, 17)), place="step 1")
    step = {"on": date(2026, 3, 17), "what": "start_registration", "expect": {"state": "closed"}}
    with pytest.raises(pytest.fail.Exception, match=r"invented.toml, step 1: the state is registration"):
        _play(scene, step)
    with pytest.raises(pytest.fail.Exception, match="refused with 409, but the file says None"):
        _play(scene, {**step, "on": date(2026, 3, 17) + timedelta(days=1), "expect": {}})
