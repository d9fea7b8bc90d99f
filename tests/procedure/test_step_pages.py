"""One page a step: what it asks, what follows from it, what it refuses."""

import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import AuditEntry
from procedure.access import ACTORS
from procedure.models import Transition
from procedure.states import State
from procedure.step_texts import WARNINGS, WHAT_IT_DOES
from tests.cast import MAIN_ROAD, Cast, at, make_cast, walk
from tests.procedure.desk import (
    BEGIN,
    DAY_1,
    DAY_2,
    DAY_3,
    DAY_4,
    NOBODYS,
    address,
    sign_in,
    typed,
    words,
)

pytestmark = pytest.mark.django_db


def test_a_caseworker_takes_a_case_from_registration_to_a_refusal_through_the_pages(
    cast: Cast, stand
) -> None:
    client, lawyer = sign_in(cast.caseworker), sign_in(cast.lawyer)
    for name, on in MAIN_ROAD:
        stand(on)
        if name == "close_response":
            # The lawyer alone gives up what is left of the time (T18).
            assert client.get(address("step", cast.procedure.pk, name)).status_code == 403
            assert lawyer.post(address("step", cast.procedure.pk, name), typed(name)).status_code == 302
            continue
        if name.startswith("file "):
            cast.file(name.removeprefix("file "), on, hour=12)
            continue
        page = address("step", cast.procedure.pk, name)
        assert client.get(page).status_code == 200, name
        response = client.post(page, typed(name))
        assert response.status_code == 302, (name, words(response))
        assert response["Location"] == address("case", cast.case.pk)
    cast.procedure.refresh_from_db()
    assert cast.procedure.state == State.REFUSED
    assert [day.on.day for day in cast.procedure.days.all()] == [1, 2, 3, 7, 8, 9]
    assert cast.procedure.deadlines.get(rule_code="APP-1W").effective_due_on == date(2026, 4, 16)
    assert "Done: Refuse the application" in words(client.get(address("case", cast.case.pk)))


def test_nine_days_and_a_grant_go_through_the_pages(cast: Cast, stand) -> None:
    client = sign_in(cast.caseworker)
    walk(cast, until="finish_application_interview")

    def take(name: str, on: date, **more: Any) -> None:
        stand(on)
        response = client.post(address("step", cast.procedure.pk, name), typed(name, **more))
        assert response.status_code == 302, (name, words(response))

    take("begin_preparation", date(2026, 3, 19), schedule="AA9")
    for name in ("complete_preparation", "start_general_procedure"):
        take(name, DAY_1)
    take("close_interview", DAY_2)
    cast.file("corrections", DAY_4)
    take("close_corrections", DAY_4)
    take("grant", date(2026, 4, 8))
    cast.procedure.refresh_from_db()
    assert (cast.procedure.state, cast.procedure.outcome) == (State.GRANTED, "GRANT_A")
    assert cast.procedure.days.last().on == date(2026, 4, 14)


def test_a_case_goes_into_the_extended_procedure_through_the_pages(cast: Cast, stand) -> None:
    walk(cast, until="close_corrections")
    stand(DAY_3)
    client = sign_in(cast.caseworker)
    response = client.post(
        address("step", cast.procedure.pk, "refer_to_extended"), typed("refer_to_extended")
    )
    assert response.status_code == 302
    assert "Extended procedure: investigation" in words(client.get(address("case", cast.case.pk)))
    step = cast.procedure.transitions.last()
    assert (step.reason, step.inputs["why_extended"]) == ("A document must be examined.", "more_time")


STATUS_OF_STEP = [
    ("caseworker", "refer_to_extended", 200),
    ("caseworker", "refuse", 409),
    ("lawyer", "refuse", 409),
    ("lawyer", "refer_to_extended", 403),
    ("planner", "refer_to_extended", 403),
    ("planner", "change_lawyer", 200),
    ("applicant", "refer_to_extended", 403),
    ("applicant", "request_withdrawal", 200),
    ("caseworker", "request_withdrawal", 403),
    ("caseworker", "no_such_step", 404),
    ("caseworker", "refresh_from_db", 404),
    ("other_caseworker", "refuse", 404),
    ("other_caseworker", "refer_to_extended", 404),
    ("other_lawyer", "refer_to_extended", 404),
    ("reception", "refer_to_extended", 404),
    ("auditor", "refer_to_extended", 404),
]


def test_not_theirs_then_the_state_then_the_role_then_the_input(cast: Cast, stand) -> None:
    walk(cast, until="close_corrections")
    stand(DAY_2)
    before = Transition.objects.count()
    for who, name, status in STATUS_OF_STEP:
        client = sign_in(cast.people[who])
        page = address("step", cast.procedure.pk, name)
        assert client.get(page).status_code == status, (who, name)
        assert client.post(page).status_code == (400 if status == 200 else status), (who, name)
        assert client.get(address("step", NOBODYS, name)).status_code == 404
    assert Transition.objects.count() == before


def test_what_is_wrong_is_named_at_its_field_all_at_once_and_nothing_is_written(cast: Cast, stand) -> None:
    walk(cast, until="start_registration")
    stand(BEGIN)
    client = sign_in(cast.caseworker)
    entries = AuditEntry.objects.count()
    response = client.post(address("step", cast.procedure.pk, "lodge_application"), {"reason": "kept text"})
    assert response.status_code == 400
    assert set(response.context["form"].errors) == {
        "signed",
        "photo_taken",
        "fingerprints_taken",
        "informed",
        "document",
    }
    assert "kept text" in words(response)
    cast.procedure.refresh_from_db()
    assert cast.procedure.state == State.REGISTRATION
    assert AuditEntry.objects.count() == entries


WRONG_PLANS: list[tuple[dict[str, str], str, str]] = [
    ({"on": "2026-02-30"}, "on", "valid date"),
    ({"on": "2026-04-20"}, "on", "has not come yet"),
    ({"day_one_on": "2026-04-06"}, "day_one_on", "The next one is Tuesday 7 April 2026"),
    ({"day_one_on": "2026-03-31"}, "day_one_on", "lies in the past"),
    ({"day_one_on": "2031-04-01"}, "day_one_on", "no data for this year"),
    ({"day_one_on": ""}, "day_one_on", "required"),
    ({"no_medical_consent": ""}, "document", "Add the document"),
    ({"meeting_at": "2026-04-01T09:00"}, "meeting_place", "Say where"),
    ({"meeting_at": "2026-03-01T09:00", "meeting_place": "Zwolle"}, "meeting_at", "before the day"),
    ({"meeting_at": "nonsense"}, "meeting_at", "valid date"),
    ({"preparation_exception": "because"}, "preparation_exception", "valid choice"),
]


def test_wrong_input_of_a_plan_is_named(cast: Cast, stand) -> None:
    walk(cast, until="begin_preparation")
    stand(DAY_1)
    client = sign_in(cast.caseworker)
    page = address("step", cast.procedure.pk, "complete_preparation")
    for wrong, field, says in WRONG_PLANS:
        response = client.post(page, typed("complete_preparation", **wrong))
        assert response.status_code == 400, wrong
        assert says in " ".join(map(str, response.context["form"].errors[field])), wrong
    assert not cast.procedure.days.exists()


def test_a_file_that_lies_is_refused_at_its_field(cast: Cast, stand) -> None:
    walk(cast, until="close_corrections")
    stand(DAY_3)
    fake = SimpleUploadedFile("decision.pdf", b"MZ not a pdf", content_type="application/pdf")
    response = sign_in(cast.caseworker).post(
        address("step", cast.procedure.pk, "issue_intended_decision"), {"document": fake}
    )
    assert response.status_code == 400
    assert list(response.context["form"].errors) == ["document"]
    assert "choose the file again" in words(response)


def test_who_comes_second_keeps_what_was_typed(cast: Cast, stand) -> None:
    walk(cast, until="close_corrections")
    stand(DAY_3)
    first, second = sign_in(cast.caseworker), sign_in(cast.supervisor)
    page = address("step", cast.procedure.pk, "refer_to_extended")
    assert second.get(page).status_code == 200
    assert first.post(page, typed("refer_to_extended")).status_code == 302
    response = second.post(page, typed("refer_to_extended", reason="An hour of careful <b>work</b>."))
    assert response.status_code == 409
    page_words = words(response)
    assert "This step does not fit where the case stands now" in page_words
    assert "An hour of careful <b>work</b>." in page_words
    assert "More investigation is needed" in page_words
    assert "refer_to_extended.pdf" in page_words
    assert cast.procedure.transitions.filter(name="refer_to_extended").count() == 1


def test_rest_and_preparation_that_last_are_a_conflict_and_said_beforehand(cast: Cast, stand) -> None:
    walk(cast, until="begin_preparation")
    stand(date(2026, 3, 24))
    client = sign_in(cast.caseworker)
    page = address("step", cast.procedure.pk, "complete_preparation")
    assert "possible from: Thursday 26 March 2026" in words(client.get(page))
    response = client.post(page, typed("complete_preparation"))
    assert response.status_code == 409
    assert "Rest and preparation last until Wednesday 25 March 2026." in words(response)


def test_a_step_of_yesterday_can_be_recorded_today(cast: Cast, stand) -> None:
    walk(cast, until="complete_preparation")
    stand(DAY_2)
    client = sign_in(cast.caseworker)
    page = address("step", cast.procedure.pk, "start_general_procedure")
    refused = client.get(page)
    assert refused.status_code == 409
    assert "Did it happen on another day?" in words(refused)
    assert client.get(page, {"on": "nonsense"}).status_code == 409
    shown = client.get(page, {"on": "2026-04-01"})
    assert shown.status_code == 200
    assert 'value="2026-04-01"' in shown.content.decode()
    assert client.post(page, typed("start_general_procedure", on="2026-04-01")).status_code == 302
    step = cast.procedure.transitions.last()
    assert (step.on, step.at) == (DAY_1, at(DAY_2, 12))


def test_the_applicant_withdraws_and_takes_it_back_on_the_same_page(cast: Cast, stand) -> None:
    walk(cast, until="begin_preparation")
    stand(date(2026, 3, 20))
    client = sign_in(cast.applicant)
    page = address("step", cast.procedure.pk, "request_withdrawal", language="ti")
    shown = client.get(page)
    assert shown.context["warning"] == WARNINGS["request_withdrawal"]
    assert "notice--warning" in shown.content.decode()
    fields = shown.context["form"].fields
    assert list(fields) == ["consequences_understood", "document", "reason"]
    response = client.post(page, typed("request_withdrawal", on="2026-03-19"))
    assert (response.status_code, response["Location"]) == (302, "/ti/")
    cast.procedure.refresh_from_db()
    assert cast.procedure.withdrawal_requested_on == date(2026, 3, 20)
    client.post(address("step", cast.procedure.pk, "retract_withdrawal"), {})
    cast.procedure.refresh_from_db()
    assert cast.procedure.withdrawal_requested_on is None


def test_the_lawyer_closes_the_corrections_on_the_same_page(cast: Cast, stand) -> None:
    walk(cast, until="file corrections")
    stand(DAY_2, 16)
    page = address("step", cast.procedure.pk, "close_corrections")
    client = sign_in(cast.lawyer)
    assert "First show what follows" not in words(client.get(page))
    assert client.post(page, {}).status_code == 302
    assert cast.procedure.transitions.last().actor == cast.lawyer


@pytest.mark.parametrize("language", ["nl", "en", "ar", "ti"])
def test_every_page_of_the_service_stands_in_every_language(cast: Cast, stand, language: str) -> None:
    walk(cast, until="close_interview")
    stand(DAY_2)
    client = sign_in(cast.caseworker)
    direction = "rtl" if language == "ar" else "ltr"
    for page, status in (
        (address("worklist", language=language), 200),
        (address("case", cast.case.pk, language=language), 200),
        (address("days", cast.procedure.pk, language=language), 200),
        (address("step", cast.procedure.pk, "refer_to_extended", language=language), 200),
        (address("step", cast.procedure.pk, "refuse", language=language), 409),
    ):
        response = client.get(page)
        assert response.status_code == status
        assert f'<html lang="{language}" dir="{direction}">' in response.content.decode()
        assert len(re.findall("<h1", response.content.decode())) == 1


def test_every_step_has_a_page_that_says_what_it_does(cast: Cast) -> None:
    assert set(WHAT_IT_DOES) == set(ACTORS)


def test_a_year_without_holidays_stops_a_step_and_leaves_all_as_it_was(stand) -> None:
    # The time for family reunification would end in 2029, for which nobody has entered the holidays.
    cast = make_cast(on=date(2028, 11, 20))
    for name, on in (
        ("start_registration", date(2028, 11, 20)),
        ("lodge_application", date(2028, 11, 20)),
        ("start_application_interview", date(2028, 11, 21)),
        ("finish_application_interview", date(2028, 11, 21)),
        ("begin_preparation", date(2028, 11, 21)),
        ("complete_preparation", date(2028, 12, 4)),
        ("start_general_procedure", date(2028, 12, 4)),
        ("close_interview", date(2028, 12, 4)),
        ("file corrections", date(2028, 12, 5)),
        ("close_corrections", date(2028, 12, 5)),
    ):
        if name.startswith("file "):
            cast.file("corrections", on)
        else:
            cast.take(name, on)
    stand(date(2028, 12, 6))
    client = sign_in(cast.caseworker)
    page = address("step", cast.procedure.pk, "grant")
    response = client.post(page, typed("grant"))
    assert response.status_code == 409
    assert "the calendar lacks that year" in words(response)
    cast.procedure.refresh_from_db()
    assert cast.procedure.state == State.ASSESSMENT
    assert cast.procedure.outcome == ""
