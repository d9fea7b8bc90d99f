"""The cast with everybody related who can be, on day 2 of worked example 1, and clients that speak JSON."""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from asylum_portal import clock
from asylum_portal.accounts.models import PARTNER_ROLES, User
from cases import actions
from cases.file_types import ProvenFile, prove
from cases.models import Assignment, AuditEntry, Document, Involvement, Mandate
from procedure.actions import apply_transition
from procedure.filings import file_submission
from procedure.models import Appointment, Deadline, Filing, Procedure, ProcedureDay, Transition
from tests.cases.samples import pdf_bytes
from tests.cast import Cast, at, make_cast, walk
from tests.kept import kept

DAY_ONE, DAY_TWO = date(2026, 4, 1), date(2026, 4, 2)
# In every text of the other case that is somebody's secret; who has nothing to do with it must never meet it.
TOKEN = "Zq7secretZq7"


class Api(Client):
    """A client of the API: paths below /api/, bodies as JSON."""

    def __init__(self, user: User | None = None, **defaults: Any) -> None:
        super().__init__(raise_request_exception=False, **defaults)
        if user is not None:
            self.force_login(user)

    def ask(self, path: str, **options: Any) -> Any:
        return self.get(f"/api/{path}", **options)

    def send(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.post(f"/api/{path}", json.dumps(body or {}), content_type="application/json", **options)

    def upload(self, path: str, **fields: Any) -> Any:
        return self.post(f"/api/{path}", fields)


def pdf(text: str = "letter", name: str = "letter.pdf") -> SimpleUploadedFile:
    """A real PDF, as a browser sends it."""
    return SimpleUploadedFile(name, pdf_bytes(text), content_type="application/pdf")


def footprint() -> dict[str, Any]:
    """Everything that a request could leave behind."""
    media = Path(settings.MEDIA_ROOT)
    rows = (Transition, Document, Deadline, AuditEntry, Filing, Appointment, ProcedureDay, Mandate)
    return {
        **{model.__name__: model.objects.count() for model in rows},
        "states": sorted(Procedure.objects.values_list("pk", "state")),
        "terms": sorted(Deadline.objects.values_list("pk", "state", "effective_due_on")),
        "files": sorted(str(path) for path in media.rglob("*") if path.is_file()),
    }


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The problem that an answer must be."""
    assert answer.status_code == status, (answer.status_code, answer.content[:500])
    assert answer["Content-Type"] == "application/problem+json"
    found = answer.json()
    assert found["type"] == "about:blank" and found["status"] == status
    assert found["title"] == answer.reason_phrase and found["detail"]
    return found


@pytest.fixture
def noon_of_day_two(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The portal's clock stands at noon of day 2."""
    noon = at(DAY_TWO, 12)
    monkeypatch.setattr(clock, "now", lambda: noon)
    return noon


def everybody() -> Cast:
    """The main road up to the report of the interview, with guardian, counsellor, auditor, partners."""
    cast = walk(make_cast(), until="close_interview")
    actions.appoint_guardian(
        cast.case,
        guardian=cast.guardian,
        starts_on=DAY_ONE,
        ends_on=None,
        actor=cast.caseworker,
        at=at(DAY_ONE),
    )
    actions.give_consent(
        cast.case, counsellor=cast.counsellor, starts_on=DAY_ONE, actor=cast.applicant, at=at(DAY_ONE)
    )
    actions.assign(
        cast.case,
        worker=cast.auditor,
        duty=Assignment.Duty.AUDIT,
        starts_on=DAY_ONE,
        actor=cast.supervisor,
        at=at(DAY_ONE),
    )
    # Whom the steps involve, and until when, is told of the steps; here all are, in this case alone.
    Involvement.objects.all().delete()
    for role in sorted(PARTNER_ROLES):
        actions.involve(cast.case, role=role, starts_on=DAY_ONE, actor=cast.caseworker, at=at(DAY_ONE))
    cast.file("evidence", DAY_ONE, by="applicant", hour=16)
    return cast


@pytest.fixture(scope="module")
def cast_of_the_file(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: at(DAY_TWO, 12))
        with kept(django_db_blocker, everybody) as cast:
            yield cast


@pytest.fixture
def cast(cast_of_the_file: Cast, db: None, noon_of_day_two: datetime) -> Cast:
    return deepcopy(cast_of_the_file)


def letter(name: str) -> ProvenFile:
    """A proven PDF under this name."""
    return prove(BytesIO(pdf_bytes("letter")), claimed_name=name, limit=10**7)


def plant_secrets(cast: Cast) -> None:
    """Put the token into every text of the other case, of a filing and of a step."""
    stranger, case, procedure = cast.other_case.applicant, cast.other_case, cast.other_procedure
    stranger.name, stranger.interpreter_language = f"{TOKEN} name", f"{TOKEN} language"
    stranger.save()
    case.number = f"{TOKEN}-1"
    case.save()
    apply_transition(
        procedure,
        "start_registration",
        actor=cast.other_caseworker,
        on=DAY_ONE,
        at=at(DAY_ONE, 15),
        reason=f"{TOKEN} reason",
    )
    file_submission(
        procedure,
        "evidence",
        content=letter(f"{TOKEN}.pdf"),
        actor=cast.other_lawyer,
        at=at(DAY_ONE, 16),
        late_reason=f"{TOKEN} late",
    )
