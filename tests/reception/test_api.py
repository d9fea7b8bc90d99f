"""Weekly reports over the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.translation import gettext
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate

from asylum_portal.accounts.models import User
from asylum_portal.schema import Generator
from reception import actions
from reception.api import ReportingSlotViewSet
from reception.models import ReportingSlot
from tests.cast import Cast, at
from tests.reception.conftest import START, Desk, live

State = ReportingSlot.State
DAY = timedelta(days=1)
VIEWS = {
    "list": ("get", {"get": "list"}),
    "retrieve": ("get", {"get": "retrieve"}),
    "report": ("post", {"post": "report"}),
    "excuse": ("post", {"post": "excuse"}),
}


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asylum_portal.clock.now", lambda: at(START, 12))


def ask(user: User | None, name: str, data: dict[str, Any] | None = None, **path: Any) -> Response:
    method, routes = VIEWS[name]
    request = getattr(APIRequestFactory(), method)("/api/reporting-slots/", data or {}, **_format(method))
    if user is not None:
        force_authenticate(request, user)
    answer = ReportingSlotViewSet.as_view(routes)(request, **{key: str(value) for key, value in path.items()})
    return answer.render() if isinstance(answer, Response) else answer


def _format(method: str) -> dict[str, str]:
    return {"format": "json"} if method == "post" else {}


def test_each_sees_those_that_concern_them(cast: Cast, desk: Desk, other_desk: Desk) -> None:
    live(cast, desk)
    live(cast, other_desk, who="other_case")
    for name in ("applicant", "lawyer", "caseworker", "reception"):
        answer = ask(cast.people[name], "list")
        assert answer.data["count"] == 4, name
        assert {entry["centre"] for entry in answer.data["results"]} == {"north"}
        number = None if name == "applicant" else "V1000001"
        assert {entry["person"] for entry in answer.data["results"]} == {number}
    assert ask(cast.counsellor, "list").data["count"] == 0
    assert ask(cast.administrator, "list").data["count"] == 0
    assert ask(None, "list").status_code == 401


def test_the_list_is_filtered_by_state_day_and_centre(cast: Cast, desk: Desk) -> None:
    first = live(cast, desk)[0]
    actions.report(first, actor=desk.worker, at=at(START))
    counts = {
        "reported": {"state": "reported"},
        "that day": {"on": START.isoformat()},
        "later": {"on_from": (START + DAY).isoformat()},
        "here": {"centre": "north"},
        "elsewhere": {"centre": "south"},
    }
    found = {name: ask(desk.worker, "list", query).data["count"] for name, query in counts.items()}
    assert found == {"reported": 1, "that day": 1, "later": 3, "here": 4, "elsewhere": 0}
    wrong = ask(desk.worker, "list", {"state": "gone", "on": "31-31-2026"})
    assert wrong.status_code == 400 and set(wrong.data["errors"]) == {"state", "on"}


def test_one_slot_has_its_derivation(cast: Cast, desk: Desk) -> None:
    live(cast, desk)
    actions.keep_slots(now=at(START + 28 * DAY))
    kings_day = ReportingSlot.objects.get(iso_week=18)
    data = ask(cast.applicant, "retrieve", pk=kings_day.pk).data
    assert data["on"] == "2026-04-28"
    assert data["moved_over"] == [{"date": "2026-04-27", "name": "King's Day"}]
    assert data["due_at"] == "2026-04-28T23:59:59+02:00"


def test_the_police_of_a_case_reports_and_does_not_excuse(cast: Cast, desk: Desk) -> None:
    first, second, *_ = live(cast, desk)
    assert ask(cast.police, "excuse", {"reason": "ill"}, pk=first.pk).status_code == 403
    assert ask(cast.police, "report", pk=first.pk).data["state"] == State.REPORTED
    cast.case.involvements.filter(role="police").delete()
    assert ask(cast.police, "report", pk=second.pk).status_code == 404


def test_the_desk_reports_and_excuses(cast: Cast, desk: Desk) -> None:
    first, second, *_ = live(cast, desk)
    for _ in range(2):
        answer = ask(desk.worker, "report", pk=first.pk)
        assert (answer.status_code, answer.data["state"]) == (200, "reported")
    answer = ask(desk.worker, "excuse", {"reason": "ill"}, pk=second.pk)
    assert (answer.status_code, answer.data["state"], answer.data["reason"]) == (200, "excused", "ill")


def test_refusals_are_problems_with_their_status(cast: Cast, desk: Desk, other_desk: Desk) -> None:
    mine = live(cast, desk)[0]
    theirs = live(cast, other_desk, who="other_case")[0]
    for name in ("applicant", "lawyer", "caseworker"):
        assert ask(cast.people[name], "report", pk=mine.pk).status_code == 403
        assert ask(cast.people[name], "excuse", {"reason": "ill"}, pk=mine.pk).status_code == 403
    for user in (desk.worker, cast.applicant, cast.lawyer, cast.administrator):
        assert ask(user, "report", pk=theirs.pk).status_code == 404
    assert ask(desk.worker, "report", pk="not-a-number").status_code == 404
    wrong = ask(desk.worker, "excuse", {"reason": "tired"}, pk=mine.pk)
    assert wrong.status_code == 400 and list(wrong.data["errors"]) == ["reason"]
    actions.exempt(mine, actor=desk.worker, at=at(START))
    refused = ask(desk.worker, "report", pk=mine.pk)
    said = gettext("This week's report is settled already: %(state)s.") % {"state": State.EXEMPT.label}
    assert refused.status_code == 409 and refused.data["detail"] == said
    assert refused["Content-Type"] == "application/problem+json"
    theirs.refresh_from_db()
    assert theirs.state == State.PLANNED


def test_the_description_names_what_the_desk_may_hear() -> None:
    paths = Generator().get_schema(request=None, public=True)["paths"]
    for name in ("report", "excuse"):
        answers = paths[f"/api/reporting-slots/{{id}}/{name}/"]["post"]["responses"]
        assert {"200", "401", "403", "404", "409"} <= set(answers)
