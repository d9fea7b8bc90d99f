"""Partners at work: they take their steps, see what follows for their part, and are gone when it is over."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from asylum_portal import clock
from asylum_portal.accounts.models import Role
from cases.actions import involve
from cases.models import Case
from procedure.models import Deadline, ReturnTrack
from tests.api.conftest import Api, problem
from tests.cast import Cast, at, make_cast, walk

pytestmark = pytest.mark.django_db
REFUSED_ON = date(2026, 4, 9)


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the portal's clock to noon of a day."""

    def set_clock(day: date) -> datetime:
        noon = at(day, 12)
        monkeypatch.setattr(clock, "now", lambda: noon)
        monkeypatch.setattr(clock, "today", lambda: day)
        return noon

    return set_clock


@pytest.fixture
def refused(on: Any) -> Cast:
    cast = walk(make_cast(), until="refuse")
    on(REFUSED_ON)
    return cast


def browser(cast: Cast, person: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.people[person])
    return client


def case_page(cast: Cast) -> str:
    with translation.override("en"):
        return reverse("procedure:case", args=[cast.case.pk])


def step_page(cast: Cast, name: str) -> str:
    with translation.override("en"):
        return reverse("procedure:step", args=[cast.procedure.pk, name])


def test_a_refusal_opens_the_case_to_the_return_service_with_the_terms_of_departure(refused: Cast) -> None:
    page = browser(refused, "return_officer").get(case_page(refused))
    assert page.status_code == 200
    assert {row["term"].rule_code for row in page.context["rows"]} == {"RET-01", "RET-03"}
    assert "begin_departure_guidance" in dict(page.context["steps"])
    standing = {row["value"] for row in page.context["standing"]}
    assert refused.procedure.get_outcome_display() in standing and REFUSED_ON in standing
    for nobody in ("court", "desk", "municipality", "border_police"):
        assert browser(refused, nobody).get(case_page(refused)).status_code == 404, nobody


def test_a_partner_sees_beforehand_what_follows_for_its_own_part_alone(refused: Cast) -> None:
    involve(refused.case, role=Role.COURT, starts_on=REFUSED_ON, actor=refused.caseworker, at=at(REFUSED_ON))
    told = {person.display_name for person in (refused.lawyer, refused.caseworker, refused.supervisor)}
    page = browser(refused, "return_officer").get(step_page(refused, "begin_departure_guidance"))
    assert page.status_code == 200
    text = page.content.decode()
    assert refused.applicant.display_name in text
    assert not [name for name in told if name in text]
    own = {"RET-01", "RET-02", "RET-03", "DUB-04", "DUB-05", "DUB-06"}
    shown = page.context["foreseen"].consequences
    assert {term.code for term in (*shown.opens, *shown.ends)} <= own
    assert {row.machine for row in shown.went} == {"return"}


def test_a_partner_takes_its_step_for_the_day_on_which_it_happened(refused: Cast, on: Any) -> None:
    on(REFUSED_ON + timedelta(days=4))
    client = browser(refused, "return_officer")
    happened = (REFUSED_ON + timedelta(days=2)).isoformat()
    answer = client.post(step_page(refused, "begin_departure_guidance"), {"on": happened})
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    track = ReturnTrack.objects.get(procedure=refused.procedure)
    assert track.state == ReturnTrack.State.DTV_ACTIVE
    step = refused.procedure.transitions.get(name="begin_departure_guidance")
    assert (step.on.isoformat(), step.actor) == (happened, refused.return_officer)
    assert case_page(refused).endswith(answer["Location"].removeprefix("/nl").removeprefix("/en"))


def test_what_a_step_over_the_api_changed_is_told_as_far_as_it_is_the_partners(refused: Cast) -> None:
    answer = Api(refused.return_officer).send(
        f"procedures/{refused.procedure.pk}/transitions/begin_departure_guidance/"
    )
    assert answer.status_code == 201, answer.content
    found = answer.json()
    visible = Deadline.objects.visible_to(refused.return_officer, on=REFUSED_ON)
    codes = set(visible.values_list("rule_code", flat=True))
    assert {row["rule"] for group in ("opened", "settled", "moved") for row in found[group]} <= codes
    history = Api(refused.return_officer).ask(f"procedures/{refused.procedure.pk}/transitions/").json()
    assert [row["name"] for row in history["history"]] == ["begin_departure_guidance"]


def test_why_a_step_of_others_cannot_be_taken_is_not_told_to_a_partner(refused: Cast) -> None:
    reasons = {}
    for person in ("return_officer", "caseworker"):
        assert browser(refused, person).get(step_page(refused, "close")).status_code == 409
        answer = Api(refused.people[person]).send(
            f"procedures/{refused.procedure.pk}/transitions/close/", headers={"accept-language": "en"}
        )
        reasons[person] = problem(answer, 409)["reasons"]
    with translation.override("nl"):
        assert reasons["return_officer"] == [gettext("This step does not fit where the case stands now.")]
    assert reasons["caseworker"] and reasons["caseworker"] != reasons["return_officer"]


def test_departure_ends_the_part_of_the_return_service_and_of_iom(refused: Cast, on: Any) -> None:
    for person in ("return_officer", "migration_adviser"):
        assert browser(refused, person).get(case_page(refused)).status_code == 200, person
    refused.take("begin_departure_guidance", REFUSED_ON, by="return_officer", hour=13)
    left_on = REFUSED_ON + timedelta(days=5)
    on(left_on)
    refused.take("confirm_departure", left_on, by="return_officer", hour=13, country="Eritrea")
    on(left_on + timedelta(days=1))
    for person in ("return_officer", "migration_adviser"):
        client = browser(refused, person)
        assert client.get(case_page(refused)).status_code == 404, person
        assert not Case.objects.visible_to(refused.people[person], on=clock.today()).exists()
    ended = refused.case.audit_entries.filter(action="access.end", data__role="return_officer")
    assert ended.get().data["ends_on"] == left_on.isoformat()
