from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from asylum_portal.accounts.models import Role, User

from .conftest import PASSWORD, WallClock

LOGIN = "/en/account/login/"


def sign_in(client: Client, login: str, password: str = PASSWORD, **more):
    return client.post(LOGIN, {"login": login, "password": password, **more})


def is_signed_in(client: Client) -> bool:
    return client.get("/api/ping").json()["signed_in"]


@pytest.mark.parametrize("typed", ["2871234567", "v287-123-4567", "٢٨٧ ١٢٣ ٤٥٦٧", "۲۸۷۱۲۳۴۵۶۷"])
def test_a_v_number_signs_in_however_it_is_typed(client: Client, applicant: User, typed: str):
    assert sign_in(client, typed).status_code == 302
    assert is_signed_in(client)


def test_a_work_address_signs_in_in_any_case(client: Client, person: Callable[..., User]):
    person(Role.CASEWORKER, "A.Boer@ind.example")
    assert sign_in(client, " a.boer@IND.example ").status_code == 302


def test_after_sign_in_ones_own_language_is_read(client: Client, person: Callable[..., User]):
    person(Role.APPLICANT, language="ar")
    assert sign_in(client, "2871234567")["Location"] == "/ar/"


def test_the_page_that_was_asked_for_comes_in_ones_own_language(client: Client, person: Callable[..., User]):
    person(Role.APPLICANT, language="ar")
    response = sign_in(client, "2871234567", next="/en/account/?a=1")
    assert response["Location"] == "/ar/account/?a=1"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:0"]
)
def test_sign_in_leads_to_no_other_site(client: Client, applicant: User, elsewhere: str):
    assert sign_in(client, "2871234567", next=elsewhere)["Location"] == "/en/"


def test_unknown_and_wrong_get_the_same_answer(client: Client, applicant: User):
    answers = [sign_in(client, login, "wrong password") for login in ("2871234567", "2999999999")]
    for answer in answers:
        assert answer.status_code == 400
        assert "do not belong together" in answer.content.decode()


def test_guessing_a_password_is_stopped_for_that_account_alone(
    client: Client, applicant: User, person: Callable[..., User], wall_clock: WallClock
):
    neighbour = person(Role.APPLICANT, "2870000001")
    statuses = [sign_in(client, "287-123-4567", f"guess {n}").status_code for n in range(12)]
    assert statuses == [400] * 10 + [429] * 2
    assert sign_in(client, "2871234567").status_code == 429
    assert sign_in(Client(), neighbour.username).status_code == 302
    wall_clock.wait(minutes=11)
    assert sign_in(client, "2871234567").status_code == 302


def test_guessing_for_an_unknown_number_is_stopped_alike(client: Client, db: None):
    statuses = [sign_in(client, "2999999999", f"guess {n}").status_code for n in range(11)]
    assert statuses == [400] * 10 + [429]


def test_many_people_behind_one_address_can_sign_in(person: Callable[..., User]):
    for number in range(40):
        person(Role.APPLICANT, f"28700000{number:02}")
    statuses = {sign_in(Client(), f"28700000{number:02}").status_code for number in range(40)}
    assert statuses == {302}


def test_an_ended_account_cannot_sign_in(client: Client, applicant: User):
    User.objects.filter(pk=applicant.pk).update(is_active=False)
    assert sign_in(client, "2871234567").status_code == 400
    assert not is_signed_in(client)


def test_an_account_that_ends_is_out_at_the_next_request(client: Client, applicant: User):
    client.force_login(applicant)
    assert is_signed_in(client)
    User.objects.filter(pk=applicant.pk).update(is_active=False)
    assert not is_signed_in(client)
    assert client.get("/en/account/").status_code == 302


def test_nobody_makes_an_account_for_himself(client: Client, db: None):
    for name in ("account_signup", "account_reset_password", "account_email"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
    assert client.get("/en/account/signup/").status_code == 404


def test_signing_out_wipes_and_needs_a_post(client: Client, applicant: User):
    client.force_login(applicant)
    assert client.get("/en/account/logout/").status_code == 200
    assert is_signed_in(client)
    response = client.post("/en/account/logout/")
    assert response["Location"] == LOGIN
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_signed_in(client)


def test_one_tap_leaves_for_a_neutral_page(client: Client, applicant: User):
    client.force_login(applicant)
    response = client.get("/en/leave/")
    assert response["Location"].startswith("https://") and "portal" not in response["Location"]
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_signed_in(client)


def test_a_new_password_ends_the_other_sessions(client: Client, applicant: User):
    other = Client()
    for each in (client, other):
        sign_in(each, "2871234567")
    data = {"oldpassword": PASSWORD, "password1": "nine green kettles", "password2": "nine green kettles"}
    wrong = client.post("/en/account/password/", {**data, "oldpassword": "not this one"})
    assert wrong.status_code == 400 and set(wrong.context["form"].errors) == {"oldpassword"}
    assert client.post("/en/account/password/", data).status_code == 302
    assert is_signed_in(client) and not is_signed_in(other)
    assert sign_in(Client(), "2871234567", "nine green kettles").status_code == 302


def test_signing_out_everywhere_ends_every_session(client: Client, applicant: User):
    other = Client()
    for each in (client, other):
        sign_in(each, "2871234567")
    response = client.post("/en/account/sign-out-everywhere/")
    assert response["Location"] == f"{LOGIN}?ended=everywhere"
    assert not is_signed_in(client) and not is_signed_in(other)
    assert "signed out on every phone" in client.get(response["Location"]).content.decode()


@pytest.mark.parametrize("nasty", ["\x00", "a" * 5000, "\u202e", "' OR 1=1 --"])
def test_nasty_input_at_sign_in_is_wrong_input(client: Client, applicant: User, nasty: str):
    assert sign_in(client, nasty).status_code == 400
    assert sign_in(client, "2871234567", nasty).status_code == 400


def test_the_sign_in_page_is_in_the_readers_language_and_keeps_no_cache(client: Client, db: None):
    response = client.get("/ar/account/login/")
    assert 'dir="rtl"' in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert "script-src 'self'" in response["Content-Security-Policy"]
