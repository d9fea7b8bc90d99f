import pytest
from django.test import Client

from asylum_portal.accounts.models import User

LINK = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}


def language_of(user: User) -> str:
    user.refresh_from_db()
    return user.language


def test_a_chosen_language_is_kept_and_the_same_page_comes_in_it(client: Client, applicant: User):
    client.force_login(applicant)
    response = client.post("/en/language/", {"language": "ar", "next": "/en/account/?a=1"})
    assert response["Location"] == "/ar/account/?a=1"
    assert language_of(applicant) == "ar"


def test_somebody_not_signed_in_just_reads_on(client: Client, db: None):
    assert client.post("/en/language/", {"language": "nl"})["Location"] == "/nl/"


def test_an_unknown_language_is_refused_with_its_field(client: Client, applicant: User):
    client.force_login(applicant)
    response = client.post("/en/language/", {"language": "xx"})
    assert response.status_code == 400 and set(response.context["form"].errors) == {"language"}
    assert language_of(applicant) == "en"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_the_switch_leads_to_no_other_site(client: Client, db: None, elsewhere: str):
    response = client.post("/en/language/", {"language": "nl", "next": elsewhere})
    assert response["Location"] == "/nl/"


def test_following_a_language_link_in_the_portal_chooses_that_language(client: Client, applicant: User):
    client.force_login(applicant)
    client.get("/ar/account/", headers=LINK)
    assert language_of(applicant) == "ar"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
        {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"},
        {"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"},
    ],
)
def test_a_link_from_elsewhere_changes_no_preference(
    client: Client, applicant: User, headers: dict[str, str]
):
    client.force_login(applicant)
    client.get("/ar/account/", headers=headers)
    assert language_of(applicant) == "en"


def test_addresses_without_a_language_answer_in_ones_own(client: Client, applicant: User):
    applicant.language = "ar"
    applicant.save()
    client.force_login(applicant)
    assert client.get("/api/ping", headers={"accept-language": "nl"}).json()["language"] == "ar"
