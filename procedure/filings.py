"""Filing within a term, with a receipt: corrections, responses, evidence. Late is not refused (C0.5)."""

import secrets
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asylum_portal.accounts.models import Role, User
from asylum_portal.notices.actions import queue
from cases.access import relation_holds
from cases.actions import file_document
from cases.document_types import may_upload
from cases.file_types import ProvenFile
from cases.models import Document
from cases.vault import discarding_on_error
from procedure import deadlines
from procedure.access import may_take
from procedure.actions import apply_transition
from procedure.guards import StateForbids
from procedure.models import Deadline, Filing, Procedure
from procedure.states import OPEN, State

Kind = Filing.Kind
CODE_OF_KIND = {
    Kind.CORRECTIONS: "DOC-COR",
    Kind.CONFIRMATION: "DOC-CONF",
    Kind.RESPONSE: "DOC-VIEW",
    Kind.APPLICATION_CORRECTIONS: "DOC-COR-AAN",
    Kind.APPEAL: "DOC-APPEAL",
    Kind.EVIDENCE: "DOC-EV",
    Kind.IDENTITY: "DOC-ID",
    Kind.TRANSLATION: "DOC-TR",
}
_AFTER_REPORT = {
    State.CORRECTIONS,
    State.ASSESSMENT,
    State.INTENDED_DECISION,
    State.DECISION,
    State.EXTENDED_INVESTIGATION,
}
_BEFORE_START = {State.WISH_EXPRESSED}
# In which states a kind is taken; corrections and responses stay possible, late, until the decision.
STATES_OF_KIND = {
    Kind.CORRECTIONS: _AFTER_REPORT,
    Kind.CONFIRMATION: _AFTER_REPORT,
    Kind.RESPONSE: {State.INTENDED_DECISION, State.DECISION},
    Kind.APPLICATION_CORRECTIONS: {
        State.TRIAGE,
        State.PREPARATION,
        State.READY,
        State.INTERVIEW,
        State.CORRECTIONS,
    },
    Kind.APPEAL: {State.REFUSED},
    Kind.EVIDENCE: set(OPEN) - _BEFORE_START,
    Kind.IDENTITY: set(OPEN) - _BEFORE_START,
    Kind.TRANSLATION: set(OPEN) - _BEFORE_START,
}
_CLOSES = {
    Kind.CORRECTIONS: (State.CORRECTIONS, "close_corrections"),
    Kind.CONFIRMATION: (State.CORRECTIONS, "close_corrections"),
    Kind.RESPONSE: (State.INTENDED_DECISION, "close_response"),
}
# The same bytes from the same hand so soon again are a second click, or a phone that lost the answer.
_SAME_CLICK = timedelta(minutes=5)


def may_file(user: User, procedure: Procedure, kind: Kind, *, on: date) -> bool:
    """May this person file this kind? Corrections and responses are the lawyer's, where there is one (C8)."""
    return kind in _fileable(user, procedure, on=on)


def kinds_open_to(user: User, procedure: Procedure, *, on: date) -> list[Kind]:
    """What this person may file in this procedure now."""
    return [kind for kind in _fileable(user, procedure, on=on) if procedure.state in STATES_OF_KIND[kind]]


def _fileable(user: User, procedure: Procedure, *, on: date) -> list[Kind]:
    if not relation_holds(user, procedure.case, on=on):
        return []
    has_lawyer = procedure.case.current_mandate(on=on) is not None
    return [kind for kind, code in CODE_OF_KIND.items() if may_upload(code, user.role, has_lawyer=has_lawyer)]


def would_close(procedure: Procedure, kind: Kind, *, by: User, on: date) -> bool:
    """Whether the step that waits now is the one that a filing of this kind by this person completes."""
    if kind not in _CLOSES or procedure.state != _CLOSES[kind][0]:
        return False
    return may_take(by, _CLOSES[kind][1], procedure, on=on)


def term_of(procedure: Procedure, kind: str) -> Deadline | None:
    """The term that a filing of this kind is owed for, the newest one that is not cancelled."""
    code = CODE_OF_KIND[Kind(kind)]
    candidates = procedure.deadlines.exclude(state=Deadline.State.CANCELLED).order_by("-opened_by_id")
    return next((term for term in candidates if code in term.rule.met_by_documents), None)


def file_submission(
    procedure: Procedure,
    kind: str,
    *,
    content: ProvenFile,
    actor: User,
    at: datetime,
    late_reason: str = "",
    complete: bool = False,
    translation_of: Document | None = None,
) -> Filing:
    """File a document and give a receipt; `complete` says that nothing more follows and closes the step.

    Sent twice within minutes it is filed once, and the receipt is the first one's. Raises StateForbids (409)
    outside the states of its kind, PermissionDenied (403) by type and role.
    """
    kind = Kind(kind)
    code = CODE_OF_KIND[kind]
    # Receipt counts to the second, so that the whole last second of a day is in time.
    at = at.replace(microsecond=0)
    on = timezone.localdate(at)
    with discarding_on_error(), transaction.atomic():
        locked = Procedure.objects.select_for_update(no_key=True).get(pk=procedure.pk)
        if locked.state not in STATES_OF_KIND[kind]:
            raise StateForbids(
                [
                    _("This cannot be filed where the case stands now: %(state)s.")
                    % {"state": State(locked.state).label}
                ]
            )
        if not may_file(actor, locked, kind, on=on):
            raise PermissionDenied
        term = term_of(locked, kind)
        filing = _just_filed(locked, kind, term, content=content, actor=actor, at=at, original=translation_of)
        if filing is None:
            document = file_document(
                locked.case, code=code, content=content, actor=actor, at=at, translation_of=translation_of
            )
            filing = Filing.objects.create(
                receipt_number=f"R{on.year}-{secrets.randbelow(10**12):012}",
                procedure=locked,
                kind=kind,
                deadline=term,
                document=document,
                filed_by=actor,
                received_at=at,
                due_at=term.due_at if term else None,
                late_reason=late_reason,
            )
            deadlines.settle_by_filing(filing)
            _acknowledge(filing, at=at)
        if complete and would_close(locked, kind, by=actor, on=on):
            apply_transition(locked, _CLOSES[kind][1], actor=actor, on=on, at=at)
    procedure.refresh_from_db()
    return filing


def _just_filed(
    procedure: Procedure,
    kind: Kind,
    term: Deadline | None,
    *,
    content: ProvenFile,
    actor: User,
    at: datetime,
    original: Document | None,
) -> Filing | None:
    return procedure.filings.filter(
        kind=kind,
        deadline=term,
        filed_by=actor,
        received_at__range=(at - _SAME_CLICK, at + _SAME_CLICK),
        document__received_sha256=content.received_sha256,
        document__translation_of=original,
    ).first()


def _acknowledge(filing: Filing, *, at: datetime) -> None:
    case = filing.procedure.case
    on = timezone.localdate(at)
    told = [(filing.filed_by, "filing_received")]
    told += [(worker, "filing_arrived") for worker in case.current_workers(on=on)]
    for person, kind in told:
        if kind == "filing_received" and person.role not in (Role.LAWYER, Role.APPLICANT, Role.GUARDIAN):
            continue
        path = (
            reverse("procedure:receipt", args=[filing.pk])
            if kind == "filing_received"
            else reverse("procedure:case", args=[case.pk])
        )
        queue(
            recipient=person,
            kind=kind,
            key=f"filing:{filing.pk}:{person.pk}",
            context={"path": path},
            about=f"filing:{filing.pk}",
            due_at=at,
            now=at,
        )
