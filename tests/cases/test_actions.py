"""What changes a file: mandates and other spells, documents, messages."""

import hashlib
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection

from asylum_portal.accounts.models import User
from asylum_portal.notices.models import Notice
from cases import actions
from cases.file_types import prove
from cases.models import Applicant, Assignment, Case, Document, Message
from tests.cases.samples import pdf_bytes
from tests.cast import Cast, at, letter_file, make_cast

DAY = date(2026, 4, 8)
NEXT = DAY + timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def give(cast: Cast, name: str, on: date) -> None:
    actions.give_mandate(
        cast.case, lawyer=cast.people[name], starts_on=on, actor=cast.people["planner"], at=at(on)
    )


def test_a_new_lawyer_ends_the_mandate_of_the_old_one_with_that_day(cast: Cast) -> None:
    give(cast, "other_lawyer", DAY)
    old = cast.case.mandates.get(holder=cast.people["lawyer"])
    assert old.ends_on == DAY
    assert set(cast.case.mandates.current(on=DAY).values_list("holder", flat=True)) == {
        cast.people["lawyer"].pk,
        cast.people["other_lawyer"].pk,
    }
    assert cast.case.current_mandate(on=DAY).holder == cast.people["other_lawyer"]
    assert [mandate.holder for mandate in cast.case.mandates.current(on=NEXT)] == [
        cast.people["other_lawyer"]
    ]


def test_there_and_back_on_one_day_the_last_one_counts(cast: Cast) -> None:
    give(cast, "other_lawyer", DAY)
    give(cast, "lawyer", DAY)
    assert cast.case.current_mandate(on=DAY).holder == cast.people["lawyer"]
    assert [mandate.holder for mandate in cast.case.mandates.current(on=NEXT)] == [cast.people["lawyer"]]


def test_the_same_mandate_given_twice_is_one(cast: Cast) -> None:
    rows = cast.case.audit_entries.count()
    give(cast, "lawyer", DAY)
    assert cast.case.mandates.count() == 1 and cast.case.audit_entries.count() == rows


def test_a_worker_is_put_on_a_case_once_for_a_duty(cast: Cast) -> None:
    for _ in range(2):
        actions.assign(
            cast.case,
            worker=cast.people["planner"],
            duty=Assignment.Duty.PLANNING,
            starts_on=DAY,
            actor=cast.people["supervisor"],
            at=at(DAY),
        )
    assert cast.case.assignments.filter(holder=cast.people["planner"]).count() == 1
    assert set(cast.case.current_workers(on=DAY)) == {cast.people["caseworker"], cast.people["planner"]}


def test_auditors_look_and_are_not_among_those_who_work_on_a_case(cast: Cast) -> None:
    actions.assign(
        cast.case,
        worker=cast.people["auditor"],
        duty=Assignment.Duty.AUDIT,
        starts_on=DAY,
        actor=cast.people["supervisor"],
        at=at(DAY),
    )
    assert cast.people["auditor"] not in cast.case.current_workers(on=DAY)


def test_who_is_told_of_a_case_on_a_day(cast: Cast) -> None:
    people = cast.people
    assert actions.people_of_applicant(cast.case, on=DAY) == [people["applicant"], people["lawyer"]]
    actions.appoint_guardian(
        cast.case,
        guardian=people["guardian"],
        starts_on=DAY,
        ends_on=DAY,
        actor=people["supervisor"],
        at=at(DAY),
    )
    assert people["guardian"] in actions.people_of_applicant(cast.case, on=DAY)
    assert people["guardian"] not in actions.people_of_applicant(cast.case, on=NEXT)
    User.objects.filter(pk=people["lawyer"].pk).update(is_active=False)
    assert people["lawyer"] not in actions.people_of_applicant(Case.objects.get(pk=cast.case.pk), on=DAY)


def test_an_applicant_without_an_account_yet_is_in_nobodys_way(cast: Cast) -> None:
    applicant = Applicant.objects.create(
        v_number="V1000009", name="X", reading_language="ar", interpreter_language="Arabic"
    )
    case = actions.open_case(applicant, actor=cast.people["caseworker"], on=DAY, at=at(DAY))
    assert case.number.startswith("2026-") and actions.people_of_applicant(case, on=DAY) == []


def test_a_document_is_kept_sealed_with_the_hash_of_what_came_in(cast: Cast) -> None:
    sent = pdf_bytes("the story")
    document = actions.file_document(
        cast.case,
        code="DOC-EV",
        content=prove(BytesIO(sent), claimed_name="قصتي.pdf", limit=10**7),
        actor=cast.people["lawyer"],
        at=at(DAY),
    )
    assert document.received_sha256 == hashlib.sha256(sent).hexdigest()
    sealed = Path(settings.MEDIA_ROOT, document.stored_path).read_bytes()
    assert b"%PDF" not in sealed and b"the story" not in sealed
    read = b"".join(actions.read_document(document, actor=cast.people["applicant"], at=at(DAY)))
    assert hashlib.sha256(read).hexdigest() == document.stored_sha256
    assert document.original_name == "قصتي.pdf"
    with connection.cursor() as cursor:
        cursor.execute("SELECT original_name FROM cases_document WHERE id = %s", [document.pk])
        assert "قصتي" not in cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("applicant", "DOC-VIEW"),
        ("applicant", "DOC-NOTE"),
        ("lawyer", "DOC-DEC-POS"),
        ("lawyer", "DOC-REP-NG"),
        ("planner", "DOC-INT-REJ"),
        ("reception", "DOC-EV"),
        ("counsellor", "DOC-EV"),
    ],
)
def test_who_may_not_file_a_kind_is_refused_and_leaves_nothing(cast: Cast, name: str, code: str) -> None:
    with pytest.raises(PermissionDenied):
        actions.file_document(
            cast.case, code=code, content=letter_file(), actor=cast.people[name], at=at(DAY)
        )
    assert not Document.objects.exists()


def test_without_a_lawyer_the_applicant_files_corrections_herself(cast: Cast) -> None:
    cast.case.mandates.update(ends_on=DAY)
    for on, refused in ((DAY, True), (NEXT, False)):
        try:
            actions.file_document(
                cast.case, code="DOC-COR", content=letter_file(), actor=cast.people["applicant"], at=at(on)
            )
            assert not refused
        except PermissionDenied:
            assert refused


def test_a_message_is_sealed_and_its_readers_hear_only_that_there_is_one(cast: Cast) -> None:
    secret = "only for the lawyer"
    message = actions.send_message(
        cast.case, channel="lawyer", body=secret, actor=cast.people["applicant"], at=at(DAY)
    )
    assert Message.objects.get().body == secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM cases_message")
        assert secret not in cursor.fetchone()[0]
    told = Notice.objects.filter(key__startswith=f"message:{message.pk}")
    assert {notice.recipient for notice in told} == {cast.people["lawyer"]}
    assert all(secret not in str(notice.context) for notice in told)


def test_in_the_channel_of_the_service_everybody_else_who_reads_there_is_told(cast: Cast) -> None:
    message = actions.send_message(
        cast.case, channel="service", body="x", actor=cast.people["caseworker"], at=at(DAY)
    )
    told = Notice.objects.filter(key__startswith=f"message:{message.pk}").values_list("recipient", flat=True)
    assert set(told) == {cast.people["applicant"].pk, cast.people["lawyer"].pk}
