"""The weekly report on the first page of an applicant."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from reception import actions
from reception.models import ReportingSlot
from reception.panels import reporting_panel
from tests.cast import Cast, at
from tests.reception.conftest import START, Desk, live, slot_on

DAY = timedelta(days=1)


def test_the_panel_shows_the_stored_day_the_centre_and_the_last_four(cast: Cast, desk: Desk) -> None:
    live(cast, desk)
    today = START
    for _week in range(6):
        actions.keep_slots(now=at(today))
        actions.report(slot_on(today), actor=desk.worker, at=at(today, 11))
        today = ReportingSlot.objects.planned().order_by("on")[0].on
    panel = reporting_panel(cast.applicant, today=today)
    assert panel is not None
    passed_over = panel["next"]["moved_over"][0]["name"]
    assert (panel["next"]["on"], passed_over) == (slot_on(today).on, gettext("King's Day"))
    assert [entry["state"] for entry in panel["last"]] == ["reported"] * 4
    assert panel["last"][0]["on"] > panel["last"][3]["on"]
    assert panel["centre"]["name"] == "Centre North"
    assert panel["missed"] is None


def test_a_missed_week_is_said_until_it_is_put_right(cast: Cast, desk: Desk) -> None:
    slot = live(cast, desk)[0]
    actions.keep_slots(now=at(START + DAY, 1))
    panel = reporting_panel(cast.applicant, today=START + DAY)
    assert panel["missed"]["on"] == START and panel["next"]["on"] == START + 7 * DAY
    actions.report(slot, actor=desk.worker, at=at(START + DAY))
    assert reporting_panel(cast.applicant, today=START + DAY)["missed"] is None


def test_todays_report_stays_the_next_one_until_it_is_done(cast: Cast, desk: Desk) -> None:
    slot = live(cast, desk)[0]
    assert reporting_panel(cast.applicant, today=START)["next"]["on"] == START
    actions.report(slot, actor=desk.worker, at=at(START))
    panel = reporting_panel(cast.applicant, today=START)
    assert panel["next"]["on"] == START + 7 * DAY and panel["last"][0]["on"] == START


def test_who_lives_at_no_centre_or_is_no_applicant_has_no_panel(cast: Cast, desk: Desk) -> None:
    assert reporting_panel(cast.applicant, today=START) is None
    live(cast, desk)
    assert reporting_panel(cast.other_applicant, today=START) is None
    for name in ("lawyer", "caseworker", "reception", "guardian"):
        assert reporting_panel(cast.people[name], today=START) is None
    actions.leave(cast.case.applicant, actor=desk.worker, on=START + DAY, at=at(START + DAY))
    assert reporting_panel(cast.applicant, today=START + DAY) is None


def test_the_panel_asks_three_queries_whatever_the_history(
    cast: Cast, desk: Desk, django_assert_num_queries
) -> None:
    live(cast, desk)
    for week in range(30):
        actions.keep_slots(now=at(START + week * 7 * DAY, 9))
    with django_assert_num_queries(3):
        reporting_panel(cast.applicant, today=START + 210 * DAY)


@pytest.mark.parametrize("language", ["nl", "en", "ar", "ti"])
def test_the_include_renders_the_same_day_in_every_language(cast: Cast, desk: Desk, language: str) -> None:
    live(cast, desk)
    actions.keep_slots(now=at(START + DAY, 1))
    with translation.override(language):
        panel = reporting_panel(cast.applicant, today=START + DAY)
        html = render_to_string("reception/reporting_panel.html", {"reporting": panel, "today": START + DAY})
        assert '<time datetime="2026-03-23">' in html and "088 715 7000" in html and "Centre North" in html
        assert render_to_string("reception/reporting_panel.html", {"reporting": None}).strip() == ""
