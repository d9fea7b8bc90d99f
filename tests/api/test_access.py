"""Every address of the API x everybody: who gets it, who may not, and for whom it does not exist."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from knox.models import AuthToken

from asylum_portal.accounts.models import PARTNER_ROLES
from asylum_portal.api import urlpatterns
from cases.actions import file_document
from cases.models import AuditEntry, Case
from procedure.actions import apply_transition
from procedure.models import Deadline, Filing, Procedure
from reception.models import ReportingSlot
from reception.steps import take_step
from tests.api.conftest import DAY_ONE, DAY_TWO, TOKEN, Api, letter, pdf, plant_secrets, problem
from tests.cast import Cast, at
from tests.reception.conftest import make_desk
from tests.reception.stays import arrive, refer

CLIENT_SIDE = ["applicant", "guardian", "lawyer"]
SERVICE = ["caseworker", "planner", "supervisor"]
# The cast calls the people of the partners by their roles.
PARTNERS = sorted(str(role) for role in PARTNER_ROLES)
AT_HOME = [*CLIENT_SIDE, "counsellor", *SERVICE, "auditor"]
RELATED = [*AT_HOME, *PARTNERS]
Table = dict[str, int]


def table(*groups: tuple[list[str], int]) -> Table:
    return {person: status for people, status in groups for person in people}


# What each answers to those who are named; for everybody else it does not exist.
MATRIX: dict[str, tuple[str, Table]] = {
    "case-detail": ("get", table((RELATED, 200))),
    # An application is being treated: that comes before the right to announce another.
    "case-announce-repeat": ("post", table((RELATED, 409))),
    "procedure-detail": ("get", table((RELATED, 200))),
    "procedure-transitions": ("get", table((RELATED, 200))),
    # An extension without its fields: 400 for those who may take it.
    "procedure-take": ("post", table((RELATED, 403), (["caseworker", "supervisor"], 400))),
    "procedure-preview": ("post", table((RELATED, 403), (["caseworker", "supervisor"], 200))),
    # A term of the lawyer's: no partner owes it or works with it.
    "deadline-detail": ("get", table((AT_HOME, 200))),
    "deadline-why": ("get", table((AT_HOME, 200))),
    # A piece of evidence: a counsellor does not read along, an auditor sees that it is there.
    "document-detail": ("get", table(([*CLIENT_SIDE, *SERVICE, "auditor"], 200))),
    "document-content": ("get", table(([*CLIENT_SIDE, *SERVICE], 200), (["auditor"], 403))),
    "filing-detail": ("get", table(([*CLIENT_SIDE, *SERVICE, "auditor"], 200))),
    # Related to the case is not enough for a stay: the desk of the centre and the municipality read it.
    "reception-detail": ("get", table((RELATED, 403), (["municipality", "reception"], 200))),
    "reception-transitions": ("get", table((RELATED, 403), (["municipality", "reception"], 200))),
    # A move without its fields.
    "reception-take": ("post", table((RELATED, 403), (["reception"], 400))),
    "reception-preview": ("post", table((RELATED, 403), (["reception"], 200))),
    "reporting-slot-detail": ("get", table(([*AT_HOME, "police", "reception"], 200))),
    "reporting-slot-excuse": ("post", table(([*AT_HOME, "police"], 403), (["reception"], 400))),
    "reporting-slot-report": ("post", table((AT_HOME, 403), (["police", "reception"], 200))),
    "token-detail": ("delete", table((["lawyer"], 204))),
}
LISTS = [
    "case-list",
    "procedure-list",
    "deadline-list",
    "document-list",
    "filing-list",
    "reception-list",
    "reporting-slot-list",
]
# Of somebody who is nobody's guest yet, by her number: 403 for whoever works at no centre.
REFERRALS = {"reception-refer": 400, "reception-refer-preview": 200}
OPEN_TO_EVERYBODY = {"api-root", "schema", "token-list", "reception-beginnings", *LISTS}


@pytest.fixture
def file(cast: Cast) -> Cast:
    """The case with somebody who lives at a centre and reports there, and a token of the lawyer."""
    desk, came_on = make_desk("north", cast.reception), date(2026, 3, 17)
    refer(cast, desk, at(came_on, 14))
    arrive(cast, desk, at(came_on, 15))
    AuthToken.objects.create(user=cast.lawyer)
    return cast


def address(cast: Cast, name: str) -> str:
    what: dict[str, Any] = {
        "case": lambda: {"pk": cast.case.pk},
        "procedure": lambda: {"pk": cast.procedure.pk},
        "deadline": lambda: {"pk": cast.procedure.deadlines.get(rule_code="AA-COR").pk},
        "document": lambda: {"pk": cast.case.documents.get(code="DOC-EV").pk},
        "filing": lambda: {"pk": Filing.objects.get(procedure=cast.procedure).pk},
        "reception": lambda: {"pk": cast.procedure.pk},
        "reporting": lambda: {"pk": ReportingSlot.objects.of(cast.case.applicant).earliest("on").pk},
        "token": lambda: {"id": AuthToken.objects.get(user=cast.lawyer).token_key},
    }[name.split("-")[0]]()
    if name in ("procedure-take", "procedure-preview"):
        what["name"] = "extend_general_procedure"
    if name in ("reception-take", "reception-preview"):
        what["name"] = "order_move"
    return reverse(f"api:{name}", kwargs=what)


@pytest.mark.parametrize("name", MATRIX)
def test_an_address_answers_each_as_the_table_says(file: Cast, name: str) -> None:
    method, expected = MATRIX[name]
    url = address(file, name)
    found = {}
    # Who changes something comes last, so that all meet the same.
    for person in sorted(file.people, key=lambda person: expected.get(person, 404) in (200, 204)):
        client = Api(file.people[person])
        ask: Callable[..., Any] = getattr(client, method)
        answer = ask(url, "{}", content_type="application/json") if method == "post" else ask(url)
        found[person] = answer.status_code
        if answer.status_code >= 400:
            problem(answer, answer.status_code)
    assert found == {person: expected.get(person, 404) for person in file.people}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_shows_each_only_what_they_have_a_relation_with(file: Cast, name: str) -> None:
    detail = name.replace("-list", "-detail")
    for person, user in file.people.items():
        found = Api(user).get(reverse(f"api:{name}"))
        assert found.status_code == 200
        ids = {row["id"] for row in found.json()["results"]}
        mine = address(file, detail).rstrip("/").split("/")[-1]
        assert (mine in ids) == (MATRIX[detail][1].get(person) == 200), person


def test_a_document_is_filed_by_those_who_may_and_for_others_there_is_nothing(file: Cast) -> None:
    found = {}
    for person, user in file.people.items():
        answer = Api(user).upload("documents/", procedure=file.procedure.pk, kind="evidence")
        found[person] = answer.status_code
        if answer.status_code == 400:
            assert list(problem(answer, 400)["errors"]) == ["content"]
    expected = table((RELATED, 403), (["applicant", "lawyer", "counsellor"], 400))
    assert found == {person: expected.get(person, 404) for person in file.people}


@pytest.mark.parametrize("name", REFERRALS)
def test_a_referral_is_for_those_who_work_at_a_centre(file: Cast, name: str) -> None:
    url = reverse(f"api:{name}")
    for person, user in file.people.items():
        answer = Api(user).post(url, "{}", content_type="application/json")
        assert answer.status_code == (REFERRALS[name] if person == "reception" else 403), person
        found = Api(user).get(reverse("api:reception-beginnings")).json()["transitions"]
        assert [step["name"] for step in found] == ["refer_to_reception"] * (person == "reception")
    problem(Api().post(url, "{}", content_type="application/json"), 401)
    problem(Api().get(reverse("api:reception-beginnings")), 401)


def test_every_address_has_its_row_in_the_table() -> None:
    named = {
        pattern.name
        for pattern in _patterns(urlpatterns)
        if pattern.name != "document-list"  # also filed to: has a test of its own above
    }
    assert named == {*MATRIX, *REFERRALS, *OPEN_TO_EVERYBODY} - {"document-list"}
    assert get_resolver().namespace_dict["api"]


def _patterns(found: list[Any]) -> list[URLPattern]:
    patterns: list[URLPattern] = []
    for pattern in found:
        patterns += _patterns(pattern.url_patterns) if isinstance(pattern, URLResolver) else [pattern]
    return patterns


def test_whoever_is_not_signed_in_is_told_how(file: Cast) -> None:
    for name, (method, _table) in MATRIX.items():
        answer = getattr(Api(), method)(address(file, name))
        problem(answer, 401)
        assert answer["WWW-Authenticate"] == "Token", name
    for name in LISTS:
        problem(Api().get(reverse(f"api:{name}")), 401)


def test_what_is_not_theirs_and_what_does_not_exist_are_the_same_to_the_byte(file: Cast) -> None:
    client = Api(file.other_lawyer)
    for name, (method, _table) in MATRIX.items():
        url = address(file, name)
        if name == "token-detail":
            nowhere = reverse("api:token-detail", kwargs={"id": "0" * 15})
        else:
            pk = url.split("/")[3]
            nowhere = url.replace(pk, "00000000-0000-4000-8000-000000000000")
        strange, missing = (getattr(client, method)(where) for where in (url, nowhere))
        assert strange.status_code == missing.status_code == 404, name
        assert strange.content == missing.content, name
    strange, missing = (
        client.upload("documents/", procedure=pk, kind="evidence", content=pdf())
        for pk in (file.procedure.pk, file.case.pk)
    )
    assert strange.status_code == 404 and strange.content == missing.content
    unknown = client.ask("nothing/of/the/kind/")
    assert unknown.content == strange.content and problem(unknown, 404)


@pytest.mark.slow(30)
def test_no_answer_to_anybody_holds_a_word_of_a_case_that_is_not_theirs(file: Cast) -> None:
    plant_secrets(file)
    south, moment = make_desk(f"{TOKEN}-south"), at(DAY_ONE, 17)
    take_step(
        file.other_procedure,
        "refer_to_reception",
        actor=south.worker,
        on=DAY_ONE,
        at=moment,
        moment=moment,
        centre=south.centre,
        reason=f"{TOKEN} because",
    )
    secrets = [TOKEN, "V1000002", str(file.other_case.pk), str(file.other_procedure.pk)]
    # These have a relation with the other case.
    related = {"other_applicant", "other_lawyer", "other_caseworker", "other_planner", "other_supervisor"}
    lists = [reverse(f"api:{name}") for name in LISTS]
    lists += [
        f"{reverse('api:case-list')}?number={TOKEN}",
        f"{reverse('api:document-list')}?case={file.other_case.pk}",
        f"{reverse('api:deadline-list')}?procedure={file.other_procedure.pk}",
        f"{reverse('api:filing-list')}?procedure={file.other_procedure.pk}",
    ]
    details = [address(file, name) for name, (method, _table) in MATRIX.items() if method == "get"]
    other = [
        reverse("api:case-detail", args=[file.other_case.pk]),
        reverse("api:procedure-detail", args=[file.other_procedure.pk]),
        reverse("api:procedure-transitions", args=[file.other_procedure.pk]),
        reverse("api:reception-detail", args=[file.other_procedure.pk]),
        reverse("api:reception-transitions", args=[file.other_procedure.pk]),
        reverse("api:document-content", args=[file.other_case.documents.get().pk]),
        reverse("api:filing-detail", args=[file.other_procedure.filings.get().pk]),
    ]
    shown = 0
    for person, user in file.people.items():
        client = Api(user)
        for url in [*lists, *details, *other]:
            answer = client.get(url)
            found = b"".join(answer.streaming_content) if answer.streaming else answer.content
            if person in related:
                shown += TOKEN.encode() in found
                continue
            # The stranger's own question comes back in the addresses of the next page at the most.
            assert not any(secret.encode() in found for secret in secrets), (person, url)
    assert shown > 10, "the secrets are nowhere: this test looks for nothing"


@pytest.mark.parametrize(
    ("person", "end"),
    [
        ("lawyer", lambda cast: cast.case.mandates.update(ends_on=DAY_ONE)),
        ("caseworker", lambda cast: cast.case.assignments.update(ends_on=DAY_ONE)),
        ("guardian", lambda cast: cast.case.guardianships.update(ends_on=DAY_ONE)),
        ("counsellor", lambda cast: cast.case.counsellorconsents.update(ends_on=DAY_ONE)),
        ("supervisor", lambda cast: Case.objects.update(team=None)),
        ("court", lambda cast: cast.case.involvements.update(ends_on=DAY_ONE)),
    ],
)
def test_a_right_ends_with_its_relation_within_one_request(
    file: Cast, person: str, end: Callable[[Cast], Any]
) -> None:
    client = Api(file.people[person])
    assert client.get(address(file, "case-detail")).status_code == 200
    end(file)
    for name in ("case-detail", "procedure-detail", "procedure-transitions", "deadline-detail"):
        problem(client.get(address(file, name)), 404)
    assert client.ask("cases/").json()["count"] == 0
    problem(client.send(f"procedures/{file.procedure.pk}/transitions/extend_general_procedure/"), 404)
    problem(client.upload("documents/", procedure=file.procedure.pk, kind="evidence", content=pdf()), 404)


def test_an_account_that_has_ended_gets_nothing_by_session_or_token(file: Cast) -> None:
    _row, token = AuthToken.objects.create(user=file.lawyer)
    by_session, by_token = Api(file.lawyer), Api(headers={"authorization": f"Token {token}"})
    assert by_session.ask("cases/").status_code == by_token.ask("cases/").status_code == 200
    file.lawyer.is_active = False
    file.lawyer.save()
    problem(by_session.ask("cases/"), 401)
    problem(by_token.ask("cases/"), 401)


def test_a_former_lawyer_cannot_act_on_the_day_after_but_can_on_the_last(file: Cast) -> None:
    apply_transition(
        file.procedure,
        "change_lawyer",
        actor=file.planner,
        on=DAY_TWO,
        at=at(DAY_TWO, 11),
        lawyer=file.other_lawyer,
        reason="ill",
    )
    assert Api(file.lawyer).get(address(file, "case-detail")).status_code == 200
    file.case.mandates.filter(holder=file.lawyer).update(ends_on=DAY_TWO - timedelta(days=1))
    problem(Api(file.lawyer).get(address(file, "case-detail")), 404)
    assert Api(file.other_lawyer).get(address(file, "case-detail")).status_code == 200


def test_every_look_at_a_file_is_a_row_of_its_trail(file: Cast) -> None:
    client = Api(file.lawyer)
    for name in (
        "case-detail",
        "procedure-detail",
        "procedure-transitions",
        "deadline-detail",
        "filing-detail",
    ):
        before = AuditEntry.objects.count()
        assert client.get(address(file, name)).status_code == 200
        (entry,) = AuditEntry.objects.order_by("pk")[before:]
        assert (entry.action, entry.purpose, entry.actor, entry.case) == (
            "case.view",
            "api",
            file.lawyer,
            file.case,
        )
    client.get(address(file, "document-detail"))
    assert AuditEntry.objects.latest("pk").target.startswith("document:")
    answer = client.get(address(file, "document-content"))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert AuditEntry.objects.latest("pk").action == "document.read"
    before = AuditEntry.objects.count()
    client.ask("documents/")
    (entry,) = AuditEntry.objects.order_by("pk")[before:]
    assert (entry.action, entry.case, entry.purpose) == ("documents.list", file.case, "api")
    before = AuditEntry.objects.count()
    problem(Api(file.other_lawyer).get(address(file, "case-detail")), 404)
    assert AuditEntry.objects.count() == before


def test_what_a_role_does_not_see_on_its_pages_is_null_here(file: Cast) -> None:
    Case.objects.filter(pk=file.case.pk).update(special_needs=["trauma"])
    for person in RELATED:
        found = Api(file.people[person]).get(address(file, "case-detail")).json()
        noted = ["trauma"] if person in (*SERVICE, "auditor") else None
        assert found["special_needs"] == noted, person
        assert (found["team"] is None) == (noted is None), person
        without_papers = person in ("counsellor", *PARTNERS)
        assert (found["applicant"]["birth_date"] is None) == without_papers, person
        assert (found["unaccompanied_minor"] is None) == (person in PARTNERS), person
        listed = Api(file.people[person]).ask("cases/?special_need=trauma")
        if noted:
            assert listed.json()["count"] == 1
        else:
            assert list(problem(listed, 400)["errors"]) == ["special_need"], person


def test_who_may_know_the_conclusion_alone_gets_neither_name_nor_content(file: Cast) -> None:
    advice = file_document(
        file.case,
        code="DOC-MEDADV",
        content=letter(f"{TOKEN}.pdf"),
        actor=file.caseworker,
        at=at(DAY_TWO, 9),
        conclusion="Can be interviewed, with breaks.",
    )
    for person, reads in (("applicant", True), ("lawyer", True), ("planner", False), ("caseworker", False)):
        client = Api(file.people[person])
        found = client.ask(f"documents/{advice.pk}/").json()
        assert found["conclusion"] == "Can be interviewed, with breaks."
        assert found["readable"] is reads
        assert (found["name"] is not None) == reads
        assert client.ask(f"documents/{advice.pk}/content/").status_code == (200 if reads else 403)
    assert Api(file.supervisor).ask(f"documents/{advice.pk}/").status_code == 404
    seen = Api(file.auditor).ask(f"documents/{advice.pk}/").json()
    assert (seen["name"], seen["conclusion"], seen["readable"]) == (None, None, False)


def test_the_reason_of_a_step_is_for_the_service_and_for_who_wrote_it(file: Cast) -> None:
    file.take("extend_decision_period", date(2026, 4, 1), reason=f"{TOKEN} because")
    for person in RELATED:
        found = Api(file.people[person]).get(address(file, "procedure-transitions"))
        assert (TOKEN.encode() in found.content) == (person in (*SERVICE, "auditor")), person


def test_no_answer_to_a_partner_holds_a_word_of_the_story(file: Cast) -> None:
    case, lists = file.case, [reverse(f"api:{name}") for name in LISTS]
    details = [address(file, name) for name, (method, _table) in MATRIX.items() if method == "get"]
    Case.objects.filter(pk=case.pk).update(special_needs=["torture"])
    case.team.name = f"{TOKEN} team"
    case.team.save()
    for code, actor in (("DOC-EV", "lawyer"), ("DOC-MEDADV", "caseworker"), ("DOC-NOTE", "caseworker")):
        given = {"content": letter(f"{TOKEN}.pdf"), "conclusion": f"{TOKEN} conclusion"}
        file_document(case, code=code, actor=file.people[actor], at=at(DAY_TWO, 9), **given)
    file.take("extend_decision_period", DAY_TWO, reason=f"{TOKEN} reason", hour=11)
    details += [reverse("api:document-detail", args=[found.pk]) for found in case.documents.all()]
    details += [reverse("api:document-content", args=[found.pk]) for found in case.documents.all()]
    details += [reverse("api:deadline-detail", args=[term.pk]) for term in file.procedure.deadlines.all()]
    told: dict[str, list[str]] = {person: [] for person in ("caseworker", *PARTNERS)}
    for person in told:
        client = Api(file.people[person])
        for url in [*lists, *details]:
            answer = client.get(url)
            found = b"".join(answer.streaming_content) if answer.streaming else answer.content
            if any(word.encode() in found for word in (TOKEN, "torture", '"ERI"', '"1994')):
                told[person].append(url)
    assert len(told.pop("caseworker")) > 3, "the story is nowhere: this test looks for nothing"
    assert told == {person: [] for person in PARTNERS}


def test_a_partner_gets_where_the_case_stands_and_not_how_it_came_there(file: Cast) -> None:
    Procedure.objects.filter(pk=file.procedure.pk).update(intention_issued_on=DAY_TWO)
    for person in PARTNERS:
        found = Api(file.people[person]).get(address(file, "procedure-detail")).json()
        assert found["state"] == file.procedure.state and found["state_title"]
        assert found["days"] == []
        assert (found["day_one_on"], found["intention_issued_on"]) == (None, None)
        told = person in ("return_officer", "municipality")
        assert (found["outcome"] is not None) == (found["outcome_title"] is not None) == told, person
        steps = Api(file.people[person]).get(address(file, "procedure-transitions")).json()
        assert steps["history"] == []
    assert Api(file.lawyer).get(address(file, "procedure-detail")).json()["days"]


def test_a_partner_gets_the_terms_of_its_part_without_the_reason_of_a_letter(file: Cast) -> None:
    (term,) = file.procedure.deadlines.filter(rule_code="AA-COR")
    Deadline.objects.filter(pk=term.pk).update(
        owed_by=["court"], letter_due_on=term.computed_due_on, letter_reason=f"{TOKEN} ill"
    )
    client = Api(file.court)
    found = client.get(address(file, "deadline-detail")).json()
    assert found["letter_due_on"] and found["letter_reason"] is None
    assert found["derivation"] and "circumstances" not in found["derivation"]
    assert [row["id"] for row in client.ask("deadlines/").json()["results"]] == [str(term.pk)]
    problem(Api(file.desk).get(address(file, "deadline-detail")), 404)
    page = client.get(reverse("procedure:why", args=[term.pk]))
    assert page.status_code == 200 and TOKEN not in page.content.decode()
