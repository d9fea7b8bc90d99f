"""The desk in a real browser: a small screen, both directions, keyboard alone, rules of accessibility."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

from asylum_portal.accounts.models import User
from cases.models import Applicant
from reception import actions
from reception.models import ReportingSlot
from tests.cast import Cast, at, make_cast
from tests.reception.conftest import START, Desk, live, make_desk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(20)]
DAY = timedelta(days=1)
NAMES = ["Abdirahman Sheikh Mohamud Nur", "محمد عبد الرحمن الحسيني", "ሃና ገብረመድህን", "Nur Yılmaz"]


@pytest.fixture
def desk(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Tuesday at the desk: people to come, one seen, one excused, one who did not come on Monday."""
    cast: Cast = make_cast(on=START)
    desk = make_desk("north", cast.people["reception"])
    live(cast, desk, weekday=1)
    live(cast, desk, weekday=2, who="other_case")
    for number, name in enumerate(NAMES, start=1):
        person = Applicant.objects.create(
            v_number=f"V200000{number}", name=name, reading_language="ar", interpreter_language="Arabic"
        )
        actions.arrive(person, desk.centre, 2, actor=desk.worker, on=START, at=at(START))
    tuesday = START + DAY
    actions.keep_slots(now=at(tuesday, 1))
    today = list(ReportingSlot.objects.filter(on=tuesday).order_by("duty__stay__applicant__v_number"))
    actions.report(today[0], actor=desk.worker, at=at(tuesday, 9))
    actions.excuse(today[1], reason="appointment", actor=desk.worker, at=at(tuesday, 9))
    monkeypatch.setattr("asylum_portal.clock.now", lambda: at(tuesday, 12))
    return desk


@pytest.fixture
def screen(browser: Any, live_server: Any, desk: Desk) -> Iterator[Any]:
    """A small screen on which the worker of the desk has signed in."""
    context = browser.new_context(viewport={"width": 320, "height": 640})
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": _session(desk.worker), "url": live_server.url}]
    )
    yield context.new_page()
    context.close()


def _session(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _keep(page: Any, name: str) -> None:
    """A picture for whoever wants to look, in the folder that PORTAL_PICTURES names."""
    if folder := os.environ.get("PORTAL_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_desk_fits_a_small_screen_and_breaks_no_rule(
    screen: Any, live_server: Any, language: str
) -> None:
    slot = ReportingSlot.objects.planned().filter(on=START + DAY).first()
    assert slot is not None
    for name, path in (
        ("desk", "desk/"),
        ("found", "desk/?q=V2000003"),
        ("nobody", "desk/?q=zzz"),
        ("excuse", f"desk/{slot.pk}/excuse/"),
    ):
        screen.goto(f"{live_server.url}/{language}/{path}")
        _keep(screen, f"{name}-{language}")
        assert screen.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        broken = Axe().run(screen)["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in broken] == [], name


def test_a_scanned_card_and_two_times_enter_check_somebody_in(screen: Any, live_server: Any) -> None:
    screen.set_viewport_size({"width": 1200, "height": 800})
    screen.goto(f"{live_server.url}/en/desk/")
    _keep(screen, "desk-wide-en")
    # The scanner types into the field that has the keyboard already.
    screen.locator("input:focus").wait_for()
    screen.keyboard.type("V2000003")
    screen.keyboard.press("Enter")
    screen.wait_for_url("**q=V2000003**")
    screen.locator("button:focus").wait_for()
    screen.keyboard.press("Enter")
    screen.wait_for_url("**/en/desk/")
    assert "was seen." in screen.locator("[role=status]").inner_text()
    slots = ReportingSlot.objects.filter(duty__stay__applicant__v_number="V2000003", on=START + DAY)
    assert slots.get().state == ReportingSlot.State.REPORTED
