"""The page of one case: its terms, steps, documents, trail, and who may open it."""

import pytest
from django.urls import reverse

from asylum_portal import dates
from cases import actions as case_actions
from cases.models import Applicant, Assignment, AuditEntry, Family, FamilyMember
from procedure.actions import available_transitions
from tests.cast import Cast, at, letter_file, walk
from tests.procedure.desk import BEGIN, DAY_1, DAY_2, DAY_3, NOBODYS, address, another, pdf, sign_in, words

pytestmark = pytest.mark.django_db


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


def test_the_service_adds_a_note_and_medical_advice_with_its_conclusion(cast: Cast, stand) -> None:
    stand(BEGIN)
    page = address("add-document", cast.case.pk)
    client = sign_in(cast.caseworker)
    offered = dict(client.get(page).context["form"].fields["code"].choices)
    assert "DOC-NOTE" in offered
    assert not {"DOC-DEC-NEG", "DOC-RULING"} & set(offered)  # decisions and judgments come with their steps
    assert client.post(page, {"code": "DOC-NOTE", "content": pdf()}).status_code == 302
    without = client.post(page, {"code": "DOC-MEDADV", "content": pdf()})
    assert (without.status_code, list(without.context["form"].errors)) == (400, ["conclusion"])
    client.post(page, {"code": "DOC-MEDADV", "content": pdf(), "conclusion": "Fit to be heard."})
    assert set(cast.case.documents.values_list("code", flat=True)) == {"DOC-NOTE", "DOC-MEDADV"}
    assert list(client.post(page).context["form"].errors) == ["code", "content"]
    for who, status in {"lawyer": 403, "applicant": 403, "other_caseworker": 404}.items():
        assert sign_in(cast.people[who]).get(page).status_code == status, who
    assert list(sign_in(cast.planner).post(page, {"code": "DOC-DEC-NEG"}).context["form"].errors) == [
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
