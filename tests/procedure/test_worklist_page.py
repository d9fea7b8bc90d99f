"""The work list: what cannot wait first, filters, who may see it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import actions as case_actions
from cases.models import PersonName
from procedure.actions import lapse_terms
from procedure.models import Deadline
from tests.cast import Cast, at, walk
from tests.procedure.desk import BEGIN, DAY_1, DAY_2, address, another, sign_in, words

pytestmark = pytest.mark.django_db


def groups(response: Any) -> dict[str, list[str]]:
    return {
        heading: [row["case"].applicant.name for row in rows]
        for heading, _count, rows in response.context["groups"]
    }


def names(response: Any) -> set[str]:
    return {name for listed in groups(response).values() for name in listed}


def test_the_work_list_opens_on_what_cannot_wait(cast: Cast, stand) -> None:
    walk(cast, until="close_interview")
    another(cast, "Late Registration", on=date(2026, 3, 26))
    another(cast, "Registration Today", on=date(2026, 3, 30))
    another(cast, "Registration Later", on=date(2026, 4, 1))
    evidence = Cast(
        people=cast.people, procedure=another(cast, "Evidence Came", on=date(2026, 4, 1)), case=cast.case
    )
    case_actions.give_mandate(
        evidence.procedure.case, lawyer=cast.lawyer, starts_on=DAY_1, actor=cast.planner, at=at(DAY_1)
    )
    evidence.take("start_registration", DAY_1, hour=10)
    evidence.file("evidence", DAY_2, hour=9)
    lapse_terms(now=at(DAY_2))
    stand(DAY_2)
    response = sign_in(cast.caseworker).get(address("worklist"))
    assert groups(response) == {
        "Too late": ["Late Registration"],
        "Today": ["Registration Today", "Selam Tesfay"],
        "Came in since the last step": ["Evidence Came"],
        "Later": ["Registration Later"],
    }
    page = words(response)
    assert "Today is day 2: Corrections and additions" in page
    assert "1 filing came in" in page


def test_a_closed_case_stays_on_the_list_while_the_service_owes_something(cast: Cast, stand) -> None:
    walk(cast, until="close_corrections")
    on = date(2026, 4, 3)
    cast.take("grant", on)
    cast.take("announce_permit", on, by="desk", hour=11)
    cast.take("hand_out_permit", on, by="desk", hour=12, valid_from=on, valid_until=date(2026, 6, 1))
    cast.take("close", on, hour=13)
    stand(on)
    assert cast.case.applicant.name not in names(sign_in(cast.caseworker).get(address("worklist")))
    cast.take("request_permit_extension", on, by="lawyer", hour=14)
    assert cast.case.applicant.name in names(sign_in(cast.caseworker).get(address("worklist")))


def test_a_late_term_leaves_the_list_once_its_step_is_taken(cast: Cast, stand) -> None:
    late = Cast(people=cast.people, procedure=another(cast, "Late", on=date(2026, 3, 26)))
    late.case = late.procedure.case
    lapse_terms(now=at(DAY_2))
    stand(DAY_2)
    client = sign_in(cast.caseworker)
    assert groups(client.get(address("worklist"))) == {"Too late": ["Selam Tesfay", "Late"]}
    late.take("start_registration", DAY_2, hour=10)
    late.take("lodge_application", DAY_2, hour=11)
    assert groups(client.get(address("worklist"))) == {"Too late": ["Selam Tesfay"], "Later": ["Late"]}
    assert late.procedure.deadlines.get(rule_code="REG-01").state == Deadline.State.LATE


def test_a_planning_norm_and_a_minimum_are_never_too_late(cast: Cast, stand) -> None:
    walk(cast, until="begin_preparation")
    long_after = date(2026, 6, 1)
    assert lapse_terms(now=at(long_after)) == 1  # the registration of the other case
    stand(long_after)
    response = sign_in(cast.caseworker).get(address("worklist"))
    assert list(groups(response)) == ["Later"]
    assert "possible from Thu 26 Mar 2026" in words(response)


def test_a_request_to_withdraw_is_shown_as_come_in(cast: Cast, stand) -> None:
    walk(cast, until="begin_preparation")
    cast.take("request_withdrawal", date(2026, 3, 20), by="applicant")
    stand(date(2026, 3, 20))
    response = sign_in(cast.caseworker).get(address("worklist"))
    assert groups(response) == {"Came in since the last step": ["Selam Tesfay"]}
    assert "asks to withdraw" in words(response)


def test_the_work_list_asks_the_same_number_of_questions_for_three_cases_and_for_forty(
    cast: Cast, stand
) -> None:
    walk(cast, until="close_interview")
    stand(DAY_2)
    client = sign_in(cast.caseworker)
    another(cast, "Second", on=date(2026, 3, 30))
    another(cast, "Third", on=date(2026, 3, 26))
    client.get(address("worklist"))
    with CaptureQueriesContext(connection) as few:
        assert len(names(client.get(address("worklist")))) == 3
    for number in range(37):
        another(cast, f"Person {number}", on=date(2026, 3, 20) + timedelta(days=number % 12))
    with CaptureQueriesContext(connection) as many:
        assert len(names(client.get(address("worklist")))) == 40
    assert len(many) == len(few) <= 16


def test_the_work_list_goes_on_at_page_two(cast: Cast, stand) -> None:
    stand(DAY_2)
    for number in range(60):
        another(cast, f"Person {number}", on=DAY_1)
    client = sign_in(cast.caseworker)
    first, second = (client.get(address("worklist"), {"page": page}) for page in (1, 2))
    assert len(names(first)) == 50
    assert len(names(first) | names(second)) == 61
    assert "Page 2 of 2" in words(second)
    assert names(client.get(address("worklist"), {"page": "nonsense"})) == names(first)


@pytest.fixture
def mixed(cast: Cast, stand) -> Cast:
    """Cases that differ in everything that one can filter by; today is day 2 of the first."""
    walk(cast, until="close_interview")
    another(cast, "Team Mate", on=DAY_1, worker="other_caseworker", language="Dari")
    foreign = another(cast, "عمر حداد", on=DAY_1, language="Dari")
    PersonName.objects.create(applicant=foreign.case.applicant, script="Latn", name="Omar Haddad")
    done = another(cast, "Done And Closed", on=date(2026, 3, 18))
    done_cast = Cast(people=cast.people, procedure=done, case=done.case)
    case_actions.give_mandate(
        done.case, lawyer=cast.lawyer, starts_on=date(2026, 3, 18), actor=cast.planner, at=at(BEGIN)
    )
    for name, who, more in (
        ("request_withdrawal", "lawyer", {}),
        ("confirm_withdrawal", "caseworker", {}),
        # With the departure the case is closed.
        ("choose_voluntary_departure", "migration_adviser", {}),
        ("confirm_departure", "migration_adviser", {"country": "Iraq"}),
    ):
        done_cast.take(name, date(2026, 3, 19), by=who, **more)
    stand(DAY_2)
    return cast


FILTERS: list[tuple[dict[str, str], set[str]]] = [
    ({}, {"Selam Tesfay", "Team Mate", "عمر حداد"}),
    ({"q": "selam"}, {"Selam Tesfay"}),
    ({"q": "ሰላም"}, {"Selam Tesfay"}),
    ({"q": "haddad"}, {"عمر حداد"}),
    ({"q": "v 1000 001"}, {"Selam Tesfay"}),
    ({"q": "١٠٠٠٠٠١"}, {"Selam Tesfay"}),
    ({"q": "done"}, {"Done And Closed"}),
    ({"q": "%"}, set()),
    ({"state": "closed"}, {"Done And Closed"}),
    ({"state": "corrections"}, {"Selam Tesfay"}),
    ({"track": "AA9"}, set()),
    ({"track": "AA6", "q": "tesfay"}, {"Selam Tesfay"}),
    ({"track": "extended"}, set()),
    ({"language": "Dari"}, {"Team Mate", "عمر حداد"}),
    ({"whose": "team"}, {"Selam Tesfay", "Team Mate", "عمر حداد"}),
    ({"whose": "mine"}, set()),
    ({"due_until": "2026-04-07"}, {"Team Mate", "عمر حداد"}),
]


def test_the_filters_let_through_what_they_name(mixed: Cast) -> None:
    client = sign_in(mixed.supervisor)
    for wanted, found in FILTERS:
        response = client.get(address("worklist"), wanted)
        assert response.status_code == 200, wanted
        assert names(response) == found, wanted


def test_the_case_number_finds_its_case(mixed: Cast) -> None:
    response = sign_in(mixed.caseworker).get(address("worklist"), {"q": mixed.case.number})
    assert names(response) == {"Selam Tesfay"}


WRONG_FILTERS = [
    ("state", "nonsense"),
    ("track", "AA7"),
    ("whose", "everybody"),
    ("due_until", "2026-02-30"),
    ("language", "Klingon"),
    ("q", "nul\x00"),
    ("q", "x" * 101),
]


def test_a_wrong_filter_is_named_and_the_list_still_shown(mixed: Cast) -> None:
    client = sign_in(mixed.caseworker)
    for field, value in WRONG_FILTERS:
        response = client.get(address("worklist"), {field: value})
        assert response.status_code == 400, field
        assert list(response.context["form"].errors) == [field]
        assert "Selam Tesfay" in names(response)


def test_a_caseworker_sees_only_the_cases_of_her_own(cast: Cast, stand) -> None:
    stand(BEGIN)
    assert names(sign_in(cast.caseworker).get(address("worklist"))) == {"Selam Tesfay"}
    assert names(sign_in(cast.other_caseworker).get(address("worklist"))) == {"Omar Haddad"}
    assert names(sign_in(cast.supervisor).get(address("worklist"))) == {"Selam Tesfay"}
    assert names(sign_in(cast.other_planner).get(address("worklist"))) == {"Omar Haddad"}


def test_the_work_list_is_for_the_service_alone(cast: Cast) -> None:
    for who in ("applicant", "lawyer", "guardian", "counsellor", "reception", "auditor", "administrator"):
        assert sign_in(cast.people[who]).get(address("worklist")).status_code == 403, who


def test_flags_say_what_a_worker_must_know_at_once(cast: Cast, stand) -> None:
    another(
        cast,
        "Child Alone",
        on=DAY_1,
        unaccompanied_minor=True,
        special_needs=["child", "medical"],
        person={"birth_year": 2012},
    )
    another(cast, "Young", on=DAY_1, person={"birth_year": 2010})
    stand(DAY_1)
    response = sign_in(cast.caseworker).get(address("worklist"))
    flags = {
        row["case"].applicant.name: [flag["text"] for flag in row["flags"]]
        for _heading, _count, rows in response.context["groups"]
        for row in rows
    }
    assert flags["Child Alone"] == ["unaccompanied child", "child", "medical"]
    assert flags["Young"] == ["minor"]
    assert flags["Selam Tesfay"] == []
