"""A caseworker pauses a case in a real browser: she sees which dates move, confirms, all tell the same."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from asylum_portal.accounts.models import User
from procedure.models import DateChange
from tests.cast import make_cast, walk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(15)]


def open_as(browser: Any, live_server: Any, user: Any, width: int) -> Any:
    context = browser.new_context(viewport={"width": width, "height": 800})
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    return context.new_page()


def test_a_pause_is_foretold_confirmed_and_told_alike_to_all(
    browser: Any, live_server: Any, on_day_one: None
) -> None:
    cast = walk(make_cast(), until="close_interview")
    User.objects.filter(pk=cast.caseworker.pk).update(display_name="Anneke Visser")
    page = open_as(browser, live_server, cast.caseworker, 1280)
    page.goto(f"{live_server.url}/en/procedures/{cast.procedure.pk}/pause/")
    page.get_by_label("Why the time stands still").select_option("moratorium")
    page.get_by_label("First day on which it stands still").fill("2026-04-01")
    page.get_by_label("Last day on which it stands still").fill("2026-04-30")
    page.get_by_label("Reason or remark").fill("Decree of the minister about this country")
    page.get_by_role("button", name="First show what follows").click()
    foretold = page.locator("section[aria-labelledby=consequences]").inner_text()
    # Thirty days on top of Thursday 17 September 2026.
    assert "17 Sept 2026" in foretold and "Saturday 17 October 2026" in foretold
    assert DateChange.objects.count() == 0

    page.get_by_role("button", name="Let the time stand still").click()
    assert page.url.endswith(f"/cases/{cast.case.pk}/")
    ledger = page.locator("section[aria-labelledby=ledger]").inner_text()
    assert "17 Oct 2026" in ledger and "Decree of the minister" in ledger
    (row,) = DateChange.objects.all()
    assert (str(row.from_on), str(row.to_on), row.by) == ("2026-09-17", "2026-10-17", cast.caseworker)

    phone = open_as(browser, live_server, cast.applicant, 320)
    phone.goto(f"{live_server.url}/en/dates/{row.deadline_id}/")
    told = phone.locator("main").inner_text()
    assert "Saturday 17 October 2026" in told and "Decree of the minister" in told
    assert "Caseworker" in told and "Anneke Visser" not in told
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
    for opened in (page, phone):
        opened.context.close()


def test_a_pause_that_ends_before_it_starts_keeps_what_was_typed(
    browser: Any, live_server: Any, on_day_one: None
) -> None:
    cast = walk(make_cast(), until="close_interview")
    page = open_as(browser, live_server, cast.caseworker, 320)
    page.goto(f"{live_server.url}/en/procedures/{cast.procedure.pk}/pause/")
    page.get_by_label("Why the time stands still").select_option("moratorium")
    page.get_by_label("First day on which it stands still").fill("2026-04-30")
    page.get_by_label("Last day on which it stands still").fill("2026-04-01")
    page.get_by_label("Reason or remark").fill("a long reason that took time to type")
    page.get_by_role("button", name="Let the time stand still").click()
    assert "The pause ends before it starts" in page.locator("main").inner_text()
    assert page.get_by_label("Reason or remark").input_value() == "a long reason that took time to type"
    assert not cast.procedure.suspensions.exists()
    page.context.close()
