"""The pages of the service: work list, case, one page a step, the plan of the days."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asylum_portal import dates
from asylum_portal.accounts.models import User
from cases import actions as case_actions
from cases.models import Applicant, Assignment, AuditEntry, Family, FamilyMember, PersonName
from procedure import previews
from procedure.access import ACTORS
from procedure.actions import available_transitions, express_wish, lapse_terms
from procedure.checks import DOCUMENT_OF_STEP, TICKS
from procedure.models import Deadline, Procedure, Transition
from procedure.states import State
from procedure.step_texts import WARNINGS, WHAT_IT_DOES
from tests.cases.samples import pdf_bytes
from tests.cast import MAIN_ROAD, Cast, at, letter_file, make_cast, walk

pytestmark = pytest.mark.django_db

BEGIN = date(2026, 3, 17)
DAY_1, DAY_2, DAY_3, DAY_4, DAY_6 = (date(2026, 4, day) for day in (1, 2, 3, 7, 9))
NOBODYS = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set the portal's clock to a day of the case, noon unless told."""

    def set_clock(day: date, hour: int = 12) -> None:
        monkeypatch.setattr("asylum_portal.clock.now", lambda: at(day, hour))

    return set_clock


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name: str, *args: Any, language: str = "en") -> str:
    """The page in a language; reverse() gives it below the language of the test run."""
    return f"/{language}/{reverse(f'procedure:{name}', args=args).split('/', 2)[2]}"


def words(response: Any) -> str:
    """What a reader sees of a page, in one line."""
    page = re.sub(r"<head>.*?</head>", "", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def pdf(name: str = "letter.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf_bytes("letter"), content_type="application/pdf")


def another(
    cast: Cast, name: str, *, on: date, worker: str = "caseworker", language: str = "Arabic", **facts: Any
) -> Procedure:
    """One more case of the caseworker, begun on a day."""
    number = f"V2{Applicant.objects.count():06}"
    applicant = Applicant.objects.create(
        v_number=number,
        name=name,
        reading_language="ar",
        interpreter_language=language,
        **facts.pop("person", {}),
    )
    case = case_actions.open_case(
        applicant,
        actor=cast.supervisor,
        on=on,
        at=at(on),
        team=facts.pop("team", cast.caseworker.team),
        **facts,
    )
    case_actions.assign(
        case,
        worker=cast.people[worker],
        duty=Assignment.Duty.DECISION,
        starts_on=on,
        actor=cast.supervisor,
        at=at(on),
    )
    return express_wish(case, actor=cast.people[worker], on=on, at=at(on))


def groups(response: Any) -> dict[str, list[str]]:
    return {
        heading: [row["case"].applicant.name for row in rows]
        for heading, _count, rows in response.context["groups"]
    }


def names(response: Any) -> set[str]:
    return {name for listed in groups(response).values() for name in listed}


# The work list


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
    for name in ("request_withdrawal", "confirm_withdrawal", "close"):
        case_actions.give_mandate(
            done.case, lawyer=cast.lawyer, starts_on=date(2026, 3, 18), actor=cast.planner, at=at(BEGIN)
        )
        done_cast.take(name, date(2026, 3, 19), by="lawyer" if name == "request_withdrawal" else "caseworker")
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


# The case


CASE_OPENS_TO = {
    "caseworker": 200,
    "planner": 200,
    "supervisor": 200,
    "lawyer": 200,
    "applicant": 302,
    "other_caseworker": 404,
    "other_planner": 404,
    "other_supervisor": 404,
    "other_lawyer": 404,
    "other_applicant": 404,
    "guardian": 404,
    "counsellor": 404,
    "reception": 404,
    "auditor": 404,
    "administrator": 404,
}


def test_a_case_opens_to_those_who_are_related_to_it(cast: Cast, stand) -> None:
    stand(BEGIN)
    for who, status in CASE_OPENS_TO.items():
        client = sign_in(cast.people[who])
        response = client.get(address("case", cast.case.pk))
        assert response.status_code == status, who
        if status == 404:
            assert words(response) == words(client.get(address("case", NOBODYS))), who


def test_the_case_page_says_every_term_as_it_is_stored(cast: Cast, stand) -> None:
    walk(cast, until="issue_intended_decision")
    stand(DAY_3)
    client = sign_in(cast.caseworker)
    response = client.get(address("case", cast.case.pk))
    page = words(response)
    for term in cast.procedure.deadlines.all():
        row = next(row for row in response.context["terms"] if row["term"] == term)
        assert row["term"].effective_due_on == term.effective_due_on
        assert f"{term.title} {term.rule_code}" in page
        assert dates.short_date(term.effective_due_on, language="en") in page
        assert address("why", term.pk) in response.content.decode()
    assert "please check the letter" in page
    assert "ሰላም ተስፋይ" in page and "V1000001" in page and "in May 1994, day not known" in page
    assert "Eritrea" in page
    assert "Mon 6 Apr 2026 Easter Monday does not count" in page


def test_each_view_of_a_case_is_one_row_in_the_trail(cast: Cast, stand) -> None:
    stand(BEGIN)
    client = sign_in(cast.caseworker)
    for _view in range(2):
        client.get(address("case", cast.case.pk))
    rows = AuditEntry.objects.filter(action="case.view", case=cast.case)
    assert [(row.actor, row.purpose, row.at) for row in rows] == [
        (cast.caseworker, "work", at(BEGIN, 12))
    ] * 2


@pytest.mark.parametrize("until", ["start_registration", "begin_preparation", "close_interview", "refuse"])
def test_the_case_page_offers_exactly_the_steps_that_are_allowed(cast: Cast, stand, until: str) -> None:
    walk(cast, until=until)
    today = cast.procedure.last_event_on()
    stand(today)
    for who in ("caseworker", "planner", "supervisor"):
        response = sign_in(cast.people[who]).get(address("case", cast.case.pk))
        offered = [name for name, _title in response.context["steps"]]
        assert offered == available_transitions(cast.procedure, cast.people[who], on=today), who
        for name in offered:
            assert address("step", cast.procedure.pk, name) in response.content.decode()


def test_a_step_that_must_wait_is_listed_with_its_reason(cast: Cast, stand) -> None:
    walk(cast, until="close_interview")
    stand(DAY_2)
    response = sign_in(cast.caseworker).get(address("case", cast.case.pk))
    blocked = {
        name: [str(reason) for reason in reasons] for name, _title, reasons in response.context["blocked"]
    }
    assert blocked["close_corrections"] == [
        "No corrections have come in yet and the time for them is not over."
    ]
    assert "refuse" not in blocked  # it does not start from here at all


def test_medical_advice_shows_the_service_its_conclusion_alone(cast: Cast, stand) -> None:
    stand(BEGIN)
    advice = case_actions.file_document(
        cast.case,
        code="DOC-MEDADV",
        content=letter_file("medical", name="diagnosis.pdf"),
        actor=cast.caseworker,
        at=at(BEGIN),
        conclusion="Can be interviewed, with pauses.",
    )
    response = sign_in(cast.caseworker).get(address("case", cast.case.pk))
    assert "Can be interviewed, with pauses." in words(response)
    assert "diagnosis" not in words(response)
    assert reverse("cases:document", args=[advice.pk]).split("/", 2)[2] not in response.content.decode()


def test_relatives_are_linked_only_where_the_reader_may_go(cast: Cast, stand) -> None:
    stand(BEGIN)
    near = another(cast, "Sister Tesfay", on=BEGIN)
    far = another(cast, "Brother Tesfay", on=BEGIN, worker="other_caseworker", team=cast.other_planner.team)
    family = Family.objects.create()
    for applicant, relation in (
        (cast.case.applicant, "sibling"),
        (near.case.applicant, "sibling"),
        (far.case.applicant, "sibling"),
    ):
        FamilyMember.objects.create(family=family, applicant=applicant, relation=relation)
    response = sign_in(cast.caseworker).get(address("case", cast.case.pk))
    assert "Sister Tesfay" in words(response) and "Brother Tesfay" in words(response)
    assert address("case", near.case.pk) in response.content.decode()
    assert str(far.case.pk) not in response.content.decode()


def test_a_late_filing_is_shown_as_late_with_its_receipt(cast: Cast, stand) -> None:
    walk(cast, until="close_interview")
    filing = cast.file("corrections", DAY_3, late_reason="The fax was broken.")
    stand(DAY_3)
    page = words(sign_in(cast.caseworker).get(address("case", cast.case.pk)))
    assert f"late The fax was broken. Lawyer {filing.receipt_number}" in page


def test_the_auditor_reads_the_trail_and_no_document(cast: Cast, stand) -> None:
    walk(cast, until="close_interview")
    case_actions.assign(
        cast.case,
        worker=cast.auditor,
        duty=Assignment.Duty.AUDIT,
        starts_on=DAY_1,
        actor=cast.supervisor,
        at=at(DAY_1),
    )
    stand(DAY_2)
    response = sign_in(cast.auditor).get(address("case", cast.case.pk))
    page = words(response)
    assert response.status_code == 200
    assert "procedure.close_interview" in page and "document.file" in page
    assert "/documents/" not in response.content.decode().split('id="main"')[1]
    assert "/close_corrections/" not in response.content.decode()
    assert AuditEntry.objects.filter(action="case.view", actor=cast.auditor, purpose="audit").count() == 1


def test_the_service_adds_a_judgment_and_medical_advice_with_its_conclusion(cast: Cast, stand) -> None:
    stand(BEGIN)
    page = address("add-document", cast.case.pk)
    client = sign_in(cast.caseworker)
    offered = dict(client.get(page).context["form"].fields["code"].choices)
    assert "DOC-RULING" in offered
    assert "DOC-DEC-NEG" not in offered  # a decision comes with its step
    assert client.post(page, {"code": "DOC-RULING", "content": pdf()}).status_code == 302
    without = client.post(page, {"code": "DOC-MEDADV", "content": pdf()})
    assert (without.status_code, list(without.context["form"].errors)) == (400, ["conclusion"])
    client.post(page, {"code": "DOC-MEDADV", "content": pdf(), "conclusion": "Fit to be heard."})
    assert set(cast.case.documents.values_list("code", flat=True)) == {"DOC-RULING", "DOC-MEDADV"}
    assert list(client.post(page).context["form"].errors) == ["code", "content"]
    for who, status in {"lawyer": 403, "applicant": 403, "other_caseworker": 404}.items():
        assert sign_in(cast.people[who]).get(page).status_code == status, who
    assert list(sign_in(cast.planner).post(page, {"code": "DOC-RULING"}).context["form"].errors) == [
        "code",
        "content",
    ]


def test_a_case_without_a_procedure_still_opens(cast: Cast, stand) -> None:
    stand(BEGIN)
    applicant = Applicant.objects.create(
        v_number="V77", name="New Here", stateless=True, reading_language="ar", interpreter_language="Arabic"
    )
    case = case_actions.open_case(
        applicant, actor=cast.supervisor, on=BEGIN, at=at(BEGIN), team=cast.supervisor.team
    )
    response = sign_in(cast.supervisor).get(address("case", case.pk))
    assert "No procedure has been started yet." in words(response)
    assert "stateless" in words(response)


# Steps


def typed(name: str, **more: Any) -> dict[str, Any]:
    """What a worker fills in for a step."""
    filled: dict[str, Any] = dict.fromkeys(TICKS.get(name, {}), "on")
    if name in DOCUMENT_OF_STEP and name != "complete_preparation":
        filled["document"] = pdf(f"{name}.pdf")
    usual = {
        "begin_preparation": {"schedule": "AA6"},
        "complete_preparation": {"no_medical_consent": "on", "day_one_on": "2026-04-01"},
        "refer_to_extended": {"why_extended": "more_time", "reason": "A document must be examined."},
        "grant": {"outcome": "GRANT_A"},
        "refuse": {"outcome": "UNFOUNDED"},
    }
    return filled | usual.get(name, {}) | more


def test_a_caseworker_takes_a_case_from_registration_to_a_refusal_through_the_pages(
    cast: Cast, stand
) -> None:
    client = sign_in(cast.caseworker)
    for name, on in MAIN_ROAD:
        stand(on)
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


# What follows from a step


def opened_by(procedure: Procedure) -> dict[str, date]:
    last = procedure.transitions.last()
    return {term.rule_code: term.effective_due_on for term in procedure.deadlines.filter(opened_by=last)}


def states(procedure: Procedure) -> dict[Any, str]:
    return dict(procedure.deadlines.values_list("pk", "state"))


EXTENDED_ROAD: list[tuple[str, date, dict[str, Any]]] = [
    ("extend_general_procedure", DAY_3, {"ground": "f"}),
    ("refer_to_extended", DAY_3, {}),
    ("plan_extended_interview", DAY_3, {}),
    ("close_extended_interview", date(2026, 4, 16), {}),
    ("close_corrections", date(2026, 5, 4), {}),
    ("issue_intended_decision", date(2026, 5, 5), {}),
    ("grant", date(2026, 5, 6), {"outcome": "GRANT_B2"}),
]


@pytest.mark.parametrize("road", ["main", "extended"])
def test_what_the_page_foretells_is_what_happens(cast: Cast, road: str) -> None:
    main = [(name, on, {}) for name, on in MAIN_ROAD]
    until = [name for name, _on, _more in main].index("issue_intended_decision")
    compared = 0
    for name, on, more in main if road == "main" else [*main[:until], *EXTENDED_ROAD]:
        if name.startswith("file "):
            cast.file(name.removeprefix("file "), on)
            continue
        arguments = {
            "begin_preparation": {"schedule": "AA6"},
            "complete_preparation": {"day_one_on": on},
            "refuse": {"outcome": "UNFOUNDED"},
        }.get(name, more)
        cast.procedure.event_on = on
        foreseen = previews.foresee(cast.procedure, name, on=on, arguments=arguments)
        untouched = cast.procedure.state
        before = states(cast.procedure)
        assert Procedure.objects.get(pk=cast.procedure.pk).state == untouched
        cast.take(name, on, **more)
        after = states(cast.procedure)
        assert {opening.rule.code: opening.due_on for opening in foreseen.opens} == opened_by(
            cast.procedure
        ), name
        changed = {pk: state for pk, state in after.items() if pk in before and before[pk] != state}
        assert {ending.deadline.pk: ending.state for ending in foreseen.ends} == changed, name
        if foreseen.plan:
            assert [day.on for day in foreseen.plan.days] == [day.on for day in cast.procedure.days.all()]
        compared += len(foreseen.opens) + len(foreseen.ends)
    assert compared > 15


def test_a_choice_still_open_shows_each_of_its_dates(cast: Cast, stand) -> None:
    walk(cast, until="close_corrections")
    stand(DAY_3)
    page = words(sign_in(cast.caseworker).get(address("step", cast.procedure.pk, "extend_general_procedure")))
    assert re.search(r"last day: \w+ \d+ \w+ 2026 Only for: a, b, c, d, e ", page)
    assert re.search(r"Only for: f ", page) and re.search(r"Only for: g ", page)


def test_looking_first_shows_the_dates_and_writes_nothing(cast: Cast, stand) -> None:
    walk(cast, until="begin_preparation")
    stand(DAY_1)
    response = sign_in(cast.caseworker).post(
        address("step", cast.procedure.pk, "complete_preparation"),
        {"look": "1", "day_one_on": "2026-04-01", "reason": "kept", "meeting_place": "Zwolle"},
    )
    page = words(response)
    assert response.status_code == 200
    assert "Day 6 Thursday 9 April 2026" in page
    assert "Skipped: Sat 4 Apr 2026 (weekend: Saturday), Sun 5 Apr 2026" in page
    assert "kept" in page and 'value="Zwolle"' in response.content.decode()
    assert "Something is not right yet" not in page
    cast.procedure.refresh_from_db()
    assert cast.procedure.state == State.PREPARATION


def test_the_page_says_who_is_told_and_in_which_language(cast: Cast, stand) -> None:
    walk(cast, until="close_corrections")
    stand(DAY_3)
    page = words(sign_in(cast.caseworker).get(address("step", cast.procedure.pk, "issue_intended_decision")))
    assert "Selam Tesfay (Applicant, ትግርኛ )" in page
    assert "Lawyer (Lawyer, Nederlands )" in page
    assert "The case goes on to: Intended decision" in page


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


# The plan of the days


def test_six_days_and_nine_stand_side_by_side_with_each_skipped_day_by_name(cast: Cast, stand) -> None:
    walk(cast, until="begin_preparation")
    stand(date(2026, 3, 24))
    client = sign_in(cast.planner)
    response = client.get(address("days", cast.procedure.pk), {"start": "2026-04-01"})
    six, nine = response.context["schedules"]
    assert [day["date"].day for day in six["days"] if "number" in day] == [1, 2, 3, 7, 8, 9]
    assert [day["date"].day for day in nine["days"] if "number" in day] == [1, 2, 3, 7, 8, 9, 10, 13, 14]
    assert [(day["date"].day, day["name"]) for day in six["days"] if day["state"] == "skipped"] == [
        (4, "weekend: Saturday"),
        (5, "weekend: Sunday"),
        (6, "Easter Monday"),
    ]
    assert "Fri 3 Apr 2026 First outcome Good Friday: This day counts" in words(response)
    assert "/complete_preparation/?day_one_on=2026-04-01" in response.content.decode()
    assert not cast.procedure.days.exists()


def test_a_day_that_cannot_be_day_1_is_answered_with_the_next_one(cast: Cast, stand) -> None:
    walk(cast, until="begin_preparation")
    stand(date(2026, 3, 24))
    response = sign_in(cast.planner).get(address("days", cast.procedure.pk), {"start": "2026-04-04"})
    assert response.status_code == 400
    assert (
        "Saturday 4 April 2026 is no day of the procedure: weekend: Saturday. "
        "The next one is Tuesday 7 April 2026."
    ) in words(response)
    assert 'href="?start=2026-04-07"' in response.content.decode()


WRONG_STARTS = [
    ("2031-04-01", "The calendar has no data for the year 2031."),
    ("2028-12-29", "The calendar has no data for the year 2029."),
    ("2026-02-30", "Enter a valid date."),
    ("soon", "Enter a valid date."),
    ("", "This field is required."),
    ("9999-12-31", "The calendar has no data for the year 9999."),
]


def test_a_start_that_is_no_date_or_beyond_the_calendar_is_said(cast: Cast, stand) -> None:
    stand(BEGIN)
    client = sign_in(cast.planner)
    for start, says in WRONG_STARTS:
        response = client.get(address("days", cast.procedure.pk), {"start": start})
        assert response.status_code == 400, start
        assert says in words(response), start


def test_without_a_start_the_first_possible_day_is_tried(cast: Cast, stand) -> None:
    walk(cast, until="begin_preparation")
    stand(date(2026, 3, 24))
    response = sign_in(cast.planner).get(address("days", cast.procedure.pk))
    assert response.context["start"] == date(2026, 3, 26)
    early = sign_in(cast.planner).get(address("days", cast.procedure.pk), {"start": "2026-03-25"})
    assert "This day lies within rest and preparation." in words(early)


def test_the_plan_of_the_days_is_for_the_service(cast: Cast, stand) -> None:
    stand(BEGIN)
    for who, status in {"caseworker": 200, "lawyer": 403, "applicant": 403, "other_planner": 404}.items():
        client = sign_in(cast.people[who])
        assert client.get(address("days", cast.procedure.pk)).status_code == status, who


def test_a_day_1_that_was_tried_stands_in_the_form(cast: Cast, stand) -> None:
    walk(cast, until="begin_preparation")
    stand(DAY_1)
    page = address("step", cast.procedure.pk, "complete_preparation")
    client = sign_in(cast.planner)
    response = client.get(page, {"day_one_on": "2026-04-02"})
    assert 'value="2026-04-02"' in response.content.decode()
    assert "Day 1 Thursday 2 April 2026" in words(response)
    assert client.get(page, {"day_one_on": "2026-02-30"}).status_code == 200


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
    assert "The date cannot be worked out: the calendar lacks that year." in words(client.get(page))
    response = client.post(page, typed("grant"))
    assert response.status_code == 409
    assert "the calendar lacks that year" in words(response)
    cast.procedure.refresh_from_db()
    assert cast.procedure.state == State.ASSESSMENT
    assert cast.procedure.outcome == ""
