"""A new application on its page: who may begin one, what it writes, and that it is all or nothing."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from asylum_portal.accounts.actions import activate
from asylum_portal.accounts.models import Organisation, Role, Team, User
from asylum_portal.notices.models import Notice
from cases.actions import involve
from cases.models import Applicant, Assignment, Case
from procedure import actions, intake
from procedure.models import Procedure
from procedure.states import State
from tests.cast import Cast, at, make_cast
from tests.procedure.desk import address, sign_in, words
from tests.procedure.footprint import footprint

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 1)
NUMBER = "2851007936"
PAGE = "/en/applications/new/"
MAY_BEGIN = ["border_police", "caseworker", "police", "supervisor"]
SERVICE = ["caseworker", "supervisor"]
POLICE = ["border_police", "police"]


@pytest.fixture
def cast(stand: Any) -> Cast:
    stand(TODAY)
    return make_cast()


def typed(cast: Cast, **more: Any) -> dict[str, Any]:
    """What is filled in for a person of whom little is known."""
    return {
        "v_number": NUMBER,
        "name": "Miriam Abraha",
        "reading_language": "ti",
        "interpreter_language": "Tigrinya",
        "place": "Ter Apel",
        "team": str(cast.caseworker.team.pk),
        **more,
    }


def all_typed(cast: Cast, **more: Any) -> dict[str, Any]:
    return typed(
        cast,
        own_name="ሚርያም ኣብርሃ",
        script="Ethi",
        birth_date="2010-05-17",
        nationality="ERI",
        unaccompanied_minor="on",
        special_needs=["child", "medical"],
        on="2026-03-30",
        other_authority="on",
        at_border="on",
        **more,
    )


def begun() -> Case:
    return Case.objects.get(applicant__v_number=NUMBER)


def test_the_page_is_open_to_those_who_may_begin_and_to_nobody_else(cast: Cast) -> None:
    found = {}
    for person, user in cast.people.items():
        client = sign_in(user)
        found[person] = (client.get(PAGE).status_code, client.post(PAGE, {}).status_code)
    may = [*MAY_BEGIN, "other_caseworker", "other_supervisor"]
    assert found == {person: (200, 400) if person in may else (403, 403) for person in cast.people}
    assert Client().get(PAGE).status_code == 302


def test_one_form_writes_the_person_her_account_her_case_and_the_wish(cast: Cast) -> None:
    answer = sign_in(cast.caseworker).post(PAGE, all_typed(cast), follow=True)
    case = begun()
    assert answer.redirect_chain == [(address("case", case.pk), 302)]
    assert "The application has begun." in words(answer)
    person = case.applicant
    assert (person.name, person.birth_date_parts, person.nationality) == (
        "Miriam Abraha",
        "2010-05-17",
        "ERI",
    )
    assert [(name.script, name.name) for name in person.names.all()] == [("Ethi", "ሚርያም ኣብርሃ")]
    assert (person.reading_language, person.interpreter_language) == ("ti", "Tigrinya")
    account = person.user
    assert (account.username, account.role, account.language) == (NUMBER, Role.APPLICANT, "ti")
    assert account.display_name == "Miriam Abraha" and not account.has_usable_password()
    assert (case.team, case.opened_on) == (cast.caseworker.team, TODAY)
    assert case.unaccompanied_minor and case.special_needs == ["child", "medical"]
    procedure = case.procedures.get()
    assert (procedure.state, procedure.wish_expressed_on) == (State.WISH_EXPRESSED, date(2026, 3, 30))
    assert (procedure.place, procedure.other_authority) == ("Ter Apel", True)
    assert procedure.deadlines.filter(rule_code="REG-01").exists()
    duty = case.assignments.get()
    assert (duty.holder, duty.duty) == (cast.caseworker, Assignment.Duty.REGISTRATION)
    assert [part.role for part in case.involvements.all()] == [Role.BORDER_POLICE]
    assert Notice.objects.filter(recipient=account, kind="step_taken").exists()


def test_each_thing_that_is_written_has_its_row_in_the_trail(cast: Cast) -> None:
    sign_in(cast.caseworker).post(PAGE, typed(cast))
    trail = begun().audit_entries.order_by("sequence")
    assert [(entry.action, entry.actor) for entry in trail] == [
        (action, cast.caseworker)
        for action in (
            "case.open",
            "applicant.register",
            "account.open",
            "procedure.express_wish",
            "access.begin",
            "assignment.give",
        )
    ]


def test_a_supervisor_needs_no_duty_where_her_team_has_the_case(cast: Cast) -> None:
    assert sign_in(cast.supervisor).post(PAGE, typed(cast), follow=True).status_code == 200
    assert begun().team == cast.supervisor.team and not begun().assignments.exists()


def test_a_supervisor_without_a_team_can_open_what_she_began(cast: Cast) -> None:
    User.objects.filter(pk=cast.supervisor.pk).update(team=None)
    assert sign_in(cast.supervisor).post(PAGE, typed(cast), follow=True).status_code == 200
    assert begun().team is None and begun().assignments.get().holder == cast.supervisor


@pytest.mark.parametrize("who", POLICE)
@pytest.mark.parametrize("at_border", ["", "on"])
def test_a_case_that_the_police_begins_is_open_to_it_and_to_the_team_that_it_names(
    cast: Cast, who: str, at_border: str
) -> None:
    answer = sign_in(cast.people[who]).post(PAGE, typed(cast, at_border=at_border), follow=True)
    assert answer.status_code == 200 and "Miriam Abraha" in words(answer)
    case = begun()
    registers = "border_police" if at_border else "police"
    assert {part.role for part in case.involvements.all()} == {who, registers}
    assert case.team == cast.caseworker.team and not case.assignments.exists()
    assert sign_in(cast.supervisor).get(address("case", case.pk)).status_code == 200
    assert sign_in(cast.other_supervisor).get(address("case", case.pk)).status_code == 404
    told = Notice.objects.filter(kind="work_assigned").values_list("recipient__username", flat=True)
    assert sorted(told) == ["planner@portal.example", "supervisor@portal.example"]


def test_the_police_names_a_team_of_the_service(cast: Cast) -> None:
    client = sign_in(cast.police)
    answer = client.post(PAGE, typed(cast, team=""))
    assert answer.status_code == 400 and set(answer.context["form"].errors) == {"team"}
    elsewhere = Team.objects.create(organisation=Organisation.objects.get(code="coa"), name="Desk")
    answer = client.post(PAGE, typed(cast, team=str(elsewhere.pk)))
    assert answer.status_code == 400 and set(answer.context["form"].errors) == {"team"}
    assert "team" not in sign_in(cast.caseworker).get(PAGE).context["form"].fields


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("no number", {"v_number": ""}, "v_number"),
    ("letters", {"v_number": "Miriam"}, "v_number"),
    ("too short", {"v_number": "285100793"}, "v_number"),
    ("too long", {"v_number": "28510079361"}, "v_number"),
    ("no name", {"name": " "}, "name"),
    ("another script", {"name": "ሚርያም"}, "name"),
    ("no letter", {"name": "12-34"}, "name"),
    ("turned round", {"name": "Miriam \u202eAbraha"}, "name"),
    ("script alone", {"script": "Ethi"}, "own_name"),
    ("own name alone", {"own_name": "ሚርያም"}, "script"),
    ("own name in another script", {"own_name": "ሚርያም", "script": "Arab"}, "own_name"),
    ("no such script", {"own_name": "ሚርያም", "script": "Hans"}, "script"),
    ("no year", {"birth_date": "May"}, "birth_date"),
    ("no such month", {"birth_date": "1990-13"}, "birth_date"),
    ("no such day", {"birth_date": "1990-02-30"}, "birth_date"),
    ("year 0", {"birth_date": "0000"}, "birth_date"),
    ("long ago", {"birth_date": "1890"}, "birth_date"),
    ("not born yet", {"birth_date": "2026-04-02"}, "birth_date"),
    ("no such country", {"nationality": "XYZ"}, "nationality"),
    ("a country that is gone", {"nationality": "DDR"}, "nationality"),
    ("stateless with a nationality", {"nationality": "ERI", "stateless": "on"}, "stateless"),
    ("no language", {"reading_language": ""}, "reading_language"),
    ("no such language", {"reading_language": "xx"}, "reading_language"),
    ("no interpreter", {"interpreter_language": ""}, "interpreter_language"),
    ("an adult alone", {"birth_date": "2008-04-01", "unaccompanied_minor": "on"}, "unaccompanied_minor"),
    ("no such need", {"special_needs": ["child", "rich"]}, "special_needs"),
    ("no place", {"place": ""}, "place"),
    ("a long place", {"place": "x" * 121}, "place"),
    ("tomorrow", {"on": "2026-04-02"}, "on"),
    ("no day", {"on": "soon"}, "on"),
    ("before any law", {"on": "1990-01-01"}, "on"),
]


@pytest.mark.parametrize(("given", "field"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written_or_lost(
    cast: Cast, given: dict[str, Any], field: str
) -> None:
    client, sent = sign_in(cast.caseworker), typed(cast, **given)
    before = footprint()
    answer = client.post(PAGE, sent)
    assert answer.status_code == 400
    form = answer.context["form"]
    assert set(form.errors) == {field}
    assert {name: form[name].value() for name in sent if name != "team"} == {
        name: True if value == "on" and name != "on" else value
        for name, value in sent.items()
        if name != "team"
    }
    assert footprint() == before


@pytest.mark.parametrize("language", ["nl", "ar", "ti"])
def test_what_is_wrong_is_said_in_the_language_of_the_reader(cast: Cast, language: str) -> None:
    answer = sign_in(cast.caseworker).post(f"/{language}/applications/new/", {"v_number": "x", "name": "ሰ"})
    assert answer.status_code == 400
    said = [str(error) for errors in answer.context["form"].errors.values() for error in errors]
    with translation.override("en"):
        english = sign_in(cast.caseworker).post(PAGE, {"v_number": "x", "name": "ሰ"})
        same = [str(error) for errors in english.context["form"].errors.values() for error in errors]
    assert len(said) == len(same) > 4 and not set(said) & set(same)


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("", ""),
        ("1990", "1990"),
        ("1990-5", "1990-05"),
        ("1990/05/17", "1990-05-17"),
        ("17-05-1990", "1990-05-17"),
        ("17.5.1990", "1990-05-17"),
        ("١٩٩٠-٠٥-١٧", "1990-05-17"),
        ("2000-02-29", "2000-02-29"),
    ],
)
def test_a_birth_date_is_taken_as_far_as_it_is_known(cast: Cast, written: str, parts: str) -> None:
    sign_in(cast.caseworker).post(PAGE, typed(cast, birth_date=written))
    assert begun().applicant.birth_date_parts == parts


@pytest.mark.parametrize(
    ("birth", "alone"), [("", 302), ("2008", 302), ("2008-04", 302), ("2008-04-02", 302), ("2008-03", 400)]
)
def test_a_birth_date_that_is_known_in_part_counts_in_favour_of_the_child(
    cast: Cast, birth: str, alone: int
) -> None:
    sent = typed(cast, birth_date=birth, unaccompanied_minor="on")
    assert sign_in(cast.caseworker).post(PAGE, sent).status_code == alone
    assert alone == 400 or birth == "" or begun().applicant.is_minor(on=TODAY)


@pytest.mark.parametrize("number", ["v 285.100.7936", "285-100-7936", "٢٨٥١٠٠٧٩٣٦", "２８５１００７９３６"])
def test_a_number_is_kept_in_one_spelling(cast: Cast, number: str) -> None:
    sign_in(cast.caseworker).post(PAGE, typed(cast, v_number=number))
    assert begun().applicant.user.username == NUMBER


def test_a_number_that_is_known_gets_the_same_sentence_whoever_asks(cast: Cast) -> None:
    sign_in(cast.caseworker).post(PAGE, typed(cast))
    case = begun()
    involve(case, role=Role.BORDER_POLICE, starts_on=TODAY, actor=cast.caseworker, at=at(TODAY, 13))
    case.involvements.filter(role=Role.POLICE).delete()
    said, links = {}, {}
    for person in (*MAY_BEGIN, "other_caseworker", "other_supervisor"):
        answer = sign_in(cast.people[person]).post(PAGE, typed(cast, name="Somebody Else"))
        assert answer.status_code == 400 and set(answer.context["form"].errors) == {"v_number"}
        said[person] = [str(error) for error in answer.context["form"].errors["v_number"]]
        page = answer.content.decode()
        links[person] = address("case", case.pk) in page
        assert "Abraha" not in page and case.number not in page
        assert links[person] or str(case.pk) not in page
    assert len({tuple(sentences) for sentences in said.values()}) == 1
    assert sorted(person for person, link in links.items() if link) == [
        "border_police", "caseworker", "supervisor",
    ]  # fmt: skip
    assert Applicant.objects.filter(name="Somebody Else").count() == 0


@pytest.mark.parametrize("spelling", ["V{}", "{}"])
def test_a_number_is_known_in_each_spelling_and_also_without_a_case(cast: Cast, spelling: str) -> None:
    Applicant.objects.create(
        v_number=spelling.format(NUMBER), name="A child", reading_language="ti", interpreter_language="x"
    )
    before = User.objects.count()
    assert sign_in(cast.police).post(PAGE, typed(cast)).status_code == 400
    Applicant.objects.filter(name="A child").delete()
    User.objects.create_user(username=NUMBER, role=Role.APPLICANT)
    assert sign_in(cast.police).post(PAGE, typed(cast)).status_code == 400
    assert User.objects.count() == before + 1


def test_who_asks_for_a_number_that_is_known_leaves_a_row_in_that_trail(cast: Cast) -> None:
    sign_in(cast.caseworker).post(PAGE, typed(cast))
    client = sign_in(cast.police)
    before = footprint()
    client.post(PAGE, typed(cast))
    last = begun().audit_entries.latest("sequence")
    assert (last.actor, last.action) == (cast.police, "number.known")
    assert sum(one != other for one, other in zip(before, footprint(), strict=True)) == 1


def test_twice_clicked_is_one_case_and_the_second_answer_leads_to_it(cast: Cast) -> None:
    client = sign_in(cast.caseworker)
    assert client.post(PAGE, typed(cast)).status_code == 302
    again = client.post(PAGE, typed(cast))
    assert again.status_code == 400 and address("case", begun().pk) in again.content.decode()
    assert Applicant.objects.with_number(NUMBER).count() == 1
    assert Procedure.objects.filter(case=begun()).count() == 1


@pytest.mark.parametrize("last", ["effects.tell", "intake.assign", "intake._let_in"])
def test_when_a_late_step_fails_nothing_is_left(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    def fails(*args: Any, **options: Any) -> None:
        raise RuntimeError("the last step")

    module, name = last.split(".")
    monkeypatch.setattr({"effects": actions.effects, "intake": intake}[module], name, fails)
    client = sign_in(cast.caseworker)
    before = footprint()
    client.raise_request_exception = False
    assert client.post(PAGE, all_typed(cast)).status_code == 500
    assert footprint() == before
    monkeypatch.undo()


def test_the_way_to_the_page_stands_where_cases_are_listed(cast: Cast) -> None:
    for person in ("caseworker", "supervisor", "planner"):
        page = sign_in(cast.people[person]).get("/en/work/").content.decode()
        assert (PAGE in page) is (person in MAY_BEGIN), person
    for person in ("police", "border_police", "court", "desk", "return_officer", "lawyer"):
        page = sign_in(cast.people[person]).get("/en/clients/").content.decode()
        assert (PAGE in page) is (person in MAY_BEGIN), person


# The card with which she comes in


@pytest.fixture
def newcomer(cast: Cast) -> Case:
    """A case that the caseworker has just begun."""
    sign_in(cast.caseworker).post(PAGE, typed(cast))
    return begun()


def code_of(answer: Any) -> str:
    return answer.context["code"]


def test_the_code_of_the_card_is_shown_once_and_opens_the_account(cast: Cast, newcomer: Case) -> None:
    client = sign_in(cast.caseworker)
    page = address("card", newcomer.pk)
    assert page in client.get(address("case", newcomer.pk)).content.decode()
    assert code_of(client.get(page)) == ""
    made = client.post(page)
    code = code_of(made)
    assert made.status_code == 200 and code in words(made) and NUMBER in words(made)
    assert made["Cache-Control"].count("no-store") == 1
    for url in (page, address("case", newcomer.pk)):
        assert code not in client.get(url).content.decode()
    last = newcomer.audit_entries.filter(action="card.make").get()
    assert (last.actor, last.target, last.data) == (cast.caseworker, f"user:{newcomer.applicant.user.pk}", {})
    person = activate(NUMBER, code, "a sentence of my own", now=at(TODAY, 14))
    assert sign_in(person).get("/ti/").status_code == 200


def test_a_second_code_stops_the_first(cast: Cast, newcomer: Case) -> None:
    client = sign_in(cast.supervisor)
    first, second = (code_of(client.post(address("card", newcomer.pk))) for _turn in range(2))
    assert first != second and newcomer.applicant.user.activation_codes.filter(revoked_at=None).count() == 1


def test_once_she_has_been_in_nobody_who_works_on_her_case_makes_a_card(cast: Cast, newcomer: Case) -> None:
    client = sign_in(cast.caseworker)
    page = address("card", newcomer.pk)
    activate(NUMBER, code_of(client.post(page)), "a sentence of my own", now=at(TODAY, 14))
    assert client.get(page).status_code == client.post(page).status_code == 409
    assert page not in client.get(address("case", newcomer.pk)).content.decode()


def test_no_partner_and_no_stranger_makes_a_card(cast: Cast, newcomer: Case) -> None:
    page = address("card", newcomer.pk)
    expected = {"caseworker": 200, "supervisor": 200, "planner": 403, "police": 403}
    found = {person: sign_in(user).post(page).status_code for person, user in cast.people.items()}
    assert found == {person: expected.get(person, 404) for person in cast.people}


def test_an_account_that_has_ended_gets_no_card(cast: Cast, newcomer: Case) -> None:
    User.objects.filter(pk=newcomer.applicant.user.pk).update(is_active=False)
    assert sign_in(cast.caseworker).post(address("card", newcomer.pk)).status_code == 409


def test_the_part_of_the_police_that_began_is_gone_when_it_has_ended(cast: Cast, stand: Any) -> None:
    client = sign_in(cast.police)
    client.post(PAGE, typed(cast))
    page = address("case", begun().pk)
    assert client.get(page).status_code == 200
    begun().involvements.update(ends_on=TODAY)
    stand(TODAY + timedelta(days=1))
    assert client.get(page).status_code == 404


@pytest.mark.parametrize("language", ["so", "prs"])
def test_a_language_that_the_portal_does_not_speak_yet_is_kept_and_answered_in_dutch(
    cast: Cast, language: str
) -> None:
    client = sign_in(cast.caseworker)
    assert client.post(PAGE, typed(cast, reading_language=language), follow=True).status_code == 200
    person = begun().applicant.user
    assert (person.language, person.reading_language) == (language, "nl")
    home = sign_in(person).get("/", follow=True)
    assert home.status_code == 200 and '<html lang="nl"' in home.content.decode()
