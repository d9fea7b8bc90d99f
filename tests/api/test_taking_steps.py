"""Taking a step over the API: what exists, what the state allows, who may, what is right; in this order."""

from datetime import date
from typing import Any

import pytest

from asylum_portal import clock
from procedure import api
from procedure.models import Deadline, Transition
from procedure.states import State
from procedure.step_documents import DOCUMENT_OF_STEP
from procedure.ticks import ticks_of
from tests.api.conftest import DAY_ONE, DAY_TWO, Api, footprint, pdf, problem
from tests.cast import MAIN_ROAD, Cast, at, make_cast

pytestmark = pytest.mark.django_db


def take(cast: Cast, name: str, person: str, body: Any = None) -> Any:
    return Api(cast.people[person]).send(f"procedures/{cast.procedure.pk}/transitions/{name}/", body)


# On day 2 the case waits for the corrections: (who, step, body) -> status, and the fields that are named.
TABLE: list[tuple[str, str, dict[str, Any], int, set[str]]] = [
    ("other_lawyer", "close_corrections", {}, 404, set()),
    ("other_caseworker", "refer_to_extended", {}, 404, set()),
    ("reception", "close_corrections", {}, 404, set()),
    ("administrator", "grant", {"outcome": "GRANT_A"}, 404, set()),
    ("caseworker", "no_such_step", {}, 404, set()),
    ("caseworker", "express_wish", {}, 404, set()),
    # The state forbids it, for whoever asks and whatever is sent.
    ("caseworker", "grant", {"outcome": "GRANT_A"}, 409, set()),
    ("applicant", "grant", {"nonsense": 1}, 409, set()),
    ("auditor", "start_registration", {}, 409, set()),
    ("lawyer", "close_corrections", {}, 409, set()),
    ("caseworker", "retract_withdrawal", {}, 409, set()),
    # The state allows it, but not to this person.
    ("applicant", "refer_to_extended", {"nonsense": 1}, 403, set()),
    ("lawyer", "extend_general_procedure", {}, 403, set()),
    ("guardian", "extend_decision_period", {}, 403, set()),
    ("planner", "refer_to_extended", {}, 403, set()),
    ("counsellor", "request_withdrawal", {}, 403, set()),
    ("auditor", "refer_to_extended", {}, 403, set()),
    ("caseworker", "request_withdrawal", {}, 403, set()),
    # Wrong input, each field by its name.
    ("caseworker", "refer_to_extended", {}, 400, {"why_extended", "reason", "document"}),
    (
        "caseworker",
        "refer_to_extended",
        {"why_extended": "more_time", "reason": "new papers", "colour": "red", "document": "a.pdf"},
        400,
        {"colour", "document"},
    ),
    ("caseworker", "refer_to_extended", {"why_extended": "more_time", "reason": "papers"}, 400, {"document"}),
    (
        "caseworker",
        "extend_decision_period",
        {"ground": "42(4)(z)", "letter_due_on": "2026-02-30", "letter_reason": 5, "reason": ["x"]},
        400,
        {"ground", "letter_due_on", "letter_reason", "reason"},
    ),
    (
        "caseworker",
        "extend_decision_period",
        {
            "ground": "42(4)(a)",
            "letter_due_on": "01-12-2026",
            "letter_reason": "complex",
            "reason": "complex",
        },
        400,
        {"letter_due_on"},
    ),
    (
        "caseworker",
        "extend_general_procedure",
        {"on": "3 April"},
        400,
        {"on", "ground", "reason", "document"},
    ),
    (
        "applicant",
        "request_withdrawal",
        {"on": "2026-04-01"},
        400,
        {"on", "document", "consequences_understood"},
    ),
    ("applicant", "request_withdrawal", {}, 400, {"consequences_understood", "document"}),
    (
        "applicant",
        "request_withdrawal",
        {"consequences_understood": "yes"},
        400,
        {"document", "consequences_understood"},
    ),
    ("planner", "change_lawyer", {"lawyer": 10**30, "reason": "ill"}, 400, {"lawyer"}),
    ("planner", "change_lawyer", {"lawyer": "nobody", "reason": "ill"}, 400, {"lawyer"}),
    ("planner", "change_lawyer", {"lawyer": True, "reason": "ill"}, 400, {"lawyer"}),
]


def test_each_answer_of_the_table_and_nothing_is_left_behind(cast: Cast) -> None:
    before = footprint()
    for person, name, body, status, fields in TABLE:
        answer = take(cast, name, person, body)
        found = problem(answer, status)
        where = (person, name, body, found)
        assert found.get("errors", {}).keys() == fields, where
        assert all(sentence for sentences in found.get("errors", {}).values() for sentence in sentences), (
            where
        )
        if status == 409:
            assert found["reasons"] and found["detail"] == " ".join(found["reasons"]), where
        assert footprint() == before, where


@pytest.mark.parametrize("day", ["2026-04-03", "2026-03-31", "9999-12-31", "1900-01-01"])
def test_a_day_to_come_and_one_before_the_last_step_are_named(cast: Cast, day: str) -> None:
    before = footprint()
    body = {"lawyer": cast.other_lawyer.pk, "reason": "ill", "on": day}
    answer = take(cast, "change_lawyer", "planner", body)
    if day == "1900-01-01":
        # On that day there was no lawyer yet who could be changed.
        problem(answer, 409)
    else:
        assert problem(answer, 400)["errors"].keys() == {"on"}
    assert footprint() == before


def test_the_reasons_are_in_the_language_of_the_reader(cast: Cast) -> None:
    english = Api(cast.caseworker, headers={"accept-language": "en"})
    cast.caseworker.language = "en"
    cast.caseworker.save()
    answer = english.send(f"procedures/{cast.procedure.pk}/transitions/close_corrections/")
    assert problem(answer, 409)["reasons"] == [
        "No corrections have come in yet and the time for them is not over."
    ]


def test_a_step_answers_with_its_row_the_state_and_the_time_limits(cast: Cast) -> None:
    cast.file("corrections", DAY_TWO, hour=11)
    answer = take(cast, "close_corrections", "lawyer")
    assert answer.status_code == 201
    assert answer["Location"].endswith(f"/api/procedures/{cast.procedure.pk}/transitions/")
    found = answer.json()
    row = Transition.objects.latest("pk")
    assert (
        found["transition"]["id"] == row.pk and row.name == "close_corrections" and row.actor == cast.lawyer
    )
    assert (found["transition"]["from_state"], found["transition"]["to_state"]) == (
        "corrections",
        "assessment",
    )
    assert (found["transition"]["on"], found["transition"]["actor_role"]) == ("2026-04-02", "lawyer")
    cast.procedure.refresh_from_db()
    assert found["state"] == cast.procedure.state == State.ASSESSMENT
    assert [term["rule"] for term in found["opened"]] == ["AA-OUT"]
    assert found["opened"][0]["effective_due_on"] == "2026-04-03"
    assert found["settled"] == [] and found["moved"] == []
    # Said twice it is not possible any more.
    before = footprint()
    problem(take(cast, "close_corrections", "lawyer"), 409)
    assert footprint() == before


def test_the_whole_main_road_can_be_walked_over_the_api(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = make_cast(prefix="anew-")
    more = {
        "begin_preparation": {"schedule": "AA6"},
        "complete_preparation": {"day_one_on": "2026-04-01", "no_medical_consent": "true"},
        "refuse": {"outcome": "UNFOUNDED"},
    }
    dates = {}
    for name, on in MAIN_ROAD:
        monkeypatch.setattr(clock, "now", lambda on=on: at(on, 12))
        if name.startswith("file "):
            kind = name.removeprefix("file ")
            answer = Api(cast.lawyer).upload(
                "documents/", procedure=cast.procedure.pk, kind=kind, content=pdf(kind)
            )
            assert answer.status_code == 201, answer.content
            continue
        fields = dict.fromkeys(ticks_of(name), "true") | more.get(name, {})
        if name in DOCUMENT_OF_STEP and name != "complete_preparation":
            fields["document"] = pdf(name)
        # The lawyer alone closes the response (T18), and does what she does today.
        by_lawyer = name == "close_response"
        day = {} if by_lawyer else {"on": on.isoformat()}
        answer = Api(cast.lawyer if by_lawyer else cast.caseworker).upload(
            f"procedures/{cast.procedure.pk}/transitions/{name}/", **fields, **day
        )
        assert answer.status_code == 201, (name, answer.content)
        dates |= {row["rule"]: row["effective_due_on"] for row in answer.json()["opened"]}
    cast.procedure.refresh_from_db()
    assert cast.procedure.state == State.REFUSED
    stored = {
        term.rule_code: term.effective_due_on for term in Deadline.objects.filter(procedure=cast.procedure)
    }
    assert {code: date.fromisoformat(day) for code, day in dates.items()}.items() <= stored.items()
    assert (
        dates["AA-COR"] == "2026-04-02"
        and dates["AA-VIEW"] == "2026-04-07"
        and dates["APP-1W"] == "2026-04-16"
    )
    shown = Api(cast.applicant).ask(f"procedures/{cast.procedure.pk}/").json()
    assert [day["on"][-2:] for day in shown["days"]] == ["01", "02", "03", "07", "08", "09"]
    assert [row["date"] for row in shown["days"][3]["skipped_before"]] == [
        "2026-04-04",
        "2026-04-05",
        "2026-04-06",
    ]
    assert (shown["state"], shown["outcome"], shown["decided_on"]) == ("refused", "UNFOUNDED", "2026-04-09")


def test_a_longer_term_is_told_as_moved(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.file("corrections", DAY_TWO, hour=11)
    cast.take("close_corrections", DAY_TWO)
    third = date(2026, 4, 3)
    cast.take("issue_intended_decision", third)
    monkeypatch.setattr(clock, "now", lambda: at(third, 15))
    answer = take(
        cast,
        "extend_response_term",
        "caseworker",
        {
            "ground": "lawyer_ill",
            "obstacle_ended_on": "2026-04-13",
            "until": "2026-04-20",
            "proof": str(cast.case.documents.first().pk),
            "reason": "ill",
        },
    )
    assert answer.status_code == 201, answer.content
    (moved,) = answer.json()["moved"]
    assert (moved["rule"], moved["effective_due_on"], moved["letter_reason"]) == (
        "AA-VIEW",
        "2026-04-20",
        "ill",
    )


def test_what_is_offered_is_what_can_be_taken(cast: Cast) -> None:
    path = f"procedures/{cast.procedure.pk}/"
    for person in ("applicant", "lawyer", "caseworker", "planner", "auditor", "counsellor"):
        shown = Api(cast.people[person]).ask(path).json()["transitions"]
        steps = Api(cast.people[person]).ask(f"{path}transitions/").json()
        assert steps["transitions"] == shown
        for step in shown:
            assert step["url"].endswith(f"/api/{path}transitions/{step['name']}/")
            answer = Api(cast.people[person]).post(step["url"], {"no_such_field": 1})
            assert "no_such_field" in problem(answer, 400)["errors"], (person, step)
        for step in steps["blocked"]:
            answer = Api(cast.people[person]).post(f"/api/{path}transitions/{step['name']}/")
            assert problem(answer, 409)["reasons"] == step["reasons"]
    assert [row["name"] for row in steps["history"]] == [
        "express_wish", "start_registration", "lodge_application", "start_application_interview",
        "finish_application_interview", "begin_preparation", "complete_preparation",
        "start_general_procedure",
        "close_interview",
    ]  # fmt: skip
    names = {step["name"] for step in Api(cast.lawyer).ask(f"{path}transitions/").json()["blocked"]}
    assert "close_corrections" in names
    offered = {step["name"]: step for step in Api(cast.caseworker).ask(path).json()["transitions"]}
    fields = {field["name"]: field for field in offered["refer_to_extended"]["fields"]}
    assert fields["document"]["kind"] == "file" and fields["document"]["required"]
    assert {choice["value"] for choice in fields["why_extended"]["choices"]} >= {"overrun", "ill"}
    own = {step["name"]: step for step in Api(cast.applicant).ask(path).json()["transitions"]}
    (tick,) = (f for f in own["request_withdrawal"]["fields"] if f["name"] == "consequences_understood")
    assert tick["kind"] == "yes_or_no" and tick["required"]


def test_an_earlier_day_is_the_services_to_give(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.file("corrections", DAY_TWO, hour=11)
    cast.take("close_corrections", DAY_TWO)
    # Day 3 is the day for the intended decision; said on day 5 it is too late, unless it happened on day 3.
    monkeypatch.setattr(clock, "now", lambda: at(date(2026, 4, 8), 10))
    path = f"procedures/{cast.procedure.pk}/transitions/issue_intended_decision/"
    assert Api(cast.caseworker).upload(path, document=pdf()).status_code == 409
    answer = Api(cast.caseworker).upload(path, document=pdf(), on="2026-04-03")
    assert answer.status_code == 201, answer.content
    assert answer.json()["transition"]["on"] == "2026-04-03"


def test_a_failure_halfway_leaves_nothing_behind(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(procedure: Any, history: Any) -> None:
        raise RuntimeError("a secret of the server")

    monkeypatch.setattr("reception.actions.follow_transition", breaks)
    before = footprint()
    answer = Api(cast.caseworker).upload(
        f"procedures/{cast.procedure.pk}/transitions/refer_to_extended/",
        why_extended="more_time",
        reason="papers",
        document=pdf(),
    )
    found = problem(answer, 500)
    assert "secret" not in str(found) and "Traceback" not in str(found)
    assert footprint() == before


def test_a_database_that_is_away_is_told_and_leaves_nothing_behind(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def away(*args: Any, **options: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    before = footprint()
    monkeypatch.setattr(api, "apply_transition", away)
    cast.file("corrections", DAY_TWO, hour=11)
    before = footprint()
    answer = take(cast, "close_corrections", "caseworker")
    problem(answer, 503)
    assert answer["Retry-After"] == "60"
    assert footprint() == before


def test_a_refused_file_leaves_nothing_behind(cast: Cast) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    before = footprint()
    for upload in (
        SimpleUploadedFile("letter.pdf", b""),
        SimpleUploadedFile("letter.pdf", b"MZ this is no PDF"),
        SimpleUploadedFile("letter.exe", pdf().read()),
    ):
        answer = Api(cast.caseworker).upload(
            f"procedures/{cast.procedure.pk}/transitions/refer_to_extended/",
            why_extended="more_time",
            reason="papers",
            document=upload,
        )
        assert problem(answer, 400)["errors"].keys() == {"document"}
        assert footprint() == before


def test_nothing_but_a_step_changes_a_case(cast: Cast) -> None:
    before = footprint()
    paths = [
        f"procedures/{cast.procedure.pk}/",
        f"cases/{cast.case.pk}/",
        "procedures/",
        "deadlines/",
    ]
    paths += [
        f"deadlines/{Deadline.objects.first().pk}/",
        f"documents/{cast.case.documents.first().pk}/",
        "filings/",
    ]
    for path in paths:
        for method in ("post", "put", "patch", "delete", "options"):
            answer = getattr(Api(cast.caseworker), method)(
                f"/api/{path}", '{"state": "granted"}', content_type="application/json"
            )
            problem(answer, 405)
            assert "GET" in answer["Allow"]
    # A new application begins here, and nothing else is taken.
    for method in ("put", "patch", "delete", "options"):
        answer = getattr(Api(cast.caseworker), method)(
            "/api/cases/", '{"state": "granted"}', content_type="application/json"
        )
        problem(answer, 405)
    problem(
        Api(cast.caseworker).post("/api/cases/", '{"state": "granted"}', content_type="application/json"), 400
    )
    assert footprint() == before
    assert DAY_ONE < DAY_TWO
