"""Every page in a real browser, in every language: axe finds nothing, nothing scrolls sideways at 320 px."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

from tests.cast import make_cast, walk
from tests.pages.conftest import everybody
from tests.pages.test_every_page import pages

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(150)]

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# axe takes text without a Latin letter for an icon font and then skips its contrast: this makes it look.
MEASURABLE_TEXT = """
const original = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (...args) {
  const context = original.apply(this, args);
  if (context) {
    context.measureText = (text) => ({ width: 15 * text.length });
    context.getImageData = (x, y, w, h) =>
      ({ data: new Uint8ClampedArray(w * h * 4).fill(255), width: w, height: h });
  }
  return context;
};
"""


@pytest.fixture
def open_page(browser: Any, live_server: Any, on_day_one: None) -> Iterator[Callable[[Any, str], Any]]:
    """Opens an address in the window of a person, who signs in once; in a stranger's for nobody."""
    windows: dict[Any, Any] = {}

    def window_of(user: Any) -> Any:
        context = browser.new_context(viewport={"width": 320, "height": 568})
        context.add_init_script(MEASURABLE_TEXT)
        if user is not None:
            client = Client()
            client.force_login(user)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
            )
        return context.new_page()

    def open_as(user: Any, url: str) -> Any:
        if user not in windows:
            windows[user] = window_of(user)
        windows[user].goto(live_server.url + url)
        return windows[user]

    yield open_as
    for window in windows.values():
        window.context.close()


@pytest.mark.parametrize("language", dict(settings.LANGUAGES))
def test_no_page_has_a_barrier(open_page: Callable[[Any, str], Any], language: str) -> None:
    cast = everybody()
    found = []
    for name, person, url in pages(cast, language):
        page = open_page(cast.people[person] if person else None, url)
        for violation in Axe().run(page, options=RULES)["violations"]:
            found.append((name, violation["id"], violation["nodes"][0]["html"][:160]))
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            found.append((name, "scrolls sideways", width))
    assert found == []


@pytest.mark.parametrize("language", dict(settings.LANGUAGES))
def test_the_calendar_in_which_day_1_is_chosen_has_no_barrier(
    open_page: Callable[[Any, str], Any], language: str
) -> None:
    cast = walk(make_cast(), until="begin_preparation")
    url = f"/{language}/procedures/{cast.procedure.pk}/days/"
    for query, marks in (("?start=2026-04-02", 9), ("?start=2026-04-06", 0), ("?month=2028-12", 0)):
        page = open_page(cast.planner, url + query)
        assert page.locator("td:is(.day--plan, .day--more)").count() == marks, query
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            found = [violation["id"] for violation in Axe().run(page, options=RULES)["violations"]]
            assert (found, page.evaluate("document.documentElement.scrollWidth")) == ([], width), query


def test_day_1_is_chosen_from_the_keyboard_and_without_javascript(
    browser: Any, live_server: Any, on_day_one: None
) -> None:
    cast = walk(make_cast(), until="begin_preparation")
    context = browser.new_context(viewport={"width": 320, "height": 568}, java_script_enabled=False)
    client = Client()
    client.force_login(cast.planner)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/en/procedures/{cast.procedure.pk}/days/")
    page.get_by_role("link", name="Wednesday 8 April 2026").press("Enter")
    page.get_by_role("link", name="Plan with this day 1").press("Enter")
    assert page.url.endswith("/complete_preparation/?day_one_on=2026-04-08")
    context.close()


def test_axe_sees_a_bad_contrast_in_arabic_text(open_page: Callable[[Any, str], Any]) -> None:
    page = open_page(None, "/ar/")
    page.evaluate("document.querySelector('h1').setAttribute('class', 'muted');")
    page.evaluate("document.querySelector('h1').style.color = '#f0ede6'")
    page.evaluate("document.querySelector('h1').textContent = 'مرحبا بكم'")
    assert "color-contrast" in {found["id"] for found in Axe().run(page, options=RULES)["violations"]}
