"""Who did or saw what: one row for each act and each view, with codes and ids, never a story or a name."""

import json
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from asylum_portal.accounts.models import Role
from cases import actions
from cases.audit import broken_links, record
from cases.models import AuditEntry
from procedure.guards import StateForbids
from tests.cast import Cast, at, letter_file, make_cast, walk

DAY = date(2026, 4, 8)
pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def test_a_row_says_who_in_which_role_of_which_organisation_did_what_when(cast: Cast) -> None:
    entry = record(
        cast.people["caseworker"],
        "case.view",
        at=at(DAY),
        case=cast.case,
        target=cast.case,
        purpose="decision",
        page=2,
    )
    entry.refresh_from_db()
    assert (entry.actor, entry.role, entry.organisation) == (
        cast.people["caseworker"],
        Role.CASEWORKER,
        "IND",
    )
    assert (entry.action, entry.case, entry.target) == ("case.view", cast.case, f"case:{cast.case.pk}")
    assert (entry.purpose, entry.data, entry.at) == ("decision", {"page": 2}, at(DAY))
    assert entry.chain == str(cast.case.pk) and len(entry.hash) == 64


def test_the_role_of_that_day_stays_when_the_person_changes_hers(cast: Cast) -> None:
    worker = cast.people["caseworker"]
    entry = record(worker, "case.view", at=at(DAY), case=cast.case)
    worker.role = Role.SUPERVISOR
    worker.save()
    assert AuditEntry.objects.get(pk=entry.pk).role == Role.CASEWORKER


def test_each_link_continues_the_one_before(cast: Cast) -> None:
    first, second = (record(cast.people["lawyer"], "case.view", at=at(DAY), case=cast.case) for _ in range(2))
    first.refresh_from_db(), second.refresh_from_db()
    assert second.sequence == first.sequence + 1 and second.previous_hash == first.hash


def test_every_step_and_every_filing_of_a_case_leaves_its_row(cast: Cast) -> None:
    walk(cast, until="refuse")
    entries = AuditEntry.objects.filter(case=cast.case)
    actions_taken = list(entries.filter(action__startswith="procedure.").values_list("action", flat=True))
    steps = [f"procedure.{step.name}" for step in cast.procedure.transitions.order_by("id")]
    assert actions_taken == steps
    filed = entries.filter(action="document.file")
    assert filed.count() == cast.case.documents.count()
    assert {entry.data["sha256"] for entry in filed} == set(
        cast.case.documents.values_list("received_sha256", flat=True)
    )
    assert not list(broken_links())


def test_reading_a_document_is_recorded_before_its_first_byte(cast: Cast) -> None:
    document = _evidence(cast)
    content = actions.read_document(document, actor=cast.people["caseworker"], at=at(DAY))
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.target) == ("document.read", f"document:{document.pk}")
    assert b"".join(content).startswith(b"%PDF")


def test_who_may_not_read_leaves_no_row_that_says_she_did(cast: Cast) -> None:
    document = _evidence(cast)
    before = AuditEntry.objects.count()
    for name in ("other_lawyer", "other_caseworker", "reception", "administrator"):
        with pytest.raises(PermissionDenied):
            actions.read_document(document, actor=cast.people[name], at=at(DAY))
    assert AuditEntry.objects.count() == before


def test_a_step_that_is_refused_leaves_no_row(cast: Cast) -> None:
    before = AuditEntry.objects.count()
    with pytest.raises(StateForbids):
        cast.take("refuse", DAY)
    with pytest.raises(PermissionDenied):
        cast.take("start_registration", DAY, by="lawyer")
    assert AuditEntry.objects.count() == before


def test_nothing_that_people_wrote_gets_into_the_trail(cast: Cast) -> None:
    token = "q7tokenthatonlythetestknows"
    walk(cast, until="close_interview")
    lawyer = cast.people["lawyer"]
    actions.send_message(cast.case, channel="lawyer", body=token, actor=lawyer, at=at(DAY))
    cast.file(
        "corrections", date(2026, 4, 2), content=letter_file(token, name=f"{token}.pdf"), late_reason=token
    )
    cast.take("change_lawyer", DAY, by="planner", reason=token)
    names = (cast.case.applicant.name, cast.case.applicant.v_number, lawyer.display_name)
    for entry in AuditEntry.objects.all():
        written = json.dumps([entry.data, entry.target, entry.purpose, entry.action, entry.organisation])
        assert not [word for word in (token, *names) if word in written], entry.action


def _evidence(cast: Cast):
    return actions.file_document(
        cast.case, code="DOC-EV", content=letter_file(), actor=cast.people["lawyer"], at=at(DAY)
    )
