"""Filing within a term: the receipt, what is late, what is refused, and that nothing stays of what failed."""

import hashlib
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied

from asylum_portal.notices.models import Notice
from cases.file_types import prove
from cases.models import Document
from procedure.actions import close_lapsed_steps, lapse_terms
from procedure.filings import (
    CODE_OF_KIND,
    STATES_OF_KIND,
    STEP_OF_KIND,
    Kind,
    can_be_filed,
    kinds_open_to,
    would_close,
)
from procedure.guards import StateForbids
from procedure.models import Deadline, Filing, Procedure, Transition
from procedure.states import State
from tests.cases.samples import pdf_bytes
from tests.cast import AMSTERDAM, Cast, at, letter_file, make_cast, walk

D1, D2, D3, D4, D6 = (date(2026, 4, day) for day in (1, 2, 3, 7, 9))
LAST_SECOND = datetime(2026, 4, 2, 23, 59, 59, tzinfo=AMSTERDAM)
pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def term(cast: Cast, code: str) -> Deadline:
    return cast.procedure.deadlines.filter(rule_code=code).latest("opened_at")


def sealed_files() -> int:
    return sum(1 for path in Path(settings.MEDIA_ROOT).rglob("*.sealed"))


# The receipt


def test_the_receipt_says_what_came_in_when_and_with_how_much_time_to_spare(cast: Cast) -> None:
    walk(cast, until="close_interview")
    moment = datetime(2026, 4, 2, 17, 30, 15, 654_321, tzinfo=AMSTERDAM)
    sent = pdf_bytes("changes")
    content = prove(BytesIO(sent), claimed_name="changes.pdf", limit=10**7)
    filing = cast.file("corrections", D2, at=moment, content=content)
    filing.refresh_from_db()
    assert filing.received_at == moment.replace(microsecond=0)
    assert filing.due_at == LAST_SECOND and filing.in_time
    assert filing.margin == timedelta(hours=6, minutes=29, seconds=44)
    assert filing.document.received_sha256 == hashlib.sha256(sent).hexdigest()
    assert filing.document.received_at == filing.received_at
    assert filing.filed_by == cast.people["lawyer"] and filing.deadline == term(cast, "AA-COR")
    assert filing.receipt_number.startswith("R2026-") and len(filing.receipt_number) == 18
    assert term(cast, "AA-COR").settled_at == filing.received_at


@pytest.mark.parametrize(
    ("moment", "in_time"),
    [
        (LAST_SECOND, True),
        (LAST_SECOND.replace(microsecond=999_999), True),
        (datetime(2026, 4, 3, 0, 0, 0, tzinfo=AMSTERDAM), False),
    ],
)
def test_the_whole_last_second_is_in_time(cast: Cast, moment: datetime, in_time: bool) -> None:
    walk(cast, until="close_interview")
    filing = cast.file("corrections", D2, at=moment)
    assert filing.in_time is in_time
    assert term(cast, "AA-COR").state == (Deadline.State.MET if in_time else Deadline.State.LATE)


def test_a_document_that_no_term_waits_for_is_neither_early_nor_late(cast: Cast) -> None:
    walk(cast, until="begin_preparation")
    filing = cast.file("evidence", date(2026, 3, 20))
    assert (filing.deadline, filing.due_at, filing.in_time, filing.margin) == (None, None, None, None)


def test_a_later_extension_does_not_change_what_a_receipt_says(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    filing = cast.file("response", D4)
    longer = {"ground": "lawyer_ill", "obstacle_ended_on": D4, "proof": cast.case.documents.first()}
    cast.take("extend_response_term", D4, hour=16, until=date(2026, 4, 13), **longer)
    filing.refresh_from_db()
    assert filing.due_at == datetime(2026, 4, 7, 23, 59, 59, tzinfo=AMSTERDAM)


# Late and twice


def test_a_late_response_is_taken_with_its_reason_until_the_decision(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    night = at(date(2026, 4, 8), 0, 1)
    lapse_terms(now=night)
    close_lapsed_steps(now=night)
    filing = cast.file("response", date(2026, 4, 8), hour=9, late_reason="the interpreter was ill")
    assert (filing.in_time, filing.late_reason) == (False, "the interpreter was ill")
    assert filing.margin == -timedelta(hours=9, seconds=1)
    assert term(cast, "AA-VIEW").state == Deadline.State.LATE
    cast.take("refuse", D6)
    files = sealed_files()
    with pytest.raises(StateForbids):
        cast.file("response", D6, hour=16)
    assert sealed_files() == files and Filing.objects.filter(kind="response").count() == 1


def test_a_second_filing_has_a_receipt_of_its_own_and_leaves_the_term_as_it_was(cast: Cast) -> None:
    walk(cast, until="close_interview")
    first = cast.file("corrections", D2, hour=10)
    second = cast.file("corrections", D2, hour=12)
    late = cast.file("corrections", D3, hour=1)
    assert len({first.receipt_number, second.receipt_number, late.receipt_number}) == 3
    assert (second.in_time, late.in_time) == (True, False)
    corrections = term(cast, "AA-COR")
    assert corrections.state == Deadline.State.MET and corrections.settled_at == first.received_at
    assert corrections.filings.count() == 3


def test_the_same_file_sent_again_at_once_is_filed_once(cast: Cast) -> None:
    walk(cast, until="close_interview")
    moment, later = at(D2, 10), at(D2, 10) + timedelta(minutes=2)
    first = cast.file("corrections", D2, at=moment)
    files = sealed_files()
    again = cast.file("corrections", D2, at=later, complete=True)
    assert again == first and again.received_at == moment
    assert sealed_files() == files
    assert not Notice.objects.filter(kind="filing_received", created_at=later).exists()
    # The second click may say that this was everything.
    assert cast.procedure.state == State.ASSESSMENT
    other = cast.file("corrections", D2, at=later, content=letter_file("another letter"))
    evidence = cast.file("evidence", D2, at=later)
    assert len({first.pk, other.pk, evidence.pk}) == 3


# What is refused


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_is_taken_in_its_states_alone(cast: Cast, kind: Kind) -> None:
    stops = ["start_registration", "begin_preparation", "close_interview", "close_response", "refuse"]
    done = 0
    for number, stop in enumerate(stops):
        walk_on(cast, stops[number - 1] if number else None, stop)
        last = cast.procedure.last_event_on()
        original = cast.case.documents.first()
        more = {"translation_of": original} if kind == Kind.TRANSLATION else {}
        if can_be_filed(cast.procedure, kind, on=last):
            cast.file(kind, last, hour=20, **more)
            done += 1
        else:
            with pytest.raises(StateForbids) as forbidden:
                cast.file(kind, last, hour=20, **more)
            assert forbidden.value.reasons
    # The road itself has corrections and a response.
    assert done == Filing.objects.exclude(document__in=on_the_road(cast)).count()
    # A refusal in time leads past a late decision, a judgment and a grant.
    assert bool(done) == (kind not in (Kind.NOTICE_OF_DEFAULT, Kind.HIGHER_APPEAL, Kind.FAMILY))


def on_the_road(cast: Cast) -> list[Document]:
    return [filing.document for filing in cast.procedure.filings.all() if filing.received_at.hour < 18]


def walk_on(cast: Cast, after: str | None, until: str) -> None:
    from tests.cast import MAIN_ROAD, take_road

    names = [name for name, _on in MAIN_ROAD]
    take_road(cast, MAIN_ROAD[names.index(after) + 1 if after else 0 : names.index(until) + 1])


@pytest.mark.parametrize(
    ("kind", "by"),
    [
        ("corrections", "applicant"),  # the lawyer's, where there is one
        ("corrections", "caseworker"),
        ("corrections", "other_lawyer"),
        ("evidence", "other_applicant"),
        ("evidence", "reception"),
        ("evidence", "counsellor"),  # without consent
        ("evidence", "guardian"),
    ],
)
def test_who_may_not_file_is_refused(cast: Cast, kind: str, by: str) -> None:
    walk(cast, until="close_interview")
    with pytest.raises(PermissionDenied):
        cast.file(kind, D2, by=by)
    assert not Filing.objects.exists()


def test_what_is_offered_is_what_is_taken(cast: Cast) -> None:
    walk(cast, until="close_interview")
    lawyer, applicant = cast.people["lawyer"], cast.people["applicant"]
    offered = kinds_open_to(lawyer, cast.procedure, on=D2)
    assert offered == [
        Kind.CORRECTIONS,
        Kind.CONFIRMATION,
        Kind.APPLICATION_CORRECTIONS,
        Kind.EVIDENCE,
        Kind.IDENTITY,
        Kind.TRANSLATION,
    ]
    assert kinds_open_to(applicant, cast.procedure, on=D2) == [
        Kind.CONFIRMATION,
        Kind.EVIDENCE,
        Kind.IDENTITY,
        Kind.TRANSLATION,
    ]
    cast.case.mandates.update(ends_on=D1)
    assert Kind.CORRECTIONS in kinds_open_to(applicant, cast.procedure, on=D2)
    assert kinds_open_to(lawyer, cast.procedure, on=D2) == []


def test_every_kind_has_a_document_and_states(cast: Cast) -> None:
    assert set(CODE_OF_KIND) == set(STATES_OF_KIND) | set(STEP_OF_KIND) == set(Kind)
    with pytest.raises(ValueError, match="poem"):
        cast.file("poem", D2)


# Nothing half done


def fail_after_the_step(procedure: Procedure, transition: Transition) -> None:
    """A listener that breaks, as one of another app might."""
    if transition.name == "close_corrections":
        raise RuntimeError("the listener broke")


def test_when_what_follows_breaks_neither_rows_nor_files_stay(cast: Cast, settings) -> None:
    walk(cast, until="close_interview")
    settings.PROCEDURE_TRANSITION_HOOKS = ["tests.procedure.test_filings.fail_after_the_step"]
    before = (sealed_files(), Document.objects.count(), Notice.objects.count(), Transition.objects.count())
    with pytest.raises(RuntimeError):
        cast.file("corrections", D2, complete=True)
    after = (sealed_files(), Document.objects.count(), Notice.objects.count(), Transition.objects.count())
    assert after == before and not Filing.objects.exists()
    assert term(cast, "AA-COR").state == Deadline.State.OPEN
    assert Procedure.objects.get(pk=cast.procedure.pk).state == State.CORRECTIONS


def test_a_step_with_a_document_that_breaks_leaves_no_file_either(cast: Cast, settings) -> None:
    walk(cast, until="begin_preparation")
    settings.PROCEDURE_TRANSITION_HOOKS = ["tests.procedure.test_filings.no_such_listener"]
    files = sealed_files()
    with pytest.raises(ImportError):
        cast.take("request_withdrawal", date(2026, 3, 20), by="applicant")
    assert sealed_files() == files
    assert cast.procedure.transitions.count() == 6


# Closing with it


def test_complete_closes_the_step_in_the_same_moment(cast: Cast) -> None:
    walk(cast, until="close_interview")
    cast.file("corrections", D2, complete=True)
    assert cast.procedure.state == State.ASSESSMENT
    step = cast.procedure.transitions.latest("id")
    assert (step.name, step.actor, step.on) == ("close_corrections", cast.people["lawyer"], D2)
    assert term(cast, "AA-COR").state == Deadline.State.MET


def test_complete_closes_nothing_where_no_step_waits_for_it(cast: Cast) -> None:
    walk(cast, until="close_interview")
    cast.file("evidence", D2, complete=True)
    assert cast.procedure.state == State.CORRECTIONS
    cast.file("corrections", D2, complete=True)
    cast.file("confirmation", D2, hour=20, complete=True)
    assert cast.procedure.state == State.ASSESSMENT


def test_the_applicant_confirms_the_report_and_leaves_the_step_to_her_lawyer(cast: Cast) -> None:
    """She agrees with the report; whether anything more follows is her lawyer's to say."""
    walk(cast, until="close_interview")
    applicant = cast.people["applicant"]
    assert not would_close(cast.procedure, Kind.CONFIRMATION, by=applicant, on=D2)
    filing = cast.file("confirmation", D2, by="applicant", complete=True)
    assert filing.in_time and cast.procedure.state == State.CORRECTIONS
    cast.take("close_corrections", D2, by="lawyer", hour=18)


# Afterwards


def test_a_copy_of_the_appeal_meets_the_term_and_stops_the_time_to_leave(cast: Cast) -> None:
    walk(cast, until="refuse")
    filing = cast.file("appeal", date(2026, 4, 16))
    assert filing.deadline == term(cast, "APP-1W") and filing.in_time
    assert term(cast, "APP-1W").state == Deadline.State.MET
    assert {term(cast, code).state for code in ("RET-01", "RET-03")} == {Deadline.State.SUSPENDED}


@pytest.mark.parametrize("why", ["late", "manifestly unfounded"])
def test_an_appeal_that_does_not_suspend_leaves_the_time_to_leave_running(cast: Cast, why: str) -> None:
    walk(cast, until="close_response")
    cast.take("refuse", D6, outcome="UNFOUNDED" if why == "late" else "MANIFESTLY_UNFOUNDED")
    filing = cast.file("appeal", date(2026, 4, 17 if why == "late" else 16))
    assert filing.in_time is (why != "late")
    assert {term(cast, code).state for code in ("RET-01", "RET-03")} == {Deadline.State.OPEN}


def test_sender_and_workers_hear_of_a_filing_once_and_not_what_it_is(cast: Cast) -> None:
    walk(cast, until="close_interview")
    filing = cast.file("corrections", D2)
    told = Notice.objects.filter(about=f"filing:{filing.pk}")
    assert {notice.recipient: notice.kind for notice in told} == {
        cast.people["lawyer"]: "filing_received",
        cast.people["caseworker"]: "filing_arrived",
    }
    assert all(set(notice.context) <= {"path"} for notice in told)
