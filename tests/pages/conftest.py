"""The cast with everybody related who can be, a document, a message, a term: something at every address."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from asylum_portal import clock
from asylum_portal.accounts.models import PARTNER_ROLES
from cases import actions
from cases.models import Assignment, Channel, Involvement
from procedure.models import Filing
from tests.cast import Cast, at, make_cast, walk
from tests.kept import kept

TODAY = date(2026, 4, 1)
NOON = datetime(2026, 4, 1, 12, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))
# In every text of the other case that is somebody's secret; nobody related to the first case alone may
# meet it.
TOKEN = "Zq7secretZq7"


@pytest.fixture
def on_day_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal's clock stands at noon of day 1 of worked example 1."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    monkeypatch.setattr(clock, "today", lambda: TODAY)


def everybody() -> Cast:
    """The main road up to the report of the interview, with guardian, counsellor, auditor, partners."""
    cast = walk(make_cast(), until="close_interview")
    actions.appoint_guardian(
        cast.case, guardian=cast.guardian, starts_on=TODAY, ends_on=None, actor=cast.caseworker, at=at(TODAY)
    )
    actions.give_consent(
        cast.case, counsellor=cast.counsellor, starts_on=TODAY, actor=cast.applicant, at=at(TODAY)
    )
    actions.assign(
        cast.case,
        worker=cast.auditor,
        duty=Assignment.Duty.AUDIT,
        starts_on=TODAY,
        actor=cast.supervisor,
        at=at(TODAY),
    )
    # Whom the steps involve, and until when, is told of the steps; here all are, in this case alone.
    Involvement.objects.all().delete()
    for role in sorted(PARTNER_ROLES):
        actions.involve(cast.case, role=role, starts_on=TODAY, actor=cast.caseworker, at=at(TODAY))
    cast.file("evidence", TODAY, by="applicant", hour=11)
    actions.send_message(
        cast.case, channel=Channel.SERVICE, body="Good morning", actor=cast.applicant, at=at(TODAY, 11)
    )
    _plant_secrets(cast)
    return cast


def _plant_secrets(cast: Cast) -> None:
    stranger = cast.other_case.applicant
    stranger.name = f"{TOKEN} name"
    stranger.interpreter_language = f"{TOKEN} language"
    stranger.save()
    actions.send_message(
        cast.other_case,
        channel=Channel.SERVICE,
        body=f"{TOKEN} story",
        actor=cast.other_applicant,
        at=at(TODAY, 11),
    )


@pytest.fixture(scope="module")
def cast_of_the_file(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: NOON)
        patch.setattr(clock, "today", lambda: TODAY)
        with kept(django_db_blocker, everybody) as cast:
            yield cast


@pytest.fixture
def cast(cast_of_the_file: Cast, db: None, on_day_one: None) -> Cast:
    return deepcopy(cast_of_the_file)


def addresses(cast: Cast) -> dict[str, tuple[str, dict]]:
    """Every address that names something of the case: name in the URLs -> what it names."""
    procedure, case = cast.procedure, cast.case
    part = case.involvements.order_by("pk").last()
    return {
        "procedure:case": ("procedure:case", {"pk": case.pk}),
        "procedure:add-document": ("procedure:add-document", {"pk": case.pk}),
        "procedure:announce-repeat": ("procedure:announce-repeat", {"pk": case.pk}),
        "procedure:card": ("procedure:card", {"pk": case.pk}),
        "procedure:involve": ("procedure:involve", {"pk": case.pk}),
        "procedure:end-part": ("procedure:end-part", {"pk": case.pk, "part": part.pk if part else 0}),
        "procedure:days": ("procedure:days", {"pk": procedure.pk}),
        "procedure:terms": ("procedure:terms", {"pk": procedure.pk}),
        "procedure:step": ("procedure:step", {"pk": procedure.pk, "name": "extend_general_procedure"}),
        "procedure:file": ("procedure:file", {"pk": procedure.pk, "kind": "evidence"}),
        "procedure:why": ("procedure:why", {"pk": procedure.deadlines.get(rule_code="AA-COR").pk}),
        "procedure:receipt": ("procedure:receipt", {"pk": Filing.objects.get().pk}),
        "cases:documents": ("cases:documents", {"pk": case.pk}),
        "cases:messages": ("cases:messages", {"pk": case.pk}),
        "cases:seen-by": ("cases:seen-by", {"pk": case.pk}),
        "cases:document": ("cases:document", {"pk": case.documents.get(code="DOC-EV").pk}),
    }
