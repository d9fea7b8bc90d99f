"""Every address of a case x everybody: who sees it, who may not, and for whom it does not exist."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.cast import Cast
from tests.pages.conftest import TOKEN, addresses

RELATED = "applicant guardian lawyer counsellor caseworker planner supervisor auditor".split()
SERVICE = "caseworker planner supervisor".split()
CLIENT_SIDE = "applicant guardian lawyer".split()

# Who gets the page; the others with a relation get 403, everybody else 404.
MATRIX: dict[str, list[str]] = {
    "procedure:case": RELATED,
    "procedure:add-document": SERVICE,
    "procedure:days": SERVICE,
    "procedure:terms": RELATED,
    "procedure:step": ["caseworker", "supervisor"],
    "procedure:file": ["applicant", "lawyer", "counsellor"],
    "procedure:why": RELATED,
    "procedure:receipt": [*CLIENT_SIDE, *SERVICE, "auditor"],
    "cases:documents": RELATED,
    "cases:messages": [*CLIENT_SIDE, *SERVICE],
    "cases:seen-by": [*CLIENT_SIDE, "auditor"],
    "cases:document": [*CLIENT_SIDE, *SERVICE],
}
# A row that is not listed for these does not exist for them either, though they have a relation with
# the case.
NOT_LISTED = {
    "procedure:receipt": {"counsellor": 404},
    "cases:document": {"counsellor": 404},
}


@pytest.mark.parametrize("address", MATRIX)
def test_an_address_opens_for_those_whom_the_table_names_and_nobody_else(cast: Cast, address: str) -> None:
    name, what = addresses(cast)[address]
    url = reverse(name, kwargs=what)
    found = {}
    for person, user in cast.people.items():
        client = Client()
        client.force_login(user)
        found[person] = client.get(url).status_code
    expected = {person: _expected(address, person) for person in cast.people}
    if address == "procedure:case":
        expected["applicant"] = 302  # home, where her case is
    assert found == expected


def _expected(address: str, person: str) -> int:
    if person not in RELATED:
        return 404
    if person in MATRIX[address]:
        return 200
    return NOT_LISTED.get(address, {}).get(person, 403)


def test_nobody_who_is_not_signed_in_gets_further_than_the_door(cast: Cast) -> None:
    for name, what in addresses(cast).values():
        answer = Client().get(reverse(name, kwargs=what))
        assert answer.status_code == 302, name
        assert "/account/login/" in answer["Location"]


def test_an_account_that_has_ended_opens_nothing(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.lawyer)
    cast.lawyer.is_active = False
    cast.lawyer.save()
    for name, what in addresses(cast).values():
        assert client.get(reverse(name, kwargs=what)).status_code in (302, 404), name


def test_every_address_that_names_something_of_a_case_has_its_row_in_the_table(cast: Cast) -> None:
    named = {
        name for name in _names_with_arguments(get_resolver()) if name.split(":")[0] in ("procedure", "cases")
    }
    assert named == MATRIX.keys()


def _names_with_arguments(resolver: URLResolver, prefix: str = "") -> list[str]:
    names = []
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            names += _names_with_arguments(pattern, f"{pattern.namespace}:" if pattern.namespace else prefix)
        elif isinstance(pattern, URLPattern) and pattern.pattern.converters and pattern.name:
            names.append(prefix + pattern.name)
    return names


def test_no_page_of_anybody_shows_a_word_of_a_case_that_is_not_theirs(cast: Cast) -> None:
    pages = [reverse(name, kwargs=what) for name, what in addresses(cast).values()]
    pages += [reverse(name) for name in ("home", "who-helps", "procedure:clients", "procedure:worklist")]
    pages += [reverse(name) for name in ("notices:inbox", "accounts:account", "reception:desk")]
    for person, user in cast.people.items():
        if person in (
            "other_applicant",
            "other_lawyer",
            "other_caseworker",
            "other_planner",
            "other_supervisor",
        ):
            continue  # these have a relation with the other case
        client = Client()
        client.force_login(user)
        for url in pages:
            answer = client.get(url, follow=True)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert TOKEN.encode() not in body, (person, url)


def test_a_page_of_a_stranger_and_one_that_does_not_exist_are_the_same(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.other_lawyer)
    strange = client.get(reverse("procedure:case", kwargs={"pk": cast.case.pk}))
    missing = client.get(reverse("procedure:case", kwargs={"pk": cast.procedure.pk}))
    assert strange.status_code == missing.status_code == 404
    assert strange.content.replace(str(cast.case.pk).encode(), b"") == missing.content.replace(
        str(cast.procedure.pk).encode(), b""
    )
