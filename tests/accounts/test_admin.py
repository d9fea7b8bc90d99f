import re
from collections.abc import Callable

import pytest
from django.test import Client

from asylum_portal import clock
from asylum_portal.accounts.actions import activate
from asylum_portal.accounts.models import Organisation, Role, User

from .conftest import PASSWORD


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ADMINISTRATOR, Role.SYSTEM)])
def test_the_admin_is_closed_to_everybody_else(client: Client, person: Callable[..., User], role: Role):
    client.force_login(person(role))
    assert client.get("/en/admin/accounts/user/").status_code in (302, 403)
    assert client.get("/en/admin/login/").status_code == 403


def test_the_admin_has_no_sign_in_of_its_own(client: Client, db: None):
    response = client.get("/en/admin/login/?next=/en/admin/")
    assert response["Location"].startswith("/en/account/login/?next=")


def test_an_administrator_edits_people_and_organisations_but_no_groups_or_second_factors(
    client: Client, person: Callable[..., User]
):
    client.force_login(person(Role.ADMINISTRATOR))
    page = client.get("/en/admin/").content.decode()
    assert set(re.findall(r"/en/admin/((?:accounts?|auth|mfa)/\w+)/", page)) == {
        "accounts/organisation",
        "accounts/team",
        "accounts/user",
    }
    data = {"kind": "coa", "code": "coa", "name": "COA", "description_nl": "Opvang"}
    assert client.post("/en/admin/accounts/organisation/add/", data).status_code == 302
    assert Organisation.objects.get().description_nl == "Opvang"
    data = {"username": "v287 123 4567", "role": "applicant", "language": "ar", "is_active": "on"}
    assert client.post("/en/admin/accounts/user/add/", data).status_code == 302
    made = User.objects.get(username="2871234567")
    assert not made.has_usable_password()
    response = client.get(f"/en/admin/accounts/user/{made.pk}/delete/")
    assert response.status_code == 403


def test_an_administrator_makes_cards_that_work(client: Client, person: Callable[..., User], applicant: User):
    client.force_login(person(Role.ADMINISTRATOR))
    data = {"action": "issue_cards", "_selected_action": [applicant.pk]}
    response = client.post("/en/admin/accounts/user/", data)
    code = re.search(r"<code>([\w-]+)</code>", response.content.decode()).group(1)
    assert response["Cache-Control"] == "no-store"
    assert activate(applicant.username, code, PASSWORD, now=clock.now()) == applicant
