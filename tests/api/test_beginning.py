"""A new application over the API: the same writing as by the page, strict about what is sent."""

from typing import Any

import pytest

from asylum_portal.accounts.models import Role
from cases.models import Case, Involvement
from procedure.access import MAY_BEGIN
from procedure.models import Procedure
from procedure.states import State
from tests.api.conftest import DAY_TWO, Api, footprint, problem
from tests.api.test_bad_input import BODIES
from tests.cast import Cast

pytestmark = pytest.mark.django_db
NUMBER = "2851007936"
LITTLE = {
    "v_number": NUMBER,
    "name": "Miriam Abraha",
    "reading_language": "ti",
    "interpreter_language": "Tigrinya",
    "place": "Ter Apel",
}
MUCH = LITTLE | {
    "own_name": "ሚርያም ኣብርሃ",
    "script": "Ethi",
    "birth_date": "2010-05",
    "nationality": "ERI",
    "unaccompanied_minor": True,
    "special_needs": ["child"],
    "on": "2026-03-31",
    "other_authority": True,
}


def test_an_application_begins_and_is_answered_with_its_case(cast: Cast) -> None:
    answer = Api(cast.caseworker).send("cases/", MUCH)
    assert answer.status_code == 201, answer.content
    found = answer.json()
    case = Case.objects.get(applicant__v_number=NUMBER)
    assert found["id"] == str(case.pk) and answer["Location"].endswith(f"/api/cases/{case.pk}/")
    person = found["applicant"]
    assert (person["birth_date"], person["nationality"], person["stateless"]) == ("2010-05", "ERI", False)
    assert person["names"] == [{"script": "Ethi", "name": "ሚርያም ኣብርሃ"}]
    assert (found["special_needs"], found["unaccompanied_minor"]) == (["child"], True)
    assert [row["state"] for row in found["procedures"]] == [State.WISH_EXPRESSED]
    assert found["procedures"][0]["wish_expressed_on"] == "2026-03-31"
    procedure = Procedure.objects.get(case=case)
    assert (procedure.place, procedure.other_authority) == ("Ter Apel", True)
    assert Api(cast.caseworker).get(answer["Location"]).json() == found
    assert b"card" not in answer.content and b"code" not in answer.content


def test_what_is_left_out_is_unknown_and_of_today(cast: Cast) -> None:
    empty = {"own_name": "", "script": "", "birth_date": "", "nationality": ""}
    found = Api(cast.caseworker).send("cases/", LITTLE | empty).json()
    assert found["procedures"][0]["wish_expressed_on"] == DAY_TWO.isoformat()
    assert (found["applicant"]["birth_date"], found["applicant"]["nationality"]) == ("", "")


def test_the_police_gets_of_the_case_what_it_may_see(cast: Cast) -> None:
    client = Api(cast.police)
    assert list(problem(client.send("cases/", LITTLE), 400)["errors"]) == ["team"]
    found = client.send("cases/", MUCH | {"team": cast.caseworker.team_id}).json()
    assert (found["special_needs"], found["team"], found["applicant"]["nationality"]) == (None, None, None)
    case = Case.objects.get(pk=found["id"])
    assert case.team == cast.caseworker.team
    assert [part.role for part in Involvement.objects.filter(case=case)] == [Role.POLICE]


def test_nobody_else_begins_one_whatever_is_sent(cast: Cast) -> None:
    before, found = footprint(), {}
    for person, user in cast.people.items():
        answer = Api(user).send("cases/", {})
        found[person] = answer.status_code
        problem(answer, answer.status_code)
        if user.role not in MAY_BEGIN:
            for media_type, body, _status in BODIES:
                problem(Api(user).post("/api/cases/", body, content_type=media_type), 403)
    assert found == {person: 400 if user.role in MAY_BEGIN else 403 for person, user in cast.people.items()}
    assert footprint() == before
    problem(Api().send("cases/", LITTLE), 401)


WRONG: list[tuple[dict[str, Any], set[str]]] = [
    ({"v_number": None}, {"v_number"}),
    ({"v_number": "12"}, {"v_number"}),
    ({"v_number": {"a": 1}}, {"v_number"}),
    ({"name": "ሚርያም"}, {"name"}),
    ({"name": "\ud800"}, {"name"}),
    ({"name": "a\x00"}, {"name"}),
    ({"own_name": "ሚርያም"}, {"script"}),
    ({"script": "Ethi"}, {"own_name"}),
    ({"script": "Hans"}, {"script"}),
    ({"birth_date": "1990-02-30"}, {"birth_date"}),
    ({"birth_date": ["1990"]}, {"birth_date"}),
    ({"nationality": "XYZ"}, {"nationality"}),
    ({"nationality": "ERI", "stateless": True}, {"stateless"}),
    ({"stateless": "perhaps"}, {"stateless"}),
    ({"reading_language": "xx"}, {"reading_language"}),
    ({"special_needs": "child"}, {"special_needs"}),
    ({"special_needs": ["rich"]}, {"special_needs"}),
    ({"place": ""}, {"place"}),
    ({"on": "2026-04-03"}, {"on"}),
    ({"on": "0001-01-01"}, {"on"}),
    ({"on": "02-04-2026"}, {"on"}),
    ({"on": None}, {"on"}),
    ({"team": "x"}, {"team"}),
    ({"team": 10**40}, {"team"}),
    ({"colour": "red"}, {"colour"}),
    ({"birth_date": "1990", "unaccompanied_minor": True}, {"unaccompanied_minor"}),
]


@pytest.mark.parametrize(("wrong", "fields"), WRONG)
def test_wrong_input_is_named_field_by_field_and_changes_nothing(
    cast: Cast, wrong: dict[str, Any], fields: set[str]
) -> None:
    before = footprint(), Case.objects.count()
    errors = problem(Api(cast.caseworker).send("cases/", LITTLE | wrong), 400)["errors"]
    assert {name.split(".")[0] for name in errors} == fields
    assert (footprint(), Case.objects.count()) == before


def test_a_body_that_cannot_be_read_changes_nothing(cast: Cast) -> None:
    before = footprint()
    for media_type, body, status in BODIES:
        answer = Api(cast.caseworker).post("/api/cases/", body, content_type=media_type)
        problem(answer, status)
    assert footprint() == before


def test_a_number_that_is_known_gets_the_same_answer_whoever_asks(cast: Cast) -> None:
    body = LITTLE | {"v_number": NUMBER}
    assert Api(cast.caseworker).send("cases/", body).status_code == 201
    case = Case.objects.get(applicant__v_number=NUMBER)
    case.involvements.all().delete()
    team = {"team": cast.caseworker.team_id}
    asked = {"caseworker": {}, "other_supervisor": {}, "police": team, "border_police": team}
    answers = {
        person: Api(cast.people[person]).send("cases/", body | more, headers={"accept-language": "en"})
        for person, more in asked.items()
    }
    for answer in answers.values():
        assert list(problem(answer, 400)["errors"]) == ["v_number"]
    assert len({answer.content for answer in answers.values()}) == 1
    assert case.audit_entries.filter(action="number.known").count() == 4
    assert Case.objects.filter(applicant__v_number=NUMBER).count() == 1
