"""Lists: filters, pages, and no question to the database for each row."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.actions import assign, open_case
from cases.models import Applicant, Case
from procedure.actions import express_wish
from procedure.models import Deadline
from tests.api.conftest import DAY_ONE, Api, problem
from tests.cast import Cast, at

pytestmark = pytest.mark.django_db


def more_cases(cast: Cast, count: int) -> None:
    """More cases for the caseworker, each with a procedure and its time limits."""
    for number in range(count):
        applicant = Applicant.objects.create(
            v_number=f"V2{number:06}",
            name=f"Person {number}",
            reading_language="ar",
            interpreter_language="Arabic",
        )
        case = open_case(applicant, actor=cast.caseworker, on=DAY_ONE, at=at(DAY_ONE), team=cast.case.team)
        assign(
            case,
            worker=cast.caseworker,
            duty="decision",
            starts_on=DAY_ONE,
            actor=cast.caseworker,
            at=at(DAY_ONE),
        )
        express_wish(case, actor=cast.caseworker, on=DAY_ONE, at=at(DAY_ONE))


def numbers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["number"] for row in answer.json()["results"]]


def test_cases_are_found_by_state_track_need_and_number(cast: Cast) -> None:
    more_cases(cast, 2)
    Case.objects.filter(pk=cast.case.pk).update(special_needs=["trauma", "medical"])
    client = Api(cast.caseworker)
    mine = [cast.case.number]
    assert len(numbers(client.ask("cases/"))) == 3
    assert numbers(client.ask("cases/?state=corrections")) == mine
    assert len(numbers(client.ask("cases/?state=wish_expressed"))) == 2
    assert numbers(client.ask("cases/?track=extended")) == []
    assert numbers(client.ask("cases/?special_need=medical")) == mine
    assert numbers(client.ask("cases/?special_need=lgbti")) == []
    assert numbers(client.ask(f"cases/?number={cast.case.number}&track=general")) == mine
    assert numbers(client.ask("cases/?number=2026-00000000")) == []
    (row,) = client.ask(f"cases/?number={cast.case.number}").json()["results"]
    assert row["procedures"][0]["state"] == "corrections" and row["applicant"]["v_number"] == "V1000001"
    assert "birth_date" not in row["applicant"]


def test_deadlines_are_found_by_state_rule_duty_and_day(cast: Cast) -> None:
    def rules(query: str) -> set[str]:
        answer = Api(cast.lawyer).ask(f"deadlines/?{query}")
        assert answer.status_code == 200, answer.content
        return {row["rule"] for row in answer.json()["results"]}

    stored = cast.procedure.deadlines.all()
    assert rules("page_size=200") == {term.rule_code for term in stored}
    assert rules("state=open") == {term.rule_code for term in stored if term.state == "open"}
    assert rules("rule=AA-COR") == {"AA-COR"}
    assert rules("owed_by=lawyer") == {term.rule_code for term in stored if "lawyer" in term.owed_by} > set()
    assert "AA-COR" in rules("due_after=2026-04-02&due_before=2026-04-02")
    assert "AA-COR" not in rules("due_after=2026-04-03") | rules("due_before=2026-04-01")
    assert rules(f"procedure={cast.procedure.pk}") and not rules(f"procedure={cast.other_procedure.pk}")


def test_a_deadline_says_where_its_date_comes_from(cast: Cast) -> None:
    stored = Deadline.objects.get(rule_code="DEC-06M", procedure=cast.procedure)
    found = Api(cast.applicant).ask(f"deadlines/{stored.pk}/").json()
    for field in ("started_on", "computed_due_on", "effective_due_on"):
        assert date.fromisoformat(found[field]) == getattr(stored, field)
    assert (found["rule"], found["package"], found["state"]) == ("DEC-06M", "nl-2021", "open")
    assert (found["source"], found["confidence"]) == (stored.source, stored.confidence)
    assert found["derivation"] == stored.derivation and found["owed_by"] == stored.owed_by
    assert [day["date"] for day in found["skipped"]] == [day["date"] for day in stored.derivation["skipped"]]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("page=abc", {"page"}),
        ("page=0", {"page"}),
        ("page=-1&page_size=x", {"page", "page_size"}),
        ("page=٣", {"page"}),
        ("page=99999999999999999999", {"page"}),
        ("staet=open", {"staet"}),
        ("state=nowhere", {"state"}),
        ("state=%00", {"state"}),
        ("due_after=tomorrow", {"due_after"}),
        ("due_after=02-04-2026", {"due_after"}),
        ("due_before=2026-02-30", {"due_before"}),
        ("procedure=1", {"procedure"}),
        ("rule=" + "A" * 13, {"rule"}),
        ("rule=%00", {"rule"}),
        ("owed_by=%ff%00", {"owed_by"}),
    ],
)
def test_a_wrong_question_names_its_part(cast: Cast, query: str, fields: set[str]) -> None:
    assert problem(Api(cast.lawyer).ask(f"deadlines/?{query}"), 400)["errors"].keys() == fields


def test_a_page_beyond_the_last_is_not_there(cast: Cast) -> None:
    problem(Api(cast.lawyer).ask("deadlines/?page=999999999"), 404)
    assert Api(cast.lawyer).ask("deadlines/?page=1&page_size=999999").json()["count"] > 0
    assert len(Api(cast.lawyer).ask("deadlines/?page_size=1").json()["results"]) == 1


@pytest.mark.parametrize("path", ["cases/", "procedures/", "deadlines/", "filings/", "reporting-slots/"])
def test_a_longer_list_asks_the_database_no_more(cast: Cast, path: str) -> None:
    client = Api(cast.caseworker)
    client.ask(path)

    def questions() -> tuple[int, int]:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            count = client.ask(path).json()["count"]
        return len(asked), count

    few, before = questions()
    more_cases(cast, 5)
    for kind in ("evidence", "identity"):
        cast.file(kind, date(2026, 4, 2), hour=9)
    many, after = questions()
    assert many <= few, [few, many]
    assert after > before or path == "reporting-slots/"


def test_a_procedure_shows_its_days_to_everybody_in_it(cast: Cast) -> None:
    for person in ("applicant", "lawyer", "guardian", "counsellor", "caseworker", "auditor"):
        found = Api(cast.people[person]).ask(f"procedures/{cast.procedure.pk}/").json()
        assert [day["number"] for day in found["days"]] == [1, 2, 3, 4, 5, 6]
        assert found["days"][1]["closes"] == ["AA-COR"] and found["outcome"] == ""
    listed = Api(cast.applicant).ask("procedures/").json()["results"]
    assert [row["id"] for row in listed] == [str(cast.procedure.pk)]
    assert "transitions" not in listed[0] and "days" not in listed[0]


def test_the_root_names_the_lists(cast: Cast) -> None:
    assert set(Api(cast.lawyer).ask("").json()) == {
        "cases", "procedures", "deadlines", "documents", "filings", "receptions", "reporting-slots",
    }  # fmt: skip
