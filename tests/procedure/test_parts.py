"""A partner's part in a case that is given and ended by hand on the page of the case."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from asylum_portal.accounts.models import Organisation, Role, User
from asylum_portal.notices.models import Notice
from cases.actions import involve
from cases.models import Involvement
from procedure import parts
from tests.cast import Cast, at, walk
from tests.procedure.desk import address, sign_in, words
from tests.procedure.footprint import footprint

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 20)
TOMORROW = TODAY + timedelta(days=1)
MAY = ["caseworker", "supervisor"]


@pytest.fixture
def told(cast: Cast, stand: Any) -> Cast:
    """A case in rest and preparation, open to the Legal Aid Board alone."""
    walk(cast, until="begin_preparation")
    stand(TODAY)
    assert [part.role for part in cast.case.involvements.current(on=TODAY)] == [Role.LEGAL_AID]
    Notice.objects.all().delete()
    return cast


def add(cast: Cast) -> str:
    return address("involve", cast.case.pk)


def end(cast: Cast, role: str) -> str:
    return address("end-part", cast.case.pk, cast.case.involvements.get(role=role, ends_on=None).pk)


def heard() -> list[tuple[str, str]]:
    return sorted(Notice.objects.values_list("recipient__username", "kind"))


def another_office(role: str, code: str = "dtv-north") -> tuple[Organisation, User]:
    office = Organisation.objects.create(code=code, kind=Organisation.Kind.DTV, name="DT&V Noord")
    user = User.objects.create_user(
        username=f"{code}@portal.example", role=role, organisation=office, display_name="Northerner"
    )
    return office, user


@pytest.mark.parametrize("who", MAY)
def test_a_case_is_opened_to_a_partner_today_and_its_people_hear_of_it(told: Cast, who: str) -> None:
    partner = sign_in(told.return_officer)
    assert partner.get(address("case", told.case.pk)).status_code == 404
    client = sign_in(told.people[who])
    answer = client.post(add(told), {"role": "return_officer", "reason": "She asks to go home."}, follow=True)
    assert answer.redirect_chain == [(address("case", told.case.pk), 302)]
    page = words(answer)
    assert "The case is open to this partner from now on." in page
    assert "Return officer (DT&V) all offices · since" in page and "She asks to go home." in page
    assert partner.get(address("case", told.case.pk)).status_code == 200
    part = told.case.involvements.get(role="return_officer")
    assert (part.starts_on, part.ends_on, part.organisation) == (TODAY, None, None)
    assert heard() == [("return_officer@portal.example", "filing_arrived")]
    row = told.case.audit_entries.filter(action="access.begin").latest("sequence")
    assert (row.actor, row.data) == (
        told.people[who],
        {"role": "return_officer", "starts_on": TODAY.isoformat()},
    )


def test_a_part_can_be_that_of_one_office_and_replaces_that_of_another(told: Cast) -> None:
    office, northerner = another_office("return_officer")
    client = sign_in(told.caseworker)
    sent = {"role": "return_officer", "reason": "Guides the departure."}
    assert client.post(add(told), sent | {"organisation": str(office.pk)}).status_code == 302
    assert heard() == [("dtv-north@portal.example", "filing_arrived")]
    assert sign_in(northerner).get(address("case", told.case.pk)).status_code == 200
    assert sign_in(told.return_officer).get(address("case", told.case.pk)).status_code == 404
    elsewhere = told.return_officer.organisation
    assert client.post(add(told), sent | {"organisation": str(elsewhere.pk)}).status_code == 302
    first, second = told.case.involvements.filter(role="return_officer").order_by("pk")
    assert (first.ends_on, second.organisation, second.ends_on) == (TODAY, elsewhere, None)
    # The one hears twice: of its beginning, and of its end.
    assert [who for who, _kind in heard()] == ["dtv-north@portal.example"] * 2 + [
        "return_officer@portal.example"
    ]
    page = words(client.get(address("case", told.case.pk)))
    assert "DT&V Noord · since" in page and "· until" in page


WRONG: list[tuple[dict[str, str], set[str]]] = [
    ({}, {"role", "reason"}),
    ({"role": "return_officer", "reason": "  "}, {"reason"}),
    ({"role": "return_officer", "reason": "x" * 301}, {"reason"}),
    ({"role": "caseworker", "reason": "x"}, {"role"}),
    ({"role": "nobody", "reason": "x"}, {"role"}),
    ({"role": "legal_aid", "reason": "again"}, {"role"}),
    ({"role": "return_officer", "reason": "x", "organisation": "COURT"}, {"organisation"}),
    ({"role": "return_officer", "reason": "x", "organisation": "LAW"}, {"organisation"}),
    ({"role": "return_officer", "reason": "x", "organisation": "0"}, {"organisation"}),
    ({"role": "return_officer", "reason": "x", "organisation": "north"}, {"organisation"}),
]


@pytest.mark.parametrize(("sent", "fields"), WRONG)
def test_what_is_wrong_is_said_at_its_field_and_opens_nothing(
    told: Cast, sent: dict[str, str], fields: set[str]
) -> None:
    offices = {"COURT": told.court.organisation_id, "LAW": told.lawyer.organisation_id}
    sent = sent | {
        "organisation": str(offices.get(sent.get("organisation", ""), sent.get("organisation", "")))
    }
    client = sign_in(told.caseworker)
    before = footprint()
    answer = client.post(add(told), sent)
    assert answer.status_code == 400 and set(answer.context["form"].errors) == fields
    assert footprint() == before


def test_the_form_offers_the_offices_where_people_of_a_partner_work(told: Cast) -> None:
    office, _northerner = another_office("return_officer")
    page = sign_in(told.caseworker).get(add(told)).content.decode()
    assert f'<option value="{office.pk}">DT&amp;V Noord</option>' in page
    assert f'<option value="{told.lawyer.organisation_id}">' not in page


@pytest.mark.parametrize("who", MAY)
def test_a_part_ends_with_the_day_and_its_people_hear_of_it(told: Cast, who: str, stand: Any) -> None:
    client, partner = sign_in(told.people[who]), sign_in(told.legal_aid)
    page = end(told, "legal_aid")
    shown = client.get(address("case", told.case.pk)).content.decode()
    assert page in shown
    assert "Legal Aid Board" in words(client.get(page))
    answer = client.post(page, follow=True)
    assert answer.redirect_chain == [(address("case", told.case.pk), 302)]
    assert "until the end of today" in words(answer)
    assert page not in answer.content.decode()
    assert heard() == [("legal_aid@portal.example", "filing_arrived")]
    row = told.case.audit_entries.filter(action="access.end").latest("sequence")
    assert (row.actor, row.data) == (
        told.people[who],
        {"role": "legal_aid", "ends_on": TODAY.isoformat()},
    )
    assert partner.get(address("case", told.case.pk)).status_code == 200
    stand(TOMORROW)
    assert partner.get(address("case", told.case.pk)).status_code == 404
    assert told.case.number not in partner.get("/en/clients/").content.decode()
    assert "The case is open to no partner." in words(client.get(address("case", told.case.pk)))


def test_what_has_ended_ends_no_second_time(told: Cast) -> None:
    client, page = sign_in(told.caseworker), end(told, "legal_aid")
    assert client.post(page).status_code == 302
    before = footprint()
    assert client.get(page).status_code == client.post(page).status_code == 409
    assert footprint() == before


def test_twice_clicked_opens_a_case_once(told: Cast) -> None:
    client, sent = sign_in(told.caseworker), {"role": "court", "reason": "An appeal on paper."}
    assert client.post(add(told), sent).status_code == 302
    assert client.post(add(told), sent).status_code == 400
    assert told.case.involvements.filter(role="court").count() == 1
    assert heard() == [("court@portal.example", "filing_arrived")]


def test_a_part_that_ended_today_can_begin_again_today(told: Cast) -> None:
    client = sign_in(told.caseworker)
    client.post(end(told, "legal_aid"))
    assert client.post(add(told), {"role": "legal_aid", "reason": "It was a mistake."}).status_code == 302
    assert sign_in(told.legal_aid).get(address("case", told.case.pk)).status_code == 200


def test_only_supervisors_and_caseworkers_of_the_case_open_and_close_it(told: Cast) -> None:
    pages = (add(told), end(told, "legal_aid"))
    related = ["applicant", "lawyer", "planner", "legal_aid"]
    before = told.case.involvements.count()
    for person, user in told.people.items():
        if person in MAY:
            continue
        client = sign_in(user)
        expected = 403 if person in related else 404
        for page in pages:
            found = [
                client.get(page).status_code,
                client.post(page, {"role": "court", "reason": "x"}).status_code,
            ]
            assert found == [expected] * 2, (person, page)
    assert told.case.involvements.count() == before
    page = sign_in(told.planner).get(address("case", told.case.pk)).content.decode()
    assert "Legal Aid Board" in page and not [url for url in pages if url in page]


def test_a_part_of_another_case_does_not_exist_in_this_one(told: Cast) -> None:
    other = involve(
        told.other_case, role=Role.COURT, starts_on=TODAY, actor=told.other_caseworker, at=at(TODAY)
    )
    client = sign_in(told.caseworker)
    for part in (other.pk, 0, 10**30):
        page = address("end-part", told.case.pk, part)
        assert client.get(page).status_code == client.post(page).status_code == 404
    assert Involvement.objects.get(pk=other.pk).ends_on is None


def test_the_actions_ask_for_the_right_themselves(told: Cast) -> None:
    part = told.case.involvements.get(role="legal_aid")
    for person in ("planner", "legal_aid", "other_caseworker", "lawyer"):
        with pytest.raises(PermissionDenied):
            parts.end_part(part, actor=told.people[person], at=at(TODAY))
        with pytest.raises(PermissionDenied):
            parts.open_to_partner(
                told.case, role="court", reason="x", actor=told.people[person], at=at(TODAY)
            )
