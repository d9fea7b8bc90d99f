"""Every page in every language: it renders, says language and direction, holds the same stored dates."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from asylum_portal import languages
from tests.cast import Cast
from tests.pages.conftest import addresses

READERS = {
    "procedure:case": "caseworker",
    "procedure:add-document": "caseworker",
    "procedure:begin": "caseworker",
    "procedure:involve": "caseworker",
    "procedure:end-part": "supervisor",
    "procedure:days": "planner",
    "procedure:terms": "applicant",
    "procedure:step": "caseworker",
    "procedure:file": "lawyer",
    "procedure:why": "applicant",
    "procedure:receipt": "applicant",
    "cases:documents": "applicant",
    "cases:messages": "applicant",
    "cases:seen-by": "applicant",
    "home": "applicant",
    "who-helps": "applicant",
    "procedure:clients": "lawyer",
    "procedure:worklist": "caseworker",
    "procedure:compare": "caseworker",
    "procedure:packages": "supervisor",
    "procedure:package": "supervisor",
    "procedure:propose": "supervisor",
    "notices:inbox": "applicant",
    "accounts:account": "lawyer",
    "reception:desk": "reception",
    "mfa_index": "lawyer",
    "account_change_password": "applicant",
}
QUERIES = {"procedure:propose": "?kind=setting&key=aa_counts_equated_days"}
# The same addresses look otherwise to a partner.
PARTNERS_PAGES = (
    ("procedure:case", "court"),
    ("procedure:clients", "return_officer"),
    ("procedure:clients", "police"),
    ("procedure:begin", "border_police"),
)
STRANGERS_PAGES = ("home", "accounts:activate", "account_login")


def pages(cast: Cast, language: str) -> list[tuple[str, str, str]]:
    """(name, person, address) of every page in a language."""
    known = addresses(cast) | {
        "procedure:package": ("procedure:package", {"name": "nl-2021"}),
        "procedure:propose": ("procedure:propose", {"name": "nl-2021"}),
    }
    with translation.override(language):
        found = []
        for name, person in (*READERS.items(), *PARTNERS_PAGES):
            url_name, what = known.get(name, (name, {}))
            found.append((name, person, reverse(url_name, kwargs=what) + QUERIES.get(name, "")))
        found += [(name, "", reverse(name)) for name in STRANGERS_PAGES]
    return found


@pytest.mark.parametrize("language", dict(settings.LANGUAGES))
def test_every_page_speaks_the_language_of_its_address(cast: Cast, language: str) -> None:
    direction = "rtl" if languages.is_rtl(language) else "ltr"
    for name, person, url in pages(cast, language):
        client = Client()
        if person:
            client.force_login(cast.people[person])
        answer = client.get(url)
        assert answer.status_code == 200, (name, url)
        html = answer.content.decode()
        assert f'<html lang="{language}" dir="{direction}">' in html, name
        assert html.count("<h1") == 1, name
        assert "style=" not in html and "<script>" not in html, name


@pytest.mark.parametrize("language", dict(settings.LANGUAGES))
def test_the_applicants_first_page_holds_the_stored_day_and_fits_a_cheap_phone(
    cast: Cast, language: str
) -> None:
    client = Client()
    client.force_login(cast.applicant)
    html = client.get(f"/{language}/").content.decode()
    due_on = cast.procedure.deadlines.get(rule_code="AA-COR").effective_due_on
    assert f'datetime="{due_on.isoformat()}"' in html
    for day in cast.procedure.days.all():
        assert f'datetime="{day.on.isoformat()}"' in html
    css = (settings.BASE_DIR / "asylum_portal/static/portal.css").stat().st_size
    assert len(html.encode()) + css <= 30_000
    assert len(re.findall(r"<(?:link rel=\"stylesheet\"|img|script)", html)) <= 1


def test_an_unknown_language_in_the_address_gets_a_page_that_names_the_known_ones() -> None:
    answer = Client().get("/xx/")
    assert answer.status_code == 404
    for code, name in settings.LANGUAGES:
        assert f'href="/{code}/"' in answer.content.decode()
        assert name in answer.content.decode()
