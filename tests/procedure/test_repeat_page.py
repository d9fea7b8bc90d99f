"""Announcing a repeat application on its page: who may, when, and what is missing."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from procedure.models import Procedure
from procedure.states import Schedule, State, Track
from tests.cases.samples import pdf_bytes
from tests.cast import Cast, walk
from tests.procedure.desk import sign_in

pytestmark = pytest.mark.django_db
LATER = date(2026, 6, 1)
TICKS = {"originals_listed": "on", "earlier_decision_final": "on", "in_person": "on"}


def page(cast: Cast) -> str:
    return f"/en/cases/{cast.case.pk}/repeat-application/"


def form(**more: str) -> dict:
    return TICKS | more | {"document": SimpleUploadedFile("m35o.pdf", pdf_bytes("m35o"), "application/pdf")}


@pytest.fixture
def refused(cast: Cast, stand) -> Cast:
    walk(cast, until="refuse")
    stand(LATER)
    return cast


@pytest.mark.parametrize("who", ["lawyer", "applicant", "caseworker"])
def test_after_a_refusal_the_form_begins_a_new_procedure(refused: Cast, who: str) -> None:
    client = sign_in(getattr(refused, who))
    assert client.get(page(refused)).status_code == 200
    assert client.post(page(refused), form()).status_code == 302
    new = refused.case.procedures.get(state=State.REPEAT_NOTIFIED)
    assert (new.track, new.schedule) == (Track.REPEAT, Schedule.ONE_DAY_TEST)
    assert refused.case.documents.of_type("DOC-M35O").count() == 1
    assert client.post(page(refused), form()).status_code == 409


def test_what_is_missing_is_told_and_nothing_is_begun(refused: Cast) -> None:
    client = sign_in(refused.lawyer)
    answer = client.post(page(refused), {"originals_listed": "on"})
    assert answer.status_code == 400 and set(answer.context["form"].errors) == {"document"}
    answer = client.post(page(refused), form(earlier_decision_final=""))
    assert set(answer.context["form"].errors) == {"earlier_decision_final"}
    without_visit = {key: value for key, value in form().items() if key != "in_person"}
    answer = client.post(page(refused), without_visit)
    assert set(answer.context["form"].errors) == {"reason"}
    assert refused.case.procedures.count() == 1 and not Procedure.objects.filter(track=Track.REPEAT).exists()


def test_while_an_application_runs_and_for_strangers_there_is_none(cast: Cast, stand) -> None:
    walk(cast, until="begin_preparation")
    stand(date(2026, 3, 20))
    assert sign_in(cast.lawyer).get(page(cast)).status_code == 409
    assert sign_in(cast.other_lawyer).get(page(cast)).status_code == 404
    assert sign_in(cast.planner).get(page(cast)).status_code == 409
