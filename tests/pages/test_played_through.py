"""Three cases played through the pages: a refusal in six days, a grant in nine, the extended procedure."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from asylum_portal import clock
from procedure.models import Filing, Procedure
from procedure.states import State, Track
from tests.cases.samples import pdf_bytes
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class Play:
    """The cast at their screens, on a day that the play sets."""

    def __init__(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cast, self.monkeypatch = cast, monkeypatch

    def it_is(self, day: date, hour: int = 11) -> None:
        now = datetime.combine(day, time(hour), tzinfo=AMSTERDAM)
        self.monkeypatch.setattr(clock, "now", lambda: now)
        self.monkeypatch.setattr(clock, "today", lambda: day)

    def client(self, person: str) -> Client:
        client = Client()
        client.force_login(self.cast.people[person])
        return client

    def step(self, name: str, *, by: str = "caseworker", document: bool = False, **fields: Any) -> None:
        url = reverse("procedure:step", args=[self.cast.procedure.pk, name])
        data = {key: "on" if value is True else value for key, value in fields.items()}
        if document:
            data["document"] = a_file()
        answer = self.client(by).post(url, data)
        assert answer.status_code == 302, (name, answer.status_code, errors_in(answer.content.decode()))
        self.cast.procedure.refresh_from_db()

    def file(self, kind: str) -> Filing:
        url = reverse("procedure:file", args=[self.cast.procedure.pk, kind])
        answer = self.client("lawyer").post(
            url, {"content": a_file(f"{kind}.pdf"), "complete": "on"}, follow=True
        )
        assert answer.status_code == 200, errors_in(answer.content.decode())
        filing = Filing.objects.get(procedure=self.cast.procedure, kind=kind)
        receipt = answer.content.decode()
        assert filing.receipt_number in receipt
        assert filing.document.received_sha256 in receipt
        self.cast.procedure.refresh_from_db()
        return filing

    def dates_read_by(self, person: str, language: str) -> set[str]:
        answer = self.client(person).get(f"/{language}/", follow=True)
        return set(re.findall(r'datetime="(\d{4}-\d\d-\d\d)', answer.content.decode()))

    def intake(self, lodged_on: date, ended_on: date, *, schedule: str = "AA6") -> None:
        self.it_is(lodged_on)
        self.step("start_registration")
        self.step(
            "lodge_application",
            document=True,
            signed=True,
            photo_taken=True,
            fingerprints_taken=True,
            informed=True,
            search_done=True,
        )
        self.it_is(ended_on)
        self.step("start_application_interview", interpreter_present=True)
        self.step("finish_application_interview", document=True, report_given=True)
        self.step("begin_preparation", schedule=schedule)

    def plan(self, day_one: date) -> None:
        self.it_is(day_one, hour=8)
        self.step(
            "complete_preparation",
            by="planner",
            day_one_on=day_one.isoformat(),
            no_medical_consent=True,
            meeting_at=f"{day_one.isoformat()}T09:00",
            meeting_place="Ter Apel",
            meeting_language="Tigrinya",
        )
        self.step("start_general_procedure", by="planner", interpreter_present=True)


def a_file(name: str = "letter.pdf") -> BytesIO:
    file = BytesIO(pdf_bytes("A letter"))
    file.name = name
    return file


def errors_in(html: str) -> list[str]:
    return re.findall(r'class="error"[^>]*>([^<]*)', html)


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], Play]:
    def begin(on: date) -> Play:
        return Play(make_cast(on=on), monkeypatch)

    return begin


def test_a_case_goes_from_registration_to_a_refusal_through_days_1_to_6(play: Callable[[date], Play]) -> None:
    stage = play(date(2026, 3, 17))
    stage.intake(date(2026, 3, 17), date(2026, 3, 19))
    stage.plan(date(2026, 4, 1))
    stage.step("close_interview", document=True, report_given=True, complaints_asked=True)
    # What the applicant reads in Tigrinya and in Arabic is the stored row.
    due_on = stage.cast.procedure.deadlines.get(rule_code="AA-COR").effective_due_on
    assert due_on == date(2026, 4, 2)
    for language in ("ti", "ar"):
        assert due_on.isoformat() in stage.dates_read_by("applicant", language)
    stage.it_is(date(2026, 4, 2), hour=16)
    assert stage.file("corrections").in_time
    assert stage.cast.procedure.state == State.ASSESSMENT
    stage.it_is(date(2026, 4, 3))
    stage.step("issue_intended_decision", document=True)
    stage.it_is(date(2026, 4, 7), hour=16)
    assert stage.file("response").in_time
    stage.it_is(date(2026, 4, 9))
    stage.step("refuse", document=True, outcome="UNFOUNDED")
    assert stage.cast.procedure.state == State.REFUSED
    assert stage.cast.procedure.deadlines.get(rule_code="APP-1W").effective_due_on == date(2026, 4, 16)
    assert "2026-04-16" in stage.dates_read_by("lawyer", "nl")


def test_another_goes_through_nine_days_to_a_grant(play: Callable[[date], Play]) -> None:
    stage = play(date(2026, 4, 9))
    stage.intake(date(2026, 4, 9), date(2026, 4, 13), schedule="AA9")
    stage.plan(date(2026, 4, 23))
    assert [day.on for day in stage.cast.procedure.days.all()] == [
        date(2026, 4, 23),
        date(2026, 4, 24),
        date(2026, 4, 28),
        date(2026, 4, 29),
        date(2026, 4, 30),
        date(2026, 5, 1),
        date(2026, 5, 4),
        date(2026, 5, 6),
        date(2026, 5, 7),
    ]
    stage.it_is(date(2026, 4, 24))
    stage.step("close_interview", document=True, report_given=True, complaints_asked=True)
    stage.it_is(date(2026, 4, 29), hour=16)
    assert stage.file("corrections").in_time
    stage.it_is(date(2026, 4, 30))
    stage.step("issue_intended_decision", document=True)
    stage.it_is(date(2026, 5, 4), hour=16)
    assert stage.file("response").in_time
    stage.it_is(date(2026, 5, 7))
    stage.step("grant", document=True, outcome="GRANT_A", exclusion_checked=True)
    assert stage.cast.procedure.state == State.GRANTED


def test_a_third_goes_into_the_extended_procedure_and_a_late_response_is_taken(
    play: Callable[[date], Play],
) -> None:
    stage = play(date(2026, 1, 14))
    stage.intake(date(2026, 1, 14), date(2026, 1, 16))
    stage.plan(date(2026, 3, 4))
    stage.step("close_interview", document=True, report_given=True, complaints_asked=True)
    stage.it_is(date(2026, 3, 6))
    stage.step("refer_to_extended", document=True, why_extended="more_time", reason="More to look into.")
    assert stage.cast.procedure.track == Track.EXTENDED
    stage.it_is(date(2026, 3, 23))
    stage.step("close_extended_interview", document=True)
    assert stage.cast.procedure.deadlines.get(rule_code="VA-COR").effective_due_on == date(2026, 4, 7)
    stage.it_is(date(2026, 4, 7), hour=20)
    assert stage.file("corrections").in_time
    stage.it_is(date(2026, 4, 16))
    stage.step("issue_intended_decision", document=True)
    stage.it_is(date(2026, 5, 19), hour=10)
    assert stage.file("response").in_time is False
    stage.it_is(date(2026, 5, 28))
    stage.step("refuse", document=True, outcome="UNFOUNDED")
    assert stage.cast.procedure.deadlines.get(rule_code="APP-4W").effective_due_on == date(2026, 6, 25)


def test_wrong_state_wrong_person_stranger_and_wrong_input_change_nothing(
    play: Callable[[date], Play],
) -> None:
    stage = play(date(2026, 3, 17))
    stage.it_is(date(2026, 3, 18))
    procedure = stage.cast.procedure

    def answer(person: str, name: str, **data: str) -> int:
        url = reverse("procedure:step", args=[procedure.pk, name])
        return stage.client(person).post(url, data).status_code

    before = history(procedure)
    assert answer("caseworker", "refuse", outcome="UNFOUNDED") == 409
    assert answer("lawyer", "start_registration") == 403
    assert answer("other_caseworker", "start_registration") == 404
    assert answer("caseworker", "start_registration", on="2026-02-30") == 400
    assert answer("caseworker", "start_registration", on="2026-03-16") == 400
    assert answer("caseworker", "no_such_step") == 404
    assert history(procedure) == before


def history(procedure: Procedure) -> tuple[Any, ...]:
    procedure.refresh_from_db()
    return (
        procedure.state,
        procedure.transitions.count(),
        procedure.deadlines.count(),
        procedure.case.documents.count(),
    )
