"""Tokens: signing in as a machine, with the limits and the second step of the sign-in page."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone
from knox.models import AuthToken

from asylum_portal.accounts.actions import end_all_sessions
from asylum_portal.accounts.models import User
from tests.accounts.test_second_factor import SECRET, app_code
from tests.api.conftest import Api, problem
from tests.cast import PASSWORD, Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db: None) -> Cast:
    cache.clear()
    return make_cast()


def sign_in(user: User, password: str = PASSWORD, **more: Any) -> Any:
    return Api().send("tokens/", {"username": user.username, "password": password, **more})


def bearing(token: str, **headers: str) -> Api:
    return Api(headers={"authorization": f"Token {token}", **headers})


def test_a_token_opens_what_the_person_may_open_and_leaves_no_session(people: Cast) -> None:
    answer = sign_in(people.applicant)
    assert answer.status_code == 201 and answer["Cache-Control"] == "no-store"
    found = answer.json()
    sessions = Session.objects.count()
    shown = bearing(found["token"]).ask("cases/")
    assert [row["number"] for row in shown.json()["results"]] == [people.case.number]
    assert shown["Cache-Control"] == "no-store" and not shown.cookies
    assert Session.objects.count() == sessions
    row = AuthToken.objects.get()
    assert row.expiry and row.expiry - row.created <= timedelta(hours=12, seconds=5)
    assert found["token"] not in (row.digest, row.token_key) and found["id"] == row.token_key


def test_a_change_by_token_needs_no_cookie_and_by_session_needs_the_code_against_forgery(
    people: Cast,
) -> None:
    token = sign_in(people.caseworker).json()["token"]
    path = f"procedures/{people.procedure.pk}/transitions/start_registration/"
    forged = Api(people.caseworker, enforce_csrf_checks=True).send(path, {"on": "2026-03-17"})
    assert problem(forged, 403) and people.procedure.transitions.count() == 1
    taken = Api(enforce_csrf_checks=True, headers={"authorization": f"Token {token}"}).send(
        path, {"on": "2026-03-17"}
    )
    assert taken.status_code == 201, taken.content


def test_wrong_sign_ins_are_told_apart_by_what_is_wrong_and_not_by_who_exists(people: Cast) -> None:
    wrong = sign_in(people.lawyer, "not her password")
    nobody = Api().send("tokens/", {"username": "nobody@portal.example", "password": PASSWORD})
    people.supervisor.is_active = False
    people.supervisor.save()
    ended = sign_in(people.supervisor)
    assert problem(wrong, 401) == problem(nobody, 401) == problem(ended, 401)
    assert wrong["WWW-Authenticate"] == "Token"
    assert problem(Api().send("tokens/", {}), 400)["errors"].keys() == {"username", "password"}
    assert problem(Api().send("tokens/", {"username": 1, "password": "\ud800", "x": 2}), 400)[
        "errors"
    ].keys() == {
        "password",
        "x",
    }
    system = User.objects.system()
    problem(Api().send("tokens/", {"username": system.username, "password": "system"}), 401)
    assert not AuthToken.objects.exists()


def test_guessing_is_stopped_here_and_on_the_page_together(people: Cast) -> None:
    for guess in range(5):
        problem(sign_in(people.lawyer, f"guess {guess}"), 401)
        Api().post("/en/account/login/", {"login": people.lawyer.username, "password": f"guess {guess}"})
    answer = sign_in(people.lawyer)
    problem(answer, 429)
    assert answer["Retry-After"] == "600"
    assert sign_in(people.applicant).status_code == 201


def test_whoever_has_a_second_factor_must_show_it(people: Cast, settings: Any) -> None:
    TOTP.activate(people.lawyer, SECRET)
    assert problem(sign_in(people.lawyer), 400)["errors"].keys() == {"code"}
    assert problem(sign_in(people.lawyer, code="000000"), 400)["errors"].keys() == {"code"}
    assert sign_in(people.lawyer, code=app_code()).status_code == 201
    assert problem(sign_in(people.lawyer, "wrong", code=app_code()), 401)
    settings.SECOND_FACTOR_REQUIRED = True
    token = AuthToken.objects.create(user=people.lawyer)[1]
    assert bearing(token).ask("cases/").status_code == 200


def test_codes_of_the_second_step_cannot_be_guessed(people: Cast) -> None:
    TOTP.activate(people.lawyer, SECRET)
    statuses = [sign_in(people.lawyer, code=f"{guess:06}").status_code for guess in range(12)]
    assert set(statuses[:9]) == {400} and statuses[-1] == 429


def test_staff_without_a_second_factor_get_none_where_it_is_required(people: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    for person in ("lawyer", "caseworker", "guardian", "administrator"):
        problem(sign_in(people.people[person]), 403)
    assert sign_in(people.applicant).status_code == 201
    Authenticator.objects.create(user=people.lawyer, type=Authenticator.Type.WEBAUTHN, data={})
    problem(sign_in(people.lawyer), 403)


def test_tokens_are_listed_and_ended_one_by_one_or_all(people: Cast) -> None:
    first, second, other = (
        sign_in(user).json() for user in (people.lawyer, people.lawyer, people.other_lawyer)
    )
    client = bearing(first["token"])
    listed = client.ask("tokens/").json()["results"]
    assert {row["id"] for row in listed} == {first["id"], second["id"]}
    assert all("token" not in row for row in listed)
    problem(client.delete(f"/api/tokens/{other['id']}/"), 404)
    assert client.delete(f"/api/tokens/{second['id']}/").status_code == 204
    problem(bearing(second["token"]).ask("cases/"), 401)
    assert client.delete("/api/tokens/").status_code == 204
    problem(client.ask("cases/"), 401)
    assert bearing(other["token"]).ask("cases/").status_code == 200


def test_signing_out_everywhere_and_a_new_password_end_tokens(people: Cast) -> None:
    token = sign_in(people.lawyer).json()["token"]
    end_all_sessions(people.lawyer)
    problem(bearing(token).ask("cases/"), 401)
    token = sign_in(people.lawyer).json()["token"]
    page = Api(people.lawyer)
    changed = page.post(
        "/en/account/password/",
        {"oldpassword": PASSWORD, "password1": "nine purple elephants", "password2": "nine purple elephants"},
    )
    assert changed.status_code == 302, changed.content
    problem(bearing(token).ask("cases/"), 401)


def test_a_token_ends_by_itself(people: Cast) -> None:
    token = sign_in(people.lawyer).json()["token"]
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    problem(bearing(token).ask("cases/"), 401)


@pytest.mark.parametrize(
    "header",
    ["Token", "Token ", "Token x y", "Token \x00", "Token é", "Token " + "0" * 64, "Token " + "f" * 9999],
)
def test_a_broken_token_is_no_token(people: Cast, header: str) -> None:
    answer = Api(headers={"authorization": header}).ask("cases/")
    problem(answer, 401)
    assert answer["WWW-Authenticate"] == "Token"


def test_it_answers_in_the_language_that_is_asked_for_or_else_in_the_persons(people: Cast) -> None:
    token = sign_in(people.applicant).json()["token"]
    assert bearing(token).ask("cases/")["Content-Language"] == "ti"
    assert bearing(token, **{"accept-language": "xx, nl;q=0.5"}).ask("cases/")["Content-Language"] == "nl"
    assert bearing(token, **{"accept-language": "*"}).ask("cases/")["Content-Language"] == "ti"
