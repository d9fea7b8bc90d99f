from collections.abc import Callable

import pytest
from django.test import Client

from asylum_portal.accounts.models import Role, User

from .conftest import WallClock


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    assert client.get("/en/").status_code == 200
    return client


@pytest.mark.parametrize(("role", "minutes"), [(Role.APPLICANT, 15), (Role.CASEWORKER, 30)])
def test_an_idle_session_ends_and_says_so(
    client: Client, person: Callable[..., User], wall_clock: WallClock, role: Role, minutes: int
):
    signed_in(client, person(role))
    wall_clock.wait(minutes=minutes - 1)
    assert client.get("/en/account/").status_code == 200
    wall_clock.wait(minutes=minutes)
    response = client.get("/en/account/?a=1")
    assert response["Location"] == "/en/account/login/?ended=idle&next=%2Fen%2Faccount%2F%3Fa%3D1"
    assert response["Clear-Site-Data"]
    page = client.get(response["Location"]).content.decode()
    assert "You did nothing for a while" in page and 'value="/en/account/?a=1"' in page
    assert not client.get("/api/ping").json()["signed_in"]


def test_a_busy_session_ends_after_twelve_hours(client: Client, applicant: User, wall_clock: WallClock):
    signed_in(client, applicant)
    for _tenth_minute in range(71):
        wall_clock.wait(minutes=10)
        assert client.get("/en/").status_code == 200
    wall_clock.wait(minutes=10)
    response = client.get("/en/account/")
    assert response["Location"].startswith("/en/account/login/?ended=long")


def test_a_session_is_bounded_from_the_sign_in_itself(client: Client, applicant: User, wall_clock: WallClock):
    client.post("/en/account/login/", {"login": applicant.username, "password": "seven blue bicycles"})
    wall_clock.wait(minutes=16)
    assert "ended=idle" in client.get("/en/account/")["Location"]


def test_an_ended_session_returns_to_a_page_and_never_to_a_mere_post(
    client: Client, applicant: User, wall_clock: WallClock
):
    for path, target in [
        ("/en/check-in/", "/en/account/login/?ended=idle"),
        ("/en/account/logout/", "/en/account/login/?ended=idle"),
        ("/en/account/password/", "/en/account/login/?ended=idle&next=%2Fen%2Faccount%2Fpassword%2F"),
        ("/en/no-such-page/", "/en/account/login/?ended=idle"),
    ]:
        signed_in(client, applicant)
        wall_clock.wait(minutes=20)
        assert client.post(path)["Location"] == target, path


def test_the_api_sees_an_ended_session_as_signed_out(client: Client, applicant: User, wall_clock: WallClock):
    signed_in(client, applicant)
    wall_clock.wait(minutes=20)
    assert client.get("/api/ping").json()["signed_in"] is False


def test_a_session_is_not_written_at_every_request(
    client: Client, applicant: User, wall_clock: WallClock, django_assert_num_queries
):
    signed_in(client, applicant)
    with django_assert_num_queries(2):  # the session and the user
        client.get("/en/")


def test_pages_of_somebody_signed_in_stay_in_no_cache(client: Client, applicant: User):
    signed_in(client, applicant)
    assert client.get("/en/")["Cache-Control"] == "no-store"
    assert client.get("/api/ping")["Cache-Control"] == "no-store"
    assert client.post("/en/account/logout/")["Cache-Control"] == "no-store"
    assert "Cache-Control" not in Client().get("/en/")
