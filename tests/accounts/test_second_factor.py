import json
import re
import time
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.db import connection
from django.test import Client

from asylum_portal.accounts.models import Role, User

from .conftest import PASSWORD, WallClock
from .passkey import Passkey

LOGIN = "/en/account/login/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def app_code(secret: str = SECRET) -> str:
    """What an authenticator app shows at this moment."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.fixture
def lawyer(person: Callable[..., User], settings) -> User:
    settings.SECOND_FACTOR_REQUIRED = True
    return person(Role.LAWYER)


def password_step(client: Client, user: User):
    return client.post(LOGIN, {"login": user.username, "password": PASSWORD})


def confirm_password(client: Client, next_: str):
    return client.post("/en/account/confirm/", {"password": PASSWORD, "next": next_})


def is_signed_in(client: Client) -> bool:
    return client.get("/api/ping").status_code == 200 and client.get("/api/ping").json()["signed_in"]


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.APPLICANT, Role.SYSTEM)])
def test_without_a_second_factor_only_setting_it_up_is_open(
    client: Client, person: Callable[..., User], settings, role: Role
):
    settings.SECOND_FACTOR_REQUIRED = True
    client.force_login(person(role))
    for path in ("/en/", "/en/account/", "/en/account/password/", "/en/admin/"):
        response = client.get(path)
        assert (response.status_code, response.headers.get("Location")) == (302, "/en/account/2fa/"), path
    answer = client.get("/api/ping")
    assert answer.status_code == 403 and answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 403
    assert client.get("/en/account/2fa/").status_code == 200
    assert client.get("/en/language/").status_code == 200
    assert client.post("/en/account/logout/").status_code == 302


def test_an_applicant_needs_none(client: Client, applicant: User, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client.force_login(applicant)
    assert client.get("/en/").status_code == 200


def test_the_demo_may_leave_it_off(client: Client, person: Callable[..., User], settings):
    settings.SECOND_FACTOR_REQUIRED = False
    client.force_login(person(Role.LAWYER))
    assert client.get("/en/").status_code == 200


def test_an_app_is_connected_and_asked_for_from_then_on(client: Client, lawyer: User, wall_clock: WallClock):
    assert password_step(client, lawyer)["Location"] == "/en/"
    assert client.get("/en/")["Location"] == "/en/account/2fa/"
    confirm = client.get("/en/account/2fa/app/add/")["Location"]
    assert confirm.startswith("/en/account/confirm/")
    assert confirm_password(client, "/en/account/2fa/app/add/")["Location"] == "/en/account/2fa/app/add/"
    page = client.get("/en/account/2fa/app/add/").content.decode()
    secret = re.search(r"<code[^>]*>([A-Z2-7]{32})</code>", page).group(1)
    assert 'src="data:image/svg+xml;base64,' in page
    assert client.post("/en/account/2fa/app/add/", {"code": "000000"}).status_code == 400
    done = client.post("/en/account/2fa/app/add/", {"code": app_code(secret).translate(ARABIC)})
    assert done["Location"] == "/en/account/2fa/recovery-codes/"
    recovery = re.findall(r"<code[^>]*>(\d{8})</code>", client.get(done["Location"]).content.decode())
    assert len(recovery) == 10
    # Whoever has just set it up goes on without a second question.
    assert client.get("/en/").status_code == 200

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        stored = cursor.fetchone()[0]
    assert secret not in stored and not any(code in stored for code in recovery)

    second = Client()
    assert password_step(second, lawyer)["Location"] == "/en/account/2fa/authenticate/"
    assert not is_signed_in(second)
    assert second.post("/en/account/2fa/authenticate/", {"code": "000000"}).status_code == 400
    wall_clock.wait(minutes=1)
    entered = second.post("/en/account/2fa/authenticate/", {"code": app_code(secret).translate(ARABIC)})
    assert entered["Location"] == "/en/" and is_signed_in(second)

    third = Client()
    password_step(third, lawyer)
    assert third.post("/en/account/2fa/authenticate/", {"code": recovery[0]})["Location"] == "/en/"
    fourth = Client()
    password_step(fourth, lawyer)
    assert fourth.post("/en/account/2fa/authenticate/", {"code": recovery[0]}).status_code == 400


def test_a_code_of_the_app_works_once(client: Client, lawyer: User, wall_clock: WallClock):
    TOTP.activate(lawyer, SECRET)
    code = app_code()
    for status in (302, 400):
        each = Client()
        password_step(each, lawyer)
        assert each.post("/en/account/2fa/authenticate/", {"code": code}).status_code == status


def test_guessing_the_second_step_is_stopped(client: Client, lawyer: User, wall_clock: WallClock):
    TOTP.activate(lawyer, SECRET)
    password_step(client, lawyer)
    for guess in range(10):
        client.post("/en/account/2fa/authenticate/", {"code": f"00000{guess}"})
    wall_clock.wait(minutes=1)
    response = client.post("/en/account/2fa/authenticate/", {"code": app_code()})
    assert response.status_code == 400 and "too many tries" in response.content.decode()
    assert not is_signed_in(client)


def test_a_session_older_than_the_second_factor_must_show_it(client: Client, lawyer: User):
    client.force_login(lawyer)
    TOTP.activate(lawyer, SECRET)
    for path in ("/en/", "/en/account/2fa/", "/en/account/2fa/recovery-codes/"):
        assert client.get(path)["Location"].startswith("/en/account/2fa/reauthenticate/?next="), path
    assert client.get("/api/ping").status_code == 403
    response = client.post("/en/account/2fa/reauthenticate/", {"code": app_code(), "next": "/en/"})
    assert response["Location"] == "/en/"
    assert client.get("/en/").status_code == 200


def test_the_password_alone_does_not_pass_for_the_second_step(client: Client, lawyer: User):
    client.force_login(lawyer)
    TOTP.activate(lawyer, SECRET)
    confirm_password(client, "/en/")
    assert client.get("/en/")["Location"].startswith("/en/account/2fa/reauthenticate/")


def test_the_last_second_factor_of_staff_cannot_be_removed(client: Client, lawyer: User, settings):
    TOTP.activate(lawyer, SECRET)
    password_step(client, lawyer)
    client.post("/en/account/2fa/authenticate/", {"code": app_code()})
    confirm_password(client, "/en/")
    response = client.post("/en/account/2fa/app/remove/")
    assert response.status_code == 400 and Authenticator.objects.exists()
    settings.SECOND_FACTOR_REQUIRED = False
    assert client.post("/en/account/2fa/app/remove/").status_code == 302
    assert not Authenticator.objects.exists()


def test_every_page_of_the_second_factor_is_ours_and_runs_no_inline_script(client: Client, lawyer: User):
    TOTP.activate(lawyer, SECRET)
    Authenticator.objects.create(
        user=lawyer, type="webauthn", data={"name": "Key", "credential": Passkey().made_for(b"any challenge")}
    )
    password_step(client, lawyer)
    pages = [client.get("/en/account/2fa/authenticate/")]
    client.post("/en/account/2fa/authenticate/", {"code": app_code()})
    confirm_password(client, "/en/")
    key = Authenticator.objects.get(type="webauthn").pk
    for path in (
        "",
        "passkeys/",
        "passkeys/add/",
        "passkeys/reauthenticate/",
        f"passkeys/{key}/edit/",
        f"passkeys/{key}/remove/",
        "recovery-codes/new/",
        "reauthenticate/",
        "app/remove/",
    ):
        pages.append(client.get(f"/en/account/2fa/{path}"))
    for response in pages:
        page = response.content.decode()
        assert response.status_code == 200, response.request["PATH_INFO"]
        assert "portal.css" in page and page.count("<h1") == 1
        assert " style=" not in page and not re.search(r"\son\w+=", page)
        for script in re.findall(r"<script[^>]*>", page):
            assert "src=" in script or 'type="application/json"' in script


def options(response) -> dict:
    """What the page tells the browser to ask of the passkey."""
    data = re.search(
        r'<script id="passkey_data" type="application/json">(.*?)</script>', response.content.decode()
    )
    (asked,) = json.loads(data.group(1)).values()
    return asked["publicKey"]


def test_a_passkey_is_added_and_asked_for_from_then_on(client: Client, lawyer: User):
    passkey, add = Passkey(), "/en/account/2fa/passkeys/add/"
    password_step(client, lawyer)
    confirm_password(client, add)
    page = client.get(add)
    made = passkey.made_for(options(page)["challenge"])
    assert client.post(add, {"name": "", "credential": json.dumps(made)}).status_code == 302
    assert Authenticator.objects.get(type="webauthn").wrap().name == "Passkey 1"
    assert client.get("/en/").status_code == 200

    second = Client()
    step = password_step(second, lawyer)["Location"]
    answer = passkey.answer_to(options(second.get(step))["challenge"])
    assert second.post(step, {"credential": json.dumps(answer)})["Location"] == "/en/"
    assert is_signed_in(second)


def test_a_passkey_of_somebody_else_or_a_made_up_answer_does_not_open(client: Client, lawyer: User):
    passkey = Passkey()
    Authenticator.objects.create(
        user=lawyer, type="webauthn", data={"name": "Key", "credential": passkey.made_for(b"earlier")}
    )
    step = password_step(client, lawyer)["Location"]
    forged = Passkey(credential_id=passkey.credential_id)
    for wrong in (
        forged.answer_to(options(client.get(step))["challenge"]),
        Passkey().answer_to(options(client.get(step))["challenge"]),
        passkey.answer_to(b"another challenge"),
        {},
        [],
        "text",
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {}},
        {"id": 1, "rawId": None, "response": []},
    ):
        response = client.post(step, {"credential": json.dumps(wrong)})
        assert response.status_code == 400, wrong
    for nonsense in ("", "{", "\x00"):
        assert client.post(step, {"credential": nonsense}).status_code == 400
    assert client.post(step, {}).status_code == 400
    assert not is_signed_in(client)


def test_a_made_up_new_passkey_is_refused(client: Client, lawyer: User):
    add = "/en/account/2fa/passkeys/add/"
    password_step(client, lawyer)
    confirm_password(client, add)
    client.get(add)
    for wrong in ({}, [], "text", {"id": "AA", "rawId": "AA", "response": {"attestationObject": "AAAA"}}):
        response = client.post(add, {"name": "x", "credential": json.dumps(wrong)})
        assert response.status_code == 400, wrong
    assert client.post(add, {"credential": json.dumps(Passkey().made_for(b"another"))}).status_code == 400
    assert not Authenticator.objects.exists()
