"""Why this date: the page and the JSON answer, for everybody who may see the term."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import translation

from asylum_portal.accounts.models import Role
from cases.actions import file_document, involve
from procedure import explanations
from procedure.deadlines import letter_needed
from procedure.given import Letter
from procedure.models import Deadline
from tests.cast import Cast, at, letter_file, walk
from tests.procedure.desk import address, sign_in, words

pytestmark = pytest.mark.django_db
D3, D4 = date(2026, 4, 3), date(2026, 4, 7)


def term(cast: Cast, code: str) -> Deadline:
    found = cast.procedure.deadlines.filter(rule_code=code).order_by("opened_by_id").last()
    assert found is not None
    found.procedure = cast.procedure
    return found


def page(cast: Cast, code: str, reader: str, *, language: str = "en") -> str:
    response = sign_in(cast.people[reader]).get(address("why", term(cast, code).pk, language=language))
    assert response.status_code == 200
    return words(response)


def answer(cast: Cast, code: str, reader: str, *, language: str = "en") -> dict[str, Any]:
    user = cast.people[reader]
    user.language = language
    user.save(update_fields=["language"])
    client = Client(raise_request_exception=False)
    client.force_login(user)
    response = client.get(f"/api/deadlines/{term(cast, code).pk}/why/")
    assert response.status_code == 200, response.content
    return response.json()


@pytest.fixture
def moved(cast: Cast, stand) -> Cast:
    """A response whose date was paused, given more time and written in a letter."""
    walk(cast, until="issue_intended_decision")
    step = cast.take("pause", D4, ground="health", starts_on=D4, reason="in hospital")
    pause = step.started_suspensions.get()
    on = date(2026, 4, 9)
    cast.take("resume", on, suspension=str(pause.pk), resumes_on=on, reason="back at the centre")
    cast.take(
        "extend_term",
        on,
        hour=11,
        term=str(term(cast, "AA-VIEW").pk),
        until=date(2026, 4, 14),
        ground="lawyer_ill",
        obstacle_ended_on=on,
        proof=cast.case.documents.first(),
        reason="a doctor's note",
    )
    stand(on)
    return cast


def test_the_page_tells_the_whole_way_to_the_date(moved: Cast) -> None:
    seen = page(moved, "AA-VIEW", "caseworker")
    for part in (
        "Tuesday 14 April 2026",
        "Response to the intended decision (zienswijze)",
        "Began with Send the intended decision",
        "until the end of day 4 of: General procedure in six days",
        "Weekends and public holidays do not count",
        "Vb 3.114(2)",
        "read in the law as of 2015",
        "Saturday 4 April 2026 : weekend: Saturday",
        "Monday 6 April 2026 : Easter Monday",
        "4 days were counted",
        "The person is too ill",
        "Tuesday 7 April 2026 – Wednesday 8 April 2026 (2 days)",
        "in hospital",
        "The lawyer suddenly fell ill.",
        "Each time this date was moved",
        "Tue 7 Apr 2026 stands still The time stands still (opschorting) in hospital Caseworker (",
        "stood still Thu 9 Apr 2026 The time runs again back at the centre",
        "Thu 9 Apr 2026 Tue 14 Apr 2026 More time was given (verlenging) a doctor's note",
    ):
        assert part in seen, part


@pytest.mark.parametrize("reader", ["applicant", "lawyer"])
def test_the_applicants_side_reads_the_same_with_the_role_in_place_of_the_name(
    moved: Cast, reader: str
) -> None:
    seen = page(moved, "AA-VIEW", reader)
    assert "in hospital" in seen and "More time was given" in seen
    assert moved.caseworker.display_name + " (" not in seen
    served = answer(moved, "AA-VIEW", reader)
    assert {row["by"] for row in served["changes"]} == {served["extension"]["by"]}
    assert "(" not in served["extension"]["by"]


def test_the_answer_for_programs_says_what_the_page_says(moved: Cast) -> None:
    served = answer(moved, "AA-VIEW", "caseworker")
    assert (served["due_on"], served["stands_still_since"], served["state"]) == ("2026-04-14", None, "open")
    assert served["computed_due_on"] == "2026-04-09"
    assert served["event"] == {"title": "Send the intended decision", "on": "2026-04-03", "at": None}
    assert [row["name"] for row in served["skipped"]] == [
        "weekend: Saturday",
        "weekend: Sunday",
        "Easter Monday",
    ]
    assert served["pauses"] == [
        {
            "ground": "The person is too ill",
            "first_on": "2026-04-07",
            "last_on": "2026-04-08",
            "days": 2,
            "reason": "in hospital",
        }
    ]
    assert served["extension"]["ground"] == "The lawyer suddenly fell ill."
    assert served["letter"]["due_on"] == "2026-04-14"
    assert [(row["from_on"], row["to_on"]) for row in served["changes"]] == [
        ("2026-04-07", None),
        (None, "2026-04-09"),
        ("2026-04-09", "2026-04-14"),
    ]
    assert moved.caseworker.display_name in served["changes"][0]["by"]
    assert served["days_counted"] == 4


def test_a_date_that_stands_still_says_since_when_and_offers_no_other(cast: Cast, stand) -> None:
    walk(cast, until="issue_intended_decision")
    cast.take("pause", D4, ground="health", starts_on=D4, reason="in hospital")
    stand(D4)
    for reader in ("applicant", "caseworker"):
        seen = page(cast, "AA-VIEW", reader)
        assert "Stands still since Tuesday 7 April 2026" in seen and "stands still" in seen
    served = answer(cast, "AA-VIEW", "applicant")
    assert (served["due_on"], served["ends_at"]) == (None, None)
    assert served["result"] == "The time stands still since Tuesday 7 April 2026."
    assert served["pauses"][0]["last_on"] is None


def test_the_applicants_pages_tell_the_pause(cast: Cast, stand) -> None:
    walk(cast, until="issue_intended_decision")
    cast.take("pause", D4, ground="health", starts_on=D4, reason="in hospital")
    stand(D4)
    client = sign_in(cast.applicant)
    home = words(client.get("/en/"))
    assert "Time stands still since Tuesday 7 April 2026 The person is too ill" in home
    assert "Response to the intended decision (zienswijze)" in home
    road = home[home.index("Your road") :]
    assert "Day 4 Response (zienswijze) Stands still" in road
    listed = words(client.get(address("terms", cast.procedure.pk)))
    assert "stands still since Tuesday 7 April 2026" in listed
    case = words(sign_in(cast.caseworker).get(address("case", cast.case.pk)))
    assert "Dates that were moved" in case and "Tue 7 Apr 2026 stands still" in case


def test_the_next_date_is_never_one_that_stands_still(cast: Cast, stand) -> None:
    walk(cast, until="issue_intended_decision")
    cast.take("pause", D4, ground="health", starts_on=D4, reason="in hospital")
    cast.take("pause", D4, hour=12, ground="moratorium", starts_on=D4, reason="decree")
    stand(D4)
    assert "There is no date for you at this moment" in words(sign_in(cast.applicant).get("/en/"))


def test_in_another_language_the_words_and_the_days_are_its_own(moved: Cast) -> None:
    dutch, english = (answer(moved, "AA-VIEW", "lawyer", language=code) for code in ("nl", "en"))
    assert dutch["due_on"] == english["due_on"]
    assert dutch["result"] == "dinsdag 14 april 2026" and english["result"] == "Tuesday 14 April 2026"
    with translation.override("ar"):
        found = explanations.explain(term(moved, "AA-VIEW"), reader=moved.lawyer)
    assert found.deadline.effective_due_on == date(2026, 4, 14)


def test_a_term_with_a_letter_says_what_the_letter_says_and_why(cast: Cast, stand) -> None:
    walk(cast, until="close_corrections")
    cast.take("issue_intended_decision", D3, letter=Letter(date(2026, 4, 9), "sent by post"))
    cast.take("pause", D3, hour=12, ground="health", starts_on=D4, ends_on=date(2026, 4, 8), reason="ill")
    stand(D4)
    seen = page(cast, "AA-VIEW", "applicant")
    assert "Last day in the letter Thursday 9 April 2026" in seen
    assert "With the time that stood still since Monday 13 April 2026" in seen
    assert "Why the letter has this date sent by post" in seen


# Rules of every kind


def test_each_term_of_the_main_road_can_be_explained_in_every_language(cast: Cast) -> None:
    walk(cast, until="refuse")
    for row in cast.procedure.deadlines.all():
        for language in ("en", "nl", "ar", "ti"):
            with translation.override(language):
                found = explanations.explain(row, reader=cast.applicant)
                assert found.length and found.counting and found.certainty and found.source
                served = explanations.as_json(found)
                assert served["steps"] and served["result"]


@pytest.mark.parametrize(
    ("code", "until", "count"),
    [
        ("DEC-06M", "lodge_application", 184),
        ("RVT-01", "begin_preparation", 7),
        ("AA-DEC", "close_response", 6),
    ],
)
def test_the_days_that_were_counted_are_counted_right(cast: Cast, code: str, until: str, count: int) -> None:
    walk(cast, until=until)
    found = explanations.explain(term(cast, code), reader=cast.lawyer)
    assert found.days_counted == count
    if not term(cast, code).rule.on_schedule:
        row = term(cast, code)
        assert row.started_on + timedelta(days=count) == date.fromisoformat(row.derivation["nominal"])


def test_a_term_that_runs_to_the_minute_says_the_minute(cast: Cast, stand) -> None:
    walk(cast, until="begin_preparation")
    involve(
        cast.case,
        role=Role.BORDER_POLICE,
        starts_on=date(2026, 3, 27),
        actor=cast.caseworker,
        at=at(date(2026, 3, 27)),
    )
    cast.take(
        "impose_border_measure",
        date(2026, 3, 27),
        by="border_police",
        handed_at=at(date(2026, 3, 27), 14, 30),
        at=at(date(2026, 3, 27), 16),
    )
    stand(date(2026, 3, 27))
    found = explanations.explain(term(cast, "BOR-01"), reader=cast.lawyer)
    assert found.starts_at == at(date(2026, 3, 27), 14, 30)
    assert found.ends_at == at(date(2026, 4, 24), 14, 30)
    assert "Friday 24 April 2026, 14:30" in page(cast, "BOR-01", "applicant")


def test_a_term_that_only_the_letter_can_date_says_so(cast: Cast, stand) -> None:
    walk(cast, until="finish_application_interview")
    on = date(2026, 3, 24)
    cast.take("refer_to_accelerated", date(2026, 3, 20))
    file_document(
        cast.case,
        code="DOC-REP-ACC",
        content=letter_file("report"),
        actor=cast.caseworker,
        at=at(on, 9),
        part_of_step=True,
    )
    with translation.override("en"):
        assert [rule.code for rule in letter_needed(cast.procedure, "issue_intended_decision")] == ["ACC-02"]
    with pytest.raises(ValidationError) as wrong:
        cast.take("issue_intended_decision", on)
    assert list(wrong.value.message_dict) == ["letter_due_on"]
    cast.take("issue_intended_decision", on, letter=Letter(date(2026, 3, 27), "the letter gives three days"))
    stand(on)
    row = term(cast, "ACC-02")
    assert (row.computed_due_on, row.effective_due_on) == (None, date(2026, 3, 27))
    seen = page(cast, "ACC-02", "applicant")
    assert "The law names no length. The date stands in the letter." in seen
    assert "Last day in the letter Friday 27 March 2026" in seen and "How it was counted" not in seen
    served = answer(cast, "ACC-02", "lawyer")
    assert (served["computed_due_on"], served["days_counted"]) == (None, None)


# Who may ask


def test_whoever_may_not_see_the_term_finds_nothing(moved: Cast) -> None:
    pk = term(moved, "AA-VIEW").pk
    for reader in ("other_applicant", "other_lawyer", "other_supervisor"):
        client = sign_in(moved.people[reader])
        assert client.get(address("why", pk)).status_code == 404
        assert client.get(f"/api/deadlines/{pk}/why/").status_code == 404


def test_reading_why_over_the_api_is_recorded(moved: Cast) -> None:
    before = moved.case.audit_entries.filter(action="api.view").count()
    answer(moved, "AA-VIEW", "lawyer")
    seen = moved.case.audit_entries.order_by("-sequence").first()
    assert seen.actor == moved.lawyer and seen.target == f"deadline:{term(moved, 'AA-VIEW').pk}"
    assert before <= moved.case.audit_entries.filter(action="api.view").count()
