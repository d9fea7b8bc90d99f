"""The pages of a new application in a real browser: no barrier, without JavaScript, at 320 and 1280 px."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

from cases.models import Case
from tests.cast import Cast, make_cast
from tests.pages.test_in_browser import MEASURABLE_TEXT, RULES

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NUMBER = "2851007936"


@pytest.fixture
def cast(on_day_one: None) -> Cast:
    return make_cast()


@pytest.fixture
def open_as(browser: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    contexts = []

    def open_page(user: Any, url: str, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": 320, "height": 568}, **options)
        contexts.append(context)
        context.add_init_script(MEASURABLE_TEXT)
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + url)
        return page

    yield open_page
    for context in contexts:
        context.close()


def barriers(page: Any) -> list[Any]:
    """What axe finds and what is too wide, on a phone and on a desk."""
    found: list[Any] = []
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        found += [
            (width, violation["id"], violation["nodes"][0]["html"][:160])
            for violation in Axe().run(page, options=RULES)["violations"]
        ]
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append((width, "scrolls sideways", wide))
    return found


def fill(page: Any, **more: str) -> None:
    for name, text in {
        "v_number": NUMBER,
        "name": "Miriam Abraha",
        "own_name": "ሚርያም ኣብርሃ",
        "birth_date": "1990-05",
        "interpreter_language": "Tigrinya",
        "place": "Ter Apel",
        **more,
    }.items():
        page.fill(f"#id_{name}", text)
    for name, choice in {"script": "Ethi", "nationality": "ERI", "reading_language": "ti"}.items():
        page.select_option(f"#id_{name}", choice)


@pytest.mark.parametrize("language", dict(settings.LANGUAGES))
def test_no_page_on_the_way_has_a_barrier(open_as: Callable[..., Any], cast: Cast, language: str) -> None:
    page = open_as(cast.caseworker, f"/{language}/applications/new/")
    assert barriers(page) == []
    page.click("main form button.button")
    assert page.locator("#error-summary").is_visible() and barriers(page) == []
    fill(page)
    page.click("main form button.button")
    case = Case.objects.get(applicant__v_number=NUMBER)
    assert page.url.endswith(f"/{language}/cases/{case.pk}/") and barriers(page) == []
    page.click(f"main a[href$='/cases/{case.pk}/card/']")
    assert barriers(page) == []
    page.click("main form button.button")
    assert page.locator("main code").inner_text().count("-") == 2 and barriers(page) == []
    page.goto(page.url.replace("/card/", "/partners/add/"))
    page.click("main form button.button")
    assert page.locator("#error-summary").is_visible() and barriers(page) == []
    page.goto(page.url.replace("/partners/add/", "/").replace(f"/cases/{case.pk}/", "/applications/new/"))
    fill(page)
    page.click("main form button.button")
    assert page.locator(f"main a[href$='/cases/{case.pk}/']").is_visible() and barriers(page) == []


def test_a_case_is_begun_and_opened_to_a_partner_without_javascript_from_the_keyboard(
    open_as: Callable[..., Any], cast: Cast
) -> None:
    page = open_as(cast.supervisor, "/en/work/", java_script_enabled=False)
    page.get_by_role("link", name="New application").press("Enter")
    fill(page)
    page.get_by_role("checkbox", name="medical").press("Space")
    page.get_by_role("button", name="Begin the application").press("Enter")
    case = Case.objects.get(applicant__v_number=NUMBER)
    assert case.special_needs == ["medical"]
    page.get_by_role("link", name="Open the case to a partner").press("Enter")
    page.get_by_label("Partner").select_option(label="Court registry (griffie)")
    page.get_by_label("Why").fill("The court asks for the file.")
    page.get_by_role("button", name="Open the case").press("Enter")
    page.get_by_role("link", name=re.compile("End this part.*Court")).press("Enter")
    page.get_by_role("button", name="End this part").press("Enter")
    assert page.get_by_text("until the end of today").is_visible()
    assert case.involvements.get(role="court").ends_on is not None
